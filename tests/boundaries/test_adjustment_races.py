"""Two planners on one line: always valid land, nothing lost, one wins, the other is told who and what."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from boundaries import intake
from boundaries.ground import whole_ground
from boundaries.models import Meeting, UnitVersion
from boundaries.proof import prove_all
from geoapp.core import acts, frame
from geoapp.core.cases import case_of
from geoapp.core.errors import AppError, Conflict
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Attachment, Case, FindingRow
from geoapp.core.workflow import move
from tests import build
from tests.boundaries.adjustments import point, unit

ROUNDS = 200 if os.environ.get("GEOAPP_FULL_RACES") == "1" else 8
COLUMNS, WIDTH, DEPTH = 80, 24, 40


def transfer(giver: UnitVersion, receiver: UnitVersion, x: float, y0: float, y1: float) -> dict[str, Any]:
    ring = [(x, y0), (x + WIDTH, y0), (x + WIDTH, y1), (x, y1), (x, y0)]
    return {
        "kind": "transfer",
        "operations": [
            {
                "op": "transfer",
                "giver": str(giver.unit_id),
                "receiver": str(receiver.unit_id),
                "polygon": [[point(a, b) for a, b in ring]],
                "declare": [],
            }
        ],
        "after": [
            {"id": str(giver.unit_id), "households": giver.households, "population": giver.population},
            {
                "id": str(receiver.unit_id),
                "households": receiver.households,
                "population": receiver.population,
            },
        ],
    }


def reviewed(city: build.City, plan: dict[str, Any], village: UnitVersion) -> str:
    """Return the number of a case that waits for its decision: the steps before it are other tests' affair."""
    now = timezone.now()
    officer = city.users["demo-town"]
    case, _ = intake.open_case(
        actor=officer, form=intake.read_adjustment(plan), reason="调整（示意）", at=now
    )
    Attachment.objects.create(
        case=case, kind="collective_opinion", filename="a.pdf", content_type="application/pdf", size=1,
        sha256="0" * 64, file="a.pdf", uploaded_by=officer, uploaded_at=now,
    )  # fmt: skip
    held = timezone.localdate() - timedelta(days=5)
    Meeting.objects.create(
        case=case, unit_id=village.unit_id, body="villagers", notice_on=held - timedelta(days=11), held_on=held,
        eligible=100, present=80, votes_for=70, votes_against=10,
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(status="reviewed", submitted_at=now, accepted_at=now)
    _answer(case.number)
    return case.number


def _answer(number: str) -> None:
    FindingRow.objects.filter(item__case__number=number, current=True, severity="warn").update(
        answer="经核实"
    )


def decide(city: build.City, number: str) -> str:
    case = case_of(number)
    outcomes = {
        str(i.pk): {"outcome": "approved", "reason": ""} for i in case.items.filter(outcome="pending")
    }
    try:
        move(
            number,
            "decide",
            actor=city.users["demo-approver"],
            version=case.version,
            note="同意",
            data={"doc_no": f"府函{number[-4:]}", "outcomes": outcomes},
        )
    except Conflict as error:
        return f"conflict: {error.message}"
    except AppError as error:
        return f"{type(error).__name__}: {error.message}"
    return "decided"


def together(*tasks: Any) -> list[str]:
    gate = Barrier(len(tasks))

    def run(task: Any) -> str:
        try:
            gate.wait(timeout=30)
            return str(task())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def total(on: Any) -> int:
    rows = UnitVersion.objects.filter(unit__level="community", geom__isnull=False, act_out__isnull=True)
    rows = rows.filter(valid_from__lte=on).exclude(valid_to__lte=on)
    return sum(frame.area2_mm2(to_shapely(v.geom)) for v in rows)


@pytest.mark.django_db(transaction=True)
def test_race_two_planners_on_one_line():
    city = build.city()
    today = timezone.localdate()
    whole = total(today)
    decided = 0
    for n in range(ROUNDS):
        village, community = unit(f"{build.TOWN_A}200", today), unit(f"{build.TOWN_A}001", today)
        x = 20 + 2 * (n % (COLUMNS // 2)) * WIDTH
        # Columns go over and come back in the next pass, so that the line has room for any number of rounds.
        over = (n // (COLUMNS // 2)) % 2 == 0
        first, second = (community, village) if over else (village, community)
        numbers = (
            reviewed(city, transfer(first, second, x, 1000 - DEPTH, 1000), village),
            reviewed(city, transfer(second, first, x + WIDTH, 1000, 1000 + DEPTH), village),
        )
        before = acts.head_seq()
        found = together(*(lambda c=c: decide(city, c) for c in numbers))
        lost = [i for i, answer in enumerate(found) if answer != "decided"]
        assert len(lost) == 1 and found[lost[0]].startswith("conflict"), (n, found)
        assert numbers[1 - lost[0]] in found[lost[0]] and "区政府审批人" in found[lost[0]]
        assert acts.head_seq() == before + 1
        # The one who lost draws anew on the new line, and nothing of either is lost.
        number = numbers[lost[0]]
        move(
            number,
            "return_review",
            actor=city.users["demo-approver"],
            version=case_of(number).version,
            note="重新检查",
        )
        move(number, "recheck", actor=city.users["demo-district"], version=case_of(number).version)
        Case.objects.filter(number=number).update(status="reviewed")
        _answer(number)
        assert decide(city, number) == "decided", n
        decided += 2
        assert total(today) == whole
        if n % 10 == 0 or n == ROUNDS - 1:
            assert prove_all(whole_ground(today).coverage).proved
    assert decided == 2 * ROUNDS and acts.faults() == []


@pytest.mark.django_db(transaction=True)
def test_race_two_claims_on_one_piece():
    city = build.city()
    today = timezone.localdate()
    whole = total(today)
    for n in range(max(3, ROUNDS // 10)):
        village, community = unit(f"{build.TOWN_A}200", today), unit(f"{build.TOWN_A}001", today)
        plan = transfer(community, village, 20 + n * 60, 1000 - DEPTH, 1000)
        numbers = (reviewed(city, plan, village), reviewed(city, plan, village))
        found = together(*(lambda c=c: decide(city, c) for c in numbers))
        assert sorted(a == "decided" for a in found) == [False, True], found
        loser = numbers[0] if found[0] != "decided" else numbers[1]
        move(
            loser,
            "return_review",
            actor=city.users["demo-approver"],
            version=case_of(loser).version,
            note="重新检查",
        )
        move(loser, "recheck", actor=city.users["demo-district"], version=case_of(loser).version)
        blocked = FindingRow.objects.filter(item__case__number=loser, current=True, severity="block")
        assert "V-01" in set(blocked.values_list("code", flat=True))
        assert total(today) == whole and prove_all(whole_ground(today).coverage).proved
