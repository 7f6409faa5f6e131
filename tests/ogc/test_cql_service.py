"""Filters over HTTP: queryables, parameters, axis order, paging, tags, the form, hostile input."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from geoapp.ogc.cql import text
from geoapp.ogc.cql.nodes import Call, Property, Value
from geoapp.ogc.filtering import limits
from geoapp.ogc.layers import LAYERS
from tests.ogc.conftest import body, box, community, deed, ident, place, street
from tests.ogc.crowd import crowd

pytestmark = pytest.mark.django_db

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
X, Y = Transformer.from_crs(4490, 4547, always_xy=True).transform(113.05, 23.05)
MX, MY = Transformer.from_crs(4490, 3857, always_xy=True).transform(113.05, 23.05)


@pytest.fixture
def units():
    """Two squares side by side, and one far away that is over."""
    seq = deed()
    community(1, "甲社区", seq, box(113.0, 23), population=100, valid_from=date(2018, 1, 1))
    community(2, "乙社区", seq, box(113.1, 23), population=200, valid_from=date(2019, 1, 1))
    community(3, "丙村", seq, box(110, 20), population=300, valid_to=date(2021, 1, 1), synthetic=False)
    return seq


# --- what may be asked ------------------------------------------------------------------------------------


def test_queryables_of_every_layer(client, ask):
    deed()
    for name, layer in LAYERS.items():
        (link,) = (
            found
            for found in ask(f"collections/{name}")["links"]
            if found["rel"] == QUERYABLES and found["type"] == "application/schema+json"
        )
        answer = client.get(link["href"])
        assert answer["Content-Type"] == "application/schema+json" and answer["ETag"]
        schema = answer.json()
        assert schema["$id"] == f"http://testserver/ogc/collections/{name}/queryables"
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["type"] == "object" and schema["additionalProperties"] is False
        properties = schema["properties"]
        assert set(properties) == {"id", "geom", *(c.name for c in layer.columns)}
        assert properties["geom"]["format"].startswith("geometry-") and "type" not in properties["geom"]
        assert properties["valid_from"]["format"] == "date" and properties["act"]["type"] == "integer"
        page = body(client.get(link["href"], headers={"Accept": "text/html"})).decode()
        assert "<h1>" in page or all(c.name in page for c in layer.columns)


def test_queryables_of_all_layers(client, ask):
    deed()
    (link,) = (found for found in ask("")["links"] if found["rel"] == QUERYABLES)
    properties = client.get(link["href"]).json()["properties"]
    assert {"id", "name", "kind", "valid_from", "geom"} <= set(properties)
    assert "population" not in properties and "width_m" not in properties


def test_schema_of_a_layer_has_its_own_address(client):
    answer = client.get("/ogc/collections/streets/schema")
    assert answer["Content-Type"] == "application/schema+json"
    schema = answer.json()
    assert schema["$id"] == "http://testserver/ogc/collections/streets/schema"
    assert schema["properties"]["properties"]["properties"]["width_m"]["type"] == "number"


def test_what_is_claimed(ask):
    claimed = ask("conformance")["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter" in claimed
    assert "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions" in claimed
    assert not [
        uri for uri in claimed if uri.endswith(("/functions", "/array-functions", "/spatial-functions"))
    ]


def test_openapi_knows_the_parameters(ask):
    deed()
    document = ask("api", f="json")
    assert all(ref.startswith("#/") for ref in re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
    operation = document["paths"]["/collections/streets/items"]["get"]
    named = {p.get("name") or p["$ref"].rsplit("/", 1)[-1] for p in operation["parameters"]}
    assert {"filter", "filter-lang", "filter-crs", "id", "name", "width_m"} <= named
    assert document["components"]["parameters"]["filter-lang"]["schema"]["enum"] == ["cql2-text", "cql2-json"]
    for path in ("/queryables", "/collections/streets/queryables", "/collections/streets/schema"):
        assert "application/schema+json" in document["paths"][path]["get"]["responses"]["200"]["content"]


# --- filters ----------------------------------------------------------------------------------------------


def test_filters_join_with_everything_else(names, units):
    assert names("communities", filter="population > 50") == ["甲社区", "乙社区"]
    assert names("communities", filter="population > 50", datetime="../..") == ["甲社区", "乙社区", "丙村"]
    assert names("communities", filter="population > 50", bbox="113.15,23,113.16,23.1") == ["乙社区"]
    assert names("communities", filter="population > 50", name="甲社区") == ["甲社区"]
    assert names("communities", filter="population > 50", known_at="0") == []
    encoded = '{"op":"=","args":[{"property":"name"},"甲社区"]}'
    assert names("communities", filter=encoded, filter_lang="cql2-json") == ["甲社区"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "祖庙路"}, ["祖庙路"]),
        ({"name": "祖庙"}, []),
        ({"width_m": "18"}, ["祖庙路"]),
        ({"width_m": "1.80e1", "synthetic": "false"}, ["祖庙路"]),
        ({"synthetic": "TRUE"}, []),
        ({"approved_on": "2019-12-01"}, ["祖庙路"]),
        ({"valid_from": "2020-01-01"}, ["祖庙路", "同华路"]),
        ({"id": str(ident(2))}, ["同华路"]),
        ({"id": "nonsense"}, []),
    ],
)
def test_properties_are_parameters(client, given, expected):
    seq = deed()
    street(1, "祖庙路", seq, width_m=18.0, approved_on=date(2019, 12, 1))
    street(2, "同华路", seq)
    page = json.loads(body(client.get("/ogc/collections/streets/items", given)))
    assert [f["properties"]["name"] for f in page["features"]] == expected


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"width_m": "wide"}, "width_m"),
        ({"width_m": "nan"}, "width_m"),
        ({"synthetic": "1"}, "synthetic"),
        ({"valid_from": "2020"}, "valid_from"),
        ({"population": "1"}, "population"),
        ({"geom": "POINT(1 1)"}, "geom"),
        ({"filter": ""}, "filter"),
        ({"filter": "name"}, "filter"),
        ({"filter": "name = 'a'", "filter-lang": "cql-text"}, "filter-lang"),
        ({"filter": "name = 'a'", "filter-crs": "EPSG:4490"}, "filter-crs"),
        ({"filter": "name = 'a'", "filter-lang": "cql2-json"}, "filter"),
        ({"filter": '{"op":"=","args":[{"property":"name"},"a"]}'}, "filter"),
    ],
)
def test_bad_parameters_are_named(client, given, field):
    deed()
    answer = client.get("/ogc/collections/streets/items", given)
    assert answer.status_code == 400
    assert answer.json()["field"] == field and answer.json()["remedy"]


def test_json_without_its_language_gets_the_hint(ask):
    deed()
    problem = ask("collections/streets/items", status=400, filter='{"op":"="}')
    assert "cql2-json" in problem["remedy"] and problem["position"] == 1


@pytest.mark.parametrize(
    ("crs", "first", "second"),
    [
        (None, 113.05, 23.05),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 113.05, 23.05),
        (EPSG + "4490", 23.05, 113.05),
        (EPSG + "4326", 23.05, 113.05),
        (EPSG + "4547", Y, X),
        (EPSG + "3857", MX, MY),
    ],
)
def test_axis_order_is_that_of_filter_crs(names, units, crs, first, second):
    given = {} if crs is None else {"filter_crs": crs}
    size = 0.01 if crs is None or "CRS84" in crs or "4490" in crs or "4326" in crs else 900
    square = [[first, second], [first, second + size], [first + size, second + size], [first + size, second]]
    ring = ",".join(f"{a} {b}" for a, b in [*square, square[0]])
    for shape in (
        f"POINT({first} {second})",
        f"BBOX({first},{second},{first + size},{second + size})",
        f"BBOX({first},{second},-5,{first + size},{second + size},500)",
        f"POLYGON(({ring}))",
    ):
        assert names("communities", filter=f"S_INTERSECTS(geom, {shape})", **given) == ["甲社区"], shape
    point = {"type": "Point", "coordinates": [first, second]}
    encoded = json.dumps({"op": "s_contains", "args": [{"property": "geom"}, point]})
    assert names("communities", filter=encoded, filter_lang="cql2-json", **given) == ["甲社区"]


def test_a_box_across_the_antimeridian(names):
    seq = deed()
    place(1, "东", seq, "POINT(179 0)")
    place(2, "西", seq, "POINT(-179 0)")
    place(3, "佛山", seq, "POINT(113 23)")
    assert names("place_names", filter="S_INTERSECTS(geom, BBOX(170,-10,-170,10))") == ["东", "西"]


def test_places_are_found_through_the_index(units):
    from geoapp.ogc import sqltext
    from geoapp.ogc.cql.asked import read_filters
    from geoapp.ogc.query import Query, Span

    where = read_filters(
        LAYERS["communities"], {"filter": "S_WITHIN(geom, BBOX(112,22,114,24))"}, connection.vendor
    )
    query = Query(LAYERS["communities"], Span(None, None), units, where=where)
    sql, parameters = sqltext.rows_sql(query, connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
            told = " ".join(str(row) for row in cursor.fetchall())
            assert "idx_pub_communities_geom VIRTUAL TABLE INDEX" in told, told
        else:
            crowd("pub_communities")
            cursor.execute(f"EXPLAIN {sql}", parameters)
            assert "pub_communities_geom" in " ".join(row[0] for row in cursor.fetchall())


def test_an_index_that_is_off_is_never_an_empty_answer(client, units):
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT DisableSpatialIndex('pub_communities', 'geom')")
    answer = client.get("/ogc/collections/communities/items", {"filter": "S_DISJOINT(geom, POINT(113 23))"})
    assert answer.status_code == 503


def test_a_filter_that_takes_too_long_is_cut_off(client, units, monkeypatch):
    monkeypatch.setattr(limits, "LONGEST_S", 0.0)
    terms = " AND ".join(["ACCENTI(CASEI(name)) LIKE '%社%区%'"] * 300)
    if connection.vendor == "postgresql":  # nought means no limit there
        monkeypatch.setattr(limits, "LONGEST_S", 0.001)
        terms = " AND ".join([f"ACCENTI(CASEI(name)) <> '{n}'" for n in range(400)])
    answer = client.get("/ogc/collections/communities/items", {"filter": terms})
    assert answer.status_code == 400 and answer.json()["remedy"]


@pytest.mark.parametrize(
    "condition", ["(population - 200) ^ 0.5 > 0", "population ^ 500 > 0", "0 ^ (0 - population) > 1"]
)
def test_what_is_no_number_is_refused_not_an_error(client, units, condition):
    answer = client.get("/ogc/collections/communities/items", {"filter": condition, "datetime": "../.."})
    assert answer.status_code == 400 and answer.json()["field"] == "filter"


# --- pages and tags ---------------------------------------------------------------------------------------


def test_pages_keep_the_filter_while_the_register_changes(client):
    seq = deed()
    for number in range(40):
        street(number, f"{number}路", seq, width_m=float(number % 2))
    path = "/ogc/collections/streets/items"
    first = json.loads(body(client.get(path, {"filter": "width_m = 1", "limit": 8})))
    assert first["numberMatched"] == 20
    later = deed(1)
    for row in (3, 35):  # one already read, one still to come
        old = type(street(100 + row, "新增路", later, width_m=1.0)).objects.get(id=ident(row))
        old.act_out = later
        old.save()
        street(row, "改名路", later, width_m=1.0)
    found, page = [f["properties"]["name"] for f in first["features"]], first
    while href := next((link["href"] for link in page["links"] if link["rel"] == "next"), ""):
        assert parse_qs(urlsplit(href).query)["filter"] == ["width_m = 1"]
        page = json.loads(body(client.get(href)))
        assert page["numberMatched"] == 20
        found += [f["properties"]["name"] for f in page["features"]]
    assert found == [f"{number}路" for number in range(1, 40, 2)]


def test_the_tag_covers_the_filter(client, units):
    path = "/ogc/collections/communities/items"
    tags = {}
    for condition in ("population = 100", "population = 200", "name LIKE '甲%'"):
        answer = client.get(path, {"filter": condition})
        tags[condition] = answer["ETag"]
        again = client.get(path, {"filter": condition}, headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304
    assert len(set(tags.values())) == 3
    assert (
        client.get(
            path, {"filter": "population = 100"}, headers={"If-None-Match": tags["population = 200"]}
        ).status_code
        == 200
    )
    other = client.get(path, {"filter": "population = 100", "filter-crs": EPSG + "4490"})
    assert other["ETag"] != tags["population = 100"]


# --- the form ---------------------------------------------------------------------------------------------


def sent(client, **given: str):
    """Send the form; return where it leads and the page there."""
    named = {k.replace("_", "-"): v for k, v in given.items()}
    answer = client.get("/ogc/collections/streets/items", {"f": "html", **named})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    return parse_qs(urlsplit(answer["Location"]).query), html.unescape(body(page).decode())


def test_the_form_writes_the_filter_into_the_address(client):
    seq = deed()
    street(1, "祖庙路", seq, width_m=18.0)
    street(2, "同华路", seq)
    address, page = sent(
        client, q_field="name", q_comparison="starts", q_value="祖", filter="", datetime="2026-01-01"
    )
    assert address["filter"] == ["name LIKE '祖%'"] and address["datetime"] == ["2026-01-01"]
    assert (
        "祖庙路</span></a>" in page
        and "同华路</span></a>" not in page
        and "name LIKE '祖%'</textarea>" in page
    )
    address, page = sent(
        client, q_field="width_m", q_comparison="null", q_value="", filter="name <> 'x' OR act = 1"
    )
    assert address["filter"] == ["(name <> 'x' OR act = 1) AND width_m IS NULL"]
    assert "同华路</span></a>" in page and "祖庙路</span></a>" not in page
    address, page = sent(client, q_field="valid_from", q_comparison="ge", q_value="2020-01-01", filter="")
    assert address["filter"] == ["valid_from >= DATE('2020-01-01')"] and "祖庙路</span></a>" in page
    address, page = sent(client, q_field="name", q_comparison="eq", q_value="", filter="")
    assert "filter" not in address and "祖庙路</span></a>" in page


def test_a_wrong_filter_is_shown_in_the_form(client):
    deed()
    answer = client.get("/ogc/collections/streets/items", {"f": "html", "filter": "name == 'a'"})
    page = html.unescape(body(answer).decode())
    assert answer.status_code == 400
    assert "第 7 个字符" in page and "name == 'a'</textarea>" in page and 'role="alert"' in page
    english = body(
        client.get("/ogc/collections/streets/items", {"f": "html", "filter": "name ==", "lang": "en"})
    )
    assert not re.search(
        "[\u4e00-\u9fff]",
        re.sub(r"(?s)<(header|aside|footer).*?</\1>|<title>.*?</title>", "", english.decode()),
    )


@pytest.mark.parametrize(("comparison", "op"), [("eq", "="), ("ne", "<>"), ("lt", "<"), ("ge", ">=")])
def test_whatever_is_typed_becomes_that_value(client, comparison, op):
    deed()

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(st.text(st.sampled_from("a'%_\\\"路 ，（"), min_size=1, max_size=6).map(str.strip).filter(bool))
    def check_one(value):
        answer = client.get(
            "/ogc/collections/streets/items",
            {"f": "html", "q-field": "name", "q-comparison": comparison, "q-value": value},
        )
        (condition,) = parse_qs(urlsplit(answer["Location"]).query)["filter"]
        if "\\" in value:
            return
        assert text.parse(condition) == Call(op, (Property("name"), Value(value)))

    check_one()


@pytest.mark.parametrize("value", ["100%", "a_b", "back\\slash", "end\\", "\\'", "O'Brien", "[a-z]*?"])
def test_awkward_names_are_found_by_the_form(client, value):
    seq = deed()
    street(1, value, seq)
    street(2, "aXb100back", seq)
    for comparison in ("eq", "contains", "starts", "ends"):
        _address, page = sent(client, q_field="name", q_comparison=comparison, q_value=value)
        assert page.count("data-feature") == 1 and f">{value}<" in page, (comparison, _address)


# --- hostile input ----------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "name",
        "width_m",
        "valid_from",
        "valid_to",
        "geom",
        "synthetic",
        "act",
        "nothing",
        "'a'",
        "'祖庙路'",
        "'2020-01-01'",
        "'",
        "''",
        "1",
        "-1",
        "1.5e3",
        "1e999",
        "..",
        "=",
        "<>",
        "<",
        ">=",
        "(",
        ")",
        ",",
        "AND",
        "OR",
        "NOT",
        "LIKE",
        "BETWEEN",
        "IN",
        "IS",
        "NULL",
        "TRUE",
        "CASEI(",
        "ACCENTI(",
        "DATE(",
        "TIMESTAMP(",
        "INTERVAL(",
        "T_AFTER(",
        "T_MEETS(",
        "S_INTERSECTS(",
        "S_WITHIN(",
        "POINT(",
        "POLYGON((",
        "BBOX(",
        "GEOMETRYCOLLECTION(",
        "113",
        "23",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "DIV",
        '"',
        "\\",
        "（",
        ";",
        "--",
        "\x00",
        "\ud7ff",
        "😀",
    ]
)
GOOD = st.sampled_from(
    [
        "name LIKE '祖%' AND NOT (width_m + 1 > 3 OR valid_to IS NULL)",
        "S_INTERSECTS(geom, POLYGON((113 23,114 23,114 24,113 23)))",
        "T_DURING(INTERVAL(valid_from,valid_to), INTERVAL('..','2020-01-01'))",
        "CASEI(name) IN (CASEI('a'), ACCENTI('b')) OR act BETWEEN 1 AND 2 ^ 3",
        '{"op":"and","args":[{"op":"=","args":[{"property":"name"},"a"]},{"op":"s_within","args":[{"property":"geom"},'
        '{"type":"Point","coordinates":[1,2]}]}]}',
    ]
)


@st.composite
def spoilt(draw):
    """A filter with a few pieces taken out, doubled or replaced."""
    found = draw(GOOD)
    for _n in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(found)))
        end = min(len(found), start + draw(st.integers(0, 5)))
        found = (
            found[:start] + draw(st.one_of(WORDS, st.just(""), st.just(found[start:end] * 2))) + found[end:]
        )
    return found


json_like = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.fixed_dictionaries(
            {
                "op": st.sampled_from(
                    ["and", "not", "=", "in", "like", "+", "casei", "t_after", "s_within", "isNull", "x"]
                ),
                "args": st.lists(inner, max_size=3),
            }
        ),
        st.dictionaries(
            st.sampled_from(
                ["property", "date", "timestamp", "interval", "type", "coordinates", "bbox", "geometries"]
            ),
            st.one_of(
                inner, st.sampled_from(["name", "geom", "valid_from", "Point", "Polygon", "2020-01-01"])
            ),
            max_size=3,
        ),
    ),
    max_leaves=8,
)


def test_nothing_makes_an_error_of_ours(client):
    seq = deed()
    street(1, "祖庙路", seq, width_m=2.0)
    client.raise_request_exception = True

    @settings(
        max_examples=600,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(
        st.one_of(
            spoilt(),
            st.lists(WORDS, max_size=12).map(" ".join),
            st.text(max_size=30),
            json_like.map(lambda tree: json.dumps(tree)),
        ),
        st.sampled_from(["cql2-text", "cql2-json"]),
        st.sampled_from([None, EPSG + "4490", EPSG + "4547"]),
    )
    def check_one(condition, language, crs):
        given = {"filter": condition, "filter-lang": language, **({"filter-crs": crs} if crs else {})}
        answer = client.get("/ogc/collections/streets/items", given)
        assert answer.status_code in {200, 400}, (condition, answer.status_code)
        if answer.status_code == 400:
            problem = answer.json()
            assert problem["field"] == "filter" and problem["detail"], problem
            assert (
                ("position" in problem and problem["remedy"])
                or "\x00" in condition
                or "计算" in problem["detail"]
            ), problem

    check_one()
