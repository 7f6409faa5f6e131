"""N-03: rare characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.checks.comparison import gives_name
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES
from naming.language.characters import (
    LEGACY_CHARACTERS,
    character_level,
    is_han,
    is_traditional,
)

LAW_WORDS = "《地名管理条例》第九条第（三）项避免使用生僻字的规定"


def _sort(name: str) -> dict[str, list[str]]:
    """Sort a name's characters by variant; traditional forms are left to N-02."""
    found: dict[str, list[str]] = {"outside": [], "legacy": [], "level3": []}
    for char in dict.fromkeys(name):
        if not is_han(char):
            continue
        level = character_level(char)
        if level == 3:
            found["level3"].append(char)
        elif not level and char in LEGACY_CHARACTERS:
            found["legacy"].append(char)
        elif not level and not is_traditional(char):
            found["outside"].append(char)
    return found


@RULES.rule(
    "N-03",
    title="避免使用生僻字",
    title_en="Rare characters",
    stages=EVERY_STAGE,
    law="地名管理条例 第九条第（三）项；通用规范汉字表",
    since=DM_SINCE,
    variants=("outside", "legacy", "level3"),
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """新命名避免使用生僻字：《通用规范汉字表》8105 字以外的字不用（outside）；本地沿用的老地名用字（legacy）需说明；
    三级字（level3，如“滘”）只作提示。

    New names avoid rare characters. ``outside``: not among the 8105 characters of the standard table.
    ``legacy``: outside the table, but long in use in local names (㘵, 氹), to be explained. ``level3``: in the
    table's third level, which holds characters of place names such as 滘; a note only.
    """
    if not gives_name(proposal):
        return
    found = _sort(proposal.name)
    for variant, chars in found.items():
        if not chars:
            continue
        words = "、".join(f"“{char}”（U+{ord(char):04X}）" for char in chars[:8])
        words_en = ", ".join(f"“{char}” (U+{ord(char):04X})" for char in chars[:8])
        if variant == "outside":
            yield Hit(
                f"{words}不在《通用规范汉字表》8105 字之内，属生僻字；新命名应当避免使用生僻字",
                "请换用表内的字；确属本地沿用的地名用字，请先申请列入沿用字名单",
                f"经审查，申报名称用字{words}不在《通用规范汉字表》之内，不符合{LAW_WORDS}。",
                variant,
                message_en=f"Not among the 8105 characters of the Table of General Standard Chinese Characters: {words_en}; "
                "new names avoid rare characters",
                remedy_en="Use characters of the table; for one long in use in local names, have it entered in the "
                "list of such characters first",
            )
        elif variant == "legacy":
            yield Hit(
                f"{words}不在《通用规范汉字表》8105 字之内，是本地老地名沿用的字",
                "请说明所沿用的老地名及其用字依据；没有依据的请换用表内的字",
                f"申报名称用字{words}不在《通用规范汉字表》之内，系沿用本地老地名用字，"
                f"对照{LAW_WORDS}，经核其沿用依据予以说明。",
                variant,
                message_en="Not among the 8105 characters of the Table of General Standard Chinese Characters, but long in "
                f"use in local names: {words_en}",
                remedy_en="Name the old place name it comes from and the evidence; without evidence use a character "
                "of the table",
            )
        else:
            yield Hit(
                f"{words}是《通用规范汉字表》三级字，公众可能不认识",
                "三级字可以用于地名；请核对读音并确认制牌、证照系统能够显示",
                f"申报名称用字{words}为《通用规范汉字表》三级字，可以用于地名，未违反{LAW_WORDS}。",
                variant,
                message_en=f"In the third level of the Table of General Standard Chinese Characters: {words_en}; "
                "people may not know how to read it",
                remedy_en="Such characters may stand in place names; check the reading and that signs and certificates "
                "can show them",
            )
