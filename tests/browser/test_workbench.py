"""The boundary workbench in a real browser: typed and drawn adjustments, refusals, proposals, keys."""

from __future__ import annotations

import re

import pytest
import shapely
from playwright.sync_api import expect

from boundaries.models import AdjustmentItem, Building, River, UnitVersion
from geoapp.core.geometry import frame_geos
from geoapp.core.models import Case
from tests import build
from tests.boundaries.adjustments import unit
from tests.browser.workbench import open_workbench, spot, survey, type_line

A = build.TOWN_A


def test_a_split_by_typed_coordinates_from_ledger_to_case(city, visitor):
    city.named("鱼跃路", build.line((100, 500), (900, 500)))
    community = unit(f"{A}001")
    officer = visitor().sign_in("demo-town")
    officer.page.click("[data-testid=new-adjustment]")
    page = officer.page
    page.wait_for_selector("#map[data-ground=ready]")
    page.select_option("#id_kind", "split")
    page.check(f"input[name=near][value='{community.unit_id}']")
    type_line(page, survey((700, -10), (720, 500), (700, 1010)))
    ledger = page.locator("#ledger")
    expect(ledger).to_have_attribute("data-state", "figures")
    expect(page.locator("[data-testid=balance]")).to_have_count(2)
    expect(page.locator("[data-balance=households]")).to_have_attribute("data-state", "incomplete")
    rows = page.locator("[data-testid=after-unit]")
    expect(rows).to_have_count(2)
    rows.nth(0).locator("[data-field=households]").fill("700")
    rows.nth(0).locator("[data-field=population]").fill("2000")
    fresh = page.locator("[data-testid=after-unit][data-state=new]")
    fresh.locator("[data-field=name]").fill("新居社区居委会")
    fresh.locator("[data-field=households]").fill("501")
    expect(page.locator("[data-balance=households]")).to_have_attribute("data-state", "off")
    fresh.locator("[data-field=households]").fill("500")
    fresh.locator("[data-field=population]").fill("1600")
    expect(page.locator("[data-balance=households]")).to_have_attribute("data-state", "even")
    expect(page.locator("[data-balance=population]")).to_have_attribute("data-state", "even")
    expect(ledger).to_have_attribute("data-state", "proved")
    expect(ledger).to_contain_text("1,200 → 700")
    expect(page.locator("[data-testid=streets]")).to_contain_text("鱼跃路")
    expect(page.locator("#map")).to_have_attribute("data-fresh-count", "1")
    expect(page.locator("[data-testid=history] li")).to_have_text(re.compile("试验社区.*新居社区居委会"))
    officer.screenshot("workbench-split")
    page.fill("#id_reason", "规模过大，服务半径过长（示意）")
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/TZ-*/")
    row = AdjustmentItem.objects.get()
    assert [u["households"] for u in row.after] == [700, 500]
    assert "新居社区居委会" in page.inner_text("main")
    page.click("a[href$='/impact/']")
    page.wait_for_load_state("load")
    assert "影响清单" in page.inner_text("h1")
    officer.screenshot("workbench-impact")
    page = officer.open(f"/boundaries/{Case.objects.get().number}/?item={row.item_id}")
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    expect(page.locator("[data-testid=after-unit][data-state=new] [data-field=name]")).to_have_value(
        "新居社区居委会"
    )
    assert officer.trouble == []


