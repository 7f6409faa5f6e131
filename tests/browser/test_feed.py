"""The change feed in a browser: what happened, act by act, readable on a phone and clean."""

from __future__ import annotations

import pytest

from tests import build


@pytest.mark.parametrize("width", [390, 1440])
def test_the_feed_is_read_by_people(city, visitor, width):
    city.named("鱼跃路", build.line((100, 500), (900, 500)))
    journey = build.draft(city, "映霞路").to_consulting().to_publicity()
    journey.to_reviewed().decide().announce()
    reader, wrong = visitor(width=width), []

    def look(path: str, name: str) -> str:
        page = reader.open(path)
        reader.screenshot(f"{name}-{width}")
        wrong.extend(f"{path}: {line}" for line in reader.axe())
        if reader.overflow() > 0:
            wrong.append(f"{path}: {reader.overflow()} px too wide")
        wrong.extend(f"{path}: clipped {text}" for text in reader.clipped())
        return page.inner_text("main")

    told = look("/ogc/feed", "feed")
    assert "地名公告" in told and "没有改动公开图层" in told
    reader.page.click("main table tbody tr:has-text('地名公告') a")
    address = reader.page.url
    entry = look(address.removeprefix(reader.base), "feed-entry")
    assert "映霞路" in entry and "新增" in entry and "校验根" in entry
    look("/ogc/feed?lang=en", "feed-en")
    assert wrong == [] and reader.trouble == []
