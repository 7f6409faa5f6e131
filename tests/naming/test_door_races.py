"""Two cases for one number, many for any number: nobody gets what another has, everybody else is told what is free."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from shapely.geometry import Point

from geoapp.core import acts
from geoapp.core.cases import case_of
from geoapp.core.errors import AppError, Conflict, NotReady
from geoapp.core.workflow import move
from geoapp.planner.demo_load.door_journey import DoorJourney, door
from naming.models import AddressItem, AddressVersion
from tests import build
from tests.naming.test_races import at_once

ROUNDS = 100 if os.environ.get("GEOAPP_FULL_RACES") == "1" else 6
TOGETHER = 12


def checked(city: build.City, street, x: float, **fields) -> DoorJourney:
    walk = DoorJourney(city.users, build.NOW - timedelta(days=20))
    data = door(Point(*build.at(x, 510)), street=str(street.pk), **fields)
    return walk.draft([data]).to_checked()


def give(walk: DoorJourney, actor) -> str:
    case = case_of(walk.number)
    try:
        move(
            walk.number,
            "number",
            actor=actor,
            version=case.version,
            at=timezone.now(),
            data={"outcomes": walk.outcomes()},
        )
    except NotReady as error:
        return "told" if "A-02" in error.message and "下一个可用号为" in error.message else error.message
    except Conflict as error:
        return "told" if "下一个可用号为" in error.message else error.message
    except AppError as error:
        return f"{type(error).__name__}: {error.message}"
    return "numbered"


@pytest.mark.django_db(transaction=True)
def test_race_two_cases_one_number():
    city = build.city()
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    officer = city.users["demo-police"]
    for n in range(ROUNDS):
        number = str(2 * n + 2)
        pair = [checked(city, street, 700 - 5 * n + side, number=number) for side in (0, 2)]
        found = at_once([lambda w=w: give(w, officer) for w in pair])
        assert found == {"numbered": 1, "told": 1}, (n, found)
        assert AddressVersion.objects.filter(street=street, number=number).count() == 1
    assert acts.faults() == [] and connection.vendor in {"sqlite", "postgresql"}


@pytest.mark.django_db(transaction=True)
def test_race_many_cases_any_number():
    city = build.city()
    street = city.named("鱼跃路", build.line((100, 500), (900, 500)))
    walks = [checked(city, street, 150 + 50 * n) for n in range(TOGETHER)]
    found = at_once([lambda w=w: give(w, city.users["demo-police"]) for w in walks])
    assert found == {"numbered": TOGETHER}, found
    given = list(AddressItem.objects.values_list("given_number", "given_sub"))
    assert len(set(given)) == TOGETHER
    assert acts.faults() == []
