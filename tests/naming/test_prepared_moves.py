"""Doors written beforehand when land moves: split, transfer, merger, succession make what their acts would have written."""

from __future__ import annotations

import json
import os
import uuid
from datetime import date, timedelta

import pytest
import shapely
from django.db import transaction

from boundaries import beforehand, decisions, impact
from boundaries.models import Unit, UnitVersion
from boundaries.ports import ports
from geoapp.core import acts, workflow
from geoapp.core.database import index_faults
from geoapp.core.effective import correct, known, recorded, succeed
from geoapp.core.errors import StillPreparing
from geoapp.core.geometry import frame_geos
from geoapp.planner import rebuild
from naming import ahead, prepared
from naming.cascade import recompose
from naming.models import AddressVersion, CascadeBatch, PublishedAddress
from tests import build
from tests.boundaries.adjustments import Adjustment, point, split, unit
from tests.boundaries.test_unit_renaming import CONTENTS
from tests.naming.test_prepared_cascade import NEVER, snapshot
from tests.naming.test_prepared_units import CODE, DOORS, made, meddle, places, small_slices

__all__ = ["made", "places", "small_slices"]  # fixtures

pytestmark = pytest.mark.django_db
COMMUNITY = f"{build.TOWN_A}001"
CALLS = ("prepare_moves", "prepare_publication")
NORTH = 1600
"""Doors of the street lie south of this line, those of the hamlet north of it."""


def _figures(giver, receiver, households: int = 1) -> list[dict]:
    return [
        {"id": str(giver.unit_id), "households": giver.households - households, "population": giver.population - 3},
        {"id": str(receiver.unit_id), "households": receiver.households + households,
         "population": receiver.population + 3},
    ]  # fmt: skip


def half() -> dict:
    """The village south of the line is a village of its own."""
    return split(unit(CODE), [(-10, NORTH), (2010, NORTH)], "新居村委会")


def half_named() -> dict:
    """The same, and the village that stays is called otherwise: 试验村 is in the new name, which a text must bear once."""
    data = half()
    data["after"][0] |= {"name": "新试验村委会", **CONTENTS, "pinyin": "Xīnshìyàn Cūn Wěihuì"}
    return data


def strip() -> dict:
    """The village gives its southern part to the community."""
    giver, receiver = unit(CODE), unit(COMMUNITY)
    ring = [point(x, y) for x, y in ((0, 1000), (2000, 1000), (2000, NORTH), (0, NORTH), (0, 1000))]
    ids = {"giver": str(giver.unit_id), "receiver": str(receiver.unit_id)}
    operation = {"op": "transfer", **ids, "polygon": [ring], "declare": []}
    return {"kind": "transfer", "operations": [operation], "after": _figures(giver, receiver)}


def whole(**named: str) -> dict:
    """The village is merged into the community."""
    giver, receiver = unit(CODE), unit(COMMUNITY)
    ids = {"units": [str(receiver.unit_id), str(giver.unit_id)], "into": str(receiver.unit_id)}
    after = {
        "id": str(receiver.unit_id),
        "households": receiver.households + giver.households,
        "population": receiver.population + giver.population,
    }
    return {
        "kind": "merge",
        "operations": [{"op": "merge", **ids, "declare": []}],
        "after": [{"id": str(giver.unit_id), "ceases": True}, after | named],
    }


def whole_named() -> dict:
    """The same, and the community bears another name afterwards, in which its old one is."""
    return whole(name="新试验社区", **CONTENTS | {"pinyin": "Xīnshìyàn Shèqū"})


def heir() -> dict:
    """The village becomes a community, a new unit on the same land."""
    village, new = unit(CODE), str(uuid.uuid4())
    figures = {"households": village.households, "population": village.population}
    return {
        "kind": "convert",
        "operations": [{"op": "convert", "unit": str(village.unit_id), "kind": "community"}],
        "after": [
            {"id": str(village.unit_id), "ceases": True, "becomes": new},
            {"id": new, "name": "试验新社区居委会", "kind": "community", **figures},
        ],
        "assets_touched": True,
    }


KINDS = {f.__name__: f for f in (half, half_named, strip, whole, whole_named, heir)}
# Kinds decided more than a year ahead too: one in the suite, all in the long form.
LATER = KINDS if os.environ.get("GEOAPP_FULL_RACES") == "1" else ("half_named",)


