"""A street gets another name: from the draft to the announcement, its doors with it, its past kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import shapely
from django.db import transaction

from geoapp.core import acts, bulk, cases
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput, NotFound, NotReady
from geoapp.core.geometry import frame_geos
from geoapp.core.models import PublishedNotice
from geoapp.planner import rebuild
from geoapp.planner.demo_load.door_journey import DoorJourney
from geoapp.planner.demo_load.door_journey import door as door_form
from naming import intake, published
from naming.address_register import enter
from naming.derived import derived_names
from naming.models import (
    Address,
    AddressVersion,
    PlaceName,
    PlaceNameVersion,
    PublishedAddress,
    PublishedStreet,
    RenameItem,
    StreetVersion,
)
from naming.search import search
from tests import build
from tests.naming.test_address_history import door

pytestmark = pytest.mark.django_db


def doors(town, street: PlaceName, texts: dict[int, str]) -> dict[int, Address]:
    """Enter and publish doors of a street in the town's first community, by an act of their own."""
    community = town.land.units[f"{build.TOWN_A}001"].pk
    made = {number: Address(synthetic=True) for number in texts}
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW - timedelta(days=300)) as act:
        bulk.insert(Address, made.values())
        bulk.insert(
            AddressVersion,
            [
                AddressVersion(
                    address_id=made[number].pk,
                    street_id=street.pk,
                    community_id=community,
                    number=number,
                    side="left" if number % 2 else "right",
                    text=text,
                    geom=frame_geos(shapely.Point(*build.at(200 + number, 505))),
                    valid_from=date(2023, 1, 1),
                    act_in=act.seq,
                )
                for number, text in texts.items()
            ],
        )
        ids = [a.pk for a in made.values()]
        published.publish("addresses", ids, known_at=act.seq, seq=act.seq)
        act.payload["publish"] = [{"layer": "addresses", "ids": [str(i) for i in ids], "known_at": act.seq}]
    return made


def composed(street: str, number: int) -> str:
    return f"佛山市南海区试验镇{street}{number}号"


def asked(street: PlaceName, name: str, **fields: object) -> dict[str, object]:
    """Return a renaming as a form sends it."""
    return {
        "kind": "rename",
        "street": str(street.pk),
        "name": name,
        "meaning": "取意晚霞映水（示意）",
        "trigger": "construction",
    } | fields


def renaming(town, street: PlaceName, name: str, **fields: object):
    return town.journey().draft([asked(street, name, **fields)], reason="道路改建后名实不符（示意）")


