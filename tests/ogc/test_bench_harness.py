"""The pure parts of the comparison with other servers: medians, ratios, bars, bodies with planted differences."""

from __future__ import annotations

import json

import mapbox_vector_tile
import pytest
import shapely

from tests.bench.serving import bodies, kinds, page
from tests.bench.serving.figures import Bar, Cell, Round, cell, ratio, read_wrk, verdicts, wrk_script
from tests.bench.serving.processes import Stat, read_stat, spent_ticks, tree
from tests.bench.serving.store import Chosen

ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
SQUARE = shapely.Polygon([(113.1, 23.0), (113.2, 23.0), (113.2, 23.1), (113.1, 23.1)])
HOLED = shapely.Polygon(
    SQUARE.exterior, [[(113.12, 23.02), (113.12, 23.04), (113.14, 23.04), (113.14, 23.02)]]
)


def _round(cpu_ms: float, rate: float) -> Round:
    return Round(cpu_ms, rate, 1.0, 2.0, 3.0)


def _cell(cpu_ms: float, rate: float) -> Cell:
    return cell([_round(cpu_ms, rate)])


def _collection(*features: tuple[str, str, shapely.Geometry]) -> bytes:
    listed = [
        {
            "type": "Feature",
            "id": f"addresses.{key}",
            "properties": {"name": name},
            "geometry": shape.__geo_interface__,
        }
        for key, name, shape in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": listed}).encode()


def test_a_cell_is_the_median_of_each_figure() -> None:
    found = cell([_round(9.0, 100.0), _round(1.0, 300.0), _round(2.0, 50.0)])
    assert (found.cpu_ms, found.rate, found.rounds) == (2.0, 100.0, 3)
    with pytest.raises(ValueError, match="at least one round"):
        cell([])


def test_a_ratio_says_how_many_times_better_ours_is() -> None:
    found = ratio(_cell(5.0, 400.0), _cell(20.0, 100.0))
    assert (found.cpu, found.wall) == (4.0, 4.0)
    with pytest.raises(ValueError, match="no measurement"):
        ratio(_cell(0.0, 400.0), _cell(20.0, 100.0))


def test_bars_are_met_missed_or_not_measured() -> None:
    cells = {("us", "a"): _cell(5.0, 300.0), ("them", "a"): _cell(20.0, 100.0)}
    met, unknown = Bar("a", ("us", "a"), ("them", "a"), 3.5), Bar("b", ("us", "b"), ("them", "b"), 3.0)
    judged, missing = verdicts([met, unknown], cells)
    assert missing == [unknown]
    assert [(one.cpu_met, one.wall_met) for one in judged] == [(True, False)]
    lines = page.bar_lines(judged, missing)
    assert "4.0× met" in lines[2] and "3.0× **missed**" in lines[2] and "not measured" in lines[3]


def test_what_wrk_says_is_read_back() -> None:
    told = 'Running 2s test\nBENCH {"requests": 50, "duration_us": 2000000, "p50_us": 1500, "p95_us": 2500, "errors": 0}\n'
    wall = read_wrk(told)
    assert (wall.rate, wall.p50_ms, wall.p95_ms, wall.errors) == (25.0, 1.5, 2.5, 0)
    with pytest.raises(ValueError, match="said nothing"):
        read_wrk("unable to connect")
    script = wrk_script(["/a?x=1", "/b"], {"If-None-Match": '"tag"'})
    assert "[=[/a?x=1]=], [=[/b]=]" in script and '[=["tag"]=]' in script
    with pytest.raises(ValueError, match="Lua"):
        wrk_script(["/a]=] os.exit()"], {})


def test_processor_time_is_that_of_the_tree_and_its_ended_children() -> None:
    line = "42 (a (b) c) S 7 42 42 0 -1 0 0 0 0 0 11 12 13 14 20 0 1 0 5 0 0"
    assert read_stat(line) == Stat(parent=7, own=23, waited=27)
    processes = {7: Stat(1, 1, 0), 42: Stat(7, 23, 27), 43: Stat(42, 5, 0), 99: Stat(1, 1000, 1000)}
    assert tree(processes, [7]) == {7, 42, 43}
    assert tree(processes, [8]) == set()
    assert spent_ticks(processes, tree(processes, [7])) == 56


def test_bodies_that_hold_the_same_do_not_differ() -> None:
    turned = shapely.MultiPolygon([shapely.Polygon(list(HOLED.exterior.coords)[::-1], HOLED.interiors)])
    a = bodies.from_geojson(_collection((ONE, "甲", HOLED), (TWO, "乙", shapely.Point(113, 23))))
    b = bodies.from_geojson(_collection((TWO, "乙", shapely.Point(113 + 5e-8, 23)), (ONE, "甲", turned)))
    assert bodies.differences(a, b, bodies.TOLERANCE_DEG) == []


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ([(ONE, "甲", HOLED)], "missing: 1"),
        ([(ONE, "甲", HOLED), (TWO, "丙", shapely.Point(113, 23))], "name: 1"),
        ([(ONE, "甲", HOLED), (TWO, "乙", shapely.Point(113.000001, 23))], "geometry: 1"),
        ([(ONE, "甲", HOLED), (TWO, "乙", shapely.Point(23, 113))], "geometry: 1"),
        ([(ONE, "甲", SQUARE), (TWO, "乙", shapely.Point(113, 23))], "geometry: 1"),
        ([(ONE, "甲", shapely.LineString([(1, 2), (3, 4)])), (TWO, "乙", shapely.Point(113, 23))], "inf"),
    ],
)
def test_planted_differences_are_told(planted: list[tuple[str, str, shapely.Geometry]], told: str) -> None:
    want = bodies.from_geojson(_collection((ONE, "甲", HOLED), (TWO, "乙", shapely.Point(113, 23))))
    got = bodies.from_geojson(_collection(*planted))
    found = bodies.differences(want, got, bodies.TOLERANCE_DEG)
    assert len(found) == 1 and told in found[0]
    if told.startswith("missing"):
        assert "too many: 1" in bodies.differences(got, want, bodies.TOLERANCE_DEG)[0]


