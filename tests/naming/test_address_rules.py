"""Every address rule against its good and bad examples, changed rules, and the shipped severities."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoapp.core.checks import Severity, Stage
from geoapp.core.profiles import verify
from naming.address_checks import RULES
from naming.address_checks.ground import Course
from naming.address_checks.proposal import COLUMN_OF, NumberLine
from naming.address_checks.words import COLUMNS
from naming.addressing.numbering import build_axis
from naming.addressing.numbering import load_profile as numbering_profile
from naming.addressing.numbering.placing import Place, place_many
from naming.addressing.numbering.street import Way, way_of_many
from tests.naming.address_examples import (
    CODES,
    FIXTURES,
    PROFILE,
    book_from,
    examples,
    findings_of,
    holds,
    proposal_from,
)
from tests.rule_mutants import changed, inverted, wrong

HARD = ["A-01", "A-02", "A-07", "A-08", "A-09", "A-11", "A-14", "A-15"]
ALL = [
    pytest.param(code, row, id=f"{code} {row['expect']} {row['title']}")
    for code in CODES
    for row in examples(code)
]


@pytest.mark.parametrize(("code", "row"), ALL)
def test_example(code: str, row: dict[str, Any]) -> None:
    assert holds(code, row), findings_of(code, row)


@pytest.mark.parametrize("code", CODES)
def test_enough_examples(code: str) -> None:
    rows = examples(code)
    for expect in ("good", "bad"):
        chosen = [row for row in rows if row["expect"] == expect]
        assert len(chosen) >= 3
        assert any(row["real"] and row["source"] != "自拟" for row in chosen)
    assert all(row["source"].strip() and row["title"].strip() for row in rows)
    assert len({row["title"] for row in rows}) == len(rows)
    shown = {row.get("variant") for row in rows if row["expect"] == "bad"}
    assert set(RULES[code].variants) <= shown, "every graded case has a bad example"


@pytest.mark.parametrize("code", CODES)
def test_examples_notice_a_changed_rule(code: str) -> None:
    """A rule turned round, silenced, always speaking or deaf to one of its cases must break its examples."""
    card = RULES[code]
    for title, function in wrong(card).items():
        registry = changed(card, function)
        assert any(not holds(code, row, registry) for row in examples(code)), title
    plain = [row for row in examples(code) if row["expect"] == "bad" or "variant" not in row]
    assert not any(holds(code, row, changed(card, inverted(card))) for row in plain)


@pytest.mark.parametrize("code", CODES)
def test_catalogue_entry(code: str) -> None:
    card = RULES[code]
    first, *rest = card.doc.splitlines()
    assert any("\u4e00" <= char <= "\u9fff" for char in first)
    letters = [char for line in rest for char in line if char.isascii() and char.isalpha()]
    assert len(letters) > 80, "English twin is missing"
    assert card.title and card.title_en.isascii()
    assert "待本市" in card.law
    assert card.speaks_on(date(2022, 5, 1)) and not card.speaks_on(date(2018, 12, 31))


def test_the_files_are_the_rules() -> None:
    assert RULES.codes() == CODES
    for card in RULES:
        assert card.function.__module__ == "naming.address_checks." + card.code.lower().replace("-", "_")
    assert {path.stem for path in FIXTURES.glob("A-*.json")} == set(CODES)
    assert set(COLUMN_OF.values()) <= set(COLUMNS)
    assert {"A-08", *COLUMN_OF} == set(CODES)


def test_shipped_severities_are_those_of_the_table() -> None:
    verify(PROFILE, [RULES])
    assert PROFILE.source_status == "UNVERIFIED" and sorted(PROFILE.severities) == CODES
    for code in CODES:
        entry = PROFILE.severities[code]
        assert not isinstance(entry, dict) or set(RULES[code].variants) == set(entry)
        weights = {PROFILE.severity(code, v) for v in RULES[code].variants or ("",)}
        if code in HARD:
            assert weights == {Severity.BLOCK}
        else:
            assert Severity.WARN in weights and weights <= {Severity.WARN, Severity.INFO}


def test_only_the_temporary_number_is_judged_at_the_export() -> None:
    assert [c.code for c in RULES if Stage.EXPORT in c.stages] == ["A-14"]
    assert all(Stage.NUMBER in card.stages for card in RULES)


def test_a_withdrawn_main_number_carries_no_sub_number() -> None:
    row = next(r for r in examples("A-07") if r["title"] == "主号在同一文件")
    proposal = proposal_from(row["proposal"], row["register"])
    book = book_from(proposal, row["register"])
    assert book.has_main(proposal)
    main = proposal_from({**row["register"]["rows"][0]}, row["register"])
    book.withdraw_main(type(main)(on=main.on, parts=main.parts, place=main.place, row="r2"))
    assert not book.has_main(proposal)


# Along the street


def test_side_and_distance_beside_a_bent_line() -> None:
    import numpy as np
    import shapely

    line = shapely.LineString([(0, 0), (100, 0), (100, 100)])
    points = np.array([(50.0, 8.0), (50.0, -8.0), (92.0, 60.0), (108.0, 60.0), (50.0, 0.0)])
    held = np.array([line] * 5, dtype=object)
    found = place_many(held, points)
    assert found.along_m.tolist() == pytest.approx([50, 50, 160, 160, 50])
    assert found.offset_m.tolist() == pytest.approx([8, 8, 8, 8, 0])
    assert found.side.tolist() == [1, -1, 1, -1, 0]


def test_the_origin_is_in_the_east_or_south_unless_numbers_say_otherwise() -> None:
    import shapely

    profile = numbering_profile()
    axis = build_axis(shapely.LineString([(0, 0), (100, 10)]), ["main"], profile)
    assert axis.origin == (100, 10)
    usual, turned = Course.of(axis, profile, [1, 3, 5], [10, 20, 30], [1] * 3), [[30, 20, 10], [1] * 3]
    assert not usual.against and usual.measure(10, 8, 1).side == "left"
    against = Course.of(axis, profile, [1, 3, 5], *turned)
    assert against.against and against.measure(30, 8, 1).side == "right"
    assert against.measure(30, 8, 1).along_m == pytest.approx(axis.length_m - 30)
    ring = build_axis(shapely.LineString([(0, 0), (40, 0), (40, 30), (0, 30), (0, 0)]), ["main"], profile)
    for way in (Way(), Way(back=True), Way(cut_m=50.0), Way(True, 50.0)):
        for on, m, side in ((axis, 30.0, 1), (ring, 30.0, 1), (ring, 120.0, -1)):
            if way.cut_m and on is axis:
                continue
            seen = way.seen(on, Place(m, 0.0, "left" if side > 0 else "right", 8.0, "along"))
            found = Course(on, way, way != Way()).measure(m, 8.0, side)
            assert (found.along_m, found.side) == (pytest.approx(seen.measure_m), seen.side)
    # Two numbers may be the very mistake.
    assert not Course.of(axis, profile, [1, 3], [20, 10], [1, 1]).against


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.floats(0, 100), st.sampled_from(["left", "right"])), max_size=14
    ),
    st.booleans(),
)
def test_many_doors_at_once_run_the_same_way_as_in_the_numbering_room(doors, closed) -> None:
    import shapely

    from naming.addressing.numbering import Door
    from naming.addressing.numbering.street import Seat, arrange

    profile = numbering_profile()
    shape = [(0, 0), (40, 0), (40, 30), (0, 30), (0, 0)] if closed else [(0, 0), (100, 10)]
    axis = build_axis(shapely.LineString(shape), ["main"], profile)
    seats = [
        Seat(Door(str(i), n, None, (0, 0)), Place(m, 0.0, side, 5.0, "along"))
        for i, (n, m, side) in enumerate(doors)
    ]
    columns = [list(column) for column in zip(*doors, strict=True)] or [[], [], []]
    assert way_of_many(axis, *columns, profile) == arrange(axis, seats, profile).way


@settings(max_examples=200, deadline=None)
@given(st.sets(st.integers(1, 60), max_size=30), st.integers(1, 60), st.sampled_from([1, 2]))
def test_missing_numbers_are_the_gap_below(held: set[int], number: int, step: int) -> None:
    missing = list(NumberLine.of(held).missing_before(number, step))
    series = list(range(number % step or step, number, step))
    expected = []
    for n in reversed(series):
        if n in held:
            break
        expected.insert(0, n)
    assert missing == expected


words = st.text(max_size=20)


@settings(max_examples=60, deadline=None)
@given(words, words, st.integers(0, 10**6), st.none() | st.integers(0, 9), words)
def test_no_text_breaks_a_rule(name: str, room: str, number: int, sub: int | None, former: str) -> None:
    register = {"places": [{"id": "s1", "name": name, "line": [[0, 0], [200, 0]]}]}
    data = {"place": "s1", "number": number, "sub_number": sub, "room": room, "former": former}
    proposal = proposal_from(data, register)
    book = book_from(proposal, register)
    for card in RULES:
        for hit in card.function(proposal, book, PROFILE.parameters(card.code, card.parameters)):
            assert hit.message and hit.remedy and hit.variant in ("", *card.variants)
