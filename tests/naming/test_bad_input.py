"""Bad input: each a clear message with the field at fault, nothing stored, nothing lost from the form."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from geoapp.core.geometry import to_geojson
from geoapp.core.models import Attachment, Case
from geoapp.planner.demo_load.journey import PDF
from tests import build

pytestmark = pytest.mark.django_db
GOOD = build.line((100, 200), (600, 220))


def spiral(n: int) -> dict:
    return {"type": "LineString", "coordinates": [[113.12 + i * 1e-6, 23.0 + i * 1e-6] for i in range(n)]}


def lonlat(*points: tuple[float, float]) -> dict:
    return to_geojson(build.line(*points))


CROSSING = [(100, 200), (600, 200), (600, 400), (300, 100)]
BAD_GEOMETRY = {
    "missing": ("", "还没有画出位置"),
    "not JSON": ("{", "不是有效的 GeoJSON"),
    "empty": ({"type": "LineString", "coordinates": []}, "为空"),
    "polygon": ({"type": "Polygon", "coordinates": [[[113.1, 23], [113.2, 23], [113.2, 23.1]]]}, "几何类型"),
    "self-crossing": (None, "相交"),
    "three-dimensional": (
        {"type": "LineString", "coordinates": [[113.12, 23.0, 5], [113.13, 23.0, 5]]},
        "高程",
    ),
    "out of city": ({"type": "LineString", "coordinates": [[116.39, 39.9], [116.4, 39.91]]}, "超出本市"),
    "wrong CRS": (
        {"type": "LineString", "coordinates": [[410100, 2545200], [410600, 2545200]]},
        "不是经纬度",
    ),
    "20,000 vertices": (spiral(20_000), "20000 个折点"),
    "one point": ({"type": "LineString", "coordinates": [[113.12, 23.0]]}, "结构不完整"),
    "text coordinates": ({"type": "LineString", "coordinates": [["113", "23"], ["113.1", "23"]]}, "不是数字"),
    "same point": ({"type": "LineString", "coordinates": [[113.125, 23.005], [113.125, 23.005]]}, "过短"),
}
BAD_NAMES = {
    "spaces": ("   ", "没有填写"),
    "emoji": ("幸福😀路", "U+1F600"),
    "300 characters": ("长" * 300, "300 个字"),
    "control character": ("映\x07霞路", "U+0007"),
}


@pytest.fixture
def planner(town, client):
    client.force_login(town.users["demo-planner"])
    body = town.bodies["district"]
    values = {
        "kind": "name",
        "applicant": body.pk,
        "name": "映霞路",
        "meaning": "晚霞相映",
        "geometry": json.dumps(to_geojson(GOOD)),
    }
    return client, values


@pytest.mark.parametrize("case", BAD_GEOMETRY)
def test_bad_geometry_keeps_the_form(planner, case):
    client, values = planner
    shape, words = BAD_GEOMETRY[case]
    if shape is None:
        shape = lonlat(*CROSSING)
    values["geometry"] = shape if isinstance(shape, str) else json.dumps(shape)
    answer = client.post("/plan/", values)
    assert answer.status_code == 422
    assert words in answer.context["errors"]["geometry"]["message"]
    assert answer.context["errors"]["geometry"]["remedy"]
    assert "晚霞相映" in answer.content.decode()
    assert not Case.objects.exists()


@pytest.mark.parametrize("case", BAD_NAMES)
def test_bad_name_keeps_the_form(planner, case):
    client, values = planner
    values["name"], words = BAD_NAMES[case]
    answer = client.post("/plan/", values)
    assert answer.status_code == 422
    assert words in answer.context["errors"]["name"]["message"]
    assert "晚霞相映" in answer.content.decode()
    assert not Case.objects.exists()


@pytest.mark.parametrize("case", BAD_NAMES)
def test_bad_name_at_the_open_interface(town, client, case):
    name, words = BAD_NAMES[case]
    answer = client.post("/api/check", {"kind": "name", "name": name}, content_type="application/json")
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert words in answer.json()["detail"] and answer.json()["field"] == "name"


def test_an_unclosed_ring_is_named(town):
    from geoapp.core.errors import BadInput
    from geoapp.core.geometry import read_geometry

    ring = {"type": "Polygon", "coordinates": [[[113.1, 23.0], [113.2, 23.0], [113.2, 23.1], [113.1, 23.1]]]}
    with pytest.raises(BadInput, match="没有闭合"):
        read_geometry(ring, types=("Polygon",))


def docx() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return stream.getvalue()


ATTACHMENTS = {
    "disguised executable": ("批复.pdf", b"MZ\x90\x00" + b"0" * 100, 422),
    "wrong suffix": ("批复.png", PDF, 422),
    "html": ("说明.pdf", b"<html><script>alert(1)</script></html>", 422),
    "plain zip as docx": ("材料.docx", b"PK\x03\x04" + b"0" * 50, 422),
    "empty": ("空.pdf", b"", 422),
    "oversize": ("大.pdf", PDF + b"0" * 3_000_000, 413),
    "real pdf": ("批复.pdf", PDF, 302),
    "real docx": ("材料.docx", docx(), 302),
}


@pytest.mark.parametrize("case", ATTACHMENTS)
def test_attachments_are_what_their_bytes_say(town, client, settings, case):
    settings.GEOAPP_MAX_UPLOAD_BYTES = 2_000_000
    journey = build.draft(town, "映霞路")
    before = Attachment.objects.count()
    client.force_login(town.users["demo-planner"])
    name, content, status = ATTACHMENTS[case]
    answer = client.post(
        f"/cases/{journey.number}/attachments/",
        {"kind": "map", "version": journey.case.version, "file": SimpleUploadedFile(name, content)},
    )
    assert answer.status_code == status
    assert Attachment.objects.count() == before + (1 if status == 302 else 0)
    if status != 302:
        assert name in answer.context["problem"]["detail"] and answer.context["problem"]["remedy"]


def test_a_stale_version_is_a_409_that_keeps_the_note(town, client):
    journey = build.draft(town, "映霞路").go("submit", "demo-planner")
    seen = journey.case.version
    journey.go("accept", "demo-district-2")
    client.force_login(town.users["demo-district"])
    answer = client.post(
        f"/cases/{journey.number}/do/supplement/", {"version": seen, "note": "请补充四至图的说明文字"}
    )
    assert answer.status_code == 409
    assert "区地名科乙" in answer.context["problem"]["detail"]
    assert "请补充四至图的说明文字" in answer.content.decode()


def test_a_foreign_jurisdiction_is_a_403(town, client):
    journey = build.draft(town, "映霞路").go("submit", "demo-planner")
    client.force_login(town.users["demo-chancheng"])
    assert client.get(f"/cases/{journey.number}/").status_code == 403
    answer = client.post(f"/cases/{journey.number}/do/accept/", {"version": journey.case.version})
    assert answer.status_code == 403
    assert journey.case.status == "submitted"


def test_an_unknown_case_is_a_404(town, client):
    client.force_login(town.users["demo-district"])
    answer = client.get("/cases/SM-440605-2026-999999/")
    assert answer.status_code == 404 and "SM-440605-2026-999999" in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ("[1]", 400, None),
        ("{", 400, None),
        ('{"name": 5}', 422, "name"),
        ('{"name": "映霞路", "on": "2026-13-40"}', 422, "on"),
        ('{"name": "映霞路", "kind": "teleport"}', 422, "kind"),
        ('{"name": "映霞路", "width_m": "wide"}', 422, "width_m"),
        (json.dumps({"name": "映霞路", "note": "x" * 600_000}), 413, None),
    ],
)
def test_the_open_interface_names_the_field(town, client, body, status, field):
    answer = client.post("/api/check", body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json().get("field") == field
