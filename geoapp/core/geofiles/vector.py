"""Shapefile and GeoPackage through fiona (GDAL)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fiona
from fiona.errors import FionaError

from geoapp.core.errors import BadInput
from geoapp.core.geofiles.encoding import dbf_encoding
from geoapp.core.geofiles.rows import Row

_SQLITE = b"SQLite format 3\0"
_GPKG_IDS = {b"GPKG", b"GP10", b"GP11"}


def _refuse(message: str, remedy: str, field: str = "file") -> BadInput:
    return BadInput(message, field=field, remedy=remedy)


def _member(value: Any) -> tuple[str, Any]:
    if value.type == "GeometryCollection":
        return value.type, [_member(part) for part in value.geometries]
    return value.type, value.coordinates


def _sibling(shp: Path, suffix: str) -> Path | None:
    return next(
        (
            p
            for p in shp.parent.iterdir()
            if p.stem == shp.stem and p.suffix.lower() == suffix and p.is_file()
        ),
        None,
    )


class Vector:
    """One layer read by fiona; ``rows`` opens it anew each time and streams."""

    def __init__(self, path: Path, layer: str | None, encoding: str | None, text: str | None) -> None:
        self.path, self.layer = path, layer
        self._open_as = encoding  # what GDAL is told
        self._text = text  # what the bytes of a DBF really are
        self.encoding = text or "utf-8"
        with self._collection() as source:
            self.crs = source.crs_wkt or None
            self.count = len(source)

    def _collection(self) -> Any:
        options: dict[str, Any] = {"layer": self.layer} if self.layer else {}
        if self._open_as:
            options["encoding"] = self._open_as
        if self.path.suffix.lower() == ".gpkg":
            options["IMMUTABLE"] = "YES"  # neither locks nor journals beside the file
        try:
            return fiona.open(self.path, **options)
        except (FionaError, ValueError, OSError) as fault:
            raise _refuse(f"{self.path.name} 打不开（{fault}）", "文件可能损坏，请重新导出") from None

    def _decoded(self, value: Any) -> Any:
        if isinstance(value, str):
            if self._text:
                raw = value.encode("latin-1", "replace")
                return raw.decode(self._text, "replace").rstrip(" \0")
            return value
        if value is None or isinstance(value, (bool, int, float)):
            return value
        return value.hex() if isinstance(value, bytes) else str(value)

    def rows(self) -> Iterator[Row]:
        """Yield the features; raises BadInput at one that GDAL cannot read."""
        index = 0
        with self._collection() as source:
            features = iter(source)
            while True:
                place = f"第 {index + 1} 个要素"
                try:
                    feature = next(features)
                    geometry = feature.geometry
                    kind, coordinates = _member(geometry) if geometry is not None else (None, ())
                except StopIteration:
                    return
                except (FionaError, UnicodeError, ValueError, TypeError, AttributeError, OSError) as fault:
                    raise _refuse(
                        f"{self.path.name} {place}读不出来（{fault}）", "请修复或重新导出该要素"
                    ) from None
                attributes = {self._decoded(k): self._decoded(v) for k, v in feature.properties.items()}
                yield Row(index, place, attributes, kind, coordinates)
                index += 1


def open_shapefile(shp: Path, encoding: str | None) -> Vector:
    """Open a Shapefile; raises BadInput naming the parts that are missing.

    The DBF is read byte for byte (as ISO 8859-1) and decoded here, so that a character that does not fit
    shows as U+FFFD instead of failing or being swallowed.
    """
    missing = [suffix for suffix in (".shp", ".shx", ".dbf") if _sibling(shp, suffix) is None]
    if missing:
        raise _refuse(
            f"Shapefile“{shp.stem}”缺少 {'、'.join(missing)}",
            "请把 .shp、.shx、.dbf、.prj（最好还有 .cpg）同名文件一起放好或一起压缩",
        )
    if shp.open("rb").read(4) != b"\x00\x00\x27\x0a":
        raise _refuse(f"{shp.name} 不是 Shapefile", "扩展名与内容不符，请重新导出")
    dbf = _sibling(shp, ".dbf")
    assert dbf is not None
    return Vector(shp, None, "ISO-8859-1", encoding or dbf_encoding(dbf, _sibling(shp, ".cpg")))


def geopackage_layers(path: Path) -> list[str]:
    """Return the names of a GeoPackage's feature layers; raises BadInput when the file is not one."""
    with path.open("rb") as file:
        head = file.read(100)
    no = f"{path.name} 不是 GeoPackage"
    if not head.startswith(_SQLITE):
        raise _refuse(no, "扩展名与内容不符，请重新导出为 GeoPackage")
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "gpkg_contents" not in tables or "gpkg_geometry_columns" not in tables:
            raise _refuse(f"{no}：没有 gpkg_contents 表", "这是另一种 SQLite 数据库，请重新导出为 GeoPackage")
        layers = [
            str(row[0])
            for row in connection.execute(
                "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name"
            )
        ]
    except sqlite3.Error as fault:
        raise _refuse(f"{path.name} 已损坏（{fault}）", "请重新导出为 GeoPackage") from None
    finally:
        connection.close()
    lost = [name for name in layers if name not in tables]
    if lost:
        raise _refuse(
            f"图层“{'、'.join(lost)}”不是普通表（视图或已被删除）", "请把该图层另存为普通图层再交", "layer"
        )
    if head[68:72] not in _GPKG_IDS:
        raise _refuse(f"{no}：文件头没有 GPKG 标识", "请重新导出为 GeoPackage")
    return layers
