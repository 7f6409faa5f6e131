"""D-03: who may apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES


@RULES.rule(
    "D-03",
    title="申请主体适格",
    title_en="Applicant must be a body",
    stages=EVERY_STAGE,
    law="地名管理条例 第十一条",
    since=DM_SINCE,
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """申请主体应当是机关、企业事业单位或者基层群众性自治组织；自然人不能申请地名命名、更名。

    The applicant is an authority, an enterprise or public institution, or a self-governing body of residents
    or villagers; a natural person cannot apply.
    """
    who = f"“{proposal.applicant}”" if proposal.applicant else ""
    who_en = f" {who}" if who else ""
    if proposal.applicant_kind == "person":
        fault = f"申请人{who}是自然人，不能申请地名命名、更名"
        remedy = "请由机关、企业事业单位或者基层群众性自治组织（如街道办事处、村民委员会）提出申请"
        fault_en = (
            f"The applicant{who_en} is a natural person and cannot apply for naming or renaming a place"
        )
        remedy_en = "Let an authority, an enterprise or public institution, or a self-governing body apply"
    elif not proposal.applicant_kind and proposal.case_number:
        fault = f"案件 {proposal.case_number} 没有写明申请主体{who}的类型"
        remedy = "请补填申请主体及其类型：机关、企业事业单位或者基层群众性自治组织"
        fault_en = f"Case {proposal.case_number} does not say what kind of body the applicant{who_en} is"
        remedy_en = "Enter the applicant and its kind: authority, enterprise or public institution, self-governing body"
    else:
        return
    yield Hit(
        fault,
        remedy,
        f"经审查，{fault}，不符合《地名管理条例》第十一条关于申请主体的规定，不予受理。",
        message_en=fault_en,
        remedy_en=remedy_en,
    )
