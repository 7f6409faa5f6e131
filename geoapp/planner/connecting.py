"""What a person pastes to read this service: one list, shown at ``/api/`` and run by the suite line by line.

A line is written once, here. ``{base}`` is the address of the server, ``{day}`` a day for ``datetime``. Where a line
cannot be run without the program it is for (QGIS, ArcGIS), ``runs`` is False and ``reason`` says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _lazy

Words = str | Promise
NEEDS_WINDOW = _lazy("须在该软件的窗口中填写")


@dataclass(frozen=True)
class Line:
    """What to paste: ``says`` is what it does, ``text`` the lines themselves.

    ``kind`` is what runs it: ``shell``, ``python``, ``javascript``, or ``fill`` for what is filled into a form.
    """

    id: str
    kind: str
    says: Words
    text: str
    runs: bool = True
    reason: Words = ""

    def filled(self, base: str, day: str) -> str:
        """Return the text for a server (``base`` without a slash at the end) and a day (2024-01-01)."""
        return self.text.replace("{base}", base.rstrip("/")).replace("{day}", day)


@dataclass(frozen=True)
class Tool:
    """A program that reads the service."""

    id: str
    title: str
    hint: Words
    lines: tuple[Line, ...]


def _fill(ident: str, says: Words, text: str) -> Line:
    return Line(ident, "fill", says, text, runs=False, reason=NEEDS_WINDOW)


QGIS = Tool(
    "qgis",
    "QGIS",
    _lazy("“图层”—“添加图层”—“添加 WFS / OGC API – 要素图层”，新建连接，把网址填入。"),
    (
        _fill("qgis-wfs", _lazy("WFS，版本选 2.0（旧版 QGIS 用这个）"), "{base}/wfs"),
        _fill("qgis-features", _lazy("OGC API – Features（QGIS 3.34 以上）"), "{base}/ogc/"),
        _fill("qgis-day", _lazy("某一天的情况"), "{base}/wfs?datetime={day}"),
        _fill(
            "qgis-tiles",
            _lazy("矢量瓦片：“添加矢量瓦片图层”，级别 0–20"),
            "{base}/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}",
        ),
    ),
)

ARCGIS = Tool(
    "arcgis",
    "ArcGIS Pro",
    _lazy("“插入”—“连接”—“服务器”，选相应的种类，把网址填入。"),
    (
        _fill("arcgis-features", _lazy("OGC API 服务器"), "{base}/ogc/"),
        _fill("arcgis-wfs", _lazy("WFS 服务器，版本 2.0.0"), "{base}/wfs"),
        _fill("arcgis-file", _lazy("或整层下载后打开"), "{base}/download/communities.gpkg?datetime={day}"),
    ),
)

GDAL = Tool(
    "gdal",
    "GDAL / ogr2ogr",
    _lazy("GDAL 3.6 起测试通过。"),
    (
        Line("gdal-list", "shell", _lazy("有哪些图层"), 'ogrinfo -ro "OAPIF:{base}/ogc/"'),
        Line(
            "gdal-copy",
            "shell",
            _lazy("整层存为 GeoPackage"),
            'ogr2ogr -f GPKG streets.gpkg "OAPIF:{base}/ogc/" streets',
        ),
        Line(
            "gdal-day",
            "shell",
            _lazy("某一天的情况"),
            'ogr2ogr -f GPKG streets-{day}.gpkg "WFS:{base}/wfs?datetime={day}" geo:streets',
        ),
        Line(
            "gdal-box",
            "shell",
            _lazy("一个范围（西、南、东、北）内的，换成 EPSG:4547"),
            'ogr2ogr -f GPKG part.gpkg "WFS:{base}/wfs" geo:communities \\\n'
            "  -spat 113.0 22.9 113.3 23.2 -spat_srs EPSG:4326 -t_srs EPSG:4547 -nlt MULTIPOLYGON",
        ),
    ),
)

CURL = Tool(
    "curl",
    "curl",
    "",
    (
        Line(
            "curl-items",
            "shell",
            _lazy("某一天的前 10 条道路"),
            'curl -fsS --compressed "{base}/ogc/collections/streets/items?datetime={day}&limit=10&f=json"',
        ),
        Line(
            "curl-file",
            "shell",
            _lazy("整层下载（gpkg、geojson、csv、zip）"),
            'curl -fsS -o communities.gpkg "{base}/download/communities.gpkg?datetime={day}"',
        ),
        Line(
            "curl-wfs",
            "shell",
            "WFS GetFeature",
            'curl -fsS "{base}/wfs?service=WFS&version=2.0.0&request=GetFeature&typenames=communities&count=10"',
        ),
        Line(
            "curl-token",
            "shell",
            _lazy("受限图层：令牌放在 TOKEN 里"),
            'curl -fsS -H "Authorization: Bearer $TOKEN" '
            '"{base}/ogc/collections/addresses/items?limit=10&f=json"',
        ),
        Line(
            "curl-check",
            "shell",
            _lazy("检查一个拟用的路名"),
            "curl -fsS -H 'Content-Type: application/json' \\\n"
            '  -d \'{"kind": "name", "name": "同华路"}\' {base}/api/check',
        ),
        Line(
            "curl-parse",
            "shell",
            _lazy("拆分并核对一条地址"),
            "curl -fsS -H 'Content-Type: application/json' \\\n"
            '  -d \'{"text": "佛山市禅城区祖庙路33号"}\' {base}/api/addresses/parse',
        ),
    ),
)

OPENLAYERS = Tool(
    "openlayers",
    "OpenLayers",
    _lazy("OpenLayers 10；网页与本服务不同源也可读取（CORS）。"),
    (
        Line(
            "ol-features",
            "javascript",
            _lazy("一天的要素，逐页读完"),
            """\
