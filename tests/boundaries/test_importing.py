"""Importing units: a faulty file is refused or mended, what is written adds up and is published, one act each."""

from __future__ import annotations

import gzip
import json
from datetime import date
from io import StringIO

import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command
from shapely.affinity import translate

from boundaries.certificates import verify_certificate
from boundaries.ground import shape_of, whole_ground
from boundaries.import_planning import plan_import
from boundaries.import_writing import commit_import
from boundaries.importing import read_accepted, read_import
from boundaries.models import (
    CoverageCertificate,
    PublishedBoundaryLine,
    PublishedCommunity,
    PublishedTown,
    Unit,
    UnitOriginal,
    UnitVersion,
)
from boundaries.proof import prove_all
from geoapp.core import frame
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput, Conflict, NotReady
from geoapp.core.models import Act
from geoapp.planner import reference
from geoapp.planner.demo import city as demo
from geoapp.planner.demo_load.land import load_history
from tests import build
from tests.boundaries import importables
from tests.boundaries.test_lines import require_equal

ON = date(2023, 1, 1)
DAY = "2023-01-01"


@pytest.fixture
def empty(db):
    """An installation without units."""
    reference.seed(build.TODAY)


def run(path, *options) -> str:
    out = StringIO()
    call_command("import_units", str(path), "--on", DAY, *options, stdout=out, stderr=out)
    return out.getvalue()


def standing(level: str, on: date = ON) -> dict[str, UnitVersion]:
    return {v.code: v for v in in_force(UnitVersion.objects.filter(unit__level=level), on)}


def faulty(tmp_path):
    listed = importables.above() + importables.rows(importables.squares(gap_m=3.0, overlap_m=2.0))
    return importables.shapefile(tmp_path, listed)


def test_a_faulty_file_is_refused_with_its_places_named(empty, tmp_path):
    report = tmp_path / "r.json"
    with pytest.raises(CommandError, match="什么也没有写入"):
        run(faulty(tmp_path), "--report", str(report))
    assert not Unit.objects.exists() and not Act.objects.exists()
    told = json.loads(report.read_text(encoding="utf-8"))
    assert len(told["gap"]) == 1 and len(told["overlap"]) == 1
    assert [r["kind"] for r in told["repairs"]] == ["overlap", "gap"]
    assert any("重叠" in p and "夏西村" in p for p in told["problems"])
    assert any("缝隙" in p and "桂园社区" in p for p in told["problems"])


def test_one_repair_is_not_enough(empty, tmp_path):
    with pytest.raises(CommandError, match="有 1 项不合"):
        run(faulty(tmp_path), "--accept", "1")
    assert not Unit.objects.exists()


def test_a_faulty_file_is_imported_when_its_repairs_are_accepted(empty, tmp_path):
    path = faulty(tmp_path)
    assert "登记行为第 1 号" in run(path, "--accept", "all")
    units = standing("community")
    assert {v.code: v.name for v in units.values()} == {
        importables.CODES[k]: importables.NAMES[k] for k in importables.CODES
    }
    assert units[importables.CODES["sw"]].kind == "village"
    assert units[importables.CODES["nw"]].kind == "community" and units[importables.CODES["nw"]].pinyin
    town, district = standing("town")[importables.TOWN], standing("district")[importables.DISTRICT]
    assert town.name == "桂城街道" and town.kind == "street_office" and district.name == "南海区"
    whole = sum(frame.area2_mm2(shape_of(v)) for v in units.values())
    assert whole == frame.area2_mm2(shape_of(town)) == frame.area2_mm2(shape_of(district))
    assert abs(whole / 2e6 - 4_000_000) < 1
    ground = whole_ground(ON)
    assert len(ground.coverage) == 4 and prove_all(ground.coverage).proved
    (act,) = Act.objects.all()
    told = json.loads(act.payload)
    assert act.kind == "import_units" and len(told["repairs"]) == 2 and told["features"] == 4
    (certificate,) = CoverageCertificate.objects.filter(act=act.seq)
    shapes = {str(v.unit_id): shape_of(v) for v in units.values()}
    assert certificate.holds and verify_certificate(json.loads(certificate.body), shapes) == ()
    assert PublishedCommunity.objects.filter(act_in=1).count() == 4
    assert PublishedTown.objects.get().name == "桂城街道"
    require_equal(ON)
    assert PublishedBoundaryLine.objects.filter(kind="community", act_in=1).count() >= 4
    call_command("rebuild_published", "--check", stdout=StringIO())
    call_command("verify_audit", stdout=StringIO())


