"""A case of two hundred doors in a real browser: counts first, filters, pages, the form of the review."""

from __future__ import annotations

import pytest

from naming.models import AddressItem
from tests import build
from tests.planner.test_many_doors import many


@pytest.mark.parametrize("width", [390, 1440])
def test_two_hundred_doors_are_gone_through(city, visitor, width):
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    walk = many(city, street, 200, without=3)
    nameless = AddressItem.objects.get(item__case__number=walk.number, item__seq=180)
    AddressItem.objects.filter(pk=nameless.pk).update(street=None, street_text="映霞路", number=None)
    walk.go("submit", "demo-town")
    wrong: list[str] = []

    def look(who, name: str) -> None:
        who.page.wait_for_timeout(250)
        who.screenshot(f"many-doors-{name}-{width}")
        wrong.extend(f"{width} {name}: {line}" for line in who.axe())
        if who.overflow() > 0:
            wrong.append(f"{width} {name}: {who.overflow()} px too wide")
        wrong.extend(f"{width} {name}: clipped {text}" for text in who.clipped())

    town = visitor(width=width).sign_in("demo-town")
    page = town.open(f"/cases/{walk.number}/")
    shown = page.locator("article[id^=door-]")
    assert shown.count() == 20 and shown.first.get_attribute("id") == "door-180", "the nameless one is first"
    look(town, "case")
    page.click("[data-testid=door-needs] a:has-text('警告待说明')")
    page.wait_for_url("**doors=warn**")
    page.click("nav.pagination a:has-text('下一页')")
    page.wait_for_url("**page=2**")
    assert "doors=warn" in page.url and "2 / " in page.inner_text("nav.pagination")
    first = shown.first
    first.locator("input[name=note]").first.fill("沿街空地已预留")
    first.locator(".finding form button").first.click()
    page.wait_for_load_state("load")
    assert "doors=warn" in page.url and "page=2" in page.url, "back to where the officer was"
    look(town, "warnings")
    AddressItem.objects.filter(pk=nameless.pk).update(street=street)
    walk.go("check", "demo-town")

    police = visitor(width=width).sign_in("demo-police")
    page = police.open(f"/cases/{walk.number}/")
    form = page.locator("form[action$='/do/number/']")
    assert form.locator("select[name^=outcome-]").count() in {0, 200}, (
        "all doors, or disabled with its reasons"
    )
    assert "还有" in page.inner_text(".decision-bar"), "hundreds of reasons are folded"
    look(police, "review")
    assert wrong == [] and town.trouble == [] and police.trouble == []
