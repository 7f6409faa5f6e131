"""The axis: its origin by the city's rule, and where doors lie along it."""

from __future__ import annotations

from math import hypot

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import reverse
from shapely.geometry import MultiLineString, Point

from naming.addressing.numbering import NoAxis, build_axis, load_profile, place
from naming.addressing.numbering.words import say
from tests.naming.numbering.made import FOSHAN, X0, Y0, at, bent_lines, line, moved, spots, with_values

BEIJING = load_profile("beijing2012")
EAST_WEST = line((0, 0), (300, 20))
NORTH_SOUTH = line((0, 300), (20, 0))


def build(shape, profile=FOSHAN, roles=("main",), neighbours=()):
    return build_axis(shape, roles, profile, neighbours)


@pytest.mark.parametrize(
    ("shape", "profile", "origin", "rule"),
    [
        (EAST_WEST, FOSHAN, at(300, 20), "origin_ew"),
        (EAST_WEST, BEIJING, at(300, 20), "origin_ew"),
        (EAST_WEST, with_values(ew_origin="W"), at(0, 0), "origin_ew"),
        (NORTH_SOUTH, FOSHAN, at(20, 0), "origin_ns"),
        (NORTH_SOUTH, BEIJING, at(0, 300), "origin_ns"),
        (line((0, 0), (100, 100)), FOSHAN, at(100, 100), "origin_ew"),
    ],
)
def test_the_origin_follows_the_compass(shape, profile, origin, rule):
    for stored in (shape, reverse(shape)):
        axis = build(stored, profile)
        assert axis.origin == origin and axis.notes[0].id == rule
    assert "起编" in say(axis.notes[0]) and "numbered from" in say(axis.notes[0], english=True)


def test_a_dead_end_begins_at_its_mouth():
    street = line((0, -50), (0, 60))
    for shape in (EAST_WEST, reverse(EAST_WEST)):
        axis = build(shape, neighbours=[street])
        assert axis.origin == at(0, 0) and axis.notes[0].id == "origin_mouth"
    both = [street, line((300, -50), (300, 60))]
    assert build(EAST_WEST, neighbours=both).notes[0].id == "origin_ew"
    by_compass = build(EAST_WEST, with_values(deadend_origin="COMPASS"), neighbours=[street])
    assert by_compass.origin == at(300, 20)
    near = line((-0.9, -50), (-0.9, 60))
    assert build(EAST_WEST, neighbours=[near]).notes[0].id == "origin_mouth"
    assert build(EAST_WEST, neighbours=[line((-1.2, -50), (-1.2, 60))]).notes[0].id == "origin_ew"


def test_a_ring_begins_at_a_junction_and_runs_one_way():
    corners = [(0, 0), (200, 0), (200, 200), (0, 200)]
    for turn in range(4):
        points = corners[turn:] + corners[:turn]
        for shape in (line(*points, points[0]), line(points[0], *reversed(points))):
            axis = build(shape, neighbours=[line((200, 200), (400, 400)), line((0, 200), (-50, 250))])
            assert axis.closed and axis.notes[0].id == "origin_ring_mouth"
            # Both junctions lie equally far south; the eastern one wins. Counter-clockwise: on to the west.
            assert axis.origin == at(200, 200)
            assert tuple(axis.xy[1]) == (-200, 0)
            alone = build(shape)
            assert alone.origin == at(200, 0) and alone.notes[0].id == "origin_ring"
            clockwise = build(shape, with_values(ring_direction="CLOCKWISE"))
            assert tuple(clockwise.xy[1]) == (-200, 0) and clockwise.length_m == 800


def test_parts_are_joined_in_order_and_gaps_count():
    broken = MultiLineString([line((100, 0), (0, 0)), line((150, 0), (300, 0))])
    axis = build(broken, roles=["main", "main"])
    assert axis.length_m == 300 and axis.links == {1}
    assert [n.id for n in axis.notes] == ["origin_ew", "axis_gap"]
    assert axis.notes[1].params == {"count": 1, "gap_m": 50.0}
    assert place(axis, at(125, 5)).kind == "gap" and place(axis, at(125, 5)).measure_m == 175
    jumbled = MultiLineString([line((0, 0), (100, 0)), line((200, 0), (300, 0)), line((110, 0), (190, 0))])
    axis = build(jumbled, roles=["main"] * 3)
    assert axis.length_m == 300 and axis.notes[1].params["gap_m"] == 20.0


