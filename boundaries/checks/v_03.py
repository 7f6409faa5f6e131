"""V-03: an adjustment stays within one town."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.checks.faults import faults_for, in_english, subject_of_fault
from boundaries.checks.proposal import AdjustmentProposal, Questions
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from boundaries.checks.units import quoted_en
from geoapp.core.checks import Hit

REMEDY = "请画在一个镇街的范围内；确需变更镇街界线的，请按行政区划变更程序报批，批准后登记为区划变更"
REMEDY_EN = (
    "Draw within one town; a change of the town's line is approved as a change of administrative divisions and "
    "recorded here afterwards"
)
SENTENCE = "镇街界线的变更应当依照《行政区划管理条例》第九条、第十条报批，不属于村、社区范围调整，不予受理。"


@RULES.rule(
    "V-03",
    title="不跨镇街界线",
    title_en="Within one town",
    stages=EVERY_STAGE,
    law="行政区划管理条例 第九条、第十条",
    since=SINCE,
    variants=("towns", "line"),
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """村、社区的调整只能在一个镇街之内进行：所涉土地分属几个镇街的（towns），或者画线越过、改动镇街界线的（line），
    应当停办，另按行政区划变更程序报批。经上级批准后登记的区划变更不适用本条。

    Villages and communities are adjusted within one town. ``towns``: the land of the item lies in several;
    ``line``: an operation was refused at a town line, or the proof found that line moved. Moving a town line is
    a change of administrative divisions, decided above the city; the rule is silent for such a change recorded.
    """
    if proposal.division_change:
        return
    towns = list(dict.fromkeys(town for town in proposal.towns if town.strip()))
    if len(towns) > 1:
        listed = "、".join(towns)
        yield Hit(
            f"本项所涉土地分属{listed}，跨越镇街界线，不能作为村、社区调整办理",
            REMEDY,
            f"经审查，本项所涉土地分属{listed}，{SENTENCE}",
            "towns",
            message_en=f"The land of this item lies in several towns, {quoted_en(towns)}: no adjustment of villages "
            "and communities crosses a town line",
            remedy_en=REMEDY_EN,
        )
    for fault in faults_for("V-03", proposal):
        yield Hit(
            fault.message,
            REMEDY,
            f"经审查，{fault.message}，{SENTENCE}",
            "line",
            subject_of_fault(fault, proposal),
            fault.place,
            in_english(fault, proposal)[0],
            REMEDY_EN,
        )