def test_a_street_is_called_otherwise_and_its_doors_with_it(town):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    own_words = "佛山市南海区试验镇试验社区鱼跃路3号（旧糖厂）"
    made = doors(town, street, {1: composed("鱼跃路", 1), 2: composed("鱼跃路", 2), 3: own_words})
    extent = StreetVersion.objects.get()
    journey = renaming(town, street, "映霞路")
    assert journey.case.title == "鱼跃路更名为映霞路"
    journey.to_consulting().to_publicity()
    notice = journey.case.publicities.get()
    assert (notice.ends - notice.starts).days + 1 == 30
    assert PublishedNotice.objects.get(act_out__isnull=True).kind == "rename"
    journey.to_reviewed().decide()
    today = journey.case.decision.effective_on
    day_before = today - timedelta(days=1)

    names = PlaceNameVersion.objects.filter(place=street)
    assert in_force(names, today).get().name == "映霞路"
    assert in_force(names, day_before).get().name == "鱼跃路"
    assert in_force(names, day_before).get().valid_to == today
    assert in_force(names, today).get().doc_no == journey.case.decision.doc_no
    assert [StreetVersion.objects.get().row, StreetVersion.objects.get().act_out] == [extent.row, None]
    texts = AddressVersion.objects.filter(street=street)
    assert set(in_force(texts, today).values_list("text", flat=True)) == {
        composed("映霞路", 1),
        composed("映霞路", 2),
        own_words.replace("鱼跃路", "映霞路"),
    }
    assert set(in_force(texts, day_before).values_list("text", flat=True)) == {
        composed("鱼跃路", 1),
        composed("鱼跃路", 2),
        own_words,
    }
    # The public still reads the old names until they are announced.
    assert [r["former"] for r in search("鱼跃路")] == [False] and not search("映霞路")
    assert not PublishedAddress.objects.filter(name__contains="映霞路").exists()

    journey.announce()
    old, new = search("鱼跃路")[0], search("映霞路")[0]
    assert old["former"] and old["now"] == {"id": str(street.pk), "name": "映霞路"}
    assert new["id"] == str(street.pk) and not new["former"]
    door = search(composed("鱼跃路", 2))[0]
    assert door["type"] == "address" and door["former"]
    assert door["now"] == {"id": str(made[2].pk), "name": composed("映霞路", 2)}
    rows = PublishedStreet.objects.filter(id=street.pk, act_out__isnull=True).order_by("valid_from")
    assert [(r.name, r.valid_from, r.valid_to) for r in rows] == [
        ("鱼跃路", date(2023, 1, 1), today),
        ("映霞路", today, None),
    ]
    public = PublishedAddress.objects.filter(id=made[1].pk, act_out__isnull=True).order_by("valid_from")
    assert [(r.name, r.street, r.valid_to) for r in public] == [
        (composed("鱼跃路", 1), "鱼跃路", today),
        (composed("映霞路", 1), "映霞路", None),
    ]
    assert "原名“鱼跃路”" in journey.case.items.get().announcement.location
    assert acts.faults() == [] and cases.event_faults(journey.case) == []
    assert rebuild.compare(lambda _: None) == []
    journey.finish()
    assert journey.case.status == "archived"


def test_what_a_later_day_already_holds_is_called_otherwise_too(town):
    """A door that is recorded to move later is composed anew before and after that day."""
    from geoapp.core.effective import succeed

    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    door = doors(town, street, {1: composed("鱼跃路", 1)})[1]
    later = build.TODAY + timedelta(days=300)
    with transaction.atomic(), acts.act("numbering", at=build.NOW) as act:
        succeed(door.versions.get(), seq=act.seq, valid_from=later, number=11, text=composed("鱼跃路", 11))
    renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed().decide()
    standing = door.versions.filter(act_out__isnull=True).order_by("valid_from")
    assert [v.text for v in standing] == [
        composed("鱼跃路", 1),
        composed("映霞路", 1),
        composed("映霞路", 11),
    ]
    assert standing[2].valid_from == later


def test_a_renaming_needs_its_trigger(town):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    journey = renaming(town, street, "映霞路", trigger="")
    with pytest.raises(NotReady, match="N-22"):
        journey.go("submit", "demo-planner")
    for fields, fault in (({"trigger": "other"}, "法律依据"), ({"name": "鱼跃路"}, "不是更名")):
        form = intake.read_street(asked(street, "映霞路") | fields, on=build.TODAY)
        item = str(journey.case.items.get().pk)
        intake.save_street(
            journey.case,
            form,
            actor=town.users["demo-planner"],
            version=journey.case.version,
            at=journey.clock,
            item_id=item,
        )
        with pytest.raises(NotReady, match=fault):
            journey.go("submit", "demo-planner")
    form = intake.read_street(
        asked(street, "映霞路", trigger="other", legal_basis="某条例第三条", protected="on"), on=build.TODAY
    )
    intake.save_street(
        journey.case,
        form,
        actor=town.users["demo-planner"],
        version=journey.case.version,
        at=journey.clock,
        item_id=item,
    )
    journey.go("submit", "demo-planner")
    assert RenameItem.objects.get().protected


def test_the_old_name_does_not_stand_in_its_own_way_but_another_street_does(town):
    street = town.named("鱼跃一路", build.line((100, 500), (900, 500)))
    town.named("映霞路", build.line((100, 700), (900, 700)))
    journey = renaming(town, street, "鱼跃大道")
    codes = set(journey.case.items.get().findings.filter(current=True).values_list("code", flat=True))
    assert not codes & {"N-08", "N-09", "N-10", "G-02"}
    taken = renaming(town, street, "映霞路")
    with pytest.raises(NotReady, match="N-08"):
        taken.go("submit", "demo-planner")


