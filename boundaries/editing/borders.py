"""The border two units share: finding the stretch a person picked, and the way between two junctions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from boundaries.editing.grid import Edge, Path, Point, edges_of, foot, line_of, point_of, ring_area2
from boundaries.editing.land import Land
from boundaries.editing.noding import Linework
from boundaries.editing.refusals import Refused

Steps = dict[Point, list[Point]]


def shared_edges(first: Land, second: Land) -> Steps:
    """Return the border as steps start → ends, with ``first`` on the left (two ends where units pinch)."""
    other = set(edges_of(second.geometry))
    steps: Steps = {}
    for a, b in edges_of(first.geometry):
        if (b, a) in other:
            steps.setdefault(a, []).append(b)
    return steps


def _stale(first: Land, second: Land, path: Sequence[Point]) -> Refused:
    return Refused(
        "stale",
        f"{first.label} 与 {second.label} 之间已没有这段界线，可能已被他人调整",
        remedy="请刷新地图，选取现在的界线后重画",
        place=line_of(path),
        units=(first.id, second.id),
    )


def find_stretch(first: Land, second: Land, edge: Path) -> tuple[Path, bool]:
    """Return the stretch of border that ``edge`` names, in its direction, and whether ``first`` is on its left.

    Nodes put on the border since then (at most 0.71 mm beside it) are allowed. Raises Refused (``stale``).
    """
    steps = shared_edges(first, second)
    for left, path in ((True, edge), (False, edge[::-1])):
        found = _follow(steps, path)
        if found is not None:
            return (found if left else found[::-1]), left
    raise _stale(first, second, edge)


def _follow(steps: Steps, path: Path) -> Path | None:
    found = [path[0]]
    for a, b in zip(path, path[1:], strict=False):
        here, bound = a, len(found) + len(steps)
        while here != b:
            ahead = steps.get(here, [])
            on = [c for c in ahead if c == b] or [c for c in ahead if _beside_mm(c, (a, b)) <= 1.0]
            if not on or len(found) > bound:
                return None
            here = on[0]
            found.append(here)
    return tuple(found)


def _beside_mm(point: Point, edge: Edge) -> float:
    near = foot(point, edge)
    return math.hypot(point[0] - near[0], point[1] - near[1])


def between_junctions(
    first: Land, second: Land, junctions: tuple[Point, Point], line: Path, snap_mm: int
) -> Path:
    """Return the border of two units from one junction to the other, in that order.

    On a ring (an enclave's border) the way nearer to ``line`` is taken. Raises Refused (``stale``) when a
    junction is not a corner of the border, or no border leads from one to the other.
    """
    steps = shared_edges(first, second)
    corners = {p for a, ahead in steps.items() for p in (a, *ahead)}
    ends = []
    for point in junctions:
        near = min(corners, key=lambda c: math.dist(c, point), default=None)
        if near is None or math.dist(near, point) > snap_mm:
            raise _stale(first, second, [point])
        ends.append(near)
    a, b = ends
    if a == b:
        raise Refused(
            "junctions",
            "起点与终点是同一个交点",
            remedy="请选两个不同的界线交点；整圈飞地界线请用“移动界线”",
            place=point_of(a),
        )
    ways = [way for way in (_walk(steps, a, b), _walk(steps, b, a)) if way is not None]
    if not ways:
        raise _stale(first, second, [a, b])
    found = min(ways, key=lambda way: _area_between(way if way[0] == a else way[::-1], line))
    return found if found[0] == a else found[::-1]


def _walk(steps: Steps, start: Point, end: Point) -> Path | None:
    came: dict[Point, Point] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        for ahead in steps.get(here, []):
            if ahead in came or ahead == start:
                continue
            came[ahead] = here
            if ahead == end:
                found = [end]
                while found[-1] != start:
                    found.append(came[found[-1]])
                return tuple(found[::-1])
            waiting.append(ahead)
    return None


def _area_between(way: Path, line: Path) -> int:
    back = line[::-1] if math.dist(line[0], way[0]) <= math.dist(line[-1], way[0]) else line
    return abs(ring_area2([*way, *back, way[0]]))


@dataclass(frozen=True)
class Attached:
    """A drawn line made ready: which border edges it replaces, and itself in the border's direction."""

    line: Path
    replaced: tuple[Edge, ...]


def attach(stretch: Path, line: Path, work: Linework) -> Attached:
    """Find which part of a stretch of border a line replaces; nodes are put where it leaves the border inside.

    Raises Refused when the line's ends lie on the stretch in the wrong order.
    """
    line = _turned(stretch, line)
    if stretch[0] == stretch[-1] and line[0] == line[-1]:
        return Attached(line, tuple(zip(stretch, stretch[1:], strict=False)))
    start, cut_start = _end_on(stretch, line[0], work)
    end, cut_end = _end_on(stretch, line[-1], work)
    path = (start or line[0], *line[1:-1], end or line[-1])
    full = [p for a, b in zip(stretch, stretch[1:], strict=False) for p, _ in work.broken((a, b))]
    full.append(stretch[-1])
    i = full.index(start) if cut_start and start else 0
    k = len(full) - 1 - full[::-1].index(end) if cut_end and end else len(full) - 1
    if i >= k:
        raise Refused(
            "order",
            "新界线的两端在原界线上落在同一处或次序颠倒",
            remedy="请让新界线的起点、终点分别落在原界线的两端之间",
            place=line_of(line),
        )
    return Attached(path, tuple(zip(full[i:k], full[i + 1 : k + 1], strict=False)))


def _turned(stretch: Path, line: Path) -> Path:
    if stretch[0] == stretch[-1] and line[0] == line[-1]:
        same = (ring_area2(stretch) > 0) == (ring_area2(line) > 0)
        return line if same else line[::-1]
    there = math.dist(line[0], stretch[0]) + math.dist(line[-1], stretch[-1])
    back = math.dist(line[0], stretch[-1]) + math.dist(line[-1], stretch[0])
    return line if there <= back else line[::-1]


def _end_on(stretch: Path, point: Point, work: Linework) -> tuple[Point | None, bool]:
    """Return the corner or new node of the stretch a line's end lies on, if any, and whether there is one."""
    near = min(stretch, key=lambda c: math.dist(c, point))
    if math.dist(near, point) <= work.snap_mm:
        return near, True
    edges = [piece for a, b in zip(stretch, stretch[1:], strict=False) for piece in work.broken((a, b))]
    ends = np.array(edges, dtype=np.float64)
    gaps = [_beside_mm(point, edge) for edge in edges] if len(ends) else []
    if not gaps or min(gaps) > work.snap_mm:
        return None, False
    piece = edges[gaps.index(min(gaps))]
    node = foot(point, piece)
    if node in piece:
        return node, True
    owner = next(e for e in work.nodes if piece in work.broken(e) or (piece[1], piece[0]) in work.broken(e))
    ordered = piece if piece in work.broken(owner) else (piece[1], piece[0])
    work.put(node, ordered, owner)
    return node, True
