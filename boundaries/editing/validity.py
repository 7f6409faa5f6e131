"""Whether units fit together: GEOS's coverage test, its complaints confirmed pair by pair.

``coverage_is_valid`` of GEOS 3.14 also complains of borders that match when a unit touches itself in a point
(two parts that meet in one corner). Such land exists; a complaint therefore counts only when the interiors of two
units meet, or when a border is not cut at the same vertices on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.grid import edges_of, line_of
from boundaries.editing.land import Land

_TOUCH_M = 1e-6


def misfits(lands: Sequence[Land]) -> list[tuple[Land, BaseGeometry]]:
    """Return units that overlap a neighbour or share a border with other vertices, with the place."""
    shapes = np.array([land.geometry for land in lands], dtype=object)
    if not len(shapes) or shapely.coverage_is_valid(shapes):
        return []
    flagged = shapely.coverage_invalid_edges(shapes)
    tree = shapely.STRtree(shapes)
    found = []
    for i in np.flatnonzero(~shapely.is_empty(flagged)).tolist():
        near = [k for k in tree.query(flagged[i], predicate="intersects") if k != i]
        if any(_misfit(shapes[i], shapes[k]) for k in near):
            found.append((lands[i], flagged[i]))
    return found


def _misfit(first: BaseGeometry, second: BaseGeometry) -> bool:
    if not (first.is_valid and second.is_valid) or shapely.relate_pattern(first, second, "T********"):
        return True
    back = {(b, a) for a, b in edges_of(second)}
    common = [edge for edge in edges_of(first) if edge in back]
    matched = sum(line_of(edge).length for edge in common)
    touching = shapely.intersection(first.boundary, second.boundary).length
    return bool(abs(touching - matched) > _TOUCH_M)
