"""The door: one function that opens any boundary file people have."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from geoapp.core.errors import BadInput, TooLarge
from geoapp.core.geofiles.archive import unpack
from geoapp.core.geofiles.encoding import named
from geoapp.core.geofiles.geojson import GeoJson
from geoapp.core.geofiles.rows import Limits, Row
from geoapp.core.geofiles.table import Table
from geoapp.core.geofiles.vector import Vector, geopackage_layers, open_shapefile

_MAIN = {".shp", ".gpkg", ".geojson", ".json", ".csv"}
_KINDS = "Shapefile（.shp 或 zip）、GeoPackage（.gpkg）、GeoJSON（.geojson）、CSV（.csv）"


def _refuse(message: str, remedy: str, field: str = "file") -> BadInput:
    return BadInput(message, field=field, remedy=remedy)


class BoundaryFile:
    """An opened boundary file.

    ``crs`` is a short text (``EPSG:4490``) or the WKT of the file, None where it does not say; ``crs_given``
    is the text as found. ``layer`` and ``layers`` name the layer read and all there are. Iterating gives
    ``Row``; it may be done several times. Use as a context manager: unpacked copies vanish at its end.
    """

    def __init__(self, path: Path, layer: str, layers: list[str], source: Any, limits: Limits) -> None:
        self.path, self.layer, self.layers, self._source, self._limits = path, layer, layers, source, limits
        self.encoding: str = source.encoding
        self.crs_given: str | None = source.crs
        self.crs: str | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> BoundaryFile:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove unpacked copies."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows; raises BadInput at the first one that cannot be read, TooLarge past the limit."""
        for row in self._source.rows():
            if row.index >= self._limits.rows:
                raise TooLarge(
                    f"{self.path.name} 超过 {self._limits.rows} 行",
                    field="file",
                    remedy="请按镇街分成几个文件",
                )
            yield row


def crs_text(given: str) -> str:
    """Return ``AUTHORITY:CODE`` of a CRS written any way (URN, WKT, ESRI WKT), or its WKT when it has none.

    CRS84 is written EPSG:4326: within a file x is always longitude. Raises BadInput for what is no CRS.
    """
    try:
        crs = CRS.from_user_input(given)
    except CRSError:
        raise _refuse(
            f"坐标系“{given[:60]}”无法识别", "请写成 EPSG 代码，如 EPSG:4490、EPSG:4547", "crs"
        ) from None
    if not (crs.is_geographic or crs.is_projected):
        return crs.to_wkt()
    authority = crs.to_authority(min_confidence=70)
    if authority is None:
        return crs.to_wkt()
    if authority == ("OGC", "CRS84"):
        return "EPSG:4326"
    return ":".join(authority)


def open_boundaries(
    path: str | Path,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    within: Path | None = None,
    require_crs: bool = True,
    limits: Limits | None = None,
) -> BoundaryFile:
    """Open a boundary file for reading.

    ``layer`` chooses among several; ``crs`` and ``encoding`` state what the file does not (a stated CRS
    replaces the file's). With ``within`` a path that leads outside that folder, also by a link, is refused.
    Raises BadInput (what, where, how to mend it) and TooLarge, nothing else, for anything wrong with the file.
    """
    path, limits = Path(path), limits or Limits()
    if encoding is not None:
        known = named(encoding)
        if known is None:
            raise _refuse(f"编码“{encoding}”无法识别", "请写 UTF-8、GBK 或 GB18030", "encoding")
        encoding = known
    _check_path(path, within, limits)
    try:
        opened = _open(path, layer, encoding, limits)
    except OSError as fault:
        raise _refuse(f"{path.name} 读不出来（{fault.strerror or fault}）", "请核对路径与权限") from None
    try:
        _set_crs(opened, crs, require_crs)
    except BadInput:
        opened.close()
        raise
    return opened


def _check_path(path: Path, within: Path | None, limits: Limits) -> None:
    if within is not None:
        for part in (path, *_companions(path)):
            if part.is_symlink() or not part.resolve().is_relative_to(within.resolve()):
                raise _refuse(f"{part.name} 不在允许的文件夹内", "请把文件本身放到指定的文件夹")
    if not path.exists():
        raise _refuse(f"找不到文件 {path.name}", "请核对路径")
    if not path.is_file():
        raise _refuse(f"{path.name} 不是文件", "请给出 .shp、.gpkg、.geojson、.csv 或 .zip 文件")
    size = path.stat().st_size
    if size == 0:
        raise _refuse(f"{path.name} 是空文件（0 字节）", "请重新导出")
    if size > limits.file_bytes:
        raise TooLarge(
            f"{path.name} 有 {size // 2**20} 兆字节，超过上限 {limits.file_bytes // 2**20} 兆",
            field="file",
            remedy="请按镇街分成几个文件，或去掉不需要的属性",
        )


