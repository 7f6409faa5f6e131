"""The workbench's JSON: what is read, what is refused in words, and pages without any script."""

from __future__ import annotations

import json
import uuid

import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry

from boundaries.edges import borders, changed_lines
from boundaries.ground import whole_ground
from boundaries.models import AdjustmentItem, Building, River, UnitVersion
from geoapp.core.geometry import frame_geos
from geoapp.core.models import Case, FindingRow
from tests import build
from tests.boundaries.adjustments import Adjustment, point, split, unit

pytestmark = pytest.mark.django_db
A = build.TOWN_A
JSON = {"content_type": "application/json", "headers": {"Accept": "application/json"}}


@pytest.fixture
def officer(town, client):
    client.force_login(town.users["demo-town"])
    return client


def plan():
    return split(unit(f"{A}001"), [(700, -10), (720, 500), (700, 1010)], "新居社区居委会")


def test_every_line_is_there_once_and_a_moved_line_is_told(town):
    lands = whole_ground(build.TODAY).coverage.lands()
    lines = borders(lands)
    total = sum(land.geometry.length for land in lands)
    inner = sum(shapely.LineString(b.path).length for b in lines if b.second) / 1000
    outer = sum(shapely.LineString(b.path).length for b in lines if not b.second) / 1000
    assert total == pytest.approx(2 * inner + outer)
    assert len({tuple(sorted((b.first, b.second))) for b in lines if b.second}) == 7
    gone, fresh = changed_lines(lines, lines)
    assert gone.is_empty and fresh.is_empty


def test_the_ground_gives_units_and_exact_lines(officer):
    community = unit(f"{A}001")
    answer = officer.get(f"/boundaries/ground.geojson?near={community.unit_id}").json()
    names = {f["properties"]["name"]: f["properties"]["own"] for f in answer["features"]}
    assert names["试验社区"] is True and names["样板社区"] is False
    paths = [e["path"] for e in answer["edges"] if str(community.unit_id) in (e["first"], e["second"])]
    assert [point(0, 1000), point(2000, 1000)] in paths or [point(2000, 1000), point(0, 1000)] in paths
    assert all(isinstance(v, int) for path in paths for xy in path for v in xy)


def test_the_towns_of_an_officer_come_as_outlines(officer):
    answer = officer.get("/boundaries/ground.geojson?towns=1").json()
    assert [f["properties"]["name"] for f in answer["features"]] == ["试验镇"]
    assert answer["features"][0]["geometry"]["type"].endswith("Polygon")


def test_the_list_of_units_can_be_searched(officer):
    text = officer.get("/boundaries/new/").content.decode()
    assert 'data-name="试验社区" data-town="试验镇"' in text and 'data-keys="shiyanshequ sysq"' in text


def test_a_trial_gives_figures_lines_and_words_and_stores_nothing(officer):
    answer = officer.post("/boundaries/try/", json.dumps(plan()), **JSON).json()
    assert answer["proved"] and answer["refused"] is None
    assert answer["gone"]["coordinates"] == [] and len(answer["fresh"]["coordinates"]) == 1
    assert answer["words"] == ["从“试验社区”分出“新居社区居委会”，共 2 块"]
    assert sum(b["households_after"] for b in answer["balances"]) == 1200
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "不是 JSON"),
        ("[" * 100_000, "不是 JSON"),
        ("[]", "不是 JSON 对象"),
        ("{}", "没有选择调整方式"),
        ('{"kind": "split", "operations": {"op": 1}}', "不是列表"),
        ('{"kind": "split", "operations": [{"op": "explode"}]}', "不认识的调整方式"),
        ('{"kind": "convert", "operations": [{"op": "convert", "unit": "x", "kind": "y"}]}', "单位编号"),
        ('{"kind": "rename"}', "没有选择任何村或社区"),
    ],
)
def test_bad_input_is_told(officer, body, words):
    for path in ("/boundaries/try/", "/boundaries/new/"):
        answer = officer.post(path, body, **JSON)
        assert answer.status_code == 422 and words in answer.json()["detail"], (path, answer.content)
        assert answer.json()["remedy"]


def test_a_foreign_town_and_a_refused_line_are_told(officer):
    foreign = split(unit(f"{build.TOWN_B}001"), [(2700, -10), (2700, 1010)], "新居社区居委会")
    answer = officer.post("/boundaries/new/", json.dumps(foreign), **JSON)
    assert answer.status_code == 403 and "样板街道" in answer.json()["detail"]
    short = split(unit(f"{A}001"), [(700, 100), (700, 500)], "新居社区居委会")
    answer = officer.post("/boundaries/new/", json.dumps(short), **JSON)
    assert answer.status_code == 422 and answer.json()["refusal"]["operation"] == 0
    assert not Case.objects.exists()


