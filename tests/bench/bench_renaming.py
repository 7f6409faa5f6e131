"""What renaming a street costs by the number of its doors: the cascade over its addresses, and publishing them.

Run: ``.venv/bin/python -m tests.bench.bench_renaming`` (SpatiaLite in a temporary folder), or
``.ci/postgis.sh run .venv/bin/python -m tests.bench.bench_renaming``. Prints CPU seconds of the process per street and per
door and the machine's load; asserts nothing but the number of doors. The database named by GEOAPP_DATABASE_URL is emptied.
"""

# ruff: noqa: E402 - the database is chosen before Django is set up
from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import timedelta

if not os.environ.get("GEOAPP_DATABASE_URL"):
    os.environ["GEOAPP_DATABASE_URL"] = f"spatialite:///{tempfile.mkdtemp()}/bench.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "geoapp.settings"

import django

django.setup()

import shapely
from django.core.management import call_command
from django.db import connection, transaction

from geoapp.core import acts, bulk
from naming import published
from naming.cascade import recompose
from naming.gazetteer import form_of, rename_street
from naming.models import Address, AddressVersion, PlaceName
from tests import build


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


def main() -> None:
    """Rename streets of growing size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--doors", type=int, nargs="*", default=[50, 500, 5000])
    sizes = parser.parse_args().doors
    call_command("migrate", verbosity=0)
    city = build.city()
    print(f"{connection.vendor}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
    print(f"{'doors':>8}{'cascade s':>11}{'ms/door':>9}{'publish s':>11}{'ms/door':>9}")
    for n, doors in enumerate(sizes):
        old, new = f"试验{'甲乙丙丁戊己庚辛'[n]}路", f"样板{'甲乙丙丁戊己庚辛'[n]}路"
        place = street_with(city, old, doors, 150 + 90 * n)
        with transaction.atomic(), acts.act("street_naming", at=build.NOW) as act:
            rename_street(place.pk, form_of(new), seq=act.seq, valid_from=build.TODAY, old_name=old)
            start = time.process_time()
            count = recompose(streets=[place.pk], seq=act.seq, effective=build.TODAY)
            cascade = time.process_time() - start
        if count != doors:
            raise SystemExit(f"{count} of {doors} doors were written anew")
        with transaction.atomic(), acts.act("announcement", at=build.NOW) as act:
            ids = list(AddressVersion.objects.filter(street=place).values_list("address_id", flat=True))
            start = time.process_time()
            published.publish("addresses", list(dict.fromkeys(ids)), known_at=act.seq - 1, seq=act.seq)
            public = time.process_time() - start
        print(
            f"{doors:>8}{cascade:>11.3f}{1000 * cascade / doors:>9.3f}{public:>11.3f}{1000 * public / doors:>9.3f}"
        )
    print(f"load at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
