"""The page ``/api/``: what it shows is what the services do, in both languages, without JavaScript."""

from __future__ import annotations

import json
from datetime import date
from html import unescape

import pytest
from django.conf import settings

from geoapp.ogc import answers
from geoapp.ogc.downloads.views import FORMATS
from geoapp.ogc.query import DEFAULT_LIMIT, MAX_LIMIT
from geoapp.ogc.tiles.detail import MOST_BYTES
from geoapp.ogc.tiles.matrices import MATRIX_SETS
from geoapp.planner import connecting
from tests.ogc.conftest import body, deed, place
from tests.planner.english import EnglishPage

LON, LAT = 113.123456789, 23.012345678
EAST_M, NORTH_M = 410_000, 2_545_000  # within some kilometres; enough to tell the axes apart


def test_every_line_stands_on_the_page_for_this_server(client, db):
    answer = client.get("/api/", {"datetime": "2021-03-04"}, headers={"host": "127.0.0.1"})
    shown = unescape(answer.content.decode())
    assert answer.status_code == 200
    for line in connecting.lines():
        text = line.filled("http://127.0.0.1", "2021-03-04")
        assert "{base}" not in text and "{day}" not in text
        assert text in shown, line.id
    assert "2021-03-04" in connecting.GDAL.lines[2].filled("", "2021-03-04")
    assert "<script>" not in answer.content.decode()


def test_ids_are_unique_and_what_does_not_run_says_why():
    idents = [line.id for line in connecting.lines()]
    assert len(set(idents)) == len(idents) > 20
    for line in connecting.lines():
        assert line.runs == (not line.reason) == (line.kind != "fill"), line.id


def test_a_day_that_is_none_is_refused(client, db):
    assert client.get("/api/", {"datetime": "2021-02-30"}).status_code == 422
    today = date.today()
    assert f"datetime={today.year}-01-01" in client.get("/api/").content.decode()


def test_the_page_in_english_and_the_banner(client, town):
    answer = client.get("/api/?lang=en")
    page = EnglishPage(answer.content.decode())
    assert page.language == "en" and page.stray == []
    assert 'data-synthetic="true"' in answer.content.decode()
    assert "示意数据" in client.get("/api/?lang=zh-hans").content.decode()


def test_the_limits_it_names_are_those_of_the_services():
    assert (connecting.PAGE_DEFAULT, connecting.PAGE_MOST) == (DEFAULT_LIMIT, MAX_LIMIT)
    assert settings.GEOAPP_REQUESTS_AT_ONCE == connecting.AT_ONCE
    assert answers.LONGEST_S == connecting.LONGEST_S
    assert MOST_BYTES == connecting.TILE_KB * 1000
    tiles = next(line for line in connecting.lines() if line.id == "qgis-tiles")
    assert f"0–{MATRIX_SETS['WebMercatorQuad'].levels - 1}" in str(tiles.says)
    assert set(FORMATS) == {"gpkg", "geojson", "csv", "zip"}


def _first(client, path: str, **parameters: str) -> tuple[float, float]:
    answer = client.get(path, parameters)
    content = body(answer).decode()
    assert answer.status_code == 200, content[:300]
    if content.startswith("{"):
        first, second = json.loads(content)["features"][0]["geometry"]["coordinates"]
    else:
        first, second = content.split("<gml:pos>")[1].split("</gml:pos>")[0].split()
    return float(first), float(second)


@pytest.mark.parametrize(
    ("written", "order"),
    [
        (one, row.order)
        for row in connecting.ORDERS
        for one in row.written.split(", ")
        if "EPSG" in one or "CRS84" in one
    ],
)
def test_the_table_of_axes_is_true(client, db, written, order):
    place(1, "魁星阁", deed(), f"POINT({LON} {LAT})")
    expected = {
        connecting.LON_LAT: (LON, LAT),
        connecting.LAT_LON: (LAT, LON),
        connecting.NORTH_EAST: (NORTH_M, EAST_M),
    }.get(order, (EAST_M, NORTH_M))
    close = 1e-8 if expected[0] < 200 or expected[1] < 200 else 20_000
    found = _first(
        client,
        "/wfs",
        service="WFS",
        version="2.0.0",
        request="GetFeature",
        typenames="place_names",
        srsname=written,
    )
    assert found == pytest.approx(expected, abs=close)
    if written.startswith("http"):
        found = _first(client, "/ogc/collections/place_names/items", crs=written, f="json")
        assert found == pytest.approx(expected, abs=close)


def test_an_answer_without_a_crs_has_the_order_the_table_says(client, db):
    place(1, "魁星阁", deed(), f"POINT({LON} {LAT})")
    assert _first(client, "/ogc/collections/place_names/items", f="json") == pytest.approx((LON, LAT))
    gml = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typenames": "place_names"}
    assert _first(client, "/wfs", **gml) == pytest.approx((LAT, LON))
    assert _first(client, "/wfs", **gml, outputformat="application/json") == pytest.approx((LON, LAT))
