"""``manage.py erase_owners``: erase the owners of door cases whose time for keeping is over."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from geoapp.core.effective import day_of
from naming import door_owner


class Command(BaseCommand):
    """Runs daily; says which cases it touched, never whose data it was."""

    help = "清除已过留存期限的门楼号案件业主信息"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the day the time is counted to."""
        parser.add_argument("--on", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase."""
        for case in door_owner.due_for_erasure(day_of(options["on"], "on")):
            door_owner.erase(case, at=timezone.now())
            self.stdout.write(case.number)
