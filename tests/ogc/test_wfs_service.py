"""The service's manners: paging, sorting, formats, time, clumsy clients, hostile ones; every refusal is a report."""

from __future__ import annotations

import json
import re
import time
from datetime import date

import pytest
import shapely
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from geoapp.core.throttle import _BUCKETS
from geoapp.ogc.checks import wfs_default_is_offered
from geoapp.ogc.filtering import limits
from geoapp.ogc.wfs import snapshots
from naming.models import PublishedStreet
from tests.ogc.conftest import body, box, community, deed, ident, street
from tests.ogc.xsd import validate

pytestmark = pytest.mark.django_db

HEAD = (
    'xmlns:fes="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:wfs="http://www.opengis.net/wfs/2.0"'
)
NS = {"wfs": "http://www.opengis.net/wfs/2.0", "geo": "urn:geoapp:layers"}


@pytest.fixture(autouse=True)
def _fresh():
    _BUCKETS.clear()
    snapshots.forget()


def ask(client, status: int = 200, **given: object) -> bytes:
    parameters = {"service": "WFS", "request": "GetFeature", **given}
    response = client.get("/wfs", {k.replace("known_at", "known-at"): v for k, v in parameters.items()})
    content = body(response)
    assert response.status_code == status, content[:800]
    return content


def names_in(content: bytes) -> list[str]:
    return [e.text or "" for e in etree.fromstring(content).iter("{urn:geoapp:layers}name")]


def refused(response, code: str, status: int = 400) -> None:
    content = body(response)
    assert response.status_code == status, content[:500]
    (exception,) = validate(content).iter("{*}Exception")
    assert exception.get("exceptionCode") == code, content.decode()


def many(count: int, seq: int) -> None:
    template = street(0, "0路", seq)
    rows = []
    for number in range(1, count):
        row = PublishedStreet(
            **{f.attname: getattr(template, f.attname) for f in PublishedStreet._meta.concrete_fields}
        )
        row.pk, row.id, row.name = None, ident(number), f"{number}路"
        rows.append(row)
    PublishedStreet.objects.bulk_create(rows)


def page_link(content: bytes, which: str) -> str | None:
    return etree.fromstring(content).get(which)


def test_pages_by_link_while_the_register_changes(client):
    many(25, deed())
    page = ask(client, typenames="streets", count=10)
    later = deed(1)
    PublishedStreet.objects.filter(name="3路").update(act_out=later)
    street(100, "新路", later)
    found = names_in(page)
    assert page_link(page, "previous") is None
    while link := page_link(page, "next"):
        page = body(client.get(link))
        assert etree.fromstring(page).get("numberMatched") == "25"
        found += names_in(page)
    assert found == [f"{n}路" for n in range(25)]
    before = body(client.get(page_link(page, "previous")))
    assert names_in(before) == [f"{n}路" for n in range(10, 20)]


def test_pages_counted_by_the_client_itself(client):
    """GDAL and QGIS send STARTINDEX alone: their further pages show the act of the first."""
    many(25, deed())
    found = names_in(ask(client, typenames="streets", count=10, startindex=0))
    later = deed(1)
    PublishedStreet.objects.filter(name="3路").update(act_out=later)
    for start in (10, 20):
        found += names_in(ask(client, typenames="streets", count=10, startindex=start))
    assert found == [f"{n}路" for n in range(25)]
    assert len(names_in(ask(client, typenames="streets"))) == 24, "a fresh start sees the fresh state"


def test_pages_of_a_post_lead_on_by_get(client):
    many(12, deed())
    text = (
        f'<wfs:GetFeature {HEAD} service="WFS" version="2.0.0" count="5"><wfs:Query typeNames="streets">'
        "<fes:Filter><fes:PropertyIsNotEqualTo><fes:ValueReference>name</fes:ValueReference>"
        "<fes:Literal>3路</fes:Literal></fes:PropertyIsNotEqualTo></fes:Filter><fes:SortBy><fes:SortProperty>"
        "<fes:ValueReference>id</fes:ValueReference><fes:SortOrder>DESC</fes:SortOrder></fes:SortProperty>"
        "</fes:SortBy></wfs:Query></wfs:GetFeature>"
    )
    page = body(client.post("/wfs", text, content_type="text/xml"))
    found = names_in(page)
    while link := page_link(page, "next"):
        page = body(client.get(link))
        found += names_in(page)
    assert found == [f"{n}路" for n in range(11, -1, -1) if n != 3]


