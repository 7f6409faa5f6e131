"""Every door of the demo city, removed and asked for: ``python -m tests.bench.bench_numbering [--sample N]``.

Prints by kind of street how many get their number back, as placed and with every door moved by up to 3.5 m east and north; then how
long the axis, a suggestion, disorder and renumbering take on the whole city and on a street of 600 doors in disorder.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from random import Random

import shapely

import geoapp  # noqa: F401  (loads the native wheels in order)
from geoapp.planner.demo.addresses import make_addresses
from geoapp.planner.demo.city import built_up_areas, load_units
from geoapp.planner.demo.streets import make_streets
from naming.addressing.numbering import Door, build_axis, load_profile, number_street, suggest
from naming.addressing.numbering.disorder import disorder
from naming.addressing.numbering.renumber import renumber
from tests.naming.numbering.leave_one_out import axes, leave_one_out


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=0, help="doors to try; 0 for all")
    wanted = parser.parse_args().sample
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    units = load_units()
    streets = make_streets(units, built_up_areas(units), seed=2026, count=6000)
    addresses = make_addresses(units, streets, seed=2026)
    sample = set(Random(1).sample(range(len(addresses)), wanted)) if wanted else None
    for moved_m in (0.0, 3.5):
        start = time.process_time()
        found = leave_one_out(streets, addresses, sample=sample, moved_m=moved_m)
        tries = sum(found.tries.values())
        each_ms = (time.process_time() - start) / tries * 1000
        print(f"\ndoors moved by up to {moved_m:g} m; {each_ms:.2f} ms processor each, all included")
        print("\n".join(found.lines()))
    _speed(streets, addresses)


def _speed(streets, addresses) -> None:
    profile = load_profile()
    start = time.process_time()
    lines = list(axes(streets, profile))
    print(f"\naxis      {(time.process_time() - start) / len(lines) * 1000:7.2f} ms a street")
    by_street = defaultdict(list)
    for i, a in enumerate(addresses):
        x, y = shapely.get_coordinates(a.point)[0].round(3).tolist()
        by_street[a.street_key].append(Door(str(i), a.number, a.sub_number, (x, y)))
    start = time.process_time()
    ready = [number_street(axis, by_street[s.key], profile) for s, axis in zip(streets, lines, strict=True)]
    print(f"seating   {(time.process_time() - start) / len(addresses) * 1000:7.2f} ms a door")
    start = time.process_time()
    findings = sum(len(disorder(street)) for street in ready)
    print(
        f"disorder  {(time.process_time() - start) / len(ready) * 1000:7.2f} ms a street, {findings} findings"
    )
    start = time.process_time()
    changes = sum(len(renumber(street).changes) for street in ready)
    print(
        f"renumber  {(time.process_time() - start) / len(ready) * 1000:7.2f} ms a street, {changes} changes"
    )
    rng = Random(5)
    axis = build_axis(shapely.LineString([(410_000, 2_545_000), (416_000, 2_545_000)]), ["main"], profile)
    doors = [
        Door(str(i), max(1, 2 * (i // 2) + 1 + i % 2 + rng.choice((0, 0, 0, 0, 20, -20))), None,
             (410_000 + 10.0 * (600 - i), 2_545_000 + (8 if i % 2 else -8)))
        for i in range(600)
    ]  # fmt: skip
    street = number_street(axis, doors, profile)
    start = time.process_time()
    plan = renumber(street)
    print(f"600 doors {(time.process_time() - start) * 1000:7.0f} ms, {len(plan.changes)} changes")
    start = time.process_time()
    suggest(street, (413_003.0, 2_545_008.0))
    print(f"suggest   {(time.process_time() - start) * 1000:7.2f} ms on that street")


if __name__ == "__main__":
    main()
