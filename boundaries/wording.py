"""Refusals and faults in the language of the request.

The rooms that draw and prove know no Django and speak Chinese; in English each of their codes has a sentence
(``boundaries.checks.english``), with the names of the units where they are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from django.utils.translation import gettext_lazy as _lazy

from boundaries.checks.english import fault_en, refusal_en
from boundaries.editing import Refused
from boundaries.edition_acts import ActKind
from geoapp.core.wording import english

_ACTS = {
    ActKind.ADDED: _lazy("新设"),
    ActKind.REMOVED: _lazy("撤销"),
    ActKind.RENAMED: _lazy("更名"),
    ActKind.RECODED: _lazy("代码变更"),
    ActKind.TRANSFERRED: _lazy("划归其他镇街"),
    ActKind.VILLAGE_TO_COMMUNITY: _lazy("村改居"),
    ActKind.SPLIT: _lazy("分设"),
    ActKind.MERGED: _lazy("合并"),
    ActKind.CORRECTED: _lazy("名单勘误"),
    ActKind.LOST_CHARACTER: _lazy("名单缺字"),
    ActKind.LABEL: _lazy("名单写法变化"),
}


class _Found(Protocol):
    code: str
    message: str
    units: tuple[str, ...]
    figures: Mapping[str, float]


def refusal(refused: Refused, names: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return the message and the remedy of a refused operation; ``names`` by id of unit."""
    if not english():
        return refused.message, refused.remedy
    message, remedy = refusal_en(refused.code, _names(refused.units, names), refused.figures)
    return (f"{message}: “{refused.why}”" if refused.why else message), remedy


def fault(found: _Found, names: Mapping[str, str] | None = None) -> str:
    """Return what the proof found; ``names`` by id of unit."""
    if not english():
        return found.message
    return fault_en(found.code, _names(found.units, names), found.figures)[0]


def act_kind(kind: ActKind) -> str:
    """Return the kind of an act inferred from two lists."""
    return str(_ACTS[kind])


def _names(units: tuple[str, ...], names: Mapping[str, str] | None) -> list[str]:
    return [names[unit] for unit in units if unit in names] if names else []
