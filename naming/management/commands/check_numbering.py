"""``manage.py check_numbering``: what is out of order in the numbers of streets, and the fewest changes that mend it."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table
from shapely.geometry import Point

from geoapp.core import frame
from geoapp.core.effective import in_force
from geoapp.core.errors import AppError
from naming.addressing.compose import number_text
from naming.addressing.numbering.disorder import disorder
from naming.addressing.numbering.renumber import Renumbering, renumber
from naming.addressing.numbering.words import say
from naming.models import PlaceNameVersion, StreetVersion
from naming.numbering import city_profile, street_on

HEADS = ("类别", "街路巷", "所在", "规则", "等级", "原编号", "新编号", "经度", "纬度", "说明")
Row = tuple[str, str, str, str, str, str, str, str, str, str]


class Command(BaseCommand):
    """Prints a table, or writes CSV; changes nothing. Exits 0 whatever was found."""

    help = "检查街路巷门牌的次序、单双号、重号、跳号、附号，并给出改动最少的整理方案（只提建议，不改登记）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments."""
        parser.add_argument("--street", metavar="NAME", help="只查这个名称的街路巷")
        parser.add_argument("--town", metavar="CODE", help="只查这个镇街（9 位代码）登记的街路巷")
        parser.add_argument("--on", metavar="DATE", help="按哪一天，默认今天")
        parser.add_argument("--csv", metavar="OUT.csv", help="写成 CSV 文件（UTF-8，Excel 可直接打开）")
        parser.add_argument("--proposals", action="store_true", help="同时列出整理方案（旧号→新号）")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check each street, then write."""
        on = _day(options["on"])
        streets = _streets(options["street"], options["town"], on)
        if not streets:
            raise CommandError("没有符合条件的街路巷；请核对名称或镇街代码")
        rows: list[Row] = []
        checked = doors = changed = 0
        for street_id, name, where in streets:
            try:
                street = street_on(street_id, on)
            except AppError as refusal:
                rows.append(("无法检查", name, where, "", "", "", "", "", "", refusal.message))
                continue
            checked += 1
            doors += len(street.seats)
            rows += _findings(name, where, disorder(street))
            if options["proposals"]:
                plan = renumber(street)
                changed += len(plan.changes)
                rows += _changes(name, where, plan)
        if options["csv"]:
            _write(Path(options["csv"]), rows)
        else:
            self._show(rows)
        said = f"检查 {checked} 条街路巷、{doors} 个门牌（{city_profile().label}），问题 {_count(rows)} 处"
        self.stdout.write(said + (f"，整理须改 {changed} 个门牌" if options["proposals"] else ""))

    def _show(self, rows: list[Row]) -> None:
        table = Table(title="门牌编号检查", title_justify="left")
        for head in HEADS:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*row)
        Console(file=self.stdout, width=160, highlight=False, markup=False).print(table)  # type: ignore[arg-type]


def _day(text: str | None) -> date:
    if not text:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"日期“{text}”不对，请按 2026-11-23 的样式填写") from None


def _streets(name: str | None, town: str | None, on: date) -> list[tuple[UUID, str, str]]:
    names = in_force(PlaceNameVersion.objects.filter(place__category="STR"), on)
    if name:
        names = names.filter(name=name)
    extents = in_force(StreetVersion.objects.all(), on)
    if town:
        extents = extents.filter(town__code=town)
    where = dict(extents.values_list("place_id", "where"))
    found = [
        (place, text, where[place])
        for place, text in names.order_by("name", "place_id").values_list("place_id", "name")
        if place in where
    ]
    return list({row[0]: row for row in found}.values())


def _lonlat(at: tuple[float, float] | None) -> tuple[str, str]:
    if at is None:
        return "", ""
    point = frame.to_geographic(Point(at))
    return f"{point.x:.9f}", f"{point.y:.9f}"


def _findings(name: str, where: str, findings: list[Any]) -> Iterator[Row]:
    for finding in findings:
        lon, lat = _lonlat(finding.at)
        yield (
            "问题",
            name,
            where,
            finding.code,
            finding.severity,
            "",
            "",
            lon,
            lat,
            say(finding.note),
        )


def _changes(name: str, where: str, plan: Renumbering) -> Iterator[Row]:
    if not plan.changes:
        return
    yield ("方案", name, where, "A-15", "", "", "", "", "", "；".join(say(n) for n in plan.notes))
    for change in plan.changes:
        lon, lat = _lonlat(change.at)
        old = _number(change.old_number, change.old_sub_number)
        new = _number(change.new_number, change.new_sub_number)
        yield ("改号", name, where, "A-15", "", old, new, lon, lat, f"{old}改为{new}")


def _number(number: int, sub: int | None) -> str:
    return number_text(number, sub)


def _count(rows: list[Row]) -> int:
    return sum(row[0] == "问题" for row in rows)


def _write(path: Path, rows: list[Row]) -> None:
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(HEADS)
            writer.writerows(rows)
    except OSError as fault:
        raise CommandError(f"{path} 写不出去：{fault.strerror}") from None
