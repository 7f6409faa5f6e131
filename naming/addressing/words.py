"""Names nobody has registered, told by the word they end in: streets, villages, estates, towns, communities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_NAME = 12
_STREET = (
    "大道",
    "大街",
    "公路",
    "国道",
    "省道",
    "县道",
    "胡同",
    "路",
    "街",
    "巷",
    "道",
    "里",
    "坊",
    "横",
    "直",
    "径",
    "环",
)  # fmt: skip
_WEAK_STREET = frozenset(("里", "坊", "道", "横", "直", "径", "环"))
_VILLAGE = ("村", "庄", "坊", "里", "围", "屯", "寨")
_COMPOUND = [
    "花园",
    "家园",
    "家苑",
    "华庭",
    "华府",
    "豪庭",
    "豪园",
    "豪苑",
    "新村",
    "雅苑",
    "雅居",
    "名苑",
    "名居",
    "名都",
    "嘉园",
    "嘉苑",
    "小区",
    "公寓",
    "大厦",
    "广场",
    "工业区",
    "工业园",
    "产业园",
    "产业基地",
    "科技园",
    "科技城",
    "科创园",
    "创意园",
    "物流园",
    "商业中心",
    "商务中心",
    "购物中心",
    "科创中心",
    "国际中心",
    "花城",
    "新城",
    "商城",
    "商贸城",
    "商品城",
    "数码城",
    "市场",
    "山庄",
    "别墅",
    "宿舍",
    "酒店",
    "宾馆",
    "医院",
    "学校",
    "中学",
    "小学",
    "大学",
    "学院",
    "厂",
    "公司",
    "苑",
    "园",
    "城",
    "庭",
    "居",
    "阁",
    "湾",
    "大院",
    "写字楼",
    "综合楼",
    "公寓楼",
    "住宅楼",
    "住宅区",
    "开发区",
    "碧桂园",
    "住宅",
    "商场",
    "大楼",
    "中心",
]
_STRONG_COMPOUND = frozenset(w for w in _COMPOUND if len(w) > 1)
_TOWN = ("街道办事处", "街道办", "街道", "办事处", "镇", "乡")
_ZONE = ("开发区", "高新区", "新区", "管理区")
_COMMUNITY = ("社区居民委员会", "社区居委会", "居民委员会", "村民委员会", "居委会", "村委会", "社区")
# What begins a name never ends one that stands before it, and a name is more than an ordinal and its word.
_BARE = re.compile(r"^[一二三四五六七八九十东西南北中上下前后左右大小新横直0-9]*$")
_RUN = re.compile(rf"[\u3400-\u9fffA-Za-z0-9#-]{{2,{LONGEST_NAME}}}")
_HAN_RUN = re.compile(rf"(?:[0-9GSXYgsxy]{{1,5}}(?=[国省县乡]道))?[\u3400-\u9fff]{{1,{LONGEST_NAME}}}")
_SWALLOWED = re.compile(
    r"花园|小区|广场|大厦|社区|居委会|村委会|街道|单元|办事处|[省市区县镇](?=.{2})|号|村(?=.{2,}村)|[座栋幢](?=.)|旁|对面|附近|侧(?=.)|厂房|大院|期(?=.)|地区"
)
_WAY_INSIDE = re.compile(r"大道|路(?=.{2})|街(?=.{2})|巷(?=.{2})")
# What lies beside a thing, and what it was called, parts two names.
_PARTED = re.compile(r"[东南西北]侧(?=.)|对面(?=.)|旁边(?=.)|隔壁(?=.)|[路街巷道镇]原(?=.)")
_ZONE_LETTER = re.compile(r"[A-Za-z]区")
_NEVER_FIRST = frozenset("路巷号")


class Guess(NamedTuple):
    """A name told by its last word: where it ends, which part it would be, its text and its weight."""

    end: int
    kind: str
    value: str
    score: float


def guesses(text: str, at: int) -> Iterator[Guess]:
    """Yield the names that may begin at a position, by their last word alone."""
    run = _HAN_RUN.match(text, at)
    if run is not None:
        yield from _by_words(text, at, run.end())
    wide = _RUN.match(text, at)
    if wide is not None:
        yield from _compounds(text, at, wide.end())


def _by_words(text: str, at: int, stop: int) -> Iterator[Guess]:
    for end in range(at + 2, stop + 1):
        last = text[end - 1]
        length = end - at
        if last in "路街巷道里坊横直径环同":
            yield from _streets(text, at, end, stop)
        if last in "村庄坊里围屯寨":
            for word in _VILLAGE:
                if text.endswith(word, at, end) and not _BARE.match(text[at : end - len(word)]):
                    yield from _weighed(text, at, end, "village", 0.8 * length - 1.2)
        if last in "道镇乡办处":
            for word in _TOWN:
                if text.endswith(word, at, end) and length > len(word) + 1:
                    value = text[at:end]
                    for tail in ("街道办事处", "街道办"):
                        value = value.removesuffix(tail) + ("街道" if value.endswith(tail) else "")
                    yield Guess(
                        end, "town", value, 0.9 * length - 1.2 - _swallowing(text[at : end - len(word)])
                    )
                    break
        if last == "区" and text.endswith(_ZONE, at, end) and length > 2:
            yield Guess(end, "district", text[at:end], 0.9 * length - 1.0 - _swallowing(text[at : end - 1]))
        if last in "区会":
            for word in _COMMUNITY:
                if text.endswith(word, at, end) and length > len(word) + 1:
                    bare = text[at : end - len(word)]
                    short = bare + ("村" if "村" in word else "社区")
                    yield Guess(end, "community", short, 0.95 * length - 1.0 - _swallowing(bare))
                    break
        elif last == "村" and length > 2:
            yield Guess(end, "community", text[at:end], 0.8 * length - 1.1 - _swallowing(text[at : end - 1]))


def _streets(text: str, at: int, end: int, stop: int) -> Iterator[Guess]:
    for word in _STREET:
        if not text.endswith(word, at, end):
            continue
        if word == "街" and text.startswith("道", end):
            return
        rate = 0.7 if word in _WEAK_STREET else 0.95
        yield from _weighed(text, at, end, "street", rate * (end - at) - 1.2)
        if word in ("大道", "大街") and end < stop and text[end] in "东西南北中":
            yield from _weighed(text, at, end + 1, "street", 0.95 * (end + 1 - at) - 1.2)
        return


def _compounds(text: str, at: int, stop: int) -> Iterator[Guess]:
    for end in range(at + 2, stop + 1):
        if text[end - 1] not in _COMPOUND_ENDS:
            continue
        for word in _COMPOUND:
            if (
                text.endswith(word, at, end)
                and end - at > len(word)
                and not _BARE.match(text[at : end - len(word)])
            ):
                rate = 0.88 if word in _STRONG_COMPOUND else 0.7
                # An estate is not called after a road and itself (南兴大街怡景新村): the road stands before it.
                ways = len(_WAY_INSIDE.findall(text[at : end - 1]))
                yield from _weighed(text, at, end, "compound", rate * (end - at) - 1.2 - 3.0 * ways)
                break


_COMPOUND_ENDS = frozenset(word[-1] for word in _COMPOUND)


def _weighed(text: str, at: int, end: int, kind: str, score: float) -> Iterator[Guess]:
    name = text[at:end]
    yield Guess(end, kind, name, score - _swallowing(name[:-1]))


def _swallowing(name: str) -> float:
    """Return what a guess loses for holding words that end other names, and for its length."""
    joined = 4.0 * name.count("与")
    joined += 3.0 * len(_PARTED.findall(name)) + (3.0 if name[0] in _NEVER_FIRST else 0.0)
    return joined + 3.0 * len(_SWALLOWED.findall(name)) + 0.5 * max(0, len(name) - 7)


def is_bare(name: str) -> bool:
    """Say whether a guessed street is but an ordinal or a direction and its word (北一路, 六一路, 一街)."""
    if len(name) > 2 and name[-3:-1] in ("大道", "大街") and name[-1] in "东西南北中":
        name = name[:-1]
    word = next((w for w in _STREET if name.endswith(w)), "")
    return bool(_BARE.match(name.removesuffix(word))) and word not in ("国道", "省道", "县道")


def free_name(text: str, at: int) -> Iterator[int]:
    """Yield the ends of stretches that may be the name of an estate though no word says so."""
    run = _RUN.match(text, at)
    if run is None:
        return
    han = 0
    for end in range(at + 1, run.end() + 1):
        last = text[end - 1]
        han += "\u3400" <= last <= "\u9fff" and last != "之"
        if han < 2 or last in "期侧号":
            continue
        if not _SWALLOWED.search(text[at:end]) and not _ZONE_LETTER.search(text, at, end):
            yield end