def test_a_transfer_drawn_with_the_mouse_undone_and_redone(city, visitor):
    village, community = unit(f"{A}200"), unit(f"{A}001")
    officer, page = open_workbench(visitor, f"{community.unit_id},{village.unit_id}")
    page.click("[data-op=transfer]")
    page.select_option("#op-giver", str(community.unit_id))
    page.select_option("#op-receiver", str(village.unit_id))
    page.click("#draw-start")
    page.locator("#map").scroll_into_view_if_needed()
    for x, y in ((600, 1100), (600, 850), (1400, 850), (1400, 1100)):
        page.mouse.click(*spot(page, x, y))
        page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    expect(page.locator("[data-testid=operation]")).to_have_count(1)
    expect(page.locator("#map")).to_have_attribute("data-moved-count", "1")
    officer.screenshot("workbench-transfer")
    before_and_after(officer, page)
    page.keyboard.press("Control+z")
    expect(page.locator("[data-testid=operation]")).to_have_count(0)
    expect(page.locator("#swipe")).to_be_disabled()
    page.keyboard.press("Control+y")
    expect(page.locator("[data-testid=operation]")).to_have_count(1)
    assert officer.trouble == []


def before_and_after(officer, page) -> None:
    """The slider over the map: by its button, its key and the arrows; what lies under it really differs."""
    page.click("#swipe")
    expect(page.locator("#map")).to_have_attribute("data-swipe", "50")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#map")).to_have_attribute("data-swipe", "51")
    expect(page.locator("#swipe-range")).to_have_attribute("aria-valuetext", re.compile("左侧 51% 为调整前"))
    officer.screenshot("workbench-swipe")
    pictures = []
    for key in ("Home", "End"):
        page.keyboard.press(key)
        page.wait_for_timeout(200)
        pictures.append(page.locator("#map").screenshot())
    assert pictures[0] != pictures[1]
    assert officer.axe() == []
    page.keyboard.press("h")
    expect(page.locator("#map")).to_have_attribute("data-swipe", "off")
    expect(page.locator("#swipe-box")).to_be_hidden()


def test_an_edge_has_handles_only_on_itself(city, visitor):
    village, community = unit(f"{A}200"), unit(f"{A}001")
    officer, page = open_workbench(visitor, f"{community.unit_id},{village.unit_id}")
    page.click("[data-op=edge]")
    expect(page.locator("#op-border option")).to_have_count(1)
    page.click("#draw-start")
    expect(page.locator("#map")).to_have_attribute("data-vertex-count", "2")
    page.locator("#map").scroll_into_view_if_needed()
    page.mouse.move(*spot(page, 1000, 1000))
    page.mouse.down()
    page.mouse.move(*spot(page, 1000, 900), steps=6)
    page.mouse.up()
    expect(page.locator("#map")).to_have_attribute("data-vertex-count", "3")
    page.click("#draw-finish")
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    expect(page.locator("#map")).to_have_attribute("data-gone-count", "1")
    officer.screenshot("workbench-edge")
    page.click("[data-op=redraw]")
    type_line(page, survey((0, 1000), (700, 1080), (2000, 1000)))
    expect(page.locator("[data-testid=operation]")).to_have_count(2)
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    assert officer.trouble == []


def test_a_refusal_says_why_and_where_and_nothing_is_lost(city, visitor):
    community = unit(f"{A}001")
    officer, page = open_workbench(visitor, str(community.unit_id))
    type_line(page, "J1 abc 410000")
    expect(page.locator("#typed-status")).to_contain_text("第 1 行")
    type_line(page, survey((700, 100), (700, 400)))
    expect(page.locator("#ledger")).to_have_attribute("data-state", "refused")
    expect(page.locator("[data-testid=refused]")).to_contain_text("第 1 步")
    officer.screenshot("workbench-refused")
    page.click("[data-testid=save]")
    expect(page.locator("[data-testid=save-status]")).to_contain_text("没有保存")
    assert not Case.objects.exists()
    page.keyboard.press("Escape")
    page.click("#undo")
    expect(page.locator("#ledger")).not_to_have_attribute("data-state", "refused")
    assert officer.trouble == []


