"""The transition table: refuses nonsense, reaches every end, matches its drawing in the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoapp.core.transitions import Procedure, State, Transition, mermaid, reachable, walk
from naming.door_procedure import DOOR_NUMBERING
from naming.procedure import STREET_NAMING

DRAWINGS = Path(__file__).resolve().parents[2] / "geoapp" / "docs"
A, B = State("a", "甲", "A"), State("b", "乙", "B", final=True)


def arrow(source: str, target: str | None, action: str = "go") -> Transition:
    return Transition(action, "办", "go", (source,), target, ("officer",))


@pytest.mark.parametrize(
    ("states", "arrows", "words"),
    [
        ((A, B), (arrow("a", "c"),), "unknown state c"),
        ((A, B), (arrow("a", "b"), arrow("a", "a")), "two arrows"),
        ((A, B), (arrow("a", None),), "no arrow reaches"),
    ],
)
def test_a_wrong_table_is_refused(states, arrows, words):
    with pytest.raises(ValueError, match=words):
        Procedure("x", "x", "x", "X", states, arrows)


TABLES = pytest.mark.parametrize("table", [STREET_NAMING, DOOR_NUMBERING], ids=lambda t: t.code)


@TABLES
def test_from_every_state_the_case_can_end(table):
    finals = {s.code for s in table.states if s.final}
    for state in table.states:
        assert reachable(table, state.code) & finals, state.code


@TABLES
def test_nobody_leaves_a_final_state(table):
    assert all(not table.rows_from(s.code) for s in table.states if s.final)


def test_whoever_filed_a_door_does_not_number_it():
    barred = {r.action for r in DOOR_NUMBERING.transitions if r.not_own}
    assert barred == {"return_check", "number", "pass_all", "notify", "release"}


def test_every_deciding_step_bars_the_applicant():
    applicants = {"submit", "resubmit", "withdraw"}
    assert {r.action for r in STREET_NAMING.transitions if not r.not_own} == applicants


@given(st.lists(st.sampled_from(STREET_NAMING.actions()), max_size=12))
def test_random_walks_stay_in_the_table(actions):
    status = STREET_NAMING.states[0].code
    for action in actions:
        row = STREET_NAMING.row(action, status)
        if row is None:
            with pytest.raises(KeyError):
                list(walk(STREET_NAMING, [action], status))
            continue
        status = row.target or status
        assert STREET_NAMING.state(status)


@TABLES
def test_the_drawing_is_the_table(table):
    page = DRAWINGS / f"procedure_{table.code}.md"
    drawn = page.read_text(encoding="utf-8").split("```mermaid\n")[1].split("```")[0]
    assert drawn == mermaid(table), "run: manage.py draw_procedures"
