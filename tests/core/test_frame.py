"""The city frame: round trips keep the millimetre, areas are exact, known points fall where they should."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoapp.core import frame
from geoapp.core.neighbours import Neighbourhood

X = st.integers(380_000_000, 440_000_000).map(lambda mm: mm / 1000)
Y = st.integers(2_520_000_000, 2_590_000_000).map(lambda mm: mm / 1000)


@given(X, Y)
def test_a_derived_vertex_returns_the_same_millimetres(x, y):
    back = frame.to_frame(frame.to_geographic(shapely.Point(x, y)))
    assert (back.x, back.y) == (x, y)


def test_axis_order_is_east_north():
    # Foshan, Zumiao: about 113.113 E, 23.028 N; the central meridian of EPSG:4547 is 114 E at x = 500 000 m.
    point = frame.to_frame(shapely.Point(113.113, 23.028))
    assert 408_000 < point.x < 410_000 and 2_547_000 < point.y < 2_549_000
    assert frame.to_frame(shapely.Point(114, 23)).x == pytest.approx(500_000, abs=0.001)


def test_areas_are_integers():
    square = shapely.box(400_000, 2_540_000, 400_001, 2_540_001)
    hole = shapely.Polygon(
        square.exterior, [shapely.box(400_000.2, 2_540_000.2, 400_000.4, 2_540_000.4).exterior]
    )
    assert frame.area2_mm2(square) == 2 * 1000 * 1000
    assert frame.area2_mm2(hole) == 2 * (1000 * 1000 - 200 * 200)


@given(st.lists(st.tuples(X, Y), min_size=3, max_size=3, unique=True))
def test_area_does_not_depend_on_where_a_ring_starts(corners):
    turned = corners[1:] + corners[:1]
    first, second = (frame.area2_mm2(shapely.multipolygons([shapely.Polygon(c)])) for c in (corners, turned))
    assert first == second >= 0


def test_frame_and_geodesic_lengths_differ_as_the_projection_says():
    # At 0.88 degrees from the central meridian the scale is about 1 + 0.0001.
    line = shapely.LineString([(409_000, 2_548_000), (410_000, 2_548_000)])
    assert frame.frame_length_m(line) == 1000
    assert 0.9997 < frame.geodesic_length_m(line) / 1000 < 1.0


@given(st.lists(st.tuples(X, Y), min_size=1, max_size=30), X, Y)
def test_neighbours_are_those_within_reach(points, x, y):
    here = shapely.Point(x, y)
    shapes = {i: shapely.Point(p) for i, p in enumerate(points)}
    found = Neighbourhood(shapes).within(here, 5000)
    assert found == [i for i, shape in shapes.items() if shape.distance(here) <= 5000]
    nearest = Neighbourhood(shapes).nearest(here)
    assert nearest is not None and nearest[1] == min(s.distance(here) for s in shapes.values())