def test_saving_needs_the_version_seen_and_a_known_item(officer, town):
    answer = officer.post("/boundaries/new/", json.dumps(plan() | {"reason": "规模过大"}), **JSON)
    assert answer.status_code == 201
    case = Case.objects.get(number=answer.json()["case"])
    item = str(AdjustmentItem.objects.get().item_id)
    url = f"/boundaries/{case.number}/"
    for version in (case.version - 1, "", "x"):
        stale = officer.post(url, json.dumps(plan() | {"item": item, "version": version}), **JSON)
        assert stale.status_code == 409 and stale.json()["remedy"]
    for unknown in ("rubbish", str(uuid.uuid4())):
        lost = officer.post(url, json.dumps(plan() | {"item": unknown, "version": case.version}), **JSON)
        assert lost.status_code == 404 and "没有这一项" in lost.json()["detail"]
    saved = officer.post(url, json.dumps(plan() | {"item": item, "version": case.version}), **JSON)
    assert saved.status_code == 200 and saved.json()["item"] == item


def test_without_script_the_page_tells_the_item(officer, town):
    journey = Adjustment(town).draft(plan())
    text = officer.get(f"/boundaries/{journey.number}/").content.decode()
    for words in (
        "从“试验社区”分出“新居社区居委会”，共 2 块",
        "1,200 → 600",
        "2,000,000 → 710,196",
        "workbench-state",
    ):
        assert words in text
    assert "<script>" not in text and " style=" not in text


def test_a_reader_sees_the_item_but_no_tools(client, town):
    journey = Adjustment(town).draft(plan()).to_consulting()
    client.force_login(town.users["demo-district"])
    text = client.get(f"/boundaries/{journey.number}/").content.decode()
    assert "data-case-map" in text and "workbench.js" not in text and "workbench-form" not in text


def test_a_neighbour_that_moved_meanwhile_is_told(officer, town):
    first = Adjustment(town).draft(plan()).to_reviewed()
    drawn = split(unit(f"{A}200"), [(900, 990), (900, 2010)], "新村村委会")
    second = Adjustment(town, first.clock).draft(drawn)
    assert "moved-since" not in officer.get(f"/boundaries/{second.number}/").content.decode()
    first.decide()
    text = officer.get(f"/boundaries/{second.number}/").content.decode()
    assert "moved-since" in text and first.number in text and "workbench.js" in text
    assert "moved-since" not in officer.get(f"/boundaries/{first.number}/").content.decode()


def test_land_that_moved_unseen_is_a_conflict_with_a_way_out(officer, town):
    community, village = unit(f"{A}001"), unit(f"{A}200")
    seen = officer.get(f"/boundaries/ground.geojson?near={village.unit_id}").json()["seq"]
    theirs = Adjustment(town).draft(plan()).to_reviewed()
    theirs.decide()
    over = {
        "op": "transfer",
        "giver": str(community.unit_id),
        "receiver": str(village.unit_id),
        "polygon": [[point(x, y) for x, y in ((300, 900), (600, 900), (600, 1000), (300, 1000), (300, 900))]],
        "declare": [],
    }
    lost = over | {
        "polygon": [[point(x, y) for x, y in ((650, 900), (800, 900), (800, 1000), (650, 1000), (650, 900))]]
    }
    figures = [{"id": str(u.unit_id), "households": u.households} for u in (unit(f"{A}001"), village)]
    body = {"kind": "transfer", "operations": [lost, over], "after": figures, "base_seq": seen}
    stale = officer.post("/boundaries/new/", json.dumps(body), **JSON)
    assert stale.status_code == 409, stale.content
    told = stale.json()
    assert theirs.number in told["detail"] and "试验社区" in told["detail"] and told["remedy"]
    assert (
        told["moved"] == [str(community.unit_id)] and not Case.objects.exclude(number=theirs.number).exists()
    )
    found = officer.post("/boundaries/rebase/", json.dumps(body), **JSON).json()
    assert [c["name"] for c in found["changes"]] == ["试验社区"] and found["changes"][0][
        "case"
    ] == theirs.number
    assert [step["fits"] for step in found["steps"]] == [False, True]
    assert found["steps"][0]["message"] and "试验社区" in found["steps"][0]["words"]
    assert found["theirs"]["fresh"]["coordinates"] and found["theirs"]["moved"]["coordinates"]
    assert found["mine"]["fresh"]["coordinates"] and found["old"]["coordinates"] == []
    again = body | {"operations": [over], "base_seq": found["seq"]}
    assert officer.post("/boundaries/new/", json.dumps(again | {"reason": "重做"}), **JSON).status_code == 201


