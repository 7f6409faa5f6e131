"""Where no line runs: cuts midway between estates and groups of houses, led to the lines around.

Frame metres. Edges of the Voronoi cells of estates (sampled along their outlines) and of houses.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.proposals.linework import INSET_M
from boundaries.proposals.material import CutLine, ProposalLimits

_SAMPLE_M = 30.0
_GROUP_M = 80.0  # houses in one square of this size stay together
_SMOOTH_M = 4.0
_MOST_GROUPS = 260


def gap_lines(
    unit: BaseGeometry,
    lines: Sequence[CutLine],
    estates: Sequence[BaseGeometry],
    houses: np.ndarray,
    limits: ProposalLimits,
) -> list[CutLine]:
    """Return the lines between estates and groups of houses (an array of points) where nothing else runs."""
    sites, owner = _sites(estates, houses)
    if len(set(owner.tolist())) < 2:
        return []
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=unit.envelope.buffer(50), ordered=True)
    )
    if len(cells) != len(sites):
        return []
    lands = [shapely.coverage_union_all(cells[owner == k]) for k in np.unique(owner)]
    smooth = shapely.coverage_simplify(np.array(lands, dtype=object), _SMOOTH_M)
    edges = shapely.unary_union([land.boundary for land in smooth])
    inner = shapely.buffer(unit, -INSET_M)
    clipped = shapely.intersection(edges, inner)
    ways = shapely.union_all([line.geometry for line in lines]) if len(lines) else None
    if ways is not None:
        clipped = clipped.difference(ways.buffer(limits.gap_clear_m, quad_segs=4))
    merged = shapely.line_merge(clipped) if clipped.geom_type == "MultiLineString" else clipped
    target = unit.boundary if ways is None else shapely.union_all([ways, unit.boundary])
    solid = shapely.union_all(estates) if len(estates) else shapely.Polygon()
    shapely.prepare(solid)
    home = unit.buffer(0.01)
    found = []
    loose = _loose_ends(merged)
    for part in shapely.get_parts(merged):
        if part.geom_type != "LineString" or part.length < 0.5:
            continue
        led = _led(part, target, loose, limits)
        if not solid.intersects(led) and home.covers(led):
            found.append(CutLine(led, "gap"))
    return found


def _sites(estates: Sequence[BaseGeometry], houses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points: dict[tuple[float, float], int] = {}
    for k, estate in enumerate(estates):
        for x, y in shapely.get_coordinates(shapely.segmentize(estate.boundary, _SAMPLE_M)).tolist():
            points.setdefault((x, y), k)
    if len(houses):
        solid = shapely.union_all(estates) if len(estates) else shapely.Polygon()
        free = houses[~shapely.intersects(solid, houses)]
        for square, group in enumerate(_grouped(shapely.get_coordinates(free))):
            points.setdefault((group[0], group[1]), len(estates) + square)
    ordered = sorted(points)
    return np.array(ordered).reshape(-1, 2), np.array([points[p] for p in ordered], dtype=int)


def _grouped(xy: np.ndarray) -> list[tuple[float, float]]:
    """Return one place for each square in which there are houses; squares grow until there are few enough."""
    size = _GROUP_M
    while len(xy):
        squares, which = np.unique(np.floor(xy / size).astype(int), axis=0, return_inverse=True)
        which = which.ravel()
        if len(squares) <= _MOST_GROUPS:
            count = np.bincount(which)
            east, north = np.bincount(which, xy[:, 0]) / count, np.bincount(which, xy[:, 1]) / count
            return list(zip(east.tolist(), north.tolist(), strict=True))
        size *= 1.5
    return []


def _loose_ends(merged: BaseGeometry) -> set[tuple[float, float]]:
    seen: dict[tuple[float, float], int] = {}
    for part in shapely.get_parts(merged):
        xy = shapely.get_coordinates(part).tolist()
        for end in (xy[0], xy[-1]) if xy else ():
            seen[end[0], end[1]] = seen.get((end[0], end[1]), 0) + 1
    return {end for end, count in seen.items() if count == 1}


def _led(
    part: BaseGeometry, target: BaseGeometry, loose: set[tuple[float, float]], limits: ProposalLimits
) -> BaseGeometry:
    """Lead loose ends, that stop short of a line or of the outline, on to it."""
    xy = shapely.get_coordinates(part).tolist()
    for end in (0, -1):
        if (xy[end][0], xy[end][1]) not in loose:
            continue
        way = shapely.shortest_line(shapely.Point(xy[end]), target)
        if 0 < way.length <= 2 * limits.gap_clear_m:
            tip = shapely.get_coordinates(way)[1].tolist()
            xy.insert(0, tip) if end == 0 else xy.append(tip)
    return shapely.linestrings(xy)