def test_hits_and_ends(client):
    many(12, deed())
    hits = validate(ask(client, typenames="streets", resulttype="hits"))
    assert (hits.get("numberMatched"), hits.get("numberReturned"), len(hits)) == ("12", "0", 0)
    past = validate(ask(client, typenames="streets", startindex=10**20))
    assert (past.get("numberMatched"), past.get("numberReturned")) == ("12", "0")
    none = validate(ask(client, typenames="streets", count=0))
    assert (none.get("numberMatched"), none.get("numberReturned")) == ("12", "0")
    assert len(names_in(ask(client, typenames="streets", count=10**9))) == 12
    for bad in ({"count": -5}, {"count": "x"}, {"startindex": -1}, {"resulttype": "all"}):
        ask(client, 400, typenames="streets", **bad)


def test_long_answers_are_streamed_in_the_order_asked_for(client):
    many(1207, deed())
    response = client.get(
        "/wfs", {"service": "WFS", "request": "GetFeature", "typenames": "streets", "sortby": "id DESC"}
    )
    assert response.streaming
    root = etree.fromstring(body(response))
    assert [e.text for e in root.iter("{*}name")] == [f"{n}路" for n in range(1206, -1, -1)]


def test_sorting(client):
    seq = deed()
    for number, (name, width) in enumerate([("乙路", None), ("甲路", 7.0), ("丙路", 9.0), ("A路", 7.0)]):
        street(number, name, seq, width_m=width)
    assert names_in(ask(client, typenames="streets", sortby="name")) == ["A路", "丙路", "乙路", "甲路"]
    expected = ["丙路", "A路", "甲路", "乙路"]
    assert names_in(ask(client, typenames="streets", sortby="width_m D,name A")) == expected
    assert names_in(ask(client, typenames="streets", sortby="width_m DESC,geo:name ASC")) == expected
    for bad in ("geom", "nothing", "name UP"):
        ask(client, 400, typenames="streets", sortby=bad)


def test_some_properties(client):
    street(1, "甲路", deed())
    (feature,) = etree.fromstring(ask(client, typenames="streets", propertyname="name,geo:length_m"))[0]
    assert [etree.QName(e).localname for e in feature] == ["name", "length_m"]
    (feature,) = json.loads(
        ask(client, typenames="streets", propertyname="name", outputformat="application/json")
    )["features"]
    assert feature["properties"] == {"name": "甲路"}
    ask(client, 400, typenames="streets", propertyname="nothing")


def test_the_same_under_every_name_of_the_format(client):
    street(1, "甲路", deed())
    for name in (
        "application/gml+xml; version=3.2",
        "application/gml xml; version=3.2",
        "text/xml;subtype=gml/3.2",
        "GML32",
    ):
        validate(
            ask(client, typenames="streets", outputformat=name), ask(client, request="DescribeFeatureType")
        )
    for name in ("application/geo+json", "application/geo json", "application/json", "GeoJSON"):
        page = json.loads(ask(client, typenames="streets", outputformat=name, srsname="EPSG:4547"))
        assert "crs" not in page and page["features"][0]["geometry"]["coordinates"][0][0] == [113.1, 23.0]
    ask(client, 400, typenames="streets", outputformat="shape-zip")


def test_day_and_act(client):
    first = deed()
    street(1, "旧名路", first, valid_to=date(2022, 1, 1))
    second = deed(10)
    street(1, "新名路", second, valid_from=date(2022, 1, 1))
    assert names_in(ask(client, typenames="streets")) == ["新名路"]
    assert names_in(ask(client, typenames="streets", datetime="2021-06-01")) == ["旧名路"]
    assert names_in(ask(client, typenames="streets", datetime="2021-06-01", known_at=first)) == ["旧名路"]
    assert names_in(ask(client, typenames="streets", known_at=first)) == []
    ever = validate(
        ask(client, typenames="streets", datetime="../.."), ask(client, request="DescribeFeatureType")
    )
    assert [e.text for e in ever.iter("{*}name")] == ["旧名路", "新名路"]
    ids = [f[0].get("{http://www.opengis.net/gml/3.2}id") for f in ever]
    assert names_in(ask(client, resourceid=ids[0], datetime="../..")) == ["旧名路"]
    ask(client, 400, typenames="streets", datetime="yesterday")
    ask(client, 400, typenames="streets", known_at="99")


