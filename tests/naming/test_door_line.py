"""A door from the counter to the plate and the published layer, and every way a step can be refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone, translation
from shapely.geometry import Point

from geoapp.core import acts, calendar, cases
from geoapp.core.checks import Stage
from geoapp.core.errors import BadInput, Conflict, Forbidden, NotFound, NotReady
from geoapp.core.workflow import move, offers
from geoapp.planner import rebuild
from geoapp.planner.demo_load.door_journey import PHOTO, DoorJourney, door
from naming import door_confirmation, door_forms, door_intake, door_numbers, door_owner, door_review
from naming.address_register import Door, enter
from naming.door_judging import judge_items
from naming.models import (
    AddressItem,
    AddressVersion,
    Confirmation,
    DoorOwner,
    DoorTask,
    Plate,
    PublishedAddress,
    Renumbering,
)
from tests import build

pytestmark = pytest.mark.django_db
COMMUNITY = f"{build.TOWN_A}001"


def spot(x: float, y: float) -> Point:
    return Point(*build.at(x, y))


@pytest.fixture
def street(town):
    """A street from west to east at y = 500; the origin is its east end."""
    return town.named("鱼跃路", build.line((100, 500), (900, 500)))


def enter_doors(town, street, rows):
    """Enter doors at (x, y, number, sub) by an act of their own."""
    unit = town.land.units[COMMUNITY].pk
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW - timedelta(days=300)) as act:
        doors = [Door(street.pk, unit, n, spot(x, y), sub_number=sub) for x, y, n, sub in rows]
        return enter(doors, seq=act.seq, valid_from=date(2024, 1, 1))


def journey(town, days: int = 60) -> DoorJourney:
    return DoorJourney(town.users, build.NOW - timedelta(days=days))


def new(street, x=300, y=510, **fields):
    return door(spot(x, y), street=str(street.pk), **fields)


def test_a_door_from_the_counter_to_the_published_layer(town, street):
    enter_doors(town, street, [(800, 490, 1, None), (700, 490, 3, None), (800, 510, 2, None)])
    walk = journey(town).draft([new(street, 600, 511)], owner=("陈某某", "13800000000"))
    assert walk.case.applicant.name == town.bodies["town"].name and walk.case.title == "鱼跃路（新编门楼号）"
    walk.to_checked()
    assert walk.case.status == "checked" and walk.case.accept_order
    walk.give()
    row = AddressItem.objects.get(item__case=walk.case)
    assert (row.given_number, row.given_sub) == (6, None)
    assert row.given_text == "佛山市南海区试验镇鱼跃路6号"
    assert "同侧前一号为" in row.explanation and "Before it on this side is 2" in row.explanation_en
    version = AddressVersion.objects.get(address_id=row.item.subject_id)
    assert version.standing == "standard" and version.case_number == walk.number and version.side == "right"
    assert not PublishedAddress.objects.exists(), "the public sees it from the publication on"
    tasks = {(t.kind, t.recipient): t for t in walk.case.door_tasks.all()}
    assert len(tasks) == 6 and walk.case.status == "numbered"
    table, on = calendar.exceptions(), timezone.localdate(walk.clock)
    for kind, days in (("notify", 5), ("plates", 30), ("release", 5)):
        due = {t.due_on for t in tasks.values() if t.kind == kind}
        assert due == {calendar.add_days(on, days, working=True, table=table)}
    walk.tell().release()
    published = PublishedAddress.objects.get(act_out__isnull=True)
    assert (published.name, published.status, published.number) == (row.given_text, "standard", "6号")
    assert walk.case.status == "numbered", "the plate still hangs nowhere"
    walk.hang_plates()
    plate = Plate.objects.get()
    assert plate.state == "hung" and plate.photos.get().attachment.kind == "plate_photo"
    assert walk.case.status == "active"
    walk.go("archive", "demo-police")
    assert walk.case.status == "archived" and walk.case.closed_at
    assert acts.faults() == [] and cases.event_faults(walk.case) == []
    assert [d for d in rebuild.compare(lambda text: None) if d.startswith("addresses")] == []


def test_the_confirmation_says_what_is_so(town, street):
    walk = journey(town).draft([new(street)]).to_checked().give()
    on = timezone.localdate(walk.clock)
    paper = Confirmation.objects.get()
    assert paper.number.startswith("QR-440605-2026-") and paper.issuer == "佛山市公安局南海分局"
    assert door_confirmation.verify("nothing", on) is None
    found = door_confirmation.verify(paper.token, on)
    assert (found.state, found.proof) == ("current", True)
    assert door_confirmation.require_proof(paper, on).text_now == paper.text
    address = str(paper.address_id)
    change = journey(town, 30).draft(
        [door(spot(300, 510), kind="change", address=address, street="", reason="号码重复")], papers_held=()
    )
    change.to_checked().give()
    found = door_confirmation.verify(paper.token, timezone.localdate(change.clock))
    assert (found.state, found.proof) == ("replaced", False) and found.text_now != paper.text
    with pytest.raises(NotReady, match="已变更或注销"):
        door_confirmation.require_proof(paper, timezone.localdate(change.clock))
    line = Renumbering.objects.get()
    assert (line.old_text, line.new_text) == (paper.text, found.text_now)
    assert line.case == change.case and line.old_number != line.new_number
    assert {p.state for p in Plate.objects.filter(address_id=address)} == {"replaced", "ordered"}
    later = Confirmation.objects.get(item__case=change.case)
    gone = journey(town, 10).draft(
        [{"kind": "cancel", "address": address, "reason": "房屋拆除"}], papers_held=()
    )
    gone.to_checked().give()
    found = door_confirmation.verify(later.token, timezone.localdate(gone.clock))
    assert (found.state, found.since) == ("cancelled", timezone.localdate(gone.clock))
    assert {p.state for p in Plate.objects.filter(address_id=address)} == {"replaced", "removed"}
    assert not gone.case.door_tasks.filter(kind="plates").exists()
    gone.tell().release()
    assert gone.case.status == "active"
    held = door_numbers.ledger(street.pk, timezone.localdate(gone.clock))
    given = AddressItem.objects.get(item__case=change.case)
    assert (given.given_number, None) in held.ever and not held.standing


def test_a_cancelled_number_is_not_given_again(town, street):
    enter_doors(town, street, [(800, 490, 1, None)])
    address = str(AddressVersion.objects.get().address_id)
    gone = journey(town).draft([{"kind": "cancel", "address": address, "reason": "拆除"}], papers_held=())
    gone.to_checked().give()
    again = journey(town, 20).draft([new(street, 800, 490, number="1")])
    with pytest.raises(
        NotReady, match="已经注销，号码保留备查：“佛山市南海区试验镇鱼跃路1号”.*此处下一个可用号为 3号"
    ) as refusal:
        again.go("submit", "demo-town")
    assert "A-02" in refusal.value.message


def test_a_temporary_number_proves_nothing(town, street):
    with pytest.raises(NotReady, match="只能编临时门楼号"):
        journey(town).draft([new(street, basis="none")], papers_held=()).go("submit", "demo-town")
    walk = journey(town).draft([new(street, kind="temporary", basis="none")], papers_held=())
    walk.to_checked().give().tell().release()
    paper = Confirmation.objects.get()
    assert paper.temporary and AddressVersion.objects.get().state == "temporary"
    assert PublishedAddress.objects.get().status == "temporary"
    found = door_confirmation.verify(paper.token, timezone.localdate(walk.clock))
    assert (found.state, found.proof) == ("current", False)
    with pytest.raises(NotReady, match="A-14"):
        door_confirmation.require_proof(paper, timezone.localdate(walk.clock))


def test_an_unnamed_street_is_named_first(town, street):
    walk = journey(town).draft([door(spot(300, 210), street_text="映霞路")]).go("submit", "demo-town")
    row = AddressItem.objects.get()
    assert row.item.findings.get(current=True).code == "A-01"
    with pytest.raises(NotReady, match="请先开街路巷命名案件"):
        walk.go("check", "demo-town")
    walk.go("await_name", "demo-town")
    naming = build.draft(town, "映霞路")
    door_intake.link_naming_case(row.item, naming.case, actor=town.users["demo-village"], at=walk.clock)
    with pytest.raises(NotReady, match=f"{naming.number} 还没有批准"):
        walk.go("name_given", "demo-town")
    naming.to_consulting().to_publicity().to_reviewed().decide()
    walk.clock = naming.clock
    walk.go("name_given", "demo-town").go("check", "demo-town").give()
    row.refresh_from_db()
    assert row.street_id == naming.case.items.get().subject_id
    # 620 metres from the end where the numbers begin: the frontage before it keeps its numbers.
    assert row.given_text.endswith("映霞路62号")


def test_a_named_street_is_not_sent_to_naming(town, street):
    walk = journey(town).draft([new(street)]).go("submit", "demo-town")
    with pytest.raises(NotReady, match="不需要街路巷命名"):
        walk.go("await_name", "demo-town")


def test_police_may_set_another_number_and_refuse_single_doors(town, street):
    walk = journey(town).draft([new(street), new(street, 400), new(street, 500)]).to_checked()
    a, b, _c = (str(i.pk) for i in walk.case.items.order_by("seq"))
    outcomes = walk.outcomes() | {b: {"outcome": "refused", "reason": "与邻户重复"}}
    walk.go("number", "demo-police", outcomes=outcomes, **{f"number-{a}": "8", f"sub-{a}": ""})
    rows = list(AddressItem.objects.order_by("item__seq"))
    assert [r.given_number for r in rows[:2]] == [8, None] and rows[2].given_number not in (8, None)
    assert [i.outcome for i in walk.case.items.order_by("seq")] == ["approved", "refused", "approved"]
    refused = journey(town).draft([new(street, 600)]).to_checked().give(default="refused")
    assert refused.case.status == "refused" and not refused.case.door_tasks.exists()
    assert refused.go("archive", "demo-town").case.status == "archived"


@pytest.mark.parametrize("text", ["0", "-3", "三", "１２a", "1e3", "9" * 7])
def test_a_wrong_number_of_the_officer_is_refused(town, street, text):
    walk = journey(town).draft([new(street)]).to_checked()
    item = str(walk.case.items.get().pk)
    with pytest.raises(BadInput, match="不是 1 以上的整数"):
        walk.give(**{f"number-{item}": text})
    assert walk.case.status == "checked" and not AddressVersion.objects.exists()


def test_doors_of_one_case_see_each_other(town, street):
    walk = journey(town).draft([new(street, number="8"), new(street, 400, number="8")])
    with pytest.raises(NotReady, match="（本案第 2 项）重号") as refusal:
        walk.go("submit", "demo-town")
    assert len(refusal.value.extra["reasons"]) == 2, "each of the two is named"
    homes = [new(street, 500, number="2"), new(street, 500, number="2", building="2座", room="501")]
    walk = journey(town).draft(homes).to_checked().give()
    texts = set(AddressVersion.objects.values_list("text", flat=True))
    assert texts == {"佛山市南海区试验镇鱼跃路2号", "佛山市南海区试验镇鱼跃路2号2座501室"}


def test_a_sub_number_needs_its_door(town, street):
    with pytest.raises(NotReady, match="A-07"):
        journey(town).draft([new(street, number="8", sub_number="1")]).go("submit", "demo-town")
    enter_doors(town, street, [(300, 510, 8, None)])
    walk = journey(town).draft([new(street, 305, number="8", sub_number="1")]).to_checked().give()
    assert AddressVersion.objects.get(case_number=walk.number).text.endswith("鱼跃路8号之1")


def test_a_point_outside_its_community_is_refused(town, street):
    unit = town.land.units[f"{build.TOWN_A}200"].pk
    with pytest.raises(NotReady, match="不在“试验村”范围内"):
        journey(town).draft([new(street, community=str(unit))]).go("submit", "demo-town")


def test_the_papers_are_asked_for(town, street):
    walk = journey(town).draft([new(street, basis="planning_permit", permit_number="")], papers_held=())
    with pytest.raises(NotReady) as refusal:
        walk.go("submit", "demo-town")
    reasons = refusal.value.extra["reasons"]
    assert any("规划许可证号" in r for r in reasons) and sum("没有上传" in r for r in reasons) == 2


def test_a_developer_files_for_its_estate(town, street):
    body = town.bodies["developer"]
    walk = journey(town).draft([new(street)], by="demo-developer", applicant=body)
    walk.go("submit", "demo-developer").go("check", "demo-town").give()
    assert walk.case.applicant == body
    far = town.named("归帆路", build.line((4100, 500), (4900, 500)))
    with pytest.raises(Forbidden, match="不在邻区镇申请范围内"):
        journey(town).draft([new(far, 4300)], by="demo-developer", applicant=body)
    with pytest.raises(Forbidden, match="只有所在镇街的窗口"):
        journey(town).draft([new(street)], by="demo-district")


def test_one_case_one_town(town, street):
    walk = journey(town).draft([new(street)])
    other = town.named("归帆路", build.line((2100, 500), (2900, 500)))
    form = door_forms.read_door(new(other, 2300), on=build.TODAY)
    with pytest.raises(BadInput, match="只办一个镇街"):
        door_intake.save_door(
            walk.case, form, actor=town.users["demo-town"], version=walk.case.version, at=walk.clock
        )


def test_editing_is_compare_and_set(town, street):
    walk = journey(town).draft([new(street)])
    form = door_forms.read_door(new(street, 420, number="20"), on=build.TODAY)
    actor, item = town.users["demo-town"], str(walk.case.items.get().pk)
    with pytest.raises(Conflict, match="改动"):
        door_intake.save_door(walk.case, form, actor=actor, version=0, at=walk.clock, item_id=item)
    door_intake.save_door(
        walk.case, form, actor=actor, version=walk.case.version, at=walk.clock, item_id=item
    )
    assert walk.case.title == "鱼跃路20号（新编门楼号）"
    with pytest.raises(NotFound):
        door_intake.remove_item(walk.case, "x", actor=actor, version=walk.case.version, at=walk.clock)
    door_intake.remove_item(walk.case, item, actor=actor, version=walk.case.version, at=walk.clock)
    assert not walk.case.items.exists()
    with pytest.raises(NotReady, match="还没有门楼号事项"):
        walk.go("submit", "demo-town")


BAD = [
    ({"kind": "x"}, "kind"),
    ({"lon": "", "lat": ""}, "lon"),
    ({"lon": "abc"}, "lon"),
    ({"lon": "inf"}, "lon"),
    ({"lon": "0", "lat": "0"}, "lon"),
    ({"street": "", "street_text": ""}, "street"),
    ({"street": "not-a-uuid"}, "street"),
    ({"number": "一"}, "number"),
    ({"number": "", "sub_number": "3"}, "number"),
    ({"basis": ""}, "basis"),
    ({"room": "9" * 80}, "room"),
    ({"permit_number": "a\x00b"}, "permit_number"),
    ({"community": "00000000-0000-0000-0000-000000000007"}, "community"),
    ({"collected": "no"}, "collected"),
    ({"kind": "cancel", "address_text": "没有这个地址"}, "address_text"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_bad_input_names_its_field(town, street, change, field):
    with pytest.raises(BadInput) as refusal:
        door_forms.read_door(new(street) | change, on=build.TODAY)
    named = [row["field"] for row in refusal.value.extra.get("errors", [{"field": refusal.value.field}])]
    assert field in named and refusal.value.remedy


def test_the_owner_is_seen_by_the_officers_only(town, street):
    from geoapp.core import roles

    walk = journey(town).draft([new(street)], owner=("陈某某", "13800000000")).to_checked()
    seen = {
        name: door_owner.owner_of(walk.case, roles.grants(user, build.TODAY)) is not None
        for name, user in town.users.items()
    }
    assert {name for name, may in seen.items() if may} == {"demo-town", "demo-police"}
    kept = "".join(walk.case.events.values_list("note", flat=True)) + "".join(
        walk.case.events.values_list("data", flat=True)
    )
    assert "陈某某" not in kept + walk.case.title + walk.case.reason
    walk.give().tell().release().hang_plates().go("archive", "demo-police")
    closed = timezone.localdate(walk.clock)
    assert door_owner.due_for_erasure(closed + timedelta(days=179)) == []
    assert door_owner.due_for_erasure(closed + timedelta(days=180)) == [walk.case]
    door_owner.erase(walk.case, at=walk.clock)
    row = DoorOwner.objects.get()
    assert (row.name, row.phone) == ("", "") and row.erased_at
    assert door_owner.due_for_erasure(closed + timedelta(days=999)) == []
    assert cases.event_faults(walk.case) == []
    for name, phone in (("", "13800000000"), ("陈某某", "电话"), ("陈" * 61, "")):
        with pytest.raises(BadInput):
            door_owner.read_owner(name, phone)


def test_passing_all_needs_the_sample(town, street):
    doors = [new(street, 200 + 20 * n) for n in range(8)]
    walk = journey(town).draft(doors).to_checked()
    sample = door_review.sample_of_case(walk.case)
    assert len(sample) == 3 and sample == door_review.sample_of_case(walk.case)
    with pytest.raises(NotReady, match="还没有打开核对"):
        walk.go("pass_all", "demo-police")
    walk.open_sample()
    walk.go("pass_all", "demo-police")
    numbers = list(AddressItem.objects.order_by("item__seq").values_list("given_number", flat=True))
    assert len(set(numbers)) == 8 and len({n % 2 for n in numbers}) == 1
    assert acts.faults() == []


def test_an_opened_door_that_changed_is_opened_again(town, street):
    walk = journey(town).draft([new(street)]).to_checked().open_sample()
    assert door_review.unopened(door_review.sample_of_case(walk.case), town.users["demo-police"]) == []
    walk.go("supplement", "demo-police", note="请核对位置")
    form = door_forms.read_door(new(street, 420), on=build.TODAY)
    item = str(walk.case.items.get().pk)
    door_intake.save_door(
        walk.case,
        form,
        actor=town.users["demo-town"],
        version=walk.case.version,
        at=walk.clock,
        item_id=item,
    )
    walk.go("resubmit", "demo-town").go("check", "demo-town")
    assert len(door_review.unopened(door_review.sample_of_case(walk.case), town.users["demo-police"])) == 1


def test_a_block_of_cases_is_reviewed_together(town, street):
    from geoapp.core import roles

    walks = [journey(town).draft([new(street, 200 + 30 * n)]).to_checked() for n in range(5)]
    officer = town.users["demo-police"]
    held = roles.grants(officer, build.TODAY)
    unit = town.land.units[COMMUNITY].pk
    block = door_review.make_block(unit, officer=officer, held=held, at=build.NOW)
    assert set(block.cases) == {w.number for w in walks} and len(block.sample) == 3
    with pytest.raises(NotReady, match="还没有打开核对"):
        walks[0].go("pass_all", "demo-police", block=str(block.pk))
    for item in door_review.unopened(block.sample, officer):
        door_review.open_item(item, officer, build.NOW)
    for walk in walks:
        walk.go("pass_all", "demo-police", block=str(block.pk))
    assert AddressVersion.objects.count() == 5
    late = journey(town).draft([new(street, 600)]).to_checked()
    with pytest.raises(NotReady, match="不在这个审核批次内"):
        late.go("pass_all", "demo-police", block=str(block.pk))
    with pytest.raises(NotFound):
        late.go("pass_all", "demo-police", block="nonsense")
    with pytest.raises(NotFound):
        door_review.block_of(block.pk, town.users["demo-town"])
    with pytest.raises(BadInput):
        door_review.make_block(
            town.land.units[f"{build.TOWN_A}200"].pk, officer=officer, held=held, at=build.NOW
        )


@pytest.mark.parametrize(("count", "size"), [(0, 0), (1, 1), (3, 3), (8, 3), (40, 4), (1000, 30)])
def test_sample_sizes(town, count, size):
    assert door_review.sample_size(count, build.TODAY) == size


def test_tasks_are_done_once_and_by_their_people(town, street):
    walk = journey(town).draft([new(street)]).to_checked().give()
    walk.go("notify", "demo-police", recipient="MZ")
    with pytest.raises(BadInput, match="已经通知过"):
        walk.go("notify", "demo-police", recipient="MZ")
    walk.tell()
    with pytest.raises(NotReady, match="“通知部门”已办完"):
        walk.tell()
    with pytest.raises(Forbidden):
        walk.go("release", "demo-police")
    with pytest.raises(Forbidden):
        walk.go("notify", "demo-resources")
    plate = Plate.objects.get()
    with pytest.raises(BadInput, match="没有门牌安装照片"):
        walk.go("hang", "demo-town", plate=str(plate.pk))
    text = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n", content_type="application/pdf")
    with pytest.raises(BadInput, match="不是图片"):
        walk.go("hang", "demo-town", plate=str(plate.pk), photo=text)
    with pytest.raises(BadInput, match="没有选择门牌"):
        walk.go("hang", "demo-town", plate="x", photo=SimpleUploadedFile("a.png", PHOTO))
    tomorrow = str(timezone.localdate(walk.clock) + timedelta(days=3))
    with pytest.raises(BadInput, match="晚于今天"):
        walk.go(
            "hang",
            "demo-town",
            plate=str(plate.pk),
            photo=SimpleUploadedFile("a.png", PHOTO),
            done_on=tomorrow,
        )
    assert Plate.objects.get().state == "ordered" and not DoorTask.objects.get(kind="plates").done_on
    walk.hang_plates()
    with pytest.raises(NotReady, match="已办完"):
        walk.go("hang", "demo-town", plate=str(plate.pk), photo=SimpleUploadedFile("a.png", PHOTO))


def test_a_filer_does_not_number_its_own_door(town, street):
    walk = journey(town).draft([new(street)]).to_checked()
    offered = {o.row.action: o for o in offers(walk.case, town.users["demo-town"], at=build.NOW)}
    assert not offered["number"].allowed and offered["supplement"].allowed
    with pytest.raises(Forbidden):
        move(
            walk.number, "number", actor=town.users["demo-chancheng"], version=walk.case.version, at=build.NOW
        )


def test_findings_read_in_both_languages(town, street):
    enter_doors(town, street, [(300, 510, 8, None)])
    walk = journey(town).draft([new(street, number="8")])
    (finding,) = next(iter(judge_items(walk.case, [Stage.SUBMIT], build.TODAY).values()))
    assert (finding.code, finding.message) == ("A-02", "与“佛山市南海区试验镇鱼跃路8号”重号")
    assert finding.remedy.endswith("；此处下一个可用号为 10号")
    assert finding.message_en == "The same number as “佛山市南海区试验镇鱼跃路8号”"
    with translation.override("en"), pytest.raises(NotReady) as refusal:
        walk.go("submit", "demo-town")
    assert "the next free number here is “10号”" in refusal.value.message


def test_a_village_numbers_in_order(town):
    from naming.models import PlaceName

    village = PlaceName.objects.create(category="VIL")
    found = door_numbers.suggest(village.pk, spot(300, 300), build.TODAY)
    assert (found.number, found.side) == (1, "")


@pytest.mark.parametrize(
    ("doors", "x", "y", "expected"),
    [
        ([], 300, 490, "121号"),
        ([], 300, 510, "122号"),
        ([(800, 490, 1, None), (400, 490, 9, None)], 600, 490, "5号"),
        ([(800, 490, 1, None), (400, 490, 3, None)], 600, 490, "1号之1"),
        ([(800, 490, 1, None), (400, 490, 3, None), (800, 490, 1, 1)], 600, 490, "1号之2"),
        ([(800, 490, 7, None), (400, 490, 9, None)], 850, 490, "5号"),
        ([(800, 490, 1, None), (400, 490, 3, None)], 850, 490, "1号之1"),
        ([(800, 490, 1, None), (400, 490, 3, None)], 200, 490, "5号"),
        ([(200, 490, 1, None), (600, 490, 7, None)], 700, 490, "9号"),
        ([(800, 490, 2, None)], 700, 490, "4号"),
        ([(800, 490, 2, None)], 700, 510, "3号"),
    ],
)
def test_suggestions(town, street, doors, x, y, expected):
    if doors:
        enter_doors(town, street, doors)
    assert door_numbers.suggest(street.pk, spot(x, y), build.TODAY).text == expected
