"""``manage.py import_addresses FILE``: an address file checked in full and, with ``--commit``, entered in batches."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from geoapp.core.effective import day_of
from geoapp.core.errors import AppError, BadInput
from naming.addressing.columns import FIELDS
from naming.importing import accepting, entering, reporting
from naming.importing.checking import Checker
from naming.importing.entering import Enterer
from naming.importing.running import long_run
from naming.importing.staging import Stager, map_columns, new_import
from naming.models import AddressImport, AddressImportRow

_State = AddressImport.State


class Command(BaseCommand):
    """Exits 0 when the file was checked, whatever was found; 1 when it cannot be read or nothing can be entered."""

    help = """导入地址文件：读入、逐行检查全部地址规则、给出报告；加 --commit 才登记通过的行。
文件：CSV、Excel（.xlsx）、GeoPackage、Shapefile。各列按表头识别，可用 --map 改正，按表头记住。
中断后用 --resume 编号 接着做，结果与一次做完相同。"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments."""
        parser.add_argument("file", nargs="?", help="地址文件")
        parser.add_argument("--on", default="", help="自哪一天起有效，如 2026-01-01；不写为今天")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="部分=列名",
            help=f"哪一列是什么：{'、'.join(FIELDS)}",
        )
        parser.add_argument("--resume", metavar="编号", help="接着做以前的导入")
        parser.add_argument(
            "--accept", action="store_true", help="接受全部修补（全角改半角、去掉空格、村居写简称）"
        )
        parser.add_argument("--commit", action="store_true", help="登记通过的行")
        parser.add_argument("--note", default="", help="有警告的行为何仍然登记；不写则只登记没有警告的行")
        parser.add_argument("--layer", help="图层或者工作表")
        parser.add_argument("--crs", help="图形的坐标系，文件没有说明时写明，如 EPSG:4547")
        parser.add_argument(
            "--column-crs", default="", help="坐标列的坐标系；不写则按数值认出经纬度或者 4547"
        )
        parser.add_argument("--encoding", help="文件没有说明编码时写明，如 GBK")
        parser.add_argument("--report", metavar="R.csv", help="报告写到此文件（.csv 或 .xlsx）")
        parser.add_argument(
            "--corrected", metavar="C.csv", help="带检查结果的原表写到此文件（.csv 或 .xlsx）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check, report, enter."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0")
        try:
            batch = self._resumed(options) if options["resume"] else self._opened(options)
            self.stdout.write(f"导入编号 {batch.pk}")
            with long_run():
                self._run(batch, options)
        except AppError as refusal:
            raise CommandError(f"{refusal.message}。{refusal.remedy}") from None
        except OperationalError as fault:
            raise CommandError(f"数据库中断（{str(fault)[:100]}）；请稍后用 --resume 接着做") from None

    def _resumed(self, options: dict[str, Any]) -> AddressImport:
        try:
            return AddressImport.objects.get(pk=UUID(options["resume"]))
        except (ValueError, AddressImport.DoesNotExist):
            raise CommandError(f"没有编号为 {options['resume']} 的导入") from None

    def _opened(self, options: dict[str, Any]) -> AddressImport:
        if not options["file"]:
            raise CommandError("请写明文件，或者用 --resume 接着做以前的导入")
        path = Path(options["file"])
        return new_import(
            path,
            filename=path.name,
            on=day_of(options["on"], "on"),
            options={k: options[k] or "" for k in ("layer", "crs", "encoding", "column_crs")},
        )

    def _run(self, batch: AddressImport, options: dict[str, Any]) -> None:
        if options["map"] or batch.state == _State.UPLOADED:
            mapping = batch.mapping | _stated(options["map"], batch.header)
            map_columns(
                batch, mapping, options["column_crs"] or batch.options.get("column_crs", ""), timezone.now()
            )
        self.stdout.write("各列：" + "，".join(f"{part}={column}" for part, column in batch.mapping.items()))
        if options["accept"] and not batch.accepted:
            AddressImport.objects.filter(pk=batch.pk).update(accepted=True)
            batch.accepted = True
            if batch.state == _State.CHECKED:
                accepting.accept(batch)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, disable=not options["verbosity"]) as progress:
            if batch.state == _State.STAGING:
                stager = Stager(batch)
                try:
                    self._drive(progress, "读入", batch.total, stager.step, lambda: batch.staged)
                finally:
                    stager.close()
            if batch.state == _State.CHECKING:
                checker = Checker(batch)
                self._drive(progress, "检查", batch.total, checker.step, lambda: batch.checked)
            self._show(batch, options)
            if options["commit"]:
                self._enter(progress, batch, options)
        if options["commit"]:
            held = reporting.counts(batch)
            self.stdout.write(f"已登记 {held['entered']} 个地址，登记行为 {len(batch.acts)} 次")

    def _enter(self, progress: Progress, batch: AddressImport, options: dict[str, Any]) -> None:
        waiting = AddressImportRow.objects.filter(batch=batch, state__in=("staged", "warned"))
        if batch.state != _State.ENTERING and not waiting.exists():
            return
        entering.begin(batch, options["note"])
        enterer = Enterer(batch)
        total = batch.entered + waiting.count()
        self._drive(progress, "登记", total, enterer.step, lambda: batch.entered)

    def _drive(
        self,
        progress: Progress,
        words: str,
        total: int | None,
        step: Callable[[], bool],
        reached: Callable[[], int],
    ) -> None:
        task = progress.add_task(words, total=total)
        while step():
            progress.update(task, completed=reached())
        progress.update(task, completed=reached())

    def _show(self, batch: AddressImport, options: dict[str, Any]) -> None:
        held = reporting.counts(batch)
        self.stdout.write(
            f"共 {batch.staged} 行：通过 {held['staged']}，警告 {held['warned']}，不通过 {held['blocked']}，"
            f"登记中已有 {held['present']}，已登记 {held['entered']}"
        )
        found = reporting.by_rule(batch)
        if found and options["verbosity"]:
            table = Table(title="检查结果", title_justify="left")
            for title in ("规则", "结果", "行数", "例"):
                table.add_column(title)
            for row in found:
                example = f"第 {row['row']} 行：{row['example']['message']}"
                table.add_row(row["code"], reporting.SEVERITIES[row["severity"]], str(row["count"]), example)
            Console(file=self.stdout, width=140, highlight=False, markup=False).print(table)  # type: ignore[arg-type]
        for name in ("report", "corrected"):
            if options[name]:
                self._write(batch, name, Path(options[name]))

    def _write(self, batch: AddressImport, name: str, path: Path) -> None:
        head, rows = reporting.Tables[name]
        if path.suffix.lower() == ".xlsx":
            with reporting.xlsx_file(head(batch), rows(batch)) as source:
                path.write_bytes(source.read())
        else:
            with path.open("wb") as sink:
                sink.writelines(reporting.csv_lines(head(batch), rows(batch)))


def _stated(pairs: list[str], header: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        part, _, column = pair.partition("=")
        if part not in FIELDS or column not in header:
            raise BadInput(
                f"--map {pair} 不对",
                field="mapping",
                remedy=f"写成 部分=列名；部分有 {'、'.join(FIELDS)}；列有 {'、'.join(header)}",
            )
        found[part] = column
    return found
