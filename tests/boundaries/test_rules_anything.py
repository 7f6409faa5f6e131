"""Any text, number, date or line put to the boundary rules: they answer, and answer the same twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.checks import RULES
from boundaries.checks.proposal import (
    AdjustmentProposal,
    Affected,
    CodeUse,
    FeatureLine,
    MeetingFacts,
    NameHit,
    ProofFault,
    UnitFacts,
)
from tests.boundaries.rule_examples import (
    PROFILE,
)

texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="江北浔峰社区村委会居民0123456789５😀\u200d\u0000\u0007㘵𠀋 ", max_size=30),
    st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "So", "Mn", "Nl"]), max_size=12),
)
kinds = st.one_of(
    st.sampled_from(["setup", "split", "merge", "dissolve", "transfer", "convert", "rename"]), texts
)
numbers = st.integers(-(10**15), 10**15)
figures = st.one_of(st.none(), numbers)
days = st.dates()
ids = st.sampled_from(["a", "b", "c", ""])
points = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (p[0] / 2, p[1] / 2))
lines = st.lists(points, min_size=2, max_size=5).map(shapely.linestrings)
shapes = st.one_of(
    lines,
    st.just(shapely.LineString()),
    st.just(shapely.Point(1, 1)),
    st.lists(lines, max_size=3).map(shapely.MultiLineString),
)
units = st.builds(
    UnitFacts,
    id=ids,
    name=texts,
    kind=st.one_of(st.sampled_from(["village", "community"]), texts),
    code=texts,
    town=texts,
    town_code=texts,
    households=figures,
    population=figures,
    parts=numbers,
    declared_parts=numbers,
    is_new=st.booleans(),
    name_changes=st.booleans(),
)
many = st.lists(units, max_size=3).map(tuple)
proposals = st.builds(
    AdjustmentProposal,
    kind=kinds,
    on=days,
    before=many,
    after=many,
    faults=st.lists(
        st.builds(ProofFault, texts, texts, texts, texts, st.lists(ids, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    towns=st.lists(texts, max_size=3).map(tuple),
    district=texts,
    new_lines=st.lists(shapes, max_size=2).map(tuple),
    meetings=st.lists(
        st.builds(
            MeetingFacts,
            ids,
            texts,
            st.one_of(st.sampled_from(["villagers", "households", "representatives"]), texts),
            *(days, days, numbers, numbers, numbers, numbers, numbers),
        ),
        max_size=3,
    ).map(tuple),
    documents=st.frozensets(texts, max_size=2),
    assets_touched=st.booleans(),
    division_change=st.booleans(),
    affected=st.builds(Affected, numbers, numbers, numbers, numbers, numbers),
)


class Anything:
    """Answers every question with whatever it was given."""

    def __init__(self, names: list[NameHit], uses: list[CodeUse], features: list[FeatureLine]) -> None:
        self.names, self.uses, self.features = names, uses, features

    def names_like(self, name: str, district_id: str) -> list[NameHit]:
        return self.names

    def uses_of_code(self, code: str) -> list[CodeUse]:
        return self.uses

    def lines_near(self, geometry: Any, distance_m: float) -> list[FeatureLine]:
        return self.features


answers = st.builds(
    Anything,
    st.lists(st.builds(NameHit, st.sampled_from(["same", "sound"]), texts, texts, texts), max_size=2),
    st.lists(st.builds(CodeUse, ids, texts, days, st.one_of(st.none(), days)), max_size=2),
    st.lists(st.builds(FeatureLine, texts, texts, shapes), max_size=2),
)


@settings(max_examples=250, deadline=None)
@given(proposal=proposals, ask=answers)
def test_nothing_breaks_a_rule(proposal: AdjustmentProposal, ask: Anything) -> None:
    for card in RULES:
        first = list(card.function(proposal, ask, PROFILE.parameters(card.code, card.parameters)))
        for hit in first:
            assert hit.remedy and (hit.message or proposal.faults)
            assert hit.variant in ("", *card.variants)
        again = list(card.function(replace(proposal), ask, PROFILE.parameters(card.code, card.parameters)))
        assert [hit.message for hit in again] == [hit.message for hit in first], "same question, same answer"
