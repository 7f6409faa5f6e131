"""A naming case from the draft to the archive, and every way a step can be refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from geoapp.core import acts, cases
from geoapp.core.errors import BadInput, Conflict, Forbidden, NotReady
from geoapp.core.models import Case, PublishedNotice
from geoapp.core.workflow import move
from naming import intake
from naming.models import PlaceNameVersion, PublishedStreet, SearchName, StreetVersion
from naming.search import search
from tests import build

pytestmark = pytest.mark.django_db


def test_a_street_gets_its_name(town):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity()
    assert PublishedNotice.objects.filter(act_out__isnull=True).get().name == "映霞路"
    journey.to_reviewed().decide()
    assert journey.case.status == "decided"
    name = PlaceNameVersion.objects.get(name="映霞路")
    assert (name.pinyin_std, name.scope_name) == ("Yìngxiá Lù", "试验建成区")
    assert StreetVersion.objects.get(place=name.place).where == "南海区试验镇"
    assert not PublishedStreet.objects.filter(name="映霞路").exists(), (
        "the public sees it from the announcement on"
    )
    assert not PublishedNotice.objects.filter(act_out__isnull=True).exists()
    journey.announce()
    row = PublishedStreet.objects.get(name="映霞路", act_out__isnull=True)
    assert row.case_number == journey.number and row.geom.srid == 4490
    assert search("yingxialu")[0]["name"] == "映霞路"
    journey.finish()
    assert journey.case.status == "archived"
    assert acts.faults() == [] and cases.event_faults(journey.case) == []
    announcement = journey.case.items.get().announcement
    six = [
        announcement.standard_name,
        announcement.roman,
        announcement.division,
        announcement.location,
        announcement.approver,
        announcement.approved_on,
    ]
    assert all(six), six


def test_items_are_decided_one_by_one(town):
    journey = build.draft(town, "映霞路", "听涛路", "揽翠路").to_consulting().to_publicity().to_reviewed()
    journey.decide(听涛路="refused", 揽翠路="split_off")
    outcomes = {i.title: i.outcome for i in journey.case.items.all()}
    assert outcomes == {"映霞路": "approved", "听涛路": "refused", "揽翠路": "split_off"}
    assert set(PlaceNameVersion.objects.filter(place__category="STR").values_list("name", flat=True)) == {
        "映霞路"
    }
    new = journey.case.items.get(title="揽翠路").split_to
    assert new.status == "supplement" and new.accept_order == journey.case.accept_order
    assert [i.title for i in new.items.all()] == ["揽翠路"]


def test_all_refused_is_a_refused_case(town):
    journey = (
        build.draft(town, "映霞路").to_consulting().to_publicity().to_reviewed().decide(default="refused")
    )
    assert journey.case.status == "refused"
    assert not PlaceNameVersion.objects.filter(name="映霞路").exists()
    journey.go("archive", "demo-district")
    assert journey.case.status == "archived"


def test_supplement_goes_back_and_forth(town):
    journey = build.draft(town, "映霞路").go("submit", "demo-planner")
    with pytest.raises(BadInput):
        journey.go("supplement", "demo-district")
    journey.go("supplement", "demo-district", note="请补充四至图")
    form = intake.read_street(build.street("听涛路", build.line((100, 300), (500, 300))), on=build.TODAY)
    case = journey.case
    intake.save_street(case, form, actor=town.users["demo-planner"], version=case.version, at=journey.clock)
    journey.go("resubmit", "demo-planner").go("accept", "demo-district")
    assert [i.title for i in journey.case.items.all()] == ["映霞路", "听涛路"]


def test_a_paper_decision_needs_two_officers(town):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity().to_reviewed()
    with pytest.raises(NotReady, match="扫描件"):
        journey.go("record_paper", "demo-district", doc_no="府函1号", outcomes=journey.outcomes())
    journey.record_paper(doc_no="府函1号", decided_on=journey.clock.date().isoformat())
    assert not PlaceNameVersion.objects.filter(name="映霞路").exists()
    with pytest.raises(NotReady, match="另一位"):
        journey.go("confirm_paper", "demo-district")
    journey.go("confirm_paper", "demo-district-2")
    assert PlaceNameVersion.objects.get(name="映霞路").doc_no == "府函1号"


def test_withdrawing_takes_the_notice_away(town):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity()
    journey.go("withdraw", "demo-planner", note="规划调整")
    assert journey.case.status == "withdrawn"
    assert not PublishedNotice.objects.filter(act_out__isnull=True).exists()
    assert PublishedNotice.objects.filter(act_out__isnull=False).count() == 1


def test_objections_must_be_answered(town):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity()
    comment = journey.comment("与我村旧名不符")
    journey.clock += timedelta(days=10)
    journey.answer_warnings("demo-district")
    with pytest.raises(NotReady, match="异议"):
        journey.go("review", "demo-district", note="建议批准")
    journey.go("answer_comment", "demo-district", comment=str(comment.pk), note="已核实，旧名不在此处")
    journey.go("review", "demo-district", note="建议批准")
    assert journey.case.status == "reviewed"


def test_publicity_must_have_run(town):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity().answer_warnings("demo-district")
    with pytest.raises(NotReady, match="尚未结束"):
        journey.go("review", "demo-district", note="建议批准")


def test_nobody_decides_their_own_case(town):
    planner, officer = town.users["demo-planner"], town.users["demo-district"]
    membership = officer.memberships.get()
    planner.memberships.create(
        role="district_officer", jurisdiction=membership.jurisdiction, valid_from=membership.valid_from
    )
    journey = build.draft(town, "映霞路").go("submit", "demo-planner")
    with pytest.raises(Forbidden, match="自己案件"):
        journey.go("accept", "demo-planner")


def test_a_foreign_officer_is_refused(town):
    journey = build.draft(town, "映霞路").go("submit", "demo-planner")
    with pytest.raises(Forbidden, match="辖区"):
        journey.go("accept", "demo-chancheng")


def test_a_foreign_applicant_cannot_draw_here(town):
    with pytest.raises(Forbidden, match="只能申请"):
        town.journey().draft([build.street("映霞路", build.line((4100, 200), (4600, 200)))])


def test_a_street_across_districts_goes_to_the_city(town):
    across = build.street("映霞路", build.line((3300, 200), (4500, 200)))
    journey = town.journey(body="city").draft([across]).go("submit", "demo-planner")
    with pytest.raises(NotReady, match="G-06"):
        journey.go("accept", "demo-district")
    journey.go("hand_up", "demo-district", note="跨区")
    journey.go("accept", "demo-city")
    assert journey.case.jurisdiction.level == "city"


def test_a_stale_version_says_who_moved_the_case(town):
    journey = build.draft(town, "映霞路").go("submit", "demo-planner")
    seen = journey.case.version
    journey.go("accept", "demo-district")
    with pytest.raises(Conflict, match="区地名科甲"):
        move(journey.number, "accept", actor=town.users["demo-district-2"], version=seen)


def test_a_second_name_in_the_built_up_area_is_blocked(town):
    town.named("鱼跃路", build.line((100, 500), (900, 500)))
    journey = build.draft(town, "鱼跃路")
    with pytest.raises(NotReady) as refusal:
        journey.go("submit", "demo-planner")
    assert "鱼跃路" in str(refusal.value) and "第九条第（八）项" in str(refusal.value)


def test_a_name_taken_meanwhile_stops_the_decision(town):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity().to_reviewed()
    town.named("映霞路", build.line((100, 700), (900, 700)))
    before = journey.case.version
    with pytest.raises(NotReady, match="N-08"):
        journey.decide()
    assert journey.case.version == before and journey.case.status == "reviewed"
    journey.decide(default="refused")
    assert journey.case.status == "refused"


def test_nothing_is_stored_when_a_step_fails(town, monkeypatch):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity().to_reviewed()
    before = (journey.case.version, acts.head_seq(), journey.case.events.count())

    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("naming.decisions.register_street", broken)
    with pytest.raises(OSError):
        journey.decide()
    assert (journey.case.version, acts.head_seq(), journey.case.events.count()) == before
    assert not PlaceNameVersion.objects.filter(name="映霞路").exists()


def test_events_are_chained(town):
    journey = build.draft(town, "映霞路").go("submit", "demo-planner")
    assert cases.event_faults(journey.case) == []
    journey.case.events.filter(seq=2).update(note="改动")
    assert "第 2 条" in cases.event_faults(journey.case)[0]


def test_former_names_are_not_searched_before_announcement(town):
    journey = build.draft(town, "映霞路").to_consulting().to_publicity().to_reviewed().decide()
    assert not SearchName.objects.filter(name="映霞路").exists()
    journey.announce()
    assert SearchName.objects.filter(name="映霞路").exists()
    assert Case.objects.get(number=journey.number).status == "decided"


def test_search_by_mixed_letters_and_digits(town):
    town.named("祖庙路", build.line((100, 500), (900, 500)))
    town.named("季华五路", build.line((100, 700), (900, 700)))
    for query in ("zmlu", "zml", "zumiaolu", "zu m", "祖庙"):
        assert [r["name"] for r in search(query)] == ["祖庙路"], query
    for query in ("jihua5", "jihua5lu", "jhwl", "季华5路", "季华五路"):
        assert search(query)[0]["name"] == "季华五路", query
    assert search("zmlux") == [] and search("99999") == []
