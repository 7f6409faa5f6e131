"""One rule, one function: what a check is, what it finds, and how a set of them is run.

A rule is a pure function over a frozen proposal, a narrow protocol of questions and its parameters. It yields
hits; the profile in force gives each hit its severity. Nothing here knows streets, villages or a database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from shapely.geometry.base import BaseGeometry

from geoapp.core.parameters import ParameterBlock


class Severity(StrEnum):
    """How much a finding weighs."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"
    OFF = "off"


class Stage(StrEnum):
    """The moments at which a rule may speak (design: rules name their stages)."""

    DRAFT = "draft"
    SUBMIT = "submit"
    ACCEPT = "accept"
    DECIDE = "decide"
    FILE = "file"
    ANNOUNCE = "announce"
    NUMBER = "number"
    EXPORT = "export"
    AUDIT = "audit"


@dataclass(frozen=True)
class Subject:
    """The other thing a finding is about."""

    type: str
    id: str
    name: str

    def as_json(self) -> dict[str, str]:
        """Return the subject as JSON members."""
        return {"type": self.type, "id": self.id, "name": self.name}


@dataclass(frozen=True)
class Hit:
    """What a rule yields: the words, the other object and a geometry in the city frame.

    ``variant`` names which of the rule's graded cases this is; the profile may weigh each differently.
    ``sentence`` is ready for the officer's opinion; left empty, the message serves. It stays Chinese, as the
    opinion does; message and remedy have an English twin, in which Chinese words stand between “ and ”.
    """

    message: str
    remedy: str = ""
    sentence: str = ""
    variant: str = ""
    subject: Subject | None = None
    geometry: BaseGeometry | None = None
    message_en: str = ""
    remedy_en: str = ""


@dataclass(frozen=True)
class Finding:
    """A hit judged by a profile at a stage."""

    code: str
    severity: Severity
    stage: Stage
    message: str
    law: str
    remedy: str = ""
    sentence: str = ""
    variant: str = ""
    subject: Subject | None = None
    geometry: BaseGeometry | None = field(default=None, compare=False)
    message_en: str = ""
    remedy_en: str = ""

    @property
    def key(self) -> str:
        """Identify the finding across runs, so that an answer given to it stays with it."""
        about = self.subject.id if self.subject else self.message
        return hashlib.sha256(f"{self.code}|{self.variant}|{about}".encode()).hexdigest()[:20]


Rule = Callable[[Any, Any, Mapping[str, Any]], Iterable[Hit]]


@dataclass(frozen=True)
class RuleCard:
    """A registered rule with what the catalogue prints about it."""

    code: str
    title: str
    title_en: str
    stages: tuple[Stage, ...]
    law: str
    since: date
    until: date | None
    variants: tuple[str, ...]
    parameters: Mapping[str, Any]
    exception: str
    function: Rule

    @property
    def doc(self) -> str:
        """The rule's explanation: the function's docstring."""
        return (self.function.__doc__ or "").strip()

    def speaks_on(self, on: date) -> bool:
        """Say whether the rule was law on a day."""
        return self.since <= on and (self.until is None or on < self.until)


