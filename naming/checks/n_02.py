"""N-02: a name is written in standard Chinese characters only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.checks.comparison import gives_name
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES
from naming.language.characters import LEGACY_CHARACTERS, is_han, is_traditional, simplified

TRADITIONAL = "繁体字或异体字"

SHOWN = 8
"""So many different characters are named; a pasted page would otherwise fill the finding."""

REMEDIES = {
    "外文字母": "请改用汉字；不使用外文字母、罗马数字作名称",
    "数字": "请用汉字书写，如“季华五路”不写作“季华5路”",
    "标点符号": "请删去标点符号，注释写入含义或备注",
    "空格": "请删去名称中的空格和换行",
    "表情或图形符号": "请删去表情和图形符号",
    "控制字符": "请删去看不见的控制字符后重新填写",
    TRADITIONAL: "请改用规范的简化字",
    "非汉字字符": "请改用规范汉字",
}


ENGLISH = {
    "外文字母": (
        "foreign letters",
        "Write Chinese characters; no foreign letters or Roman numerals in a name",
    ),
    "数字": ("digits", "Write numbers in Chinese characters: “季华五路”, not “季华5路”"),
    "标点符号": ("punctuation", "Delete the punctuation; explanations belong into meaning or note"),
    "空格": ("spaces", "Delete spaces and line breaks"),
    "表情或图形符号": ("emoji or symbols", "Delete emoji and symbols"),
    "控制字符": ("control characters", "Delete the invisible characters and enter the name again"),
    TRADITIONAL: ("traditional or variant characters", "Use the standard simplified characters"),
    "非汉字字符": ("characters that are not Han", "Use standard Chinese characters"),
}
"""Class and remedy of each kind of fault, in English."""


def _class_of(char: str) -> str:
    """Return the class of a character that may not stand in a name, or an empty text for one that may."""
    if is_han(char):
        traditional = is_traditional(char) and char not in LEGACY_CHARACTERS
        return TRADITIONAL if traditional else ""
    category = unicodedata.category(char)
    if category == "Nl" or category[0] == "L" and "LATIN" in unicodedata.name(char, ""):
        return "外文字母"
    if category[0] == "N":
        return "数字"
    if category[0] == "P":
        return "标点符号"
    if category[0] == "Z" or char in "\t\n\r":
        return "空格"
    if category[0] == "S" or category == "Mn":
        return "表情或图形符号"
    if category[0] == "C":
        return "控制字符"
    return "外文字母" if category[0] == "L" else "非汉字字符"


def _shown(char: str) -> str:
    """Return a character as it can safely be printed: invisible ones by code point only."""
    if unicodedata.category(char)[0] in "CZM":
        return f"U+{ord(char):04X}"
    return f"“{char}”（U+{ord(char):04X}）"


def _shown_en(char: str) -> str:
    return _shown(char).replace("（", " (").replace("）", ")")


def _remedy(kind: str, chars: list[str]) -> str:
    """Return how to mend a class of characters, with the simplified form where there is one."""
    if kind != TRADITIONAL:
        return REMEDIES[kind]
    return REMEDIES[kind] + "：" + "、".join(f"“{c}”作“{simplified(c)}”" for c in chars[:SHOWN])


def _remedy_en(kind: str, chars: list[str]) -> str:
    """Return the remedy in English, with the simplified form where there is one."""
    remedy = ENGLISH[kind][1]
    if kind != TRADITIONAL:
        return remedy
    return remedy + ": " + ", ".join(f"“{simplified(c)}” for “{c}”" for c in chars[:SHOWN])


@RULES.rule(
    "N-02",
    title="只用规范汉字",
    title_en="Standard characters only",
    stages=EVERY_STAGE,
    law="地名管理条例 第九条第（三）项",
    since=DM_SINCE,
    parameters={"max_length": 30},
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """名称使用国家通用语言文字：只用规范汉字，不用外文字母、数字、标点、空格、符号和繁体字；过长的文字不是名称。

    A name is written in the national common characters only. Latin letters, digits, punctuation, spaces,
    emoji, control characters and traditional forms are each named with the character; a text longer than
    ``max_length`` characters is refused as well.
    """
    if not gives_name(proposal):
        return
    name = proposal.name
    limit = int(parameters["max_length"])
    if len(name) > limit:
        yield Hit(
            f"名称有 {len(name)} 个字，超过 {limit} 个字",
            "请只填写名称本身，说明写入含义或备注",
            f"经审查，申报名称长达 {len(name)} 个字，不是可以使用的地名，请申请人修改。",
            message_en=f"The name has {len(name)} characters, more than {limit}",
            remedy_en="Enter the name only; explanations belong into meaning or note",
        )
    faults: dict[str, list[str]] = {}
    for char in dict.fromkeys(name):
        kind = _class_of(char)
        if kind:
            faults.setdefault(kind, []).append(char)
    for kind, chars in faults.items():
        words = "、".join(_shown(char) for char in chars[:SHOWN])
        words += f"等 {len(chars)} 种" if len(chars) > SHOWN else ""
        words_en = ", ".join(_shown_en(char) for char in chars[:SHOWN])
        words_en += f" and others, {len(chars)} in all" if len(chars) > SHOWN else ""
        yield Hit(
            f"名称含有{kind}：{words}，不是规范汉字",
            _remedy(kind, chars),
            f"经审查，申报名称含有{kind}{words}，不符合《地名管理条例》第九条第（三）项"
            "使用国家通用语言文字的规定，请申请人修改。",
            message_en=f"The name contains {ENGLISH[kind][0]}, which are not standard Chinese characters: {words_en}",
            remedy_en=_remedy_en(kind, chars),
        )
