"""A-15: a new number leaves a row from the old address to the new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE


@RULES.rule(
    "A-15",
    title="改号留新旧对照",
    title_en="Renumbering keeps a row from old to new",
    stages=EVERY_STAGE,
    law="江门市门楼号牌管理条例 第二十二条（参照外地做法，待本市确认）",
    since=SINCE,
    variants=("missing", "unknown", "unchanged", "ambiguous"),
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """门楼号变更的，应当有新旧地址对照：改号要写明原地址（missing），原地址须在登记中有效（unknown）、只有一处（ambiguous），新旧
    不能相同（unchanged）。

    A changed number leaves a row from the old address to the new one: a renumbering names the former address
    (``missing``), which stands on record (``unknown``) once only (``ambiguous``) and is another than the new one
    (``unchanged``).
    """
    former, renumbering = proposal.former, proposal.renumbering
    if not renumbering and not former:
        return
    if not former:
        yield Hit(
            "改号没有写明原地址",
            "请填写原地址全文，以便编制新旧地址对照",
            variant="missing",
            message_en="The renumbering does not name the former address",
            remedy_en="Give the full text of the former address, for the table from old to new",
        )
    elif former == proposal.text:
        yield Hit(
            f"原地址与新地址相同：“{former}”",
            "没有变更的不必填写原地址",
            variant="unchanged",
            message_en=f"Former and new address are the same: “{former}”",
            remedy_en="Leave the former address empty where nothing changes",
        )
    else:
        doors = ask.formers(proposal)
        if not doors:
            yield Hit(
                f"登记中没有有效的原地址“{former}”",
                "请按登记的全文填写原地址",
                variant="unknown",
                message_en=f"No former address “{former}” stands on record",
                remedy_en="Write the former address exactly as registered",
            )
        elif len(doors) > 1 and proposal.row not in {door.id for door in doors}:
            yield Hit(
                f"登记中有 {len(doors)} 个地址的全文是“{former}”，不知道改的是哪一个",
                "请在这个地址的页面上办理门牌变更",
                variant="ambiguous",
                message_en=f"{len(doors)} addresses on record read “{former}”; which one is changed is unclear",
                remedy_en="Handle it as a change of number from the page of the address meant",
            )
