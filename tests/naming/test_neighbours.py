"""The number a collector is shown: the same cases hold the phone's module (tests/js/collect.test.mjs)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from naming.addressing.neighbours import Neighbour, place_on, suggest

CASES = json.loads((Path(__file__).parent / "data" / "suggestions.json").read_text(encoding="utf-8"))


def _taken(case):
    return {(n, s) for n, s in case["taken"]}


@pytest.mark.parametrize("case", CASES, ids=[c["what"] for c in CASES])
def test_cases(case):
    found = suggest(case["axis"], [Neighbour(*d) for d in case["doors"]], _taken(case), tuple(case["point"]))
    want = case["want"]
    assert (found and {k: getattr(found, k) for k in want}) == want


numbers = st.integers(1, 60)
doors = st.lists(
    st.builds(Neighbour, numbers, st.none() | st.integers(1, 3), st.floats(0, 300), st.floats(-30, 30)),
    max_size=12,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    doors, st.sets(st.tuples(numbers, st.none() | st.integers(1, 3))), st.floats(0, 300), st.floats(-30, 30)
)
def test_what_is_suggested_is_free(rows, taken, x, y):
    found = suggest([[(0, 0), (150, 3), (300, 0)]], rows, taken, (x, y))
    assert found.number >= 1
    assert (found.number, found.sub_number) not in taken | {(d.number, d.sub_number) for d in rows}
    if found.sub_number is not None:
        assert found.sub_number >= 1
    assert found.parity == "any" or found.basis == "under" or found.number % 2 == (found.parity == "odd")


def test_places_along_a_line():
    axis = [[(0, 0), (100, 0)], [(100, 0), (100, 50)]]
    assert place_on(axis, (100, 0)).along_m == 100
    beside = place_on(axis, (110, 25))
    assert (beside.along_m, beside.offset_m, beside.side) == (125, 10, "right")
    assert place_on(axis, (50, 0)).side == ""
    assert place_on([[(1, 1), (1, 1)]], (0, 0)) is None
