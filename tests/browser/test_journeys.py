"""From the drawn line to the public page, in a real browser, as the people involved would do it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db.models import F
from playwright.sync_api import expect

from geoapp.core import frame
from geoapp.core.models import Case, Publicity, PublishedNotice
from geoapp.planner.demo_load.journey import PDF
from tests import build


def lonlat(*points: tuple[float, float]) -> str:
    line = frame.to_geographic(build.line(*points))
    return "\n".join(f"{x:.9f},{y:.9f}" for x, y in line.coords)


def file_of(name: str) -> dict[str, object]:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF}


def test_from_drawing_to_the_public_page(city, visitor):
    city.named("鱼跃路", build.line((100, 500), (900, 500)))
    planner = visitor().sign_in("demo-planner")
    page = planner.open("/plan/")
    page.wait_for_selector("#map[data-map-ready]")
    page.select_option("#id_applicant", label="佛山市自然资源局南海分局（示意）")
    page.fill("#coords", lonlat((100, 200), (400, 215), (700, 220)))
    page.fill("#id_name", "鱼跃路")
    page.wait_for_selector("#findings[data-band=block]")
    assert "第九条第（八）项" in page.inner_text("#findings")
    page.evaluate("window.scrollTo(0, 0)")
    planner.screenshot("plan-blocked", whole=False)
    page.fill("#id_name", "映霞路")
    page.wait_for_selector("#findings[data-band]:not([data-band=block])")
    assert "Yìngxiá Lù" in page.inner_text("#pinyin-suggestion")
    for field, value in (
        ("meaning", "晚霞映水"),
        ("width_m", "18"),
        ("start_text", "滨河路"),
        ("end_text", "学府路"),
    ):
        page.fill(f"#id_{field}", value)
    page.select_option("#id_road_class", "local")
    page.fill("#id_reason", "新建道路，便于群众出行")
    planner.screenshot("plan-warned", whole=False)
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/SM-*/")
    number = Case.objects.get().number
    planner.screenshot("case-draft")

    page.locator("form[enctype='multipart/form-data'] input[type=file]").set_input_files(
        [file_of("申请书.pdf")]
    )
    page.locator("form[enctype='multipart/form-data'] select[name=kind]").select_option("application")
    page.locator("form[enctype='multipart/form-data'] button").first.click()
    page.wait_for_load_state("load")
    assert "申请书.pdf" in page.inner_text("main")
    planner.act("submit")
    assert Case.objects.get().status == "submitted", page.inner_text("main")[:2000]

    officer = visitor().sign_in("demo-district")
    assert number in officer.page.inner_text("main")
    officer.screenshot("inbox", whole=False)
    officer.page.keyboard.press("j")
    officer.page.keyboard.press("Enter")
    officer.page.wait_for_url(f"**/cases/{number}/")
    officer.act("accept")
    officer.act("consult")
    for account in ("demo-police", "demo-resources"):
        department = visitor().sign_in(account)
        department.open(f"/cases/{number}/")
        department.act("opine", opinion="agree", note="经核查，同意。")
    officer.open(f"/cases/{number}/")
    officer.act("publish", channel="区政府网站")
    assert Case.objects.get().status == "publicity", officer.page.inner_text("main")[:2000]

    citizen = visitor(width=390)
    page = citizen.open(f"/notices/{number}/")
    page.check("input[name=stance][value=objection]")
    page.fill("textarea[name=text]", "与村中旧名不符，请斟酌。")
    citizen.screenshot("notice-390")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("load")
    assert "意见已收到" in page.inner_text("body")

    # The notice has run: its days are put back, as a week of waiting would.
    Publicity.objects.update(starts=F("starts") - timedelta(days=9), ends=F("ends") - timedelta(days=9))
    officer.open(f"/cases/{number}/")
    officer.act("answer_comment", note="已与村委会核实，旧名在另一处。")
    while officer.page.locator("form[action$='/do/answer_finding/']").count():
        officer.act("answer_finding", note="经核实，不影响使用。")
    officer.screenshot("case-publicity")
    officer.act("review", note="名称符合规定，建议批准。")
    assert Case.objects.get().status == "reviewed", officer.page.inner_text("main")[:2000]

    approver = visitor().sign_in("demo-approver")
    approver.open(f"/cases/{number}/")
    approver.screenshot("case-decide", whole=False)
    item = Case.objects.get().items.get()
    approver.act(
        "decide",
        doc_no="南府地名〔2026〕1号",
        signer="示意签发人",
        note="同意",
        **{f"outcome-{item.pk}": "approved"},
    )
    assert Case.objects.get().status == "decided", approver.page.inner_text("main")[:2000]
    assert not PublishedNotice.objects.filter(act_out__isnull=True).exists()

    publisher = visitor().sign_in("demo-publisher")
    publisher.open(f"/cases/{number}/")
    publisher.act("announce", channels="区民政局网站")
    reader = visitor()
    page = reader.open("/")
    page.fill("input[name=q]", "yingxia")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/names/*")
    text = page.inner_text("main")
    for words in ("映霞路", "Yìngxiá Lù", "晚霞映水", "南府地名〔2026〕1号", "滨河路"):
        assert words in text
    page.wait_for_selector("[data-map-ready]")
    reader.screenshot("entry")
    for one in (planner, officer, citizen, approver, publisher, reader):
        assert one.trouble == []


def test_drawing_with_the_mouse_snaps_and_can_be_undone(city, visitor):
    city.named("鱼跃路", build.line((100, 500), (900, 500)))
    planner = visitor().sign_in("demo-planner")
    page = planner.open("/plan/")
    page.wait_for_selector("#map[data-map-ready]")
    page.fill("#coords", lonlat((100, 200), (400, 215)))
    page.keyboard.press("Tab")
    page.wait_for_selector("#map[data-vertex-count='2']")
    box = page.locator("#map").bounding_box()
    page.click("[data-tool=clear]")
    page.click("[data-tool=draw]")
    for dx, dy in ((0.3, 0.4), (0.5, 0.45), (0.7, 0.5)):
        page.mouse.click(box["x"] + box["width"] * dx, box["y"] + box["height"] * dy)
        page.wait_for_timeout(350)
    page.keyboard.press("Control+z")
    page.click("[data-tool=finish]")
    expect(page.locator("[name=geometry]")).to_have_value(re.compile("LineString"))
    assert page.locator("[name=geometry]").input_value().count("[") == 3, "two vertices are left"
    assert planner.trouble == []


def test_the_decision_bar_says_why(city, visitor):
    journey = build.draft(city, "映霞路").go("submit", "demo-planner")
    officer = visitor().sign_in("demo-district")
    officer.open(f"/cases/{journey.number}/")
    journey.go("accept", "demo-district").go("consult", "demo-district")
    officer.open(f"/cases/{journey.number}/")
    button = officer.page.locator("form[action$='/do/publish/'] button").first
    assert button.is_disabled()
    assert "公安尚未答复" in officer.page.inner_text(".decision-bar")


def test_a_stale_page_keeps_what_was_written(city, visitor):
    journey = build.draft(city, "映霞路").go("submit", "demo-planner")
    officer = visitor().sign_in("demo-district")
    officer.open(f"/cases/{journey.number}/")
    journey.go("accept", "demo-district-2")
    officer.act("supplement", note="请补充四至图")
    text = officer.page.inner_text("main")
    assert "区地名科乙" in text
    officer.screenshot("case-stale")
    assert "请补充四至图" in officer.page.content()


def test_useful_without_javascript(city, visitor):
    city.named("鱼跃路", build.line((100, 500), (900, 500)))
    reader = visitor(javascript=False)
    page = reader.open("/?q=yuyuelu")
    page.click("text=鱼跃路")
    assert "Yúyuè Lù" in page.inner_text("main")
    journey = build.draft(city, "映霞路")
    planner = visitor(javascript=False).sign_in("demo-planner")
    planner.open(f"/cases/{journey.number}/")
    planner.act("submit")
    assert journey.case.status == "submitted"


PAGES = ("/", "/?q=yuyue", "/notices/", "/rules/", "/guide/", "/signin/", "/nowhere/")
INSIDE = ("/cases/?view=all", "/plan/")


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_are_clean(city, visitor, width):
    place = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    journey = build.draft(city, "映霞路", "听涛路").to_consulting().to_publicity()
    unit = city.land.units[build.TOWN_A].pk
    wrong: list[str] = []

    def look(one, path: str) -> None:
        one.open(path)
        one.page.wait_for_timeout(250)
        one.screenshot(f"page-{path.strip('/').replace('/', '-').split('?')[0][:24] or 'home'}-{width}")
        found = [f"{width} {path}: {line}" for line in one.axe()]
        if one.overflow() > 0:
            found.append(f"{width} {path}: {one.overflow()} px too wide")
        found += [f"{width} {path}: clipped {text}" for text in one.clipped()]
        wrong.extend(found)

    reader = visitor(width=width)
    for path in (*PAGES, f"/names/{place.pk}", f"/units/{unit}", f"/notices/{journey.number}/"):
        look(reader, path)
    officer = visitor(width=width).sign_in("demo-district")
    for path in ("/cases/?view=all", f"/cases/{journey.number}/"):
        look(officer, path)
    planner = visitor(width=width).sign_in("demo-planner")
    for path in INSIDE:
        look(planner, path)
    assert wrong == []
    assert reader.trouble + officer.trouble + planner.trouble == []
