"""The demo's rivers, estates and buildings (示意): where the households of every community live.

Frame metres. Households and people of a community's buildings add up exactly to the community's figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.planner.demo.blocks import make_blocks
from geoapp.planner.demo.city import DemoUnit
from geoapp.planner.demo.rivers import DemoRiver, make_rivers, short_name
from geoapp.planner.demo.streets import DemoStreet

ESTATE_HOUSEHOLDS = 108  # in one building of an estate
STREET_HOUSEHOLDS = 48  # in one building along a street
_STEP_M = 30.0  # between two places for a building along a street
_SET_BACK_M = 9.0
_FREE_M = 4.0  # between a building's point and any carriageway
_ESTATE_NAMES = ("花园", "家园", "华庭", "新村", "雅苑", "名苑", "豪庭", "嘉园")
_NAME_STEMS = "金银紫翠碧丽锦怡雅翰御盈恒星"
_NAME_TAILS = "湖江桂荷榕岭澜景月泰"


@dataclass(frozen=True)
class DemoEstate:
    """An estate of the demo; ``geometry`` is one polygon inside one community."""

    key: int
    name: str
    community_code: str
    geometry: BaseGeometry


@dataclass(frozen=True)
class DemoBuilding:
    """A building of the demo; ``estate`` is the estate's key, None along a street."""

    estate: int | None
    community_code: str
    households: int
    population: int
    floors: int
    point: BaseGeometry


@dataclass(frozen=True)
class DemoFeatures:
    """What the land carries besides streets and doors."""

    rivers: list[DemoRiver]
    estates: list[DemoEstate]
    buildings: list[DemoBuilding]


def make_features(units: Sequence[DemoUnit], streets: Sequence[DemoStreet], *, seed: int) -> DemoFeatures:
    """Return rivers, estates and buildings; the same for the same units, streets and seed."""
    rng = np.random.default_rng(seed)
    land = sorted(
        (u for u in units if u.level == "community" and u.geometry is not None), key=lambda u: u.code
    )
    rivers = make_rivers(units, rng)
    owners, shapes = make_blocks(land, streets, rivers, rng)
    estates = _named(land, owners, shapes, rng)
    doors = _beside(land, streets, shapes, rng)
    buildings: list[DemoBuilding] = []
    by_unit: dict[str, list[DemoEstate]] = {}
    for estate in estates:
        by_unit.setdefault(estate.community_code, []).append(estate)
    for i, unit in enumerate(land):
        own = by_unit.get(unit.code, [])
        free = unit.geometry if own else _off_street(unit.geometry, streets)
        buildings += _housed(unit, own, doors[i], free, rng)
    return DemoFeatures(rivers, estates, buildings)


def _off_street(shape: BaseGeometry, streets: Sequence[DemoStreet]) -> BaseGeometry:
    """Return land without its carriageways."""
    near = [s for s in streets if s.geometry.intersects(shape)]
    ways = [s.geometry.buffer((s.width_m or 6.0) / 2 + _FREE_M) for s in near]
    return shape.difference(shapely.union_all(ways)) if ways else shape


def _named(
    land: Sequence[DemoUnit], owners: np.ndarray, shapes: np.ndarray, rng: np.random.Generator
) -> list[DemoEstate]:
    taken: set[tuple[str, str]] = set()
    found = []
    for key, (owner, shape) in enumerate(zip(owners.tolist(), shapes, strict=True)):
        unit = land[owner]
        stem = str(rng.choice(list(_NAME_STEMS))) + str(rng.choice(list(_NAME_TAILS)))
        name = stem + str(rng.choice(_ESTATE_NAMES))
        if (unit.parent_code, name) in taken:
            name = short_name(unit.name) + name
        number = 2
        while (unit.parent_code, name) in taken:
            name = f"{name.rstrip('0123456789期')}{number}期"
            number += 1
        taken.add((unit.parent_code, name))
        found.append(DemoEstate(key, name, unit.code, shape))
    return found


