"""The words of yearly code lists: rows, editions, typed acts with evidence; how acts turn one list into the next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from boundaries import edition_names as names


class ActKind(StrEnum):
    """Kinds of act between two lists."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    RECODED = "recoded"
    TRANSFERRED = "transferred"
    VILLAGE_TO_COMMUNITY = "village_to_community"
    SPLIT = "split"
    MERGED = "merged"
    CORRECTED = "corrected"
    LOST_CHARACTER = "lost_character"
    LABEL = "label"

    @property
    def label(self) -> str:
        """Return the kind in an officer's words."""
        return _WORDS[self]

    @property
    def continues(self) -> bool:
        """Say whether the body before and the body after are one and the same."""
        return self in _CONTINUING


_WORDS = {
    ActKind.ADDED: "新设",
    ActKind.REMOVED: "撤销",
    ActKind.RENAMED: "更名",
    ActKind.RECODED: "代码变更",
    ActKind.TRANSFERRED: "划归其他镇街",
    ActKind.VILLAGE_TO_COMMUNITY: "村改居",
    ActKind.SPLIT: "分设",
    ActKind.MERGED: "合并",
    ActKind.CORRECTED: "名单勘误",
    ActKind.LOST_CHARACTER: "名单缺字",
    ActKind.LABEL: "名单写法变化",
}
_CONTINUING = frozenset(
    {
        ActKind.RENAMED,
        ActKind.RECODED,
        ActKind.TRANSFERRED,
        ActKind.CORRECTED,
        ActKind.LOST_CHARACTER,
        ActKind.LABEL,
    }
)


@dataclass(frozen=True, order=True)
class Listed:
    """A row of a list: a unit (12 digits) or a town (9 digits) and the name printed there."""

    code: str
    name: str

    @property
    def town_code(self) -> str:
        """The code of the town the code lies in."""
        return self.code[:9]

    @property
    def segment(self) -> str:
        """``community`` (0xx, 1xx), ``village`` (2xx, 3xx), ``like_community`` (4xx), ``like_village`` (5xx)."""
        if len(self.code) == 9:
            return "town"
        first = self.code[9]
        return {
            "0": "community",
            "1": "community",
            "2": "village",
            "3": "village",
            "4": "like_community",
        }.get(first, "like_village")

    @property
    def specific(self) -> str:
        """The name without its label."""
        return names.specific(self.name)


@dataclass(frozen=True)
class Edition:
    """One year's list: units and towns, in order of code."""

    year: int
    units: tuple[Listed, ...]
    towns: tuple[Listed, ...] = ()

    def rows(self) -> dict[str, str]:
        """Return every printed name by code, towns and units together."""
        return {row.code: row.name for row in (*self.towns, *self.units)}


@dataclass(frozen=True)
class Evidence:
    """One reason for an inference; ``value`` is a similarity or a share, where there is one."""

    rule: str
    text: str
    value: float | None = None


@dataclass(frozen=True)
class Alternative:
    """Another reading of the same rows."""

    kind: ActKind
    before: tuple[str, ...]
    after: tuple[str, ...]
    text: str
    confidence: float


@dataclass(frozen=True)
class InferredAct:
    """What is thought to have happened: rows that went, rows that came, rows that took part and stand on."""

    kind: ActKind
    from_year: int
    to_year: int
    before: tuple[Listed, ...]
    after: tuple[Listed, ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    beside: tuple[Listed, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    effective: date | None = None
    source: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of the rows that went and came."""
        return tuple(dict.fromkeys(row.code for row in (*self.before, *self.after)))

    @property
    def level(self) -> str:
        """``town`` or ``community``."""
        return "town" if len(self.codes[0]) == 9 else "community"

    def as_json(self) -> dict[str, Any]:
        """Return the act as plain JSON values."""
        return {
            "kind": str(self.kind),
            "from_year": self.from_year,
            "to_year": self.to_year,
            "before": [[r.code, r.name] for r in self.before],
            "after": [[r.code, r.name] for r in self.after],
            "beside": [[r.code, r.name] for r in self.beside],
            "evidence": [{"rule": e.rule, "text": e.text, "value": e.value} for e in self.evidence],
            "confidence": self.confidence,
            "alternatives": [
                {
                    "kind": str(a.kind),
                    "before": list(a.before),
                    "after": list(a.after),
                    "text": a.text,
                    "confidence": a.confidence,
                }
                for a in self.alternatives
            ],
            "effective": self.effective.isoformat() if self.effective else None,
            "source": self.source,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> InferredAct:
        """Read back what ``as_json`` wrote. Raises KeyError or ValueError for anything else."""

        def listed(key: str) -> tuple[Listed, ...]:
            return tuple(Listed(code, name) for code, name in value[key])

        return cls(
            kind=ActKind(value["kind"]),
            from_year=int(value["from_year"]),
            to_year=int(value["to_year"]),
            before=listed("before"),
            after=listed("after"),
            beside=listed("beside"),
            evidence=tuple(Evidence(e["rule"], e["text"], e["value"]) for e in value["evidence"]),
            confidence=float(value["confidence"]),
            alternatives=tuple(
                Alternative(
                    ActKind(a["kind"]), tuple(a["before"]), tuple(a["after"]), a["text"], a["confidence"]
                )
                for a in value["alternatives"]
            ),
            effective=date.fromisoformat(value["effective"]) if value["effective"] else None,
            source=value["source"],
        )


@dataclass(frozen=True)
class Confirmation:
    """What a document says of a step; it goes before every inference about those codes."""

    year: int
    kind: ActKind
    before: tuple[str, ...]
    after: tuple[str, ...]
    effective: date | None
    source: str


def apply_acts(rows: Mapping[str, str], acts: Iterable[InferredAct]) -> dict[str, str]:
    """Return a list (name by code) after the acts of one step.

    Raises ValueError when an act does not fit: a row it ends is not there, a row it brings is there already.
    """
    result, acts = dict(rows), list(acts)
    for act in acts:
        for row in act.before:
            if result.get(row.code) != row.name:
                raise ValueError(f"名单中没有 {row.code} {row.name}，无法执行“{act.kind.label}”")
            del result[row.code]
    for act in acts:
        for row in act.after:
            if row.code in result:
                raise ValueError(f"代码 {row.code} 已有 {result[row.code]}，无法执行“{act.kind.label}”")
            result[row.code] = row.name
    return result
