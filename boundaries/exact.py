"""Exact sums over many shapes at once: areas in integers, and borders that must cancel edge by edge.

Shapes are polygons in the city frame; results are twice the area in mm², so that no half is lost. Sums run in
64-bit integers modulo 2⁶⁴: what is left at the end is exact as long as the area itself stays under four million
square kilometres, whatever happens on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoapp.core.frame import MM

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rings:
    """The rings of shapes as whole millimetres, laid out for vector sums.

    ``x`` and ``y`` hold all vertices; ring i begins at ``starts[i]``, ends (its first vertex again) before
    ``stops[i]`` and belongs to shape ``owner[i]``; ``hole`` tells inner rings, ``area2`` is the signed shoelace
    sum (anticlockwise positive).
    """

    x: Ints
    y: Ints
    starts: Ints
    stops: Ints
    owner: Ints
    hole: NDArray[np.bool_]
    area2: Ints
    count: int

    @classmethod
    def of(cls, shapes: Sequence[BaseGeometry] | NDArray[np.object_]) -> Rings:
        """Take shapes apart (Polygon or MultiPolygon)."""
        if not len(shapes):
            none = np.zeros(0, dtype=np.int64)
            return cls(none, none, none, none, none, none.astype(bool), none, 0)
        _, coordinates, offsets = shapely.to_ragged_array(shapes, include_z=False)
        x = np.rint(coordinates[:, 0] * MM).astype(np.int64)
        y = np.rint(coordinates[:, 1] * MM).astype(np.int64)
        rings, polygons = offsets[0].astype(np.int64), offsets[1].astype(np.int64)
        parts = offsets[2].astype(np.int64) if len(offsets) == 3 else np.arange(len(polygons))
        hole = np.ones(len(rings) - 1, dtype=bool)
        hole[polygons[:-1]] = False
        of_polygon = np.repeat(np.arange(len(polygons) - 1), np.diff(polygons))
        of_shape = np.repeat(np.arange(len(parts) - 1), np.diff(parts))
        cross = x[:-1] * y[1:]
        cross -= y[:-1] * x[1:]
        cross[rings[1:-1] - 1] = 0  # from the end of one ring to the start of the next
        area2 = np.add.reduceat(cross, rings[:-1])
        return cls(x, y, rings[:-1], rings[1:], of_shape[of_polygon], hole, area2, len(shapes))

    def areas2_mm2(self) -> Ints:
        """Return twice the area of each shape."""
        total = np.zeros(self.count, dtype=np.int64)
        np.add.at(total, self.owner, np.where(self.hole, -np.abs(self.area2), np.abs(self.area2)))
        return total

    def holes(self) -> Ints:
        """Return the number of inner rings of each shape."""
        return np.bincount(self.owner[self.hole], minlength=self.count)

    def boxes(self) -> tuple[Ints, Ints]:
        """Return the lower left and upper right corner of each ring, (n, 2)."""
        low = [np.minimum.reduceat(v, self.starts) for v in (self.x, self.y)]
        high = [np.maximum.reduceat(v, self.starts) for v in (self.x, self.y)]
        return np.column_stack(low), np.column_stack(high)


@dataclass(frozen=True)
class Remainder:
    """What is left of borders that should cancel: midpoints (n, 2; metres) of edges, and the group of each.

    ``exact`` when nothing is left and every edge was met by the very same one, end by end; False when something is
    left, or when the edges were only told apart by their midpoints.
    """

    middles: NDArray[np.float64]
    groups: Ints
    exact: bool


_NOTHING = np.zeros((0, 2))


def uncancelled(children: tuple[Rings, Ints], parents: tuple[Rings, Ints], groups: int) -> Remainder:
    """Return the edges that do not cancel within their group.

    Both sides are rings and, for each shape, its group from 0 to ``groups`` - 1 (-1: left out). Within a group
    each edge of a child must be met by its reverse or lie on the parent's outline; then the children's outlines
    add up to the parent's, edge by edge. Edges are paired by group, midpoint and direction, and a pair must then
    agree in both ends. Where more than two edges have one midpoint in a group (which land that tiles never has), only
    midpoints are counted and the result is not ``exact``.
    """
    sides = [(rings, group[rings.owner], i == 1) for i, (rings, group) in enumerate((children, parents))]
    sides = [side for side in sides if len(side[1])]
    if not sides or groups == 0:
        return Remainder(_NOTHING, np.zeros(0, dtype=np.int64), True)
    corner = np.full((groups, 2), np.iinfo(np.int64).max)
    reach = np.zeros(2, dtype=np.int64)
    boxes = [(rings.boxes(), group) for rings, group, _ in sides]
    for (low, _), group in boxes:
        np.minimum.at(corner, group[group >= 0], low[group >= 0])
    for (_, high), group in boxes:
        held = group >= 0
        if held.any():
            reach = np.maximum(reach, (high[held] - corner[group[held]]).max(axis=0))
    corner, reach = corner * 2, reach * 2
    bits = (int(reach[0]).bit_length(), int(reach[1]).bit_length())
    if sum(bits) + groups.bit_length() + 1 > 64 or max(bits) > 31:
        return _one_by_one(sides)
    keys = np.concatenate([_keys(side, corner, bits) for side in sides])
    if len(keys) % 2 == 0:
        order = keys.argsort()
        paired = keys[order]
        if bool(((paired[0::2] ^ paired[1::2]) == 1).all()):
            spans = np.concatenate([_spans(side) for side in sides])[order]
            apart = np.flatnonzero(spans[0::2] != spans[1::2])
            return Remainder(*_places(paired[2 * apart] >> np.uint64(1), corner, bits), not len(apart))
    keys.sort()
    edge = keys >> np.uint64(1)
    values, first = np.unique(edge, return_index=True)
    sizes = np.diff(np.append(first, len(keys)))
    forward = np.add.reduceat((keys & np.uint64(1)).astype(np.int64), first)
    return Remainder(*_places(values[forward * 2 != sizes], corner, bits), False)


def _places(
    wrong: NDArray[np.uint64], corner: Ints, bits: tuple[int, int]
) -> tuple[NDArray[np.float64], Ints]:
    """Return midpoints and groups out of packed keys without their direction."""
    y = (wrong & np.uint64((1 << bits[1]) - 1)).astype(np.int64)
    x = ((wrong >> np.uint64(bits[1])) & np.uint64((1 << bits[0]) - 1)).astype(np.int64)
    of = (wrong >> np.uint64(sum(bits))).astype(np.int64)
    return (np.column_stack((x, y)) + corner[of]) / (2 * MM), of


_Side = tuple[Rings, Ints, bool]


def _forward(side: _Side) -> NDArray[np.bool_]:
    """Tell which edges run east (or due north) with the land on their left; the other side's are turned."""
    rings, _, other = side
    east = rings.x[1:] > rings.x[:-1]
    level = rings.x[1:] == rings.x[:-1]
    if level.any():
        east |= level & (rings.y[1:] > rings.y[:-1])
    turned = ((rings.area2 > 0) == rings.hole) ^ other
    if turned.any():
        east ^= np.repeat(turned, rings.stops - rings.starts)[:-1]
    return east