def test_the_original_is_kept_bit_for_bit(empty, tmp_path):
    listed = importables.above() + importables.rows(importables.squares())
    run(importables.geojson(tmp_path, listed))
    kept = {o.unit_id: o for o in UnitOriginal.objects.all()}
    assert len(kept) == 4
    for row in listed[2:]:
        original = kept[standing("community")[row["code"]].unit_id]
        assert shapely.from_wkb(bytes(original.wkb)).equals_exact(row["shape"], 0.0)
        assert original.crs == "EPSG:4326" and original.source_name == "units.geojson"
        assert len(original.sha256) == 64


def test_an_invalid_ring_is_named_and_mended_when_accepted(empty, tmp_path):
    shapes = importables.squares()
    bow = list(shapes["sw"].exterior.coords)
    bow.insert(1, build.at(400, 60))
    bow.insert(2, build.at(440, -0.5))
    bow.insert(3, build.at(420, 60))
    shapes["sw"] = shapely.Polygon(
        [*bow[:1], build.at(420, 60), build.at(380, 60), build.at(420, 0), *bow[4:]]
    )
    assert not shapes["sw"].is_valid
    path = importables.geojson(tmp_path, importables.above() + importables.rows(shapes))
    with pytest.raises(CommandError):
        run(path, "--report", str(tmp_path / "r.json"))
    told = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    (place,) = told["invalid_ring"]
    assert place["features"][0]["code"] == importables.CODES["sw"] and place["point"]
    assert "夏西村" in place["message"]
    assert any("无效的环" in p for p in told["problems"])
    assert "登记行为" in run(path, "--accept", "all")
    assert all(shape_of(v).is_valid for v in standing("community").values())


def test_codes_names_and_missing_land_are_named(empty, tmp_path):
    listed = importables.above() + importables.rows(importables.squares())
    listed[2]["code"] = "12345"
    listed[3]["name"] = "平?社区"
    listed[4]["shape"] = None
    listed[5]["code"] = importables.CODES["sw"]
    with pytest.raises(CommandError):
        run(importables.geojson(tmp_path, listed), "--report", str(tmp_path / "r.json"))
    problems = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["problems"]
    for words in ("不是 12 位数字", "丢字", "没有图形", "用在 2 个要素上"):
        assert any(words in p for p in problems), (words, problems)


def test_upper_units_need_a_name(empty, tmp_path):
    path = importables.geojson(tmp_path, importables.rows(importables.squares()))
    with pytest.raises(CommandError):
        run(path, "--report", str(tmp_path / "r.json"))
    (problem,) = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["problems"]
    assert importables.TOWN in problem and "名称" in problem


def test_an_old_datum_is_refused(empty, tmp_path):
    listed = importables.above() + importables.rows(importables.squares())
    path = importables.shapefile(tmp_path, listed, crs="EPSG:4610")
    with pytest.raises(CommandError, match="不是国家 2000"):
        run(path)


def landless_town(city) -> dict[str, UnitVersion]:
    """Take the land of town A's two communities out of the register, as if it had never been known."""
    units = standing("community", build.TODAY)
    bare = {c: v for c, v in units.items() if c.startswith(build.TOWN_A) and v.geom}
    UnitVersion.objects.filter(pk__in=[v.pk for v in bare.values()]).update(geom=None)
    return bare


def test_land_is_added_to_standing_units_by_code(town, tmp_path):
    bare = landless_town(town)
    listed = [
        {"code": code, "name": "", "shape": importables.degrees(shape_of(v))} for code, v in bare.items()
    ]
    out = run(importables.geojson(tmp_path, listed))
    assert "已导入 2 个单位" in out
    for code, was in bare.items():
        now = standing("community")[code]
        assert now.unit_id == was.unit_id and now.name == was.name
        assert shape_of(now).equals_exact(shape_of(was), 0.0, normalize=True)
    assert Unit.objects.filter(level="community").count() == 7
    with pytest.raises(CommandError, match="不合"):
        run(importables.geojson(tmp_path, listed))


