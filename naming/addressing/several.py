"""What names several things at once: 7-9号, 7、9号, 7号至9号, 33号之一至之三, 首二层, 501、502室, B107、B108铺.

A plate 7-9号 is one door whose plot covers several numbers, or several doors; the text alone cannot tell. So the first
number is read, and all that is written goes with it (``Several``) for an officer to decide. It is never read as a
sub-number: 7号之9 and 7之9号 are one, 33-3号 (the second is the smaller) is one too, and a bare 7-9 behind a building or
an estate is a building and a room. The bounds are ours and UNVERIFIED: no instrument says how a range is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from naming.addressing.numerals import NUMERAL, read_number
from naming.addressing.parts import Several

WIDEST_SPAN = 98
"""The most that the ends of a range of doors may lie apart."""

_N = NUMERAL
_H = "[一二三四五六七八九十]{1,3}"
_SHORT = rf"(?:[0-9]{{1,2}}|{_H})"
_TO = "(?:号?[至到]|号?-)"
_AND = "[、和及]"
_END = r"(?![楼铺房]|院)"

_DOORS_RANGE = re.compile(rf"(?:第|门牌号?)?(?P<n>{_N}){_TO}(?:第)?(?P<z>{_N})号{_END}")
_DOORS_RANGE_BARE = re.compile(
    r"(?P<n>[0-9]{1,4})-(?P<z>[0-9]{1,4})(?![0-9]|-[0-9]|[号座栋幢层楼室房单梯铺档#])"
)
_ITEM = r"[0-9]{1,5}(?:-[0-9]{1,3})?号?"
_DOORS_LIST = re.compile(rf"(?P<n>[0-9]{{1,5}})(?:-[0-9]{{1,3}})?号?(?:{_AND}{_ITEM}){{1,6}}(?<=号){_END}")
_SUBS = re.compile(
    rf"(?:第|门牌号?)?(?P<n>{_N})号之(?P<s>{_SHORT})(?:(?:{_AND}之{_SHORT}){{1,6}}|(?:(?:至|到)之?|-)(?P<z>{_SHORT}))"
    r"(?!号?[座栋幢层楼室房单梯铺]|[0-9一二三四五六七八九十-])号?"
)
_FLOORS = re.compile(
    rf"第?(?P<n>首|{_N})(?:层|楼)?(?:{_AND}第?{_N}(?:层|楼)?){{0,5}}(?:{_AND}|(?P<r>至|到|-))第?(?P<z>{_N})(?:层|楼)"
)
_FLOORS_JOINED = re.compile(r"(?P<n>首|[一二三四五六七八])(?P<more>[二三四五六七八九]{1,5})(?:层|楼)")
_LABEL = r"[A-Za-z]?[0-9]{1,5}[A-Za-z]?"
_ROOMS = re.compile(
    r"(?P<n>[0-9]{3,5}[A-Za-z]?)(?:[、和及-][0-9]{3,5}[A-Za-z]?){1,6}(?:号?室|号?房|单元|单位|号)?(?![0-9-])"
)
_SHOP_WORD = "号?(?:商铺|店铺|铺位|铺面|铺|档口|档(?!案))"
_SHOPS = re.compile(rf"(?P<n>{_LABEL})号?(?:{_AND}{_LABEL}号?){{1,6}}{_SHOP_WORD}")
# B12-13档 are two stalls; but a shop may bear a dash of its own (L2-15铺).
_SHOPS_DASH = re.compile(
    rf"(?P<n>(?P<l>[A-Za-z]?)(?P<a>[0-9]{{1,4}})-(?:(?P=l))?(?P<z>[0-9]{{1,4}})){_SHOP_WORD}"
)
_BUILDINGS = re.compile(
    rf"(?:(?P<n>[0-9]{{1,2}})|(?P<l>[A-Za-z]))(?:座|栋|幢|号楼|号)?(?:{_AND}|(?P<r>至|到|-))"
    r"(?(n)(?P<z>[0-9]{1,2})|(?P<y>[A-Za-z]))(?P<w>座|栋|幢|号楼)"
)
_PARTS_OF_FLOOR = re.compile(rf"之(?P<n>{_SHORT})(?:{_AND}之{_SHORT}){{1,6}}(?!号?[座栋幢层楼])")
_NUMBERS = re.compile(r"[0-9]+|[一二三四五六七八九十百]+|首")


@dataclass(frozen=True)
class Stretch:
    """A stretch that names several: where it ends, the part it fills and with what, and all that is written.

    ``bare`` stretches count only in the right place, as those of ``naming.addressing.doors``.
    """

    end: int
    kind: str
    values: tuple[tuple[str, str | int], ...]
    several: Several | None
    confidence: float
    bare: bool = False


def stretches(text: str, at: int) -> Iterator[Stretch]:
    """Yield the stretches that begin at a position of a cleaned text and name several things."""
    if at and text[at - 1].isdigit() and text[at].isdigit():
        return
    for pattern, read in _GRAMMAR:
        match = pattern.match(text, at)
        if match is not None and (found := read(match)) is not None:
            yield found


def spans(first: int, last: int) -> bool:
    """Say whether two numbers joined by a dash are the ends of a range.

    33-3 is a number with its sub-number, 2-501 a number with its room; 98-102 is a range.
    """
    grown = last >= 100 and len(str(last)) > len(str(first))
    return first < last <= first + (20 if grown else WIDEST_SPAN)


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers in a text, each once, as they come."""
    found = (1 if word == "首" else read_number(word) for word in _NUMBERS.findall(text))
    return tuple(dict.fromkeys(n for n in found if n))


