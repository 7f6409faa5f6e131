"""Uploading a boundary file: report, repairs accepted one by one, import; who may, and what is refused at the door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile

from boundaries.ground import shape_of
from boundaries.models import BoundaryUpload, UnitOriginal, UnitVersion
from boundaries.uploads import SUFFIXES
from geoapp.core.effective import in_force
from geoapp.core.models import Act
from tests import build
from tests.boundaries import importables
from tests.boundaries.test_importing import landless_town
from tests.planner.english import EnglishPage

START = "/boundaries/import/"


@pytest.fixture
def officer(town, client):
    """The district officer, at town A whose land is not on record."""
    client.force_login(town.users["demo-district"])
    return client


def listed(town, *, faulty: bool = False) -> list[dict]:
    shapes = {code: shape_of(v) for code, v in landless_town(town).items()}
    low, high = sorted(shapes, key=lambda c: shapes[c].bounds[1])
    if faulty:  # the upper unit reaches two metres into the lower one
        ring = ((0, 1000), (500, 998), (1500, 998), (2000, 1000), (2000, 2000), (0, 2000))
        shapes[high] = shapely.Polygon([build.at(*p) for p in ring])
    return [{"code": c, "name": "", "shape": importables.degrees(shapes[c])} for c in (low, high)]


def send(client, path: Path, **fields: str):
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(START, {"file": upload, "level": "community", "on": "2026-11-23", **fields})


def test_from_upload_to_register(town, officer, tmp_path):
    path = importables.geojson(tmp_path, listed(town, faulty=True), name="村界 (终稿).geojson")
    answer = send(officer, path)
    assert answer.status_code == 302
    page = answer.url
    row = BoundaryUpload.objects.get()
    assert row.filename == "村界 (终稿).geojson" and Path(row.file.path).read_bytes() == path.read_bytes()
    text = officer.get(page).content.decode()
    assert "还不能导入" in text and "重叠" in text and "disabled" in text and "村界 (终稿)" in text
    refused = officer.post(page, {})
    assert refused.status_code == 409 and not UnitOriginal.objects.exists()
    assert "还不能导入" in refused.content.decode()
    text = officer.get(page, {"accept": "1"}).content.decode()
    assert "可以导入" in text and 'name="accept" value="1"' in text
    before = Act.objects.count()
    answer = officer.post(page, {"accept": "1"})
    assert answer.status_code == 302
    assert (
        Act.objects.count() == before + 1 and Act.objects.latest("seq").actor == town.users["demo-district"]
    )
    row.refresh_from_db()
    assert row.act == Act.objects.latest("seq").seq
    assert UnitOriginal.objects.filter(act=row.act, source_name=row.filename).count() == 2
    held = in_force(UnitVersion.objects.filter(code__startswith=build.TOWN_A, landless=False), build.TODAY)
    assert all(v.geom for v in held)
    text = officer.get(page).content.decode()
    assert f"登记行为第 {row.act} 号" in text and '<button class="button button--primary"' not in text
    again = officer.post(page, {"accept": "1"})
    assert again.status_code == 409 and Act.objects.count() == before + 1
    assert "已导入" in officer.get(START).content.decode()


def test_the_report_is_downloaded_and_shown_on_a_map(town, officer, tmp_path):
    page = send(officer, importables.geojson(tmp_path, listed(town, faulty=True))).url
    answer = officer.get(f"{page}report.json")
    assert answer["Content-Disposition"].startswith("attachment")
    told = json.loads(answer.content)
    assert len(told["overlap"]) == 1 and told["repairs"][0]["number"] == 1 and told["problems"]
    places = officer.get(f"{page}places.geojson").json()["features"]
    assert [p["properties"]["name"] for p in places] == ["重叠"]
    assert shapely.from_geojson(json.dumps(places[0]["geometry"])).is_valid


def test_what_cannot_be_read_is_not_kept(town, officer, tmp_path, settings):
    listing = listed(town)
    bad = tmp_path / "notes.txt"
    bad.write_text("x")
    broken = tmp_path / "broken.geojson"
    broken.write_text("{")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    for path, words in ((bad, "不认识"), (broken, "JSON"), (empty, "空")):
        answer = send(officer, path)
        assert answer.status_code == 422 and words in answer.content.decode(), path
    good = importables.geojson(tmp_path, listing)
    for fields, words in (
        ({"on": "2026-02-30"}, "日期"),
        ({"level": "galaxy"}, "没有选择级别"),
        ({"code_field": "zone"}, "没有字段"),
        ({"level": "district"}, "没有区一级的要素"),
        ({"crs": "EPSG:99999"}, "无法识别"),
        ({"crs": "EPSG:4610"}, "不是国家 2000"),
    ):
        answer = send(officer, good, **fields)
        assert answer.status_code == 422 and words in answer.content.decode(), (fields, words)
    settings.GEOAPP_MAX_UPLOAD_BYTES = 100
    assert send(officer, good).status_code == 413
    assert not BoundaryUpload.objects.exists()
    kept = [p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()]
    assert kept == [] and ".shp" not in SUFFIXES


def test_a_name_cannot_lead_out_of_the_folder(town, officer, tmp_path, settings):
    path = importables.geojson(tmp_path, listed(town))
    upload = SimpleUploadedFile("x.geojson", path.read_bytes())
    upload.name = "..\\..\\..\\evil.geojson"
    officer.post(START, {"file": upload, "level": "community", "on": "2026-11-23"})
    row = BoundaryUpload.objects.get()
    assert row.filename == "evil.geojson"
    assert Path(row.file.path).resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())


def test_an_officer_of_another_district_sees_and_imports_nothing(town, client, officer, tmp_path):
    path = importables.geojson(tmp_path, listed(town))
    page = send(officer, path).url
    client.force_login(town.users["demo-chancheng"])
    assert client.get(page).status_code == 404
    own = send(client, path).url
    answer = client.post(own, {})
    assert answer.status_code == 403 and "辖区以外" in answer.content.decode()
    assert not UnitOriginal.objects.exists()


def test_numbers_that_are_no_repair_are_refused(town, officer, tmp_path):
    page = send(officer, importables.geojson(tmp_path, listed(town))).url
    assert officer.get(page, {"accept": "7"}).status_code == 422
    assert officer.post(page, {"accept": "7"}).status_code == 422


def test_the_pages_in_english(town, officer, tmp_path):
    page = send(officer, importables.geojson(tmp_path, listed(town, faulty=True))).url
    officer.cookies["lang"] = "en"
    for url in (START, page, f"{page}?accept=all", f"{page}?accept=9", "/boundaries/sizes/"):
        text = officer.get(url).content.decode()
        assert EnglishPage(text).stray == [], url
    refused = send(officer, importables.geojson(tmp_path, [], name="none.geojson"))
    assert refused.status_code == 422 and EnglishPage(refused.content.decode()).stray == []
