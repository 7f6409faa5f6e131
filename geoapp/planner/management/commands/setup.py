"""``manage.py setup``: migrate, see that every spatial index is on, write the reference data."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from geoapp.core.database import repair_indexes
from geoapp.planner.reference import seed


class Command(BaseCommand):
    """Brings a database to the state the code expects; safe to run again."""

    help = "建立或更新数据库、检查并修复空间索引、写入基础数据（可重复运行）"

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        call_command("migrate", interactive=False, verbosity=0)
        for index in repair_indexes():
            self.stdout.write(f"已修复空间索引 {index}")
        for line in seed(timezone.localdate()):
            self.stdout.write(f"已写入 {line}")
        self.stdout.write("数据库已就绪")
