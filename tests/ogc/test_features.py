"""Features as consumers get them: exact names, typed values, coordinates, the right rows."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import shapely
from django.db import connection
from pyproj import Transformer
from shapely.geometry import shape

from geoapp.core.models import PublishedSuccessor
from geoapp.ogc import clients, reading, sqltext
from geoapp.ogc.layers import LAYERS
from geoapp.ogc.query import RecordClock, read_items
from tests.ogc.conftest import LINE, body, box, community, deed, ident, notice, street
from tests.ogc.crowd import crowd

pytestmark = pytest.mark.django_db

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
AWKWARD = [
    '引"号"路',
    "反\\斜\\\\杠路",
    "换\n行\r\t路",
    "😀㘵𠮷路",
    "</script>'--;%s%路",
    "\u2028\x01\x7f路",
    "'路",
]


def rows_of(document) -> dict[str, dict]:
    return {f["id"]: f for f in document["features"]}


def test_names_are_exact(ask):
    seq = deed()
    for number, name in enumerate(AWKWARD):
        street(number, name, seq, meaning=name[::-1])
    found = rows_of(ask("collections/streets/items"))
    for number, name in enumerate(AWKWARD):
        feature = found[str(ident(number))]
        assert (feature["properties"]["name"], feature["properties"]["meaning"]) == (name, name[::-1])
        assert ask(f"collections/streets/items/{ident(number)}")["properties"]["name"] == name


def test_values_are_typed(ask):
    seq = deed()
    street(
        1, "甲路", seq, width_m=18.0005, length_m=1234.5678901, approved_on=date(2019, 12, 1), synthetic=True
    )
    street(2, "乙路", seq, width_m=float("inf"), valid_to=date(2099, 1, 1))
    first, second = ask("collections/streets/items")["features"]
    assert first["properties"] == {
        "name": "甲路",
        "pinyin": "Tónghuá Lù",
        "pinyin_sign": "TONGHUA LU",
        "kind": "street",
        "unit": "南海区桂城街道",
        "status": "standard",
        "valid_from": "2020-01-01",
        "valid_to": None,
        "act": seq,
        "meaning": "",
        "start_text": "",
        "end_text": "",
        "width_m": pytest.approx(18.0005, abs=6e-4),
        "length_m": 1234.568,
        "approver": "",
        "approved_on": "2019-12-01",
        "doc_no": "",
        "case_number": "",
        "synthetic": True,
    }
    assert second["properties"]["valid_to"] == "2099-01-01" and second["properties"]["synthetic"] is False
    assert second["properties"]["width_m"] is None, "JSON has no infinity"
    community(3, "丙社区", seq, box(113, 23))
    (unit,) = ask("collections/communities/items")["features"]
    assert (unit["properties"]["households"], unit["properties"]["code"]) == (1200, "440605001003")


def test_coordinates_are_exact(ask):
    wkt = "MULTILINESTRING((113.123456789 23.987654321,113.000000001 22.999999999))"
    street(1, "甲路", deed(), wkt=wkt)
    (feature,) = ask("collections/streets/items")["features"]
    assert feature["geometry"] == {
        "type": "MultiLineString",
        "coordinates": [[[113.123456789, 23.987654321], [113.000000001, 22.999999999]]],
    }


def test_polygons_turn_left(ask):
    community(1, "甲社区", deed(), box(113, 23))
    (feature,) = ask("collections/communities/items")["features"]
    (polygon,) = shape(feature["geometry"]).geoms
    assert polygon.exterior.is_ccw
    assert polygon.equals(shapely.box(113, 23, 113.1, 23.1))


@pytest.mark.parametrize("code", ["4490", "4326"])
def test_authority_order_is_lat_lon(client, code):
    street(1, "甲路", deed())
    response = client.get("/ogc/collections/streets/items", {"crs": EPSG + code})
    (feature,) = json.loads(body(response))["features"]
    assert feature["geometry"]["coordinates"][0][1] == [23.012345678, 113.123456789]
    assert response["Content-Crs"] == f"<{EPSG}{code}>"


@pytest.mark.parametrize(("code", "flip", "tolerance"), [("4547", True, 5e-4), ("3857", False, 5e-4)])
def test_projected_coordinates_agree_with_proj(ask, code, flip, tolerance):
    street(1, "甲路", deed())
    (feature,) = ask("collections/streets/items", crs=EPSG + code)["features"]
    first, second = feature["geometry"]["coordinates"][0][1]
    x, y = (second, first) if flip else (first, second)
    forward = Transformer.from_crs(4490, int(code), always_xy=True)
    assert forward.transform(113.123456789, 23.012345678) == pytest.approx((x, y), abs=tolerance)


def test_the_default_crs_is_named(client):
    deed()
    response = client.get("/ogc/collections/streets/items")
    assert response["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert response["Content-Type"] == "application/geo+json"


def test_the_storage_crs_is_told_only_where_it_is_offered(ask, names, settings):
    """Part 2, requirement 4: storageCrs is one of the list of the collection."""
    told = ask("collections/streets")
    assert told["storageCrs"] == EPSG + "4490" and told["storageCrs"] in told["crs"]
    settings.GEOAPP_OGC_CRS = ("4326",)
    told = ask("collections/streets")
    assert "storageCrs" not in told
    assert (
        told["crs"]
        == ask("collections")["crs"]
        == ["http://www.opengis.net/def/crs/OGC/1.3/CRS84", EPSG + "4326"]
    )
    offered = ask("api", f="json")["components"]["parameters"]["crs"]["schema"]["enum"]
    assert offered == told["crs"]


def test_every_layer_answers(ask):
    deed()
    for layer in LAYERS:
        for uri in ask(f"collections/{layer}")["crs"]:
            answer = ask(f"collections/{layer}/items", crs=uri, bbox="1,1,2,2")
            assert answer["features"] == [] and answer["numberMatched"] == 0


def test_a_notice_may_have_no_geometry(ask, names):
    seq = deed()
    notice(1, "甲路", seq, wkt=None)
    notice(2, "乙村", seq, wkt="POINT(113.05 23.05)")
    notice(3, "丙路", seq, wkt=LINE)
    first, second, third = ask("collections/notices/items")["features"]
    assert first["geometry"] is None and "synthetic" not in first["properties"]
    assert second["geometry"] == {"type": "Point", "coordinates": [113.05, 23.05]}
    assert third["geometry"]["type"] == "MultiLineString"
    assert third["properties"]["text"] == "一行\n二行"
    assert names("notices", bbox="113.04,23.04,113.06,23.06") == ["乙村"]


# --- where ------------------------------------------------------------------------------------------------


def test_bbox_decides_exactly_not_by_the_box_of_the_thing(names):
    seq = deed()
    street(1, "斜路", seq, wkt="MULTILINESTRING((113 23,114 24))")
    street(2, "平路", seq, wkt="MULTILINESTRING((113 23,114 23))")
    assert names(bbox="113.1,23.6,113.3,23.9") == [], "inside the diagonal's box, away from the line"
    assert names(bbox="113.4,23.4,113.6,23.6") == ["斜路"]
    assert names(bbox="113.5,22.9,113.6,23") == ["平路"], "touching counts"
    assert names(bbox="112,22,115,25") == ["斜路", "平路"]
    assert names(bbox="113,23,113,23") == ["斜路", "平路"]
    assert names(bbox="113.5,22,113.5,24") == ["斜路", "平路"]
    assert names(bbox="-180,-90,180,90") == ["斜路", "平路"]
    assert names(bbox="22.9,113.5,23,113.6", bbox_crs=EPSG + "4490") == ["平路"]
    assert names(bbox="113.5,22.9,0,113.6,23,99") == ["平路"]
    assert names(bbox="170,-90,-170,90") == []
    assert names(bbox="113.5,-90,-170,90") == ["斜路", "平路"]


def test_bbox_in_the_frame(names):
    seq = deed()
    street(1, "近路", seq, wkt="MULTILINESTRING((113.1 23,113.101 23))")
    street(2, "远路", seq, wkt="MULTILINESTRING((113.2 23,113.201 23))")
    x, y = Transformer.from_crs(4490, 4547, always_xy=True).transform(113.1, 23.0)
    asked = f"{y - 50},{x - 50},{y + 50},{x + 50}"
    assert names(bbox=asked, bbox_crs=EPSG + "4547") == ["近路"]


def test_bbox_answers_equal_a_search_without_index(names):
    seq = deed()
    for number in range(60):
        x, y = 113 + number % 10 * 0.01, 23 + number // 10 * 0.01
        street(number, f"{number}路", seq, wkt=f"MULTILINESTRING(({x} {y},{x + 0.007} {y + 0.009}))")
    for west, south, size in ((113.013, 23.004, 0.02), (113.05, 23.03, 0.003), (112, 22, 1.0), (112, 22, 3)):
        window = shapely.box(west, south, west + size, south + size)
        expected = []
        for number in range(60):
            x, y = 113 + number % 10 * 0.01, 23 + number // 10 * 0.01
            if shapely.LineString([(x, y), (x + 0.007, y + 0.009)]).intersects(window):
                expected.append(f"{number}路")
        assert names(bbox=f"{west},{south},{west + size},{south + size}") == expected


def test_bbox_uses_the_spatial_index():
    street(1, "甲路", deed())
    if connection.vendor == "postgresql":
        crowd("pub_streets")
    clock = RecordClock(5, lambda moment: 5)
    for value in ("113,23,114,24", "170,10,-170,20"):
        query = read_items(LAYERS["streets"], {"bbox": value}, today=date(2026, 1, 1), clock=clock)
        sql, parameters = sqltext.rows_sql(query, connection.vendor)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"EXPLAIN {sql}", parameters)
                plan = "\n".join(line for (line,) in cursor.fetchall())
                assert "pub_streets_geom" in plan, plan
            else:
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
                plan = "\n".join(row[3] for row in cursor.fetchall())
                assert "idx_pub_streets_geom VIRTUAL TABLE INDEX" in plan, plan
                assert "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)" in plan, plan


def test_an_index_that_is_off_is_an_error_not_an_empty_answer(client):
    """SpatiaLite refuses; PostGIS never needs its index to answer rightly."""
    street(1, "甲路", deed())
    off = connection.vendor == "sqlite"
    if off:
        with connection.cursor() as cursor:
            cursor.execute("SELECT DisableSpatialIndex('pub_streets', 'geom')")
    response = client.get("/ogc/collections/streets/items?bbox=112,22,115,25")
    assert response.status_code == (503 if off else 200)
    content = json.loads(body(response))
    assert content["status"] == 503 if off else content["numberMatched"] == 1


# --- when -------------------------------------------------------------------------------------------------


def test_datetime_is_the_day_of_law(names):
    seq = deed()
    street(1, "旧名路", seq, valid_from=date(2010, 1, 1), valid_to=date(2020, 6, 1))
    street(1, "新名路", seq, valid_from=date(2020, 6, 1))
    street(2, "将来路", seq, valid_from=date.today() + timedelta(days=400))
    assert names() == ["新名路"]
    assert names(datetime="2020-05-31") == ["旧名路"]
    assert names(datetime="2020-06-01") == ["新名路"]
    assert names(datetime="2020-05-31T15:59:59Z") == ["旧名路"]
    assert names(datetime="2020-05-31T16:00:00Z") == ["新名路"], "midnight is the city's"
    assert names(datetime="2009-12-31") == []
    assert names(datetime="2020-05-31/2020-06-01") == ["旧名路", "新名路"]
    assert names(datetime="../2020-05-31") == ["旧名路"]
    assert names(datetime="2020-06-01/..") == ["新名路", "将来路"]
    assert names(datetime="../..") == ["旧名路", "新名路", "将来路"]


def test_known_at_is_what_was_on_record(names):
    first, second = deed(0), deed(10)
    street(1, "错字路", first, act_out=second)
    street(1, "正字路", second)
    assert names() == ["正字路"]
    assert names(known_at=str(first)) == ["错字路"]
    assert names(known_at=str(second)) == ["正字路"]
    assert names(known_at="2020-01-05T00:00:00+08:00") == ["错字路"]
    assert names(known_at="2020-01-11T09:00:00+08:00") == ["正字路"], "the moment of the act itself"
    assert names(known_at="2019-12-31T00:00:00Z") == [], "before the first act nothing was known"
    assert names(known_at="0") == []


def test_rows_of_an_act_that_is_not_yet_written_are_not_seen(names):
    seq = deed()
    street(1, "甲路", seq)
    street(2, "未来登记路", seq + 1)
    assert names() == ["甲路"]


# --- one feature ------------------------------------------------------------------------------------------


def test_item_as_of_a_day(ask):
    seq = deed()
    street(1, "旧名路", seq, valid_from=date(2010, 1, 1), valid_to=date(2020, 6, 1))
    street(1, "新名路", seq, valid_from=date(2020, 6, 1))
    path = f"collections/streets/items/{ident(1)}"
    item = ask(path)
    assert (item["type"], item["id"], item["properties"]["name"]) == ("Feature", str(ident(1)), "新名路")
    assert {link["rel"] for link in item["links"]} == {"self", "alternate", "collection"}
    assert ask(path, datetime="2015-01-01")["properties"]["name"] == "旧名路"
    assert ask(path, datetime="2015-01-01/2021-01-01")["properties"]["name"] == "新名路", "the last of a span"
    assert ask(path, crs=EPSG + "4490")["geometry"]["coordinates"][0][0] == [23.0, 113.1]


def test_an_item_no_longer_law_is_gone_and_says_where_it_was(client, ask):
    seq = deed()
    street(1, "废止路", seq, valid_from=date(2010, 1, 1), valid_to=date(2020, 6, 1))
    problem = ask(f"collections/streets/items/{ident(1)}", status=410)
    assert problem["status"] == 410 and "2020-06-01" in problem["detail"]
    (link,) = problem["links"]
    assert link["rel"] == "predecessor-version"
    assert client.get(link["href"]).json()["properties"]["name"] == "废止路"


def test_what_stands_in_the_place_of_a_dead_unit_is_told_everywhere(client, ask):
    first = deed()
    dead = community(
        1, "旧村", first, box(113.1, 23.0), valid_from=date(2010, 1, 1), valid_to=date(2020, 6, 1)
    )
    second = deed(1)
    for number in (2, 3):
        community(number, f"新村{number}", second, box(113.1, 23.0), valid_from=date(2020, 6, 1))
        PublishedSuccessor.objects.create(
            layer="communities",
            id=dead.id,
            successor=ident(number),
            kind="split",
            effective=date(2020, 6, 1),
            act_in=second,
        )
    problem = ask(f"collections/communities/items/{dead.id}", status=410)
    heirs = [link["href"] for link in problem["links"] if link["rel"] == "successor-version"]
    assert [client.get(href).json()["properties"]["name"] for href in heirs] == ["新村2", "新村3"]
    assert str(ident(2)) in problem["remedy"]
    before = ask(f"collections/communities/items/{dead.id}", status=410, known_at=str(first))
    assert all(link["rel"] != "successor-version" for link in before["links"]), "not known yet then"
    for more in ("", "&outputformat=application/geo%2Bjson"):
        report = client.get(
            "/wfs?service=WFS&version=2.0.0&request=GetFeature&storedquery_id="
            f"urn:ogc:def:query:OGC-WFS::GetFeatureById&id=communities.{dead.id}{more}"
        )
        assert report.status_code == 404
        assert f"communities.{ident(3)}" in report.content.decode()


def test_an_item_not_yet_law_or_unknown_is_not_found(ask):
    seq = deed()
    street(1, "将来路", seq, valid_from=date.today() + timedelta(days=400))
    assert "datetime" in ask(f"collections/streets/items/{ident(1)}", status=404)["remedy"]
    assert ask(f"collections/streets/items/{ident(2)}", status=404)["status"] == 404
    ask("collections/streets/items/no-uuid", status=404)
    ask(f"collections/streets/items/{ident(1)}", status=404, known_at="0", datetime="../..")
    ask("collections/nothing/items", status=404)
    ask("collections/nothing", status=404)


# --- pages ------------------------------------------------------------------------------------------------


def follow(client, path: str) -> tuple[list[str], list[dict]]:
    names: list[str] = []
    pages = []
    while path:
        page = json.loads(body(client.get(path)))
        pages.append(page)
        names += [f["properties"]["name"] for f in page["features"]]
        assert page["numberReturned"] == len(page["features"])
        path = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
        assert len(pages) < 50
    return names, pages


@pytest.mark.parametrize("more", ["", "&bbox=112,22,115,25", "&datetime=2020-01-01/.."])
def test_pages_are_complete_while_the_register_changes(client, more):
    seq = deed()
    for number in range(25):
        street(number, f"{number}路", seq)
    path = f"/ogc/collections/streets/items?limit=10{more}"
    first = json.loads(body(client.get(path)))
    assert (first["numberMatched"], first["numberReturned"]) == (25, 10)
    later = deed(1)
    for row in (3, 15):  # one already read, one still to come, changed by a later act
        old = type(street(100 + row, "新增路", later)).objects.get(id=ident(row))
        old.act_out = later
        old.save()
        street(row, "改名路", later)
    href = next(link["href"] for link in first["links"] if link["rel"] == "next")
    rest, pages = follow(client, href)
    names = [f["properties"]["name"] for f in first["features"]] + rest
    assert names == [f"{number}路" for number in range(25)]
    assert [page["numberMatched"] for page in pages] == [25, 25]
    fresh, _ = follow(client, path)
    assert len(fresh) == len(set(fresh)) + 2, "two new streets and two renamed ones share their names"
    assert len(fresh) == 27


def test_a_full_last_page_has_no_next(client):
    seq = deed()
    for number in range(20):
        street(number, f"{number}路", seq)
    names, pages = follow(client, "/ogc/collections/streets/items?limit=10")
    assert len(names) == 20 and len(pages) == 2


def test_long_answers_are_streamed_in_order(client):
    seq = deed()
    count = reading.CHUNK * 2 + 7
    type(street(0, "模板路", seq)).objects.all().delete()
    template = street(0, "0路", seq)
    rows = []
    for number in range(1, count):
        row = type(template)(
            **{f.attname: getattr(template, f.attname) for f in template._meta.concrete_fields}
        )
        row.pk, row.id, row.name = None, ident(number), f"{number}路"
        rows.append(row)
    type(template).objects.bulk_create(rows)
    response = client.get("/ogc/collections/streets/items?limit=10000")
    assert response.streaming
    page = json.loads(body(response))
    assert [f["properties"]["name"] for f in page["features"]] == [f"{n}路" for n in range(count)]
    assert page["numberMatched"] == page["numberReturned"] == count


def test_a_page_costs_few_queries(client, django_assert_max_num_queries):
    seq = deed()
    for number in range(5):
        street(number, f"{number}路", seq)
    clients.restricted()  # asked for once in some seconds
    # PostgreSQL is told how long the search may take, and told when it is over.
    with django_assert_max_num_queries(6 if connection.vendor == "postgresql" else 4):
        client.get("/ogc/collections/streets/items?bbox=112,22,115,25")


def test_summary_of_a_layer():
    seq = deed()
    today = date(2026, 1, 1)
    assert reading.summary(LAYERS["communities"], today).extent is None
    reading.forget_summaries()
    community(1, "甲社区", seq, box(113.0000001234, 23), valid_to=date(2022, 1, 1))
    held = reading.summary(LAYERS["communities"], today)
    assert (held.count, held.starts, held.ends, held.synthetic) == (
        0,
        date(2020, 1, 1),
        date(2022, 1, 1),
        True,
    )
    assert held.extent[0] <= 113.0000001234 and held.extent[2] >= 113.1000001234
    reading.forget_summaries()
    community(2, "乙社区", seq, box(113.2, 23))
    held = reading.summary(LAYERS["communities"], today)
    assert (held.count, held.ends) == (1, None)
