"""``manage.py demo_accounts``: who can sign in to the demo, and what to try first."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.table import Table

from geoapp.core.models import Case
from geoapp.planner.demo_load.people import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    """Prints the accounts of the demo."""

    help = "显示示意账号与试用建议"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        console = Console(file=self.stdout._out if hasattr(self.stdout, "_out") else None)
        table = Table(title=f"示意账号（密码都是 {PASSWORD}）")
        for heading in ("账号", "身份", "能做什么"):
            table.add_column(heading)
        for account in ACCOUNTS:
            table.add_row(account.username, account.name, account.what)
        console.print(table)
        blocked = Case.objects.filter(title__contains="鱼跃路", status="draft").first()
        console.print("先试这三件事：")
        console.print("  1. 不登录，在首页搜索 zmlu、祖庙路 或 zumiaolu")
        console.print("  2. 用 demo-planner 登录，打开“规划绘图”，画一条街并命名，看右侧的检查结果")
        if blocked:
            console.print(f"  3. 打开案件 {blocked.number}：同一建成区内第二条“鱼跃路”为什么被阻断")
