"""Clocks on the case page and in the inbox: days left, days overdue, an extension recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.boundaries.test_clocks import decided_change


@pytest.mark.parametrize("width", [390, 1440])
def test_an_overdue_change_is_extended(city, visitor, width):
    today = timezone.localdate()
    change = decided_change(city, today - timedelta(days=375), today - timedelta(days=340))
    change.clock = timezone.now()
    change.attach("extension", by="demo-city")
    officer = visitor(width=width).sign_in("demo-city")
    page = officer.page
    wrong: list[str] = []

    def look(name: str) -> None:
        officer.screenshot(f"clocks-{name}-{width}")
        wrong.extend(f"{width} {name}: {line}" for line in officer.axe())
        if officer.overflow() > 0:
            wrong.append(f"{width} {name}: {officer.overflow()} px too wide")
        wrong.extend(f"{width} {name}: clipped {text}" for text in officer.clipped())

    officer.open("/cases/?view=all")
    assert "已逾期" in page.inner_text("main")
    look("inbox")
    officer.open(f"/cases/{change.number}/")
    assert "已逾期" in page.inner_text("main")
    look("overdue")
    officer.act("extend", doc_no="粤府函〔2026〕9号", approved_on=today.isoformat(), note="勘界未完")
    assert "已延期 6 个月" in page.inner_text("main")
    look("extended")
    assert wrong == [] and officer.trouble == []
