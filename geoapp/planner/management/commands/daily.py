"""``manage.py daily``: what fell due, which clocks ran out, what was sent and never confirmed. Safe to run again."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from boundaries import clocks
from boundaries.edition_writing import name_areas
from boundaries.purging import purge_staged
from geoapp.core import calendar
from geoapp.core.alarms import raise_alarm
from geoapp.core.models import Case, CaseTask
from naming import prepared

SOON_DAYS = 7


class Command(BaseCommand):
    """Recomputes clocks, raises alarms once, lists what is due within a week, purges staged uploads, tells departments."""

    help = (
        "每日例行：重算期限、登记逾期、列出将到期事项、清理未确认的上传文件、推送变更（一天运行几次都可以）"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the number of days to keep what was never confirmed."""
        parser.add_argument("--keep-days", type=int, default=settings.GEOAPP_STAGED_DAYS)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run each part; a later one does not wait for an earlier one's cases."""
        if options["keep_days"] < 1:
            raise CommandError("--keep-days（GEOAPP_STAGED_DAYS）至少为 1 天")
        self._clocks()
        renamed = name_areas(timezone.localdate())
        if renamed:
            self.stdout.write(f"{renamed} 个辖区随区划改名")
        gone = purge_staged(timezone.now(), options["keep_days"])
        self.stdout.write(
            f"清理超过 {options['keep_days']} 天未确认的上传：边界文件 {gone['boundaries']} 份，"
            f"年度名单 {gone['lists']} 份"
        )
        if rows := prepared.purge():
            self.stdout.write(f"清理不再启用的预备记录 {rows} 行")
        self._tell()

    def _tell(self) -> None:
        """Tell departments of new acts; one that takes nothing is an alarm, not the end of the day's work."""
        try:
            call_command("send_webhooks", stdout=self.stdout, stderr=self.stderr)
        except CommandError as error:
            self.stderr.write(str(error))

    def _clocks(self) -> None:
        today, table = timezone.localdate(), calendar.exceptions()
        overdue = soon = raised = 0
        waiting = CaseTask.objects.filter(done_on__isnull=True)
        for case in Case.objects.filter(pk__in=waiting.values("case")).order_by("number"):
            for task in clocks.recompute(case, table):
                self.stdout.write(f"{case.number} {task.get_kind_display()} 期限重算为 {task.due_on}")
            for task in case.tasks.filter(done_on__isnull=True, due_on__isnull=False).order_by("due_on"):
                assert task.due_on is not None
                left = (task.due_on - today).days
                if left < 0:
                    overdue += 1
                    fresh = raise_alarm(task, task.due_on, on=today, at=timezone.now())
                    raised += fresh
                    mark = "逾期，已登记" if fresh else "逾期"
                    self._say(case, task, f"{mark}，超过 {-left} 天")
                elif task.due_on <= today + timedelta(days=SOON_DAYS):
                    soon += 1
                    self._say(case, task, f"还有 {left} 天")
        self.stdout.write(f"逾期 {overdue} 项（新登记 {raised} 项），{SOON_DAYS} 天内到期 {soon} 项")

    def _say(self, case: Case, task: CaseTask, what: str) -> None:
        self.stdout.write(f"{case.number} {task.get_kind_display()} 期限 {task.due_on}：{what}")
