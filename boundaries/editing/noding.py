"""Fitting a drawn line to registered lines on the millimetre grid.

The drawn line gives way to registered corners; a registered line receives nodes at most √½ mm beside it. Since
a node bends the line it is put on, crossings are sought again until there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from boundaries.editing.grid import (
    Edge,
    Ints,
    Path,
    Point,
    displacement_mm,
    foot,
    meeting,
    point_of,
    undirected,
    within_rounding,
)
from boundaries.editing.refusals import Refused

_ROUNDS = 64  # besides two for each corner of the drawn line; then it is going round in circles


@dataclass
class Linework:
    """Registered lines (edges without direction) and the nodes that have been put on them."""

    snap_mm: int
    nodes: dict[Edge, list[Point]] = field(default_factory=dict)
    hidden: set[Edge] = field(default_factory=set)  # pieces about to go: the drawn line need not meet them

    @classmethod
    def of(cls, edges: Iterable[Edge], snap_mm: int) -> Linework:
        """Return linework over edges, each once whatever its direction."""
        return cls(snap_mm, {undirected(edge): [] for edge in edges})

    def add(self, edges: Iterable[Edge]) -> None:
        """Add edges that are already noded against the linework."""
        present = {undirected(piece) for piece, _ in self._pieces()}
        for edge in edges:
            if undirected(edge) not in present:
                self.nodes[undirected(edge)] = []

    def inserted(self) -> dict[Edge, list[Point]]:
        """Return the edges that have received nodes, these in order from the edge's smaller end."""
        return {edge: nodes for edge, nodes in self.nodes.items() if nodes}

    def broken(self, edge: Edge) -> list[Edge]:
        """Return the pieces of a directed edge between its nodes."""
        nodes = self.nodes.get(undirected(edge), [])
        path = [edge[0], *(nodes if edge[0] <= edge[1] else reversed(nodes)), edge[1]]
        return list(zip(path, path[1:], strict=False))

    def _pieces(self) -> list[tuple[Edge, Edge]]:
        found: list[tuple[Edge, Edge]] = []
        for edge, nodes in self.nodes.items():
            path = [edge[0], *nodes, edge[1]]
            found.extend(
                ((a, b), edge)
                for a, b in zip(path, path[1:], strict=False)
                if not self.hidden or undirected((a, b)) not in self.hidden
            )
        return found

    def put(self, node: Point, piece: Edge, edge: Edge) -> None:
        """Put a node on a piece of an edge; an end of the piece is left as it is."""
        if node in piece:
            return
        if not within_rounding(node, edge):
            raise _too_fine(node)
        nodes = self.nodes[edge]
        nodes.insert(0 if piece[0] == edge[0] else nodes.index(piece[0]) + 1, node)

    def fit(self, line: Sequence[Point]) -> list[Point]:
        """Return a line fitted to the linework: they meet in common vertices only. Raises Refused."""
        path = list(line)
        longest = 4 * (len(path) + len(self.nodes)) + 64
        for _ in range(_ROUNDS + 2 * len(line)):
            if len(path) > longest:
                break
            pieces = self._pieces()
            ends = np.array([piece for piece, _ in pieces], dtype=np.int64).reshape(-1, 2, 2)
            if self._draw_to_corners(path, ends) or self._draw_to_lines(path, pieces, ends):
                continue
            if self._through_corners(path, ends):
                continue
            if not self._cross(path, pieces, ends):
                return path
        raise _too_fine(path[0])

    def _draw_to_corners(self, path: list[Point], ends: Ints) -> bool:
        """Move line vertices onto registered corners nearby."""
        corners = np.unique(ends.reshape(-1, 2), axis=0)
        own = np.array(path, dtype=np.int64)
        gap2 = ((own[:, None, :] - corners[None, :, :]) ** 2).sum(axis=2)
        nearest = gap2.argmin(axis=1)
        least = gap2[np.arange(len(path)), nearest]
        moved = np.flatnonzero((least > 0) & (least <= self.snap_mm**2))
        for i in moved:
            path[i] = _point(corners[nearest[i]])
        if len(moved):
            _without_repeats(path)
        return bool(len(moved))

    def _draw_to_lines(self, path: list[Point], pieces: list[tuple[Edge, Edge]], ends: Ints) -> bool:
        """Move line vertices onto registered lines nearby and give these a node there."""
        corners = set(map(tuple, ends.reshape(-1, 2).tolist()))
        gaps = _distances(np.array(path, dtype=np.int64), ends)
        used: set[int] = set()
        changed = False
        for i in np.flatnonzero(gaps.min(axis=1) <= self.snap_mm):
            if path[i] in corners:
                continue
            k = int(gaps[i].argmin())
            changed = True
            if k in used:
                continue  # its piece has just been broken: the next round looks again
            used.add(k)
            piece, edge = pieces[k]
            node = foot(path[i], edge)
            if not _between(node, piece):
                node = foot(path[i], piece)
            self.put(node, piece, edge)
            path[i] = node
        if changed:
            _without_repeats(path)
        return changed

    def _through_corners(self, path: list[Point], ends: Ints) -> bool:
        """Lead the line through registered corners it passes nearby."""
        corners = np.unique(ends.reshape(-1, 2), axis=0)
        legs = np.array(list(zip(path, path[1:], strict=False)), dtype=np.int64).reshape(-1, 2, 2)
        gaps = _distances(corners, legs)
        at_end = (corners[:, None, None, :] == legs[None, :, :, :]).all(axis=3).any(axis=2)
        found = np.argwhere((gaps <= self.snap_mm) & ~at_end)
        if not len(found):
            return False
        along: dict[int, list[Point]] = {}
        for corner, leg in found:
            along.setdefault(int(leg), []).append(_point(corners[corner]))
        longer: list[Point] = []
        for i, point in enumerate(path):
            longer.append(point)
            new = along.get(i)
            if new:
                new.sort(key=lambda q: (q[0] - point[0]) ** 2 + (q[1] - point[1]) ** 2)
                longer.extend(new)
        path[:] = longer
        _without_repeats(path)
        return True

    def _cross(self, path: list[Point], pieces: list[tuple[Edge, Edge]], ends: Ints) -> bool:
        """Put nodes where the line crosses registered lines; at most one for each leg and piece a round."""
        legs = np.array(list(zip(path, path[1:], strict=False)), dtype=np.int64).reshape(-1, 2, 2)
        found = np.argwhere(crossing(legs, ends))
        new: dict[int, Point] = {}
        used: set[int] = set()
        for i, k in found.tolist():
            if i in new or k in used:
                continue
            leg, (piece, edge) = (path[i], path[i + 1]), pieces[k]
            node = meeting(leg, edge)
            if node is None or not _between(node, piece):
                node = meeting(leg, piece)
            if node is None or node in leg:
                raise _too_fine(path[i])
            self.put(node, piece, edge)
            new[i] = node
            used.add(k)
        for i in sorted(new, reverse=True):
            path.insert(i + 1, new[i])
        return bool(new)


