"""Vector tiles hold what the features hold, at every scale, in both grids, as of any day."""

from __future__ import annotations

import json
import math
from datetime import date

import mapbox_vector_tile
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import shape

from geoapp.ogc.layers import LAYERS
from geoapp.ogc.tiles import detail
from geoapp.ogc.tiles.matrices import MATRIX_SETS
from tests.ogc.conftest import body, box, community, deed, ident, notice, place, street

pytestmark = pytest.mark.django_db

GRIDS = pytest.mark.parametrize("grid", MATRIX_SETS.values(), ids=list(MATRIX_SETS))


def to_grid(grid, lon: float, lat: float) -> tuple[float, float]:
    return Transformer.from_crs(4490, grid.crs.srid, always_xy=True).transform(lon, lat)


def tile_at(grid, level: int, lon: float, lat: float) -> tuple[int, int]:
    x, y = to_grid(grid, lon, lat)
    side = grid.width_m / 2**level
    return math.floor((grid.north - y) / side), math.floor((x - grid.west) / side)


@pytest.fixture
def tile(client, db):
    """Return the decoded layers of a tile."""

    def get(grid, level, row, col, layer="", status=200, **parameters):
        path = f"collections/{layer}/tiles" if layer else "tiles"
        parameters = {k.replace("_", "-"): v for k, v in parameters.items()}
        response = client.get(f"/ogc/{path}/{grid.id}/{level}/{row}/{col}", parameters)
        assert response.status_code == status, body(response)[:300]
        if status != 200:
            return response
        assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
        got = body(response)
        assert len(got) <= detail.MOST_BYTES
        decoded = mapbox_vector_tile.decode(got, default_options={"y_coord_down": True}) if got else {}
        decoded["omitted"] = int(response["Tile-Features-Omitted"])
        return decoded

    return get


@GRIDS
def test_a_point_lies_where_it_lies(tile, grid):
    seq = deed()
    place(1, "魁星阁", seq, "POINT(113.1234567 23.0234567)", meaning="阁")
    level = grid.levels - 1
    row, col = tile_at(grid, level, 113.1234567, 23.0234567)
    found = tile(grid, level, row, col, "place_names")["place_names"]
    assert found["extent"] == detail.EXTENT
    (feature,) = found["features"]
    west, south, east, north = grid.box(level, row, col)
    x, y = to_grid(grid, 113.1234567, 23.0234567)
    unit = (east - west) / detail.EXTENT
    got = feature["geometry"]["coordinates"]
    assert got[0] * unit + west == pytest.approx(x, abs=unit)
    assert north - got[1] * unit == pytest.approx(y, abs=unit)
    assert feature["properties"]["name"] == "魁星阁"
    assert feature["properties"]["id"] == str(ident(1))


@GRIDS
def test_properties_equal_those_of_the_feature(tile, ask, grid):
    seq = deed()
    street(1, '引"号"路', seq, width_m=12.5, meaning="", wkt="MULTILINESTRING((113.1 23.0,113.101 23.001))")
    community(2, "石硍社区", seq, box(113.1, 23.0, 0.01))
    level = next(n for n in range(grid.levels) if grid.pixel_m(n) < 2)
    row, col = tile_at(grid, level, 113.1005, 23.0005)
    found = tile(grid, level, row, col)
    for layer in ("streets", "communities"):
        (drawn,) = found[layer]["features"]
        (feature,) = ask(f"collections/{layer}/items")["features"]
        wanted = {k: v for k, v in feature["properties"].items() if v is not None}
        assert drawn["properties"] == wanted | {"id": feature["id"]}