def test_land_that_does_not_fill_its_parent_is_refused(town, tmp_path):
    bare = landless_town(town)
    whole = {code: shape_of(v) for code, v in bare.items()}
    low, high = sorted(whole, key=lambda c: whole[c].bounds[1])
    # A strip of one metre is missing along the town line.
    short = shapely.box(*build.at(0, 0), *build.at(1999, 1000))
    cut = shapely.Polygon(
        [build.at(*p) for p in ((0, 1000), (1999, 1000), (2000, 1000), (2000, 2000), (0, 2000))]
    )
    for listed, words in (
        ([(low, short), (high, cut)], "须是同一条线"),
        ([(low, whole[low])], "还有 1 个单位没有图形"),
    ):
        path = importables.geojson(
            tmp_path, [{"code": c, "name": "", "shape": importables.degrees(s)} for c, s in listed]
        )
        plan = plan_import(read_import(path), build.TODAY, [])
        assert any(words in p for p in plan.problems), plan.problems
        assert not plan.ready
        with pytest.raises(NotReady):
            commit_import(plan, at=build.NOW)


def test_web_map_coordinates_are_suspected(town, tmp_path):
    from boundaries.coverage.shift import gcj02_offset_m

    bare = landless_town(town)
    east, north = gcj02_offset_m(113.1, 23.0)
    listed = [
        {"code": c, "name": "", "shape": importables.degrees(frame.snap(translate(shape_of(v), east, north)))}
        for c, v in bare.items()
    ]
    plan = plan_import(read_import(importables.geojson(tmp_path, listed)), build.TODAY, [])
    assert any("GCJ-02" in p for p in plan.problems), plan.problems


def test_land_outside_the_city_is_refused(town, tmp_path):
    bare = landless_town(town)
    listed = [
        {"code": c, "name": "", "shape": importables.degrees(translate(shape_of(v), -90_000, 0))}
        for c, v in bare.items()
    ]
    plan = plan_import(read_import(importables.geojson(tmp_path, listed)), build.TODAY, [])
    assert any("超出本市范围" in p for p in plan.problems), plan.problems


def test_unknown_codes_and_units_with_land_go_another_way(town, tmp_path):
    listed = importables.rows(importables.squares())
    plan = plan_import(read_import(importables.geojson(tmp_path, listed)), build.TODAY, [])
    assert any("设立程序" in p for p in plan.problems)
    assert any("调整程序" in p for p in plan.problems)


def test_a_register_that_moved_on_is_not_written_over(empty, tmp_path):
    listed = importables.above() + importables.rows(importables.squares())
    plan = plan_import(read_import(importables.geojson(tmp_path, listed)), ON, [])
    commit_import(plan, at=build.NOW)
    with pytest.raises(Conflict):
        commit_import(plan, at=build.NOW)
    assert Act.objects.count() == 1


def test_a_corner_on_a_neighbours_edge_is_put_into_it(empty, tmp_path):
    """A long slanted border with a junction on one side only: straight in degrees, not in the frame."""
    a, b = np.array([113.00, 23.00]), np.array([113.09, 23.08])
    m = tuple((a * 0.37 + b * 0.63).tolist())
    a, b = tuple(a.tolist()), tuple(b.tolist())
    listed = importables.above()
    shapes = {
        "nw": shapely.Polygon([a, b, (113.0, 23.08)]),
        "ne": shapely.Polygon([m, (113.09, 23.0), (113.12, 23.08), b]),
        "sw": shapely.Polygon([a, (113.09, 23.0), m]),
    }
    listed += [
        {"code": importables.CODES[k], "name": importables.NAMES[k], "shape": s} for k, s in shapes.items()
    ]
    path = importables.geojson(tmp_path, listed)
    run(path, "--accept", "all")
    ground = whole_ground(ON)
    assert prove_all(ground.coverage).proved
    land = shape_of(standing("community")[importables.CODES["nw"]])
    assert shapely.get_num_coordinates(land) == 5, "the junction is a corner of the neighbour too"


def test_the_demo_city_comes_back_as_it_was(empty, tmp_path):
    """The shipped boundaries, named and imported, are the land the demo loads, vertex for vertex."""
    units = demo.load_units()
    names = {u.code: u.name for u in units}
    with gzip.open(demo.FOLDER / "communities.geojson.gz", "rt", encoding="utf-8") as stream:
        document = json.load(stream)
    for feature in document["features"]:
        feature["properties"]["name"] = names[feature["properties"]["code"]]
    document["features"] += [
        {"type": "Feature", "geometry": None, "properties": {"code": u.code, "name": u.name}}
        for u in units
        if u.geometry is None or u.level != "community"
    ]
    path = tmp_path / "communities.geojson"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    run(path)
    for level in ("community", "town", "district"):
        held = standing(level)
        expected = {u.code: u for u in units if u.level == level}
        assert held.keys() == expected.keys()
        for code, unit in expected.items():
            version = held[code]
            assert (version.name, version.kind, version.landless) == (unit.name, unit.kind, unit.landless)
            if unit.geometry is not None:
                assert shape_of(version).equals_exact(unit.geometry, 0.0, normalize=True), code
    assert all(v.synthetic for v in standing("community").values())
    call_command("rebuild_published", "--check", stdout=StringIO())


