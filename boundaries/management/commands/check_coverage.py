"""``manage.py check_coverage FILE``: the report of a boundary file; nothing is written to the register."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.core.management.base import BaseCommand, CommandError
from pyproj import CRS, Transformer
from rich.console import Console
from rich.table import Table

from boundaries.coverage import shift
from boundaries.coverage_report import CLASSES, TITLES, CoverageReport, examine
from geoapp.core.errors import AppError
from geoapp.core.geofiles import open_boundaries


class Command(BaseCommand):
    """Exits 0 when the file was read, whatever was found in it; 1 only when it cannot be read."""

    requires_system_checks = []  # needs neither database nor accounts

    help = """检查边界文件：无效环、塌缩环、缺图形、重叠、缝隙、飞地、重复代码、丢字。只出报告，不入库。
文件：Shapefile（.shp 或 zip）、GeoPackage、GeoJSON、CSV（WKT）。
退出码：能读出即为 0（有缺陷也是 0，缺陷看报告）；文件读不出来时为 1。
报告为 JSON，键为 features invalid_ring degenerate_ring null_geometry overlap gap enclave
duplicate_code lost_character crs；要素序号 index 从 0 起，几何用文件自己的坐标系。"""

    def create_parser(self, *args: Any, **options: Any) -> Any:
        """Keep the line breaks of the help."""
        parser = super().create_parser(*args, **options)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments."""
        parser.add_argument("file", help="边界文件")
        parser.add_argument("--report", metavar="R.json", help="报告写到此文件；不写则只显示表")
        parser.add_argument("--layer", help="有几个图层时选一个")
        parser.add_argument("--crs", help="文件没有说明坐标系时写明，如 EPSG:4490")
        parser.add_argument("--encoding", help="文件没有说明编码时写明，如 GBK")
        parser.add_argument("--code-field", help="代码所在字段；不写则按字段名识别")
        parser.add_argument("--name-field", help="名称所在字段；不写则按字段名识别")
        parser.add_argument("--reference", metavar="FILE", help="参照轮廓：用来判断是否有 GCJ-02 整体偏移")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, examine, write."""
        try:
            with open_boundaries(
                options["file"],
                layer=options["layer"],
                crs=options["crs"],
                encoding=options["encoding"],
                require_crs=False,
            ) as source:
                report = examine(
                    source, source.crs, code_field=options["code_field"], name_field=options["name_field"]
                )
            moved = _compare(report, options["reference"]) if options["reference"] else ""
        except AppError as refusal:
            raise CommandError(f"{refusal.message}。{refusal.remedy}") from None
        except KeyError as field:
            raise CommandError(f"文件里没有字段 {field}") from None
        if options["report"]:
            text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, allow_nan=False)
            try:
                Path(options["report"]).write_text(text + "\n", encoding="utf-8")
            except OSError as fault:
                raise CommandError(f"报告写不出去：{fault}") from None
        self._show(report, moved)

    def _show(self, report: CoverageReport, moved: str) -> None:
        table = Table(title=f"{report.features} 个要素 · {report.crs[:60]}", title_justify="left")
        table.add_column("类别")
        table.add_column("处数", justify="right")
        table.add_column("例")
        for kind in CLASSES:
            found = report.places[kind]
            table.add_row(TITLES[kind], str(len(found)), found[0].message if found else "")
        console = Console(file=self.stdout, width=140, highlight=False, markup=False)  # type: ignore[arg-type]
        console.print(table)
        for note in (*report.notes, moved):
            if note:
                self.stdout.write(f"说明：{note}")


def _compare(report: CoverageReport, path: str) -> str:
    """Return the sentence about a displacement against a reference file, "" when there is none."""
    if report.crs == "未说明":
        return "没有坐标系，无法与参照比较"
    with open_boundaries(path) as source:
        reference = examine(source, source.crs)
    mine = [shape for shape in report.shapes if shape is not None]
    other = [shape for shape in reference.shapes if shape is not None]
    if not mine or not other:
        return "没有面，无法与参照比较"
    change = Transformer.from_crs(reference.crs, report.crs, always_xy=True)
    brought = shapely.transform(shapely.union_all(other), lambda xy: _columns(change, xy))
    union = shapely.union_all(mine)
    data, outer = report.plane.metres(shift.outline([union])), report.plane.metres(shift.outline([brought]))
    to_degrees = Transformer.from_crs(report.crs, CRS.from_epsg(4326), always_xy=True)
    lon, lat = to_degrees.transform(union.centroid.x, union.centroid.y)
    return shift.sentence(shift.estimate(data, outer), lon, lat)


def _columns(change: Transformer, xy: Any) -> Any:
    return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
