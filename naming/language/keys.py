"""Keys under which names that sound alike meet: toned, toneless, fuzzy Putonghua; Cantonese (Jyutping)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import ToJyutping
from pypinyin.contrib.tone_convert import to_tone3

from naming.language.reading import read_name, strip_marks

# Readings of place names where the library's first choice is another.
_CANTONESE = {
    "圩": "heoi1",
    "涌": "cung1",
    "厦": "haa6",
    "更": "gaang1",
    "平": "ping4",
    "埗": "bou6",
    "勒": "lak6",
}
_FUZZY = (
    (re.compile(r"^zh"), "z"),
    (re.compile(r"^ch"), "c"),
    (re.compile(r"^sh"), "s"),
    (re.compile(r"^n"), "l"),
    (re.compile(r"^hu(?=.)"), "f"),
    (re.compile(r"(?<=[aei])ng$"), "n"),
)


@dataclass(frozen=True)
class SoundKeys:
    """The sound keys of one name; equal keys sound alike."""

    toned: str
    toneless: str
    fuzzy: str
    initials: str
    jyutping: str
    jyutping_toneless: str


@lru_cache(maxsize=16384)
def _toned(syllable: str) -> str:
    return str(to_tone3(syllable, neutral_tone_with_five=True)) if syllable else ""


@lru_cache(maxsize=16384)
def _fuzzy(syllable: str) -> str:
    for pattern, replacement in _FUZZY:
        syllable = pattern.sub(replacement, syllable)
    return syllable


@lru_cache(maxsize=32768)
def _jyutping(name: str) -> tuple[str, ...]:
    return tuple(
        _CANTONESE.get(char) or (reading or char).split(" ")[0]
        for char, reading in ToJyutping.get_jyutping_list(name)
    )


def sound_keys(name: str, syllables: Sequence[str] | None = None) -> SoundKeys:
    """Return the keys of a name over all its characters; ``syllables`` when the reading is known."""
    read = tuple(syllables) if syllables else read_name(name).syllables
    toneless = [strip_marks(s).lower() for s in read]
    cantonese = _jyutping(name)
    return SoundKeys(
        " ".join(_toned(s.lower()) for s in read),
        " ".join(toneless),
        " ".join(_fuzzy(s) for s in toneless),
        "".join(s[:1] for s in toneless),
        " ".join(cantonese),
        " ".join(s.rstrip("0123456789") for s in cantonese),
    )


def anagram_key(name: str) -> str:
    """Return the characters of a name in a fixed order (文华 and 华文 meet)."""
    return "".join(sorted(name))
