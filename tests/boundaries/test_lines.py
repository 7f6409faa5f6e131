"""Boundary lines are the shared edges of the units, on every day and as known after every act."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date, datetime, timedelta
from io import StringIO

import pytest
import shapely
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from boundaries.edges import edge_set, lines_between, shared_line
from boundaries.editing import Land
from boundaries.lines import expected_lines, refresh_lines, register_lines
from boundaries.models import (
    BoundaryLine,
    BoundaryLineVersion,
    PublishedBoundaryLine,
    Unit,
    UnitVersion,
)
from boundaries.spans import Span, spans
from geoapp.core import acts, frame
from geoapp.core.effective import begin, end, in_force, known, succeed
from geoapp.core.geometry import frame_geos, multipolygon, to_shapely
from geoapp.core.models import Act
from geoapp.planner import rebuild
from tests import build
from tests.boundaries.adjustments import Adjustment, point, split, unit
from tests.boundaries.squares import squares

A, B, C = build.TOWN_A, build.TOWN_B, build.TOWN_C


def registered(level: str, on: date, known_at: int | None = None) -> dict:
    """Return the lines in law on a day as the register has them."""
    rows = in_force(BoundaryLineVersion.objects.filter(line__level=level), on, known_at)
    return {(v.line.first_id, v.line.second_id): v for v in rows.select_related("line")}


def require_equal(on: date, known_at: int | None = None) -> None:
    """Fail unless every level's lines are its units' shared edges, to the byte, with the names of the day."""
    for level in Unit.Level.values:
        found, expected = registered(level, on, known_at), expected_lines(level, on, known_at)
        assert found.keys() == expected.keys()
        for pair, version in found.items():
            assert shapely.to_wkb(to_shapely(version.geom)) == shapely.to_wkb(expected[pair])
            assert version.length_m == round(expected[pair].length, 3)
            sides = in_force(UnitVersion.objects.filter(unit_id__in=pair), on, known_at)
            assert {v.name for v in sides} == set(version.units.split("、"))
            assert {v.code for v in sides if v.code} == set(filter(None, version.unit_codes.split("、")))


def days() -> set[date]:
    """Return every day on which some unit changes, and the day before each."""
    rows = known(UnitVersion.objects.all()).values_list("valid_from", "valid_to")
    turns = {d for row in rows for d in row if d}
    return turns | {d - timedelta(days=1) for d in turns} | {build.TODAY}


def line_of(one: str, two: str, on: date = build.TODAY) -> BoundaryLineVersion:
    """Return the line between two codes."""
    ids = sorted(unit(code, on).unit_id for code in (one, two))
    return in_force(
        BoundaryLineVersion.objects.filter(line__first_id=ids[0], line__second_id=ids[1]), on
    ).get()


# The shared edge itself


def test_four_squares_share_five_lines():
    coverage = squares()
    lines = lines_between(coverage.lands())
    assert {"".join(pair): line.length for pair, line in lines.items()} == {
        "AB": 1000.0, "AC": 1000.0, "BD": 1000.0, "CD": 1000.0, "BE": 1000.0, "DE": 1000.0,
    }  # fmt: skip
    assert all(line.geom_type == "MultiLineString" for line in lines.values())


def test_an_enclave_shares_its_whole_ring_and_a_touching_corner_nothing():
    hole = shapely.box(20, 20, 40, 40)
    around = Land("a", shapely.box(0, 0, 100, 100).difference(hole))
    lines = lines_between([around, Land("b", hole), Land("c", shapely.box(100, 100, 120, 120))])
    assert {pair: line.length for pair, line in lines.items()} == {("a", "b"): 80.0}
    assert shared_line(edge_set(hole), edge_set(shapely.box(100, 100, 120, 120))) is None


cells = st.lists(st.integers(0, 3), min_size=16, max_size=16)


@given(cells, st.integers(0, 15))
def test_lines_of_any_grid_are_what_the_polygons_share(owners, turn):
    """Four units on a 4 × 4 grid, in any shape, disjoint or enclosed; rings started elsewhere give equal bytes."""
    parts: dict[int, list] = {}
    for cell, owner in enumerate(owners):
        x, y = cell % 4, cell // 4
        parts.setdefault(owner, []).append(shapely.box(x, y, x + 1, y + 1))
    shapes = {owner: shapely.coverage_union_all(boxes) for owner, boxes in parts.items()}
    lines = lines_between(Land(str(owner), shape) for owner, shape in shapes.items())
    for one in shapes:
        for two in (u for u in shapes if u > one):
            common = shapely.intersection(shapes[one].boundary, shapes[two].boundary)
            line = lines.get((str(one), str(two)))
            assert (line.length if line else 0.0) == pytest.approx(common.length, abs=1e-9)
            if line:
                assert line.is_valid and shapely.covers(common, line)
                again = shared_line(edge_set(turned(shapes[two], turn)), edge_set(turned(shapes[one], turn)))
                assert shapely.to_wkb(again) == shapely.to_wkb(line)
    inner = sum(a.length for a in shapes.values()) - 16.0
    assert sum(line.length for line in lines.values()) == pytest.approx(inner / 2, abs=1e-9)


def turned(shape, by):
    """Return the same land with the parts in another order, every ring started elsewhere and run the other way."""
    polygons = []
    for part in reversed(shapely.get_parts(shape)):
        rings = []
        for ring in (part.exterior, *part.interiors):
            xy = list(ring.coords)[:-1]
            k = by % len(xy)
            rings.append((xy[k:] + xy[:k])[::-1])
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.multipolygons(polygons)


def test_spans_join_equal_neighbours_and_leave_out_days_without_value():
    d = [date(2020, 1, n) for n in range(1, 6)]
    told = {d[0]: "a", d[1]: "a", d[2]: None, d[3]: "b", d[4]: "b"}
    assert spans([*d, None], told.get) == [Span(d[0], d[2], "a"), Span(d[3], None, "b")]
    assert spans([], told.get) == []


# Lines in the register


@pytest.mark.django_db
def test_the_take_over_registers_every_level(town):
    counts = Counter(BoundaryLine.objects.values_list("level", flat=True))
    assert counts == {"district": 1, "town": 2, "community": 7}
    require_equal(build.TODAY)
    version = line_of("440604", "440605")
    assert (version.name, version.units) == ("禅城区—南海区线", "禅城区、南海区")
    assert (version.unit_codes, version.length_m) == ("440604、440605", 2000.0)
    assert version.synthetic and version.code == "" and version.agreement == ""
    row = PublishedBoundaryLine.objects.get(id=version.line_id)
    assert (row.name, row.kind, row.unit) == ("禅城区—南海区线", "district", "禅城区、南海区")
    assert row.geom.srid == 4490
    assert frame.to_frame(to_shapely(row.geom)).equals(to_shapely(version.geom))
    assert registered("community", date(2022, 12, 31)) == {}


@pytest.mark.django_db
def test_a_split_changes_the_touched_lines_and_old_days_answer_old_lines(town):
    before = registered("community", build.TODAY)
    head = acts.head_seq()
    effective = build.TODAY + timedelta(days=40)
    plan = split(unit(f"{A}001"), [(700, -10), (720, 500), (700, 1010)], "新居社区居委会")
    journey = Adjustment(town).draft(plan).to_reviewed()
    journey.decide(effective_on=effective)
    for day in days():
        require_equal(day)
    new = UnitVersion.objects.get(name="新居社区居委会", act_out__isnull=True)
    begun = {pair: v for pair, v in registered("community", effective).items() if new.unit_id in pair}
    assert len(begun) == 3  # the old community, the village above, the town to the east
    assert all(v.valid_from == effective for v in begun.values())
    # What nobody touched keeps its row; what was law before the day is law on the days before.
    far = line_of(f"{C}001", f"{C}200")
    assert far.row in {v.row for v in before.values()}
    require_equal(build.TODAY, head)
    assert registered("community", build.TODAY, head).keys() == before.keys()
    # Public from the announcement on, and the replay agrees.
    assert not PublishedBoundaryLine.objects.filter(id__in=[v.line_id for v in begun.values()]).exists()
    journey.announce()
    assert PublishedBoundaryLine.objects.filter(id__in=[v.line_id for v in begun.values()]).count() == 3
    journey.go("assign_codes", "demo-district", **{f"code-{new.unit_id}": f"{A}007"})
    require_equal(effective)
    line = in_force(
        BoundaryLineVersion.objects.filter(line_id=line_of(f"{A}001", f"{A}007", effective).line_id),
        effective,
    ).get()
    assert line.unit_codes == f"{A}001、{A}007"
    published = PublishedBoundaryLine.objects.get(id=line.line_id, act_out__isnull=True)
    assert (published.name, published.unit_codes) == (line.name, line.unit_codes)
    call_command("rebuild_published", "--check", stdout=StringIO())


@pytest.mark.django_db
def test_a_merger_ends_the_line_between_the_two(town):
    one, two = unit(f"{A}001"), unit(f"{B}001")
    village = unit(f"{A}200")
    plan = {
        "kind": "merge",
        "operations": [
            {
                "op": "merge",
                "units": [str(one.unit_id), str(village.unit_id)],
                "into": str(one.unit_id),
                "declare": [],
            }
        ],
        "after": [
            {"id": str(village.unit_id), "ceases": True},
            {
                "id": str(one.unit_id),
                "households": one.households + village.households,
                "population": one.population + village.population,
            },
        ],
    }
    gone = line_of(f"{A}001", f"{A}200")
    to_two = line_of(f"{A}001", f"{B}001")
    journey = Adjustment(town).draft(plan).to_reviewed(village)
    journey.decide().announce()
    today = timezone.localdate(journey.clock)
    ended = BoundaryLineVersion.objects.get(line_id=gone.line_id, act_out__isnull=True)
    assert ended.valid_to is not None and ended.valid_to <= today
    for day in days():
        require_equal(day)
    grown = in_force(BoundaryLineVersion.objects.filter(line_id=to_two.line_id), today).get()
    assert grown.length_m == to_two.length_m and two.unit_id in (grown.line.first_id, grown.line.second_id)
    row = PublishedBoundaryLine.objects.get(id=gone.line_id, act_out__isnull=True)
    assert row.valid_to == ended.valid_to
    call_command("rebuild_published", "--check", stdout=StringIO())


@pytest.mark.django_db
def test_land_that_changes_hands_moves_the_line(town):
    one, village = unit(f"{A}001"), unit(f"{A}200")
    ring = [point(x, y) for x, y in ((200, 900), (500, 900), (500, 1000), (200, 1000), (200, 900))]
    plan = {
        "kind": "transfer",
        "operations": [
            {
                "op": "transfer",
                "giver": str(one.unit_id),
                "receiver": str(village.unit_id),
                "polygon": [ring],
                "declare": [],
            }
        ],
        "after": [
            {"id": str(one.unit_id), "households": one.households - 10, "population": one.population - 30},
            {
                "id": str(village.unit_id),
                "households": village.households + 10,
                "population": village.population + 30,
            },
        ],
    }
    was = line_of(f"{A}001", f"{A}200")
    journey = Adjustment(town).draft(plan).to_reviewed(village)
    journey.decide().announce()
    today = journey.case.decision.effective_on
    now = line_of(f"{A}001", f"{A}200", today)
    assert now.line_id == was.line_id and now.length_m == was.length_m + 200.0
    assert line_of(f"{A}001", f"{A}200", today - timedelta(days=1)).length_m == was.length_m
    for day in days():
        require_equal(day)
    payload = Act.objects.get(kind="unit_adjustment").payload
    assert str(was.line_id) in payload
    assert rebuild.compare(lambda text: None) == []


# What follows from the units, and what is entered


def _act(kind="test"):
    return acts.act(kind, at=build.NOW)


@pytest.mark.django_db
def test_a_new_name_names_all_lines_anew_and_a_count_of_households_none(town):
    village = unit(f"{A}200")
    mine = {v.line_id for pair, v in registered("community", build.TODAY).items() if village.unit_id in pair}
    with transaction.atomic(), _act() as act:
        renamed = succeed(village, seq=act.seq, valid_from=build.TODAY, name="改名村")
        assert set(refresh_lines([village.unit_id], seq=act.seq)) == mine and len(mine) == 2
    assert line_of(f"{A}001", f"{A}200").name == "试验社区—改名村线"
    assert line_of(f"{A}001", f"{A}200", build.TODAY - timedelta(days=1)).name == "试验社区—试验村线"
    with transaction.atomic(), _act() as act:
        succeed(renamed, seq=act.seq, valid_from=build.TODAY + timedelta(days=9), households=7)
        assert refresh_lines([village.unit_id], seq=act.seq) == []
    require_equal(build.TODAY)


@pytest.mark.django_db
def test_an_agreement_stays_with_its_course_and_the_code_with_the_line(town):
    version = line_of(f"{A}001", f"{A}200")
    corner = build.rectangle(0, 900, 100, 1000)
    one, village = unit(f"{A}001"), unit(f"{A}200")
    with transaction.atomic(), _act() as act:
        succeed(
            version,
            seq=act.seq,
            valid_from=date(2024, 5, 1),
            code="0500",
            agreement="界协〔2024〕1号（示意）",
        )
    with transaction.atomic(), _act() as act:
        succeed(village, seq=act.seq, valid_from=date(2025, 1, 1), name="改名村")
        refresh_lines([village.unit_id], seq=act.seq)
    renamed = line_of(f"{A}001", f"{A}200")
    assert (renamed.code, renamed.agreement) == ("0500", "界协〔2024〕1号（示意）")
    assert line_of(f"{A}001", f"{A}200", date(2024, 4, 30)).agreement == ""
    village = unit(f"{A}200")
    with transaction.atomic(), _act() as act:
        for unit_version, land in (
            (one, to_shapely(one.geom).difference(corner)),
            (village, shapely.union(to_shapely(village.geom), corner)),
        ):
            geom = frame_geos(multipolygon(land))
            succeed(unit_version, seq=act.seq, valid_from=date(2026, 1, 1), geom=geom)
        refresh_lines([one.unit_id, village.unit_id], seq=act.seq)
    moved = line_of(f"{A}001", f"{A}200")
    assert (moved.code, moved.agreement) == ("0500", "")  # 条例 art. 9: a changed line needs a new agreement
    assert line_of(f"{A}001", f"{A}200", date(2025, 6, 1)).agreement == "界协〔2024〕1号（示意）"
    require_equal(build.TODAY)


@pytest.mark.django_db
def test_registering_again_changes_nothing(town):
    rows = BoundaryLineVersion.objects.count()
    with transaction.atomic(), _act() as act:
        assert [register_lines(level, seq=act.seq) for level in Unit.Level.values] == [[], [], []]
    assert BoundaryLineVersion.objects.count() == rows


@pytest.mark.django_db
def test_neighbours_that_part_and_meet_again_have_one_line_with_a_gap():
    """The identity of a line is its two units: nobody could tell the second line from the first."""
    at = timezone.make_aware(datetime(2020, 1, 1, 9))
    left, right = sorted((uuid.uuid4(), uuid.uuid4()))
    for key in (left, right):
        Unit.objects.create(pk=key, level="community")

    def land(x0, x1):
        return frame_geos(multipolygon(shapely.box(x0, 0, x1, 10)))

    def value(key, geom):
        return {"unit_id": key, "name": str(key)[:4], "code": "", "kind": "village", "geom": geom}

    with transaction.atomic(), acts.act("test", at=at) as act:
        begin(UnitVersion, seq=act.seq, valid_from=date(2020, 1, 1), **value(left, land(0, 10)))
        row = begin(UnitVersion, seq=act.seq, valid_from=date(2020, 1, 1), **value(right, land(10, 20)))
        (line,) = refresh_lines([left, right], seq=act.seq)
    with transaction.atomic(), acts.act("test", at=at) as act:
        end(row, seq=act.seq, valid_to=date(2021, 1, 1))
        refresh_lines([right], seq=act.seq)
    with transaction.atomic(), acts.act("test", at=at) as act:
        begin(UnitVersion, seq=act.seq, valid_from=date(2023, 1, 1), **value(right, land(10, 30)))
        assert refresh_lines([right], seq=act.seq) == [line]
    found = known(BoundaryLineVersion.objects.filter(line_id=line)).order_by("valid_from")
    assert [(v.valid_from, v.valid_to) for v in found] == [
        (date(2020, 1, 1), date(2021, 1, 1)),
        (date(2023, 1, 1), None),
    ]
    require_equal(date(2020, 6, 1), 1)


@pytest.mark.django_db
def test_a_register_from_before_there_were_lines_is_taken_over_by_the_first_act(town):
    BoundaryLineVersion.objects.all().delete()
    BoundaryLine.objects.all().delete()
    village = unit(f"{A}200")
    with transaction.atomic(), _act() as act:
        succeed(village, seq=act.seq, valid_from=build.TODAY, name="改名村")
        assert len(refresh_lines([village.unit_id], seq=act.seq)) == 7
    assert set(BoundaryLine.objects.values_list("level", flat=True)) == {"community"}
    assert registered("community", build.TODAY).keys() == expected_lines("community", build.TODAY).keys()


@pytest.mark.django_db
def test_what_a_refresh_reads_is_the_neighbourhood(town, django_assert_max_num_queries):
    """A few queries by box and id for one unit, however large the city: nothing reads a whole level."""
    village = unit(f"{A}200")
    with transaction.atomic(), _act() as act:
        succeed(village, seq=act.seq, valid_from=build.TODAY, name="改名村")
        far = UnitVersion.objects.filter(code__startswith=C, act_out__isnull=True)
        assert far.filter(unit__level="community").update(geom=None) == 2  # would be missed if it were read
        with django_assert_max_num_queries(14):
            changed = refresh_lines([village.unit_id], seq=act.seq)
    assert len(changed) == 2
    assert line_of(f"{B}001", f"{C}001").valid_to is None
