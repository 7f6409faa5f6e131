"""The pieces into which noded lines cut land, and which piece lies left or right of a drawn line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.grid import Edge, edges_of, undirected
from boundaries.editing.refusals import Refused
from geoapp.core.frame import MM


@dataclass(frozen=True)
class Face:
    """A piece of land bounded by noded lines; ``edges`` have it on their left."""

    shape: BaseGeometry
    edges: frozenset[Edge]
    owner: str  # the unit whose registered line bounds it; "" when drawn lines alone do


def faces_of(edges: Iterable[Edge], owners: Mapping[Edge, str], what: str) -> list[Face]:
    """Return the faces of noded edges that lie on the land of ``owners``.

    ``owners`` maps the directed registered edges to the unit on their left. Faces on nobody's land (the holes of
    a unit, filled by others) are left out. Raises Refused when an edge ends in the open.
    """
    keys = sorted({undirected(edge) for edge in edges})
    lines = shapely.linestrings(np.array(keys, dtype=np.float64).reshape(-1, 2, 2) / MM)
    shapes, cuts, dangles, invalid = shapely.polygonize_full(lines)
    loose = [part for group in (dangles, cuts, invalid) for part in shapely.get_parts(group)]
    if loose:
        raise Refused(
            "dangle",
            f"{what}没有把土地分开：有一端停在单位之内",
            remedy="请把线的两端都画到单位的界线上",
            place=shapely.multilinestrings(loose),
        )
    found = []
    for shape in shapely.get_parts(shapes):
        own = frozenset(edges_of(shape))
        units = sorted({owners[edge] for edge in own if edge in owners})
        outside = any((b, a) in owners and (a, b) not in owners for a, b in own)
        if units or not outside:
            found.append(Face(shape, own, units[0] if units else ""))
    return found


def joined(shapes: list[BaseGeometry]) -> BaseGeometry:
    """Return the union of shapes that share whole edges; no vertex is lost or moved."""
    return shapes[0] if len(shapes) == 1 else shapely.coverage_union_all(shapes)
