"""Real WFS clients read the running service: GDAL and OWSLib; what they get equals the rows of the database."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from owslib.fes2 import And, BBox, Filter, PropertyIsEqualTo, PropertyIsLike
from owslib.wfs import WebFeatureService
from pyproj import Transformer
from shapely.geometry import shape

from geoapp.core.throttle import _BUCKETS
from naming.models import PublishedStreet
from tests.ogc.conftest import box, community, deed, ident, place, street
from tests.ogc.test_gdal import run

AWKWARD = '引"号\\<路>&😀'
COUNT = 3107
FIVE = {
    "urn:ogc:def:crs:EPSG::4490": (4490, True),
    "urn:ogc:def:crs:EPSG::4326": (4490, True),
    "urn:ogc:def:crs:EPSG::4547": (4547, True),
    "urn:ogc:def:crs:EPSG::3857": (3857, False),
    "urn:ogc:def:crs:OGC:1.3:CRS84": (4490, False),
    "EPSG:4326": (4490, False),
    "EPSG:4547": (4547, False),
    "http://www.opengis.net/def/crs/EPSG/0/4547": (4547, True),
}


@pytest.fixture
def service(live_server):
    """The service with many streets, two communities and a place, over HTTP."""
    _BUCKETS.clear()
    seq = deed()
    template = street(0, "0路", seq, width_m=7.5, approved_on=date(2019, 12, 1))
    rows = []
    for number in range(1, COUNT):
        row = PublishedStreet(
            **{f.attname: getattr(template, f.attname) for f in PublishedStreet._meta.concrete_fields}
        )
        row.pk, row.id, row.name = None, ident(number), f"{number}路" if number != 1500 else AWKWARD
        rows.append(row)
    PublishedStreet.objects.bulk_create(rows)
    community(5001, "甲社区", seq, box(113.000000001, 23))
    community(5002, "乙社区", seq, box(113.1, 23))
    place(5003, "魁星阁", seq, "POINT(113.123456789 23.012345678)")
    return f"{live_server.url}/wfs"


def test_gdal_lists_the_layers_with_their_types(service):
    listed = run("ogrinfo", "-ro", f"WFS:{service}")
    assert re.search(r"geo:streets", listed) and re.search(r"geo:communities", listed), listed
    told = run("ogrinfo", "-ro", "-so", f"WFS:{service}", "geo:streets")
    assert f"Feature Count: {COUNT}" in told, told
    for field in ("name: String", "valid_from: Date", "valid_to: Date", "length_m: Real", "act: Integer"):
        assert field in told, told
    told = run("ogrinfo", "-ro", "-so", f"WFS:{service}", "geo:communities")
    assert "Geometry: Multi Surface" in told and "Feature Count: 2" in told, told
    extent = re.search(r"Extent: \(([\d.]+), ([\d.]+)\) - \(([\d.]+), ([\d.]+)\)", told)
    assert extent and [float(n) for n in extent.groups()] == pytest.approx([113, 23, 113.2, 23.1], abs=2e-6)


def copy(service: str, layer: str, *options: str) -> list[dict]:
    written = run(
        "ogr2ogr",
        "-f",
        "GeoJSONSeq",
        "-lco",
        "COORDINATE_PRECISION=12",
        *options,
        "/vsistdout/",
        f"WFS:{service}",
        layer,
    )
    return [json.loads(line) for line in written.splitlines()]


@pytest.mark.parametrize("size", ["", "500"])
def test_gdal_gets_every_street_once_with_its_name_and_place(service, size):
    paging = ("--config", "OGR_WFS_PAGE_SIZE", size) if size else ()
    found = copy(service, "geo:streets", *paging)
    names = {f["properties"]["id"]: f["properties"]["name"] for f in found}
    assert len(found) == COUNT
    assert names == {str(r.id): r.name for r in PublishedStreet.objects.only("id", "name")}
    stored = PublishedStreet.objects.get(id=ident(1500)).geom
    assert shape(found[1500]["geometry"]).equals_exact(shape(json.loads(stored.geojson)), 1e-8)
    assert found[0]["properties"]["width_m"] == 7.5 and found[0]["properties"]["valid_from"] == "2020-01-01"


def test_gdal_asks_by_box_and_attribute(service):
    (only,) = copy(service, "geo:communities", "-spat", "113.15", "23.01", "113.16", "23.02")
    assert only["properties"]["name"] == "乙社区"
    (first,) = copy(service, "geo:communities", "-where", "name = '甲社区'")
    assert first["properties"]["code"] == "440605001001"
    assert shape(first["geometry"]).bounds == pytest.approx(
        (113.000000001, 23, 113.100000001, 23.1), abs=1e-9
    )
    assert len(copy(service, "geo:communities", "-where", "name LIKE '%社区' AND population > 3000")) == 2
    assert (
        len(copy(service, "geo:communities", "-where", "valid_from >= '2020/01/01' AND valid_to IS NULL"))
        == 2
    )
    (point,) = copy(service, "geo:place_names")
    assert point["geometry"]["coordinates"] == pytest.approx([113.123456789, 23.012345678], abs=1e-9)


def test_owslib_knows_the_service(service):
    wfs = WebFeatureService(service, version="2.0.0")
    assert wfs.identification.type == "WFS"
    layer = wfs.contents["geo:streets"]
    assert layer.title == "道路" and layer.boundingBoxWGS84 == pytest.approx(
        (113.1, 23, 113.2, 23.1), abs=2e-6
    )
    assert {str(c.code) for c in layer.crsOptions} >= {"4490", "4326", "4547", "3857"}
    assert [q.id for q in wfs.storedqueries] == ["urn:ogc:def:query:OGC-WFS::GetFeatureById"]
    schema = wfs.get_schema("geo:place_names")
    assert schema["geometry_column"] == "geom" and schema["properties"]["name"] == "string"


def positions(gml: bytes) -> list[list[tuple[float, float]]]:
    lists = re.findall(rb"<gml:pos(?:List)?>([^<]+)</gml:pos", gml)
    pairs = []
    for text in lists:
        numbers = [float(n) for n in text.split()]
        pairs.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return pairs


@pytest.mark.parametrize("srs", list(FIVE))
def test_owslib_gets_coordinates_in_the_order_of_the_name(service, srs):
    wfs = WebFeatureService(service, version="2.0.0")
    parameters = {"typename": ["geo:place_names"], "outputFormat": "gml32"}
    gml = wfs.getfeature(**parameters, srsname=srs).read()
    srid, north_first = FIVE[srs]
    x, y = 113.123456789, 23.012345678
    if srid != 4490:
        x, y = Transformer.from_crs(4490, srid, always_xy=True).transform(x, y)
    expected = (y, x) if north_first else (x, y)
    ((found,),) = positions(gml)
    assert found == pytest.approx(expected, abs=1e-8 if srid == 4490 else 1e-3)
    assert f'srsName="{srs}"'.encode() in gml


def test_owslib_filters_and_pages(service):
    wfs = WebFeatureService(service, version="2.0.0")
    condition = Filter(
        And(
            [
                PropertyIsLike("name", "%社区"),
                BBox([23.01, 113.15, 23.02, 113.16], "urn:ogc:def:crs:EPSG::4326"),
            ]
        )
    )
    answer = wfs.getfeature(
        typename=["geo:communities"], filter=_text(condition), outputFormat="application/json"
    )
    found = json.loads(answer.read())
    assert [f["properties"]["name"] for f in found["features"]] == ["乙社区"]
    names = []
    for start in range(0, COUNT, 1000):
        page = wfs.getfeature(
            typename="streets",
            startindex=start,
            maxfeatures=1000,
            outputFormat="application/geo+json",
            sortby=["id"],
        )
        names += [f["properties"]["name"] for f in json.loads(page.read())["features"]]
    assert len(names) == len(set(names)) == COUNT
    only = wfs.getfeature(
        typename="streets", filter=_text(Filter(PropertyIsEqualTo("name", AWKWARD))), outputFormat="json"
    )
    assert [f["properties"]["name"] for f in json.loads(only.read())["features"]] == [AWKWARD]


def _text(condition: Filter) -> str:
    from owslib.etree import etree

    return etree.tostring(condition.toXML()).decode()


def test_owslib_posts_and_asks_by_id(service):
    wfs = WebFeatureService(service, version="2.0.0")
    for method, bounds in (("Get", (113.15, 23.01, 113.16, 23.02)), ("Post", (113.15, 23.01, 113.16, 23.02))):
        gml = wfs.getfeature(typename=["geo:communities"], bbox=bounds, method=method).read()
        assert re.findall(rb"<geo:name>([^<]+)<", gml) == ["乙社区".encode()]
    gml = wfs.getfeature(
        storedQueryID="urn:ogc:def:query:OGC-WFS::GetFeatureById",
        storedQueryParams={"ID": f"communities.{ident(5001)}"},
    ).read()
    assert re.findall(rb"<geo:name>([^<]+)<", gml) == ["甲社区".encode()]
