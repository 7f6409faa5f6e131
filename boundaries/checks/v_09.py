"""V-09: a new name is free in the district."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from boundaries.checks.names import place_name, sounds_like
from boundaries.checks.proposal import AdjustmentProposal, Questions, UnitFacts
from boundaries.checks.registry import EVERY_STAGE, RULES
from boundaries.checks.units import label, subject_of
from geoapp.core.checks import Hit, Subject

DM_SINCE = date(2022, 5, 1)
"""地名管理条例 (State Council order 753) has been in force since 2022-05-01."""


def _names_anew(unit: UnitFacts) -> bool:
    return (unit.is_new or unit.name_changes) and bool(unit.name.strip())


def _hit(
    unit: UnitFacts, other: str, other_en: str, proposal: AdjustmentProposal, how: str, subject: Subject
) -> Hit:
    area = proposal.district or "同一县级区域"
    area_en = f"“{proposal.district}”" if proposal.district else "one county-level area"
    if how == "same":
        return Hit(
            f"新名称{label(unit)}与{other}重名，两者都在{area}内；同一县级区域内的村、社区不得重名",
            "请更换专名",
            f"经审查，拟用名称{label(unit)}与{other}在{area}内重名，不符合《地名管理条例》第九条第（八）项的规定，不予同意使用。",
            "same",
            subject,
            unit.geometry,
            f"The new name {label(unit)} is the same as {other_en}, both in {area_en}; villages and communities of "
            "one county-level area must not share a name",
            "Choose another specific part",
        )
    return Hit(
        f"新名称{label(unit)}与{other}同音，两者都在{area}内，容易混淆",
        "请更换专名；确需使用的，请说明理由",
        f"拟用名称{label(unit)}与{other}在{area}内同音，对照《地名管理条例》第九条第（八）项避免同音的要求，经研究：",
        "sound",
        subject,
        unit.geometry,
        f"The new name {label(unit)} sounds like {other_en}, both in {area_en}, and is easily confused with it",
        "Choose another specific part; give the reasons if it is needed",
    )


@RULES.rule(
    "V-09",
    title="村、社区不重名、避免同音",
    title_en="Names of villages and communities are unique",
    stages=EVERY_STAGE,
    law="地名管理条例 第九条第（八）项",
    since=DM_SINCE,
    variants=("same", "sound"),
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """同一县级区域内的村、社区名称不得重名（same），并应当避免同音（sound）。与已登记的比较，也与同一事项内的其他单位比较；
    “社区居委会”与“社区”视为同一通名。只判断新名称，已有的重名另列清单；本项撤销、更名后空出的名称可以沿用。

    Names of villages and communities in one county-level area must not be the same (``same``) and should not
    sound the same (``sound``); they are compared with the register and with the other units of the item, the
    label of the committee set aside. Only new names are judged. A name that the item itself sets free, because
    its unit is dissolved or renamed, may be used again.
    """
    own = {unit.id for unit in (*proposal.before, *proposal.after)}
    for place, unit in enumerate(proposal.after):
        if not _names_anew(unit):
            continue
        for hit in ask.names_like(unit.name, proposal.district_id):
            if hit.id not in own:
                where = f"（{hit.where}）" if hit.where else ""
                other = f"已登记的“{hit.name}”{where}"
                where_en = f" (“{hit.where}”)" if hit.where else ""
                other_en = f"the registered “{hit.name}”{where_en}"
                yield _hit(unit, other, other_en, proposal, hit.how, Subject("unit", hit.id, hit.name))
        for number, sibling in enumerate(proposal.after):
            told_already = number < place and _names_anew(sibling)
            if number == place or sibling.id == unit.id or told_already or not sibling.name.strip():
                continue
            other, other_en = f"本项内的{label(sibling)}", f"{label(sibling)} of this item"
            if place_name(sibling.name) == place_name(unit.name):
                yield _hit(unit, other, other_en, proposal, "same", subject_of(sibling))
            elif sounds_like(sibling.name, unit.name):
                yield _hit(unit, other, other_en, proposal, "sound", subject_of(sibling))
