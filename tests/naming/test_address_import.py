"""Importing address files: reading, columns, checks, reports, repairs, entering, and doing it twice."""

from __future__ import annotations

import csv
import io
import sqlite3
from datetime import date
from pathlib import Path

import fiona
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from geoapp.core import acts
from geoapp.core.errors import AppError, BadInput, TooLarge
from geoapp.core.geofiles import Limits
from geoapp.core.models import Act
from geoapp.planner.rebuild import compare
from naming.address_register import Door, enter
from naming.addressing.columns import guess, signature
from naming.importing import accepting, entering, reporting
from naming.importing.checking import Checker
from naming.importing.entering import Enterer
from naming.importing.staging import Stager, map_columns, new_import
from naming.importing.tables import open_table
from naming.models import (
    Address,
    AddressImport,
    AddressImportRow,
    AddressVersion,
    ColumnMapping,
    PublishedAddress,
)
from tests import build
from tests.naming.address_files import HEADER, door, doors, streets, write

pytestmark = pytest.mark.django_db
ON = "2026-11-23"


def bring(
    path: Path, *, areas: list[str] | None = None, mapping: dict[str, str] | None = None, **options: str
):
    """Stage and check a file."""
    batch = new_import(path, filename=path.name, on=date.fromisoformat(ON), options=options, areas=areas)
    map_columns(batch, mapping or batch.mapping, options.get("column_crs", ""), timezone.now())
    stager = Stager(batch)
    while stager.step():
        pass
    stager.close()
    check(batch)
    return batch


def check(batch: AddressImport) -> None:
    checker = Checker(batch)
    while checker.step():
        pass


def enter_all(batch: AddressImport, note: str = "") -> None:
    entering.begin(batch, note)
    enterer = Enterer(batch)
    while enterer.step():
        pass


def found(batch: AddressImport) -> dict[int, list[str]]:
    rows = AddressImportRow.objects.filter(batch=batch, findings__isnull=False)
    return {r.index: [f"{f['code']} {f['variant']}".strip() for f in r.findings] for r in rows if r.findings}


def test_a_clean_file_enters_and_is_published(town, tmp_path):
    streets(town)
    batch = bring(write(tmp_path / "doors.csv", doors(60)))
    assert found(batch) == {}
    assert AddressVersion.objects.count() == 0, "nothing is written before everything is checked"
    enter_all(batch)
    assert reporting.counts(batch)["entered"] == 60 and batch.state == "done"
    version = AddressVersion.objects.get(text="佛山市南海区试验镇鱼跃路23号")
    assert (version.number, version.state, version.source) == (23, "standard", "doors.csv")
    assert version.community_id == town.land.units[f"{build.TOWN_A}001"].pk
    shown = PublishedAddress.objects.get(id=version.address_id)
    assert (shown.name, shown.number, shown.street, shown.code) == (
        version.text,
        "23号",
        "鱼跃路",
        f"{build.TOWN_A}001",
    )
    act = Act.objects.latest("seq")
    assert act.kind == "import_addresses" and '"addresses":60' in act.payload
    assert acts.faults() == []
    assert compare(lambda _: None) == [], "the published layer follows from the register"


def test_a_second_import_finds_every_row_there(town, tmp_path):
    streets(town)
    path = write(tmp_path / "doors.csv", doors(20))
    first = bring(path)
    enter_all(first)
    second = bring(path)
    assert second.pk != first.pk
    assert reporting.counts(second) == {"staged": 0, "warned": 0, "blocked": 0, "present": 20, "entered": 0}
    with pytest.raises(BadInput, match="没有可以登记的行"):
        entering.begin(second)
    assert Address.objects.count() == 20


