"""Where imported land lies: whether two outlines are the same line, and whether land is displaced as web maps are.

Geometry in the city frame (metres).
"""

from __future__ import annotations

import shapely
from django.utils.translation import gettext as _
from pyproj import Transformer
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from boundaries.coverage import shift
from boundaries.coverage.ground import polygons_in
from boundaries.coverage.plane import mean_width
from geoapp.core import frame
from geoapp.core.geometry import multipolygon

_ROUNDED_M = 0.002  # a strip no wider than this comes from rounding to the millimetre


def thick(geometry: BaseGeometry) -> list[BaseGeometry]:
    """Return the polygons in a geometry that are wider than what rounding leaves."""
    return [part for part in polygons_in(geometry) if mean_width(part) > _ROUNDED_M]


def differs(one: BaseGeometry, two: BaseGeometry) -> bool:
    """Tell whether two polygons differ by more than rounding."""
    return bool(thick(shapely.symmetric_difference(one, two)))


def same(one: BaseGeometry, two: BaseGeometry) -> bool:
    """Tell whether two polygons have the same vertices, whatever their start, direction and type."""
    return bool(shapely.equals_exact(multipolygon(one), multipolygon(two), 0.0, normalize=True))


def displaced(union: BaseGeometry, reference: BaseGeometry | None, city: BaseGeometry | None) -> str:
    """Say whether land looks displaced, "" when it does not.

    ``reference`` is the land it should fill, where that is known; ``city`` the outline it sticks out of, None when
    it does not: then only the displacement of GCJ-02 is tried.
    """
    to_degrees = Transformer.from_crs(frame.srid(), frame.GEOGRAPHIC_SRID, always_xy=True)
    lon, lat = to_degrees.transform(union.centroid.x, union.centroid.y)
    if reference is not None:
        found = shift.estimate(shift.outline([union]), shift.outline([reference]))
        if said := shift.sentence(found, lon, lat):
            return said
    if city is not None:
        east, north = shift.gcj02_offset_m(lon, lat)
        back = translate(union, -east, -north)
        if _outside_m2(back, city) < _outside_m2(union, city) / 10:
            return _(
                "按 GCJ-02 偏移移回后就落在本市范围内：数据疑为 GCJ-02（互联网地图）坐标，请向来源索取国家 2000 坐标"
            )
    return ""


def _outside_m2(land: BaseGeometry, city: BaseGeometry) -> float:
    return float(sum(part.area for part in thick(shapely.difference(land, city))))
