"""V-06: units far too large or too small to be served well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.checks.proposal import AdjustmentProposal, Questions, UnitFacts
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from boundaries.checks.units import before_of, label, resized, subject_of
from geoapp.core.checks import Hit

GUIDANCE = {
    "converted": "特大型村改社区：请研究在改制的同时以道路、河流中心线分设，集体经济组织和集体资产不随之拆分",
    "village": "城中村：请研究按居住小区另设社区，或者撤村建居；涉及集体资产的，先征求集体经济组织意见",
    "community": "特大型社区：请研究以道路、河流中心线分设，并在方案中写明居民小区和服务用房的归属",
}
GUIDANCE_EN = {
    "converted": "Very large village turned community: consider splitting it along roads or rivers at the same time; "
    "the collective and its assets are not divided with it",
    "village": "Village in the city: consider separate communities by housing estate, or converting the village; where "
    "collective assets are touched, hear the collective economic organisation first",
    "community": "Very large community: consider splitting it along roads or rivers, and say in the plan where "
    "estates and service premises go",
}
UNVERIFIED = "（限值为试行配置，未核定）"
UNVERIFIED_EN = " (the limit is a trial setting, UNVERIFIED)"


def _class_of(unit: UnitFacts, old: UnitFacts | None) -> str:
    """Return what kind of oversized unit it is: a converted village, a village in the city, a community."""
    if unit.kind == "village":
        return "village"
    return "converted" if old is not None and old.kind == "village" else "community"


def _hit(unit: UnitFacts, old: UnitFacts | None, households: int, limit: int, variant: str) -> Hit:
    was = f"（调整前 {old.households:,} 户）" if old is not None and old.households is not None else ""
    size = f"{label(unit)}调整后为 {households:,} 户{was}"
    was_en = f" ({old.households:,} before)" if old is not None and old.households is not None else ""
    size_en = f"After the adjustment {label(unit)} has {households:,} households{was_en}"
    kind = _class_of(unit, old)
    words, remedy, words_en, remedy_en = {
        "oversize": (
            f"{size}，超过 {limit:,} 户，规模偏大",
            GUIDANCE[kind],
            f"{size_en}, more than {limit:,}: large",
            GUIDANCE_EN[kind],
        ),
        "far_oversize": (
            f"{size}，超过 {limit:,} 户，属特大型",
            GUIDANCE[kind],
            f"{size_en}, more than {limit:,}: very large",
            GUIDANCE_EN[kind],
        ),
        "undersize": (
            f"{size}，不足 {limit:,} 户，规模偏小",
            "请研究与相邻单位合并，或者在方案中说明单独设置的理由",
            f"{size_en}, fewer than {limit:,}: small",
            "Consider merging it with a unit beside it, or say in the plan why it stands alone",
        ),
    }[variant]
    return Hit(
        words + UNVERIFIED,
        remedy,
        f"{words}，经研究：",
        variant,
        subject_of(unit),
        unit.geometry,
        words_en + UNVERIFIED_EN,
        remedy_en,
    )


@RULES.rule(
    "V-06",
    title="规模过大、过小",
    title_en="Too large or too small",
    stages=EVERY_STAGE,
    law="佛山市民政局 2024 年工作计划：优化城乡社区设置，重点为特大型村改社区和城中村（限值未见规定，待本市确认）",
    since=SINCE,
    variants=("oversize", "far_oversize", "undersize"),
    parameters={
        "oversize_households": 3000,
        "far_oversize_households": 10000,
        "undersize_households": 100,
    },
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """调整后的村、社区户数超过 oversize_households 的规模偏大（oversize），超过 far_oversize_households 的属特大型
    （far_oversize），不足 undersize_households 的规模偏小（undersize）。按特大型村改社区、城中村、一般社区分类提出办法。

    Villages and communities after the adjustment with more households than ``oversize_households`` or
    ``far_oversize_households``, or fewer than ``undersize_households``. No Guangdong or Foshan threshold was
    found: all three values are configuration, UNVERIFIED. The remedy differs for a converted village, a village
    in the city and an ordinary community.
    """
    for unit in resized(proposal):
        households = unit.households
        if households is None:
            continue
        for variant in ("far_oversize", "oversize", "undersize"):
            limit = int(parameters[f"{variant}_households"])
            if households < limit if variant == "undersize" else households > limit:
                yield _hit(unit, before_of(proposal, unit), households, limit, variant)
                break
