"""A warped grid of nodes inside a town: streets run along it, so that they cross at shared nodes only."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Node = tuple[int, int]
Point = tuple[float, float]
SPACING_M = 168.0
ARTERIAL_EVERY = 12


@dataclass
class Grid:
    """Nodes of a town in frame metres; ``dense`` is the core where every line is a street."""

    points: dict[Node, Point]
    dense: set[Node]
    taken: set[frozenset[Node]] = field(default_factory=set)

    def free(self, a: Node, b: Node) -> bool:
        """Say whether no street runs along an edge yet."""
        return frozenset((a, b)) not in self.taken

    def take(self, path: list[Node]) -> None:
        """Give the edges of a path to a street."""
        self.taken |= {frozenset(pair) for pair in zip(path, path[1:], strict=False)}

    def line(self, path: list[Node]) -> BaseGeometry:
        """Return the line through nodes."""
        return shapely.LineString([self.points[node] for node in path])


def make_grid(town: BaseGeometry, core: BaseGeometry, rng: random.Random) -> Grid:
    """Lay a turned, gently bent grid over a town; keep the nodes well inside it."""
    inside = town.buffer(-60)
    angle = rng.uniform(-0.5, 0.5)
    cos, sin = math.cos(angle), math.sin(angle)
    middle = core.centroid
    xmin, ymin, xmax, ymax = town.bounds
    reach = math.hypot(xmax - xmin, ymax - ymin)
    n = int(reach / SPACING_M) + 1
    phase, wave = rng.uniform(0, 6.28), rng.uniform(1800, 3000)
    u, v = np.meshgrid(np.arange(-n, n + 1), np.arange(-n, n + 1), indexing="ij")
    x0, y0 = u * SPACING_M, v * SPACING_M
    # A slow wave bends the lines; far less than the spacing, so they never cross where they should not.
    bx = x0 + 38 * np.sin(y0 / wave * 6.28 + phase)
    by = y0 + 38 * np.sin(x0 / wave * 6.28 + phase)
    x = np.round(middle.x + bx * cos - by * sin, 3)
    y = np.round(middle.y + bx * sin + by * cos, 3)
    shapely.prepare(inside)
    shapely.prepare(core)
    kept = shapely.contains_xy(inside, x, y)
    dense = kept & shapely.contains_xy(core, x, y)
    points = {
        (int(i), int(j)): (float(a), float(b))
        for i, j, a, b in zip(u[kept], v[kept], x[kept], y[kept], strict=True)
    }
    nodes = {(int(i), int(j)) for i, j in zip(u[dense], v[dense], strict=True)}
    return Grid(points, nodes)


def runs(grid: Grid, town: BaseGeometry, *, along: int) -> list[list[Node]]:
    """Return the unbroken runs of nodes along one direction (0: i grows, 1: j grows) that are streets.

    Arterial lines run through the whole town, the others only where the grid is dense.
    """
    lines: dict[int, list[Node]] = {}
    for node in grid.points:
        across = node[1 - along]
        if across % ARTERIAL_EVERY == 0 or node in grid.dense:
            lines.setdefault(across, []).append(node)
    inside = town.buffer(-20)
    shapely.prepare(inside)
    found = []
    for across in sorted(lines):
        run: list[Node] = []
        for node in sorted(lines[across], key=lambda n: n[along]):
            if run and (node[along] != run[-1][along] + 1 or not _within(grid, inside, run[-1], node)):
                found.append(run)
                run = []
            run.append(node)
        found.append(run)
    return [run for run in found if len(run) >= 2]


def _within(grid: Grid, inside: BaseGeometry, a: Node, b: Node) -> bool:
    return bool(inside.covers(shapely.LineString([grid.points[a], grid.points[b]])))