def test_a_village_becomes_a_community(city, visitor):
    village = unit(f"{A}200")
    officer, page = open_workbench(visitor, str(village.unit_id))
    page.select_option("#id_kind", "convert")
    page.click("[data-testid=apply]")
    fresh = page.locator("[data-testid=after-unit][data-state=new]")
    fresh.locator("[data-field=name]").fill("试验新社区居委会")
    expect(page.locator("[data-balance=households]")).to_have_attribute("data-state", "even")
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/TZ-*/")
    old, new = AdjustmentItem.objects.get().after
    assert old["ceases"] and old["becomes"] == new["id"] and new["kind"] == "community"
    assert UnitVersion.objects.filter(unit_id=village.unit_id, valid_to__isnull=True).exists()
    assert officer.trouble == []


def test_a_proposed_plan_is_taken_over_and_saved(city, visitor):
    community = unit(f"{A}001")
    city.named("鱼跃路", build.line((0, 480), (2000, 520)))
    course = shapely.MultiLineString([build.line((1010, -50), (990, 1050))])
    River.objects.create(name="试验涌", geom=frame_geos(course), width_m=20.0)
    for x in range(100, 2000, 200):
        for y in (200, 800):
            place = frame_geos(shapely.Point(build.at(x, y)))
            Building.objects.create(community=community.unit, households=60, population=180, geom=place)
    officer, page = open_workbench(visitor, str(community.unit_id))
    page.evaluate("document.querySelector('[data-testid=plans-box]').open = true")
    page.click("[data-testid=ask-plans]")
    expect(page.locator("[data-testid=plan]").first).to_contain_text("试验涌")
    page.locator("[data-testid=plan] button").first.click()
    expect(page.locator("#map")).to_have_attribute("data-plan", "true")
    officer.screenshot("workbench-plans")
    assert officer.axe() == []
    page.locator("[data-testid=use-plan]").first.click()
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    expect(page.locator("[data-balance=households]")).to_have_attribute("data-state", "even")
    page.locator("[data-testid=after-unit][data-state=new] [data-field=name]").fill("新居社区居委会")
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/TZ-*/")
    assert sum(u["households"] for u in AdjustmentItem.objects.get().after) == 1200
    assert officer.trouble == []


@pytest.mark.parametrize("width", [390, 1440])
def test_the_workbench_is_clean(city, visitor, width):
    community = unit(f"{A}001")
    wrong: list[str] = []
    officer, page = open_workbench(visitor, str(community.unit_id), width=width)
    type_line(page, survey((700, -10), (720, 500), (700, 1010)))
    expect(page.locator("#ledger")).to_have_attribute("data-state", "figures")
    for language in ("zh", "en"):
        if language == "en":
            officer.open("/?lang=en")
            page = officer.open(f"/boundaries/new/?near={community.unit_id}")
            page.wait_for_selector("#map[data-ground=ready]")
        officer.screenshot(f"workbench-{language}-{width}")
        wrong += officer.axe()
        if officer.overflow() > 0:
            wrong.append(f"{officer.overflow()} px too wide")
        wrong += [f"clipped {text}" for text in officer.clipped()]
    assert wrong == []
    assert officer.trouble == []


def test_a_renaming_contains_its_naming_application(city, visitor):
    community = unit(f"{A}001")
    officer, page = open_workbench(visitor, str(community.unit_id))
    page.select_option("#id_kind", "rename")
    row = page.locator("[data-testid=after-unit]")
    expect(row.locator("[data-field=meaning]")).to_be_visible()
    for field, value in (
        ("name", "映霞社区"),
        ("pinyin", "Yìngxiá Shèqū"),
        ("meaning", "晚霞映水"),
        ("naming_reason", "片区建成后原名不符实际"),
    ):
        row.locator(f"[data-field={field}]").fill(value)
    row.locator("[data-field=trigger]").select_option("construction")
    page.fill("#id_reason", "名实不符")
    officer.screenshot("workbench-renaming")
    assert officer.axe() == [] and officer.overflow() <= 0
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/TZ-*/")
    words = page.inner_text("[data-testid=naming]")
    assert f"{community.name} → 映霞社区" in words and "城乡建设" in words and "晚霞映水" in words
    officer.screenshot("case-unit-renaming")
    assert officer.axe() == [] and officer.trouble == []
