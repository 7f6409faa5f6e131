"""Rings as written: which are degenerate, which are invalid, where, and what polygon they were meant to be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]
Parts = list[list[Array]]  # polygons, each a shell and its holes, each an (n, 2) array, closed

_AT = re.compile(r"\[([-+.\deE]+) ([-+.\deE]+)")
_EMPTY = shapely.MultiPolygon()
_LOOP_EDGES = 200


@dataclass(frozen=True)
class Fault:
    """One fault of one feature.

    ``kind`` is ``invalid_ring`` or ``degenerate_ring``; ``geometry`` shows where, in file coordinates (None
    when there is nowhere); ``edges`` are the edges that cross or run in a loop, so that what follows from
    the fault alone can be told from a defect of its own.
    """

    kind: str
    message: str
    geometry: BaseGeometry | None = None
    edges: BaseGeometry | None = None


@dataclass
class Reading:
    """What was read of one feature: its rings, its faults, and ``shape``, valid polygonal or empty.

    ``missing`` marks a feature without geometry; ``written`` is the polygon as written, faults included.
    """

    parts: Parts = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    missing: bool = False
    written: BaseGeometry = _EMPTY
    shape: BaseGeometry = _EMPTY


def _degenerate(message: str, ring: Array | None = None) -> Fault:
    geometry = None
    if ring is not None and len(ring):
        points = np.unique(ring, axis=0)
        geometry = shapely.Point(points[0]) if len(points) == 1 else shapely.LineString(ring)
    return Fault("degenerate_ring", message, geometry)


def _polygons(kind: str, coordinates: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """Return the polygons within a geometry and the kinds of what is not polygonal in it."""
    if kind == "Polygon":
        return [coordinates], []
    if kind == "MultiPolygon":
        return list(coordinates), []
    if kind == "GeometryCollection":
        polygons: list[Any] = []
        others: list[str] = []
        for member_kind, member in coordinates:
            inner, other = _polygons(member_kind, member)
            polygons += inner
            others += other
        return polygons, others
    return [], [kind]


def _ring(raw: Any, reading: Reading) -> Array | None:
    """Return one ring as a closed array, or None after noting why it cannot be used."""
    if len(raw) == 0:
        return None
    try:
        if isinstance(raw, np.ndarray):
            ring = np.asarray(raw[:, :2], dtype=np.float64)
        else:
            ring = np.array([position[:2] for position in raw], dtype=np.float64)
        if ring.ndim != 2 or ring.shape[1] != 2:
            raise ValueError
    except (TypeError, ValueError, IndexError):
        reading.faults.append(Fault("invalid_ring", "环的坐标不完整：每个点须有两个数"))
        return None
    finite = np.isfinite(ring).all(axis=1)
    if not finite.all():
        where = shapely.Point(ring[finite][0]) if finite.any() else None
        reading.faults.append(Fault("invalid_ring", "环中有不是数字的坐标（NaN 或无穷大）", where))
        return None
    if (
        len(ring) < 8 and len(np.unique(ring, axis=0)) < 3
    ):  # longer ones that collapse have no area: see settle
        reading.faults.append(_degenerate("环不足三个不同的点，塌缩成点或线", ring))
        return None
    if not np.array_equal(ring[0], ring[-1]):
        edge = shapely.LineString([ring[-1], ring[0]])
        reading.faults.append(
            Fault("invalid_ring", "环没有闭合：最后一点不是第一点", shapely.Point(ring[0]), edge)
        )
        ring = np.vstack((ring, ring[:1]))
    return ring


def read(kind: str | None, coordinates: Sequence[Any]) -> Reading:
    """Read the geometry of one feature into rings; shapes are made by ``settle`` afterwards."""
    reading = Reading()
    if kind is None:
        reading.missing = True
        return reading
    polygons, others = _polygons(kind, coordinates)
    if others and any(others):
        reading.faults.append(_degenerate(f"几何含 {'、'.join(sorted(set(others)))}，不是面"))
    polygons = [p for p in polygons if any(len(ring) for ring in p)]
    if not polygons and not others:
        reading.missing = True
        return reading
    for polygon in polygons:
        rings = [_ring(raw, reading) for raw in polygon]
        if rings[0] is not None:
            reading.parts.append([ring for ring in rings if ring is not None])
    return reading


def build(parts: Parts) -> BaseGeometry:
    """Return the polygon or multipolygon of rings as written."""
    polygons = [
        shapely.Polygon(rings[0], rings[1:]) if len(rings) > 1 else shapely.Polygon(rings[0])
        for rings in parts
    ]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """Return the polygonal part of a geometry (empty MultiPolygon when there is none)."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    kept = [
        p
        for g in shapely.get_parts(geometry)
        for p in shapely.get_parts(g)
        if p.geom_type == "Polygon" and p.area
    ]
    return shapely.union_all(kept) if kept else _EMPTY


