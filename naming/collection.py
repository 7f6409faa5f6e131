"""Address collection as other rooms use it: a suggested number, and the doors a town has accepted.

``suggestion`` picks between neighbours; a city's own numbering rule may take its place without anybody noticing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.conf import settings
from django.db.models import QuerySet
from shapely.geometry.base import BaseGeometry

from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely
from naming.address_register import doors_of, taken_numbers
from naming.addressing.neighbours import Axis, Neighbour, Number, Suggestion, suggest
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


def axis_of(extent: StreetVersion) -> Axis:
    """Return the lines a street's numbers run along (frame metres): its main parts, failing them every part."""
    lines = [list(part.coords) for part in shapely.get_parts(to_shapely(extent.geom))]
    roles = extent.roles or []
    main = [line for line, role in zip(lines, roles, strict=False) if role == "main"]
    return main or lines


def street_axis(street: UUID, on: date) -> Axis:
    """Return a street's axis on a day; empty when it has no line then."""
    extent = in_force(StreetVersion.objects.filter(place_id=street), on).first()
    return axis_of(extent) if extent else []


def collected_on(street: UUID, *, besides: Iterable[UUID] = ()) -> QuerySet[CollectedDoor]:
    """Return the collected doors that speak for a number of a street."""
    rows = CollectedDoor.objects.filter(street_id=street, number__isnull=False, state__in=ACTIVE)
    return rows.exclude(pk__in=list(besides))


def suggestion(
    street: UUID, point: BaseGeometry, on: date, *, besides: Iterable[UUID] = ()
) -> Suggestion | None:
    """Return the number a door at a frame point would get along a street, None when the street has no line.

    Numbers of the register (also ended ones: they are kept) and of doors collected by anybody are taken, but for
    those of ``besides``.
    """
    registered = doors_of(street, on).values_list("number", "sub_number", "geom")
    held = collected_on(street, besides=besides).values_list("number", "sub_number", "geom")
    doors = [Neighbour(n, s, g.x, g.y) for n, s, g in (*registered, *held)]
    taken: set[Number] = taken_numbers(street)
    return suggest(
        street_axis(street, on),
        doors,
        taken,
        (point.x, point.y),
        odd_side=settings.GEOAPP_COLLECT_ODD_SIDE,
    )


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
