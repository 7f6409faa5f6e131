"""``manage.py verify_audit``: re-compute the chain of acts and the chain of every case."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geoapp.core import acts, cases
from geoapp.core.models import Act, Case


class Command(BaseCommand):
    """Exits 1 when any link does not hold."""

    help = "核对登记行为链与案件经过链，有改动时退出码为 1"

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        found = acts.faults()
        for case in Case.objects.order_by("number").iterator():
            found += cases.event_faults(case)
        for line in found:
            self.stderr.write(line)
        if found:
            raise CommandError(f"审计链有 {len(found)} 处不符")
        self.stdout.write(f"审计链完整：{Act.objects.count()} 号登记行为，{Case.objects.count()} 个案件")
