"""The clock that runs in a door case: until the number is given, then until the next follow-up task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core import calendar
from geoapp.core.authority import profile_on
from geoapp.core.models import Case, CaseEvent
from geoapp.core.profiles import Profile
from naming.door_values import value_in
from naming.models import DoorTask

STILL = ("supplement", "naming")
"""States in which the clock stands still: the case waits for somebody else (行政许可法 32; naming comes first)."""


@dataclass(frozen=True)
class Clock:
    """What must happen by when, and on which ground."""

    what: str
    due: date
    law: str
    days: int


def prefetches() -> list[Any]:
    """Return what a list of cases reads at once so that no clock asks on its own."""
    stops = CaseEvent.objects.filter(Q(to_status__in=STILL) | Q(from_status__in=STILL)).order_by("seq")
    return ["door_tasks", Prefetch("events", queryset=stops, to_attr="stops")]


def clock_of(
    case: Case,
    table: Mapping[date, bool],
    today: date,
    profiles: Callable[[date], Profile] = profile_on,
) -> Clock | None:
    """Return the clock of a case; None before it is submitted, while it stands still, and at the end.

    The days are those of the rule profile in force when the application was filed; a list passes ``profiles`` that
    were read once (``geoapp.core.authority.profiles_read``).
    """
    if case.status in {"collected", "checked"} and case.submitted_at:
        still = _still_days(case, today)
        filed = timezone.localdate(case.submitted_at)
        held = value_in(profiles(filed), "number_days")
        due = calendar.add_days(
            filed,
            int(held.value),
            working=True,
            table=table,
            excluded=lambda day: day in still,
        )
        return Clock(_("编制门楼号"), due, held.law, int(held.value))
    if case.status == "numbered":
        open_tasks = [t for t in case.door_tasks.all() if t.done_on is None]  # type: ignore[attr-defined]
        if open_tasks:
            first = min(open_tasks, key=lambda t: (t.due_on, t.pk))
            what = str(DoorTask.Kind(first.kind).label)
            return Clock(what, first.due_on, first.due_law, (first.due_on - first.started_on).days)
    return None


def _still_days(case: Case, today: date) -> set[date]:
    """Return the days after which the case lay in a state that stops the clock, up to the day it went on."""
    stops = getattr(case, "stops", None)
    if stops is None:
        stops = case.events.filter(Q(to_status__in=STILL) | Q(from_status__in=STILL)).order_by("seq")
    found: set[date] = set()
    since: date | None = None
    for event in stops:
        day = timezone.localdate(event.at)
        if event.to_status in STILL and since is None:
            since = day
        elif event.from_status in STILL and event.to_status not in STILL and since is not None:
            found |= {since + timedelta(days=n) for n in range(1, (day - since).days + 1)}
            since = None
    if since is not None:
        found |= {since + timedelta(days=n) for n in range(1, (today - since).days + 1)}
    return found
