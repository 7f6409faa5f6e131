"""The page of a unit that was split and of one that ended, on a telephone and on a desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from boundaries.models import UnitVersion
from tests import build
from tests.boundaries.adjustments import Adjustment, split, unit

A = build.TOWN_A
EFFECTIVE = build.TODAY + timedelta(days=40)


def _split(city) -> tuple[UnitVersion, UnitVersion]:
    community = unit(f"{A}001")
    plan = split(community, [(700, -10), (720, 500), (700, 1010)], "新居社区居委会")
    Adjustment(city).draft(plan).to_reviewed().decide(effective_on=EFFECTIVE).announce()
    return community, UnitVersion.objects.get(name="新居社区居委会", act_out__isnull=True)


def _end(city) -> UnitVersion:
    village = unit(f"{A}200")
    new = "0d0f1c9a-4a1e-4a62-9f0f-6a0f5a6d7c11"
    figures = {"households": village.households, "population": village.population}
    plan = {
        "kind": "convert",
        "operations": [{"op": "convert", "unit": str(village.unit_id), "kind": "community"}],
        "after": [
            {"id": str(village.unit_id), "ceases": True, "becomes": new},
            {"id": new, "name": "试验新社区居委会", "kind": "community", **figures},
        ],
        "assets_touched": True,
    }
    Adjustment(city).draft(plan).to_reviewed(village).decide(effective_on=EFFECTIVE).announce()
    return village


@pytest.mark.parametrize("width", [390, 1440])
def test_units_in_time_are_clean(city, visitor, width):
    community, new = _split(city)
    ended = _end(city)
    UnitVersion.objects.filter(unit_id=new.unit_id).update(
        edge_status="pending", extent_text="东起学府路，西至滨河路，南至大岭，北至试验村（示意）"
    )
    reader = visitor(width=width)
    wrong: list[str] = []
    for lang in ("zh-hans", "en"):
        for name, version in (("split", community), ("new", new), ("ended", ended)):
            reader.open(f"/units/{version.unit_id}?on={EFFECTIVE}&lang={lang}")
            reader.page.wait_for_selector("[data-slider]:not([hidden])")
            reader.screenshot(f"unit-{name}-{lang}-{width}")
            wrong += [f"{lang} {name}: {line}" for line in reader.axe()]
            wrong += [f"{lang} {name}: clipped {text}" for text in reader.clipped()]
            if reader.overflow() > 0:
                wrong.append(f"{lang} {name}: {reader.overflow()} px too wide")
    assert wrong == [] and reader.trouble == []


def test_the_slider_goes_to_a_day(city, visitor):
    community, new = _split(city)
    reader = visitor()
    page = reader.open(f"/units/{community.unit_id}?on={EFFECTIVE}")
    slider = page.locator("#history-day")
    assert str(EFFECTIVE) in slider.get_attribute("aria-valuetext")
    slider.focus()
    page.keyboard.press("PageDown")
    assert page.input_value("#on") == "2023-01-01"
    page.keyboard.press("ArrowRight")
    assert page.input_value("#on") == "2024-01-01"
    page.keyboard.press("Enter")
    page.wait_for_url("**?on=2024-01-01")
    assert page.inner_text("[data-testid=as-of]").startswith("按 2024-01-01")
    page.fill("#on", "2023-06-01")
    page.locator("#on").blur()
    assert "2023-01-01" in slider.get_attribute("aria-valuetext"), "the slider stands at the day before"
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    page.wait_for_url(f"**?on={EFFECTIVE}")
    page.click("[data-testid=lineage-drawing] a")
    page.wait_for_url(f"**/units/{new.unit_id}")
    assert reader.trouble == []


def test_without_javascript_the_form_goes_to_a_day(city, visitor):
    community, _ = _split(city)
    reader = visitor(javascript=False)
    page = reader.open(f"/units/{community.unit_id}")
    assert not page.locator("[data-slider]").is_visible()
    page.fill("#on", "2024-01-01")
    page.click("form[data-stops] button")
    page.wait_for_url("**?on=2024-01-01")
    assert page.inner_text("[data-testid=as-of]").startswith("按 2024-01-01")
    assert page.locator("[data-testid=lineage-drawing]").is_visible()
