"""Lines from text: coordinates, traverses, boundary point tables, directions and the four bounds."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.editing import Split, apply
from boundaries.surveying import (
    Unreadable,
    direction16,
    four_bounds,
    read_bearing,
    read_bearings,
    read_points,
)
from geoapp.core import frame
from tests.strategies import wiggly_grid, with_enclave

CITY = (330_000.0, 2_480_000.0, 450_000.0, 2_620_000.0)
SQUARE = ((412_001_220, 2_545_012_345), (412_001_220, 2_545_112_345), (412_101_220, 2_545_112_345))


@pytest.mark.parametrize(
    ("text", "axes"),
    [
        ("J1\t2545012.345\t412001.22\nJ2\t2545112.345\t412001.22\nJ3\t2545112.345\t412101.22", "survey"),
        ("点号,X(m),Y(m)\n1,2545012.345,412001.22\n2,2545112.345,412001.22\n3,2545112.345,412101.22", "survey"),
        ("2545012.345 412001.22\n2545112.345 412001.22\n2545112.345 412101.22", "survey"),
        ("１，２５４５０１２．３４５，４１２００１．２２\n2,2545112.345,412001.22\n3,2545112.345,412101.22", "survey"),
        ("x y\n412001.22 2545012.345\n412001.22 2545112.345\n412101.22 2545112.345", "xy"),
        ("东坐标;北坐标\n412001.22;2545012.345\n412001.22;2545112.345\n412101.22;2545112.345", "survey"),
        ("界址点号\t边长\tY\tX\nJ1\t\t412001.22\t2545012.345\nJ2\t100\t412001.22\t2545112.345\n"
         "J3\t100\t412101.22\t2545112.345", "survey"),
        ("# 前言\n\nN E\n2545012.345 412001.22\n2545112.345 412001.22\n2545112.345 412101.22", "xy"),
    ],
)  # fmt: skip
def test_points_are_read_whatever_the_table_looks_like(text, axes):
    found = read_points(text, axes=axes, within=CITY)
    assert found.points == SQUARE
    assert not found.closed and found.closure_error_m is None
    assert found.length_m == pytest.approx(200.0)


def test_a_ring_closes_on_its_first_point_and_says_by_how_much_it_missed():
    table = "J1 2545012.345 412001.22\nJ2 2545112.345 412001.22\nJ3 2545112.345 412101.22\n"
    missed = read_points(table + "J1 2545012.365 412001.22")
    assert missed.closed and missed.points == (*SQUARE, SQUARE[0])
    assert missed.closure_error_m == pytest.approx(0.02)
    assert missed.relative == round((200 + math.dist((0, 0), (99.98, 100))) / 0.02)
    exact = read_points(table + "J1 2545012.345 412001.22")
    assert exact.closure_error_m == 0.0 and exact.relative is None
    added = read_points(table, closed=True)
    assert added.closure_error_m is None and added.polygon.area == pytest.approx(5000.0)


@given(
    st.lists(
        st.tuples(st.integers(341_000_000, 429_000_000), st.integers(2_510_000_000, 2_600_000_000)),
        min_size=2,
        max_size=12,
        unique=True,
    )
)
def test_a_typed_line_equals_the_drawn_one(points):
    drawn = frame.snap(shapely.LineString([(x / 1000, y / 1000) for x, y in points]))
    table = "\n".join(f"J{i}\t{y / 1000:.3f}\t{x / 1000:.3f}" for i, (x, y) in enumerate(points))
    assert shapely.equals_identical(read_points(table, closed=False).geometry, drawn)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 0, "没有内容"),
        ("J1 2545012.345 412001.22\nJ2 2545112.345", 2, "缺少坐标"),
        ("J1 2545012.345 412001.22\nJ2 二百 412001.22", 2, "不是坐标"),
        ("J1 2545012.345 412001.22\nJ2 2545012.345 412001.22", 2, "与上一点相同"),
        ("J1 412001.22 2545012.345", 1, "颠倒"),
        ("J1 2545012.345 38412001.22", 1, "带号 38"),
        ("J1 2545012.345 412.00122", 1, "不在本市"),
        ("J1 2545012.345 nan", 1, "不是坐标"),
        ("J1 2545012.345 1e999", 1, "不是坐标"),
        ("点号 X Y", 0, "只有表头"),
        ("点号\tX\tY\nJ1\t2545012.345", 2, "缺少坐标"),
    ],
)
def test_bad_tables_name_the_line(text, line, words):
    with pytest.raises(Unreadable, match=words) as refused:
        read_points(text, within=CITY)
    assert refused.value.line == line
    assert refused.value.remedy


def test_two_points_enclose_nothing():
    with pytest.raises(Unreadable, match="三个"):
        read_points("2545012.345 412001.22\n2545112.345 412001.22", closed=True)
    crossed = read_points("0 0\n10 10\n10 0\n0 10", closed=True)
    with pytest.raises(Unreadable, match="自身相交"):
        _ = crossed.polygon


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("35.5", 35.5),
        ("35°20′15″", 35 + 20 / 60 + 15 / 3600),
        ("35°20'15\"", 35 + 20 / 60 + 15 / 3600),
        ("35度20分15秒", 35 + 20 / 60 + 15 / 3600),
        ("360", 0.0),
        ("北偏东35°20′", 35 + 20 / 60),
        ("北偏西10°", 350.0),
        ("南偏东10度30分", 169.5),
        ("S10°30'W", 190.5),
        ("东北", 45.0),
        ("东北偏北", 22.5),
        ("北北东", 22.5),
        ("正南", 180.0),
        ("西北偏西", 292.5),
    ],
)
def test_bearings(text, degrees):
    assert read_bearing(text) == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize("text", ["", "左", "361", "北偏东95°", "35°61′", "-5"])
def test_bad_bearings(text):
    with pytest.raises(Unreadable):
        read_bearing(text)


def test_a_traverse_and_its_closure():
    start = shapely.Point(400_000, 2_540_000)
    line = read_bearings("东 100\n北偏东0° 50.5米", start)
    assert line.points == (
        (400_000_000, 2_540_000_000),
        (400_100_000, 2_540_000_000),
        (400_100_000, 2_540_050_500),
    )
    ring = read_bearings("东\t100\n北\t100\n西\t100\n南\t99.99", start, closed=True)
    assert ring.points[0] == ring.points[-1] and len(ring.points) == 5
    assert ring.closure_error_m == pytest.approx(0.01) and ring.relative == 39_999
    for text, words, at in [
        ("东", "缺少", 1),
        ("东 100\n北 零", "不是距离", 2),
        ("东 -1", "大于 0", 1),
        ("x 3", "方位", 1),
    ]:
        with pytest.raises(Unreadable, match=words) as refused:
            read_bearings(text, start)
        assert refused.value.line == at
    with pytest.raises(Unreadable, match="起点"):
        read_bearings("东 1", shapely.LineString([(0, 0), (1, 1)]))


def test_rounding_does_not_add_up_along_a_traverse():
    start = (400_000_000, 2_540_000_000)
    far = read_bearings("\n".join(["30°0′0″ 10.0004"] * 1000), start)
    assert far.points[-1] == (
        400_000_000 + round(10_000_400 * 0.5),
        2_540_000_000 + round(10_000_400 * math.sqrt(0.75)),
    )


@pytest.mark.parametrize(
    ("degrees", "word"),
    [(0, "北"), (22.5, "北北东"), (45, "东北"), (100, "东"), (202, "南南西"), (350, "北")],
)
def test_direction_words(degrees, word):
    a = math.radians(degrees)
    assert direction16(shapely.LineString([(0, 0), (100 * math.sin(a), 100 * math.cos(a))])) == word
    assert read_bearing(word) == pytest.approx(round(degrees / 22.5) % 16 * 22.5)


def test_a_closed_line_has_no_direction():
    with pytest.raises(ValueError, match="走向"):
        direction16(shapely.LineString([(0, 0), (1, 0), (1, 1), (0, 0)]))


def test_four_bounds_name_the_neighbour_on_each_side():
    coverage = wiggly_grid(3, 3, steps=3, seed=5)
    middle = four_bounds(coverage["u1-1"], coverage.neighbours(["u1-1"]))
    assert middle.text == "东至u1-2，南至u0-1，西至u1-0，北至u2-1"
    corner = four_bounds(coverage["u0-0"], coverage.neighbours(["u0-0"]))
    assert corner.text == "东至u0-1，南至市界，西至市界，北至u1-0"


def test_four_bounds_with_two_neighbours_on_a_side_and_an_enclave_within():
    coverage = wiggly_grid(3, 3, steps=3, seed=5)
    x, y = coverage["u1-2"].geometry.centroid.coords[0]
    cut = shapely.LineString([(x - 2000, y), (x + 2000, y)])
    coverage = apply(coverage, Split("u1-2", cut, ("甲", "乙"))).coverage
    bounds = four_bounds(coverage["u1-1"], coverage.neighbours(["u1-1"]))
    assert set(bounds.east) == {"甲", "乙"}
    holed = with_enclave(wiggly_grid(3, 6, seed=2))
    assert "u1-1" not in four_bounds(holed["host"], holed.neighbours(["host"])).text
    assert set(four_bounds(holed["u1-1"], holed.neighbours(["u1-1"])).text.split("至")[1:]) <= {
        "host，南",
        "host，西",
        "host，北",
        "host",
    }
