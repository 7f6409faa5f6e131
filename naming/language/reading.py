"""The reading of a place name in Putonghua: a suggestion, with the characters a person must decide on.

pypinyin reads local names wrong by default (涌 yǒng for chōng, 佛 fú for fó): the project's own table of place
readings goes first. A reading is never accepted unseen; the officer approves it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin

from naming.language.characters import is_han
from naming.language.lexicon import rows
from naming.language.split import NameParts

_TONE_MARKS = {"\u0304", "\u0301", "\u030c", "\u0300"}
# Which reading a place name takes depends on the place: these are never accepted without a person.
REGION_DEPENDENT = frozenset("陂埔堡埇番行六会朝重泷涌圩厦咀更曾都长乐更任解盛单区冲曲石")


@dataclass(frozen=True)
class Reading:
    """Tone-marked syllables, one per character, and the characters that need a decision."""

    syllables: tuple[str, ...]
    review: tuple[str, ...]


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[str, ...]]:
    return {row["text"]: tuple(row["reading"].split()) for row in rows("readings")}


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(len(text) for text in _phrases())


def strip_marks(syllable: str) -> str:
    """Return a syllable without its tone mark; ü stays ü."""
    decomposed = unicodedata.normalize("NFD", syllable)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONE_MARKS))


@lru_cache(maxsize=16384)
def allowed_readings(char: str) -> tuple[str, ...]:
    """Return every tone-marked reading of a character, the place table's first."""
    if not is_han(char):
        return ()
    own = _phrases().get(char, ())
    found = pinyin(char, style=Style.TONE, heteronym=True, errors="ignore")
    phrase_readings = [
        reading[i]
        for text, reading in _phrases().items()
        for i, c in enumerate(text)
        if c == char and len(reading) == len(text)
    ]
    return tuple(dict.fromkeys((*own, *(found[0] if found else ()), *phrase_readings)))


def read_name(name: str, *, parts: NameParts | None = None) -> Reading:
    """Suggest the reading of a name; ``parts`` is taken for the generic term's sake (never needed to be right)."""
    return _read(name)


@lru_cache(maxsize=65536)
def _read(name: str) -> Reading:
    syllables: list[str] = []
    pending = ""
    i = 0
    while i < len(name):
        hit = _match(name, i)
        if hit:
            syllables += _by_dictionary(pending)
            pending = ""
            syllables += hit[1]
            i += len(hit[0])
        else:
            pending += name[i]
            i += 1
    syllables += _by_dictionary(pending)
    review = tuple(dict.fromkeys(c for c in name if _needs_decision(c)))
    return Reading(tuple(syllables), review)


def _match(name: str, start: int) -> tuple[str, tuple[str, ...]] | None:
    for length in range(min(_longest(), len(name) - start), 0, -1):
        text = name[start : start + length]
        reading = _phrases().get(text)
        if reading and len(reading) == length:
            return text, reading
    return None


def _by_dictionary(text: str) -> list[str]:
    if not text:
        return []
    found = lazy_pinyin(text, style=Style.TONE)
    if len(found) != len(text):
        found = [lazy_pinyin(c, style=Style.TONE)[0] for c in text]
    # A neutral tone out of a phrase (东西 dōngxi) is not how a place is read.
    return [_with_tone(char, syllable) for char, syllable in zip(text, found, strict=True)]


def _with_tone(char: str, syllable: str) -> str:
    if not is_han(char) or strip_marks(syllable) != syllable:
        return syllable
    toned = [r for r in allowed_readings(char) if strip_marks(r) == syllable and r != syllable]
    return toned[0] if toned else syllable


@lru_cache(maxsize=16384)
def _needs_decision(char: str) -> bool:
    return char in REGION_DEPENDENT


def with_tones(given: Sequence[str], suggested: Sequence[str]) -> tuple[str, ...]:
    """Fill in the tones a printed spelling leaves out (1984 rule 9) where the suggestion agrees with it."""
    if len(given) != len(suggested):
        return tuple(given)
    return tuple(
        wanted if strip_marks(said) == said and strip_marks(wanted) == said else said
        for said, wanted in zip(given, suggested, strict=True)
    )
