"""Proofs: every planted fault is found, with a place; certificates are verified offline."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.editing import Coverage, InsertNode, Land, Merge, Split, Transfer, apply
from boundaries.exact import Rings, uncancelled
from boundaries.proof import land_hashes, prove, prove_all, verify_certificate
from geoapp.core.frame import area2_mm2
from tests.strategies import coverages, mesh, wiggly_grid, with_enclave


@pytest.fixture(scope="module")
def grid() -> Coverage:
    return wiggly_grid(6, 6, steps=3, block=3, seed=11)


def rebuilt(
    coverage: Coverage, *changed: Land, parents: tuple[Land, ...] = (), gone: tuple[str, ...] = ()
) -> Coverage:
    units = {land.id: land for land in coverage.lands() if land.id not in gone}
    units |= {land.id: land for land in changed}
    above = dict(coverage.parents) | {land.id: land for land in parents}
    return Coverage(units.values(), above.values())


def moved_vertex(land: Land, index: int, dx_m: float) -> Land:
    xy = shapely.get_coordinates(land.geometry)
    xy[index, 0] = round(xy[index, 0] + dx_m, 3)
    if index == 0:
        xy[-1] = xy[0]
    return replace(land, geometry=shapely.Polygon(xy))


def cut(coverage: Coverage, unit: str = "u1-1", ids: tuple[str, str] = ("u1-1", "new")):
    x, y = coverage[unit].geometry.centroid.coords[0]
    line = shapely.LineString([(x - 2000, y - 100), (x, y), (x + 2000, y + 150)])
    return apply(coverage, Split(unit, line, ids))


def codes(certificate) -> set[str]:
    assert all(fault.message for fault in certificate.faults)
    assert certificate.proved == (not certificate.faults) == certificate.as_json()["proved"]
    return {fault.code for fault in certificate.faults}


# --- the sums ----------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(coverages())
def test_vector_sums_equal_the_exact_ones(coverage):
    shapes = [land.geometry for land in coverage.lands()]
    rings = Rings.of(shapes)
    assert rings.areas2_mm2().tolist() == [area2_mm2(shape) for shape in shapes]
    holes = [sum(len(part.interiors) for part in shapely.get_parts(shape)) for shape in shapes]
    assert rings.holes().tolist() == holes
    turned = Rings.of([shape.reverse() for shape in shapes])
    assert turned.areas2_mm2().tolist() == rings.areas2_mm2().tolist()
    assert prove_all(coverage).proved
    assert prove_all(
        Coverage(
            [replace(u, geometry=u.geometry.reverse()) for u in coverage.lands()], coverage.parents.values()
        )
    ).proved


def test_sums_are_exact_far_from_the_origin_and_for_a_whole_province():
    province = shapely.box(1e6, 2.5e6, 1.6e6, 3.3e6)
    assert Rings.of([province]).areas2_mm2().tolist() == [2 * 600_000_000 * 800_000_000]
    assert Rings.of([]).areas2_mm2().tolist() == []


@pytest.mark.parametrize("far", [0.0, 5e9])
def test_edges_that_do_not_cancel_are_found_packed_or_not(far):
    whole, left, right = shapely.box(0, 0, 20, 10), shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)
    noded = shapely.coverage_union_all([left, right])
    away = shapely.box(far, far, far + 1, far + 1)
    up = np.array([0, 0, 1])
    parents = Rings.of([noded, away]), np.array([0, 1])
    middles = uncancelled((Rings.of([left, right, away]), up), parents, 2).middles
    assert not len(middles)
    remainder = uncancelled((Rings.of([left, away]), up[1:]), parents, 2)
    middles, groups = remainder.middles, remainder.groups
    assert len(middles) == 4 and set(groups.tolist()) == {0}
    assert {(10.0, 5.0), (20.0, 5.0)} <= set(map(tuple, middles.tolist()))
    middles = uncancelled(
        (Rings.of([left, right, away]), up), (Rings.of([whole, away]), np.array([0, 1])), 2
    ).middles
    assert {(5.0, 0.0), (15.0, 0.0), (10.0, 0.0)} <= set(map(tuple, middles.tolist()))


# --- the whole coverage ------------------------------------------------------------------------------------


def test_a_whole_coverage_is_proved_and_counts_what_has_no_land(grid):
    certificate = prove_all(grid, without_geometry=["498", "598"])
    assert codes(certificate) == set()
    body = certificate.as_json()
    assert body["count"] == 36 and body["parents"] == 5
    assert body["area2_mm2"] == area2_mm2(grid.parents["city"].geometry)
    assert body["without_geometry"] == ["498", "598"] and "2 个单位没有范围图形" in body["note"]


def test_a_missing_unit_is_a_gap_though_the_coverage_test_is_content(grid):
    holed = rebuilt(grid, gone=("u1-1",))
    assert shapely.coverage_is_valid([land.geometry for land in holed.lands()])
    certificate = prove_all(holed)
    assert codes(certificate) == {"gap", "conservation"}
    gap = next(fault for fault in certificate.faults if fault.code == "gap")
    assert gap.units == ("t0-0",) and gap.place.distance(grid["u1-1"].geometry) == 0.0


@pytest.mark.parametrize("shift", [0.001, -0.001, 0.04, 25.0])
def test_one_vertex_a_millimetre_off_is_found_in_place(grid, shift):
    certificate = prove_all(rebuilt(grid, moved_vertex(grid["u2-2"], 2, shift)))
    assert {"coverage", "gap", "conservation"} >= codes(certificate) >= {"gap", "conservation"}
    corner = shapely.Point(shapely.get_coordinates(grid["u2-2"].geometry)[2])
    assert all(f.place.distance(corner) < 500 for f in certificate.faults if f.code == "gap")


def test_a_vertex_on_one_side_only_is_found(grid):
    land = grid["u2-2"]
    xy = shapely.get_coordinates(land.geometry)
    more = np.insert(xy, 1, np.round((xy[0] + xy[1]) / 2, 3), axis=0)
    assert "gap" in codes(prove_all(rebuilt(grid, replace(land, geometry=shapely.Polygon(more)))))


def test_a_towns_outline_that_is_not_its_units_is_found(grid):
    town = moved_vertex(grid.parents["t0-0"], 3, 0.5)
    certificate = prove_all(rebuilt(grid, parents=(town,)))
    assert codes(certificate) == {"gap", "conservation"}
    assert {"t0-0", "city"} <= {unit for fault in certificate.faults for unit in fault.units} | {"city"}
    assert any(fault.units == ("t0-0",) for fault in certificate.faults)


def test_undeclared_holes_parts_crossings_and_orphans_are_found():
    holed = with_enclave(wiggly_grid(3, 6, seed=3))
    assert prove_all(holed).proved
    assert codes(prove_all(rebuilt(holed, replace(holed["host"], enclaves=0)))) == {"hole"}
    grid = wiggly_grid(2, 2, seed=3)
    both = shapely.multipolygons([grid["u0-0"].geometry, grid["u1-1"].geometry])
    scattered = rebuilt(grid, replace(grid["u0-0"], geometry=both), gone=("u1-1",))
    assert "extra_part" in codes(prove_all(scattered))
    assert "orphan" in codes(prove_all(rebuilt(grid, replace(grid["u0-0"], parent="nobody"))))
    xy = shapely.get_coordinates(grid["u0-0"].geometry)
    xy[[1, 9]] = xy[[9, 1]]
    crossed = prove_all(rebuilt(grid, replace(grid["u0-0"], geometry=shapely.Polygon(xy))))
    assert {"invalid", "gap"} <= codes(crossed)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-900, 900), st.floats(-900, 900), st.booleans())
def test_a_vertex_dragged_in_every_unit_and_parent_alike_is_found_when_it_spoils_a_shape(
    seed, dx, dy, slight
):
    """Every border still cancels then: what GEOS says of each shape alone must not get lost."""
    grid = wiggly_grid(3, 3, steps=1, block=3, seed=seed)
    corners = np.unique(shapely.get_coordinates([u.geometry for u in grid.lands()]), axis=0)
    old = corners[seed % len(corners)]
    new = corners[(seed // 7) % len(corners)] if slight else np.round(old + (dx, dy), 3)

    def dragged(land: Land) -> Land:
        xy = shapely.get_coordinates(land.geometry)
        xy[(xy == old).all(axis=1)] = new
        return replace(land, geometry=shapely.Polygon(xy))

    spoilt = Coverage([dragged(u) for u in grid.lands()], [dragged(p) for p in grid.parents.values()])
    shapes = [u.geometry for u in spoilt.lands()]
    sound = shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes)
    assert prove_all(spoilt).proved == bool(sound)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["swap", "twice", "stretch", "drop", "reparent"]))
def test_whatever_is_proved_passes_the_coverage_test(seed, spoil):
    """Integers may settle the proof alone: never against GEOS, pair by pair."""
    rng = np.random.default_rng(seed)
    grid = wiggly_grid(4, 4, steps=1, block=2, seed=seed)
    lands = {land.id: land for land in grid.lands()}
    first, second = (lands[i] for i in rng.choice(sorted(lands), 2, replace=False))
    if spoil == "swap":
        lands[first.id] = replace(first, geometry=second.geometry)
    elif spoil == "twice":
        lands["again"] = replace(first, id="again", parent=second.parent)
    elif spoil == "stretch":
        lands[first.id] = replace(first, geometry=shapely.union(first.geometry, second.geometry.buffer(0)))
    elif spoil == "drop":
        del lands[first.id]
    else:
        lands[first.id] = replace(first, parent="city")
    spoilt = Coverage(lands.values(), grid.parents.values())
    assert not prove_all(spoilt).proved


def asked(coverage: Coverage, monkeypatch) -> bool:
    """Tell whether the proof of a coverage needed the coverage test."""
    calls = []
    monkeypatch.setattr("boundaries.proof.misfits", lambda lands: calls.append(len(lands)) or [])
    assert prove_all(coverage).proved
    return len(coverage.lands()) in calls


def test_the_coverage_test_is_asked_where_integers_do_not_say_it_all(grid, monkeypatch):
    assert not asked(grid, monkeypatch)
    city = grid.parents["city"]
    bowtie = replace(city, id="other", geometry=shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)]))
    assert asked(Coverage(grid.lands(), [*grid.parents.values(), bowtie]), monkeypatch)


def test_topmost_units_that_overlap_are_not_taken_for_a_tiling(grid):
    moved = wiggly_grid(3, 3, steps=1, block=3, seed=5)
    other = [replace(u, id=f"x{u.id}", parent=f"x{u.parent}") for u in moved.lands()]
    above = [
        replace(p, id=f"x{p.id}", parent=f"x{p.parent}" if p.parent else "") for p in moved.parents.values()
    ]
    both = Coverage([*grid.lands(), *other], [*grid.parents.values(), *above])
    assert "coverage" in codes(prove_all(both))


def test_two_edges_with_one_midpoint_are_told_apart():
    up, down = shapely.Polygon([(0, 0), (10, 10), (0, 10)]), shapely.Polygon([(0, 10), (10, 0), (0, 0)])
    sides = (Rings.of([up]), np.array([0])), (Rings.of([down]), np.array([0]))
    left = uncancelled(*sides, 1)
    assert not left.exact and len(left.middles)
    level = shapely.Polygon([(-5, 0), (15, 0), (5, 9)]), shapely.Polygon([(0, 0), (10, 0), (5, 9)])
    longer = uncancelled((Rings.of([level[0]]), np.array([0])), (Rings.of([level[1]]), np.array([0])), 1)
    assert not longer.exact, "the bases share their middle and direction, not their ends"
    same = uncancelled((Rings.of([up]), np.array([0])), (Rings.of([up]), np.array([0])), 1)
    assert same.exact and not len(same.middles)


def test_units_that_touch_themselves_in_a_point_are_no_fault():
    # GEOS's coverage test complains of this mesh, though every border matches.
    touching = mesh(3)
    assert not shapely.coverage_is_valid([land.geometry for land in touching.lands()])
    assert prove_all(touching).proved


# --- one adjustment ----------------------------------------------------------------------------------------


def test_an_adjustment_is_proved_with_its_figures(grid):
    edited = cut(grid)
    households = (dict.fromkeys(grid, 100), dict.fromkeys(edited.coverage, 100) | {"u1-1": 60, "new": 40})
    people = (dict.fromkeys(grid, 290), dict.fromkeys(edited.coverage, 290) | {"u1-1": 180, "new": 110})
    certificate = prove(
        grid, edited.coverage, inserted=edited.inserted, households=households, population=people
    )
    assert codes(certificate) == set()
    rows = {row["id"]: row for row in certificate.as_json()["units"]}
    assert set(rows) == set(edited.changed)
    assert rows["new"]["hash_before"] is None and rows["new"]["households"] == 40
    assert rows["u1-1"]["area2_before_mm2"] == area2_mm2(grid["u1-1"].geometry)


def test_households_that_do_not_add_up_are_found(grid):
    edited = cut(grid)
    before = dict.fromkeys(grid, 100)
    lost = prove(
        grid, edited.coverage, inserted=edited.inserted, households=(before, before | {"u1-1": 60, "new": 39})
    )
    assert codes(lost) == {"households"} and lost.faults[0].place is not None
    missing = prove(
        grid, edited.coverage, inserted=edited.inserted, population=(before, before | {"u1-1": 100})
    )
    assert codes(missing) == {"population"} and missing.faults[0].units == ("new",)
    negative = prove(
        grid,
        edited.coverage,
        inserted=edited.inserted,
        households=(before, before | {"u1-1": 101, "new": -1}),
    )
    assert codes(negative) == {"households"}


def test_a_lost_piece_and_a_moved_town_line_are_found(grid):
    edited = cut(grid)
    after = edited.coverage
    assert "gap" in codes(prove(grid, rebuilt(after, gone=("new",)), inserted=edited.inserted))
    assert "conservation" in codes(prove(grid, rebuilt(after, gone=("new",)), inserted=edited.inserted))
    town = moved_vertex(after.parents["t0-0"], 2, 0.3)
    found = prove(grid, rebuilt(after, parents=(town,)), inserted=edited.inserted)
    assert (
        codes(found) == {"parent"}
        and found.faults[0].units == ("t0-0",)
        and not found.faults[0].place.is_empty
    )


def test_a_node_left_out_of_a_parent_is_found(grid):
    border = shapely.get_coordinates(grid.parents["t0-0"].geometry)
    a, b = border[0], border[1]
    middle = shapely.Point(np.round((a + b) / 2, 3))
    edited = apply(grid, InsertNode(middle))
    assert prove(grid, edited.coverage, inserted=edited.inserted).proved
    assert "parent" in codes(prove(grid, edited.coverage))  # the node is not listed
    forgetful = rebuilt(edited.coverage, parents=(grid.parents["t0-0"],))
    assert "parent" in codes(prove(grid, forgetful, inserted=edited.inserted))


def test_land_that_changes_towns_is_found(grid):
    # u0-2 and u0-3 lie on either side of a town line; their union is given to one town.
    both = shapely.coverage_union_all([grid["u0-2"].geometry, grid["u0-3"].geometry])
    after = rebuilt(grid, replace(grid["u0-2"], geometry=both), gone=("u0-3",))
    assert "gap" in codes(prove(grid, after))


def test_a_displaced_node_is_found(grid):
    edited = cut(grid)
    node = edited.inserted[0]
    wrong = replace(node, point=(node.point[0] + 900, node.point[1]))
    assert "displacement" in codes(prove(grid, edited.coverage, inserted=[wrong]))


def test_a_chain_is_proved_as_one_with_all_its_nodes(grid):
    first = cut(grid)
    x, y = first.coverage["new"].geometry.centroid.coords[0]
    second = apply(
        first.coverage, Split("new", shapely.LineString([(x, y - 2000), (x, y + 2000)]), ("new", "third"))
    )
    third = apply(second.coverage, Merge(("new", "third"), "new"))
    nodes = (*first.inserted, *second.inserted, *third.inserted)
    assert prove(grid, third.coverage, inserted=nodes).proved


def test_lands_without_a_coverage_object_can_be_proved(grid):
    edited = apply(grid, Transfer("u1-1", "u1-2", _on_border(grid, "u1-1", "u1-2")))
    parents = tuple(grid.parents.values()), tuple(edited.coverage.parents.values())
    certificate = prove(grid.lands(), edited.coverage.lands(), parents=parents, inserted=edited.inserted)
    assert codes(certificate) == set()
    assert [row["id"] for row in certificate.as_json()["units"]] == ["u1-1", "u1-2"]


def _on_border(coverage: Coverage, first: str, second: str):
    border = shapely.line_merge(shapely.intersection(coverage[first].geometry, coverage[second].geometry))
    return border.interpolate(0.5, normalized=True).buffer(60, quad_segs=2)


# --- certificates offline ----------------------------------------------------------------------------------


def test_a_certificate_is_verified_offline_and_detects_tampering(grid):
    edited = cut(grid)
    certificate = json.loads(json.dumps(prove(grid, edited.coverage, inserted=edited.inserted).as_json()))
    after = {u: edited.coverage[u].geometry for u in edited.coverage}
    before = {u: grid[u].geometry for u in grid}
    assert verify_certificate(certificate, after, before) == ()
    many = {u: shapely.multipolygons([shape.reverse()]) for u, shape in after.items()}
    assert verify_certificate(certificate, many) == ()

    bent = after | {"new": moved_vertex(edited.coverage["new"], 1, 0.001).geometry}
    assert {"hash", "area"} <= {f.code for f in verify_certificate(certificate, bent)}
    fat = after | {"new": after["new"].buffer(5)}
    assert {"hash", "area", "coverage"} <= {f.code for f in verify_certificate(certificate, fat)}
    neighbour = certificate["neighbours"][0]["id"]
    shifted = after | {neighbour: moved_vertex(edited.coverage[neighbour], 1, 0.5).geometry}
    assert "hash" in {f.code for f in verify_certificate(certificate, shifted)}
    missing = {u: shape for u, shape in after.items() if u != "new"}
    assert "missing" in {f.code for f in verify_certificate(certificate, missing)}
    assert "hash" in {
        f.code for f in verify_certificate(certificate, after, before | {"u1-1": after["u1-1"]})
    }

    forged = json.loads(json.dumps(certificate))
    forged["units"][0]["area2_mm2"] += 2
    assert {"digest", "area", "conservation"} <= {f.code for f in verify_certificate(forged, after)}
    assert {"digest"} <= {f.code for f in verify_certificate(certificate | {"proved": False}, after)}
    assert verify_certificate({"format": 9}, after)[0].code == "format"


def test_a_full_certificate_with_hashes_is_verified_too(grid):
    land = {u: grid[u].geometry for u in grid}
    assert verify_certificate(prove_all(grid, hashes=True).as_json(), land) == ()
    bare = prove_all(grid).as_json()
    assert verify_certificate(bare, land)[0].code == "no_hashes"


def test_hashes_tell_land_apart_by_a_millimetre_and_nothing_else():
    shape = shapely.box(0, 0, 10, 10)
    same = [
        shape,
        shape.reverse(),
        shapely.multipolygons([shape]),
        shapely.Polygon([(10, 10), (0, 10), (0, 0), (10, 0)]),
    ]
    assert len(set(land_hashes(same))) == 1
    assert len(set(land_hashes([shape, shapely.box(0, 0, 10, 10.001)]))) == 2
