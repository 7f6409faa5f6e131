"""Carrying out operations: each cuts land along fitted lines and hands the pieces to units.

``apply`` changes nothing it is given: it returns a new coverage or raises Refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from boundaries.editing.asking import open_unit
from boundaries.editing.dividing import merge, split
from boundaries.editing.grid import edges_of, point_of, undirected, within_rounding
from boundaries.editing.land import KINDS, Coverage
from boundaries.editing.moving import move_edge, redraw_between, transfer
from boundaries.editing.operations import (
    Convert,
    InsertNode,
    Merge,
    MoveEdge,
    Operation,
    RedrawBetween,
    Split,
    Transfer,
)
from boundaries.editing.rebuild import Edited, finish
from boundaries.editing.refusals import Limits, Refused

STANDARD = Limits()
_REACH_M = 1.0  # around a node, in which its edge is looked for


def apply(coverage: Coverage, operation: Operation, limits: Limits = STANDARD) -> Edited:
    """Carry out one operation. Raises Refused (a ValueError) with message, remedy and place."""
    return _HANDLERS[type(operation)](coverage, operation, limits)


def replay(coverage: Coverage, operations: Iterable[Operation], limits: Limits = STANDARD) -> Coverage:
    """Carry out operations one after another and return the last coverage. Raises Refused."""
    for operation in operations:
        coverage = apply(coverage, operation, limits).coverage
    return coverage


def _convert(coverage: Coverage, op: Convert, limits: Limits) -> Edited:
    unit = open_unit(coverage, op.unit)
    if op.kind not in KINDS:
        raise Refused(
            "kind", f"没有“{op.kind}”这一类单位", remedy=f"类别应为 {'、'.join(KINDS)} 之一", units=(unit.id,)
        )
    if op.kind == unit.kind:
        raise Refused("no_change", f"{unit.label} 已是该类别", remedy="无须转换", units=(unit.id,))
    after = coverage.replaced({unit.id: replace(unit, kind=op.kind)}, {})
    return Edited(after, (unit.id,))


def _insert_node(coverage: Coverage, op: InsertNode, limits: Limits) -> Edited:
    place = point_of(op.point)
    near = coverage.in_box(place.buffer(_REACH_M).bounds)
    for land in near:
        for edge in edges_of(land.geometry):
            if op.point in edge:
                raise Refused("no_change", "此处已有界点", remedy="无须再加", place=place)
    for land in near:
        for a, b in edges_of(land.geometry):
            along = (op.point[0] - a[0]) * (b[0] - a[0]) + (op.point[1] - a[1]) * (b[1] - a[1])
            within = 0 < along < (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
            if within and within_rounding(op.point, (a, b)):
                edge = undirected((a, b))
                for owner in near:
                    if owner.locked and edge in {undirected(e) for e in edges_of(owner.geometry)}:
                        open_unit(coverage, owner.id)
                return finish(coverage, {}, [], {edge: [op.point]})
    raise Refused(
        "apart", "此点不在任何单位的界线上", remedy="请点在界线上（相距不超过 0.71 毫米）", place=place
    )


_HANDLERS: dict[type[Operation], Callable[[Coverage, Any, Limits], Edited]] = {
    MoveEdge: move_edge,
    RedrawBetween: redraw_between,
    Transfer: transfer,
    Split: split,
    Merge: merge,
    Convert: _convert,
    InsertNode: _insert_node,
}
