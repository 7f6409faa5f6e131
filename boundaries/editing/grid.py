"""Frame geometry as whole millimetres: exact points, directed edges and predicates in integers.

Points are (x, y) = (east, north) in integer millimetres of the city frame. Directed edges have the land on
their left: outer rings run anticlockwise, inner rings clockwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geoapp.core.frame import MM

Point = tuple[int, int]
Path = tuple[Point, ...]
Edge = tuple[Point, Point]
Ints = NDArray[np.int64]


def to_mm(coordinates: NDArray[np.float64]) -> Ints:
    """Return frame coordinates in metres as whole millimetres."""
    return np.rint(coordinates * MM).astype(np.int64)


def path_of(geometry: BaseGeometry) -> Path:
    """Return the vertices of a line, ring or point in whole millimetres."""
    return tuple(map(tuple, to_mm(shapely.get_coordinates(geometry)).tolist()))


def line_of(path: Sequence[Point]) -> BaseGeometry:
    """Return a path in millimetres as a frame line (a point when it has one vertex)."""
    xy = np.asarray(path, dtype=np.float64) / MM
    return shapely.points(xy[0]) if len(path) == 1 else shapely.linestrings(xy)


def point_of(point: Point) -> BaseGeometry:
    """Return a point in millimetres as a frame point."""
    return shapely.points(point[0] / MM, point[1] / MM)


def ring_area2(ring: Sequence[Point]) -> int:
    """Return twice the signed area of a closed ring in mm², positive when it runs anticlockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False))


def rings_of(polygon: BaseGeometry) -> list[Path]:
    """Return the rings of one polygon: the outer one anticlockwise, the inner ones clockwise."""
    rings = []
    for i, ring in enumerate(shapely.get_rings(polygon)):
        path = path_of(ring)
        rings.append(path if (ring_area2(path) > 0) == (i == 0) else path[::-1])
    return rings


def edges_of(geometry: BaseGeometry) -> list[Edge]:
    """Return the directed edges of a polygon or multipolygon, the land on their left."""
    return [
        edge
        for part in shapely.get_parts(geometry)
        for ring in rings_of(part)
        for edge in zip(ring, ring[1:], strict=False)
        if edge[0] != edge[1]  # a vertex given twice
    ]


def undirected(edge: Edge) -> Edge:
    """Return an edge's key without direction."""
    return edge if edge[0] <= edge[1] else (edge[1], edge[0])


def with_nodes(geometry: BaseGeometry, nodes: Mapping[Edge, Sequence[Point]]) -> BaseGeometry:
    """Return a polygon with nodes put into its edges; all other vertices, their order and start stay.

    ``nodes`` maps an edge without direction (smaller end first) to the nodes in order from that end. The very
    same object comes back when none of the edges is this polygon's. Only vertices near the nodes are looked at
    one by one: a district's outline is long.
    """
    if not nodes:
        return geometry
    ways = {}
    for (a, b), new in nodes.items():
        ways[a, b], ways[b, a] = new, new[::-1]
    ends = np.array(list(nodes), dtype=np.float64).reshape(-1, 2) / MM
    box = ends.min(axis=0) - 0.0005, ends.max(axis=0) + 0.0005
    changed = False
    parts = []
    for part in shapely.get_parts(geometry):
        rings = []
        for ring in shapely.get_rings(part):
            xy = shapely.get_coordinates(ring)
            longer = _insert(xy, ways, box)
            changed = changed or longer is not xy
            rings.append(longer)
        parts.append(rings)
    if not changed:
        return geometry
    made = [shapely.Polygon(rings[0], rings[1:]) for rings in parts]
    return shapely.multipolygons(made) if geometry.geom_type == "MultiPolygon" else made[0]


def _insert(
    xy: NDArray[np.float64],
    ways: Mapping[Edge, Sequence[Point]],
    box: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    near: NDArray[np.bool_] = np.asarray(((xy >= box[0]) & (xy <= box[1])).all(axis=1))
    pieces, last = [], 0
    for i in np.flatnonzero(near[:-1] & near[1:]).tolist():
        a, b = to_mm(xy[i : i + 2]).tolist()
        new = ways.get(((a[0], a[1]), (b[0], b[1])))
        if new:
            pieces += [xy[last : i + 1], np.asarray(new, dtype=np.float64) / MM]
            last = i + 1
    return np.concatenate([*pieces, xy[last:]]) if pieces else xy


def cross(a: Point, b: Point, c: Point) -> int:
    """Return twice the signed area of a triangle in mm²: positive when c lies left of a→b."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def displacement_mm(point: Point, edge: Edge) -> float:
    """Return how far a point lies from the straight line through an edge, in millimetres."""
    a, b = edge
    return abs(cross(a, b, point)) / math.hypot(b[0] - a[0], b[1] - a[1])


def within_rounding(point: Point, edge: Edge) -> bool:
    """Tell, exactly, whether a point lies at most √½ mm (0.71 mm) off the line through an edge."""
    a, b = edge
    length2 = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
    return 2 * cross(a, b, point) ** 2 <= length2


def meeting(first: Edge, second: Edge) -> Point | None:
    """Return where two lines through edges meet, rounded to the grid from the exact fraction; None: parallel."""
    (p, q), (a, b) = first, second
    across = (q[0] - p[0]) * (b[1] - a[1]) - (q[1] - p[1]) * (b[0] - a[0])
    if across == 0:
        return None
    t = Fraction((a[0] - p[0]) * (b[1] - a[1]) - (a[1] - p[1]) * (b[0] - a[0]), across)
    return round(p[0] + t * (q[0] - p[0])), round(p[1] + t * (q[1] - p[1]))


def foot(point: Point, edge: Edge) -> Point:
    """Return the grid point nearest to a point's foot on an edge (clamped to its ends)."""
    a, b = edge
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = Fraction((point[0] - a[0]) * dx + (point[1] - a[1]) * dy, dx * dx + dy * dy)
    t = min(max(t, Fraction(0)), Fraction(1))
    return round(a[0] + t * dx), round(a[1] + t * dy)


def inside(edges: Iterable[Edge], doubled: Sequence[Point]) -> list[bool]:
    """Tell for points, given in half millimetres, whether they lie inside the land that edges bound.

    Exact parity test; the points must not lie on an edge.
    """
    e = np.asarray(list(edges), dtype=np.int64).reshape(-1, 4)
    p = np.asarray(doubled, dtype=np.int64).reshape(-1, 2)
    if not len(p):
        return []
    shift = e.reshape(-1, 2).min(axis=0)
    e = 2 * (e.reshape(-1, 2, 2) - shift)
    p = p - 2 * shift
    ax, ay, bx, by = e[:, 0, 0], e[:, 0, 1], e[:, 1, 0], e[:, 1, 1]
    px, py = p[:, :1], p[:, 1:]
    spans = (ay > py) != (by > py)
    side = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
    crossed = spans & ((side > 0) == (by > ay))
    return [bool(n % 2) for n in crossed.sum(axis=1)]