def test_accepted_repairs_are_read():
    assert read_accepted("all", 3) == [0, 1, 2] and read_accepted("none", 3) == []
    assert read_accepted("3, 1", 3) == [0, 2] and read_accepted("1-2", 3) == [0, 1]
    for wrong in ("4", "0", "2-1", "x", "1;2"):
        with pytest.raises(BadInput):
            read_accepted(wrong, 3)


def test_units_known_from_lists_gain_their_land(empty, tmp_path):
    """Units with a history and no land are matched by code; towns and districts get theirs from below."""
    units = demo.load_units()
    load_history(units, build.TAKEOVER)
    before = standing("community")
    with gzip.open(demo.FOLDER / "communities.geojson.gz", "rb") as stream:
        (tmp_path / "land.geojson").write_bytes(stream.read())
    run(tmp_path / "land.geojson")
    after = standing("community")
    assert after.keys() == before.keys()
    assert all(after[c].unit_id == before[c].unit_id and after[c].name == before[c].name for c in before)
    assert sum(v.geom is not None for v in after.values()) == 809
    for level in ("town", "district"):
        expected = {u.code: u.geometry for u in units if u.level == level and u.geometry is not None}
        for code, shape in expected.items():
            assert shape_of(standing(level)[code]).equals_exact(shape, 0.0, normalize=True), code
    assert all(v.geom is None for v in standing("community", date(2022, 12, 31)).values())
    out = StringIO()
    call_command("prove_coverage", "--on", "2022-12-31", stdout=out, stderr=out)
    assert "在图形开始登记之前（图形自 2023-01-01 起）" in out.getvalue()
    call_command("prove_coverage", "--on", DAY, stdout=out, stderr=out)
    assert "809 个村居与 37 个上级单位不重不漏" in out.getvalue()
    call_command("rebuild_published", "--check", stdout=StringIO())


def test_a_displaced_city_is_told_by_a_reference(empty, tmp_path):
    from boundaries.coverage.shift import gcj02_offset_m

    shapes = importables.squares()
    east, north = gcj02_offset_m(113.1, 23.0)
    off = {k: translate(s, east, north) for k, s in shapes.items()}
    path = importables.geojson(tmp_path, importables.above() + importables.rows(off))
    outline = [
        {"code": "1", "name": "市", "shape": importables.degrees(shapely.union_all(list(shapes.values())))}
    ]
    reference_file = importables.geojson(tmp_path, outline, name="city.geojson")
    with pytest.raises(CommandError, match="GCJ-02"):
        run(path, "--reference", str(reference_file), "--report", str(tmp_path / "r.json"))
    problems = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["problems"]
    assert any("超出本市范围" in p for p in problems) and any("GCJ-02" in p for p in problems)
    straight = importables.geojson(
        tmp_path, importables.above() + importables.rows(shapes), name="ok.geojson"
    )
    assert "登记行为" in run(straight, "--reference", str(reference_file))


def test_a_neighbour_and_its_parents_gain_the_corner(town, tmp_path):
    """A third unit ends on the town line: the standing unit beyond and both outlines get that corner."""
    bare = landless_town(town)
    low, high = sorted(bare)
    listed = [
        {"code": low, "name": "", "shape": importables.degrees(build.rectangle(0, 0, 2000, 700))},
        {"code": high, "name": "", "shape": importables.degrees(build.rectangle(0, 700, 2000, 2000))},
    ]
    plan = plan_import(read_import(importables.geojson(tmp_path, listed)), build.TODAY, [])
    assert plan.ready, plan.problems
    assert any("补了界点" in note and "样板社区" in note for note in plan.notes)
    commit_import(plan, at=build.NOW)
    neighbour = shape_of(standing("community", build.TODAY)[f"{build.TOWN_B}001"])
    corner = shapely.Point(build.at(2000, 700))
    assert corner.coords[0] in {tuple(c) for c in shapely.get_coordinates(neighbour).tolist()}
    assert neighbour.area == 2_000_000
    require_equal(build.TODAY)
    out = StringIO()
    call_command("prove_coverage", "--on", str(build.TODAY), stdout=out, stderr=out)
    assert "6 个村居与 5 个上级单位不重不漏" in out.getvalue()
