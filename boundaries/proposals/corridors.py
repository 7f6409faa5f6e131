"""Corridors: the cheapest paths through a network from outline to outline that halve the homes.

From every place where a line leaves the outline the cheapest paths to everywhere are found once; any two of them
that meet make a candidate, whose balance is known from sums along the paths without looking at the land.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from boundaries.editing.grid import Path, Point
from boundaries.proposals.network import Region

_BALANCE_WEIGHT = 2.0
_KEPT = 400

Steps = list[tuple[int, int]]  # ways with direction


@dataclass(frozen=True)
class Candidate:
    """A corridor before it is laid: score, homes off target, and where it starts, turns and ends."""

    score: float
    off: float
    start: int
    via: int
    end: int


class Corridors:
    """All cheapest paths of one region, and the corridors made of them.

    Paths start at ``most_ends`` places on the outline, those with the cheapest lines.
    """

    def __init__(self, region: Region, masses: np.ndarray, most_ends: int) -> None:
        self.region = region
        self.total = float(sum(masses[f] for f in region.faces))
        ways = region.network.ways
        weight = region.weights(masses)
        self.nodes: list[Point] = sorted({end for i in region.inside for end in ways[i].ends})
        self._number = {node: n for n, node in enumerate(self.nodes)}
        self._near: dict[int, list[tuple[int, int, int, float, float]]] = defaultdict(list)
        cheapest: dict[int, float] = {}
        for i in region.inside:
            a, b = (self._number[end] for end in ways[i].ends)
            cost, length = ways[i].leg.cost, max(float(ways[i].leg.geometry.length), 0.001)
            self._near[a].append((b, i, 1, cost, weight[i]))
            self._near[b].append((a, i, -1, cost, -weight[i]))
            for n in (a, b):
                cheapest[n] = min(cheapest.get(n, math.inf), cost / length)
        rim, around = self._rim(weight)
        chosen = sorted(sorted(rim, key=lambda n: (cheapest[n], n))[:most_ends])
        self._closed = set(rim)
        self.ends = chosen
        self._arc = np.array([around[n] for n in chosen])
        self._trees = [self._tree(n) for n in chosen]

    def _rim(self, weight: np.ndarray) -> tuple[list[int], dict[int, float]]:
        """Return the nodes on the outline where lines end, and the weight of the outline up to them."""
        around: dict[int, float] = {}
        so_far = 0.0
        ways = self.region.network.ways
        for i, sign in self.region.rim:
            node = ways[i].ends[0] if sign > 0 else ways[i].ends[1]
            number = self._number.get(node)
            if number is not None:
                around.setdefault(number, so_far)
            so_far += sign * weight[i]
        return list(around), around

    def _tree(self, start: int) -> tuple[np.ndarray, np.ndarray, dict[int, tuple[int, int, int]]]:
        """Return cost and weight to every node, and the last step there; other ends are not passed through."""
        cost = np.full(len(self.nodes), np.inf)
        mass = np.zeros(len(self.nodes))
        came: dict[int, tuple[int, int, int]] = {}
        cost[start] = 0.0
        queue = [(0.0, start)]
        while queue:
            far, here = heapq.heappop(queue)
            if far > cost[here] or (here != start and here in self._closed):
                continue
            for there, way, sign, step, weight in self._near[here]:
                if far + step < cost[there] - 1e-9:
                    cost[there] = far + step
                    mass[there] = mass[here] + weight
                    came[there] = (here, way, sign)
                    heapq.heappush(queue, (far + step, there))
        return cost, mass, came

    def candidates(self, shares: tuple[float, float], tolerance: float, scale_m: float) -> list[Candidate]:
        """Return corridors, best first: one for each pair of ends; ``shares`` are the homes wanted on the sides.

        ``tolerance`` is how many homes off is still good, ``scale_m`` the length that weighs as much as that.
        """
        if len(self.ends) < 2:
            return []
        cost = np.array([tree[0] for tree in self._trees])
        mass = np.array([tree[1] for tree in self._trees])
        turning = np.ones(len(self.nodes), dtype=bool)
        turning[sorted(self._closed)] = False
        found: list[Candidate] = []
        for a in range(len(self.ends) - 1):
            others = np.arange(a + 1, len(self.ends))
            # Left of a → b, closed along the outline anticlockwise from b to a.
            arc = self._arc[a] - self._arc[others] + self.total
            reach = cost[a][None, :] + cost[others]
            left = mass[a][None, :] - mass[others] + arc[:, None]
            off = np.minimum(np.abs(left - shares[0]), np.abs(left - shares[1]))
            usable = np.isfinite(reach) & turning[None, :]
            usable[np.arange(len(others)), [self.ends[b] for b in others]] = np.isfinite(
                cost[a][[self.ends[b] for b in others]]
            )
            with np.errstate(invalid="ignore"):
                over = np.maximum(off - tolerance, 0.0) / tolerance
                score = reach / scale_m + _BALANCE_WEIGHT * (off / tolerance + 8 * over)
            score[~usable] = np.inf
            best = score.argmin(axis=1)
            rows = np.arange(len(others))
            found += [
                Candidate(s, o, a, v, b)
                for s, o, v, b in zip(
                    score[rows, best].tolist(),
                    off[rows, best].tolist(),
                    best.tolist(),
                    others.tolist(),
                    strict=True,
                )
                if math.isfinite(s)
            ]
        found.sort(key=lambda c: (round(c.score, 9), c.start, c.end))
        return found[:_KEPT]

    def steps(self, candidate: Candidate) -> Steps | None:
        """Return a candidate's ways in order, None when it touches itself."""
        first = self._steps_to(candidate.start, candidate.via)
        second = self._steps_to(candidate.end, candidate.via)
        steps = first + [(way, -sign) for way, sign in reversed(second)]
        path = self.path(steps)
        return steps if steps and len(set(path)) == len(path) else None

    def _steps_to(self, end: int, node: int) -> Steps:
        came = self._trees[end][2]
        steps: Steps = []
        while node in came:
            node, way, sign = came[node]
            steps.append((way, sign))
        return steps[::-1]

    def path(self, steps: Steps) -> Path:
        """Return the vertices along ways."""
        found: list[Point] = []
        for way, sign in steps:
            part = self.region.network.ways[way].path[::sign]
            found.extend(part if not found else part[1:])
        return tuple(found)