def test_an_id_that_comes_twice_or_not_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="comes twice"):
        bodies.from_geojson(_collection((ONE, "甲", SQUARE), (ONE, "甲", SQUARE)))
    with pytest.raises(ValueError, match="no id"):
        bodies.from_geojson(_collection(("7", "甲", SQUARE)))


def test_gml_is_read_in_the_axis_order_it_is_told() -> None:
    member = (
        '<wfs:member><x:addresses gml:id="addresses.{id}"><x:name>甲</x:name><x:geom><gml:Point gml:id="p">'
        "<gml:pos>23 113</gml:pos></gml:Point></x:geom></x:addresses></wfs:member>"
    )
    body = (
        '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:x="urn:x" '
        'xmlns:gml="http://www.opengis.net/gml/3.2">' + member.format(id=ONE) + "</wfs:FeatureCollection>"
    )
    want = {ONE: bodies.Feature("甲", shapely.Point(113, 23))}
    assert bodies.differences(want, bodies.from_gml(body.encode(), north_first=True), 1e-7) == []
    assert bodies.differences(want, bodies.from_gml(body.encode(), north_first=False), 1e-7) != []


def test_tiles_are_compared_in_their_units() -> None:
    def tile(x: int, name: str) -> bytes:
        feature = {"geometry": f"POINT ({x} 7)", "properties": {"id": ONE, "name": name}}
        made = mapbox_vector_tile.encode([{"name": "addresses", "features": [feature]}])
        assert isinstance(made, bytes)
        return made

    want = bodies.from_tile(tile(100, "甲"))
    assert bodies.differences(want, bodies.from_tile(tile(101, "甲")), bodies.MVT_UNITS) == []
    assert bodies.differences(want, bodies.from_tile(tile(103, "甲")), bodies.MVT_UNITS) != []
    assert bodies.differences(want, bodies.from_tile(tile(100, "乙")), bodies.MVT_UNITS) != []


