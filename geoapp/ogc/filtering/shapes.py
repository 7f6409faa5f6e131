"""Shapes of a filter carried into the stored frame.

Edges in a projected frame are divided before they are carried over, so that they stay where they are to the
millimetre.
"""

from __future__ import annotations

import numpy as np
import shapely
from django.utils.translation import gettext as _
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from geoapp.core.errors import BadRequest
from geoapp.ogc.crs import STORED_SRID, Crs

_STEP_M = 250.0
_MOST_STEPS = 20_000


def hold_on_earth(shape: BaseGeometry, crs: Crs, locator: str) -> None:
    """Raise BadRequest when degrees cannot be meant so: latitude and longitude changed places, or no degrees at all.

    A box around the whole world may reach somewhat beyond it.
    """
    west, south, east, north = shape.bounds
    if not crs.geographic:
        return
    if south > 90 or north < -90 or max(abs(west), abs(east)) > 360 or max(abs(south), abs(north)) > 180:
        raise BadRequest(_("不是经纬度；请核对坐标顺序"), field=locator)


def carried(shape: BaseGeometry, crs: Crs, srid: int) -> BaseGeometry:
    """Return the shape in another frame (x, y). Raises BadRequest where a projection does not reach."""
    if crs.srid == srid:
        return shape
    if not crs.geographic and shape.length > 0:
        shape = shapely.segmentize(shape, max(_STEP_M, shape.length / _MOST_STEPS))
    transformer = Transformer.from_crs(crs.srid, srid, always_xy=True)

    def forward(points: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    moved = shapely.transform(shape, forward)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise BadRequest(_("超出坐标系的适用范围"), field="srsName")
    return moved


def stored(shape: BaseGeometry, crs: Crs) -> BaseGeometry:
    """Return the shape in (lon, lat) degrees."""
    return carried(shape, crs, STORED_SRID)


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Return a box; one without width or height is a line, one without both a point. Raises BadRequest."""
    if west > east or south > north:
        raise BadRequest(_("下限大于上限"), field="BBOX")
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)
