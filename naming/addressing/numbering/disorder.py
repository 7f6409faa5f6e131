"""Where the numbers of a street break order (rules A-02 to A-05, A-07): the fewest doors at fault, with place and words.

The order judged is that of main numbers along each side: a 附号 lies anywhere between the neighbours of its parent.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from naming.addressing.numbering.note import Finding, note
from naming.addressing.numbering.placing import LEFT, RIGHT
from naming.addressing.numbering.street import STANDING, NumberedStreet, Seat, backbone, longest_in_order

UNLUCKY = frozenset({4, 13, 14})
"""Numbers that people like to leave out; the rule forbids it, so a gap there is named for what it is."""


def plate(seat: Seat) -> str:
    """Return a door's number as short text: 33, 33-1."""
    sub = seat.door.sub_number
    return f"{seat.door.number}" + (f"-{sub}" if sub else "")


def disorder(street: NumberedStreet) -> list[Finding]:
    """Return what is out of order, in the order of the rules; O(n log n).

    Cancelled and reserved numbers count as present where they stand, but are never themselves at fault.
    """
    return [
        *_duplicates(street),
        *_skips(street),
        *_parity(street),
        *_order(street),
        *_orphans(street),
        *_direction(street),
    ]


def in_order(street: NumberedStreet) -> bool:
    """Say whether parity, order, uniqueness and parents are right (skips are no disorder)."""
    faults = (_duplicates(street), _parity(street), _order(street), _orphans(street))
    return not any(True for found in faults for _ in found)


def _duplicates(street: NumberedStreet) -> Iterator[Finding]:
    held: dict[tuple[int, int], list[Seat]] = defaultdict(list)
    for seat in street.seats:
        if seat.door.state == STANDING:
            held[seat.door.key].append(seat)
    for key in sorted(held):
        seats = held[key]
        if len(seats) > 1:
            words = note("duplicate", number=plate(seats[0]), count=len(seats))
            yield Finding("A-02", words, "block", tuple(s.door.id for s in seats), seats[1].door.xy)


def _skips(street: NumberedStreet) -> Iterator[Finding]:
    """Find numbers left out where no frontage is left for them; vacant frontage keeps its numbers in reserve."""
    held = {s.door.number for s in street.seats} | street.reserved
    if street.profile.metric:
        return
    for side in (LEFT, RIGHT):
        chain = backbone(street.on_side(side))
        for low, high in zip(chain, chain[1:], strict=False):
            if low.door.historic or high.door.historic:
                continue
            gone = [n for n in range(low.door.number + 2, high.door.number, 2) if n not in held]
            room_m = high.place.measure_m - low.place.measure_m
            if not gone or room_m >= (len(gone) + 1) * street.profile.frontage_m:
                continue
            unlucky = sorted(UNLUCKY & set(gone))
            key = "skip_unlucky" if unlucky else "skip"
            words = note(
                key,
                low=plate(low),
                high=plate(high),
                missing=gone[:10],
                count=len(gone),
                room_m=round(room_m, 1),
                unlucky=unlucky,
            )
            yield Finding("A-03", words, "warn", (low.door.id, high.door.id), high.door.xy)


def _parity(street: NumberedStreet) -> Iterator[Finding]:
    for seat in street.seats:
        odd = street.odd(seat.place.side)
        if seat.door.state == STANDING and (seat.door.number % 2 == 1) != odd:
            key = "parity_odd" if odd else "parity_even"
            words = note(key, number=plate(seat), side=seat.place.side)
            yield Finding("A-04", words, "warn", (seat.door.id,), seat.door.xy)


def _order(street: NumberedStreet) -> Iterator[Finding]:
    for side in (LEFT, RIGHT):
        own = [s for s in street.on_side(side) if s.door.state == STANDING]
        kept = longest_in_order([s.door.number for s in own])
        inside = set(kept)
        for i, seat in enumerate(own):
            if i in inside:
                continue
            after = bisect_right(kept, i)
            low = plate(own[kept[after - 1]]) if after else ""
            high = plate(own[kept[after]]) if after < len(kept) else ""
            key = "astray" if low and high else "astray_first" if high else "astray_last"
            near = {name: text for name, text in (("low", low), ("high", high)) if text}
            words = note(key, number=plate(seat), side=side, **near)
            yield Finding("A-05", words, "warn", (seat.door.id,), seat.door.xy)


def _orphans(street: NumberedStreet) -> Iterator[Finding]:
    mains = {s.door.number for s in street.seats if not s.door.sub_number and s.door.state == STANDING}
    for seat in street.seats:
        if seat.door.sub_number and seat.door.state == STANDING and seat.door.number not in mains:
            words = note("orphan", number=plate(seat), parent=seat.door.number)
            yield Finding("A-07", words, "block", (seat.door.id,), seat.door.xy)


def _direction(street: NumberedStreet) -> Iterator[Finding]:
    for words in street.notes:
        if words.id in ("way_kept", "side_kept"):
            code = "A-05" if words.id == "way_kept" else "A-04"
            yield Finding(code, words, "info", at=street.point_at(0.0))
