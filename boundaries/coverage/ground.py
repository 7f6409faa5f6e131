"""Overlaps between features, and holes in their union: slivers (gaps) or real ground outside (enclaves)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.coverage.plane import Plane, mean_width

Shapes = NDArray[Any]
_EMPTY = shapely.MultiPolygon()

# what makes a hole real ground; see ``is_real_ground``
_UNIT, _WIDE = 0.5, 0.2  # width against the size of the units around
_COMPACT, _LONG = 0.15, 0.1  # 4π·area/perimeter²; rectangles of 1:18 and 1:29
_SQUARE, _CUT_OUT = 0.75, 0.65  # a square has 0.785, the best of triangles 0.605
_DRAWN, _OUTLINED, _RIVER_DRAWN = 1.5, 0.8, 2.0  # width against the edges around; triangles reach 0.577
_RIVER, _CLEAR, _SPECK, _SPECK_OF_ONE = 0.05, 0.05, 0.01, 0.005


@dataclass(frozen=True)
class Overlap:
    """Land two features both claim: positions in the shapes given, the common land, metres."""

    one: int
    two: int
    geometry: BaseGeometry
    area_m2: float
    width_m: float


@dataclass(frozen=True)
class Hole:
    """A closed hole of the union.

    ``owners`` are positions in the shapes given with the length of their stretch of its edge in metres,
    longest first. ``width_m`` is the diameter of the largest circle inside, ``unit_m`` the side of a square
    as large as the median unit around it, ``compactness`` 4π·area/perimeter² (a circle has 1), ``edge_m`` the mean
    length of the edges around it.
    """

    geometry: BaseGeometry
    owners: tuple[tuple[int, float], ...]
    area_m2: float
    width_m: float
    unit_m: float
    compactness: float
    edge_m: float

    @property
    def real_ground(self) -> bool:
        """Whether this is ground outside the data set rather than a mismatch of its lines."""
        return is_real_ground(self.width_m, self.unit_m, self.compactness, self.edge_m, len(self.owners))


def is_real_ground(width_m: float, unit_m: float, compactness: float, edge_m: float, owners: int) -> bool:
    """Tell an enclave from a sliver by its width, its shape and how it was drawn.

    A sliver comes from drawing one line twice: it is narrow against the units beside it, and narrower than
    the edges that bound it are long, because neither line was drawn to describe it. Real ground left out (a
    lake, a foreign enclave, a square) was described: its outline has edges shorter than it is wide. So a
    hole is real ground when

    - it is as wide as half a unit and no strip: a whole unit left out, however simply drawn; or
    - it is as wide as a fifth of a unit, not very long, and outlined (about as wide as its edges are long); or
    - it is compact, no speck (1 % of a unit; half that inside one unit) and well drawn (wider than 1.5 of its
      edges); or a square or rounder, cut out of one unit or standing clear (5 % of a unit) among several; or
    - it is long but wide (5 % of a unit) and drawn on both sides, as a river or motorway left out is.

    All are ratios: no threshold in metres or degrees. Tried on the French cantons and communes, the
    precincts of Providence and the demo city, whole and with every unit simplified by itself (tolerances
    20 to 300 m): the three enclaves of France stay at every tolerance, and of some 12,000 slivers so made
    none counts as ground but four, where the tolerance was half the size of the units.
    """
    size = width_m / unit_m if unit_m else 1.0
    drawn = width_m / edge_m if edge_m else 0.0
    if size >= _UNIT and compactness >= _COMPACT:
        return True
    if size >= _WIDE and compactness >= _LONG and drawn >= _OUTLINED:
        return True
    if compactness >= _COMPACT and size >= (_SPECK_OF_ONE if owners == 1 else _SPECK):
        if drawn >= _DRAWN:
            return True
        if compactness >= _CUT_OUT and owners == 1 or compactness >= _SQUARE and size >= _CLEAR:
            return True
    return size >= _RIVER and drawn >= _RIVER_DRAWN


def widest_m(piece_m: BaseGeometry) -> float:
    """Return the diameter of the largest circle in a polygon (or in the parts of one), in its units."""
    widest = 0.0
    for part in shapely.get_parts(piece_m):
        x0, y0, x1, y1 = part.bounds
        extent = max(x1 - x0, y1 - y0)
        tolerance = max(mean_width(part) / 20, extent / 20_000)
        if tolerance > 0:
            widest = max(widest, 2 * float(shapely.maximum_inscribed_circle(part, tolerance).length))
        if not widest or tolerance > widest / 2:  # thinner than can be searched for
            widest = max(widest, mean_width(part))
    return widest


def disagreeing(shapes: Shapes) -> NDArray[np.bool_]:
    """Return which shapes have an edge that does not match their neighbours', vertex by vertex.

    The others form an exact coverage among themselves and with these: nothing of theirs overlaps, and their
    union needs no computing of crossings.
    """
    odd: NDArray[np.bool_] = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    return odd


def _common(left: Shapes, right: Shapes, noise: float) -> Shapes:
    """Return the intersections pair by pair; where floating overlay gives up, on a grid as fine as the noise."""
    try:
        found: Shapes = shapely.intersection(left, right)
    except shapely.errors.GEOSException:
        pairs = [shapely.intersection(a, b, grid_size=noise) for a, b in zip(left, right, strict=True)]
        found = np.array(pairs, dtype=object)
    return found


def _union(shapes: list[BaseGeometry], noise: float) -> BaseGeometry:
    try:
        return shapely.union_all(shapes)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapes, grid_size=noise)


def find_overlaps(shapes: Shapes, plane: Plane, noise: float, suspects: NDArray[np.bool_]) -> list[Overlap]:
    """Return every pair of shapes whose interiors share land wider than ``noise`` (file units), merged by pair.

    Only pairs with one of the ``suspects`` (``disagreeing``) are looked at.
    """
    odd = np.flatnonzero(suspects)
    at, right = shapely.STRtree(shapes).query(shapes[odd], predicate="intersects")
    left = odd[at]
    keep = (left < right) | ((left > right) & ~suspects[right])  # each pair once
    left, right = np.minimum(left, right)[keep], np.maximum(left, right)[keep]
    keep = ~shapely.touches(shapes[left], shapes[right])
    left, right = left[keep], right[keep]
    found = []
    for i, j, common in zip(left, right, _common(shapes[left], shapes[right], noise), strict=True):
        pieces = [p for p in polygons_in(common) if mean_width(p) > noise]
        if pieces:
            geometry = pieces[0] if len(pieces) == 1 else shapely.MultiPolygon(pieces)
            flat = plane.metres(geometry)
            found.append(Overlap(int(i), int(j), geometry, float(shapely.area(flat)), widest_m(flat)))
    return sorted(found, key=lambda o: (o.one, o.two))


def polygons_in(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the polygons with area anywhere within a geometry."""
    return [
        q
        for p in shapely.get_parts(geometry)
        for q in shapely.get_parts(p)
        if q.geom_type == "Polygon" and q.area
    ]


