"""What renaming a street or a unit costs by the number of doors, written by the act itself and written beforehand.

Run: ``.venv/bin/python -m tests.bench.bench_renaming`` (SpatiaLite in a temporary folder), or
``.ci/postgis.sh run .venv/bin/python -m tests.bench.bench_renaming``. Prints wall seconds of deciding and of announcing,
and the longest transaction in each (on SpatiaLite: how long everybody else waits for the write lock); asserts nothing but
the number of doors. ``--units`` measures a community that is called otherwise, one that goes to another town, one that is
split with doors moving, and a town renamed by a code list (by the act). ``--moves`` splits communities, ``--editions``
renames a town by lists, each by the act and beforehand. The database named by GEOAPP_DATABASE_URL is emptied.
"""

# ruff: noqa: E402 - the database is chosen before Django is set up
from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

if not os.environ.get("GEOAPP_DATABASE_URL"):
    os.environ["GEOAPP_DATABASE_URL"] = f"spatialite:///{tempfile.mkdtemp()}/bench.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "geoapp.settings"

import django

django.setup()

import shapely
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, transaction

from boundaries import edition_uploads as lists
from boundaries.edition_writing import _publish
from boundaries.models import EditionUpload, UnitVersion
from boundaries.ports import ports
from boundaries.procedure import DIVISION_CHANGE
from geoapp.core import acts, bulk, roles
from geoapp.core.effective import known, succeed
from geoapp.core.models import Membership, User
from naming import published
from naming.addressing.compose import community_part
from naming.models import Address, AddressVersion, PlaceName, PublishedAddress
from tests import build
from tests.boundaries.adjustments import Adjustment, split
from tests.boundaries.lists import csv_of, standing_rows
from tests.boundaries.test_clocks import MATERIALS
from tests.boundaries.test_unit_renaming import plan

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


def doors_below(city: build.City, code: str, doors: int, x: float, y: float) -> None:
    """Enter doors in a community, half of them in a natural village (written with the community)."""
    sign = "甲乙丙"[PlaceName.objects.filter(category=PlaceName.Category.VILLAGE).count()]
    names = (f"试验{sign}路", f"荷塘{sign}里")
    places = [
        city.named(name, build.line((x, y + 200 * n), (x + 1800, y + 200 * n)))
        for n, name in enumerate(names)
    ]
    PlaceName.objects.filter(pk=places[1].pk).update(category=PlaceName.Category.VILLAGE)
    community = held(code)
    town = UnitVersion.objects.get(unit_id=community.parent_id, act_out=None, valid_to=None).name
    texts = f"佛山市南海区{town}{names[0]}", f"佛山市南海区{town}{community_part(community.name)}{names[1]}"
    made = [Address(synthetic=True) for _ in range(doors)]
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW - timedelta(days=300)) as act:
        bulk.insert(Address, made)
        bulk.insert(
            AddressVersion,
            (
                AddressVersion(
                    address_id=address.pk,
                    street=places[n % 2],
                    community_id=community.unit_id,
                    number=n,
                    text=f"{texts[n % 2]}{n}号",
                    geom=bulk.raw(shapely.Point(*build.at(x + n * 1700 / doors, y + 5 + 200 * (n % 2)))),
                    valid_from=build.TAKEOVER.date(),
                    act_in=act.seq,
                )
                for n, address in enumerate(made, start=1)
            ),
        )
        published.publish("addresses", [a.pk for a in made], known_at=act.seq, seq=act.seq)


def held(code: str) -> UnitVersion:
    """Return the last version of a unit, wherever it belongs and whatever it is called."""
    return UnitVersion.objects.get(code=code, act_out__isnull=True, valid_to__isnull=True)


