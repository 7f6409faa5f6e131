"""Examples of boundary rules: reading them, answering a rule's questions from them, running one rule."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.checks import RULES
from boundaries.checks.names import place_name
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
from geoapp.core import checks
from geoapp.core.checks import Finding, Registry
from geoapp.core.profiles import Profile
from naming.language.keys import sound_keys
from naming.profile import load_profile

ON = date(2026, 11, 23)
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "checks"
SHIPPED = Path(__file__).resolve().parents[2] / "boundaries" / "checks" / "profile_foshan.json"
CODES = [f"V-{number:02}" for number in range(1, 14)]


def shipped() -> Profile:
    """Read the shipped profile of boundary rules."""
    return load_profile(SHIPPED)


PROFILE = shipped()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _unit(data: Mapping[str, Any]) -> UnitFacts:
    return UnitFacts(**data)


def _fault(data: Mapping[str, Any]) -> ProofFault:
    place = shapely.linestrings(data["place"]) if "place" in data else None
    return ProofFault(**{**data, "units": tuple(data.get("units", ())), "place": place})


def _meeting(data: Mapping[str, Any]) -> MeetingFacts:
    days = {key: date.fromisoformat(data[key]) for key in ("notice_on", "held_on")}
    return MeetingFacts(**{**data, **days})


def proposal_from(data: Mapping[str, Any]) -> AdjustmentProposal:
    """Build a proposal from the JSON of an example; geometry as frame coordinates, metres."""
    made: dict[str, Any] = {
        "on": _day(data.get("on")) or ON,
        "before": tuple(_unit(row) for row in data.get("before", ())),
        "after": tuple(_unit(row) for row in data.get("after", ())),
        "faults": tuple(_fault(row) for row in data.get("faults", ())),
        "towns": tuple(data.get("towns", ())),
        "meetings": tuple(_meeting(row) for row in data.get("meetings", ())),
        "documents": frozenset(data.get("documents", ())),
        "new_lines": tuple(shapely.linestrings(line) for line in data.get("new_lines", ())),
        "affected": Affected(**data.get("affected", {})),
    }
    return AdjustmentProposal(**{**data, **made})


class Memory:
    """Answers a rule's questions from the JSON of an example, by the words of the protocol."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        data = data or {}
        self.names = list(data.get("names", ()))
        self.codes = list(data.get("codes", ()))
        self.lines = [
            FeatureLine(row["kind"], row["name"], shapely.linestrings(row["geometry"]))
            for row in data.get("lines", ())
        ]

    def names_like(self, name: str, district_id: str) -> list[NameHit]:
        found = []
        for row in self.names:
            if row["district_id"] != district_id:
                continue
            theirs, ours = place_name(row["name"]), place_name(name)
            if theirs == ours:
                found.append(NameHit("same", row["id"], row["name"], row["where"]))
            elif sound_keys(theirs).toned == sound_keys(ours).toned:
                found.append(NameHit("sound", row["id"], row["name"], row["where"]))
        return found

    def uses_of_code(self, code: str) -> list[CodeUse]:
        return [
            CodeUse(
                row["unit_id"], row["name"], date.fromisoformat(row["valid_from"]), _day(row.get("valid_to"))
            )
            for row in self.codes
            if row["code"] == code
        ]

    def lines_near(self, geometry: BaseGeometry, distance_m: float) -> Sequence[FeatureLine]:
        return [line for line in self.lines if shapely.dwithin(line.geometry, geometry, distance_m)]


def examples(code: str) -> list[dict[str, Any]]:
    """Return the examples of a rule."""
    data = json.loads((FIXTURES / f"{code}.json").read_text(encoding="utf-8"))
    assert data["code"] == code
    return list(data["cases"])


def example(code: str, title: str) -> dict[str, Any]:
    """Return one example by its title."""
    return next(row for row in examples(code) if row["title"] == title)


def findings_of(code: str, row: Mapping[str, Any], registry: Registry = RULES) -> list[Finding]:
    """Run one rule over one example, at the stages at which it speaks, on the example's day."""
    proposal = proposal_from(row["proposal"])
    return checks.run(
        registry,
        proposal,
        Memory(row.get("register")),
        PROFILE,
        stages=registry[code].stages,
        on=proposal.on,
        only=[code],
    )


def holds(code: str, row: Mapping[str, Any], registry: Registry = RULES) -> bool:
    """Say whether the rule does with an example what the example expects."""
    found = findings_of(code, row, registry)
    variant = row.get("variant")
    concerned = [f for f in found if variant is None or f.variant == variant]
    if row["expect"] == "good":
        return not concerned
    said = row.get("message", "")
    return any(said in f.message for f in concerned) and all(
        f.law and f.remedy and f.sentence for f in concerned
    )
