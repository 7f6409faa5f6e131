"""What checking and importing address rows costs: rows per second and memory, every A-rule on every row.

Rows per second are given by the clock and by processor time (this process and its database backend together, which
work one after the other): on a machine that others use, only the second says what the work costs. Memory is read at
ten points of every phase: what it is at the end of a phase beyond its beginning is what grows with the rows.

Run: ``.ci/postgis.sh run .venv/bin/python -m tests.bench.bench_import 1000000`` (or without ``.ci/postgis.sh`` on
SpatiaLite in a temporary folder). Rows are made for the demo city's streets, as dense as a million rows on all of them
would be however few are asked for, and written as they are made; prints figures, asserts nothing. The database named
by GEOAPP_DATABASE_URL is emptied: give it a throw-away one. ``--profile`` prints where the time goes, ``--npm`` runs
``@ban-team/validateur-bal`` on as many rows of the French address format, for information, where npm can fetch it.
"""

# ruff: noqa: E402 - the database is chosen before Django is set up
from __future__ import annotations

import cProfile
import csv
import math
import os
import pstats
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

if not os.environ.get("GEOAPP_DATABASE_URL"):
    os.environ["GEOAPP_DATABASE_URL"] = f"spatialite:///{tempfile.mkdtemp()}/bench.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "geoapp.settings"

import django

django.setup()

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from naming.importing import entering, reporting
from naming.importing.checking import Checker
from naming.importing.entering import Enterer
from naming.importing.running import long_run
from naming.importing.staging import Stager, map_columns, new_import
from naming.models import AddressVersion, PlaceNameVersion, StreetVersion
from tests.bench import bench_validator

HEADER = ("镇街", "街路巷", "门牌号", "楼栋", "户室", "X", "Y")
ON = date(2026, 11, 1)


