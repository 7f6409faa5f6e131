"""V-13: the collective's opinion where collective assets are touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.checks.proposal import AdjustmentProposal, Questions
from boundaries.checks.registry import RULES, SINCE
from boundaries.checks.units import label, labels_en
from geoapp.core.checks import Hit, Stage

DOCUMENT = "collective_opinion"


def _hit(reason: str, reason_en: str) -> Hit:
    return Hit(
        f"{reason}，没有附集体经济组织的意见",
        "请征求村集体经济组织（经济联合社、股份合作社）的意见，连同采纳情况作为“集体经济组织意见”上传",
        f"经审查，{reason}，未附集体经济组织意见及采纳情况，材料不齐全，参照撤村建居程序，请申请人补正。",
        message_en=f"{reason_en}, and no opinion of the collective economic organisation is attached",
        remedy_en="Ask the village's collective economic organisation (union, share cooperative) and upload its "
        "opinion, with how it was handled, as “集体经济组织意见”",
    )


@RULES.rule(
    "V-13",
    title="集体经济组织意见",
    title_en="Opinion of the collective organisation",
    stages=(Stage.SUBMIT, Stage.ACCEPT, Stage.DECIDE),
    law="撤村建居征求集体经济组织意见的做法（参照外地做法，待本市确认）",
    since=SINCE,
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """村改居，以及其他涉及集体资产的调整，上报材料应当附有集体经济组织的意见和采纳情况。集体土地和集体经济组织本身不因
    调整而改变。

    A village that becomes a community, and any other item that touches collective assets, must carry the opinion
    of the collective economic organisation. The land of the collective and the organisation itself are not
    changed by the adjustment; what is asked for is that they were heard.
    """
    if DOCUMENT in proposal.documents:
        return
    if proposal.kind == "convert":
        names = "、".join(label(unit) for unit in proposal.before or proposal.after)
        names_en = labels_en(proposal.before or proposal.after)
        yield _hit(
            f"{names}村改居" if names else "本项为村改居",
            f"{names_en} becomes a community" if names_en else "A village becomes a community",
        )
    elif proposal.assets_touched:
        yield _hit("本项涉及集体资产", "The item touches collective assets")
