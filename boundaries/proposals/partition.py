"""Partitions: a region cut in two along a corridor, its sides cut again until there are enough pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from boundaries.editing import Split
from boundaries.editing.grid import Path
from boundaries.proposals.corridors import Candidate, Corridors, Steps
from boundaries.proposals.material import ProposalLimits
from boundaries.proposals.network import Network, Region
from boundaries.proposals.refine import refined

_ENDS, _LATER_ENDS = 110, 50  # places on the outline from which corridors start
_ALIKE = 0.9  # two cuts that share more than this are not both measured
_MENDED = 12  # unbalanced cuts that are mended when few balanced ones are found
_FIRST_CUTS, _LATER_CUTS = 7, 3  # cuts pursued when more cuts follow: of the whole, of each side


@dataclass(frozen=True)
class Leaf:
    """A piece: its faces."""

    faces: frozenset[int]


@dataclass(frozen=True)
class Cut:
    """A path that parts land into what lies left and right of it."""

    path: Path
    ways: tuple[int, ...]
    left: Cut | Leaf
    right: Cut | Leaf
    score: float

    def leaves(self) -> list[Leaf]:
        """Return the pieces, left before right."""
        return [*_leaves(self.left), *_leaves(self.right)]

    def all_ways(self) -> set[int]:
        """Return the ways of this cut and all below it."""
        found = set(self.ways)
        for side in (self.left, self.right):
            if isinstance(side, Cut):
                found |= side.all_ways()
        return found

    def operations(self, unit: str, new_ids: Sequence[str], keeper: int) -> list[Split]:
        """Return the splits in order: the leaf ``keeper`` keeps the unit's id, the others get the new ids."""
        fresh = iter(new_ids)
        names = {id(leaf): unit if n == keeper else next(fresh) for n, leaf in enumerate(self.leaves())}
        found: list[Split] = []

        def name(side: Cut | Leaf) -> str:
            own = [names[id(leaf)] for leaf in _leaves(side)]
            return unit if unit in own else own[0]

        def walk(side: Cut | Leaf) -> None:
            if isinstance(side, Cut):
                found.append(Split(name(side), (side.path,), (name(side.left), name(side.right))))
                walk(side.left)
                walk(side.right)

        walk(self)
        return found

    def ids(self, unit: str, new_ids: Sequence[str], keeper: int) -> list[str]:
        """Return the id of every leaf, left before right."""
        fresh = iter(new_ids)
        return [unit if n == keeper else next(fresh) for n in range(len(self.leaves()))]


def _leaves(side: Cut | Leaf) -> list[Leaf]:
    return [side] if isinstance(side, Leaf) else side.leaves()


def partitions(network: Network, masses: np.ndarray, pieces: int, limits: ProposalLimits) -> list[Cut]:
    """Return ways to cut a unit into pieces with about the same homes, the most promising first."""
    mean = float(masses[sorted(network.whole())].sum()) / pieces
    if mean <= 0:
        return []
    if pieces == 2:
        return list(_cuts(network.region(network.whole()), masses, (1, 1), mean, limits, limits.judged))
    return _further(network, network.whole(), masses, pieces, mean, limits, _FIRST_CUTS)


def _further(
    network: Network,
    faces: frozenset[int],
    masses: np.ndarray,
    pieces: int,
    mean: float,
    limits: ProposalLimits,
    most: int,
) -> list[Cut]:
    """Return partitions of faces into pieces by a first cut and then cuts of its sides."""
    region = network.region(faces)
    if region.shape.geom_type != "Polygon":
        return []
    few = pieces // 2
    ranked: list[tuple[int, Cut]] = []
    for first in _cuts(region, masses, (few, pieces - few), mean, limits, most, limits.most_shared):
        assert isinstance(first.left, Leaf) and isinstance(first.right, Leaf)
        homes = float(masses[sorted(first.left.faces)].sum())
        left_gets = few if abs(homes - few * mean) <= abs(homes - (pieces - few) * mean) else pieces - few
        sides: list[list[tuple[Cut | Leaf, float]]] = []
        for leaf, count in ((first.left, left_gets), (first.right, pieces - left_gets)):
            if count == 1:
                sides.append([(leaf, 0.0)])
            elif count == 2:
                again = _cuts(network.region(leaf.faces), masses, (1, 1), mean, limits, _LATER_CUTS)
                sides.append([(cut, cut.score) for cut in again])
            else:
                more = _further(network, leaf.faces, masses, count, mean, limits, _LATER_CUTS)
                sides.append([(cut, cut.score) for cut in more])
        whole = [
            Cut(first.path, first.ways, left, right, first.score + a + b)
            for left, a in sides[0]
            for right, b in sides[1]
        ]
        whole.sort(key=lambda cut: round(cut.score, 9))
        ranked += enumerate(whole)
    # The best of every first cut before the second best of any: plans shall differ.
    ranked.sort(key=lambda item: (item[0], round(item[1].score, 9)))
    return [cut for _, cut in ranked[: limits.judged]]


def _cuts(
    region: Region,
    masses: np.ndarray,
    shares: tuple[int, int],
    mean: float,
    limits: ProposalLimits,
    most: int,
    alike: float = _ALIKE,
) -> Iterator[Cut]:
    """Yield cuts of a region into sides with ``shares`` times the mean each, those alike left out."""
    if region.shape.geom_type != "Polygon":
        return
    corridors = Corridors(region, masses, _LATER_ENDS if most == _LATER_CUTS else _ENDS)
    total = corridors.total
    part = total / (shares[0] + shares[1])
    # Sides that are cut again must leave room for the error of the later cuts.
    room = 1.0 if shares == (1, 1) else 0.6
    scale_m = float(region.shape.area) ** 0.5
    known: list[dict[int, float]] = []
    spoiled: list[tuple[Steps, Candidate]] = []
    yielded = good = 0
    wanted = (shares[0] * part, shares[1] * part)
    tolerance = limits.balance * mean * room

    def made(steps: Steps, score: float) -> Cut | None:
        lengths = {w: float(region.network.ways[w].leg.geometry.length) for w, _ in steps}
        if any(_overlap(lengths, other) > alike for other in known):
            return None
        sides = region.cut(steps)
        if sides is None:
            return None
        known.append(lengths)
        ways = tuple(w for w, _ in steps)
        return Cut(corridors.path(steps), ways, Leaf(sides[0]), Leaf(sides[1]), score)

    for candidate in corridors.candidates(wanted, tolerance, scale_m):
        steps = corridors.steps(candidate)
        cut = made(steps, candidate.score) if steps is not None else None
        if cut is None or steps is None:
            continue
        if candidate.off > tolerance:
            spoiled.append((steps, candidate))
        else:
            good += 1
        yield cut
        yielded += 1
        if yielded >= most:
            break
    if good >= min(most, 2 * limits.least_plans):
        return
    for steps, candidate in spoiled[:_MENDED]:
        sides = region.cut(steps)
        assert sides is not None
        homes = float(masses[sorted(sides[0])].sum())
        aim = min(wanted, key=lambda share: abs(share - homes))
        better = refined(region, sides, masses, aim)
        cut = made(better, candidate.score) if better is not None else None
        if cut is not None:
            yield cut


def _overlap(one: dict[int, float], other: dict[int, float]) -> float:
    """Return the share of two corridors that is the same."""
    shared = sum(length for way, length in one.items() if way in other)
    return shared / max(sum(one.values()), sum(other.values()))