def test_a_street_renamed_meanwhile_stops_the_second_case(town):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    first, second = renaming(town, street, "映霞路"), renaming(town, street, "听涛路")
    first.to_consulting().to_publicity().to_reviewed()
    second.to_consulting().to_publicity().to_reviewed()
    first.decide()
    second.clock = first.clock + timedelta(days=3)
    with pytest.raises(NotReady, match="已是“映霞路”"):
        second.decide()
    second.decide(default="refused")
    assert second.case.status == "refused"


def test_names_and_renamings_share_a_case_and_are_split_off(town):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    new = build.street("听涛路", build.line((100, 200), (600, 200)))
    journey = town.journey().draft([new, asked(street, "映霞路")])
    assert journey.case.title == "听涛路命名，鱼跃路更名为映霞路"
    journey.to_consulting().to_publicity().to_reviewed()
    journey.decide(**{"鱼跃路更名为映霞路": "split_off"})
    other = journey.case.items.get(kind="rename").split_to
    copied = other.items.get()
    assert copied.renaming.place_id == street.pk and copied.subject_id == street.pk
    assert other.title == "鱼跃路更名为映霞路"
    assert PlaceNameVersion.objects.filter(place=street, act_out__isnull=True).get().name == "鱼跃路"


def test_a_name_is_free_again_for_another_street_once_it_is_given_up(town):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed().decide()
    after = build.NOW + timedelta(days=200)
    form = intake.read_street(build.street("鱼跃路", build.line((100, 200), (700, 200))), on=after.date())
    case, item = intake.open_case(
        actor=town.users["demo-planner"],
        applicant=town.bodies["district"],
        form=form,
        reason="新路",
        at=after,
    )
    assert not item.findings.filter(current=True, code="N-08").exists()


@pytest.mark.parametrize(
    ("fields", "error", "field"),
    [
        ({"street": ""}, BadInput, "street"),
        ({"street": "没有"}, NotFound, "street"),
        ({"street": "00000000-0000-4000-8000-000000000000"}, NotFound, "street"),
        ({"trigger": "whim"}, BadInput, "trigger"),
        ({"legal_basis": "法" * 501}, BadInput, "legal_basis"),
        ({"name": ""}, BadInput, "name"),
    ],
)
def test_bad_forms_name_the_field(town, fields, error, field):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    with pytest.raises(error) as refusal:
        intake.read_street(asked(street, "映霞路") | fields, on=build.TODAY)
    assert refusal.value.as_problem()["field"] == field


def test_the_open_check_judges_a_renaming(town, client):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    body = {"kind": "rename", "street": str(street.pk), "name": "映霞路"}
    answer = client.post("/api/check", body, content_type="application/json").json()
    assert [f["code"] for f in answer["findings"] if f["severity"] == "block"] == ["N-22"]
    assert answer["street"] == {"id": str(street.pk), "name": "鱼跃路"} and answer["length_m"] == 800
    answer = client.post("/api/check", body | {"trigger": "nature"}, content_type="application/json").json()
    assert "N-22" not in [f["code"] for f in answer["findings"]]
    assert (
        client.post("/api/check", body | {"street": ""}, content_type="application/json").status_code == 422
    )
    unknown = body | {"street": "00000000-0000-4000-8000-000000000000"}
    assert client.post("/api/check", unknown, content_type="application/json").status_code == 404


def test_a_number_not_yet_released_stays_with_the_officers(town):
    """A renaming publishes the doors that are public, not one whose number was given but not released."""
    street = town.named("鱼跃路", build.line((100, 300), (900, 300)))
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW - timedelta(days=60)) as act:
        two = [door(town, street, 1, 200), door(town, street, 3, 260)]
        public, kept = (a.pk for a in enter(two, seq=act.seq, valid_from=date(2024, 1, 1)))
        published.publish("addresses", [public], known_at=act.seq, seq=act.seq)
        act.payload["publish"] = [{"layer": "addresses", "ids": [str(public)], "known_at": act.seq}]
    journey = renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed().decide()
    journey.announce()
    texts = {
        v.address_id: v.text
        for v in AddressVersion.objects.filter(act_out__isnull=True, valid_to__isnull=True)
    }
    assert texts[public].endswith("映霞路1号") and texts[kept].endswith("映霞路3号"), (
        "both doors are composed anew"
    )
    rows = PublishedAddress.objects.filter(act_out__isnull=True, valid_to__isnull=True)
    assert {(r.id, r.name[-5:]) for r in rows} == {(public, "映霞路1号")}
    assert rebuild.compare(lambda line: None) == []


