"""Communities too large or too small, and the exports: classes, limits of the profile, safe spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
import shapely

from boundaries import exporting, sizes
from boundaries.models import Unit, UnitVersion
from geoapp.core.models import RuleProfile
from tests import build


def count(code: str, households: int, **values: object) -> UnitVersion:
    UnitVersion.objects.filter(code=code, act_out__isnull=True).update(households=households, **values)
    return UnitVersion.objects.get(code=code, act_out__isnull=True)


@pytest.fixture
def various(town):
    """Six units: a huge converted village, a large village, small ones, usual ones."""
    converted = count(f"{build.TOWN_A}001", 12_000)
    UnitVersion.objects.create(
        unit=converted.unit,
        name="试验村",
        code=f"{build.TOWN_A}201",
        kind="village",
        valid_from=date(2020, 1, 1),
        valid_to=date(2023, 1, 1),
        act_in=1,
    )
    count(f"{build.TOWN_A}200", 5_000)
    count(f"{build.TOWN_B}001", 800)
    count(f"{build.TOWN_B}200", 60)
    count(f"{build.TOWN_C}001", 3_500)
    count(f"{build.TOWN_C}200", 900)
    return town


def found(on: date = build.TODAY) -> dict[str, str]:
    return {s.version.code: s.kind for s in sizes.unusual_sizes(on)}


def test_classes(various):
    assert found() == {
        f"{build.TOWN_A}001": "far_converted",
        f"{build.TOWN_A}200": "village",
        f"{build.TOWN_C}001": "community",
        f"{build.TOWN_B}001": "below",
        f"{build.TOWN_B}200": "undersize",
    }
    largest = sizes.unusual_sizes(build.TODAY)[0]
    assert largest.title == "特大型村改社区" and "集体资产不随之拆分" in largest.guidance
    assert (largest.town, largest.district) == ("试验镇", "南海区")


def test_the_law_of_the_day_and_the_profile_in_force_decide(various):
    before = found(date(2025, 12, 31))
    assert before[f"{build.TOWN_C}001"] == "community"
    assert before[f"{build.TOWN_B}001"] == "above", "100 to 700 households until the end of 2025"
    row = RuleProfile.objects.get()
    row.values = {**row.values, "V-06": {"oversize_households": 4000, "undersize_households": 1000}}
    row.save()
    now = found()
    assert now[f"{build.TOWN_C}001"] == "above" and now[f"{build.TOWN_C}200"] == "undersize"
    limits = sizes.limits_on(build.TODAY)
    assert (limits.oversize, limits.far_oversize, limits.undersize) == (4000, 10000, 1000)
    assert not limits.verified


def test_uncounted_and_virtual_units_are_left_out(various):
    count(f"{build.TOWN_B}200", 0)
    count(f"{build.TOWN_A}498", 1)
    assert f"{build.TOWN_B}200" not in found() and f"{build.TOWN_A}498" not in found()


def test_the_page_says_what_is_unverified_and_filters(various, client):
    client.force_login(various.users["demo-district"])
    text = client.get("/boundaries/sizes/").content.decode()
    assert "UNVERIFIED" in text and "1,000–3,000 户" in text and "特大型村改社区" in text and "城中村" in text
    text = client.get("/boundaries/sizes/", {"class": "village", "district": "南海区"}).content.decode()
    assert "试验村" in text and "邻区社区" not in text
    assert client.get("/boundaries/sizes/", {"class": "x"}).status_code == 422
    assert client.get("/boundaries/sizes/", {"on": "soon"}).status_code == 422
    features = client.get("/boundaries/sizes.geojson", {"class": "village"}).json()["features"]
    assert [f["properties"]["name"] for f in features] == ["试验村"]
    lon, _lat = shapely.from_geojson(json.dumps(features[0]["geometry"])).centroid.coords[0]
    assert 112 < lon < 114


def read_csv(answer) -> list[list[str]]:
    assert answer.content.startswith(b"\xef\xbb\xbf") and answer["Content-Disposition"].startswith(
        "attachment"
    )
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_list_as_csv_holds_no_formula(various, client):
    count(f"{build.TOWN_A}200", 5_000, name="=HYPERLINK(1)村")
    client.force_login(various.users["demo-district"])
    head, *rows = read_csv(client.get("/boundaries/sizes.csv"))
    assert head[:2] == ["代码", "名称"] and len(rows) == 5
    by_code = {row[0]: row for row in rows}
    assert by_code[f"{build.TOWN_A}200"][1] == "'=HYPERLINK(1)村"
    assert by_code[f"{build.TOWN_A}001"][5] == "12000" and "未核实" in by_code[f"{build.TOWN_A}001"][9]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1", "\r=1"])
def test_cells_that_begin_like_a_formula(text):
    assert exporting.safe_cell(text) == f"'{text}"
    assert exporting.safe_cell(f"甲{text}") == f"甲{text}" and exporting.safe_cell(-1) == -1


def test_units_of_a_day_as_csv_and_geojson(various, client):
    client.force_login(various.users["demo-auditor"])
    head, *rows = read_csv(client.get("/boundaries/units.csv", {"on": "2026-11-23"}))
    assert head == list(exporting.COLUMNS) and len(rows) == 7
    virtual = next(r for r in rows if r[1] == f"{build.TOWN_A}498")
    assert virtual[head.index("landless")] == "True" and virtual[head.index("area_frame_m2")] == ""
    one = next(r for r in rows if r[1] == f"{build.TOWN_A}001")
    assert one[head.index("area_frame_m2")] == "2000000.0" and one[head.index("parent")] == "试验镇"
    _, *then = read_csv(client.get("/boundaries/units.csv", {"on": "2021-01-01"}))
    assert [r[2] for r in then] == ["试验村"]
    document = json.loads(client.get("/boundaries/units.geojson", {"level": "town"}).content)
    assert len(document["features"]) == 3 == Unit.objects.filter(level="town").count()
    assert {f["properties"]["name"] for f in document["features"]} == {"试验镇", "样板街道", "邻区镇"}
    assert client.get("/boundaries/units.csv", {"level": "x"}).status_code == 422
