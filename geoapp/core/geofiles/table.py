"""CSV: lists of codes, with or without a geometry as WKT or longitude and latitude."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping

from geoapp.core.errors import BadInput
from geoapp.core.geofiles.encoding import read_text
from geoapp.core.geofiles.rows import Limits, Row

_WKT = ("wkt", "geom", "geometry", "the_geom", "几何", "图形", "边界")
_LON = ("lon", "lng", "long", "longitude", "经度")
_LAT = ("lat", "latitude", "纬度")
_SRID = re.compile(r"^\s*SRID\s*=\s*(\d+)\s*;", re.I)
_WKT_START = re.compile(
    r"^\s*(SRID\s*=\s*\d+\s*;\s*)?(MULTI)?(POINT|LINESTRING|POLYGON)|^\s*GEOMETRYCOLLECTION", re.I
)


def _refuse(message: str, remedy: str, field: str = "file") -> BadInput:
    return BadInput(message, field=field, remedy=remedy)


class Table:
    """A CSV with its header read; ``rows`` are parsed as they are asked for."""

    def __init__(self, path: Path, encoding: str | None, limits: Limits) -> None:
        self.name, self.limits = path.name, limits
        self.text, self.encoding = read_text(path, encoding)
        if "\0" in self.text:
            raise _refuse(f"{path.name} 含空字符，不是文本表格", "请另存为 CSV（UTF-8）")
        head = self.text.split("\n", 1)[0][: 64 * 1024]
        self.delimiter = max(",\t;|", key=head.count)
        csv.field_size_limit(limits.value_chars)
        lines = self._lines()
        self.header = [title.strip() for title in next(lines, (0, []))[1]]
        if not any(self.header):
            raise _refuse(f"{path.name} 没有表头", "第一行请写各列的名称，如 code,name")
        if len(self.header) > limits.columns:
            raise _refuse(
                f"{path.name} 有 {len(self.header)} 列，超过上限 {limits.columns}", "请只保留需要的列"
            )
        twice = {title for title in self.header if title and self.header.count(title) > 1}
        if twice:
            raise _refuse(f"表头有重复的列名：{'、'.join(sorted(twice))}", "请改名后再交", "header")
        folded = [title.casefold() for title in self.header]
        first = next(lines, (0, []))[1]
        self.wkt = next((folded.index(title) for title in _WKT if title in folded), None)
        if self.wkt is None:
            self.wkt = next((i for i, value in enumerate(first) if _WKT_START.match(value)), None)
        self.lon = next((folded.index(title) for title in _LON if title in folded), None)
        self.lat = next((folded.index(title) for title in _LAT if title in folded), None)
        self.crs: str | None = None
        if self.wkt is not None and self.wkt < len(first) and (tag := _SRID.match(first[self.wkt])):
            self.crs = f"EPSG:{tag[1]}"
        elif self.wkt is None and self.lon is not None and self.lat is not None:
            self.crs = "EPSG:4326"

    @property
    def has_geometry(self) -> bool:
        """Whether a column of geometry was recognised."""
        return self.wkt is not None or (self.lon is not None and self.lat is not None)

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        try:
            for line in reader:
                if len(line) > 10 * self.limits.columns:
                    raise _refuse(f"第 {reader.line_num} 行有 {len(line)} 列", "请检查分隔符与引号")
                if any(value.strip() for value in line):
                    yield reader.line_num, line
        except csv.Error as fault:
            raise _refuse(
                f"{self.name} 第 {reader.line_num} 行读不出来（{fault}）", "请检查引号是否成对"
            ) from None

    def rows(self) -> Iterator[Row]:
        """Yield the rows; raises BadInput at a row with too many values or a geometry that cannot be read."""
        lines = self._lines()
        next(lines)
        for index, (number, line) in enumerate(lines):
            place = f"第 {number} 行"
            if len(line) > len(self.header) and any(value.strip() for value in line[len(self.header) :]):
                raise _refuse(
                    f"{place}有 {len(line)} 个值，表头只有 {len(self.header)} 列", "请给含逗号的值加引号"
                )
            values = line + [""] * (len(self.header) - len(line))
            skip = {self.wkt} if self.has_geometry else set()
            attributes: dict[str, Any] = {
                title: value
                for i, (title, value) in enumerate(zip(self.header, values, strict=False))
                if i not in skip
            }
            kind, coordinates = self._geometry(values, place)
            yield Row(index, place, attributes, kind, coordinates)

    def _geometry(self, values: list[str], place: str) -> tuple[str | None, Any]:
        if self.wkt is not None:
            text = _SRID.sub("", values[self.wkt]).strip()
            if not text:
                return None, ()
            try:
                geometry = shapely.from_wkt(text)
            except (shapely.errors.GEOSException, ValueError):
                raise _refuse(
                    f"{place}的几何不是有效的 WKT", "写成 POLYGON((x y, …))，首尾点相同", "geometry"
                ) from None
            if geometry.is_empty:
                return None, ()
            shape = mapping(geometry)
            if shape["type"] == "GeometryCollection":
                return shape["type"], [(m["type"], m["coordinates"]) for m in shape["geometries"]]
            return shape["type"], shape["coordinates"]
        if self.lon is None or self.lat is None or not (values[self.lon].strip() or values[self.lat].strip()):
            return None, ()
        try:
            return "Point", (float(values[self.lon]), float(values[self.lat]))
        except ValueError:
            raise _refuse(f"{place}的经纬度不是数字", "请写成十进制度，如 113.1224", "geometry") from None