def units(city: build.City, doors: int) -> None:
    """Rename one community and split it, give another to another town, rename the town of a third."""
    first, second, third = f"{build.TOWN_A}200", f"{build.TOWN_A}001", f"{build.TOWN_B}200"
    for code, x, y in ((first, 100, 1200), (second, 100, 200), (third, 2100, 1300)):
        doors_below(city, code, doors, x, y)
    checker = User.objects.create(username="city-2", display_name="市级核对人（示意）")
    Membership.objects.create(
        user=checker,
        role="city_officer",
        jurisdiction=city.land.jurisdictions["440600"],
        valid_from=build.TAKEOVER.date(),
    )
    city.users["city-2"] = checker
    clock = build.NOW
    for n, beforehand in enumerate((False, True)):
        settings.GEOAPP_PREPARE_FROM = 1 if beforehand else NEVER
        how = "beforehand" if beforehand else "by the act"
        clock += timedelta(days=60)
        data = plan(held(first), ("映霞村", "云霞村")[n], pinyin=("Yìngxiá Cūn", "Yúnxiá Cūn")[n])
        case = Adjustment(city, clock).draft(data).to_reviewed(held(first))
        _row("renamed", how, measured(case.decide), measured(case.announce))
    for beforehand in (False, True):
        settings.GEOAPP_PREPARE_FROM = 1 if beforehand else NEVER
        how = "beforehand" if beforehand else "by the act"
        clock += timedelta(days=60)
        target = city.land.units[build.TOWN_A if beforehand else build.TOWN_B].pk
        operations = [{"op": "reparent", "units": [str(held(second).unit_id)], "parent": str(target)}]
        case = Adjustment(city, clock).draft(
            {"kind": "transfer", "operations": operations, "after": []},
            by="demo-city",
            procedure=DIVISION_CHANGE,
        )
        case.attach(*MATERIALS, by="demo-city")
        case.go(
            "record_paper",
            "demo-city",
            doc_no="粤府函〔2026〕示意号",
            approver="广东省人民政府",
            decided_on=clock.date(),
            effective_on=clock.date(),
            outcomes=case.outcomes(),
        )
        _row(
            "other town",
            how,
            measured(partial(case.go, "confirm_paper", "city-2")),
            measured(partial(case.go, "announce", "demo-city", channels="网站")),
        )
    clock += timedelta(days=60)
    half = split(held(first), [(-10, 1300), (2010, 1300)], "新居村委会")
    case = Adjustment(city, clock).draft(half).to_reviewed(held(first))
    _row("split", "beforehand", measured(case.decide), measured(case.announce))
    lineage = [e for a in case.case.acts.all() for e in json.loads(a.payload).get("adjustments", [])]
    print(f"  of the split, {lineage[0]['addresses']} doors moved to another community")
    by_list = measured(partial(renamed_by_list, clock + timedelta(days=90)))
    print(
        f"{'town by list':>12}{'by the act':>12}{by_list[0]:>10.2f}"
        + "{:>12.0f}{:>8.0f}{:>8.0f}".format(*(1000 * x for x in by_list[1:]))
    )


def renamed_by_list(at: datetime) -> None:
    """Do what writing a confirmed list does for one renamed town: version, addresses, public rows, in one act."""
    town = held(build.TOWN_B)
    with transaction.atomic(), acts.act("edition_2026", at=at) as act:
        succeed(town, seq=act.seq, valid_from=at.date(), name="新试街道")
        ports().replace_addresses({}, [], [str(town.unit_id)], seq=act.seq, effective=at.date())
        act.payload["publish"] = _publish(act.seq, {town.unit_id})


def moves(city: build.City, doors: int) -> None:
    """Split two communities of so many doors each: half of them move; by the act, and beforehand."""
    clock = build.NOW
    for code, y, beforehand in ((f"{build.TOWN_A}001", 200, False), (f"{build.TOWN_A}200", 1200, True)):
        doors_below(city, code, doors, 100, y)
        settings.GEOAPP_PREPARE_FROM = 1 if beforehand else NEVER
        clock += timedelta(days=60)
        data = split(held(code), [(-10, y + 100), (2010, y + 100)], f"新居{y}")
        case = (
            Adjustment(city, clock).draft(data).to_reviewed(*([held(code)] if code.endswith("200") else []))
        )
        how = "beforehand" if beforehand else "by the act"
        _row("split", how, measured(case.decide), measured(case.announce))
        lineage = [e for a in case.case.acts.all() for e in json.loads(a.payload).get("adjustments", [])]
        print(f"  {lineage[0]['addresses']} of {doors} doors moved to another community")