def _companions(path: Path) -> list[Path]:
    """Return the files GDAL would open along with a file: those of the same stem."""
    if path.suffix.lower() not in {".shp", ".gpkg"} or not path.parent.is_dir():
        return []
    return [p for p in path.parent.iterdir() if p != path and p.name.startswith(path.stem + ".")]


def _open(path: Path, layer: str | None, encoding: str | None, limits: Limits) -> BoundaryFile:
    if path.suffix.lower() == ".zip" or (path.suffix.lower() not in _MAIN and zipfile.is_zipfile(path)):
        folder = tempfile.TemporaryDirectory(prefix="boundaries-")
        try:
            opened = _open_unpacked(path, Path(folder.name), layer, encoding, limits)
        except BaseException:
            folder.cleanup()
            raise
        opened._folder = folder
        return opened
    return _open_plain(path, layer, encoding, limits)


def _open_unpacked(
    path: Path, folder: Path, layer: str | None, encoding: str | None, limits: Limits
) -> BoundaryFile:
    files = unpack(path, folder, limits)
    mains = sorted((p for p in files if p.suffix.lower() in _MAIN), key=lambda p: p.name)
    shapes = {p.stem for p in files if p.suffix.lower() in {".shx", ".dbf"}} - {p.stem for p in mains}
    if not mains and shapes:
        raise _refuse(
            f"压缩包内“{'、'.join(sorted(shapes))}”缺少 .shp", "请把 .shp、.shx、.dbf、.prj 一起压缩"
        )
    if not mains:
        raise _refuse(f"{path.name} 内没有边界文件", f"可读：{_KINDS}")
    chosen = mains if layer is None else [p for p in mains if layer in (p.stem, p.name)]
    if not chosen and len(mains) == 1:
        chosen = mains  # the layer is one of a GeoPackage inside
    if len(chosen) != 1:
        raise _several(path.name, [p.stem for p in mains], layer)
    inner = (
        None if layer in (chosen[0].stem, chosen[0].name) and chosen[0].suffix.lower() != ".gpkg" else layer
    )
    opened = _open_plain(chosen[0], inner, encoding, limits)
    opened.path = path
    return opened


def _several(name: str, layers: list[str], layer: str | None) -> BadInput:
    listed = "、".join(layers[:20]) + ("…" if len(layers) > 20 else "")
    if layer is not None:
        return _refuse(f"{name} 里没有图层“{layer}”，有：{listed}", "请用 --layer 写其中一个", "layer")
    return BadInput(
        f"{name} 里有 {len(layers)} 个图层：{listed}",
        field="layer",
        remedy="请用 --layer 选一个",
        layers=layers,
    )


def _open_plain(path: Path, layer: str | None, encoding: str | None, limits: Limits) -> BoundaryFile:
    suffix = path.suffix.lower()
    source: Any
    if suffix in {".shx", ".dbf", ".prj", ".cpg"}:
        raise _refuse(f"{path.name} 只是 Shapefile 的一部分", "请给出 .shp 文件，其余部分放在同一文件夹")
    if suffix not in _MAIN:
        raise _refuse(f"不认识 {path.name} 的格式", f"可读：{_KINDS}")
    if suffix == ".gpkg":
        layers = geopackage_layers(path)
        if not layers:
            raise _refuse(f"{path.name} 里没有要素图层", "请导出含面要素的图层")
        if layer is None and len(layers) > 1 or layer is not None and layer not in layers:
            raise _several(path.name, layers, layer)
        source = Vector(path, layer or layers[0], None, None)
        return _checked(BoundaryFile(path, layer or layers[0], layers, source, limits), source.count)
    if layer is not None and layer not in (path.stem, path.name):
        raise _several(path.name, [path.stem], layer)
    if suffix == ".shp":
        source = open_shapefile(path, encoding)
        count = source.count
    elif suffix == ".csv":
        source = Table(path, encoding, limits)
        count = 1 if next(source.rows(), None) is not None else 0
    else:
        source = GeoJson(path, encoding)
        count = len(source.features)
    return _checked(BoundaryFile(path, path.stem, [path.stem], source, limits), count)


def _checked(opened: BoundaryFile, count: int) -> BoundaryFile:
    if count == 0:
        raise _refuse(f"{opened.path.name} 里没有任何要素", "请核对导出的图层与筛选条件")
    return opened


def _set_crs(opened: BoundaryFile, stated: str | None, required: bool) -> None:
    needed = not isinstance(opened._source, Table) or opened._source.has_geometry
    text = stated or opened.crs_given
    if text:
        try:
            opened.crs = crs_text(text)
        except BadInput:
            if stated or required:
                raise
    elif required and needed:
        raise _refuse(
            f"{opened.path.name} 没有说明坐标系",
            "Shapefile 请附 .prj 文件；或用 --crs 写明，如 EPSG:4490（国家 2000 经纬度）、EPSG:4547（114° 带）",
            "crs",
        )
