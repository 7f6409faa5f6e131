"""N-08: no two streets of one name in one built-up area."""

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

REMEDY = "请更换专名；如系同一条街路巷的延长，请改为申请变更起止点"


@RULES.rule(
    "N-08",
    title="同一建成区内不重名",
    title_en="No duplicate in one built-up area",
    stages=EVERY_STAGE,
    law="地名管理条例 第九条第（八）项",
    since=DM_SINCE,
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """同一建成区内的街路巷名称不得重名。按规范化后的名称逐字比较，包括已登记的街路巷和同案其他事项；
    未划定建成区的，按市辖区比较。只判断新名称，已有的重名另列清单。

    Street names in one built-up area must not be the same. Names are compared character by character after
    normalising, with registered streets and with the other items of the case; where no built-up area is drawn
    the district stands in. Only new names are judged.
    """
    if not gives_name(proposal):
        return
    for street in ask.streets_named(proposal.normalised):
        if street.id == proposal.street_id or not shares_scope(proposal, street.scope_ids):
            continue
        other, area = (
            place_words(street.name, street.where),
            scope_words(proposal, street.scope_ids),
        )
        yield Hit(
            f"“{proposal.name}”与已登记的{other}重名，两者都在{area}内；同一建成区内的街路巷不得重名",
            REMEDY,
            f"经审查，申报名称“{proposal.name}”与已登记的{other}在{area}内重名，"
            "不符合《地名管理条例》第九条第（八）项的规定，不予同意使用。",
            subject=Subject("street", street.id, street.name),
            geometry=street.geometry,
            message_en=f"“{proposal.name}” is the name of the registered street "
            f"{place_words_en(street.name, street.where)} too, both in {scope_words_en(proposal, street.scope_ids)}; "
            "no two streets of one built-up area may bear the same name",
            remedy_en="Choose another specific part; if it is the same street made longer, apply for a change of extent",
        )
    for sibling in proposal.siblings:
        if sibling.item_id == proposal.item_id or sibling.normalised != proposal.normalised:
            continue
        if not shares_scope(proposal, sibling.scope_ids):
            continue
        area = scope_words(proposal, sibling.scope_ids)
        yield Hit(
            f"“{proposal.name}”与同案第 {sibling.seq} 项“{sibling.name}”重名，两者都在{area}内；同一建成区内的街路巷不得重名",
            "请更换其中一项的专名；如系同一条街路巷，请合并为一项",
            f"经审查，申报名称“{proposal.name}”与同案第 {sibling.seq} 项“{sibling.name}”在{area}内重名，"
            "不符合《地名管理条例》第九条第（八）项的规定，请申请人修改。",
            subject=Subject("item", sibling.item_id, sibling.name),
            geometry=sibling.geometry,
            message_en=f"“{proposal.name}” is the name of item {sibling.seq} of the same case too, both in "
            f"{scope_words_en(proposal, sibling.scope_ids)}; no two streets of one built-up area may bear the same name",
            remedy_en="Choose another specific part for one of them; if they are one street, make them one item",
        )
