"""The API against the abstract tests of OGC API – Features 1.0, parts 1 and 2 (Annex A of 17-069r4 and 18-058r1).

This is our own reading of them; it stands in for OGC's executable suite (ets-ogcapi-features10), which
`make conformance` runs where it can be had. Numbers are those of the abstract tests.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from shapely.geometry import box as rectangle
from shapely.geometry import shape

from geoapp.ogc.layers import LAYERS
from tests.ogc.conftest import body, box, community, deed, notice, place, street

pytestmark = pytest.mark.django_db

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
FORMS = {"application/json", "text/html"}
FEATURE_FORMS = {"application/geo+json", "text/html"}


@pytest.fixture
def get(client):
    """Follow an absolute link, or ask an address below the landing page; return the parsed answer and its headers."""

    def follow(address: str, status: int = 200, accept: str = "", **parameters: object):
        parts = urlsplit(address)
        path = parts.path if parts.scheme else f"/ogc/{address}"
        assert not parts.scheme or parts.netloc == "testserver"
        headers = {"Accept": accept} if accept else {}
        query = {k.replace("_", "-"): v for k, v in parameters.items()}
        response = client.get(
            f"{path}?{parts.query}" if parts.query else path, query or None, headers=headers
        )
        content = body(response)
        assert response.status_code == status, (address, content[:300])
        return json.loads(content) if "json" in response["Content-Type"] else content, response

    return follow


@pytest.fixture
def filled():
    seq = deed()
    for number in range(7):
        street(number, f"{number}路", seq)
        place(100 + number, f"{number}阁", seq, f"POINT(113.{number}123456789 23.1)")
        community(200 + number, f"{number}社区", seq, box(113 + number / 10, 23.0000004))
    notice(300, "线", seq)
    notice(301, "无位置", seq, wkt=None)


def links(document: dict, rel: str) -> list[dict]:
    assert all({"href", "rel"} <= set(link) for link in document["links"])
    return [link for link in document["links"] if link["rel"] == rel]


def twins(document: dict, forms: set[str]) -> None:
    """Abstract tests 11, 23, 26: a link to itself and one to every other form, all with their type."""
    (own,) = links(document, "self")
    others = links(document, "alternate")
    assert {own["type"], *(link["type"] for link in others)} == forms and len(others) == len(forms) - 1


def collections(get) -> list[dict]:
    return get("collections", accept="application/json")[0]["collections"]


def test_landing_page_and_what_it_leads_to(get):
    """Abstract tests 3 to 7."""
    landing, _response = get("", accept="application/json")
    twins(landing, FORMS)
    for rel in ("service-desc", "service-doc", "conformance", "data"):
        assert links(landing, rel), rel
        for link in links(landing, rel):
            _content, response = get(link["href"], accept=link["type"])
            assert response["Content-Type"].split(";")[0] == link["type"].split(";")[0]
    (conformance,) = links(landing, "conformance")
    kept = get(conformance["href"], accept="application/json")[0]["conformsTo"]
    for name in ("core", "geojson", "html", "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" in kept
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in kept


def test_the_description_holds_every_path_and_its_parameters(get):
    """Abstract tests 6, 7, 14, 16, 18 and 20 to 22 of the parameters' definitions."""
    described, response = get("api", accept="application/vnd.oai.openapi+json;version=3.0")
    assert response["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert described["openapi"].startswith("3.0.")

    def resolved(node: dict) -> dict:
        if "$ref" not in node:
            return node
        assert node["$ref"].startswith("#/")  # nothing is fetched from elsewhere
        found = described
        for part in node["$ref"][2:].split("/"):
            found = found[part]
        return found

    assert {"/", "/conformance", "/collections"} <= set(described["paths"])
    for name in LAYERS:
        operation = described["paths"][f"/collections/{name}/items"]["get"]
        told = {p["name"]: p for p in map(resolved, operation["parameters"])}
        for parameter in ("limit", "bbox", "datetime", "crs", "bbox-crs"):
            one = told[parameter]
            assert (one["in"], one.get("required", False)) == ("query", False)
            assert (one["style"], one["explode"]) == ("form", False)
        limit, area = told["limit"]["schema"], told["bbox"]["schema"]
        assert limit["type"] == "integer" and 1 <= limit["minimum"] <= limit["default"] <= limit["maximum"]
        assert (area["type"], area["minItems"], area["maxItems"], area["items"]["type"]) == (
            "array",
            4,
            6,
            "number",
        )
        assert told["datetime"]["schema"]["type"] == "string"
        assert f"/collections/{name}" in described["paths"]
        assert any(p.startswith(f"/collections/{name}/items/{{") for p in described["paths"])


def test_collections(get, filled):
    """Abstract tests 8 to 12 of part 1; 1 to 4 of part 2."""
    document, _response = get("collections", accept="application/json")
    twins(document, FORMS)
    assert document["crs"][0] == CRS84
    assert [one["id"] for one in document["collections"]] == list(LAYERS)
    for one in document["collections"]:
        assert {link["type"] for link in links(one, "items")} == FEATURE_FORMS
        assert one["crs"][0] == CRS84 and len(set(one["crs"])) == len(one["crs"])
        assert one["storageCrs"] in one["crs"]
        alone, _response = get(f"collections/{one['id']}", accept="application/json")
        twins(alone, FORMS)
        assert {key: alone[key] for key in one if key != "links"} == {
            k: v for k, v in one.items() if k != "links"
        }


def test_features(get, filled):
    """Abstract tests 13, 17, 22 to 25, and 2: pages, counts, links, CRS84, extents that hold every feature."""
    for one in collections(get):
        (own,) = [link for link in links(one, "items") if link["type"] == "application/geo+json"]
        page, response = get(own["href"], limit=3)
        assert response["Content-Crs"] == f"<{CRS84}>" and page["type"] == "FeatureCollection"
        twins(page, FEATURE_FORMS)
        matched, seen = page["numberMatched"], []
        while True:
            assert page["numberReturned"] == len(page["features"]) <= 3
            seen += page["features"]
            if not (following := links(page, "next")):
                break
            page, _response = get(following[0]["href"], accept="application/geo+json")
        assert matched == len(seen) == len({feature["id"] for feature in seen})
        if "extent" in one and "spatial" in one["extent"]:
            extent = rectangle(*one["extent"]["spatial"]["bbox"][0])
            assert all(extent.covers(shape(f["geometry"])) for f in seen if f["geometry"])


def test_a_feature(get, filled):
    """Abstract tests 26 to 28."""
    for one in collections(get):
        for feature in get(f"collections/{one['id']}/items", limit=1, f="json")[0]["features"]:
            alone, response = get(
                f"collections/{one['id']}/items/{feature['id']}", accept="application/geo+json"
            )
            twins(alone, FEATURE_FORMS)
            assert links(alone, "collection") and response["Content-Type"].startswith("application/geo+json")
            assert (alone["id"], alone["geometry"]) == (feature["id"], feature["geometry"])


@pytest.mark.parametrize(
    "given",
    [
        {"limit": "unlimited"},
        {"unknownQueryParameter": 1},
        {"bbox": "1,2,3"},
        {"datetime": "yesterday"},
        {"crs": "http://www.opengis.net/def/crs/0/unknown"},
        {"bbox": "113,23,114,24", "bbox_crs": "http://www.opengis.net/def/crs/0/unknown"},
    ],
)
def test_wrong_parameters_are_refused(get, given):
    """Abstract tests 20 and 21 of part 1; 6 and 10 of part 2."""
    for name in LAYERS:
        get(f"collections/{name}/items", 400, accept="application/geo+json", **given)


def test_every_crs_on_offer_is_answered_and_named(get, filled):
    """Abstract tests 5, 7 to 9 and 11 to 14 of part 2; that axes are right is held by tests/ogc/test_features.py."""
    for one in collections(get):
        first = get(f"collections/{one['id']}/items", limit=1, f="json")[0]["features"]
        for uri in one["crs"]:
            _page, response = get(f"collections/{one['id']}/items", limit=1, f="json", crs=uri)
            assert response["Content-Crs"] == f"<{uri}>"
            for feature in first:
                _feature, response = get(f"collections/{one['id']}/items/{feature['id']}", f="json", crs=uri)
                assert response["Content-Crs"] == f"<{uri}>"