def mend(geometry: BaseGeometry) -> BaseGeometry:
    """Return a valid polygonal geometry: each ring made whole by itself, shells joined, holes cut out.

    The ``structure`` method keeps the meaning of shell and hole; the even-odd way would turn the overlap of
    two parts into a hole, and the part of a hole that juts out of its shell into land.
    """
    return polygonal(shapely.make_valid(geometry, method="structure", keep_collapsed=False))


def settle(readings: list[Reading], noise: float) -> None:
    """Make the shape of every reading, noting degenerate and invalid rings.

    ``noise`` is a width in file units (``plane.noise_width``); a ring as written has no computed vertices, so
    a sixteenth of it, a few units in the last place, is enough to call it collapsed.
    """
    live = [reading for reading in readings if reading.parts]
    if not live:
        return
    written = np.array([build(reading.parts) for reading in live], dtype=object)
    valid = shapely.is_valid(written)
    pieces, owner = shapely.get_parts(written, return_index=True)
    rings, ring_owner = shapely.get_rings(pieces, return_index=True)
    around = shapely.length(rings)
    width = 2 * shapely.area(shapely.polygons(rings)) / np.where(around > 0, around, 1.0)
    thin = np.zeros(len(live), dtype=bool)
    thin[owner[ring_owner[width <= noise / 16]]] = True
    for reading, geometry, good, suspect in zip(live, written, valid, thin, strict=True):
        reading.written = geometry
        if good and not suspect:
            reading.shape = geometry
        else:
            _settle_one(reading, noise)


def _settle_one(reading: Reading, noise: float) -> None:
    kept: Parts = []
    for rings in reading.parts:
        sound = []
        for number, ring in enumerate(rings):
            # the area of the mended ring, not the signed one: the lobes of a bow-tie cancel out
            body = mend(shapely.Polygon(ring))
            length = float(shapely.LineString(ring).length)
            if 2 * float(body.area) <= noise / 16 * length:
                reading.faults.append(_degenerate("环的面积为零，塌缩成线", ring))
                if number == 0:
                    break  # the holes go with their shell
            else:
                sound.append(ring)
        if sound:
            kept.append(sound)
    reading.parts = kept
    if not kept:
        return
    geometry = build(kept)
    if shapely.is_valid(geometry):
        reading.shape = geometry
        return
    reading.faults += find_faults(kept, geometry)
    reading.shape = mend(geometry)


@dataclass(frozen=True)
class _Edges:
    """The edges of all rings of a feature with the number of their ring, part and place in the ring."""

    lines: NDArray[Any]
    ring: NDArray[np.int64]
    part: NDArray[np.int64]
    place: NDArray[np.int64]
    count: NDArray[np.int64]  # edges in the same ring


def _edges(parts: Parts) -> _Edges:
    lines, ring_of, part_of, place, count = [], [], [], [], []
    number = 0
    for p, rings in enumerate(parts):
        for ring in rings:
            moved = np.ones(len(ring), dtype=bool)
            moved[1:] = (ring[1:] != ring[:-1]).any(axis=1)
            xy = ring[moved]
            n = len(xy) - 1
            lines.append(shapely.linestrings(np.stack((xy[:-1], xy[1:]), axis=1)))
            ring_of.append(np.full(n, number))
            part_of.append(np.full(n, p))
            place.append(np.arange(n))
            count.append(np.full(n, n))
            number += 1
    return _Edges(*(np.concatenate(column) for column in (lines, ring_of, part_of, place, count)))


def _loop(edges: _Edges, i: int, j: int) -> list[BaseGeometry]:
    """Return edges i and j of a ring and those of the smaller run between them, unless that is no mere loop."""
    first = i - int(edges.place[i])
    ring = edges.lines[first : first + int(edges.count[i])]
    a, b = int(edges.place[i]), int(edges.place[j])
    inner, outer = ring[a + 1 : b], np.concatenate((ring[b + 1 :], ring[:a]))
    run = inner if shapely.length(inner).sum() <= shapely.length(outer).sum() else outer
    return [*run, ring[a], ring[b]] if len(run) <= _LOOP_EDGES else [ring[a], ring[b]]


