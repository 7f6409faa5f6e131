"""``manage.py import_units FILE``: a boundary file into the register, by one act, proved, or not at all."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import shapely
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date
from rich.console import Console
from rich.table import Table

from boundaries.coverage_report import CLASSES, TITLES, examine
from boundaries.fitting import to_frame
from boundaries.import_planning import plan_import
from boundaries.import_writing import commit_import
from boundaries.importing import ImportFile, as_json, read_accepted, read_import
from boundaries.models import Unit
from geoapp.core.errors import AppError
from geoapp.core.geofiles import open_boundaries


class Command(BaseCommand):
    """Exits 0 when the units were written, 1 when anything stands in the way; the report is written either way."""

    help = """导入边界文件：检查、接受修补、投影到城市坐标系、证明不重不漏，然后用一次登记行为写入并公布。
空的级别整体接收；已有单位按代码对上，补上没有的图形。上级单位的范围由下级合成。有一处不合就什么也不写。"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments."""
        parser.add_argument(
            "file", help="边界文件：Shapefile（.shp 或 zip）、GeoPackage、GeoJSON、CSV（WKT）"
        )
        parser.add_argument("--level", choices=Unit.Level.values, default="community", help="导入哪一级")
        parser.add_argument("--on", required=True, help="自哪一天起，如 2023-01-01")
        parser.add_argument("--report", metavar="R.json", help="报告写到此文件")
        parser.add_argument("--accept", default="none", help="接受哪些修补：all、none 或序号（1,3,5-7）")
        parser.add_argument("--dry-run", action="store_true", help="只检查能否导入，不写入")
        parser.add_argument("--layer", help="有几个图层时选一个")
        parser.add_argument("--crs", help="文件没有说明坐标系时写明，如 EPSG:4490")
        parser.add_argument("--encoding", help="文件没有说明编码时写明，如 GBK")
        parser.add_argument("--code-field", help="代码所在字段")
        parser.add_argument("--name-field", help="名称所在字段")
        parser.add_argument(
            "--reference", metavar="FILE", help="本市轮廓文件：登记里还没有全市范围时用来核对位置"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, plan, write."""
        problems: list[str] = []
        file: ImportFile | None = None
        try:
            try:
                on = parse_date(options["on"])
            except ValueError:
                on = None
            if on is None:
                raise CommandError(f"日期“{options['on']}”不对，请按 2023-01-01 的样式填写")
            file = read_import(
                options["file"],
                level=options["level"],
                **{key: options[key] for key in ("layer", "crs", "encoding", "code_field", "name_field")},
            )
            outline = _outline(options["reference"]) if options["reference"] else None
            accepted = read_accepted(options["accept"], len(file.repairs))
            plan = plan_import(file, on, accepted, outline=outline)
            problems = plan.problems
            self._show(file, plan.notes, set(accepted))
            for problem in problems:
                self.stderr.write(f"不能导入：{problem}")
            if problems:
                raise CommandError(f"有 {len(problems)} 项不合，什么也没有写入：" + "；".join(problems[:3]))
            if options["dry_run"]:
                self.stdout.write(f"可以导入 {len(plan.units)} 个单位（含上级）；未写入")
                return
            seq = commit_import(plan, at=timezone.now())
            self.stdout.write(f"已导入 {len(plan.units)} 个单位（含上级），登记行为第 {seq} 号")
        except AppError as refusal:
            raise CommandError(f"{refusal.message}。{refusal.remedy}") from None
        finally:
            if options["report"] and file is not None:
                text = json.dumps(as_json(file, problems), ensure_ascii=False, indent=1, allow_nan=False)
                Path(options["report"]).write_text(text + "\n", encoding="utf-8")

    def _show(self, file: ImportFile, notes: list[str], accepted: set[int]) -> None:
        table = Table(title=f"{file.report.features} 个要素 · {file.crs[:60]}", title_justify="left")
        table.add_column("类别")
        table.add_column("处数", justify="right")
        table.add_column("例")
        for kind in CLASSES:
            found = file.report.places[kind]
            table.add_row(TITLES[kind], str(len(found)), found[0].message if found else "")
        console = Console(file=self.stdout, width=140, highlight=False, markup=False)  # type: ignore[arg-type]
        console.print(table)
        for n, repair in enumerate(file.repairs):
            self.stdout.write(f"修补 {n + 1}{'（接受）' if n in accepted else ''}：{repair.explanation}")
        for note in notes:
            self.stdout.write(f"说明：{note}")


def _outline(path: str) -> Any:
    """Return the union of a reference file's land in the frame."""
    with open_boundaries(path) as source:
        report = examine(source, source.crs)
    return shapely.union_all([to_frame(s, report.crs) for s in report.shapes if s is not None])
