"""A street is renamed in a real browser: from its entry page to the page that shows what it was called before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import shapely
from django.db import transaction
from django.db.models import F

from geoapp.core import acts
from geoapp.core.effective import begin
from geoapp.core.geometry import frame_geos
from geoapp.core.models import Case, Publicity
from geoapp.planner.demo_load.journey import PDF
from naming import prepared, published
from naming.models import Address, AddressVersion
from tests import build

pytestmark = pytest.mark.django_db(transaction=True)


def door(city, street, number: int) -> None:
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW - timedelta(days=300)) as act:
        address = Address.objects.create(synthetic=True)
        begin(
            AddressVersion,
            seq=act.seq,
            valid_from=date(2023, 1, 1),
            address=address,
            street=street,
            community_id=city.land.units[f"{build.TOWN_A}001"].pk,
            number=number,
            text=f"佛山市南海区试验镇鱼跃路{number}号",
            geom=frame_geos(shapely.Point(*build.at(200 + number, 505))),
        )
        published.publish("addresses", [address.pk], known_at=act.seq, seq=act.seq)


def test_a_street_is_renamed(city, visitor):
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    door(city, street, 2)
    stranger = visitor()
    stranger.open(f"/names/{street.pk}")
    assert not stranger.page.locator("[data-testid=rename]").count()

    planner = visitor().sign_in("demo-planner")
    page = planner.open(f"/names/{street.pk}")
    page.click("[data-testid=rename]")
    page.wait_for_selector("#map[data-map-ready]")
    assert "鱼跃路" in page.inner_text("[data-testid=renamed-street]")
    page.select_option("#id_applicant", label="佛山市自然资源局南海分局（示意）")
    page.fill("#id_name", "映霞路")
    page.wait_for_selector("#findings[data-band=block]")
    assert "N-22" in page.inner_text("#findings")
    page.select_option("#id_trigger", "construction")
    page.wait_for_selector("#findings[data-band]:not([data-band=block])")
    page.fill("#id_meaning", "晚霞映水")
    page.fill("#id_reason", "道路改建，名实不符")
    page.evaluate("window.scrollTo(0, 0)")
    planner.screenshot("plan-renaming", whole=False)
    assert planner.axe() == [] and planner.overflow() <= 0
    page.click("[data-testid=save]")
    page.wait_for_url("**/cases/SM-*/")
    number = Case.objects.get().number
    page.locator("form[enctype='multipart/form-data'] input[type=file]").set_input_files(
        [{"name": "申请书.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    page.locator("form[enctype='multipart/form-data'] select[name=kind]").select_option("application")
    page.locator("form[enctype='multipart/form-data'] button").first.click()
    page.wait_for_load_state("load")
    planner.act("submit")
    assert Case.objects.get().status == "submitted", page.inner_text("main")[:2000]

    officer = visitor().sign_in("demo-district")
    officer.open(f"/cases/{number}/")
    officer.act("accept")
    officer.act("consult")
    for account in ("demo-police", "demo-resources"):
        department = visitor().sign_in(account)
        department.open(f"/cases/{number}/")
        department.act("opine", opinion="agree", note="经核查，同意。")
    officer.open(f"/cases/{number}/")
    officer.act("publish", channel="区政府网站")
    notice = Publicity.objects.get()
    assert (notice.ends - notice.starts).days + 1 == 30
    citizen = visitor(width=390)
    citizen.open(f"/notices/{number}/")
    assert "鱼跃路 → 映霞路" in citizen.page.inner_text("main")
    assert citizen.axe() == [] and citizen.overflow() <= 0
    Publicity.objects.update(starts=F("starts") - timedelta(days=31), ends=F("ends") - timedelta(days=31))
    officer.open(f"/cases/{number}/")
    while officer.page.locator("form[action$='/do/answer_finding/']").count():
        officer.act("answer_finding", note="经核实，不影响使用。")
    officer.act("review", note="缘由属实，建议批准。")
    assert Case.objects.get().status == "reviewed", officer.page.inner_text("main")[:2000]
    officer.screenshot("case-renaming")
    assert "鱼跃路 → 映霞路" in officer.page.inner_text("main")
    assert officer.axe() == []

    approver = visitor().sign_in("demo-approver")
    approver.open(f"/cases/{number}/")
    item = Case.objects.get().items.get()
    approver.act("decide", doc_no="南府地名〔2026〕2号", note="同意", **{f"outcome-{item.pk}": "approved"})
    assert Case.objects.get().status == "decided", approver.page.inner_text("main")[:2000]
    publisher = visitor().sign_in("demo-publisher")
    publisher.open(f"/cases/{number}/")
    publisher.act("announce", channels="区民政局网站")

    page = citizen.open("/?q=鱼跃路")
    result = page.inner_text("[data-testid=results]")
    assert "旧名" in result and "现名 映霞路" in result
    assert "佛山市南海区试验镇映霞路2号" in citizen.open("/?q=鱼跃路2号").inner_text("[data-testid=results]")
    citizen.screenshot("search-former-390")
    page = citizen.open(f"/names/{street.pk}")
    assert page.inner_text("h1").startswith("映霞路")
    assert "曾用名：鱼跃路" in page.inner_text("[data-testid=former]")
    assert citizen.axe() == [] and citizen.overflow() <= 0
    reader = visitor()
    reader.open(f"/names/{street.pk}")
    reader.screenshot("entry-renamed")
    for one in (planner, officer, approver, publisher, citizen, reader):
        assert one.trouble == []


@pytest.mark.parametrize("width", [390, 1440])
def test_derived_names_and_a_long_preparation_are_shown(city, visitor, settings, width):
    """The street is looked for, its derived name stands on the case page; a long preparation says how far it is."""
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    city.named("鱼跃路二巷", build.line((300, 520), (300, 700)))
    for number in (2, 4, 6, 8, 10, 12):
        door(city, street, number)
    asked = {
        "kind": "rename",
        "street": str(street.pk),
        "name": "映霞路",
        "meaning": "晚霞",
        "trigger": "nature",
    }
    drafted = city.journey().draft([asked])
    planner = visitor(width=width).sign_in("demo-planner")
    page = planner.open("/plan/renaming/?q=yyl")
    assert "鱼跃路" in page.inner_text("[data-testid=found-streets]")
    planner.screenshot(f"renaming-find-{width}")
    assert planner.axe() == [] and planner.overflow() <= 0
    page = planner.open(f"/cases/{drafted.number}/")
    assert "映霞路二巷" in page.inner_text("[data-testid=derived]")
    planner.screenshot(f"renaming-derived-{width}")
    assert planner.axe() == [] and planner.overflow() <= 0
    page.click("[data-testid=derived] a.button")
    page.wait_for_selector("#id_name")
    assert page.input_value("#id_name") == "映霞路二巷"

    settings.GEOAPP_PREPARE_FROM, settings.GEOAPP_PREPARE_SECONDS = 5, 0
    walked = city.journey(build.NOW - timedelta(days=90)).draft([asked])
    walked.to_consulting().to_publicity().to_reviewed()
    approver = visitor(width=width, javascript=False).sign_in("demo-approver")
    page = approver.open(f"/cases/{walked.number}/")
    item = walked.case.items.get()
    prepared.SLICE, kept = 4, prepared.SLICE
    try:
        approver.act("decide", doc_no="府函1号", note="同意", **{f"outcome-{item.pk}": "approved"})
        assert "正在准备 4 / 6 户" in page.inner_text("[data-testid=preparing]")
        approver.screenshot(f"renaming-preparing-{width}")
        assert approver.overflow() <= 0
        page.click("[data-testid=preparing] button")
        page.wait_for_url("**/cases/SM-*/")
    finally:
        prepared.SLICE = kept
    assert Case.objects.get(pk=walked.case.pk).status == "decided"
