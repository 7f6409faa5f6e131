"""What the counter offers to number along: streets and natural villages by name, pinyin and initials."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from shapely.geometry import Point

from geoapp.core import acts
from geoapp.core.models import Case
from geoapp.planner.demo_load.door_journey import door
from naming import along
from naming.address_register import Door, enter
from naming.door_forms import community_at
from naming.language.normalise import normalise_name
from naming.models import AddressItem, PlaceName, PlaceNameVersion
from tests import build
from tests.planner.english import EnglishPage

pytestmark = pytest.mark.django_db


def village(name, pinyin, *, use_state="standard"):
    place = PlaceName.objects.create(category="VIL")
    with transaction.atomic(), acts.act("takeover_village", at=build.NOW) as act:
        PlaceNameVersion.objects.create(
            place=place,
            name=name,
            normalised=normalise_name(name),
            pinyin_std=pinyin,
            use_state=use_state,
            valid_from=date(2023, 1, 1),
            act_in=act.seq,
        )
    return place


def doors(town, place, *numbers, code=build.TOWN_A, at=(300, 900)):
    unit = town.land.units[f"{code}001"].pk
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW) as act:
        enter(
            [Door(place.pk, unit, n, Point(*build.at(at[0] + n, at[1]))) for n in numbers],
            seq=act.seq,
            valid_from=date(2024, 1, 1),
        )


@pytest.fixture
def places(town):
    near = town.named("鱼跃路", build.line((100, 500), (900, 500)))
    here = village("沙岗", "Shāgǎng")
    doors(town, here, 1, 2)
    away = village("沙头村", "Shātóu Cūn")
    doors(town, away, 1, code=build.TOWN_C)
    nowhere = village("石塘", "Shítáng")
    village("未批村", "Wèipī Cūn", use_state="existing")
    return {"near": near, "here": here, "away": away, "nowhere": nowhere}


@pytest.fixture
def counter(town, client):
    client.force_login(town.users["demo-town"])
    return client


def spot(x=300, y=900, **fields):
    return door(Point(*build.at(x, y)), **fields)


def names(choice):
    return [(place.name, place.here) for place in choice.places]


def test_places_are_found_by_characters_pinyin_and_initials(town, places):
    unit = community_at(Point(*build.at(300, 900)), build.TODAY)
    assert names(along.choose("", unit, build.TODAY)) == [("沙岗", True), ("鱼跃路", True)]
    for text in ("沙", "sha"):
        assert names(along.choose(text, unit, build.TODAY)) == [("沙岗", True), ("沙头村", False)], text
    for text, name in (
        ("shagang", "沙岗"),
        ("sg", "沙岗"),
        ("yylu", "鱼跃路"),
        ("石塘", "石塘"),
        ("yuy", "鱼跃路"),
    ):
        assert [n for n, _here in names(along.choose(text, unit, build.TODAY))] == [name], text
    away = along.choose("沙头", unit, build.TODAY).villages[0]
    assert away.where and not away.here and not along.choose("沙头", unit, build.TODAY).streets
    assert (
        names(along.choose("未批", unit, build.TODAY)) == [] == names(along.choose("，", unit, build.TODAY))
    )
    assert names(along.choose("沙岗", None, build.TODAY)) == [("沙岗", False)]
    assert names(along.choose("", None, build.TODAY)) == []
    few = along.choose("沙", unit, build.TODAY, most=1)
    assert names(few) == [("沙岗", True)] and few.more == 1


def test_the_counter_numbers_along_a_village_it_found(town, places, counter):
    data = spot()
    page = counter.get("/doors/new/", {"lon": data["lon"], "lat": data["lat"], "q": "sg"}).content.decode()
    assert f'value="{places["here"].pk}" data-number="3号"' in page and "找到 1 个" in page
    looked = counter.post("/doors/new/", data | {"q": "石塘", "action": "look", "owner_name": "陈某某"})
    page = looked.content.decode()
    assert looked.status_code == 200 and 'value="陈某某"' in page and not Case.objects.exists()
    assert f'value="{places["nowhere"].pk}"' in page
    saved = counter.post("/doors/new/", data | {"street": str(places["here"].pk), "q": "sg"})
    assert saved.status_code == 302
    row = AddressItem.objects.get()
    assert row.street_id == places["here"].pk and row.item.title == "沙岗（新编门楼号）"
    assert "3号" in counter.get(saved.url).content.decode()


def test_the_villages_of_the_community_are_offered_unasked(places, counter):
    data = spot()
    page = counter.get("/doors/new/", {"lon": data["lon"], "lat": data["lat"]}).content.decode()
    assert "本村居的自然村" in page and f'value="{places["here"].pk}"' in page
    assert f'value="{places["away"].pk}"' not in page
    told = counter.get("/doors/near.json", {"lon": data["lon"], "lat": data["lat"], "q": "沙头"}).json()
    (group,) = told["groups"]
    assert [o["name"] for o in group["options"]] == ["沙头村"] and group["asked"]
    near = spot(300, 520)
    told = counter.get("/doors/near.json", {"lon": near["lon"], "lat": near["lat"]}).json()
    assert [[o["name"] for o in g["options"]] for g in told["groups"]] == [["鱼跃路"], ["沙岗"]]


def test_nothing_found_is_said_and_what_to_do(places, counter):
    data = spot()
    page = counter.post("/doors/new/", data | {"q": "无此村", "action": "look"}).content.decode()
    assert 'data-testid="nothing-found"' in page and "没有找到名称为“无此村”" in page
    page = counter.get("/doors/new/", {"q": "sg"}).content.decode()
    assert "沙岗" in page, "a name is found without a place on the map"


def test_the_chooser_in_english(places, counter):
    counter.cookies["lang"] = "en"
    data = spot()
    for text in ("sg", "沙头", "无此村", ""):
        page = EnglishPage(counter.post("/doors/new/", data | {"q": text, "action": "look"}).content.decode())
        assert page.language == "en" and page.stray == [], text
