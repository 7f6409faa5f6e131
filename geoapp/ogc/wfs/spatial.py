"""Spatial operators of FES 2.0 as SQL: the index finds candidates, the database decides exactly.

Distances are measured in the city's frame (metres on the ground of the city); everything else in degrees, as stored.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree

from geoapp.ogc.filtering import places
from geoapp.ogc.filtering.shapes import carried, stored
from geoapp.ogc.sqltext import Clause
from geoapp.ogc.wfs.context import Context
from geoapp.ogc.wfs.faults import INVALID, refuse
from geoapp.ogc.wfs.gmlread import is_geometry, numbers, read_geometry
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
        framed = carried(shape, crs, settings.GEOAPP_FRAME_SRID)
        near = places.near(framed, stored(shape, crs), _distance_m(element), context)
        return places.apart(near) if operator == "Beyond" else near
    shape = stored(shape, crs)
    if operator == "Disjoint":
        return places.apart(places.met("ST_Intersects", shape, context))
    return places.met(OPERATORS[operator], shape, context)


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
