"""``manage.py send_webhooks [--watch 秒]``: tell departments of new acts."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geoapp.ogc.feed.webhooks import sending


class Command(BaseCommand):
    """Sends what is due; exits with 1 while a subscription is stopped because nobody takes its messages."""

    help = "把新的登记行为推送给订阅的部门；没有送到的按间隔重试，多次失败后停送并报警（可以重复运行）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the pause between runs."""
        parser.add_argument("--watch", type=float, metavar="秒", help="一直运行，每隔若干秒查看一次")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once, or until stopped."""
        while True:
            outcome = sending.send_due(note=self.stdout.write)
            self.stdout.write(f"推送：送达 {outcome.delivered} 件，失败 {outcome.failed} 次")
            stopped = list(sending.dead())
            for delivery in stopped:
                self.stderr.write(
                    f"警报：{delivery.webhook.name} 自第 {delivery.after_seq + 1} 号登记行为起停送"
                    f"（已试 {delivery.attempts} 次）：{delivery.error}"
                )
            if options["watch"] is None:
                if stopped:
                    raise CommandError(f"{len(stopped)} 个订阅已停送；在管理后台的“推送记录”中重新投递")
                return
            time.sleep(options["watch"])
