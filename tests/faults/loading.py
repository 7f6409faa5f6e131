"""A database with enough published rows for a request to be expensive: addresses, streets, communities.

Run: ``GEOAPP_DATABASE_URL=… python -m tests.faults.loading ADDRESSES`` on an empty database. The rows have no
register behind them; one act stands for their publication.
"""

# ruff: noqa: E402 - Django is set up first
from __future__ import annotations

import math
import os
import sys
from datetime import date
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoapp.settings")

import django

django.setup()

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from boundaries.models import PublishedCommunity
from geoapp.core import acts
from geoapp.ogc.feed import states

WEST, SOUTH, SIZE = 112.9, 22.8, 0.4
"""The square the addresses stand in, degrees."""
STREETS, COMMUNITIES, CORNERS = 4_000, 300, 200
_SIDE = 1_000  # addresses in a row of the square


def address(number: int) -> UUID:
    """Return the id of the n-th address."""
    return UUID(int=number)


def place(number: int) -> tuple[float, float]:
    """Return longitude and latitude of the n-th address."""
    step = SIZE / _SIDE
    return WEST + number % _SIDE * step, SOUTH + number // _SIDE * step


_COMMON = "kind, unit, status, valid_from, act_in, synthetic"
_VALUES = "'{kind}', '南海区试验镇', 'standard', '2020-01-01', {seq}, {yes}"


def _sql(seq: int) -> list[tuple[str, int]]:
    """Return the statements with the number of rows each makes; ``n`` counts from 1."""
    embedded = connection.vendor == "sqlite"
    ident = "printf('%%032x', n + {o})" if embedded else "lpad(to_hex(n + {o}), 32, '0')::uuid"
    text = "CAST({} AS TEXT)".format
    made = "GeomFromText({}, 4490)" if embedded else "ST_GeomFromText({}, 4490)"
    step, yes = SIZE / _SIDE, "1" if embedded else "true"
    x, y = f"({WEST} + n %% {_SIDE} * {step})", f"({SOUTH} + n / {_SIDE} * {step})"

    def values(kind: str) -> str:
        return _VALUES.format(kind=kind, seq=seq, yes=yes)

    street = f"'鱼跃' || {text('n / 200')} || '路'"
    number = f"{text('n %% 200')} || '号'"
    point = f"'POINT(' || {x} || ' ' || {y} || ')'"
    line = f"'MULTILINESTRING((' || {x} || ' 22.8,' || {x} || ' 22.9,' || {x} || ' 23.1))'"
    return [
        (
            f"INSERT INTO pub_addresses (id, name, {_COMMON}, code, street, number, compound, geom) "
            f"SELECT {ident.format(o=0)}, '佛山市南海区试验镇' || {street} || {number}, {values('house')}, "
            f"'440605001' || {text('100 + n %% 300')}, {street}, {number}, '{'a' * 60}', "
            f"{made.format(point)} FROM counted",
            0,
        ),
        (
            f"INSERT INTO pub_streets (id, name, {_COMMON}, pinyin, pinyin_sign, meaning, start_text, end_text, "
            f"length_m, approver, doc_no, case_number, geom) "
            f"SELECT {ident.format(o=10**9)}, {text('n')} || '路', {values('street')}, 'Yúyuè Lù', 'YUYUE LU', '', "
            f"'', '', 500 + n %% 900, '', '', '', {made.format(line)} FROM counted",
            STREETS,
        ),
    ]


def _communities(seq: int) -> list[PublishedCommunity]:
    """Return areas with many corners, side by side."""
    side = math.ceil(math.sqrt(COMMUNITIES))
    step = SIZE / side
    found = []
    for n in range(COMMUNITIES):
        x, y = WEST + (n % side + 0.5) * step, SOUTH + (n // side + 0.5) * step
        ring = []
        for k in range(CORNERS):
            turn, reach = 2 * math.pi * k / CORNERS, step * (0.4 + 0.05 * (k % 2))
            ring.append((x + reach * math.cos(turn), y + reach * math.sin(turn)))
        shape = MultiPolygon(Polygon([*ring, ring[0]]), srid=4490)
        values = {"kind": "community", "status": "in_force", "valid_from": date(2020, 1, 1), "act_in": seq}
        values |= {"code": f"440605{n:06d}", "parent_code": "440605001", "households": 9, "population": 30}
        ident = UUID(int=2 * 10**9 + n)
        found.append(PublishedCommunity(id=ident, name=f"试验{n}社区", synthetic=True, geom=shape, **values))
    return found


def fill(addresses: int) -> None:
    """Migrate, and publish the rows by one act; the feed is brought forward, as its first reader would do it."""
    call_command("migrate", verbosity=0)
    with transaction.atomic(), acts.act("test", at=timezone.now()) as act:
        act.payload["rows"] = addresses
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, many in _sql(act.seq):
            counted = (
                "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < %s) "
            )
            cursor.execute(counted + sql, [many or addresses])
        PublishedCommunity.objects.bulk_create(_communities(act.seq))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    states.bring_forward()


if __name__ == "__main__":
    fill(int(sys.argv[1]))
