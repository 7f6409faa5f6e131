"""Numbering asked of the register: the JSON people's programs read, clashes, villages, the command."""

from __future__ import annotations

import csv
import re
import uuid
from datetime import date, timedelta
from io import StringIO

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from boundaries.models import UnitVersion
from geoapp.core import acts, frame
from geoapp.core.effective import begin, end
from geoapp.core.errors import NotFound
from geoapp.core.geometry import frame_geos
from naming import numbering
from naming.models import Address, AddressVersion, PlaceName
from naming.system_checks import numbering_profile
from tests import build

pytestmark = pytest.mark.django_db
HAN = re.compile("[\u3400-\u9fff]")
QUOTED = re.compile("“[^”]*”")


@pytest.fixture
def street(town):
    """映霞路, 500 m from east to west (its origin by the city's rule is the eastern end), with doors on its south."""
    place = town.named("映霞路", build.line((100, 700), (600, 700)))
    for number, x in ((1, 590), (3, 570), (9, 510), (2, 590)):
        enter(place, number, None, (x, 692 if number % 2 else 708))
    return place


def enter(place, number, sub, where, *, until=None):
    community = UnitVersion.objects.filter(unit__level="community", code=f"{build.TOWN_A}001").first()
    address = Address.objects.create(synthetic=True)
    with acts.act("takeover_addresses", at=build.NOW - timedelta(days=300)) as act:
        version = begin(
            AddressVersion,
            seq=act.seq,
            valid_from=date(2023, 2, 1),
            address=address,
            street=place,
            community_id=community.unit_id,
            number=number,
            sub_number=sub,
            text=f"佛山市南海区试验镇映霞路{number}号",
            geom=frame_geos(shapely.Point(*build.at(*where))),
        )
    if until:
        with acts.act("takeover_addresses", at=build.NOW - timedelta(days=200)) as act:
            end(version, seq=act.seq, valid_to=until)
    return address


def lonlat(x, y):
    point = frame.to_geographic(shapely.Point(*build.at(x, y)))
    return {"lon": point.x, "lat": point.y}


def ask(client, place, x, y, **more):
    answer = client.get("/api/addresses/suggest", {"street": str(place.pk), **lonlat(x, y), **more})
    return answer.status_code, answer.json()


def test_the_answer_has_number_side_reasons_and_other_possibilities(street, client):
    status, found = ask(client, street, 548, 692, on="2026-11-23")
    assert status == 200
    assert (found["number"], found["sub_number"], found["side"]) == (5, None, "left")
    assert (found["measure_m"], found["offset_m"]) == (52.0, 8.0)
    texts = [step["text"] for step in found["explanation"]]
    assert texts[0] == "东西走向，自东端起编（佛山（试行） 2026-1）" and texts[-1] == "取 5 号"
    assert [(a["number"], a["sub_number"]) for a in found["alternatives"]] == [(7, None), (3, 1)]
    assert found["findings"] == [] and found["profile"]["source_status"] == "UNVERIFIED"


def test_a_secret_neighbour_keeps_its_number_and_is_not_told(street, client):
    secret = enter(street, 5, None, (550, 692))
    AddressVersion.objects.filter(address=secret).update(secret=True)
    point = frame.to_geographic(shapely.Point(*build.at(548, 692)))
    found = client.get("/api/addresses/suggest", {"street": street.pk, "lon": point.x, "lat": point.y}).json()
    assert (found["number"], found["sub_number"]) != (5, None)
    told = "".join(step["text"] for step in found["explanation"])
    assert "3号" in told and "5号" not in told, told


def test_the_answer_in_english(street, client):
    client.cookies["lang"] = "en"
    _status, found = ask(client, street, 200, 620)
    said = [s["text"] for s in found["explanation"]] + [f["message"] for f in found["findings"]]
    assert len(said) > 5 and found["findings"][0]["code"] == "A-10"
    assert [text for text in said if HAN.search(QUOTED.sub("", text))] == []
    status, problem = ask(client, PlaceName(pk=uuid.UUID(int=7)), 200, 620)
    assert status == 404 and problem["detail"] == "There is no such street"


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"street": "7"}, 400, "street"),
        ({"street": ""}, 400, "street"),
        ({"street": str(uuid.UUID(int=7))}, 404, "street"),
        ({"lon": "x"}, 400, "lon"),
        ({"lon": "nan"}, 400, "lon"),
        ({"lat": "inf"}, 400, "lon"),
        ({"lon": "2545000"}, 400, "lon"),
        ({"lat": "1"}, 404, "lon"),
        ({"on": "soon"}, 422, "on"),
        ({"on": "2020-01-01"}, 404, None),
    ],
)
def test_bad_questions_are_told_what_is_wrong(street, client, change, status, field):
    values = {"street": str(street.pk), **lonlat(548, 692), **change}
    answer = client.get("/api/addresses/suggest", values)
    assert answer.status_code == status
    assert answer.json()["detail"] and answer.json()["remedy"]
    assert field is None or answer.json()["field"] == field


