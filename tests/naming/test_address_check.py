"""Checking one address as it is typed: the same answers as in bulk, from the register asked question by question."""

from __future__ import annotations

from datetime import date

import pytest
import shapely
from django.db import transaction
from django.utils import timezone

from geoapp.core import acts
from geoapp.core.authority import profile_on
from geoapp.core.checks import Court
from geoapp.core.geometry import to_geojson
from naming.address_batch import load_book
from naming.address_book import RegisterBook
from naming.address_checking import STAGES, proposal_of
from naming.address_checks import RULES
from naming.address_places import City
from naming.address_register import Door, enter
from naming.models import PlaceName
from tests import build
from tests.naming.address_files import door, streets

pytestmark = pytest.mark.django_db
ON = build.TODAY


@pytest.fixture
def doors(town):
    """A street numbered 1 to 12 from its eastern end; 6 is reserved."""
    streets(town)
    place = PlaceName.objects.get(names__name="鱼跃路")
    community = town.land.units[f"{build.TOWN_A}001"].pk
    with transaction.atomic(), acts.act("number", at=timezone.now()) as act:
        made = []
        for n in range(1, 13):
            x, y = map(float, door("鱼跃路", n)[5:])
            state = "reserved" if n == 6 else "standard"
            made.append(Door(place.pk, community, n, shapely.Point(x, y), state=state))
        enter(made, seq=act.seq, valid_from=date(2026, 1, 1))
    return town


def request(number: object, *, at: tuple[float, float] | None = None, **fields: object) -> dict[str, object]:
    n = int(str(number).rstrip("号")) if str(number).rstrip("号").isdigit() else 3
    x, y = at or tuple(map(float, door("鱼跃路", n)[5:]))
    return {
        "kind": "address",
        "street": "鱼跃路",
        "number": number,
        "community": "试验社区",
        "geometry": to_geojson(shapely.Point(x, y)),
        "on": "2026-11-23",
        **fields,
    }


CASES = [
    request(13),
    request(14),
    request(3),
    request(6),
    request(17),
    request(13, at=build.at(1300, 508)),
    request("13号之1"),
    request("3号之1之2"),
    request("１３"),
    request(13, street="无名路"),
    request(13, community="试验村"),
    request(13, at=build.at(1780, 700)),
    request(13, at=tuple(map(float, door("鱼跃路", 5)[5:]))),
    request(13, state="临时", proof="《门楼号确认书》"),
    request(13, former="佛山市南海区试验镇鱼跃路99号"),
    request(13, former="佛山市南海区试验镇鱼跃路5号"),
    request(3, room="501"),
    request(7, at=build.at(1890, 492)),
    {"kind": "address", "compound": "东苑", "number": 3, "geometry": request(3)["geometry"]},
    {"kind": "address"},
]


@pytest.mark.parametrize("n", range(len(CASES)))
def test_typed_and_in_bulk_the_answers_agree(doors, n):
    proposal = proposal_of(CASES[n], ON)
    profile = profile_on(ON)
    court = Court(RULES, profile, stages=STAGES, on=ON)
    live = court.judge(proposal, RegisterBook(proposal, profile))
    book = load_book([(proposal, "第 2 行")], on=ON, land=City.on(ON).land, profile=profile)
    bulk = court.judge(proposal, book)
    assert [(f.code, f.variant, f.message) for f in live] == [(f.code, f.variant, f.message) for f in bulk]


def test_the_api_answers(doors, client):
    answer = client.post("/api/check", request(13), content_type="application/json")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["verdict"] == {"score": 100, "band": "pass"}, told["findings"]
    assert told["address"]["text"] == "佛山市南海区试验镇鱼跃路13号"
    assert (told["address"]["along_m"], told["address"]["side"]) == (140.0, "left")
    told = client.post("/api/check", request(3), content_type="application/json").json()
    finding = told["findings"][0]
    assert (told["verdict"]["band"], finding["code"], finding["severity"]) == ("block", "A-02", "block")
    assert (
        finding["law"] and finding["remedy"] and finding["subject"]["name"] == "佛山市南海区试验镇鱼跃路3号"
    )


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"number": [1]}, 422),
        ({"street": "长" * 400}, 422),
        ({"geometry": {"type": "LineString", "coordinates": [[113, 23], [113.1, 23]]}}, 422),
        ({"geometry": {"type": "Point", "coordinates": ["a", 2]}}, 422),
        ({"id": "x"}, 422),
        ({"on": "soon"}, 422),
        ({"room": "\x00"}, 422),
        ({"room": "=1+1"}, 200),
    ],
)
def test_bad_requests_are_refused_in_words(doors, client, change, status):
    answer = client.post("/api/check", request(13) | change, content_type="application/json")
    assert answer.status_code == status, answer.content
    if status != 200:
        assert answer.json()["remedy"]
