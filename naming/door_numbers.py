"""Numbers along a street: which are free, and which a door should have. Points and lines in frame metres.

``suggest`` looks at the neighbours: the next free number between them on the same side, in the street's own
direction and parity. A number that was ever given is never given again (JM22 12).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.utils.translation import gettext_lazy as _lazy
from shapely.geometry.base import BaseGeometry

from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely
from naming.address_register import doors_of
from naming.addressing.compose import number_text
from naming.bilingual import both
from naming.models import AddressVersion, StreetVersion

Number = tuple[int, int | None]
Inside = tuple[str, str, str, str, str]
NOTHING_INSIDE: Inside = ("", "", "", "", "")
LARGEST = 99_999


@dataclass(frozen=True)
class Suggestion:
    """A number for a door, the side it lies on (left, right or empty) and why, in Chinese and English."""

    number: int
    sub_number: int | None
    side: str
    explanation: str
    explanation_en: str

    @property
    def text(self) -> str:
        """The number as a plate shows it."""
        return number_text(self.number, self.sub_number)


@dataclass
class Ledger:
    """Every number a street has or ever had, with what lies inside, and which doors still stand."""

    standing: set[Number] = field(default_factory=set)
    ever: set[Number] = field(default_factory=set)
    homes: dict[tuple[Number, Inside], UUID] = field(default_factory=dict)
    texts: dict[Number, str] = field(default_factory=dict)


def ledger(street: UUID, on: date, *, besides: Collection[UUID] = ()) -> Ledger:
    """Read what is taken along a street; ``besides`` are addresses that do not count (the one to be changed).

    A number counts as standing when it is in law on ``on`` or begins later.
    """
    found = Ledger()
    rows = AddressVersion.objects.filter(street_id=street).exclude(address_id__in=list(besides)).defer("geom")
    for row in rows:
        number = (row.number, row.sub_number)
        inside = tuple(v or "" for v in (row.compound, row.building, row.unit_no, row.floor, row.room))
        found.ever.add(number)
        found.texts.setdefault(number, row.text)
        if row.act_out is None and (row.valid_to is None or row.valid_to > on):
            found.standing.add(number)
        found.homes[(number, inside)] = row.address_id  # type: ignore[index]
    # The number an address is changed away from stays kept, whoever asks.
    for row in AddressVersion.objects.filter(street_id=street, address_id__in=list(besides)).defer("geom"):
        found.ever.add((row.number, row.sub_number))
        found.texts.setdefault((row.number, row.sub_number), row.text)
    return found


def obstacle(held: Ledger, number: Number, inside: Inside, *, given: Collection[Number] = ()) -> str:
    """Return why a number cannot be given: ``taken``, ``cancelled``, ``no_parent``; empty when it is free.

    ``given`` are numbers given earlier in the same act. What lies inside a standing door may share its number.
    """
    if number[1] is not None and (number[0], None) not in held.standing and (number[0], None) not in given:
        return "no_parent"
    if inside != NOTHING_INSIDE:
        if (number, inside) in held.homes:
            return "taken"
        return "cancelled" if number in held.ever and number not in held.standing else ""
    if number in held.standing or number in given:
        return "taken"
    return "cancelled" if number in held.ever else ""


def suggest(
    street: UUID,
    point: BaseGeometry,
    on: date,
    *,
    besides: Collection[UUID] = (),
    given: Collection[Number] = (),
    held: Ledger | None = None,
) -> Suggestion:
    """Return the next free number for a door at a frame point along a street or in a natural village."""
    held = held or ledger(street, on, besides=besides)
    used = held.ever | set(given)
    axis = axis_of(street, point, on)
    if axis is None:
        last = max((n for n, _sub in used), default=0)
        zh, en = both(_lazy("自然村按登记次序编号，接在 %(last)s 号之后"), last=last)
        return Suggestion(last + 1, None, "", zh, en)
    doors = _doors(street, axis, on, besides)
    axis, doors = _directed(axis, doors)
    at, side = place(axis, point)
    parity = _parity(doors, side)
    row = sorted((d, n) for d, s, n in doors if n % 2 == parity and s == side)
    return _between(row, at, side, parity, used)


def along(street: UUID, point: BaseGeometry, on: date) -> float:
    """Return how far from the origin of its numbering a frame point lies along a street (metres; 0 without a line).

    Doors numbered together are numbered in this order, so that none of them needs a sub-number.
    """
    axis = axis_of(street, point, on)
    if axis is None:
        return 0.0
    axis, _doors_along = _directed(axis, _doors(street, axis, on, ()))
    return place(axis, point)[0]


def axis_of(street: UUID, point: BaseGeometry, on: date) -> BaseGeometry | None:
    """Return the part of a street's main axis nearest to a point; None for a place without a line."""
    row = in_force(StreetVersion.objects.filter(place_id=street), on).first()
    if row is None:
        return None
    parts = shapely.get_parts(to_shapely(row.geom))
    main = [p for p, role in zip(parts, row.roles or [], strict=False) if role == "main"] or list(parts)
    merged = shapely.line_merge(shapely.multilinestrings(main))
    return min(shapely.get_parts(merged), key=lambda part: part.distance(point))


