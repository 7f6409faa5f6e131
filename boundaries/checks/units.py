"""The units of a proposal as rules speak of them: in words, as subject, before and after."""

from __future__ import annotations

from collections.abc import Iterable

from boundaries.checks.proposal import AdjustmentProposal, UnitFacts
from geoapp.core.checks import Subject

KIND_WORDS = {"community": "社区", "village": "村"}
_SETTING = frozenset({"setup", "split", "merge", "dissolve", "convert"})


def label(unit: UnitFacts) -> str:
    """Return what to call a unit in a message, between quotation marks."""
    return f"“{unit.name or unit.id or '未命名单位'}”"


def labels_en(units: Iterable[UnitFacts]) -> str:
    """Return several units in English words; names stay as they are, between quotation marks."""
    return quoted_en(unit.name or unit.id or "未命名单位" for unit in units)


def quoted_en(names: Iterable[str]) -> str:
    """Return names as an English list, each between quotation marks."""
    quoted = [f"“{name}”" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else "".join(quoted)


def labels(units: Iterable[UnitFacts]) -> str:
    """Return several units in words."""
    return "、".join(label(unit) for unit in units)


def subject_of(unit: UnitFacts) -> Subject:
    """Return the unit as the other thing a finding is about."""
    return Subject("unit", unit.id, unit.name)


def unit_of(proposal: AdjustmentProposal, unit_id: str) -> UnitFacts | None:
    """Return a unit of the item, as it shall be if it remains, as it was otherwise."""
    for unit in (*proposal.after, *proposal.before):
        if unit.id == unit_id:
            return unit
    return None


def before_of(proposal: AdjustmentProposal, unit: UnitFacts) -> UnitFacts | None:
    """Return a unit as it was before the item, None when it did not exist."""
    return next((old for old in proposal.before if old.id == unit.id), None)


def resized(proposal: AdjustmentProposal) -> tuple[UnitFacts, ...]:
    """Return the units whose size the item decides.

    Setting up, splitting, merging, dissolving and converting decide the size of every unit they leave; any
    other item but a renaming only of those whose number of households it changes.
    """
    if proposal.kind == "rename":
        return ()
    if proposal.kind in _SETTING:
        return proposal.after
    found = []
    for unit in proposal.after:
        old = before_of(proposal, unit)
        if old is None or old.households != unit.households:
            found.append(unit)
    return tuple(found)