def renumbered(town, street: PlaceName, address: Address, number: int) -> DoorJourney:
    """Change a door's number by a case of its own, as far as the review; nothing is released yet."""
    version = address.versions.get(act_out__isnull=True)
    walk = DoorJourney(town.users, build.NOW - timedelta(days=40))
    data = door_form(
        shapely.Point(version.geom.x, version.geom.y),
        kind="change",
        address=str(address.pk),
        street=str(street.pk),
        number=str(number),
        reason="门牌号与邻门重复（示意）",
        basis="",
        permit_number="",
    )
    return walk.draft([data], papers_held=()).to_checked().give()


def public_texts(address: Address) -> list[str]:
    rows = PublishedAddress.objects.filter(id=address.pk, act_out__isnull=True).order_by("valid_from")
    return list(rows.values_list("name", flat=True))


def test_a_changed_number_not_yet_released_stays_with_the_officers(town):
    """A public door keeps the text that was released, though its number and then its street are called otherwise."""
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    made = doors(town, street, {1: composed("鱼跃路", 1), 3: composed("鱼跃路", 3)})
    walk = renumbered(town, street, made[3], 7)
    assert made[3].versions.get(act_out__isnull=True, valid_to__isnull=True).text == composed("鱼跃路", 7)
    journey = renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed().decide()
    # Released now, the door would tell the public a name that is not announced.
    walk.clock = journey.clock
    with pytest.raises(NotReady, match="“鱼跃路”更名为“映霞路”尚未公告"):
        walk.release()
    journey.announce()
    assert public_texts(made[1])[-1] == composed("映霞路", 1)
    assert public_texts(made[3]) == [composed("鱼跃路", 3)], "neither the number nor the street is told"
    walk.clock = journey.clock
    walk.release()
    assert public_texts(made[3])[-1] == composed("映霞路", 7)
    assert rebuild.compare(lambda _: None) == [] and acts.faults() == []


def test_an_adjustment_does_not_release_a_number_either(town):
    from naming.unit_ports import NamingPorts

    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    made = doors(town, street, {1: composed("鱼跃路", 1), 3: composed("鱼跃路", 3)})
    renumbered(town, street, made[3], 7)
    community = town.land.units[f"{build.TOWN_A}001"].pk
    with transaction.atomic(), acts.act("unit", at=build.NOW) as act:
        act.payload["publish"] = NamingPorts().publish([str(community)], known_at=act.seq, seq=act.seq)
    assert public_texts(made[3]) == [composed("鱼跃路", 3)]
    assert rebuild.compare(lambda _: None) == []


