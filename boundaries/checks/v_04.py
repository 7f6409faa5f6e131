"""V-04: a unit is one piece of land; parts apart are declared with their basis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.checks.faults import faults_for, in_english, subject_of_fault
from boundaries.checks.proposal import AdjustmentProposal, Questions, UnitFacts
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from boundaries.checks.units import before_of, label, subject_of
from geoapp.core.checks import Hit

REMEDIES = {
    "undeclared": "请改画为相连的一块；确为飞地的，请申明块数并附界线协议或者历史依据",
    "several": "请在意见中写明飞地的由来和依据（界线协议、批准文件），并附上",
    "existing": "本次不处理；如有条件，可以借本次调整消除飞地",
}

REMEDIES_EN = {
    "undeclared": "Draw one connected piece; for an exclave declare the parts and add the agreement or the "
    "historical basis",
    "several": "Say in the opinion where the exclave comes from and on what basis (agreement, approval), and add it",
    "existing": "Not dealt with here; where possible use the adjustment to do away with the exclave",
}


def _hit(unit: UnitFacts, variant: str) -> Hit:
    basis = f"，依据：“{unit.basis}”" if unit.basis else ""
    basis_en = f"; basis: “{unit.basis}”" if unit.basis else ""
    words = {
        "undeclared": f"{label(unit)}调整后分成 {unit.parts} 块，只申明了 {unit.declared_parts} 块",
        "several": f"{label(unit)}调整后由 {unit.parts} 块互不相连的土地组成，已申明{basis}",
        "existing": f"{label(unit)}原来就由几块土地组成，调整后为 {unit.parts} 块",
    }
    words_en = {
        "undeclared": f"After the adjustment {label(unit)} falls into {unit.parts} parts, "
        f"{unit.declared_parts} declared",
        "several": f"After the adjustment {label(unit)} consists of {unit.parts} parts that do not meet, as declared"
        f"{basis_en}",
        "existing": f"{label(unit)} consisted of several parts before; after the adjustment there are {unit.parts}",
    }
    return Hit(
        words[variant],
        REMEDIES[variant],
        f"{words[variant]}，对照《行政区域界线管理条例》第十一条，经研究：",
        variant,
        subject_of(unit),
        unit.geometry,
        words_en[variant],
        REMEDIES_EN[variant],
    )


@RULES.rule(
    "V-04",
    title="范围连成一片",
    title_en="One connected piece of land",
    stages=EVERY_STAGE,
    law="行政区域界线管理条例 第十一条（村、社区参照适用，待本市确认）",
    since=SINCE,
    variants=("undeclared", "several", "existing"),
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """村、社区的范围一般应当连成一片。调整后分成几块而没有申明的（undeclared），应当改画或者申明；已申明飞地的（several），
    应当说明依据；原来就分成几块、本次没有增加的（existing），只作提示。

    A unit's land should be one piece. ``undeclared``: it falls into more parts than declared; ``several``: the
    parts are declared, and their basis (agreement, approval) is to be named; ``existing``: it had as many parts
    before, so that the item did not make them.
    """
    told = set()
    for unit in proposal.after:
        if unit.parts <= 1:
            continue
        told.add(unit.id)
        old = before_of(proposal, unit)
        if old is not None and unit.parts <= old.parts:
            yield _hit(unit, "existing")
        else:
            yield _hit(unit, "undeclared" if unit.parts > unit.declared_parts else "several")
    for fault in faults_for("V-04", proposal):
        if not told.intersection(fault.units):
            yield Hit(
                fault.message,
                fault.remedy or REMEDIES["undeclared"],
                f"{fault.message}，对照《行政区域界线管理条例》第十一条，经研究：",
                "undeclared",
                subject_of_fault(fault, proposal),
                fault.place,
                in_english(fault, proposal)[0],
                REMEDIES_EN["undeclared"],
            )
