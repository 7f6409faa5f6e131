"""P-01: the Roman spelling reads the characters, syllable by syllable."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geoapp.core.checks import Hit
from naming.checks.comparison import gives_name
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES
from naming.language.characters import is_han
from naming.language.normalise import mend_latin
from naming.language.reading import allowed_readings

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_TENS = {"十": 10, "百": 100}
_MARKS = {"\u0304", "\u0301", "\u030c", "\u0300"}


def _number(text: str) -> int:
    """Return the value of a Chinese numeral below a thousand (十二, 二十, 一百零五)."""
    total, held = 0, 0
    for char in text:
        if char in _TENS:
            total, held = total + (held or 1) * _TENS[char], 0
        else:
            held = _DIGITS[char]
    return total + held


def _toneless(syllable: str) -> str:
    parts = unicodedata.normalize("NFD", syllable)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in _MARKS)).lower()


def _numeral_at(name: str, start: int, value: int) -> int:
    """Return how many characters from ``start`` write ``value`` in numerals, 0 when none do."""
    end = start
    while end < len(name) and (name[end] in _DIGITS or name[end] in _TENS):
        end += 1
    while end > start and _number(name[start:end]) != value:
        end -= 1
    return end - start


def _faults(name: str, syllables: Sequence[str]) -> Iterator[str]:
    """Walk name and syllables together and yield what does not fit, in words."""
    place = 0
    for syllable in syllables:
        if place >= len(name):
            yield f"第 {place + 1} 个字之后多出音节“{syllable}”"
            return
        char = name[place]
        if syllable.isascii() and syllable.isdigit():
            length = _numeral_at(name, place, int(syllable[:6]))
            if not length:
                yield f"数字“{syllable}”与“{char}”不符"
            place += length or 1
            continue
        allowed = allowed_readings(char)
        said = syllable.lower()
        if name[place + 1 : place + 2] == "儿" and said.endswith("r") and said[:-1] in allowed:
            place += 2
            continue
        if allowed and said not in allowed:
            choices = "、".join(sorted(allowed))
            if said in {_toneless(reading) for reading in allowed}:
                yield f"“{char}”的音节“{syllable}”没有标声调，应为 {choices}"
            else:
                yield f"“{char}”不读“{syllable}”，表内读音为 {choices}"
        place += 1
    if place < len(name):
        yield f"“{name[place:]}”没有对应的音节"


@RULES.rule(
    "P-01",
    title="拼音与汉字逐字相符",
    title_en="Pinyin reads the characters",
    stages=EVERY_STAGE,
    law="地名管理条例 第十五条；中国地名汉语拼音字母拼写规则（汉语地名部分） 第8条",
    since=DM_SINCE,
    variants=("lookalike",),
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """地名的罗马字母拼写用汉语拼音：拼音要读得出，音节与汉字一一对应，每个音节是该字的规范读音；街巷序号可写阿拉伯数字。
    近形字母（如 U+0261）改正后列出（lookalike）。

    The Roman spelling is Hanyu Pinyin: it can be read, has one syllable for each character (an ordinal may be
    written in Arabic digits), and each syllable is a reading of its character. ``lookalike``: letters that
    only look like Latin ones were mended, as a note.
    """
    if not gives_name(proposal) or not proposal.pinyin.strip():
        return
    for mark in dict.fromkeys(proposal.mended):
        letter = mend_latin(chr(int(mark.removeprefix("U+"), 16)))[0]
        yield Hit(
            f"拼音中有形近而编码不同的字母，已把 {mark} 改为 {letter}",
            "无需处理；请改用标准键盘输入拼音，以免制牌和检索出错",
            f"申报拼音含形近字母，已把 {mark} 改为 {letter}，符合《地名管理条例》第十五条的拼写要求。",
            "lookalike",
        )
    name = "".join(char for char in proposal.name if is_han(char))
    if proposal.pinyin_error:
        faults = [proposal.pinyin_error]
    else:
        faults = list(_faults(name, proposal.syllables))
    if faults:
        words = "；".join(faults[:6])
        yield Hit(
            f"拼音“{proposal.pinyin}”与“{proposal.name}”不符：{words}",
            "请逐字核对读音并标声调，如“Zǔmiào Lù”；表内没有的地方读音须另附读音依据",
            f"经审查，申报拼音“{proposal.pinyin}”与汉字不符（{words}），"
            "不符合《地名管理条例》第十五条的规定，请申请人修改。",
        )
