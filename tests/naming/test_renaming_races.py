"""A street renamed with its doors written beforehand, while others change those doors: nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import random
from datetime import timedelta

import pytest
import shapely
from django.utils import timezone

from geoapp.core import acts
from geoapp.core.cases import case_of
from geoapp.core.database import index_faults
from geoapp.core.errors import AppError
from geoapp.core.models import RuleProfile
from geoapp.core.workflow import move
from geoapp.planner import rebuild
from geoapp.planner.demo_load.door_journey import DoorJourney
from geoapp.planner.demo_load.door_journey import door as door_form
from naming import prepared
from naming.models import AddressVersion, CascadeBatch, PublishedAddress
from tests import build
from tests.naming.test_races import at_once
from tests.naming.test_renaming import composed, doors, renaming

FULL = os.environ.get("GEOAPP_FULL_RACES") == "1"
ROUNDS = 25 if FULL else 3
DOORS = 40


@pytest.fixture
def beforehand(settings, monkeypatch):
    settings.GEOAPP_PREPARE_FROM = 5
    monkeypatch.setattr(prepared, "SLICE", 6)


def changing(city, street, address, number: int) -> DoorJourney:
    """Return a case that gives a door another number, as far as the review."""
    version = address.versions.get(act_out__isnull=True)
    walk = DoorJourney(city.users, build.NOW - timedelta(days=20))
    fields = {"kind": "change", "address": str(address.pk), "street": str(street.pk), "number": str(number)}
    point = shapely.Point(version.geom.x, version.geom.y)
    data = door_form(point, **fields, reason="门牌号重复（示意）", basis="", permit_number="")
    return walk.draft([data], papers_held=()).to_checked().explain()


def step(number: str, action: str, actor, **data) -> str:
    """Take a step; a stale check under the locks is not an error of the register, the officer presses again."""
    for _again in range(4):
        case = case_of(number)
        try:
            move(number, action, actor=actor, version=case.version, at=timezone.now(), note="同意", data=data)
        except AppError as error:
            last = f"{type(error).__name__}: {error.message}"
        else:
            return action
    return last


@pytest.mark.django_db(transaction=True)
def test_race_a_renaming_and_door_renumberings(beforehand):
    """Whoever comes first: every door has one text per day, with its number and the street's name of that day."""
    city = build.city()
    # Warnings about numbers picked for the race are not what it is about, and they change as it runs.
    for profile in RuleProfile.objects.all():
        profile.severities |= dict.fromkeys(("A-03", "A-04", "A-05", "A-06", "A-10", "A-11", "A-13"), "off")
        profile.save()
    for n in range(ROUNDS):
        _one_street(city, n)
    assert acts.faults() == [] and rebuild.compare(lambda _: None) == [] and index_faults() == []
    assert CascadeBatch.objects.filter(state="activated").exists()


