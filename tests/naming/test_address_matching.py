"""Addresses against the register: in force, former, near; over HTTP; on indexes; nothing that is not published."""

from __future__ import annotations

import json
import time
from datetime import date

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoapp.core import acts
from geoapp.core.effective import begin, end, succeed
from geoapp.core.geometry import frame_geos
from naming import published, search
from naming.address_api import LONGEST_TEXT, MOST_TEXTS
from naming.address_names import address_names
from naming.addressing.compose import compose
from naming.addressing.parts import LADDER, AddressParts
from naming.gazetteer import form_of
from naming.importing.rows import text_reader
from naming.matching import read_and_match
from naming.models import Address, AddressVersion, PlaceNameVersion
from tests import build

pytestmark = pytest.mark.django_db
URL = "/api/addresses/parse"
KEYS = {"parts", "confidence", "match", "missing"}
PARTS = {"district", "town", "community", "street", "number", "sub_number", "compound", "building", "unit", "floor", "room"}  # fmt: skip


@pytest.fixture
def doors(town):
    """Streets of one name in two towns, one street renamed, doors on them; return ids by text."""
    town.first = town.named("教育路", build.line((100, 300), (900, 300)))
    town.other = town.named("教育路", build.line((4100, 300), (4900, 300)))
    town.mulberry = town.named("桑园街二巷", build.line((100, 500), (900, 500)))
    town.ids = {}
    for place, district, name, community, at in (
        (town.first, "南海区", "试验镇", f"{build.TOWN_A}001", 0),
        (town.other, "禅城区", "邻区镇", f"{build.TOWN_C}001", 4000),
    ):
        for number, sub in ((3, None), (5, None), (5, 2), (8, None)):
            door(town, place, "教育路", number, sub, district, name, community, at)
    door(town, town.mulberry, "桑园街二巷", 12, None, "南海区", "试验镇", f"{build.TOWN_A}001", 0)
    return town


def door(town, place, street, number, sub, district, town_name, community, at, *, publish=True):
    text = compose(
        AddressParts(
            city="佛山市", district=district, town=town_name, street=street, number=number, sub_number=sub
        )
    )
    with transaction.atomic(), acts.act("takeover_addresses", at=build.TAKEOVER) as act:
        address = Address.objects.create()
        point = build.line((at + 100 + 10 * number, 310), (at + 500, 310)).interpolate(0)
        begin(
            AddressVersion, seq=act.seq, valid_from=date(2023, 1, 1), address=address, street=place, number=number,
            sub_number=sub, community=town.land.units[community], text=text, geom=frame_geos(point),
        )  # fmt: skip
        if publish:
            published.publish("addresses", [address.pk], known_at=act.seq, seq=act.seq)
    town.ids[text] = str(address.pk)
    return address


def change(address, **values):
    """Change an address's version of today from 2025 on, and publish it."""
    with transaction.atomic(), acts.act("readdress", at=build.NOW) as act:
        row = AddressVersion.objects.get(address=address, act_out__isnull=True)
        if values:
            succeed(row, seq=act.seq, valid_from=date(2025, 1, 1), **values)
        else:
            end(row, seq=act.seq, valid_to=date(2025, 1, 1))
        published.publish("addresses", [address.pk], known_at=act.seq, seq=act.seq)


def rename(town, place, name):
    """Rename a street from 2025 on, and publish it."""
    with transaction.atomic(), acts.act("rename", at=build.NOW) as act:
        row = PlaceNameVersion.objects.get(place=place, act_out__isnull=True)
        succeed(row, seq=act.seq, valid_from=date(2025, 1, 1), **form_of(name).columns())
        for layer in ("streets", "place_names"):
            published.publish(layer, [place.pk], known_at=act.seq, seq=act.seq)
        search.index_streets([place.pk], known_at=act.seq)


