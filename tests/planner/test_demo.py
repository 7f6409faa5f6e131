"""The demo city and the two published decisions in it, on the database under test; any seed will do."""

from __future__ import annotations

from collections import Counter
from datetime import date
from io import StringIO

import pytest
import shapely
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone

from boundaries import register
from boundaries.history import list_in_force
from boundaries.line_audit import audit_lines
from boundaries.models import (
    BoundaryLine,
    Building,
    BuiltUpArea,
    Estate,
    PublishedBoundaryLine,
    PublishedBoundaryMarker,
    PublishedCommunity,
    River,
    Unit,
    UnitLineage,
    UnitVersion,
)
from geoapp.core import acts, cases, frame
from geoapp.core.errors import NotReady
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Act, Case, User
from geoapp.core.workflow import move
from geoapp.planner.demo.addresses import make_addresses
from geoapp.planner.demo.city import built_up_areas, load_units
from geoapp.planner.demo.features import make_features
from geoapp.planner.demo.real_cases import NANHAI_2023, QINGXIN_2023
from geoapp.planner.demo.streets import make_streets
from naming.door_procedure import DOOR_NUMBERING
from naming.models import (
    AddressVersion,
    PlaceNameVersion,
    PublishedPlaceName,
    PublishedStreet,
    StreetVersion,
)
from naming.procedure import STREET_NAMING
from naming.search import search


def test_the_land_is_an_exact_coverage():
    units = load_units()
    counts = Counter(u.level for u in units)
    assert counts == {"district": 5, "town": 32, "community": 818}
    land = [u.geometry for u in units if u.level == "community" and u.geometry is not None]
    assert len(land) == 809 and sum(u.landless for u in units) == 9
    assert all(u.synthetic for u in units)
    assert shapely.coverage_is_valid(shapely.get_parts(land))
    for level in ("town", "district"):
        above = sum(frame.area2_mm2(u.geometry) for u in units if u.level == level)
        assert above == sum(frame.area2_mm2(g) for g in land)


@pytest.mark.parametrize("seed", [2026, 5])
def test_the_street_graph_is_planar_and_named_lawfully(seed):
    units = load_units()
    areas = built_up_areas(units)
    reserved = {"鱼跃路"}
    streets = make_streets(units, areas, seed=seed, count=6000, reserved=reserved)
    assert len(streets) == 6000 and not reserved & {s.name for s in streets}
    scopes = Counter((s.built_up_area or s.town_code[:6], s.name) for s in streets)
    assert max(scopes.values()) == 1
    assert sum(n > 1 for n in Counter(s.name for s in streets).values()) > 500, "names repeat across towns"
    assert any(s.geometry.is_ring for s in streets) or any(
        shapely.get_parts(s.geometry)[0].is_ring for s in streets
    )
    assert any(s.parts == ("main", "opposite") for s in streets)
    apart = [s for s in streets if s.parts == ("main", "main")]
    assert any(a.geometry.geoms[0].distance(a.geometry.geoms[1]) > 50 for a in apart), "broken by a river"
    lines = [s.geometry.geoms[s.parts.index("main")] for s in streets]
    tree = shapely.STRtree(lines)
    left, right = tree.query(lines[:1500], predicate="crosses")
    nodes = [{tuple(c) for c in shapely.get_coordinates(line)} for line in lines]
    astray = [
        (i, j)
        for i, j in zip(left, right, strict=True)
        for p in shapely.get_coordinates(lines[i].intersection(lines[j]))
        if tuple(p) not in nodes[i]
        and shapely.distance(shapely.Point(p), shapely.multipoints(list(nodes[i]))) > 0.01
    ]
    assert astray == []
    doors = make_addresses(units, streets, seed=seed, count=20000)
    assert len(doors) == 20000
    assert all((d.number % 2 == 1) == (d.side == "left") for d in doors)


