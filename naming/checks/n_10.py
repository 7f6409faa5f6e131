"""N-10: the same name elsewhere in the city."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Subject
from naming.checks.comparison import (
    gives_name,
    place_words,
    place_words_en,
    scope_words,
    scope_words_en,
    shares_scope,
)
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES


@RULES.rule(
    "N-10",
    title="全市范围避免重名",
    title_en="Same name elsewhere in the city",
    stages=EVERY_STAGE,
    law="地名管理条例 第九条第（八）项（条例只限同一建成区；全市避免重名参照外地做法，待本市确认）",
    since=DM_SINCE,
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """本市其他建成区已有同名街路巷的，提醒避免重名。条例只要求同一建成区内不重名，本条为提醒，可以说明理由后使用。
    尚未画线、范围未定时，全市的同名街路巷都在此列出。

    A street elsewhere in the city bears the same name. The law asks for uniqueness within one built-up area
    only, so this is a reminder that may be answered. While no line is drawn and the area is unknown, every
    street of that name is listed here.
    """
    if not gives_name(proposal):
        return
    compared = f"不在{scope_words(proposal)}内" if proposal.scopes else "尚未画线，是否同一建成区还不能确定"
    compared_en = (
        f"not in {scope_words_en(proposal)}"
        if proposal.scopes
        else "and while no line is drawn it is not known whether both are in one built-up area"
    )
    for street in ask.streets_named(proposal.normalised):
        if street.id == proposal.street_id or shares_scope(proposal, street.scope_ids):
            continue
        other = place_words(street.name, street.where)
        yield Hit(
            f"本市已有同名街路巷{other}，{compared}；全市范围内宜避免重名",
            "建议更换专名；确需使用的，请书面说明不会混淆的理由",
            f"本市另有同名街路巷{other}，{compared}。《地名管理条例》第九条第（八）项只要求同一建成区内"
            "不重名，经研究：",
            subject=Subject("street", street.id, street.name),
            geometry=street.geometry,
            message_en=f"The city has a street of this name already, {place_words_en(street.name, street.where)}, "
            f"{compared_en}; duplicates in the whole city are better avoided",
            remedy_en="Choose another specific part; if the name is needed, explain in writing why the two cannot be "
            "confused",
        )