def test_a_feature_by_its_id(client):
    street(1, "甲路", deed())
    rid = f"streets.{ident(1)}"
    schema = ask(client, request="DescribeFeatureType")
    by_id = {"storedquery_id": "urn:ogc:def:query:OGC-WFS::GetFeatureById", "version": "2.0.0"}
    feature = validate(ask(client, id=rid, **by_id), schema)
    assert feature.tag == "{urn:geoapp:layers}streets"
    assert feature.get("{http://www.opengis.net/gml/3.2}id") == rid
    assert json.loads(ask(client, id=rid, outputformat="json", **by_id))["properties"]["name"] == "甲路"
    text = (
        f'<wfs:GetFeature {HEAD} service="WFS" version="2.0.0"><wfs:StoredQuery id="{by_id["storedquery_id"]}">'
        f'<wfs:Parameter name="ID">{rid}</wfs:Parameter></wfs:StoredQuery></wfs:GetFeature>'
    )
    assert etree.fromstring(body(client.post("/wfs", text, content_type="text/xml"))).tag == feature.tag
    for unknown in (f"streets.{ident(2)}", "nothing.1", "x"):
        parameters = {"service": "WFS", "request": "GetFeature", "id": unknown, **by_id}
        refused(client.get("/wfs", parameters), "OperationProcessingFailed", 404)
    refused(client.get("/wfs", {"service": "WFS", "request": "GetFeature", **by_id}), "MissingParameterValue")
    assert names_in(ask(client, resourceid=f"{rid},streets.{ident(7)}")) == ["甲路"]
    assert names_in(ask(client, typename="streets", featureid=rid)) == ["甲路"]


def test_openlayers(client):
    """What OpenLayers 10 posts: maxFeatures, a short EPSG name in lon, lat, prefixes of its own."""
    seq = deed()
    for number in range(8):
        community(number, f"{number}社区", seq, box(113 + number / 10, 23, 0.09))
    text = (
        '<GetFeature xmlns="http://www.opengis.net/wfs/2.0" service="WFS" version="2.0.0" maxFeatures="3" '
        'xmlns:ns1="http://www.w3.org/2001/XMLSchema-instance" '
        'ns1:schemaLocation="http://www.opengis.net/wfs/2.0 http://127.0.0.1:9/canary.xsd">'
        '<Query typeNames="feature:communities" srsName="EPSG:4490" xmlns:feature="urn:geoapp:layers">'
        '<Filter xmlns="http://www.opengis.net/fes/2.0"><BBOX><ValueReference>geom</ValueReference>'
        '<Envelope xmlns="http://www.opengis.net/gml/3.2" srsName="EPSG:4490">'
        "<lowerCorner>113.21 23.01</lowerCorner><upperCorner>113.75 23.02</upperCorner></Envelope>"
        "</BBOX></Filter></Query></GetFeature>"
    )
    root = etree.fromstring(body(client.post("/wfs", text, content_type="text/xml")))
    assert (root.get("numberMatched"), root.get("numberReturned")) == ("6", "3")
    first = next(root.iter("{*}posList")).text.split()
    assert float(first[0]) > 113 and float(first[1]) < 24


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "MissingParameterValue"),
        ({"request": "GetCapabilities"}, "MissingParameterValue"),
        ({"service": "WMS", "request": "GetCapabilities"}, "InvalidParameterValue"),
        ({"service": "WFS"}, "MissingParameterValue"),
        ({"service": "WFS", "request": "Transaction"}, "OperationNotSupported"),
        ({"service": "WFS", "request": "Nothing"}, "OperationNotSupported"),
        ({"service": "WFS", "request": "GetFeature"}, "MissingParameterValue"),
        ({"service": "WFS", "request": "GetFeature", "typenames": "secret"}, "InvalidParameterValue"),
        ({"service": "WFS", "request": "GetFeature", "typenames": "streets,towns"}, "OperationNotSupported"),
        ({"service": "WFS", "request": "GetFeature", "typenames": "streets\x00"}, "InvalidParameterValue"),
        ({"service": "WFS", "SERVICE": "WMS", "request": "GetFeature"}, "InvalidParameterValue"),
        (
            {"service": "WFS", "request": "GetFeature", "typenames": "streets", "resolve": "all"},
            "InvalidParameterValue",
        ),
        (
            {"service": "WFS", "request": "GetFeature", "typenames": "streets", "bbox": "1,2,3"},
            "InvalidParameterValue",
        ),
        (
            {"service": "WFS", "request": "GetFeature", "typenames": "streets", "bbox": "113,22,114,23"},
            "InvalidParameterValue",
        ),
        (
            {"service": "WFS", "request": "GetFeature", "typenames": "streets", "srsname": "EPSG:9"},
            "InvalidParameterValue",
        ),
        (
            {"service": "WFS", "request": "GetFeature", "typenames": "streets", "filter": "<x"},
            "OperationParsingFailed",
        ),
        (
            {"service": "WFS", "request": "GetFeature", "storedquery_id": "mine", "id": "x"},
            "InvalidParameterValue",
        ),
    ],
)
def test_refusals_of_pairs(client, parameters, code):
    refused(client.get("/wfs", parameters), code)


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY c "&a;&a;&a;">]>'
GET = f'<wfs:GetFeature {HEAD} service="WFS" version="2.0.0"><wfs:Query typeNames="streets">%s</wfs:Query></wfs:GetFeature>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"\x00\x01\xff",
        BOMB.encode() + b"<b>&c;</b>",
        b'<!DOCTYPE b SYSTEM "http://127.0.0.1:9/canary.dtd"><b/>',
        b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b>&x;</b>',
        b"<a>" * 10_000,
        b"<a>" * 10_000 + b"</a>" * 10_000,
        '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        '<?xml version="1.0" encoding="UTF-8"?><甲/>'.encode("gbk"),
        b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"/>',
        b'<wfs:Transaction xmlns:wfs="http://www.opengis.net/wfs/2.0" service="WFS"/>',
        b'<GetFeature service="WFS"/>',
        b'<GetFeature service="WFS"><Query/></GetFeature>',
        b'<GetFeature service="WFS"><Query typeNames="a b"/></GetFeature>',
        (GET % "<wfs:Other/>").encode(),
        (GET % "<fes:Filter/><fes:Filter/>").encode(),
        b"<a>" + b"x" * (9 * 1024 * 1024) + b"</a>",
    ],
)
def test_hostile_bodies_are_refused(client, content):
    response = client.post("/wfs", content, content_type="text/xml")
    assert 400 <= response.status_code < 500
    validate(body(response))