BAD = {
    "unknown street": (door("鱼跃路", 5, 街路巷="无名路"), "A-01 unknown"),
    "same number twice": (door("鱼跃路", 1), "A-02 duplicate"),
    "a gap": (door("鱼跃路", 9), "A-03 gap"),
    "wrong side": ([*door("鱼跃路", 3)[:5], *door("鱼跃路", 4)[5:]], "A-04"),
    "orphan sub-number": (door("鱼跃路", 3, 门牌号="5号之1"), "A-07 orphan"),
    "sub-number of a sub-number": (door("鱼跃路", 3, 门牌号="1号之1之2"), "A-07 depth"),
    "full-width": (door("鱼跃路", 3, 门牌号="３"), "A-08 width"),
    "blank inside": (door("鱼跃路", 3, 街路巷="鱼 跃路"), "A-08 blank"),
    "no number": (door("鱼跃路", 3, 门牌号=""), "A-08 missing"),
    "number in words": (door("鱼跃路", 3, 门牌号="三号"), "A-08 unreadable"),
    "no position": (door("鱼跃路", 3, X="", Y=""), "A-08 missing"),
    "position in words": (door("鱼跃路", 3, X="东边"), "A-08 unreadable"),
    "committee": (door("鱼跃路", 3, 村居="试验社区居委会"), "A-08 order"),
    "another town": (door("鱼跃路", 3, 镇街="样板街道"), "A-08 order"),
    "another community": (door("鱼跃路", 3, 村居="试验村"), "A-09 outside"),
    "no such community": (door("鱼跃路", 3, 村居="乌有村"), "A-09 unknown"),
    "far from the street": ([*door("鱼跃路", 3)[:6], f"{build.at(0, 700)[1]}"], "A-10 far"),
    "same point": ([*door("鲲鹏路", 1)[:5], *door("鱼跃路", 1)[5:]], "A-13 same_point"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_is_found_and_the_good_ones_are_entered(town, tmp_path, case):
    streets(town)
    row, expected = BAD[case]
    batch = bring(write(tmp_path / "doors.csv", [door("鱼跃路", 1), door("鱼跃路", 2), row]))
    assert expected in found(batch)[2], found(batch)
    held = reporting.counts(batch)
    assert held["staged"] >= 1
    enter_all(batch)
    assert AddressVersion.objects.count() == held["staged"]


def test_a_number_out_of_order_is_found(town, tmp_path):
    streets(town)
    rows = [door("鱼跃路", n) for n in (1, 3, 5, 7)]
    rows[2][5] = f"{build.at(1700, 0)[0]:.3f}"
    told = found(bring(write(tmp_path / "doors.csv", rows)))
    assert "A-05 order" in told[2] and "A-05 order" in told[3]


def test_the_rows_of_one_file_see_each_other(town, tmp_path):
    streets(town)
    rows = [door("鱼跃路", 1), door("鱼跃路", 1, 门牌号="1号之1"), door("鱼跃路", 1), door("鱼跃路", 2)]
    rows[3][5:] = rows[0][5:]
    told = found(bring(write(tmp_path / "doors.csv", rows)))
    assert "A-02 duplicate" in told[0] and "A-02 duplicate" in told[2]
    assert "A-07 orphan" in told[1], "a main number that is not going to be entered carries no sub-number"
    assert "A-13 same_point" in told[3]
    good = found(bring(write(tmp_path / "again.csv", rows[:2])))
    assert 1 not in good or "A-07 orphan" not in good[1]


def test_rows_on_two_streets_at_one_point_see_each_other(town, tmp_path):
    streets(town)
    rows = [door("鱼跃路", 1), [*door("鲲鹏路", 1)[:5], *door("鱼跃路", 1)[5:]]]
    told = found(bring(write(tmp_path / "doors.csv", rows)))
    assert "A-13 same_point" in told[0] and "A-13 same_point" in told[1]
    assert "第 3 行" in AddressImportRow.objects.get(index=0).findings[0]["message"]


def test_what_came_meanwhile_is_seen_before_a_row_is_entered(town, tmp_path):
    streets(town)
    batch = bring(write(tmp_path / "doors.csv", doors(6)))
    street = AddressImportRow.objects.get(batch=batch, index=0).place
    import shapely
    from django.db import transaction

    with transaction.atomic(), acts.act("number_address", at=timezone.now()) as act:
        x, y = door("鱼跃路", 1)[5:]
        point = shapely.Point(float(x) + 1, float(y))
        community = town.land.units[f"{build.TOWN_A}001"].pk
        enter([Door(street, community, 1, point)], seq=act.seq, valid_from=date(2026, 11, 1))
    enter_all(batch)
    assert reporting.counts(batch)["entered"] == 5
    assert found(batch)[0] == ["A-02 duplicate"]


def test_repairs_are_offered_and_agreed_to(town, tmp_path):
    streets(town)
    rows = [
        door("鱼跃路", 1, 门牌号="１"),
        door("鱼跃路", 3, 街路巷="鱼 跃路"),
        door("鱼跃路", 5, 村居="试验社区居委会"),
        door("鱼跃路", 7, 门牌号="七"),
    ]
    batch = bring(write(tmp_path / "doors.csv", rows))
    assert reporting.counts(batch)["blocked"] == 4
    offered = [(o.index, o.column, o.better) for o in accepting.offers(batch)]
    assert offered == [(0, "number", "1"), (1, "street", "鱼跃路"), (2, "community", "试验社区")]
    accepting.accept(batch, [0])
    check(batch)
    assert reporting.counts(batch)["blocked"] == 3 and [o.index for o in accepting.offers(batch)] == [1, 2]
    accepting.accept(batch)
    check(batch)
    assert reporting.counts(batch)["blocked"] == 1
    corrected = list(reporting.corrected_rows(batch))
    assert corrected[0][3] == "1" and corrected[1][2] == "鱼跃路" and corrected[2][1] == "试验社区"
    assert corrected[3][3] == "七" and "A-08" in corrected[3][-2]
    enter_all(batch)
    assert AddressVersion.objects.count() == 3


def test_warnings_wait_for_a_reason(town, tmp_path):
    streets(town)
    rows = [door("鱼跃路", 1), door("鱼跃路", 9)]
    batch = bring(write(tmp_path / "doors.csv", rows))
    enter_all(batch)
    assert AddressVersion.objects.count() == 1
    enter_all(batch, "历史形成的号码，经派出所核实")
    assert AddressVersion.objects.count() == 2
    assert "派出所核实" in Act.objects.latest("seq").payload


def test_the_files_to_take_away(town, tmp_path):
    streets(town)
    rows = [door("鱼跃路", 1), door("鱼跃路", 3, 街路巷="=1+1"), door("鱼跃路", 5, 户室="@x")]
    batch = bring(write(tmp_path / "doors.csv", rows))
    head, lines = reporting.Tables["report"]
    text = b"".join(reporting.csv_lines(head(batch), lines(batch))).decode("utf-8-sig")
    told = list(csv.reader(io.StringIO(text)))
    assert told[0][:4] == ["行", "列", "值", "规则"]
    unknown = next(row for row in told if row[3] == "A-01")
    assert unknown[:3] == ["3", "街路巷", "'=1+1"] and "地名命名案件" in unknown[6]
    head, lines = reporting.Tables["corrected"]
    with reporting.xlsx_file(head(batch), lines(batch)) as source:
        sheet = load_workbook(io.BytesIO(source.read())).active
    cells = [[c.value for c in row] for row in sheet.iter_rows()]
    assert cells[0] == [*HEADER, "检查结果", "检查规则", "处理办法"]
    assert cells[1][-3] == "通过" and cells[2][2] == "'=1+1" and cells[3][4] == "'@x"
    assert not any(str(v or "").startswith(("=", "+", "-", "@")) for row in cells for v in row)


def test_columns_are_guessed_and_remembered(town, tmp_path):
    assert guess(["Lu Ming", "MenPaiHao", "JingDu", "WeiDu"]) == {
        "street": "Lu Ming",
        "number": "MenPaiHao",
        "lon": "JingDu",
        "lat": "WeiDu",
    }
    assert guess(["road_name", "house number", "easting", "northing"]) == {
        "street": "road_name",
        "number": "house number",
        "x": "easting",
        "y": "northing",
    }
    streets(town)
    header = ("镇", "居", "哪条路", "几号", "房", "东", "北")
    path = write(tmp_path / "a.csv", doors(4), header)
    batch = new_import(path, filename="a.csv", on=date.fromisoformat(ON), options={})
    assert "street" not in batch.mapping
    with pytest.raises(BadInput, match="街路巷"):
        map_columns(batch, batch.mapping, "", timezone.now())
    right = {"town": "镇", "community": "居", "street": "哪条路", "number": "几号", "x": "东", "y": "北"}
    bring(path, mapping=right)
    assert ColumnMapping.objects.get().signature == signature(header)
    again = new_import(
        write(tmp_path / "b.csv", doors(6), header), filename="b.csv", on=date.fromisoformat(ON), options={}
    )
    assert again.mapping == right


def test_every_kind_of_file_gives_the_same_rows(town, tmp_path):
    streets(town)
    from geoapp.core import frame

    rows = doors(8)
    whole = [dict(zip(HEADER, row, strict=True)) for row in rows]
    write(tmp_path / "gbk.csv", rows, encoding="gbk")
    write(tmp_path / "gb18030.csv", rows, encoding="gb18030")
    write(tmp_path / "surveyor.csv", [[*r[:5], r[6], r[5]] for r in rows])
    import shapely

    degrees = []
    for row in rows:
        place = frame.to_geographic(shapely.Point(float(row[5]), float(row[6])))
        degrees.append([*row[:5], f"{place.x:.9f}", f"{place.y:.9f}"])
    write(tmp_path / "degrees.csv", degrees, (*HEADER[:5], "经度", "纬度"))
    book = Workbook()
    book.active.append(HEADER)
    for row in rows:
        book.active.append([*row[:3], int(row[3]), row[4], float(row[5]), float(row[6])])
    book.save(tmp_path / "doors.xlsx")
    schema = {
        "geometry": "Point",
        "properties": {"镇街": "str", "村居": "str", "街路巷": "str", "门牌号": "int"},
    }
    for driver, name, crs, points in (
        ("GPKG", "doors.gpkg", "EPSG:4547", rows),
        ("ESRI Shapefile", "doors.shp", "EPSG:4490", degrees),
    ):
        with fiona.open(
            tmp_path / name,
            "w",
            driver=driver,
            crs=crs,
            schema=schema,
            encoding="gbk" if "shp" in name else None,
        ) as sink:
            for r, p in zip(whole, points, strict=True):
                sink.write(
                    {
                        "geometry": {"type": "Point", "coordinates": (float(p[5]), float(p[6]))},
                        "properties": {k: r[k] for k in ("镇街", "村居", "街路巷")}
                        | {"门牌号": int(r["门牌号"])},
                    }
                )
    reference = bring(write(tmp_path / "utf8.csv", rows))
    spots = list(reference.rows.order_by("index").values_list("x_mm", "y_mm", "number"))
    for name in (
        "gbk.csv",
        "gb18030.csv",
        "surveyor.csv",
        "degrees.csv",
        "doors.xlsx",
        "doors.gpkg",
        "doors.shp",
    ):
        batch = bring(tmp_path / name)
        assert found(batch) == {}, name
        assert list(batch.rows.order_by("index").values_list("x_mm", "y_mm", "number")) == spots, name


def test_what_cannot_be_read_is_refused_in_words(db, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "blank.csv").write_bytes(b"\n\n")
    (tmp_path / "twice.csv").write_text("a,a\n1,2\n")
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "notes.doc").write_bytes(b"x")
    (tmp_path / "old.xls").write_bytes(b"x")
    (tmp_path / "fake.xlsx").write_bytes(b"PK\x03\x04rubbish")
    (tmp_path / "wide.csv").write_text(",".join(f"c{n}" for n in range(500)) + "\n1\n")
    (tmp_path / "fake.gpkg").write_bytes(b"SQLite format 3\0" + b"\0" * 100)
    sqlite3.connect(tmp_path / "plain.gpkg").execute("CREATE TABLE t (a)").connection.close()
    (tmp_path / "mixed.csv").write_bytes("街路巷,门牌号\n".encode() + b"\xff\xfe\xfd,1\n")
    import zipfile

    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 2**20))
    for path in sorted(tmp_path.iterdir()):
        with pytest.raises((BadInput, TooLarge)) as refused, open_table(path, limits=Limits()) as table:
            list(table.lines())
        assert refused.value.message and refused.value.remedy, path
    with pytest.raises(AppError, match="找不到"):
        open_table(tmp_path / "nowhere.csv")


