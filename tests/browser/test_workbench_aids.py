"""The workbench's aids: finding units, land moved by another, declarations, locks, other towns, points by keys."""

from __future__ import annotations

from playwright.sync_api import expect

from boundaries.models import AdjustmentItem
from geoapp.core.models import Case
from geoapp.planner.views import drafting
from tests import build
from tests.boundaries.adjustments import Adjustment, split, unit
from tests.browser.workbench import open_workbench, spot, survey, type_line

A = build.TOWN_A


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
