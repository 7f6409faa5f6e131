"""What held from which day to which: values that depend on a day, as spans between the days they change. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Span(Generic[Value]):
    """A value and the days it holds, ``[start, stop)``; ``stop`` is None while no end is known."""

    start: date
    stop: date | None
    value: Value


def spans(days: Iterable[date | None], value_at: Callable[[date], Value | None]) -> list[Span[Value]]:
    """Return the spans of ``value_at``, which changes on no other days than ``days`` (None among them is ignored).

    Before the first day nothing holds; equal neighbours are one span; a day without value is in none.
    """
    ordered = sorted({day for day in days if day is not None})
    found: list[Span[Value]] = []
    for day, after in zip(ordered, [*ordered[1:], None], strict=False):
        value = value_at(day)
        if value is None:
            continue
        last = found[-1] if found else None
        if last is not None and last.stop == day and last.value == value:
            found[-1] = Span(last.start, after, value)
        else:
            found.append(Span(day, after, value))
    return found
