"""Many people at one case, and two cases at one name: exactly one wins, everybody else is told."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Semaphore

import pytest
from django.db import connection, connections
from django.utils import timezone

from geoapp.core import acts
from geoapp.core.errors import AppError, Conflict, NotReady
from geoapp.core.models import Membership, User
from geoapp.core.workflow import move
from naming.models import PlaceNameVersion
from tests import build

FULL = os.environ.get("GEOAPP_FULL_RACES") == "1"
OFFICERS = 200
SERVER_THREADS = 24
# Two whole cases a round: a hundred rounds in the long form.
ROUNDS = 100 if FULL else 40 if os.environ.get("GEOAPP_DATABASE_URL", "").startswith("post") else 12


def at_once(tasks: list[Callable[[], str]]) -> Counter[str]:
    """Run the tasks at once, in as many threads as a busy server has; count what each came back with.

    The threads start together; more tasks than threads queue up behind them as requests do.
    """
    threads = min(len(tasks), SERVER_THREADS)
    gate = Barrier(threads)
    started = Semaphore(threads)

    def run(task: Callable[[], str]) -> str:
        try:
            if started.acquire(blocking=False):
                gate.wait(timeout=60)
            return task()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(run, tasks))


def reviewed(city: build.City, name: str, *, place: int) -> tuple[str, int, dict[str, dict[str, str]]]:
    x, y = 50 + place % 3 * 620, 30 + place // 3 * 13
    journey = city.journey(build.NOW - timedelta(days=30)).draft(
        [build.street(name, build.line((x, y), (x + 500, y)))]
    )
    journey.to_consulting().to_publicity().to_reviewed()
    return journey.number, journey.case.version, journey.outcomes()


def decide(actor: User, number: str, version: int, outcomes: dict[str, dict[str, str]]) -> str:
    try:
        move(
            number,
            "decide",
            actor=actor,
            version=version,
            at=timezone.now(),
            note="同意",
            data={"doc_no": f"府函{number}", "outcomes": outcomes},
        )
    except Conflict as error:
        assert "已由" in error.message
        return "conflict"
    except NotReady as error:
        return "blocked" if "N-08" in error.message else f"not ready: {error.message}"
    except AppError as error:
        return f"{type(error).__name__}: {error.message}"
    return "decided"


@pytest.mark.django_db(transaction=True)
def test_race_two_hundred_officers_one_decision():
    city = build.city()
    number, version, outcomes = reviewed(city, "映霞路", place=0)
    district = city.users["demo-approver"].memberships.get().jurisdiction
    officers = User.objects.bulk_create(User(username=f"approver-{n}") for n in range(OFFICERS))
    Membership.objects.bulk_create(
        Membership(
            user=u, role="approver", jurisdiction=district, valid_from=build.TODAY - timedelta(days=900)
        )
        for u in officers
    )
    before = acts.head_seq()
    found = at_once([lambda u=u: decide(u, number, version, outcomes) for u in officers])
    assert found == {"decided": 1, "conflict": OFFICERS - 1}
    assert PlaceNameVersion.objects.filter(name="映霞路").count() == 1
    assert acts.head_seq() == before + 1 and acts.faults() == []


@pytest.mark.django_db(transaction=True)
def test_race_two_cases_one_name():
    city = build.city()
    approver = city.users["demo-approver"]
    stems = [a + b for a in "朗沐迎归汀清晴映听揽" for b in "月风曦帆兰荷川霞涛翠"]
    for n in range(ROUNDS):
        name = f"{stems[n]}路"
        first = reviewed(city, name, place=2 * n)
        second = reviewed(city, name, place=2 * n + 1)
        for number, _, _ in (first, second):
            _answer(city, number)
        tasks = [lambda c=c: decide(approver, c[0], _version(c[0]), c[2]) for c in (first, second)]
        found = at_once(tasks)
        assert found == {"decided": 1, "blocked": 1}, (n, found)
        assert PlaceNameVersion.objects.filter(name=name).count() == 1
        _withdraw(city, first[0], second[0])
    assert acts.faults() == [] and connection.vendor in {"sqlite", "postgresql"}


def _version(number: str) -> int:
    from geoapp.core.cases import case_of

    return case_of(number).version


def _answer(city: build.City, number: str) -> None:
    journey = city.journey(timezone.now())
    journey.number = number
    journey.go("recheck", "demo-district")
    journey.answer_warnings("demo-district")


def _withdraw(city: build.City, *numbers: str) -> None:
    for number in numbers:
        journey = city.journey(timezone.now())
        journey.number = number
        if journey.case.status == "reviewed":
            journey.go("withdraw", "demo-planner", note="另一案已命名")
