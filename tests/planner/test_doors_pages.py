"""The pages of door numbers: counter, case page, review by block, plates, progress, confirmation, verification."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from shapely.geometry import Point

from geoapp.core.models import Case
from geoapp.planner.demo_load.door_journey import PHOTO, DoorJourney, door
from naming.models import (
    AddressItem,
    AddressVersion,
    Confirmation,
    DoorOwner,
    ItemOpening,
    Plate,
    ReviewBlock,
)
from tests import build
from tests.planner.english import EnglishPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(town):
    return town.named("鱼跃路", build.line((100, 500), (900, 500)))


def walk(town, days: int = 3) -> DoorJourney:
    return DoorJourney(town.users, timezone.now() - timedelta(days=days))


def new(street, x=300, **fields):
    return door(Point(*build.at(x, 510)), street=str(street.pk), **fields)


def test_the_counter_opens_an_application(town, street, client):
    client.force_login(town.users["demo-town"])
    assert client.get("/doors/new/").status_code == 200
    data = new(street)
    page = client.get("/doors/new/", {"lon": data["lon"], "lat": data["lat"]}).content.decode()
    hint = page[page.index('id="hint_street"') :][:900]
    assert [w for w in ("鱼跃路", "122号", "同侧还没有门牌") if w not in hint] == [], hint
    assert "试验社区" in page
    near = client.get("/doors/near.json", {"lon": data["lon"], "lat": data["lat"]}).json()
    assert (
        near["community"]["name"] == "试验社区"
        and near["streets"][0]["text"] == "122号"
        and near["doors"] == []
    )
    answer = client.post("/doors/new/", data | {"owner_name": "陈某某", "owner_phone": "13800000000"})
    case = Case.objects.get(procedure="door_numbering")
    assert answer.status_code == 302 and answer.url == f"/cases/{case.number}/"
    assert DoorOwner.objects.get().name == "陈某某"
    page = client.get(answer.url).content.decode()
    assert "陈某某" in page and "申请事项" in page
    again = client.post(
        "/doors/new/",
        new(street, 400) | {"case": case.number, "version": case.version, "action": "another"},
    )
    assert again.url == f"/doors/new/?case={case.number}" and case.items.count() == 2
    item = case.items.first()
    assert client.get(f"/doors/new/?case={case.number}&item={item.pk}").status_code == 200
    stale = client.post(
        "/doors/new/", new(street) | {"case": case.number, "version": 1, "item": str(item.pk)}
    )
    assert stale.status_code == 409
    bad = client.post("/doors/new/", {"kind": "new", "owner_name": "陈"})
    assert bad.status_code == 422 and "没有点出门的位置" in bad.content.decode()
    case.refresh_from_db()
    saved = client.post(
        f"/cases/{case.number}/owner/", {"version": case.version, "owner_name": "李某某", "owner_phone": ""}
    )
    assert saved.status_code == 302 and DoorOwner.objects.get().name == "李某某"


def test_nobody_else_sees_the_owner(town, street, client):
    journey = walk(town).draft([new(street)], owner=("陈某某", "13800000000")).to_checked().give().tell()
    journey.release()
    shown = set()
    for name, user in town.users.items():
        client.force_login(user)
        page = client.get(f"/cases/{journey.number}/").content.decode()
        if "陈某某" in page or "13800000000" in page:
            shown.add(name)
    assert shown == {"demo-town", "demo-police"}
    client.logout()
    paper = Confirmation.objects.get()
    for path in (f"/verify/{paper.token}", "/ogc/collections/addresses/items?f=json", "/?q=鱼跃路2号"):
        assert "陈某某" not in client.get(path).content.decode()


def test_an_unnamed_street_opens_a_linked_naming_case(town, client):
    spot = Point(*build.at(300, 210))
    journey = walk(town).draft([door(spot, street_text="映霞路")]).go("submit", "demo-town")
    journey.go("await_name", "demo-town")
    client.force_login(town.users["demo-village"])
    item = journey.case.items.get()
    page = client.get(f"/cases/{journey.number}/").content.decode()
    link = f"/plan/?door={item.pk}&amp;from={journey.number}"
    assert link in page
    page = client.get(link.replace("&amp;", "&")).content.decode()
    assert 'value="映霞路"' in page and "data-near=" in page and journey.number in page
    import json

    from geoapp.core.geometry import to_geojson

    drawn = json.dumps(to_geojson(build.line((100, 200), (600, 220))))
    answer = client.post("/plan/", {"name": "映霞路", "geometry": drawn, "door": str(item.pk)})
    assert answer.status_code == 302
    linked = AddressItem.objects.get().naming_case
    assert linked.procedure == "street_naming" and answer.url == f"/cases/{linked.number}/"
    assert linked.number in client.get(f"/cases/{journey.number}/").content.decode()
    client.force_login(town.users["demo-planner"])
    assert client.get(f"/plan/?door={item.pk}").status_code == 403


def test_a_block_is_reviewed_on_its_page(town, street, client):
    for n in range(5):
        walk(town).draft([new(street, 200 + 40 * n)]).to_checked()
    client.force_login(town.users["demo-police"])
    assert "试验社区" in client.get("/doors/review/").content.decode()
    unit = town.land.units[f"{build.TOWN_A}001"].pk
    answer = client.post("/doors/review/", {"community": str(unit)})
    block = ReviewBlock.objects.get()
    assert answer.url == f"/doors/review/{block.pk}/"
    page = client.get(answer.url).content.decode()
    assert page.count("/open/") == 3 and "disabled" in page
    early = client.post(f"{answer.url}pass/", follow=True).content.decode()
    assert "还没有打开核对" in early and not AddressVersion.objects.exists()
    for item in block.sample:
        look = client.post(f"{answer.url}{item}/open/", follow=True)
        text = look.content.decode()
        assert (
            look.status_code == 200 and "新编门楼号</dd>" in text and "试验社区" in text and "建议号" in text
        )
    assert ItemOpening.objects.count() == 3
    assert len(client.get(f"/doors/review/{block.pk}.geojson").json()["features"]) == 5
    done = client.post(f"{answer.url}pass/", follow=True).content.decode()
    assert "已编号 5 件" in done
    numbers = AddressItem.objects.order_by("item__case__number").values_list("given_number", "given_sub")
    given = [number for number, _sub in numbers]
    assert given == sorted(given, reverse=True) and all(n % 2 == 0 for n in given), (
        "they follow along the street"
    )
    assert len(set(given)) == 5 and all(sub is None for _n, sub in numbers)
    block.refresh_from_db()
    assert block.passed_at
    for path in (f"{answer.url}{block.pk}/", f"/doors/review/{unit}/"):
        assert client.get(path).status_code == 404
    assert client.post("/doors/review/", {"community": "x"}).status_code == 404


def test_plates_are_hung_from_the_work_list(town, street, client):
    journey = walk(town).draft([new(street), new(street, 400)]).to_checked().give()
    client.force_login(town.users["demo-town"])
    page = client.get("/doors/plates/").content.decode()
    assert page.count("登记安装") >= 2 and "鱼跃路" in page
    plate = Plate.objects.order_by("text").first()
    version = journey.case.version
    refused = client.post(f"/doors/plates/{plate.pk}/hang/", {"version": version})
    assert refused.status_code == 422 and "没有门牌安装照片" in refused.content.decode()
    photo = SimpleUploadedFile("门牌.png", PHOTO, content_type="image/png")
    assert (
        client.post(f"/doors/plates/{plate.pk}/hang/", {"version": version, "photo": photo}).status_code
        == 302
    )
    plate.refresh_from_db()
    assert (
        plate.state == "hung"
        and plate.text not in client.get("/doors/plates/").content.decode().split("</ul>")[-1]
    )
    photo = SimpleUploadedFile("门牌.png", PHOTO, content_type="image/png")
    stale = client.post(
        f"/doors/plates/{Plate.objects.get(state='ordered').pk}/hang/", {"version": version, "photo": photo}
    )
    assert stale.status_code == 409
    client.force_login(town.users["demo-chancheng"])
    assert client.get("/doors/plates/").status_code == 403


def test_progress_counts_what_there_is(town, street, client):
    walk(town).draft([new(street)])
    walk(town).draft([new(street, 340)]).to_checked()
    walk(town).draft([new(street, 380), new(street, 420)]).to_checked().give()
    active = walk(town, 60).draft([new(street, 460)]).to_checked().give().tell().release().hang_plates()
    assert active.case.status == "active"
    walk(town).draft([new(street, 500)]).to_checked().give(default="refused")
    late = walk(town, 90).draft([new(street, 540)]).to_checked().give()
    assert late.case.status == "numbered"
    client.force_login(town.users["demo-district"])
    answer = client.get("/doors/progress/")
    (row, _shade), totals = answer.context["rows"][0], answer.context["totals"]
    assert (row.waiting, row.review, row.numbered, row.active, row.late) == (1, 1, 3, 1, 1)
    assert (row.total, row.share, totals["total"]) == (6, 17, 6)
    (feature,) = client.get("/doors/progress.geojson").json()["features"]
    assert feature["properties"]["active"] == 1 and feature["properties"]["shade"] == 0
    client.force_login(town.users["demo-chancheng"])
    assert client.get("/doors/progress/").context["rows"] == []


def test_the_confirmation_is_a_pdf_with_a_code(town, street, client):
    from geoapp.planner.views.door_papers import qr_of

    journey = walk(town).draft([new(street, kind="temporary", basis="none")], papers_held=()).to_checked()
    client.force_login(town.users["demo-police"])
    item = journey.case.items.get()
    path = f"/cases/{journey.number}/items/{item.pk}/confirmation.pdf"
    assert client.get(path).status_code == 404
    journey.give()
    answer = client.get(path)
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF") and len(answer.content) > 5000
    assert Confirmation.objects.get().number in answer["Content-Disposition"]
    assert qr_of("http://testserver/verify/x").startswith("<svg")
    from django.template.loader import render_to_string

    paper = Confirmation.objects.get()
    text = render_to_string(
        "planner/door_confirmation_print.html", {"paper": paper, "case": journey.case, "qr": ""}
    )
    assert "临时门楼号，不作房屋权属和合法性证明" in text and paper.text in text


def test_anybody_can_verify_a_confirmation(town, street, client):
    journey = walk(town).draft([new(street)]).to_checked().give()
    paper = Confirmation.objects.get()
    page = client.get(f"/verify/{paper.token}").content.decode()
    assert "真实，现行有效" in page and paper.text in page
    assert client.get("/verify/forged").status_code == 404
    gone = walk(town, 0).draft(
        [{"kind": "cancel", "address": str(paper.address_id), "reason": "拆除"}], papers_held=()
    )
    gone.to_checked().give()
    AddressVersion.objects.filter(address=paper.address, act_out__isnull=True).update(
        valid_to=timezone.localdate()
    )
    assert "门楼号已注销" in client.get(f"/verify/{paper.token}").content.decode()
    assert journey.case.items.get().confirmation == paper


STATES = ("draft", "collected", "supplement", "naming", "checked", "numbered", "active", "refused")


@pytest.mark.parametrize("state", STATES)
def test_pages_in_english(town, street, client, state):
    journey = walk(town, 70)
    if state == "naming":
        journey.draft([door(Point(*build.at(300, 210)), street_text="映霞路")]).go("submit", "demo-town")
        journey.go("await_name", "demo-town")
    else:
        journey.draft([new(street, number="8"), new(street, 400)], owner=("陈某某", "13800000000"))
    if state in {"collected", "supplement"}:
        journey.go("submit", "demo-town")
    if state == "supplement":
        journey.go("supplement", "demo-town", note="请补充照片")
    if state in {"checked", "numbered", "active", "refused"}:
        journey.to_checked()
    if state in {"numbered", "active", "refused"}:
        journey.explain().give(default="refused" if state == "refused" else "approved")
    if state == "active":
        journey.tell().release().hang_plates()
    assert journey.case.status == state
    client.cookies["lang"] = "en"
    paths = ["/cases/", f"/cases/{journey.number}/"]
    people = {"demo-town": [*paths, "/doors/new/", "/doors/progress/", "/doors/plates/"]}
    data = new(street, 420)
    people["demo-town"].append(f"/doors/new/?lon={data['lon']}&lat={data['lat']}")
    if state != "draft":
        people["demo-police"] = [*paths, "/doors/review/"]
    if state in {"draft", "supplement", "naming"}:
        people["demo-town"].append(f"/doors/new/?case={journey.number}&item={journey.case.items.first().pk}")
    for name, wanted in people.items():
        client.force_login(town.users[name])
        for path in wanted:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert EnglishPage(answer.content.decode()).stray == [], path
    if state == "checked":
        unit = town.land.units[f"{build.TOWN_A}001"].pk
        page = client.post("/doors/review/", {"community": str(unit)}, follow=True)
        assert EnglishPage(page.content.decode()).stray == []
        block = ReviewBlock.objects.get()
        look = client.post(f"/doors/review/{block.pk}/{block.sample[0]}/open/", follow=True)
        assert EnglishPage(look.content.decode()).stray == []
    for paper in Confirmation.objects.all()[:1]:
        assert EnglishPage(client.get(f"/verify/{paper.token}").content.decode()).stray == []
    bad = client.post("/doors/new/", {"kind": "change", "lon": "x", "lat": "y", "number": "三"})
    assert bad.status_code in {403, 422}
    assert EnglishPage(bad.content.decode()).stray == []
