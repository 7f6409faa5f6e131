"""The most doors of one side that can keep their numbers: an exact choice by dynamic programming, not greedy.

A group is the doors of one main number. What is kept is a chain of groups with rising numbers; between two of them
stand doors that change. Each group needs its main door: it is among those kept, or a door that changes takes the
main number, when that number is not one that was given up, reserved or cancelled. With sub-numbers allowed a door that changes
always finds a number (a 附号); without them, the free main numbers between two kept groups must suffice.

O(M²) for M groups of kept doors; M is the number of doors where there are no sub-numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Key = tuple[int, int]
_PARENT_INSIDE, _PARENT_FROM_MEMBER, _PARENT_FROM_SLACK = "inside", "member", "slack"


@dataclass(frozen=True)
class Group:
    """Doors of one main number kept between positions ``first`` and ``last`` of a side.

    ``kept`` are their positions. ``parent`` says where the main door comes from when it is not among them: a
    changing door inside, one of the members, a changing door beside; "" when it is there.
    """

    number: int
    first: int
    last: int
    kept: tuple[int, ...]
    parent: str


@dataclass(frozen=True)
class Link:
    """A group in a chain; ``before`` (``after``): the changing door just before (after) it takes its main number."""

    group: Group
    before: bool
    after: bool


def groups_of(keys: Sequence[Key | None], may_found: Callable[[int], bool], *, subs: bool) -> list[Group]:
    """Return every group of doors that may be kept together.

    ``keys`` are number and sub-number (0: main) by position, None for a door that must change. ``may_found`` says
    whether a changing door may take a main number that no kept door bears.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key is not None:
            members[key[0]].append(i)
    found = []
    for number, own in members.items():
        for a, first in enumerate(own):
            for b in range(a, len(own)):
                found += _groups(number, own[a : b + 1], keys, may_found, subs, first, own[b])
    return sorted(found, key=lambda g: (g.number, g.first, g.last, g.parent))


def _groups(
    number: int,
    own: Sequence[int],
    keys: Sequence[Key | None],
    may_found: Callable[[int], bool],
    subs: bool,
    first: int,
    last: int,
) -> list[Group]:
    distinct: dict[Key | None, int] = {}
    for i in own:
        distinct.setdefault(keys[i], i)
    kept = tuple(sorted(distinct.values()))
    inner = last - first + 1 - len(kept)
    if (number, 0) in distinct:
        return [Group(number, first, last, kept, "")] if subs or inner == 0 else []
    if not may_found(number):
        return []
    if inner:
        return [Group(number, first, last, kept, _PARENT_INSIDE)] if subs or inner == 1 else []
    found = [Group(number, first, last, kept, _PARENT_FROM_SLACK)]
    if len(kept) > 1:
        found.append(Group(number, first, last, kept[1:], _PARENT_FROM_MEMBER))
    return found


Score = tuple[int, int]


def best_chain(
    groups: Sequence[Group],
    size: int,
    free_between: Callable[[int, int | None], int],
    *,
    subs: bool,
    start: int,
    tight: bool = True,
) -> list[Link]:
    """Return a chain that keeps the most doors; of equal ones, one that leaves the fewest blemishes.

    Blemishes are new sub-numbers, main numbers left unused between kept groups (unless not ``tight``), and main
    numbers founded anew by a door beside the group.

    ``size`` is the number of doors on the side, ``free_between(low, high)`` the count of main numbers that may be
    given between two, ``start`` the number before the first of the parity.
    """
    # By group and by whether the group still waits for a changing door after it: score, and the way there.
    best: list[dict[bool, tuple[Score, int, bool, bool]]] = []
    for i, group in enumerate(groups):
        here: dict[bool, tuple[Score, int, bool, bool]] = {}
        for j in range(-1, i):
            for owing in (False,) if j < 0 else tuple(best[j]):
                before = groups[j] if j >= 0 else None
                if before is not None and (before.number >= group.number or before.last >= group.first):
                    continue
                score = best[j][owing][0] if j >= 0 else (0, 0)
                slack = group.first - (before.last if before is not None else -1) - 1 - owing
                if slack < 0:
                    continue
                low = before.number if before is not None else start
                needs = group.parent == _PARENT_FROM_SLACK
                for took in (True, False) if needs else (False,):
                    left = slack - took
                    if left < 0:
                        continue
                    spare = free_between(low, group.number) - left
                    if spare < 0 and not subs:
                        continue
                    blemishes = (abs(spare) if tight else max(0, -spare)) + needs
                    total = (score[0] + len(group.kept), score[1] - blemishes)
                    owes = needs and not took
                    if owes not in here or total > here[owes][0]:
                        here[owes] = (total, j, owing, took)
        best.append(here)
    end: tuple[Score, int, bool] | None = None
    for i, here in enumerate(best):
        for owes, (score, *_) in here.items():
            if size - 1 - groups[i].last >= owes and (end is None or score > end[0]):
                end = (score, i, owes)
    chain: list[Link] = []
    if end is None:
        return chain
    _, i, owes = end
    while i >= 0:
        _, j, owing, took = best[i][owes]
        chain.append(Link(groups[i], took, owes))
        i, owes = j, owing
    return chain[::-1]
