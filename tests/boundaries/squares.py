"""A small coverage anybody can draw on paper, and helpers that apply operations to it."""

from __future__ import annotations

import json

import pytest
import shapely

from boundaries.editing import (
    STANDARD,
    Coverage,
    Land,
    Refused,
    apply,
    operation_from_json,
)
from boundaries.proof import prove, prove_all

X0, Y0 = 400_000.0, 2_540_000.0


def box(x0, y0, x1, y1):
    return shapely.box(X0 + x0, Y0 + y0, X0 + x1, Y0 + y1)


def line(*points):
    return shapely.LineString([(X0 + x, Y0 + y) for x, y in points])


def point(x, y):
    return shapely.Point(X0 + x, Y0 + y)


def squares(**changes) -> Coverage:
    """Four 1 km squares A B / C D in town T, and E east of them in town S, with a city around both.

    Borders carry the corners of both sides: E's west side has the junction of B and D.
    """
    c = [X0, X0 + 1000, X0 + 2000, X0 + 3000]
    r = [Y0, Y0 + 1000, Y0 + 2000]
    shapes = {
        "C": [(c[0], r[0]), (c[1], r[0]), (c[1], r[1]), (c[0], r[1])],
        "D": [(c[1], r[0]), (c[2], r[0]), (c[2], r[1]), (c[1], r[1])],
        "A": [(c[0], r[1]), (c[1], r[1]), (c[1], r[2]), (c[0], r[2])],
        "B": [(c[1], r[1]), (c[2], r[1]), (c[2], r[2]), (c[1], r[2])],
        "E": [(c[2], r[0]), (c[3], r[0]), (c[3], r[2]), (c[2], r[2]), (c[2], r[1])],
    }
    lands = {
        i: Land(i, shapely.Polygon(ring), "S" if i == "E" else "T", "village") for i, ring in shapes.items()
    }
    lands |= changes
    towns = [
        Land("T", shapely.coverage_union_all([lands[i].geometry for i in "ABCD"]), "city", "town"),
        Land("S", lands["E"].geometry, "city", "town"),
    ]
    city = Land("city", shapely.coverage_union_all([town.geometry for town in towns]), "", "city")
    return Coverage(lands.values(), [*towns, city])


def done(coverage, operation, limits=STANDARD):
    """Apply an operation that must succeed and prove it."""
    edited = apply(coverage, operation, limits)
    certificate = prove(coverage, edited.coverage, inserted=edited.inserted)
    assert certificate.proved, [f.message for f in certificate.faults]
    assert prove_all(edited.coverage).proved
    text = json.dumps(operation.as_json())
    assert operation_from_json(json.loads(text)) == operation
    return edited


def refused(coverage, operation, code, limits=STANDARD) -> Refused:
    """Apply an operation that must be refused, and check that it left nothing behind."""
    before = {unit: coverage[unit] for unit in coverage}
    with pytest.raises(Refused) as caught:
        apply(coverage, operation, limits)
    assert caught.value.code == code, caught.value
    assert caught.value.message and caught.value.remedy
    assert {unit: coverage[unit] for unit in coverage} == before
    return caught.value


def long_line(land: Land):
    middle = land.geometry.centroid
    return shapely.LineString([(middle.x - 5000, middle.y - 300), (middle.x + 5000, middle.y + 300)])
