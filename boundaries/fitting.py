"""From a file's coordinates to the city frame in whole millimetres, so that neighbours still fit.

Three steps, each needed: a corner of one unit that lies on a neighbour's edge is put into that edge before
projection (a line that is straight in the file is not straight in the frame); every vertex is projected and
rounded by itself, so that equal vertices stay equal; where rounding made lines touch or cross, everything is noded
once on the millimetre grid and each unit is put together again from the faces it held. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from boundaries.coverage.plane import mean_width
from geoapp.core import frame

_NEAR = 64  # times the noise: how far two computed copies of one point may lie apart
_MM = 0.001
_MODERN = ("2000", "wgs 84", "wgs84", "wgs 1984", "world geodetic system 1984", "international terrestrial")

Array = NDArray[np.float64]
Xy = tuple[float, float]


@dataclass(frozen=True)
class Fitted:
    """Land in the frame: ``shapes`` as given (None where nothing is left of one), ``standing`` the land that was there.

    ``noded`` tells whether corners had to be put into edges; ``settled`` whether rounding had to be mended.
    """

    shapes: tuple[BaseGeometry | None, ...]
    standing: tuple[BaseGeometry | None, ...]
    noded: bool
    settled: bool


def modern_datum(crs: str) -> bool:
    """Tell whether a CRS stands on CGCS2000 or a frame that agrees with it within a metre (WGS 84, ITRF).

    Beijing 1954 and Xian 1980 lie up to a hundred metres beside it and need local parameters nobody publishes.
    """
    geodetic = CRS.from_user_input(crs).geodetic_crs
    datum = geodetic.datum if geodetic is not None else None
    name = (datum.name if datum is not None else "").replace("_", " ").lower()
    return any(word in name for word in _MODERN)


def fit(
    shapes: Sequence[BaseGeometry], crs: str, noise: float, standing: Sequence[BaseGeometry] = ()
) -> Fitted:
    """Bring polygons of a file to the frame beside land that stands there already (frame, whole millimetres).

    ``noise`` is what counts as floating noise in the file's units (``coverage.plane.noise_width``). The shapes must be
    valid and free of overlaps and gaps wider than that. Standing land changes by corners put into its edges only,
    at most 0.71 mm beside them.
    """
    cleaned, noded = _shared_nodes(list(shapes), noise)
    placed = [to_frame(shape, crs) for shape in cleaned]
    every = np.array([*placed, *standing], dtype=object)
    if _fits(every):
        return Fitted(tuple(placed), tuple(standing), noded, False)
    settled = _settle(every)
    return Fitted(tuple(settled[: len(placed)]), tuple(settled[len(placed) :]), noded, True)


def to_frame(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    """Project a geometry (x before y) from any CRS pyproj reads to the frame, each vertex rounded to the millimetre.

    WGS 84 is read as CGCS2000, as everywhere in the house: they agree within the accuracy of any source we take.
    """
    epsg = CRS.from_user_input(crs).to_epsg()
    if epsg is not None:
        return frame.to_frame(geometry, source_srid=frame.GEOGRAPHIC_SRID if epsg == 4326 else epsg)
    change = Transformer.from_crs(crs, f"EPSG:{frame.srid()}", always_xy=True)

    def move(xy: Array) -> Array:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    return frame.snap(shapely.transform(shapely.force_2d(geometry), move))


def _fits(shapes: NDArray[np.object_]) -> bool:
    return bool(shapely.is_valid(shapes).all()) and bool(shapely.coverage_is_valid(shapes))


def _shared_nodes(shapes: list[BaseGeometry], noise: float) -> tuple[list[BaseGeometry], bool]:
    """Make copies of one vertex equal and put corners into the edges they lie on, within the noise of the file."""
    if not shapes:
        return shapes, False
    near = _NEAR * noise  # a corner this far off an edge passes the coverage test as a gap of no width
    merge = _Merger(np.unique(shapely.get_coordinates(shapes), axis=0), near)
    first = [shapely.transform(shapely.force_2d(shape), merge) for shape in shapes]
    edges = sorted({edge for shape in first for edge in _edges(shape)})
    vertices = np.array(sorted({end for edge in edges for end in edge}))
    tree = shapely.STRtree(shapely.linestrings(np.array(edges)))
    which, at = tree.query(shapely.points(vertices), predicate="dwithin", distance=near)
    put: dict[tuple[Xy, Xy], list[Xy]] = defaultdict(list)
    for k, i in zip(which.tolist(), at.tolist(), strict=True):
        vertex = (float(vertices[k, 0]), float(vertices[k, 1]))
        if vertex not in edges[i]:
            put[edges[i]].append(vertex)
    return [_with(shape, put) for shape in first] if put else first, bool(put)


class _Merger:
    """Moves each vertex to the first of the vertices that are the same but for noise."""

    def __init__(self, vertices: Array, near: float) -> None:
        points = shapely.points(vertices)
        one, two = shapely.STRtree(points).query(points, predicate="dwithin", distance=near)
        first = np.arange(len(vertices))
        order = np.lexsort((two, one))
        for a, b in zip(one[order].tolist(), two[order].tolist(), strict=True):
            if b < a:
                first[a] = min(first[a], first[b])
        self._target = {tuple(v): vertices[f] for v, f in zip(vertices.tolist(), first.tolist(), strict=True)}

    def __call__(self, xy: Array) -> Array:
        return np.array([self._target[tuple(v)] for v in xy.tolist()]).reshape(-1, 2)


def _edges(shape: BaseGeometry) -> list[tuple[Xy, Xy]]:
    found = []
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        path = [tuple(v) for v in shapely.get_coordinates(ring).tolist()]
        found += [(min(a, b), max(a, b)) for a, b in zip(path, path[1:], strict=False) if a != b]
    return found


def _with(shape: BaseGeometry, put: dict[tuple[Xy, Xy], list[Xy]]) -> BaseGeometry:
    parts = []
    for part in shapely.get_parts(shape):
        rings = []
        for ring in shapely.get_rings(part):
            path = [tuple(v) for v in shapely.get_coordinates(ring).tolist()]
            new = [path[0]]
            for a, b in zip(path, path[1:], strict=False):
                nodes = put.get((min(a, b), max(a, b)), ())
                new += sorted(nodes, key=lambda p: (p[0] - a[0]) ** 2 + (p[1] - a[1]) ** 2)
                if b != new[-1]:
                    new.append(b)
            rings.append(new)
        parts.append(shapely.Polygon(rings[0], [r for r in rings[1:] if len(r) > 3]))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _settle(shapes: NDArray[np.object_]) -> list[BaseGeometry | None]:
    """Node all outlines together on the millimetre grid and put each unit together from its faces again."""
    sound = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    lines = shapely.union_all(shapely.boundary(shapes), grid_size=_MM)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(frame.snap(lines))))
    tree = shapely.STRtree(sound)
    face_at, owner_at = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    owner = np.full(len(faces), -1)
    for face, unit in zip(face_at.tolist(), owner_at.tolist(), strict=True):
        if owner[face] < 0 or unit < owner[face]:
            owner[face] = unit
    for face in np.flatnonzero(owner < 0).tolist():
        if mean_width(faces[face]) <= 2 * _MM:  # opened by rounding: nobody's land on paper
            owner[face] = _longest_neighbour(faces, owner, face)
    return [
        shapely.coverage_union_all(faces[owner == unit]) if (owner == unit).any() else None
        for unit in range(len(shapes))
    ]


def _longest_neighbour(faces: NDArray[np.object_], owner: NDArray[np.int64], face: int) -> int:
    near = [i for i in np.flatnonzero(shapely.intersects(faces, faces[face])).tolist() if owner[i] >= 0]
    shared = [(float(shapely.intersection(faces[i], faces[face]).length), -i) for i in near]
    return int(owner[-max(shared)[1]]) if shared else -1
