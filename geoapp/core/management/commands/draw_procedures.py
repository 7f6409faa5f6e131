"""``manage.py draw_procedures``: the diagrams of the documentation, from the transition tables."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from geoapp.core.transitions import mermaid
from geoapp.core.workflow import procedures


class Command(BaseCommand):
    """Writes one page per procedure; the suite compares."""

    help = "由流程表生成文档中的流程图"

    def handle(self, *args: Any, **options: Any) -> None:
        """Write."""
        for procedure in procedures():
            path = settings.BASE_DIR / "geoapp" / "docs" / f"procedure_{procedure.code}.md"
            title = f"# {procedure.title} · {procedure.title_en}"
            note = "Generated from the transition table by `manage.py draw_procedures`."
            path.write_text(f"{title}\n{note}\n\n```mermaid\n{mermaid(procedure)}```\n", encoding="utf-8")
            self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
