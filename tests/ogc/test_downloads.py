"""A downloaded file holds every feature of the day, exactly, in the reader people use for it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date

import fiona
import pytest
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry import shape

from geoapp.ogc.downloads import files, streams
from geoapp.ogc.layers import LAYERS
from naming.models import PublishedPlaceName
from tests.ogc.conftest import body, box, community, deed, ident, notice, place, street

pytestmark = pytest.mark.django_db


@pytest.fixture
def fetch(client, db):
    def get(name: str, status: int = 200, **parameters: object):
        response = client.get(f"/download/{name}", {k.replace("_", "-"): v for k, v in parameters.items()})
        assert response.status_code == status, body(response)[:300]
        return response

    return get


def opened(response, tmp_path, name: str):
    path = tmp_path / name
    path.write_bytes(body(response))
    return fiona.open(f"zip://{path}" if name.endswith(".zip") else path)


def test_geojson_holds_every_feature_of_the_layer(fetch, ask, monkeypatch):
    monkeypatch.setattr(streams, "_KEYS", 7)
    seq = deed()
    for number in range(20):
        place(number, f"第{number}阁", seq, f"POINT(113.{number:09d} 23.1)")
    response = fetch("place_names.geojson")
    assert response["Content-Type"] == "application/geo+json"
    assert f"-act{seq}.geojson" in response["Content-Disposition"]
    document = json.loads(body(response))
    assert document["features"] == ask("collections/place_names/items", limit=100)["features"]
    assert len(document["features"]) == 20


def test_an_empty_layer_is_an_empty_file(fetch, tmp_path):
    deed()
    assert json.loads(body(fetch("streets.geojson")))["features"] == []
    assert body(fetch("streets.csv")).startswith(b"\xef\xbb\xbfid,name,pinyin,")
    assert len(opened(fetch("streets.gpkg"), tmp_path, "a.gpkg")) == 0


def test_csv_reads_back_and_formulas_are_text(fetch):
    seq = deed()
    place(1, '=HYPERLINK("http://x")', seq, "POINT(113.123456789 23.012345678)", meaning='他说"一"\r\n二')
    place(2, "-1阁", seq, "POINT(113.2 23.0)")
    place(3, "魁星阁", seq, "POINT(113.3 23.0)", valid_to=None)
    raw = body(fetch("place_names.csv"))
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [row["name"] for row in rows] == ['\'=HYPERLINK("http://x")', "'-1阁", "魁星阁"]
    assert rows[0]["meaning"] == '他说"一"\r\n二'
    assert (float(rows[0]["lon"]), float(rows[0]["lat"])) == (113.123456789, 23.012345678)
    assert rows[0]["id"] == str(ident(1))
    assert rows[2]["valid_to"] == ""
    assert rows[2]["synthetic"] == "false"


def test_csv_of_areas_has_their_wkt(fetch):
    seq = deed()
    community(1, "石硍社区", seq, box(113.1, 23.0))
    (row,) = csv.DictReader(io.StringIO(body(fetch("communities.csv")).decode("utf-8-sig")))
    assert GEOSGeometry(row["wkt"]).equals(GEOSGeometry(box(113.1, 23.0)))


@pytest.mark.parametrize("kind", ["gpkg", "zip"])
@pytest.mark.parametrize("crs", ["", "4490", "4547", "3857"])
def test_files_hold_names_dates_and_places(fetch, ask, tmp_path, kind, crs):
    seq = deed()
    name = "引'号\"路㘵𠮷"
    street(1, name, seq, width_m=12.5, approved_on=date(2020, 1, 2), meaning="含义")
    community(1, "石硍社区", seq, box(113.1, 23.0))
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{crs}"
    more = {"crs": uri} if crs else {}
    with opened(fetch(f"streets.{kind}", **more), tmp_path, f"streets.{kind}") as source:
        (feature,) = list(source)
        assert source.crs.to_epsg() == int(crs or 4490)
    values = feature["properties"]
    assert values["name"] == name
    assert values["id"] == str(ident(1))
    assert str(values["valid_from"]) == "2020-01-01"
    assert values["valid_to"] is None
    assert values["width_m"] == 12.5
    assert values["pinyin_sign" if kind == "gpkg" else "pinyin_sgn"] == "TONGHUA LU"
    (wanted,) = ask("collections/streets/items", **more)["features"]
    flip = crs in {"4490", "4547"}
    got, true = shape(feature["geometry"]), shape(wanted["geometry"])
    if flip:
        true = shape(json.loads(json.dumps(_flipped(wanted["geometry"]))))
    assert got.hausdorff_distance(true) < (0.0011 if crs in {"4547", "3857"} else 1.1e-9)
    with opened(fetch(f"communities.{kind}"), tmp_path, f"communities.{kind}") as source:
        (unit,) = list(source)
    assert unit["properties"]["name"] == "石硍社区"
    assert unit["properties"]["households"] == 1200


def _flipped(geometry):
    def turn(part):
        return part[::-1] if isinstance(part[0], int | float) else [turn(p) for p in part]

    return {"type": geometry["type"], "coordinates": turn(geometry["coordinates"])}


def test_a_text_too_long_for_a_dbf_is_cut_at_a_character_and_said(fetch, tmp_path):
    seq = deed()
    place(1, "阁", seq, "POINT(113.1 23)", meaning="很" * 100)
    response = fetch("place_names.zip")
    path = tmp_path / "a.zip"
    path.write_bytes(body(response))
    with fiona.open(f"zip://{path}") as source:
        assert list(source)[0]["properties"]["meaning"] == "很" * 84
    with zipfile.ZipFile(path) as archive:
        assert archive.read("place_names.cpg").decode().upper() == "UTF-8"
        said = archive.read("README.txt").decode("utf-8-sig")
    assert "截短" in said and "meaning" in said


def test_a_table_too_large_for_a_dbf_is_refused(fetch, monkeypatch):
    monkeypatch.setattr(files, "_DBF_LARGEST", 1000)
    place(1, "阁", deed(), "POINT(113.1 23)")
    response = fetch("place_names.zip", status=413)
    assert "GeoPackage" in response.content.decode()


def test_the_day_the_act_and_the_window_count(fetch):
    first = deed()
    street(1, "旧名路", first, valid_to=date(2021, 1, 1))
    second = deed(400)
    street(1, "新名路", second, valid_from=date(2021, 1, 1))

    def names(**parameters):
        return [
            f["properties"]["name"]
            for f in json.loads(body(fetch("streets.geojson", **parameters)))["features"]
        ]

    assert names() == ["新名路"]
    assert names(datetime="2020-06-01") == ["旧名路"]
    assert names(known_at=first, datetime="2022-01-01") == []
    assert names(bbox="10,10,11,11") == []
    assert names(filter="name LIKE '新%'") == ["新名路"]
    assert names(filter="name LIKE '旧%'") == []


def test_what_the_client_holds_is_not_sent_again(client):
    street(1, "同华路", deed())
    first = client.get("/download/streets.gpkg")
    again = client.get("/download/streets.gpkg", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    deed(1)
    later = client.get("/download/streets.gpkg", headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200


def test_notices_without_place_are_in_the_geopackage(fetch, tmp_path):
    seq = deed()
    notice(1, "拟用路", seq)
    notice(2, "无图路", seq, wkt=None)
    with opened(fetch("notices.gpkg"), tmp_path, "a.gpkg") as source:
        rows = {f["properties"]["name"]: f["geometry"] for f in source}
    assert rows["无图路"] is None and rows["拟用路"] is not None
    fetch("notices.zip", status=404)


@pytest.mark.parametrize(
    ("name", "parameters", "status"),
    [
        ("rivers.csv", {}, 404),
        ("streets", {}, 404),
        ("streets.dwg", {}, 404),
        ("streets.csv", {"limit": "5"}, 400),
        ("streets.csv", {"crs": "http://www.opengis.net/def/crs/EPSG/0/4547"}, 400),
        ("streets.gpkg", {"datetime": "31.12.2019"}, 400),
        ("..streets.csv", {}, 404),
    ],
)
def test_bad_requests_are_told(fetch, name, parameters, status):
    response = fetch(name, status=status, **parameters)
    assert response["Content-Type"] == "application/problem+json"


def test_the_page_offers_every_layer(client):
    deed()
    text = client.get("/download/", {"datetime": "2020-01-01"}).content.decode()
    for layer in LAYERS:
        assert f"/download/{layer}.gpkg?datetime=2020-01-01" in text


def test_rows_added_meanwhile_do_not_enter(monkeypatch, fetch):
    monkeypatch.setattr(streams, "_KEYS", 2)
    seq = deed()
    for number in range(5):
        place(number, f"第{number}阁", seq, "POINT(113.1 23)")
    response = fetch("place_names.geojson")
    parts = iter(response.streaming_content)
    next(parts)
    late = deed(1)
    PublishedPlaceName.objects.filter(id=ident(4)).update(act_out=late)
    place(9, "后来阁", late, "POINT(113.1 23)")
    rest = b"".join(parts).decode()
    assert "后来阁" not in rest
    assert "第4阁" in rest


def test_the_page_counts_the_day_it_names_and_refuses_what_is_no_day(client):
    street(1, "甲路", deed())
    text = body(client.get("/download/", {"datetime": "1990-01-01"})).decode()
    assert "<caption>1990-01-01</caption>" in text and '">1</td>' not in text.replace("\n", "")
    wrong = client.get("/download/", {"datetime": "2026-13-45"}, headers={"Accept": "text/html"})
    assert wrong.status_code == 400 and "datetime" in body(wrong).decode()
