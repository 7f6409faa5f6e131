"""The report of a coverage: every defect of a boundary file, each at its place, before anything is written.

Pure: features in, report out. A feature is anything with ``index``, ``kind``, ``coordinates`` and
``attributes`` as ``geoapp.core.geofiles.Row`` has; ``feature`` makes one from a shapely geometry.

Topology (shared vertices, overlaps, holes) is judged on the file's own coordinates; metres and square metres
are taken piece by piece in a local projection (``coverage.plane``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from boundaries.coverage import ground, rings, text
from boundaries.coverage.places import Label, Place, metres, names, square_metres
from boundaries.coverage.plane import Plane, noise_width

CLASSES = (
    "invalid_ring",
    "degenerate_ring",
    "null_geometry",
    "overlap",
    "gap",
    "enclave",
    "duplicate_code",
    "lost_character",
)
TITLES = {
    "invalid_ring": "无效的环",
    "degenerate_ring": "塌缩的环",
    "null_geometry": "缺图形",
    "overlap": "重叠",
    "gap": "缝隙",
    "enclave": "飞地（范围外的地）",
    "duplicate_code": "重复代码",
    "lost_character": "丢字或乱码",
}


class Feature(Protocol):
    """One row of a coverage."""

    @property
    def index(self) -> int:
        """Position in the file, from 0."""

    @property
    def kind(self) -> str | None:
        """Geometry type, None when there is none."""

    @property
    def coordinates(self) -> Sequence[Any]:
        """Nested as in GeoJSON, x before y."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Field values."""


@dataclass(frozen=True)
class Plain:
    """A feature made by hand."""

    index: int
    kind: str | None
    coordinates: Sequence[Any]
    attributes: Mapping[str, Any]


def feature(index: int, geometry: BaseGeometry | None, attributes: Mapping[str, Any] | None = None) -> Plain:
    """Return a feature with a shapely geometry (None: missing)."""
    if geometry is None or geometry.is_empty:
        return Plain(index, None, (), attributes or {})
    shape = mapping(geometry)
    if shape["type"] == "GeometryCollection":
        members = [(m["type"], m["coordinates"]) for m in shape["geometries"]]
        return Plain(index, "GeometryCollection", members, attributes or {})
    return Plain(index, shape["type"], shape["coordinates"], attributes or {})


