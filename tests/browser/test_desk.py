"""From the field to a number in a browser: task → accepted doors → case; the counter's chooser; codes of an address."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from geoapp.core.models import Case
from naming import address_codes
from naming.models import AddressItem, CollectedDoor, Plate
from tests import build
from tests.naming import fieldwork
from tests.naming.test_address_history import door, entered, renumbered
from tests.naming.test_collected_cases import collected
from tests.planner.test_address_codes import FIRST, SECOND, keeper
from tests.planner.test_counter_chooser import doors, spot, village
from tests.planner.test_desk_pages import photo_of


@pytest.fixture
def field(city):
    """A task with three doors to be checked, one of them at a street without a name, one in the register."""
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    entered(door(city, street, 1, 120))
    task = fieldwork.task(city, note="先走鱼跃路")
    for number in (1, 7, 9):
        row = collected(task, (110 + 20 * number, 506), street=street, number=number, state="received")
        photo_of(row)
    collected(task, (300, 806), street_text="石头巷", number=3, state="received")
    return street, task


def test_from_the_task_to_the_case(city, field, visitor):
    _street, task = field
    officer = visitor().sign_in("demo-town")
    page = officer.open(f"/collect/tasks/{task.pk}/")
    for box in page.locator("input[name=door]").all():
        box.check()
    page.click("button[value=accept]")
    expect(page.locator("[data-testid=desk]")).to_contain_text("待编号 2")
    expect(page.locator("[data-testid=unnamed]")).to_contain_text("石头巷")
    page.click("[data-testid=open-case]")
    page.wait_for_url("**/cases/**")
    case = Case.objects.get(procedure="door_numbering")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("article[id^=door-]").count() == 2
    for picture in page.locator(".thumbs img").all():
        picture.scroll_into_view_if_needed()
        page.wait_for_function("el => el.complete && el.naturalWidth > 0", arg=picture.element_handle())
    officer.screenshot("desk-case-1440")
    for number in (7, 9):
        expect(
            page.locator("#items-title + article, article[id^=door-]").nth(0 if number == 7 else 1)
        ).to_contain_text(f"{number}号")
    page.go_back()
    page.reload()
    expect(page.locator("[data-testid=desk-case]")).to_contain_text(case.number)
    assert page.locator("[data-testid=open-case]").count() == 0
    assert CollectedDoor.objects.filter(entered__item__case=case).count() == 2
    assert officer.trouble == []


def test_the_counter_without_javascript_finds_a_village(city, visitor):
    place = village("沙岗", "Shāgǎng")
    doors(city, place, 1, 2)
    officer = visitor(javascript=False).sign_in("demo-town")
    page = officer.open("/doors/new/")
    data = spot()
    page.fill("#id_lon", data["lon"])
    page.fill("#id_lat", data["lat"])
    page.fill("#id_owner_name", "陈某某")
    page.fill("#id_q", "shag")
    page.click("[data-testid=look]")
    expect(page.locator("[data-testid=found]")).to_contain_text("1")
    assert "owner" not in page.url and page.input_value("#id_owner_name") == "陈某某"
    page.select_option("#id_street", str(place.pk))
    page.select_option("#id_basis", "homestead_approval")
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/**")
    assert AddressItem.objects.get().street_id == place.pk


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_are_clean(city, field, visitor, width):
    street, task = field
    CollectedDoor.objects.update(state="accepted")
    here = village("沙岗", "Shāgǎng")
    doors(city, here, 1, 2)
    (one,) = entered(door(city, street, 33, 200))
    first = address_codes.record(one, "gb39609_division", FIRST, date(2025, 1, 1), keeper(city))
    address_codes.change(first.pk, SECOND, date(2026, 1, 1), keeper(city))
    address_codes.record(
        one, "gb39609_coordinate", "49QGF1234567890123456789+12.5", date(2025, 1, 1), keeper(city)
    )
    seq = renumbered(one, 37)
    for n, number in enumerate(("33号", "37号")):
        Plate.objects.create(
            address_id=one,
            token=f"token{n}",
            text=f"佛山市南海区试验镇鱼跃路{number}",
            number=number,
            state="hung" if n else "replaced",
            hung_on=date(2026, 6, 2) if n else date(2024, 4, 2),
            ordered_in=seq,
        )
    wrong: list[str] = []

    def look(one, path: str, name: str) -> None:
        one.open(path)
        one.page.wait_for_timeout(250)
        one.screenshot(f"desk-{name}-{width}")
        wrong.extend(f"{width} {path}: {line}" for line in one.axe())
        if one.overflow() > 0:
            wrong.append(f"{width} {path}: {one.overflow()} px too wide")
        wrong.extend(f"{width} {path}: clipped {text}" for text in one.clipped())

    reader = visitor(width=width)
    look(reader, f"/addresses/{one}?plate=33号", "address")
    look(reader, f"/?q={FIRST}", "search")
    officer = visitor(width=width).sign_in("demo-town")
    look(officer, f"/collect/tasks/{task.pk}/?state=accepted", "task")
    look(officer, "/collect/tasks/", "tasks")
    data = spot()
    look(officer, f"/doors/new/?lon={data['lon']}&lat={data['lat']}&q=无此村", "counter")
    police = visitor(width=width).sign_in("demo-police")
    look(police, f"/addresses/{one}/codes/", "codes")
    assert wrong == []
    assert reader.trouble + officer.trouble + police.trouble == []
