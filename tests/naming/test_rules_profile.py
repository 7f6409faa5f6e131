"""The shipped profile: read, verified, and refused when a word in it is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from geoapp.core.checks import Severity
from geoapp.core.profiles import UnknownRule
from naming.checks import RULES
from naming.profile import FOSHAN, load_profile, verified


def test_shipped_profile_holds() -> None:
    profile = verified(load_profile())
    assert profile.name == "佛山（试行）"
    assert profile.label == "佛山（试行） 2026-1"
    assert profile.source_status == "UNVERIFIED"
    assert set(profile.severities) == set(RULES.codes())
    assert profile.valid_from <= date(2023, 4, 18), "the approvals of 2023 can be judged"


def test_every_graded_case_has_a_severity_of_its_own() -> None:
    """A variant the profile leaves out would silently be off."""
    profile = load_profile()
    for card in RULES:
        entry = profile.severities[card.code]
        if isinstance(entry, dict):
            assert set(card.variants) <= set(entry), card.code
        else:
            assert not card.variants, card.code


@pytest.mark.parametrize(
    ("code", "variant", "severity"),
    [
        ("N-01", "", "block"),
        ("N-03", "outside", "block"),
        ("N-03", "legacy", "warn"),
        ("N-03", "level3", "info"),
        ("N-08", "", "block"),
        ("N-09", "toned", "warn"),
        ("N-16", "used", "block"),
        ("N-16", "no_stem", "warn"),
        ("N-24", "", "warn"),
        ("P-01", "lookalike", "info"),
        ("G-01", "apart", "warn"),
        ("G-06", "wrong_level", "block"),
        ("AUTH-01", "", "warn"),
    ],
)
def test_severity(code: str, variant: str, severity: str) -> None:
    assert load_profile().severity(code, variant) is Severity(severity)


@pytest.mark.parametrize(
    ("severities", "values"),
    [
        ({"N-99": "block"}, {}),
        ({"N-03": {"outsied": "block"}}, {}),
        ({}, {"G-02": {"bufer_m": 5}}),
        ({}, {"N-99": {}}),
    ],
)
def test_a_typing_error_is_refused(
    severities: dict[str, object], values: dict[str, dict[str, float]]
) -> None:
    profile = load_profile()
    wrong = replace(
        profile,
        severities={**profile.severities, **severities},
        values={**profile.values, **values},
    )
    with pytest.raises(UnknownRule):
        verified(wrong)


def test_a_wrong_severity_and_a_missing_rule_are_refused() -> None:
    profile = load_profile()
    with pytest.raises(ValueError, match="blok"):
        verified(replace(profile, severities={**profile.severities, "N-01": "blok"}))
    rest = {code: entry for code, entry in profile.severities.items() if code != "N-01"}
    with pytest.raises(UnknownRule, match="N-01"):
        verified(replace(profile, severities=rest))


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    data = json.loads(FOSHAN.read_text(encoding="utf-8"))
    del data["severities"]
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(KeyError):
        load_profile(path)