def test_an_exclave_goes_through_once_declared_with_its_basis(officer, town):
    community, village = unit(f"{A}001"), unit(f"{A}200")
    ring = ((300, 300), (600, 300), (600, 600), (300, 600), (300, 300))
    op = {
        "op": "transfer",
        "giver": str(community.unit_id),
        "receiver": str(village.unit_id),
        "polygon": [[point(x, y) for x, y in ring]],
        "declare": [],
    }
    figures = [
        {"id": str(u.unit_id), "households": u.households, "population": u.population}
        for u in (community, village)
    ]
    body = {"kind": "transfer", "operations": [op], "after": figures}
    told = {}
    for wanted in ((str(village.unit_id), 2, 0), (str(community.unit_id), 1, 1)):
        refused = officer.post("/boundaries/try/", json.dumps(body), **JSON).json()["refused"]
        row = refused["declare"][0]
        assert (row["unit"], row["parts"], row["enclaves"]) == wanted and refused["place"]
        told[row["unit"]] = {**row, "basis": "1998年界线协议（示意）"}
        told[row["unit"]].pop("name")
        body["operations"] = [op | {"declare": list(told.values())}]
    answer = officer.post("/boundaries/try/", json.dumps(body), **JSON).json()
    assert answer["proved"] and answer["refused"] is None
    assert answer["words"][0].endswith(
        "；申明“试验村”为 2 块，依据：“1998年界线协议（示意）”；申明“试验社区”内有 1 处飞地，依据：“1998年界线协议（示意）”"
    )
    journey = Adjustment(town).draft(body)
    several = list(FindingRow.objects.filter(item__case__number=journey.number, current=True, code="V-04"))
    assert [f.severity for f in several] == ["warn"] and "1998年界线协议" in several[0].message
    long = officer.post(
        "/boundaries/try/",
        json.dumps(body | {"operations": [op | {"declare": [{"unit": "x", "basis": "长" * 501}]}]}),
        **JSON,
    )
    assert long.status_code == 422 and "太长" in long.json()["detail"]


def test_a_locked_unit_is_left_alone_and_the_reason_told(officer, town):
    lock = {"op": "lock", "unit": str(unit(f"{A}001").unit_id), "reason": "权属争议未解决"}
    drawn = plan()
    # Wherever it stands in the list, a lock holds for the whole draft.
    for operations in ([lock, *drawn["operations"]], [*drawn["operations"], lock]):
        answer = officer.post(
            "/boundaries/try/", json.dumps(drawn | {"operations": operations}), **JSON
        ).json()
        refused = answer["refused"]
        assert refused["code"] == "locked" and "权属争议未解决" in refused["message"]
        assert operations[refused["operation"]]["op"] == "split"
    english = officer.post("/boundaries/try/?lang=en", json.dumps(drawn | {"operations": operations}), **JSON)
    assert english.json()["refused"]["message"].endswith("cannot be adjusted: “权属争议未解决”")
    officer.get("/?lang=zh-hans")
    for bad in ({"reason": " "}, {"unit": ""}, {"reason": "长" * 201}):
        answer = officer.post("/boundaries/try/", json.dumps(drawn | {"operations": [lock | bad]}), **JSON)
        assert answer.status_code == 422 and "锁定" in answer.json()["detail"]
    other = lock | {"unit": str(unit(f"{A}200").unit_id)}
    journey = Adjustment(town).draft(drawn | {"operations": [other, *drawn["operations"]]})
    assert "锁定“试验村”：“权属争议未解决”" in officer.get(f"/boundaries/{journey.number}/").content.decode()
    journey.to_reviewed().decide()
    assert {u.name for u in UnitVersion.objects.filter(act_out__isnull=True)} >= {"新居社区居委会"}


