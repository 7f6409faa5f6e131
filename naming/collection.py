"""Address collection as other rooms use it: a suggested number, and the doors a town has accepted.

Numbers are the numbering room's (``naming.numbering``): here the doors seen in the field are put beside the register's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When
from shapely.geometry.base import BaseGeometry

from geoapp.core.effective import in_force
from geoapp.core.errors import NotFound
from naming import numbering
from naming.addressing.numbering import Door, NumberedStreet
from naming.models import CollectedDoor, CollectTask, StreetVersion

State = CollectedDoor.State
ACTIVE = (State.RECEIVED, State.CONFLICT, State.RETURNED, State.ACCEPTED)
"""States in which a collected door speaks for its number."""


def accepted_doors(task: CollectTask) -> QuerySet[CollectedDoor]:
    """Return the doors of a task that the town accepted, in order of collection: what a numbering case starts from.

    Each has its place to count along (``street``, or the text found there), a number with ``suggested`` when no
    plate says it, what is inside, a frame point with ``accuracy_m`` and ``method``, and its photos.
    """
    return task.doors.filter(state=State.ACCEPTED).select_related("street", "collected_by")


def found_doors(streets: Collection[UUID], *, besides: Iterable[UUID] = ()) -> dict[UUID, list[Door]]:
    """Return the doors seen in the field along streets as the numbering room takes them: one query.

    What lies behind a door is no door of its own unless nothing else bears its number.
    """
    rows = CollectedDoor.objects.filter(
        street_id__among=list(streets), number__isnull=False, state__in=ACTIVE
    ).exclude(pk__in=list(besides))
    found: dict[UUID, list[Door]] = {street: [] for street in streets}
    taken = set()
    behind = Q(building__gt="") | Q(unit_no__gt="") | Q(floor__gt="") | Q(room__gt="")
    ordered = rows.annotate(inside=Case(When(behind, then=1), default=0)).order_by("inside", "turn", "pk")
    for pk, street, number, sub, point in ordered.values_list(
        "pk", "street_id", "number", "sub_number", "geom"
    ):
        if (street, number, sub) not in taken:
            taken.add((street, number, sub))
            found[street].append(Door(str(pk), number, sub, (round(point.x, 3), round(point.y, 3))))
    return found


def suggestion(
    street: UUID, point: BaseGeometry, on: date, *, besides: Iterable[UUID] = ()
) -> numbering.Answer | None:
    """Return what the numbering room gives a door at a frame point along a street, None when it has no line.

    Numbers of the register (also ended ones: they are kept) and of doors collected by anybody are taken, but for
    those of ``besides``. Secret doors hold their numbers, but nobody is told where they are.
    """
    try:
        return numbering.suggest(
            street,
            (point.x, point.y),
            on,
            besides=numbering.secret_doors([street]),
            found=found_doors([street], besides=besides)[street],
        )
    except NotFound:
        return None


def numbered(
    extents: Sequence[StreetVersion], on: date
) -> dict[UUID, tuple[NumberedStreet, frozenset[numbering.Number]]]:
    """Return streets as ``suggestion`` asks them, by id, with the numbers taken without a place. A few queries."""
    streets = [extent.place_id for extent in extents]
    secret = {str(address) for address in numbering.secret_doors(streets)}
    found = found_doors(streets)
    seated: dict[UUID, list[Door]] = {}
    kept: dict[UUID, frozenset[numbering.Number]] = {}
    for street, doors in numbering.doors_along(streets, on).items():
        kept[street] = frozenset((d.number, d.sub_number) for d in doors if d.id in secret)
        seated[street] = numbering.with_found((d for d in doors if d.id not in secret), found[street])
    return {
        street: (ready, kept[street])
        for street, ready in numbering.streets_on(extents, on, doors=seated).items()
    }


def street_as_numbered(street: UUID, on: date) -> NumberedStreet | None:
    """Return a street with its doors seated along it, None when it has no line on a day."""
    extent = in_force(StreetVersion.objects.filter(place_id=street), on).first()
    found = numbered([extent], on).get(street) if extent else None
    return found[0] if found else None


def progress(tasks: Iterable[CollectTask]) -> dict[Any, dict[str, int]]:
    """Return how many doors of each task stand in each state, by task id; ``all`` counts every row."""
    found: dict[Any, dict[str, int]] = {
        task.pk: {"all": 0, **dict.fromkeys(State.values, 0)} for task in tasks
    }
    rows = CollectedDoor.objects.filter(task_id__in=list(found)).values_list("task_id", "state")
    for task, state in rows.order_by():
        found[task][state] += 1
        found[task]["all"] += 1
    return found