def test_a_body_in_another_encoding_is_read(client):
    street(1, "甲路", deed())
    condition = (
        "<fes:Filter><fes:PropertyIsEqualTo><fes:ValueReference>name</fes:ValueReference>"
        "<fes:Literal>甲路</fes:Literal></fes:PropertyIsEqualTo></fes:Filter>"
    )
    for encoding in ("GB18030", "GBK", "UTF-8"):
        text = f'<?xml version="1.0" encoding="{encoding}"?>{GET % condition}'
        answer = client.post("/wfs", text.encode(encoding), content_type="text/xml")
        assert names_in(body(answer)) == ["甲路"]


def test_a_million_vertices_are_refused(client):
    ring = "<gml:exterior><gml:LinearRing><gml:posList>" + "23 113 " * 400_000 + "</gml:posList>"
    text = GET % (
        f"<fes:Filter><fes:Intersects><fes:ValueReference>geom</fes:ValueReference><gml:Polygon>{ring}"
        "</gml:LinearRing></gml:exterior></gml:Polygon></fes:Intersects></fes:Filter>"
    )
    refused(client.post("/wfs", text, content_type="text/xml"), "InvalidParameterValue")


def test_methods_and_any_site(client):
    answer = client.options("/wfs")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (204, "*")
    refused(client.delete("/wfs"), "OperationNotSupported", 405)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/wfs", "<GetCapabilities service='WFS'/>", content_type="text/xml").status_code == 200
    form = strict.post("/wfs", {"service": "WFS", "request": "GetCapabilities"}, content_type=FORM_TYPE)
    assert form.status_code == 400, "multipart is not read"
    form = strict.post(
        "/wfs", "service=WFS&request=GetCapabilities", content_type="application/x-www-form-urlencoded"
    )
    assert form.status_code == 200
    assert client.head("/wfs?service=WFS&request=GetCapabilities").status_code == 200


FORM_TYPE = "multipart/form-data; boundary=BoUnDaRyStRiNg"


def test_refusals_speak_the_language_and_version_of_the_request(client):
    parameters = {
        "service": "WFS",
        "request": "GetFeature",
        "typenames": "x",
        "version": "2.0.2",
        "lang": "en",
    }
    told = validate(client.get("/wfs", parameters).content)
    assert told.get("version") == "2.0.2" and told.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert "There is no feature type x." in told.findtext(".//{*}ExceptionText")
    assert validate(client.get("/wfs").content).get("version") == "2.0.0"


