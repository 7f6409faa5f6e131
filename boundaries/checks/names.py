"""Comparing names of villages and communities: the label of the committee set aside, then letter by letter or by sound."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin import Style, pinyin

from boundaries.edition_names import split_label

_OF_COMMUNITIES = frozenset(
    {"社区居民委员会", "居民委员会", "社区居委会", "居委会", "社会居委会", "社区居委员会"}
)
_OF_VILLAGES = frozenset({"村民委员会", "村委会", "村民委会"})


def place_name(name: str) -> str:
    """Return the name of the place a committee is named after: 江北社区居委会 and 江北社区 are one name.

    Width and blanks do not count. A village's label becomes 村 once: 平沙村委会 is 平沙村, 苏村村委会 is 苏村.
    """
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    specific, label = split_label(plain)
    if label in _OF_COMMUNITIES:
        return specific + "社区"
    if label in _OF_VILLAGES:
        return specific if specific.endswith("村") else specific + "村"
    return plain


@lru_cache(maxsize=4096)
def _readings(character: str) -> frozenset[str]:
    return frozenset(pinyin(character, style=Style.TONE3, heteronym=True)[0])


def sounds_like(a: str, b: str) -> bool:
    """Say whether two different place names can be read alike: character by character one toned reading shared."""
    first, second = place_name(a), place_name(b)
    if first == second or len(first) != len(second):
        return False
    return all(x == y or _readings(x) & _readings(y) for x, y in zip(first, second, strict=True))
