"""GeoPackage and Shapefile of a whole layer, written by fiona (GDAL) row by row.

Coordinates are (lon, lat) of EPSG:4490 or (east, north) of a projected system: files hold x before y whatever the
authority says (OGC GeoPackage 1.3, clause 1.1.1.1.1; ESRI Shapefile Technical Description).
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import fiona
from django.utils.translation import gettext as _

from geoapp.core.errors import TooLarge
from geoapp.ogc import reading
from geoapp.ogc.crs import CRS84, Crs
from geoapp.ogc.downloads import streams
from geoapp.ogc.layers import IDENT, Layer
from geoapp.ogc.query import Query

_TYPES = {"text": "str", "integer": "int", "number": "float", "date": "date", "boolean": "bool"}
_DBF_TYPES = {
    "text": "str:254",
    "integer": "int:10",
    "number": "float:19.3",
    "date": "date",
    "boolean": "int:1",
}
_DBF_BYTES = {"text": 254, "integer": 10, "number": 19, "date": 8, "boolean": 1}
_DBF_LONGEST = 254
_DBF_LARGEST = 2**31 - 1
_DBF_NAMES = {
    "pinyin_sign": "pinyin_sgn",
    "case_number": "case_no",
    "approved_on": "approved",
    "parent_code": "parent",
}
"""Names that do not fit the ten bytes of a DBF."""


@dataclass
class Cuts:
    """Texts that a DBF could not hold whole: how many, in which columns."""

    count: int = 0
    columns: set[str] = field(default_factory=set)


def _file_crs(crs: Crs) -> Crs:
    """Return the system with x before y."""
    return replace(crs, north_first=False, decimals=max(crs.decimals, 4))


def _shape(layer: Layer) -> str:
    return "Unknown" if layer.shape == "Geometry" else layer.shape


def _records(query: Query) -> Iterator[dict[str, Any]]:
    for texts in streams.features(query):
        for text in texts:
            yield json.loads(text)


def _code(crs: Crs) -> str:
    """Return how GDAL names the system; CRS84 is written as EPSG:4490: the same degrees, x before y."""
    return f"EPSG:{4490 if crs is CRS84 else crs.uri.rsplit('/', 1)[-1]}"


def geopackage(query: Query, path: Path) -> None:
    """Write a GeoPackage with one layer. Raises DatabaseError, FionaError."""
    layer, crs = query.layer, _file_crs(query.crs)
    properties = [(IDENT, "str"), *((c.name, _TYPES[c.kind]) for c in layer.columns)]
    with fiona.open(
        path,
        "w",
        driver="GPKG",
        layer=layer.id,
        crs=_code(query.crs),
        schema={"geometry": _shape(layer), "properties": properties},
        layer_options={"IDENTIFIER": layer.title.zh, "DESCRIPTION": layer.description.zh, "FID": "fid"},
    ) as target:
        for feature in _records(replace(query, crs=crs)):
            target.write(
                {
                    "geometry": feature["geometry"],
                    "properties": {IDENT: feature["id"], **feature["properties"]},
                }
            )


def shapefile(query: Query, folder: Path) -> tuple[list[Path], Cuts]:
    """Write a Shapefile (UTF-8, with .cpg) into a folder. Return its files and which texts were cut.

    Raises TooLarge when its table would pass the two gigabytes of a DBF.
    """
    layer, crs = query.layer, _file_crs(query.crs)
    count = reading.count(query)
    width = 1 + 36 + sum(_DBF_BYTES[c.kind] for c in layer.columns)
    if count * width > _DBF_LARGEST:
        raise TooLarge(
            _("%(count)s 个要素放不进 Shapefile（属性表不能超过 2 GB）") % {"count": count},
            field="format",
            remedy=_("请改用 GeoPackage，或用 bbox 缩小范围"),
        )
    cuts = Cuts()
    columns = {c.name: _DBF_NAMES.get(c.name, c.name)[:10] for c in layer.columns}
    kinds = {c.name: c.kind for c in layer.columns}
    properties = [(IDENT, "str:36"), *((columns[c.name], _DBF_TYPES[c.kind]) for c in layer.columns)]
    with fiona.open(
        folder / f"{layer.id}.shp",
        "w",
        driver="ESRI Shapefile",
        crs=_code(query.crs),
        encoding="UTF-8",
        schema={"geometry": _shape(layer), "properties": properties},
    ) as target:
        for feature in _records(replace(query, crs=crs)):
            values = {IDENT: feature["id"]}
            for name, value in feature["properties"].items():
                values[columns[name]] = _fitting(value, kinds[name], name, cuts)
            target.write({"geometry": feature["geometry"], "properties": values})
    return sorted(folder.glob(f"{layer.id}.*")), cuts


def _fitting(value: Any, kind: str, name: str, cuts: Cuts) -> Any:
    if kind == "boolean":
        return int(value)
    if kind == "text" and value is not None and len(value.encode()) > _DBF_LONGEST:
        cuts.count += 1
        cuts.columns.add(name)
        return value.encode()[:_DBF_LONGEST].decode(errors="ignore")
    return value


def zipped(query: Query, folder: Path, notes: str) -> Path:
    """Write a Shapefile and a text that says what it is into a ZIP; return its path."""
    files, cuts = shapefile(query, folder)
    names = "\n".join(
        f"{_DBF_NAMES.get(c.name, c.name)[:10]}\t{c.name}\t{c.title.zh}\t{c.title.en}"
        for c in query.layer.columns
    )
    lines = [notes, "", names]
    if cuts.count:
        lines.append(
            _("有 %(count)s 个过长的文字被截短，列：%(columns)s；完整内容请用 GeoPackage 或 GeoJSON")
            % {"count": cuts.count, "columns": " ".join(sorted(cuts.columns))}
        )
    path = folder / "download.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
        archive.writestr("README.txt", "\ufeff" + "\n".join(lines) + "\n")
    return path
