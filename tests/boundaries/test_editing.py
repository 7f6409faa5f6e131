"""Editing of a coverage: exact conservation, shared vertices, refusals that change nothing.

A longer run: GEOAPP_EDITING_EXAMPLES=2000 (random chains; 60 by default).
"""

from __future__ import annotations

import json
import os
from random import Random

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from boundaries.editing import (
    Convert,
    Coverage,
    Declared,
    InsertNode,
    Land,
    Limits,
    Merge,
    MoveEdge,
    RedrawBetween,
    Refused,
    Split,
    Transfer,
    apply,
    operation_from_json,
    replay,
)
from boundaries.editing.grid import path_of
from boundaries.proof import prove, prove_all
from geoapp.core.frame import area2_mm2
from geoapp.planner.demo.city import load_units
from tests.boundaries.squares import X0, Y0, box, done, line, long_line, point, refused, squares
from tests.strategies import coverages, random_operation, wiggly_grid, with_enclave

EXAMPLES = int(os.environ.get("GEOAPP_EDITING_EXAMPLES", "60"))

# --- chains on made-up land --------------------------------------------------------------------------------


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(coverages(), st.randoms(use_true_random=False))
def test_any_chain_conserves_the_land(coverage: Coverage, random: Random):
    start, operations, nodes = coverage, [], []
    for number in range(6):
        shapes = {unit: coverage[unit].geometry for unit in coverage}
        try:
            operation = random_operation(random, coverage, number)
            edited = apply(coverage, operation)
        except Refused as reason:
            assert reason.code not in ("unproved", "invalid"), reason  # a clear reason, never the safety net
            assert {unit: coverage[unit].geometry for unit in coverage} == shapes
            continue
        check_step(coverage, edited, operation)
        coverage = edited.coverage
        nodes += edited.inserted
        operations.append(operation)
    whole = prove(start, coverage, inserted=nodes)  # one certificate for the whole chain
    assert whole.proved, [f.message for f in whole.faults]
    assert prove_all(coverage).proved
    again = replay(start, [operation_from_json(json.loads(json.dumps(o.as_json()))) for o in operations])
    assert {u: again[u] for u in again} == {u: coverage[u] for u in coverage}
    assert all(shapely.equals_identical(again[u].geometry, coverage[u].geometry) for u in again)
    assert all(
        shapely.equals_identical(again.parents[p].geometry, coverage.parents[p].geometry)
        for p in again.parents
    )