def test_points_beside_a_tile_are_not_compared() -> None:
    def at(x: float) -> bodies.Feature:
        return bodies.Feature("甲", shapely.Point(x, 100))

    a, b = bodies.within_tile({ONE: at(50), TWO: at(-9)}, {ONE: at(50)})
    assert bodies.differences(a, b, bodies.MVT_UNITS) == []
    a, b = bodies.within_tile({ONE: at(50), TWO: at(9)}, {ONE: at(50)})
    assert "missing: 1" in bodies.differences(a, b, bodies.MVT_UNITS)[0]
    a, b = bodies.within_tile({ONE: at(2)}, {ONE: at(1)})
    assert (len(a), len(b)) == (1, 1)  # rounded apart at the edge


def test_every_server_is_asked_for_the_same_places() -> None:
    chosen = Chosen(boxes=((113.1, 23.0, 113.2, 23.1),), ids=(ONE,), tiles=((15, 14, 13),))
    servers = [
        kinds.of_ours(chosen, "2021-01-01"), kinds.of_mapserver(chosen), kinds.of_gisserver(chosen),
        kinds.of_tipg(chosen), kinds.of_pygeoapi(chosen),
    ]  # fmt: skip
    for asked in servers:
        for kind, one in asked.items():
            assert kind in kinds.TITLES
            for path in one.paths:
                if kind in ("a-wfs", "b"):
                    assert "=23.0,113.1,23.1,113.2,urn:ogc:def:crs:EPSG::4" in path
                if kind == "a-api":
                    assert "bbox=113.1,23.0,113.2,23.1" in path
                if kind.startswith("c-"):
                    assert ONE in path
    ours, tipg = servers[0]["f"].paths[0], servers[3]["f"].paths[0]
    assert "15/14/13" in ours and "15/13/14" in tipg  # row before column in the standard, x before y at tipg


def test_the_page_tells_ratios_against_the_counterpart_of_a_request() -> None:
    cells = {
        (kinds.OURS, "c-api"): _cell(1.0, 800.0),
        (kinds.MAPSERVER, "c-wfs"): _cell(4.0, 100.0),
        (kinds.TIPG, "f"): _cell(4.0, 100.0),
    }
    lines = page.table(cells, kinds.MAPSERVER, [kinds.OURS, kinds.TIPG])
    assert lines[2:] == [f"| c-api: {kinds.TITLES['c-api']} | 4.0× · 8.0× | – |"]


def test_the_page_and_the_file_tell_the_same_run() -> None:
    run = page.Run(
        day="2026-11-24", past="2021-01-01", rows={"addresses": 1_000_000}, versions={"tipg": "1"}, rounds=3, seconds=2,
        cores=2, load_before=1.0, load_after=2.0, features={"a-wfs": 1000},
    )  # fmt: skip
    cells = {
        (kinds.OURS, "b"): _cell(5.0, 400.0),
        (kinds.MAPSERVER, "b"): _cell(20.0, 200.0),
        (kinds.OURS_EMBEDDED, "b"): _cell(10.0, 400.0),
    }
    text = page.page(run, cells, kinds.OURS, kinds.OURS_EMBEDDED)
    assert "| b | b | MapServer b | 3× | 4.0× met | 2.0× **missed** |" in text
    assert "## Ours on SpatiaLite" in text and "1,000,000 addresses" in text
    told = page.document(run, cells, kinds.OURS)
    assert [(bar["cpu"], bar["wall_met"]) for bar in told["bars"]] == [(4.0, False)]
    assert json.loads(json.dumps(told))["run"]["rows"] == {"addresses": 1_000_000}
