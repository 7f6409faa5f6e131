"""What WFS answers is valid: capabilities, schemas, features, values, reports, against the standards' own schemas."""

from __future__ import annotations

from datetime import date

import pytest
from lxml import etree

from geoapp.ogc.layers import LAYERS
from tests.ogc.conftest import LINE, body, box, community, deed, notice, place, street
from tests.ogc.xsd import validate

pytestmark = pytest.mark.django_db

NS = {
    "wfs": "http://www.opengis.net/wfs/2.0",
    "ows": "http://www.opengis.net/ows/1.1",
    "gml": "http://www.opengis.net/gml/3.2",
    "geo": "urn:geoapp:layers",
    "fes": "http://www.opengis.net/fes/2.0",
}
HOLED = (
    "MULTIPOLYGON(((113 23,113 24,114 24,114 23,113 23),(113.1 23.1,113.2 23.1,113.2 23.2,113.1 23.2,113.1 23.1),"
    "(113.4 23.4,113.5 23.4,113.5 23.5,113.4 23.5,113.4 23.4)),((115 23,115 24,116 24,116 23,115 23)))"
)
AWKWARD = "引\"号'<路>&\x01\r\n\t😀￾$1\\"


@pytest.fixture
def wfs(client):
    """Ask the service by GET; return the answer's bytes."""

    def get(request: str, status: int = 200, **given: object) -> bytes:
        response = client.get(
            "/wfs",
            {
                "service": "WFS",
                "request": request,
                **{k.replace("known_at", "known-at"): v for k, v in given.items()},
            },
        )
        content = body(response)
        assert response.status_code == status, content[:600]
        return content

    return get


@pytest.fixture
def app_schema(wfs) -> bytes:
    return wfs("DescribeFeatureType")


def populate() -> int:
    seq = deed()
    street(1, AWKWARD, seq, width_m=18.0, approved_on=date(2019, 12, 1))
    street(2, "乙路", seq, meaning="")
    community(3, "甲社区", seq, HOLED)
    community(4, "乙社区", seq, box(112.5, 22))
    place(5, "魁星阁", seq, "POINT(113.1 23.01)")
    shapes = [
        "POINT(113 23)",
        "LINESTRING(113 23,113.5 23.5)",
        "POLYGON((113 23,113 24,114 24,113 23),(113.2 23.5,113.3 23.6,113.3 23.5,113.2 23.5))",
        "MULTIPOINT(113 23,114 24)",
        LINE,
        HOLED,
        "GEOMETRYCOLLECTION(POINT(113 23),LINESTRING(113 23,114 24),POLYGON((113 23,113 24,114 24,113 23)))",
        None,
    ]
    for number, wkt in enumerate(shapes):
        notice(10 + number, f"公示{number}", seq, wkt=wkt)
    return seq


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_capabilities(wfs, lang):
    populate()
    root = validate(wfs("GetCapabilities", lang=lang))
    assert root.get("version") == "2.0.2"
    assert root.xpath("//wfs:FeatureType/wfs:Name/text()", namespaces=NS) == [f"geo:{n}" for n in LAYERS]
    default = root.xpath(
        "//ows:Constraint[@name='ImplementsTransactionalWFS']/ows:DefaultValue/text()", namespaces=NS
    )
    assert default == ["FALSE"]
    assert root.xpath("//ows:Operation[@name='Transaction']", namespaces=NS) == []


def test_sections(wfs):
    root = validate(wfs("GetCapabilities", sections="FeatureTypeList,ServiceProvider"))
    assert [etree.QName(child).localname for child in root] == ["ServiceProvider", "FeatureTypeList"]
    refused(wfs("GetCapabilities", 400, sections="nothing"), "InvalidParameterValue", "sections")


def refused(content: bytes, code: str, locator: str | None = None) -> str:
    root = validate(content)
    (exception,) = root.findall("ows:Exception", NS)
    assert exception.get("exceptionCode") == code, content.decode()
    if locator is not None:
        assert (exception.get("locator") or "").lower() == locator.lower(), content.decode()
    return exception.findtext("ows:ExceptionText", namespaces=NS)


def test_versions(wfs):
    for accepted, spoken in (("2.0.0", "2.0.0"), ("1.1.0,2.0.0,2.0.2", "2.0.0"), ("3.0,2.0.2", "2.0.2")):
        assert validate(wfs("GetCapabilities", acceptversions=accepted)).get("version") == spoken
    refused(wfs("GetCapabilities", 400, acceptversions="1.1.0"), "VersionNegotiationFailed", "AcceptVersions")
    refused(wfs("GetFeature", 400, version="1.1.0", typenames="streets"), "InvalidParameterValue", "version")


def test_the_schema_is_valid_and_has_no_gml_name(app_schema):
    populate()
    root = etree.fromstring(app_schema)
    xsd = "{http://www.w3.org/2001/XMLSchema}"
    assert [e.get("name") for e in root.findall(f"{xsd}element")] == list(LAYERS)
    assert b"gml:name" not in app_schema
    assert [e.get("schemaLocation") for e in root.findall(f"{xsd}import")] == [
        "http://schemas.opengis.net/gml/3.2.1/gml.xsd"
    ]