@pytest.mark.django_db
def test_the_demo_holds_everything(settings):
    call_command("setup", stdout=StringIO())
    call_command("load_demo", seed=11, streets=1500, addresses=2000, verbosity=0, stdout=StringIO())
    _units_in_time()
    assert StreetVersion.objects.count() >= 1518
    assert AddressVersion.objects.filter(case_number__isnull=True).count() == 2000
    assert BuiltUpArea.objects.count() == 29
    _homes()
    states = set(Case.objects.filter(procedure="street_naming").values_list("status", flat=True))
    assert states == {state.code for state in STREET_NAMING.states}
    land = Case.objects.filter(procedure="unit_adjustment").values_list("status", flat=True)
    assert sorted(land) == ["consulting", "draft", "reviewed", "submitted"]
    doors = set(Case.objects.filter(procedure="door_numbering").values_list("status", flat=True))
    assert doors == {state.code for state in DOOR_NUMBERING.states}
    assert Case.objects.exclude(synthetic=True).count() == 0
    for case in Case.objects.all():
        assert cases.event_faults(case) == []
    assert acts.faults() == []
    call_command("rebuild_published", "--check", stdout=StringIO())
    _lines()
    _published_decisions()
    _second_name_is_blocked()
    again = StringIO()
    call_command("load_demo", stdout=again)
    assert "已载入" in again.getvalue()


def _lines() -> None:
    """Every shared edge is a line, of all three levels; the markers are made up, some where three lines meet."""
    levels = Counter(BoundaryLine.objects.values_list("level", flat=True))
    assert (levels["district"], levels["town"]) == (6, 66) and levels["community"] > 2000
    assert PublishedBoundaryLine.objects.filter(act_out__isnull=True).count() == levels.total()
    assert audit_lines(timezone.localdate()) == []
    markers = PublishedBoundaryMarker.objects.filter(act_out__isnull=True)
    assert markers.count() > 100 and not markers.exclude(synthetic=True).exists()
    three = list(markers.filter(faces=3))
    assert len(three) >= 10 and all(len(row.lines.split("、")) >= 3 for row in three)


def _units_in_time() -> None:
    """5 + 32 + 818 units stand; 18 more ended since 2016; land begins in 2023, and so does what is published."""
    assert UnitVersion.objects.filter(act_out__isnull=True, valid_to__isnull=True).count() == 855
    assert Unit.objects.count() == 855 + 18
    for year, size in ((2016, 765), (2019, 817), (2023, 818)):
        assert len(list_in_force(date(year, 12, 31))) == size
    assert UnitVersion.objects.filter(geom__isnull=False).count() == 5 + 32 + 809
    assert not UnitVersion.objects.filter(geom__isnull=False, valid_from__lt=date(2023, 1, 1)).exists()
    assert not UnitVersion.objects.filter(synthetic=True, geom__isnull=True).exists()
    assert PublishedCommunity.objects.count() == 809
    assert PublishedPlaceName.objects.filter(kind="ADM").count() == 5 + 32 + 809
    assert UnitLineage.objects.count() == 5
    kinds = list(Act.objects.order_by("seq").values_list("kind", flat=True)[:9])
    assert kinds == [*(f"edition_{y}" for y in range(2016, 2024)), "takeover_units"]
    today = register.units("town", date(2026, 11, 23))
    assert {v.unit.jurisdiction.code for v in today} == {v.code for v in today}


def _homes() -> None:
    """Every community with land: its buildings hold its households and people, to the last one."""
    sums = {
        row["community"]: (row["homes"], row["people"])
        for row in Building.objects.values("community").annotate(
            homes=Sum("households"), people=Sum("population")
        )
    }
    landed = UnitVersion.objects.filter(unit__level="community", geom__isnull=False, act_out__isnull=True)
    assert {v.unit_id: (v.households, v.population) for v in landed} == sums
    estate = Estate.objects.select_related("community").first()
    home = to_shapely(landed.get(unit=estate.community).geom)
    assert home.contains(to_shapely(estate.geom)) and estate.geom.srid == 4547
    assert estate.buildings.exists() and River.objects.filter(name="汾江河", synthetic=True).count() == 1
    for model in (River, Estate, Building):
        assert model.objects.exists() and not model.objects.filter(synthetic=False).exists()


