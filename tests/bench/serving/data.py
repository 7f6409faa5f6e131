"""A made-up register to read from: addresses, streets and communities straight in the published tables.

Run on a migrated database named by GEOAPP_DATABASE_URL whose published tables are empty:
``python -m tests.bench.serving.data --addresses 1000000 --streets 30000``. The same numbers and the same ``--seed``
give the same rows. Six acts: the first makes everything public, the others change one address in ten (the row that
stood is closed, the old version returns with its last day, the new one begins). Prints rows, sizes and time.
"""

# ruff: noqa: E402 - Django is set up before its models are imported
from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")

import django

django.setup()

import shapely
from django.db import connection, models, transaction
from django.utils import timezone
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon

from boundaries.models import PublishedCommunity
from geoapp.core import acts, bulk
from naming.models import PublishedAddress, PublishedStreet
from tests.bench.serving import place

_READINGS = """桂/Guì 城/Chéng 文/Wén 华/Huá 祖/Zǔ 庙/Miào 汾/Fén 江/Jiāng 岭/Lǐng 南/Nán 季/Jì 海/Hǎi
佛/Fó 平/Píng 锦/Jǐn 龙/Lóng 顺/Shùn 德/Dé 东/Dōng 丽/Lì 永/Yǒng 安/Ān 福/Fú 宁/Níng 清/Qīng 水/Shuǐ 三/Sān 高/Gāo
明/Míng 禅/Chán 石/Shí 湾/Wān 张/Zhāng 槎/Chá 大/Dà 沥/Lì 西/Xī 樵/Qiáo 乐/Lè 从/Cóng 容/Róng 仙/Xiān 塘/Táng 荷/Hé"""
WORDS = [pair.split("/") for pair in _READINGS.split()]
KINDS = (("路", "Lù", "LU"), ("街", "Jiē", "JIE"), ("大道", "Dàdào", "DADAO"), ("巷", "Xiàng", "XIANG"))
TOWNS = (
    ("440605011", "南海区桂城街道"),
    ("440605121", "南海区西樵镇"),
    ("440604010", "禅城区祖庙街道"),
    ("440604011", "禅城区石湾镇街道"),
    ("440606003", "顺德区大良街道"),
    ("440606102", "顺德区乐从镇"),
    ("440607004", "三水区西南街道"),
    ("440608001", "高明区荷城街道"),
)
COMPOUNDS = ("翠湖花园", "桂园新村", "怡景苑", "金色家园")
_WAVE = 0.012
ACROSS, UP, CORNERS = 28, 28, 19
"""Rows of communities, communities in the shorter of them, points on a side."""


def named(rng: random.Random) -> tuple[str, str]:
    """Return two syllables: the words and their reading."""
    (one, first), (two, second) = rng.sample(WORDS, 2)
    return one + two, first + second.lower()


def coverage() -> list[Polygon]:
    """Return 809 polygons without gap or overlap: neighbours share the very points of a wavy side."""
    rng = random.Random("coverage 0")
    west, south, east, north = place.REGION
    longer = place.COMMUNITIES - ACROSS * UP
    counts = [ACROSS + (row < longer) for row in range(UP)]
    ends = [
        [west + (east - west) * n / count + (rng.uniform(-2e-3, 2e-3) if 0 < n < count else 0)
         for n in range(count + 1)]
        for count in counts
    ]  # fmt: skip
    ends = [[round(x, 9) for x in row] for row in ends]
    height = (north - south) / UP
    lines: list[list[tuple[float, float]]] = []
    for row in range(UP + 1):
        xs = {x for r in (row - 1, row) if 0 <= r < UP for x in ends[r]}
        below = ends[max(0, row - 1)]
        between = (
            round(a + (b - a) * n / CORNERS, 9)
            for a, b in zip(below, below[1:], strict=False)
            for n in range(1, CORNERS)
        )
        # Not close to where a side begins: the waves of both could cross.
        xs |= {x for x in between if min(abs(x - other) for other in xs) > 5e-4}
        wave = 0.0 if row in {0, UP} else height * _WAVE
        lines.append(
            [(x, round(south + row * height + rng.uniform(-wave, wave), 9)) for x in sorted(xs)]
        )  # fmt: skip
    at = [dict(line) for line in lines]
    polygons = []
    for row in range(UP):
        sides = []
        for n, x in enumerate(ends[row]):
            wave = 0.0 if n in {0, counts[row]} else height * _WAVE
            low, high = at[row][x], at[row + 1][x]
            inner = [
                (round(x + rng.uniform(-wave, wave), 9), round(low + (high - low) * k / CORNERS, 9))
                for k in range(1, CORNERS)
            ]
            sides.append([(x, low), *inner, (x, high)])
        for n in range(counts[row]):
            a, b = ends[row][n], ends[row][n + 1]
            below = [p for p in lines[row] if a < p[0] < b]
            above = [p for p in reversed(lines[row + 1]) if a < p[0] < b]
            polygons.append(Polygon([*below, *sides[n + 1], *above, *reversed(sides[n])]))
    return polygons


