"""Which number a new door gets: between its neighbours, on its side, by its place along the street.

The steps are those an officer would take and are returned with the number. Existing numbers are law: a suggestion
lies between the neighbours on its side, and never is a number in use, reserved, or cancelled and kept.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from naming.addressing.numbering.gap import Gap, Side, full, neighbours, plate
from naming.addressing.numbering.note import Finding, Note, note
from naming.addressing.numbering.placing import LEFT, RIGHT, Place
from naming.addressing.numbering.street import CANCELLED, NumberedStreet, Seat

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
    side = Side(street, here.side, also_taken)
    gap = side.gap_at(here)
    steps = [*street.notes, _place_step(here), note("side_odd" if side.odd else "side_even", side=here.side)]
    steps.append(neighbours(gap))
    findings = _findings(street, here, point, side.own, side.chain)
    target, reason = gap.target(here.measure_m)
    steps.append(reason())
    free = gap.window.nearest(target, 1 + _ALTERNATIVES)
    sub = gap.sub_number(here.measure_m)
    number: int | None = None
    sub_number: int | None = None
    if free:
        number = free[0]
        if number in gap.wanted:
            findings.append(Finding("A-07", note("parent_wanted", number=number), "info", at=point))
        steps.append(_chosen_step(number, target, gap))
        if street.profile.metric and abs(number - target) > max(2.0, 2 / street.profile.metre_step):
            findings.append(
                Finding("A-06", note("metric_off", number=number, metres=_metres(street, target)), at=point)
            )
    elif sub is not None:
        number, sub_number = sub
        steps.append(full(gap))
        steps.append(note("sub_given", number=number, sub_number=sub_number))
        if gap.low is None:
            findings.append(Finding("A-05", note("before_first", number=number), "info", at=point))
    else:
        steps.append(full(gap))
        why = "no_parent" if street.profile.allow_sub_level else "no_sub_level"
        findings.append(Finding("A-07", note(why), "block", at=point))
    others = [Alternative(n, None, note("alternative_free")) for n in free[1:]]
    if free and sub is not None:
        others.append(Alternative(*sub, note("alternative_sub", number=sub[0])))
    others = others[:_ALTERNATIVES] + _elsewhere(street, here, point, also_taken, number)
    return Suggestion(
        number, sub_number, here.side, here, tuple(steps), tuple(findings), tuple(others[: _ALTERNATIVES + 1])
    )


def _metres(street: NumberedStreet, target: float) -> float:
    return round(target * street.profile.metre_step, 1)


def _place_step(here: Place) -> Note:
    return note(
        f"place_{here.kind}",
        measure_m=round(abs(here.measure_m) if here.kind == "before" else here.measure_m, 1),
        offset_m=round(here.distance_m, 1),
        side=here.side,
    )


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
        words = note("disorder_near", doors=[plate(s) for s in astray])
        found.append(Finding("A-05", words, doors=tuple(s.door.id for s in astray), at=point))
    wrong = [
        s
        for s in street.seats
        if s.place.side == here.side
        and (s.door.number % 2 == 1) != street.odd(here.side)
        and abs(s.place.measure_m - here.measure_m) <= 50
    ]
    if wrong:
        words = note("parity_near", doors=[plate(s) for s in wrong[:5]])
        found.append(Finding("A-04", words, doors=tuple(s.door.id for s in wrong), at=point))
    for seat in street.seats:
        gone = seat.door.state == CANCELLED and seat.place.side == here.side
        if gone and abs(seat.place.measure_m - here.measure_m) <= _REBUILD_M:
            words = note("rebuild", number=plate(seat))
            found.append(Finding("A-02", words, "info", (seat.door.id,), point))
    if here.others:
        words = note("two_stretches", measure_m=round(here.others[0].measure_m, 1))
        found.append(Finding("A-05", words, "info", at=point))
    return found


def _chosen_step(number: int, target: float, gap: Gap) -> Note:
    if gap.low is None and gap.high is None:
        return note("chosen_first", number=number)
    window = gap.window
    nearer = [n for n in window.taken if (n - number) % 2 == 0 and abs(n - target) < abs(number - target)]
    if any(n > window.low and (window.high is None or n < window.high) for n in nearer):
        return note("chosen_passing_kept", number=number)
    return note("chosen", number=number)


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
