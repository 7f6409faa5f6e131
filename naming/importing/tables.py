"""Tables of addresses as people have them: CSV read line by line, Excel, GeoPackage, Shapefile.

Whatever is wrong with a file ends in BadInput or TooLarge saying what, where and how to mend it. Coordinates are
those of the file, x before y.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from boundaries.fitting import modern_datum
from geoapp.core.errors import BadInput, TooLarge
from geoapp.core.geofiles import Limits, open_boundaries
from geoapp.core.geofiles.encoding import detect, named

TABLES = (".csv", ".tsv", ".txt", ".xlsx")
VECTORS = (".gpkg", ".shp", ".zip", ".geojson", ".json")
_SAMPLE = 4 * 2**20
_MOST_COLUMNS = 200
_CELL_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file: counted from 0, named for people (第 4 行), its cells as text, its point where it has one."""

    index: int
    words: str
    cells: list[str]
    point: tuple[float, float] | None = None


class AddressTable:
    """An opened file: ``header``, ``crs`` of its geometry (None without), ``count`` of rows where known at once.

    ``lines(skip)`` reads anew from the row after the first ``skip``. Use as a context manager.
    """

    def __init__(self, header: list[str], crs: str | None, count: int | None) -> None:
        self.header, self.crs, self.count = header, crs, count

    def __enter__(self) -> AddressTable:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back what was opened."""

    def lines(self, skip: int = 0) -> Iterator[Line]:
        """Yield the rows."""
        raise NotImplementedError


def open_table(
    path: Path,
    *,
    shown_name: str = "",
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    limits: Limits | None = None,
) -> AddressTable:
    """Open a table of addresses. Raises BadInput or TooLarge, nothing else, for anything wrong with the file."""
    name, limits = shown_name or path.name, limits or Limits(rows=5_000_000)
    suffix = path.suffix.lower()
    if not path.is_file():
        raise BadInput(_("找不到文件 %(name)s") % {"name": name}, field="file", remedy=_("请核对路径"))
    size = path.stat().st_size
    if not size:
        raise BadInput(_("%(name)s 是空文件") % {"name": name}, field="file", remedy=_("请重新导出"))
    if size > limits.file_bytes:
        raise TooLarge(
            _("%(name)s 有 %(size)s 兆字节，超过上限") % {"name": name, "size": size // 2**20},
            field="file",
            remedy=_("请分成几个文件"),
        )
    if suffix in (".csv", ".tsv", ".txt"):
        return _Csv(path, name, encoding)
    if suffix == ".xlsx":
        return _Excel(path, name, layer, limits)
    if suffix in VECTORS:
        return _Vector(path, layer, crs, encoding, limits)
    raise BadInput(
        _("不认识《%(name)s》的格式") % {"name": name},
        field="file",
        remedy=_(
            "可读 CSV、Excel（.xlsx）、GeoPackage、Shapefile（连同 .shx、.dbf、.prj 压成一个 zip）；.xls 请另存为 .xlsx"
        ),
    )


def _checked_header(header: list[str], name: str) -> list[str]:
    header = [title.strip().lstrip("\ufeff") for title in header]
    while header and not header[-1]:
        header.pop()
    if not any(header):
        raise BadInput(
            _("%(name)s 没有表头") % {"name": name},
            field="file",
            remedy=_("第一行请写各列的名称，如 街路巷、门牌号"),
        )
    if len(header) > _MOST_COLUMNS:
        raise TooLarge(
            _("%(name)s 有 %(count)s 列，超过上限 %(limit)s")
            % {"name": name, "count": len(header), "limit": _MOST_COLUMNS},
            field="file",
            remedy=_("请只保留需要的列"),
        )
    twice = sorted({title for title in header if title and header.count(title) > 1})
    if twice:
        raise BadInput(
            _("表头有重复的列名：%(names)s") % {"names": "、".join(twice)},
            field="file",
            remedy=_("请改名后再交"),
        )
    return [title or f"({n})" for n, title in enumerate(header, 1)]


class _Csv(AddressTable):
    """A CSV, line by line: a million rows are never in memory."""

    def __init__(self, path: Path, name: str, encoding: str | None) -> None:
        self._path, self._name = path, name
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
            newlines, last = sample.count(b"\n"), sample[-1:]
            while block := file.read(_SAMPLE):
                newlines, last = newlines + block.count(b"\n"), block[-1:]
        self._encoding = self._encoding_of(sample, encoding)
        head = sample.split(b"\n", 1)[0].decode(self._encoding, "replace")
        self._delimiter = max(",\t;|", key=head.count)
        first = next(self._cells(), None)
        super().__init__(_checked_header(first[1] if first else [], name), None, newlines - (last == b"\n"))

    def _encoding_of(self, sample: bytes, stated: str | None) -> str:
        if stated:
            known = named(stated)
            if known is None:
                raise BadInput(
                    _("编码“%(encoding)s”无法识别") % {"encoding": stated[:20]},
                    field="encoding",
                    remedy=_("请写 UTF-8、GBK 或 GB18030"),
                )
            return known
        if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        whole = sample if len(sample) < _SAMPLE else sample.rsplit(b"\n", 1)[0]
        if b"\0" in whole[:4096]:
            raise BadInput(
                _("%(name)s 不是文本表格") % {"name": self._name},
                field="file",
                remedy=_("扩展名与内容不符，请另存为 CSV"),
            )
        found = detect(whole.splitlines())
        if found is None:
            raise BadInput(
                _("%(name)s 的文字编码无法识别") % {"name": self._name},
                field="encoding",
                remedy=_("请另存为 UTF-8，或者写明原编码（如 GBK）"),
            )
        return "utf-8-sig" if found == "utf-8" else found

    def _cells(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(1_000_000)
        with self._path.open(encoding=self._encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self._delimiter)
            try:
                for cells in reader:
                    if any(cells):
                        yield reader.line_num, cells
            except UnicodeDecodeError:
                raise BadInput(
                    _("%(name)s 第 %(line)s 行以后有不是 %(encoding)s 编码的文字")
                    % {"name": self._name, "line": reader.line_num, "encoding": self._encoding},
                    field="encoding",
                    remedy=_("请另存为 UTF-8，或者写明原编码（如 GBK）"),
                ) from None
            except csv.Error as fault:
                raise BadInput(
                    _("%(name)s 第 %(line)s 行读不出来（%(fault)s）")
                    % {"name": self._name, "line": reader.line_num, "fault": fault},
                    field="file",
                    remedy=_("请检查引号是否成对"),
                ) from None

    def lines(self, skip: int = 0) -> Iterator[Line]:
        """Yield the rows."""
        width = len(self.header)
        for index, (number, cells) in enumerate(islice(self._cells(), 1 + skip, None), skip):
            if len(cells) != width:
                cells = (cells + [""] * width)[:width]
            yield Line(index, f"第 {number} 行", [_text(cell) for cell in cells])


class _Excel(AddressTable):
    """An Excel workbook, row by row; formulas count as the value last computed."""

    def __init__(self, path: Path, name: str, sheet: str | None, limits: Limits) -> None:
        from openpyxl import load_workbook

        self._name = name
        try:
            with zipfile.ZipFile(path) as archive:
                unpacked = sum(info.file_size for info in archive.infolist())
            if unpacked > limits.unpacked_bytes or unpacked > limits.ratio * path.stat().st_size + 2**20:
                raise TooLarge(
                    _("%(name)s 解开后过大") % {"name": name}, field="file", remedy=_("请另存为 CSV 再交")
                )
            self._book = load_workbook(path, read_only=True, data_only=True)
        except TooLarge:
            raise
        except Exception as fault:  # a workbook can be broken in as many ways as a zip and its XML
            raise BadInput(
                _("%(name)s 打不开（%(fault)s）") % {"name": name, "fault": str(fault)[:80]},
                field="file",
                remedy=_("请用 Excel 另存为 .xlsx 或者 CSV"),
            ) from None
        if sheet and sheet not in self._book.sheetnames:
            raise BadInput(
                _("没有工作表“%(sheet)s”") % {"sheet": sheet[:40]},
                field="layer",
                remedy=_("有这些工作表：%(names)s") % {"names": "、".join(self._book.sheetnames)[:200]},
            )
        self._sheet = self._book[sheet] if sheet else self._book.worksheets[0]
        first = next(self._rows(), None)
        rows = self._sheet.max_row
        super().__init__(
            _checked_header(first[1] if first else [], name),
            None,
            rows - 1 if isinstance(rows, int) else None,
        )

    def close(self) -> None:
        """Close the workbook."""
        self._book.close()

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        try:
            for number, row in enumerate(self._sheet.iter_rows(values_only=True), 1):
                cells = [_cell(value) for value in row[: _MOST_COLUMNS + 1]]
                if any(cells):
                    yield number, cells
        except Exception as fault:
            raise BadInput(
                _("%(name)s 读不出来（%(fault)s）") % {"name": self._name, "fault": str(fault)[:80]},
                field="file",
                remedy=_("请用 Excel 另存为 .xlsx 或者 CSV"),
            ) from None

    def lines(self, skip: int = 0) -> Iterator[Line]:
        """Yield the rows."""
        width = len(self.header)
        for index, (number, cells) in enumerate(islice(self._rows(), 1 + skip, None), skip):
            yield Line(index, f"第 {number} 行", (cells + [""] * width)[:width])


def _text(cell: str) -> str:
    """Return a cell as the staging table can hold it: no endless text, and no NUL, which no database takes."""
    return cell[:_CELL_CHARS].replace("\0", "") if len(cell) > _CELL_CHARS or "\0" in cell else cell


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return _text(str(value))


class _Vector(AddressTable):
    """A GeoPackage, Shapefile or GeoJSON of points; a table without geometry in it will do too."""

    def __init__(
        self, path: Path, layer: str | None, crs: str | None, encoding: str | None, limits: Limits
    ) -> None:
        self._file = open_boundaries(path, layer=layer, crs=crs, encoding=encoding, limits=limits)
        try:
            first = next(iter(self._file))
            header = _checked_header([str(key) for key in first.attributes], path.name)
            self._keys = list(first.attributes)
            if self._file.crs is not None and not modern_datum(self._file.crs):
                raise BadInput(
                    _("坐标系 %(crs)s 不是国家 2000（CGCS2000）") % {"crs": self._file.crs[:60]},
                    field="crs",
                    remedy=_("1954 北京、1980 西安坐标须先由测绘单位用本地参数转换，直接换算会偏几十米"),
                )
        except BaseException:
            self._file.close()
            raise
        count = getattr(self._file._source, "count", None)
        super().__init__(header, self._file.crs, count if isinstance(count, int) else None)

    def close(self) -> None:
        """Remove unpacked copies."""
        self._file.close()

    def lines(self, skip: int = 0) -> Iterator[Line]:
        """Yield the rows."""
        for row in islice(iter(self._file), skip, None):
            point = None
            if row.kind in ("Point", "MultiPoint") and row.coordinates:
                first = row.coordinates[0] if row.kind == "MultiPoint" else row.coordinates
                point = (float(first[0]), float(first[1]))
            elif row.kind is not None:
                raise BadInput(
                    _("%(place)s的图形不是点") % {"place": row.place},
                    field="geometry",
                    remedy=_("地址请用点表示：门的位置"),
                )
            yield Line(row.index, row.place, [_cell(row.attributes.get(key)) for key in self._keys], point)