def _one_street(city, n: int) -> None:
    old, new = (
        f"试验{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'东西南北中'[n // 10]}路",
        f"映霞{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'东西南北中'[n // 10]}路",
    )
    street = city.named(old, build.line((100, 200 + 12 * n), (900, 200 + 12 * n)))
    made = doors(city, street, {k: composed(old, k) for k in range(1, DOORS + 1)})
    start = build.NOW - timedelta(days=60)
    journey = city.journey(start)
    asked = {
        "kind": "rename",
        "street": str(street.pk),
        "name": new,
        "meaning": "示意",
        "trigger": "construction",
    }
    journey.draft([asked]).to_consulting().to_publicity().to_reviewed()
    walks = [changing(city, street, made[k], 100 + k) for k in (5, 12, 33)]
    outcomes = journey.outcomes()
    tasks = [
        lambda: step(
            journey.number, "decide", city.users["demo-approver"], doc_no="府函1号", outcomes=outcomes
        ),
        *(
            lambda w=w: step(w.number, "number", city.users["demo-police"], outcomes=w.outcomes())
            for w in walks
        ),
    ]
    random.Random(n).shuffle(tasks)
    assert at_once(tasks) == {"decide": 1, "number": 3}, n
    standing = AddressVersion.objects.filter(street=street, act_out__isnull=True)
    last = {v.address_id: v for v in standing.filter(valid_to__isnull=True)}
    assert standing.filter(valid_to__isnull=True).count() == len(last) == DOORS
    for k, address in made.items():
        number = 100 + k if k in (5, 12, 33) else k
        assert (last[address.pk].number, last[address.pk].text) == (number, composed(new, number)), (n, k)
    spans_of: dict = {}
    for v in standing.order_by("valid_from"):
        spans_of.setdefault(v.address_id, []).append((v.valid_from, v.valid_to))
    for spans in spans_of.values():
        assert all(a[1] == b[0] for a, b in zip(spans, spans[1:], strict=False)), spans
    # The announcement and a release of doors at once: the release waits for the announcement or follows it.
    tasks = [
        lambda: step(journey.number, "announce", city.users["demo-publisher"], channels="网站"),
        lambda: _release(walks[0], city.users["demo-resources"]),
    ]
    assert at_once(tasks)["announce"] == 1
    _release(walks[0], city.users["demo-resources"])
    public = PublishedAddress.objects.filter(id__in=[a.pk for a in made.values()], act_out__isnull=True)
    texts = {r.id: r.name for r in public.filter(valid_to__isnull=True)}
    assert texts[made[5].pk] == composed(new, 105)
    assert texts[made[12].pk] == composed(old, 12) and texts[made[33].pk] == composed(old, 33)
    assert all(texts[a.pk] == composed(new, k) for k, a in made.items() if k not in (5, 12, 33))


def _release(walk: DoorJourney, actor) -> str:
    found = step(walk.number, "release", actor)
    assert found == "release" or "尚未公告" in found or "已办完" in found or "已由" in found, found
    return "released"


@pytest.mark.django_db(transaction=True)
def test_race_two_officers_prepare_and_decide_one_renaming(beforehand):
    """Two press the same button: one batch is put on record, every door once."""
    city = build.city()
    # Warnings about numbers picked for the race are not what it is about, and they change as it runs.
    for profile in RuleProfile.objects.all():
        profile.severities |= dict.fromkeys(("A-03", "A-04", "A-05", "A-06", "A-10", "A-11", "A-13"), "off")
        profile.save()
    for n in range(ROUNDS):
        _one_decision(city, n)
    assert acts.faults() == [] and index_faults() == []


def _one_decision(city, n: int) -> None:
    old, new = (
        f"试验{'甲乙丙丁戊'[n % 5]}{'东西南北中'[n // 5]}街",
        f"映霞{'甲乙丙丁戊'[n % 5]}{'东西南北中'[n // 5]}街",
    )
    street = city.named(old, build.line((100, 200 + 12 * n), (900, 200 + 12 * n)))
    doors(city, street, {k: composed(old, k) for k in range(1, DOORS + 1)})
    journey = renaming(city, street, new).to_consulting().to_publicity().to_reviewed()
    version, outcomes = journey.case.version, journey.outcomes()
    day = timezone.localdate() + timedelta(days=500)

    def press(effective: str) -> str:
        try:
            move(
                journey.number,
                "decide",
                actor=city.users["demo-approver"],
                version=version,
                at=timezone.now() + timedelta(days=200),
                note="同意",
                data={"doc_no": "府函1号", "outcomes": outcomes, "effective_on": effective},
            )
        except AppError as error:
            return type(error).__name__
        return "decided"

    days = [day, day, day, day + timedelta(days=1)]
    assert at_once([lambda d=d: press(d.isoformat()) for d in days]) == {"decided": 1, "Conflict": 3}
    effective = case_of(journey.number).decision.effective_on
    rows = AddressVersion.objects.filter(street=street, act_out__isnull=True)
    assert rows.filter(valid_from=effective, text__contains=new).count() == DOORS
    assert rows.filter(valid_to=effective, text__contains=old).count() == DOORS and rows.count() == 2 * DOORS
