"""Made-up land for properties and benchmarks: coverages that are valid by construction, on the millimetre grid."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from random import Random

import numpy as np
import shapely
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from boundaries.editing import (
    Convert,
    Coverage,
    InsertNode,
    Land,
    Merge,
    MoveEdge,
    Operation,
    RedrawBetween,
    Split,
    Transfer,
)
from boundaries.editing.grid import foot, path_of
from boundaries.editing.land import enclave_count, part_count

ORIGIN_M = (400_000.0, 2_540_000.0)  # in the middle of the demo city's frame coordinates


def wiggly_grid(
    rows: int, cols: int, *, steps: int = 4, cell_m: float = 900.0, block: int = 3, seed: int = 0
) -> Coverage:
    """Return rows × cols units with bent borders, in parents of block × block units, two levels up.

    Corners and border points are jittered by less than would make two borders meet; each border is made once and
    used by both sides, so that the coverage is exact. Ids are ``u<row>-<col>``, parents ``t<i>-<j>`` and ``city``.
    """
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(np.arange(cols + 1), np.arange(rows + 1)), axis=2) * cell_m
    corners = grid + rng.uniform(-0.18, 0.18, grid.shape) * cell_m + np.array(ORIGIN_M)

    def border(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        t = np.linspace(0, 1, steps + 2)[:, None]
        points = a + t * (b - a)
        points[1:-1] += rng.uniform(-0.04, 0.04, (steps, 2)) * cell_m * 2 / (steps + 1) ** 0.5
        return np.round(points, 3)

    across = {(r, c): border(corners[r, c], corners[r, c + 1]) for r in range(rows + 1) for c in range(cols)}
    up = {(r, c): border(corners[r, c], corners[r + 1, c]) for r in range(rows) for c in range(cols + 1)}
    units, towns = [], defaultdict(list)
    for r in range(rows):
        for c in range(cols):
            ring = np.concatenate(
                [
                    across[r, c][:-1],
                    up[r, c + 1][:-1],
                    across[r + 1, c][::-1][:-1],
                    up[r, c][::-1],
                ]
            )
            parent = f"t{r // block}-{c // block}"
            units.append(Land(f"u{r}-{c}", shapely.Polygon(ring), parent, "village"))
            towns[parent].append(units[-1].geometry)
    parents = [Land(t, shapely.coverage_union_all(shapes), "city", "town") for t, shapes in towns.items()]
    city = Land("city", shapely.coverage_union_all([p.geometry for p in parents]), "", "city")
    return Coverage(units, [*parents, city])


def mesh(seed: int, *, points: int = 60, units: int = 9, parents: int = 3) -> Coverage:
    """Return units grown from a triangle mesh: many-armed junctions, ragged borders, parts and enclaves.

    Triangles share whole edges; each goes to the nearest of some random centres (with noise, so that pieces break
    off), and units go to parents likewise. Parts and interior rings are declared as they fall.
    """
    rng = np.random.default_rng(seed)
    xy = np.unique(np.round(rng.uniform(0, 4000, (points, 2)), 3), axis=0) + np.array(ORIGIN_M)
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(np.round(xy, 3))))
    triangles = triangles[shapely.area(triangles) > 1.0]
    middles = shapely.get_coordinates(shapely.centroid(triangles)) + rng.normal(0, 250, (len(triangles), 2))
    centres = rng.uniform(0, 4000, (units, 2)) + np.array(ORIGIN_M)
    of = np.hypot(*(middles[:, None] - centres[None]).transpose(2, 0, 1)).argmin(axis=1)
    towns = rng.uniform(0, 4000, (parents, 2)) + np.array(ORIGIN_M)
    above = np.hypot(*(centres[:, None] - towns[None]).transpose(2, 0, 1)).argmin(axis=1)
    lands, shapes = [], defaultdict(list)
    for i in np.unique(of):
        shape = shapely.coverage_union_all(triangles[of == i])
        lands.append(declared(Land(f"u{i}", shape, f"t{above[i]}", "community")))
        shapes[f"t{above[i]}"].append(shape)
    outlines = [Land(t, shapely.coverage_union_all(s), "city", "town") for t, s in sorted(shapes.items())]
    city = Land("city", shapely.coverage_union_all([o.geometry for o in outlines]), "", "city")
    return Coverage(lands, [*outlines, city])


def declared(land: Land) -> Land:
    """Return land that declares the parts and interior rings it has."""
    return replace(land, parts=part_count(land.geometry), enclaves=enclave_count(land.geometry))


def with_enclave(coverage: Coverage, centre: tuple[int, int] = (1, 1)) -> Coverage:
    """Return a wiggly grid in which the eight units around one are a single unit that encloses it."""
    row, col = centre
    ring = [f"u{r}-{c}" for r in range(row - 1, row + 2) for c in range(col - 1, col + 2) if (r, c) != centre]
    host = Land(
        "host",
        shapely.coverage_union_all([coverage[u].geometry for u in ring]),
        coverage[ring[0]].parent,
        enclaves=1,
    )
    rest = [land for land in coverage.lands() if land.id not in ring]
    return Coverage([*rest, host], coverage.parents.values())


def coverages() -> st.SearchStrategy[Coverage]:
    """Coverages of a few units in several parents: bent grids, some with an enclave, and ragged meshes."""
    grids = st.builds(
        wiggly_grid,
        st.integers(2, 4),
        st.integers(2, 4),
        steps=st.integers(0, 4),
        block=st.integers(2, 3),
        seed=st.integers(0, 2**32 - 1),
    )
    holed = st.builds(
        lambda steps, seed: with_enclave(wiggly_grid(3, 6, steps=steps, seed=seed)),
        st.integers(0, 3),
        st.integers(0, 2**32 - 1),
    )
    return st.one_of(grids, holed, st.builds(mesh, st.integers(0, 2**32 - 1)))


def random_operation(random: Random, coverage: Coverage, number: int) -> Operation:
    """Return something a person might ask of a coverage: often sensible, now and then not."""
    units = sorted(coverage)
    unit = coverage[random.choice(units)]
    kind = random.choice(
        ["split", "split", "merge", "transfer", "transfer", "move", "move", "redraw", "node", "kind"]
    )
    if kind == "split":
        ids = (unit.id, f"n{number}") if random.random() < 0.7 else (f"n{number}", f"m{number}")
        return Split(unit.id, _cut_line(random, unit.geometry), ids)
    if kind == "node":
        path = path_of(shapely.get_parts(unit.geometry)[0].exterior)
        i = random.randrange(len(path) - 1)
        return InsertNode(foot(((path[i][0] + path[i + 1][0]) // 2, path[i][1]), (path[i], path[i + 1])))
    if kind == "kind":
        return Convert(unit.id, random.choice(["village", "community", "hamlet"]))
    near = coverage.neighbours([unit.id])
    if not near:
        return Merge((unit.id, "nobody"), unit.id)
    kin = [land for land in near if land.parent == unit.parent]
    other = random.choice(kin if kin and random.random() < 0.85 else near)
    if kind == "merge":
        return Merge((unit.id, other.id), random.choice([unit.id, other.id, f"n{number}"]))
    border = shapely.get_parts(shapely.line_merge(shapely.intersection(unit.geometry, other.geometry)))
    lines = [part for part in border if part.geom_type == "LineString"]
    if not lines:
        return Merge((unit.id, other.id), unit.id)
    line = random.choice(lines)
    if kind == "transfer":
        spot = line.interpolate(random.random(), normalized=True)
        size = random.choice([0.3, 20.0, 120.0, 300.0])
        shape = spot.buffer(size, quad_segs=random.choice([1, 2, 5]))
        return Transfer(unit.id, other.id, shape.intersection(_room(unit, other, shape)))
    new = _shaken(random, line)
    if kind == "redraw":
        path = path_of(line)
        return RedrawBetween(unit.id, other.id, path[0], path[-1], new)
    return MoveEdge(unit.id, other.id, path_of(line), new)


def _room(unit: Land, other: Land, shape: BaseGeometry) -> BaseGeometry:
    """Return the two units' land near a spot; a stray part or point of it is left to be refused."""
    both = shapely.union_all([unit.geometry, other.geometry]).intersection(shape)
    largest = max(shapely.get_parts(both), key=lambda part: float(part.area))
    return largest if largest.geom_type == "Polygon" and not largest.is_empty else shape


