"""The pages in English, in a real browser: nothing overflows, nothing is cut off, findings come in English."""

from __future__ import annotations

import re

import pytest

from tests import build
from tests.browser.test_journeys import INSIDE, PAGES, lonlat


@pytest.mark.parametrize("width", [390, 1440])
def test_english_pages_are_clean(city, visitor, width):
    place = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    journey = build.draft(city, "映霞路", "听涛路").to_consulting().to_publicity()
    unit = city.land.units[build.TOWN_A].pk
    wrong: list[str] = []

    def look(one, path: str) -> None:
        one.open(path)
        one.page.wait_for_timeout(250)
        assert one.page.get_attribute("html", "lang") == "en"
        wrong.extend(f"{width} {path}: {line}" for line in one.axe())
        if one.overflow() > 0:
            wrong.append(f"{width} {path}: {one.overflow()} px too wide")
        wrong.extend(f"{width} {path}: clipped {text}" for text in one.clipped())

    reader = visitor(width=width)
    reader.open("/?lang=en")
    for path in (*PAGES, f"/names/{place.pk}", f"/units/{unit}", f"/notices/{journey.number}/"):
        look(reader, path)
    officer = visitor(width=width).sign_in("demo-district")
    officer.open("/?lang=en")
    for path in ("/cases/?view=all", f"/cases/{journey.number}/"):
        look(officer, path)
    officer.screenshot(f"english-case-{width}")
    planner = visitor(width=width).sign_in("demo-planner")
    planner.open("/?lang=en")
    for path in INSIDE:
        look(planner, path)
    assert wrong == []
    assert reader.trouble + officer.trouble + planner.trouble == []


def test_findings_beside_the_map_are_english(city, visitor):
    city.named("鱼跃路", build.line((100, 500), (900, 500)))
    planner = visitor().sign_in("demo-planner")
    planner.open("/?lang=en")
    page = planner.open("/plan/")
    page.wait_for_selector("#map[data-map-ready]")
    page.fill("#coords", lonlat((100, 200), (400, 215), (700, 220)))
    page.fill("#id_name", "鱼跃路")
    page.wait_for_selector("#findings[data-band=block]")
    text = page.inner_text("#findings")
    assert "Regulations on Place Names, art. 9(8)" in text
    quoted = re.sub("“[^“”]*”", "", text).replace("鱼跃路", "").replace("佛山（试行）", "")
    assert not re.search("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]", quoted), quoted
    planner.screenshot("english-plan", whole=False)
    assert planner.trouble == []
