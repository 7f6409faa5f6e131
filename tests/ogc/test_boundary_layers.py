"""Lines and markers of the register reach every service."""

from __future__ import annotations

import json
from collections import Counter

import mapbox_vector_tile
import pytest

from tests.ogc.conftest import body
from tests.ogc.every_layer import mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def marked(town) -> str:
    """One marker on the small city's district line; return the line's id."""
    return mark()


def test_features_by_level_and_day(client, marked):
    items = "/ogc/collections/boundary_lines/items"
    every = client.get(items, {"limit": 50}).json()["features"]
    levels = Counter(f["properties"]["kind"] for f in every)
    assert levels == {"district": 1, "town": 2, "community": 7}
    found = [f for f in every if f["properties"]["kind"] == "district"]
    assert [f["properties"]["name"] for f in found] == ["禅城区—南海区线"]
    told = found[0]["properties"]
    assert (told["unit"], told["length_m"], told["synthetic"]) == ("禅城区、南海区", 2000.0, True)
    assert found[0]["geometry"]["type"] == "MultiLineString" and found[0]["id"] == marked
    assert client.get(items, {"datetime": "2022-12-31"}).json()["features"] == []
    markers = client.get("/ogc/collections/boundary_markers/items").json()["features"]
    assert [(f["properties"]["name"], f["properties"]["lines"]) for f in markers] == [
        ("9001001Q", "禅城区—南海区线")
    ]
    early = client.get("/ogc/collections/boundary_markers/items", {"datetime": "2024-01-01"})
    assert early.json()["features"] == []


def test_wfs_and_downloads(client, marked):
    for layer, count in (("boundary_lines", 10), ("boundary_markers", 1)):
        asked = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typenames": layer}
        gml = body(client.get("/wfs", asked)).decode()
        assert f'numberReturned="{count}"' in gml and "禅城区—南海区线" in gml
        file = json.loads(body(client.get(f"/download/{layer}.geojson")))
        assert len(file["features"]) == count


def test_tiles_draw_the_line(client, marked):
    answer = client.get("/ogc/collections/boundary_lines/tiles/WebMercatorQuad/10/444/833")
    assert answer.status_code == 200
    drawn = mapbox_vector_tile.decode(body(answer))
    names = {f["properties"]["name"] for f in drawn["boundary_lines"]["features"]}
    assert "禅城区—南海区线" in names
