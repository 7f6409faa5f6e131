"""What the parser asks: which known names begin at a place in the text. A plain table answers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from naming.addressing.compose import community_part
from naming.addressing.normalise import name_key

ADMINISTRATIVE = ("province", "city", "district", "town", "community")
FULL, ALIAS, SHORT = "full", "alias", "short"


@dataclass(frozen=True)
class Name:
    """A name that an address may hold.

    ``kind`` is the part it fills and ``value`` the text of today in that part, which for a former name differs from
    what is written. ``codes`` are the division codes (2 to 12 digits) the thing lies in, or of which it is one; empty
    where nobody knows. ``strength``: ``full`` as it is registered, ``alias`` another full form, ``short`` a bare form
    that a street may share (桂城). ``local`` says that the register knows the names around it.
    """

    kind: str
    value: str
    codes: frozenset[str] = frozenset()
    ids: tuple[str, ...] = ()
    former: bool = False
    strength: str = FULL
    local: bool = False


class Gazetteer(Protocol):
    """The questions the parser asks."""

    def starting_at(self, text: str, at: int) -> Iterator[tuple[int, Name]]:
        """Yield the known names that begin at a position of a cleaned text, each with the position behind it."""


class NameTable:
    """Names in memory, found by their first character and length."""

    def __init__(self, names: Iterable[tuple[str, Name]] = ()) -> None:
        self._names: dict[str, list[Name]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for written, name in names:
            self.add(written, name)

    def __len__(self) -> int:
        return len(self._names)

    def add(self, written: str, name: Name) -> None:
        """Enter a name under what people write for it; same-named things of one kind and value become one entry."""
        key = name_key(written)
        if not key:
            return
        held = self._names.setdefault(key, [])
        for at, other in enumerate(held):
            if (other.kind, other.value, other.former, other.strength) == (
                name.kind,
                name.value,
                name.former,
                name.strength,
            ):
                held[at] = _joined(other, name)
                return
        held.append(name)
        lengths = self._lengths.get(key[0], ())
        if len(key) not in lengths:
            self._lengths[key[0]] = tuple(sorted({*lengths, len(key)}, reverse=True))

    def starting_at(self, text: str, at: int) -> Iterator[tuple[int, Name]]:
        """Yield the names that begin at a position, longest first."""
        room = len(text) - at
        for length in self._lengths.get(text[at], ()):
            if length > room:
                continue
            for name in self._names.get(text[at : at + length], ()):
                yield at + length, name

    def named(self, written: str) -> Sequence[Name]:
        """Return the names that are written so."""
        return self._names.get(name_key(written), ())


class Layered:
    """Several gazetteers asked in turn."""

    def __init__(self, *layers: Gazetteer) -> None:
        self._layers = layers

    def starting_at(self, text: str, at: int) -> Iterator[tuple[int, Name]]:
        """Yield what every layer yields."""
        for layer in self._layers:
            yield from layer.starting_at(text, at)


def _joined(one: Name, other: Name) -> Name:
    # A thing nobody can place makes the joint entry one that may lie anywhere.
    codes = one.codes | other.codes if one.codes and other.codes else frozenset()
    ids = tuple(dict.fromkeys((*one.ids, *other.ids)))
    return Name(one.kind, one.value, codes, ids, one.former, one.strength, one.local or other.local)


_CITY_ENDS = ("特别行政区", "自治州", "地区", "盟", "市")
_TOWN_ENDS = ("街道", "镇", "乡")


def spellings(kind: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield what people write for an administrative unit, each with its strength; the registered name first."""
    yield name, FULL
    if kind == "district":
        for end in ("区", "县", "市"):
            if name.endswith(end) and len(name) > 2:
                yield name.removesuffix(end), SHORT
    elif kind == "city":
        for end in _CITY_ENDS:
            if name.endswith(end) and len(name) > len(end) + 1:
                yield name.removesuffix(end), SHORT
                break
    elif kind == "town":
        yield from _town_spellings(name)
    elif kind == "community":
        yield from _community_spellings(name)


def _town_spellings(name: str) -> Iterator[tuple[str, str]]:
    if name.endswith("街道"):
        for word in ("街道办事处", "街道办", "街办", "办事处"):
            yield name.removesuffix("街道") + word, ALIAS
    for end in _TOWN_ENDS:
        bare = name.removesuffix(end)
        if bare != name and len(bare) >= 2:
            if end == "街道" and not bare.endswith("镇"):
                yield bare + "镇", ALIAS
            elif end == "镇":
                yield bare + "街道", ALIAS
                yield bare + "镇政府", ALIAS
            yield bare, SHORT
            if bare.endswith("镇") and len(bare) > 2:
                yield bare[:-1], SHORT
            return


def _community_spellings(name: str) -> Iterator[tuple[str, str]]:
    short = community_part(name)
    if short != name:
        yield short, FULL
    for word, others in (
        ("社区", ("居委会", "社区居委会", "社区居民委员会", "居民委员会")),
        ("村", ("村委会", "村民委员会", "村村委会")),
    ):
        bare = short.removesuffix(word)
        if bare != short and bare:
            for other in others:
                yield bare + other, ALIAS
            if bare.endswith(word):
                yield bare, ALIAS
                yield bare + "委会", ALIAS
            elif len(bare) >= 2:
                yield bare + ("村" if word == "社区" else "社区"), SHORT
                yield bare, SHORT
            return


def enter_unit(
    table: NameTable, kind: str, name: str, *, code: str, ident: str = "", now: str = "", local: bool = True
) -> None:
    """Enter a unit under every spelling; ``now`` is its name of today when ``name`` is a former one."""
    present = now or name
    value = community_part(present) if kind == "community" else present
    ids = (ident,) if ident else ()
    codes = frozenset({code}) if code else frozenset()
    for written, strength in spellings(kind, name):
        if now and strength == SHORT and kind != "town":
            continue
        table.add(written, Name(kind, value, codes, ids, bool(now), strength, local))
    if (
        kind == "district"
        and name.endswith(("区", "市"))
        and not (now or name.endswith("新区"))
        and len(name) > 2
    ):
        # Nearly every district and county-level city was a county, and people still write so (南海县, 辽中县).
        table.add(f"{name[:-1]}县", Name(kind, value, codes, ids, True, ALIAS, local))
