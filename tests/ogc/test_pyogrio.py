"""geopandas over pyogrio reads every layer three ways; every row arrives once, its name and place exact."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from geoapp.core.throttle import forget
from tests import build
from tests.ogc.every_layer import fill, same_corners, stored

MANY = 2203
WAYS = {
    "OGC API": ("OAPIF:{base}/ogc/", "{layer}"),
    "WFS": ("WFS:{base}/wfs", "geo:{layer}"),
    "GeoPackage": ("{base}/download/{layer}.gpkg", "{layer}"),
}
READ = """
import json, sys
import geopandas, shapely
found = {}
for layer in json.loads(sys.argv[3]):
    source, name = (text.format(base=sys.argv[4], layer=layer) for text in sys.argv[1:3])
    rows = geopandas.read_file(source, layer=name)
    corners = [None if g is None else shapely.get_coordinates(g).tolist() for g in rows.geometry]
    key = rows["id"] if "id" in rows else rows["gml_id"].str.split(".").str[-1]
    found[layer] = [len(rows), rows.crs.to_epsg() if rows.crs else None, dict(zip(key, zip(rows["name"], corners)))]
print(json.dumps(found))
"""


@pytest.fixture
def base(live_server):
    forget()
    fill(build.city(), MANY)
    return live_server.url


@pytest.mark.parametrize("way", WAYS)
def test_every_row_of_every_layer(base, way):
    expected = stored()
    source, name = WAYS[way]
    # A process of its own: this one has fiona's GDAL, and its data directories, loaded already.
    done = subprocess.run(
        [sys.executable, "-c", READ, source, name, json.dumps(list(expected)), base],
        capture_output=True,
        text=True,
        timeout=200,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GDAL_HTTP_TIMEOUT": "60"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    held = json.loads(done.stdout)
    assert len(expected["streets"]) == MANY + 1
    for layer, (count, crs, rows) in held.items():
        assert crs in (4490, 4326), layer
        assert count == len(rows) == len(expected[layer]) > 0, layer
        for key, (found, corners) in rows.items():
            known, wanted = expected[layer][key]
            assert found == known
            assert (corners is None) == (wanted is None)
            assert corners is None or same_corners(np.array(corners), wanted), (layer, found)
