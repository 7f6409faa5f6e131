"""OpenLayers in Chromium reads every layer: the lines of ``/api/``, the pages of OGC API, WFS by POST, tiles."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest
from django.utils import timezone

from geoapp.ogc.layers import LAYERS
from geoapp.planner import connecting
from tests.browser.conftest import ROOT
from tests.ogc.conftest import box, community, deed, street
from tests.ogc.every_layer import AWKWARD, fill, same_corners, stored

MANY = 2503
TOLD = """
const flat = (geometry) => geometry.getFlatCoordinates().filter((_, at) => at % geometry.getStride() < 2);
const told = (features) => Object.fromEntries(features.map((feature) => [
  feature.get('id') ?? feature.getId(),
  [feature.get('name'), feature.getGeometry() ? flat(feature.getGeometry()) : null],
]));
"""
PAGES = """
import GeoJSON from 'ol/format/GeoJSON.js';
const found = {};
for (const layer of LAYERS) {
  const features = [];
  let next = `/ogc/collections/${layer}/items?f=json&limit=1000`;
  while (next) {
    const page = await (await fetch(next)).json();
    features.push(...new GeoJSON().readFeatures(page));
    next = page.links.find((link) => link.rel === 'next')?.href;
  }
  found[layer] = [features.length, told(features)];
}
window.held = found;
"""
POSTED = """
import GML32 from 'ol/format/GML32.js';
import WFS from 'ol/format/WFS.js';
const found = {};
const srsName = 'urn:ogc:def:crs:OGC:1.3:CRS84';
for (const layer of LAYERS) {
  const features = [];
  for (let startIndex = 0; ; startIndex += 1000) {
    const format = new WFS({ version: '2.0.0', gmlFormat: new GML32() });
    const question = format.writeGetFeature({
      featureNS: `${location.origin}/wfs`, featurePrefix: 'geo', featureTypes: [layer],
      srsName, bbox: BOX, geometryName: 'geom', startIndex, count: 1000,
    });
    const body = new XMLSerializer().serializeToString(question);
    const answer = await fetch('/wfs', { method: 'POST', headers: { 'Content-Type': 'text/xml' }, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    const page = format.readFeatures(text);
    features.push(...page);
    if (page.length < 1000) break;
  }
  found[layer] = [features.length, told(features)];
}
window.held = found;
"""
DRAWN = """
import Map from 'ol/Map.js';
import View from 'ol/View.js';
import { fromLonLat, transformExtent } from 'ol/proj.js';
const target = document.createElement('div');
target.setAttribute('data-tiles', '');
document.body.prepend(target);
Object.assign(target.style, { width: '600px', height: '400px' });
const map = new Map({ target, layers: [layer], view: new View({ center: fromLonLat([113.05, 23.05]), zoom: 12 }) });
const extent = map.getView().calculateExtent();
let names = [];
for (let patience = 100; patience && !names.length; patience -= 1) {
  await new Promise((resolve) => { setTimeout(resolve, 200); });
  names = [...new Set(layer.getFeaturesInExtent(extent).map((feature) => feature.get('name')))];
}
window.held = names;
"""


@pytest.fixture
def page(visitor):
    """A page of the service (its policy allows scripts of its own address only)."""
    return visitor().open("/api/?datetime=2021-03-04")


def run_in(page, script: str) -> object:
    """Bundle a script with the project's own OpenLayers, run it in the open page, return ``window.held``."""
    bundled = subprocess.run(
        ["node_modules/.bin/esbuild", "--bundle", "--format=esm", "--target=es2022", "--log-level=error"],
        input=f"{script}\ndocument.documentElement.setAttribute('data-held', '');",
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    page.route("**/pasted.js", lambda route: route.fulfill(body=bundled, content_type="text/javascript"))
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_script_tag(url="/pasted.js", type="module")
    try:
        page.wait_for_selector("html[data-held]", state="attached", timeout=90_000)
    except Exception as error:
        raise AssertionError(f"{error}: {errors}") from error
    held = page.evaluate("window.held")
    page.goto("about:blank")
    return held


def line(ident: str, base: str) -> str:
    return next(one for one in connecting.lines() if one.id == ident).filled(base, "2021-03-04")


@pytest.fixture
def rows(city):
    fill(city, MANY)


def compare(held: dict, expected: dict) -> None:
    assert set(held) == set(expected)
    for layer, (count, features) in held.items():
        assert count == len(features) == len(expected[layer]), layer
        assert count > 0, layer
        for key, (name, flat) in features.items():
            known, corners = expected[layer][key]
            assert name == known
            if corners is None:
                assert flat is None
            else:
                assert same_corners(np.array(flat).reshape(-1, 2), corners), (layer, name)


def test_every_layer_page_by_page(rows, page):
    held = run_in(page, f"const LAYERS = {json.dumps(list(LAYERS))};{TOLD}{PAGES}")
    compare(held, stored())
    assert held["streets"][0] == MANY + 1


def test_every_layer_posted_to_wfs_with_a_box(rows, page):
    setting = f"const LAYERS = {json.dumps(list(LAYERS))}; const BOX = [112, 22, 114, 24];"
    compare(run_in(page, f"{setting}{TOLD}{POSTED}"), stored())


@pytest.fixture
def two(transactional_db):
    seq = deed()
    street(1, AWKWARD, seq)
    street(2, "后来路", seq, valid_from=timezone.localdate())
    community(5001, "甲社区", seq, box(113.000000001, 23))
    community(5002, "远社区", seq, box(114, 24))


LONLAT = (
    "source.getFeatures().map((f) => "
    "[f.get('name'), f.getGeometry().clone().transform('EPSG:3857', 'EPSG:4326').getExtent()])"
)


def test_the_pasted_pages(two, page, live_server):
    ((name, extent),) = run_in(page, f"{line('ol-features', live_server.url)}\nwindow.held = {LONLAT};")
    assert name == AWKWARD
    assert extent == pytest.approx([113.1, 23.0, 113.2, 23.1], abs=1e-8)


def test_the_pasted_box(two, page, live_server):
    ((name, extent),) = run_in(page, f"{line('ol-wfs', live_server.url)}\nwindow.held = {LONLAT};")
    assert name == "甲社区"
    assert extent == pytest.approx([113.000000001, 23, 113.100000001, 23.1], abs=1e-8)


def test_the_pasted_tiles(two, page, live_server):
    assert run_in(page, f"{line('ol-tiles', live_server.url)}\n{DRAWN}") == ["甲社区"]