def test_a_unit_goes_to_another_town_only_by_a_recorded_division_change(officer, client, town):
    village = unit(f"{A}200")
    towns = {v.code: str(v.unit_id) for v in UnitVersion.objects.filter(unit__level="town")}
    move = {"op": "reparent", "units": [str(village.unit_id)], "parent": towns[build.TOWN_B]}
    body = {"kind": "transfer", "operations": [move], "after": [], "reason": "示意"}
    assert officer.post("/boundaries/try/", json.dumps(body), **JSON).json()["proved"]
    plain = officer.post("/boundaries/new/", json.dumps(body), **JSON)
    assert plain.status_code == 422 and "行政区划变更" in plain.json()["detail"]
    town_s = officer.post("/boundaries/new/", json.dumps(body | {"procedure": "division_change"}), **JSON)
    assert town_s.status_code == 403
    assert 'id="id_procedure"' not in officer.get("/boundaries/new/").content.decode()
    client.force_login(town.users["demo-city"])
    assert 'id="id_procedure"' in client.get("/boundaries/new/").content.decode()
    made = client.post("/boundaries/new/", json.dumps(body | {"procedure": "division_change"}), **JSON)
    assert made.status_code == 201
    number = made.json()["case"]
    assert number.startswith("QH-")
    assert "“试验村”整体划入“样板街道”" in client.get(f"/boundaries/{number}/").content.decode()


def test_survey_texts_become_millimetres(officer):
    def ask(**data):
        return officer.post("/boundaries/survey/", json.dumps(data), **JSON)

    (x0, y0), (x1, y1) = build.at(700, 10), build.at(720, 500)
    got = ask(text=f"J1 {y0} {x0}\nJ2 {y1} {x1}").json()
    assert got["points"] == [point(700, 10), point(720, 500)] and not got["closed"]
    assert ask(text=f"{x0},{y0}\n{x1},{y1}", axes="xy").json()["points"] == got["points"]
    walk = ask(mode="bearings", start=f"{y0} {x0}", text="东 100\n北 50").json()
    assert walk["points"] == [point(700, 10), point(800, 10), point(800, 60)]
    ring = ask(
        mode="bearings", start=f"{y0} {x0}", text="东 100\n北 100\n西 100\n南 99.9", closed=True
    ).json()
    assert ring["closed"] and ring["closure_error_m"] == pytest.approx(0.1)
    for data, field, words in (
        ({"text": f"J1 {y0} {x0}\nJ2 {x1} {y1}"}, "text", "颠倒"),
        ({"text": "J1 a b"}, "text", "第 1 行"),
        ({"text": ""}, "text", "没有内容"),
        ({"mode": "bearings", "start": "", "text": "东 1"}, "start", "没有内容"),
        ({"text": "1" * 200_001}, "text", "过长"),
    ):
        answer = ask(**data)
        assert answer.status_code == 422 and answer.json()["field"] == field
        assert words in answer.json()["detail"], answer.json()


def test_proposals_follow_the_register_and_can_be_tried(officer, town):
    community = unit(f"{A}001")
    town.named("鱼跃路", build.line((0, 480), (2000, 520)))
    line = shapely.MultiLineString([build.line((1010, -50), (990, 1050))])
    River.objects.create(name="试验涌", geom=frame_geos(line), width_m=20.0)
    for x in range(100, 2000, 200):
        for y in (200, 800):
            place: GEOSGeometry = frame_geos(shapely.Point(build.at(x, y)))
            Building.objects.create(community=community.unit, households=60, population=180, geom=place)
    answer = officer.get(f"/boundaries/proposals/?unit={community.unit_id}").json()
    first = answer["plans"][0]
    assert first["balanced"] and "试验涌" in first["explanation"]
    assert sum(row["households"] for row in first["after"]) == 1200
    for n, row in enumerate(first["after"]):
        row.setdefault("name", "" if row["id"] == str(community.unit_id) else f"新{n}社区居委会")
    body = {"kind": "split", "operations": first["operations"], "after": first["after"]}
    tried = officer.post("/boundaries/try/", json.dumps(body), **JSON).json()
    assert tried["proved"] and tried["refused"] is None


def test_proposals_refused_are_told(officer):
    community = unit(f"{A}001")
    for query, words in (
        ("", "没有选择"),
        ("unit=x", "没有选择"),
        (f"unit={community.unit_id}&pieces=9", "2 到 4"),
        (f"unit={uuid.uuid4()}", ""),
        (f"unit={community.unit_id}", ""),
    ):
        answer = officer.get(f"/boundaries/proposals/?{query}", headers={"Accept": "application/json"})
        assert answer.status_code == 422 and answer.json()["detail"] and words in answer.json()["detail"]


def test_entry_points_are_for_the_towns_officer(officer, town, client):
    here, there = unit(f"{A}001"), unit(f"{build.TOWN_B}001")
    assert "/boundaries/new/" in officer.get("/cases/").content.decode()
    assert f"?near={here.unit_id}" in officer.get(f"/units/{here.unit_id}").content.decode()
    assert "?near=" not in officer.get(f"/units/{there.unit_id}").content.decode()
    client.logout()
    assert "?near=" not in client.get(f"/units/{here.unit_id}").content.decode()