def test_too_many_requests_are_told(client, settings):
    settings.GEOAPP_RATE_PER_MINUTE = 3
    answers = [client.get("/wfs?service=WFS&request=GetCapabilities") for _n in range(5)]
    assert answers[0].status_code == 200  # work costs too, so how many more depends on the machine
    refused(answers[-1], "NoApplicableCode", 429)


def test_the_profile_of_conformance(client, settings):
    settings.GEOAPP_WFS_DEFAULT_CRS = "4326"
    street(1, "甲路", deed())
    root = etree.fromstring(ask(client, request="GetCapabilities"))
    assert {e.text for e in root.iter("{*}DefaultCRS")} == {"urn:ogc:def:crs:EPSG::4326"}
    page = ask(client, typenames="streets")
    assert re.search(rb'srsName="urn:ogc:def:crs:EPSG::4326"', page)
    assert next(etree.fromstring(page).iter("{*}posList")).text.startswith("23")


def test_a_search_that_takes_too_long_is_cut_off(client, monkeypatch):
    many(1_200, deed())
    monkeypatch.setattr(limits, "LONGEST_S", 0.05)
    circle = shapely.Point(113.15, 23.05).buffer(0.2, quad_segs=4_900)
    points = " ".join(f"{y} {x}" for x, y in circle.exterior.coords)
    text = GET % (
        "<fes:Filter><fes:DWithin><fes:ValueReference>geom</fes:ValueReference><gml:LineString><gml:posList>"
        f'{points}</gml:posList></gml:LineString><fes:Distance uom="m">1</fes:Distance></fes:DWithin></fes:Filter>'
    )
    began = time.monotonic()
    refused(client.post("/wfs", text, content_type="text/xml"), "OperationProcessingFailed", 403)
    assert time.monotonic() - began < 10


def test_the_default_is_held_to_what_is_on_offer(settings):
    assert wfs_default_is_offered(None) == []
    settings.GEOAPP_WFS_DEFAULT_CRS = "32650"
    assert [found.id for found in wfs_default_is_offered(None)] == ["ogc.E002"]


# --- what nobody thought of ---------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "streets",
        "geo:streets",
        "name",
        "geom",
        "valid_from",
        "113,22,114,24",
        "22,112,24,114,EPSG:4490",
        "hits",
        "../..",
        "2020-01-01",
        "1",
        "0",
        "-1",
        "EPSG:4547",
        "urn:ogc:def:crs:EPSG::4547",
        "gml32",
        "json",
        "(streets)(towns)",
        "<Filter/>",
        "*",
        "name,geom",
        "@gml:id",
        "DESC",
        "GetFeature",
        "GetPropertyValue",
        "GetFeatureById",
        "streets.x",
        "1e308,1e308,1e308,1e308,EPSG:4547",
        "WFS",
        "2.0.0",
    ]
)
VALUES = st.one_of(WORDS, st.text(max_size=30), st.integers().map(str), st.floats().map(str))
KEYS = st.sampled_from(
    [
        "typenames",
        "typename",
        "bbox",
        "srsname",
        "count",
        "startindex",
        "maxfeatures",
        "filter",
        "sortby",
        "propertyname",
        "resourceid",
        "resulttype",
        "datetime",
        "known-at",
        "outputformat",
        "storedquery_id",
        "id",
        "valuereference",
        "namespaces",
        "version",
        "resolve",
        "request",
    ]
)
ROOM = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def sound(response) -> None:
    content = body(response)
    assert response.status_code < 500, content[:500]
    if response.status_code >= 400:
        validate(content)
    elif response["Content-Type"].startswith("application/geo"):
        json.loads(content)
    else:
        etree.fromstring(content)


@ROOM
@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_no_pairs_break_it(client, populated, extra):
    _BUCKETS.clear()
    sound(client.get("/wfs", {"service": "WFS", "request": "GetFeature", "typenames": "streets", **extra}))


@pytest.fixture
def populated():
    seq = deed()
    street(1, "甲路", seq)
    street(2, "乙路", seq, width_m=3.5)


