"""The pages of an import: upload, columns, progress, report, repairs, entering; who may, and what is refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from geoapp.core.models import Act
from naming.models import AddressImport, AddressVersion, ColumnMapping
from tests.naming.address_files import HEADER, door, doors, streets, write
from tests.planner.english import EnglishPage

START = "/addresses/import/"


@pytest.fixture
def officer(town, client):
    """The district officer; two streets are registered in the district."""
    streets(town)
    client.force_login(town.users["demo-district"])
    return client


def send(client, path: Path, **fields: str):
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(START, {"file": upload, "on": "2026-11-23", **fields})


def confirm(client, page: str, **changes: str):
    """Confirm the columns as they are guessed."""
    batch = AddressImport.objects.latest("created_at")
    part_of = {title: part for part, title in batch.mapping.items()}
    chosen = {f"column-{n}": part_of.get(title, "") for n, title in enumerate(batch.header)}
    return client.post(page, {"action": "map", **chosen, **changes})


def work(client, page: str) -> None:
    """Let the service go on until nothing is left."""
    for _ in range(20):
        told = client.post(page, {"action": "advance"}, headers={"Accept": "application/json"}).json()
        if not told["working"]:
            return
    raise AssertionError("never done")


def faulty() -> list[list[str]]:
    return [*doors(6), door("鱼跃路", 4, 门牌号="４"), door("鱼跃路", 5, 街路巷="无名路"), door("鱼跃路", 21)]


def test_from_upload_to_register(town, officer, tmp_path):
    path = write(tmp_path / "门牌 (终稿).csv", faulty(), encoding="gbk")
    answer = send(officer, path)
    assert answer.status_code == 302
    page = answer.url
    text = officer.get(page).content.decode()
    assert "核对各列" in text and '<option value="street" selected>' in text and "鱼跃路" in text
    assert confirm(officer, page).status_code == 302
    assert ColumnMapping.objects.get().mapping["number"] == "门牌号"
    assert "<progress" in officer.get(page).content.decode()
    work(officer, page)
    text = officer.get(page).content.decode()
    assert "A-01" in text and "地名命名案件" in text and "４" in text and "A-03" in text
    assert AddressVersion.objects.count() == 0
    assert officer.post(page, {"action": "accept", "row": "6"}).status_code == 302
    work(officer, page)
    report = b"".join(officer.get(f"{page}report.csv").streaming_content).decode("utf-8-sig")
    assert [row[3] for row in csv.reader(io.StringIO(report))][1:] == ["A-01", "A-03"]
    for name in ("report.xlsx", "corrected.csv", "corrected.xlsx"):
        assert officer.get(page + name).status_code == 200
    assert officer.post(page, {"action": "enter", "note": "历史号码"}).status_code == 302
    work(officer, page)
    assert AddressVersion.objects.count() == 8
    act = Act.objects.latest("seq")
    assert act.actor == town.users["demo-district"] and "历史号码" in act.payload
    assert "已完成" in officer.get(START).content.decode()


def test_the_same_header_is_not_asked_twice_and_columns_may_be_chosen_anew(town, officer, tmp_path):
    header = ("镇", "居", "哪条路", "几号", "房", "东", "北")
    page = send(officer, write(tmp_path / "a.csv", doors(4), header)).url
    answer = confirm(officer, page)
    assert answer.status_code == 422 and "街路巷" in answer.content.decode()
    answer = confirm(officer, page, **{"column-2": "street", "column-3": "street"})
    assert answer.status_code == 422 and "选了同一项" in answer.content.decode()
    chosen = {"column-1": "community", "column-2": "street", "column-3": "number"}
    assert confirm(officer, page, **chosen).status_code == 302
    work(officer, page)
    again = send(officer, write(tmp_path / "b.csv", doors(6), header)).url
    assert AddressImport.objects.latest("created_at").mapping["street"] == "哪条路"
    assert "核对各列" in officer.get(f"{page}?columns=1").content.decode() and again != page


def test_a_step_that_does_not_fit_is_refused_in_words(town, officer, tmp_path):
    page = send(officer, write(tmp_path / "a.csv", doors(4))).url
    for data, status in (
        ({"action": "enter"}, 422),
        ({"action": "accept_all"}, 409),
        ({"action": "accept"}, 422),
        ({"action": "fly"}, 422),
        ({}, 422),
    ):
        answer = officer.post(page, data)
        assert answer.status_code == status and "没有完成" in answer.content.decode(), data
    confirm(officer, page)
    work(officer, page)
    assert officer.post(page, {"action": "enter"}).status_code == 302
    work(officer, page)
    assert confirm(officer, page).status_code == 409, "the register holds rows of this file"


def test_what_cannot_be_read_is_not_kept(town, officer, tmp_path, settings):
    bad = {"notes.doc": b"x", "empty.csv": b"", "broken.xlsx": b"PK", "bytes.csv": bytes(range(256)) * 9}
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
        answer = send(officer, tmp_path / name)
        assert answer.status_code == 422, name
    good = write(tmp_path / "good.csv", doors(4))
    assert send(officer, good, on="2026-02-30").status_code == 422
    settings.GEOAPP_MAX_UPLOAD_BYTES = 10
    assert send(officer, good).status_code == 413
    assert not AddressImport.objects.exists()
    assert [p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()] == []


def test_an_officer_of_another_district_sees_and_imports_nothing(town, client, officer, tmp_path):
    path = write(tmp_path / "a.csv", doors(4))
    page = send(officer, path).url
    client.force_login(town.users["demo-chancheng"])
    assert client.get(page).status_code == 404 and client.get(f"{page}report.csv").status_code == 404
    own = send(client, path).url
    confirm(client, own)
    work(client, own)
    assert "不在您的辖区" in client.get(own).content.decode()
    assert client.post(own, {"action": "enter"}).status_code == 422


def test_a_name_cannot_lead_out_of_the_folder(town, officer, tmp_path, settings):
    path = write(tmp_path / "x.csv", doors(4))
    upload = SimpleUploadedFile("x.csv", path.read_bytes())
    upload.name = "..\\..\\evil.csv"
    officer.post(START, {"file": upload, "on": "2026-11-23"})
    row = AddressImport.objects.get()
    assert row.filename == "evil.csv"
    assert Path(row.file.path).resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())


def test_the_pages_in_english(town, officer, tmp_path):
    officer.cookies["lang"] = "en"
    page = send(officer, write(tmp_path / "a.csv", faulty(), HEADER)).url
    urls = [START, page]
    assert [EnglishPage(officer.get(u).content.decode()).stray for u in urls] == [[], []]
    confirm(officer, page)
    assert EnglishPage(officer.get(page).content.decode()).stray == []
    work(officer, page)
    assert EnglishPage(officer.get(page).content.decode()).stray == []
    assert EnglishPage(officer.post(page, {"action": "fly"}).content.decode()).stray == []
    report = b"".join(officer.get(f"{page}report.csv").streaming_content).decode("utf-8-sig")
    assert report.startswith("Line,Column,Value,Rules") and "Open a naming case" in report
