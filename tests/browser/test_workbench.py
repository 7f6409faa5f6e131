"""The boundary workbench in a real browser: typed and drawn adjustments, refusals, proposals, keys."""

from __future__ import annotations

import re

import pytest
import shapely
from playwright.sync_api import expect

from boundaries.models import AdjustmentItem, Building, River, UnitVersion
from geoapp.core.geometry import frame_geos
from geoapp.core.models import Case
from geoapp.planner.views import drafting
from tests import build
from tests.boundaries.adjustments import Adjustment, split, unit

A = build.TOWN_A


def survey(*points: tuple[float, float]) -> str:
    """A table of boundary points as surveyors write it: number, X (north), Y (east)."""
    rows = [build.at(x, y) for x, y in points]
    return "\n".join(["点号\tX\tY", *(f"J{n}\t{y:.3f}\t{x:.3f}" for n, (x, y) in enumerate(rows, 1))])


def open_workbench(visitor, near: str = "", **options):
    officer = visitor(**options).sign_in("demo-town")
    page = officer.open(f"/boundaries/new/{'?near=' + near if near else ''}")
    page.wait_for_selector("#map[data-ground=ready]")
    return officer, page


def type_line(page, text: str) -> None:
    page.evaluate("document.querySelector('[data-testid=typed]').open = true")
    page.fill("#typed-text", text)
    page.click("[data-testid=typed-apply]")


def spot(page, x: float, y: float) -> tuple[float, float]:
    """Return where a place of the small city is on the screen; town A is fitted when the page opens."""
    box = page.locator("#map").bounding_box()
    pad = 48
    width, height = box["width"] - 2 * pad, box["height"] - 2 * pad
    scale = max(2000 / width, 2000 / height)
    return (
        box["x"] + box["width"] / 2 + (x - 1000) / scale,
        box["y"] + box["height"] / 2 - (y - 1000) / scale,
    )


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


def test_points_are_pushed_by_the_arrows_and_turn_red_where_they_may_not_be(city, visitor):
    village, community = unit(f"{A}200"), unit(f"{A}001")
    officer, page = open_workbench(visitor, f"{community.unit_id},{village.unit_id}")
    page.click("[data-op=edge]")
    expect(page.locator("#op-border option")).to_have_count(1)
    page.click("#draw-start")
    field, status = page.locator("#map"), page.locator("[data-testid=draw-status]")
    field.scroll_into_view_if_needed()
    page.mouse.move(*spot(page, 1000, 1000))
    page.mouse.down()
    page.mouse.move(*spot(page, 1000, 900), steps=6)
    page.mouse.up()
    expect(field).to_have_attribute("data-vertex", "1")
    for key in ("ArrowUp", "Shift+ArrowUp", "]"):
        page.keyboard.press(key)
    expect(status).to_have_text("已选第 3 点，共 3 点；方向键移动。")
    page.keyboard.press("ArrowUp")
    expect(status).to_contain_text("按住 Alt")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowLeft")  # off the line it may slide along: the server says so
    expect(field).to_have_attribute("data-fault", "2")
    expect(status).to_contain_text("第 3 点不能放在这里")
    officer.screenshot("workbench-vertex")
    page.keyboard.press("Alt+ArrowRight")
    expect(field).to_have_attribute("data-fault", "none")
    page.keyboard.press("Enter")
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    expect(page.locator("[data-testid=moved-area]")).not_to_have_text("0 平方米")
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