class Registry:
    """The rules of one wing, in display order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._cards: dict[str, RuleCard] = {}
        self._blocks: dict[str, ParameterBlock] = {}

    def enter(self, block: ParameterBlock) -> None:
        """Enter local values that belong to no rule. Raises ValueError for a code that is taken."""
        if block.code in self._blocks or block.code in self._cards:
            raise ValueError(f"{block.code} is registered twice")
        self._blocks[block.code] = block

    @property
    def blocks(self) -> tuple[ParameterBlock, ...]:
        """The blocks of local values, in display order."""
        return tuple(self._blocks.values())

    def rule(
        self,
        code: str,
        *,
        title: str,
        title_en: str,
        stages: Sequence[Stage],
        law: str,
        since: date,
        until: date | None = None,
        variants: Sequence[str] = (),
        parameters: Mapping[str, Any] | None = None,
        exception: str = "",
    ) -> Callable[[Rule], Rule]:
        """Register a rule. ``law`` names instrument and article; a rule without one is refused."""
        if not law.strip():
            raise ValueError(f"rule {code} names no legal source")
        if code in self._cards:
            raise ValueError(f"rule {code} is registered twice")
        if not stages:
            raise ValueError(f"rule {code} speaks at no stage")

        def register(function: Rule) -> Rule:
            if not (function.__doc__ or "").strip():
                raise ValueError(f"rule {code} has no explanation (docstring)")
            self._cards[code] = RuleCard(
                code,
                title,
                title_en,
                tuple(stages),
                law,
                since,
                until,
                tuple(variants),
                dict(parameters or {}),
                exception,
                function,
            )
            return function

        return register

    def __iter__(self) -> Iterator[RuleCard]:
        return iter(self._cards.values())

    def __contains__(self, code: str) -> bool:
        return code in self._cards

    def __getitem__(self, code: str) -> RuleCard:
        return self._cards[code]

    def codes(self) -> list[str]:
        """Return the codes in display order."""
        return list(self._cards)


_WEIGHT = {Severity.BLOCK: 0, Severity.WARN: 1, Severity.INFO: 2, Severity.OFF: 3}


class Court:
    """The rules that speak at some stages on a day, with their parameters, ready for many proposals."""

    def __init__(
        self,
        registry: Registry,
        profile: Any,
        *,
        stages: Sequence[Stage],
        on: date,
        only: Iterable[str] | None = None,
    ) -> None:
        wanted = set(only) if only is not None else None
        self._profile = profile
        self._rules: list[tuple[RuleCard, Stage, Mapping[str, Any]]] = []
        for card in registry:
            spoken = [stage for stage in stages if stage in card.stages]
            if spoken and card.speaks_on(on) and (wanted is None or card.code in wanted):
                self._rules.append((card, spoken[0], profile.parameters(card.code, card.parameters)))

    def judge(self, proposal: Any, ask: Any) -> list[Finding]:
        """Return what the rules find, blocking first, then in rule order."""
        findings: list[Finding] = []
        for card, stage, parameters in self._rules:
            for hit in card.function(proposal, ask, parameters):
                severity = self._profile.severity(card.code, hit.variant)
                if severity is not Severity.OFF:
                    findings.append(_weighed(card, hit, severity, stage))
        if len(findings) > 1:
            findings.sort(key=lambda finding: _WEIGHT[finding.severity])
        return findings


def _weighed(card: RuleCard, hit: Hit, severity: Severity, stage: Stage) -> Finding:
    return Finding(
        card.code,
        severity,
        stage,
        hit.message,
        card.law,
        hit.remedy,
        hit.sentence or hit.message,
        hit.variant,
        hit.subject,
        hit.geometry,
        hit.message_en,
        hit.remedy_en,
    )


def run(
    registry: Registry,
    proposal: Any,
    ask: Any,
    profile: Any,
    *,
    stages: Sequence[Stage],
    on: date,
    only: Iterable[str] | None = None,
) -> list[Finding]:
    """Run every rule that speaks at one of ``stages`` on the day ``on`` and weigh what it yields.

    ``profile`` answers ``severity(code, variant)`` and ``parameters(code, defaults)``. Findings come back
    blocking first, then in rule order.
    """
    return Court(registry, profile, stages=stages, on=on, only=only).judge(proposal, ask)


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with blocking ones first, otherwise in order."""
    return sorted(findings, key=lambda finding: _WEIGHT[finding.severity])


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop the transition of their stage."""
    return [finding for finding in findings if finding.severity is Severity.BLOCK]


def verdict(findings: Sequence[Finding]) -> dict[str, object]:
    """Return a 0–100 score and its band: a block caps at 40, each warning costs 15, each note 2."""
    blocks = sum(f.severity is Severity.BLOCK for f in findings)
    warns = sum(f.severity is Severity.WARN for f in findings)
    infos = sum(f.severity is Severity.INFO for f in findings)
    score = max(0, (40 if blocks else 100) - 10 * max(0, blocks - 1) - 15 * warns - 2 * infos)
    band = "block" if blocks else "warn" if warns else "pass"
    return {"score": score, "band": band}
