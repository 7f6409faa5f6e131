"""``manage.py compare_editions 2022.csv 2023.csv``: what happened between code lists, for an officer to confirm."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from boundaries.editions import Edition, InferredAct, infer_history, read_confirmations, read_edition
from geoapp.core.errors import AppError


class Command(BaseCommand):
    """Prints the inferred acts with evidence, confidence and alternatives; touches no database."""

    help = "比对历年统计用区划代码名单，列出推断的变动、理由、可信度与其他可能"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the lists, what documents confirm, and where to write JSON."""
        parser.add_argument(
            "lists", nargs="+", type=Path, help="名单文件，文件名为年份（2022.csv 2023.csv …）"
        )
        parser.add_argument("--confirmed", type=Path, help="确认材料 CSV")
        parser.add_argument("--out", type=Path, help="把全部推断写成 JSON 文件")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare neighbouring years."""
        if len(options["lists"]) < 2:
            raise CommandError("至少要两年的名单才能比对")
        try:
            lists = sorted((self._list(path) for path in options["lists"]), key=lambda e: e.year)
            told = read_confirmations(self._text(options["confirmed"])) if options["confirmed"] else []
            steps = infer_history(lists, told)
        except AppError as error:
            raise CommandError(f"{error.message}{'；' + error.remedy if error.remedy else ''}") from None
        except ValueError as error:
            raise CommandError(str(error)) from None
        found = [act for step in steps for act in step]
        for act in found:
            self._print(act)
        self.stdout.write(
            f"共 {len(found)} 项变动，其中 {sum(a.confidence < 0.7 for a in found)} 项可信度不足 70%，请逐项确认"
        )
        if options["out"]:
            text = json.dumps([a.as_json() for a in found], ensure_ascii=False, indent=1)
            options["out"].write_text(text + "\n", encoding="utf-8")

    def _text(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} 无法读取：{error.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{path} 不是 UTF-8 编码；生僻字在 GBK 文件里会丢失，请另存为 UTF-8") from None

    def _list(self, path: Path) -> Edition:
        if not (path.stem.isdigit() and len(path.stem) == 4):
            raise CommandError(f"{path.name}：文件名应为年份，如 2023.csv")
        return read_edition(self._text(path), int(path.stem))

    def _print(self, act: InferredAct) -> None:
        before, after = ("、".join(f"{r.code} {r.name}" for r in rows) for rows in (act.before, act.after))
        arrow = f"{before} → {after}" if before and after else before or after
        self.stdout.write(f"{act.from_year}→{act.to_year} [{act.kind.label} {act.confidence:.0%}] {arrow}")
        for reason in act.evidence:
            self.stdout.write(f"    依据：{reason.text}")
        for other in act.alternatives:
            self.stdout.write(f"    或为：{other.kind.label}（{other.confidence:.0%}）{other.text}")
