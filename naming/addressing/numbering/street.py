"""A street with its doors seated along it: which way the numbers run, which side is odd, which doors are in order.

Existing numbers are law: where they plainly run against the profile, the street keeps its way and says so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from naming.addressing.numbering.axis import Axis
from naming.addressing.numbering.note import Note, note
from naming.addressing.numbering.placing import LEFT, RIGHT, Place, place
from naming.addressing.numbering.profile import NumberingProfile

STANDING, RESERVED, CANCELLED = "standing", "reserved", "cancelled"


@dataclass(frozen=True)
class Door:
    """A door with a number. ``xy`` is its entrance in frame metres.

    A cancelled number is kept and never given again; a reserved one waits for its building. ``historic`` exempts an
    old order from the rule against skipped numbers.
    """

    id: str
    number: int
    sub_number: int | None
    xy: tuple[float, float]
    state: str = STANDING
    historic: bool = False

    @property
    def key(self) -> tuple[int, int]:
        """Number and sub-number (0: none), as compared and sorted."""
        return (self.number, self.sub_number or 0)


@dataclass(frozen=True)
class Seat:
    """A door and its place along the street."""

    door: Door
    place: Place

    @property
    def order(self) -> tuple[float, float, int, int]:
        """The key that sorts seats along the street."""
        return (*self.place.order, *self.door.key)


@dataclass(frozen=True)
class Way:
    """How the numbers run over the axis: from its other end, or on a ring from another origin."""

    back: bool = False
    cut_m: float = 0.0

    def seen(self, axis: Axis, found: Place) -> Place:
        """Return a place of the axis as measured along the numbers."""
        if self.back:
            found = found.turned(axis.length_m)
        if axis.closed and (self.cut_m or self.back):
            found = found.cut(self.cut_m, axis.length_m)
        return found

    def measure_seen(self, axis: Axis, measure_m: float) -> float:
        """Return the measure along the numbers of a measure on the axis; the side changes with ``back``."""
        if self.back:
            measure_m = axis.length_m - measure_m
        return (measure_m - self.cut_m) % axis.length_m if axis.closed else measure_m

    def measure_on_axis(self, axis: Axis, measure_m: float) -> float:
        """Return the measure on the axis of a measure along the numbers."""
        if axis.closed:
            measure_m = (measure_m + self.cut_m) % axis.length_m
        return axis.length_m - measure_m if self.back else measure_m


@dataclass(frozen=True)
class NumberedStreet:
    """A street ready to be asked. ``seats`` are in order along the numbers; ``notes`` say how that was settled."""

    axis: Axis
    profile: NumberingProfile
    way: Way
    odd_left: bool
    seats: tuple[Seat, ...]
    reserved: frozenset[int]
    notes: tuple[Note, ...]

    def place(self, point: tuple[float, float]) -> Place:
        """Return where a frame point lies along the numbers."""
        return self.way.seen(self.axis, place(self.axis, point))

    def odd(self, side: str) -> bool:
        """Say whether a side bears odd numbers."""
        return (side == LEFT) == self.odd_left

    def side_of(self, number: int) -> str:
        """Return the side to which a number belongs."""
        return LEFT if (number % 2 == 1) == self.odd_left else RIGHT

    def on_side(self, side: str) -> list[Seat]:
        """Return the doors that stand on a side and bear its parity, along the street."""
        odd = int(self.odd(side))
        return [s for s in self.seats if s.place.side == side and s.door.number % 2 == odd]

    def point_at(self, measure_m: float) -> tuple[float, float]:
        """Return the frame point of the axis at a measure along the numbers."""
        return self.axis.point_at(self.way.measure_on_axis(self.axis, measure_m))


def rank(number: int) -> int:
    """Return the place of a number among those of its parity: 1 for 1 and 2, 2 for 3 and 4."""
    return (number + 1) // 2


def number_street(
    axis: Axis, doors: Iterable[Door], profile: NumberingProfile, reserved: Collection[int] = ()
) -> NumberedStreet:
    """Seat the doors along an axis. ``reserved`` are numbers kept free without a place."""
    placed = [Seat(door, place(axis, door.xy)) for door in doors]
    return arrange(axis, placed, profile, reserved)


def arrange(
    axis: Axis, placed: Sequence[Seat], profile: NumberingProfile, reserved: Collection[int] = ()
) -> NumberedStreet:
    """Settle the way of the numbers for doors whose places on the axis are known (``placing.place``)."""
    way, words = _way(axis, placed, profile)
    seats = sorted((Seat(s.door, way.seen(axis, s.place)) for s in placed), key=lambda s: s.order)
    odd_left, more = _odd_left(seats, profile)
    notes = (*axis.notes, *words, *more)
    return NumberedStreet(axis, profile, way, odd_left, tuple(seats), frozenset(reserved), notes)


def longest_in_order(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest non-decreasing subsequence; O(n log n), always the same one."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for i, value in enumerate(values):
        at = bisect_right(tails, value)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(value)
            ends.append(i)
        else:
            tails[at], ends[at] = value, i
    found = []
    i = ends[-1] if ends else -1
    while i >= 0:
        found.append(i)
        i = before[i]
    return found[::-1]


def backbone(seats: Sequence[Seat]) -> list[Seat]:
    """Return the doors of one side that keep order: as many standing ones as can, and the kept numbers that fit."""
    live = [s for s in seats if s.door.state != CANCELLED]
    chain = [live[i] for i in longest_in_order([s.door.number for s in live])]
    for seat in seats:
        if seat.door.state == CANCELLED:
            at = bisect_right([s.order for s in chain], seat.order)
            low = chain[at - 1].door.number if at else 0
            high = chain[at].door.number if at < len(chain) else seat.door.number
            if low <= seat.door.number <= high:
                chain.insert(at, seat)
    return chain


def _ordered(seats: Sequence[Seat]) -> tuple[int, int]:
    """Return how many doors keep order, side by side; of equals, how well ranks rise over both sides together."""
    kept = 0
    for side in (LEFT, RIGHT):
        kept += len(longest_in_order([s.door.number for s in seats if s.place.side == side]))
    rising = 0
    if kept == len(seats) and len(seats) <= 12:
        pairs = [(s.place.measure_m, rank(s.door.number)) for s in seats]
        for i, (m, k) in enumerate(pairs):
            for n, j in pairs[i + 1 :]:
                if n - m > 1.0 and j != k:
                    rising += 1 if j > k else -1
    return kept, rising


def _sorted(axis: Axis, placed: Sequence[Seat], way: Way) -> list[Seat]:
    return sorted((Seat(s.door, way.seen(axis, s.place)) for s in placed), key=lambda s: s.order)


def _strict(seats: Sequence[Seat]) -> bool:
    """Say whether some side holds two different numbers, so that its order tells the way."""
    return any(len({s.door.number for s in seats if s.place.side == side}) > 1 for side in (LEFT, RIGHT))


def _way(axis: Axis, placed: Sequence[Seat], profile: NumberingProfile) -> tuple[Way, tuple[Note, ...]]:
    """Return the profile's way unless the existing numbers keep better order another way."""
    usual = Way()
    if len(placed) < 2:
        return usual, ()
    seats = _sorted(axis, placed, usual)
    score = _ordered(seats)
    if score[0] == len(seats) and _strict(seats):
        return usual, ()
    others = [Way(back=True)] if not axis.closed else _ring_ways(axis, placed)
    best, best_score = usual, score
    for way in others:
        found = _ordered(_sorted(axis, placed, way))
        if found > best_score:
            best, best_score = way, found
    if best == usual:
        return usual, ()
    return best, (note("way_kept", kept=best_score[0], usual=score[0], doors=len(seats)),)