def rows_for(count: int) -> Iterator[tuple[object, ...]]:
    """Yield ``count`` rows along the demo's streets: doors on both sides, rooms behind some; one in fifty is wrong."""
    rng = random.Random(7)
    names = dict(PlaceNameVersion.objects.filter(place__category="STR").values_list("place_id", "name"))
    streets = list(
        StreetVersion.objects.annotate(wkb=AsWKB("geom")).values_list("place_id", "where", "width_m", "wkb")
    )
    lines = []
    for place, where, width, wkb in streets:
        line = max(shapely.get_parts(shapely.from_wkb(bytes(wkb))), key=lambda part: part.length)
        if line.length > 60:
            lines.append((names[place], where[3:].split("、")[0], (width or 6) / 2 + 4, line))
    # As dense as a million rows on these streets are, however few rows: what a row costs depends on it.
    lines = lines[: max(1, math.ceil(len(lines) * count / 1_000_000))] if len(lines) * 400 > count else lines
    per_street = max(2, round(count / len(lines) / 2.3))
    made = 0
    while True:
        for name, town, off, line in lines:
            step = (line.length - 20) / (per_street // 2 + 1)
            for number in range(1, per_street + 1):
                along = 10 + step * ((number + 1) // 2)
                (x0, y0), (x1, y1) = (line.interpolate(along + d).coords[0] for d in (0, 0.5))
                dx, dy = (x1 - x0) / 0.5, (y1 - y0) / 0.5
                side = off if number % 2 else -off
                x, y = round(x0 - dy * side, 3), round(y0 + dx * side, 3)
                wrong = rng.random() < 0.02
                for room in ("", "101", "102", "201")[: rng.randint(1, 4) if rng.random() < 0.9 else 6]:
                    yield (town, name, f"{number}号" if not wrong else "号", "", room, x, y)
                    made += 1
                    if made == count:
                        return


def cpu_s() -> tuple[float, float]:
    """Return the processor seconds of this process and of its database backend so far."""
    mine = resource.getrusage(resource.RUSAGE_SELF)
    backend = 0.0
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            stat = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rsplit(")", 1)[1].split()
        backend = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    return mine.ru_utime + mine.ru_stime, backend


def resident_mb() -> float:
    """Return the memory this process holds at this moment, megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def peak_mb() -> float:
    """Return the most memory this program ever held, megabytes (``ru_maxrss`` would count what the fork came from)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:", 1)[1].split()[0]) / 1024


def measured(title: str, count: int, step: Callable[[], bool], reached: Callable[[], int]) -> float:
    """Call ``step`` until it returns False; print rows per second and the memory held on the way."""
    start, worked = time.perf_counter(), cpu_s()
    marks = [resident_mb()]
    while step():
        if reached() >= count * len(marks) / 10:
            marks.append(resident_mb())
    marks.append(resident_mb())
    spent, after = time.perf_counter() - start, cpu_s()
    mine, backend = after[0] - worked[0], after[1] - worked[1]
    print(
        f"{title:8} {spent:8.1f} s {count / spent:9.0f} rows/s; processor {mine:.1f} s + backend {backend:.1f} s, "
        f"{count / (mine + backend):.0f} rows/s; load {os.getloadavg()[0]:.1f}\n"
        f"         held {' '.join(f'{mb:.0f}' for mb in marks)} MB, peak so far {peak_mb():.0f} MB",
        flush=True,
    )
    return spent


def main() -> None:
    """Load the demo, write a file, import it."""
    count = int(next((a for a in sys.argv[1:] if a.isdigit()), "50000"))
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    call_command("load_demo", verbosity=0, addresses=200)
    folder = Path(tempfile.mkdtemp())
    path, start = folder / "rows.csv", time.perf_counter()
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(HEADER)
        writer.writerows(rows_for(count))
    print(
        f"{connection.vendor}, {count} rows, {path.stat().st_size / 2**20:.0f} MB written in "
        f"{time.perf_counter() - start:.1f} s, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    # The demo was loaded in this process: what follows is measured in a child that has only the import in memory.
    connection.close()
    child = os.fork()
    if child == 0:
        os.execv(
            sys.executable,
            [sys.executable, "-m", "tests.bench.bench_import", "--child", str(path), str(count)]
            + sys.argv[2:],
        )
    os.waitpid(child, 0)
    if "--npm" in sys.argv:
        bench_validator.run(count, folder)


def run(path: Path, count: int) -> None:
    """Import the file and print the figures."""
    before, began = AddressVersion.objects.count(), cpu_s()
    batch = new_import(path, filename=path.name, on=ON, options={})
    map_columns(batch, batch.mapping, "", timezone.now())
    profile = cProfile.Profile() if "--profile" in sys.argv else None
    if profile:
        profile.enable()
    stager = Stager(batch)
    spent = measured("stage", count, stager.step, lambda: batch.staged)
    stager.close()
    checker = Checker(batch)
    spent += measured("check", count, checker.step, lambda: batch.checked)
    held = resident_mb()
    print({k: v for k, v in reporting.counts(batch).items() if v})
    for row in reporting.by_rule(batch)[:8]:
        print(f"  {row['code']} {row['severity']} {row['count']} {row['example']['message'][:60]}")
    start, lines = time.perf_counter(), 0
    for name in reporting.Tables:
        head, rows = reporting.Tables[name]
        lines += sum(chunk.count(b"\n") for chunk in reporting.csv_lines(head(batch), rows(batch)))
    print(
        f"report   {time.perf_counter() - start:8.1f} s, {lines} lines; held {held:.0f} then {resident_mb():.0f} MB"
    )
    entering.begin(batch, "bench")
    enterer = Enterer(batch)
    spent += measured("enter", count, enterer.step, lambda: batch.entered)
    if profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
        pstats.Stats(profile).sort_stats("cumtime").print_stats("naming|geoapp", 60)
    worked = sum(cpu_s()) - sum(began)
    print(
        f"all      {spent:8.1f} s {count / spent:9.0f} rows/s; processor {worked:.1f} s with the reports, "
        f"{count / worked:.0f} rows/s; peak {peak_mb():.0f} MB, "
        f"{AddressVersion.objects.count() - before} addresses entered, load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    if "--child" in sys.argv:
        at = sys.argv.index("--child")
        with long_run():  # as the command does
            run(Path(sys.argv[at + 1]), int(sys.argv[at + 2]))
    else:
        main()
