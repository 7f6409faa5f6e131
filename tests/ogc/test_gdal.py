"""GDAL's own OGC API client reads the running service: right layers, counts, names, coordinates."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
from shapely.geometry import shape

from geoapp.ogc import ogcapi
from naming.models import PublishedStreet
from tests.ogc.conftest import box, community, deed, ident, street

AWKWARD = '引"号\\路\n😀'


def run(*command: str) -> str:
    program = shutil.which(command[0])
    assert program, f"{command[0]} is needed: install gdal-bin"
    # GDAL must not inherit the data directories of the wheels this process uses.
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GDAL_HTTP_TIMEOUT": "30"}
    done = subprocess.run(
        [program, *command[1:]], capture_output=True, text=True, timeout=120, env=environment, check=False
    )
    assert done.returncode == 0 and "ERROR" not in done.stderr, done.stderr
    return done.stdout


@pytest.fixture
def service(live_server):
    """The service with 2507 streets and two communities, over HTTP."""
    seq = deed()
    template = street(0, "0路", seq)
    rows = []
    for number in range(1, 2507):
        row = PublishedStreet(
            **{f.attname: getattr(template, f.attname) for f in PublishedStreet._meta.concrete_fields}
        )
        row.pk, row.id, row.name = None, ident(number), f"{number}路" if number != 1500 else AWKWARD
        rows.append(row)
    PublishedStreet.objects.bulk_create(rows)
    community(5001, "甲社区", seq, box(113.000000001, 23))
    community(5002, "乙社区", seq, box(113.1, 23))
    return f"OAPIF:{live_server.url}/ogc/"


def test_layers_counts_and_extent(service):
    listed = run("ogrinfo", "-ro", service)
    assert re.search(r"\bstreets\b", listed) and re.search(r"\bcommunities\b", listed), listed
    told = run("ogrinfo", "-ro", "-so", service, "streets")
    assert "Feature Count: 2507" in told, told
    for field in ("name: String", "valid_from: Date", "valid_to: Date", "length_m: Real", "act: Integer"):
        assert field in told, told
    told = run("ogrinfo", "-ro", "-so", service, "communities")
    assert "Feature Count: 2" in told and "households: Integer" in told, told
    extent = re.search(r"Extent: \(([\d.]+), ([\d.]+)\) - \(([\d.]+), ([\d.]+)\)", told)
    assert extent and [float(n) for n in extent.groups()] == pytest.approx([113, 23, 113.2, 23.1], abs=2e-6)


def copy(service: str, layer: str, *options: str) -> list[dict]:
    written = run(
        "ogr2ogr",
        "-f",
        "GeoJSONSeq",
        "-lco",
        "COORDINATE_PRECISION=12",
        "/vsistdout/",
        service,
        layer,
        *options,
    )
    return [json.loads(line) for line in written.splitlines()]


def test_every_feature_arrives_once_with_its_name_and_place(service):
    found = copy(service, "streets")
    assert len(found) == 2507
    names = {f["properties"]["id"]: f["properties"]["name"] for f in found}
    expected = {str(r.id): r.name for r in PublishedStreet.objects.only("id", "name")}
    assert names == expected
    geometry = shape(found[1500]["geometry"])
    assert found[1500]["properties"]["name"] == AWKWARD
    stored = PublishedStreet.objects.get(id=ident(1500)).geom
    assert geometry.equals_exact(shape(json.loads(stored.geojson)), 1e-9)


def test_gdal_asks_by_box(service):
    (only,) = copy(service, "communities", "-spat", "113.15", "23.01", "113.16", "23.02")
    assert only["properties"]["name"] == "乙社区"
    first = copy(service, "communities", "-where", "name = '甲社区'")
    assert [f["properties"]["code"] for f in first] == ["440605001001"]
    assert shape(first[0]["geometry"]).bounds == pytest.approx(
        (113.000000001, 23, 113.100000001, 23.1), abs=1e-9
    )


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("name = '甲社区'", ["甲社区"]),
        ("name <> '甲社区'", ["乙社区"]),
        ("name LIKE '甲%'", ["甲社区"]),
        ("name IN ('甲社区','丙村')", ["甲社区"]),
        ("population > 3000 AND households = 1200", ["甲社区", "乙社区"]),
        ("population > 3600 OR name = '乙社区'", ["乙社区"]),
        ("NOT (code = '440605001001')", ["乙社区"]),
        ("valid_from = '2020/01/01'", ["甲社区", "乙社区"]),
        ("valid_to IS NULL", ["甲社区", "乙社区"]),
        ("name = 'O''Brien'", []),
    ],
)
def test_gdal_asks_by_attribute(service, where, expected):
    """Right whether the driver sends the condition to the server or looks at every feature itself."""
    found = copy(service, "communities", "-where", where)
    assert [f["properties"]["name"] for f in found] == expected


def test_gdal_sends_conditions_to_the_server(service, monkeypatch):
    asked = []
    real = ogcapi.read_filters
    monkeypatch.setattr(
        ogcapi,
        "read_filters",
        lambda layer, given, vendor: asked.append(dict(given)) or real(layer, given, vendor),
    )
    (only,) = copy(service, "streets", "-where", "name = '1234路'")
    assert only["properties"]["name"] == "1234路"
    assert any(given.get("name") == "1234路" or "1234路" in given.get("filter", "") for given in asked), asked
