"""Reading an address as people write it: parts, how sure, what was not understood, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from naming.addressing.gazetteer import Gazetteer
from naming.addressing.normalise import LONGEST, clean
from naming.addressing.parts import AddressParts, Several
from naming.addressing.segment import Reading, readings

MOST_CANDIDATES = 5
_AMBIGUOUS = 1.5


@dataclass(frozen=True)
class Parsed:
    """One reading of a text.

    ``part_confidence`` holds 0 to 1 for every part that is filled; ``written`` what the text says where a part holds
    another name (a former or a short one); ``ids`` the things of the register that a part may be; ``codes`` the
    division codes in which all parts agree (empty when nothing places them); ``remainder`` the stretches that are not
    part of the address or were not understood; ``missing`` the parts that a standard address would have. ``several``:
    the parts that the text writes as several (7-9号), of which a part holds the first: somebody must say what is meant.
    """

    parts: AddressParts
    confidence: float
    part_confidence: Mapping[str, float] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    former: tuple[str, ...] = ()
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()
    remainder: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    several: tuple[Several, ...] = ()


def parse(text: str, gazetteer: Gazetteer) -> Parsed:
    """Return the best reading of a text. Never raises: a text that says nothing gives no parts and confidence 0.

    ``parse(compose(parts)).parts == parts`` holds for parts whose names the gazetteer knows.
    """
    return candidates(text, gazetteer)[0]


def candidates(text: str, gazetteer: Gazetteer, most: int = MOST_CANDIDATES) -> list[Parsed]:
    """Return the readings of a text, best first, at least one and at most ``most``."""
    cleaned = clean(text)
    read, behind = cleaned[:LONGEST], cleaned[LONGEST:]
    found = readings(read, gazetteer)
    if not found:
        return [
            Parsed(
                AddressParts(),
                0.0,
                missing=missing_of(AddressParts()),
                remainder=(cleaned,) if cleaned else (),
            )
        ]
    margin = found[0].score - found[1].score if len(found) > 1 else _AMBIGUOUS
    results = []
    for reading in found[:most]:
        if reading.score < found[0].score - 2 * _AMBIGUOUS:
            break
        results.append(_parsed(reading, read, behind, margin if reading is found[0] else -margin))
    return results


def missing_of(parts: AddressParts) -> tuple[str, ...]:
    """Return what a standard address would have beside the parts that are there."""
    missing = [p for p in ("district", "town") if not getattr(parts, p)]
    if not (parts.street or parts.village or parts.compound):
        missing.append("street")
    if parts.number is None and not (parts.compound and parts.building):
        missing.append("number")
    return tuple(missing)


def _parsed(reading: Reading, text: str, behind: str, margin: float) -> Parsed:
    parts = AddressParts(**dict(reading.values))  # type: ignore[arg-type]
    sure: dict[str, float] = {}
    written: dict[str, str] = {}
    ids: dict[str, tuple[str, ...]] = {}
    former = []
    for step in reading.steps:
        for part, value in step.values:
            sure[part] = round(step.confidence, 2)
            if step.name is not None and text[step.start : step.end] != value:
                written[part] = text[step.start : step.end]
            if step.name is not None and step.name.ids:
                ids[part] = step.name.ids
            if step.name is not None and step.name.former:
                former.append(part)
    remainder, lost, read = _left_over(reading, text)
    if behind:
        remainder.append(behind)
        lost += len(behind)
    confidence = 0.0
    if sure:
        confidence = sum(sure.values()) / len(sure) * read / (read + lost)
        if not (parts.street or parts.village or parts.compound or parts.community):
            confidence *= 0.7
        if margin < _AMBIGUOUS:
            confidence *= 1.0 - 0.15 * (_AMBIGUOUS - max(margin, 0.0)) / _AMBIGUOUS
        if margin < 0:
            confidence *= 1.0 / (1.0 - margin)
    return Parsed(
        parts=parts,
        confidence=round(min(1.0, confidence), 2),
        part_confidence=sure,
        written=written,
        former=tuple(former),
        ids=ids,
        codes=reading.codes,
        remainder=tuple(remainder),
        missing=missing_of(parts),
        several=tuple(step.several for step in reading.steps if step.several is not None),
    )


def _left_over(reading: Reading, text: str) -> tuple[list[str], int, int]:
    """Return the stretches left over, how many characters were not understood, and how many were."""
    stretches: list[str] = []
    lost = read = 0
    end = -1
    for step in reading.steps:
        if step.values:
            read += step.end - step.start
            continue
        if step.kind == "gap":
            continue
        piece = text[step.start : step.end]
        if step.kind == "skip" and end == step.start:
            stretches[-1] += piece
        else:
            stretches.append(piece)
        if step.kind == "skip":
            lost += 1
            end = step.end
    return [s.strip("()") for s in stretches], lost, read
