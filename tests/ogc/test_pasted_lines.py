"""The lines of ``/api/`` are run as they stand there, against the running service; what they bring is looked at."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from datetime import date

import pytest
import shapely
from pyproj import Transformer

from geoapp.core.models import Consumer, RestrictedLayer
from geoapp.ogc import clients
from geoapp.planner import connecting, reference
from tests import build
from tests.ogc.conftest import box, community, deed, place, street
from tests.ogc.test_gdal import run

DAY = "2021-03-04"
RUN = [line for line in connecting.lines() if line.runs and line.kind in ("shell", "python")]


@pytest.fixture
def base(live_server) -> str:
    """A service with three streets, one of them named only after DAY, two communities and a place."""
    reference.seed(build.TODAY)
    seq = deed()
    for number, name in enumerate(("锦程路", "听涛路", '引"号<路>&😀')):
        street(number, name, seq, valid_from=date(2022 if number == 1 else 2020, 1, 1))
    community(5001, "甲社区", seq, box(113.000000001, 23))
    community(5002, "远社区", seq, box(114, 24))
    place(5003, "魁星阁", seq, "POINT(113.123456789 23.012345678)")
    return live_server.url


def paste(line: connecting.Line, base: str, folder, **variables: str) -> str:
    """Run a line as a person would, in an empty folder; return what it prints."""
    text = line.filled(base, DAY)
    if line.kind == "shell":
        assert shutil.which(text.split(maxsplit=1)[0]), "gdal-bin and curl are needed"
        command = ["/bin/sh", "-c", text]
    else:
        command = [sys.executable, "-c", text]
    # The wheels of this process bring data directories of their own that the programs must not inherit.
    environment = {
        "PATH": f"{os.path.dirname(sys.executable)}:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "GDAL_HTTP_TIMEOUT": "60",
        **variables,
    }
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=150, env=environment, check=False
    )
    assert done.returncode == 0 and "ERROR" not in done.stderr, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def held(folder, file: str, layer: str, *options: str) -> list[dict]:
    """Return the features of a file that a line wrote."""
    written = run("ogr2ogr", "-f", "GeoJSONSeq", "/vsistdout/", str(folder / file), layer, *options)
    return [json.loads(row) for row in written.splitlines()]


def names(features: list[dict]) -> list[str]:
    return sorted(f["properties"]["name"] for f in features)


THEN = sorted(['引"号<路>&😀', "锦程路"])


def gdal_list(told, _folder):
    assert "streets" in told and "communities" in told


def gdal_copy(_told, folder):
    assert names(held(folder, "streets.gpkg", "streets")) == sorted([*THEN, "听涛路"])


def gdal_day(_told, folder):
    assert names(held(folder, f"streets-{DAY}.gpkg", "geo:streets")) == THEN


def gdal_box(_told, folder):
    written = run("ogr2ogr", "-f", "CSV", "-lco", "GEOMETRY=AS_WKT", "/vsistdout/", str(folder / "part.gpkg"))
    (only,) = csv.DictReader(io.StringIO(written))
    assert only["name"] == "甲社区"
    corners = shapely.get_coordinates(shapely.from_wkt(only["WKT"]))
    east, north = Transformer.from_crs(4490, 4547, always_xy=True).transform(113.000000001, 23)
    assert min(abs(x - east) + abs(y - north) for x, y in corners) < 2e-3
    told = run("ogrinfo", "-ro", "-so", str(folder / "part.gpkg"), "geo:communities")
    assert "CGCS2000 / 3-degree Gauss-Kruger CM 114E" in told


def curl_items(told, _folder):
    assert names(json.loads(told)["features"]) == THEN


def curl_file(_told, folder):
    assert names(held(folder, "communities.gpkg", "communities")) == ["甲社区", "远社区"]


def curl_wfs(told, _folder):
    assert told.count("<geo:communities ") == 2 and "甲社区" in told


def curl_check(told, _folder):
    assert json.loads(told)["name"]["pinyin_sign"] == "TONGHUA LU"


def curl_parse(told, _folder):
    assert json.loads(told)["parts"]["number"] == 33


def py_geopandas(told, _folder):
    assert told.startswith("2 ") and "4490" in told


def py_pyogrio(told, _folder):
    assert "甲社区" in told and "远社区" not in told


def py_owslib(told, _folder):
    assert sorted(eval(told, {"__builtins__": {}})) == THEN


def py_owslib_wfs(told, _folder):
    assert "geo:streets" in told and int(told.split("]")[1]) > 1000


def py_plain(told, _folder):
    assert told == "2\n"


EXPECTED = {
    name.replace("_", "-"): found
    for name, found in list(globals().items())
    if name.startswith(("gdal_", "curl_", "py_")) and callable(found)
}


def test_every_line_is_looked_at():
    assert {line.id for line in RUN} == {*EXPECTED, "curl-token"}


@pytest.mark.parametrize("ident", EXPECTED)
def test_a_line_brings_what_it_says(base, tmp_path, ident):
    line = next(line for line in RUN if line.id == ident)
    EXPECTED[ident](paste(line, base, tmp_path), tmp_path)


def test_the_line_with_a_token(base, tmp_path):
    RestrictedLayer.objects.create(layer="addresses", basis="测试")
    consumer = Consumer(username="police", name="公安", valid_from=date(2020, 1, 1))
    token = clients.issue(consumer)
    clients.forget()
    line = next(line for line in RUN if line.id == "curl-token")
    assert json.loads(paste(line, base, tmp_path, TOKEN=token))["type"] == "FeatureCollection"
    with pytest.raises(AssertionError, match="401"):
        paste(line, base, tmp_path, TOKEN="wrong")
    clients.forget()