def editions(city: build.City, doors: int) -> None:
    """Write two lists that rename a town of so many doors: by the act, and beforehand."""
    doors_below(city, f"{build.TOWN_B}200", doors, 2100, 1300)
    user = city.users["demo-district"]
    on = build.TODAY
    for name, beforehand in (("新试街道", False), ("再试街道", True)):
        settings.GEOAPP_PREPARE_FROM = 1 if beforehand else NEVER
        on += timedelta(days=20)
        grants = roles.grants(user, on)
        rows = [
            [code, label, town, name if town == build.TOWN_B else of]
            for code, label, town, of in standing_rows(on - timedelta(days=1), "440605")
        ]
        upload = SimpleUploadedFile("名单.csv", csv_of(rows))
        at = build.NOW + timedelta(days=90)
        row = lists.receive(upload, on.year, on, "", user=user, held=grants, at=at)
        sheet = lists.sheet_of(row)
        keys = [p.key for p in sheet.comparison.proposed]
        lists.answer(sheet, keys, lists.Answer("confirmed"), user=user, at=at)
        sheet = lists.sheet_of(EditionUpload.objects.get(pk=row.pk))
        write = partial(lists.write, sheet, seen_seq=sheet.base.seq, user=user, held=grants, at=at)
        _row("town by list", "beforehand" if beforehand else "by the act", measured(write))
        texts = known(AddressVersion.objects.filter(text__contains=name, valid_to__isnull=True)).count()
        public = known(PublishedAddress.objects.filter(name__contains=name, valid_to__isnull=True)).count()
        if (texts, public) != (doors, doors):
            raise SystemExit(f"not all of {doors} doors were written anew: {texts}, {public}")


def _row(what: str, how: str, *steps: tuple[float, float, float, float]) -> None:
    cells = "".join(f"{t:>10.2f}{1000 * w:>12.0f}{1000 * a:>8.0f}{1000 * c:>8.0f}" for t, w, a, c in steps)
    print(f"{what:>12}{how:>12}{cells}", flush=True)


def main() -> None:
    """Rename streets of growing size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--doors", type=int, nargs="*", default=[50, 500, 5000])
    parser.add_argument("--units", type=int, metavar="DOORS", help="a community of so many doors instead")
    parser.add_argument(
        "--moves", type=int, metavar="DOORS", help="split communities of so many doors instead"
    )
    parser.add_argument(
        "--editions", type=int, metavar="DOORS", help="a town of so many doors renamed by lists"
    )
    asked = parser.parse_args()
    sizes = asked.doors
    call_command("migrate", verbosity=0)
    city = build.city()
    print(f"{connection.vendor}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}")
    if asked.units:
        print(f"{'':>24}" + f"{'total s':>10}{'longest ms':>12}{'act ms':>8}{'CPU ms':>8}" * 2)
        units(city, asked.units)
        return
    for count, measure in ((asked.moves, moves), (asked.editions, editions)):
        if count:
            measure(city, count)
            return
    print(f"{'':>8}{'':>12}{'decide':>36}{'announce':>38}")
    print(f"{'doors':>8}{'written':>12}" + f"{'total s':>10}{'longest ms':>12}{'act ms':>8}{'CPU ms':>8}" * 2)
    for n, doors in enumerate(sizes):
        for beforehand in (False, True):
            settings.GEOAPP_PREPARE_FROM = 1 if beforehand else NEVER
            kind = "甲乙丙丁戊己庚辛"[n] + "子丑"[beforehand]
            place = street_with(city, f"试验{kind}路", doors, 150 + 90 * n + 40 * beforehand)
            wish = {
                "kind": "rename",
                "street": str(place.pk),
                "name": f"样板{kind}路",
                "meaning": "（示意）",
                "trigger": "construction",
            }
            journey = city.journey(build.NOW).draft([wish]).to_consulting().to_publicity().to_reviewed()
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