@GRIDS
def test_an_area_is_clipped_to_the_tile_and_keeps_its_place(tile, grid):
    seq = deed()
    community(1, "石硍社区", seq, box(113.10, 23.00, 0.02))
    level = next(n for n in range(grid.levels) if grid.pixel_m(n) < 3)
    row, col = tile_at(grid, level, 113.11, 23.01)
    (feature,) = tile(grid, level, row, col, "communities")["communities"]["features"]
    got = shape(feature["geometry"])
    assert got.is_valid
    west, south, east, north = grid.box(level, row, col)
    unit = (east - west) / detail.EXTENT
    corner = Transformer.from_crs(4490, grid.crs.srid, always_xy=True)
    land = shapely.transform(
        shapely.segmentize(shapely.from_wkt(box(113.10, 23.00, 0.02)), 0.001),
        lambda p: __import__("numpy").column_stack(corner.transform(p[:, 0], p[:, 1])),
    )
    in_tile = shapely.transform(land, lambda p: (p - [west, north]) / unit * [1, -1])
    wanted = shapely.clip_by_rect(in_tile, -64, -64, 4160, 4160)
    assert got.symmetric_difference(wanted).area <= 4 * wanted.length


def test_tiles_show_the_day_and_the_act(tile, client):
    grid = MATRIX_SETS["WebMercatorQuad"]
    first = deed()
    old = street(1, "旧名路", first, valid_to=date(2021, 1, 1))
    second = deed(400)
    street(1, "新名路", second, valid_from=date(2021, 1, 1))
    row, col = tile_at(grid, 14, 113.1, 23.0)

    def names(**parameters):
        found = tile(grid, 14, row, col, "streets", **parameters)
        return [f["properties"]["name"] for f in found["streets"]["features"]] if "streets" in found else []

    assert names() == ["新名路"]
    assert names(datetime="2020-06-01") == ["旧名路"]
    assert names(datetime="2020-06-01", known_at=str(first)) == ["旧名路"]
    assert names(known_at=str(first)) == []
    assert old.name == "旧名路"


def test_what_does_not_fit_is_left_out_and_said(tile, monkeypatch):
    monkeypatch.setattr(detail, "MOST_BYTES", 4000)
    grid = MATRIX_SETS["WebMercatorQuad"]
    seq = deed()
    for number in range(60):
        x = 113.1 + number / 10000
        street(
            number, f"第{number}街", seq, length_m=100.0 + number, wkt=f"MULTILINESTRING(({x} 23,{x} 23.002))"
        )
    row, col = tile_at(grid, 14, 113.102, 23.001)
    found = tile(grid, 14, row, col, "streets")
    drawn = {f["properties"]["name"] for f in found["streets"]["features"]}
    assert 0 < len(drawn) < 60
    assert found["omitted"] == 60 - len(drawn)
    assert drawn == {f"第{n}街" for n in range(60 - len(drawn), 60)}, "the longest stay"


def test_small_scales_draw_less(tile):
    grid = MATRIX_SETS["WebMercatorQuad"]
    seq = deed()
    street(1, "大道", seq, length_m=9000.0, wkt="MULTILINESTRING((113.1 23.0,113.19 23.0))", meaning="远")
    street(2, "小巷", seq, length_m=40.0, wkt="MULTILINESTRING((113.1 23.001,113.1004 23.001))")
    row, col = tile_at(grid, 11, 113.11, 23.0)
    (feature,) = tile(grid, 11, row, col, "streets")["streets"]["features"]
    assert feature["properties"]["name"] == "大道"
    assert "meaning" not in feature["properties"]
    assert tile(grid, 0, 0, 0, "streets") == {"omitted": 0}
    row, col = tile_at(grid, 15, 113.1002, 23.0005)
    near = tile(grid, 15, row, col, "streets")["streets"]["features"]
    assert {f["properties"]["name"] for f in near} == {"大道", "小巷"}
    assert all("meaning" in f["properties"] for f in near)


