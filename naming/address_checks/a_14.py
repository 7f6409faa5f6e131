"""A-14: a temporary number proves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Stage
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import number_of


@RULES.rule(
    "A-14",
    title="临时号不作证明",
    title_en="A temporary number is no proof",
    stages=(*EVERY_STAGE, Stage.EXPORT),
    law="江门市门楼号牌管理条例 第十条（参照外地做法，待本市确认）",
    since=SINCE,
    variants=("proof", "unapproved"),
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """未经批准的房屋只编临时号，临时号不证明房屋合法：没有规划许可、宅基地批准或者镇街证明的，不编正式号
    （unapproved）；不得为临时号出具《门楼号确认书》或者作为证明导出（proof）。

    Buildings without permit, approval or proof get a temporary number only (``unapproved``), which does not prove
    them lawful: no confirmation is made out for it and it is never exported as proof (``proof``).
    """
    if proposal.unapproved and proposal.state != "temporary":
        yield Hit(
            "没有规划许可、宅基地批准或镇街证明，只能编临时门楼号",
            "请补交审批文件，或改为申请临时门楼号",
            variant="unapproved",
            message_en="Without planning permit, homestead approval or the town's proof only a temporary number is given",
            remedy_en="Add the approval, or apply for a temporary number",
        )
    if proposal.state == "temporary" and proposal.proof:
        yield Hit(
            f"{number_of(proposal)} 是临时号，不能出具{proposal.proof}",
            "请先补办批准手续，转为正式号后再出具；临时号不填确认书",
            variant="proof",
            message_en=f"“{number_of(proposal)}” is a temporary number; no “{proposal.proof}” can be made out for it",
            remedy_en="Have the building approved and the number made standard first; leave the confirmation empty",
        )
