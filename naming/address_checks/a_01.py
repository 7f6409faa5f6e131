"""A-01: the street an address counts along is a standard name in law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Subject
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import DM_SINCE, ONCE_NAMED, RULES

_NAMING = "请先办理地名命名案件，名称批准公布后再编号"
_NAMING_EN = "Open a naming case first; number the address once the name is approved and announced"


@RULES.rule(
    "A-01",
    title="街路巷名称是有效的标准地名",
    title_en="The street bears a standard name in force",
    stages=ONCE_NAMED,
    law="地名管理条例 第二十一条；江门市门楼号牌管理条例 第三条（参照外地做法，待本市确认）",
    since=DM_SINCE,
    variants=("unknown", "ambiguous", "not_standard", "inactive"),
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """门楼号以标准地名编制：所写的街路巷或者自然村应当已经登记（unknown）、只有一处（ambiguous）、是标准地名
    （not_standard），并且在编号当日有效（inactive）。街路尚未命名的申请可以提交，命名之后再核对、编号。

    Numbers are given along standard names: the street or natural village must be registered (``unknown``), be one
    place only (``ambiguous``), bear a standard name (``not_standard``) and be in law on the day (``inactive``). An application at a street
    not yet named may be submitted; it is checked and numbered once the street is named.
    """
    place, named = proposal.place, proposal.place_named
    if place is None:
        if not named:
            return  # A-08 asks for what is missing
        if len(proposal.places) > 1:
            where = "、".join(p.where or p.id for p in proposal.places[:5])
            yield Hit(
                f"“{named}”有 {len(proposal.places)} 处同名（{where}），不知道是哪一处",
                "请写明镇街，或者村、社区",
                variant="ambiguous",
                message_en=f"{len(proposal.places)} places are called “{named}” (“{where}”); which one is meant is unclear",
                remedy_en="State the town, or the village or community",
            )
            return
        yield Hit(
            f"街路巷“{named}”没有登记",
            f"请核对用字；确无名称的，{_NAMING}",
            f"“{named}”未见于地名登记，不是标准地名，不能据以编制门楼号。",
            "unknown",
            message_en=f"The street “{named}” is not registered",
            remedy_en=f"Check the characters. {_NAMING_EN}",
        )
        return
    if place.use_state == "standard" and place.active:
        return
    subject = Subject("street", place.id, place.name)
    if place.use_state != "standard":
        words = "历史地名" if place.use_state == "historic" else "未经批准的现状名称"
        words_en = "a historic name" if place.use_state == "historic" else "a name in use without approval"
        yield Hit(
            f"“{place.name}”是{words}，不是标准地名",
            f"请改用现行标准地名；尚未命名的，{_NAMING}",
            variant="not_standard",
            subject=subject,
            message_en=f"“{place.name}” is {words_en}, not a standard name",
            remedy_en=f"Use the standard name in force. {_NAMING_EN}",
        )
    else:
        yield Hit(
            f"“{place.name}”在 {proposal.on} 不是有效名称（尚未生效、已更名或者已销名）",
            "请改用当日有效的名称，或者更正编号日期",
            variant="inactive",
            subject=subject,
            message_en=f"“{place.name}” is not in force on {proposal.on} (not yet, renamed or retired)",
            remedy_en="Use the name in force on that day, or correct the date",
        )
