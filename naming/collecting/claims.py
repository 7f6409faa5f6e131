"""Which door speaks for which number, and what happens when two speak for one.

Nothing is overwritten and nothing is refused for being second: the door that came first keeps the number, every
other one stands in conflict until a person chooses. Call inside a transaction that holds ``lock``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, Max, QuerySet, Value, When
from shapely.geometry.base import BaseGeometry

from boundaries.models import Unit
from geoapp.core import wording
from geoapp.core.database import lock_rows
from geoapp.core.geometry import to_shapely
from naming.address_register import doors_of, taken_numbers
from naming.addressing.numbering.gates import next_in_group
from naming.addressing.numbering.note import Note
from naming.addressing.numbering.words import say
from naming.collection import ACTIVE, suggestion
from naming.language.normalise import normalise_name
from naming.models import AddressVersion, CollectedDoor, PlaceName
from naming.numbering import city_profile

State = CollectedDoor.State
_INSIDE = ("compound", "building", "unit_no", "floor", "room")


def claim_of(door: CollectedDoor) -> str:
    """Return what a door speaks for: the place its number counts along, the number, what is inside; or ''."""
    if door.number is None:
        return ""
    written = normalise_name(door.street_text) or normalise_name(door.village)
    place = str(door.street_id or f"{door.task.community_id}:{written}")
    inside = (str(getattr(door, name)).strip().upper() for name in _INSIDE)
    return "|".join((place, str(door.number), str(door.sub_number or ""), *inside))[:600]


def lock(streets: Iterable[UUID | None], community: UUID) -> None:
    """Let nobody else allot along these streets, or in this community, until the transaction ends."""
    Unit.objects.select_for_update().get(pk=community)  # SQLite has one writer already
    lock_rows(PlaceName.objects.all(), [street for street in streets if street])


def rivals(door: CollectedDoor) -> QuerySet[CollectedDoor]:
    """Return the other doors with the same claim, the holder first."""
    if not door.claim:
        return CollectedDoor.objects.none()
    return _standing(door.claim).exclude(pk=door.pk)


def _standing(claim: str) -> QuerySet[CollectedDoor]:
    first = Case(When(state=State.ACCEPTED, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = CollectedDoor.objects.filter(claim=claim, state__in=ACTIVE)
    return rows.order_by(first, "turn", "pk").select_related("collected_by", "task")


def next_turn(claim: str) -> int:
    """Return the place of a door that comes to a claim now: behind everybody. Call under ``lock``.

    Not a time: requests that wait for the lock have begun in another order than they end.
    """
    if not claim:
        return 0
    return (CollectedDoor.objects.filter(claim=claim).aggregate(last=Max("turn"))["last"] or 0) + 1


def settle(claims: Iterable[str]) -> None:
    """Give each claim to the door that came first; the others stand in conflict.

    A door in conflict whose number has become free is simply received again. Accepted and returned doors keep their
    state.
    """
    for claim in {c for c in claims if c}:
        for place, door in enumerate(_standing(claim)):
            if door.state not in {State.RECEIVED, State.CONFLICT}:
                continue
            wanted = State.CONFLICT if place or blocked_by_register(door) else State.RECEIVED
            if door.state != wanted:
                CollectedDoor.objects.filter(pk=door.pk).update(state=wanted)


def blocked_by_register(door: CollectedDoor) -> bool:
    """Say whether a *suggested* number is one the register has given already (a plate that hangs may repeat it)."""
    if not door.suggested or door.street_id is None or door.number is None or _has_inside(door):
        return False
    return (door.number, door.sub_number) in taken_numbers(door.street_id)


def _has_inside(door: CollectedDoor) -> bool:
    return any(getattr(door, name) for name in _INSIDE)


def registered_of(door: CollectedDoor, on: date) -> AddressVersion | None:
    """Return the registered door with this number along the same street, the nearest one; None when there is none."""
    if door.street_id is None or door.number is None:
        return None
    rows = list(doors_of(door.street_id, on).filter(number=door.number, sub_number=door.sub_number)[:50])
    here = to_shapely(door.geom)
    return min(rows, key=lambda r: to_shapely(r.geom).distance(here)) if rows else None


@dataclass(frozen=True)
class NextFree:
    """The next number nobody speaks for, and the steps that led to it."""

    number: int
    sub_number: int | None
    steps: tuple[Note, ...]

    def why(self) -> list[str]:
        """Return the steps as sentences."""
        return [say(step, english=wording.english()) for step in self.steps]


def next_free(door: CollectedDoor, on: date) -> NextFree | None:
    """Return the number a door could take instead of the one that is taken: the numbering room's answer.

    None where its rules allow none. A place without a line counts on from its highest number.
    """
    point: BaseGeometry = to_shapely(door.geom)
    found = suggestion(door.street_id, point, on, besides=[door.pk]) if door.street_id is not None else None
    if found is None:
        return _counting_on(door)
    return None if found.number is None else NextFree(found.number, found.sub_number, found.steps)


def _counting_on(door: CollectedDoor) -> NextFree | None:
    if door.number is None:
        return None
    place = claim_of(door).split("|", 1)[0]
    rows = CollectedDoor.objects.filter(claim__startswith=f"{place}|", state__in=ACTIVE).exclude(pk=door.pk)
    ever = [*rows.values_list("number", flat=True), door.number]
    if door.street_id is not None:
        ever += [number for number, _ in taken_numbers(door.street_id)]
    found = next_in_group(ever, city_profile(), group=door.village)
    # The steps speak of a village without street names; a street that is not registered yet is none.
    named = door.street_id is not None or door.street_text
    return NextFree(found.number, None, () if named else found.steps)


def as_rival(other: CollectedDoor, door: CollectedDoor) -> dict[str, Any]:
    """Return what a collector is shown of the door that has the number: who, when, where, what hangs there."""
    there = to_shapely(other.geom)
    return {
        "door": str(other.pk),
        "by": str(other.collected_by),
        "recorded_at": other.recorded_at.isoformat(),
        "plate": other.plate,
        "plate_text": other.plate_text,
        "number": other.number,
        "sub_number": other.sub_number,
        "suggested": other.suggested,
        "state": other.state,
        "x": round(there.x, 3),
        "y": round(there.y, 3),
        "distance_m": round(there.distance(to_shapely(door.geom)), 1),
    }