def closed_holes(shapes: Shapes, noise: float, suspects: NDArray[np.bool_]) -> list[BaseGeometry]:
    """Return the bounded pieces of the complement of the shapes, as polygons in file coordinates.

    They are cut out of a frame around everything rather than read off the union's interior rings: so an
    island in a hole is not counted as hole, and ground enclosed by units that touch only at points is found.
    A strip open to the outside is no hole: only what is closed is certain to lie inside the data set.
    """
    union = (
        shapely.coverage_union_all(shapes) if shapely.coverage_is_valid(shapes) else shapely.union_all(shapes)
    )
    x0, y0, x1, y1 = union.bounds
    margin = max(x1 - x0, y1 - y0, noise) / 10
    box = shapely.box(x0 - margin, y0 - margin, x1 + margin, y1 + margin)
    return [
        piece
        for piece in polygons_in(shapely.difference(box, union))
        if piece.bounds[0] >= x0
        and piece.bounds[1] >= y0
        and piece.bounds[2] <= x1
        and piece.bounds[3] <= y1
        and mean_width(piece) > noise
    ]


def edges_of(geometry: BaseGeometry) -> NDArray[np.float64]:
    """Return the edges of a polygonal geometry as an (n, 2, 2) array."""
    rings = shapely.get_rings(shapely.get_parts(geometry))
    coordinates = [shapely.get_coordinates(ring) for ring in rings]
    return np.concatenate([np.stack((xy[:-1], xy[1:]), axis=1) for xy in coordinates])


