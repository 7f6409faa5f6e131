"""``manage.py load_demo``: the demo city, complete, in one go; a second run finds it loaded and stops."""

from __future__ import annotations

import gc
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from boundaries.models import Unit
from geoapp.core.models import Case
from geoapp.planner.demo.addresses import DemoAddress, addresses_by_town, make_addresses
from geoapp.planner.demo.city import CORE_RADIUS_M, built_up_areas, load_units
from geoapp.planner.demo.features import make_features
from geoapp.planner.demo.real_cases import NANHAI_2023, QINGXIN_2023
from geoapp.planner.demo.streets import make_streets
from geoapp.planner.demo_load import cases as demo_cases
from geoapp.planner.demo_load.adjusting import ADJUSTMENT_COUNT, load_adjustments
from geoapp.planner.demo_load.collecting import load_collection
from geoapp.planner.demo_load.doors import DOOR_COUNT, load_doors
from geoapp.planner.demo_load.features import load_features
from geoapp.planner.demo_load.land import KNOWN_SINCE, load_history, load_land
from geoapp.planner.demo_load.markers import load_markers
from geoapp.planner.demo_load.names import load_addresses, load_streets
from geoapp.planner.demo_load.people import load_people
from geoapp.planner.demo_load.renaming import RENAMED_TO, RENAMING_COUNT, load_renamings
from geoapp.planner.reference import seed

TAKEOVER = timezone.make_aware(datetime(2023, 1, 3, 9))


@dataclass(frozen=True)
class Scale:
    """How much of a city is made; streets are dense within ``core_radius_m`` of a town's seat."""

    streets: int
    addresses: int
    core_radius_m: float


SCALES = {"small": Scale(6_000, 60_000, CORE_RADIUS_M), "city": Scale(30_000, 1_000_000, 3_400.0)}


class Command(BaseCommand):
    """Loads 5 districts, 32 towns, 818 units with their history since 2016, rivers, estates and buildings,
    streets, addresses, people, cases.

    All but the names and codes of units is made up and flagged synthetic.
    """

    help = "载入示意城市（可重复运行：已载入则跳过）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the seed and the sizes."""
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--streets", type=int, help="街路巷数（缺省按规模）")
        parser.add_argument("--addresses", type=int, help="标准地址数（缺省按规模）")
        parser.add_argument(
            "--scale", choices=list(SCALES), default="small", help="small 或 city（须 PostGIS）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, in one transaction: an interrupted load leaves nothing behind."""
        if Unit.objects.exists():
            if not Case.objects.filter(synthetic=True).exists():
                raise CommandError("数据库里已有非示意的区划数据；示意城市只能载入空数据库")
            self.stdout.write("示意城市已载入")
            return
        if options["scale"] == "city" and connection.vendor != "postgresql":
            raise CommandError(
                "city 规模（3 万条街路巷、100 万个地址）须用 PostGIS；"
                "请把 GEOAPP_DATABASE_URL 设为 postgis://…，或用 --scale small"
            )
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        # Hundreds of thousands of rows and no cycles among them: the collector would only count them.
        gc.disable()
        try:
            with Progress(*columns, disable=not options["verbosity"]) as progress, transaction.atomic():
                self._load(progress, options)
        finally:
            gc.enable()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")

    def _load(self, progress: Progress, options: dict[str, Any]) -> None:
        seed(timezone.localdate())  # departments and rules, where only ``migrate`` was run
        made = progress.add_task("生成街路、门牌与小区（示意）", total=4)
        scale: Scale = SCALES[options["scale"]]
        units = load_units()
        areas = built_up_areas(units, scale.core_radius_m)
        progress.advance(made)
        reserved = {*demo_cases.SPARE_NAMES, *RENAMED_TO, *NANHAI_2023.names, *QINGXIN_2023.names}
        streets = make_streets(
            units,
            areas,
            seed=options["seed"],
            count=options["streets"] or scale.streets,
            reserved=frozenset(reserved),
            core_radius_m=scale.core_radius_m,
        )
        progress.advance(made)
        door_count = options["addresses"] or scale.addresses
        doors: Iterable[Sequence[DemoAddress]]
        if options["scale"] == "city":
            doors = addresses_by_town(units, streets, seed=options["seed"], count=door_count)
        else:
            doors = [make_addresses(units, streets, seed=options["seed"], count=door_count)]
        progress.advance(made)
        features = make_features(units, streets, seed=options["seed"])
        progress.advance(made)
        land_task = progress.add_task("区划与村居", total=1)
        history = load_history(units, TAKEOVER - timedelta(minutes=1))
        land = load_land(units, areas, TAKEOVER, history.units)
        load_markers(KNOWN_SINCE, TAKEOVER)
        progress.advance(land_task)
        house_task = progress.add_task("河涌、小区与楼栋", total=1)
        load_features(features, land)
        progress.advance(house_task)
        town = demo_cases.demo_town(units)
        people = load_people(land.jurisdictions, town)
        street_task = progress.add_task("街路巷", total=len(streets))
        places = load_streets(
            streets, units, land, TAKEOVER + timedelta(minutes=1), lambda n: progress.advance(street_task, n)
        )
        address_task = progress.add_task("标准地址", total=door_count)
        load_addresses(
            doors,
            streets,
            places,
            units,
            land,
            TAKEOVER + timedelta(minutes=2),
            lambda n: progress.advance(address_task, n),
        )
        case_task = progress.add_task(
            "案件", total=demo_cases.CASE_COUNT + RENAMING_COUNT + ADJUSTMENT_COUNT + DOOR_COUNT
        )
        demo_cases.load_cases(
            people, units, streets, town, _office_hours(), lambda n: progress.advance(case_task, n)
        )
        load_renamings(
            people, streets, places, town, _office_hours(), lambda n: progress.advance(case_task, n)
        )
        load_adjustments(people.users, town, _office_hours(), lambda n: progress.advance(case_task, n))
        load_collection(people.users, town, _office_hours())
        load_doors(
            people,
            units,
            streets,
            places,
            town,
            _office_hours(),
            lambda n: progress.advance(case_task, n),
        )


def _office_hours() -> datetime:
    """Return the last half past nine: the demo's steps are taken in the morning."""
    now = timezone.localtime()
    morning = now.replace(hour=9, minute=30, second=0, microsecond=0)
    return morning if morning <= now else morning - timedelta(days=1)
