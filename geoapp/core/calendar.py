"""Days that count: working days for 行政许可法 clocks, calendar days for 条例 clocks.

Holidays are a table seeded from the national arrangement as chinesecalendar has it and editable. A year not yet
announced counts Mon–Fri less the fixed festivals and is marked provisional.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import chinese_calendar

from geoapp.core.models import CalendarDay

FIXED_FESTIVALS = {(1, 1): "元旦", (5, 1): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}


def days_of_year(year: int) -> list[CalendarDay]:
    """Return the unsaved rows of a year that differ from Mon–Fri."""
    rows = []
    day = date(year, 1, 1)
    while day.year == year:
        try:
            working = chinese_calendar.is_workday(day)
            name = chinese_calendar.get_holiday_detail(day)[1] or ""
            provisional, source = False, "国务院办公厅节假日安排（chinesecalendar）"
        except NotImplementedError:
            festival = FIXED_FESTIVALS.get((day.month, day.day), "")
            working, name = day.weekday() < 5 and not festival, festival
            provisional, source = True, "固定节日推算，待国务院办公厅公布"
        if working != (day.weekday() < 5):
            rows.append(
                CalendarDay(day=day, working=working, name=name, provisional=provisional, source=source)
            )
        day += timedelta(days=1)
    return rows


def seed(first_year: int, last_year: int) -> int:
    """Write the missing rows of the years; rows an office has edited stay. Return how many were written."""
    before = CalendarDay.objects.count()
    for year in range(first_year, last_year + 1):
        CalendarDay.objects.bulk_create(days_of_year(year), ignore_conflicts=True)
    return CalendarDay.objects.count() - before


def exceptions() -> Mapping[date, bool]:
    """Return the table as a mapping day → working."""
    return dict(CalendarDay.objects.values_list("day", "working"))


def is_working(day: date, table: Mapping[date, bool]) -> bool:
    """Say whether people work on a day."""
    return table.get(day, day.weekday() < 5)


def add_days(
    start: date,
    days: int,
    *,
    working: bool,
    table: Mapping[date, bool],
    excluded: Callable[[date], bool] | None = None,
) -> date:
    """Return the last day of a period of ``days`` that begins the day after ``start``.

    ``excluded`` names days on which the clock stands still (spans the law excludes). A calendar-day period
    that ends on a day off runs on to the next working day.
    """
    day, left = start, days
    while left > 0:
        day += timedelta(days=1)
        if excluded and excluded(day):
            continue
        if not working or is_working(day, table):
            left -= 1
    while not is_working(day, table):
        day += timedelta(days=1)
    return day


def add_months(start: date, months: int, *, table: Mapping[date, bool]) -> date:
    """Return the last day of a period of whole months that begins the day after ``start``.

    It is the day of the same number in the last month, failing that the month's last day, and runs on to the next
    working day when people do not work on it (民法典 arts 202, 203).
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    while not is_working(day, table):
        day += timedelta(days=1)
    return day


def working_days_between(start: date, stop: date, table: Mapping[date, bool]) -> int:
    """Count the working days after ``start`` up to and including ``stop`` (negative when stop lies before)."""
    if stop < start:
        return -working_days_between(stop, start, table)
    span = (stop - start).days
    return sum(is_working(start + timedelta(days=n), table) for n in range(1, span + 1))