def place(axis: BaseGeometry, point: BaseGeometry) -> tuple[float, str]:
    """Return how far along an axis a point lies (metres) and on which side, facing onward."""
    at = float(shapely.line_locate_point(axis, point))
    a = shapely.line_interpolate_point(axis, max(0.0, at - 1.0))
    b = shapely.line_interpolate_point(axis, min(axis.length, at + 1.0))
    cross = (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
    return at, "left" if cross >= 0 else "right"


Placed = list[tuple[float, str, int]]


def _doors(street: UUID, axis: BaseGeometry, on: date, besides: Collection[UUID]) -> Placed:
    rows: Any = doors_of(street, on).filter(sub_number__isnull=True).exclude(address_id__in=list(besides))
    return [(*place(axis, to_shapely(row.geom)), row.number) for row in rows]


def _directed(axis: BaseGeometry, doors: Placed) -> tuple[BaseGeometry, Placed]:
    """Turn the axis so that numbers grow along it; without doors it begins in the east or the south."""
    ways = np.array([(d, n) for d, _s, n in doors], dtype=float)
    if len(ways) >= 2 and np.ptp(ways[:, 0]) > 1 and np.ptp(ways[:, 1]) > 0:
        backwards = float(np.cov(ways.T)[0, 1]) < 0
    else:
        (x0, y0), (x1, y1) = shapely.get_coordinates(axis)[[0, -1]]
        backwards = x1 > x0 if abs(x1 - x0) >= abs(y1 - y0) else y1 < y0
    if not backwards:
        return axis, doors
    other = {"left": "right", "right": "left"}
    return shapely.reverse(axis), [(axis.length - d, other[s], n) for d, s, n in doors]


def _parity(doors: Placed, side: str) -> int:
    """Return 1 for odd, 0 for even: as the doors of this side, failing that not as those across; left is odd."""
    here = [n % 2 for _d, s, n in doors if s == side]
    across = [n % 2 for _d, s, n in doors if s != side]
    if here:
        return int(sum(here) * 2 >= len(here))
    if across:
        return 1 - int(sum(across) * 2 >= len(across))
    return 1 if side == "left" else 0


def _between(
    row: list[tuple[float, int]], at: float, side: str, parity: int, used: set[Number]
) -> Suggestion:
    before = max(((d, n) for d, n in row if d <= at), default=None)
    after = min(((d, n) for d, n in row if d > at), default=None)
    mains = {n for n, _sub in used}
    low, high = before and before[1], after and after[1]
    words = _lazy("双号侧") if parity == 0 else _lazy("单号侧")
    if low is None and high is None:
        number = next(n for n in range(parity or 2, LARGEST, 2) if n not in mains)
        return _said(number, None, side, _lazy("%(parity)s的第一个门牌"), parity=words)
    if high is None:
        assert low is not None
        number = next(n for n in range(low + 2, LARGEST, 2) if n not in mains)
        return _said(number, None, side, _lazy("%(parity)s，接在 %(low)s 号之后"), parity=words, low=low)
    if low is None:
        free = next((n for n in range(high - 2, 0, -2) if n not in mains), None)
        if free is not None:
            return _said(free, None, side, _lazy("%(parity)s，排在 %(high)s 号之前"), parity=words, high=high)
        return _sub(high, side, used)
    free = next((n for n in range(low + 2, high, 2) if n not in mains), None)
    if free is not None:
        text = _lazy("%(parity)s，%(low)s 号与 %(high)s 号之间的空号")
        return _said(free, None, side, text, parity=words, low=low, high=high)
    return _sub(low, side, used)


def _sub(parent: int, side: str, used: set[Number]) -> Suggestion:
    number = next(n for n in range(1, LARGEST) if (parent, n) not in used)
    return _said(parent, number, side, _lazy("两侧邻号之间没有空号，在 %(parent)s 号下编附号"), parent=parent)


def _said(number: int, sub: int | None, side: str, text: Any, **words: Any) -> Suggestion:
    zh, en = both(text, **words)
    return Suggestion(number, sub, side, zh, en)


def wished() -> tuple[str, str]:
    """Return the words for a number given as it was asked for or set by the officer, in Chinese and English."""
    return both(_lazy("按申请或审核人员指定的号码编制，编制时核对为空号"))