def test_an_exclave_is_declared_with_its_basis(city, visitor):
    community, village = unit(f"{A}001"), unit(f"{A}200")
    officer, page = open_workbench(visitor, f"{community.unit_id},{village.unit_id}")
    page.click("[data-op=transfer]")
    page.select_option("#op-giver", str(community.unit_id))
    page.select_option("#op-receiver", str(village.unit_id))
    type_line(page, survey((300, 300), (600, 300), (600, 600), (300, 600)))
    form = page.locator("[data-testid=declare]")
    expect(form.locator("[data-testid=declared]")).to_have_text("试验村：2 块互不相连的土地")
    expect(page.locator("#map")).to_have_attribute("data-trouble-count", "1")
    form.locator("[data-testid=declare-go]").click()
    expect(form.locator("#declare-error")).to_have_text("请写明依据。")
    form.locator("#declare-basis").fill("1998年界线协议（示意）")
    officer.screenshot("workbench-declare")
    assert officer.axe() == []
    form.locator("[data-testid=declare-go]").click()
    expect(form.locator("[data-testid=declared]")).to_contain_text("内有 1 处被包围的土地")
    form.locator("#declare-basis").fill("1998年界线协议（示意）")
    form.locator("[data-testid=declare-go]").click()
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    expect(form).to_be_hidden()
    expect(page.locator("[data-testid=operation]")).to_contain_text("申明“试验村”为 2 块")
    assert officer.trouble == []


def test_a_unit_is_locked_with_its_reason_and_opened_again(city, visitor):
    community, village = unit(f"{A}001"), unit(f"{A}200")
    officer, page = open_workbench(visitor, str(community.unit_id))
    page.keyboard.press("l")
    expect(page.locator("#lock-reason")).to_be_focused()
    page.click("[data-testid=lock-add]")
    expect(page.locator("#lock-error")).to_have_text("请写明锁定的理由。")
    page.select_option("#lock-unit", str(community.unit_id))
    page.fill("#lock-reason", "权属争议未解决")
    page.click("[data-testid=lock-add]")
    expect(page.locator("#map")).to_have_attribute("data-locks", "1")
    expect(page.locator("[data-testid=lock]")).to_contain_text("“试验社区”已锁定：权属争议未解决")
    type_line(page, survey((700, -10), (720, 500), (700, 1010)))
    expect(page.locator("[data-testid=refused]")).to_contain_text("已被锁定（权属争议未解决）")
    officer.screenshot("workbench-lock")
    assert officer.axe() == []
    page.get_by_role("button", name="解除“试验社区”的锁定").click()
    expect(page.locator("#map")).to_have_attribute("data-locks", "0")
    expect(page.locator("#ledger")).to_have_attribute("data-state", "figures")
    page.keyboard.press("Escape")
    page.select_option("#lock-unit", str(village.unit_id))
    page.fill("#lock-reason", "另案办理")
    page.click("[data-testid=lock-add]")
    page.locator("[data-testid=after-unit][data-state=new] [data-field=name]").fill("新居社区居委会")
    for n, (households, people) in enumerate(((700, 2000), (500, 1600))):
        row = page.locator("[data-testid=after-unit]").nth(n)
        row.locator("[data-field=households]").fill(str(households))
        row.locator("[data-field=population]").fill(str(people))
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/TZ-*/")
    officer.open(f"/boundaries/{Case.objects.get().number}/")
    expect(page.locator("[data-testid=lock]")).to_contain_text("另案办理")
    assert officer.trouble == []


def test_a_village_goes_to_another_town_in_a_division_change_only(city, visitor):
    village = unit(f"{A}200")
    officer, page = open_workbench(visitor, str(village.unit_id))
    expect(page.locator("#op-reparent")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("[data-testid=reparent-why]")).to_contain_text("由市级登记")
    page.locator("#op-reparent").click(force=True)
    expect(page.locator("[data-testid=draw-status]")).to_contain_text("须报上级批准")
    assert officer.axe() == []
    clerk = visitor().sign_in("demo-city")
    page = clerk.open(f"/boundaries/new/?near={village.unit_id}")
    page.wait_for_selector("#map[data-ground=ready]")
    page.select_option("#id_procedure", "division_change")
    expect(page.locator("[data-testid=reparent-why]")).to_be_hidden()
    page.click("#op-reparent")
    page.select_option("#op-town", label="样板街道")
    page.click("[data-testid=apply]")
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    expect(page.locator("[data-testid=operation]")).to_have_text("“试验村”整体划入“样板街道”")
    clerk.screenshot("workbench-reparent")
    assert clerk.axe() == []
    page.fill("#id_reason", "省政府批复（示意）")
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/QH-*/")
    page = clerk.open(f"/boundaries/{Case.objects.get().number}/")
    page.wait_for_selector("#map[data-ground=ready]")
    expect(page.locator("#op-reparent")).to_have_attribute("aria-disabled", "false")
    assert officer.trouble == [] and clerk.trouble == []


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