def _published_decisions() -> None:
    six = Case.objects.get(title__contains="鱼跃路", status="archived")
    assert [i.title for i in six.items.all()] == [
        "鱼跃路",
        "鲲鹏路",
        "扬帆路",
        "登顶路",
        "锦程一路",
        "锦程二路",
    ]
    assert six.decision.decided_on == date(2023, 4, 18) and six.decision.from_paper
    sailing = six.items.get(title="扬帆路").street
    assert sailing.mended == ["U+0261"] and sailing.pinyin == "Yángfān Lù"
    printed = {row.name: row.pinyin for row in NANHAI_2023.printed}
    assert "ɡ" in printed["扬帆路"], "the source's own letters are kept"
    row = PublishedStreet.objects.get(name="锦程一路", act_out__isnull=True)
    assert (row.pinyin, row.valid_from) == ("Jǐnchéng 1 Lù", date(2023, 4, 18))
    twelve = Case.objects.get(items__title="西闸街二巷")
    assert twelve.status == "archived" and twelve.items.filter(outcome="approved").count() == 12
    assert [i.title for i in twelve.items.all()] == list(QINGXIN_2023.names)
    assert PlaceNameVersion.objects.get(name="太丰一街横一巷").pinyin_std == "Tàifēng 1 Jiē Héng 1 Xiàng"
    assert search("yangfanlu")[0]["name"] == "扬帆路"
    for case in (six, twelve):
        assert all(
            i.findings.filter(severity="warn", answer="", current=True).count() == 0 for i in case.items.all()
        )


def _second_name_is_blocked() -> None:
    draft = Case.objects.get(title="鱼跃路命名", status="draft")
    street = draft.items.get().street
    first = StreetVersion.objects.get(place__names__name="鱼跃路")
    assert not to_shapely(street.geom).intersects(to_shapely(first.geom))
    with pytest.raises(NotReady) as refusal:
        move(draft.number, "submit", actor=User.objects.get(username="demo-planner"), version=draft.version)
    assert "“鱼跃路”" in refusal.value.message and "地名管理条例 第九条第（八）项" in refusal.value.message


@pytest.mark.parametrize(("seed", "count"), [(2026, 6000), (5, 2500)])
def test_estates_and_buildings_house_every_community(seed, count):
    units = load_units()
    streets = make_streets(units, built_up_areas(units), seed=seed, count=count)
    made = make_features(units, streets, seed=seed)
    land = {u.code: u for u in units if u.level == "community" and u.geometry is not None}
    homes, people = Counter(), Counter()
    for b in made.buildings:
        homes[b.community_code] += b.households
        people[b.community_code] += b.population
        assert b.households >= 1 and b.population >= b.households
    assert homes == {code: u.households for code, u in land.items()}
    assert people == {code: u.population for code, u in land.items()}
    assert 15_000 < len(made.buildings) < 40_000 and len(made.estates) > 1_500

    estates = {e.key: e for e in made.estates}
    assert all(land[e.community_code].geometry.contains(e.geometry) for e in made.estates)
    owners = [estates[b.estate] if b.estate is not None else None for b in made.buildings]
    for b, estate in zip(made.buildings, owners, strict=True):
        home = land[b.community_code].geometry if estate is None else estate.geometry
        assert home.contains(b.point)
        assert estate is None or estate.community_code == b.community_code
    shapes = [e.geometry for e in made.estates]
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (left == right).all(), "no two estates touch"
    paved = [s.geometry.buffer((s.width_m or 6.0) / 2) for s in streets]
    wet = [r.geometry.buffer(r.width_m / 2) for r in made.rivers]
    assert len(shapely.STRtree(shapes).query(paved + wet, predicate="intersects")[0]) == 0
    assert (
        len(shapely.STRtree([b.point for b in made.buildings]).query(paved, predicate="intersects")[0]) == 0
    )


def test_rivers_follow_borders_and_cross_large_communities():
    units = load_units()
    streets = make_streets(units, built_up_areas(units), seed=5, count=1500)
    rivers = make_features(units, streets, seed=5).rivers
    assert rivers == make_features(units, streets, seed=5).rivers, "the same seed, the same rivers"
    assert rivers != make_features(units, streets, seed=6).rivers
    assert len({r.name for r in rivers}) == len(rivers) > 60
    borders = shapely.union_all(
        [shapely.boundary(u.geometry) for u in units if u.level == "community" and u.geometry is not None]
    )
    wide = [r for r in rivers if r.width_m > 40]
    assert len(wide) == 5 and all(r.geometry.length > 5_000 for r in wide)
    for river in wide:
        assert borders.intersection(river.geometry).length > 0.99 * river.geometry.length
    largest = max((u for u in units if u.level == "community"), key=lambda u: u.households)
    creek = next(r for r in rivers if largest.name.startswith(r.name.removesuffix("涌")))
    for end in shapely.get_parts(shapely.get_parts(creek.geometry)[0].boundary):
        assert end.distance(largest.geometry.boundary) < 0.001
