"""Spelling place names in Hanyu Pinyin (中国地名汉语拼音字母拼写规则（汉语地名部分）, 1984)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from pypinyin import Style, pinyin

from naming.language.lexicon import FOLDER
from naming.language.reading import read_name, strip_marks
from naming.language.split import NUMERAL_NAMES, NameParts, chinese_number, split_name


class NotPinyin(ValueError):
    """A text that cannot be read as Hanyu Pinyin; ``english`` says why for English readers."""

    def __init__(self, message: str, english: str) -> None:
        super().__init__(message)
        self.english = english


_NUMERALS = "零一二三四五六七八九"
_ZERO_ONSET = "aoe"
_TOKEN = re.compile(r"\d+|[^\W\d_]+", re.UNICODE)


def strip_tones(text: str) -> str:
    """Return a text without tone marks; ü stays ü."""
    return strip_marks(text)


def romanise(name: str, syllables: Sequence[str], *, category: str = "STR") -> str:
    """Spell a name: specific and generic apart, one-syllable modifiers joined to the part they modify,
    street ordinals in Arabic digits (rules 1, 2, 4, 7, 10, 11).

    ``syllables`` are one per character of ``name``; with any other number they are joined as one word.
    """
    if len(syllables) != len(name):
        return _word(list(syllables))
    return " ".join(_words(name, list(syllables), split_name(name, category=category)))


def _words(name: str, syllables: list[str], parts: NameParts) -> list[str]:
    if not parts.generic:
        return [_word(syllables)] if syllables else []
    post = 1 if not name.endswith(parts.generic) else 0
    end = len(name) - post
    start = end - len(parts.generic)
    head = len(parts.specific)
    words = _specific(name[:head], syllables[:head])
    joined = syllables[start:end]
    middle = name[head:start]
    n = len(middle)
    # Directions right before the generic term belong to it (Zhōnglù); before a numeral they stand alone.
    while n and middle[n - 1] not in "一二三四五六七八九十百":
        n -= 1
    joined = syllables[head + n : start] + joined
    words += _middle(middle[:n], syllables[head : head + n])
    words.append(_word(joined))
    if post:
        words.append(_word(syllables[-1:]))
    return words


def _specific(text: str, syllables: list[str]) -> list[str]:
    """Spell the specific part: a generic term inside it is part of the word, unless it carries an ordinal."""
    if text and text not in NUMERAL_NAMES and (number := chinese_number(text)):
        return [str(number)]
    inner = split_name(text)
    if inner.generic and inner.ordinal is not None:
        return _words(text, syllables, inner)
    return [_word(syllables)] if syllables else []


def _middle(text: str, syllables: list[str]) -> list[str]:
    words, i = [], 0
    while i < len(text):
        j = i
        while j < len(text) and text[j] in "一二三四五六七八九十百":
            j += 1
        if j > i:
            words.append(str(chinese_number(text[i:j]) or ""))
            i = j
            continue
        while j < len(text) and text[j] not in "一二三四五六七八九十百":
            j += 1
        words.append(_word(syllables[i:j]))
        i = j
    return words


def _word(syllables: Sequence[str]) -> str:
    text = ""
    for syllable in syllables:
        if text and strip_marks(syllable)[:1] in _ZERO_ONSET and strip_marks(syllable)[:1]:
            text += "'"
        text += syllable
    return text[:1].upper() + text[1:]


def sign_form(romanised: str) -> str:
    """Return the form for signs: capitals without tone marks."""
    return strip_marks(romanised).upper()


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """Every toneless syllable that a character of the 通用规范汉字表 can have."""
    text = (FOLDER / "tgh8105.tsv").read_text(encoding="utf-8")
    chars = "".join(line.split("\t")[1] for line in text.splitlines() if line.count("\t") == 2)
    found: set[str] = set()
    for readings in pinyin(chars, style=Style.NORMAL, heteronym=True, v_to_u=True):
        found |= {strip_marks(r) for r in readings}
    return frozenset(s for s in found if s.isalpha() and (len(s) > 1 or s in "aoe"))


def parse_romanised(text: str) -> list[str]:
    """Read a spelling back into syllables, tone marks kept; digits come back as the syllables of the numeral.

    Raises NotPinyin (a ValueError) naming the word that is no Hanyu Pinyin.
    """
    found: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFC", text)):
        if token.isdecimal():
            found += _numeral(token)
            continue
        word = token.lower()
        syllables = _segment(word)
        if syllables is None:
            raise NotPinyin(f"“{token}”不是汉语拼音", f"“{token}” is not Hanyu Pinyin")
        found += syllables
    rest = _TOKEN.sub("", text).strip(" '-\u2019\u00b7\t")
    if any(not c.isspace() and c not in "'-’·" for c in rest):
        raise NotPinyin(f"“{rest.strip()}”不能出现在拼音中", f"“{rest.strip()}” has no place in pinyin")
    return found


def _numeral(digits: str) -> list[str]:
    return list(read_name(numeral_words(digits)).syllables)


def numeral_words(digits: str) -> str:
    """Return a number up to 999 in Chinese numerals (12 → 十二). Raises ValueError above."""
    number = int(digits)
    if number > 999:
        raise NotPinyin(f"“{digits}”过大", f"“{digits}” is too large")
    words = ""
    if number >= 100:
        words += f"{_NUMERALS[number // 100]}百"
    if number % 100 >= 10:
        tens = number % 100 // 10
        words += ("" if tens == 1 and number < 20 else _NUMERALS[tens]) + "十"
    if number % 10:
        words += _NUMERALS[number % 10]
    return words or "零"


@lru_cache(maxsize=1)
def syllable_prefixes() -> frozenset[str]:
    """Return every beginning of a toneless syllable (z, zu; m, mi, mia, miao)."""
    return frozenset(s[:n] for s in _syllables() for n in range(1, len(s) + 1))


@lru_cache(maxsize=8192)
def _best(word: str) -> tuple[str, ...] | None:
    bare = strip_marks(word)
    marked = [strip_marks(c) != c for c in word]
    any_mark = any(marked)
    best: list[tuple[int, tuple[str, ...]] | None] = [(0, ())] + [None] * len(word)
    for stop in range(1, len(word) + 1):
        for start in range(max(0, stop - 6), stop):
            before = best[start]
            if before is None or bare[start:stop] not in _syllables():
                continue
            marks = sum(marked[start:stop])
            if marks > 1:
                continue
            # Fewest syllables win; where tones are written, a syllable without one is unlikely.
            cost = before[0] + 1 + (20 if any_mark and not marks else 0)
            here = best[stop]
            if here is None or cost <= here[0]:
                best[stop] = (cost, (*before[1], word[start:stop]))
    end = best[-1]
    return end[1] if end else None


def _segment(word: str) -> list[str] | None:
    found = _best(word)
    return list(found) if found is not None else None
