"""The city frame: the plane in whole millimetres in which register geometry is true.

Coordinates are (x, y) = (east, north) in metres with three decimals in the frame, (lon, lat) in degrees of
EPSG:4490 outside it. Edges are straight in the frame and areas are exact integer shoelace sums.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

GEOGRAPHIC_SRID = 4490
DEGREE_DECIMALS = 9  # 8 decimals of a degree lose the millimetre
MM = 1000

_srid = 4547
_GEOD = Geod(ellps="GRS80")

Array = NDArray[np.float64]


def configure(srid: int) -> None:
    """Set the EPSG code of the city frame (a projected CRS in metres); called once at start-up."""
    global _srid
    if srid != _srid:
        _srid = srid
        _transformer.cache_clear()


def srid() -> int:
    """Return the EPSG code of the city frame."""
    return _srid


@lru_cache(maxsize=8)
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _mapped(geometry: BaseGeometry, move: Callable[[Array], Array]) -> BaseGeometry:
    return shapely.transform(shapely.force_2d(geometry), move)


def snap(geometry: BaseGeometry) -> BaseGeometry:
    """Round a frame geometry's coordinates to whole millimetres, vertex by vertex (topology untouched)."""
    return _mapped(geometry, lambda xy: np.round(xy * MM) / MM)


def to_frame(geometry: BaseGeometry, *, source_srid: int = GEOGRAPHIC_SRID) -> BaseGeometry:
    """Project a geometry, x before y, to the frame and snap it to whole millimetres.

    CRS84 (lon, lat on WGS 84) is read as EPSG:4490: the two agree within the accuracy of any source we take.
    """
    if source_srid == _srid:
        return snap(geometry)
    change = _transformer(source_srid, _srid)

    def move(xy: Array) -> Array:
        x, y = change.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack((x, y)) * MM) / MM

    return _mapped(geometry, move)


def to_geographic(geometry: BaseGeometry) -> BaseGeometry:
    """Derive EPSG:4490 (lon, lat), rounded to nine decimals, from a frame geometry."""
    change = _transformer(_srid, GEOGRAPHIC_SRID)

    def move(xy: Array) -> Array:
        lon, lat = change.transform(xy[:, 0], xy[:, 1])
        return np.round(np.column_stack((lon, lat)), DEGREE_DECIMALS)

    return _mapped(geometry, move)


def _ring_area2_mm2(ring: BaseGeometry) -> int:
    xy = np.rint(shapely.get_coordinates(ring) * MM).astype(np.int64).astype(object)
    x, y = xy[:, 0], xy[:, 1]
    return abs(int((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()))


def area2_mm2(geometry: BaseGeometry) -> int:
    """Return twice the exact area of a frame polygon or multipolygon, in mm² (an integer: no half is lost)."""
    total = 0
    for part in shapely.get_parts(geometry):
        total += _ring_area2_mm2(part.exterior)
        total -= sum(_ring_area2_mm2(hole) for hole in part.interiors)
    return total


def frame_length_m(geometry: BaseGeometry) -> float:
    """Length in the frame, metres."""
    return float(geometry.length)


def geodesic_length_m(geometry: BaseGeometry) -> float:
    """Length on the GRS 80 ellipsoid, metres, of a frame geometry."""
    return float(abs(_GEOD.geometry_length(to_geographic(geometry))))


def geodesic_area_m2(geometry: BaseGeometry) -> float:
    """Area on the GRS 80 ellipsoid, m², of a frame polygon."""
    return float(abs(_GEOD.geometry_area_perimeter(to_geographic(geometry))[0]))
