"""Clocks of a division change: twelve months, six more with approval, a month for codes; alarms that stop nothing."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from boundaries import clocks
from boundaries.models import UnitVersion
from boundaries.procedure import DIVISION_CHANGE
from geoapp.core import calendar, cases
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput, NotReady
from geoapp.core.models import Membership, User
from tests import build
from tests.boundaries.adjustments import Adjustment

MATERIALS = (
    "decision", "request", "plan", "risk_assessment", "expert_review", "consent_opinions", "map_before", "map_after",
)  # fmt: skip


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 3, 2)),  # 28 February is a Saturday
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 10), 12, date(2026, 12, 10)),
        (date(2026, 3, 31), 6, date(2026, 9, 30)),
        (date(2026, 8, 31), 18, date(2028, 2, 29)),
    ],
)
def test_months_end_on_the_day_of_the_same_number(start, months, due):
    assert calendar.add_months(start, months, table={}) == due


def test_a_month_that_ends_on_a_holiday_runs_on():
    table = {row.day: row.working for row in calendar.days_of_year(2024)}
    assert calendar.add_months(date(2024, 1, 12), 1, table=table) == date(2024, 2, 18)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 24))
def test_months_never_run_backwards(start, months):
    due = calendar.add_months(start, months, table={})
    assert due >= start and due.weekday() < 5
    assert (due - start).days <= 31 * months + 3
    assert calendar.add_months(start, months + 1, table={}) >= due


def test_terms_of_the_law():
    decided = date(2025, 11, 20)
    assert clocks.completion_due(decided, 0, {}) == date(2026, 11, 20)
    assert clocks.completion_due(decided, 6, {}) == date(2027, 5, 20)
    assert clocks.codes_due(date(2025, 12, 1), {}) == date(2026, 1, 1)
    with pytest.raises(ValueError, match="7"):
        clocks.completion_due(decided, 7, {})


@pytest.fixture
def change(town) -> Adjustment:
    """A decided division change: the community of one town's edge goes to the next; approved a year ago."""
    return decided_change(town, date(2025, 11, 10), date(2025, 12, 1))


def decided_change(town, decided: date, effective: date) -> Adjustment:
    second = User.objects.create(username="city-2", display_name="市级核对人")
    Membership.objects.create(
        user=second,
        role="city_officer",
        jurisdiction=town.land.jurisdictions["440600"],
        valid_from=date(2023, 1, 1),
    )
    users = {**town.users, "city-2": second}
    record = Adjustment(town, timezone.make_aware(datetime.combine(effective, datetime.min.time())))
    record.users = users
    moved = in_force(UnitVersion.objects.filter(code=f"{build.TOWN_A}200"), effective).get()
    target = town.land.units[build.TOWN_B]
    plan = {
        "kind": "transfer",
        "operations": [{"op": "reparent", "units": [str(moved.unit_id)], "parent": str(target.pk)}],
        "after": [],
    }
    record.draft(plan, by="demo-city", procedure=DIVISION_CHANGE)
    record.attach(*MATERIALS, by="demo-city")
    record.go(
        "record_paper",
        "demo-city",
        doc_no="粤府函〔2025〕示意号",
        approver="广东省人民政府",
        decided_on=decided,
        effective_on=effective,
        outcomes=record.outcomes(),
    )
    return record.go("confirm_paper", "city-2")


def due(change: Adjustment) -> date:
    return change.case.tasks.get(kind="implement").due_on


def last(change: Adjustment) -> dict:
    return json.loads(change.case.events.order_by("-seq").first().data)


def test_a_change_has_twelve_months_and_six_more_with_approval(change):
    assert due(change) == date(2026, 11, 10)
    assert change.case.tasks.get(kind="implement").due_law == "行政区划管理条例 第十五条"
    values = {"doc_no": "粤府函〔2026〕9号", "approved_on": date(2026, 10, 20)}
    change.clock = timezone.make_aware(datetime(2026, 10, 25, 9))
    with pytest.raises(NotReady, match="延期批准文件"):
        change.go("extend", "demo-city", note="勘界未完", **values)
    change.attach("extension", by="demo-city")
    for wrong, field in (
        ({"doc_no": ""}, "doc_no"),
        ({"approved_on": "2027-01-01"}, "approved_on"),
        ({"approved_on": "2025-11-09"}, "approved_on"),
        ({"months": "7"}, "months"),
        ({"months": "six"}, "months"),
    ):
        with pytest.raises(BadInput) as caught:
            change.go("extend", "demo-city", note="勘界未完", **(values | wrong))
        assert caught.value.field == field
    change.go("extend", "demo-city", note="勘界未完", **values)
    assert due(change) == date(2027, 5, 10) and clocks.granted_months(change.case) == 6
    said = last(change)
    assert said["months"] == 6 and said["late"] is False and said["doc_no"] == values["doc_no"]
    with pytest.raises(NotReady, match="不能再延"):
        change.go("extend", "demo-city", note="再延", **values)
    assert cases.event_faults(change.case) == []


def test_an_extension_granted_late_is_recorded_as_late_and_stops_nothing(change):
    change.clock = timezone.make_aware(datetime(2026, 12, 1, 9))
    change.attach("extension", by="demo-city")
    change.go(
        "extend",
        "demo-city",
        note="批文迟到",
        doc_no="粤府函〔2026〕9号",
        approved_on=date(2026, 11, 25),
        months="3",
    )
    assert last(change)["late"] is True and due(change) == date(2027, 2, 10)


def test_a_clock_that_ran_out_blocks_nothing_and_leaves_its_reason(change):
    change.clock = timezone.make_aware(datetime(2026, 11, 20, 9))
    change.go("implement", "demo-city", note="界桩重埋延误", done_on="2026-11-20")
    assert change.case.tasks.get(kind="implement").done_on == date(2026, 11, 20)
    assert last(change)["overdue"] == {
        "task": "implement",
        "due_on": "2026-11-10",
        "days": 10,
        "reason": "界桩重埋延误",
    }
    assert cases.event_faults(change.case) == []


def test_days_left_and_overdue_marks_on_the_pages(town, client):
    today = timezone.localdate()
    change = decided_change(town, today - timedelta(days=375), today - timedelta(days=340))
    task = change.case.tasks.get(kind="implement")
    late = (today - task.due_on).days
    assert late > 0
    client.force_login(town.users["demo-city"])
    change.case.tasks.exclude(kind="implement").update(done_on=today)
    for path in (f"/cases/{change.number}/", "/cases/?view=all"):
        assert f"已逾期 {late} 天" in client.get(path).content.decode(), path
    change.clock = timezone.now()
    change.attach("extension", by="demo-city")
    change.go("extend", "demo-city", note="勘界未完", doc_no="粤府函9号", approved_on=today)
    left = (due(change) - today).days
    for path in (f"/cases/{change.number}/", "/cases/?view=all"):
        assert f"剩 {left} 天" in client.get(path).content.decode(), path
    assert "已延期 6 个月" in client.get(f"/cases/{change.number}/").content.decode()
    change.go("implement", "demo-city", note="完成", done_on=str(today))
    assert client.get("/cases/?view=all").content.decode().count("剩 ") == 0
