"""Working days and calendar days."""

from __future__ import annotations

from datetime import date

import pytest

from geoapp.core import calendar

SPRING_2024 = {row.day: row.working for row in calendar.days_of_year(2024)}


def test_spring_festival_2024_is_not_counted():
    # 2024: days off 10–17 February, worked weekends 4 and 18 February.
    assert not calendar.is_working(date(2024, 2, 12), SPRING_2024)
    assert calendar.is_working(date(2024, 2, 18), SPRING_2024)
    assert calendar.add_days(date(2024, 2, 8), 2, working=True, table=SPRING_2024) == date(2024, 2, 18)


def test_calendar_days_that_end_on_a_day_off_run_on():
    assert calendar.add_days(date(2024, 1, 28), 15, working=False, table=SPRING_2024) == date(2024, 2, 18)


def test_excluded_days_stand_still():
    still = {date(2024, 1, 9), date(2024, 1, 10)}
    found = calendar.add_days(date(2024, 1, 8), 2, working=True, table={}, excluded=lambda d: d in still)
    assert found == date(2024, 1, 12)


def test_a_year_not_announced_is_provisional():
    rows = calendar.days_of_year(2099)
    assert rows and all(row.provisional for row in rows)
    assert any(row.day == date(2099, 10, 1) and not row.working for row in rows)


@pytest.mark.django_db
def test_seeding_keeps_what_an_office_edited():
    from geoapp.core.models import CalendarDay

    CalendarDay.objects.create(day=date(2024, 2, 12), working=True, name="加班")
    calendar.seed(2024, 2024)
    assert CalendarDay.objects.get(day=date(2024, 2, 12)).working


def test_counting_between_is_the_inverse_of_adding():
    start = date(2024, 1, 2)
    for days in range(1, 40):
        due = calendar.add_days(start, days, working=True, table=SPRING_2024)
        assert calendar.working_days_between(start, due, SPRING_2024) == days