@settings(max_examples=max(20, EXAMPLES // 3), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.1, 0.5, 3.0]),
    st.sampled_from([0.001, 0.003, 0.02]),
    st.randoms(use_true_random=False),
)
def test_on_land_of_decimetres_rounding_never_breaks_the_coverage(seed, cell_m, snap_m, random):
    """Here a millimetre is a hundredth of a unit: nodes crowd, bend lines and meet; refusing is allowed."""
    limits = Limits(min_area_m2=0, min_width_m=0, min_angle_deg=0, min_clearance_m=0, snap_m=snap_m)
    coverage = wiggly_grid(3, 3, steps=seed % 4, block=2, seed=seed, cell_m=cell_m)
    assume(prove_all(coverage).proved)  # rounding may have spoilt it before it was a coverage
    for number in range(8):
        try:
            operation = random_operation(random, coverage, number)
            edited = apply(coverage, operation, limits)
        except Refused:
            continue
        check_step(coverage, edited, operation)
        coverage = edited.coverage
    assert prove_all(coverage).proved


def check_step(before: Coverage, edited, operation) -> None:
    after = edited.coverage
    assert operation_from_json(json.loads(json.dumps(operation.as_json()))) == operation
    certificate = prove(before, after, inserted=edited.inserted)
    assert certificate.proved, [f.message for f in certificate.faults]
    old = sum(area2_mm2(before[u].geometry) for u in edited.changed if u in before)
    new = sum(area2_mm2(after[u].geometry) for u in edited.changed if u in after)
    assert old + edited.edge_shift2_mm2 == new
    assert set(edited.changed) == before.differing(after)
    if not edited.inserted:
        assert edited.edge_shift2_mm2 == 0
        assert all(after.parents[p] is before.parents[p] for p in before.parents)
    for node in edited.inserted:
        assert node.displacement_mm <= 0.7072
        assert 1 <= len(node.units) <= 2
        corner = tuple(c / 1000 for c in node.point)
        for land in [*(after.get(u) for u in node.units), *(after.parents[p] for p in node.parents)]:
            if land is not None and land.id in before:
                vertices = shapely.get_coordinates(land.geometry)
                assert (vertices == corner).all(axis=1).any() or land.geometry.distance(
                    shapely.Point(corner)
                ) > 0


# --- what each operation does ------------------------------------------------------------------------------


def test_a_split_puts_its_node_into_both_towns_and_the_city_keeps_the_outline():
    coverage = squares()
    edited = done(coverage, Split("B", line((1000, 1500), (2000, 1733.3333)), ("B", "N")))
    assert edited.changed == ("A", "B", "E", "N") and edited.changed_parents == ("S", "T")
    assert {node.displacement_mm for node in edited.inserted} == {0.0}
    assert edited.coverage.parents["city"] is coverage.parents["city"]
    corner = (X0 + 2000, Y0 + 1733.333)
    for land in (edited.coverage["E"], edited.coverage.parents["T"], edited.coverage.parents["S"]):
        assert corner in {tuple(c) for c in shapely.get_coordinates(land.geometry)}
    # Left of the line, as drawn from west to east, is the north.
    assert edited.coverage["B"].geometry.centroid.y > edited.coverage["N"].geometry.centroid.y


def test_a_node_beside_a_slanting_outer_line_shifts_the_whole_and_says_so():
    a, b, c, d = (X0, Y0), (X0 + 1000, Y0 + 333.001), (X0 + 1000, Y0 + 1000), (X0, Y0 + 1000)
    unit = Land("A", shapely.Polygon([a, b, c, d]), "T")
    coverage = Coverage([unit], [Land("T", unit.geometry)])
    edited = done(coverage, Split("A", line((377, 2000), (377, -100)), ("A", "N")))
    assert edited.edge_shift2_mm2 != 0
    assert {node.parents for node in edited.inserted} == {("T",)}
    assert 0 < max(node.displacement_mm for node in edited.inserted) <= 0.7072
    was, now = area2_mm2(coverage.parents["T"].geometry), area2_mm2(edited.coverage.parents["T"].geometry)
    assert now - was == edited.edge_shift2_mm2


def test_a_split_into_three_by_lines_that_meet():
    lines = shapely.MultiLineString(
        [line((0, 1500), (1000, 1500)).coords, line((500, 1500), (500, 2000)).coords]
    )
    edited = done(squares(), Split("A", lines, ("x", "y", "z")))
    areas = {u: edited.coverage[u].geometry.area for u in "xyz"}
    assert areas == {"x": 250_000.0, "y": 250_000.0, "z": 500_000.0}
    assert "A" not in edited.coverage and len(edited.coverage) == 7


def test_merging_back_gives_the_land_back():
    coverage = squares()
    split = done(coverage, Split("A", line((300, 900), (700, 2100)), ("A", "N"))).coverage
    merged = done(split, Merge(("A", "N"), "A")).coverage
    assert shapely.equals(merged["A"].geometry, coverage["A"].geometry)
    assert area2_mm2(merged["A"].geometry) == area2_mm2(coverage["A"].geometry)
    assert len(merged) == len(coverage)


def test_moving_an_edge_between_its_junctions():
    coverage = squares()
    edge = line((1000, 1000), (1000, 2000))
    edited = done(coverage, MoveEdge("A", "B", edge, line((1000, 1000), (1100, 1500), (1000, 2000))))
    assert edited.changed == ("A", "B") and not edited.inserted
    assert edited.coverage["A"].geometry.area == 1_050_000.0
    for unit in "CDE":
        assert edited.coverage[unit] is coverage[unit]
    back = done(edited.coverage, MoveEdge("B", "A", line((1000, 2000), (1100, 1500), (1000, 1000)), edge))
    assert shapely.equals(back.coverage["A"].geometry, coverage["A"].geometry)


def test_moving_a_junction_along_a_third_units_border():
    edge = line((1000, 1000), (1000, 2000))
    edited = done(squares(), MoveEdge("A", "B", edge, line((800, 1000), (1000, 2000))))
    assert edited.coverage["A"].geometry.area == 900_000.0
    assert edited.inserted[0].units == ("A", "C")
    assert {"C"} <= set(edited.changed)


def test_moving_a_stretch_keeps_the_rest_of_the_edge():
    edge = line((1000, 1000), (1000, 2000))
    new = line((1000, 1200), (1150, 1500), (1000, 1800))
    edited = done(squares(), MoveEdge("A", "B", edge, new))
    corners = {tuple(c) for c in shapely.get_coordinates(edited.coverage["A"].geometry)}
    assert {(X0 + 1000, Y0 + y) for y in (1000, 1200, 1800, 2000)} <= corners
    assert edited.coverage["A"].geometry.area == 1_045_000.0


def test_an_edge_picked_before_a_node_came_onto_it_is_still_found():
    coverage = squares()
    noded = done(coverage, InsertNode(point(1000, 1500))).coverage
    edge = line((1000, 1000), (1000, 2000))
    moved = done(noded, MoveEdge("A", "B", edge, line((1000, 1000), (900, 1400), (1000, 2000))))
    assert moved.coverage["A"].geometry.area == 950_000.0


def test_redrawing_between_junctions():
    new = line((1000, 2000), (950, 1600), (1000, 1000))
    edited = done(squares(), RedrawBetween("A", "B", point(1000, 1000), point(1000, 2000), new))
    assert edited.coverage["A"].geometry.area == 975_000.0
    refused(squares(), RedrawBetween("A", "B", point(1000, 1000), point(1000, 1900), new), "stale")
    refused(squares(), RedrawBetween("A", "B", point(1000, 1000), point(1000, 1000), new), "junctions")
    off = line((1000, 1990), (950, 1600), (1000, 1000))
    refused(squares(), RedrawBetween("A", "B", point(1000, 1000), point(1000, 2000), off), "junctions")


def test_a_transfer_takes_what_lies_in_the_polygon_and_may_reach_over_the_receiver():
    edited = done(squares(), Transfer("B", "A", box(900, 1300, 1200, 1700)))
    assert edited.coverage["A"].geometry.area == 1_080_000.0
    assert edited.changed == ("A", "B")
    assert [node.units for node in edited.inserted] == [("A", "B"), ("A", "B")]


def test_a_transfer_traced_with_a_millimetre_of_noise_leaves_no_sliver():
    rough = shapely.Polygon(
        [(X0 + 1000.001, Y0 + 1299.999), (X0 + 1200, Y0 + 1300), (X0 + 1200, Y0 + 1700), (X0 + 1000.001, Y0 + 1700),
         (X0 + 999.999, Y0 + 1500.001)]
    )  # fmt: skip
    edited = done(squares(), Transfer("B", "A", rough))
    assert edited.coverage["B"].geometry.geom_type == "Polygon"
    assert edited.coverage["A"].geometry.area == pytest.approx(1_080_000, abs=2)


def test_a_line_traced_with_hundreds_of_corners_along_one_straight_border():
    # Each corner lies within a millimetre of the border and becomes a node there or falls on one.
    traced = [(1000 + (i % 3 - 1) / 1000, 1200 + 2 * i) for i in range(301)]
    area = shapely.Polygon([(X0 + x, Y0 + y) for x, y in [*traced, (1300, 1800), (1300, 1200)]])
    edited = done(squares(), Transfer("B", "A", area))
    assert edited.coverage["A"].geometry.area == pytest.approx(1_180_000, abs=1)
    assert edited.coverage["B"].geometry.geom_type == "Polygon"


def test_an_enclave_can_be_declared_moved_and_split_around():
    coverage = squares()
    ring = box(300, 1300, 600, 1600)
    hole = Split("A", shapely.LineString(ring.exterior.coords), ("A", "N"))
    refused(coverage, hole, "hole")
    declared = (Declared("A", 1, 1),)
    ids = ("A", "N") if not shapely.is_ccw(ring.exterior) else ("N", "A")
    edited = done(coverage, Split("A", shapely.LineString(ring.exterior.coords), ids, declared))
    assert edited.coverage["A"].enclaves == 1 and edited.coverage["N"].geometry.area == 90_000.0
    smaller = shapely.LineString(box(350, 1350, 600, 1600).exterior.coords)
    moved = done(edited.coverage, MoveEdge("A", "N", shapely.LineString(ring.exterior.coords), smaller))
    assert moved.coverage["N"].geometry.area == 62_500.0
    halves = done(moved.coverage, Split("A", line((475, 900), (475, 2100)), ("A", "M"))).coverage
    assert halves["A"].enclaves == halves["M"].enclaves == 0
    assert halves["A"].geometry.area + halves["M"].geometry.area == 1_000_000 - 62_500
    gone = done(moved.coverage, Merge(("A", "N"), "A")).coverage
    assert gone["A"].geometry.area == 1_000_000.0 and gone["A"].enclaves == 0


def test_a_hole_that_two_units_close_around_a_third_is_refused_unless_declared():
    coverage = with_enclave(wiggly_grid(3, 6, seed=4))
    halves = done(coverage, Split("host", long_line(coverage["u1-1"]), ("h1", "h2"))).coverage
    assert halves["h1"].enclaves == halves["h2"].enclaves == 0
    refused(halves, Merge(("h1", "h2"), "h1"), "hole")
    again = done(halves, Merge(("h1", "h2"), "h1", (Declared("h1", 1, 1),))).coverage
    assert again["h1"].enclaves == 1


def test_an_exclave_needs_a_declaration():
    island = Transfer("B", "C", box(1400, 1400, 1600, 1600))
    refused(squares(), island, "not_touching")
    edited = done(
        squares(), Transfer("B", "C", island.polygon, (Declared("C", 2, 0), Declared("B", 1, 1)))
    ).coverage
    assert edited["C"].parts == 2 and edited["B"].enclaves == 1
    assert shapely.get_num_geometries(edited["C"].geometry) == 2


def test_conversion_changes_the_kind_only():
    coverage = squares()
    edited = done(coverage, Convert("A", "community"))
    assert edited.coverage["A"].kind == "community"
    assert edited.coverage["A"].geometry is coverage["A"].geometry
    refused(coverage, Convert("A", "village"), "no_change")
    refused(coverage, Convert("A", "hamlet"), "kind")


def test_a_node_on_a_town_line_goes_into_every_level():
    coverage = squares()
    edited = done(coverage, InsertNode(point(2000, 1500)))
    (node,) = edited.inserted
    assert node.units == ("B", "E") and node.parents == ("S", "T")
    outer = done(coverage, InsertNode(point(0, 1500))).inserted[0]
    assert outer.units == ("A",) and outer.parents == ("T", "city")
    refused(coverage, InsertNode(point(0, 1000)), "no_change")
    refused(coverage, InsertNode(point(500.5, 1500)), "apart")


def test_a_multipolygon_stays_one():
    lands = squares()
    many = Land("A", shapely.multipolygons([lands["A"].geometry]), "T", "village")
    edited = done(squares(A=many), Split("A", line((500, 900), (500, 2100)), ("A", "N")))
    assert {edited.coverage[u].geometry.geom_type for u in "AN"} == {"MultiPolygon"}


# --- the demo city -----------------------------------------------------------------------------------------


def demo_city() -> Coverage:
    units = load_units()
    lands = [
        Land(u.code, u.geometry, u.parent_code, u.kind, name=u.name) for u in units if u.geometry is not None
    ]
    below = {u.code for u in units if u.level == "community"}
    return Coverage([x for x in lands if x.id in below], [x for x in lands if x.id not in below])


def test_a_chain_on_real_land():
    start = coverage = demo_city()
    random, done_, operations = Random(440600), 0, []
    while done_ < 40:
        try:
            operation = random_operation(random, coverage, len(operations))
            edited = apply(coverage, operation)
        except Refused as reason:
            assert reason.code not in ("unproved", "invalid"), reason
            continue
        check_step(coverage, edited, operation)
        coverage = edited.coverage
        operations.append(operation)
        done_ += 1
    assert len({operation.name for operation in operations}) >= 6
    now, was = prove_all(coverage), prove_all(start)
    assert [f.code for f in now.faults] == [f.code for f in was.faults]
    again = replay(start, operations)
    assert {u: again[u] for u in again} == {u: coverage[u] for u in coverage}
    whole = sum(area2_mm2(coverage[u].geometry) for u in coverage)
    before = sum(area2_mm2(start[u].geometry) for u in start)
    assert abs(whole - before) < 1e6 * 2  # nodes on the city's own outline: less than a square metre in all
    districts = [p for p in coverage.parents.values() if p.parent not in coverage.parents]
    assert sum(area2_mm2(p.geometry) for p in districts) == whole


def test_vertices_are_shared_on_both_sides_of_a_new_line():
    coverage = demo_city()
    unit = sorted(coverage)[100]
    x, y = coverage[unit].geometry.centroid.coords[0]
    cut = shapely.LineString([(x - 9000, y - 700), (x, y), (x + 9000, y + 900)])
    edited = apply(coverage, Split(unit, cut, (unit, "new")))
    left = {tuple(p) for p in np.asarray(path_of(edited.coverage[unit].geometry))}
    right = {tuple(p) for p in np.asarray(path_of(edited.coverage["new"].geometry))}
    common = shapely.intersection(edited.coverage[unit].geometry, edited.coverage["new"].geometry)
    assert {tuple(p) for p in path_of(common)} <= left & right
    assert (round(x * 1000), round(y * 1000)) in left & right
