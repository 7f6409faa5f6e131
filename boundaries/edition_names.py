"""Comparing two spellings of a unit's name in yearly code lists: label, sound, lost character. Pure.

A listed name is a specific part (奇槎) and a label of the body (社区居委会). Lists change labels freely
(街道办事处 → 街道) without anything having happened, so the two are compared apart.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

import ToJyutping
from pypinyin import Style, pinyin

LABELS = (
    "社区居民委员会",
    "虚拟生活区",
    "村民委员会",
    "居民委员会",
    "社区居委会",
    "街道办事处",
    "虚拟社区",
    "居委会",
    "村委会",
    "生活区",
    "社区",
    "街道",
    "镇",
    "乡",
)
"""Labels of committees, towns and statistical units, longest first."""

MISPRINTED_LABELS = {"社会居委会": "社区居委会", "社区居委员会": "社区居委会", "村民委会": "村民委员会"}
"""Labels no law knows, and what was meant (社会居委会 stood for 江南名居 until 2020)."""

PLACEHOLDERS = frozenset("?？□〓�*＊")
"""What programs print for a character they cannot hold."""

_PARTS = "一二三四五六七八九十东西南北中上下前后新"


def split_label(name: str) -> tuple[str, str]:
    """Return the specific part and the label of a listed name; the label may be empty, the specific never."""
    for label in (*MISPRINTED_LABELS, *LABELS):
        if name.endswith(label) and len(name) > len(label):
            return name[: -len(label)], label
    return name, ""


def specific(name: str) -> str:
    """Return the specific part of a listed name."""
    return split_label(name)[0]


def similarity(a: str, b: str) -> float:
    """Return how alike two strings are, 0 to 1 (Ratcliff–Obershelp over characters)."""
    return round(SequenceMatcher(None, a, b, autojunk=False).ratio(), 3)


def one_substitution(a: str, b: str) -> tuple[str, str] | None:
    """Return the two characters in which strings of one length differ, None unless exactly one does."""
    if len(a) != len(b):
        return None
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return pairs[0] if len(pairs) == 1 else None


@lru_cache(maxsize=4096)
def readings(character: str) -> frozenset[str]:
    """Return every toneless reading of a character, Putonghua (``p:``) and Cantonese (``j:``)."""
    found = set()
    for syllable in pinyin(character, style=Style.NORMAL, heteronym=True)[0]:
        if syllable != character:
            found.add(f"p:{syllable}")
    for _, candidates in ToJyutping.get_jyutping_candidates(character):
        found |= {"j:" + c.rstrip("123456") for c in candidates or ()}
    return frozenset(found)


def common_reading(a: str, b: str) -> str:
    """Return a reading two characters share (``zhou`` for 州 and 洲), Putonghua first; empty when none."""
    shared = sorted(readings(a) & readings(b), key=lambda r: (r[0] != "p", r))
    return shared[0][2:] if shared else ""


def is_rare(character: str) -> bool:
    """Say whether a Han character is outside GBK, hence lost in files of that encoding (㘵, 𠮟)."""
    if not unicodedata.name(character, "").startswith("CJK"):
        return False
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return True
    return False


def has_placeholder(name: str) -> bool:
    """Say whether a name holds a mark for a character that could not be printed."""
    return any(c in PLACEHOLDERS or unicodedata.category(c) == "Co" for c in name)


def fits_placeholder(broken: str, whole: str) -> bool:
    """Say whether ``broken`` is ``whole`` with characters replaced by marks (华?村 fits 华㘵村)."""
    if len(broken) != len(whole) or not has_placeholder(broken) or has_placeholder(whole):
        return False
    return all(x == y or has_placeholder(x) for x, y in zip(broken, whole, strict=True))


def dropped_rare(short: str, whole: str) -> str:
    """Return the rare characters that ``short`` lacks of ``whole``, empty unless that is all that differs."""
    rare = "".join(c for c in whole if is_rare(c))
    return rare if rare and "".join(c for c in whole if not is_rare(c)) == short else ""


def gbk_copy(name: str) -> str:
    """Return a name as it comes out of a file in GBK: rare characters become ``?``."""
    return name.encode("gbk", errors="replace").decode("gbk")


def is_part_of(child: str, parent: str) -> bool:
    """Say whether a specific part names a part of another: 夏南一 of 夏南, 东平南 of 东平, 新城第二 of 新城."""
    if len(parent) < 2 or not child.startswith(parent) or child == parent:
        return False
    return re.fullmatch(f"第?[{_PARTS}0-9]{{1,2}}", child[len(parent) :]) is not None


def is_renumbering(a: str, b: str) -> bool:
    """Say whether letters became Chinese numerals of the same order and nothing else changed (A区 → 一区)."""
    pair = one_substitution(a, b)
    numerals = dict(zip("ABCDEFGHI", "一二三四五六七八九", strict=True))
    return pair is not None and numerals.get(pair[0].upper()) == pair[1]


def is_series(specifics: list[str]) -> bool:
    """Say whether names differ only in a direction or an ordinal at one place (东约、南约、西约、北约)."""
    if len(specifics) < 2 or len({len(s) for s in specifics}) != 1:
        return False
    places = [i for i, column in enumerate(zip(*specifics, strict=True)) if len(set(column)) > 1]
    return len(places) == 1 and all(s[places[0]] in _PARTS for s in specifics)
