"""Doors of units written beforehand: a renaming or a change of town makes of them what its acts would have written."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import shapely
from django.db import transaction

from boundaries import intake
from boundaries.beforehand import land_of
from boundaries.judging import items_of
from boundaries.models import UnitVersion
from geoapp.core import acts, bulk, workflow
from geoapp.core.database import index_faults
from geoapp.core.effective import end, known, succeed
from geoapp.core.errors import StillPreparing
from geoapp.core.geometry import frame_geos
from geoapp.core.models import User
from geoapp.planner import rebuild
from naming import ahead, prepared
from naming.address_register import Door, enter
from naming.cascade import recompose
from naming.models import (
    Address,
    AddressVersion,
    CascadeBatch,
    PlaceName,
    PublishedAddress,
    PublishedPlaceName,
)
from tests import build
from tests.boundaries.adjustments import Adjustment, split, unit
from tests.boundaries.test_clocks import decided_change
from tests.boundaries.test_unit_renaming import plan
from tests.naming.test_prepared_cascade import NEVER, publish, snapshot

pytestmark = pytest.mark.django_db
DOORS = 24
CODE = f"{build.TOWN_A}200"


@pytest.fixture(autouse=True)
def small_slices(settings, monkeypatch):
    settings.GEOAPP_PREPARE_FROM = 5
    monkeypatch.setattr(prepared, "SLICE", 7)


@pytest.fixture
def places(town):
    """A street and a natural village (whose doors are written with their community) in the village."""
    street = town.named("鱼跃路", build.line((100, 1500), (900, 1500)))
    hamlet = town.named("荷塘", build.line((100, 1700), (900, 1700)))
    PlaceName.objects.filter(pk=hamlet.pk).update(category=PlaceName.Category.VILLAGE)
    PublishedPlaceName.objects.filter(id=hamlet.pk).update(kind=PlaceName.Category.VILLAGE)
    return street, hamlet


@pytest.fixture
def made(town, places):
    community = town.land.units[CODE].pk
    found = {n: Address(synthetic=True) for n in range(1, DOORS + 1)}
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW - timedelta(days=350)) as act:
        bulk.insert(Address, found.values())
        bulk.insert(AddressVersion, [_version(n, a, places, community, act.seq) for n, a in found.items()])
        publish([a.pk for a in found.values()], act)
    return found


def _version(n: int, address: Address, places, community, seq: int) -> AddressVersion:
    text = f"佛山市南海区试验镇试验村荷塘{n}号" if n % 2 else f"佛山市南海区试验镇鱼跃路{n}号"
    return AddressVersion(
        address_id=address.pk,
        street_id=places[n % 2].pk,
        community_id=community,
        number=n,
        side="left" if n % 2 else "right",
        text=text + "（旧糖厂）" * (n == 4),
        geom=frame_geos(shapely.Point(*build.at(200 + n, 1505 + 200 * (n % 2)))),
        valid_from=date(2023, 1, 1),
        act_in=seq,
    )


def meddle(town, places, made, *, public: bool) -> None:
    """Do what others do to doors: renumber one, end one, enter one, and perhaps publish that."""
    first, second = (
        made[n].versions.filter(act_out__isnull=True).order_by("valid_from").last() for n in (8, 11)
    )
    with transaction.atomic(), acts.act("numbering", at=build.NOW) as act:
        day = max(first.valid_from, second.valid_from) + timedelta(days=1)
        text = first.text.replace("8号", "118号")
        succeed(first, seq=act.seq, valid_from=day, number=118, text=text)
        end(second, seq=act.seq, valid_to=day)
        point = shapely.Point(*build.at(700, 1705))
        new = Door(street=places[1].pk, community=town.land.units[CODE].pk, number=119, point=point)
        ids = [a.pk for a in enter([new], seq=act.seq, valid_from=day)]
        if public:
            publish([made[8].pk, made[11].pk, *ids], act)


def renamed(town, effective: date) -> Adjustment:
    fields = {"pinyin": "Yìngxiá Cūn", "name": "映霞村"}
    village = unit(CODE)
    journey = Adjustment(town).draft(plan(village, **fields)).to_reviewed(village)
    journey.decide(effective_on=effective)
    return journey


def moved(town, effective: date) -> Adjustment:
    return decided_change(town, effective - timedelta(days=20), effective)


KINDS = {"renamed": (renamed, "映霞村"), "moved": (moved, "样板街道")}


def outcome(town, places, made, settings, monkeypatch, kind, *, beforehand, effective, between, calls):
    """Carry a case through in a transaction that is rolled back; return what the tables would hold."""
    settings.GEOAPP_PREPARE_FROM = 5 if beforehand else NEVER
    plans = []

    def watched(name):
        real = getattr(ahead, name)

        def call(*args, **kwargs):
            found = real(*args, **kwargs)
            plans.append(found)
            between(name)
            return found

        return call

    with transaction.atomic(), monkeypatch.context() as patch:
        for name in calls:
            patch.setattr(ahead, name, watched(name))
        journey = KINDS[kind][0](town, effective)
        decided = snapshot(AddressVersion, made)
        journey.go(
            "announce", "demo-publisher" if kind == "renamed" else "demo-city", days=1, channels="网站"
        )
        assert len(plans) == len(calls) and all((p is not None) is beforehand for p in plans)
        assert acts.faults() == [] and rebuild.compare(lambda _: None) == [] and index_faults() == []
        states = set(CascadeBatch.objects.values_list("state", flat=True))
        assert states == ({"activated"} if beforehand else set())
        told = [
            entry["addresses"]
            for act in journey.case.acts.order_by("seq")
            for entry in json.loads(act.payload).get("adjustments", [])
        ]
        found = (decided, snapshot(AddressVersion, made), snapshot(PublishedAddress, made), told)
        transaction.set_rollback(True)
    User.objects.filter(username="city-2").delete()
    return found


CALLS = ("prepare_units", "prepare_publication")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("days", [60, 400])
@pytest.mark.parametrize("when", ["quiet", *CALLS])
def test_prepared_is_what_the_acts_would_have_written(
    town, places, made, settings, monkeypatch, kind, days, when
):
    effective = build.TODAY + timedelta(days=days)
    for public in [True] if when == "quiet" else [True, False]:

        def between(name, public=public):
            if name == when:
                meddle(town, places, made, public=public)

        plain, ahead_of = (
            outcome(
                town, places, made, settings, monkeypatch, kind,
                beforehand=b, effective=effective, between=between, calls=CALLS,
            )
            for b in (False, True)
        )  # fmt: skip
        assert plain == ahead_of
        assert any(KINDS[kind][1] in str(row) for row in plain[2])


def test_a_town_renamed_meanwhile_is_in_the_texts(town, places, made, settings, monkeypatch):
    """What was composed beforehand with another name of the town is not put on record."""
    row = UnitVersion.objects.get(name="试验镇", act_out__isnull=True)
    effective = build.TODAY + timedelta(days=60)

    def between(name):
        if name == "prepare_units":
            held = UnitVersion.objects.get(pk=row.pk)
            with transaction.atomic(), acts.act("unit", at=build.NOW) as act:
                succeed(held, seq=act.seq, valid_from=build.TODAY, name="新试镇")
                below = UnitVersion.objects.filter(parent_id=held.unit_id, act_out__isnull=True)
                units = set(below.values_list("unit_id", flat=True))
                recompose(units=units, seq=act.seq, effective=build.TODAY)

    def run(beforehand):
        settings.GEOAPP_PREPARE_FROM = 5 if beforehand else NEVER
        with transaction.atomic():
            with monkeypatch.context() as patch:
                real = ahead.prepare_units

                def call(*args, **kwargs):
                    plan = real(*args, **kwargs)
                    assert (plan is not None) is beforehand
                    between("prepare_units")
                    return plan

                patch.setattr(ahead, "prepare_units", call)
                renamed(town, effective)
            found = snapshot(AddressVersion)
            transaction.set_rollback(True)
        return found

    plain = run(False)
    assert plain == run(True)
    assert any("新试镇映霞村荷塘1号" in str(row) for row in plain)


def test_one_request_says_how_far_it_got_and_the_next_goes_on(town, places, made):
    village = unit(CODE)
    fields = {"pinyin": "Yìngxiá Cūn", "name": "映霞村"}
    journey = Adjustment(town).draft(plan(village, **fields)).to_reviewed(village)
    data = {"doc_no": "南府函〔2026〕1号", "outcomes": journey.outcomes()}
    for done in (7, 14, 21):
        with pytest.raises(StillPreparing, match=f"正在准备 {done} / {DOORS} 户"):
            workflow.move(
                journey.number, "decide", actor=town.users["demo-approver"], version=journey.case.version,
                at=journey.clock + timedelta(days=1), note="同意", data=data, patience_s=0,
            )  # fmt: skip
    assert CascadeBatch.objects.get().case == journey.case
    texts = known(AddressVersion.objects.filter(text__contains="映霞"))
    assert not texts.exists()
    journey.decide()
    event = journey.case.events.get(action="decide")
    assert json.loads(event.data)["prepared"] == DOORS
    assert texts.count() == DOORS // 2
    journey.announce()
    assert json.loads(journey.case.events.get(action="announce").data)["prepared"] == DOORS


def test_an_item_that_moves_land_is_prepared_too(town, places, made):
    """Row for row: test_prepared_moves."""
    village = unit(CODE)
    half = split(village, [(-10, 1600), (2010, 1600)], "新居村委会")
    journey = Adjustment(town).draft(half).to_reviewed(village)
    journey.decide()
    assert CascadeBatch.objects.get().layer == "register"
    journey.announce()
    assert set(CascadeBatch.objects.values_list("layer", "state")) == {
        ("register", "activated"),
        ("public", "activated"),
    }
    assert rebuild.compare(lambda _: None) == []


def test_two_items_about_one_unit_are_written_by_the_act(town, places, made):
    """The second reads what the first has written: neither is prepared, and the last name stands."""
    village = unit(CODE)
    first, second = (
        intake.read_adjustment(plan(village, name=name, pinyin=pinyin))
        for name, pinyin in (("映霞村", "Yìngxiá Cūn"), ("云霞村", "Yúnxiá Cūn"))
    )
    journey = Adjustment(town).draft(plan(village, name="映霞村", pinyin="Yìngxiá Cūn"))
    intake.save_adjustment(
        journey.case,
        second,
        actor=town.users["demo-town"],
        version=journey.case.version,
        at=journey.clock,
    )
    assert land_of(items_of(journey.case)[0]) == land_of(items_of(journey.case)[1]) and first != second
    journey.to_reviewed(village).decide()
    assert not CascadeBatch.objects.exists()
    last = known(AddressVersion.objects.filter(address=made[1], valid_to__isnull=True)).get()
    assert last.text == "佛山市南海区试验镇云霞村荷塘1号"
