"""Random filters over streets (values and times) and notices (places), whose meaning plain Python knows."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from geoapp.ogc.cql.nodes import (
    COMPARISONS,
    SPATIAL,
    TEMPORAL,
    Call,
    Geometry,
    Instant,
    Interval,
    Many,
    Property,
    Value,
)

NAMES = ["祖庙路", "祖庙横路", "Zǔmiào Lù", "zumiao lu", "100%_*?[a]", "O'Brien", "back\\slash", "", "é", "É"]
DAYS = [date(2020, 1, 1) + timedelta(days=365 * n) for n in range(-2, 3)]
WIDTHS = [None, 0.0, 2.0, 4.0, 7.5, -3.0]
_OF_INTERVALS = {"t_meets", "t_metby", "t_overlappedby", "t_overlaps"}

texts = st.one_of(
    st.sampled_from(["name", "pinyin", "meaning"]).map(Property), st.sampled_from(NAMES).map(Value)
)
folded = st.recursive(
    texts,
    lambda inner: st.tuples(st.sampled_from(["casei", "accenti"]), inner).map(lambda t: Call(t[0], (t[1],))),
    max_leaves=2,
)
numbers = st.recursive(
    st.one_of(
        st.sampled_from(["width_m", "length_m"]).map(Property),
        st.sampled_from([0, 1, 2, 3.5, -4, 512.25]).map(Value),
    ),
    lambda inner: st.tuples(st.sampled_from(["+", "-", "*", "/", "div", "%"]), inner, inner).map(
        lambda t: Call(t[0], t[1:])
    ),
    max_leaves=4,
)
instants = st.one_of(
    st.sampled_from(DAYS).map(lambda d: Instant("date", d.isoformat())),
    st.sampled_from(DAYS).map(lambda d: Instant("timestamp", f"{d.isoformat()}T00:00:00+08:00")),
)
dates = st.one_of(st.sampled_from(["valid_from", "valid_to", "approved_on"]).map(Property), instants)
truths = st.one_of(st.just(Property("synthetic")), st.booleans().map(Value))


def _interval(days: list[date | None]) -> Interval:
    start, end = days
    if start and end and start > end:
        start, end = end, start
    return Interval(start.isoformat() if start else "..", end.isoformat() if end else "..")


ends = st.sampled_from([*DAYS, None])
intervals = st.one_of(
    st.lists(ends, min_size=2, max_size=2).map(_interval),
    st.just(Interval(Property("valid_from"), Property("valid_to"))),
    st.just(Interval(Property("valid_from"), "..")),
    st.just(Interval("..", Property("approved_on"))),
)


@st.composite
def temporals(draw):
    op = draw(st.sampled_from(TEMPORAL))
    times = intervals if op in _OF_INTERVALS else st.one_of(intervals, dates)
    return Call(op, (draw(times), draw(times)))


def _pairs(op, side):
    return st.tuples(op, side, side).map(lambda t: Call(t[0], t[1:]))


comparisons = st.one_of(
    *(_pairs(st.sampled_from(COMPARISONS), side) for side in (folded, numbers, dates)),
    _pairs(st.sampled_from(["=", "<>"]), truths),
    st.tuples(folded, st.lists(st.sampled_from([*NAMES, "%", "_", "\\", "路"]), max_size=3)).map(
        lambda t: Call("like", (t[0], Value("".join(t[1]))))
    ),
    st.tuples(numbers, numbers, numbers).map(lambda t: Call("between", t)),
    st.one_of(
        *(
            st.tuples(side, st.lists(side, min_size=1, max_size=3)).map(
                lambda t: Call("in", (t[0], Many(tuple(t[1]))))
            )
            for side in (folded, numbers, dates)
        )
    ),
    st.sampled_from(["name", "width_m", "valid_to", "approved_on", "id"]).map(
        lambda name: Call("isnull", (Property(name),))
    ),
    temporals(),
    truths,
)


def logic(leaves):
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)).map(
                lambda t: Call(t[0], tuple(t[1]))
            ),
            inner.map(lambda i: Call("not", (i,))),
        ),
        max_leaves=6,
    )


_steps = st.integers(0, 8).map(lambda n: n / 8)
positions = st.tuples(_steps, _steps).map(lambda p: [113 + p[0], 23 + p[1]])


@st.composite
def boxes(draw):
    (w, s), (e, n) = draw(positions), draw(positions)
    west, east = sorted((w, e))
    south, north = sorted((s, n))
    return west, south, east + 0.125, north + 0.125


def _ring(b):
    west, south, east, north = b
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


lines = st.lists(positions, min_size=2, max_size=2).filter(lambda p: p[0] != p[1])
simple = st.one_of(
    positions.map(lambda p: Geometry("Point", p)),
    boxes().map(lambda b: Geometry("BBox", list(b))),
    boxes().map(lambda b: Geometry("Polygon", [_ring(b)])),
    lines.map(lambda p: Geometry("LineString", p)),
    st.lists(positions, min_size=1, max_size=3).map(lambda p: Geometry("MultiPoint", p)),
    st.lists(lines, min_size=1, max_size=2).map(lambda p: Geometry("MultiLineString", p)),
    boxes().map(lambda b: Geometry("MultiPolygon", [[_ring(b)]])),
)
mixed = st.tuples(positions, lines, boxes()).map(
    lambda t: Geometry(
        "GeometryCollection",
        [Geometry("Point", t[0]), Geometry("LineString", t[1]), Geometry("Polygon", [_ring(t[2])])],
    )
)
places = st.one_of(
    st.tuples(st.sampled_from(SPATIAL), simple, st.booleans()).map(
        lambda t: Call(t[0], (t[1], Property("geom")) if t[2] else (Property("geom"), t[1]))
    ),
    st.tuples(st.sampled_from(["s_intersects", "s_disjoint"]), mixed).map(
        lambda t: Call(t[0], (Property("geom"), t[1]))
    ),
    st.tuples(st.sampled_from(SPATIAL), simple, simple).map(lambda t: Call(t[0], t[1:])),
    st.just(Call("isnull", (Property("geom"),))),
)
