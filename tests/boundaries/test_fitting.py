"""From file coordinates to whole millimetres: whatever fitted before fits after, and nothing else moves."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.coverage.plane import noise_width
from boundaries.fitting import fit, modern_datum, to_frame
from geoapp.core import frame
from tests.boundaries.squares import box

NOISE = noise_width((113.0, 23.0, 113.2, 23.2))


def sound(shapes) -> bool:
    kept = np.array([s for s in shapes if s is not None], dtype=object)
    return bool(shapely.is_valid(kept).all() and shapely.coverage_is_valid(kept))


def on_grid(shape) -> bool:
    xy = shapely.get_coordinates(shape)
    return bool((np.rint(xy * 1000) / 1000 == xy).all())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=5, max_size=40, unique=True),
    st.sampled_from([1e-9, 3e-8, 1e-5]),
)
def test_a_coverage_stays_one_at_any_scale(points, step):
    """Down to triangles of a fraction of a millimetre: what is left of them neither overlaps nor gapes."""
    cloud = shapely.multipoints(np.array(points) * step + np.array([113.05, 23.05]))
    triangles = [t for t in shapely.get_parts(shapely.delaunay_triangles(cloud)) if t.area > 0]
    if not triangles:
        return
    fitted = fit(triangles, "EPSG:4490", NOISE)
    assert sound(fitted.shapes)
    left = [s for s in fitted.shapes if s is not None]
    assert all(on_grid(s) for s in left)
    if left:
        whole = shapely.coverage_union_all(np.array(left, dtype=object))
        assert frame.area2_mm2(whole) == sum(frame.area2_mm2(s) for s in left)


def test_a_sound_coverage_is_only_projected():
    shapes = [frame.to_geographic(box(0, 0, 100, 100)), frame.to_geographic(box(100, 0, 200, 100))]
    fitted = fit(shapes, "EPSG:4490", NOISE)
    assert not (fitted.noded or fitted.settled)
    assert fitted.shapes == (box(0, 0, 100, 100), box(100, 0, 200, 100))


def test_a_standing_neighbour_gets_the_corner_and_nothing_else():
    new = [frame.to_geographic(s) for s in (box(0, 0, 100, 40), box(0, 40, 100, 100))]
    standing = [box(100, 0, 200, 100), box(300, 0, 400, 100)]
    fitted = fit(new, "EPSG:4490", NOISE, standing)
    beside, far = fitted.standing
    assert shapely.equals(beside, standing[0]) and len(beside.exterior.coords) == 6
    assert shapely.equals_exact(far, standing[1], 0.0, normalize=True)
    assert sound([*fitted.shapes, *fitted.standing])


@pytest.mark.parametrize(
    ("crs", "modern"),
    [
        ("EPSG:4490", True),
        ("EPSG:4547", True),
        ("EPSG:4326", True),
        ("EPSG:32649", True),
        ("EPSG:4610", False),
        ("EPSG:2382", False),
        ("EPSG:4214", False),
    ],
)
def test_old_datums_are_told(crs, modern):
    assert modern_datum(crs) is modern


def test_a_crs_without_a_code_is_read_by_its_text():
    own = "+proj=tmerc +lat_0=0 +lon_0=113 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs +type=crs"
    here = shapely.Point(510_000, 2_545_000)
    moved = to_frame(here, own)
    assert on_grid(moved) and moved.distance(shapely.Point(410_000, 2_545_000)) < 3000