def test_a_row_in_one_piece_is_read_and_the_reading_agreed_to(town, tmp_path):
    streets(town)
    x, y = door("鱼跃路", 33)[HEADER.index("X")], door("鱼跃路", 33)[HEADER.index("Y")]
    head = ("地址", "X", "Y")
    said = ["佛山市南海区试验镇鱼跃路三十三号", x, y]
    batch = bring(write(tmp_path / "texts.csv", [said, ["试验镇市场对面", x, y]], head))
    assert found(batch)[0][0] == "A-08 missing" and "A-08 missing" in found(batch)[1]
    rows = AddressImportRow.objects.order_by("index")
    assert "读作“佛山市南海区试验镇鱼跃路33号”" in rows[0].findings[0]["message"]
    assert any("分栏" in f["remedy"] for f in rows[1].findings)
    accepting.accept(batch)
    check(batch)
    assert 0 not in found(batch) or not any(f.startswith("A-08") for f in found(batch)[0])
    enter_all(batch, note="核对过")
    assert [v.text for v in AddressVersion.objects.all()] == ["佛山市南海区试验镇鱼跃路33号"]


def test_a_row_with_a_former_address_is_not_a_new_address(town, tmp_path):
    streets(town)
    first = bring(write(tmp_path / "doors.csv", [door("鱼跃路", 1)]))
    enter_all(first)
    old = AddressVersion.objects.get().text
    row = [*door("鱼跃路", 3), old]
    batch = bring(write(tmp_path / "changes.csv", [row], (*HEADER, "原地址")))
    assert "A-15" in found(batch)[0][0]
    row[-1] = "佛山市南海区试验镇鱼跃路99号"
    batch = bring(write(tmp_path / "unknown.csv", [row], (*HEADER, "原地址")))
    assert "A-15 unknown" in found(batch)[0]


