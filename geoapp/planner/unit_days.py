"""The days of a unit that a reader can go to: its changes and the first of every year, for the form and its slider."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Stop:
    """A day on the slider: what the unit was called then and what happened on it."""

    day: date
    name: str
    note: str
    changed: bool

    def as_row(self) -> list[object]:
        """Return the stop as the slider reads it: day, name, note, whether something changed."""
        return [self.day.isoformat(), self.name, self.note, self.changed]


def days_of_change(versions: Sequence[Any], arrows: Iterable[Any]) -> list[date]:
    """Return the days on which something about a unit changed, its end included; ``versions`` in order of date."""
    days = {v.valid_from for v in versions} | {v.valid_to for v in versions if v.valid_to}
    return sorted(days | {arrow.effective for arrow in arrows})


def stops_of(versions: Sequence[Any], arrows: Iterable[Any], today: date) -> list[Stop]:
    """Return the stops of the slider: the days of change, the first day of each year between them, and today."""
    arrows = list(arrows)
    changes = set(days_of_change(versions, arrows))
    first, last = min([*changes, today]), max([*changes, today])
    years = {date(year, 1, 1) for year in range(first.year + 1, last.year + 1)}
    kinds: dict[date, list[str]] = defaultdict(list)
    for arrow in arrows:
        kinds[arrow.effective].append(str(arrow.get_kind_display()))
    days = sorted(changes | years | {today})
    return [_stop(versions, day, kinds.get(day, ()), day in changes, today) for day in days]


def _stop(versions: Sequence[Any], day: date, kinds: Sequence[str], changed: bool, today: date) -> Stop:
    standing = next(
        (v for v in versions if v.valid_from <= day and not (v.valid_to and v.valid_to <= day)), None
    )
    notes = list(dict.fromkeys(kinds))
    if standing is None:
        notes.append(_("尚未设立") if day < versions[0].valid_from else _("已撤销"))
    elif changed and not kinds:
        notes.append(_change(versions, standing, day))
    if day == today:
        notes.append(_("今天"))
    return Stop(day, standing.name if standing else "", " · ".join(notes), changed)


def _change(versions: Sequence[Any], standing: Any, day: date) -> str:
    """Say what became different on a day: only what the versions before and after show."""
    before = next((v for v in versions if v.valid_to == day), None)
    if before is None:
        return _("最早的记录")
    if before.name != standing.name:
        return _("更名")
    if before.code != standing.code:
        return _("代码变更")
    if bool(before.geom) != bool(standing.geom):
        return _("登记范围")
    return _("范围或其他内容变动")
