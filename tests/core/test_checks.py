"""Running rules: stages, dates of law, severities from the profile, findings that keep their identity."""

from __future__ import annotations

from datetime import date

import pytest

from geoapp.core.checks import Hit, Registry, Severity, Stage, Subject, blocking, run, verdict
from geoapp.core.profiles import Profile, UnknownRule, verify

ON = date(2026, 11, 23)


def registry() -> Registry:
    rules = Registry("test")
    common = {"title_en": "x", "law": "某法 第一条", "since": date(2022, 5, 1)}

    @rules.rule("X-01", title="甲", stages=[Stage.DRAFT, Stage.DECIDE], variants=("a", "b"), **common)
    def first(proposal, ask, parameters):
        """甲。"""
        yield Hit("甲一", variant="a", subject=Subject("street", "1", "祖庙路"))
        yield Hit("甲二", variant="b")

    @rules.rule("X-02", title="乙", stages=[Stage.ACCEPT], until=date(2025, 1, 1), **common)
    def second(proposal, ask, parameters):
        """乙。"""
        yield Hit("乙")

    @rules.rule("X-03", title="丙", stages=[Stage.DRAFT], parameters={"limit": 3}, **common)
    def third(proposal, ask, parameters):
        """丙。"""
        if proposal > parameters["limit"]:
            yield Hit(f"超过 {parameters['limit']}")

    return rules


def profile(**changes) -> Profile:
    severities = {"X-01": {"a": "warn", "b": "block"}, "X-02": "block", "X-03": "info"} | changes
    return Profile("试", "1", date(2022, 5, 1), severities, {"X-03": {"limit": 5}})


def codes(stages, on=ON, proposal=9, **changes):
    return [
        (f.code, f.severity)
        for f in run(registry(), proposal, None, profile(**changes), stages=stages, on=on)
    ]


def test_blocks_come_first_and_stages_choose():
    assert codes([Stage.DRAFT]) == [("X-01", "block"), ("X-01", "warn"), ("X-03", "info")]
    assert codes([Stage.DECIDE]) == [("X-01", "block"), ("X-01", "warn")]


def test_a_rule_speaks_only_while_it_is_law():
    assert codes([Stage.ACCEPT]) == []
    assert codes([Stage.ACCEPT], on=date(2024, 12, 31)) == [("X-02", "block")]


def test_local_values_come_from_the_profile():
    assert codes([Stage.DRAFT], proposal=4, **{"X-01": "off"}) == []
    assert codes([Stage.DRAFT], proposal=6, **{"X-01": "off"}) == [("X-03", "info")]


def test_a_finding_keeps_its_identity_across_runs():
    first, second = (run(registry(), 9, None, profile(), stages=[Stage.DRAFT], on=ON) for _ in range(2))
    assert [f.key for f in first] == [f.key for f in second]
    assert len({f.key for f in first}) == len(first)


def test_the_verdict_caps_at_forty_with_a_block():
    found = run(registry(), 9, None, profile(), stages=[Stage.DRAFT], on=ON)
    assert verdict(found) == {"score": 23, "band": "block"}
    assert verdict([]) == {"score": 100, "band": "pass"}
    assert [f.severity for f in blocking(found)] == [Severity.BLOCK]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"X-09": "block"}, "no rule X-09"),
        ({"X-01": {"c": "warn"}}, "no variant c"),
        ({"X-01": "stop"}, "stop"),
    ],
)
def test_a_typing_error_cannot_disarm_a_rule(changes, words):
    with pytest.raises(ValueError, match=words):
        verify(profile(**changes), [registry()])


def test_a_rule_left_out_is_refused():
    with pytest.raises(UnknownRule, match="X-02 has no severity"):
        verify(Profile("试", "1", ON, {"X-01": "off", "X-03": "off"}, {}), [registry()])


def test_a_rule_needs_law_and_explanation():
    rules = Registry("test")
    with pytest.raises(ValueError, match="no legal source"):
        rules.rule("Y-01", title="x", title_en="x", stages=[Stage.DRAFT], law=" ", since=ON)
    with pytest.raises(ValueError, match="no explanation"):
        rules.rule("Y-01", title="x", title_en="x", stages=[Stage.DRAFT], law="法", since=ON)(
            lambda p, a, v: []
        )
