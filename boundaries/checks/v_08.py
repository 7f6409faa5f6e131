"""V-08: households and people are neither lost nor made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.checks.faults import faults_for, in_english, subject_of_fault
from boundaries.checks.proposal import AdjustmentProposal, Questions, UnitFacts
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from boundaries.checks.units import label, labels, labels_en
from geoapp.core.checks import Hit

FIGURES = {"households": ("户数", "户"), "population": ("人口", "人")}

FIGURES_EN = {"households": "households", "population": "population"}


def _figure(unit: UnitFacts, key: str) -> int | None:
    return unit.households if key == "households" else unit.population


def _missing(proposal: AdjustmentProposal, key: str) -> tuple[str, str]:
    """Name the units nobody gave the figure of, before and after, in both languages; empty when all are there."""
    found, found_en = [], []
    for when, when_en, units in (("前", "before", proposal.before), ("后", "after", proposal.after)):
        without = [unit for unit in units if _figure(unit, key) is None]
        if without:
            found.append(f"调整{when}的{labels(without)}")
            found_en.append(f"{labels_en(without)} {when_en} the adjustment")
    return "、".join(found), " and ".join(found_en)


def _sum_words(units: tuple[UnitFacts, ...], key: str, measure: str) -> str:
    figures = [(unit, _figure(unit, key) or 0) for unit in units]
    total = f"{sum(figure for _, figure in figures):,} {measure}"
    if len(figures) < 2:
        return total
    return f"{total}（{'、'.join(f'{label(unit)} {figure:,}' for unit, figure in figures)}）"


def _sum_words_en(units: tuple[UnitFacts, ...], key: str) -> str:
    figures = [(unit, _figure(unit, key) or 0) for unit in units]
    total = f"{sum(figure for _, figure in figures):,}"
    if len(figures) < 2:
        return total
    return f"{total} ({', '.join(f'{label(unit)} {figure:,}' for unit, figure in figures)})"


def _hit(fault: str, remedy: str, variant: str, message_en: str, remedy_en: str) -> Hit:
    return Hit(
        fault,
        remedy,
        f"经审查，{fault}，请申请人核对后补正。",
        variant,
        message_en=message_en,
        remedy_en=remedy_en,
    )


def _judged(proposal: AdjustmentProposal, key: str) -> Hit | None:
    """Return what is wrong with one figure, None when it balances."""
    word, measure = FIGURES[key]
    word_en = FIGURES_EN[key]
    missing, missing_en = _missing(proposal, key)
    if missing:
        return _hit(
            f"{missing}没有填写{word}，无法核对调整前后是否平衡",
            f"请补填{word}；以公安户籍或者最近一次统计为准，并注明日期",
            "missing",
            f"The {word_en} of {missing_en} is not given; the balance cannot be checked",
            f"Enter the {word_en} by the household register or the last statistics, with its date",
        )
    units = (*proposal.before, *proposal.after)
    negative = [unit for unit in units if (_figure(unit, key) or 0) < 0]
    if negative:
        return _hit(
            f"{labels(negative)}的{word}为负数",
            f"请更正{word}",
            key,
            f"The {word_en} of {labels_en(negative)} is negative",
            f"Correct the {word_en}",
        )
    before = sum(_figure(unit, key) or 0 for unit in proposal.before)
    after = sum(_figure(unit, key) or 0 for unit in proposal.after)
    if before == after:
        return None
    change = f"多 {after - before:,} {measure}" if after > before else f"少 {before - after:,} {measure}"
    return _hit(
        f"调整前后{word}不平衡：前 {_sum_words(proposal.before, key, measure)}，"
        f"后 {_sum_words(proposal.after, key, measure)}，调整后{change}",
        f"请核对各单位的{word}，划出、划入应当相等；统计口径或者时点不同的，请先统一",
        key,
        f"The {word_en} does not balance: {_sum_words_en(proposal.before, key)} before, "
        f"{_sum_words_en(proposal.after, key)} after, {abs(after - before):,} {'more' if after > before else 'fewer'}",
        f"Check the {word_en} of every unit: what leaves one enters another; where sources or dates differ, use one",
    )


@RULES.rule(
    "V-08",
    title="户数、人口前后平衡",
    title_en="Households and population balance",
    stages=EVERY_STAGE,
    law="调整前后户数、人口平衡的要求（本系统设计要求，待本市确认）",
    since=SINCE,
    variants=("households", "population", "missing"),
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """调整只改变户和人的归属：调整前各单位的户数（households）、人口（population）之和应当与调整后相等；没有填写的（missing）
    指出是哪个单位。只更名的不适用。

    An adjustment only changes where households and people belong: their sums over the units before and after must
    be equal. ``missing`` names the units whose figure nobody gave. What the proof found about figures is
    reported here too when the sums themselves hold. A renaming is not judged.
    """
    if proposal.kind == "rename":
        return
    for key in FIGURES:
        hit = _judged(proposal, key)
        if hit is not None:
            yield hit
            continue
        for fault in faults_for("V-08", proposal):
            if fault.code == key:
                word = FIGURES[key][0]
                yield Hit(
                    fault.message,
                    fault.remedy or f"请核对各单位的{word}",
                    f"经审查，{fault.message}，请申请人核对后补正。",
                    key,
                    subject_of_fault(fault, proposal),
                    fault.place,
                    *in_english(fault, proposal),
                )
