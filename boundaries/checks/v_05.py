"""V-05: the number of households of a residents' committee."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from boundaries.checks.proposal import AdjustmentProposal, Questions, UnitFacts
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from boundaries.checks.units import label, resized, subject_of
from geoapp.core.checks import Hit


@dataclass(frozen=True)
class Band:
    """The households a residents' committee generally has, by the law in force from a day."""

    since: date
    fewest: int
    most: int
    law: str
    law_en: str


_LAW_EN = "Organic Law of the Urban Residents' Committees"
BANDS = (
    Band(
        date(2026, 1, 1),
        1000,
        3000,
        "《城市居民委员会组织法》（2025 年修订）第三条",
        f"art. 3 of the {_LAW_EN} (revision of 2025)",
    ),
    Band(
        date.min,
        100,
        700,
        "《城市居民委员会组织法》（2018 年文本）第六条",
        f"art. 6 of the {_LAW_EN} (text of 2018)",
    ),
)
"""Newest first: the revision of 2025-10-28 is in force from 2026-01-01."""


def band_on(on: date) -> Band:
    """Return the band the law gives on a day."""
    return next(band for band in BANDS if band.since <= on)


def _hit(unit: UnitFacts, households: int, band: Band, variant: str) -> Hit:
    limits = f"{band.fewest}–{band.most} 户"
    words, remedy, word_en, remedy_en = {
        "below": (
            f"{label(unit)}为 {households:,} 户，少于{band.law}规定的一般规模 {limits}",
            "请说明设置理由（面积、居住分散、便于自治等），或者与相邻社区合并",
            "fewer",
            "Give the reasons (area, scattered dwellings, self-government), or merge it with a community beside it",
        ),
        "above": (
            f"{label(unit)}为 {households:,} 户，多于{band.law}规定的一般规模 {limits}",
            "请说明理由，或者研究分设；确需按其他适当规模设置的，在方案中写明",
            "more",
            "Give the reasons, or consider splitting it; say in the plan where another suitable size is needed",
        ),
    }[variant]
    sentence = f"{label(unit)}拟为 {households:,} 户，不在{band.law}规定的一般规模 {limits}之内，经研究："
    message_en = (
        f"{label(unit)} has {households:,} households, {word_en} than the {band.fewest}–{band.most} generally laid "
        f"down by {band.law_en}"
    )
    return Hit(words, remedy, sentence, variant, subject_of(unit), unit.geometry, message_en, remedy_en)


@RULES.rule(
    "V-05",
    title="居民委员会规模",
    title_en="Size of a residents' committee",
    stages=EVERY_STAGE,
    law="城市居民委员会组织法 第三条（2025 年修订，2026 年 1 月 1 日起）；此前 2018 年文本 第六条",
    since=SINCE,
    variants=("below", "above"),
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """居民委员会的规模：2026 年 1 月 1 日起一般为 1000–3000 户，此前一般为 100–700 户，按案件适用日期取其一。少于（below）、
    多于（above）的应当说明理由；法律允许按其他适当规模设置，实际批复也常有更大的，所以只作警告。户数没有填写的由 V-08 指出。

    A residents' committee generally has 1000–3000 households from 2026-01-01 and had 100–700 before; the law of
    the proposal's day judges. It applies to communities set up, split, merged or converted, and to transfers
    that change the figures. The law admits other suitable sizes, and real approvals exceed the band, so the rule
    asks for a reason and stops nothing.
    """
    band = band_on(proposal.on)
    for unit in resized(proposal):
        if unit.kind != "community" or unit.households is None:
            continue
        if unit.households < band.fewest:
            yield _hit(unit, unit.households, band, "below")
        elif unit.households > band.most:
            yield _hit(unit, unit.households, band, "above")
