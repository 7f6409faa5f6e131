"""The clocks of a door case: fifteen working days that stand still while somebody else has it, then the next task."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from shapely.geometry import Point

from geoapp.core import calendar
from geoapp.core.law import in_english
from geoapp.core.models import Case
from geoapp.planner.demo_load.door_journey import DoorJourney, door
from naming.door_clock import clock_of, prefetches
from naming.door_values import values
from naming.models import DoorOwner
from tests import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(town):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    data = door(Point(*build.at(300, 510)), street=str(street.pk))
    journey = DoorJourney(town.users, build.NOW - timedelta(days=40))
    return journey.draft([data], owner=("陈某某", "13800000000"))


def due(walk, days, on=None):
    table = calendar.exceptions()
    return calendar.add_days(on or timezone.localdate(walk.clock), days, working=True, table=table)


def clock(walk):
    return clock_of(walk.case, calendar.exceptions(), timezone.localdate(walk.clock))


def test_fifteen_working_days_from_the_application(walk):
    assert clock(walk) is None
    walk.go("submit", "demo-town")
    assert clock(walk).due == due(walk, 15) and "第八条" in clock(walk).law
    first = clock(walk).due
    walk.go("check", "demo-town", days=2)
    assert clock(walk).due == first, "checking is in the clock"


def test_the_clock_stands_still_while_papers_are_awaited(walk):
    walk.go("submit", "demo-town")
    start = timezone.localdate(walk.clock)
    walk.go("supplement", "demo-town", note="请补交材料", days=1)
    assert clock(walk) is None
    stopped = timezone.localdate(walk.clock)
    walk.go("resubmit", "demo-town", days=10)
    table, resumed = calendar.exceptions(), timezone.localdate(walk.clock)
    still = {stopped + timedelta(days=n) for n in range(1, (resumed - stopped).days + 1)}
    expected = calendar.add_days(start, 15, working=True, table=table, excluded=lambda day: day in still)
    assert clock(walk).due == expected > due(walk, 15, start)
    case = Case.objects.prefetch_related(*prefetches()).get(number=walk.number)
    assert clock_of(case, table, resumed).due == expected, "read in bulk, the same"


def test_then_the_most_urgent_task(walk):
    walk.to_checked().give()
    assert clock(walk).due == due(walk, 5)
    walk.tell().release()
    assert clock(walk).due == walk.case.door_tasks.get(kind="plates").due_on
    walk.hang_plates()
    assert clock(walk) is None


def test_values_have_a_source_in_both_languages():
    assert {name: row.value for name, row in values().items() if row.unit == "working_days"} == {
        "number_days": 15,
        "notify_days": 5,
        "plate_days": 30,
        "release_days": 5,
    }
    assert all(in_english(row.law) for row in values().values())


def test_owners_are_erased_by_the_daily_command(walk):
    walk.to_checked().give().tell().release().hang_plates().go("archive", "demo-town")
    said = StringIO()
    call_command(
        "erase_owners", "--on", str(timezone.localdate(walk.clock) + timedelta(days=10)), stdout=said
    )
    assert said.getvalue() == "" and DoorOwner.objects.get().name == "陈某某"
    call_command(
        "erase_owners", "--on", str(timezone.localdate(walk.clock) + timedelta(days=180)), stdout=said
    )
    assert said.getvalue().strip() == walk.number and DoorOwner.objects.get().name == ""
    assert walk.case.events.filter(action="erase_owner").count() == 1