@pytest.fixture
def told(made):
    """One door of the hamlet was taken over in other words."""
    row = made[7].versions.get()
    text = f"试验镇试验村荷塘{row.number}号（老祠堂）"
    AddressVersion.objects.filter(pk=row.pk).update(text=text)
    PublishedAddress.objects.filter(id=row.address_id).update(name=text)
    return made


def shift(made, number: int, y: float) -> None:
    """An act puts the entrance of a door elsewhere: perhaps to the other side of the line."""
    rows = made[number].versions.filter(act_out__isnull=True)
    with transaction.atomic(), acts.act("numbering", at=build.NOW) as act:
        for row in rows:
            correct(row, seq=act.seq, geom=frame_geos(shapely.Point(*build.at(200 + number, y))))


def carried(town, made, data, settings, monkeypatch, *, ready, effective, between):
    """Carry a case through in a transaction that is rolled back; return what the tables would hold."""
    settings.GEOAPP_PREPARE_FROM = 5 if ready else NEVER
    found = []

    def watched(name):
        real = getattr(ahead, name)

        def call(*args, **kwargs):
            plan = real(*args, **kwargs)
            found.append(plan)
            between(name)
            return plan

        return call

    with transaction.atomic(), monkeypatch.context() as patch:
        for name in CALLS:
            patch.setattr(ahead, name, watched(name))
        village = unit(CODE)
        journey = Adjustment(town).draft(data).to_reviewed(village)
        journey.decide(effective_on=effective)
        decided = snapshot(AddressVersion, made)
        journey.announce()
        assert len(found) == len(CALLS) and all((plan is not None) is ready for plan in found)
        assert acts.faults() == [] and rebuild.compare(lambda _: None) == [] and index_faults() == []
        states = set(CascadeBatch.objects.values_list("state", flat=True))
        assert states == ({"activated"} if ready else set())
        payloads = [json.loads(act.payload) for act in journey.case.acts.order_by("seq")]
        entries = [
            (entry["addresses"], [arrow["addresses"] for arrow in entry["lineage"]])
            for payload in payloads
            for entry in payload.get("adjustments", [])
        ]
        rows = (decided, snapshot(AddressVersion, made), snapshot(PublishedAddress, made), entries)
        transaction.set_rollback(True)
    return rows


@pytest.mark.parametrize(
    ("kind", "days"), [*((kind, 60) for kind in KINDS), *((kind, 400) for kind in LATER)]
)
def test_prepared_is_what_the_act_would_have_written(town, places, told, settings, monkeypatch, kind, days):
    data, effective = KINDS[kind](), build.TODAY + timedelta(days=days)
    for when, public in (
        ("", True),
        ("prepare_moves", True),
        ("prepare_moves", False),
        ("prepare_publication", True),
    ):

        def between(name, when=when, public=public):
            if name == when:
                meddle(town, places, told, public=public)
                shift(told, 6, 1705)  # from the south to the north
                shift(told, 13, 1505)  # and the other way

        plain, ahead_of = (
            carried(
                town, told, data, settings, monkeypatch, ready=b, effective=effective, between=between
            )
            for b in (False, True)
        )  # fmt: skip
        assert plain == ahead_of
        assert plain[3][0][0] >= DOORS // 2 - 1


def test_a_name_in_the_new_name_is_written_once(town, places, told, settings, monkeypatch):
    """A door moves to a unit that is called otherwise by the same item: its text is taken from the record, once."""
    effective = build.TODAY + timedelta(days=60)
    for ready in (False, True):
        rows = carried(
            town, told, whole_named(), settings, monkeypatch, ready=ready, effective=effective,
            between=lambda name: None,
        )[1]  # fmt: skip
        texts = [value for row in rows for value in row if isinstance(value, str) and "老祠堂" in value]
        assert any("新试验社区荷塘7号" in text for text in texts) and "新新" not in "".join(texts)


