"""Adjustment cases from the plan to the published layer: land adds up, today and on every past day."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
import shapely
from django.core.management import call_command
from django.utils import timezone

from boundaries.ground import whole_ground
from boundaries.lineage import predecessors, successors
from boundaries.models import CoverageCertificate, PublishedCommunity, UnitVersion
from boundaries.proof import prove_all, verify_certificate
from geoapp.core import acts, frame
from geoapp.core.errors import BadInput, Conflict, Forbidden, NotReady
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Act
from naming.search import search
from tests import build
from tests.boundaries.adjustments import Adjustment, point, split, unit

pytestmark = pytest.mark.django_db
A = build.TOWN_A


def village_of(city):
    return unit(f"{A}200"), unit(f"{A}001")


def areas(on) -> dict[str, int]:
    return {
        v.name: frame.area2_mm2(to_shapely(v.geom))
        for v in UnitVersion.objects.filter(
            unit__level="community", geom__isnull=False, act_out__isnull=True, valid_from__lte=on
        ).exclude(valid_to__lte=on)
    }


def test_a_community_is_split_from_plan_to_public_layer(town):
    community = unit(f"{A}001")
    before = areas(build.TODAY)
    plan = split(community, [(700, -10), (720, 500), (700, 1010)], "新居社区居委会")
    journey = Adjustment(town).draft(plan).to_reviewed()
    journey.decide(effective_on=build.TODAY + timedelta(days=40))
    effective = build.TODAY + timedelta(days=40)
    assert journey.case.status == "decided"
    # Nothing is law before its day, and nothing public before the announcement.
    assert areas(build.TODAY) == before
    after = areas(effective)
    assert sum(after.values()) == sum(before.values()) and "新居社区居委会" in after
    assert not PublishedCommunity.objects.filter(name="新居社区居委会").exists() and search("新居") == []
    for day in (build.TODAY, effective):
        assert prove_all(whole_ground(day).coverage).proved
    new = UnitVersion.objects.get(name="新居社区居委会", act_out__isnull=True)
    (arrow,) = predecessors(new.unit_id)
    assert (arrow.from_unit_id, arrow.households) == (community.unit_id, new.households)
    assert arrow.area_mm2x2 == frame.area2_mm2(to_shapely(new.geom))
    certificate = CoverageCertificate.objects.get(case=journey.case)
    body = json.loads(certificate.body)
    lands = {i: land.geometry for i, land in _lands(effective).items()}
    assert certificate.holds and verify_certificate(body, lands) == ()
    lands[str(new.unit_id)] = shapely.affinity.translate(lands[str(new.unit_id)], 0.001)
    assert verify_certificate(body, lands) != ()

    journey.announce()
    row = PublishedCommunity.objects.get(name="新居社区居委会")
    assert (row.code, row.valid_from) == ("", effective) and search("新居")[0]["type"] == "unit"
    with pytest.raises(BadInput, match="前九位"):
        journey.go("assign_codes", "demo-district", **{f"code-{new.unit_id}": "440604001007"})
    with pytest.raises(BadInput, match="末三位"):
        journey.go("assign_codes", "demo-district", **{f"code-{new.unit_id}": f"{A}207"})
    with pytest.raises(NotReady, match="使用过"):
        journey.go("assign_codes", "demo-district", **{f"code-{new.unit_id}": f"{A}001"})
    journey.go("assign_codes", "demo-district", **{f"code-{new.unit_id}": f"{A}007"})
    assert PublishedCommunity.objects.get(name="新居社区居委会", act_out__isnull=True).code == f"{A}007"
    journey.go("file", "demo-district", note="已报市民政局（示意）")
    journey.go("implement", "demo-district", note="已完成选举与移交（示意）")
    journey.go("archive", "demo-district")
    assert journey.case.status == "archived" and acts.faults() == []
    call_command("rebuild_published", "--check", stdout=StringIO())


def _lands(on):
    ground = whole_ground(on)
    return {land.id: land for land in ground.coverage.lands()}


def test_a_village_needs_its_meeting_and_the_counts_decide(town):
    village = unit(f"{A}200")
    plan = split(village, [(-10, 1500), (2010, 1500)], "新村村委会")
    journey = Adjustment(town).draft(plan).to_consulting()
    with pytest.raises(NotReady, match="村民会议"):
        journey.go("submit", "demo-town")
    journey.go("convene", "demo-town", days=1)
    journey.clock += timedelta(days=15)
    journey.meet(village, present=500)
    with pytest.raises(NotReady, match="V-07"):
        journey.go("submit", "demo-town")
    journey.meet(village, present=501, votes_for=250, votes_against=251, votes_abstained=0)
    with pytest.raises(NotReady, match="V-07"):
        journey.go("submit", "demo-town")
    journey.meet(village, present=501, votes_for=251, votes_against=250, votes_abstained=0)
    journey.go("submit", "demo-town")
    assert journey.case.status == "submitted"


def test_a_village_becomes_a_community_and_its_addresses_follow(town):
    village = unit(f"{A}200")
    new = "0d0f1c9a-4a1e-4a62-9f0f-6a0f5a6d7c11"
    plan = {
        "kind": "convert",
        "operations": [{"op": "convert", "unit": str(village.unit_id), "kind": "community"}],
        "after": [
            {"id": str(village.unit_id), "ceases": True, "becomes": new},
            {
                "id": new,
                "name": "试验新社区居委会",
                "kind": "community",
                "households": village.households,
                "population": village.population,
            },
        ],
        "assets_touched": True,
    }
    street = town.named("鱼跃路", build.line((100, 1500), (900, 1500)))
    door = _door(town, street, village, 5, (200, 1503))
    journey = Adjustment(town).draft(plan).to_reviewed(village)
    journey.decide()
    today = timezone.localdate(journey.clock)
    ended = UnitVersion.objects.get(unit_id=village.unit_id, act_out__isnull=True)
    assert ended.valid_to == today
    born = UnitVersion.objects.get(unit_id=new, act_out__isnull=True)
    assert born.kind == "community" and bytes(born.geom.wkb) == bytes(village.geom.wkb)
    assert [a.kind for a in successors(village.unit_id)] == ["village_to_community"]
    versions = list(door.versions.filter(act_out__isnull=True).order_by("valid_from"))
    assert [str(v.community_id) for v in versions] == [str(village.unit_id), new]
    assert prove_all(whole_ground(today).coverage).proved


def _door(town, street, community, number, where):
    from geoapp.core.effective import begin
    from geoapp.core.geometry import frame_geos
    from naming.models import Address, AddressVersion

    address = Address.objects.create(synthetic=True)
    with acts.act("takeover_addresses", at=build.NOW - timedelta(days=300)) as act:
        begin(
            AddressVersion,
            seq=act.seq,
            valid_from=build.TODAY - timedelta(days=300),
            address=address,
            street=street,
            community_id=community.unit_id,
            number=number,
            text=f"佛山市南海区试验镇鱼跃路{number}号",
            geom=frame_geos(shapely.Point(*build.at(*where))),
        )
    return address


def test_a_line_moves_and_the_doors_between_change_hands(town):
    village, community = village_of(town)
    street = town.named("鱼跃路", build.line((500, 900), (1500, 900)))
    north = _door(town, street, community, 2, (1000, 905))
    south = _door(town, street, community, 1, (300, 905))
    plan = {
        "kind": "transfer",
        "operations": [
            {
                "op": "transfer",
                "giver": str(community.unit_id),
                "receiver": str(village.unit_id),
                "polygon": [
                    [
                        point(x, y)
                        for x, y in ((600, 1000), (600, 850), (1400, 850), (1400, 1000), (600, 1000))
                    ]
                ],
                "declare": [],
            }
        ],
        "after": [
            {
                "id": str(community.unit_id),
                "households": community.households - 1,
                "population": community.population - 3,
            },
            {
                "id": str(village.unit_id),
                "households": village.households + 1,
                "population": village.population + 3,
            },
        ],
    }
    journey = Adjustment(town).draft(plan).to_reviewed(village)
    journey.decide()
    current = {
        a: a.versions.get(act_out__isnull=True, valid_to__isnull=True).community_id for a in (north, south)
    }
    assert current == {north: village.unit_id, south: community.unit_id}
    (arrow,) = successors(community.unit_id)
    assert arrow.addresses == 1 and arrow.area_mm2x2 == 2 * 800 * 150 * 10**6
    journey.announce()
    call_command("rebuild_published", "--check", stdout=StringIO())


def test_households_that_do_not_add_up_stop_the_plan(town):
    plan = split(unit(f"{A}001"), [(700, -10), (700, 1010)], "新居社区居委会")
    plan["after"][1]["households"] += 1
    with pytest.raises(NotReady, match="V-08"):
        Adjustment(town).draft(plan).attach("plan", "party_minutes").go("party_review", "demo-town")


def test_a_line_into_another_town_is_refused_with_the_place(town):
    community = unit(f"{A}001")
    neighbour = unit(f"{build.TOWN_B}001")
    plan = {
        "kind": "transfer",
        "operations": [
            {
                "op": "transfer",
                "giver": str(neighbour.unit_id),
                "receiver": str(community.unit_id),
                "polygon": [
                    [
                        point(x, y)
                        for x, y in ((2000, 100), (2200, 100), (2200, 300), (2000, 300), (2000, 100))
                    ]
                ],
                "declare": [],
            }
        ],
        "after": [],
    }
    with pytest.raises(BadInput) as refusal:
        Adjustment(town).draft(plan)
    assert refusal.value.field == "operations" and refusal.value.extra["refusal"]["place"]


def test_only_the_town_itself_proposes(town):
    plan = split(unit(f"{build.TOWN_B}001"), [(2700, -10), (2700, 1010)], "新居社区居委会")
    with pytest.raises(Forbidden):
        Adjustment(town).draft(plan)
    with pytest.raises(Forbidden):
        Adjustment(town).draft(
            split(unit(f"{A}001"), [(700, -10), (700, 1010)], "新居社区居委会"), by="demo-planner"
        )


def test_a_neighbour_that_moved_is_told_by_name_and_can_be_drawn_anew(town):
    village, community = village_of(town)
    first = (
        Adjustment(town).draft(split(community, [(700, -10), (700, 1010)], "新居社区居委会")).to_reviewed()
    )
    second = (
        Adjustment(town).draft(split(village, [(900, 990), (900, 2010)], "新村村委会")).to_reviewed(village)
    )
    first.decide()
    with pytest.raises(Conflict) as told:
        second.decide()
    assert first.number in told.value.message and "区政府审批人" in told.value.message
    assert Act.objects.filter(kind="unit_adjustment").count() == 1
    second.go("return_review", "demo-approver", note="请按最新界线重新检查")
    second.go("recheck", "demo-district")
    second.answer_warnings()
    second.go("review", "demo-district", note="已按最新界线检查")
    second.decide()
    assert prove_all(whole_ground(timezone.localdate(second.clock)).coverage).proved


def test_a_pending_later_change_is_named(town):
    community = unit(f"{A}001")
    later = build.TODAY + timedelta(days=400)
    Adjustment(town).draft(
        split(community, [(700, -10), (700, 1010)], "后居社区居委会")
    ).to_reviewed().decide(effective_on=later)
    # A merge of the same land before that day would leave nothing to split.
    village = unit(f"{A}200")
    merge = {
        "kind": "merge",
        "operations": [
            {
                "op": "merge",
                "units": [str(village.unit_id), str(community.unit_id)],
                "into": str(village.unit_id),
            }
        ],
        "after": [
            {
                "id": str(village.unit_id),
                "households": village.households + community.households,
                "population": village.population + community.population,
            },
            {"id": str(community.unit_id), "ceases": True},
        ],
    }
    journey = Adjustment(town).draft(merge).to_reviewed(village)
    with pytest.raises(NotReady) as told:
        journey.decide()
    assert str(later) in told.value.message and "TZ-440605" in told.value.message
