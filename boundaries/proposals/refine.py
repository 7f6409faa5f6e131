"""Mending a cut that is out of balance: blocks along it change sides while both sides stay in one piece."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from boundaries.editing.grid import Point
from boundaries.proposals.corridors import Steps
from boundaries.proposals.network import Region

_MOST_MOVES = 60


def refined(
    region: Region, sides: tuple[frozenset[int], frozenset[int]], masses: np.ndarray, left_homes: float
) -> Steps | None:
    """Return the ways of a cut with ``left_homes`` on the left, as near as moving blocks one by one comes.

    None when nothing improves, or the sides no longer meet in a single path.
    """
    if region.known != region.faces:
        return None  # an enclave inside: sides may meet in several paths
    near: dict[int, set[int]] = defaultdict(set)
    for i in region.inside:
        way = region.network.ways[i]
        near[way.left].add(way.right)
        near[way.right].add(way.left)
    left, right = set(sides[0]), set(sides[1])
    off = float(masses[sorted(left)].sum()) - left_homes
    start = abs(off)
    for _ in range(_MOST_MOVES):
        giver, taker = (left, right) if off > 0 else (right, left)
        best: tuple[float, tuple[int, ...]] | None = None
        for group in _movable(giver, taker, near):
            moved = float(masses[list(group)].sum())
            reached = abs(abs(off) - moved)
            if reached < abs(off) - 1e-9 and (best is None or (reached, group) < best):
                rest = giver - set(group)
                if rest and _connected(rest, near):
                    best = (reached, group)
        if best is None:
            break
        giver -= set(best[1])
        taker |= set(best[1])
        off = float(masses[sorted(left)].sum()) - left_homes
    return _path(region, left) if abs(off) < start - 1e-9 else None


def _movable(giver: set[int], taker: set[int], near: dict[int, set[int]]) -> Iterator[tuple[int, ...]]:
    """Yield blocks of one side that touch the other, alone and with one neighbour."""
    for face in sorted(giver):
        if near[face] & taker:
            yield (face,)
            for other in sorted(near[face] & giver):
                yield (face, other)


def _connected(faces: set[int], near: dict[int, set[int]]) -> bool:
    start = min(faces)
    seen, queue = {start}, [start]
    while queue:
        for other in near[queue.pop()] & faces:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return len(seen) == len(faces)


def _path(region: Region, left: set[int]) -> Steps | None:
    """Return the ways between the sides in order, the left side on their left; None unless they form one path."""
    ways = region.network.ways
    after: dict[Point, tuple[Point, int, int]] = {}
    ends: set[Point] = set()
    count = 0
    for i in region.inside:
        way = ways[i]
        if (way.left in left) == (way.right in left):
            continue
        sign = 1 if way.left in left else -1
        first, last = way.ends[::sign]
        if first in after or last in ends:
            return None
        after[first] = (last, i, sign)
        ends.add(last)
        count += 1
    starts: Sequence[Point] = [node for node in after if node not in ends]
    if len(starts) != 1:
        return None
    steps: Steps = []
    here = starts[0]
    while here in after:
        here, way_at, sign = after[here]
        steps.append((way_at, sign))
    return steps if len(steps) == count else None
