"""Door numbers in a real browser, on a phone and on a desk: from the counter to the plate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from shapely.geometry import Point

from geoapp.core import frame
from geoapp.planner.demo_load.door_journey import DoorJourney, door
from naming.models import AddressItem, Confirmation, PublishedAddress
from tests import build


def _spot(x: float, y: float = 511) -> tuple[str, str]:
    place = frame.to_geographic(Point(*build.at(x, y)))
    return f"{place.x:.9f}", f"{place.y:.9f}"


def _picture(path):
    from PIL import Image

    Image.new("RGB", (64, 48), "#0b4a8f").save(path)
    return path


@pytest.fixture
def photo(tmp_path):
    return _picture(tmp_path / "plate.png")


@pytest.mark.parametrize("width", [390, 1440])
def test_a_door_from_the_counter_to_the_plate(city, visitor, photo, width):
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    wrong: list[str] = []

    def look(who, name: str) -> None:
        who.page.wait_for_timeout(250)
        who.screenshot(f"doors-{name}-{width}")
        wrong.extend(f"{width} {name}: {line}" for line in who.axe())
        if who.overflow() > 0:
            wrong.append(f"{width} {name}: {who.overflow()} px too wide")
        wrong.extend(f"{width} {name}: clipped {text}" for text in who.clipped())

    town = visitor(width=width).sign_in("demo-town")
    page = town.page
    page.click("[data-testid=new-door]")
    page.wait_for_selector("#map[data-map-ready]")
    lon, lat = _spot(400)
    page.fill("#id_lon", lon)
    page.fill("#id_lat", lat)
    page.wait_for_selector("#map[data-streets='1']")
    assert page.input_value("#id_street") == str(street.pk)
    assert "2号" in page.inner_text("[data-suggestion]")
    page.wait_for_timeout(600)
    page.locator("#map").click(position={"x": 120, "y": 120})
    page.wait_for_function("([a, b]) => document.getElementById(a).value !== b", arg=["id_lon", lon])
    page.fill("#id_lon", lon)
    page.fill("#id_lat", lat)
    page.wait_for_selector("#map[data-streets='1']")
    page.select_option("#id_basis", "homestead_approval")
    page.fill("#id_permit_number", "南宅批〔2026〕8号")
    page.fill("#id_owner_name", "陈某某")
    page.fill("#id_owner_phone", "13800000000")
    look(town, "counter")
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/MP-*/")
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.select_option("#kind", "homestead_approval")
    page.set_input_files("#file", photo)
    page.click("form[action$='/attachments/'] button")
    page.wait_for_load_state("load")
    town.act("submit")
    town.act("check")
    look(town, "case-town")
    assert "待公安审核" in page.inner_text("main")

    for n in range(4):
        walk = DoorJourney(city.users, timezone.now() - timedelta(days=1))
        spot = Point(*build.at(500 + 60 * n, 511))
        walk.draft([door(spot, street=str(street.pk))]).to_checked()
    police = visitor(width=width).sign_in("demo-police")
    police.open("/doors/review/")
    look(police, "review")
    police.page.click("main table button")
    police.page.wait_for_url("**/doors/review/*-*/")
    look(police, "block")
    while police.page.locator("text=打开核对").count():
        police.page.locator("button:has-text('打开核对')").first.click()
        police.page.wait_for_load_state("load")
        if police.page.locator("button:has-text('下一扇抽查的门')").count():
            look(police, "look")
            police.page.click("button:has-text('下一扇抽查的门')")
            police.page.wait_for_load_state("load")
        police.page.click("main a[href^='/doors/review/']:has-text('审核批次')")
        police.page.wait_for_load_state("load")
    police.page.click("[data-testid=pass-all]")
    police.page.wait_for_load_state("load")
    assert "已编号 5 件" in police.page.inner_text("main")
    police.open(f"/cases/{number}/")
    look(police, "case-numbered")
    police.act("notify")
    with police.page.expect_download() as download:
        police.page.click("a[href$='confirmation.pdf']")
    assert download.value.suggested_filename.startswith("QR-440605-")

    resources = visitor(width=width).sign_in("demo-resources")
    resources.open(f"/cases/{number}/")
    resources.act("release")
    row = AddressItem.objects.get(item__case__number=number)
    assert PublishedAddress.objects.get(act_out__isnull=True).name == row.given_text

    page = town.open("/doors/plates/")
    look(town, "plates")
    card = page.locator("section.card").filter(has=page.get_by_text(row.given_text, exact=True))
    card.locator("input[type=file]").set_input_files(photo)
    card.locator("button").click()
    page.wait_for_load_state("load")
    assert "已登记安装" in page.inner_text("main")
    town.open(f"/cases/{number}/")
    look(town, "case-active")
    assert "已启用" in page.inner_text("h1")
    town.open("/doors/progress/")
    page.wait_for_selector("#map[data-selected='1']")
    look(town, "progress")

    anybody = visitor(width=width)
    anybody.open(f"/verify/{Confirmation.objects.get(item__case__number=number).token}")
    assert "真实，现行有效" in anybody.page.inner_text("main")
    look(anybody, "verify")
    anybody.page.goto(anybody.base + "/verify/forged")
    look(anybody, "forged")
    assert wrong == []
    assert town.trouble + police.trouble + resources.trouble + anybody.trouble == []


def test_the_counter_works_without_javascript(city, visitor):
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    page = visitor(javascript=False).sign_in("demo-town").page
    page.goto(page.url.split("/cases")[0] + "/doors/new/")
    lon, lat = _spot(400)
    page.fill("#id_lon", lon)
    page.fill("#id_lat", lat)
    page.click("[data-lookup]")
    assert "2号" in page.inner_text("#hint_street")
    page.select_option("#id_street", str(street.pk))
    page.select_option("#id_basis", "none")
    page.select_option("#id_kind", "temporary")
    page.click("[data-testid=save]")
    assert "临时门楼号" in page.inner_text("main")
    assert AddressItem.objects.get().item.kind == "temporary"


@pytest.mark.parametrize("width", [390, 1440])
def test_an_officer_explains_a_number_of_their_own(city, visitor, width):
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    wrong: list[str] = []

    def look(who, name: str) -> None:
        who.screenshot(f"doors-{name}-{width}")
        wrong.extend(f"{width} {name}: {line}" for line in who.axe())
        if who.overflow() > 0:
            wrong.append(f"{width} {name}: {who.overflow()} px too wide")
        wrong.extend(f"{width} {name}: clipped {text}" for text in who.clipped())

    walk = DoorJourney(city.users, timezone.now() - timedelta(days=1))
    doors = [
        door(Point(*build.at(x, 511)), street=str(street.pk), number=n) for x, n in ((400, "8"), (300, ""))
    ]
    walk.draft(doors).to_checked()
    a, b = (str(i.pk) for i in walk.case.items.order_by("seq"))
    police = visitor(width=width).sign_in("demo-police")
    page = police.open(f"/cases/{walk.number}/")
    warning = page.locator(".finding--warn")
    assert "A-03" in warning.inner_text() and "此处建议号为" in warning.inner_text()
    assert page.locator("form[action$='/do/number/'] button").first.is_disabled()
    look(police, "warning")
    warning.locator("input[name=note]").fill("沿街空地已预留 2 至 6 号")
    warning.locator("button[type=submit]").click()
    page.wait_for_load_state("load")
    given = {f"outcome-{a}": "approved", f"outcome-{b}": "approved", f"number-{b}": "30"}
    police.act("number", **given)
    assert "有一条警告尚未书面说明" in page.inner_text("main")
    assert page.input_value(f"form[action$='/do/number/'] [name='number-{b}']") == "30", (
        "what was typed stays"
    )
    look(police, "number-refused")
    police.act("number", **{f"answer-{b}": "中间为学校围墙，不设门"})
    assert "已编号" in page.inner_text("h1")
    assert "中间为学校围墙，不设门" in page.inner_text("main")
    page.goto(police.base + "/rules/#door_clocks")
    assert "door_clocks" in page.inner_text("#door_clocks")
    assert "核对通过，报公安审核" in page.inner_text("[id='A-01']")
    assert "提交申请" not in page.inner_text("[id='A-01']") and "提交申请" in page.inner_text("[id='A-02']")
    look(police, "rules")
    assert wrong == [] and police.trouble == []
