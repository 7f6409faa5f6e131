"""The demo's rivers: wide ones along borders of towns and communities, creeks through large communities.

Names of the wide rivers are real, every course is made up (示意). Frame metres, whole millimetres.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.planner.demo.city import DemoUnit

# Name, width in metres, and where the river enters and leaves, as shares of the city's box.
_WIDE = (
    ("东平水道", 80.0, (0.15, 0.55), (0.9, 0.45)),
    ("汾江河", 45.0, (0.45, 0.75), (0.95, 0.6)),
    ("佛山水道", 50.0, (0.35, 0.6), (0.95, 0.75)),
    ("顺德水道", 75.0, (0.3, 0.35), (0.95, 0.2)),
    ("潭洲水道", 60.0, (0.4, 0.5), (0.8, 0.3)),
)
CREEKS = 80
CREEK_WIDTH_M = 14.0
_TOWN_LINE, _RIM, _AGAIN = 0.35, 6.0, 4.0  # cost of a metre against 1 on an ordinary community border

Point = tuple[float, float]


@dataclass(frozen=True)
class DemoRiver:
    """A river of the demo; ``geometry`` is the centreline."""

    name: str
    geometry: BaseGeometry
    width_m: float


def make_rivers(units: Sequence[DemoUnit], rng: np.random.Generator) -> list[DemoRiver]:
    """Return the wide rivers and one creek through each of the communities with most households."""
    land = [u for u in units if u.level == "community" and u.geometry is not None]
    rivers = _wide(land, rng)
    taken = {river.name for river in rivers}
    for unit in sorted(land, key=lambda u: (-u.households, u.code))[:CREEKS]:
        name = short_name(unit.name) + "涌"
        line = _creek(unit, rng)
        if line is not None and name not in taken:
            taken.add(name)
            rivers.append(DemoRiver(name, shapely.multilinestrings([line]), CREEK_WIDTH_M))
    return rivers


def short_name(name: str) -> str:
    """Return a unit's name without what kind of unit it is."""
    for ending in ("社区居委会", "居委会", "村委会", "社区", "村"):
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


def _wide(land: Sequence[DemoUnit], rng: np.random.Generator) -> list[DemoRiver]:
    graph, cost = _borders(land)
    nodes = np.array(sorted(graph))
    low, high = nodes.min(axis=0), nodes.max(axis=0)
    rivers = []
    for name, width, *ends in _WIDE:
        found = []
        for share in ends:
            target = low + (high - low) * (np.array(share) + rng.uniform(-0.05, 0.05, 2))
            near = nodes[np.hypot(*(nodes - target).T).argmin()]
            found.append((float(near[0]), float(near[1])))
        path = _cheapest(graph, cost, found[0], found[1])
        for pair in zip(path, path[1:], strict=False):
            cost[frozenset(pair)] *= _AGAIN
        if len(path) > 1:
            rivers.append(DemoRiver(name, shapely.multilinestrings([path]), width))
    return rivers


def _borders(land: Sequence[DemoUnit]) -> tuple[dict[Point, list[Point]], dict[frozenset[Point], float]]:
    """Return the graph of community borders and the cost of each of its edges."""
    towns: dict[frozenset[Point], list[str]] = defaultdict(list)
    for unit in land:
        for part in shapely.get_parts(unit.geometry):
            for ring in shapely.get_rings(part):
                xy = [tuple(p) for p in shapely.get_coordinates(ring).tolist()]
                for a, b in zip(xy, xy[1:], strict=False):
                    towns[frozenset((a, b))].append(unit.parent_code)
    graph: dict[Point, list[Point]] = defaultdict(list)
    cost: dict[frozenset[Point], float] = {}
    for edge, sides in towns.items():
        a, b = sorted(edge)
        graph[a].append(b)
        graph[b].append(a)
        factor = _RIM if len(sides) < 2 else _TOWN_LINE if sides[0] != sides[1] else 1.0
        cost[edge] = math.dist(a, b) * factor
    return graph, cost


def _cheapest(
    graph: dict[Point, list[Point]], cost: dict[frozenset[Point], float], start: Point, end: Point
) -> list[Point]:
    best, came = {start: 0.0}, {start: start}
    queue = [(0.0, start)]
    while queue:
        far, here = heapq.heappop(queue)
        if here == end:
            break
        if far > best[here]:
            continue
        for there in graph[here]:
            reach = far + cost[frozenset((here, there))]
            if reach < best.get(there, math.inf):
                best[there], came[there] = reach, here
                heapq.heappush(queue, (reach, there))
    if end not in came:
        return []
    path = [end]
    while path[-1] != start:
        path.append(came[path[-1]])
    return path[::-1]


def _creek(unit: DemoUnit, rng: np.random.Generator) -> BaseGeometry | None:
    """Return a winding line through a community from border to border, None when it would be a stub."""
    assert unit.geometry is not None
    middle = shapely.point_on_surface(unit.geometry)
    angle = rng.uniform(0, math.pi)
    minx, miny, maxx, maxy = unit.geometry.bounds
    reach = math.hypot(maxx - minx, maxy - miny)
    along = np.arange(-reach, reach + 1, 60.0)
    aside = 28 * np.sin(along / rng.uniform(320, 620) * 2 * math.pi + rng.uniform(0, 6.28))
    cos, sin = math.cos(angle), math.sin(angle)
    xy = np.column_stack((middle.x + along * cos - aside * sin, middle.y + along * sin + aside * cos))
    inside = shapely.get_parts(shapely.intersection(shapely.linestrings(xy), unit.geometry))
    longest = max(inside, key=lambda part: float(part.length), default=None)
    if longest is None or longest.length < 300:
        return None
    return shapely.transform(longest, lambda c: c.round(3))