def way_of_many(
    axis: Axis,
    numbers: Sequence[int],
    along_m: Sequence[float],
    sides: Sequence[str],
    profile: NumberingProfile,
) -> Way:
    """Return the way of doors placed in bulk (``placing.place_many``): as ``arrange`` settles it, but for the notes.

    Doors in order one way or the other need no search.
    """
    rows = sorted(zip(sides, [round(m, 2) for m in along_m], numbers, strict=True))
    kinds = [(a[2] < b[2], a[2] > b[2]) for a, b in pairwise(rows) if a[0] == b[0]]
    rises, falls = any(up for up, _ in kinds), any(down for _, down in kinds)
    if not falls and (rises or len(rows) < 2):
        return Way()
    if falls and not rises and not axis.closed and len({row[:2] for row in rows}) == len(rows):
        return Way(back=True)
    placed = [
        Seat(Door(str(i), n, None, (0.0, 0.0)), Place(m, 0.0, side, 0.0, "along"))
        for i, (n, m, side) in enumerate(zip(numbers, along_m, sides, strict=True))
    ]
    return _way(axis, placed, profile)[0]


def _ring_ways(axis: Axis, placed: Sequence[Seat]) -> list[Way]:
    """Return the ways in which a ring begins in the gap before its lowest numbers, either way round."""
    ways = []
    lowest = min(rank(s.door.number) for s in placed)
    for back in (False, True):
        turned = Way(back=back)
        measures = sorted({turned.seen(axis, s.place).measure_m for s in placed})
        for seat in placed:
            if rank(seat.door.number) != lowest:
                continue
            first = turned.seen(axis, seat.place).measure_m
            prior = [m for m in measures if m < first - 1.0]
            last = prior[-1] if prior else measures[-1] - axis.length_m
            ways.append(Way(back, round(((first + last) / 2) % axis.length_m, 3)))
    return ways


def _odd_left(seats: Sequence[Seat], profile: NumberingProfile) -> tuple[bool, tuple[Note, ...]]:
    """Return the side of the odd numbers: the profile's, unless most doors stand the other way round."""
    left = sum((s.door.number % 2 == 1) == (s.place.side == LEFT) for s in seats)
    right = len(seats) - left
    usual = profile.odd_left
    odd_left = usual if left == right else left > right
    if odd_left == usual:
        return usual, ()
    return odd_left, (note("side_kept", odd_side=LEFT if odd_left else RIGHT, doors=max(left, right)),)


def with_door(street: NumberedStreet, door: Door) -> NumberedStreet:
    """Return the street with one more door."""
    placed = [Seat(s.door, place(street.axis, s.door.xy)) for s in street.seats]
    placed.append(Seat(door, place(street.axis, door.xy)))
    return arrange(street.axis, placed, street.profile, street.reserved)


def renamed(street: NumberedStreet, numbers: dict[str, tuple[int, int | None]]) -> NumberedStreet:
    """Return the street with other numbers on some doors, by id; way and sides stay as they are."""
    seats = [
        replace(s, door=replace(s.door, number=numbers[s.door.id][0], sub_number=numbers[s.door.id][1]))
        if s.door.id in numbers
        else s
        for s in street.seats
    ]
    return replace(street, seats=tuple(sorted(seats, key=lambda s: s.order)))