def _cut_line(random: Random, shape: BaseGeometry) -> BaseGeometry:
    minx, miny, maxx, maxy = shape.bounds
    middle = shapely.point_on_surface(shape)
    reach = math.hypot(maxx - minx, maxy - miny) * random.choice([0.1, 1.1, 1.1, 1.1])
    angle = random.uniform(0, math.pi)
    dx, dy = reach * math.cos(angle), reach * math.sin(angle)
    points = [(middle.x - dx, middle.y - dy), (middle.x, middle.y), (middle.x + dx, middle.y + dy)]
    if random.random() < 0.4:
        points[1] = (middle.x + random.uniform(-80, 80), middle.y + random.uniform(-80, 80))
    if random.random() < 0.3:  # from a registered corner
        points[0] = random.choice(shapely.get_coordinates(shape).tolist())
    return shapely.LineString(points)


def _shaken(random: Random, line: BaseGeometry) -> BaseGeometry:
    xy = shapely.get_coordinates(line)
    if len(xy) == 2:
        xy = np.array([xy[0], (xy[0] + xy[1]) / 2, xy[1]])
    size = random.choice([0.002, 5.0, 40.0, 120.0])
    for i in range(1, len(xy) - 1):
        xy[i] += (random.uniform(-size, size), random.uniform(-size, size))
    if random.random() < 0.3:  # an end slides along a third unit's border or off it
        end = random.choice([0, -1])
        xy[end] += (random.uniform(-30, 30), random.uniform(-30, 30))
    if random.random() < 0.3 and len(xy) > 4:  # only a stretch of it
        xy = xy[1:-1]
    return shapely.LineString(xy)