def test_quiet_acts_ask_no_door_where_it_lies(town, places, made, monkeypatch):
    """Where doors go was found outside; the act asks again only about those changed meanwhile."""
    journey = Adjustment(town).draft(half()).to_reviewed(unit(CODE))
    asked, real, inside = [], ports().premises_in, []
    register = decisions.register

    def asking(units, on, **among):
        if inside:
            asked.append(among.get("among"))
        return real(units, on, **among)

    def registering(*args):
        inside.append(True)
        try:
            return register(*args)
        finally:
            inside.clear()

    monkeypatch.setattr(ports(), "premises_in", asking)
    monkeypatch.setattr(decisions, "register", registering)
    with transaction.atomic():
        journey.decide()
        assert asked == []
        transaction.set_rollback(True)
    locate = impact.locate
    journey = Adjustment(town).draft(half()).to_reviewed(unit(CODE))
    seen = []

    def locating(drawn, on, *, seq):
        found = locate(drawn, on, seq=seq)
        seen.append(found)
        if len(seen) == 1:
            shift(made, 6, 1705)
        return found

    monkeypatch.setattr(beforehand, "locate", locating)
    later = _then(beforehand._prepare_item, lambda: shift(made, 8, 1705))
    monkeypatch.setattr(beforehand, "_prepare_item", later)
    journey.decide()
    assert asked == [{str(made[8].pk)}]
    homes = {
        n: known(AddressVersion.objects.filter(address=made[n], valid_to__isnull=True)).get().community_id
        for n in (6, 8, 2)
    }
    assert homes[6] == homes[8] == unit(CODE).unit_id != homes[2]


def _then(real, deed):
    def call(*args, **kwargs):
        found = real(*args, **kwargs)
        deed()
        return found

    return call


def test_land_drawn_otherwise_is_prepared_anew(town, places, made):
    """What was prepared for one line is given up when the line moves; nobody ever sees its rows."""
    journey = Adjustment(town).draft(half()).to_reviewed(unit(CODE))
    data = {"doc_no": "南府函〔2026〕1号", "outcomes": journey.outcomes()}
    with pytest.raises(StillPreparing, match=f"正在准备 7 / {DOORS // 2} 户"):
        workflow.move(
            journey.number, "decide", actor=town.users["demo-approver"], version=journey.case.version,
            at=journey.clock + timedelta(days=1), note="同意", data=data, patience_s=0,
        )  # fmt: skip
    first = CascadeBatch.objects.get()
    assert first.written == 14 and not known(AddressVersion.objects.filter(act_in__gte=2**62)).exists()
    assert not Unit.objects.filter(versions__isnull=True).exists()
    item = journey.case.items.get().adjustment
    line = item.operations[0]["lines"]
    item.operations[0]["lines"] = [[[x, y + 1000] for x, y in path] for path in line]
    item.save()
    journey.decide()
    first.refresh_from_db()
    assert first.state == "abandoned" and CascadeBatch.objects.filter(state="activated").count() == 1
    assert prepared.purge() == first.written
    assert not AddressVersion.objects.exclude(pk__in=recorded(AddressVersion.objects.all())).exists()


def test_a_town_renamed_meanwhile_is_in_the_texts(town, places, made, settings, monkeypatch):
    row, found = UnitVersion.objects.get(name="试验镇", act_out__isnull=True), []
    data, real = half(), ahead.prepare_moves

    def rename():
        held = UnitVersion.objects.get(pk=row.pk)
        with transaction.atomic(), acts.act("unit", at=build.NOW) as act:
            succeed(held, seq=act.seq, valid_from=build.TODAY, name="新试镇")
            below = UnitVersion.objects.filter(parent_id=held.unit_id, act_out__isnull=True)
            units = set(below.values_list("unit_id", flat=True))
            recompose(units=units, seq=act.seq, effective=build.TODAY)

    for ready in (False, True):
        settings.GEOAPP_PREPARE_FROM = 5 if ready else NEVER
        with transaction.atomic(), monkeypatch.context() as patch:
            patch.setattr(ahead, "prepare_moves", _then(real, rename))
            Adjustment(town).draft(data).to_reviewed(unit(CODE)).decide()
            found.append(snapshot(AddressVersion))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert any("新试镇鱼跃路2号" in str(value) for value in found[0])


def test_dates_are_days(town, places, made):
    """Sanity of the fixture: both kinds of door are on record from one day."""
    days = set(AddressVersion.objects.values_list("valid_from", flat=True))
    assert days == {date(2023, 1, 1)}
