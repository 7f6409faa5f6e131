"""A bulk import with errors, in a real browser, on a phone and on a desk."""

from __future__ import annotations

import pytest

from naming.models import AddressVersion
from tests.naming.address_files import door, doors, streets, write


@pytest.mark.parametrize("width", [390, 1440])
def test_bulk_import_with_errors(city, visitor, tmp_path, width):
    streets(city)
    rows = [
        *doors(30),
        door("鱼跃路", 16, 门牌号="１６"),
        door("鱼跃路", 17, 街路巷="无名路"),
        door("鱼跃路", 3),
        door("鱼跃路", 31),
        door("鲲鹏路", 16, 村居="试验村"),
    ]
    path = write(tmp_path / "试验镇门牌.csv", rows, encoding="gbk")
    officer = visitor(width=width).sign_in("demo-district")
    page = officer.page
    wrong: list[str] = []

    def look(name: str) -> None:
        page.wait_for_timeout(250)
        officer.screenshot(f"addresses-{name}-{width}")
        wrong.extend(f"{width} {name}: {line}" for line in officer.axe())
        if officer.overflow() > 0:
            wrong.append(f"{width} {name}: {officer.overflow()} px too wide")
        wrong.extend(f"{width} {name}: clipped {text}" for text in officer.clipped())

    page.click("text=导入地址")
    page.wait_for_url("**/addresses/import/")
    look("import")
    page.fill("#on", "2026-11-23")
    page.set_input_files("#file", path)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/addresses/import/*-*/")
    assert page.input_value("#column-2") == "street"
    look("columns")
    page.click("text=确认并检查")
    page.wait_for_selector("[data-testid=counts]")
    text = page.inner_text("main")
    assert "A-01" in text and "地名命名案件" in text and "A-02" in text and "A-09" in text
    look("report")
    page.click("text=全部接受")
    page.wait_for_selector("[data-testid=counts]")
    page.fill("#note", "历史形成的号码，经派出所核实")
    page.click("[data-testid=enter] button")
    page.wait_for_selector("[data-testid=state].badge--ok")
    look("entered")
    assert AddressVersion.objects.count() == 31
    assert wrong == []
    assert officer.trouble == []


def test_importing_works_without_javascript(city, visitor, tmp_path):
    streets(city)
    officer = visitor(javascript=False).sign_in("demo-district")
    page = officer.open("/addresses/import/")
    page.fill("#on", "2026-11-23")
    page.set_input_files("#file", write(tmp_path / "a.csv", doors(8)))
    page.click("main form button[type=submit]")
    page.click("text=确认并检查")
    officer.screenshot("addresses-progress")
    for _ in range(4):
        if page.locator("progress").count():
            page.click("text=继续")
    page.click("[data-testid=enter] button")
    while page.locator("progress").count():
        page.click("text=继续")
    assert "已完成" in page.inner_text("main") and AddressVersion.objects.count() == 8