def crossing(first: Ints, second: Ints) -> NDArray[np.bool_]:
    """Tell exactly which edges of two arrays (n, 2, 2) and (m, 2, 2) in mm cross at inner points of both."""
    p, q = first[:, None, 0, :], first[:, None, 1, :]
    a, b = second[None, :, 0, :], second[None, :, 1, :]
    crossed: NDArray[np.bool_] = (_side(p, q, a) * _side(p, q, b) < 0) & (_side(a, b, p) * _side(a, b, q) < 0)
    return crossed


def _side(a: Ints, b: Ints, c: Ints) -> Ints:
    area: Ints = np.sign(
        (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
    )
    return area


def _distances(points: Ints, segments: Ints) -> NDArray[np.float64]:
    """Distances in mm of points (n, 2) to segments (m, 2, 2)."""
    a = segments[None, :, 0, :].astype(np.float64)
    way = segments[None, :, 1, :] - a
    to = points[:, None, :] - a
    length2 = np.maximum((way**2).sum(axis=2), 1.0)
    t = np.clip((to * way).sum(axis=2) / length2, 0.0, 1.0)
    gap = to - t[:, :, None] * way
    found: NDArray[np.float64] = np.hypot(gap[:, :, 0], gap[:, :, 1])
    return found


def _between(node: Point, piece: Edge) -> bool:
    a, b = piece
    reach = (node[0] - a[0]) * (b[0] - a[0]) + (node[1] - a[1]) * (b[1] - a[1])
    return 0 < reach < (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2


def _point(row: Ints) -> Point:
    return int(row[0]), int(row[1])


def _without_repeats(path: list[Point]) -> None:
    path[:] = [p for i, p in enumerate(path) if i == 0 or p != path[i - 1]]
    if len(path) < 2:
        raise Refused(
            "empty",
            "画出的线落在同一个界点上",
            remedy="请画得长一些",
            place=point_of(path[0]),
        )


def _too_fine(where: Point) -> Refused:
    return Refused(
        "too_fine",
        "此处界线的细部不足几毫米，新线无法在整毫米上与它分清",
        remedy="请让新线离开此处，或直接接到已有界点上",
        place=point_of(where),
    )


def refuse_self_crossing(path: Path | list[Point], what: str) -> None:
    """Raise Refused when a line crosses, touches or retraces itself (a closed line may end where it began)."""
    legs = np.array(list(zip(path, path[1:], strict=False)), dtype=np.int64).reshape(-1, 2, 2)
    seen: dict[Point, int] = {}
    last = len(path) - 1
    for i, point in enumerate(path):
        if point in seen and not (i == last and seen[point] == 0 and last > 2):
            raise _crossed(what, point)
        seen.setdefault(point, i)
    if len(legs) < 2:
        return
    hit = np.argwhere(crossing(legs, legs))
    if len(hit):
        i, k = hit[0].tolist()
        raise _crossed(what, meeting((path[i], path[i + 1]), (path[k], path[k + 1])) or path[i])
    points = np.array(path, dtype=np.int64)
    on_line = _side(legs[None, :, 0, :], legs[None, :, 1, :], points[:, None, :]) == 0
    low, high = legs.min(axis=1)[None], legs.max(axis=1)[None]
    within = ((points[:, None, :] >= low) & (points[:, None, :] <= high)).all(axis=2)
    ends = (points[:, None, None, :] == legs[None, :, :, :]).all(axis=3).any(axis=2)
    touch = np.argwhere(on_line & within & ~ends)
    if len(touch):
        raise _crossed(what, path[int(touch[0, 0])])


def _crossed(what: str, where: Point) -> Refused:
    return Refused(
        "self_crossing",
        f"{what}自身相交或折返",
        remedy="请去掉打圈或折返的折点",
        place=point_of(where),
    )


def greatest_displacement(inserted: dict[Edge, list[Point]]) -> float:
    """Return the greatest distance in mm of a node from the edge it was put on (0 when there is none)."""
    return max(
        (displacement_mm(node, edge) for edge, nodes in inserted.items() for node in nodes), default=0.0
    )