@dataclass
class CoverageReport:
    """What was found: ``places`` by class, in the order of CLASSES.

    ``shapes`` are the features as understood (valid polygons, None without ground), by position in the input,
    and ``written`` as they stand in the file; ``holes`` (gaps and enclaves) and ``overlaps`` in the order reported;
    ``consequences`` what only follows from a feature's ring faults, by position: not reported by itself.
    ``notes`` are remarks that are no defects; ``code_field`` and ``name_field`` the fields used.
    """

    features: int
    crs: str
    places: dict[str, list[Place]]
    labels: list[Label]
    shapes: list[BaseGeometry | None]
    noise: float
    plane: Plane
    written: list[BaseGeometry | None] = field(default_factory=list)
    holes: list[ground.Hole] = field(default_factory=list)
    overlaps: list[ground.Overlap] = field(default_factory=list)
    consequences: dict[int, ground.Consequences] = field(default_factory=dict)
    code_field: str | None = None
    name_field: str | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing is to be mended (an enclave is ground of its own, not a defect)."""
        return not any(found for kind, found in self.places.items() if kind != "enclave")

    def counts(self) -> dict[str, int]:
        """Return the number of places per class."""
        return {kind: len(self.places[kind]) for kind in CLASSES}

    def as_json(self) -> dict[str, Any]:
        """Return exactly the keys features, the eight classes and crs."""
        return {
            "features": self.features,
            **{kind: [place.as_json() for place in self.places[kind]] for kind in CLASSES},
            "crs": self.crs,
        }


def examine(
    features: Iterable[Feature],
    crs: str | None,
    *,
    code_field: str | None = None,
    name_field: str | None = None,
) -> CoverageReport:
    """Examine a coverage and return what is there and nothing else.

    ``crs`` is anything pyproj reads; without one, measures are guessed and a note says so. ``code_field``
    names the identifying field where its name does not tell. Features keep their order; their ``index`` is
    what the report cites. Raises KeyError for a stated field that no feature has.
    """
    items = list(features)
    rows = [item.attributes for item in items]
    for stated in (code_field, name_field):
        if stated is not None and not any(stated in row for row in rows):
            raise KeyError(stated)
    code_field = code_field or text.code_field(rows)
    name_field = name_field or text.name_field(rows)
    labels = [
        Label(
            item.index,
            text.normal_code(item.attributes.get(code_field)) if code_field else "",
            str(item.attributes.get(name_field) or "").strip()
            if name_field and name_field != code_field
            else "",
        )
        for item in items
    ]
    readings = [rings.read(item.kind, item.coordinates) for item in items]
    bounds = _bounds(readings)
    noise, plane = noise_width(bounds), Plane(crs, bounds)
    rings.settle(readings, noise)
    report = CoverageReport(
        features=len(items),
        crs=crs or "未说明",
        places={kind: [] for kind in CLASSES},
        labels=labels,
        shapes=[None if reading.shape.is_empty else reading.shape for reading in readings],
        written=[None if reading.written.is_empty else reading.written for reading in readings],
        noise=noise,
        plane=plane,
        code_field=code_field,
        name_field=name_field,
        notes=[plane.assumed] if plane.assumed else [],
    )
    _geometry_faults(report, readings)
    _ground(report, readings)
    _codes(report)
    _texts(report, rows)
    return report


def _bounds(readings: Sequence[rings.Reading]) -> tuple[float, float, float, float]:
    corners = [(ring.min(axis=0), ring.max(axis=0)) for r in readings for part in r.parts for ring in part]
    if not corners:
        return (0.0, 0.0, 1.0, 1.0)
    low = np.min([a for a, _ in corners], axis=0)
    high = np.max([b for _, b in corners], axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _geometry_faults(report: CoverageReport, readings: Sequence[rings.Reading]) -> None:
    for label, reading in zip(report.labels, readings, strict=True):
        if reading.missing:
            report.places["null_geometry"].append(Place((label,), f"{label}没有图形"))
        for fault in reading.faults:
            where = ""
            if fault.geometry is not None and not fault.geometry.is_empty:
                point = fault.geometry.representative_point()
                where = f"，在 ({point.x:.9g}, {point.y:.9g})"
            report.places[fault.kind].append(
                Place((label,), f"{label}：{fault.message}{where}", fault.geometry)
            )


def _ground(report: CoverageReport, readings: Sequence[rings.Reading]) -> None:
    here = [i for i, shape in enumerate(report.shapes) if shape is not None]
    if not here:
        return
    shapes = np.array([report.shapes[i] for i in here], dtype=object)
    faults: dict[int, list[tuple[BaseGeometry, BaseGeometry]]] = {}
    for position, i in enumerate(here):
        for fault in readings[i].faults:
            if fault.geometry is not None and fault.edges is not None:
                faults.setdefault(position, []).append((fault.geometry, fault.edges))
    suspects = ground.disagreeing(shapes)
    overlaps = ground.find_overlaps(shapes, report.plane, report.noise, suspects)
    holes = ground.find_holes(shapes, report.plane, report.noise, suspects)
    overlaps, holes, aside = ground.set_aside(overlaps, holes, shapes, faults, report.noise)

    def hole_here(hole: ground.Hole) -> ground.Hole:
        return replace(hole, owners=tuple((here[i], length) for i, length in hole.owners))

    def overlap_here(overlap: ground.Overlap) -> ground.Overlap:
        return replace(overlap, one=here[overlap.one], two=here[overlap.two])

    report.holes = [hole_here(hole) for hole in holes]
    report.overlaps = [overlap_here(overlap) for overlap in overlaps]
    report.consequences = {
        here[i]: ground.Consequences(
            tuple(hole_here(hole) for hole in found.holes),
            tuple(overlap_here(overlap) for overlap in found.overlaps),
        )
        for i, found in aside.items()
    }
    report.places["overlap"] = [_overlap(report, overlap) for overlap in report.overlaps]
    missing = len(report.places["null_geometry"])
    for hole in report.holes:
        kind = "enclave" if hole.real_ground else "gap"
        report.places[kind].append(_hole(report, hole, kind, missing))


def _overlap(report: CoverageReport, overlap: ground.Overlap) -> Place:
    one, two = overlap.one, overlap.two
    first, second = report.labels[one], report.labels[two]
    a, b = report.shapes[one], report.shapes[two]
    assert a is not None and b is not None
    if shapely.equals(a, b):
        how = "图形完全相同"
    elif shapely.covers(a, b):
        how = f"{second}整个落在{first}内"
    elif shapely.covers(b, a):
        how = f"{first}整个落在{second}内"
    else:
        pieces = len(shapely.get_parts(overlap.geometry))
        how = f"有 {pieces} 块地重叠" if pieces > 1 else "有一块地重叠"
    message = (
        f"{first}与{second}：{how}，面积 {square_metres(overlap.area_m2)}，最宽 {metres(overlap.width_m)}"
    )
    measures = {"area_m2": overlap.area_m2, "width_m": overlap.width_m}
    return Place((first, second), message, overlap.geometry, measures)


def _hole(report: CoverageReport, hole: ground.Hole, kind: str, missing: int) -> Place:
    owners = tuple(report.labels[i] for i, _ in hole.owners)
    size = f"面积 {square_metres(hole.area_m2)}，最宽 {metres(hole.width_m)}"
    if kind == "gap":
        message = f"{names(owners)}之间有缝隙，{size}：比单元窄得多，是界线没有对齐"
    elif len(owners) == 1:
        message = f"{owners[0]}内有一处不属于任何要素的地，{size}：按飞地（湖面、外单位用地）看待，不填补"
    else:
        message = f"{names(owners)}围着一处不属于任何要素的地，{size}：按飞地看待，不填补"
    if kind == "enclave" and missing:
        message += f"；另有 {missing} 个要素没有图形，请核对是否就在此处"
    measures = {
        "area_m2": hole.area_m2,
        "width_m": hole.width_m,
        "unit_size_m": hole.unit_m,
        "compactness": hole.compactness,
    }
    return Place(owners, message, hole.geometry, measures)


def _codes(report: CoverageReport) -> None:
    if report.code_field is None:
        report.notes.append("没有认出代码字段，未查重复代码；可用 --code-field 指定")
        return
    groups: dict[str, list[int]] = {}
    for position, label in enumerate(report.labels):
        if label.code:
            groups.setdefault(label.code, []).append(position)
    for code, members in groups.items():
        if len(members) < 2:
            continue
        labels = tuple(report.labels[i] for i in members)
        message = f"代码 {code} 用在 {len(members)} 个要素上：{names(labels)}"
        details: dict[str, Any] = {"field": report.code_field, "code": code}
        if len({label.name for label in labels}) == 1 and _joined([report.shapes[i] for i in members]):
            details["parts_of_one"] = True
            message += "；名称相同且图形相接，可能是一个单元拆成了几行"
        found = [shape for shape in (report.shapes[i] for i in members) if shape is not None]
        points = shapely.MultiPoint([shape.representative_point() for shape in found]) if found else None
        report.places["duplicate_code"].append(Place(labels, message, points, details=details))


def _joined(shapes: Sequence[BaseGeometry | None]) -> bool:
    """Tell whether shapes form one connected whole."""
    found = [shape for shape in shapes if shape is not None]
    return len(found) == len(shapes) and len(rings.connected(found)) == 1


def _texts(report: CoverageReport, rows: Sequence[Mapping[str, Any]]) -> None:
    for label, row in zip(report.labels, rows, strict=True):
        for name, value in row.items():
            lost = text.lost_characters(value)
            if lost is None:
                continue
            shown = value if len(value) <= 40 else value[:40] + "…"
            message = f"第 {label.index + 1} 个要素的字段“{name}”：{lost.reason}（“{shown}”）"
            details = {"field": str(name), "value": value}
            if lost.guess:
                message += f"，原文可能是“{lost.guess}”"
                details["guess"] = lost.guess
            report.places["lost_character"].append(Place((label,), message, details=details))
    spoilt = next((str(n) for n in (rows[0] if rows else {}) if text.lost_characters(n)), None)
    if spoilt:
        report.notes.append(f"字段名“{spoilt}”也有乱码，整个文件的编码可能读错")
