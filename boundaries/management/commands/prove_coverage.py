"""``manage.py prove_coverage``: all land of a day against its parents' outlines, edge by edge, area by area.

The boundary lines of the day are held against the same land (B-01), the markers against the lines (B-04, B-05).
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from boundaries.ground import bare_units, whole_ground
from boundaries.line_audit import audit_lines
from boundaries.models import BoundaryLineVersion, BoundaryMarkerVersion
from boundaries.proof import prove_all
from geoapp.core import acts
from geoapp.core.effective import in_force

_SHOWN = 50


class Command(BaseCommand):
    """Exits 1 when the land of the day does not add up; units without geometry are counted, not judged."""

    help = "证明某日的村居、镇街、区不重不漏；不合时退出码为 1，没有图形的单位分类计数"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments."""
        parser.add_argument("--on", help="哪一天，如 2026-01-01；不写为今天")
        parser.add_argument(
            "--known-at", type=int, metavar="SEQ", help="按第几号登记行为之后的登记；不写为现在"
        )
        parser.add_argument(
            "--report", metavar="R.json", help="证书写到此文件（含每个单位的摘要，可离线核对）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prove and say what was proved."""
        try:
            on = parse_date(options["on"]) if options["on"] else timezone.localdate()
        except ValueError:
            on = None
        if on is None:
            raise CommandError(f"日期“{options['on']}”不对，请按 2026-01-01 的样式填写")
        known_at, head = options["known_at"], acts.head_seq()
        if known_at is not None and not 0 <= known_at <= head:
            raise CommandError(f"没有第 {known_at} 号登记行为，最后一号是 {head}")
        bare = bare_units(on, known_at=known_at)
        ground = whole_ground(on, known_at=known_at)
        without = sorted([*bare.landless, *bare.before_record, *bare.missing])
        certificate = prove_all(ground.coverage, without_geometry=without, hashes=True)
        if options["report"]:
            body = {
                "on": on.isoformat(),
                "known_at": head if known_at is None else known_at,
                "without_geometry": {
                    "landless": len(bare.landless),
                    "before_record": len(bare.before_record),
                    "missing": len(bare.missing),
                },
                "certificate": certificate.as_json(),
            }
            text = json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False)
            Path(options["report"]).write_text(text + "\n", encoding="utf-8")
        for fault in certificate.faults[:_SHOWN]:
            where = fault.place.representative_point() if fault.place is not None else None
            self.stderr.write(f"{fault.message}" + (f"，在 ({where.x:.3f}, {where.y:.3f})" if where else ""))
        self._bare(bare)
        if certificate.faults:
            raise CommandError(f"{on} 的界线有 {len(certificate.faults)} 处不合")
        self._lines(on, known_at)
        count, upper = len(ground.coverage), len(ground.coverage.parents)
        if count:
            self.stdout.write(f"{on}：{count} 个村居与 {upper} 个上级单位不重不漏，面积逐级相等")
        else:
            self.stdout.write(f"{on}：登记中没有图形，没有可证明的界线")

    def _lines(self, on: date, known_at: int | None) -> None:
        """Say what is wrong with lines and markers; a line that is not its units' edge fails the command."""
        found = audit_lines(on, known_at)
        for fault in found[:_SHOWN]:
            self.stderr.write(f"{fault.code}（{'阻断' if fault.blocks else '警告'}）：{fault.message}")
        blocks = sum(fault.blocks for fault in found)
        if blocks:
            raise CommandError(f"{on} 有 {blocks} 条界线与区划单位的范围不一致")
        lines = in_force(BoundaryLineVersion.objects.all(), on, known_at).count()
        markers = in_force(BoundaryMarkerVersion.objects.all(), on, known_at).count()
        if lines:
            self.stdout.write(
                f"{on}：{lines} 条界线与两侧单位的共有边一致；{markers} 个界桩，{len(found)} 项待核"
            )

    def _bare(self, bare: Any) -> None:
        total = len(bare.landless) + len(bare.before_record) + len(bare.missing)
        if not total:
            return
        self.stdout.write(f"{total} 个单位没有图形（no geometry for {total} units），其中：")
        if bare.landless:
            self.stdout.write(f"  {len(bare.landless)} 个虚拟社区，本来没有地域")
        if bare.before_record:
            since = bare.known_since.isoformat() if bare.known_since else "尚无"
            self.stdout.write(f"  {len(bare.before_record)} 个在图形开始登记之前（图形自 {since} 起）")
        if bare.missing:
            self.stdout.write(f"  {len(bare.missing)} 个应当有图形而没有")