def _beside(
    land: Sequence[DemoUnit], streets: Sequence[DemoStreet], estates: np.ndarray, rng: np.random.Generator
) -> list[np.ndarray]:
    """Return by community the free places along streets, in a random order (arrays of frame points)."""
    lines = np.array([part for s in streets for part in shapely.get_parts(s.geometry)], dtype=object)
    half = np.array([(s.width_m or 6.0) / 2 for s in streets for _ in shapely.get_parts(s.geometry)])
    counts = np.maximum((shapely.length(lines) / _STEP_M).astype(int), 1)
    which = np.repeat(np.arange(len(lines)), counts)
    within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    along = (within + 0.5) * _STEP_M
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines[which], along))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[which], along + 0.5))
    way = ahead - here
    way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
    side = rng.choice([-1.0, 1.0], len(which))
    aside = np.column_stack((-way[:, 1], way[:, 0])) * (side * (half[which] + _SET_BACK_M))[:, None]
    points = shapely.points(np.round(here + aside, 3))
    blocked = np.zeros(len(points), dtype=bool)
    tree = shapely.STRtree(points)
    blocked[tree.query(lines, predicate="dwithin", distance=half + _FREE_M)[1]] = True
    blocked[tree.query(estates, predicate="intersects")[1]] = True
    owner = np.full(len(points), -1)
    unit_at, point_at = tree.query(np.array([u.geometry for u in land]), predicate="contains_properly")
    owner[point_at] = unit_at
    owner[blocked] = -1
    order = rng.permutation(len(points))
    groups: list[np.ndarray] = []
    sorted_owner = owner[order]
    by_owner = np.argsort(sorted_owner, kind="stable")
    edges = np.searchsorted(sorted_owner[by_owner], np.arange(len(land) + 1))
    for i in range(len(land)):
        groups.append(points[order[by_owner[edges[i] : edges[i + 1]]]])
    return groups


def _housed(
    unit: DemoUnit,
    estates: Sequence[DemoEstate],
    doors: np.ndarray,
    free: BaseGeometry,
    rng: np.random.Generator,
) -> list[DemoBuilding]:
    """Return a community's buildings: households and people sum up to the unit's."""
    inside = round(unit.households * rng.uniform(0.5, 0.75)) if estates else 0
    if estates:  # where few buildings fit along streets, the estates are denser
        inside = max(inside, unit.households - len(doors) * STREET_HOUSEHOLDS)
    keys: list[int | None] = []
    points: list[BaseGeometry] = []
    weights: list[float] = []
    sizes = np.array([e.geometry.area for e in estates]) * rng.uniform(0.6, 1.4, len(estates))
    for estate, homes in zip(estates, _shared(inside, sizes), strict=True):
        places = _within(estate.geometry, max(1, round(homes / ESTATE_HOUSEHOLDS)), rng)
        keys += [estate.key] * len(places)
        points += places
        weights += [homes / len(places)] * len(places)
    outside = unit.households - inside
    if outside:
        wanted = max(1, round(outside / STREET_HOUSEHOLDS))
        places = list(doors[:wanted])
        if not estates and len(places) < wanted:
            places += _within(free, wanted - len(places), rng)
        keys += [None] * len(places)
        points += places
        weights += [outside / len(places)] * len(places)
    homes_of = _shared(unit.households, np.array(weights) * rng.uniform(0.7, 1.3, len(weights)))
    people_of = _shared(unit.population, np.array(homes_of, dtype=float))
    floors = rng.integers(2, 8, len(points)) + np.array([16 if key is not None else 0 for key in keys])
    return [
        DemoBuilding(key, unit.code, homes, people, int(floor), point)
        for key, homes, people, floor, point in zip(keys, homes_of, people_of, floors, points, strict=True)
    ]


def _shared(total: int, weights: np.ndarray) -> list[int]:
    """Share a whole number out by weight; the shares add up to it exactly."""
    if not len(weights):
        return []
    reached = np.floor(np.cumsum(weights) / weights.sum() * total + 1e-6).astype(int)
    reached[-1] = total
    return [int(n) for n in np.diff(reached, prepend=0)]


def _within(shape: BaseGeometry, count: int, rng: np.random.Generator) -> list[BaseGeometry]:
    """Return up to ``count`` random points inside a shape, at least one."""
    minx, miny, maxx, maxy = shape.bounds
    xy = np.round(rng.uniform((minx, miny), (maxx, maxy), (count * 4 + 8, 2)), 3)
    shapely.prepare(shape)
    kept = xy[shapely.contains_xy(shape, xy[:, 0], xy[:, 1])][:count]
    if not len(kept):
        kept = np.round(shapely.get_coordinates(shapely.point_on_surface(shape)), 3)
    return list(shapely.points(kept))
