"""GDAL reads every layer in every form of naming a reference system; names exact, places to 1e-8 degree or 1 mm."""

from __future__ import annotations

import csv
import sys

import pytest
import shapely

from geoapp.core.throttle import forget
from geoapp.ogc.crs import OFFERED
from tests import build
from tests.clients.cases import DEGREES, METRES, in_frame, same_places
from tests.ogc.every_layer import AWKWARD, fill, stored
from tests.ogc.test_gdal import run

STREETS = 140  # more than a page of GDAL's WFS client
WFS_FORMS = {
    "urn:ogc:def:crs:EPSG::4490": 4490,
    "http://www.opengis.net/def/crs/EPSG/0/4490": 4490,
    "EPSG:4326": 4490,
    "urn:ogc:def:crs:OGC:1.3:CRS84": 4490,
    "urn:ogc:def:crs:EPSG::4547": 4547,
    "EPSG:4547": 4547,
    "urn:ogc:def:crs:EPSG::3857": 3857,
}


@pytest.fixture
def base(live_server):
    forget()
    fill(build.city(), STREETS)
    from naming.models import PublishedStreet

    PublishedStreet.objects.filter(name="7路").update(name=AWKWARD)
    return live_server.url


def held(rows, srid: int, layer: str, *, swapped: bool = False) -> None:
    """Hold rows of a table written by GDAL (WKT, id, name) to what the database holds."""
    csv.field_size_limit(sys.maxsize)
    expected = stored()[layer]
    found = list(csv.DictReader(rows.splitlines(keepends=True)))
    assert len(found) == len(expected) > 0
    for row in found:
        name, _corners = expected[row["id"]]
        assert row["name"] == name
    assert {row["id"] for row in found} == set(expected)
    for row in found:
        corners = expected[row["id"]][1]
        got = shapely.from_wkt(row["WKT"]) if row["WKT"] else None
        wanted = None if corners is None else in_frame(shapely.multipoints(corners), srid)
        if got is not None and swapped:
            got = shapely.transform(got, lambda xy: xy[:, ::-1])
        assert same_places(got, wanted, DEGREES if srid == 4490 else METRES), (layer, row["name"])


@pytest.mark.parametrize("srs", WFS_FORMS)
def test_wfs(base, tmp_path, srs):
    """GDAL sends srsName as it is given and turns the axes as its name says: x comes first in what it writes."""
    source = f"WFS:{base}/wfs?SRSNAME={srs}"
    folder = tmp_path / "out"
    linear = ("-nlt", "CONVERT_TO_LINEAR")  # shapely knows no MULTISURFACE
    run("ogr2ogr", "-f", "CSV", *linear, "-lco", "GEOMETRY=AS_WKT", str(folder), source)
    layers = stored()
    assert len(layers) == 9
    for layer in layers:
        (file,) = folder.glob(f"*{layer}.csv")
        held(file.read_text(encoding="utf-8"), WFS_FORMS[srs], layer)


@pytest.mark.parametrize("uri", OFFERED)
def test_ogc_api(base, uri):
    """GDAL's GeoJSON reader takes the numbers as they stand: in the order of the authority."""
    crs = OFFERED[uri]
    for layer in stored():
        items = f"{base}/ogc/collections/{layer}/items?f=json&limit=10000&crs={uri}"
        written = run("ogr2ogr", "-f", "CSV", "-lco", "GEOMETRY=AS_WKT", "/vsistdout/", items)
        held(written, crs.srid, layer, swapped=crs.north_first)
