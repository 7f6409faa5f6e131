"""Proposed repairs: each mends its defect, all together leave a clean coverage, enclaves stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from boundaries import repairs
from boundaries.coverage_report import Plain, examine, feature
from geoapp.core.geofiles import open_boundaries
from tests.boundaries import synthetic

DATA = Path(__file__).parent / "data"
CITY = "EPSG:4547"
MENDED = ("invalid_ring", "degenerate_ring", "overlap", "gap")


def report_of(*shapes, crs=CITY):
    return examine([feature(i, shape, {}) for i, shape in enumerate(shapes)], crs)


def after(report, accepted):
    """Return the report on the coverage after the accepted repairs."""
    changed = repairs.apply(report, accepted)
    shapes = [changed.get(i, shape) for i, shape in enumerate(report.written)]
    assert all(shape.is_valid for shape in changed.values())
    return examine([feature(i, shape, {}) for i, shape in enumerate(shapes)], report.crs)


def test_a_gap_goes_to_the_neighbour_with_the_longest_shared_edge():
    top = box(0, 1, 1000, 500)
    left, right = box(0, -500, 300, 0), box(300, -500, 1000, 0)
    frame = [box(-100, -500, 0, 500), box(1000, -500, 1100, 500)]
    report = report_of(left, right, top, *frame)
    (repair,) = repairs.propose(report)
    assert repair.kind == "gap" and repair.target == 2
    assert "共边最长" in repair.explanation
    changed = repairs.apply(report, [repair])
    assert set(changed) == {2} and changed[2].equals(box(0, 0, 1000, 500))
    assert not any(after(report, [repair]).counts().values())


def test_an_overlap_stays_with_the_smaller_or_with_the_inner_one():
    small, large = box(0, 0, 100, 100), box(95, 0, 1000, 100)
    report = report_of(small, large)
    (repair,) = repairs.propose(report)
    assert (repair.keeper, repair.target) == (0, 1) and "面积较小" in repair.explanation
    assert repairs.apply(report, [repair])[1].equals(box(100, 0, 1000, 100))
    inner = report_of(box(0, 0, 100, 100), box(40, 40, 60, 60))
    (repair,) = repairs.propose(inner)
    assert repair.keeper == 1 and repairs.apply(inner, [repair])[0].area == 9600


def test_an_overlap_is_not_cut_where_it_would_split_a_unit():
    strip, block = (
        box(0, 45, 300, 55),
        box(100, 0, 110, 95),
    )  # a cross: the smaller would stay, the larger fall apart
    wide = box(-500, 40, 800, 300)
    report = report_of(strip, box(100, 50, 200, 400))
    (repair,) = repairs.propose(report)
    assert len(shapely.get_parts(repairs.apply(report, [repair])[repair.target])) == 1
    assert report_of(strip, block, wide).counts()["overlap"] == 3


def test_two_that_are_the_same_are_left_to_a_person():
    assert repairs.propose(report_of(box(0, 0, 1, 1), box(0, 0, 1, 1))) == []


def test_of_three_claims_exactly_one_remains():
    shapes = [box(0, 0, 100, 100), box(90, 0, 250, 100), box(60, 60, 130, 260)]
    report = report_of(*shapes)
    assert report.counts()["overlap"] == 3
    accepted = repairs.propose(report)
    changed = repairs.apply(report, accepted)
    now = [changed.get(i, shape) for i, shape in enumerate(shapes)]
    assert sum(shape.area for shape in now) == pytest.approx(shapely.union_all(shapes).area)
    assert shapely.union_all(now).equals(shapely.union_all(shapes))
    assert not after(report, accepted).places["overlap"]


def test_enclaves_are_never_filled():
    report = report_of(Polygon(box(0, 0, 100, 100).exterior, [box(40, 40, 60, 60).exterior]))
    assert report.counts()["enclave"] == 1 and repairs.propose(report) == []


def test_a_collapsed_ring_is_dropped_and_a_wholly_collapsed_feature_left():
    outer = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
    report = examine(
        [
            Plain(0, "Polygon", [outer, [[2, 2], [3, 3], [2, 2]]], {}),
            Plain(1, "Polygon", [[[50, 50], [51, 51], [50, 50]]], {}),
        ],
        CITY,
    )
    (repair,) = repairs.propose(report)
    assert repair.target == 0 and "没有面积" in repair.explanation
    assert repairs.apply(report, [repair])[0].equals(box(0, 0, 10, 10))


def test_a_crossing_ring_is_mended_with_what_came_of_it():
    rng = np.random.default_rng(3)
    mesh = synthetic.mesh(3)
    synthetic.plant_swap(mesh, rng)
    report = examine(mesh.features(), CITY)
    (repair,) = repairs.propose(report)
    assert repair.kind == "rings" and (repair.fills or repair.gives) and "只因画错" in repair.explanation
    assert not any(after(report, [repair]).counts().values())


def test_one_accepted_leaves_the_others_as_they_were():
    rng = np.random.default_rng(8)
    mesh = synthetic.mesh(8, 12, 12)
    for kind in ("gap", "gap", "overlap"):
        synthetic.plant_line_defect(mesh, rng, kind, 5.0)
    report = examine(mesh.features(), CITY)
    proposals = repairs.propose(report)
    assert len(proposals) == 3
    for repair in proposals:
        rest = after(report, [repair])
        counted = dict(report.counts())
        counted[repair.kind] -= 1
        counted["duplicate_code"] = 0
        assert rest.counts() == counted


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    st.integers(0, 10_000),
    st.sampled_from([(CITY, 1.0, (500000.0, 2500000.0), 3), ("EPSG:4490", 1e-5, (113.0, 23.0), 9)]),
    st.lists(st.sampled_from(["gap", "overlap", "swap", "cell", "pond", "corner"]), min_size=1, max_size=7),
    st.floats(0.01, 60),
)
def test_all_accepted_leave_a_clean_coverage(seed, where, plants, size_m):
    crs, factor, origin, decimals = where
    rng = np.random.default_rng(seed)
    mesh = synthetic.mesh(seed, 14, 14, factor=factor, origin=origin, decimals=decimals)
    for plant in plants:
        if plant in ("gap", "overlap"):
            synthetic.plant_line_defect(mesh, rng, plant, size_m)
        elif plant == "swap":
            synthetic.plant_swap(mesh, rng)
        else:
            synthetic.plant_enclave(mesh, rng, plant)
    report = examine(mesh.features(), crs)
    mended = after(report, repairs.propose(report))
    assert {kind: mended.counts()[kind] for kind in MENDED} == dict.fromkeys(MENDED, 0)
    assert mended.counts()["enclave"] == report.counts()["enclave"]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_a_heap_of_random_polygons_becomes_a_coverage(seed, count):
    """Nothing like a coverage: random stars over one another, some crossing themselves."""
    rng = np.random.default_rng(seed)
    stars = []
    for _ in range(count):
        centre, n = rng.uniform(0, 300, 2), int(rng.integers(3, 9))
        angle = rng.uniform(0, 2 * np.pi, n)
        if rng.random() < 0.7:
            angle = np.sort(angle)
        radius = rng.uniform(20, 120, n)
        ring = centre + np.column_stack((np.cos(angle), np.sin(angle))) * radius[:, None]
        stars.append(Polygon(np.round(ring, 3)))
    report = report_of(*stars)
    union = shapely.union_all([shape for shape in report.shapes if shape is not None])
    mended = after(report, repairs.propose(report))
    assert {kind: mended.counts()[kind] for kind in MENDED} == dict.fromkeys(MENDED, 0)
    now = shapely.union_all([shape for shape in mended.shapes if shape is not None])
    assert union.difference(now).area == pytest.approx(0, abs=1e-6)  # no land is lost


@pytest.mark.parametrize("name", ["rhode_island_precincts.zip", "foshan_self_intersecting.geojson"])
def test_real_files_come_out_clean(name):
    with open_boundaries(DATA / name) as rows:
        report = examine(rows, rows.crs)
    accepted = repairs.propose(report)
    mended = after(report, accepted)
    assert accepted and {kind: mended.counts()[kind] for kind in MENDED} == dict.fromkeys(MENDED, 0)
    assert all(repair.explanation and repair.places for repair in accepted)
