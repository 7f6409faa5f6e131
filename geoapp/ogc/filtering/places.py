"""Where things are, as conditions on rows of ``t``: the index finds candidates, the database decides exactly.

Distances are measured in the city's frame (metres on the ground of the city); everything else in degrees, as stored.
"""

from __future__ import annotations

import math

import shapely
from django.conf import settings
from shapely.geometry.base import BaseGeometry

from geoapp.ogc.crs import STORED_SRID
from geoapp.ogc.filtering.compiling import Compiling
from geoapp.ogc.layers import GEOMETRY, ROW
from geoapp.ogc.sqltext import Clause

_M_PER_DEGREE = 100_000.0  # less than the least of them, so that a search is never too narrow


def apart(near: Clause) -> Clause:
    """Return the condition that a row has a place and it is not ``near`` (which is unknown nowhere)."""
    sql, parameters = near
    return f't."{GEOMETRY}" IS NOT NULL AND NOT coalesce({sql}, FALSE)', parameters


def _made(shape: BaseGeometry, srid: int, context: Compiling) -> tuple[str, bytes]:
    name = "GeomFromWKB" if context.vendor == "sqlite" else "ST_GeomFromWKB"
    return f"{name}(%s, {int(srid)})", shapely.to_wkb(shape, byte_order=1, output_dimension=2)


def _candidates(bounds: tuple[float, float, float, float], context: Compiling) -> Clause:
    """Rows whose box meets a box in degrees, from the spatial index."""
    context.spatial = True
    west, south, east, north = bounds
    if context.vendor == "sqlite":
        index = f'"idx_{context.layer.table}_{GEOMETRY}"'
        search = f"SELECT pkid FROM {index} WHERE xmax >= %s AND xmin <= %s AND ymax >= %s AND ymin <= %s"
        return f't."{ROW}" IN ({search})', [west, east, south, north]
    box = f"ST_MakeEnvelope(%s, %s, %s, %s, {STORED_SRID})"
    return f't."{GEOMETRY}" && {box}', [west, south, east, north]


def met(function: str, shape: BaseGeometry, context: Compiling) -> Clause:
    """Return the condition that a row stands to a shape, in (lon, lat), as ``function`` says; hits meet its box."""
    found, parameters = _candidates(shape.bounds, context)
    made, data = _made(shape, STORED_SRID, context)
    exact = f't."{GEOMETRY}", {made}'
    holds = f"{function}({exact}) = 1" if context.vendor == "sqlite" else f"{function}({exact})"
    return f"({found} AND {holds})", [*parameters, data]


def near(shape: BaseGeometry, degrees: BaseGeometry, distance_m: float, context: Compiling) -> Clause:
    """Return the condition that a row is within a distance of a shape, given in the city's frame and in degrees."""
    west, south, east, north = degrees.bounds
    reach = distance_m / _M_PER_DEGREE
    widest = min(max(abs(south - reach), abs(north + reach)), 89.0)
    across = reach / math.cos(math.radians(widest))
    found, parameters = _candidates((west - across, south - reach, east + across, north + reach), context)
    made, data = _made(shape, settings.GEOAPP_FRAME_SRID, context)
    moved = f't."{GEOMETRY}"'
    if settings.GEOAPP_FRAME_SRID != STORED_SRID:
        moved = f"ST_Transform({moved}, {settings.GEOAPP_FRAME_SRID})"
    return f"({found} AND ST_Distance({moved}, {made}) <= %s)", [*parameters, data, distance_m]
