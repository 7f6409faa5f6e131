"""The doors that the public has been told of, by street and number: one statement a question, no model instances.

Reading an address asks this several times a text, so the rows are plain tuples and the SQL is written out: the ORM
spent three quarters of the time on composing statements (tests/bench/bench_parse.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

MOST = 200
_COLUMNS = "row address_id street_id community_id number sub_number building unit_no floor room text valid_from valid_to"


class Door(NamedTuple):
    """A version of an address on record now, whatever its dates of law; ``AddressVersion`` says what the columns are."""

    row: int
    address_id: UUID
    street_id: UUID
    community_id: UUID
    number: int
    sub_number: int | None
    building: str | None
    unit_no: str | None
    floor: str | None
    room: str | None
    text: str
    valid_from: date
    valid_to: date | None

    def in_force(self, on: date) -> bool:
        """Say whether the version is law on a day."""
        return self.valid_from <= on and (self.valid_to is None or self.valid_to > on)


_SELECT = 'SELECT {} FROM "naming_addressversion" v WHERE '.format(
    ", ".join(f'v."{column}"' for column in _COLUMNS.split())
)
# A version counts when its very text is among the published rows of its address.
_TOLD = (
    ' AND v."act_out" IS NULL AND EXISTS (SELECT 1 FROM "pub_addresses" p WHERE p."id" = v."address_id"'
    ' AND p."name" = v."text" AND p."act_out" IS NULL)'
    f' ORDER BY v."number", v."sub_number", v."row" LIMIT {MOST}'
)


def doors_numbered(streets: Iterable[UUID], numbers: Sequence[int]) -> list[Door]:
    """Return the doors with one of some numbers along streets, by number; at most ``MOST`` of them."""
    held = list(streets)
    if not held or not numbers:
        return []
    where = f'v."street_id" IN ({_marks(held)}) AND v."number" IN ({_marks(numbers)})'
    return _asked(where, [*map(_key, held), *numbers])


def doors_between(streets: Iterable[UUID], first: int, last: int) -> list[Door]:
    """Return the doors with numbers from ``first`` to ``last`` along streets, by number; at most ``MOST`` of them."""
    held = list(streets)
    if not held:
        return []
    where = f'v."street_id" IN ({_marks(held)}) AND v."number" BETWEEN %s AND %s'
    return _asked(where, [*map(_key, held), first, last])


def doors_of(address: UUID) -> list[Door]:
    """Return the versions of one address."""
    return _asked('v."address_id" = %s', [_key(address)])


def _asked(where: str, values: list[Any]) -> list[Door]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + where + _TOLD, values)
        found = cursor.fetchall()
    if connection.vendor != "sqlite":
        return [Door(*row) for row in found]
    return [
        Door(pk, UUID(address), UUID(street), UUID(community), *rest, _day(start), _day(stop))  # type: ignore[call-arg, arg-type]
        for pk, address, street, community, *rest, start, stop in found
    ]


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _key(ident: UUID) -> str | UUID:
    return ident.hex if connection.vendor == "sqlite" else ident


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
