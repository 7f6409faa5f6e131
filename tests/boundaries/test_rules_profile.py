"""The shipped severities of the boundary rules: complete, known, and as Table B marks them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from boundaries.checks import RULES
from geoapp.core.checks import Severity
from geoapp.core.profiles import UnknownRule, verify
from tests.boundaries.rule_examples import CODES, SHIPPED, shipped

HARD = ["V-01", "V-02", "V-03", "V-07", "V-08", "V-10", "V-13"]
SOFT = ["V-04", "V-05", "V-06", "V-11", "V-12"]


def test_shipped_profile_holds() -> None:
    profile = shipped()
    verify(profile, [RULES])
    assert profile.label == "佛山（试行） 2026-1"
    assert profile.source_status == "UNVERIFIED"
    assert "未经" in json.loads(SHIPPED.read_text(encoding="utf-8"))["note"]
    assert sorted(profile.severities) == CODES


@pytest.mark.parametrize("code", CODES)
def test_every_graded_case_has_a_severity_of_its_own(code: str) -> None:
    entry, card = shipped().severities[code], RULES[code]
    if isinstance(entry, dict):
        assert set(card.variants) <= set(entry)
    else:
        assert not card.variants


@pytest.mark.parametrize("code", HARD)
def test_hard_rules_block_in_every_case(code: str) -> None:
    for variant in RULES[code].variants or ("",):
        assert shipped().severity(code, variant) is Severity.BLOCK
    if code == "V-01":
        assert shipped().severity(code) is Severity.BLOCK, "a fault of an unknown kind"


@pytest.mark.parametrize("code", SOFT)
def test_soft_rules_never_block(code: str) -> None:
    severities = {shipped().severity(code, variant) for variant in RULES[code].variants}
    assert Severity.WARN in severities
    assert severities <= {Severity.WARN, Severity.INFO}


def test_names_block_when_equal_and_warn_when_alike() -> None:
    assert shipped().severity("V-09", "same") is Severity.BLOCK
    assert shipped().severity("V-09", "sound") is Severity.WARN


def test_local_values_are_those_the_rules_know() -> None:
    for code, values in shipped().values.items():
        assert set(values) <= set(RULES[code].parameters)
    assert shipped().parameters("V-06", RULES["V-06"].parameters)["far_oversize_households"] == 10000


def test_a_typing_error_is_refused() -> None:
    profile = shipped()
    wrong = {"V-07": {**profile.severities["V-07"], "qourum": "block"}}
    with pytest.raises(UnknownRule):
        verify(replace(profile, severities={**profile.severities, **wrong}), [RULES])
    with pytest.raises(UnknownRule):
        verify(replace(profile, values={"V-11": {"distance": 5}}), [RULES])
    rest = {code: entry for code, entry in profile.severities.items() if code != "V-13"}
    with pytest.raises(UnknownRule, match="V-13"):
        verify(replace(profile, severities=rest), [RULES])
