"""What a boundary adjustment costs at 800 and at 20,000 units, and a full proof beside the bare coverage test.

Run: ``.venv/bin/python -m tests.bench.bench_adjustment``. Prints medians, ratios and the machine's load; nothing
is asserted. An adjustment is the operation, its proof and its certificate. Under ``.ci/postgis.sh run`` the full
proof also stands beside a proof all in SQL: a join that looks for overlaps, and every parent compared with the union
of its units. ``--only proof`` leaves the adjustments out.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np
import shapely

from boundaries.editing import Coverage, MoveEdge, Operation, Split, apply
from boundaries.editing.grid import path_of
from boundaries.proof import prove, prove_all
from tests.strategies import wiggly_grid

SMALL, LARGE = (28, 29), (141, 142)  # 812 and 20,022 units
STEPS = 18  # 77 coordinates a unit


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def operations(coverage: Coverage, count: int) -> list[tuple[str, Operation]]:
    """Return splits and moved edges spread over a grid coverage."""
    rng = np.random.default_rng(1)
    found: list[tuple[str, Operation]] = []
    rows = 1 + max(int(unit[1:].split("-")[0]) for unit in coverage)
    cols = 1 + max(int(unit[1:].split("-")[1]) for unit in coverage)
    for _ in range(count):
        row, col = int(rng.integers(1, rows - 1)), 5 * int(rng.integers(0, cols // 5)) + 1
        unit, other = f"u{row}-{col}", f"u{row}-{col + 1}"  # both in one town: towns are five units wide
        x, y = coverage[unit].geometry.centroid.coords[0]
        cut = shapely.LineString([(x - 2000, y - 60), (x, y), (x + 2000, y + 90)])
        found.append(("split", Split(unit, cut, (unit, "new"))))
        edge = path_of(shapely.line_merge(coverage[unit].geometry.intersection(coverage[other].geometry)))
        ends = [
            edge[0],
            ((edge[0][0] + edge[-1][0]) // 2 + 30_000, (edge[0][1] + edge[-1][1]) // 2),
            edge[-1],
        ]
        found.append(("move_edge", MoveEdge(unit, other, edge, tuple(ends))))
    return found


def commit(coverage: Coverage, operation: Operation) -> None:
    """Carry out and prove one operation, as a decision does."""
    edited = apply(coverage, operation)
    certificate = prove(coverage, edited.coverage, inserted=edited.inserted)
    if not certificate.proved:
        raise SystemExit(f"not proved: {certificate.faults[0].message}")


def adjustment_table(small: Coverage, large: Coverage, runs: int) -> None:
    """Print the medians of an adjustment at both sizes, taken in turn."""
    asked = {id(c): operations(c, runs) for c in (small, large)}
    cost: dict[tuple[int, str], list[tuple[float, float]]] = {}
    for coverage in (small, large):
        commit(coverage, asked[id(coverage)][0][1])  # warm
    for k in range(2 * runs):
        for coverage in (small, large):
            name, operation = asked[id(coverage)][k]
            cost.setdefault((id(coverage), name), []).append(
                timed(lambda c=coverage, o=operation: commit(c, o))
            )
    print(f"{'adjustment':<12}{'units':>8}{'wall ms':>10}{'CPU ms':>10}{'ratio wall':>12}{'ratio CPU':>11}")
    for name in ("split", "move_edge"):
        base: tuple[float, float] | None = None
        for coverage in (small, large):
            taken = cost[id(coverage), name]
            wall, cpu = (statistics.median(t[i] for t in taken) * 1000 for i in (0, 1))
            base = base or (wall, cpu)
            ratios = f"{wall / base[0]:>12.2f}{cpu / base[1]:>11.2f}"
            print(f"{name:<12}{len(coverage):>8}{wall:>10.2f}{cpu:>10.2f}{ratios}")


def proof_table(coverage: Coverage, runs: int) -> None:
    """Print the full proof beside the bare coverage test of the same units, taken in turn."""
    shapes = np.array([land.geometry for land in coverage.lands()], dtype=object)
    if not prove_all(coverage).proved:
        raise SystemExit("the made-up coverage is not proved")
    raw, full = [], []
    for _ in range(runs):
        raw.append(timed(lambda: shapely.coverage_is_valid(shapes)))
        full.append(timed(lambda: prove_all(coverage)))
    print(f"{'full proof':<22}{'units':>8}{'wall s':>10}{'CPU s':>10}")
    rows = {"coverage_is_valid": raw, "prove_all": full}
    middle = {name: [statistics.median(t[i] for t in taken) for i in (0, 1)] for name, taken in rows.items()}
    for name, (wall, cpu) in middle.items():
        print(f"{name:<22}{len(shapes):>8}{wall:>10.3f}{cpu:>10.3f}")
    bare, all_ = middle["coverage_is_valid"], middle["prove_all"]
    print(f"{'ratio':<22}{'':>8}{all_[0] / bare[0]:>10.2f}{all_[1] / bare[1]:>10.2f}")


# The cheapest statements that still find an overlap and a gap; they are no exact proof, and see no odd vertex.
OVERLAPS = """
SELECT count(*) FROM bench_units a JOIN bench_units b ON a.id < b.id AND a.geom && b.geom
WHERE ST_Overlaps(a.geom, b.geom)
"""
GAPS = """
SELECT count(*) FROM bench_parents p JOIN (
  SELECT parent, ST_Union(geom) AS geom FROM bench_units GROUP BY parent
) AS u ON u.parent = p.id WHERE abs(ST_Area(u.geom) - ST_Area(p.geom)) > 0.001
"""


def sql_table(coverage: Coverage, runs: int, url: str) -> None:
    """Print the full proof beside one all in SQL of the same land on PostGIS, taken in turn."""
    import psycopg

    with psycopg.connect(url.replace("postgis://", "postgresql://"), autocommit=True) as connection:
        cursor = connection.cursor()
        # As the service sets its sessions.
        cursor.execute("SET max_parallel_workers_per_gather = 0; SET jit = off; SET work_mem = '256MB'")
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        for table, lands in (("bench_units", coverage.lands()), ("bench_parents", coverage.parents.values())):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
            cursor.execute(
                f"CREATE TABLE {table} (id text PRIMARY KEY, parent text, geom geometry(Geometry, 4547))"
            )
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for land in lands:
                    shape = shapely.to_wkb(shapely.set_srid(land.geometry, 4547), hex=True, include_srid=True)
                    copy.write_row((land.id, land.parent, shape))
            cursor.execute(f"CREATE INDEX ON {table} USING gist (geom)")
            cursor.execute(f"VACUUM ANALYZE {table}")

        def found(query: str) -> int:
            row = cursor.execute(query).fetchone()
            return int(row[0]) if row else -1

        taken: dict[str, list[float]] = {"overlaps": [], "gaps": [], "prove_all": []}
        for _ in range(runs):
            for name, query in (("overlaps", OVERLAPS), ("gaps", GAPS)):
                wall = time.perf_counter()
                if found(query):
                    raise SystemExit(f"SQL finds {name} in the made-up coverage")
                taken[name].append(time.perf_counter() - wall)
            taken["prove_all"].append(timed(lambda: prove_all(coverage))[0])
        version = cursor.execute("SELECT postgis_full_version()").fetchone()
        cursor.execute("DROP TABLE bench_units; DROP TABLE bench_parents")
    middle = {name: statistics.median(values) for name, values in taken.items()}
    print(f"\nall in SQL: {str(version[0]).split()[0] if version else ''}")
    for name, wall in middle.items():
        print(f"{name:<22}{len(coverage):>8}{wall:>10.3f}")
    whole = middle["overlaps"] + middle["gaps"]
    print(f"{'SQL / prove_all':<22}{'':>8}{whole / middle['prove_all']:>10.2f}   (bar 4)")


def main() -> None:
    """Run the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--only", choices=["proof"])
    asked = parser.parse_args()
    runs = asked.runs
    print(f"Python {platform.python_version()}, shapely {shapely.__version__}, GEOS {shapely.geos_version_string}, "
          f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")  # fmt: skip
    small, large = (wiggly_grid(*size, steps=STEPS, block=5, seed=3) for size in (SMALL, LARGE))
    if asked.only != "proof":
        adjustment_table(small, large, runs)
        print()
    proof_table(large, max(3, runs // 3))
    url = os.environ.get("GEOAPP_DATABASE_URL", "")
    if url.startswith("postgis://"):
        sql_table(large, max(3, runs // 5), url)
    print(f"load at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
