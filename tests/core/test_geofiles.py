"""Boundary files as people have them: every good one is read as written, every bad one is refused clearly."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import fiona
import pytest
import shapely

from geoapp.core.errors import AppError, BadInput, TooLarge
from geoapp.core.geofiles import Limits, open_boundaries
from geoapp.core.geofiles.encoding import detect, named

RING = [(113.1, 23.0), (113.2, 23.0), (113.2, 23.1), (113.1, 23.0)]
NAMES = ["祖庙街道", "石湾镇街道", "澜石社区居委会"]


def write(
    path: Path,
    *,
    driver="ESRI Shapefile",
    encoding="utf-8",
    names=NAMES,
    crs="EPSG:4490",
    layer=None,
    cpg=True,
):
    schema = {
        "geometry": "Polygon",
        "properties": {"code": "str:20", "名称" if encoding == "utf-8" else "MC": "str:60"},
    }
    field = list(schema["properties"])[1]
    options = {"encoding": encoding} if driver == "ESRI Shapefile" else {}
    with fiona.open(path, "w", driver=driver, schema=schema, crs=crs, layer=layer, **options) as sink:
        for i, name in enumerate(names):
            ring = [(x + i * 0.25, y) for x, y in RING]
            geometry = {"type": "Polygon", "coordinates": [ring]}
            sink.write({"geometry": geometry, "properties": {"code": f"44060400{i}", field: name}})
    if not cpg:
        path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def forget_language(dbf: Path) -> None:
    """Clear the language driver: many tools write none."""
    raw = bytearray(dbf.read_bytes())
    raw[29] = 0
    dbf.write_bytes(bytes(raw))


def zipped(path: Path, files, **info) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def parts(shp: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in shp.parent.iterdir() if p.stem == shp.stem}


def collection(*geometries, **members) -> str:
    features = [
        {"type": "Feature", "properties": {"name": f"村{i}"}, "geometry": g} for i, g in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}, ensure_ascii=False)


SQUARE = {"type": "Polygon", "coordinates": [[[113, 23], [113.1, 23], [113.1, 23.1], [113, 23]]]}


def refused(path, match, **options):
    """Assert a clear refusal and return it: what is wrong and how to mend it."""
    with pytest.raises(BadInput, match=match) as caught, open_boundaries(path, **options) as rows:
        list(rows)
    assert caught.value.remedy and caught.value.field and caught.value.status == 422
    return caught.value


# --- what is read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030"])
@pytest.mark.parametrize("cpg", [True, False])
def test_shapefile_in_any_chinese_encoding(tmp_path, encoding, cpg):
    path = write(tmp_path / "村界.shp", encoding=encoding, cpg=cpg)
    if not cpg:
        forget_language(path.with_suffix(".dbf"))
    with open_boundaries(path) as rows:
        found = list(rows)
        assert rows.crs == "EPSG:4490" and rows.layer == "村界"
        assert list(rows) == found  # may be read again
    assert [list(row.attributes.values())[1] for row in found] == NAMES
    assert list(found[0].attributes)[1] == ("名称" if encoding == "utf-8" else "MC")
    assert [row.index for row in found] == [0, 1, 2] and found[2].place == "第 3 个要素"
    assert shapely.get_coordinates(shapely.from_wkb(found[0].wkb)).tolist() == [
        list(p) for p in reversed(RING)
    ]


def test_a_cpg_that_is_wrong_shows_as_lost_characters(tmp_path):
    path = write(tmp_path / "x.shp", encoding="gbk")
    path.with_suffix(".cpg").write_text("UTF-8")
    with open_boundaries(path) as rows:
        assert all("\ufffd" in row.attributes["MC"] for row in rows)
    with open_boundaries(path, encoding="GBK") as rows:
        assert [row.attributes["MC"] for row in rows] == NAMES


def test_western_text_without_cpg_is_not_taken_for_chinese(tmp_path):
    names = ["Ambérieu-en-Bugey", "Saint-Étienne", "Val-Doré"]
    path = write(tmp_path / "x.shp", encoding="ISO-8859-1", names=names, cpg=False)
    forget_language(path.with_suffix(".dbf"))
    with open_boundaries(path) as rows:
        assert [row.attributes["MC"] for row in rows] == names


@pytest.mark.parametrize(
    ("values", "encoding"),
    [
        ([b"abc"], "utf-8"),
        (["祖庙".encode()], "utf-8"),
        (["祖庙街道".encode()[:-1]], "utf-8"),
        (["祖庙".encode("gbk")], "gb18030"),
        (["㘵头村".encode("gb18030")], "gb18030"),
        (["Ambérieu".encode("latin-1"), "Île d'Yeu".encode("latin-1")], "cp1252"),
        ([b"\xff\xfe\x81\x20"], None),
    ],
)
def test_encoding_by_content(values, encoding):
    assert detect(values) == encoding


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("UTF-8", "utf-8"),
        ("936", "gb18030"),
        ("ANSI 936", "gb18030"),
        ("88591", "iso8859-1"),
        ("GBK\n", "gb18030"),
        ("1252", "cp1252"),
        ("漢字", None),
        ("", None),
    ],
)
def test_encoding_by_name(text, name):
    assert named(text) == name


def test_zipped_shapefile_also_with_gbk_names_in_a_folder(tmp_path):
    path = write(tmp_path / "村界.shp", encoding="gbk")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as sink:
        for name, content in parts(path).items():
            info = zipfile.ZipInfo(f"数据/{name}".encode("gbk").decode("cp437"))
            sink.writestr(info, content)
        sink.writestr("__MACOSX/._x.shp", b"x")
        sink.writestr("说明.txt", b"x")
    with open_boundaries(archive) as rows:
        assert rows.layer == "村界" or rows.layer  # the name as the archive has it
        folder = Path(rows._folder.name)
        assert [row.attributes["MC"] for row in rows] == NAMES and folder.exists()
    assert not folder.exists()


def test_geopackage(tmp_path):
    path = write(tmp_path / "x.gpkg", driver="GPKG", layer="社区", crs="EPSG:4547")
    before = sorted(os.listdir(tmp_path)), path.read_bytes()
    with open_boundaries(path) as rows:
        assert (rows.crs, rows.layers) == ("EPSG:4547", ["社区"])
        assert [row.attributes["名称"] for row in rows] == NAMES
    assert (sorted(os.listdir(tmp_path)), path.read_bytes()) == before  # nothing beside it, nothing changed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_geojson_in_any_encoding(tmp_path, encoding):
    path = tmp_path / "x.geojson"
    path.write_text(collection(SQUARE, None, SQUARE), encoding)
    with open_boundaries(path) as rows:
        found = list(rows)
        assert rows.crs == "EPSG:4326"
    assert [row.attributes["name"] for row in found] == ["村0", "村1", "村2"]
    assert found[1].kind is None and found[1].wkb is None


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("EPSG:4547", "EPSG:4547"),
    ],
)
def test_geojson_with_the_older_crs_member(tmp_path, name, crs):
    path = tmp_path / "x.geojson"
    path.write_text(collection(SQUARE, crs={"type": "name", "properties": {"name": name}}), "utf-8")
    with open_boundaries(path) as rows:
        assert rows.crs == crs and rows.crs_given == name


def test_coordinates_are_kept_bit_for_bit(tmp_path):
    ring = [
        [113.12345678901234, 23.1],
        [113.2, 23.1, 7.5],
        [113.2, 23.2],
        [113.1, 23.15],
    ]  # unclosed, one height
    path = tmp_path / "x.json"
    path.write_text(collection({"type": "MultiPolygon", "coordinates": [[ring]]}), "utf-8")
    with open_boundaries(path) as rows:
        (row,) = rows
    assert row.coordinates == [[ring]]
    assert struct.pack("<d", 113.12345678901234) in row.wkb


def test_csv_of_codes_wkt_and_points(tmp_path):
    codes = tmp_path / "codes.csv"
    codes.write_bytes('代码,名称\n440604001,"祖庙,街道"\n\n440604002,石湾\n'.encode("gbk"))
    with open_boundaries(codes) as rows:
        found = list(rows)
        assert rows.crs is None and rows.encoding == "gb18030"
    assert dict(found[0].attributes) == {"代码": "440604001", "名称": "祖庙,街道"}
    assert found[1].place == "第 4 行" and found[1].wkb is None
    shapes = tmp_path / "shapes.csv"
    shapes.write_text("code;边界\n1;SRID=4490;POLYGON((0 0,1 0,1 1,0 0))\n", "utf-8")
    refused(shapes, "第 2 行有 3 个值")
    shapes.write_text('code,边界\n1,"SRID=4490;POLYGON((0 0,1 0,1 1,0 0))"\n2,\n', "utf-8-sig")
    with open_boundaries(shapes) as rows:
        one, two = rows
        assert rows.crs == "EPSG:4490"
    assert (
        shapely.from_wkb(one.wkb).area == 0.5 and two.kind is None and dict(one.attributes) == {"code": "1"}
    )
    points = tmp_path / "points.csv"
    points.write_text("code\t经度\t纬度\n1\t113.1\t23.0\n", "utf-8")
    with open_boundaries(points) as rows:
        (row,) = rows
        assert (row.kind, row.coordinates, rows.crs) == ("Point", (113.1, 23.0), "EPSG:4326")


def test_a_stated_crs_replaces_a_missing_one(tmp_path):
    path = write(tmp_path / "x.shp")
    path.with_suffix(".prj").unlink()
    refused(path, "没有说明坐标系")
    with open_boundaries(path, crs="EPSG:4490") as rows:
        assert rows.crs == "EPSG:4490"
    with open_boundaries(path, require_crs=False) as rows:
        assert rows.crs is None and len(list(rows)) == 3
    refused(path, "坐标系“nonsense”无法识别", crs="nonsense")


# --- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_missing_parts_of_a_shapefile_are_named(tmp_path, part):
    path = write(tmp_path / "x.shp")
    path.with_suffix(part).unlink()
    assert part in refused(path, "缺少").message
    archive = zipped(tmp_path / "a.zip", parts(path))
    assert part in refused(archive, "缺少").message


def test_parts_without_the_shp(tmp_path):
    path = write(tmp_path / "x.shp")
    files = {name: content for name, content in parts(path).items() if not name.endswith(".shp")}
    refused(zipped(tmp_path / "a.zip", files), "缺少 .shp")
    refused(path.with_suffix(".dbf"), "只是 Shapefile 的一部分")


def test_several_layers_are_named(tmp_path):
    path = write(tmp_path / "x.gpkg", driver="GPKG", layer="镇街")
    write(path, driver="GPKG", layer="社区")
    fault = refused(path, "2 个图层")
    assert "社区" in fault.message and "镇街" in fault.message and fault.extra["layers"] == ["社区", "镇街"]
    refused(path, "没有图层“村”", layer="村")
    with open_boundaries(path, layer="镇街") as rows:
        assert rows.layer == "镇街" and len(list(rows)) == 3
    two = zipped(tmp_path / "two.zip", {"甲.geojson": collection(SQUARE), "乙.geojson": collection(SQUARE)})
    refused(two, "2 个图层")
    with open_boundaries(two, layer="甲") as rows:
        assert len(list(rows)) == 1


def test_unknown_encoding(tmp_path):
    path = write(tmp_path / "x.shp", encoding="ISO-8859-1", names=["abcdefgh"], cpg=False)
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace(b"abcdefgh", b"\xff\xfe\x81\x20\xff\x81\x20\x80"))
    forget_language(dbf)
    assert ".cpg" in refused(path, "编码无法识别").remedy
    path.with_suffix(".cpg").write_text("klingon")
    refused(path, "“klingon”无法识别")
    refused(path, "“klingon”无法识别", encoding="klingon")


@pytest.mark.parametrize("name", ["x.shp", "x.gpkg", "x.geojson", "x.csv", "x.zip"])
def test_empty_files(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    refused(tmp_path / name, "空文件|缺少")


def test_files_without_features(tmp_path):
    write(tmp_path / "x.shp", names=[])
    refused(tmp_path / "x.shp", "没有任何要素")
    (tmp_path / "x.csv").write_text("code,name\n", "utf-8")
    refused(tmp_path / "x.csv", "没有任何要素")
    (tmp_path / "x.geojson").write_text(collection(), "utf-8")
    refused(tmp_path / "x.geojson", "没有任何要素")


@pytest.mark.parametrize("name", ["x.shp", "x.gpkg", "x.geojson", "x.csv", "x.zip", "x.pdf", "x.dwg"])
@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02\x03" * 50, b"%PDF-1.7\n" + bytes(range(256)), b"PK\x03\x04broken", b"{" * 5000]
)
def test_fakes_are_refused_clearly(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    if name == "x.shp":
        for suffix in (".shx", ".dbf"):
            (tmp_path / name).with_suffix(suffix).write_bytes(content)
    refused(tmp_path / name, ".")


def test_a_shapefile_cut_short(tmp_path):
    path = write(tmp_path / "x.shp")
    for suffix in (".shp", ".shx", ".dbf"):
        part = path.with_suffix(suffix)
        whole = part.read_bytes()
        for cut in (10, 60, len(whole) // 2, len(whole) - 3):
            part.write_bytes(whole[:cut])
            try:
                with open_boundaries(path) as rows:
                    list(rows)
            except AppError as fault:
                assert fault.status == 422
        part.write_bytes(whole)


def test_databases_that_are_no_geopackage(tmp_path):
    path = tmp_path / "x.gpkg"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (a)")
    refused(path, "没有 gpkg_contents")
    whole = write(tmp_path / "y.gpkg", driver="GPKG", layer="a").read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    refused(path, "损坏|打不开|没有")
    path.write_bytes(whole)
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE a")
        db.execute("CREATE VIEW a AS SELECT * FROM gpkg_contents")
    refused(path, "不是普通表")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('{"type":"FeatureCollection","features":[', "第 1 行"),
        ("[1,2]", "不是 GeoJSON"),
        ('{"type":"Topology"}', "TopoJSON"),
        ('{"type":"FeatureCollection"}', "features"),
        ('{"type":"FeatureCollection","features":[3]}', "第 1 个要素"),
        (collection({"type": "Polygoon", "coordinates": []}), "Polygoon"),
        (collection({"type": "Polygon"}), "coordinates"),
        (collection(SQUARE, crs={"type": "link"}), "crs"),
        ("[" * 100_000, "嵌套过深|JSON"),
    ],
)
def test_bad_geojson(tmp_path, text, match):
    path = tmp_path / "x.geojson"
    path.write_text(text, "utf-8")
    refused(path, match)


def test_bad_coordinates_are_refused_when_asked_for_as_wkb(tmp_path):
    path = tmp_path / "x.geojson"
    path.write_text(collection({"type": "Polygon", "coordinates": [[["a", 1], [2], 3]]}), "utf-8")
    with open_boundaries(path) as rows:
        (row,) = rows
    with pytest.raises(BadInput, match="第 1 个要素的坐标结构"):
        _ = row.wkb


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("code,code\n1,2\n", "重复的列名"),
        ('code,name\n1,"x\n', "第 2 行|第 3 行"),
        ("code,wkt\n1,POLYGON((0 0\n", "WKT|个值"),
        ("code,lon,lat\n1,east,23\n", "不是数字"),
        ("a\0b,c\n1,2\n", "空字符"),
        ("\n  \n,,\n", "没有表头"),
        (",".join(f"c{i}" for i in range(5000)) + "\n1\n", "5000 列"),
        ("a,b\n" + "," * 20_000 + "\n", "列|要素"),
    ],
)
def test_bad_csv(tmp_path, text, match):
    path = tmp_path / "x.csv"
    path.write_text(text, "utf-8")
    refused(path, match)


# --- hostile archives ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["../evil.geojson", "/etc/evil.geojson", "a/../../evil.geojson", "..\\evil.geojson", "C:\\evil.geojson"],
)
def test_zip_slip(tmp_path, name):
    archive = zipped(
        tmp_path / "in" / "a.zip" if (tmp_path / "in").mkdir() is None else tmp_path,
        {name: collection(SQUARE)},
    )
    refused(archive, "指向包外")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip", "in"]


def test_symlink_in_a_zip(tmp_path):
    info = zipfile.ZipInfo("x.geojson")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    refused(tmp_path / "a.zip", "是链接")


def test_nested_zip(tmp_path):
    inner = zipped(tmp_path / "i.zip", {"x.geojson": collection(SQUARE)}).read_bytes()
    refused(zipped(tmp_path / "a.zip", {"i.zip": inner}), "还有压缩包")


def test_zip_bomb(tmp_path):
    bomb = zipped(tmp_path / "a.zip", {"x.csv": b"0" * 30_000_000})
    assert bomb.stat().st_size < 100_000
    refused(bomb, "压缩炸弹")
    with pytest.raises(TooLarge, match="超过上限"):
        open_boundaries(bomb, limits=Limits(unpacked_bytes=20_000_000))
    refused(zipped(tmp_path / "b.zip", {f"{i}.txt": b"" for i in range(600)}), "600 个文件")


def test_a_zip_that_lies_about_sizes(tmp_path):
    path = zipped(tmp_path / "a.zip", {"x.geojson": collection(SQUARE) + " " * 5000})
    raw = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):  # the unpacked size of both headers
        raw[raw.index(signature) + at : raw.index(signature) + at + 4] = struct.pack("<I", 10)
    path.write_bytes(bytes(raw))
    refused(path, ".")


def test_entries_that_share_their_bytes(tmp_path):
    packed = zlib.compress(b"0" * 100_000, 9)[2:-4]
    crc = zlib.crc32(b"0" * 100_000)
    local = (
        struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0, crc, len(packed), 100_000, 5, 0)
        + b"a.csv"
        + packed
    )
    centre = b"".join(
        struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, crc, len(packed), 100_000, 5, 0, 0, 0, 0, 0, 0
        )
        + name
        for name in (b"a.csv", b"b.csv", b"c.csv")
    )
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 3, 3, len(centre), len(local), 0)
    (tmp_path / "a.zip").write_bytes(local + centre + end)
    refused(tmp_path / "a.zip", "压缩炸弹|图层|完好")


def test_encrypted_zip(tmp_path):
    path = zipped(tmp_path / "a.zip", {"x.geojson": collection(SQUARE)})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(raw))
    refused(path, "密码")


def test_zip_without_boundaries_and_with_two_of_a_name(tmp_path):
    refused(zipped(tmp_path / "a.zip", {"readme.txt": b"x"}), "没有边界文件")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive, pytest.warns(UserWarning):
        archive.writestr("x.csv", "code\n1\n")
        archive.writestr("x.csv", "code\n2\n")
    refused(tmp_path / "b.zip", "同名")


# --- places and limits -----------------------------------------------------------------------------------


def test_files_outside_the_given_folder(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out.csv"
    inside.mkdir()
    outside.write_text("code\n1\n", "utf-8")
    (inside / "link.csv").symlink_to(outside)
    refused(inside / "link.csv", "不在允许的文件夹", within=inside)
    refused(inside / ".." / "out.csv", "不在允许的文件夹", within=inside)
    (inside / "x.csv").write_text("code\n1\n", "utf-8")
    with open_boundaries(inside / "x.csv", within=inside) as rows:
        assert len(list(rows)) == 1


def test_parts_of_a_shapefile_may_not_lead_outside(tmp_path):
    inside = tmp_path / "in"
    inside.mkdir()
    path = write(inside / "x.shp")
    moved = path.with_suffix(".dbf").rename(tmp_path / "x.dbf")
    path.with_suffix(".dbf").symlink_to(moved)
    refused(path, "不在允许的文件夹", within=inside)


def test_too_large_and_too_many(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("code\n" + "1\n" * 100, "utf-8")
    with pytest.raises(TooLarge, match="超过上限") as caught:
        open_boundaries(path, limits=Limits(file_bytes=50))
    assert caught.value.status == 413 and caught.value.remedy
    with pytest.raises(TooLarge, match="超过 10 行"), open_boundaries(path, limits=Limits(rows=10)) as rows:
        list(rows)


def test_missing_and_wrong_paths(tmp_path):
    refused(tmp_path / "nothing.shp", "找不到")
    refused(tmp_path, "不是文件")
