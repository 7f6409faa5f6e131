"""Which door of a case gets which number, worked out once for all of them: what is judged is what is given.

Doors with a number of their own come first, the others in the order in which numbers run along their street, so that
none of them needs a sub-number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from geoapp.core.errors import Conflict, NotFound
from geoapp.core.geometry import to_shapely
from naming import door_numbers
from naming.addressing.numbering import Door
from naming.door_numbers import NOTHING_INSIDE, Given, Ledger, Number
from naming.models import AddressItem

Kind = AddressItem.Kind
Wishes = Mapping[str, Number | None]
"""What the reviewing officer set, by item id; None asks for the number the rules give."""


def wish_of(row: AddressItem, wishes: Wishes) -> Number | None:
    """Return the number asked for: the officer's, failing that the applicant's; None for a suggestion."""
    return wishes.get(str(row.pk), (row.number, row.sub_number) if row.number else None)


def wished(rows: Sequence[AddressItem]) -> dict[UUID, Given | None]:
    """Return the numbers applied for, by item; what is left to the rules stays None until it is given."""
    found: dict[UUID, Given | None] = {}
    for row in rows:
        wish = wish_of(row, {})
        found[row.pk] = Given(*wish) if wish is not None else None
    return found


def plan(rows: Sequence[AddressItem], on: date, wishes: Wishes) -> dict[UUID, Given | None]:
    """Return the number of each door, by item, in the order in which they are given; None for one that is cancelled.

    A number somebody set is taken as it is: whether it may be given is for the rules to say. Raises Conflict where
    the rules give no number, NotFound for a street that is not in law on the day.
    """
    made = _Plan(on, [row.address_id for row in rows if row.address_id is not None])
    return {row.pk: made.give(row, wish_of(row, wishes)) for row in _in_order(rows, on, wishes)}


def _in_order(rows: Sequence[AddressItem], on: date, wishes: Wishes) -> list[AddressItem]:
    open_rows: dict[UUID, list[AddressItem]] = defaultdict(list)
    for row in rows:
        if row.street_id is not None and row.item.kind != Kind.CANCEL and wish_of(row, wishes) is None:
            open_rows[row.street_id].append(row)
    places: dict[UUID, tuple[str, float]] = {}
    for street, held in open_rows.items():
        at = door_numbers.along_all(street, [to_shapely(row.geom) for row in held], on)
        places |= {row.pk: (str(street), along) for row, along in zip(held, at, strict=True)}
    return sorted(rows, key=lambda row: (row.pk in places, places.get(row.pk, ("", 0.0)), row.item.seq))


class _Plan:
    """The streets of a case while its doors are numbered one after the other."""

    def __init__(self, on: date, away: Sequence[UUID]) -> None:
        self._on = on
        self._away = away
        self._ledgers: dict[UUID, Ledger] = {}
        self._new: dict[UUID, list[Door]] = defaultdict(list)

    def give(self, row: AddressItem, wish: Number | None) -> Given | None:
        if row.item.kind == Kind.CANCEL or row.street_id is None:
            return None
        point = to_shapely(row.geom)
        if wish is None:
            chosen = self._suggest(row.street_id, point)
        elif row.number is None and wish == self._suggested(row.street_id, point):
            chosen = self._suggest(row.street_id, point)  # the officer wrote what the rules give
        else:
            zh, en = door_numbers.wished()
            chosen = Given(*wish, side=self._side(row.street_id, point), explanation=zh, explanation_en=en)
        self._remember(row, chosen, point)
        return chosen

    def _suggest(self, street: UUID, point: BaseGeometry) -> Given:
        held = self._ledgers.get(street)
        if held is None:
            held = self._ledgers[street] = door_numbers.ledger(street, self._on)
        new = self._new[street]
        given = {(door.number, door.sub_number) for door in new}
        found = door_numbers.suggest(
            street, point, self._on, besides=self._away, given=given, new_doors=new, held=held
        )
        return Given(
            found.number,
            found.sub_number,
            True,
            found.side,
            found.explanation,
            found.explanation_en,
        )

    def _suggested(self, street: UUID, point: BaseGeometry) -> Number | None:
        try:
            return self._suggest(street, point).key
        except (Conflict, NotFound):
            return None

    def _side(self, street: UUID, point: BaseGeometry) -> str:
        try:
            return door_numbers.beside(street, point, self._on)[1]
        except NotFound:
            return ""

    def _remember(self, row: AddressItem, chosen: Given, point: BaseGeometry) -> None:
        assert row.street_id is not None
        new = self._new[row.street_id]
        # Homes behind one door are no doors of their own.
        if row.inside() != NOTHING_INSIDE and any(
            d.key == (chosen.number, chosen.sub_number or 0) for d in new
        ):
            return
        xy = (round(point.x, 3), round(point.y, 3))
        new.append(Door(f"new:{row.pk}", chosen.number, chosen.sub_number, xy))