def _keys(side: _Side, corner: Ints, bits: tuple[int, int]) -> NDArray[np.uint64]:
    rings, group, _ = side
    # Group, x, y and direction side by side in 64 bits; what is constant over a ring is worked out once.
    start = corner[group]
    ring = (group << (sum(bits) + 1)) - (start[:, 0] << (bits[1] + 1)) - (start[:, 1] << 1)
    keys = rings.x[:-1] + rings.x[1:]
    keys <<= bits[1] + 1
    other = rings.y[:-1] + rings.y[1:]
    other <<= 1
    keys += other
    keys += np.repeat(ring, rings.stops - rings.starts)[:-1]
    keys += _forward(side)
    keep = _within(rings, group)
    return keys[keep].view(np.uint64)


def _spans(side: _Side) -> Ints:
    """Return how far each kept edge goes, both axes in one number, the same for an edge and its reverse.

    With the midpoint it tells an edge from every other; differences of coordinates fit in 31 bits and a sign.
    """
    rings, group, _ = side
    dx, dy = rings.x[1:] - rings.x[:-1], rings.y[1:] - rings.y[:-1]
    span = (dx << 32) + dy
    return np.abs(span)[_within(rings, group)]


def _within(rings: Rings, group: Ints) -> NDArray[np.bool_]:
    keep = np.ones(len(rings.x) - 1, dtype=bool)
    keep[rings.stops[:-1] - 1] = False
    level = rings.x[1:] == rings.x[:-1]
    if level.any():  # a vertex given twice makes an edge of no length: there is nothing to cancel
        keep &= ~(level & (rings.y[1:] == rings.y[:-1]))
    if (group < 0).any():
        keep &= np.repeat(group >= 0, rings.stops - rings.starts)[:-1]
    return keep


def _one_by_one(sides: Sequence[_Side]) -> Remainder:
    """Do the same without packing, for land so far apart that 64 bits do not hold it."""
    rows = []
    for side in sides:
        rings, group, _ = side
        keep = _within(rings, group)
        of = np.repeat(group, rings.stops - rings.starts)[:-1]
        columns = (of, rings.x[:-1] + rings.x[1:], rings.y[:-1] + rings.y[1:], _forward(side))
        rows.append(np.column_stack([column[keep] for column in columns]))
    table = np.concatenate(rows)
    edges, which = np.unique(table[:, :3], axis=0, return_inverse=True)
    balance = np.bincount(which.ravel(), weights=table[:, 3] * 2.0 - 1.0)
    wrong = edges[balance != 0]
    return Remainder(wrong[:, 1:] / (2 * MM), wrong[:, 0], False)
