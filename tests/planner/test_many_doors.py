"""A case of two hundred doors: as many queries as a case of twenty, the doors that need somebody first, pages, filters."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from shapely.geometry import Point

from geoapp.core.models import FindingRow
from geoapp.planner.demo_load.door_journey import DoorJourney, door
from naming import door_forms, door_intake
from naming.models import AddressItem
from tests import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(town):
    return town.named("鱼跃路", build.line((100, 500), (900, 500)))


def many(town, street, count: int, *, without: int = 2, y: int = 500) -> DoorJourney:
    """Return a submitted-for-nothing-yet case of many doors on both sides; every ``without``-th asks for no number (0: none)."""
    at = timezone.now() - timedelta(days=3)
    forms = []
    for n in range(count):
        spot = Point(*build.at(105 + 3.9 * n, y + 10 if n % 2 else y - 10))
        number = {} if without and n % without == 0 else {"number": str(2 * n + 1)}
        forms.append(
            door_forms.read_door(door(spot, street=str(street.pk), **number), on=timezone.localdate(at))
        )
    case = door_intake.open_many(
        actor=town.users["demo-town"], forms=forms, reason="集中编号", at=at, synthetic=True
    )
    door_intake.check_items(case, at)
    walk = DoorJourney(town.users, at)
    walk.number = case.number
    return walk.attach("homestead_approval")


def cost(client, path: str) -> tuple[int, float, str]:
    """Return queries, seconds of processor time and the answer."""
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        begun = time.process_time()
        answer = client.get(path)
        took = time.process_time() - begun
    assert answer.status_code == 200
    return len(caught), took, answer.content.decode()


@pytest.mark.parametrize("without", [1, 0], ids=["numbers left to the rules", "numbers asked for"])
def test_two_hundred_doors_cost_as_many_queries_as_twenty(town, street, client, without):
    few, lots = many(town, street, 20, without=without), many(town, street, 200, without=without)
    for step in (None, "submit", "check"):
        for walk in (few, lots):
            if step:
                walk.go(step, "demo-town")
        for name in ("demo-town", "demo-police") if step else ("demo-town",):
            client.force_login(town.users[name])
            cost(client, f"/cases/{few.number}/")
            asked = [cost(client, f"/cases/{walk.number}/") for walk in (few, lots)]
            assert asked[0][0] == asked[1][0] <= 60, (step, name, [a[0] for a in asked])
            assert asked[1][1] < 1, (step, name, asked[1][1])
    shapes = [cost(client, f"/cases/{walk.number}/items.geojson") for walk in (few, lots)]
    assert shapes[0][0] == shapes[1][0] <= 10 and shapes[1][2].count('"role": "item"') == 200


def test_a_numbered_case_costs_the_same_too(town, street, client):
    other = town.named("映月路", build.line((100, 300), (900, 300)))
    walks = [many(town, street, 4), many(town, other, 24, y=300)]
    client.force_login(town.users["demo-town"])
    found = []
    for walk in walks:
        walk.to_checked().explain().give()
        assert walk.case.status == "numbered"
        found.append(cost(client, f"/cases/{walk.number}/"))
    assert found[0][0] == found[1][0] <= 60, [f[0] for f in found]
    page = found[1][2]
    assert "待安装" in page and page.count("《门楼号确认书》") == 20, "a page of twenty doors"


def test_what_needs_somebody_comes_first_and_can_be_asked_for(town, street, client):
    walk = many(town, street, 30, without=1)
    late = AddressItem.objects.get(item__case__number=walk.number, item__seq=29)
    AddressItem.objects.filter(pk=late.pk).update(street=None, street_text="映霞路")
    walk.go("submit", "demo-town")
    client.force_login(town.users["demo-town"])
    page = client.get(f"/cases/{walk.number}/").content.decode()
    shown = re.findall(r'id="door-(\d+)"', page)
    assert shown == ["29", *(str(n) for n in range(1, 20))]
    tabs = page[page.index('data-testid="door-needs"') :][:2500]
    assert re.findall(r'<span class="count">(\d+)</span>', tabs)[0] == "30" and "待街路命名" in tabs
    rest = client.get(f"/cases/{walk.number}/?page=2").content.decode()
    assert re.findall(r'id="door-(\d+)"', rest) == [str(n) for n in (*range(20, 29), 30)]
    only = client.get(f"/cases/{walk.number}/?doors=unnamed").content.decode()
    assert re.findall(r'id="door-(\d+)"', only) == ["29"]
    none = client.get(f"/cases/{walk.number}/?rule=A-99").content.decode()
    assert "没有符合条件的门" in none and not re.findall(r'id="door-\d', none)
    odd = client.get(f"/cases/{walk.number}/?doors=nonsense&page=99")
    assert odd.status_code == 200, "a filter that does not exist filters nothing"


def test_an_answer_leads_back_to_the_same_part_of_the_page(town, street, client):
    walk = many(town, street, 24).go("submit", "demo-town")
    finding = FindingRow.objects.filter(item__case=walk.case, current=True, severity="warn").first()
    client.force_login(town.users["demo-town"])
    page = client.get(f"/cases/{walk.number}/?rule={finding.code}").content.decode()
    shown = re.findall(r'id="door-(\d+)"', page)
    assert shown and str(finding.item.seq) in shown
    assert f"do/answer_finding/?rule={finding.code}" in page
    data = {"version": walk.case.version, "finding": str(finding.pk), "note": "已到现场核对"}
    answer = client.post(f"/cases/{walk.number}/do/answer_finding/?rule={finding.code}", data)
    assert answer.status_code == 302 and answer.url == f"/cases/{walk.number}/?rule={finding.code}"
    stale = client.post(f"/cases/{walk.number}/do/answer_finding/?rule={finding.code}", data)
    assert stale.status_code == 409 and f'href="/cases/{walk.number}/?' in stale.content.decode()


def test_every_door_of_a_long_case_is_in_the_form_of_the_review(town, street, client):
    walk = many(town, street, 24, without=1).to_checked()
    client.force_login(town.users["demo-police"])
    page = client.get(f"/cases/{walk.number}/?page=2").content.decode()
    assert len(re.findall(r'name="outcome-[0-9a-f-]{36}"', page)) == 24
