"""Bringing a street into order by changing the fewest doors: exact, with the old and the new number of each.

In order means: every number on the side of its parity, main numbers rising along each side, no number twice, every
附号 under a main number in use. Nobody gets a number that is in use, reserved or cancelled and kept; nor one that another
door gives up in the same step, unless the profile says ``reuse_given_up``. How few doors suffice is found by
``chains.best_chain``: O(M²) per side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count as upward

from naming.addressing.numbering.chains import Key, Link, best_chain, groups_of
from naming.addressing.numbering.note import Note, note
from naming.addressing.numbering.placing import LEFT, RIGHT
from naming.addressing.numbering.street import STANDING, NumberedStreet, Seat


@dataclass(frozen=True)
class Change:
    """One row of the table old → new (rule A-15); sub-numbers are None where there is none."""

    door: str
    old_number: int
    old_sub_number: int | None
    new_number: int
    new_sub_number: int | None
    side: str
    at: tuple[float, float]


@dataclass(frozen=True)
class Renumbering:
    """The changes, street order; how many doors keep their number; what was decided, in notes."""

    changes: tuple[Change, ...]
    kept: int
    notes: tuple[Note, ...]


def renumber(street: NumberedStreet) -> Renumbering:
    """Return the smallest set of changes that brings the street into order; empty when it is."""
    seats = [s for s in street.seats if s.door.state == STANDING]
    changes: list[Change] = []
    for side in (LEFT, RIGHT):
        own = [s for s in seats if s.place.side == side]
        changes += _Side(street, side, own).changes()
    by_id = {c.door: c for c in changes}
    ordered = tuple(by_id[s.door.id] for s in seats if s.door.id in by_id)
    profile = street.profile
    notes = [note("renumber_count", changed=len(ordered), doors=len(seats), kept=len(seats) - len(ordered))]
    if ordered:
        notes.append(note("renumber_reuse" if profile.reuse_given_up else "renumber_no_reuse"))
        new_subs = sum(c.new_sub_number is not None for c in ordered)
        if new_subs:
            notes.append(note("renumber_subs", count=new_subs))
    return Renumbering(ordered, len(seats) - len(ordered), tuple(notes))


class _Side:
    """One side of a street: which doors keep their numbers, and what the others get."""

    def __init__(self, street: NumberedStreet, side: str, seats: Sequence[Seat]) -> None:
        self.street, self.side, self.seats = street, side, seats
        self.odd = street.odd(side)
        self.start = -1 if self.odd else 0
        self.subs = bool(street.profile.allow_sub_level)
        reuse = street.profile.reuse_given_up
        idle = [s.door for s in street.seats if s.door.state != STANDING]
        live = [s.door for s in street.seats if s.door.state == STANDING]
        # Main numbers that nobody may be given, and every number that exists.
        self.barred = {d.number for d in idle if not d.sub_number} | street.reserved
        self.used: set[Key] = {d.key for d in idle}
        if not reuse:
            self.barred |= {d.number for d in live if not d.sub_number}
            self.used |= {d.key for d in live}

    def may_give(self, number: int) -> bool:
        return number not in self.barred

    def free(self, low: int, high: int | None) -> Iterator[int]:
        """Yield the main numbers that may be given between two, rising; without end when ``high`` is None."""
        numbers = range(low + 2, high, 2) if high is not None else upward(low + 2, 2)
        return (n for n in numbers if self.may_give(n))

    def free_count(self, low: int, high: int | None) -> int:
        return sum(1 for _ in self.free(low, high))

    def changes(self) -> list[Change]:
        keys: list[Key | None] = [
            s.door.key if (s.door.number % 2 == 1) == self.odd else None for s in self.seats
        ]
        groups = groups_of(keys, self.may_give, subs=self.subs)
        counted = _remembered(self.free_count)
        tight = not self.street.profile.metric
        chain = best_chain(groups, len(keys), counted, subs=self.subs, start=self.start, tight=tight)
        new = self._numbers(chain)
        found = []
        for i in sorted(new):
            seat = self.seats[i]
            number, sub = new[i]
            found.append(
                Change(
                    seat.door.id,
                    seat.door.number,
                    seat.door.sub_number,
                    number,
                    sub or None,
                    self.side,
                    seat.door.xy,
                )
            )
        return found

    def _numbers(self, chain: Sequence[Link]) -> dict[int, Key]:
        """Return the new number of every position that changes."""
        new: dict[int, Key] = {}
        used = self.used | {self.seats[i].door.key for link in chain for i in link.group.kept}
        low, at, owed = self.start, 0, False
        for link in chain:
            group = link.group
            between = list(range(at, group.first))
            if owed:
                new[between.pop(0)] = (low, 0)
            if link.before:
                new[between.pop()] = (group.number, 0)
            self._fill(between, low, group.number, new, used)
            inside = [i for i in range(group.first, group.last + 1) if i not in group.kept]
            if group.parent in ("inside", "member"):
                new[inside.pop(0)] = (group.number, 0)
            for i in inside:
                new[i] = _next_sub(group.number, used)
            low, at, owed = group.number, group.last + 1, link.after
        rest = list(range(at, len(self.seats)))
        if owed:
            new[rest.pop(0)] = (low, 0)
        self._fill(rest, low, None, new, used)
        return new

    def _fill(
        self, positions: Sequence[int], low: int, high: int | None, new: dict[int, Key], used: set[Key]
    ) -> None:
        """Number the doors between two kept groups: main numbers by their place, then 附号 when those run out."""
        if not positions:
            return
        free: list[int] = []
        most = self._metres(positions[-1]) if self.street.profile.metric else 0.0
        for number in self.free(low, high):
            if high is None and len(free) >= len(positions) and number > most + 2 * len(positions):
                break
            free.append(number)
        if high is None and not self.street.profile.metric:
            free = free[: len(positions)]
        mains = positions[: len(free)]
        for i, number in zip(mains, self._spread(mains, free), strict=True):
            new[i] = (number, 0)
        parent = new[mains[-1]][0] if mains else low if low > 0 else high
        assert parent is not None
        for i in positions[len(mains) :]:
            new[i] = _next_sub(parent, used)

    def _metres(self, position: int) -> float:
        return self.seats[position].place.measure_m / self.street.profile.metre_step

    def _spread(self, positions: Sequence[int], free: Sequence[int]) -> list[int]:
        """Choose one free number per door, rising: near its metre, or evenly over the free ones."""
        chosen: list[int] = []
        at = 0
        for k, position in enumerate(positions):
            last = len(free) - (len(positions) - k)
            if self.street.profile.metric:
                goal = self._metres(position)
                at = min(range(at, last + 1), key=lambda i: abs(free[i] - goal))
            else:
                at = min(max(at, round((k + 1) * (len(free) + 1) / (len(positions) + 1)) - 1), last)
            chosen.append(free[at])
            at += 1
        return chosen


def _next_sub(number: int, used: set[Key]) -> Key:
    key = next((number, k) for k in upward(1) if (number, k) not in used)
    used.add(key)
    return key


def _remembered(ask: Callable[[int, int | None], int]) -> Callable[[int, int | None], int]:
    known: dict[tuple[int, int | None], int] = {}

    def answer(low: int, high: int | None) -> int:
        if (low, high) not in known:
            known[low, high] = ask(low, high)
        return known[low, high]

    return answer
