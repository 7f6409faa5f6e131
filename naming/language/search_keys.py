"""What people type into the search box: characters, full pinyin, initials, or a mix."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from naming.language.characters import is_han
from naming.language.reading import read_name, strip_marks
from naming.language.romanise import numeral_words, parse_romanised, syllable_prefixes

_WORD = re.compile(r"[A-Za-zÀ-ǿǖǘǚǜü']+|\d+")


def query_kind(query: str) -> str:
    """Return ``empty``, ``han``, ``latin`` or ``mixed`` for a query."""
    text = query.strip()
    if not text:
        return "empty"
    han = any(is_han(c) for c in text)
    latin = any(c.isalpha() and not is_han(c) for c in text)
    if han and latin:
        return "mixed"
    return "latin" if latin else "han"


def tokens(text: str) -> list[str]:
    """Return the characters and words of a text, in order."""
    found: list[str] = []
    i = 0
    while i < len(text):
        match = _WORD.match(text, i)
        if match:
            found.append(match.group().lower())
            i = match.end()
            continue
        if is_han(text[i]):
            found.append(text[i])
        i += 1
    return found


def initials_of(syllables: Sequence[str]) -> str:
    """Return the first letters of syllables (祖庙路 zml)."""
    return "".join(strip_marks(s)[:1].lower() for s in syllables)


def syllable_splits(text: str) -> list[tuple[str, ...]]:
    """Return the ways a run of letters reads as syllables (best first; empty when it does not)."""
    try:
        return [tuple(strip_marks(s) for s in parse_romanised(text))]
    except ValueError:
        return []


def fold_digits(text: str, words: Callable[[str], str]) -> str:
    """Replace numbers up to 999 by ``words`` of them; longer digit runs stay."""
    return re.sub(r"(?<!\d)\d{1,3}(?!\d)", lambda found: words(found.group()), text)


def latin_query(text: str) -> str:
    """Return what was typed as bare letters: no tones, no spaces, numbers read out (jihua5 → jihuawu)."""
    folded = fold_digits(text, lambda digits: "".join(read_name(numeral_words(digits)).syllables))
    return "".join(c for c in strip_marks(folded).lower() if c.isalnum())


def initials_splits(letters: str, *, most: int = 60) -> set[str]:
    """Return the initials a query may stand for when each of its pieces begins a syllable (zmlu → zml)."""
    known = syllable_prefixes()
    reached: list[set[str]] = [{""}] + [set() for _ in letters]
    for stop in range(1, len(letters) + 1):
        for start in range(max(0, stop - 6), stop):
            if reached[start] and letters[start:stop] in known:
                reached[stop] |= {head + letters[start] for head in reached[start]}
        if len(reached[stop]) > most:
            reached[stop] = set(sorted(reached[stop], key=lambda s: (len(s), s))[:most])
    return reached[-1]


def matches_latin(query: str, syllables: Sequence[str]) -> bool:
    """Say whether letters match a name from its beginning, each syllable in full, in part or by its initial."""
    letters = "".join(c for c in strip_marks(query).lower() if c.isalnum())
    bare = [strip_marks(s).lower() for s in syllables]
    reachable = {0}
    for syllable in bare:
        following = set()
        for start in reachable:
            for length in range(1, len(syllable) + 1):
                if letters[start : start + length] == syllable[:length]:
                    following.add(start + length)
        if len(letters) in following:
            return True
        reachable = following
        if not reachable:
            return False
    return False
