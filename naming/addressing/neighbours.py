"""A number for a door between its neighbours along a street: what a collector is shown before anybody numbers.

A proposal only. The phone computes the same offline (static/planner/collect/suggest.js); both are held to
tests/naming/data/suggestions.json. Coordinates are frame metres (x east, y north); a street's axis is a list of
lines in the order its numbers run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import hypot

Point = tuple[float, float]
Axis = Sequence[Sequence[Point]]
Number = tuple[int, int | None]

ODD_LEFT = "left"
"""Which side has the odd numbers where no door tells: 左单右双, UNVERIFIED (domain.md 5.3)."""

_MIXED_SHARE = 1 / 3
_MIXED_LEAST = 3


@dataclass(frozen=True)
class Neighbour:
    """A door that has a number: number, sub-number, where it is (frame metres)."""

    number: int
    sub_number: int | None
    x: float
    y: float


@dataclass(frozen=True)
class Place:
    """Where a point lies along an axis: metres from its start, metres off it, the side looking onward."""

    along_m: float
    offset_m: float
    side: str


@dataclass(frozen=True)
class Suggestion:
    """A number with its reason: ``between`` two doors, ``after`` or ``before`` one, ``under`` one, or ``first``."""

    number: int
    sub_number: int | None
    side: str
    parity: str
    basis: str
    along_m: float
    offset_m: float


def place_on(axis: Axis, point: Point) -> Place | None:
    """Return where a point lies along an axis, None when the axis has no segment."""
    best: tuple[float, float, float] | None = None
    start = 0.0
    px, py = point
    for line in axis:
        for (ax, ay), (bx, by) in zip(line, line[1:], strict=False):
            dx, dy = bx - ax, by - ay
            length = hypot(dx, dy)
            if length == 0:
                continue
            t = min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / (length * length)))
            distance = hypot(px - (ax + t * dx), py - (ay + t * dy))
            cross = dx * (py - ay) - dy * (px - ax)
            if best is None or distance < best[0] - 1e-9:
                best = (distance, start + t * length, cross)
            start += length
    if best is None:
        return None
    side = "left" if best[2] > 0 else "right" if best[2] < 0 else ""
    return Place(best[1], best[0], side)


@dataclass(frozen=True)
class _Door:
    number: int
    along_m: float
    side: str


def suggest(
    axis: Axis,
    doors: Iterable[Neighbour],
    taken: Collection[Number],
    point: Point,
    *,
    odd_side: str = ODD_LEFT,
) -> Suggestion | None:
    """Return a free number for a door at ``point``, None when the street has no line.

    Parity follows the doors that are there (a side that counts 1, 2, 3 has none), failing them ``odd_side``. Between
    two neighbours of its side the free numbers are spread by distance, so that vacant frontage keeps its own; where
    none is free a sub-number of the lower neighbour is proposed, one level deep (JM22 art. 6(4)).
    """
    place = place_on(axis, point)
    if place is None:
        return None
    rows = list(doors)
    placed = [
        _Door(d.number, at.along_m, at.side) for d in rows if (at := place_on(axis, (d.x, d.y))) is not None
    ]
    used = set(taken) | {(d.number, d.sub_number) for d in rows}
    beside = [d for d in placed if d.side == place.side]
    step = 1 if _counts_all(beside) else 2
    parity = _parity(placed, place.side or "left", odd_side)
    if step == 2:
        beside = [d for d in beside if d.number % 2 == parity]
    beside.sort(key=lambda d: (d.along_m, d.number))
    number, sub, basis = _choose(beside, place.along_m, step, parity, used, _ascending(beside or placed))
    word = "any" if step == 1 else "odd" if parity else "even"
    return Suggestion(number, sub, place.side, word, basis, place.along_m, place.offset_m)


def _counts_all(beside: Sequence[_Door]) -> bool:
    odd = sum(d.number % 2 for d in beside)
    fewer = min(odd, len(beside) - odd)
    return len(beside) >= _MIXED_LEAST and fewer >= len(beside) * _MIXED_SHARE


def _parity(placed: Sequence[_Door], side: str, odd_side: str) -> int:
    votes = 0
    for door in placed:
        if door.side:
            votes += 1 if (door.number % 2 == 1) == (door.side == "left") else -1
    odd_left = votes > 0 if votes else odd_side == "left"
    return int((side == "left") == odd_left)


def _ascending(doors: Sequence[_Door]) -> bool:
    rows = sorted(doors, key=lambda d: (d.along_m, d.number))
    trend = sum((b.number > a.number) - (b.number < a.number) for a, b in zip(rows, rows[1:], strict=False))
    return trend >= 0


def _choose(
    beside: Sequence[_Door], along_m: float, step: int, parity: int, used: set[Number], ascending: bool
) -> tuple[int, int | None, str]:
    mains = {number for number, _ in used}
    before = [d for d in beside if d.along_m <= along_m]
    after = [d for d in beside if d.along_m > along_m]
    near, far = (before[-1] if before else None), (after[0] if after else None)
    low, high = (near, far) if ascending else (far, near)
    if low and high and low.number < high.number:
        free = [n for n in range(low.number + step, high.number, step) if n not in mains]
        if free:
            share = abs(along_m - low.along_m) / max(abs(high.along_m - low.along_m), 1e-9)
            return free[min(len(free) - 1, int(share * len(free)))], None, "between"
        return low.number, _next_sub(low.number, used), "under"
    if low:
        return _free_from(low.number + step, step, mains), None, "after"
    if high:
        number = high.number - step
        while number > 0 and number in mains:
            number -= step
        if number > 0:
            return number, None, "before"
        return high.number, _next_sub(high.number, used), "under"
    first = 1 if step == 1 or parity == 1 else 2
    return _free_from(first, step, mains), None, "first"


def _free_from(number: int, step: int, mains: set[int]) -> int:
    while number in mains:
        number += step
    return number


def _next_sub(number: int, used: set[Number]) -> int:
    sub = 1
    while (number, sub) in used:
        sub += 1
    return sub
