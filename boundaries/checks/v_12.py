"""V-12: what hangs on the land that moves is placed anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.checks.proposal import AdjustmentProposal, Affected, Questions
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from geoapp.core.checks import Hit


def _counts(affected: Affected) -> str:
    counted = (
        ("地址", affected.addresses, "条"),
        ("街路巷", affected.streets, "条"),
        ("标志牌", affected.signs, "块"),
        ("村（居）民小组", affected.groups, "个"),
    )
    return "、".join(f"{word} {number:,} {measure}" for word, number, measure in counted if number)


def _counts_en(affected: Affected) -> str:
    counted = (
        ("addresses", affected.addresses),
        ("streets", affected.streets),
        ("signs", affected.signs),
        ("groups of villagers or residents", affected.groups),
    )
    return ", ".join(f"{word} {number:,}" for word, number in counted if number)


def _hit(affected: Affected) -> Hit:
    listed = _counts(affected) or "地址 0 条"
    listed_en = f"The item touches: {_counts_en(affected) or 'addresses 0'}"
    left = affected.addresses - affected.reassigned
    if left == 0:
        return Hit(
            f"本项涉及{listed}，地址已全部落到新的单位",
            "请在批准后按清单更新地址、门牌和标志，并告知公安、自然资源等部门",
            f"本项涉及{listed}，地址已全部重新归属，批准后应当按清单更新并告知有关部门。",
            "counts",
            message_en=f"{listed_en}; all addresses are placed in the new units",
            remedy_en="After the approval update addresses, plates and signs by the list, and tell police, natural "
            "resources and the other departments",
        )
    if left > 0:
        fault = (
            f"本项涉及{listed}，其中 {left:,} 条地址还没有落到新的单位（已归属 {affected.reassigned:,} 条）"
        )
        remedy = "请在受影响清单中逐条归属；落在界线上的，请按门口所在一侧确定"
        fault_en = (
            f"{listed_en}; {left:,} addresses are in no new unit yet ({affected.reassigned:,} are placed)"
        )
        remedy_en = "Place each in the list of what is affected; on the line, the side of the door decides"
    else:
        fault = (
            f"本项涉及{listed}，而归属了 {affected.reassigned:,} 条地址，多出 {-left:,} 条，清单与归属对不上"
        )
        remedy = "请重新生成受影响清单后再归属"
        fault_en = (
            f"{listed_en}, but {affected.reassigned:,} addresses were placed, {-left:,} more than are listed"
        )
        remedy_en = "Make the list of what is affected anew and place again"
    sentence = f"{fault}，地址不应当悬空，经研究："
    return Hit(fault, remedy, sentence, "unassigned", message_en=fault_en, remedy_en=remedy_en)


@RULES.rule(
    "V-12",
    title="受影响地址全部归属",
    title_en="Everything affected is placed anew",
    stages=EVERY_STAGE,
    law="受影响地址、街路巷、标志列清单并全部归属的要求（本系统设计要求，待本市确认）",
    since=SINCE,
    variants=("unassigned", "counts"),
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """土地划转后，上面的地址、街路巷、标志牌、小组应当列出清单，地址全部落到新的单位（counts 为提示）；还有没有归属的，或者
    归属数与清单对不上的（unassigned），应当处理完再上报，否则须书面说明。

    Addresses, streets, signs and groups on the land that moves are listed; every address must be placed in a unit
    again. ``counts`` is the note of what is touched when all is placed, ``unassigned`` says how many addresses
    hang in the air, or that more were placed than are listed. Nothing touched, nothing said.
    """
    affected = proposal.affected
    counts = (affected.addresses, affected.streets, affected.signs, affected.groups, affected.reassigned)
    if any(counts):
        yield _hit(affected)