def find_holes(shapes: Shapes, plane: Plane, noise: float, suspects: NDArray[np.bool_]) -> list[Hole]:
    """Return the closed holes in the union of the shapes with all that is needed to judge them."""
    tree = shapely.STRtree(shapes)
    areas = shapely.area(plane.metres(shapes))
    found = []
    for piece in closed_holes(shapes, noise, suspects):
        flat = plane.metres(piece)
        edges = edges_of(piece)
        lengths = np.linalg.norm(np.diff(edges_of(flat), axis=1)[:, 0], axis=1)
        middles = shapely.points(edges.mean(axis=1))
        at, owner = tree.query_nearest(middles, all_matches=False)
        share: dict[int, float] = {}
        for k, i in zip(at, owner, strict=True):
            share[int(i)] = share.get(int(i), 0.0) + float(lengths[k])
        owners = tuple(sorted(share.items(), key=lambda item: (-item[1], item[0])))
        around = float(np.median([areas[i] for i, _ in owners]))
        area, length = float(shapely.area(flat)), float(shapely.length(flat))
        compactness = 4 * np.pi * area / length**2 if length else 0.0
        found.append(
            Hole(piece, owners, area, widest_m(flat), around**0.5, compactness, length / max(1, len(edges)))
        )
    return sorted(found, key=lambda hole: hole.geometry.bounds)


def follows_from(piece: BaseGeometry, shape: BaseGeometry, faulty: BaseGeometry, noise: float) -> bool:
    """Tell whether a piece owes its existence to a feature's ring fault alone.

    True when every stretch of the piece's edge that lies on the feature's outline lies on edges that cross
    or run in a loop there (``faulty``): had the ring been drawn in order, the piece would not be.
    """
    middles = shapely.points(edges_of(piece).mean(axis=1))
    tolerance = 64 * noise
    outline = shapely.boundary(shape)
    shapely.prepare(outline)
    shapely.prepare(faulty)
    on_outline = shapely.dwithin(middles, outline, tolerance)
    if not on_outline.any():
        return False
    return bool(shapely.dwithin(middles[on_outline], faulty, tolerance).all())


@dataclass(frozen=True)
class Consequences:
    """What only follows from the ring faults of one feature: not reported, but mended with the ring."""

    holes: tuple[Hole, ...] = ()
    overlaps: tuple[Overlap, ...] = ()


def set_aside(
    overlaps: Sequence[Overlap],
    holes: Sequence[Hole],
    shapes: Shapes,
    faults: Mapping[int, Sequence[tuple[BaseGeometry, BaseGeometry]]],
    noise: float,
) -> tuple[list[Overlap], list[Hole], dict[int, Consequences]]:
    """Return overlaps and holes without those that only follow from ring faults, and those by feature.

    ``faults`` gives by position the place and the faulty edges of each fault. An overlap is set aside when it
    is small (a tenth of each feature) and bounded by the faulty edges; a hole when its edge on the faulty
    feature is faulty. A hole of that one feature alone is kept if it is real ground and hangs on a single
    point: so many tools write a true hole, as a loop of the outer ring. A bay whose neck is pinched at
    several places is no hole.
    """
    faulty = {
        i: shapely.multilinestrings(list(shapely.get_parts([edges for _, edges in found])))
        for i, found in faults.items()
    }
    kept_overlaps: list[Overlap] = []
    kept_holes: list[Hole] = []
    aside: dict[int, tuple[list[Hole], list[Overlap]]] = {}

    def looped(hole: Hole, i: int) -> bool:
        touching = [place for place, _ in faults[i] if shapely.dwithin(place, hole.geometry, 64 * noise)]
        return len(touching) == 1 and touching[0].geom_type == "Point"

    for overlap in overlaps:
        small = overlap.geometry.area <= 0.1 * min(shapes[overlap.one].area, shapes[overlap.two].area)
        pair = [i for i in (overlap.one, overlap.two) if i in faulty]
        cause = next((i for i in pair if follows_from(overlap.geometry, shapes[i], faulty[i], noise)), None)
        if small and cause is not None:
            aside.setdefault(cause, ([], []))[1].append(overlap)
        else:
            kept_overlaps.append(overlap)
    for hole in holes:
        suspects = [i for i, _ in hole.owners if i in faulty and hole.geometry.area <= shapes[i].area]
        cause = next((i for i in suspects if follows_from(hole.geometry, shapes[i], faulty[i], noise)), None)
        if cause is None or (len(hole.owners) == 1 and hole.real_ground and looped(hole, cause)):
            kept_holes.append(hole)
        else:
            aside.setdefault(cause, ([], []))[0].append(hole)
    return (
        kept_overlaps,
        kept_holes,
        {i: Consequences(tuple(found), tuple(shared)) for i, (found, shared) in aside.items()},
    )
