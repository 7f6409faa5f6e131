"""From the pieces of an operation to a new coverage: nodes into every neighbour and parent, then exact checks.

Geometry in the city frame; nodes and areas in whole millimetres and mm².
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.grid import (
    Edge,
    Point,
    displacement_mm,
    edges_of,
    point_of,
    undirected,
    with_nodes,
)
from boundaries.editing.land import Coverage, Land
from boundaries.editing.refusals import Refused
from boundaries.editing.validity import misfits
from geoapp.core.frame import MM, area2_mm2

Nodes = Mapping[Edge, Sequence[Point]]


@dataclass(frozen=True)
class InsertedNode:
    """A corner put on a registered line: where (mm), how far beside it (mm), and into whose outlines."""

    point: Point
    edge: Edge
    displacement_mm: float
    units: tuple[str, ...]
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Edited:
    """What an operation made.

    ``changed`` are the ids whose land or kind is different (gone and new ones too), neighbours that only
    received a node included; ``inserted`` lists the nodes put on registered lines. ``edge_shift2_mm2`` is twice
    the area (mm²) that nodes on the outer outline, with no unit beyond, added to the whole: 0 elsewhere.
    """

    coverage: Coverage
    changed: tuple[str, ...]
    changed_parents: tuple[str, ...] = ()
    inserted: tuple[InsertedNode, ...] = ()
    edge_shift2_mm2: int = 0


def noded(coverage: Coverage, nodes: Nodes) -> tuple[dict[str, Land], dict[str, Land]]:
    """Return the units and parents that have one of the edges, with the nodes put in."""
    if not nodes:
        return {}, {}
    units: dict[str, Land] = {}
    for land in coverage.in_box(_box(nodes)):
        shape = with_nodes(land.geometry, nodes)
        if shape is not land.geometry:
            units[land.id] = land.with_geometry(shape)
    parents: dict[str, Land] = {}
    for land in units.values():
        for above in coverage.ancestors(land):
            if above.id in parents:
                continue
            shape = with_nodes(above.geometry, nodes)
            if shape is not above.geometry:
                parents[above.id] = above.with_geometry(shape)
    return units, parents


def _box(nodes: Nodes) -> tuple[float, float, float, float]:
    xy = np.array([point for edge in nodes for point in edge], dtype=np.float64) / MM
    (minx, miny), (maxx, maxy) = xy.min(axis=0), xy.max(axis=0)
    return float(minx), float(miny), float(maxx), float(maxy)


def finish(
    coverage: Coverage,
    results: Mapping[str, Land],
    sources: Collection[str],
    nodes: Nodes,
) -> Edited:
    """Put the results in place of the sources, the nodes into every other outline, and prove the change.

    Raises Refused (code ``unproved``) when the exact checks fail; nothing is changed then.
    """
    with_new, parents = noded(coverage, nodes)
    bystanders = {unit: land for unit, land in with_new.items() if unit not in sources}
    units: dict[str, Land | None] = dict.fromkeys(sorted(sources))
    units.update(results)
    units.update(bystanders)
    after = coverage.replaced(units, parents)
    sourced = [with_new.get(unit, coverage[unit]) for unit in sorted(sources)]
    _check_edges(sourced, list(results.values()))
    shift = _check_areas(coverage, [*sources, *bystanders], [*results.values(), *bystanders.values()], nodes)
    _check_neighbourhood(after, [*results, *bystanders])
    inserted = tuple(
        _inserted(point, edge, with_new.values(), parents.values())
        for edge, points in sorted(nodes.items())
        for point in points
    )
    return Edited(after, tuple(sorted(units)), tuple(sorted(parents)), inserted, shift)


def _inserted(point: Point, edge: Edge, units: Collection[Land], parents: Collection[Land]) -> InsertedNode:
    def holding(lands: Collection[Land]) -> tuple[str, ...]:
        place = point_of(point)
        return tuple(sorted(land.id for land in lands if place.distance(land.geometry.boundary) == 0.0))

    return InsertedNode(point, edge, displacement_mm(point, edge), holding(units), holding(parents))


def _check_edges(before: Sequence[Land], after: Sequence[Land]) -> None:
    """Prove that the outline of the land rearranged is the same, edge by edge, before and after."""
    if _outline(before) != _outline(after):
        raise _unproved([*before], "调整前后的外围界线不一致")


def _outline(lands: Sequence[Land]) -> Counter[Edge]:
    count: Counter[Edge] = Counter()
    for land in lands:
        for edge in edges_of(land.geometry):
            back = (edge[1], edge[0])
            if count[back] > 0:
                count[back] -= 1
            else:
                count[edge] += 1
    return +count


def _check_areas(coverage: Coverage, before: Sequence[str], after: Sequence[Land], nodes: Nodes) -> int:
    """Prove exact conservation; return twice the area that nodes on the outer outline added."""
    was = sum(area2_mm2(coverage[unit].geometry) for unit in before)
    now = sum(area2_mm2(land.geometry) for land in after)
    shift = 0
    if nodes and now != was:
        sides: Counter[Edge] = Counter()
        for unit in before:
            sides.update(edge for edge in edges_of(coverage[unit].geometry) if undirected(edge) in nodes)
        for edge, points in nodes.items():
            for way in (edge, (edge[1], edge[0])):
                shift += sides[way] * _bulge2(way, points if way == edge else points[::-1])
    if was + shift != now:
        raise _unproved(list(after), "调整前后的面积不相等")
    return shift


def _bulge2(edge: Edge, points: Sequence[Point]) -> int:
    """Return twice the area gained by the land left of an edge when it runs through the points."""
    path = [edge[0], *points, edge[1], edge[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(path, path[1:], strict=False))


def _check_neighbourhood(after: Coverage, changed: Sequence[str]) -> None:
    own = [after[unit] for unit in changed]
    bad = next((land for land in own if not land.geometry.is_valid), None)
    if bad is not None:
        raise _unproved([bad], f"{bad.label} 的界线自身相交")
    faults = misfits([*own, *after.neighbours(changed)])
    if faults:
        place = shapely.union_all([edges for _, edges in faults])
        raise _unproved(own, "调整后相邻单位之间有重叠或界点不一致", place)


def _unproved(lands: Sequence[Land], reason: str, place: BaseGeometry | None = None) -> Refused:
    return Refused(
        "unproved",
        f"{reason}，未予保存",
        remedy="请先核查此处现有界线，或让新线避开此处",
        place=place if place is not None else shapely.union_all([land.geometry.boundary for land in lands]),
        units=tuple(land.id for land in lands),
    )
