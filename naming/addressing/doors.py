"""The grammar of what stands behind a name: door number, building, unit, floor, room, and what is no part.

Every pattern is anchored, bounded in length and free of nested repetition, so that no text makes it slow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from naming.addressing.numerals import NUMERAL, read_number
from naming.addressing.parts import NAMED_FLOORS, Several
from naming.addressing.several import spans, stretches

NUMBER, BUILDING, UNIT, FLOOR, ROOM, NOISE = "number", "building", "unit", "floor", "room", "noise"


@dataclass(frozen=True)
class Piece:
    """A stretch of text that the grammar reads: where it ends, its parts, how sure, what it must follow.

    ``bare`` pieces have no word of their own (33, 501): they count only in the right place. ``several`` says what
    else is written where the part holds but the first.
    """

    end: int
    kind: str
    values: tuple[tuple[str, str | int], ...]
    confidence: float
    bare: bool = False
    several: Several | None = None


_N = NUMERAL
_NO_DIGIT = r"(?![0-9])"
_SUB_AFTER = (
    rf"(?:之(?P<a>[0-9]{{1,3}})(?![0-9]|[座栋幢层楼室房单梯])|之(?P<b>[一二三四五六七八九十百]{{1,4}})(?![座栋幢层楼室房])"
    rf"|附(?P<c>{_N})号?|-(?P<d>[0-9]{{1,3}})(?![0-9]|-[0-9]|[座栋幢层楼室房单梯F#]|号[楼铺]))"
)
_DOOR = re.compile(
    rf"(?:第|门牌号?|门牌第)?(?P<n>{_N})号(?![楼铺房])(?:{_SUB_AFTER}(?:号(?![楼铺房]))?(?P<shop>铺)?)?"
)
_DOOR_SUB_FIRST = re.compile(
    rf"(?:第|门牌号?)?(?P<n>{_N})(?:-(?P<a>[0-9]{{1,3}})|之(?P<b>{_N}))号(?![楼铺房])(?P<shop>铺)?"
)
_DOOR_SUB_BARE = re.compile(
    rf"(?P<n>[0-9]{{1,4}})(?:-(?P<a>[0-9]{{1,3}})(?![0-9]|-[0-9]|[号座栋幢层楼室房单梯#])|之(?P<b>{_N})(?![0-9号座栋幢层楼室房]))"
)
_DOOR_BARE = re.compile(
    rf"(?P<n>[0-9]{{1,4}}){_NO_DIGIT}(?![-#座栋幢层楼室房单梯组队号期区米院弄年月日FA-Za-z])"
)
_DOOR_AND_ROOM = re.compile(r"(?P<n>[0-9]{1,4})-(?P<r>[0-9]{3,4})(?:号?室|号?房|号(?![楼铺房]))?(?![0-9-])")
_LONG = re.compile(r"(?P<n>[0-9]{1,5})弄")

_B = rf"(?:第(?={_N}))?(?P<n>{_N}|[A-Za-z]{{1,2}}[0-9]{{0,2}}|[东西南北中前后甲乙丙丁戊])"
_BUILDING = re.compile(
    rf"{_B}(?P<w>座|栋|幢|号楼|#楼|#栋|#|号院|号(?:厂房|车间|仓库)(?!路))(?![0-9]*[路街巷])"
)
_BLOCK = re.compile(r"(?:Block|block|BLOCK) ?(?P<n>[A-Za-z]?[0-9]{0,2})(?<![Kk ])(?![A-Za-z0-9])")
_CHAIN = re.compile(
    r"(?P<b>[0-9]{1,2}|[A-Za-z][0-9]{0,2})-(?:(?P<u>[0-9]{1,2})-)?(?P<r>[0-9]{3,4}[A-Za-z]?|[0-9]{1,2}(?![0-9]))"
    r"(?:室|房|号房|(?<=[0-9]{3})号(?![楼铺房]))?(?![0-9座栋幢层楼单梯-])"
)
_UNIT = re.compile(
    r"(?:第)?(?P<n>[0-9]{1,2}|[一二三四五六七八九十]{1,3}|[A-Za-z])(?P<w>单元|梯|门(?![牌口诊]))"
)
_FLOOR = re.compile(rf"(?:第)?(?P<n>{_N})(?P<w>层|楼|F(?![A-Za-z0-9])|f(?![A-Za-z0-9]))")
_BELOW = re.compile(
    rf"(?:负|地下(?=[0-9一二三四五六])|地库|-|B(?=[0-9]))(?P<n>{_N})(?:层|楼|F(?![A-Za-z0-9]))"
)
# B1 without a word is a floor below ground, a building when its word follows (B1座).
_BELOW_BARE = re.compile(r"B(?P<n>[1-5])(?=$|[ ()、]|-?[0-9]{1,3}[A-Za-z]?号?铺)")
_NAMED_FLOOR = re.compile(rf"(?:(?P<n>首|{_N})(?:层|楼)?)?(?P<w>{'|'.join(NAMED_FLOORS)}|顶楼)(?![路街巷道])")
_GROUND = re.compile(r"(?:首层|底层|地面层|地铺|地下(?![0-9一二三四五六室车停商铁通]))")
_CELLAR = re.compile(r"地下室")
_ROOM = re.compile(
    rf"(?P<n>[A-Za-z]{{1,2}}-?[0-9]{{1,4}}[A-Za-z]?|[0-9]{{1,5}}[A-Za-z]?|[A-Za-z]|负[0-9]{{1,4}}|{_N})"
    rf"(?:号?室|号?房(?!屋)|号?单位(?!宿)|户)(?:之(?P<s>{_N}))?"
)
_ROOM_PART = re.compile(rf"(?P<n>[A-Za-z]?[0-9]{{1,5}}[A-Za-z]?)之(?P<s>{_N})(?:室|房|单位|号房)")
# 1201单元 is a room as in Hong Kong; 1单元 is a stair.
_ROOM_UNIT = re.compile(r"(?P<n>[0-9]{3,5}[A-Za-z]?)单元")
_ROOM_BEFORE = re.compile(r"(?:室|房)号?(?P<n>[0-9]{3,5}[A-Za-z]?)")
_ROOM_BARE = re.compile(
    r"(?P<n>[0-9]{3,5}[A-Za-z]?|[A-Za-z][0-9]{2,4})(?:之(?P<s>[0-9]{1,2}|[一二三四五六七八九十]))?(?![0-9A-Za-z号座栋幢层楼米#-])"
)
_ROOM_AS_NUMBER = re.compile(r"(?P<n>[0-9]{1,5}[A-Za-z]?)号(?![楼铺房厂车仓院])")
# 17E: a floor's flat, said without its word.
_ROOM_FLAT = re.compile(r"(?P<n>[0-9]{1,2}[A-EG-Za-eg-z])(?=$|[ ()、])")
# 24楼A: a letter alone is a room, but only behind its floor.
_ROOM_LETTER = re.compile(r"(?P<n>[A-Za-z])(?=$|[ ()、])")
_PART_OF_FLOOR = re.compile(rf"之(?P<n>{_N})(?P<shop>铺)?(?:室|房|号)?")
_SHOP = re.compile(
    r"(?P<n>[A-Za-z]?[0-9]{1,4}[A-Za-z]?|[一二三四五六七八九十]{1,3}|[A-Za-z])号?(?:商铺|店铺|铺位|铺面|铺|档口|档(?!案))"
)
_SHOP_BEFORE = re.compile(r"(?:商铺|店铺|铺位|铺)(?P<n>[A-Za-z]?[0-9]{1,4})(?:号|(?![0-9A-Za-z号]))")

_NOISES = [
    re.compile(pattern)
    for pattern in (
        r"(?:联系)?(?:电话|手机|tel|Tel|TEL)?[ ]?(?<![0-9])(?:1[3-9][0-9]{9}|0[0-9]{2,3}[- ]?[0-9]{7,8})(?![0-9])",
        r"(?:邮编|邮政编码)?[ ]?(?<![0-9])[0-9]{6}(?![0-9-])",
        r"(?:快递|包裹|外卖|货物?)?(?:请|帮忙|麻烦)?(?:送到|送至|放到|放在|放|寄到|寄至|寄往|寄)",
        r"(?:详细|收件|收货|联系|家庭|通讯|办公|单位|注册|经营)?(?:地址|住址|住所)(?:为|是|在)?",
        rf"自编(?:第)?{_N}(?:-[0-9]{{1,3}})?(?:号|栋|座|楼|铺|室)?",
        rf"第?{_N}(?:村民小组|经济社|生产队|组|队|社)(?!区)",
        r"[、和及至][0-9]{1,4}(?:-[0-9]{1,3})?(?:号)?(?![0-9座栋幢层楼室房])",
        r"[\u3400-\u9fff]{1,3}(?:先生|女士|小姐|老师|师傅)(?:收)?",
        r"[\u3400-\u9fff]{2,4}(?:亲启|收)(?![\u3400-\u9fff])",
        r"中国",
        rf"(?:第?{_N}期|[A-Za-z东西南北中]区|{_N}组团)(?![路街巷])",
        r"(?:厂房|车间|仓库|大院|院内|宿舍楼?|办公楼|综合楼|[东西南北]侧)",
        r"(?:原|旧|曾用名|又名|俗称)[\u3400-\u9fff]{1,6}?(?:街道办事处|街道办|街道|[镇乡村]|公社|大道|[路街巷])(?=[^)])",
        r"(?:侧边|隔壁|后面|前面|对面|旁边|附近|楼上|楼下|旁|内|侧)(?![路街巷道])",
    )
]
_LANDMARK = re.compile(
    r"近?[\u3400-\u9fffA-Za-z0-9]{0,14}?"
    r"(?:斜对面|正对面|对面|旁边|隔壁|附近|侧边|东侧|西侧|南侧|北侧|后面|前面|旁|门口|楼上|楼下|交叉口|交汇处|交界处|路口)"
)
_CROSSING = re.compile(
    r"[与和及、](?:[\u3400-\u9fff0-9]{2,12}?(?:交叉口|交汇处|交界处|交界|交叉|路口)|[\u3400-\u9fff]{1,11}?[路街巷道][0-9]{1,4}号)"
)


def _sub(match: re.Match[str]) -> int | None:
    for name in "abcd":
        text = match.groupdict().get(name)
        if text:
            return read_number(text)
    return None


def _number(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    number = read_number(match["n"])
    if not number:
        return ()
    sub = _sub(match)
    dashed = "-" in match[0] and (match[0].endswith("号") or match.re is _DOOR_SUB_BARE)
    if sub and dashed and (spans(number, sub) or sub >= 100):
        # 7-9号 is several numbers (``naming.addressing.several``), 2-501 has a room, 33-3号 a sub-number.
        return ()
    return (("number", number), ("sub_number", sub)) if sub else (("number", number),)


def _door_and_room(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    number = int(match["n"])
    return (("number", number), ("room", match["r"])) if number and not spans(number, int(match["r"])) else ()


def _plain(text: str) -> str:
    """Return a label as it is kept: Arabic where people write Chinese numerals, letters in capitals."""
    number = None if text.isascii() or text.startswith("负") else read_number(text)
    return str(number) if number is not None else text.upper()


def _building(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    word, label = match["w"], _plain(match["n"])
    return (("building", (label.lstrip("0") or label) + ("号楼" if word.startswith("#") else word)),)


def _chain(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    values: list[tuple[str, str | int]] = [("building", match["b"].upper() + "座")]
    if match["u"]:
        values.append(("unit", match["u"] + "单元"))
    return (*values, ("room", match["r"].upper()))


def _room(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    room = _plain(match["n"])
    part = match.groupdict().get("s")
    return (("room", room + (f"之{read_number(part)}" if part else "")),)


def _shop(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    return (("room", _plain(match["n"]) + "铺"),)


def _part_of_floor(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    number = read_number(match["n"])
    return (("room", f"{number}铺" if match["shop"] else f"之{number}"),) if number else ()


def _floor(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    number = read_number(match["n"])
    return (("floor", str(number)),) if number else ()


def _below(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    number = read_number(match["n"])
    return (("floor", f"负{number}"),) if number else ()


def _named_floor(match: re.Match[str]) -> tuple[tuple[str, str | int], ...]:
    above = "" if not match["n"] else "1" if match["n"] == "首" else str(read_number(match["n"]) or "")
    return (("floor", above + match["w"].replace("顶楼", "顶层")),)


def _fixed(part: str, value: str) -> Callable[[re.Match[str]], tuple[tuple[str, str | int], ...]]:
    return lambda match: ((part, value),)


_Reader = Callable[[re.Match[str]], tuple[tuple[str, str | int], ...]]
_GRAMMAR: tuple[tuple[re.Pattern[str], str, _Reader, float, bool], ...] = (
    (_DOOR, NUMBER, _number, 0.98, False),
    (_DOOR_SUB_FIRST, NUMBER, _number, 0.97, False),
    (_DOOR_SUB_BARE, NUMBER, _number, 0.75, True),
    (_DOOR_BARE, NUMBER, _number, 0.7, True),
    (_DOOR_AND_ROOM, NUMBER, _door_and_room, 0.7, True),
    (_LONG, NUMBER, _number, 0.8, False),
    (_BUILDING, BUILDING, _building, 0.97, False),
    (_BLOCK, BUILDING, lambda m: (("building", m["n"].upper() + "座"),), 0.9, False),
    (_CHAIN, BUILDING, _chain, 0.8, True),
    (_UNIT, UNIT, lambda m: (("unit", _plain(m["n"]) + m["w"]),), 0.97, False),
    (_FLOOR, FLOOR, _floor, 0.95, False),
    (_BELOW, FLOOR, _below, 0.95, False),
    (_BELOW_BARE, FLOOR, _below, 0.8, True),
    (_NAMED_FLOOR, FLOOR, _named_floor, 0.95, False),
    (_GROUND, FLOOR, _fixed("floor", "1"), 0.9, False),
    (_CELLAR, FLOOR, _fixed("floor", "负1"), 0.8, False),
    (_SHOP, ROOM, _shop, 0.9, False),
    (_SHOP_BEFORE, ROOM, _shop, 0.9, False),
    (_ROOM, ROOM, _room, 0.97, False),
    (_ROOM_PART, ROOM, _room, 0.95, False),
    (_ROOM_UNIT, ROOM, _room, 0.9, False),
    (_ROOM_BEFORE, ROOM, _room, 0.9, False),
    (_ROOM_AS_NUMBER, ROOM, _room, 0.85, True),
    (_ROOM_BARE, ROOM, _room, 0.8, True),
    (_ROOM_FLAT, ROOM, _room, 0.7, True),
    (_ROOM_LETTER, ROOM, _room, 0.7, True),
    (_PART_OF_FLOOR, ROOM, _part_of_floor, 0.85, True),
)
_LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
WORKS = ("厂房", "车间", "仓库")
"""What a building of works is called behind its number."""

_DOOR_STARTS = frozenset(
    "0123456789零〇一二三四五六七八九十百千两第门负地首底铺商店室房东西南北中前后甲乙丙丁戊之-#夹阁天架顶"
) | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def pieces(text: str, at: int) -> Iterator[Piece]:
    """Yield what the grammar reads at a position of a cleaned text."""
    if text[at] not in _DOOR_STARTS:
        return
    for pattern, kind, read, confidence, bare in _GRAMMAR:
        match = pattern.match(text, at)
        if match is None or _inside_number(text, at, match):
            continue
        if kind == NUMBER and text[at].isdigit() and text[at - 1 : at] in _LETTERS:
            # B288号 has no number that a whole number could hold.
            continue
        values = read(match)
        if values:
            yield Piece(match.end(), kind, values, confidence, bare)
    for found in stretches(text, at):
        yield Piece(found.end, found.kind, found.values, found.confidence, found.bare, found.several)


def _inside_number(text: str, at: int, match: re.Match[str]) -> bool:
    """Say whether a match begins in the middle of an Arabic number."""
    return at > 0 and text[at].isdigit() and text[at - 1].isdigit()


def noises(text: str, at: int) -> Iterator[int]:
    """Yield the ends of stretches at a position that are known to be no part of an address."""
    for pattern in _NOISES:
        match = pattern.match(text, at)
        if match is not None and match.end() > at:
            yield match.end()


def crossing(text: str, at: int) -> int | None:
    """Return the end of the other street of a crossing that begins at a position (与海五路交叉口)."""
    match = _CROSSING.match(text, at)
    return match.end() if match else None


def landmark(text: str, at: int) -> int | None:
    """Return the end of a landmark that begins at a position (保利花园对面)."""
    match = _LANDMARK.match(text, at)
    return match.end() if match else None
