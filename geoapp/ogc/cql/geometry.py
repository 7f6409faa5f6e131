"""Literal geometries of a CQL2 filter as shapes in (lon, lat), and the spatial functions on them.

The order of coordinates is that of ``filter-crs``: CRS84 longitude first, an EPSG code the order of its authority.
"""

from __future__ import annotations

import math
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from geoapp.ogc.cql.nodes import Call, Geometry, Node, Property, refuse
from geoapp.ogc.cql.scope import Scope, located
from geoapp.ogc.filtering import places
from geoapp.ogc.filtering.logic import Piece, joined, single
from geoapp.ogc.filtering.shapes import box, hold_on_earth, stored
from geoapp.ogc.layers import GEOMETRY
from geoapp.ogc.sqltext import Clause

_FUNCTIONS = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_touches": "ST_Touches",
    "s_crosses": "ST_Crosses",
    "s_within": "ST_Within",
    "s_contains": "ST_Contains",
    "s_overlaps": "ST_Overlaps",
    "s_disjoint": "ST_Disjoint",
}
_TURNED = {"s_within": "s_contains", "s_contains": "s_within"}
Points = list[tuple[float, float]]


def spatial(node: Call, scope: Scope, *, negated: bool) -> Piece:
    """Return a spatial function. Raises BadRequest."""
    op = node.op
    if len(node.args) != 2:
        refuse(node.at, _("%(op)s 须有 %(count)d 个操作数") % {"op": op.upper(), "count": 2})
    left, right = (_operand(part, scope) for part in node.args)
    if left is None and right is None:
        column = f't."{GEOMETRY}"'
        holds = f"{_FUNCTIONS[op]}({column}, {column})"
        clause: Clause = (f"{holds} = 1" if scope.vendor == "sqlite" else holds, [])
        return single(clause, negated=negated, unknown_is_false=False)
    if left is not None and right is not None:
        return Piece("1 = 1" if _holds(op, left, right, node) != negated else "1 = 0", [])
    if left is not None:
        op = _TURNED.get(op, op)
    shape = right if left is None else left
    assert shape is not None
    if op == "s_disjoint":
        op, negated = "s_intersects", not negated
    met = _met(op, shape, node, scope)
    return Piece(f"({sql_of(places.apart(met))})", met[1]) if negated else Piece(met[0], met[1])


def sql_of(clause: Clause) -> str:
    """Return the SQL of a clause."""
    return clause[0]


def _met(op: str, shape: BaseGeometry, node: Call, scope: Scope) -> Clause:
    if shape.geom_type != "GeometryCollection":
        return places.met(_FUNCTIONS[op], shape, scope)
    if op != "s_intersects":
        _mixed(node)
    parts = [places.met(_FUNCTIONS[op], part, scope) for part in shapely.get_parts(shape)]
    whole = joined([Piece(sql, parameters) for sql, parameters in parts], False)
    return whole.sql, whole.parameters


def _mixed(node: Call) -> None:
    refuse(
        node.at,
        _("%s 不能用于由不同种类组成的 GEOMETRYCOLLECTION") % node.op.upper(),
        _("请用 MULTIPOINT、MULTILINESTRING 或 MULTIPOLYGON，或改用 S_INTERSECTS"),
    )


def _holds(op: str, left: BaseGeometry, right: BaseGeometry, node: Call) -> bool:
    if "GeometryCollection" in {left.geom_type, right.geom_type} and op not in {"s_intersects", "s_disjoint"}:
        _mixed(node)
    if op in {"s_intersects", "s_disjoint"}:
        met = any(a.intersects(b) for a in shapely.get_parts(left) for b in shapely.get_parts(right))
        return met == (op == "s_intersects")
    return bool(getattr(shapely, op.removeprefix("s_"))(left, right))


def _operand(node: Node, scope: Scope) -> BaseGeometry | None:
    """Return a literal's shape; None for the geometry of the row."""
    if isinstance(node, Geometry):
        return shape_of(node, scope)
    if isinstance(node, Property):
        if scope.field(node).kind != "geometry":
            refuse(node.at, _("这里应为几何属性 %s") % GEOMETRY)
        return None
    refuse(node.at, _("这里应为几何属性或几何"), _("例如 S_INTERSECTS(geom, POINT(113.1 23.0))"))


