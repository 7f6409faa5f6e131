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
from dataclasses import dataclass

import numpy as np
import shapely
from django.utils.translation import gettext as _
from lxml import etree
from pyproj import Transformer
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geoapp.ogc.crs import STORED_SRID, Crs
from geoapp.ogc.wfs import axes, names
from geoapp.ogc.wfs.faults import INVALID, UNSUPPORTED, refuse
from geoapp.ogc.wfs.xmlsafe import attributes, children, content, local

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_SPLIT = re.compile(r"[\s,]+")
_STEP_M = 250.0
_MOST_STEPS = 20_000
Points = list[tuple[float, float]]


@dataclass
class Budget:
    """What one request may still ask: operators and operands, vertices."""

    nodes: int = names.MAX_NODES
    vertices: int = names.MAX_VERTICES

    def spend_node(self, depth: int) -> None:
        """Count one operator. Raises Fault when there are too many or they nest too deep."""
        self.nodes -= 1
        if self.nodes < 0 or depth > names.MAX_DEPTH:
            refuse(INVALID, _("过滤条件过长或嵌套过深"), "FILTER")

    def spend_vertices(self, count: int) -> None:
        """Count vertices. Raises Fault when there are too many."""
        self.vertices -= count
        if self.vertices < 0:
            refuse(INVALID, _("过滤条件中的顶点过多（最多 %d 个）") % names.MAX_VERTICES, "FILTER")


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


def hold_on_earth(shape: BaseGeometry, crs: Crs, locator: str) -> None:
    """Raise Fault when degrees cannot be meant so: latitude and longitude changed places, or no degrees at all.

    A box around the whole world may reach somewhat beyond it.
    """
    west, south, east, north = shape.bounds
    if not crs.geographic:
        return
    if south > 90 or north < -90 or max(abs(west), abs(east)) > 360 or max(abs(south), abs(north)) > 180:
        refuse(INVALID, _("不是经纬度；请核对坐标顺序"), locator)


def carried(shape: BaseGeometry, crs: Crs, srid: int) -> BaseGeometry:
    """Return the shape in another frame (x, y). Raises Fault where a projection does not reach."""
    if crs.srid == srid:
        return shape
    if not crs.geographic and shape.length > 0:
        shape = shapely.segmentize(shape, max(_STEP_M, shape.length / _MOST_STEPS))
    transformer = Transformer.from_crs(crs.srid, srid, always_xy=True)

    def forward(points: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    moved = shapely.transform(shape, forward)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        refuse(INVALID, _("超出坐标系的适用范围"), "srsName")
    return moved


def stored(shape: BaseGeometry, crs: Crs) -> BaseGeometry:
    """Return the shape in (lon, lat) degrees."""
    return carried(shape, crs, STORED_SRID)


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


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Return a box; one without width or height is a line, one without both a point. Raises Fault."""
    if west > east or south > north:
        refuse(INVALID, _("下限大于上限"), "BBOX")
    if west == east and south == north:
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


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