def test_schema_of_some(wfs):
    one = etree.fromstring(wfs("DescribeFeatureType", typename="geo:streets", outputformat="gml32"))
    assert len(one.findall("{*}complexType")) == 1
    both = etree.fromstring(wfs("DescribeFeatureType", typenames="streets,x:towns"))
    assert len(both.findall("{*}complexType")) == 2
    refused(wfs("DescribeFeatureType", 400, typenames="nothing"), "InvalidParameterValue", "typeNames")


@pytest.mark.parametrize("layer", list(LAYERS))
@pytest.mark.parametrize("srs", ["", "urn:ogc:def:crs:EPSG::4547", "EPSG:4326"])
def test_features_are_valid(wfs, app_schema, layer, srs):
    populate()
    root = validate(wfs("GetFeature", typenames=layer, srsname=srs), app_schema)
    members = root.findall("wfs:member/*", NS)
    assert root.get("numberReturned") == root.get("numberMatched") == str(len(members))
    expected = {"streets": 2, "communities": 2, "place_names": 1, "notices": 8}
    assert len(members) == expected.get(layer, 0)
    assert {m.tag for m in members} <= {f"{{{NS['geo']}}}{layer}"}
    assert root.xpath("//gml:name", namespaces=NS) == []
    for shape in root.iter(
        "{http://www.opengis.net/gml/3.2}Polygon", "{http://www.opengis.net/gml/3.2}Point"
    ):
        assert shape.get("{http://www.opengis.net/gml/3.2}id")


def test_names_are_exact(wfs):
    populate()
    root = validate(wfs("GetFeature", typenames="streets"))
    names = [e.text for e in root.iter("{urn:geoapp:layers}name")]
    assert names == [AWKWARD.replace("\x01", "").replace("\ufffe", ""), "乙路"]


def test_rings_and_parts(wfs):
    populate()
    root = etree.fromstring(wfs("GetFeature", typenames="communities", srsname="EPSG:4490"))
    (surface, _other) = root.iter("{http://www.opengis.net/gml/3.2}MultiSurface")
    assert surface.get("srsName") == "EPSG:4490"
    polygons = surface.findall("gml:surfaceMember/gml:Polygon", NS)
    assert [len(p.findall("gml:interior", NS)) for p in polygons] == [2, 0]
    outer = polygons[0].findtext("gml:exterior/gml:LinearRing/gml:posList", namespaces=NS)
    assert set(outer.split()) == {"113", "114", "23", "24"} or "113.0" in outer
    holes = [h.text for h in polygons[0].findall("gml:interior/gml:LinearRing/gml:posList", NS)]
    assert [len(h.split()) for h in holes] == [10, 10] and "113.4" in holes[1] and "113.1" in holes[0]


def test_parts_of_a_geometry_of_any_kind_name_their_reference_system(wfs):
    """A client that looks for geometries finds the parts as well (the suite of OGC does)."""
    populate()
    root = etree.fromstring(wfs("GetFeature", typenames="notices", srsname="EPSG:4490"))
    kinds = ("Point", "LineString", "Polygon", "MultiCurve", "MultiSurface", "MultiGeometry")
    shapes = list(root.iter(*(f"{{http://www.opengis.net/gml/3.2}}{kind}" for kind in kinds)))
    assert len(shapes) > len(root.findall("wfs:member", NS))
    assert {shape.get("srsName") for shape in shapes} == {"EPSG:4490"}


def test_other_documents_are_valid(wfs, app_schema):
    populate()
    listed = validate(wfs("ListStoredQueries"))
    (query,) = listed.findall("wfs:StoredQuery", NS)
    assert query.get("id") == "http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById"
    (query,) = validate(wfs("ListStoredQueries", version="2.0.0")).findall("wfs:StoredQuery", NS)
    assert query.get("id") == "urn:ogc:def:query:OGC-WFS::GetFeatureById"
    described = validate(wfs("DescribeStoredQueries", storedquery_id=query.get("id")))
    assert described.find("wfs:StoredQueryDescription/wfs:Parameter", NS).get("name") == "ID"
    refused(wfs("DescribeStoredQueries", 400, STOREDQUERY_ID="nothing"), "InvalidParameterValue")
    for reference in ("name", "geo:valid_from", "geom", "@gml:id", "id", "length_m"):
        values = validate(wfs("GetPropertyValue", typenames="streets", valuereference=reference), app_schema)
        assert values.get("numberReturned") == "2" == str(len(values.findall("wfs:member", NS)))
    refused(wfs("GetPropertyValue", 400, typenames="streets"), "MissingParameterValue", "valueReference")
    refused(
        wfs("GetPropertyValue", 400, typenames="streets", valuereference="nothing"), "InvalidParameterValue"
    )


def test_several_queries_in_one(wfs, app_schema):
    populate()
    root = validate(wfs("GetFeature", typenames="(streets)(communities)(streets)"), app_schema)
    inner = root.findall("wfs:member/wfs:FeatureCollection", NS)
    assert [c.get("numberReturned") for c in inner] == ["2", "2", "2"]
    assert (root.get("numberMatched"), root.get("numberReturned")) == ("6", "6")
    page = validate(wfs("GetFeature", typenames="(streets)(communities)", startindex=1, count=2), app_schema)
    assert [c.get("numberReturned") for c in page.iter("{*}FeatureCollection")][1:] == ["1", "1"]
