"""A row of a boundary file as it stands in the file, and the limits within which files are read."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from geoapp.core.errors import BadInput

_CODES = {
    "Point": 1,
    "LineString": 2,
    "Polygon": 3,
    "MultiPoint": 4,
    "MultiLineString": 5,
    "MultiPolygon": 6,
    "GeometryCollection": 7,
}
_SINGLE = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted: sizes in bytes, counts of entries, rows and columns.

    ``ratio`` is unpacked : packed of a zip and only looked at above ``ratio_from_bytes``: a small text file
    may honestly shrink a thousandfold.
    """

    file_bytes: int = 512 * 2**20
    unpacked_bytes: int = 1024 * 2**20
    entries: int = 500
    ratio: int = 100
    ratio_from_bytes: int = 20 * 2**20
    rows: int = 1_000_000
    columns: int = 1000
    value_chars: int = 20_000_000


@dataclass(frozen=True)
class Row:
    """One feature: its position in the file, geometry and attributes as written.

    ``index`` counts from 0; ``place`` names the row for a person (第 3 个要素, 第 4 行); ``kind`` is the
    geometry type of the file or None for a missing geometry; ``coordinates`` are nested sequences as in
    GeoJSON, x before y, unrepaired: a ring may be unclosed or have two points. A GeometryCollection keeps
    its members, as (kind, coordinates) pairs, in ``coordinates``.
    """

    index: int
    place: str
    attributes: Mapping[str, Any]
    kind: str | None = None
    coordinates: Sequence[Any] = ()

    @cached_property
    def wkb(self) -> bytes | None:
        """The original geometry as ISO WKB (little-endian, Z kept), bit for bit the file's coordinates."""
        return None if self.kind is None else _wkb(self.kind, self.coordinates, self.place)


def _depth(coordinates: Any) -> int:
    """Return the number of ordinates of the first position found (2 when there is none)."""
    while isinstance(coordinates, (list, tuple)) and coordinates:
        if isinstance(coordinates[0], (int, float)):
            return 3 if len(coordinates) > 2 else 2
        coordinates = coordinates[0]
    return 2


def _position(position: Any, dims: int) -> bytes:
    values = [float(v) for v in position[:dims]]
    values += [0.0] * (dims - len(values))
    return struct.pack(f"<{dims}d", *values)


def _line(line: Any, dims: int) -> bytes:
    return struct.pack("<I", len(line)) + b"".join(_position(p, dims) for p in line)


def _body(kind: str, coordinates: Any, dims: int) -> bytes:
    if kind == "Point":
        return (
            _position(coordinates, dims)
            if coordinates
            else struct.pack(f"<{dims}d", *([float("nan")] * dims))
        )
    if kind == "LineString":
        return _line(coordinates, dims)
    if kind == "Polygon":
        return struct.pack("<I", len(coordinates)) + b"".join(_line(ring, dims) for ring in coordinates)
    if kind == "GeometryCollection":
        return struct.pack("<I", len(coordinates)) + b"".join(_tagged(k, c, dims) for k, c in coordinates)
    single = _SINGLE[kind]
    return struct.pack("<I", len(coordinates)) + b"".join(_tagged(single, c, dims) for c in coordinates)


def _tagged(kind: str, coordinates: Any, dims: int) -> bytes:
    return struct.pack("<BI", 1, _CODES[kind] + (1000 if dims == 3 else 0)) + _body(kind, coordinates, dims)


def _wkb(kind: str, coordinates: Any, place: str) -> bytes:
    if kind not in _CODES:
        raise BadInput(f"{place}的几何类型是 {kind}", field="geometry", remedy="请先转成普通面（直线段）再交")
    first = coordinates[0][1] if kind == "GeometryCollection" and coordinates else coordinates
    try:
        return _tagged(kind, coordinates, _depth(first))
    except (TypeError, ValueError, KeyError, IndexError, struct.error):
        raise BadInput(
            f"{place}的坐标结构不完整", field="geometry", remedy="面写成 [[[x, y], …]]，每个点两个数"
        ) from None
