"""``manage.py rebuild_published [--check]``: the published layers from the register's acts."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from geoapp.planner import rebuild


class Command(BaseCommand):
    """With ``--check`` proves that the layers equal the register and exits 1 when they do not."""

    help = "由登记重建发布图层；--check 只核对，不一致时退出码为 1"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the switch."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        note = self.stdout.write if options["verbosity"] > 1 else lambda line: None
        if not options["check"]:
            with transaction.atomic():
                rebuild.replay(note)
            self.stdout.write("发布图层已重建")
            return
        differences = rebuild.compare(note)
        for line in differences:
            self.stderr.write(line)
        if differences:
            raise CommandError("发布图层与登记不一致")
        self.stdout.write(f"发布图层与登记一致（{rebuild.count_of_places()} 个登记对象）")