def test_a_unit_is_found_by_typing_and_its_name_stands_first(city, visitor):
    village = unit(f"{A}200")
    officer, page = open_workbench(visitor)
    rows = page.locator("[data-testid=unit-list] label")
    expect(page.locator("[data-testid=unit-status]")).to_have_text("共 2 个，已选 0 个")
    page.fill("#unit-search", "sysq")
    expect(rows.locator("visible=true")).to_have_count(1)
    page.fill("#unit-search", "没有这里")
    expect(page.locator("[data-testid=unit-status]")).to_contain_text("没有符合的村居")
    page.fill("#unit-search", "试验村")
    expect(page.locator("[data-testid=unit-status]")).to_contain_text("符合 1 个")
    officer.screenshot("workbench-search")
    page.press("#unit-search", "Enter")
    expect(page.locator(f"input[name=near][value='{village.unit_id}']")).to_be_checked()
    expect(rows.locator("visible=true")).to_have_count(2)
    expect(page.locator("#map")).to_have_attribute("data-chosen", "1")
    assert officer.trouble == []


def test_whoever_has_too_many_units_begins_with_the_towns(city, visitor, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_NEAR", 3)
    officer = visitor().sign_in("demo-district")
    page = officer.open("/boundaries/new/")
    page.wait_for_selector("#map[data-ground=towns]")
    expect(page.locator("#map")).to_have_attribute("data-town-count", "2")
    expect(page.locator("[data-testid=draw-status]")).to_contain_text("单击一个镇街")
    officer.screenshot("workbench-towns")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    page.wait_for_selector("#map[data-ground=ready]")
    expect(page.locator("[data-testid=draw-status]")).not_to_contain_text("单击一个镇街")
    assert officer.trouble == []


def test_land_moved_by_another_is_shown_and_ones_work_redone(city, visitor):
    community, village = unit(f"{A}001"), unit(f"{A}200")
    officer, page = open_workbench(visitor, f"{community.unit_id},{village.unit_id}")
    page.click("[data-op=transfer]")
    page.select_option("#op-giver", str(community.unit_id))
    page.select_option("#op-receiver", str(village.unit_id))
    for west, east in ((900, 1100), (300, 600)):
        type_line(page, survey((west, 1000), (west, 850), (east, 850), (east, 1000)))
        expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    expect(page.locator("[data-testid=operation]")).to_have_count(2)
    cut = [(950, -10), (970, 500), (950, 1010)]
    other = Adjustment(city).draft(split(community, cut, "新居社区居委会")).to_reviewed()
    other.decide()
    page.fill("#id_reason", "群众要求（示意）")
    page.click("[data-testid=save]")
    panel = page.locator("[data-testid=rebase]")
    expect(panel.locator("[data-testid=change]")).to_contain_text(other.number)
    expect(panel.locator("[data-testid=step]")).to_have_count(2)
    expect(panel.locator("[data-fits=false]")).to_have_count(1)
    expect(page.locator("#map")).to_have_attribute("data-lands", "three")
    officer.screenshot("workbench-rebase")
    assert officer.axe() == []
    panel.get_by_role("button", name="移除第 1 步").click()
    expect(panel.locator("[data-testid=step]")).to_have_count(1)
    expect(panel.locator("[data-fits=true]")).to_have_count(1)
    page.click("[data-testid=rebase-go]")
    expect(panel).to_be_hidden()
    expect(page.locator("[data-testid=save-status]")).to_contain_text("已换到最新界线")
    expect(page.locator("#ledger")).to_have_attribute("data-state", "proved")
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/TZ-*/")
    assert len(AdjustmentItem.objects.exclude(item__case__number=other.number).get().operations) == 1
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