def ask(client, text, **more):
    answer = client.post(URL, json.dumps({"text": text, **more}), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_shape_others_rely_on(doors, client):
    found = ask(client, "佛山市南海区试验镇教育路5号之二")
    assert set(found) >= KEYS
    assert set(found["parts"]) == set(LADDER) >= PARTS
    assert found["parts"] | {} == dict.fromkeys(LADDER, "") | {
        "city": "佛山市", "district": "南海区", "town": "试验镇", "street": "教育路", "number": 5, "sub_number": 2
    }  # fmt: skip
    text = "佛山市南海区试验镇教育路5号之2"
    assert found["match"] == {"id": doors.ids[text], "text": text, "former": False, "now": text}
    assert found["missing"] == [] and found["confidence"] > 0.9
    assert client.get(URL, {"text": "佛山市南海区试验镇教育路5号之二"}).json() == found


def test_an_address_without_its_levels_is_matched_and_they_are_inferred(doors, client):
    found = ask(client, "试验桑园街二巷十二号")
    assert found["match"]["text"] == "佛山市南海区试验镇桑园街二巷12号"
    assert found["missing"] == ["district"]
    assert found["inferred"] | {"community": ""} == {
        "province": "广东省", "city": "佛山市", "district": "南海区", "community": ""
    }  # fmt: skip
    assert found["written"] == {"town": "试验"}


def test_a_street_of_two_towns_is_left_to_people(doors, client):
    found = ask(client, "教育路3号")
    assert found["match"] is None
    assert {c["text"] for c in found["candidates"]} == {
        "佛山市南海区试验镇教育路3号",
        "佛山市禅城区邻区镇教育路3号",
    }
    assert ask(client, "禅城教育路3号")["match"]["text"] == "佛山市禅城区邻区镇教育路3号"


def test_neighbours_are_told_when_the_number_is_not_there(doors, client):
    found = ask(client, "试验镇教育路6号")
    assert found["match"] is None
    near = [(c["text"], c["why"]) for c in found["candidates"]]
    assert near[0] == ("佛山市南海区试验镇教育路5号", "number")
    assert all("试验镇" in text for text, why in near if why == "number")
    sub = ask(client, "试验镇教育路8号之三")
    assert sub["match"] is None and sub["candidates"][0]["text"] == "佛山市南海区试验镇教育路8号"


def test_the_same_name_in_another_town_is_a_candidate(doors, client):
    found = ask(client, "样板街道教育路3号")
    assert found["match"] is None
    assert {c["text"] for c in found["candidates"]} >= {"佛山市南海区试验镇教育路3号"}


def test_a_misspelt_street_brings_the_one_it_resembles(doors, client):
    found = ask(client, "试验镇桑元街二巷12号")
    assert found["match"] is None
    assert [(c["text"], c["why"]) for c in found["candidates"]] == [
        ("佛山市南海区试验镇桑园街二巷12号", "name")
    ]


def test_an_old_number_leads_to_the_door_as_it_is_called_today(doors, client):
    address = Address.objects.get(pk=doors.ids["佛山市南海区试验镇教育路8号"])
    new = "佛山市南海区试验镇教育路18号"
    change(address, number=18, text=new)
    found = ask(client, "试验镇教育路8号")
    assert found["match"] == {
        "id": str(address.pk),
        "text": "佛山市南海区试验镇教育路8号",
        "former": True,
        "now": new,
    }
    assert ask(client, new)["match"]["former"] is False
    before = ask(client, "试验镇教育路8号", on="2024-06-30")
    assert before["match"]["former"] is False


def test_a_door_that_is_no_more_is_still_known(doors, client):
    address = Address.objects.get(pk=doors.ids["佛山市南海区试验镇桑园街二巷12号"])
    change(address)
    found = ask(client, "试验镇桑园街二巷12号")["match"]
    assert (found["id"], found["former"], found["now"]) == (str(address.pk), True, None)


def test_an_old_street_name_leads_to_the_door(doors, client):
    rename(doors, doors.mulberry, "新桑路")
    address = Address.objects.get(pk=doors.ids["佛山市南海区试验镇桑园街二巷12号"])
    change(address, text="佛山市南海区试验镇新桑路12号")
    found = ask(client, "试验镇桑园街二巷12号")
    assert found["parts"]["street"] == "新桑路" and found["former"] == ["street"]
    assert found["match"]["former"] is True and found["match"]["now"] == "佛山市南海区试验镇新桑路12号"
    assert ask(client, "试验镇新桑路12号")["match"]["former"] is False
    earlier = ask(client, "试验镇桑园街二巷12号", on="2024-06-30")
    assert earlier["parts"]["street"] == "桑园街二巷" and earlier["match"]["former"] is False


@pytest.mark.parametrize("text", ["试验镇教育路3-5号", "试验镇教育路3、5号", "试验镇教育路3号至5号"])
def test_several_numbers_with_several_doors_are_left_to_people(doors, client, text):
    found = ask(client, text)
    assert found["match"] is None
    assert (found["parts"]["number"], found["parts"]["sub_number"]) == (3, None)
    [several] = found["several"]
    assert (several["part"], several["values"]) == ("number", [3, 5])
    assert several["written"] in text and several["written"] in several["text"]
    assert [(c["text"], c["why"]) for c in found["candidates"]] == [
        ("佛山市南海区试验镇教育路3号", "several"),
        ("佛山市南海区试验镇教育路5号", "several"),
    ]


def test_several_numbers_with_one_door_are_that_door_and_it_is_said(doors, client):
    found = ask(client, "试验镇教育路8-10号")
    assert found["match"]["text"] == "佛山市南海区试验镇教育路8号" and len(found["several"]) == 1
    # 10号 alone is on record: the range's first number has no door, its last has.
    door(doors, doors.first, "教育路", 20, None, "南海区", "试验镇", f"{build.TOWN_A}001", 0)
    found = ask(client, "试验镇教育路18-20号")
    assert found["match"]["text"] == "佛山市南海区试验镇教育路20号" and found["parts"]["number"] == 18


def test_a_range_is_never_taken_for_the_sub_number_where_both_may_be_meant(doors, client):
    door(doors, doors.first, "教育路", 3, 5, "南海区", "试验镇", f"{build.TOWN_A}001", 0)
    found = ask(client, "试验镇教育路3-5号")
    assert found["match"] is None and {c["why"] for c in found["candidates"]} == {"several"}
    assert "佛山市南海区试验镇教育路3号之5" in {c["text"] for c in found["candidates"]}
    assert ask(client, "试验镇教育路3号之5")["match"]["text"] == "佛山市南海区试验镇教育路3号之5"


def test_several_sub_numbers(doors, client):
    found = ask(client, "试验镇教育路5号之一至之三")
    assert found["match"]["text"] == "佛山市南海区试验镇教育路5号之2"
    assert found["several"][0]["part"] == "sub_number" and found["several"][0]["to"] is True


def test_an_import_does_not_propose_a_reading_of_several_numbers(doors):
    propose = text_reader(build.TODAY)
    assert propose("南海区试验镇教育路3号").number == 3
    for text in ("南海区试验镇教育路3-5号", "南海区试验镇教育路3、5号", "南海区试验镇教育路3号之一至之三"):
        assert propose(text) is None


def test_one_number_is_not_said_to_be_several(doors, client):
    assert ask(client, "试验镇教育路5号之2")["several"] == []


def test_few_statements_are_asked(doors, django_assert_max_num_queries):
    names = address_names(build.TODAY)
    with django_assert_max_num_queries(1):
        assert read_and_match("试验镇教育路5号", names, build.TODAY)[1].match
    with django_assert_max_num_queries(3):
        assert read_and_match("试验镇教育路6号", names, build.TODAY)[1].near


def test_what_is_not_published_is_not_told(doors, client):
    door(doors, doors.first, "教育路", 77, None, "南海区", "试验镇", f"{build.TOWN_A}001", 0, publish=False)
    found = ask(client, "试验镇教育路77号")
    assert found["match"] is None
    assert all("77号" not in c["text"] for c in found["candidates"])


def test_many_texts_in_order(doors, client):
    texts = ["试验镇教育路3号", "不知道在哪里", "邻区镇教育路5号之2"]
    answer = client.post(URL, json.dumps({"texts": texts}), content_type="application/json")
    found = answer.json()["results"]
    assert [bool(r["match"]) for r in found] == [True, False, True]
    assert found[0] == ask(client, texts[0])


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ("{", 400, None),
        ("[]", 400, None),
        ({}, 422, "text"),
        ({"text": 7}, 422, "text"),
        ({"text": "  "}, 422, "text"),
        ({"text": "路" * (LONGEST_TEXT + 1)}, 422, "text"),
        ({"texts": []}, 422, "texts"),
        ({"texts": "路"}, 422, "texts"),
        ({"texts": ["路"] * (MOST_TEXTS + 1)}, 422, "texts"),
        ({"texts": ["祖庙路1号", None]}, 422, "texts[1]"),
        ({"text": "路", "texts": ["路"]}, 422, "texts"),
        ({"text": "路1号", "on": "soon"}, 422, "on"),
        ({"text": "路1号", "on": 3}, 422, "on"),
    ],
)
def test_bad_input_says_what_where_and_how_to_mend_it(town, client, body, status, field):
    raw = body if isinstance(body, str) else json.dumps(body)
    answer = client.post(URL, raw, content_type="application/json")
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["detail"] and problem["remedy"] and problem.get("field") == field


