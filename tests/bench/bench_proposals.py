"""How long proposals for splitting a community take: ``python -m tests.bench.bench_proposals``.

Prints wall and processor seconds, the machine's load, and the figures of the best plan: made-up land of 12,000
households with a street every 100 m, and the largest communities of the demo city (示意).
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry import LineString, Point, box
from shapely.geometry.base import BaseGeometry

from boundaries.editing import Coverage, Land
from boundaries.proposals import Block, CutLine, House, propose_splits

X0, Y0, SIDE_M, STEP_M = 400_000.0, 2_540_000.0, 2000, 100


def dense(
    households: int = 12_000,
) -> tuple[Coverage, list[House], list[Block], list[CutLine], list[BaseGeometry]]:
    """Return a square community of 400 blocks, each with buildings, every third one an estate."""
    rng = np.random.default_rng(12)
    unit = Land("u", box(X0, Y0, X0 + SIDE_M, Y0 + SIDE_M), "t")
    others = [
        Land(
            f"n{i}-{j}",
            box(X0 + i * SIDE_M, Y0 + j * SIDE_M, X0 + (i + 1) * SIDE_M, Y0 + (j + 1) * SIDE_M),
            "t",
        )
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if (i, j) != (0, 0)
    ]
    lines = [
        CutLine(
            LineString([(X0 + a, Y0), (X0 + a, Y0 + SIDE_M)]), "road", f"纵{a}路", 24 if a % 500 == 0 else 7
        )
        for a in range(STEP_M, SIDE_M, STEP_M)
    ]
    lines += [
        CutLine(
            LineString([(X0, Y0 + a), (X0 + SIDE_M, Y0 + a)]), "road", f"横{a}路", 24 if a % 500 == 0 else 7
        )
        for a in range(STEP_M, SIDE_M, STEP_M)
    ]
    river = [(X0 + x, Y0 + 900 + 150 * np.sin(x / 350)) for x in range(-50, SIDE_M + 51, 50)]
    lines.append(CutLine(LineString(np.round(river, 3)), "river", "示意涌", 20))
    weights = rng.uniform(0.2, 1.8, 1200)
    counts = np.diff(np.floor(np.cumsum(weights) / weights.sum() * households), prepend=0).astype(int)
    xy = np.round(rng.uniform(12, 88, (1200, 2)), 3)
    buildings = []
    for n, (count, (x, y)) in enumerate(zip(counts.tolist(), xy.tolist(), strict=True)):
        column, row = divmod(n % 400, 20)
        buildings.append(House(Point(X0 + column * STEP_M + x, Y0 + row * STEP_M + y), count, count * 3))
    buildings.append(House(Point(X0 + 50, Y0 + 50), households - int(counts.sum()), 0))
    blocks = [
        Block(f"{i}-{j}", box(X0 + i * 100 + 10, Y0 + j * 100 + 10, X0 + i * 100 + 90, Y0 + j * 100 + 90))
        for i in range(20)
        for j in range(20)
        if (i + j) % 3 == 0 and not LineString(river).intersects(
            box(X0 + i * 100, Y0 + j * 100, X0 + i * 100 + 100, Y0 + j * 100 + 100)
        )
    ]  # fmt: skip
    doors = list(shapely.points(np.round(rng.uniform((X0, Y0), (X0 + SIDE_M, Y0 + SIDE_M), (3000, 2)), 3)))
    return Coverage([unit, *others]), buildings, blocks, lines, doors


def timed(
    label: str,
    unit: str,
    coverage: Coverage,
    buildings: Sequence[House],
    estates: Sequence[Block],
    lines: Sequence[CutLine],
    doors: Sequence[BaseGeometry],
    pieces: int,
) -> None:
    """Propose once and print a line."""
    wall, own = time.perf_counter(), time.process_time()
    plans = propose_splits(unit, coverage, buildings, estates, lines, doors, pieces)
    wall, own = time.perf_counter() - wall, time.process_time() - own
    best = plans[0]
    homes = sum(p.households for p in best.pieces)
    print(
        f"{label:<12} {homes:>6} households, {pieces} pieces: {len(plans)} plans in {wall:5.2f} s wall, "
        f"{own:5.2f} s processor; best {best.deviation:.1%} off, {best.followed_share:.0%} along lines"
    )


def main() -> None:
    """Run all."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for pieces in (2, 3, 4):
        coverage, *rest = dense()
        timed("dense", "u", coverage, *rest, pieces)
    from tests.boundaries.test_proposals import demo

    coverage, lines, tree, by, largest = demo()
    for unit in largest[:8]:
        near = [lines[i] for i in sorted(tree.query(unit.geometry))]
        buildings, estates, doors = by[unit.code]
        for pieces in (2, 3):
            timed(unit.name, unit.code, coverage, buildings, estates, near, doors, pieces)


if __name__ == "__main__":
    main()
