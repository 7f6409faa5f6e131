"""Where a door stands along an axis: measure, side, distance. Frame metres.

A door beyond an end has a measure below 0 or above the length; a door off the outside of a corner has the corner's
measure and is ordered by its angle; inside a bend, where two stretches are about equally near, both are given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from naming.addressing.numbering.axis import MM, Axis, Floats

LEFT, RIGHT = "left", "right"
OTHER = {LEFT: RIGHT, RIGHT: LEFT}
_BRANCH_MARGIN_M = 3.0  # a door belongs to a branch when that is nearer than the axis by this much
_DOUBT_SHARE, _DOUBT_M = (
    1.25,
    2.0,
)  # another stretch this near (share of the distance, plus metres) is a doubt


_STEP_M = 0.5
_ON_LINE_M = 0.01


@dataclass(frozen=True)
class Place:
    """A place along an axis, facing onward from its origin.

    ``measure_m`` along the axis, ``tie`` orders doors of one measure, ``distance_m`` from the line (never negative).
    ``kind`` is along, before, beyond, corner, gap or branch. ``others`` are the other stretches nearly as near.
    """

    measure_m: float
    tie: float
    side: str
    distance_m: float
    kind: str
    others: tuple[Place, ...] = ()

    @property
    def order(self) -> tuple[float, float]:
        """The key that sorts doors along the street, to the centimetre."""
        return (round(self.measure_m, 2), self.tie)

    def turned(self, length_m: float) -> Place:
        """Return the place as seen from the other end of an open axis."""
        kind = {"before": "beyond", "beyond": "before"}.get(self.kind, self.kind)
        tie = self.tie if self.kind == "branch" else -self.tie
        others = tuple(other.turned(length_m) for other in self.others)
        return replace(
            self,
            measure_m=length_m - self.measure_m,
            tie=tie,
            side=OTHER[self.side],
            kind=kind,
            others=others,
        )

    def cut(self, at_m: float, length_m: float) -> Place:
        """Return the place on a ring whose origin is moved on by ``at_m``."""
        others = tuple(other.cut(at_m, length_m) for other in self.others)
        return replace(self, measure_m=(self.measure_m - at_m) % length_m, others=others)


def place(axis: Axis, point: tuple[float, float]) -> Place:
    """Return where a frame point lies along the axis."""
    here = np.rint(np.array(point) * MM) - np.rint(np.array(axis.origin) * MM)
    here = here / float(MM)
    found = _on_line(axis.xy, axis.along, here, closed=axis.closed)
    if found.kind == "along" and _segment(axis, found.measure_m) in axis.links:
        found = replace(found, kind="gap")
    best: Place | None = None
    for branch in axis.branches:
        along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(branch.xy, axis=0).T))))
        near = _on_line(branch.xy, along, here, closed=False)
        if near.measure_m < 0 or near.distance_m > found.distance_m - _BRANCH_MARGIN_M:
            continue
        if best is None or near.distance_m < best.distance_m:
            away = _on_line(axis.xy, axis.along, branch.xy[-1], closed=axis.closed)
            best = Place(
                branch.junction_m, round(near.measure_m, 2), away.side, near.distance_m, "branch", (found,)
            )
    return best or found


def _segment(axis: Axis, measure_m: float) -> int:
    return int(np.clip(np.searchsorted(axis.along, measure_m, side="right") - 1, 0, len(axis.along) - 2))


def _on_line(xy: Floats, along: Floats, here: Floats, *, closed: bool) -> Place:
    start, step = xy[:-1], np.diff(xy, axis=0)
    squared = np.maximum((step * step).sum(axis=1), 1e-12)
    free = ((here - start) * step).sum(axis=1) / squared
    share = np.clip(free, 0.0, 1.0)
    foot = start + step * share[:, None]
    distance = np.hypot(*(here - foot).T)
    nearest = int(np.argmin(distance))
    first = _seen(nearest, along, step, free, share, here - foot, distance, closed)
    if first.kind != "along" or len(step) == 1:
        return first
    limit = distance[nearest] * _DOUBT_SHARE + _DOUBT_M
    doubts = [
        _seen(int(i), along, step, free, share, here - foot, distance, closed)
        for i in np.argsort(distance, kind="stable")
        if i != nearest and 0.0 < free[i] < 1.0 and distance[i] <= limit
    ]
    apart = [d for d in doubts if abs(d.measure_m - first.measure_m) > max(5.0, float(distance[nearest]))]
    return replace(first, others=tuple(apart[:1]))


def _seen(
    i: int,
    along: Floats,
    step: Floats,
    free: Floats,
    share: Floats,
    off: Floats,
    distance: Floats,
    closed: bool,
) -> Place:
    """Return the place whose nearest stretch is segment ``i``."""
    last = len(step) - 1
    length = float(along[i + 1] - along[i])
    measure = float(along[i]) + length * float(share[i])
    away = float(distance[i])
    if share[i] in (0.0, 1.0):
        corner = i if share[i] == 0.0 else i + 1
        if 0 < corner <= last or closed:
            return _at_corner(corner, along, step, off[i], away, closed)
        measure = float(along[i]) + length * float(free[i])
        kind = "before" if measure < 0 else "beyond" if measure > float(along[-1]) else "along"
        return Place(measure, 0.0, _side(step[i], off[i]), away, kind)
    return Place(measure, 0.0, _side(step[i], off[i]), away, "along")


def _at_corner(corner: int, along: Floats, step: Floats, off: Floats, away: float, closed: bool) -> Place:
    if closed and corner in (0, len(step)):
        before, after, corner = step[-1], step[0], 0
    else:
        before, after = step[corner - 1], step[corner]
    before = before / np.hypot(*before)
    after = after / np.hypot(*after)
    turn = float(before[0] * after[1] - before[1] * after[0])
    # Nearest to a corner means outside of its turn.
    side = _side(before, off) if abs(turn) < 1e-9 else RIGHT if turn > 0 else LEFT
    middle = before + after
    length = float(np.hypot(*middle)) * away
    tie = float((off * middle).sum()) / length if length > 1e-9 else 0.0
    return Place(float(along[corner]), round(tie, 6), side, away, "corner" if abs(turn) > 0.1 else "along")


def _side(direction: Floats, off: Floats) -> str:
    return LEFT if float(direction[0] * off[1] - direction[1] * off[0]) >= 0 else RIGHT


@dataclass(frozen=True)
class Places:
    """Points beside lines: metres along from the first vertex, metres off, and +1 left, -1 right, 0 on the line."""

    along_m: NDArray[np.float64]
    offset_m: NDArray[np.float64]
    side: NDArray[np.int8]


def place_many(lines: NDArray[np.object_], points: NDArray[np.float64]) -> Places:
    """Place each point (n × 2) beside its own line (``Axis.line``), all in one go: ``place`` without its fine points.

    For judging many addresses: a door beyond an end is at the end, branches and the order round a corner are not told.
    """
    shapes = shapely.points(points)
    along = shapely.line_locate_point(lines, shapes)
    length = shapely.length(lines)
    low, high = np.maximum(along - _STEP_M, 0.0), np.minimum(along + _STEP_M, length)
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, low))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, high))
    direction, away = ahead - behind, points - here
    cross = direction[:, 0] * away[:, 1] - direction[:, 1] * away[:, 0]
    offset = np.hypot(away[:, 0], away[:, 1])
    side = np.where(offset < _ON_LINE_M, 0, np.sign(cross)).astype(np.int8)
    return Places(along, offset, side)
