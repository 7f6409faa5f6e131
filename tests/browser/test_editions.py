"""The pages of yearly code lists in a real browser, on a phone and on a desk."""

from __future__ import annotations

from datetime import date

import pytest

from boundaries.models import EditionUpload
from tests import build
from tests.boundaries.lists import csv_of, standing_rows

VILLAGE = f"{build.TOWN_A}200"


def a_year_s_list() -> list[list[str]]:
    """Return Nanhai's list with a new unit, a lost character, a village gone and one renamed."""
    rows = [r for r in standing_rows(date(2025, 12, 31), "440605") if r[0] != VILLAGE]
    rows = [[c, {"样板社区": "样?社区", "样板村": "新样板村"}.get(n, n), *rest] for c, n, *rest in rows]
    fresh = [
        [f"{build.TOWN_A}00{n}", f"{name}社区", build.TOWN_A, "试验镇"]
        for n, name in ((2, "新苑"), (3, "东苑"))
    ]
    return sorted([*rows, *fresh])


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_are_clean(city, visitor, tmp_path, width):
    good, bad = tmp_path / "2026年名单.csv", tmp_path / "有错的名单.csv"
    good.write_bytes(csv_of(a_year_s_list()))
    twice = [*a_year_s_list(), [f"{build.TOWN_A}002", "重复社区", build.TOWN_A, "试验镇"]]
    wrong_segment = [f"{build.TOWN_A}205", "错段社区居委会", build.TOWN_A, "试验镇"]
    bad.write_bytes(csv_of([*twice, wrong_segment]))
    officer = visitor(width=width).sign_in("demo-district")
    page = officer.page
    wrong: list[str] = []

    def look(name: str) -> None:
        officer.screenshot(f"editions-{name}-{width}")
        wrong.extend(f"{width} {name}: {line}" for line in officer.axe())
        if officer.overflow() > 0:
            wrong.append(f"{width} {name}: {officer.overflow()} px too wide")
        wrong.extend(f"{width} {name}: clipped {text}" for text in officer.clipped())

    officer.open("/boundaries/sizes/")
    page.click("main .page-head a:text-is('年度名单')")
    page.wait_for_url("**/boundaries/editions/")
    look("empty")
    page.set_input_files("#file", bad)
    page.fill("#year", "2026")
    page.click("main form button[type=submit]")
    page.wait_for_selector("[data-testid=defects]")
    assert "第 3 行重复" in page.inner_text("main") and "与名称不符" in page.inner_text("main")
    look("defects")
    page.set_input_files("#file", good)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/boundaries/editions/*-*/")
    assert page.is_disabled("[data-testid=write] button")
    look("compared")
    page.click("section[data-kind=added] > form button")
    page.wait_for_load_state("load")
    removed = page.locator(f"[data-act='{VILLAGE}']")
    removed.locator("details").first.evaluate("el => el.open = true")
    removed.locator("button[value=rejected]").click()
    page.wait_for_selector("#error")
    look("refused")
    for code, reason in ((VILLAGE, "另开调整案办理"), (f"{build.TOWN_B}001", "名单缺字")):
        act = page.locator(f"[data-act='{code}']")
        act.locator("details").first.evaluate("el => el.open = true")
        act.locator("input[name=reason]").fill(reason)
        act.locator("button[value=rejected]").click()
        page.wait_for_load_state("load")
    act = page.locator(f"[data-act='{build.TOWN_B}200']")
    act.locator("details").first.evaluate("el => el.open = true")
    act.locator("input[name=effective]").fill("2026-03-01")
    act.locator("button[value=confirmed]").click()
    page.wait_for_load_state("load")
    look("answered")
    page.click("[data-testid=write] button")
    page.wait_for_selector("[data-testid=written]")
    look("written")
    assert EditionUpload.objects.get().act
    assert wrong == []
    assert officer.trouble == []


def test_confirming_works_without_javascript(city, visitor, tmp_path):
    path = tmp_path / "2026.csv"
    path.write_bytes(csv_of(standing_rows(date(2025, 12, 31), "440605")))
    page = visitor(javascript=False).sign_in("demo-district").open("/boundaries/editions/")
    page.set_input_files("#file", path)
    page.fill("#year", "2026")
    page.click("main form button[type=submit]")
    assert "完全一致" in page.inner_text("main")
    page.click("[data-testid=write] button")
    assert "已写入" in page.inner_text("main")
