"""Made-up streets for the tests of numbering. Frame metres, whole millimetres."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString

from naming.addressing.numbering import Door, NumberedStreet, build_axis, load_profile, number_street

X0, Y0 = 410_000.0, 2_545_000.0
FOSHAN = load_profile("foshan")


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(round(X0 + x, 3), round(Y0 + y, 3)) for x, y in points])


def at(x: float, y: float) -> tuple[float, float]:
    return (round(X0 + x, 3), round(Y0 + y, 3))


def straight(doors=(), profile=FOSHAN, length: float = 400.0, reserved=()) -> NumberedStreet:
    """A street from east (origin by the common rule) to west; doors are (number, sub, metres from the east, side)."""
    axis = build_axis(line((length, 0), (0, 0)), ["main"], profile)
    made = [door(n, sub, m, side, length) for n, sub, m, side in doors]
    return number_street(axis, made, profile, reserved)


def spot(measure_m: float, side: str, length: float = 400.0) -> tuple[float, float]:
    # Facing west, left is south.
    return at(length - measure_m, -8 if side == "left" else 8)


def door(number, sub, measure_m, side, length=400.0, **more) -> Door:
    key = more.pop("id", f"{number}-{sub or 0}@{measure_m:g}{side[0]}")
    return Door(key, number, sub, spot(measure_m, side, length), **more)


@st.composite
def bent_lines(draw, least: int = 2, most: int = 7):
    """A line of gentle to sharp bends that does not come back to itself."""
    heading = draw(st.floats(0, 6.283))
    turns = draw(st.lists(st.floats(-0.6, 0.6), min_size=least - 1, max_size=most - 1))
    x, y = 0.0, 0.0
    points = [(x, y)]
    for turn in turns:
        heading += turn
        step = draw(st.floats(40, 160))
        x, y = x + step * math.cos(heading), y + step * math.sin(heading)
        points.append((x, y))
    return line(*points)


@st.composite
def spots(draw, shape, count: int = 12):
    """Frame points beside a line, a few beyond its ends."""
    found = []
    for _ in range(draw(st.integers(1, count))):
        along = draw(st.floats(-10, shape.length + 10))
        off = draw(st.floats(3, 15)) * draw(st.sampled_from((-1, 1)))
        here = shape.interpolate(min(max(along, 0), shape.length))
        ahead = shape.interpolate(min(max(along, 0), shape.length - 0.5) + 0.5)
        back = shape.interpolate(max(min(along, shape.length) - 0.5, 0))
        dx, dy = ahead.x - back.x, ahead.y - back.y
        size = math.hypot(dx, dy) or 1.0
        past = min(along, 0) + max(along - shape.length, 0)
        found.append(
            (
                round(here.x + dx / size * past - dy / size * off, 3),
                round(here.y + dy / size * past + dx / size * off, 3),
            )
        )
    return found


def moved(shape, dx: float, dy: float):
    def shift(part):
        return LineString([(round(x + dx, 3), round(y + dy, 3)) for x, y in part.coords])

    if shape.geom_type == "MultiLineString":
        return MultiLineString([shift(p) for p in shape.geoms])
    return shift(shape)


def with_values(profile=FOSHAN, **values):
    return replace(profile, **values)
