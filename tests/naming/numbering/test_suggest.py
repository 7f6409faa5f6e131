"""Which number a new door gets: examples from the rules, and what holds for every street."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import reverse
from shapely.geometry import MultiLineString

from naming.addressing.numbering import Door, build_axis, load_profile, number_street, suggest
from naming.addressing.numbering.disorder import disorder, in_order
from naming.addressing.numbering.street import CANCELLED, RESERVED, with_door
from naming.addressing.numbering.words import say
from tests.naming.numbering.made import (
    FOSHAN,
    at,
    bent_lines,
    door,
    line,
    moved,
    spot,
    spots,
    straight,
    with_values,
)

ODDS = [(1, None, 10, "left"), (3, None, 30, "left"), (9, None, 90, "left")]


def ids(found):
    return [n.id for n in found.steps]


def pair(found):
    return found.number, found.sub_number


@pytest.mark.parametrize(
    ("doors", "measure", "side", "expected"),
    [
        ([], 5, "left", (1, None)),
        ([], 5, "right", (2, None)),
        ([], 45, "left", (9, None)),  # four numbers are kept for 40 m of frontage
        (ODDS, 52, "left", (5, None)),
        (ODDS, 70, "left", (7, None)),
        (ODDS, 20, "left", (1, 1)),
        (ODDS, 24, "left", (3, 1)),
        (ODDS, 110, "left", (11, None)),
        (ODDS, 170, "left", (17, None)),
        (ODDS, 4, "left", (1, 1)),
        (ODDS, 30, "right", (4, None)),
        (ODDS, 90, "right", (10, None)),
        (
            [(1, None, 10, "left"), (3, None, 30, "left"), (3, 1, 34, "left"), (5, None, 50, "left")],
            36,
            "left",
            (3, 2),
        ),
        ([(9, None, 90, "left"), (11, None, 110, "left")], 50, "left", (5, None)),
    ],
)
def test_a_number_fits_between_its_neighbours(doors, measure, side, expected):
    assert pair(suggest(straight(doors), spot(measure, side))) == expected


def test_the_explanation_names_every_rule_used():
    found = suggest(straight(ODDS), spot(52, "left"))
    assert ids(found) == [
        "origin_ew", "place_along", "side_odd", "neighbours_both", "target_between", "chosen",
    ]  # fmt: skip
    assert "；".join(say(n) for n in found.steps) == (
        "东西走向，自东端起编（佛山（试行） 2026-1）；距起点 52 米，在左侧，离中线 8 米；左侧编单号；同侧相邻为 3号 与 9号；"
        "距前一号 22 米、距后一号 38 米，按比例取号，其余留给空置临街面；取 5 号"
    )
    assert say(found.steps[3], english=True) == "Its neighbours on this side are 3 and 9"
    assert [(a.number, a.sub_number) for a in found.alternatives] == [(7, None), (3, 1)]


def test_numbers_reserved_or_cancelled_are_passed_over():
    near = [door(1, None, 10, "left"), door(3, None, 30, "left"), door(9, None, 90, "left")]
    axis = straight().axis
    gone = door(5, None, 50, "left", state=CANCELLED)
    found = suggest(number_street(axis, [*near, gone], FOSHAN), spot(55, "left"))
    assert pair(found) == (7, None)
    assert {f.note.id for f in found.findings} == {"rebuild"}
    kept = door(7, None, 70, "left", state=RESERVED)
    both = suggest(number_street(axis, [*near, gone, kept], FOSHAN), spot(60, "left"))
    # The cancelled neighbour is looked past; the reserved one bears no sub-number.
    assert pair(both) == (3, 1)
    by_list = suggest(number_street(axis, near, FOSHAN, reserved=(5,)), spot(52, "left"))
    assert pair(by_list) == (7, None) and "chosen_passing_kept" in ids(by_list)
    # A cancelled door bears no sub-numbers.
    lone = number_street(axis, [door(1, None, 10, "left", state=CANCELLED)], FOSHAN)
    assert suggest(lone, spot(5, "left")).number is None


def test_one_level_of_sub_numbers_and_a_parent_in_use():
    street = straight([(1, None, 10, "left"), (3, 1, 20, "left"), (5, None, 30, "left")])
    beside = suggest(street, spot(21, "left"))
    assert pair(beside) == (3, None), "3-1 lacks its main number"
    assert [f.note.id for f in beside.findings] == ["parent_wanted"]
    assert pair(suggest(street, spot(21, "left"), also_taken=[(3, None)])) == (5, 1)
    none = straight([(1, None, 10, "left"), (3, None, 14, "left")], with_values(allow_sub_level=0))
    found = suggest(none, spot(12, "left"))
    assert pair(found) == (None, None)
    assert [(f.code, f.severity, f.note.id) for f in found.findings] == [("A-07", "block", "no_sub_level")]


def test_metric_numbers_are_metres():
    metric = load_profile("metric")
    street = straight([(101, None, 100, "left"), (301, None, 300, "left")], metric)
    assert pair(suggest(street, spot(207.4, "left"))) == (207, None)
    assert pair(suggest(street, spot(207.4, "right"))) == (208, None)
    crowded = straight([(101, None, 100, "left"), (103, None, 300, "left")], metric)
    found = suggest(crowded, spot(207.4, "left"))
    assert found.sub_number == 1
    shifted = straight([(301, None, 100, "left"), (401, None, 300, "left")], metric)
    found = suggest(shifted, spot(200, "left"))
    assert found.number == 303 and "metric_off" in {f.note.id for f in found.findings}


def test_existing_numbers_are_law_even_against_the_profile():
    # Numbered from the west; odd numbers on the north.
    west = [(1, None, 390, "right"), (3, None, 370, "right"), (7, None, 330, "right"), (2, None, 390, "left")]
    street = straight(west)
    assert street.way.back and {"way_kept"} <= {n.id for n in street.notes}
    assert pair(suggest(street, spot(350, "right"))) == (5, None)
    assert [f.note.id for f in disorder(street)] == ["way_kept"]
    assert in_order(street)
    swapped = straight([(2, None, 10, "left"), (4, None, 30, "left"), (1, None, 10, "right")])
    assert "side_kept" in {n.id for n in swapped.notes}
    assert pair(suggest(swapped, spot(31, "right"))) == (3, None)


def test_a_one_sided_street_keeps_one_parity():
    street = straight([(2, None, 10, "right"), (4, None, 30, "right"), (8, None, 70, "right")])
    assert pair(suggest(street, spot(50, "right"))) == (6, None)
    assert pair(suggest(street, spot(50, "left"))) == (5, None)


def test_doors_in_disorder_are_not_used_as_neighbours():
    street = straight([*ODDS, (77, None, 50, "left"), (4, None, 60, "left")])
    found = suggest(street, spot(55, "left"))
    assert pair(found) in {(5, None), (7, None)}
    assert {"disorder_near", "parity_near"} <= {f.note.id for f in found.findings}
    assert all(say(f.note) and say(f.note, english=True) for f in found.findings)


def test_doubtful_places_are_said():
    street = straight(ODDS)
    assert "far" in {f.note.id for f in suggest(street, at(200, 75)).findings}
    assert "on_line" in {f.note.id for f in suggest(street, at(200, 0.2)).findings}
    bend = build_axis(line((200, 0), (0, 0), (0, -150)), ["main"], FOSHAN)
    inside = suggest(number_street(bend, [], FOSHAN), at(12, -13))
    assert "two_stretches" in {f.note.id for f in inside.findings}
    assert "alternative_stretch" in {a.note.id for a in inside.alternatives}


def test_a_ring_keeps_the_origin_of_its_numbers():
    ring = line((0, 0), (200, 0), (200, 200), (0, 200), (0, 0))
    axis = build_axis(ring, ["main"], FOSHAN)
    assert axis.origin == at(200, 0)
    # Numbered clockwise from the middle of the west side, outside doors even.
    places = [
        (1, (8, 110)),
        (3, (8, 150)),
        (5, (50, 192)),
        (7, (150, 192)),
        (9, (192, 100)),
        (11, (100, 8)),
        (13, (8, 60)),
    ]
    doors = [Door(str(n), n, None, at(*p)) for n, p in places]
    street = number_street(axis, doors, FOSHAN)
    assert street.way.back and in_order(street)
    for n, p in places[1:-1]:
        rest = number_street(axis, [d for d in doors if d.number != n], FOSHAN)
        assert pair(suggest(rest, at(*p))) == (n, None)
    for shape in (reverse(ring), line((200, 200), (0, 200), (0, 0), (200, 0), (200, 200))):
        again = number_street(build_axis(shape, ["main"], FOSHAN), doors[1:], FOSHAN)
        first = number_street(axis, doors[1:], FOSHAN)
        assert suggest(again, at(100, 30)) == suggest(first, at(100, 30))


def test_a_clash_is_answered_with_the_next_free_one():
    street = straight(ODDS)
    first = suggest(street, spot(52, "left"))
    second = suggest(street, spot(52, "left"), also_taken=[pair(first)])
    third = suggest(street, spot(52, "left"), also_taken=[pair(first), pair(second)])
    fourth = suggest(street, spot(52, "left"), also_taken=[pair(first), pair(second), pair(third)])
    assert [pair(s) for s in (first, second, third, fourth)] == [(5, None), (7, None), (3, 1), (3, 2)]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), key=st.sampled_from(("foshan", "beijing2012", "metric")))
def test_any_sequence_of_inserts_keeps_order_and_parity(data, key):
    profile = load_profile(key)
    shape = data.draw(bent_lines())
    street = number_street(build_axis(shape, ["main"], profile), [], profile)
    given_out = set()
    for i, point in enumerate(data.draw(spots(shape, 25))):
        found = suggest(street, point)
        if found.number is None:
            # Only before a first number that has no free one below and cannot be a parent: never from an empty street.
            pytest.fail(f"no number: {found}")
        assert pair(found) not in given_out
        given_out.add(pair(found))
        assert (found.number % 2 == 1) == street.odd(found.side)
        street = with_door(street, Door(str(i), found.number, found.sub_number, point))
        assert in_order(street), [(s.door.key, s.place) for s in street.seats]
        for side in ("left", "right"):
            numbers = [s.door.number for s in street.on_side(side)]
            assert numbers == sorted(numbers)
    assert not [f for f in disorder(street) if f.code in ("A-02", "A-04", "A-05", "A-07")]


@settings(max_examples=80, deadline=None)
@given(
    data=st.data(),
    dx=st.integers(-300_000_000, 300_000_000),
    dy=st.integers(-300_000_000, 300_000_000),
    flip=st.booleans(),
)
def test_the_suggestion_depends_on_the_street_alone(data, dx, dy, flip):
    shape = data.draw(bent_lines())
    points = data.draw(spots(shape))
    here = data.draw(spots(shape, 1))[0]
    numbers = data.draw(st.lists(st.integers(1, 40), min_size=len(points), max_size=len(points)))

    def ask(line_, shift):
        axis = build_axis(line_, ["main"], FOSHAN)
        doors = [
            Door(str(i), n, None, (round(p[0] + shift[0], 3), round(p[1] + shift[1], 3)))
            for i, (n, p) in enumerate(zip(numbers, points, strict=True))
        ]
        return suggest(
            number_street(axis, doors, FOSHAN), (round(here[0] + shift[0], 3), round(here[1] + shift[1], 3))
        )

    first = ask(shape, (0, 0))
    other = moved(shape, dx / 1000, dy / 1000)
    second = ask(reverse(other) if flip else other, (dx / 1000, dy / 1000))
    assert (first.number, first.sub_number, first.side, first.steps) == (
        second.number,
        second.sub_number,
        second.side,
        second.steps,
    )
    assert first.alternatives == second.alternatives
    assert ask(shape, (0, 0)) == first
    assert first.number not in numbers or first.sub_number is not None


def test_parts_stored_the_other_way_round_change_nothing():
    parts = [line((0, 0), (100, 0)), line((150, 0), (300, 0))]
    doors = [Door("a", 1, None, at(290, -8)), Door("b", 9, None, at(20, -8))]
    answers = set()
    for order in (parts, parts[::-1], [reverse(parts[0]), parts[1]], [parts[1], reverse(parts[0])]):
        axis = build_axis(MultiLineString(order), ["main", "main"], FOSHAN)
        found = suggest(number_street(axis, doors, FOSHAN), at(160, -8))
        answers.add((pair(found), tuple(n.id for n in found.steps)))
    assert len(answers) == 1
