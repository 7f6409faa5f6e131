"""The upload and the sizes pages in a real browser, on a phone and on a desk."""

from __future__ import annotations

import pytest

from boundaries.models import BoundaryUpload, UnitVersion
from tests import build
from tests.boundaries.test_import_pages import importables, listed


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_are_clean(city, visitor, tmp_path, width):
    path = importables.geojson(tmp_path, listed(city, faulty=True), name="试验镇村界.geojson")
    UnitVersion.objects.filter(code=f"{build.TOWN_B}001").update(households=12_000)
    UnitVersion.objects.filter(code=f"{build.TOWN_B}200").update(households=60)
    UnitVersion.objects.filter(code=f"{build.TOWN_C}200").update(households=5_200)
    officer = visitor(width=width).sign_in("demo-district")
    page = officer.page
    wrong: list[str] = []

    def look(name: str) -> None:
        page.wait_for_timeout(250)
        officer.screenshot(f"boundaries-{name}-{width}")
        wrong.extend(f"{width} {name}: {line}" for line in officer.axe())
        if officer.overflow() > 0:
            wrong.append(f"{width} {name}: {officer.overflow()} px too wide")
        wrong.extend(f"{width} {name}: clipped {text}" for text in officer.clipped())

    officer.open("/boundaries/import/")
    look("import")
    page.fill("#on", "2026-11-23")
    page.set_input_files("#file", path)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/boundaries/import/*-*/")
    assert "还不能导入" in page.inner_text("main")
    page.wait_for_selector("#map[data-selected='1']")
    look("report")
    page.check("input[name=accept]")
    page.click("text=按勾选的试算")
    page.wait_for_url("**accept=1")
    look("report-ready")
    page.click("[data-testid=plan] form button")
    page.wait_for_selector("[data-testid=imported]")
    look("imported")
    assert BoundaryUpload.objects.get().act
    officer.open("/boundaries/sizes/")
    page.wait_for_selector("#map[data-selected='3']")
    look("sizes")
    assert "特大型社区" in page.inner_text("main") and "UNVERIFIED" in page.inner_text("main")
    page.select_option("#class", "village")
    page.click("main form button[type=submit] >> nth=0")
    page.wait_for_selector("#map[data-selected='1']")
    assert wrong == []
    assert officer.trouble == []


def test_uploading_works_without_javascript(city, visitor, tmp_path):
    path = importables.geojson(tmp_path, listed(city))
    officer = visitor(javascript=False).sign_in("demo-district")
    page = officer.open("/boundaries/import/")
    page.fill("#on", "2026-11-23")
    page.set_input_files("#file", path)
    page.click("main form button[type=submit]")
    assert "可以导入" in page.inner_text("main")
    page.click("[data-testid=plan] form button")
    assert "已导入" in page.inner_text("main")
