"""GeoJSON as found: UTF-8 or GBK, RFC 7946 or the older form with a crs member.

Read with the json module and not through GDAL: GDAL cannot be told a GeoJSON's encoding, and it drops
members and repairs what the report is to find.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geoapp.core.errors import BadInput
from geoapp.core.geofiles.encoding import read_text
from geoapp.core.geofiles.rows import Row

DEFAULT_CRS = "EPSG:4326"  # RFC 7946 says CRS84: the same degrees, longitude first
_KINDS = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}


def _refuse(message: str, remedy: str, field: str = "file") -> BadInput:
    return BadInput(message, field=field, remedy=remedy)


class GeoJson:
    """A parsed GeoJSON text; ``rows`` are made as they are asked for."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        text, self.encoding = read_text(path, encoding)
        try:
            document = json.loads(text)
        except json.JSONDecodeError as fault:
            raise _refuse(
                f"{path.name} 第 {fault.lineno} 行第 {fault.colno} 列不是有效的 JSON",
                "文件可能不完整，请重新导出",
            ) from None
        except RecursionError:
            raise _refuse(f"{path.name} 的括号嵌套过深", "请重新导出为标准 GeoJSON") from None
        self.features = self._features(document, path.name)
        self.crs = self._crs(document)

    @staticmethod
    def _features(document: Any, name: str) -> list[Any]:
        kind = document.get("type") if isinstance(document, dict) else None
        if kind == "FeatureCollection":
            features = document.get("features")
            if not isinstance(features, list):
                raise _refuse(f"{name} 缺少 features 数组", "请重新导出为 GeoJSON FeatureCollection")
            return features
        if kind == "Feature":
            return [document]
        if kind in _KINDS or kind == "GeometryCollection":
            return [{"type": "Feature", "properties": {}, "geometry": document}]
        if kind == "Topology":
            raise _refuse(f"{name} 是 TopoJSON", "请转成 GeoJSON 再交")
        raise _refuse(
            f"{name} 不是 GeoJSON（没有 FeatureCollection）", "请导出为 GeoJSON、GeoPackage 或 Shapefile"
        )

    @staticmethod
    def _crs(document: Any) -> str:
        crs = document.get("crs") if isinstance(document, dict) else None
        if crs is None:
            return DEFAULT_CRS
        properties = crs.get("properties") if isinstance(crs, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else None
        if not isinstance(name, str) or not name.strip():
            raise _refuse(
                "GeoJSON 的 crs 成员读不出坐标系", "请写成 urn:ogc:def:crs:EPSG::4490，或用 --crs 说明", "crs"
            )
        return name.strip()

    def rows(self) -> Iterator[Row]:
        """Yield the features; raises BadInput at one that is no feature."""
        for index, feature in enumerate(self.features):
            place = f"第 {index + 1} 个要素"
            if not isinstance(feature, dict):
                raise _refuse(f"{place}不是 GeoJSON 对象", "请重新导出", f"features[{index}]")
            properties = feature.get("properties")
            attributes = dict(properties) if isinstance(properties, dict) else {}
            if "id" in feature and "id" not in attributes:
                attributes["id"] = feature["id"]
            kind, coordinates = _geometry(feature.get("geometry"), place)
            yield Row(index, place, attributes, kind, coordinates)


def _geometry(value: Any, place: str) -> tuple[str | None, list[Any]]:
    if value is None:
        return None, []
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "GeometryCollection":
        members = value.get("geometries")
        pairs = [_geometry(member, place) for member in members] if isinstance(members, list) else []
        return kind, [pair for pair in pairs if pair[0] is not None]
    if kind not in _KINDS:
        raise _refuse(f"{place}的几何类型“{kind}”无法识别", "请重新导出为标准 GeoJSON", "geometry")
    coordinates = value.get("coordinates")
    if not isinstance(coordinates, list):
        raise _refuse(f"{place}的几何没有 coordinates", "请重新导出为标准 GeoJSON", "geometry")
    return kind, coordinates