def test_asking_needs_few_queries_and_writes_nothing(street):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        numbering.suggest(street.pk, build.at(548, 692), build.TODAY)
    assert len(queries) <= 5
    assert all(q["sql"].lstrip().upper().startswith("SELECT") for q in queries)


def test_cancelled_numbers_are_kept_and_later_ones_count(street):
    enter(street, 5, None, (550, 692), until=date(2025, 1, 1))
    found = numbering.suggest(street.pk, build.at(548, 692), build.TODAY)
    assert found.number == 7 and [f.note.id for f in found.findings] == ["rebuild"]
    before = numbering.suggest(street.pk, build.at(530, 692), date(2024, 6, 1))
    assert before.number == 7, "5 still stood on that day"
    states = {d.number: d.state for d in numbering.doors_of(street.pk, build.TODAY)}
    assert states == {1: "standing", 2: "standing", 3: "standing", 5: "cancelled", 9: "standing"}


def test_a_clash_gets_the_next_free_number(street):
    where = build.at(548, 692)
    first = numbering.suggest(street.pk, where, build.TODAY)
    second = numbering.next_free(street.pk, where, build.TODAY, [(first.number, first.sub_number)])
    assert (first.number, second.number) == (5, 7)
    enter(street, 7, None, (530, 692))
    third = numbering.next_free(street.pk, where, build.TODAY, [(5, None)])
    assert (third.number, third.sub_number) == (7, 1), "the nearer of 3 and 7 bears the sub-number"


def test_a_dead_end_of_the_register_begins_at_its_mouth(street, town):
    lane = town.named("映霞路一巷", build.line((300, 700), (300, 800)))
    town.named("西川路", build.line((100, 400), (600, 400)))
    found = numbering.suggest(lane.pk, build.at(296, 715), build.TODAY)
    assert found.steps[0].id == "origin_mouth" and (found.number, found.side) == (3, "left")


def test_a_place_without_a_line_numbers_one_after_the_other(town, client):
    village = PlaceName.objects.create(category="VIL", synthetic=True)
    for number in (1, 2, 4):
        enter(village, number, None, (700 + number, 700))
    status, found = ask(client, village, 710, 710)
    assert status == 200 and (found["number"], found["side"]) == (5, None)
    assert "现最大为 4 号" in found["explanation"][0]["text"]
    clash = numbering.next_free(village.pk, build.at(1, 1), build.TODAY, [(5, None)])
    assert clash.number == 6


def test_a_street_without_a_line_is_refused(town):
    bare = PlaceName.objects.create(category="STR", synthetic=True)
    with pytest.raises(NotFound, match="没有登记线路"):
        numbering.suggest(bare.pk, build.at(1, 1), build.TODAY)
    planned = town.named("规划路", build.line((100, 300), (600, 300)), extent={"roles": ["planned"]})
    with pytest.raises(NotFound, match="没有主线"):
        numbering.suggest(planned.pk, build.at(1, 1), build.TODAY)


def test_the_command_lists_disorder_and_the_fewest_changes(street, tmp_path):
    enter(street, 7, None, (580, 692))
    enter(street, 4, 2, (560, 708))
    out = StringIO()
    call_command("check_numbering", street="映霞路", stdout=out)
    assert "次序有误" in out.getvalue() and "检查 1 条街路巷、6 个门牌" in out.getvalue()
    path = tmp_path / "out.csv"
    call_command("check_numbering", town=build.TOWN_A, proposals=True, csv=str(path), stdout=StringIO())
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    assert {r["规则"] for r in rows if r["类别"] == "问题"} == {"A-05", "A-07"}
    changes = {r["原编号"]: r["新编号"] for r in rows if r["类别"] == "改号"}
    assert changes == {"7号": "1号之1", "4号之2": "4号"}
    assert all(113 < float(r["经度"]) < 114 for r in rows if r["类别"] == "改号")
    assert AddressVersion.objects.filter(number=7).exists(), "only proposed"
    with pytest.raises(CommandError, match="没有符合条件"):
        call_command("check_numbering", street="没有路", stdout=StringIO())
    with pytest.raises(CommandError, match="日期“soon”不对"):
        call_command("check_numbering", on="soon", stdout=StringIO())
    with pytest.raises(CommandError, match="写不出去"):
        call_command("check_numbering", csv=str(tmp_path / "no" / "x.csv"), stdout=StringIO())


def test_a_wrong_profile_is_named_at_start_up(settings):
    assert numbering_profile(None) == []
    settings.GEOAPP_NUMBERING = "nowhere"
    fault = numbering_profile(None)[0]
    assert "没有编号规则“nowhere”" in fault.msg and "GEOAPP_NUMBERING" in fault.hint