def test_plots_are_kept_and_compared(town, tmp_path):
    streets(town)
    header = (*HEADER, "宗地号")
    first = bring(write(tmp_path / "a.csv", [[*door("鱼跃路", 1), "JC1"]], header))
    enter_all(first)
    batch = bring(
        write(tmp_path / "b.csv", [[*door("鱼跃路", 3), "JC1"], [*door("鲲鹏路", 1), "JC1"]], header)
    )
    assert "A-11 plot_twice" in found(batch)[0] and "A-11 plot_twice" in found(batch)[1]


def test_an_officer_imports_the_own_district_only(town, tmp_path):
    streets(town)
    batch = bring(write(tmp_path / "doors.csv", doors(4)), areas=["440604"])
    assert all(told[0] == "AREA" for told in found(batch).values()) and len(found(batch)) == 4


def test_queries_do_not_grow_with_the_batch(town, tmp_path):
    streets(town)
    spent = []
    for n in (10, 160):
        batch = new_import(
            write(tmp_path / f"{n}.csv", doors(n)), filename="x", on=date.fromisoformat(ON), options={}
        )
        map_columns(batch, batch.mapping, "", timezone.now())
        stager = Stager(batch)
        while stager.step():
            pass
        checker = Checker(batch)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            checker.step()
        assert batch.checked == n
        spent.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
    assert spent[0] == spent[1] <= 25, spent


