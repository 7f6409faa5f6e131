"""Which number a new door gets: between its neighbours, on its side, by its place along the street.

The steps are those an officer would take and are returned with the number. Existing numbers are law: a suggestion
lies between the neighbours on its side, and never is a number in use, reserved, or cancelled and kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from statistics import median

from naming.addressing.numbering.note import Finding, Note, note
from naming.addressing.numbering.placing import LEFT, OTHER, RIGHT, Place
from naming.addressing.numbering.street import (
    CANCELLED,
    STANDING,
    NumberedStreet,
    Seat,
    backbone,
    rank,
)

_REBUILD_M = 8.0  # a cancelled door this near may be the one that is rebuilt
_ON_LINE_M = 0.5  # a door this near to the axis has no clear side
_ALTERNATIVES = 3


@dataclass(frozen=True)
class Alternative:
    """Another number that would be lawful, and why one might take it."""

    number: int
    sub_number: int | None
    note: Note


@dataclass(frozen=True)
class Suggestion:
    """A number for a door. ``number`` is None when none can be given; ``findings`` then say why."""

    number: int | None
    sub_number: int | None
    side: str
    place: Place
    steps: tuple[Note, ...]
    findings: tuple[Finding, ...]
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True)
class _Window:
    """The numbers that fit: of one parity, above ``low`` and below ``high`` (None: open), not ``taken``."""

    first: int
    low: int
    high: int | None
    taken: frozenset[int]

    def fits(self, number: int) -> bool:
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


def suggest(
    street: NumberedStreet,
    point: tuple[float, float],
    *,
    also_taken: Collection[tuple[int, int | None]] = (),
) -> Suggestion:
    """Return the number for a door at a frame point.

    ``also_taken`` are numbers given away since the street was read, as (number, sub-number): an answer to a clash
    passes the number that clashed. O(n log n) in the doors of the street.
    """
    return suggest_at(street, street.place(point), point, also_taken=also_taken)


def suggest_at(
    street: NumberedStreet,
    here: Place,
    point: tuple[float, float],
    *,
    also_taken: Collection[tuple[int, int | None]] = (),
) -> Suggestion:
    """Return the number for a door whose place along the numbers is known."""
    steps = [*street.notes, _place_step(here)]
    odd = street.odd(here.side)
    steps.append(note("side_odd" if odd else "side_even", side=here.side))
    own = street.on_side(here.side)
    chain = backbone(own)
    before = [s for s in chain if s.place.order <= here.order]
    low, high = (before[-1] if before else None), next(iter(chain[len(before) :]), None)
    steps.append(_neighbour_step(low, high))
    findings = _findings(street, here, point, own, chain)
    taken = _taken(street) | {n for n, sub in also_taken if sub is None}
    # A 附号 whose main number nobody ever had lacks it: the door beside it may take it.
    wanted = {s.door.number for s in (low, high) if s is not None and _orphan(street, s, also_taken)}
    first = 1 if odd else 2
    window = _Window(
        first,
        low.door.number - 2 * (low.door.number in wanted) if low else first - 2,
        high.door.number + 2 * (high.door.number in wanted) if high else None,
        frozenset(taken - wanted),
    )
    target, reason = _target(street, here, low, high, chain, wanted)
    steps.append(reason)
    free = window.nearest(target, 1 + _ALTERNATIVES)
    sub = _sub_number(street, here, chain, len(before), also_taken)
    number: int | None = None
    sub_number: int | None = None
    if free:
        number = free[0]
        if number in wanted:
            findings.append(Finding("A-07", note("parent_wanted", number=number), "info", at=point))
        steps.append(_chosen_step(free[0], target, low, high, window))
        if street.profile.metric and abs(number - target) > max(2.0, 2 / street.profile.metre_step):
            findings.append(
                Finding("A-06", note("metric_off", number=number, metres=_metres(street, target)), at=point)
            )
    elif sub is not None:
        number, sub_number = sub
        steps.append(_full_step(low, high))
        steps.append(note("sub_given", number=number, sub_number=sub_number))
        if low is None:
            findings.append(Finding("A-05", note("before_first", number=number), "info", at=point))
    else:
        steps.append(_full_step(low, high))
        why = "no_parent" if street.profile.allow_sub_level else "no_sub_level"
        findings.append(Finding("A-07", note(why), "block", at=point))
    others = [Alternative(n, None, note("alternative_free")) for n in free[1:]]
    if free and sub is not None:
        others.append(Alternative(*sub, note("alternative_sub", number=sub[0])))
    others = others[:_ALTERNATIVES] + _elsewhere(street, here, point, also_taken, number)
    return Suggestion(
        number, sub_number, here.side, here, tuple(steps), tuple(findings), tuple(others[: _ALTERNATIVES + 1])
    )


def _orphan(street: NumberedStreet, seat: Seat, also_taken: Collection[tuple[int, int | None]]) -> bool:
    """Say whether a sub-number stands under a main number that was never given and may be."""
    number = seat.door.number
    if not seat.door.sub_number or seat.door.state == CANCELLED or number in street.reserved:
        return False
    if (number, None) in also_taken:
        return False
    return all(s.door.number != number or s.door.sub_number for s in street.seats)


def _taken(street: NumberedStreet) -> set[int]:
    """Return every number that cannot be a new main number: any ever given here, any reserved."""
    return {s.door.number for s in street.seats} | street.reserved


def _metres(street: NumberedStreet, target: float) -> float:
    return round(target * street.profile.metre_step, 1)


def _place_step(here: Place) -> Note:
    return note(
        f"place_{here.kind}",
        measure_m=round(abs(here.measure_m) if here.kind == "before" else here.measure_m, 1),
        offset_m=round(here.distance_m, 1),
        side=here.side,
    )


def _text(seat: Seat | None) -> str:
    assert seat is not None
    sub = seat.door.sub_number
    return f"{seat.door.number}" + (f"-{sub}" if sub else "")


def _neighbour_step(low: Seat | None, high: Seat | None) -> Note:
    if low is None and high is None:
        return note("neighbours_none")
    if high is None:
        assert low is not None
        return note("neighbours_low", low=_text(low))
    if low is None:
        return note("neighbours_high", high=_text(high))
    return note("neighbours_both", low=_text(low), high=_text(high))


def _findings(
    street: NumberedStreet, here: Place, point: tuple[float, float], own: list[Seat], chain: list[Seat]
) -> list[Finding]:
    found = []
    if here.distance_m < _ON_LINE_M:
        found.append(Finding("A-04", note("on_line", side=here.side), at=point))
    if here.distance_m > street.profile.far_m:
        far = note("far", offset_m=round(here.distance_m, 1), far_m=street.profile.far_m)
        found.append(Finding("A-10", far, at=point))
    kept = {s.door.id for s in chain}
    position = len([s for s in own if s.place.order <= here.order])
    astray = [s for s in own[max(0, position - 2) : position + 2] if s.door.id not in kept]
    if astray:
        words = note("disorder_near", doors=[_text(s) for s in astray])
        found.append(Finding("A-05", words, doors=tuple(s.door.id for s in astray), at=point))
    wrong = [
        s
        for s in street.seats
        if s.place.side == here.side
        and (s.door.number % 2 == 1) != street.odd(here.side)
        and abs(s.place.measure_m - here.measure_m) <= 50
    ]
    if wrong:
        words = note("parity_near", doors=[_text(s) for s in wrong[:5]])
        found.append(Finding("A-04", words, doors=tuple(s.door.id for s in wrong), at=point))
    for seat in street.seats:
        gone = seat.door.state == CANCELLED and seat.place.side == here.side
        if gone and abs(seat.place.measure_m - here.measure_m) <= _REBUILD_M:
            words = note("rebuild", number=_text(seat))
            found.append(Finding("A-02", words, "info", (seat.door.id,), point))
    if here.others:
        words = note("two_stretches", measure_m=round(here.others[0].measure_m, 1))
        found.append(Finding("A-05", words, "info", at=point))
    return found


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


def _facing(street: NumberedStreet, side: str) -> list[Seat]:
    return backbone(street.on_side(OTHER[side]))


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


def _target(
    street: NumberedStreet,
    here: Place,
    low: Seat | None,
    high: Seat | None,
    own: list[Seat],
    wanted: Collection[int],
) -> tuple[float, Note]:
    """Return the number (a fraction) that belongs to a place, and which rule gave it."""
    first = 1 if street.odd(here.side) else 2

    def number(at_rank: float) -> float:
        return first + 2 * (at_rank - 1)

    if street.profile.metric:
        step = street.profile.metre_step
        return max(here.measure_m, 0.0) / step, note("target_metric", metres=round(here.measure_m), step=step)
    if low is not None and high is not None:
        span = high.place.measure_m - low.place.measure_m
        share = (here.measure_m - low.place.measure_m) / span if span > 0 else 0.5
        at = low.door.number + share * (high.door.number - low.door.number)
        return at, note(
            "target_between", from_low_m=round(share * span, 1), to_high_m=round((1 - share) * span, 1)
        )
    facing = _facing(street, here.side)
    pitch, shown = _pitch(street, own)
    if low is None and high is None:
        if facing:
            pitch, shown = _pitch(street, facing)
            return number(_rank_at(facing, here.measure_m, pitch)), note(
                "target_facing", door=_text(_nearest(facing, here))
            )
        at_rank = 1 + max(here.measure_m, 0.0) // pitch
        return number(at_rank), note(
            "target_empty", frontage_m=pitch, reserved=int(at_rank) - 1, measure_m=round(here.measure_m, 1)
        )
    end = low or high
    assert end is not None
    away = here.measure_m - end.place.measure_m
    if not shown and facing:
        pitch = max(pitch, _pitch(street, facing)[0]) if len(facing) == 1 else _pitch(street, facing)[0]
        ranks = _rank_at(facing, here.measure_m, pitch) - _rank_at(facing, end.place.measure_m, pitch)
        reason = note("target_facing", door=_text(_nearest(facing, here)))
    else:
        ranks = away / pitch
        key = "target_pitch" if shown else "target_frontage"
        skipped = max(0, round(abs(ranks)) - 1)
        reason = note(key, away_m=round(abs(away), 1), pitch_m=round(pitch, 1), reserved=skipped)
    least = 0.0 if end.door.number in wanted else 1.0
    ranks = max(ranks, least) if low is not None else min(ranks, -least)
    return number(max(1.0, rank(end.door.number) + ranks)), reason


def _nearest(seats: list[Seat], here: Place) -> Seat:
    return min(seats, key=lambda s: (abs(s.place.measure_m - here.measure_m), s.order))


def _chosen_step(number: int, target: float, low: Seat | None, high: Seat | None, window: _Window) -> Note:
    if low is None and high is None:
        return note("chosen_first", number=number)
    skipped = [n for n in window.taken if (n - number) % 2 == 0 and abs(n - target) < abs(number - target)]
    if any(
        n > window.low and (window.high is None or n < window.high) and abs(n - target) < abs(number - target)
        for n in skipped
    ):
        return note("chosen_passing_kept", number=number)
    return note("chosen", number=number)


def _full_step(low: Seat | None, high: Seat | None) -> Note:
    if low is None or high is None:
        return note("no_free_before", high=_text(high or low))
    if low.door.number == high.door.number:
        return note("no_free_within", number=low.door.number)
    return note("no_free", low=_text(low), high=_text(high))


def _sub_number(
    street: NumberedStreet,
    here: Place,
    chain: list[Seat],
    position: int,
    also_taken: Collection[tuple[int, int | None]],
) -> tuple[int, int] | None:
    """Return the 附号 under the nearer neighbour that may be a parent: a main number in use; one level only.

    ``position`` is how many doors of ``chain`` stand before the place. Cancelled doors are looked past.
    """
    if not street.profile.allow_sub_level:
        return None
    mains = {s.door.number for s in street.seats if s.door.sub_number is None and s.door.state == STANDING}
    low = next((s for s in reversed(chain[:position]) if s.door.state != CANCELLED), None)
    high = next((s for s in chain[position:] if s.door.state != CANCELLED), None)
    near = [s for s in (low, high) if s is not None and s.door.number in mains]
    if not near:
        return None
    parent = min(near, key=lambda s: abs(s.place.measure_m - here.measure_m)).door.number
    used = {s.door.sub_number for s in street.seats if s.door.number == parent}
    used |= {sub for n, sub in also_taken if n == parent}
    return parent, next(k for k in range(1, len(used) + 2) if k not in used)


def _elsewhere(
    street: NumberedStreet,
    here: Place,
    point: tuple[float, float],
    also_taken: Collection[tuple[int, int | None]],
    number: int | None,
) -> list[Alternative]:
    """Return what the door would get by the other stretch of a bend that it may belong to."""
    if not here.others:
        return []
    other = suggest_at(street, here.others[0], point, also_taken=also_taken)
    if other.number is None or other.number == number:
        return []
    words = note("alternative_stretch", measure_m=round(here.others[0].measure_m, 1))
    return [Alternative(other.number, other.sub_number, words)]


__all__ = ["LEFT", "RIGHT", "Alternative", "Suggestion", "suggest", "suggest_at"]
