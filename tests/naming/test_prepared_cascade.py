"""Doors written beforehand: nobody sees them, the act makes of them what it would have written itself."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta

import pytest
import shapely
from django.db import transaction
from django.utils import timezone

from boundaries.models import UnitVersion
from geoapp.core import acts
from geoapp.core.database import index_faults
from geoapp.core.effective import end, in_force, known, recorded, succeed
from geoapp.core.errors import StillPreparing
from geoapp.core.models import CaseItem
from geoapp.planner import rebuild
from naming import ahead, prepared, published
from naming.address_history import spans
from naming.address_register import Door, enter
from naming.models import AddressVersion, CascadeBatch, CascadeSlice, PublishedAddress
from tests import build
from tests.naming.test_renaming import composed, doors, renaming

pytestmark = pytest.mark.django_db
DOORS = 30
NEVER = 10**9


@pytest.fixture(autouse=True)
def small_slices(settings, monkeypatch):
    settings.GEOAPP_PREPARE_FROM = 5
    monkeypatch.setattr(prepared, "SLICE", 7)


@pytest.fixture
def street(town):
    return town.named("鱼跃路", build.line((100, 500), (900, 500)))


@pytest.fixture
def made(town, street):
    texts = {n: composed("鱼跃路", n) for n in range(1, DOORS + 1)}
    texts[3] = "佛山市南海区试验镇试验社区鱼跃路3号（旧糖厂）"
    return doors(town, street, texts)


def snapshot(model, made=None) -> Counter:
    """Return every row some act wrote, but for its number; a door that is not among ``made`` is the new one."""
    names = [f.attname for f in model._meta.concrete_fields if f.attname not in {"row", "geom"}]
    rows = recorded(model.objects.all())
    mine = {a.pk for a in made.values()} if made else None
    thing = "id" if model is PublishedAddress else "address_id"
    new = lambda r: mine is not None and getattr(r, thing) not in mine  # noqa: E731
    values = lambda r: ("new" if n == thing and new(r) else getattr(r, n) for n in names)  # noqa: E731
    return Counter((*values(r), bytes(r.geom.wkb)) for r in rows)


def publish(ids, act) -> None:
    published.publish("addresses", ids, known_at=act.seq, seq=act.seq)
    act.payload["publish"] = [{"layer": "addresses", "ids": [str(i) for i in ids], "known_at": act.seq}]


def meddle(town, street, made, *, public: bool, at=build.NOW):
    """Do what others do to the doors of a street: renumber one, end one, enter one, and perhaps publish that."""
    first = made[8].versions.filter(act_out__isnull=True).order_by("valid_from").last()
    second = made[10].versions.filter(act_out__isnull=True).order_by("valid_from").last()
    with transaction.atomic(), acts.act("numbering", at=at) as act:
        day = max(first.valid_from, second.valid_from) + timedelta(days=1)
        text = first.text.replace("8号", "118号")
        succeed(first, seq=act.seq, valid_from=day, number=118, text=text)
        end(second, seq=act.seq, valid_to=day)
        community = town.land.units[f"{build.TOWN_A}001"].pk
        point = shapely.Point(*build.at(700, 505))
        new = Door(street=street.pk, community=community, number=119, point=point)
        ids = [a.pk for a in enter([new], seq=act.seq, valid_from=day)]
        if public:
            publish([made[8].pk, made[10].pk, *ids], act)


def outcome(town, street, made, settings, monkeypatch, *, beforehand, effective, between):
    """Rename a street in a transaction that is rolled back; return what the tables would hold."""
    settings.GEOAPP_PREPARE_FROM = 5 if beforehand else NEVER
    plans = []

    class Undone(Exception):
        pass

    def watched(name):
        real = getattr(ahead, name)

        def call(*args, **kwargs):
            plan = real(*args, **kwargs)
            plans.append(plan)
            between(name)
            return plan

        return call

    with pytest.raises(Undone), transaction.atomic(), monkeypatch.context() as patch:
        for name in ("prepare_renaming", "prepare_publication"):
            patch.setattr(ahead, name, watched(name))
        journey = renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed()
        journey.go("decide", "demo-approver", days=2, note="同意", doc_no="府函1号", effective_on=effective,
                   outcomes=journey.outcomes())  # fmt: skip
        decided = snapshot(AddressVersion, made)
        journey.announce()
        assert all((plan is not None) is beforehand for plan in plans) and len(plans) == 2
        assert acts.faults() == [] and rebuild.compare(lambda _: None) == [] and index_faults() == []
        states = set(CascadeBatch.objects.values_list("state", flat=True))
        assert states == ({"activated"} if beforehand else set())
        renamed = [entry for act in journey.case.acts.all() for entry in _payload(act).get("renamed", [])]
        found = (decided, snapshot(AddressVersion, made), snapshot(PublishedAddress, made), renamed)
        raise Undone
    return found


def _payload(act):
    return json.loads(act.payload)


def _stored(event):
    return json.loads(event.data)


@pytest.mark.parametrize("effective", ["", (build.TODAY + timedelta(days=400)).isoformat()])
@pytest.mark.parametrize("when", ["quiet", "prepare_renaming", "prepare_publication", "both"])
def test_prepared_is_what_the_act_would_have_written(
    town, street, made, settings, monkeypatch, when, effective
):
    for public in [True] if when == "quiet" else [True, False]:

        def between(name, public=public):
            if name == when or (when == "both" and name == "prepare_renaming"):
                meddle(town, street, made, public=public)
            elif when == "both":
                with transaction.atomic(), acts.act("numbering", at=build.NOW) as act:
                    version = made[12].versions.filter(act_out__isnull=True).order_by("valid_from").last()
                    succeed(version, seq=act.seq, valid_from=version.valid_from, number=212, text="另一文字")
                    publish([made[12].pk], act)

        plain, ahead_of = (
            outcome(
                town, street, made, settings, monkeypatch, beforehand=b, effective=effective, between=between
            )
            for b in (False, True)
        )
        assert plain == ahead_of
        assert any("映霞路" in str(row) for row in plain[2])


def test_a_town_renamed_meanwhile_is_in_the_texts(town, street, made, settings, monkeypatch):
    """What was composed beforehand with another name of the town is not put on record."""
    from naming.cascade import recompose

    row = UnitVersion.objects.get(name="试验镇", act_out__isnull=True)

    def between(name):
        if name == "prepare_renaming":
            held = UnitVersion.objects.get(pk=row.pk)
            with transaction.atomic(), acts.act("unit", at=build.NOW) as act:
                succeed(held, seq=act.seq, valid_from=build.TODAY, name="新试镇")
                below = UnitVersion.objects.filter(parent_id=held.unit_id, act_out__isnull=True)
                recompose(
                    units=set(below.values_list("unit_id", flat=True)), seq=act.seq, effective=build.TODAY
                )

    def run(beforehand):
        settings.GEOAPP_PREPARE_FROM = 5 if beforehand else NEVER
        with transaction.atomic():
            with monkeypatch.context() as patch:
                real = ahead.prepare_renaming

                def call(*args, **kwargs):
                    plan = real(*args, **kwargs)
                    between("prepare_renaming")
                    return plan

                patch.setattr(ahead, "prepare_renaming", call)
                renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed().decide()
            found = snapshot(AddressVersion)
            transaction.set_rollback(True)
        return found

    plain = run(False)
    assert plain == run(True)
    assert any("新试镇映霞路1号" in str(row) for row in plain)


def test_nobody_sees_what_lies_prepared(town, street, made):
    before = [snapshot(m) for m in (AddressVersion, PublishedAddress)]
    head = acts.head_seq()
    plan = ahead.prepare_renaming(street.pk, "映霞路", build.TODAY)
    ids = [a.pk for a in made.values()]
    assert plan is not None and plan.batch.state == "ready" and plan.batch.done == DOORS
    assert AddressVersion.objects.filter(act_in=prepared.marker(plan.batch)).count() == 2 * DOORS
    assert CascadeSlice.objects.count() == 5 and acts.head_seq() == head
    rows = AddressVersion.objects.all()
    for known_at in (None, head, head + 1, 10**6):
        assert not known(rows, known_at).filter(text__contains="映霞").exists()
        assert not in_force(rows, build.TODAY, known_at).filter(text__contains="映霞").exists()
    public = ahead.prepare_publication(lambda: ids, head)
    assert public is not None and public.batch.written == 0, "what already stands is not written again"
    assert [snapshot(m) for m in (AddressVersion, PublishedAddress)] == before
    assert rebuild.compare(lambda _: None) == [] and index_faults() == []
    assert {s.text for s in spans(made[1].pk, build.TODAY)} == {composed("鱼跃路", 1)}


def test_killed_in_the_middle_it_goes_on(town, street, made, monkeypatch):
    real, calls = prepared._add, []

    def dying(batch, rows):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(len(rows))
        real(batch, rows)

    monkeypatch.setattr(prepared, "_add", dying)
    with pytest.raises(KeyboardInterrupt):
        ahead.prepare_renaming(street.pk, "映霞路", build.TODAY)
    batch = CascadeBatch.objects.get()
    assert (batch.done, batch.total, batch.state) == (14, DOORS, "preparing")
    monkeypatch.setattr(prepared, "_add", lambda batch, rows: (calls.append(len(rows)), real(batch, rows)))
    plan = ahead.prepare_renaming(street.pk, "映霞路", build.TODAY)
    assert plan is not None and plan.batch.pk == batch.pk and len(plan.entries) == DOORS
    assert calls == [7, 7, 7, 7, 2], "nothing is prepared twice"


def test_one_request_says_how_far_it_got(town, street, made):
    with pytest.raises(StillPreparing, match="正在准备 7 / 30 户"):
        ahead.prepare_renaming(street.pk, "映霞路", build.TODAY, until=0)
    for _ in range(3):
        with pytest.raises(StillPreparing):
            ahead.prepare_renaming(street.pk, "映霞路", build.TODAY, until=0)
    assert ahead.prepare_renaming(street.pk, "映霞路", build.TODAY, until=0).batch.state == "ready"


def test_another_day_or_name_gives_the_batch_up_and_daily_cleans(town, street, made):
    from django.core.management import call_command

    rows = AddressVersion.objects.count()
    first = ahead.prepare_renaming(street.pk, "映霞路", build.TODAY)
    second = ahead.prepare_renaming(street.pk, "映霞路", build.TODAY + timedelta(days=9))
    assert first.batch.pk != second.batch.pk
    first.batch.refresh_from_db()
    assert first.batch.state == "abandoned" and AddressVersion.objects.count() == rows + 4 * DOORS
    call_command("daily", verbosity=0)
    assert AddressVersion.objects.count() == rows + 2 * DOORS
    idle = timezone.now() - timedelta(days=prepared.IDLE_DAYS + 1)
    CascadeBatch.objects.filter(pk=second.batch.pk).update(touched_at=idle)
    assert prepared.purge() == 2 * DOORS and AddressVersion.objects.count() == rows
    assert not CascadeSlice.objects.exists() and index_faults() == []
    # An act that finds its batch gone writes the doors itself.
    with transaction.atomic(), acts.act("street_naming", at=build.NOW) as act:
        from naming.gazetteer import form_of, rename_street

        day = build.TODAY + timedelta(days=9)
        rename_street(street.pk, form_of("映霞路"), seq=act.seq, valid_from=day, old_name="鱼跃路")
        assert ahead.rename_doors(street.pk, day, seq=act.seq, plan=second) == DOORS


def test_a_rebuild_gives_up_what_lies_prepared_for_the_public(town, street, made):
    journey = renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed().decide()
    case = journey.case
    decided = case.acts.get(kind="street_naming").seq
    ids = [a.pk for a in made.values()]
    plan = ahead.prepare_publication(lambda: ids, decided, case=case)
    assert plan.batch.written == 2 * DOORS
    with transaction.atomic():
        rebuild.replay(lambda _: None)
    journey.announce()
    assert CascadeBatch.objects.filter(layer="public").count() == 2
    texts = known(PublishedAddress.objects.all()).filter(valid_to__isnull=True)
    assert all("映霞路" in text for text in texts.values_list("name", flat=True))
    assert rebuild.compare(lambda _: None) == []


def test_small_streets_are_written_by_the_act(town, street):
    doors(town, street, {n: composed("鱼跃路", n) for n in range(1, 5)})
    journey = renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed().decide()
    journey.announce()
    assert not CascadeBatch.objects.exists()
    assert CaseItem.objects.get().outcome == "approved"


def test_the_case_says_how_many_were_prepared(town, street, made):
    journey = renaming(town, street, "映霞路").to_consulting().to_publicity().to_reviewed().decide()
    event = journey.case.events.get(action="decide")
    assert _stored(event)["prepared"] == DOORS
    assert date(2023, 1, 1) < journey.case.decision.effective_on
