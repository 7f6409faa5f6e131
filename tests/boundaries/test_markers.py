"""Boundary markers: what is registered, how they follow their lines into the layer, what the audit says of them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import transaction

from boundaries.line_audit import audit_lines, number_fault
from boundaries.lines import refresh_lines
from boundaries.markers import MarkerEntry, markers_on, register_markers
from boundaries.models import (
    BoundaryLineVersion,
    BoundaryMarkerVersion,
    PublishedBoundaryMarker,
)
from boundaries.published import publish_edges, publish_markers
from geoapp.core import acts
from geoapp.core.effective import end, in_force, succeed
from geoapp.core.errors import BadInput
from geoapp.core.geometry import frame_geos, multipolygon, to_shapely
from geoapp.planner.demo_load import markers
from geoapp.planner.demo_load.markers import _Course, _entries, load_markers
from tests import build
from tests.boundaries.adjustments import unit
from tests.boundaries.test_lines import line_of

pytestmark = pytest.mark.django_db
SINCE = date(2023, 6, 1)
A, B, C = build.TOWN_A, build.TOWN_B, build.TOWN_C


def entry(line: BoundaryLineVersion, number: str = "9001001Q", **values) -> MarkerEntry:
    """Return a marker in the middle of a line of the small city, kept by the unit first in order."""
    point = shapely.line_interpolate_point(to_shapely(line.geom), 0.5, normalized=True)
    fields = {"responsible": line.line.first_id, "synthetic": True} | values
    return MarkerEntry(number, fields.pop("point", point), fields.pop("lines", (line.line_id,)), **fields)


def registered(*entries: MarkerEntry) -> list[uuid.UUID]:
    """Register and publish markers by an act."""
    with transaction.atomic(), acts.act("takeover_markers", at=build.NOW) as act:
        ids = register_markers(entries, seq=act.seq, valid_from=SINCE)
        publish_markers(ids, known_at=act.seq, seq=act.seq)
        act.payload["publish"] = [
            {"layer": "boundary_markers", "ids": [str(i) for i in ids], "known_at": act.seq}
        ]
    return ids


def test_a_marker_is_registered_and_published_with_the_words_of_its_line(town):
    line = line_of("440604", "440605")
    (marker,) = registered(entry(line))
    version = BoundaryMarkerVersion.objects.get(marker_id=marker)
    assert (version.number, version.kind, version.state, version.faces) == ("9001001Q", "single", "intact", 2)
    row = PublishedBoundaryMarker.objects.get(id=marker)
    assert (row.name, row.kind, row.unit, row.state) == ("9001001Q", "single", "禅城区、南海区", "intact")
    assert (row.lines, row.unit_codes) == ("禅城区—南海区线", "440604、440605")
    assert row.responsible in row.unit.split("、") and row.synthetic and row.geom.srid == 4490
    assert [m.number for m in markers_on([line.line_id], build.TODAY)[line.line_id]] == ["9001001Q"]
    assert markers_on([line.line_id], date(2023, 5, 31)) == {line.line_id: []}
    call_command("rebuild_published", "--check", stdout=StringIO())


def test_a_new_name_of_a_unit_reaches_the_markers_of_its_lines(town):
    line = line_of(f"{A}001", f"{A}200")
    village = unit(f"{A}200")
    (marker,) = registered(entry(line, responsible=village.unit_id))
    with transaction.atomic(), acts.act("test", at=build.NOW) as act:
        succeed(village, seq=act.seq, valid_from=date(2026, 1, 1), name="改名村")
        changed = refresh_lines([village.unit_id], seq=act.seq)
        act.payload["publish"] = publish_edges(changed, known_at=act.seq, seq=act.seq)
    layers = [e["layer"] for e in act.payload["publish"]]
    assert layers == ["boundary_lines", "boundary_markers"]
    rows = PublishedBoundaryMarker.objects.filter(id=marker, act_out__isnull=True).order_by("valid_from")
    assert [(r.valid_from, r.valid_to, r.unit, r.responsible) for r in rows] == [
        (SINCE, date(2026, 1, 1), "试验社区、试验村", "试验村"),
        (date(2026, 1, 1), None, "试验社区、改名村", "改名村"),
    ]
    assert BoundaryMarkerVersion.objects.filter(marker_id=marker).count() == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"number": " "}, "没有编号"),
        ({"point": shapely.Point()}, "不是一个点"),
        ({"point": shapely.box(0, 0, 1, 1)}, "不是一个点"),
        ({"lines": ()}, "没有写明所在界线"),
        ({"lines": (uuid.UUID(int=9),)}, "没有登记"),
        ({"responsible": uuid.UUID(int=9)}, "责任单位"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(town, change, message):
    good = entry(line_of("440604", "440605"))
    with (
        pytest.raises(BadInput, match=message) as caught,
        transaction.atomic(),
        acts.act("test", at=build.NOW) as act,
    ):
        register_markers([replace(good, **change)], seq=act.seq, valid_from=SINCE)
    assert caught.value.remedy
    assert not BoundaryMarkerVersion.objects.exists()


@pytest.mark.parametrize(
    ("number", "kind", "fault"),
    [
        ("1253165", "single", False),  # the sample on record that leaves the letter out
        ("9001001Q", "single", False),
        ("9001001A", "double", False),
        ("9001001E", "triple", False),
        ("238184I", "other", False),  # 光泽、邵武、建阳
        ("9001001A", "single", True),
        ("9001001Q", "triple", True),
        ("9001001F", "other", True),
        ("９００１００１Q", "single", True),
        ("界12", "single", True),
        ("90010011Q", "single", True),
    ],
)
def test_numbers_of_markers(number, kind, fault):
    assert bool(number_fault(number, kind)) is fault


def found() -> list[tuple[str, bool]]:
    return [(f.code, f.blocks) for f in audit_lines(build.TODAY)]


def test_the_audit_is_content_with_a_sound_register(town):
    registered(entry(line_of("440604", "440605")), entry(line_of(A, B), "9002001Q"))
    assert audit_lines(build.TODAY) == []
    out = StringIO()
    call_command("prove_coverage", "--on", "2026-11-23", stdout=out, stderr=out)
    assert "10 条界线与两侧单位的共有边一致；2 个界桩，0 项待核" in out.getvalue()


def test_the_audit_warns_of_numbers_and_places(town):
    line = line_of("440604", "440605")
    away = shapely.Point(build.at(4001.5, 1000))
    registered(
        entry(line, "9001001Q"),
        entry(line, "9001001Q"),  # twice
        entry(line, "甲1"),
        entry(line, "9001002Q", point=away),
        entry(line, "9001003A", kind="double", point=away),  # one of two stands beside the line
        entry(line, "9001004Q", point=shapely.Point(build.at(4000.9, 1000))),
    )
    messages = {f.message for f in audit_lines(build.TODAY)}
    assert messages == {
        "界桩编号“9001001Q”重复",
        "界桩编号“甲1”不是“界线编号 4 位＋序号 3 位＋类型字母”的样式",
        "界桩“9001002Q”距界线 1.50 米",
    }
    assert not any(blocks for _code, blocks in found())
    call_command("prove_coverage", "--on", "2026-11-23", stdout=StringIO(), stderr=StringIO())


def test_a_marker_whose_line_is_no_more_is_named(town):
    line = line_of(f"{A}001", f"{A}200")
    registered(entry(line))
    with transaction.atomic(), acts.act("test", at=build.NOW) as act:
        end(unit(f"{A}200"), seq=act.seq, valid_to=date(2026, 1, 1))
        refresh_lines([unit(f"{A}200", date(2025, 1, 1)).unit_id], seq=act.seq)
    assert found() == [("B-05", False)]


def test_a_line_that_is_not_its_units_edge_fails_the_proof(town):
    line = line_of(f"{A}001", f"{A}200")
    moved = shapely.affinity.translate(to_shapely(line.geom), 0.0, 0.001)
    BoundaryLineVersion.objects.filter(pk=line.pk).update(geom=frame_geos(moved))
    assert found() == [("B-01", True)]
    with pytest.raises(CommandError, match="1 条界线"):
        call_command("prove_coverage", "--on", "2026-11-23", stdout=StringIO(), stderr=StringIO())
    BoundaryLineVersion.objects.filter(pk=line.pk).update(act_out=2)
    assert found() == [("B-01", True)]  # neighbours without a line


def test_land_that_moves_away_leaves_the_marker_and_a_warning(town):
    """The line follows its units; where its marker goes is for both sides to agree (条例 art. 6)."""
    one, village = unit(f"{A}001"), unit(f"{A}200")
    (marker,) = registered(entry(line_of(f"{A}001", f"{A}200")))
    strip = build.rectangle(0, 900, 2000, 1000)
    with transaction.atomic(), acts.act("test", at=build.NOW) as act:
        for version, land in (
            (one, to_shapely(one.geom).difference(strip)),
            (village, shapely.union(to_shapely(village.geom), strip)),
        ):
            succeed(version, seq=act.seq, valid_from=date(2026, 1, 1), geom=frame_geos(multipolygon(land)))
        refresh_lines([one.unit_id, village.unit_id], seq=act.seq)
    place = in_force(BoundaryMarkerVersion.objects.filter(marker_id=marker), build.TODAY).get()
    assert to_shapely(place.geom).equals(shapely.Point(build.at(1000, 1000)))
    assert ("B-05", False) in found()


def test_demo_markers_are_numbered_by_one_rule():
    """Three lines meet in one point; the first runs 9 km from west to east with a corner every 500 m."""
    sides = [(uuid.UUID(int=2 * n), uuid.UUID(int=2 * n + 1)) for n in range(3)]
    lines = [uuid.UUID(int=100 + n) for n in range(3)]
    east = tuple((x * 500_000, 0) for x in range(19))
    paths = [[east], [((0, 0), (0, 1_000_000), (0, 2_000_000), (0, 3_000_000))], [((0, 0), (-500_000, 0))]]
    courses = [_Course(9001 + n, lines[n], "town", sides[n], paths[n]) for n in range(3)]
    entries = list(_entries(courses))
    assert [(e.number, e.point.x, e.faces) for e in entries] == [
        ("9001001Q", 0.0, 3),
        ("9001002Q", 2000.0, 2),
        ("9001003Q", 6000.0, 2),
        ("9002001Q", 0.0, 2),
    ]
    assert set(entries[0].lines) == set(lines) and entries[1].lines == (lines[0],)
    assert entries[3].point.y == 2000.0 and entries[3].responsible in sides[1]
    assert all(e.synthetic and e.kind == "single" and number_fault(e.number, e.kind) == "" for e in entries)


def test_demo_markers_stand_on_the_register_s_lines(town, monkeypatch):
    monkeypatch.setitem(markers._APART_M, "district", 1000.0)
    assert load_markers(SINCE, build.NOW) == 1
    (row,) = PublishedBoundaryMarker.objects.all()
    assert (row.name, row.lines, row.synthetic) == ("9001001Q", "禅城区—南海区线", True)
    assert audit_lines(build.TODAY) == []
    call_command("rebuild_published", "--check", stdout=StringIO())