def test_it_is_rate_limited(town, client, settings):
    settings.GEOAPP_RATE_PER_MINUTE = 3
    answers = [
        client.get(URL, {"text": "教育路3号"}, REMOTE_ADDR="203.0.113.9").status_code for _ in range(5)
    ]
    assert answers[:3] == [200, 200, 200] and answers[-1] == 429


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
    ],
)
@given(st.text(min_size=1, max_size=LONGEST_TEXT))
def test_any_text_is_answered_within_a_second(doors, client, text):
    address_names(timezone.localdate())
    # The process's own time: what else the machine does is no fault of the parser.
    begin = time.process_time()
    answer = client.post(URL, json.dumps({"text": text}), content_type="application/json")
    assert time.process_time() - begin < 1.0
    assert answer.status_code in (200, 422)
    assert (answer.status_code == 422) == (not text.strip() or "\x00" in text)


def test_doors_are_asked_by_index(doors):
    seen = []

    def note(execute, sql, params, many, context):
        if '"naming_addressversion"' in sql and "SELECT" in sql:
            seen.append((sql, params))
        return execute(sql, params, many, context)

    names = address_names(build.TODAY)
    with connection.execute_wrapper(note):
        read_and_match("试验镇教育路6号", names, build.TODAY)
    assert seen
    with connection.cursor() as cursor:
        for sql, params in seen:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute(f"EXPLAIN {sql}", params)
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            plan = " ".join(str(row) for row in cursor.fetchall())
            # Which index PostgreSQL takes follows from its statistics; that it takes one does not.
            assert "nam_addr_" in plan or "naming_addressversion_" in plan, plan
            assert "Seq Scan on naming_addressversion" not in plan and "SCAN v" not in plan, plan


def test_names_are_built_once_per_state_of_the_register(doors, django_assert_max_num_queries):
    address_names(build.TODAY)
    with django_assert_max_num_queries(2):
        first = address_names(build.TODAY)
    rename(doors, doors.mulberry, "新桑路")
    assert address_names(build.TODAY) is not first
