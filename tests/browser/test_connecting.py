"""The page ``/api/`` on a phone and a desk, in both languages, with and without JavaScript."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_is_clean(city, visitor, width, language):
    person = visitor(width=width)
    person.open(f"/api/?lang={language}")
    person.screenshot(f"connecting-{language}-{width}")
    assert person.axe() == []
    assert person.overflow() == 0
    assert person.clipped() == []
    assert person.trouble == []


def test_it_works_without_javascript(city, visitor):
    person = visitor(javascript=False)
    page = person.open("/api/")
    page.fill("input[name=datetime]", "2024-02-29")
    page.click("main form button")
    page.wait_for_url("**datetime=2024-02-29")
    shown = page.locator("#gdal-day + pre").inner_text()
    assert f'"WFS:{person.base}/wfs?datetime=2024-02-29"' in shown
    page.click("main a[href='/api/openapi.json']")
    assert "openapi" in page.content()