def test_other_roles_are_no_part_of_the_axis():
    shape = MultiLineString(
        [
            line((0, 0), (300, 0)),
            line((0, -18), (300, -18)),
            line((300, 0), (500, 0)),
            line((150, 0), (150, 90)),
        ]
    )
    axis = build(shape, roles=["main", "opposite", "planned", "branch"])
    assert axis.length_m == 300
    assert [n.id for n in axis.notes] == ["origin_ew", "axis_opposite", "axis_planned_origin"]
    # Facing west the branch leaves to the right; its doors are ordered outward.
    near, far = place(axis, at(156, 30)), place(axis, at(145, 80))
    assert near.kind == far.kind == "branch" and near.side == far.side == "right"
    assert near.measure_m == far.measure_m == 150 and near.order < far.order
    assert place(axis, at(160, 4)).kind == "along"
    assert place(axis, at(100, -25)).side == "left"


def test_a_street_without_a_main_part_has_no_axis():
    with pytest.raises(NoAxis):
        build(line((0, 0), (10, 0)), roles=["planned"])
    with pytest.raises(NoAxis):
        build(MultiLineString(), roles=[])


def test_doors_beyond_the_ends_and_at_corners():
    axis = build(line((200, 0), (0, 0), (0, -150)))
    assert axis.origin == at(0, -150) or axis.origin == at(200, 0)
    east = build(line((200, 0), (0, 0), (0, -100)))
    assert east.origin == at(200, 0)
    before, beyond = place(east, at(212, 3)), place(east, at(-4, -108))
    assert (before.kind, round(before.measure_m, 6), before.side) == ("before", -12, "right")
    assert (beyond.kind, round(beyond.measure_m, 6), beyond.side) == ("beyond", 308, "right")
    # The street turns left at (0, 0): the outside of the corner is its right side.
    outside = [place(east, at(x, y)) for x, y in ((1, 8), (-4, 8), (-8, 4), (-8, -1))]
    assert all(p.side == "right" for p in outside)
    assert [p.order for p in outside] == sorted(p.order for p in outside)
    assert outside[1].kind == outside[2].kind == "corner"
    inside = place(east, at(6, -7))
    assert inside.side == "left" and inside.others and abs(inside.others[0].measure_m - inside.measure_m) > 5


@settings(max_examples=120, deadline=None)
@given(data=st.data(), dx=st.integers(-300_000_000, 300_000_000), dy=st.integers(-300_000_000, 300_000_000))
def test_places_do_not_depend_on_storage_or_position(data, dx, dy):
    shape = data.draw(bent_lines())
    points = data.draw(spots(shape))
    axis = build(shape)
    turned = build(reverse(shape))
    shifted = build(moved(shape, dx / 1000, dy / 1000))
    for x, y in points:
        here = place(axis, (x, y))
        assert place(turned, (x, y)) == here
        assert place(shifted, (round(x + dx / 1000, 3), round(y + dy / 1000, 3))) == here
        assert abs(here.distance_m - shape.distance(Point(x, y))) < 1e-5
    assert round(axis.origin[0] - X0, 3) == round(shifted.origin[0] - dx / 1000 - X0, 3)
    assert round(axis.origin[1] - Y0, 3) == round(shifted.origin[1] - dy / 1000 - Y0, 3)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_seen_from_the_other_end_everything_is_mirrored(data):
    shape = data.draw(bent_lines())
    points = data.draw(spots(shape))
    east, west = build(shape), build(shape, with_values(ew_origin="W", ns_origin="N"))
    for point in points:
        one, two = place(east, point), place(west, point)
        assert one.side != two.side and abs(one.distance_m - two.distance_m) < 1e-5
        for axis, seen in ((east, one), (west, two)):
            # Inside a bend two stretches may be equally near; either is a foot of the door.
            if 0 <= seen.measure_m <= axis.length_m:
                x, y = axis.point_at(seen.measure_m)
                assert abs(hypot(x - point[0], y - point[1]) - seen.distance_m) < 0.002
        if not one.others and not two.others:
            assert abs(one.turned(east.length_m).measure_m - two.measure_m) < 6