TAGS = st.sampled_from(
    [
        "fes:And",
        "fes:Or",
        "fes:Not",
        "fes:PropertyIsEqualTo",
        "fes:PropertyIsLike",
        "fes:PropertyIsBetween",
        "fes:LowerBoundary",
        "fes:PropertyIsNull",
        "fes:BBOX",
        "fes:Intersects",
        "fes:DWithin",
        "fes:Distance",
        "fes:During",
        "fes:After",
        "fes:ResourceId",
        "fes:Function",
        "gml:Envelope",
        "gml:lowerCorner",
        "gml:upperCorner",
        "gml:Point",
        "gml:pos",
        "gml:Polygon",
        "gml:exterior",
        "gml:LinearRing",
        "gml:posList",
        "gml:MultiCurve",
        "gml:curveMember",
        "gml:LineString",
        "gml:TimePeriod",
        "gml:beginPosition",
        "gml:endPosition",
        "gml:TimeInstant",
        "gml:timePosition",
        "fes:ValueReference",
        "fes:Literal",
    ]
)
TEXTS = st.sampled_from(
    ["name", "geom", "valid_from", "width_m", "23 113", "113 23 114 24", "1e300 1e300", "甲路", "", "x", "*"]
)
ATTRIBUTES = st.sampled_from(
    [
        "",
        ' srsName="EPSG:4547"',
        ' srsName="urn:ogc:def:crs:EPSG::3857"',
        ' matchCase="false"',
        ' uom="m"',
        ' rid="streets.x"',
        ' wildCard="*" singleChar="." escapeChar="!"',
        ' srsDimension="3"',
    ]
)
TREE = st.recursive(
    st.builds(lambda tag, text, more: f"<{tag}{more}>{text}</{tag}>", TAGS, TEXTS, ATTRIBUTES),
    lambda inner: st.builds(
        lambda tag, parts, more: f"<{tag}{more}>{''.join(parts)}</{tag}>",
        TAGS,
        st.lists(inner, max_size=3),
        ATTRIBUTES,
    ),
    max_leaves=12,
)
LEAVES = st.sampled_from(
    [
        "<fes:PropertyIsEqualTo><fes:ValueReference>name</fes:ValueReference><fes:Literal>x</fes:Literal></fes:PropertyIsEqualTo>",
        "<fes:PropertyIsNull><fes:ValueReference>width_m</fes:ValueReference></fes:PropertyIsNull>",
        "<fes:BBOX><gml:Envelope><gml:lowerCorner>22 112</gml:lowerCorner><gml:upperCorner>24 114</gml:upperCorner>"
        "</gml:Envelope></fes:BBOX>",
    ]
)
LOGIC = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("<fes:Not>{}</fes:Not>".format, inner),
        st.builds(
            lambda tag, parts: f"<fes:{tag}>{''.join(parts)}</fes:{tag}>",
            st.sampled_from(["And", "Or"]),
            st.lists(inner, min_size=1, max_size=4),
        ),
    ),
    max_leaves=60,
)


@ROOM
@given(st.one_of(TREE, LOGIC))
def test_no_filter_breaks_it(client, populated, condition):
    _BUCKETS.clear()
    sound(client.post("/wfs", GET % f"<fes:Filter>{condition}</fes:Filter>", content_type="text/xml"))


@ROOM
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode), TREE.map(str.encode)))
def test_no_body_breaks_it(client, populated, content):
    _BUCKETS.clear()
    sound(client.post("/wfs", content, content_type="text/xml"))


@pytest.mark.parametrize("shape", ["alternating", "bushy"])
def test_the_deepest_filter_that_is_let_in_runs(client, populated, shape):
    leaf = (
        "<fes:PropertyIsEqualTo><fes:ValueReference>name</fes:ValueReference><fes:Literal>甲路</fes:Literal>"
        "</fes:PropertyIsEqualTo>"
    )
    if shape == "alternating":
        text = leaf
        for level in range(47):
            tag = "And" if level % 2 else "Or"
            text = f"<fes:{tag}>{leaf}{text}{leaf}</fes:{tag}>"
    else:
        text = leaf
        for level in range(9):
            tag = "And" if level % 2 else "Or"
            text = f"<fes:{tag}>{text}{text}</fes:{tag}>" if level < 8 else f"<fes:Not>{text}</fes:Not>"
        for level in range(36):
            text = f"<fes:{'And' if level % 2 else 'Or'}>{leaf}{text}</fes:{'And' if level % 2 else 'Or'}>"
    answer = client.post("/wfs", GET % f"<fes:Filter>{text}</fes:Filter>", content_type="text/xml")
    assert answer.status_code == 200, body(answer)
    assert names_in(body(answer)) in (["甲路"], ["甲路", "乙路"])
