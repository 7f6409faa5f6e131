"""One side of a street and the gaps between its doors: which numbers fit a gap, and which belongs to a place in it.

Everything that does not depend on the exact place is settled once per side and once per gap, so that a street can be
asked for many places (``slots``) at the price of few.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from naming.addressing.numbering.note import Note, note
from naming.addressing.numbering.placing import OTHER, Place
from naming.addressing.numbering.street import CANCELLED, STANDING, NumberedStreet, Seat, backbone, rank

Number = tuple[int, int | None]


@dataclass(frozen=True)
class Window:
    """The numbers that fit: of one parity, above ``low`` and below ``high`` (None: open), not ``taken``."""

    first: int
    low: int
    high: int | None
    taken: frozenset[int]

    def fits(self, number: int) -> bool:
        """Say whether a number of the right parity may be given."""
        return number > self.low and (self.high is None or number < self.high) and number not in self.taken

    def nearest(self, target: float, count: int = 1) -> list[int]:
        """Return free numbers, nearest to a target first, the lower of two equally near ones first."""
        least = self.low + 2
        most = self.high - 2 if self.high is not None else None
        step = round((target - self.first) / 2) * 2 + self.first
        start = max(least, step if most is None else min(step, most))
        found: list[int] = []
        down, up = start, start + 2
        while len(found) < count and (down >= least or most is None or up <= most):
            lower = down >= least and (
                (most is not None and up > most) or abs(down - target) <= abs(up - target)
            )
            candidate = down if lower else up
            if lower:
                down -= 2
            else:
                up += 2
            if self.fits(candidate):
                found.append(candidate)
        return found


class Side:
    """One side of a street. ``also_taken`` are numbers given away since the street was read."""

    def __init__(self, street: NumberedStreet, side: str, also_taken: Collection[Number] = ()) -> None:
        self.street = street
        self.side = side
        self.also_taken = also_taken
        self.odd = street.odd(side)
        self.own = street.on_side(side)
        self.chain = backbone(self.own)

    @property
    def first(self) -> int:
        """The lowest number of this side."""
        return 1 if self.odd else 2

    @cached_property
    def facing(self) -> list[Seat]:
        """The doors across the street that keep order."""
        return backbone(self.street.on_side(OTHER[self.side]))

    @cached_property
    def pitch(self) -> tuple[float, bool]:
        """Metres per number of this side, and whether the doors themselves show it."""
        return _pitch(self.street, self.chain)

    @cached_property
    def facing_pitch(self) -> tuple[float, bool]:
        """The same of the side across the street."""
        return _pitch(self.street, self.facing)

    @cached_property
    def taken(self) -> frozenset[int]:
        """Every number that cannot be a new main number: any ever given here, any reserved."""
        ever = {s.door.number for s in self.street.seats} | self.street.reserved
        return frozenset(ever | {n for n, sub in self.also_taken if sub is None})

    @cached_property
    def mains(self) -> frozenset[int]:
        """The main numbers in use, which may have sub-numbers."""
        return frozenset(
            s.door.number for s in self.street.seats if s.door.sub_number is None and s.door.state == STANDING
        )

    def gap_at(self, here: Place) -> Gap:
        """Return the gap a place lies in."""
        return self.gap(sum(s.place.order <= here.order for s in self.chain))

    def gap(self, position: int) -> Gap:
        """Return the gap before the door at ``position`` of the chain (its length: after the last)."""
        low = self.chain[position - 1] if position else None
        high = self.chain[position] if position < len(self.chain) else None
        # A 附号 whose main number nobody ever had lacks it: the door beside it may take it.
        wanted = frozenset(s.door.number for s in (low, high) if s is not None and self._orphan(s))
        window = Window(
            self.first,
            low.door.number - 2 * (low.door.number in wanted) if low else self.first - 2,
            high.door.number + 2 * (high.door.number in wanted) if high else None,
            self.taken - wanted,
        )
        return Gap(self, position, low, high, wanted, window)

    def _orphan(self, seat: Seat) -> bool:
        """Say whether a sub-number stands under a main number that was never given and may be."""
        number = seat.door.number
        if not seat.door.sub_number or seat.door.state == CANCELLED or number in self.street.reserved:
            return False
        if (number, None) in self.also_taken:
            return False
        return all(s.door.number != number or s.door.sub_number for s in self.street.seats)

    def next_sub(self, parent: int) -> int:
        """Return the lowest free sub-number under a main number."""
        used = {s.door.sub_number for s in self.street.seats if s.door.number == parent}
        used |= {sub for n, sub in self.also_taken if n == parent}
        return next(k for k in range(1, len(used) + 2) if k not in used)

    def number(self, at_rank: float) -> float:
        """Return the number (a fraction) of a rank on this side."""
        return self.first + 2 * (at_rank - 1)


@dataclass(frozen=True)
class Gap:
    """The stretch of a side between two neighbours in order; None where there is none."""

    side: Side
    position: int
    low: Seat | None
    high: Seat | None
    wanted: frozenset[int]
    window: Window

    def choice(self, measure_m: float) -> Number | None:
        """Return the number for a place at a measure: the free one nearest to what belongs there, else a 附号."""
        free = self.window.nearest(self.target(measure_m)[0])
        return (free[0], None) if free else self.sub_number(measure_m)

    @cached_property
    def _parents(self) -> tuple[Seat, ...]:
        """The neighbours that may bear a sub-number: main numbers in use. Cancelled doors are looked past."""
        if not self.side.street.profile.allow_sub_level:
            return ()
        chain, at = self.side.chain, self.position
        low = next((s for s in reversed(chain[:at]) if s.door.state != CANCELLED), None)
        high = next((s for s in chain[at:] if s.door.state != CANCELLED), None)
        return tuple(s for s in (low, high) if s is not None and s.door.number in self.side.mains)

    def sub_number(self, measure_m: float) -> tuple[int, int] | None:
        """Return the 附号 under the nearer neighbour that may be a parent; one level only."""
        if not self._parents:
            return None
        parent = min(self._parents, key=lambda s: abs(s.place.measure_m - measure_m)).door.number
        return parent, self.side.next_sub(parent)

    def target(self, measure_m: float) -> tuple[float, Callable[[], Note]]:
        """Return the number (a fraction) that belongs at a measure, and which rule gave it."""
        side, low, high = self.side, self.low, self.high
        profile = side.street.profile
        if profile.metric:
            step = profile.metre_step
            return max(measure_m, 0.0) / step, lambda: note(
                "target_metric", metres=round(measure_m), step=step
            )
        if low is not None and high is not None:
            span = high.place.measure_m - low.place.measure_m
            share = (measure_m - low.place.measure_m) / span if span > 0 else 0.5
            at = low.door.number + share * (high.door.number - low.door.number)
            return at, lambda: note(
                "target_between", from_low_m=round(share * span, 1), to_high_m=round((1 - share) * span, 1)
            )
        if low is None and high is None:
            return self._target_alone(measure_m)
        end = low or high
        assert end is not None
        away = measure_m - end.place.measure_m
        pitch, shown = side.pitch
        if not shown and side.facing:
            across = side.facing_pitch[0]
            pitch = max(pitch, across) if len(side.facing) == 1 else across
            ranks = _rank_at(side.facing, measure_m, pitch) - _rank_at(
                side.facing, end.place.measure_m, pitch
            )
            reason = self._facing_note(measure_m)
        else:
            ranks = away / pitch
            key = "target_pitch" if shown else "target_frontage"
            skipped = max(0, round(abs(ranks)) - 1)

            def reason() -> Note:
                return note(key, away_m=round(abs(away), 1), pitch_m=round(pitch, 1), reserved=skipped)

        least = 0.0 if end.door.number in self.wanted else 1.0
        ranks = max(ranks, least) if low is not None else min(ranks, -least)
        return side.number(max(1.0, rank(end.door.number) + ranks)), reason

    def _target_alone(self, measure_m: float) -> tuple[float, Callable[[], Note]]:
        """The same where this side has no door yet."""
        side = self.side
        if side.facing:
            at = _rank_at(side.facing, measure_m, side.facing_pitch[0])
            return side.number(at), self._facing_note(measure_m)
        pitch = side.pitch[0]
        at_rank = 1 + max(measure_m, 0.0) // pitch
        return side.number(at_rank), lambda: note(
            "target_empty", frontage_m=pitch, reserved=int(at_rank) - 1, measure_m=round(measure_m, 1)
        )

    def _facing_note(self, measure_m: float) -> Callable[[], Note]:
        return lambda: note("target_facing", door=plate(_nearest(self.side.facing, measure_m)))


def plate(seat: Seat | None) -> str:
    """Return a door's number and sub-number as one text: 33 or 33-1."""
    assert seat is not None
    sub = seat.door.sub_number
    return f"{seat.door.number}" + (f"-{sub}" if sub else "")