def shape_of(node: Geometry, scope: Scope) -> BaseGeometry:
    """Return a literal in (lon, lat) degrees. Raises BadRequest on what is no geometry, or not of this earth."""
    try:
        shape = _read(node, scope)
    except (GEOSException, ValueError, TypeError):
        refuse(node.at, _("几何无法识别"), _("请核对括号和坐标的个数"))
    if shape.is_empty:
        refuse(node.at, _("几何没有坐标"))
    if not shape.is_valid:
        refuse(node.at, _("几何无效：%s") % shapely.is_valid_reason(shape)[:100], _("请核对环是否自交"))
    with located(node.at):
        hold_on_earth(shape, scope.crs, "filter-crs")
        return stored(shape, scope.crs)


def _read(node: Geometry, scope: Scope) -> BaseGeometry:
    kind, found = node.kind, node.coordinates
    if kind == "BBox":
        return _box(node, scope)
    if kind == "GeometryCollection":
        return _collection(node, scope)
    if kind == "Point":
        return shapely.Point(_points([found], node, scope)[0])
    if kind == "LineString":
        return _line(found, node, scope)
    if kind == "Polygon":
        return _polygon(found, node, scope)
    if not isinstance(found, list) or not found:
        raise ValueError(kind)
    if kind == "MultiPoint":
        return shapely.MultiPoint(_points(found, node, scope))
    if kind == "MultiLineString":
        return shapely.MultiLineString([_line(part, node, scope) for part in found])
    return shapely.MultiPolygon([_polygon(part, node, scope) for part in found])


def _collection(node: Geometry, scope: Scope) -> BaseGeometry:
    if not node.coordinates or not all(isinstance(part, Geometry) for part in node.coordinates):
        raise ValueError(node.kind)
    parts = [single for part in node.coordinates for single in shapely.get_parts(_read(part, scope))]
    for part in parts:
        if not part.is_valid:
            refuse(node.at, _("几何无效：%s") % shapely.is_valid_reason(part)[:100], _("请核对环是否自交"))
    if len({part.geom_type for part in parts}) == 1:
        return shapely.union_all(parts)
    return shapely.GeometryCollection(parts)


def _points(found: Any, node: Geometry, scope: Scope) -> Points:
    if not isinstance(found, list) or not found:
        raise ValueError(node.kind)
    with located(node.at):
        scope.budget.spend_vertices(len(found))
    points: Points = []
    for position in found:
        if not isinstance(position, list) or len(position) not in {2, 3}:
            raise ValueError(node.kind)
        for number in position:
            if isinstance(number, bool) or not isinstance(number, (int, float)):
                raise ValueError(node.kind)
            if abs(number) > 1e15 or not math.isfinite(number):
                refuse(node.at, _("数字过大"), _("请核对坐标"))
        first, second = float(position[0]), float(position[1])
        points.append((second, first) if scope.crs.north_first else (first, second))
    return points


def _line(found: Any, node: Geometry, scope: Scope) -> BaseGeometry:
    points = _points(found, node, scope)
    if len(points) < 2 or len(set(points)) == 1:
        refuse(node.at, _("线至少须有两个坐标"))
    return shapely.LineString(points)


def _polygon(found: Any, node: Geometry, scope: Scope) -> BaseGeometry:
    if not isinstance(found, list) or not found:
        raise ValueError(node.kind)
    rings = [_points(ring, node, scope) for ring in found]
    for ring in rings:
        if len(ring) < 4 or ring[0] != ring[-1]:
            refuse(node.at, _("环没有闭合"), _("每个环的最后一个坐标须与第一个相同"))
    return shapely.Polygon(rings[0], rings[1:])


def _box(node: Geometry, scope: Scope) -> BaseGeometry:
    found = node.coordinates
    if not isinstance(found, list) or len(found) not in {4, 6}:
        refuse(node.at, _("须为 4 个或 6 个数"), _("例如 BBOX(112.9,22.8,113.3,23.2)"))
    half = len(found) // 2
    (west, south), (east, north) = _points([found[:half], found[half:]], node, scope)
    with located(node.at):
        if west > east and scope.crs.geographic:  # across the antimeridian
            return shapely.union_all([box(west, south, 180.0, north), box(-180.0, south, east, north)])
        return box(west, south, east, north)