def _joined_to_a_letter(match: re.Match[str]) -> bool:
    return match.start() > 0 and match.string[match.start() - 1] in _LETTERS


_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def _doors_range(match: re.Match[str]) -> Stretch | None:
    first, last = read_number(match["n"]), read_number(match["z"])
    if not first or not last or not spans(first, last) or _joined_to_a_letter(match):
        return None
    bare = match.re is _DOORS_RANGE_BARE
    several = Several("number", (first, last), match[0], to=True)
    return Stretch(match.end(), "number", (("number", first),), several, 0.7 if bare else 0.9, bare)


def _doors_list(match: re.Match[str]) -> Stretch | None:
    items = re.split(_AND, match[0])
    found = [n for item in items for n in _ends(item)]
    if not found or _joined_to_a_letter(match) or max(found) >= 1000 > 10 * found[0]:
        # 1号、1203号 is a door and a room.
        return None
    pairs = [_numbers(item) for item in items]
    if all(len(p) == 2 and p[0] == found[0] and p[1] not in found for p in pairs):
        # 33-1、33-2号: two sub-numbers of one number.
        subs = Several("sub_number", tuple(dict.fromkeys(p[1] for p in pairs)), match[0])
        return Stretch(match.end(), "number", (("number", found[0]), ("sub_number", pairs[0][1])), subs, 0.9)
    several = Several("number", tuple(dict.fromkeys(found)), match[0])
    return Stretch(match.end(), "number", (("number", found[0]),), several, 0.9)


def _ends(item: str) -> Iterator[int]:
    """Yield the numbers of an item of a list: of a range both ends, of a number with its sub-number the number."""
    numbers = _numbers(item)
    if len(numbers) == 2 and not spans(*numbers):
        numbers = numbers[:1]
    yield from numbers


def _subs(match: re.Match[str]) -> Stretch | None:
    number, sub = read_number(match["n"]), read_number(match["s"])
    behind = match[0].partition("号")[2]
    found = _numbers(behind)
    if not number or not sub or len(found) < 2 or (match["z"] and found[0] >= found[1]):
        return None
    several = Several("sub_number", found, match[0], to=bool(match["z"]))
    return Stretch(match.end(), "number", (("number", number), ("sub_number", sub)), several, 0.9)


def _floors(match: re.Match[str]) -> Stretch | None:
    found = _numbers(match[0])
    if len(found) < 2 or (match["r"] and found[0] >= found[-1]):
        return None
    several = Several("floor", found, match[0], to=bool(match["r"]))
    return Stretch(match.end(), "floor", (("floor", str(found[0])),), several, 0.9)


def _floors_joined(match: re.Match[str]) -> Stretch | None:
    found = _numbers(match["n"]) + tuple(n for c in match["more"] for n in _numbers(c))
    if any(b != a + 1 for a, b in zip(found, found[1:], strict=False)):
        return None
    return Stretch(match.end(), "floor", (("floor", str(found[0])),), Several("floor", found, match[0]), 0.85)


def _rooms(match: re.Match[str]) -> Stretch | None:
    labels = tuple(label.upper() for label in re.findall(_LABEL, match[0]))
    several = Several("room", labels, match[0], to="-" in match[0])
    return Stretch(match.end(), "room", (("room", labels[0]),), several, 0.9, True)


def _shops(match: re.Match[str]) -> Stretch | None:
    labels = tuple(f"{label.upper()}铺" for label in re.findall(_LABEL, match[0]))
    return Stretch(match.end(), "room", (("room", labels[0]),), Several("room", labels, match[0]), 0.9)


def _shops_dash(match: re.Match[str]) -> Stretch | None:
    first, last = int(match["a"]), int(match["z"])
    if not first < last < first + 10 or match["z"].startswith("0"):
        if not match["l"]:
            return None
        return Stretch(match.end(), "room", (("room", match["n"].upper() + "铺"),), None, 0.85)
    labels = tuple(f"{match['l'].upper()}{n}铺" for n in (match["a"], match["z"]))
    several = Several("room", labels, match[0], to=True)
    return Stretch(match.end(), "room", (("room", labels[0]),), several, 0.85)


def _buildings(match: re.Match[str]) -> Stretch | None:
    first, last = (match["n"] or match["l"]).upper(), (match["z"] or match["y"]).upper()
    if match["r"] and (len(first), first) >= (len(last), last):
        return None
    names = (first + match["w"], last + match["w"])
    several = Several("building", names, match[0], to=bool(match["r"]))
    return Stretch(match.end(), "building", (("building", names[0]),), several, 0.9)


def _parts_of_floor(match: re.Match[str]) -> Stretch | None:
    found = _numbers(match[0])
    several = Several("room", tuple(f"之{n}" for n in found), match[0])
    return Stretch(match.end(), "room", (("room", f"之{found[0]}"),), several, 0.85, True)


_GRAMMAR: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Stretch | None]], ...] = (
    (_DOORS_RANGE, _doors_range),
    (_DOORS_RANGE_BARE, _doors_range),
    (_DOORS_LIST, _doors_list),
    (_SUBS, _subs),
    (_FLOORS, _floors),
    (_FLOORS_JOINED, _floors_joined),
    (_ROOMS, _rooms),
    (_SHOPS, _shops),
    (_SHOPS_DASH, _shops_dash),
    (_BUILDINGS, _buildings),
    (_PARTS_OF_FLOOR, _parts_of_floor),
)
