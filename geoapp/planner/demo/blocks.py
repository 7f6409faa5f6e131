"""Where the demo's estates lie: blocks between streets in the town cores, plots of a loose grid elsewhere.

Frame metres. An estate lies inside one community, clear of every street, river and other estate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import shapely

from geoapp.planner.demo.city import DemoUnit
from geoapp.planner.demo.rivers import DemoRiver
from geoapp.planner.demo.streets import DemoStreet

HOUSEHOLDS_PER_ESTATE = 380
_SET_BACK_M = 26.0  # a block's estate from the centrelines around it: half an arterial road and a pavement
_BORDER_M = 12.0  # an estate from its community's border
_LEAST_M2, _MOST_M2 = 4_000.0, 60_000.0
_SPACING_M, _PLOT_M = 190.0, 128.0
_TRIED = 6  # plots tried for one that is wanted


def make_blocks(
    land: Sequence[DemoUnit],
    streets: Sequence[DemoStreet],
    rivers: Sequence[DemoRiver],
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the estates as two arrays: the index of the community in ``land``, and the polygon."""
    lines = np.array([s.geometry for s in streets] + [r.geometry for r in rivers], dtype=object)
    clear = np.array([(s.width_m or 6.0) / 2 + 6.0 for s in streets] + [r.width_m / 2 + 8.0 for r in rivers])
    wanted = np.array([_wanted(unit) for unit in land])
    owner, shape = _between_streets(land, streets)
    owner, shape = _clear_of(owner, shape, lines, clear)
    owner, shape = _nearest(owner, shape, land, wanted)
    missing = wanted - np.bincount(owner, minlength=len(land))
    more_owner, more = _plots(land, missing, rng)
    more_owner, more = _clear_of(more_owner, more, lines, clear)
    apart = np.ones(len(more), dtype=bool)
    apart[shapely.STRtree(more).query(shape, predicate="dwithin", distance=12.0)[1]] = False
    more_owner, more = _nearest(more_owner[apart], more[apart], land, missing)
    owner, shape = np.concatenate([owner, more_owner]), np.concatenate([shape, more])
    order = np.argsort(owner, kind="stable")
    return owner[order], shape[order]


def _wanted(unit: DemoUnit) -> int:
    return min(40, round(unit.households * 0.62 / HOUSEHOLDS_PER_ESTATE))


def _rounded(shapes: np.ndarray) -> np.ndarray:
    result: np.ndarray = shapely.transform(shapes, lambda xy: xy.round(3))
    return result


def _between_streets(
    land: Sequence[DemoUnit], streets: Sequence[DemoStreet]
) -> tuple[np.ndarray, np.ndarray]:
    noded = shapely.get_parts(shapely.unary_union([s.geometry for s in streets]))
    faces = shapely.get_parts(shapely.polygonize(noded))
    faces = faces[shapely.area(faces) < _MOST_M2]
    cores = shapely.buffer(faces, -_SET_BACK_M, join_style="mitre")
    inner = shapely.buffer(np.array([u.geometry for u in land]), -_BORDER_M, quad_segs=2)
    core_at, owner = shapely.STRtree(inner).query(cores, predicate="intersects")
    shapes = _rounded(shapely.intersection(cores[core_at], inner[owner]))
    good = (shapely.get_type_id(shapes) == 3) & (shapely.area(shapes) >= _LEAST_M2) & shapely.is_valid(shapes)
    return owner[good], shapes[good]


def _clear_of(
    owner: np.ndarray, shapes: np.ndarray, lines: np.ndarray, clear_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    free = np.ones(len(shapes), dtype=bool)
    free[shapely.STRtree(shapes).query(lines, predicate="dwithin", distance=clear_m)[1]] = False
    return owner[free], shapes[free]


def _nearest(
    owner: np.ndarray, shapes: np.ndarray, land: Sequence[DemoUnit], wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Keep for each community as many as it wants, those nearest to its middle."""
    middles = shapely.point_on_surface(np.array([u.geometry for u in land]))
    far = np.round(shapely.distance(shapely.centroid(shapes), middles[owner]), 3)
    order = np.lexsort((far, owner))
    ranked = owner[order]
    place = np.arange(len(ranked)) - np.searchsorted(ranked, ranked)
    kept = np.sort(order[place < wanted[ranked]])
    return owner[kept], shapes[kept]


def _plots(
    land: Sequence[DemoUnit], missing: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return plots of a turned grid around the middle of each community that misses some."""
    owners, centres, angles = [], [], []
    reach = 14
    u, v = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1), indexing="ij")
    lattice = np.column_stack((u.ravel(), v.ravel()))
    lattice = lattice[np.lexsort((np.arctan2(lattice[:, 1], lattice[:, 0]), np.hypot(*lattice.T).round(6)))]
    for i in np.flatnonzero(missing > 0).tolist():
        angle = rng.uniform(0, math.pi / 2)
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        middle = shapely.get_coordinates(shapely.point_on_surface(land[i].geometry))[0]
        places = middle + (lattice * _SPACING_M) @ turn
        shapely.prepare(land[i].geometry)
        kept = shapely.contains_xy(land[i].geometry, places[:, 0], places[:, 1])
        places = places[kept][: int(missing[i]) * _TRIED]
        owners += [i] * len(places)
        centres.append(places)
        angles += [angle] * len(places)
    if not owners:
        return np.zeros(0, dtype=int), np.zeros(0, dtype=object)
    middle, turn_by = np.concatenate(centres), np.array(angles)
    half = _PLOT_M / 2 * rng.uniform(0.75, 1.0, (len(middle), 2))
    rings = []
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)):
        x, y = half[:, 0] * sx, half[:, 1] * sy
        rings.append(
            middle
            + np.column_stack(
                (x * np.cos(turn_by) - y * np.sin(turn_by), x * np.sin(turn_by) + y * np.cos(turn_by))
            )
        )
    plots = shapely.polygons(np.round(np.stack(rings, axis=1), 3))
    owner = np.array(owners)
    home = np.array([unit.geometry for unit in land])[owner]
    inside = shapely.contains(home, plots) & (shapely.distance(plots, shapely.boundary(home)) >= _BORDER_M)
    return owner[inside], plots[inside]