import GeoJSON from 'ol/format/GeoJSON.js';
import VectorSource from 'ol/source/Vector.js';

const source = new VectorSource();
let next = '{base}/ogc/collections/streets/items?f=json&limit=1000&datetime={day}';
while (next) {
  const page = await (await fetch(next)).json();
  source.addFeatures(new GeoJSON().readFeatures(page, { featureProjection: 'EPSG:3857' }));
  next = page.links.find((link) => link.rel === 'next')?.href;
}""",
        ),
        Line(
            "ol-wfs",
            "javascript",
            _lazy("WFS GetFeature：一个范围（西、南、东、北）内的"),
            """\
import GeoJSON from 'ol/format/GeoJSON.js';
import WFS from 'ol/format/WFS.js';
import VectorSource from 'ol/source/Vector.js';

const question = new WFS({ version: '2.0.0' }).writeGetFeature({
  featureNS: '{base}/wfs',
  featurePrefix: 'geo',
  featureTypes: ['communities'],
  srsName: 'EPSG:4326',
  bbox: [113.0, 22.9, 113.3, 23.2],
  geometryName: 'geom',
  outputFormat: 'application/json',
});
const body = new XMLSerializer().serializeToString(question);
const headers = { 'Content-Type': 'text/xml' };
const found = await (await fetch('{base}/wfs', { method: 'POST', headers, body })).json();
const source = new VectorSource();
source.addFeatures(new GeoJSON().readFeatures(found, { featureProjection: 'EPSG:3857' }));""",
        ),
        Line(
            "ol-tiles",
            "javascript",
            _lazy("矢量瓦片"),
            """\
import MVT from 'ol/format/MVT.js';
import OGCVectorTile from 'ol/source/OGCVectorTile.js';
import VectorTileLayer from 'ol/layer/VectorTile.js';

const layer = new VectorTileLayer({
  source: new OGCVectorTile({
    url: '{base}/ogc/collections/communities/tiles/WebMercatorQuad?f=json',
    format: new MVT(),
  }),
});""",
        ),
    ),
)

PYTHON = Tool(
    "python",
    "Python",
    "",
    (
        Line(
            "py-geopandas",
            "python",
            _lazy("geopandas：某一天的整层"),
            """\
import geopandas

streets = geopandas.read_file("{base}/download/streets.gpkg?datetime={day}")
print(len(streets), streets.crs)""",
        ),
        Line(
            "py-pyogrio",
            "python",
            _lazy("pyogrio：只读一个范围（西、南、东、北）"),
            """\
import pyogrio

found = pyogrio.read_dataframe(
    "OAPIF:{base}/ogc/", layer="communities", bbox=(113.0, 22.9, 113.3, 23.2)
)
print(found[["code", "name"]])""",
        ),
        Line(
            "py-owslib",
            "python",
            "OWSLib: OGC API",
            """\
from owslib.ogcapi.features import Features

page = Features("{base}/ogc/").collection_items("streets", limit=10, datetime="{day}")
print([feature["properties"]["name"] for feature in page["features"]])""",
        ),
        Line(
            "py-owslib-wfs",
            "python",
            "OWSLib: WFS",
            """\
from owslib.wfs import WebFeatureService

wfs = WebFeatureService("{base}/wfs", version="2.0.0")
gml = wfs.getfeature(typename=["geo:communities"], maxfeatures=10).read()
print(list(wfs.contents), len(gml))""",
        ),
        Line(
            "py-plain",
            "python",
            _lazy("不装任何库：某一天的全部道路，逐页读完"),
            """\
import json
from urllib.request import urlopen

address = "{base}/ogc/collections/streets/items?f=json&limit=1000&datetime={day}"
names = {}
while address:
    with urlopen(address) as answer:
        page = json.load(answer)
    names |= {feature["id"]: feature["properties"]["name"] for feature in page["features"]}
    address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
print(len(names))""",
        ),
    ),
)

TOOLS = (QGIS, ARCGIS, GDAL, OPENLAYERS, PYTHON, CURL)


def lines() -> Iterator[Line]:
    """Return every line of every tool."""
    for tool in TOOLS:
        yield from tool.lines


@dataclass(frozen=True)
class Order:
    """How one way of naming a reference system orders its coordinates."""

    written: str
    where: Words
    order: Words


NORTH_EAST = _lazy("先北后东（X、Y）")
LAT_LON = _lazy("先纬后经")
LON_LAT = _lazy("先经后纬")
ORDERS = (
    Order("GeoJSON, CSV", _lazy("所有服务；不指定坐标系时"), LON_LAT),
    Order("GeoPackage, Shapefile", _lazy("下载"), LON_LAT),
    Order("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC API, WFS", LON_LAT),
    Order("http://www.opengis.net/def/crs/EPSG/0/4490", "OGC API, WFS", LAT_LON),
    Order("urn:ogc:def:crs:EPSG::4490", _lazy("WFS（缺省）"), LAT_LON),
    Order("http://www.opengis.net/def/crs/EPSG/0/4547", "OGC API, WFS", NORTH_EAST),
    Order("urn:ogc:def:crs:EPSG::4547", "WFS", NORTH_EAST),
    Order("EPSG:4490, EPSG:4326", "WFS", LON_LAT),
    Order("EPSG:4547", "WFS", _lazy("先东后北")),
    Order("lon=, lat=, point", "/api/", LON_LAT),
)
"""One row per way of writing; the suite asks the services for each and compares (tests/planner/test_connecting.py)."""

PAGE_DEFAULT, PAGE_MOST, AT_ONCE, LONGEST_S, TILE_KB = 1000, 10_000, 8, 5, 500
"""What the roof really allows; it is another room, so a test holds these against it."""
