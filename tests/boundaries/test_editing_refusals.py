"""What editing refuses: each with a reason, a remedy and a place, and the coverage untouched."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from boundaries.editing import (
    Convert,
    Coverage,
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
)
from boundaries.proof import prove_all
from tests.boundaries.squares import X0, Y0, box, done, line, long_line, point, refused, squares
from tests.strategies import wiggly_grid

# --- refusals ----------------------------------------------------------------------------------------------

EDGE_AB = line((1000, 1000), (1000, 2000))
WITHOUT_PLACE = {"unknown_unit", "same_unit", "new_ids"}


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (Split("Q", line((0, 1500), (1000, 1500)), ("a", "b")), "unknown_unit"),
        (Split("A", line((0, 1500), (1000, 1500)), ("B", "A")), "new_ids"),
        (Split("A", line((0, 1500), (1000, 1500)), ("a",)), "new_ids"),
        (Split("A", line((0, 1500), (900, 1500)), ("a", "b")), "dangle"),
        (Split("A", line((1100, 1500), (1900, 1500)), ("a", "b")), "apart"),
        (Split("A", line((0, 1500), (1000, 1500)), ("a", "b", "c")), "pieces"),
        (Split("A", line((0, 1500), (500, 2500), (1000, 1500)), ("a", "b")), "pieces"),
        (Split("A", line((0, 1500), (600, 1500), (600, 1700), (300, 1700), (300, 900)), ("a", "b")), "self_crossing"),
        (Split("A", line((0, 1000.3), (1000, 1000.3)), ("a", "b")), "sliver"),
        (Split("A", line((0, 1990), (10, 2000)), ("a", "b")), "sliver"),
        (Split("A", line((0, 1500), (400, 1500), (402, 1000)), ("a", "b")), None),
        (Split("A", line((0, 1000), (1000, 1040)), ("a", "b")), "needle"),
        (Merge(("A", "D"), "A"), "extra_part"),
        (Merge(("B", "E"), "B"), "parent_line"),
        (Merge(("A", "A"), "A"), "same_unit"),
        (Merge(("A", "B"), "C"), "new_ids"),
        (Transfer("B", "E", box(1900, 1200, 2000, 1400)), "parent_line"),
        (Transfer("B", "A", box(900, 1300, 2100, 1700)), "parent_line"),
        (Transfer("B", "A", box(900, 800, 1200, 1300)), "third_unit"),
        (Transfer("B", "A", box(1300, 1300, 1400, 1400)), "not_touching"),
        (Transfer("B", "A", box(1000, 1000, 2000, 2000)), "swallowed"),
        (Transfer("B", "A", box(500, 1300, 900, 1400)), "apart"),
        (Transfer("B", "A", box(900, 1300, 1300, 1300.5)), "sliver"),
        (Transfer("B", "A", shapely.Polygon(line((900, 1300), (1300, 1300), (900, 1500), (1300, 1500), (900, 1300)).coords)), "self_crossing"),
        (MoveEdge("A", "D", EDGE_AB, EDGE_AB), "stale"),
        (MoveEdge("A", "B", line((1000, 1000), (1000, 1900)), EDGE_AB), "stale"),
        (MoveEdge("A", "B", EDGE_AB, EDGE_AB), "no_change"),
        (MoveEdge("A", "B", EDGE_AB, line((1000, 1000), (1100, 500), (1000, 2000))), "third_unit"),
        (MoveEdge("B", "D", line((1000, 1000), (2000, 1000)), line((1000, 1000), (2200, 1100), (2000, 1000))), "parent_line"),
        (MoveEdge("A", "B", EDGE_AB, line((1000, 1000), (1100, 2200), (1000, 2000))), "parent_line"),
        (MoveEdge("A", "B", EDGE_AB, line((1000, 1000), (1500, 1500), (1100, 1500), (1400, 1100), (1000, 2000))), "self_crossing"),
        (MoveEdge("A", "B", EDGE_AB, line((1000, 1000), (1010, 1500), (1300, 1501), (1010, 1502), (1000, 2000))), "needle"),
        (MoveEdge("A", "B", EDGE_AB, line((1000, 1000), (1100, 1500), (1100, 1700))), "dangle"),
        (MoveEdge("A", "B", EDGE_AB, line((1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000))), "swallowed"),
        (RedrawBetween("A", "B", point(1000, 1000), point(1000, 2000), line((1000, 1000), (1999.5, 1500), (1000, 2000))), "sliver"),
    ],
)  # fmt: skip
def test_refusals(operation, code):
    if code is None:  # a drawing as odd as its neighbours in this list, yet sound
        done(squares(), operation)
        return
    reason = refused(squares(), operation, code)
    assert (reason.place is None) == (code in WITHOUT_PLACE)
    if reason.place is not None:
        minx, miny, maxx, maxy = reason.place.bounds
        assert X0 - 500 <= minx <= maxx <= X0 + 3500 and Y0 - 500 <= miny <= maxy <= Y0 + 3500


@pytest.mark.parametrize("unit", ["A", "B"])
def test_a_locked_unit_keeps_operations_out_but_takes_its_neighbours_nodes(unit):
    plain = squares()
    locked = squares(**{unit: Land(unit, plain[unit].geometry, "T", "village", locked=True)})
    for operation in (
        Split(unit, long_line(plain[unit]), ("n", "m")),
        Merge(("A", "B"), "A"),
        Transfer("A", "B", box(900, 1300, 1100, 1400)),
        MoveEdge("A", "B", EDGE_AB, line((1000, 1000), (1100, 1500), (1000, 2000))),
        Convert(unit, "community"),
        InsertNode(point(1000, 1500)),
    ):
        assert unit in refused(locked, operation, "locked").units
    other = "B" if unit == "A" else "A"
    cut = Split(other, shapely.LineString([(X0, Y0 + 1500), (X0 + 2000, Y0 + 1500)]), (other, "N"))
    assert unit in done(locked, cut).changed


def _with_nan():
    with np.errstate(invalid="ignore"):
        return shapely.from_wkt("LINESTRING (0 0, NaN 1)")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Split("A", shapely.LineString(), ("a", "b")),
        lambda: Split("A", shapely.MultiLineString(), ("a", "b")),
        lambda: Split("A", _with_nan(), ("a", "b")),
        lambda: Split("A", shapely.LineString([(0, 0), (math.inf, 1)]), ("a", "b")),
        lambda: Split("A", shapely.LineString([(0, 0), (1e12, 1)]), ("a", "b")),
        lambda: Split("A", shapely.LineString([(1, 1), (1.0001, 1)]), ("a", "b")),
        lambda: Transfer("A", "B", shapely.Polygon()),
        lambda: Transfer("A", "B", shapely.Point(1, 1)),
        lambda: InsertNode(shapely.Point()),
        lambda: InsertNode(shapely.LineString([(0, 0), (1, 1)])),
        lambda: MoveEdge("A", "B", EDGE_AB, shapely.Point(1, 1)),
        lambda: RedrawBetween("A", "B", "x", (0, 0), EDGE_AB),
    ],
)
def test_empty_and_unreal_geometry_is_refused_when_the_operation_is_made(make):
    with pytest.raises(Refused) as caught:
        make()
    assert caught.value.code in ("empty", "geometry")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"op": "explode"},
        {"op": "split", "unit": "A", "lines": [[[0, 0], [1, 1]]]},
        {"op": "split", "unit": "A", "lines": [[[0.5, 0], [1, 1]]], "new_ids": ["a", "b"]},
        {"op": "split", "unit": "A", "lines": [[[True, 0], [1, 1]]], "new_ids": ["a", "b"]},
        {"op": "split", "unit": "A", "lines": 3, "new_ids": ["a", "b"]},
        {"op": "split", "unit": 4, "lines": [[[0, 0], [1, 1]]], "new_ids": ["a", "b"]},
        {"op": "split", "unit": "A", "lines": [[[0, 0], [1, 1]]], "new_ids": [1, 2]},
        {"op": "merge", "units": ["A", "B"], "into": "A", "why": "so"},
        {"op": "merge", "units": ["A", "B"], "into": "A", "declare": [{"parts": 1}]},
        {"op": "merge", "units": ["A", "B"], "into": "A", "declare": [{"unit": "A", "parts": 0}]},
    ],
)
def test_bad_json_is_refused(data):
    with pytest.raises(Refused) as caught:
        operation_from_json(data)
    assert caught.value.code == "form" and caught.value.remedy


def test_old_faults_do_not_stop_an_adjustment_elsewhere_in_the_unit():
    # A spike of half a degree on A's north side was there before; the south-west is split off all the same.
    spike = [(0, 1000), (1000, 1000), (1000, 2000), (505, 2000), (500, 1500), (495, 2000), (0, 2000)]
    unit = Land("A", shapely.Polygon([(X0 + x, Y0 + y) for x, y in spike]), "T")
    coverage = Coverage([unit], [Land("T", unit.geometry)])
    done(coverage, Split("A", line((0, 1300), (300, 1000)), ("A", "N")))


def test_limits_can_be_set():
    cut = Split("A", line((0, 1990), (10, 2000)), ("a", "b"))
    refused(squares(), cut, "sliver")
    done(squares(), cut, Limits(min_area_m2=20))
    refused(squares(), cut, "too_long", Limits(min_area_m2=20, max_vertices=1))


def test_a_coverage_refuses_what_is_not_land():
    for bad in (shapely.Point(1, 1), shapely.Polygon()):
        with pytest.raises(ValueError, match="面状"):
            Coverage([Land("A", bad)])
    with pytest.raises(ValueError, match="整毫米"):
        Coverage([Land("A", shapely.box(0.0001, 0, 10, 10))])
    with pytest.raises(ValueError, match="重复"):
        Coverage([Land("A", box(0, 0, 1, 1)), Land("A", box(0, 0, 1, 1))])


def test_a_long_chain_outgrows_the_tree():
    coverage = wiggly_grid(4, 4, steps=1, block=4, seed=9)
    for i in range(150):
        unit = max(coverage, key=lambda u: coverage[u].geometry.area)
        x, y = coverage[unit].geometry.centroid.coords[0]
        dx, dy = 3000 * math.cos(i), 3000 * math.sin(i)
        cut = shapely.LineString([(x - dx, y - dy), (x + dx, y + dy)])
        coverage = apply(coverage, Split(unit, cut, (unit, f"s{i}"))).coverage
        if i % 2:
            coverage = apply(coverage, Merge((unit, f"s{i}"), unit)).coverage
    assert len(coverage) == 16 + 75 == len(list(coverage)) == len(coverage.lands())
    assert prove_all(coverage).proved
