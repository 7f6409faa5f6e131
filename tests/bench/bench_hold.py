"""What an expensive client costs the others: p95 of ordinary reading alone and beside an attacker, and the ratio.

Run: ``.ci/postgis.sh run .venv/bin/python -m tests.bench.bench_hold`` (or with a ``spatialite:///…`` URL of an empty
database in GEOAPP_DATABASE_URL). Asserts nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults.serving import environment, serving
from tests.faults.sharing import Attack, Times, read


def _row(name: str, alone: list[Times], beside: list[Times], kind: str = "") -> None:
    cells = []
    for part in (0.5, 0.95):
        first = sorted(t.percentile(part, kind) for t in alone)[len(alone) // 2]
        second = sorted(t.percentile(part, kind) for t in beside)[len(beside) // 2]
        cells.append(f"{first * 1000:>8.0f}{second * 1000:>10.0f}{second / first:>8.2f}")
    print(f"{name:>12}" + "".join(cells), flush=True)


def main() -> None:
    """Measure rounds of reading alone and reading beside an attacker, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--loaded", action="store_true", help="the database holds the rows already")
    asked = parser.parse_args()
    database = os.environ["GEOAPP_DATABASE_URL"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        if not asked.loaded:
            command = [sys.executable, "-m", "tests.faults.loading", str(asked.addresses)]
            subprocess.run(command, env=environment(database, path), check=True)
        with serving(database, path) as server:
            read(server.url, 3, asked.addresses)
            alone, beside = [], []
            for turn in range(asked.rounds):
                alone.append(read(server.url, asked.seconds, asked.addresses, turn))
                attack = Attack(server.url, asked.seconds + 2, asked.at_once)
                beside.append(read(server.url, asked.seconds, asked.addresses, turn))
                told = dict(attack.end())
                print(f"attacker {told}, readers {dict(beside[-1].statuses)}", flush=True)
            print(f"load {os.getloadavg()[0]:.1f}, {database.split(':')[0]}")
            print(f"{'':>12}{'p50 ms':>8}{'beside':>10}{'ratio':>8}{'p95 ms':>8}{'beside':>10}{'ratio':>8}")
            _row("all", alone, beside)
            for kind in ("by id", "small box", "tile"):
                _row(kind, alone, beside, kind)


if __name__ == "__main__":
    main()
