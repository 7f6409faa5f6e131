"""N-01: a street name consists of a specific and a generic part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES
from naming.language.split import GENERICS

LAW = "地名管理条例 第九条"


def _fault(proposal: NameProposal) -> tuple[str, str, str, str] | None:
    """Return what is missing and how to mend it, in Chinese, then in English."""
    parts = proposal.parts
    if not proposal.name.strip():
        return (
            "没有填写名称",
            "请填写完整名称，即专名加通名，如“锦程一路”",
            "No name was given",
            "Enter the whole name, specific and generic part, such as “锦程一路”",
        )
    if not parts.generic:
        return (
            f"“{proposal.name}”没有街路巷通名",
            "请在专名后加上与道路规模相称的通名，如大道、路、街、巷",
            f"“{proposal.name}” has no generic term for a street",
            "Add a generic term that suits the size of the road: “大道”, “路”, “街” or “巷”",
        )
    if not parts.specific.strip() or parts.specific in GENERICS["STR"]:
        return (
            f"“{proposal.name}”只有通名，没有专名",
            f"请在通名前加上专名，如“锦程{parts.generic}”",
            f"“{proposal.name}” is a generic term without a specific part",
            f"Put a specific part before the generic term, such as “锦程{parts.generic}”",
        )
    return None


@RULES.rule(
    "N-01",
    title="专名与通名齐全",
    title_en="Specific and generic part",
    stages=EVERY_STAGE,
    law=LAW,
    since=DM_SINCE,
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """街路巷名称由专名和通名组成，两者缺一不可，也不能只用通名作名称。

    A street name consists of a specific part and a generic term (路, 街, 巷 …). A name without a known generic
    term, or one made of generic terms only (大道, 街巷), is refused.
    """
    if proposal.kind not in ("name", "rename") or proposal.category != "STR":
        return
    fault = _fault(proposal)
    if fault is None:
        return
    message, remedy, message_en, remedy_en = fault
    yield Hit(
        f"{message}，不符合地名由专名和通名组成的规定",
        remedy,
        f"经审查，{message}，不符合《地名管理条例》第九条地名由专名和通名两部分组成的规定，"
        "请申请人修改后重新提交。",
        message_en=f"{message_en}; a place name consists of a specific and a generic part",
        remedy_en=remedy_en,
    )
