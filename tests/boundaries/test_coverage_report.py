"""The report of a coverage finds what is there and nothing else: JTS cases, real samples, planted defects."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command
from shapely.geometry import Polygon, box

from boundaries.coverage import shift, text
from boundaries.coverage.ground import is_real_ground
from boundaries.coverage_report import CLASSES, Plain, examine, feature
from geoapp.core.geofiles import open_boundaries
from tests.boundaries import synthetic

DATA = Path(__file__).parent / "data"
CITY = "EPSG:4547"


def report_of(*shapes, crs=CITY, **options):
    return examine([feature(i, shape, {}) for i, shape in enumerate(shapes)], crs, **options)


def found(report):
    """Return the classes with places, counted."""
    return {kind: count for kind, count in report.counts().items() if count}


# --- rings -----------------------------------------------------------------------------------------------


def jts_cases():
    for name in ("TestValid.xml", "TestInvalidA.xml", "TestValid2.xml.gz", "TestValid2-big.xml"):
        path = DATA / "jts" / name
        root = ElementTree.fromstring(
            gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        )
        for number, case in enumerate(root.iter("case")):
            wkt = (case.findtext("a") or "").strip()
            for test in case.iter("op"):
                if test.get("name") == "isValid" and wkt.upper().startswith(("POLYGON", "MULTIPOLYGON")):
                    yield pytest.param(wkt, (test.text or "").strip() == "true", id=f"{name}-{number}")


@pytest.mark.parametrize(("wkt", "valid"), list(jts_cases()))
def test_rings_are_judged_as_jts_judges_them(wkt, valid):
    shape = shapely.from_wkt(wkt)
    report = report_of(shape)
    faults = report.places["invalid_ring"] + report.places["degenerate_ring"]
    assert (not faults) == valid
    if shape.is_empty:
        assert found(report) == {"null_geometry": 1}
    for understood in report.shapes:
        assert understood is None or understood.is_valid


def test_the_jts_cases_are_there():
    verdicts = Counter(case.values[1] for case in jts_cases())
    assert verdicts[True] > 250 and verdicts[False] > 100


@pytest.mark.parametrize(
    ("shape", "places"),
    [
        (Polygon([(0, 0), (10, 10), (10, 0), (0, 10)]), [(5, 5)]),  # bow-tie, area of the lobes cancels out
        (Polygon([(0, 0), (10, 10), (20, 0), (20, 10), (10, 0), (0, 10)]), [(5, 5), (15, 5)]),
        (Polygon([(0, 0), (10, 0), (10, 10), (10, 15), (10, 10), (0, 10)]), [(10, 12.5)]),  # spike
        (Polygon(box(0, 0, 10, 10).exterior, [[(20, 20), (25, 20), (25, 25)]]), [None]),  # hole outside
        (shapely.MultiPolygon([box(0, 0, 10, 10), box(2, 2, 4, 4)]), [None]),
        (shapely.MultiPolygon([box(0, 0, 10, 10), box(5, 5, 15, 15)]), [None]),
    ],
)
def test_one_place_per_fault_with_where(shape, places):
    report = report_of(shape)
    assert found(report) == {"invalid_ring": len(places)}
    for place, where in zip(report.places["invalid_ring"], places, strict=True):
        if where is not None:
            assert place.geometry.distance(shapely.Point(where)) < 1e-9


def test_a_hole_within_a_hole_leaves_the_outer_one():
    report = report_of(
        Polygon(box(0, 0, 10, 10).exterior, [box(2, 2, 8, 8).exterior, box(3, 3, 5, 5).exterior])
    )
    assert found(report) == {"invalid_ring": 1, "enclave": 1}
    assert "洞里" in report.places["invalid_ring"][0].message
    assert report.places["enclave"][0].geometry.area == 36


def test_mending_keeps_the_meaning_of_shells_and_holes():
    two = report_of(shapely.MultiPolygon([box(0, 0, 10, 10), box(5, 5, 15, 15)]))
    assert two.shapes[0].area == 175  # joined: the common part is no hole
    jutting = report_of(Polygon(box(0, 0, 10, 10).exterior, [box(8, 2, 12, 4).exterior]))
    assert jutting.shapes[0].area == 96  # cut out: what juts out is no land
    assert found(jutting) == {"invalid_ring": 1}


@pytest.mark.parametrize(
    "ring",
    [
        [[0, 0], [5, 5], [0, 0]],
        [[1, 1], [1, 1], [1, 1], [1, 1]],
        [[0, 0], [1, 1], [2, 2], [0, 0]],
        [[0, 0], [10, 0], [10, 10], [10, 0], [0, 0]],
        [[0, 0], [3, 0], [0, 0], [3, 0], [0, 0]],
    ],
)
def test_a_collapsed_ring_is_degenerate_and_not_also_invalid(ring):
    alone = examine([Plain(0, "Polygon", [ring], {})], CITY)
    assert found(alone) == {"degenerate_ring": 1} and alone.shapes == [None]
    outer = [[-50, -50], [50, -50], [50, 50], [-50, 50], [-50, -50]]
    as_hole = examine([Plain(0, "Polygon", [outer, ring], {})], CITY)
    assert found(as_hole) == {"degenerate_ring": 1} and as_hole.shapes[0].area == 10_000


def test_unclosed_and_non_finite_rings():
    unclosed = examine([Plain(0, "Polygon", [[[0, 0], [4, 0], [4, 4], [0, 4]]], {})], CITY)
    assert found(unclosed) == {"invalid_ring": 1} and unclosed.shapes[0].area == 16
    nan = examine([Plain(0, "Polygon", [[[0, 0], [4, math.nan], [4, 4], [0, 0]]], {})], CITY)
    assert found(nan) == {"invalid_ring": 1} and nan.shapes == [None]
    broken = examine([Plain(0, "Polygon", [[[0, 0], ["x", 1], [4, 4], [0, 0]]], {})], CITY)
    assert found(broken) == {"invalid_ring": 1}
    json.dumps(nan.as_json(), allow_nan=False)


def test_missing_geometry_and_things_that_are_no_polygon():
    report = examine(
        [
            Plain(0, None, (), {}),
            Plain(1, "MultiPolygon", [], {}),
            Plain(2, "LineString", [[0, 0], [1, 1]], {}),
            feature(3, box(0, 0, 1, 1)),
        ],
        CITY,
    )
    assert [place.indexes for place in report.places["null_geometry"]] == [(0,), (1,)]
    assert [place.indexes for place in report.places["degenerate_ring"]] == [(2,)]
    assert found(report) == {"null_geometry": 2, "degenerate_ring": 1}


def test_nothing_at_all():
    assert found(examine([], CITY)) == {}


def test_a_ring_with_hundreds_of_faults_is_read_in_time():
    n = 400
    teeth = [(i, (i % 2) * 10) for i in range(n)]
    ring = [*teeth, *((x - 0.25, 10 - y) for x, y in reversed(teeth))]  # two saws across each other
    report = report_of(Polygon(ring))
    assert (
        set(found(report)) <= {"invalid_ring", "enclave", "gap"} and report.counts()["invalid_ring"] > n - 10
    )


# --- overlaps and holes ----------------------------------------------------------------------------------


def test_overlaps_one_place_per_pair():
    left, right = box(0, 0, 100, 100), box(100, 0, 200, 100)
    comb = shapely.union_all([right, box(95, 10, 100, 20), box(95, 30, 100, 40)])
    report = report_of(left, comb)
    assert found(report) == {"overlap": 1}
    place = report.places["overlap"][0]
    assert place.indexes == (0, 1) and place.measures["area_m2"] == pytest.approx(100)
    assert "2 块" in place.message
    assert "完全相同" in report_of(left, left).places["overlap"][0].message
    assert "整个落在" in report_of(left, box(10, 10, 20, 20)).places["overlap"][0].message
    assert found(report_of(left, left, left)) == {"overlap": 3}


def test_floating_noise_is_no_defect():
    # a T-junction computed on a slanted edge, in full doubles: off the line by an ulp at most
    rng = np.random.default_rng(5)
    for _ in range(60):
        a, b = np.array([100, 10]) + rng.uniform(0, 20, (2, 2))
        t = a + (b - a) * rng.uniform(0.2, 0.8)
        side = np.array([a[1] - b[1], b[0] - a[0]])
        whole = Polygon([a, b, b - side, a - side])
        halves = [Polygon([a, t, t + side, a + side]), Polygon([t, b, b + side, t + side])]
        assert found(report_of(whole, *halves, crs="EPSG:4490")) == {}


def test_a_vertex_rounded_off_the_line_is_a_defect():
    # one millimetre, far above the noise, far below anything seen on a map
    whole = Polygon([(0, 0), (1000, 0), (1000, 500), (0, 500)])
    below = [Polygon([(0, 0), (500, -0.001), (500, -400), (0, -400)])]
    below.append(Polygon([(500, -0.001), (1000, 0), (1000, -400), (500, -400)]))
    report = report_of(whole, *below)
    assert found(report) == {"gap": 1}
    assert report.places["gap"][0].measures["width_m"] == pytest.approx(0.001, rel=0.2)
    above = [shapely.affinity.scale(shape, 1, -1, origin=(0, 0)) for shape in below]
    turned = report_of(shapely.affinity.scale(whole, 1, -1, origin=(0, 0)), *above)
    assert found(turned) == {"gap": 1}


def test_holes_are_judged_without_islands_and_across_point_contacts():
    outer = Polygon(box(0, 0, 1000, 1000).exterior, [box(300, 300, 700, 700).exterior])
    assert found(report_of(outer)) == {"enclave": 1}
    assert found(report_of(outer, box(300, 300, 700, 700))) == {}
    loose = report_of(outer, box(301, 301, 699, 699))  # a ring-shaped sliver, not a pond of 400 m
    assert found(loose) == {"gap": 1}
    assert loose.places["gap"][0].measures["area_m2"] == pytest.approx(400**2 - 398**2)
    # two units that meet in two points only, a lens between them
    one = Polygon([(0, 0), (500, 3), (1000, 0), (1000, 600), (0, 600)])
    two = Polygon([(0, 0), (500, -3), (1000, 0), (1000, -600), (0, -600)])
    assert found(report_of(one, two)) == {"gap": 1}


def test_a_strip_open_to_the_outside_is_not_listed():
    assert found(report_of(box(0, 0, 100, 100), box(101, 0, 200, 100))) == {}


@pytest.mark.parametrize(
    ("what", "width", "unit", "compactness", "edge", "owners", "real"),
    [
        ("Llívia in a canton of the Pyrenees", 2627, 14180, 0.58, 1500, 1, True),
        ("Paris among cantons", 9380, 2356, 0.59, 1300, 23, True),
        ("Lyon, a ragged shape", 15584, 11497, 0.23, 1800, 11, True),
        ("Vatican in Rome", 600, 35800, 0.75, 150, 1, True),
        ("a pond of 40 m drawn with 12 points", 40, 1200, 0.9, 10, 1, True),
        ("a square cut out of one unit", 50, 1000, 0.785, 50, 1, True),
        ("a river left out", 180, 3000, 0.02, 60, 9, True),
        ("three precincts that do not meet", 4.2, 634, 0.295, 15, 3, False),
        ("a vertex moved by a third of its edge", 80, 4000, 0.22, 300, 2, False),
        ("a triangle where three lines miss each other by a fifth", 531, 2550, 0.39, 1400, 3, False),
        ("an even triangle of 100 m among three", 100, 2800, 0.6, 173, 3, False),
        ("a whole unit left out, four corners", 900, 950, 0.75, 950, 4, True),
        ("a strip of 50 m drawn with four points", 50, 1000, 0.14, 525, 2, False),
        ("a line drawn twice, densely", 8, 1500, 0.01, 4, 2, False),
        ("a millimetre left by rounding", 0.001, 800, 1e-6, 100, 3, False),
        ("a speck in a dissolved unit", 0.3, 900, 0.6, 0.4, 1, False),
    ],
)
def test_what_is_real_ground(what, width, unit, compactness, edge, owners, real):
    assert is_real_ground(width, unit, compactness, edge, owners) is real, what


def test_a_crossing_ring_brings_no_gaps_and_overlaps_of_its_own():
    for seed in range(12):
        mesh = synthetic.mesh(seed)
        rng = np.random.default_rng(seed)
        synthetic.plant_swap(mesh, rng)
        report = examine(mesh.features(), CITY)
        assert found(report) == {"invalid_ring": 1}
        assert frozenset(report.places["invalid_ring"][0].indexes) in mesh.planted["invalid_ring"]


def test_a_bow_tie_still_overlaps_what_it_lies_on():
    bow = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    report = report_of(bow, box(60, 20, 160, 80))
    assert found(report) == {"invalid_ring": 1, "overlap": 1}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    ("crs", "factor", "origin", "decimals"),
    [
        (CITY, 1.0, (500000.0, 2500000.0), 3),
        ("EPSG:4490", 1e-5, (113.0, 23.0), 9),
        ("EPSG:2264", 3.0, (1_400_000.0, 500_000.0), 2),  # US survey feet
    ],
)
def test_what_is_planted_is_found_and_nothing_else(seed, crs, factor, origin, decimals):
    rng = np.random.default_rng(1000 + seed)
    mesh = synthetic.mesh(seed, 16, 16, factor=factor, origin=origin, decimals=decimals)
    for how in ("corner", "cell", "pond", "pond"):
        synthetic.plant_enclave(mesh, rng, how)
    for kind in ("gap", "overlap"):
        for _ in range(int(rng.integers(1, 4))):
            synthetic.plant_line_defect(mesh, rng, kind, float(rng.choice([0.05, 0.5, 4, 20])))
    features = mesh.features()
    first, second, spoilt = rng.choice(len(features), 3, replace=False)
    features[second].attributes["code"] = features[first].attributes["code"]
    features[spoilt].attributes["name"] = "锟斤拷村"
    mesh.note("duplicate_code", features[first].index, features[second].index)
    mesh.note("lost_character", features[spoilt].index)
    report = examine(features, crs)
    for kind in CLASSES:
        places = Counter(frozenset(place.indexes) for place in report.places[kind])
        assert places == Counter(mesh.planted.get(kind, [])), kind


# --- texts and codes -------------------------------------------------------------------------------------


def test_codes_used_twice():
    rows = [
        ("440604001", "甲村"),
        ("440604001.0", "甲村"),
        (" ４４０６０４００２ ", "乙村"),
        ("440604002", "丙村"),
        ("", "丁"),
    ]
    features = [
        feature(i, box(i * 10, 0, i * 10 + 10, 10), {"XZQDM": code, "XZQMC": name})
        for i, (code, name) in enumerate(rows)
    ]
    report = examine(features, CITY)
    assert (report.code_field, report.name_field) == ("XZQDM", "XZQMC")
    one, two = report.places["duplicate_code"]
    assert one.indexes == (0, 1) and one.details["parts_of_one"] and "拆成" in one.message
    assert two.indexes == (2, 3) and "parts_of_one" not in two.details


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"STATEFP": "44", "COUNTYFP": "007", "GEOID": "44007"}, "GEOID"),
        ({"code_dept": "14", "INSEE_COM": "14118", "NOM": "Caen"}, "INSEE_COM"),
        ({"BSM": "1", "ZLDWDM": "4406", "DLBM": "0101"}, "ZLDWDM"),
        ({"PRECINCT": "12A", "COUNTY": "Kent"}, "PRECINCT"),
        ({"行政区划代码": "440604", "上级代码": "4406"}, "行政区划代码"),
        ({"note": "x"}, None),
    ],
)
def test_the_code_field_is_known_by_its_name(row, field):
    assert text.code_field([row]) == field


def test_a_field_of_classes_is_no_code():
    rows = [{"code": "111", "geoid": str(i)} for i in range(6)]
    assert text.code_field(rows) == "geoid"


@pytest.mark.parametrize(
    "value",
    [
        "佛\ufffd市",
        "锟斤拷",
        "祖?街道",
        "????",
        "?心社区居民委员会",  # 㘵心, as the national list of 2020 prints it
        "华?村民委员会",
        "\ue863溪村",
        "佛山市".encode("gb2312").decode("latin-1"),
        "佛山市祖庙".encode("gbk").decode("cp1252", "replace"),
        "佛山".encode().decode("latin-1"),
        "Ambérieu".encode().decode("cp1252"),
        "佛山".encode().decode("gbk"),
        "石□村",
        "a\x07b",
    ],
)
def test_lost_characters(value):
    assert text.lost_characters(value) is not None


@pytest.mark.parametrize(
    "value",
    [
        "佛山市禅城区",
        "Ambérieu-en-Bugey",
        "L'Haÿ-les-Roses",
        "Île-aux-Moines",
        "Åre–Östersund",
        "Œuf «à»",
        "是吗？",
        "why?",
    ],
)
def test_sound_text_is_left_alone(value):
    assert text.lost_characters(value) is None


def test_names_in_use_are_sound():
    with open_boundaries(Path(__file__).parents[2] / "fixtures" / "demo_city" / "units_2023.csv") as rows:
        values = [str(value) for row in rows for value in row.attributes.values()]
    assert len(values) > 800
    assert [value for value in values if text.lost_characters(value)] == []


def test_a_guess_is_offered():
    assert text.lost_characters("佛山市".encode("gb2312").decode("latin-1")).guess == "佛山市"
    assert text.lost_characters("祖庙".encode().decode("gbk")).guess == "祖庙"


# --- real samples ----------------------------------------------------------------------------------------


def unpacked(tmp_path, name):
    target = tmp_path / name
    target.write_bytes(gzip.decompress((DATA / f"{name}.gz").read_bytes()))
    return target


def faces(shapes):
    """The slow way: cut the plane along every edge and count, face by face, who covers it.

    Shares nothing with the report: no overlay of polygons, no union, no index of pairs. Returns the faces
    covered by several shapes as {(i, j): area} and the area of every bounded face covered by none.
    """
    lines = shapely.union_all(shapely.get_rings(shapely.get_parts(shapes)))
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    points = shapely.point_on_surface(cells)
    at, owner = shapely.STRtree(shapes).query(points, predicate="within")
    owners: dict[int, list[int]] = {}
    for k, i in zip(at, owner, strict=True):
        owners.setdefault(int(k), []).append(int(i))
    shared: Counter = Counter()
    bare = []
    for k, cell in enumerate(cells):
        members = sorted(owners.get(k, []))
        if not members:
            bare.append(cell.area)
        for a in range(len(members)):
            for b in range(a + 1, len(members)):
                shared[members[a], members[b]] += cell.area
    return shared, bare


def compare_with_faces(report):
    shapes = [shape for shape in report.shapes if shape is not None]
    shared, bare = faces(shapes)
    assert {place.indexes for place in report.places["overlap"]} == set(shared)
    for place in report.places["overlap"]:
        assert place.geometry.area == pytest.approx(shared[place.indexes], rel=1e-4)
    holes = [place.geometry.area for kind in ("gap", "enclave") for place in report.places[kind]]
    assert sorted(holes) == pytest.approx(sorted(bare), rel=1e-6)


def test_french_cantons_one_overlap_three_enclaves(tmp_path):
    with open_boundaries(unpacked(tmp_path, "fr_cantons.geojson")) as rows:
        report = examine(rows, rows.crs)
    assert (report.features, report.crs) == (1995, "EPSG:4326")
    assert found(report) == {"overlap": 1, "enclave": 3}
    (place,) = report.places["overlap"]
    assert {label.code for label in place.features} == {"35001", "50021"}
    sizes = sorted(round(place.measures["area_m2"] / 1e6) for place in report.places["enclave"])
    assert sizes == [12, 106, 540]  # Llívia 12.8 km², Paris 105 km², the metropolis of Lyon 534 km²: as drawn
    compare_with_faces(report)


def test_normandy_one_bad_ring(tmp_path):
    with open_boundaries(unpacked(tmp_path, "fr_communes-normandie.geojson")) as rows:
        report = examine(rows, rows.crs)
    assert report.features == 2709
    assert found(report) == {"invalid_ring": 1}
    (place,) = report.places["invalid_ring"]
    assert place.features[0].code == "14174"
    assert (place.geometry.x, place.geometry.y) == (-0.56932, 48.89639)
    compare_with_faces(report)


def test_providence_precincts():
    with open_boundaries(DATA / "rhode_island_precincts.zip") as rows:
        report = examine(rows, rows.crs)
    assert (report.features, report.crs) == (59, "EPSG:4269")
    assert found(report) == {"overlap": 2, "gap": 1, "enclave": 2}
    pairs = {frozenset(label.name or label.code for label in p.features) for p in report.places["overlap"]}
    assert pairs == {frozenset({"2827", "2879"}), frozenset({"2832", "2879"})}
    assert report.places["gap"][0].measures["area_m2"] == pytest.approx(47.7, abs=0.2)
    compare_with_faces(report)


def test_a_dirty_outline_of_foshan():
    with open_boundaries(DATA / "foshan_self_intersecting.geojson") as rows:
        items = list(rows)
    report = examine(items, rows.crs)
    assert set(found(report)) == {"invalid_ring"}
    written = [shapely.from_wkb(row.wkb) for row in items]
    assert not any(shape.is_valid for shape in written)  # all five districts, says GEOS
    assert {place.indexes[0] for place in report.places["invalid_ring"]} == set(range(5))
    for shape, row in zip(written, items, strict=True):
        reason = shapely.is_valid_reason(shape)
        x, y = (float(v) for v in reason[reason.index("[") + 1 : -1].split())
        mine = [p.geometry for p in report.places["invalid_ring"] if p.indexes == (row.index,)]
        assert min(geometry.distance(shapely.Point(x, y)) for geometry in mine) < 1e-9


def test_demo_communities_are_clean():
    packed = Path(__file__).parents[2] / "fixtures" / "demo_city" / "communities.geojson.gz"
    collection = json.loads(gzip.decompress(packed.read_bytes()))
    features = [
        Plain(i, f["geometry"]["type"], f["geometry"]["coordinates"], f["properties"])
        for i, f in enumerate(collection["features"])
    ]
    assert found(examine(features, "EPSG:4326")) == {}


# --- command, reference, measures ------------------------------------------------------------------------


def test_the_command_writes_exactly_the_keys(tmp_path):
    target, shown = tmp_path / "R.json", StringIO()
    call_command("check_coverage", str(DATA / "rhode_island_precincts.zip"), report=str(target), stdout=shown)
    written = json.loads(target.read_text("utf-8"))
    assert sorted(written) == sorted(["features", *CLASSES, "crs"])
    assert written["features"] == 59 and written["crs"] == "EPSG:4269"
    assert all(isinstance(written[kind], list) for kind in CLASSES)
    place = written["overlap"][0]
    assert [member["index"] for member in place["features"]] == [5, 21]
    assert place["geometry"]["type"] == "Polygon" and len(place["point"]) == 2
    assert 0.5 < place["area_m2"] < 0.7 and "重叠" in place["message"]
    assert "重叠" in shown.getvalue() and "飞地" in shown.getvalue()


def test_the_command_fails_only_when_the_file_cannot_be_read(tmp_path):
    (tmp_path / "x.geojson").write_text("{", "utf-8")
    with pytest.raises(CommandError, match="不是有效的 JSON"):
        call_command("check_coverage", str(tmp_path / "x.geojson"), stdout=StringIO())
    with pytest.raises(CommandError, match="没有字段"):
        call_command(
            "check_coverage", str(DATA / "rhode_island_precincts.zip"), code_field="zz", stdout=StringIO()
        )


def test_an_offset_against_a_reference(tmp_path):
    def write(name, move):
        ring = [
            [113.0, 23.0],
            [113.08, 23.01],
            [113.1, 23.07],
            [113.05, 23.1],
            [112.99, 23.06],
            [113.0, 23.0],
        ]
        ring = [move(x, y) for x, y in ring]
        collection = {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
            ],
        }
        (tmp_path / name).write_text(json.dumps(collection), "utf-8")
        return str(tmp_path / name)

    def as_gcj(lon, lat):
        east, north = shift.gcj02_offset_m(lon, lat)
        return [lon + east / (111320 * math.cos(math.radians(lat))), lat + north / 110900]

    truth = write("truth.geojson", lambda x, y: [x, y])
    for name, move, words in (
        ("gcj.geojson", as_gcj, "疑为 GCJ-02"),
        ("moved.geojson", lambda x, y: [x - 0.003, y + 0.002], "不像 GCJ-02"),
    ):
        shown = StringIO()
        call_command("check_coverage", write(name, move), reference=truth, stdout=shown)
        assert words in shown.getvalue()
    shown = StringIO()
    call_command("check_coverage", truth, reference=truth, stdout=shown)
    assert "偏移" not in shown.getvalue()


def test_the_gcj02_offset_of_a_known_place():
    # 天安门, WGS 84 (116.391, 39.907): GCJ-02 adds 0.006244° and 0.001404° by the published formula
    east, north = shift.gcj02_offset_m(116.391, 39.907)
    assert east == pytest.approx(533, abs=3) and north == pytest.approx(156, abs=3)


def test_coordinates_that_contradict_the_crs_are_still_examined():
    report = report_of(
        box(500000, 2500000, 500100, 2500100), box(500090, 2500000, 500200, 2500100), crs="EPSG:4490"
    )
    assert found(report) == {"overlap": 1} and "可能写错" in report.notes[0]
    assert report.places["overlap"][0].measures["area_m2"] == 1000
    json.dumps(report.as_json(), allow_nan=False)


def test_the_whole_world_is_measured_piece_by_piece():
    report = report_of(
        box(-180, -80, 1, 80), box(0.999, -80, 180, 80), box(100, 82, 101, 83), crs="EPSG:4326"
    )
    assert found(report) == {"overlap": 1}
    assert report.places["overlap"][0].measures["area_m2"] == pytest.approx(
        0.001 * 111_320 * 160 * 110_574, rel=0.05
    )


def test_units_simplified_one_by_one_leave_slivers_and_no_enclaves(tmp_path):
    with open_boundaries(unpacked(tmp_path, "fr_cantons.geojson")) as rows:
        shapes = [shape.simplify(0.001) for shape in examine(rows, rows.crs).shapes]
    report = report_of(*shapes, crs="EPSG:4326")
    counts = report.counts()
    assert counts["enclave"] == 3 and counts["gap"] > 300 and counts["overlap"] > 400
    with open_boundaries(DATA / "rhode_island_precincts.zip") as rows:
        shapes = [shape.simplify(0.0002) for shape in examine(rows, rows.crs).shapes]
    report = report_of(*shapes, crs="EPSG:4326")
    assert report.counts()["enclave"] == 1 and report.counts()["gap"] > 50 and report.counts()["overlap"] > 60
    compare_with_faces(report)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:3857", CITY, "EPSG:2264", None])
def test_measures_are_metres_in_any_crs(crs):
    from pyproj import Transformer

    squares = [box(0, 0, 100, 100), box(90, 0, 190, 100)]
    lon, lat = (-79.0, 35.0) if crs == "EPSG:2264" else (113.1, 23.0)
    local = f"+proj=laea +lat_0={lat} +lon_0={lon} +ellps=GRS80"
    change = Transformer.from_crs(local, crs or "EPSG:4490", always_xy=True)
    moved = [
        shapely.transform(s, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1])))
        for s in squares
    ]
    (place,) = report_of(*moved, crs=crs).places["overlap"]
    assert place.measures["area_m2"] == pytest.approx(1000, rel=2e-3)
    assert place.measures["width_m"] == pytest.approx(10, rel=2e-2)
