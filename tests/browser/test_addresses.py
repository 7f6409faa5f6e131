"""An address in the browser: found by what it was once called, its history read, its certificate fetched."""

from __future__ import annotations

from datetime import date

from tests import build
from tests.naming.test_address_history import door, entered, renumbered


def test_an_old_number_leads_to_the_door(city, visitor):
    street = city.named("鱼跃路", build.line((100, 300), (900, 300)))
    address, _other = entered(
        door(city, street, 33, 200), door(city, street, 36, 260, sub_number=2, building="2座", room="501")
    )
    renumbered(address, 35, on=date(2026, 6, 1))
    someone = visitor()
    page = someone.open("/?q=鱼跃路33号")
    page.get_by_role("link", name="鱼跃路35号").first.click()
    page.wait_for_url("**/addresses/**")
    assert page.locator("h1").inner_text().endswith("鱼跃路35号")
    assert page.locator(".timeline li").count() == 2
    someone.screenshot("address")
    assert someone.axe() == [] and someone.overflow() == 0 and someone.clipped() == []
    with page.expect_request("**/certificate.pdf"):
        page.get_by_role("link", name="地址变更证明").click()
    phone = visitor(width=390)
    phone.open(f"/addresses/{address}")
    phone.screenshot("address-390")
    assert phone.axe() == [] and phone.overflow() == 0 and phone.clipped() == []
    assert someone.trouble == [] and phone.trouble == []