def neighbours(gap: Gap) -> Note:
    """Say which doors a gap lies between."""
    if gap.low is None and gap.high is None:
        return note("neighbours_none")
    if gap.high is None:
        return note("neighbours_low", low=plate(gap.low))
    if gap.low is None:
        return note("neighbours_high", high=plate(gap.high))
    return note("neighbours_both", low=plate(gap.low), high=plate(gap.high))


def full(gap: Gap) -> Note:
    """Say why no main number fits a gap."""
    if gap.low is None or gap.high is None:
        return note("no_free_before", high=plate(gap.high or gap.low))
    if gap.low.door.number == gap.high.door.number:
        return note("no_free_within", number=gap.low.door.number)
    return note("no_free", low=plate(gap.low), high=plate(gap.high))


def _pitch(street: NumberedStreet, seats: list[Seat]) -> tuple[float, bool]:
    """Return metres per number of one side, and whether the doors themselves show it (else the city's value)."""
    steps = []
    # A 附号 stands off its number's own place.
    seats = [s for s in seats if not s.door.sub_number] or seats
    for one, two in zip(seats, seats[1:], strict=False):
        ranks = rank(two.door.number) - rank(one.door.number)
        metres = two.place.measure_m - one.place.measure_m
        if ranks > 0 and metres > 0.5:
            steps.append(metres / ranks)
    if steps:
        return median(steps), True
    # A lone door shows how much frontage the numbers up to its own have taken.
    known = [s.place.measure_m / rank(s.door.number) for s in seats]
    return max([street.profile.frontage_m, *known]), False


def _rank_at(seats: list[Seat], measure_m: float, pitch_m: float) -> float:
    """Return the rank that doors in order show at a measure: between two by proportion, outside by ``pitch_m``."""
    here = round(measure_m, 2)
    low = [s for s in seats if s.place.order[0] <= here]
    high = seats[len(low) :]
    if low and high:
        a, b = low[-1], high[0]
        share = (here - a.place.order[0]) / (b.place.order[0] - a.place.order[0])
        return rank(a.door.number) + share * (rank(b.door.number) - rank(a.door.number))
    end = low[-1] if low else high[0]
    return rank(end.door.number) + (measure_m - end.place.measure_m) / pitch_m


def _nearest(seats: list[Seat], measure_m: float) -> Seat:
    return min(seats, key=lambda s: (abs(s.place.measure_m - measure_m), s.order))