def test_every_layer_has_tiles(tile):
    grid = MATRIX_SETS["CityFrame4547"]
    seq = deed()
    notice(1, "拟用路", seq)
    notice(2, "无图路", seq, wkt=None)
    for layer in LAYERS:
        for level in (0, 5, 9, 14):
            row, col = tile_at(grid, level, 113.1, 23.0)
            found = tile(grid, level, row, col, layer)
            assert set(found) <= {layer, "omitted"}
    row, col = tile_at(grid, 12, 113.1, 23.0)
    (feature,) = tile(grid, 12, row, col, collections="notices,streets")["notices"]["features"]
    assert feature["properties"]["name"] == "拟用路"


@pytest.mark.parametrize(
    ("address", "parameters", "status", "says"),
    [
        ("tiles/Nowhere/1/0/0", {}, 404, "WebMercatorQuad"),
        ("tiles/WebMercatorQuad/2/4/0", {}, 404, "2/4/0"),
        ("tiles/WebMercatorQuad/-1/0/0", {}, 404, "-1/0/0"),
        ("tiles/WebMercatorQuad/99999999999999999999/0/0", {}, 404, "级别"),
        ("tiles/WebMercatorQuad/1/²/0", {}, 404, "级别"),
        ("tiles/WebMercatorQuad/1/0/0", {"collections": "rivers"}, 400, "rivers"),
        ("tiles/WebMercatorQuad/1/0/0", {"f": "png"}, 400, "mvt"),
        ("tiles/WebMercatorQuad/1/0/0", {"datetime": "yesterday"}, 400, "datetime"),
        ("collections/rivers/tiles/WebMercatorQuad/1/0/0", {}, 404, "rivers"),
        ("tileMatrixSets/Nowhere", {}, 404, "CityFrame4547"),
    ],
)
def test_what_is_not_there_is_refused(client, address, parameters, status, says):
    response = client.get(f"/ogc/{address}", parameters)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert says in response.content.decode()


@GRIDS
def test_a_tileset_says_where_its_tiles_are(ask, client, grid):
    seq = deed()
    street(1, "同华路", seq)
    whole = ask(f"tiles/{grid.id}", f="json")
    (item,) = [link for link in whole["links"] if link["rel"] == "item"]
    assert item["templated"] is True
    limits = whole["tileMatrixSetLimits"][-6]
    address = item["href"].format(
        tileMatrix=limits["tileMatrix"], tileRow=limits["minTileRow"], tileCol=limits["minTileCol"]
    )
    response = client.get(address)
    assert response.status_code == 200
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    described = {one["id"]: one for one in whole["layers"]}
    assert set(described) == set(LAYERS)
    assert described["streets"]["propertiesSchema"]["properties"]["length_m"]["type"] == "number"
    (scheme,) = [link for link in whole["links"] if link["rel"].endswith("/tiling-scheme")]
    matrices = json.loads(client.get(scheme["href"]).content)["tileMatrices"]
    for level, matrix in enumerate(matrices):
        assert matrix["cellSize"] * matrix["tileWidth"] * matrix["matrixWidth"] == pytest.approx(grid.width_m)
        assert matrix["id"] == str(level)


def test_the_city_grid_names_its_corner_in_the_order_of_its_crs(ask):
    found = ask("tileMatrixSets/CityFrame4547", f="json")
    assert found["tileMatrices"][0]["pointOfOrigin"] == [3145728.0, 0.0]  # northing first
    web = ask("tileMatrixSets/WebMercatorQuad", f="json")
    assert web["tileMatrices"][0]["scaleDenominator"] == pytest.approx(559082264.028717)


def test_pages_for_people(client):
    seq = deed()
    street(1, "同华路", seq)
    for path in (
        "tileMatrixSets",
        "tileMatrixSets/CityFrame4547",
        "tiles",
        "tiles/WebMercatorQuad",
        "collections/streets/tiles",
        "collections/streets/tiles/CityFrame4547",
    ):
        response = client.get(f"/ogc/{path}", {"f": "html"})
        assert response.status_code == 200
        assert "<h1>" in response.content.decode()
