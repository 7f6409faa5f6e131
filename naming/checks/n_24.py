"""N-24: names under way in other cases, and names reserved in a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Subject
from naming.checks.comparison import gives_name, scope_words, scope_words_en, shares_scope
from naming.checks.proposal import NameProposal, OpenItem, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES


def _order(proposal: NameProposal, item: OpenItem) -> str:
    """Say whose acceptance came first; the first accepted has the better claim."""
    ours, theirs = proposal.accept_order, item.accept_order
    if item.reserved:
        return "该名称为地名方案预留"
    if ours is None and theirs is None:
        return "两案都尚未受理，以受理先后为准"
    if ours is None:
        return f"对方已先受理（受理顺序 {theirs}），本案尚未受理"
    if theirs is None:
        return f"本案已先受理（受理顺序 {ours}），对方尚未受理"
    if theirs < ours:
        return f"对方受理在先（受理顺序 {theirs}，本案 {ours}）"
    return f"本案受理在先（受理顺序 {ours}，对方 {theirs}）"


def _order_en(proposal: NameProposal, item: OpenItem) -> str:
    """Say the same in English."""
    ours, theirs = proposal.accept_order, item.accept_order
    if item.reserved:
        return "the name is reserved in a plan"
    if ours is None and theirs is None:
        return "neither case is accepted yet; the one accepted first goes first"
    if ours is None:
        return f"the other was accepted (no. {theirs} in order of acceptance), this case not yet"
    if theirs is None:
        return f"this case was accepted (no. {ours} in order of acceptance), the other not yet"
    first = "the other" if theirs < ours else "this case"
    return (
        f"{first} was accepted first (in order of acceptance this case is no. {ours}, the other no. {theirs})"
    )


def _ours_first(proposal: NameProposal, item: OpenItem) -> bool:
    if item.reserved or proposal.accept_order is None:
        return False
    return item.accept_order is None or proposal.accept_order < item.accept_order


def _message_en(proposal: NameProposal, item: OpenItem, known: bool) -> str:
    holder = "a name reserved in a plan" if item.reserved else f"a name of the open case {item.case_number}"
    same = "is the same as" if item.same_name else "sounds like"
    area = (
        f"both in {scope_words_en(proposal, item.scope_ids)}"
        if known
        else "and it is not known yet whether both are in one built-up area"
    )
    return (
        f"“{item.name}”, {holder}, {same} “{proposal.name}”, {area}; {_order_en(proposal, item)}. Street names of one "
        "built-up area may not be the same and avoid sounding alike"
    )


@RULES.rule(
    "N-24",
    title="与在办名称冲突",
    title_en="Same or like-sounding name under way",
    stages=EVERY_STAGE,
    law="地名管理条例 第八条、第九条第（八）项（受理在先者优先为本系统办理规则）",
    since=DM_SINCE,
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """其他在办案件或地名方案预留名称中有相同或同音的名称，且在同一建成区内或范围尚未确定的，提醒注意；受理在先者优先。

    Another open case, or a reserved plan name, bears the same or a like-sounding name in the same area (or the
    area is not known yet). The case accepted first has the better claim; the finding says whose came first.
    """
    if not gives_name(proposal):
        return
    for item in ask.open_items(proposal.normalised, proposal.keys):
        own_case = bool(proposal.case_number) and item.case_number == proposal.case_number
        if own_case or (item.item_id and item.item_id == proposal.item_id):
            continue
        known = bool(proposal.scope_ids and item.scope_ids)
        if known and not shares_scope(proposal, item.scope_ids):
            continue
        area = f"同在{scope_words(proposal, item.scope_ids)}内" if known else "是否同一建成区尚未确定"
        what = "同名" if item.same_name else "同音"
        where = "地名方案预留名称" if item.reserved else f"在办案件 {item.case_number} "
        order = _order(proposal, item)
        yield Hit(
            f"{where}的“{item.name}”与“{proposal.name}”{what}，{area}；{order}。同一建成区内不得重名、避免同音",
            "本案在先，可以说明后继续办理"
            if _ours_first(proposal, item)
            else "请更换名称，或等对方案件办结后再定",
            f"申报名称“{proposal.name}”与{where}的“{item.name}”{what}，{area}；{order}。"
            "对照《地名管理条例》第九条第（八）项，经研究：",
            subject=Subject("item", item.item_id, item.name),
            message_en=_message_en(proposal, item, known),
            remedy_en="This case goes first; explain and go on"
            if _ours_first(proposal, item)
            else "Choose another name, or wait until the other case is closed",
        )
