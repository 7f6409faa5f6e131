"""Spatial operators of FES 2.0 as SQL: the index finds candidates, the database decides exactly.

Distances are measured in the city's frame (metres on the ground of the city); everything else in degrees, as stored.
"""

from __future__ import annotations

import math

import shapely
from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree
from shapely.geometry.base import BaseGeometry

from geoapp.ogc.crs import STORED_SRID
from geoapp.ogc.layers import GEOMETRY, ROW
from geoapp.ogc.sqltext import Clause
from geoapp.ogc.wfs.context import Context
from geoapp.ogc.wfs.faults import INVALID, refuse
from geoapp.ogc.wfs.gmlread import carried, is_geometry, numbers, read_geometry, stored
from geoapp.ogc.wfs.xmlsafe import attributes, children, content, local

# Operator: the SQL function, and whether a hit always meets the operand's box.
OPERATORS = {
    "BBOX": "ST_Intersects",
    "Intersects": "ST_Intersects",
    "Within": "ST_Within",
    "Contains": "ST_Contains",
    "Equals": "ST_Equals",
    "Touches": "ST_Touches",
    "Crosses": "ST_Crosses",
    "Overlaps": "ST_Overlaps",
    "Disjoint": "",
    "DWithin": "",
    "Beyond": "",
}
_UNITS = {
    "": 1.0,
    "m": 1.0,
    "metre": 1.0,
    "meter": 1.0,
    "metres": 1.0,
    "meters": 1.0,
    "urn:ogc:def:uom:epsg::9001": 1.0,
    "urn:ogc:def:uom:ucum::m": 1.0,
    "km": 1000.0,
    "kilometre": 1000.0,
    "kilometer": 1000.0,
    "kilometres": 1000.0,
    "kilometers": 1000.0,
    "ft": 0.3048,
    "[mi_i]": 1609.344,
    "mi": 1609.344,
}
_MOST_M = 1e7
_M_PER_DEGREE = 100_000.0  # less than the least of them, so that a search is never too narrow


def clause(element: etree._Element, context: Context, depth: int) -> Clause:
    """Return a spatial operator as a condition on rows of ``t``. Raises Fault."""
    context.budget.spend_node(depth)
    operator = local(element)
    parts = children(element)
    references = [p for p in parts if local(p) in {"ValueReference", "PropertyName"}]
    operands = [p for p in parts if p not in references and local(p) != "Distance"]
    for reference in references:
        context.budget.spend_node(depth)
        if content(reference).strip() and context.field(content(reference)).kind != "geometry":
            refuse(INVALID, _("%s 须用于几何属性") % operator, "ValueReference")
    if len(operands) == 1 and local(operands[0]) == "Literal":
        operands = children(operands[0])
    if len(references) > 1 or len(operands) != 1:
        refuse(INVALID, _("%s 须为一个几何属性与一个几何") % operator, operator)
    if not is_geometry(operands[0]) and local(operands[0]) in {"Function", "Literal"}:
        refuse(INVALID, _("%s 须为一个几何属性与一个几何") % operator, operator)
    shape, crs = read_geometry(operands[0], context.budget)
    if operator in {"DWithin", "Beyond"}:
        near = _near(carried(shape, crs, settings.GEOAPP_FRAME_SRID), stored(shape, crs), element, context)
        return _apart(near) if operator == "Beyond" else near
    shape = stored(shape, crs)
    if operator == "Disjoint":
        return _apart(_met("ST_Intersects", shape, context))
    return _met(OPERATORS[operator], shape, context)


def meets(shape: BaseGeometry, context: Context) -> Clause:
    """Return the condition that a row meets a shape given in (lon, lat)."""
    return _met("ST_Intersects", shape, context)


def _apart(near: Clause) -> Clause:
    sql, parameters = near
    return f't."{GEOMETRY}" IS NOT NULL AND NOT coalesce({sql}, FALSE)', parameters


def _made(shape: BaseGeometry, srid: int, context: Context) -> tuple[str, bytes]:
    name = "GeomFromWKB" if context.vendor == "sqlite" else "ST_GeomFromWKB"
    return f"{name}(%s, {int(srid)})", shapely.to_wkb(shape, byte_order=1, output_dimension=2)


def _candidates(bounds: tuple[float, float, float, float], context: Context) -> Clause:
    """Rows whose box meets a box in degrees, from the spatial index."""
    context.spatial = True
    west, south, east, north = bounds
    if context.vendor == "sqlite":
        index = f'"idx_{context.layer.table}_{GEOMETRY}"'
        search = f"SELECT pkid FROM {index} WHERE xmax >= %s AND xmin <= %s AND ymax >= %s AND ymin <= %s"
        return f't."{ROW}" IN ({search})', [west, east, south, north]
    box = f"ST_MakeEnvelope(%s, %s, %s, %s, {STORED_SRID})"
    return f't."{GEOMETRY}" && {box}', [west, south, east, north]


def _met(function: str, shape: BaseGeometry, context: Context) -> Clause:
    found, parameters = _candidates(shape.bounds, context)
    made, data = _made(shape, STORED_SRID, context)
    exact = f't."{GEOMETRY}", {made}'
    holds = f"{function}({exact}) = 1" if context.vendor == "sqlite" else f"{function}({exact})"
    return f"({found} AND {holds})", [*parameters, data]


def _near(shape: BaseGeometry, degrees: BaseGeometry, element: etree._Element, context: Context) -> Clause:
    distance = _distance_m(element)
    west, south, east, north = degrees.bounds
    reach = distance / _M_PER_DEGREE
    widest = min(max(abs(south - reach), abs(north + reach)), 89.0)
    across = reach / math.cos(math.radians(widest))
    found, parameters = _candidates((west - across, south - reach, east + across, north + reach), context)
    made, data = _made(shape, settings.GEOAPP_FRAME_SRID, context)
    moved = f't."{GEOMETRY}"'
    if settings.GEOAPP_FRAME_SRID != STORED_SRID:
        moved = f"ST_Transform({moved}, {settings.GEOAPP_FRAME_SRID})"
    return f"({found} AND ST_Distance({moved}, {made}) <= %s)", [*parameters, data, distance]


def _distance_m(element: etree._Element) -> float:
    found = children(element, "Distance")
    values = numbers(content(found[0]), "Distance") if len(found) == 1 else []
    unit = attributes(found[0]).get("uom", attributes(found[0]).get("units", "")) if found else ""
    if len(values) != 1 or values[0] < 0:
        refuse(INVALID, _("须有一个不小于零的距离"), "Distance")
    if unit.strip().lower() not in _UNITS:
        refuse(INVALID, _("不认识这个长度单位；可用 m、km"), "uom")
    distance = values[0] * _UNITS[unit.strip().lower()]
    if distance > _MOST_M:
        refuse(INVALID, _("距离过大"), "Distance")
    return distance
