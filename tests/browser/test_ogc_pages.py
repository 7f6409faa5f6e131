"""The pages of the data service: readable on a telephone and on a desk, in both languages; the form without a script."""

from __future__ import annotations

import pytest

from tests import build

PAGES = {
    "collection": "/ogc/collections/streets",
    "items": "/ogc/collections/streets/items?filter=name LIKE '鱼跃%25'",
    "wrong": "/ogc/collections/streets/items?filter=name == '鱼跃路'",
    "queryables": "/ogc/collections/streets/queryables",
    "schema": "/ogc/collections/notices/schema",
    "downloads": "/download/",
    "downloads-of-a-day": "/download/?datetime=2026-01-01",
}


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_of_the_service_are_clean(city, visitor, width):
    city.named("鱼跃路", build.line((100, 500), (900, 500)))
    reader = visitor(width=width)
    wrong: list[str] = []
    for lang in ("zh-hans", "en"):
        for name, path in PAGES.items():
            reader.open(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            reader.screenshot(f"ogc-{name}-{lang}-{width}")
            wrong += [f"{lang} {name}: {line}" for line in reader.axe()]
            wrong += [f"{lang} {name}: clipped {text}" for text in reader.clipped()]
            if reader.overflow() > 0:
                wrong.append(f"{lang} {name}: {reader.overflow()} px too wide")
    assert wrong == []


def test_the_form_finds_a_street(city, visitor):
    city.named("鱼跃路", build.line((100, 500), (900, 500)))
    city.named("映霞路", build.line((100, 700), (900, 700)))
    page = visitor().open("/ogc/collections/streets")
    page.select_option("#q-comparison", "starts")
    page.fill("#q-value", "鱼跃")
    page.press("#q-value", "Enter")
    page.wait_for_url("**/items?**filter=**")
    assert page.input_value("#filter") == "name LIKE '鱼跃%'"
    assert page.locator("[data-feature]").count() == 1
    assert "鱼跃路" in page.inner_text("[data-feature]")
