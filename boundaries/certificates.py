"""Certificates of a coverage: what was proved, about which land, in a form that can be checked offline.

Hashes are SHA-256 over the canonical WKB of a unit's land (MultiPolygon, normalised, little endian, 2D) in the
city frame.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.editing.land import Land
from boundaries.editing.validity import misfits
from boundaries.exact import Rings
from geoapp.core import frame

FORMAT = 1


@dataclass(frozen=True)
class Fault:
    """Something the proof found wrong: a stable code, words for a person, where, and whom it concerns.

    ``figures`` are those the message gives, by names with their units; they are not part of the certificate.
    """

    code: str
    message: str
    place: BaseGeometry | None = None
    units: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict, compare=False)

    def as_json(self) -> dict[str, Any]:
        """Return the fault as JSON-able data; the place is WKT in the city frame, metres."""
        return {
            "code": self.code,
            "message": self.message,
            "units": list(self.units),
            "place": None if self.place is None else shapely.to_wkt(self.place, rounding_precision=3),
        }


@dataclass(frozen=True)
class Certificate:
    """The result of a proof; ``proved`` when no fault was found. ``body`` is its JSON form."""

    faults: tuple[Fault, ...]
    body: Mapping[str, Any]

    @property
    def proved(self) -> bool:
        """Tell whether everything held."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """Return JSON-able data with its own digest, readable by ``verify_certificate``."""
        return dict(self.body)


def sealed(body: dict[str, Any], faults: Sequence[Fault]) -> Certificate:
    """Return a certificate over a body: format, frame, verdict, faults and digest are added."""
    full = {
        "format": FORMAT,
        "srid": frame.srid(),
        "proved": not faults,
        **body,
        "faults": [fault.as_json() for fault in faults],
    }
    full["digest"] = digest(full)
    return Certificate(tuple(faults), full)


def digest(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a certificate's members, the digest itself left out."""
    bare = {key: value for key, value in body.items() if key != "digest"}
    text = json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def land_hashes(shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> list[str]:
    """Return the hash of each unit's land; start vertex, ring direction and order of parts do not matter."""
    if not len(shapes):
        return []
    many = np.array(
        [s if s.geom_type == "MultiPolygon" else shapely.multipolygons([s]) for s in shapes], dtype=object
    )
    wkb = shapely.to_wkb(shapely.normalize(shapely.force_2d(many)), byte_order=1, include_srid=False)
    return [hashlib.sha256(one).hexdigest() for one in wkb]


def verify_certificate(
    certificate: Mapping[str, Any],
    units: Mapping[str, BaseGeometry],
    before: Mapping[str, BaseGeometry] | None = None,
) -> tuple[Fault, ...]:
    """Check a certificate against land, offline; an empty answer means that it holds.

    ``units`` is the land now (frame geometry by id) of every unit and neighbour the certificate names; ``before``
    the land before, checked when given. Checked are the digest, every hash, every exact area, the sums and the
    validity of the coverage they form.
    """
    if certificate.get("format") != FORMAT:
        return (Fault("format", f"证书格式 {certificate.get('format')!r} 不认识"),)
    faults = []
    if certificate.get("digest") != digest(certificate):
        faults.append(Fault("digest", "证书内容与其摘要不符，可能被改动"))
    if not certificate.get("proved"):
        faults.append(Fault("not_proved", "证书本身记载校核未通过"))
    after = [row for row in certificate.get("units", ()) if row.get("hash")]
    named = [*after, *certificate.get("neighbours", ())]
    if not named:
        faults.append(Fault("no_hashes", "证书没有记载各单位的摘要，不能离线核对"))
        return tuple(faults)
    faults += _compare(named, units, "hash", "area2_mm2")
    earlier = [row for row in certificate.get("units", ()) if row.get("hash_before")]
    if before is not None:
        faults += _compare(earlier, before, "hash_before", "area2_before_mm2")
    faults += _sums(certificate)
    faults += [
        Fault("coverage", f"{land.id} 与相邻单位重叠或界点不一致", place, (land.id,))
        for land, place in misfits([Land(row["id"], units[row["id"]]) for row in named if row["id"] in units])
    ]
    return tuple(faults)


def _compare(
    rows: Sequence[Mapping[str, Any]], shapes: Mapping[str, BaseGeometry], hash_key: str, area_key: str
) -> list[Fault]:
    faults = [
        Fault("missing", f"缺少单位 {row['id']} 的范围", units=(row["id"],))
        for row in rows
        if row["id"] not in shapes
    ]
    present = [row for row in rows if row["id"] in shapes]
    land = [shapes[row["id"]] for row in present]
    areas = Rings.of(land).areas2_mm2().tolist()
    for row, shape, found, area in zip(present, land, land_hashes(land), areas, strict=True):
        if found != row[hash_key]:
            faults.append(
                Fault("hash", f"单位 {row['id']} 的范围与证书所记不同", shape.boundary, (row["id"],))
            )
        if area_key in row and row[area_key] != area:
            faults.append(Fault("area", f"单位 {row['id']} 的面积与证书所记不同", shape, (row["id"],)))
    return faults


def _sums(certificate: Mapping[str, Any]) -> list[Fault]:
    if certificate.get("kind") != "adjustment":
        return []
    rows = certificate.get("units", ())
    before = sum(row.get("area2_before_mm2") or 0 for row in rows)
    after = sum(row.get("area2_mm2") or 0 for row in rows)
    if before + certificate.get("edge_shift2_mm2", 0) != after:
        return [Fault("conservation", "证书所记调整前后的面积不相等")]
    return []
