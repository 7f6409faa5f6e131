"""GML operands of a filter as shapes, in (lon, lat) degrees of the stored frame.

Read are Point, LineString, Curve of line segments, LinearRing, Polygon, Surface of polygon patches, Envelope and
their Multi* forms, of GML 3.2 and the spellings of 3.1. A geometry without srsName takes that of the one around it,
else the default. Edges in a projected frame are divided before they are carried over, so that they stay where they
are to the millimetre.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import shapely
from django.utils.translation import gettext as _
from lxml import etree
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geoapp.ogc.crs import Crs
from geoapp.ogc.filtering.budget import Budget
from geoapp.ogc.filtering.shapes import box, hold_on_earth
from geoapp.ogc.wfs import axes
from geoapp.ogc.wfs.faults import INVALID, UNSUPPORTED, refuse
from geoapp.ogc.wfs.xmlsafe import attributes, children, content, local

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_SPLIT = re.compile(r"[\s,]+")
Points = list[tuple[float, float]]


def read_geometry(element: etree._Element, budget: Budget) -> tuple[BaseGeometry, Crs]:
    """Return the shape in its own frame as (x, y), and that frame. Raises Fault on what is no geometry."""
    crs = axes.read(attributes(element).get("srsName"))
    try:
        shape = _read(element, crs, budget)
    except (GEOSException, ValueError):
        refuse(INVALID, _("几何无法识别"), local(element))
    if shape.is_empty:
        refuse(INVALID, _("几何没有坐标"), local(element))
    hold_on_earth(shape, crs, local(element))
    if not shape.is_valid:
        refuse(INVALID, _("几何无效：%s") % shapely.is_valid_reason(shape)[:100], local(element))
    return shape, crs


def numbers(text: str, locator: str) -> list[float]:
    """Return the finite numbers of a text. Raises Fault."""
    parts = [p for p in _SPLIT.split(text.strip()) if p]
    if not all(_NUMBER.fullmatch(p) for p in parts):
        refuse(INVALID, _("含有不是数字的值"), locator)
    found = [float(p) for p in parts]
    if not all(math.isfinite(n) for n in found):
        refuse(INVALID, _("含有不是数字的值"), locator)
    return found


def _pairs(element: etree._Element, crs: Crs, budget: Budget) -> Points:
    dimension = attributes(element).get("srsDimension", "2")
    if dimension not in {"2", "3"}:
        refuse(INVALID, _("坐标须为二维"), "srsDimension")
    size = int(dimension)
    budget.hold_text(len(content(element)))
    found = numbers(content(element), local(element))
    if not found or len(found) % size:
        refuse(INVALID, _("坐标个数不成对"), local(element))
    budget.spend_vertices(len(found) // size)
    points = [(found[n], found[n + 1]) for n in range(0, len(found), size)]
    return [(b, a) for a, b in points] if crs.north_first else points


def _points(element: etree._Element, crs: Crs, budget: Budget) -> Points:
    """Return the positions right below an element."""
    found: Points = []
    for child in children(element):
        kind = local(child)
        if kind in {"posList", "pos", "coordinates"}:
            found += _pairs(child, crs, budget)
        elif kind == "pointProperty":
            for point in children(child, "Point"):
                found += _points(point, _own(point, crs), budget)
    return found


def _own(element: etree._Element, crs: Crs) -> Crs:
    """Return the frame of a part; it may not differ from that of the whole."""
    name = attributes(element).get("srsName")
    if name and axes.read(name) != crs:
        refuse(INVALID, _("一个几何的各部分须用同一坐标系"), "srsName")
    return crs


def _line_points(element: etree._Element, crs: Crs, budget: Budget) -> Points:
    kind = local(element)
    if kind in {"LineString", "LineStringSegment", "LinearRing"}:
        return _points(element, crs, budget)
    found: Points = []
    if kind == "Curve":
        parts = [p for holder in children(element, "segments") for p in children(holder)]
    elif kind == "Ring":
        parts = [p for holder in children(element, "curveMember") for p in children(holder)]
    else:
        refuse(UNSUPPORTED, _("不支持这种几何：%s") % kind[:60], kind)
    for part in parts:
        points = _line_points(part, _own(part, crs), budget)
        found += points[1:] if found and points and found[-1] == points[0] else points
    return found


def _ring(holder: etree._Element, crs: Crs, budget: Budget) -> Points:
    rings = children(holder)
    if len(rings) != 1 or local(rings[0]) not in {"LinearRing", "Ring"}:
        refuse(INVALID, _("面的边界须为一个闭合环"), local(holder))
    points = _line_points(rings[0], _own(rings[0], crs), budget)
    if len(points) < 4 or points[0] != points[-1]:
        refuse(INVALID, _("环没有闭合"), local(rings[0]))
    return points


def _polygon(element: etree._Element, crs: Crs, budget: Budget) -> BaseGeometry:
    outer = children(element, "exterior", "outerBoundaryIs")
    if len(outer) != 1:
        refuse(INVALID, _("面须有一个外环"), local(element))
    holes = [_ring(h, crs, budget) for h in children(element, "interior", "innerBoundaryIs")]
    return shapely.Polygon(_ring(outer[0], crs, budget), holes)


def _surface(element: etree._Element, crs: Crs, budget: Budget) -> BaseGeometry:
    patches = [p for holder in children(element, "patches") for p in children(holder)]
    if not patches or any(local(p) != "PolygonPatch" for p in patches):
        refuse(UNSUPPORTED, _("不支持这种几何：%s") % "Surface", "Surface")
    return shapely.union_all([_polygon(p, crs, budget) for p in patches])


def _envelope(element: etree._Element, crs: Crs, budget: Budget) -> BaseGeometry:
    corners: Points = []
    for name in ("lowerCorner", "upperCorner"):
        for corner in children(element, name):
            corners += _pairs(corner, crs, budget)
    corners = corners or _points(element, crs, budget)
    if len(corners) != 2:
        refuse(INVALID, _("外包框须有两个角点"), local(element))
    return box(*corners[0], *corners[1])


def _point(element: etree._Element, crs: Crs, budget: Budget) -> BaseGeometry:
    points = _points(element, crs, budget)
    if len(points) != 1:
        refuse(INVALID, _("点须有一个坐标"), "Point")
    return shapely.Point(points[0])


def _line(element: etree._Element, crs: Crs, budget: Budget) -> BaseGeometry:
    points = _line_points(element, crs, budget)
    if len(points) < 2:
        refuse(INVALID, _("线至少须有两个坐标"), local(element))
    if len(set(points)) == 1:  # what is left of a short line after rounding
        return shapely.Point(points[0])
    return shapely.LineString(points)


_MEMBERS = (
    "pointMember",
    "pointMembers",
    "curveMember",
    "curveMembers",
    "lineStringMember",
    "surfaceMember",
    "surfaceMembers",
    "polygonMember",
)


def _many(element: etree._Element, crs: Crs, budget: Budget) -> BaseGeometry:
    parts = [p for holder in children(element, *_MEMBERS) for p in children(holder)]
    shapes = [_read(part, _own(part, crs), budget) for part in parts]
    kinds = {shape.geom_type.removeprefix("Multi") for shape in shapes}
    if len(kinds) != 1:
        refuse(INVALID, _("多部分几何须由同一类几何组成"), local(element))
    singles = [single for shape in shapes for single in shapely.get_parts(shape)]
    makers = {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
    return makers[kinds.pop()](singles)


_READERS: dict[str, Callable[[etree._Element, Crs, Budget], BaseGeometry]] = {
    "Point": _point,
    "LineString": _line,
    "LinearRing": _line,
    "Curve": _line,
    "Polygon": _polygon,
    "Surface": _surface,
    "Envelope": _envelope,
    "Box": _envelope,
    "MultiPoint": _many,
    "MultiCurve": _many,
    "MultiLineString": _many,
    "MultiSurface": _many,
    "MultiPolygon": _many,
}
OPERANDS = tuple(
    name for name in _READERS if name not in {"Box", "LinearRing", "MultiLineString", "MultiPolygon"}
)


def is_geometry(element: etree._Element) -> bool:
    """Say whether an element is a geometry that can be read, or a kind that cannot but looks like one."""
    return local(element) in _READERS


def _read(element: etree._Element, crs: Crs, budget: Budget) -> BaseGeometry:
    reader = _READERS.get(local(element))
    if reader is None:
        refuse(UNSUPPORTED, _("不支持这种几何：%s") % local(element)[:60], local(element))
    return reader(element, crs, budget)
