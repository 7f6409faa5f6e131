"""The lines inside a unit as a noded network: clipped, led to the outline, dead ends prolonged.

Every leg runs between two nodes on the millimetre grid and knows what it follows. Frame metres.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.proposals.material import CutLine, ProposalLimits, cost_per_m

INSET_M = 4.0  # a line nearer to the outline than this would only cut off a sliver
_LEAD_M = 40.0  # how far a line may run on, in its own direction, to reach the outline
_SAME_M = 0.003  # a leg this near to a source line came from it
_INTO_M = 0.05  # a line may graze an estate by this much


@dataclass(frozen=True)
class Leg:
    """A piece of line between two nodes; ``source`` is what it follows."""

    geometry: BaseGeometry
    source: CutLine

    @property
    def cost(self) -> float:
        """What cutting along it costs."""
        return float(self.geometry.length) * cost_per_m(self.source.kind, self.source.width_m)


def parts_inside(
    unit: BaseGeometry, lines: Sequence[CutLine], estates: Sequence[BaseGeometry]
) -> list[CutLine]:
    """Return the single lines inside a unit, led to its outline; parts through an estate are left out."""
    inner = shapely.buffer(unit, -INSET_M)
    solid = shapely.buffer(shapely.union_all(estates), -_INTO_M) if len(estates) else shapely.Polygon()
    found: list[CutLine] = []
    for line in lines:
        if not line.geometry.intersects(inner):
            continue
        clipped = line.geometry.intersection(inner)
        if solid.intersects(clipped):
            clipped = clipped.difference(solid)
        for part in _lines_of(clipped):
            led = _led_out(part, inner, unit)
            found.append(CutLine(led, line.kind, line.name, line.width_m))
    return found


def _lines_of(geometry: BaseGeometry) -> list[BaseGeometry]:
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "LineString" and p.length > 0.01]
    if len(parts) < 2:
        return parts
    return list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts))))


def _led_out(part: BaseGeometry, inner: BaseGeometry, unit: BaseGeometry) -> BaseGeometry:
    """Lead the ends of a line that stop at the inset edge on to the unit's outline."""
    xy = shapely.get_coordinates(part).tolist()
    for end in (0, -1):
        if shapely.Point(xy[end]).distance(inner.boundary) > 0.001:
            continue
        before = xy[1] if end == 0 else xy[-2]
        reached = _run_on(before, xy[end], unit.boundary, _LEAD_M)
        if reached is None:
            reached = shapely.get_coordinates(shapely.shortest_line(shapely.Point(xy[end]), unit.boundary))[
                1
            ].tolist()
        if end == 0:
            xy.insert(0, reached)
        else:
            xy.append(reached)
    return shapely.linestrings(xy)


def _run_on(
    before: Sequence[float], tip: Sequence[float], target: BaseGeometry, reach_m: float
) -> list[float] | None:
    """Return where a line, prolonged from its tip, first meets a target (None: not within reach)."""
    length = math.dist(before, tip)
    if length == 0:
        return None
    dx, dy = (tip[0] - before[0]) / length, (tip[1] - before[1]) / length
    start = (tip[0] + dx * 0.01, tip[1] + dy * 0.01)
    ray = shapely.linestrings([start, (tip[0] + dx * reach_m, tip[1] + dy * reach_m)])
    met = shapely.get_coordinates(shapely.intersection(ray, target))
    if not len(met):
        return None
    nearest: list[float] = met[np.hypot(met[:, 0] - tip[0], met[:, 1] - tip[1]).argmin()].tolist()
    return nearest


def extensions(
    unit: BaseGeometry,
    lines: Sequence[CutLine],
    estates: Sequence[BaseGeometry],
    limits: ProposalLimits,
) -> list[CutLine]:
    """Return straight prolongations of dead ends to the next line or the outline, not through an estate."""
    network = shapely.unary_union([*(line.geometry for line in lines), unit.boundary])
    solid = shapely.union_all(estates) if len(estates) else shapely.Polygon()
    home = unit.buffer(0.01)
    shapely.prepare(network)
    ends: Counter[tuple[float, float]] = Counter()
    before: dict[tuple[float, float], list[float]] = {}
    for line in lines:
        xy = shapely.get_coordinates(line.geometry).tolist()
        for tip, behind in ((xy[0], xy[1]), (xy[-1], xy[-2])):
            key = (round(tip[0], 3), round(tip[1], 3))
            ends[key] += 1
            before[key] = behind
    found = []
    shapes = np.array([line.geometry for line in lines], dtype=object)
    for tip, count in sorted(ends.items()):
        point = shapely.Point(tip)
        touching = int((shapely.distance(shapes, point) < _SAME_M).sum())
        if count > 1 or touching > 1 or point.distance(unit.boundary) < 0.01:
            continue
        straight = _run_on(before[tip], tip, network, limits.extension_m)
        others = shapes[shapely.distance(shapes, point) >= _SAME_M]
        near = shapely.shortest_line(point, shapely.union_all([*others, unit.boundary]))
        ways = [shapely.linestrings([tip, straight])] if straight is not None else []
        ways += [near] if 0 < near.length <= limits.extension_m else []
        for way in ways:
            if home.covers(way) and not solid.intersects(way):
                found.append(CutLine(way, "extension"))
    return found


def noded(outline: BaseGeometry, lines: Sequence[CutLine]) -> list[Leg]:
    """Return the legs of outline and lines between their nodes, on the millimetre grid."""
    rings = CutLine(outline.boundary, "outline")
    union = shapely.unary_union([outline.boundary, *(line.geometry for line in lines)], grid_size=0.001)
    legs = _lines_split(union)
    sources = [rings, *lines]
    shapes = np.array([s.geometry for s in sources], dtype=object)
    middles = shapely.line_interpolate_point(legs, 0.5, normalized=True)
    leg_at, source_at = shapely.STRtree(shapes).query(middles, predicate="dwithin", distance=_SAME_M)
    best: dict[int, int] = {}
    for leg, source in zip(leg_at.tolist(), source_at.tolist(), strict=True):
        held = best.get(leg)
        if held is None or (_rank(sources[source]), source) < (_rank(sources[held]), held):
            best[leg] = source
    return [Leg(legs[i], sources[best[i]]) for i in sorted(best)]


def _rank(source: CutLine) -> float:
    return -1.0 if source.kind == "outline" else cost_per_m(source.kind, source.width_m)


def _lines_split(union: BaseGeometry) -> np.ndarray:
    """Return the parts of a noded union; closed parts are broken in two, so that a leg has two ends."""
    parts = []
    for part in shapely.get_parts(union):
        xy = np.round(shapely.get_coordinates(part), 3)
        if (xy[0] == xy[-1]).all() and len(xy) > 3:
            half = len(xy) // 2
            parts += [xy[: half + 1], xy[half:]]
        else:
            parts.append(xy)
    return np.array([shapely.linestrings(xy) for xy in parts], dtype=object)
