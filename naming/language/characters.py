"""Characters: the 通用规范汉字表 (8105), what counts as Han, traditional forms, legacy place characters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from opencc import OpenCC

from naming.language.lexicon import FOLDER, rows

LEGACY_CHARACTERS = frozenset(row["character"] for row in rows("legacy_characters"))
"""Characters of official place names that the table of 2013 leaves out: warned about, never blocked."""


@lru_cache(maxsize=1)
def _levels() -> dict[str, int]:
    found = {}
    for line in (FOLDER / "tgh8105.tsv").read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and fields[2].isdecimal():
            found[fields[1]] = int(fields[2])
    return found


def character_level(char: str) -> int | None:
    """Return the level (1, 2 or 3) of a character in the 通用规范汉字表, None when it is not in it."""
    return _levels().get(char)


def is_han(char: str) -> bool:
    """Say whether a character is a Han ideograph."""
    return char == "〇" or unicodedata.name(char, "").startswith(
        ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY")
    )


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """Return a text with traditional forms replaced by simplified ones."""
    return str(_converter().convert(text))


def is_traditional(char: str) -> bool:
    """Say whether a character is the traditional form of another; characters of the table itself are not."""
    return character_level(char) is None and simplified(char) != char