def test_a_street_larger_than_a_group_is_judged_whole(town, tmp_path, monkeypatch):
    streets(town)
    monkeypatch.setattr("naming.importing.checking.GROUP", 7)
    monkeypatch.setattr("naming.importing.staging.SLICE", 5)
    monkeypatch.setattr("naming.importing.entering.BATCH", 6)
    rows = [*doors(40), door("鱼跃路", 1, 街路巷="甲路"), door("鱼跃路", 20)]
    batch = bring(write(tmp_path / "doors.csv", rows))
    assert set(found(batch)) == {19, 40, 41}
    enter_all(batch)
    assert AddressVersion.objects.count() == 39 and len(batch.acts) == 7


def test_the_command(town, tmp_path, capsys):
    streets(town)
    path = write(tmp_path / "doors.csv", [*doors(10), door("鱼跃路", 11, 街路巷="无名路")])
    report, corrected = tmp_path / "r.csv", tmp_path / "c.xlsx"
    options = {"on": ON, "report": str(report), "corrected": str(corrected)}
    call_command("import_addresses", str(path), **options)
    text = capsys.readouterr().out
    assert "不通过 1" in text and "无名路" in text and AddressVersion.objects.count() == 0
    assert "A-01" in report.read_text(encoding="utf-8-sig") and load_workbook(corrected).active.max_row == 12
    number = AddressImport.objects.get().pk
    call_command("import_addresses", resume=str(number), commit=True, verbosity=0)
    assert "已登记 10 个地址" in capsys.readouterr().out
    call_command("import_addresses", resume=str(number), commit=True, verbosity=0)
    assert AddressVersion.objects.count() == 10
    for bad in (
        {"resume": "x"},
        {"file": str(tmp_path / "no.csv")},
        {},
        {"file": str(path), "map": ["street=?"]},
    ):
        with pytest.raises(CommandError):
            call_command("import_addresses", *([bad.pop("file")] if "file" in bad else []), **bad)