def town_of(polygon: int) -> tuple[str, str]:
    """Return code and name of the town of a community."""
    return TOWNS[polygon * len(TOWNS) // place.COMMUNITIES]


def code_of(polygon: int) -> str:
    """Return the code of a community: that of its town and a number of its own."""
    return f"{town_of(polygon)[0]}{polygon % 1000:03d}"


def standing(seq: int, first: date, **values: Any) -> dict[str, Any]:
    """Return a row that act ``seq`` made public and that is law since a day."""
    return {
        "valid_from": first,
        "valid_to": None,
        "act_in": seq,
        "act_out": None,
        "synthetic": True,
        **values,
    }


def communities(polygons: list[Polygon], first: date) -> Iterator[dict[str, Any]]:
    """Yield the rows of the communities."""
    rng = random.Random("communities")
    for n, polygon in enumerate(polygons):
        name, reading = named(rng)
        code, town = town_of(n)
        people = rng.randint(800, 30_000)
        yield standing(
            1, first, id=place.ident("communities", n), name=f"{name}社区", kind="community", unit=town,
            status="in_force", code=code_of(n), pinyin=f"{reading} Shèqū", parent_code=code,
            households=people // 3, population=people, geom=bulk.raw(MultiPolygon([polygon])),
        )  # fmt: skip


class Course:
    """A street of the data: its name, its unit, its points."""

    def __init__(self, number: int, square: int, rng: random.Random) -> None:
        self.number = number
        words, reading = named(rng)
        kind, spoken, capital = KINDS[min(3, int(rng.expovariate(0.9)))]
        self.name, self.pinyin = words + kind, f"{reading} {spoken}"
        self.capital = capital
        west, south = place.corner(square)
        side = place.SQUARE_DEG
        x, y = west + rng.uniform(0, side), south + rng.uniform(0, side)
        # Away from the nearer edge, so that the square is filled evenly and nothing lies outside it.
        east = 1 if x < west + side / 2 else -1
        north = 1 if y < south + side / 2 else -1
        along = rng.random() < 0.5
        step = rng.uniform(1e-4, 2.4e-4)
        self.points = [(round(x, 9), round(y, 9))]
        for _ in range(rng.randint(1, 39)):
            bend = rng.uniform(-0.15, 0.15) * step
            x, y = (x + east * step, y + bend) if along else (x + bend, y + north * step)
            self.points.append((round(x, 9), round(y, 9)))
        self.line = LineString(self.points)
        self.community = 0


def courses(count: int, addresses: int, polygons: list[Polygon], seed: int) -> list[Course]:
    """Return the streets, each in the community of its middle."""
    rng = random.Random(f"streets {seed}")
    found = [Course(n, n % place.squares(addresses), rng) for n in range(count)]
    middles = [Point(course.points[len(course.points) // 2]) for course in found]
    which, where = shapely.STRtree(polygons).query(middles, predicate="intersects")
    for course, community in zip(which, where, strict=True):
        found[course].community = int(community)
    return found


def streets(found: list[Course], first: date) -> Iterator[dict[str, Any]]:
    """Yield the rows of the streets."""
    rng = random.Random("more of streets")
    for course in found:
        length = course.line.length * 106_000
        yield standing(
            1, first, id=place.ident("streets", course.number), name=course.name, kind="street",
            unit=town_of(course.community)[1], status="standard", pinyin=course.pinyin,
            pinyin_sign=f"{course.pinyin.split()[0].upper()} {course.capital}",
            meaning=f"以{course.name[:2]}命名，寓意安居乐业。" if rng.random() < 0.5 else "",
            start_text="桂澜路", end_text="佛平路", width_m=rng.choice((None, 7.0, 12.5, 24.0)),
            length_m=round(length, 3), approver="佛山市民政局", approved_on=first,
            doc_no=f"佛民地〔2019〕{course.number % 900 + 1}号",
            case_number=f"SM-440605-2019-{course.number % 1_000_000:06d}",
            geom=bulk.raw(MultiLineString([course.line])),
        )  # fmt: skip


def addresses(count: int, found: list[Course], days: list[date], seed: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of the addresses, street by street: what stands, and what stood of one in ten."""
    rng = random.Random(f"addresses {seed}")
    first = days[0]
    for n in range(count):
        course = found[n * len(found) // count]
        door = n - -(-course.number * count // len(found)) + 1
        spot = course.line.interpolate(rng.random(), normalized=True)
        side = 8e-5 if door % 2 else -8e-5
        point = Point(round(spot.x + side, 9), round(spot.y + side, 9))
        inner: dict[str, str | None] = dict.fromkeys(("compound", "building", "unit_no", "floor", "room"))
        if rng.random() < 0.4:
            floor = rng.randint(1, 18)
            inner = {
                "compound": rng.choice(COMPOUNDS) if rng.random() < 0.5 else None,
                "building": f"{rng.randint(1, 30)}栋", "unit_no": f"{rng.randint(1, 4)}单元",
                "floor": f"{floor}层", "room": f"{floor}{rng.randint(1, 8):02d}室",
            }  # fmt: skip
        town = town_of(course.community)[1]
        behind = "".join(part for part in inner.values() if part)

        def row(seq: int, number: str, day: date, **other: Any) -> dict[str, Any]:
            return standing(
                seq, day, id=ident, name=f"佛山市{town}{course.name}{number}{behind}", kind="door",  # noqa: B023
                unit=town, status="standard", code=code_of(course.community), street=course.name,  # noqa: B023
                number=number, geom=bulk.raw(point), **inner, **other,  # noqa: B023
            )  # fmt: skip

        ident: UUID = place.ident("addresses", n)
        if n % 10:
            yield row(1, f"{door}号", first)
            continue
        act = 2 + n // 10 % (len(days) - 1)
        old = f"{door}号之一"
        yield row(1, old, first) | {"act_out": act}
        yield row(act, old, first) | {"valid_to": days[act - 1]}
        yield row(act, f"{door}号", days[act - 1])


def put(model: type[models.Model], rows: Iterator[dict[str, Any]]) -> int:
    """Insert rows; return how many."""
    return bulk.insert(model, rows)


def deeds(days: list[date]) -> None:
    """Write the acts of the chain, one for each day."""
    for n, day in enumerate(days, 1):
        at = timezone.make_aware(datetime(day.year, day.month, day.day, 9))
        with acts.act("benchmark", at=at) as act:
            act.add("benchmark", {"part": n})


def size_mb(table: str) -> float:
    """Return what a table takes with its indexes, megabytes (SpatiaLite: the whole file)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        else:
            cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [table])
        return cursor.fetchone()[0] / 2**20


def fill(count: int, street_count: int, seed: int) -> None:
    """Fill the published tables. Raises SystemExit when they hold something already."""
    if PublishedAddress.objects.exists() or PublishedCommunity.objects.exists() or acts.head_seq():
        raise SystemExit("the database is not empty: give a migrated one without acts")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # the load of a table is one statement
    days = [date.fromisoformat(day) for day in (place.FIRST_DAY, *place.CHANGE_DAYS)]
    polygons = coverage()
    assert len(polygons) == place.COMMUNITIES and shapely.coverage_is_valid(polygons)
    found = courses(street_count, count, polygons, seed)
    # Each table in a transaction of its own: SQLite keeps what a transaction changed in memory or in its log.
    for model, rows in (
        (PublishedCommunity, communities(polygons, days[0])),
        (PublishedStreet, streets(found, days[0])),
        (PublishedAddress, addresses(count, found, days, seed)),
    ):
        began = time.perf_counter()
        with transaction.atomic():
            written = put(model, rows)
        table = model._meta.db_table
        print(
            f"{table}: {written} rows, {size_mb(table):.0f} MB, {time.perf_counter() - began:.1f} s",
            flush=True,
        )
    with transaction.atomic():
        deeds(days)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def main() -> None:
    """Read the arguments and fill."""
    parser = argparse.ArgumentParser(description="Fill the published tables with made-up rows.")
    parser.add_argument("--addresses", type=int, default=1_000_000)
    parser.add_argument("--streets", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    began = time.perf_counter()
    fill(given.addresses, given.streets, given.seed)
    print(f"{time.perf_counter() - began:.1f} s in all")


if __name__ == "__main__":
    main()
