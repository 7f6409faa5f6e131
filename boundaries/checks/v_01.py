"""V-01: villages and communities fill their town without gap or overlap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.checks.faults import faults_for, in_english, subject_of_fault
from boundaries.checks.proposal import AdjustmentProposal, Questions
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from geoapp.core.checks import Hit

VARIANTS = ("coverage", "gap", "hole", "invalid", "displacement", "refused")
REMEDIES = {
    "coverage": "请在图上放大此处，把界线接到相邻单位已有的界点上后重画",
    "gap": "请核对新界线两端是否接到原界线上；空出的土地须划入其中一个单位",
    "hole": "请把被包围的土地划入外围单位；确为飞地的，请申明飞地并附依据",
    "invalid": "请去掉打圈或者折返的折点后重画",
    "displacement": "请让新界线接到已有界点上，或者先在原界线上加界点",
    "refused": "请按提示在图上改画后重新提交",
}
REMEDY = "请在图上核对此处后重画"


@RULES.rule(
    "V-01",
    title="界线无缝、不重叠",
    title_en="Borders leave no gap and do not overlap",
    stages=EVERY_STAGE,
    law="村、社区范围相接且不重叠的技术要求（本系统设计要求，待本市确认）",
    since=SINCE,
    variants=VARIANTS,
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """调整后的村、社区应当铺满所在镇街：不重叠、界点一致（coverage），没有空隙（gap），没有未申明的被包围土地（hole），
    图形有效（invalid），原界线不移位（displacement）。画线被拒绝（refused）的，本项没有可以审查的图形。登记册内容差为零。

    Units after the adjustment fill their town: no overlap and the same vertices on both sides (``coverage``), no
    gap (``gap``), no undeclared hole (``hole``), valid shapes (``invalid``), registered lines not displaced
    (``displacement``). ``refused``: the operation was not carried out, so there is nothing to judge. The rule
    reports what the proof found and whatever fault no other rule reports; the tolerance in the register is zero.
    """
    for fault in faults_for("V-01", proposal):
        message_en, remedy_en = in_english(fault, proposal)
        yield Hit(
            fault.message,
            fault.remedy or REMEDIES.get(fault.code, REMEDY),
            f"经审查，{fault.message}，调整后的范围没有相接或者有重叠，请申请人改正后重新提交。"
            if fault.code != "refused"
            else f"经审查，{fault.message}，图上的调整没有完成，请申请人改正后重新提交。",
            fault.code if fault.code in VARIANTS else "",
            subject_of_fault(fault, proposal),
            fault.place,
            message_en,
            remedy_en,
        )