def find_faults(parts: Parts, geometry: BaseGeometry) -> list[Fault]:
    """Return every fault of an invalid polygon: crossings and touches within a ring, rings that cross, holes
    outside or within each other, parts within each other, an interior cut in two. Never empty."""
    edges = _edges(parts)
    tree = shapely.STRtree(edges.lines)
    left, right = tree.query(edges.lines, predicate="intersects")
    keep = left < right
    left, right = left[keep], right[keep]
    meet = shapely.intersection(edges.lines[left], edges.lines[right])
    runs_along = shapely.length(meet) > 0
    same = edges.ring[left] == edges.ring[right]
    apart = edges.place[right] - edges.place[left]
    adjacent = same & ((apart == 1) | (apart == edges.count[left] - 1))
    crosses = shapely.crosses(edges.lines[left], edges.lines[right])
    bad = np.where(same, ~adjacent | runs_along, crosses | runs_along)
    groups: dict[tuple[int, int], list[int]] = {}
    for k in np.flatnonzero(bad):
        pair = (int(edges.ring[left[k]]), int(edges.ring[right[k]]))
        groups.setdefault((min(pair), max(pair)), []).append(int(k))
    faults: list[Fault] = []
    for (a, b), members in groups.items():
        places = [meet[k] for k in members]
        if a != b:
            involved = [edges.lines[i] for k in members for i in (left[k], right[k])]
            one_part = edges.part[left[members[0]]] == edges.part[right[members[0]]]
            text = "面的两个环相交或共边" if one_part else "多部件面的两个部件相交或共边"
            faults.append(_invalid(text, shapely.union_all(places), involved))
            continue
        for group in connected(places):
            near = [members[g] for g in group]
            place = shapely.union_all([places[g] for g in group]) if len(group) > 1 else places[group[0]]
            involved = [edge for k in near for edge in _loop(edges, int(left[k]), int(right[k]))]
            crossing = any(crosses[k] for k in near)
            folded = place.geom_type != "Point"
            text = "边界折返，边与边重叠" if folded else "边界自相交" if crossing else "边界在一点自相接触"
            faults.append(_invalid(text, place, involved))
    faults += _misplaced(parts, set(groups))
    if not faults:
        reason = shapely.is_valid_reason(geometry)
        at = _AT.search(reason)
        point = shapely.Point(float(at[1]), float(at[2])) if at else None
        faults.append(Fault("invalid_ring", f"面的内部被环的接触点分成几块（{reason.split('[')[0]}）", point))
    return faults


def _invalid(text: str, place: BaseGeometry, involved: list[BaseGeometry]) -> Fault:
    return Fault("invalid_ring", text, place, shapely.multilinestrings(_lines(involved)))


def _lines(geometries: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return the lines of lines, rings and collections of them."""
    return [shapely.LineString(part.coords) for part in shapely.get_parts(list(geometries))]


def connected(geometries: Sequence[BaseGeometry]) -> list[list[int]]:
    """Return the positions of geometries in groups that hang together by shared points."""
    head = list(range(len(geometries)))

    def root(i: int) -> int:
        while head[i] != i:
            head[i] = head[head[i]]
            i = head[i]
        return i

    for i, j in _meeting(geometries):
        head[max(root(i), root(j))] = min(root(i), root(j))
    groups: dict[int, list[int]] = {}
    for i in range(len(geometries)):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())


def _misplaced(parts: Parts, crossing: set[tuple[int, int]]) -> list[Fault]:
    faults: list[Fault] = []
    number = 0
    bodies: list[tuple[BaseGeometry, set[int]]] = []
    for rings in parts:
        numbers = list(range(number, number + len(rings)))
        number += len(rings)
        shapes = [mend(shapely.Polygon(ring)) for ring in rings]
        for hole, k in zip(shapes[1:], numbers[1:], strict=True):
            if (numbers[0], k) not in crossing and not shapely.covers(shapes[0], hole):
                faults.append(_invalid("洞在外环之外", hole.representative_point(), [hole.boundary]))
        for i, j in _meeting(shapes[1:]):
            one, two = shapes[1 + i], shapes[1 + j]
            if (numbers[1 + i], numbers[1 + j]) not in crossing and _share_ground(one, two):
                inner = one if one.area <= two.area else two
                faults.append(_invalid("洞套在另一个洞里", inner.representative_point(), [inner.boundary]))
        bodies.append((mend(build([rings])), set(numbers)))
    for i, j in _meeting([body for body, _ in bodies]):
        (one, left), (two, right) = bodies[i], bodies[j]
        crossed = any((min(a, b), max(a, b)) in crossing for a in left for b in right)
        if not crossed and _share_ground(one, two):
            inner = one if one.area <= two.area else two
            faults.append(_invalid("部件套在另一个部件里", inner.representative_point(), [inner.boundary]))
    return faults


def _share_ground(one: BaseGeometry, two: BaseGeometry) -> bool:
    return bool(shapely.relate_pattern(one, two, "T********"))


def _meeting(shapes: Sequence[BaseGeometry]) -> list[tuple[int, int]]:
    """Return the pairs (i < j) of shapes that share a point."""
    if len(shapes) < 2:
        return []
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return [(int(i), int(j)) for i, j in zip(left, right, strict=True) if i < j]
