"""What renaming a street costs by the number of its doors, written by the act itself and written beforehand.

Run: ``.venv/bin/python -m tests.bench.bench_renaming`` (SpatiaLite in a temporary folder), or
``.ci/postgis.sh run .venv/bin/python -m tests.bench.bench_renaming``. Prints wall seconds of deciding and of announcing,
and the longest transaction in each (on SpatiaLite: how long everybody else waits for the write lock); asserts nothing but
the number of doors. The database named by GEOAPP_DATABASE_URL is emptied.
"""

# ruff: noqa: E402 - the database is chosen before Django is set up
from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

if not os.environ.get("GEOAPP_DATABASE_URL"):
    os.environ["GEOAPP_DATABASE_URL"] = f"spatialite:///{tempfile.mkdtemp()}/bench.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "geoapp.settings"

import django

django.setup()

import shapely
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from geoapp.core import acts, bulk
from geoapp.core.effective import known
from naming import published
from naming.models import Address, AddressVersion, PlaceName, PublishedAddress
from tests import build

NEVER = 10**9


def street_with(city: build.City, name: str, doors: int, y: float) -> PlaceName:
    """Enter a street with its doors."""
    place = city.named(name, build.line((100, y), (1900, y)))
    made = [Address(synthetic=True) for _ in range(doors)]
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW - timedelta(days=300)) as act:
        bulk.insert(Address, made)
        bulk.insert(
            AddressVersion,
            (
                AddressVersion(
                    address_id=address.pk,
                    street=place,
                    community_id=city.land.units[f"{build.TOWN_A}001"].pk,
                    number=n,
                    text=f"佛山市南海区试验镇{name}{n}号",
                    geom=bulk.raw(shapely.Point(*build.at(100 + n * 0.3, y + 5))),
                    valid_from=build.TAKEOVER.date(),
                    act_in=act.seq,
                )
                for n, address in enumerate(made, start=1)
            ),
        )
        published.publish("addresses", [a.pk for a in made], known_at=act.seq, seq=act.seq)
    return place


@contextmanager
def timed_transactions() -> Iterator[list[tuple[float, float]]]:
    """Note how long each outermost transaction lasts, seconds: on the clock, and of the process's CPU."""
    found: list[tuple[float, float]] = []
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__
    began: list[tuple[float, float]] = []

    def entering(self: transaction.Atomic) -> None:
        if not connection.in_atomic_block:
            began.append((time.perf_counter(), time.process_time()))
        enter(self)

    def leaving(self: transaction.Atomic, *args: object) -> None:
        leave(self, *args)  # type: ignore[arg-type]
        if not connection.in_atomic_block:
            wall, cpu = began.pop()
            found.append((time.perf_counter() - wall, time.process_time() - cpu))

    transaction.Atomic.__enter__, transaction.Atomic.__exit__ = entering, leaving  # type: ignore[method-assign]
    try:
        yield found
    finally:
        transaction.Atomic.__enter__, transaction.Atomic.__exit__ = enter, leave  # type: ignore[method-assign]


def measured(step: Callable[[], object]) -> tuple[float, float, float, float]:
    """Return seconds of a step: on the clock, its longest transaction, its last one (the act), the CPU of that."""
    with timed_transactions() as locks:
        start = time.perf_counter()
        step()
        return time.perf_counter() - start, max(locks)[0], *locks[-1]


def main() -> None:
    """Rename streets of growing size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--doors", type=int, nargs="*", default=[50, 500, 5000])
    sizes = parser.parse_args().doors
    call_command("migrate", verbosity=0)
    city = build.city()
    print(f"{connection.vendor}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
    print(f"{'':>8}{'':>12}{'decide':>36}{'announce':>38}")
    print(f"{'doors':>8}{'written':>12}" + f"{'total s':>10}{'longest ms':>12}{'act ms':>8}{'CPU ms':>8}" * 2)
    for n, doors in enumerate(sizes):
        for beforehand in (False, True):
            settings.GEOAPP_PREPARE_FROM = 1 if beforehand else NEVER
            kind = "甲乙丙丁戊己庚辛"[n] + "子丑"[beforehand]
            place = street_with(city, f"试验{kind}路", doors, 150 + 90 * n + 40 * beforehand)
            asked = {
                "kind": "rename",
                "street": str(place.pk),
                "name": f"样板{kind}路",
                "meaning": "（示意）",
                "trigger": "construction",
            }
            journey = city.journey(build.NOW).draft([asked]).to_consulting().to_publicity().to_reviewed()
            decided = measured(journey.decide)
            announced = measured(journey.announce)
            now = known(AddressVersion.objects.filter(street=place, valid_to__isnull=True))
            public = known(PublishedAddress.objects.filter(street=f"样板{kind}路"))
            if (now.filter(text__contains="样板").count(), public.count()) != (doors, doors):
                raise SystemExit(f"not all of {doors} doors were written anew")
            cells = "".join(
                f"{t:>10.2f}{1000 * w:>12.0f}{1000 * a:>8.0f}{1000 * c:>8.0f}"
                for t, w, a, c in (decided, announced)
            )
            print(f"{doors:>8}{'beforehand' if beforehand else 'by the act':>12}{cells}")
    print(f"load at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
