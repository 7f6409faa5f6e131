"""Taking a name apart: specific, modifier and generic term (专名、修饰成分、通名)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from naming.language.lexicon import rows

GENERICS: dict[str, tuple[str, ...]] = {
    category: tuple(
        sorted((r["term"] for r in rows("generic_terms") if r["category"] == category), key=len, reverse=True)
    )
    for category in ("STR", "ADM")
}

_DIGITS = {c: n for n, c in enumerate("〇一二三四五六七八九")}
_DIRECTIONS = "东西南北中"
_POSITIONS = _DIRECTIONS + "左右前后上下内外新旧老大小横直"
# Numerals that are names, not ordinals (1984 rule 6).
NUMERAL_NAMES = frozenset(
    {"五一", "八一", "三八", "五四", "七一", "十一", "六一", "九一八", "一二九", "二七"}
)
_CROSSING = re.compile(r"(?<=.)([一二三四五六七八九十百]+)([横直])$")
_ORDINAL = re.compile(r"[一二三四五六七八九十百]+$")


@dataclass(frozen=True)
class NameParts:
    """A name in its parts; ``stem`` is what numbered siblings share (锦程 of 锦程一路), empty without ordinal.

    ``modifier`` holds direction, position and ordinal in the order they are written.
    """

    specific: str
    modifier: str
    generic: str
    stem: str
    ordinal: int | None


def chinese_number(text: str) -> int | None:
    """Read a Chinese numeral below one thousand (十二 is 12); None when it is none."""
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char == "十":
            total += (digit or 1) * 10
            digit = 0
        elif char == "百":
            total += (digit or 1) * 100
            digit = 0
        else:
            return None
    return total + digit or None


def _generic_of(name: str, category: str) -> tuple[str, str, str]:
    """Return what stands before the generic term, the term, and a direction behind it (大道北)."""
    terms = GENERICS.get(category, ())
    for term in terms:
        if name.endswith(term):
            return name[: -len(term)], term, ""
    if category == "STR" and len(name) > 3 and name[-1] in _DIRECTIONS:
        for term in ("大道", "大街"):
            if name[:-1].endswith(term):
                return name[: -len(term) - 1], term, name[-1]
    return name, "", ""


def split_name(name: str, *, category: str = "STR") -> NameParts:
    """Split a name of a category. A name without a known generic term comes back as specific only."""
    before, generic, post = _generic_of(name, category)
    if not generic or category != "STR":
        return NameParts(before, post, generic, "", None)
    head, ordinal, numeral, behind = before, None, "", ""
    if crossing := _CROSSING.search(before):
        # 升平路一横巷: the position between ordinal and generic term belongs to the term.
        before, behind = before[: crossing.start(2)], crossing.group(2)
        head = before
    match = _ORDINAL.search(before)
    if match and before not in NUMERAL_NAMES:
        numeral = match.group()
        if any(before.endswith(word) and len(word) >= len(numeral) for word in NUMERAL_NAMES):
            numeral = ""
        else:
            head, ordinal = before[: match.start()], chinese_number(numeral)
    if numeral and not head:
        # 二马路: the numeral is all the name there is.
        return NameParts(before + behind, post, generic, "", None)
    stem = head if ordinal is not None else ""
    modifier = ""
    while len(head) > 2 and head[-1] in _POSITIONS:
        # A single character and a direction are a word of their own (城南路): it stays whole.
        modifier, head = head[-1] + modifier, head[:-1]
    return NameParts(head, modifier + numeral + behind + post, generic, stem, ordinal)