def test_names_that_hang_on_the_old_one_are_told_and_may_be_added(town, client):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    lane = town.named("鱼跃路二巷", build.line((300, 500), (300, 700)))
    cross = town.named("鱼跃横路", build.line((500, 300), (500, 700)))
    second = town.named("鱼跃二路", build.line((100, 750), (900, 750)))
    town.named(
        "鱼跃街", build.line((100, 850), (900, 850))
    )  # the same specific part by itself: it hangs on nothing
    town.named("鱼跃龙门路", build.line((100, 900), (900, 900)))
    found = derived_names(street.pk, "鱼跃路", "映霞路", build.TODAY)
    assert {(d.street, d.name, d.new_name) for d in found} == {
        (lane.pk, "鱼跃路二巷", "映霞路二巷"),
        (cross.pk, "鱼跃横路", "映霞横路"),
        (second.pk, "鱼跃二路", "映霞二路"),
    }
    # Only the generic term changes: what hangs on the specific part stays.
    assert [d.name for d in derived_names(street.pk, "鱼跃路", "鱼跃大道", build.TODAY)] == ["鱼跃路二巷"]
    # A numbered street is not the stem of its series.
    assert derived_names(second.pk, "鱼跃二路", "映霞路", build.TODAY) == []

    client.force_login(town.users["demo-planner"])
    page = client.get("/plan/", {"rename": str(street.pk)}).content.decode()
    assert "派生地名" in page and "鱼跃路二巷" in page and "鱼跃街" not in page
    journey = renaming(town, street, "映霞路")
    case = journey.case
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "有街路巷的名称由" in page and "映霞横路" in page and "加入本案" in page
    item = case.items.get()
    ask = {"case": case.number, "rename": str(lane.pk), "after": str(item.pk)}
    page = client.get("/plan/", ask).content.decode()
    assert 'value="映霞路二巷"' in page and '<option value="construction" selected>' in page
    form = intake.read_street(asked(lane, "映霞路二巷"), on=build.TODAY)
    intake.save_street(case, form, actor=town.users["demo-planner"], version=case.version, at=journey.clock)
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "已在本案第 2 项" in page
    assert PlaceNameVersion.objects.filter(act_out__isnull=True, name__startswith="映霞").count() == 0


def test_a_derived_name_elsewhere_is_not_told(town):
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    lane = town.named("鱼跃路二巷", build.line((300, 500), (300, 700)))
    PlaceNameVersion.objects.filter(place=lane).update(scopes=["elsewhere"])
    assert derived_names(street.pk, "鱼跃路", "映霞路", build.TODAY) == []


def test_a_renaming_begins_by_looking_for_the_street(town, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: build.NOW + timedelta(days=60))
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    doors(town, street, {1: composed("鱼跃路", 1), 3: composed("鱼跃路", 3)})
    assert client.get("/plan/renaming/").status_code in {302, 403}
    client.force_login(town.users["demo-planner"])
    for page in ("/plan/", "/cases/"):
        assert "/plan/renaming/" in client.get(page).content.decode()
    page = client.get("/plan/renaming/", {"q": "yuyue"}).content.decode()
    assert f"/plan/?rename={street.pk}" in page and "2 个门牌" in page
    assert "没有找到这样的街路巷" in client.get("/plan/renaming/", {"q": "无此路"}).content.decode()
    renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed().decide().announce()
    page = client.get("/plan/renaming/", {"q": "鱼跃路"}).content.decode()
    assert "映霞路" in page and "曾名" in page
    draft = town.journey().draft([build.street("听涛路", build.line((100, 200), (600, 200)))])
    page = client.get("/plan/renaming/", {"q": "映霞", "case": draft.number}).content.decode()
    assert f"/plan/?case={draft.number}&amp;rename={street.pk}" in page


def test_the_preparation_page_goes_on_where_it_stopped(town, client, settings, monkeypatch):
    from naming import prepared

    settings.GEOAPP_PREPARE_FROM, settings.GEOAPP_PREPARE_SECONDS = 5, 0
    monkeypatch.setattr(prepared, "SLICE", 4)
    monkeypatch.setattr("django.utils.timezone.now", lambda: build.NOW + timedelta(days=60))
    street = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    doors(town, street, {n: composed("鱼跃路", n) for n in range(1, 11)})
    journey = renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed()
    case, item = journey.case, journey.case.items.get()
    client.force_login(town.users["demo-approver"])
    fields = {
        "version": case.version,
        "doc_no": "府函1号",
        "note": "同意",
        f"outcome-{item.pk}": "approved",
        f"reason-{item.pk}": "",
    }
    answers = [client.post(f"/cases/{case.number}/do/decide/", fields) for _ in range(3)]
    assert [a.status_code for a in answers] == [202, 202, 302]
    page = answers[0].content.decode()
    assert "正在准备 4 / 10 户" in page and 'name="doc_no" value="府函1号"' in page and "继续办理" in page
    assert "正在准备 8 / 10 户" in answers[1].content.decode()
    assert "其中 10 户事先备好" in client.get(f"/cases/{case.number}/").content.decode()
