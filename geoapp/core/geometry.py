"""Geometry at the door: reading what people send, and passing between GEOS of Django and shapely."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from geoapp.core import frame
from geoapp.core.errors import BadInput

MAX_VERTICES = 5000


def to_shapely(geometry: GEOSGeometry | None) -> BaseGeometry | None:
    """Return a Django geometry as shapely, same coordinates."""
    return None if geometry is None else shapely.from_wkb(bytes(geometry.wkb))


def to_geos(geometry: BaseGeometry, srid: int) -> GEOSGeometry:
    """Return a shapely geometry as Django's, marked with ``srid``; coordinates are not changed."""
    return GEOSGeometry(memoryview(shapely.to_wkb(geometry)), srid=srid)


def frame_geos(geometry: BaseGeometry) -> GEOSGeometry:
    """Return a frame geometry for a model field in the city frame."""
    return to_geos(geometry, frame.srid())


def geographic_geos(geometry: BaseGeometry) -> GEOSGeometry:
    """Return the EPSG:4490 twin of a frame geometry for a published table."""
    return to_geos(frame.to_geographic(geometry), frame.GEOGRAPHIC_SRID)


def geographic_wkb_all(stored: Sequence[bytes]) -> list[memoryview]:
    """Return the EPSG:4490 twins of frame geometries as WKB, all in one projection call."""
    if not stored:
        return []
    return [memoryview(wkb) for wkb in shapely.to_wkb(frame.to_geographic(shapely.from_wkb(stored)))]


def multiline(geometry: BaseGeometry) -> BaseGeometry:
    """Return a line or multiline as a MultiLineString."""
    return geometry if geometry.geom_type == "MultiLineString" else shapely.multilinestrings([geometry])


def multipolygon(geometry: BaseGeometry) -> BaseGeometry:
    """Return a polygon or multipolygon as a MultiPolygon."""
    return geometry if geometry.geom_type == "MultiPolygon" else shapely.multipolygons([geometry])


def to_geojson(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """Return a frame geometry as a GeoJSON object in CRS84 (lon, lat), nine decimals."""
    if geometry is None:
        return None
    result: dict[str, Any] = json.loads(shapely.to_geojson(frame.to_geographic(geometry)))
    return result


def _refuse(message: str, remedy: str, field: str) -> BadInput:
    return BadInput(message, field=field, remedy=remedy)


def _positions(value: Any) -> list[Any]:
    if isinstance(value, list) and value and all(isinstance(v, (int, float)) for v in value):
        return [value]
    if isinstance(value, list):
        return [position for part in value for position in _positions(part)]
    return [value]


def _read_object(value: Mapping[str, Any] | str, field: str) -> Mapping[str, Any]:
    if isinstance(value, str):
        if not value.strip():
            raise _refuse(_("还没有画出位置"), _("请在地图上画线，或在坐标框中逐行填写坐标"), field)
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise _refuse(
                _("位置不是有效的 GeoJSON 文本"), _("请重新绘制，或粘贴完整的 GeoJSON"), field
            ) from None
    if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
        raise _refuse(_("位置不是 GeoJSON 几何对象"), _("需要含 type 与 coordinates 的几何对象"), field)
    if "crs" in value:
        raise _refuse(_("位置带有 crs 成员"), _("GeoJSON 一律为经纬度（CRS84，先经后纬），请去掉 crs"), field)
    return value


def _check_positions(positions: list[Any], field: str) -> None:
    if not positions:
        raise _refuse(_("位置为空"), _("请至少画出两个点"), field)
    if len(positions) > MAX_VERTICES:
        raise _refuse(
            _("位置有 %(count)s 个折点，超过上限 %(limit)s")
            % {"count": len(positions), "limit": MAX_VERTICES},
            _("请简化线形，或分段申报"),
            field,
        )
    for position in positions:
        if not isinstance(position, list) or not all(
            isinstance(v, (int, float)) and not isinstance(v, bool) and abs(v) < 1e300 for v in position
        ):
            raise _refuse(_("坐标不是数字"), _("每个点写成 [经度, 纬度]"), field)
        if len(position) > 2:
            raise _refuse(_("位置含高程（三维坐标）"), _("请只保留平面坐标：经度、纬度"), field)
        if len(position) < 2:
            raise _refuse(_("坐标缺少经度或纬度"), _("每个点写成 [经度, 纬度]"), field)
        lon, lat = position
        if abs(lon) > 180 or abs(lat) > 90:
            raise _refuse(
                _("坐标 (%(lon).3f, %(lat).3f) 不是经纬度") % {"lon": lon, "lat": lat},
                _("可能用了投影坐标：请改用经纬度，或选对坐标系"),
                field,
            )


def read_geometry(
    value: Mapping[str, Any] | str,
    *,
    types: tuple[str, ...] = ("LineString", "MultiLineString"),
    within: BaseGeometry | None = None,
    field: str = "geometry",
) -> BaseGeometry:
    """Read GeoJSON (CRS84 lon/lat, two dimensions) into the city frame in whole millimetres.

    ``within`` is the city's outline in the frame. Raises BadInput naming what is wrong and how to mend it:
    not JSON, wrong type, empty, three-dimensional, not degrees, outside the city, too many vertices, unclosed
    ring, self-crossing, zero length.
    """
    raw = _read_object(value, field)
    if raw["type"] not in types:
        raise _refuse(
            _("几何类型是 %(type)s") % {"type": raw["type"]},
            _("这里需要 %(types)s") % {"types": _(" 或 ").join(types)},
            field,
        )
    _check_positions(_positions(raw.get("coordinates")), field)
    _check_rings(raw, field)
    try:
        geometry = shapely.from_geojson(json.dumps({"type": raw["type"], "coordinates": raw["coordinates"]}))
    except (shapely.errors.GEOSException, ValueError, TypeError):
        raise _refuse(_("位置的坐标结构不完整"), _("线至少两个点，面至少四个点且首尾相同"), field) from None
    result = frame.to_frame(geometry)
    _check_shape(result, field)
    if within is not None and not within.covers(result):
        raise _refuse(_("位置超出本市范围"), _("请核对坐标系与位置；跨市道路须会同相邻市办理"), field)
    return result


def _check_rings(raw: Mapping[str, Any], field: str) -> None:
    if "Polygon" not in raw["type"]:
        return
    polygons = [raw["coordinates"]] if raw["type"] == "Polygon" else raw["coordinates"]
    for polygon in polygons:
        for ring in polygon if isinstance(polygon, list) else ():
            if isinstance(ring, list) and ring and ring[0] != ring[-1]:
                raise _refuse(_("面的边界没有闭合"), _("请使最后一个点与第一个点相同"), field)


def _check_shape(geometry: BaseGeometry, field: str) -> None:
    if geometry.is_empty:
        raise _refuse(_("位置为空"), _("请至少画出两个点"), field)
    if geometry.geom_type.endswith("LineString"):
        parts = shapely.get_parts(geometry)
        if any(part.length < 1.0 for part in parts):
            raise _refuse(_("线段过短（不足 1 米）"), _("请检查是否重复点击了同一点"), field)
        for part in parts:
            if not (part.is_simple or part.is_ring):
                raise _refuse(_("线自身相交"), _("请拆成几段，或去掉打圈的折点"), field)
    elif not geometry.is_valid:
        raise _refuse(
            _("面无效：%(reason)s") % {"reason": shapely.is_valid_reason(geometry)},
            _("请检查自相交或重复的边"),
            field,
        )
