"""The clocks of a door case: fifteen working days that stand still while somebody else has it, then the next task."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from shapely.geometry import Point

from geoapp.core import calendar
from geoapp.core.admin import ProfileForm
from geoapp.core.authority import profiles_read
from geoapp.core.errors import NotReady
from geoapp.core.law import in_english
from geoapp.core.models import Case, RuleProfile
from geoapp.planner.demo_load.door_journey import DoorJourney, door
from naming import door_owner, door_review
from naming.door_clock import clock_of, prefetches
from naming.door_values import days, value_on, values_on
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


def test_values_have_a_source_in_both_languages(town):
    assert {
        name: row.value for name, row in values_on(build.TODAY).items() if row.unit == "working_days"
    } == {
        "number_days": 15,
        "notify_days": 5,
        "plate_days": 30,
        "release_days": 5,
    }
    assert all(in_english(row.law) for row in values_on(build.TODAY).values())
    assert value_on("sample_share", build.TODAY).law == "抽查比例为本市配置（UNVERIFIED）"


def edition(since, values, status="UNVERIFIED"):
    """Set an edition of the profile in force from a day, as an office would."""
    held = RuleProfile.objects.order_by("-valid_from").first()
    return RuleProfile.objects.create(
        name=held.name,
        edition=f"{since} 修订",
        valid_from=since,
        severities=held.severities,
        values={**held.values, **values},
        source_status=status,
    )


def test_an_edition_changes_the_clocks_from_its_day_on(town, walk):
    walk.go("submit", "demo-town")
    start = timezone.localdate(walk.clock)
    edition(
        start + timedelta(days=2),
        {
            "door_clocks": {
                "number_days": 7,
                "number_days_source": "佛山市门楼号牌管理办法 第九条",
                "plate_days": 20,
            }
        },
        "VERIFIED",
    )
    assert (days("number_days", start), days("number_days", start + timedelta(days=2))) == (15, 7)
    assert days("notify_days", start + timedelta(days=2)) == 5, "what an edition leaves out is as shipped"
    assert value_on("number_days", start + timedelta(days=2)).law == "佛山市门楼号牌管理办法 第九条"
    assert value_on("release_days", start + timedelta(days=2)).law == "发布期限为本市配置"
    assert clock(walk).due == due(walk, 15, start), "the clock that runs is not moved"
    walk.go("check", "demo-town", days=3).give()
    plates, notify = (walk.case.door_tasks.filter(kind=kind).first() for kind in ("plates", "notify"))
    assert (plates.due_on, notify.due_on) == (due(walk, 20), due(walk, 5))


def test_many_clocks_read_the_profiles_once(town, walk, django_assert_num_queries):
    walk.go("submit", "demo-town")
    table, on, case = calendar.exceptions(), timezone.localdate(walk.clock), walk.case
    case.stops = []
    with django_assert_num_queries(1):
        profiles = profiles_read()
        for _ in range(5):
            assert clock_of(case, table, on, profiles).days == 15
    with pytest.raises(NotReady):
        profiles(date(1990, 1, 1))


def test_samples_and_the_time_owners_are_kept_are_set_by_date(town, walk):
    edition(
        build.TODAY,
        {
            "door_review": {"sample_share": 0.5, "sample_least": 1, "sample_most": 10},
            "door_privacy": {"owner_days": 30},
        },
    )
    before = build.TODAY - timedelta(days=1)
    assert [door_review.sample_size(n, before) for n in (1, 8, 40, 1000)] == [1, 3, 4, 30]
    assert [door_review.sample_size(n, build.TODAY) for n in (1, 8, 40, 1000)] == [1, 4, 10, 10]
    walk.to_checked().give().tell().release().hang_plates().go("archive", "demo-town")
    Case.objects.update(closed_at=build.NOW - timedelta(days=40))
    assert door_owner.due_for_erasure(before) == [] and door_owner.due_for_erasure(build.TODAY) == [walk.case]


@pytest.mark.parametrize(
    "values",
    [
        {"door_clocks": {"number_day": 5}},
        {"door_clocks": {"number_days": "15"}},
        {"door_clocks": {"number_days": 0}},
        {"door_clocks": {"number_days": 1.5}},
        {"door_clocks": {"number_days": True}},
        {"door_clocks": {"number_days_source": " "}},
        {"door_review": {"sample_share": 1.1}},
        {"door_privacy": {"owner_days": -1}},
        {"door_nothing": {"owner_days": 1}},
    ],
)
def test_an_edition_with_a_typing_error_is_refused_in_admin(town, values):
    held = RuleProfile.objects.get()
    form = ProfileForm(
        {
            "name": held.name,
            "edition": "2027-1",
            "valid_from": "2027-01-01",
            "severities": json.dumps(held.severities),
            "values": json.dumps(held.values | values),
            "source_status": "UNVERIFIED",
        }
    )
    assert not form.is_valid() and next(iter(values)) in str(form.errors)


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
