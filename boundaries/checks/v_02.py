"""V-02: land is conserved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.checks.faults import faults_for, in_english, subject_of_fault
from boundaries.checks.proposal import AdjustmentProposal, Questions
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from geoapp.core.checks import Hit


@RULES.rule(
    "V-02",
    title="调整前后面积守恒",
    title_en="Area before equals area after",
    stages=EVERY_STAGE,
    law="调整前后总面积不变的技术要求（本系统设计要求，待本市确认）",
    since=SINCE,
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """分设、合并、调整范围只是把土地重新划分，调整前后各单位的面积之和应当完全相等（按整毫米坐标精确计算，容差为零）。

    Splitting, merging and transferring only divide land anew: the areas before and after must add up to the same
    number. The sums are exact integers over coordinates in whole millimetres, so the tolerance is zero; the
    proof of the coverage measures, this rule reports.
    """
    for fault in faults_for("V-02", proposal):
        message_en, remedy_en = in_english(fault, proposal)
        yield Hit(
            fault.message,
            fault.remedy or "请核对调出、调入的单位是否列全，再由系统按操作重新生成范围；不要直接替换图形",
            f"经审查，{fault.message}，调整前后土地不守恒，请申请人核对后重新提交。",
            subject=subject_of_fault(fault, proposal),
            geometry=fault.place,
            message_en=message_en,
            remedy_en=remedy_en,
        )
