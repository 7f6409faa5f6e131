"""The units as an adjustment wants them: read from what people fill in, checked against the operations. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("village", "community")
_TEXTS = {
    "name": 100,
    "code": 12,
    "office_address": 300,
    "estates": 2000,
    "extent_text": 1000,
    "collective": 200,
    "becomes": 36,
    "pinyin": 200,
    "meaning": 1000,
    "naming_reason": 1000,
    "trigger": 20,
    "legal_basis": 500,
}
_NUMBERS = ("households", "population", "population_registered", "population_actual")


@dataclass(frozen=True)
class ProposedUnit:
    """A unit as it shall be. Figures are None where nobody gave them; an empty text means unchanged or unknown.

    ``ceases`` marks a unit that shall be no more; ``becomes`` names the new unit that takes its land whole (村改居:
    the village committee is dissolved, a residents' committee set up). ``pinyin`` to ``legal_basis`` are the contents
    of a naming application (地名管理条例 arts 10, 11), which a renaming carries in its plan.
    """

    id: str
    name: str = ""
    kind: str = ""
    code: str = ""
    households: int | None = None
    population: int | None = None
    population_registered: int | None = None
    population_actual: int | None = None
    office_address: str = ""
    estates: str = ""
    extent_text: str = ""
    collective: str = ""
    ceases: bool = False
    becomes: str = ""
    pinyin: str = ""
    meaning: str = ""
    naming_reason: str = ""
    trigger: str = ""
    legal_basis: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what is set, as JSON-able data."""
        return {
            key: value for key, value in asdict(self).items() if value not in ("", None, False) or key == "id"
        }


@dataclass
class Faults:
    """What is wrong with the fields, in words: (field, message, remedy).

    ``say`` puts a text into the reader's language; as it stands, texts stay Chinese.
    """

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    say: Callable[[str], str] = str

    def add(self, name: str, message: str, remedy: str) -> None:
        """Note a fault."""
        self.rows.append((name, message, remedy))


def read_units(given: Iterable[Mapping[str, Any]], faults: Faults) -> list[ProposedUnit]:
    """Read proposed units; what cannot be read is noted in ``faults`` and left out."""
    _ = faults.say
    found: list[ProposedUnit] = []
    seen: set[str] = set()
    for n, row in enumerate(given):
        if not isinstance(row, Mapping) or not str(row.get("id") or ""):
            faults.add(f"after-{n}", _("第 %(n)s 个单位没有编号") % {"n": n + 1}, _("请重新打开工作台"))
            continue
        ident = str(row["id"])
        if ident in seen:
            faults.add(f"after-{n}", _("单位 %(unit)s 填写了两次") % {"unit": ident}, _("请删去一个"))
            continue
        seen.add(ident)
        found.append(_unit(ident, row, f"after-{n}", faults))
    return found


def _unit(ident: str, row: Mapping[str, Any], place: str, faults: Faults) -> ProposedUnit:
    _ = faults.say
    texts = {}
    for key, limit in _TEXTS.items():
        text = str(row.get(key) or "").strip()
        if len(text) > limit:
            faults.add(
                f"{place}-{key}",
                _("“%(text)s…”有 %(length)s 个字，超过 %(limit)s 个字")
                % {"text": text[:12], "length": len(text), "limit": limit},
                _("请精简"),
            )
            text = text[:limit]
        texts[key] = text
    numbers = {key: _number(row.get(key), f"{place}-{key}", faults) for key in _NUMBERS}
    kind = str(row.get("kind") or "")
    if kind and kind not in KINDS:
        faults.add(f"{place}-kind", _("没有“%(kind)s”这类单位") % {"kind": kind}, _("请选择村或社区"))
        kind = ""
    fields: dict[str, Any] = {**texts, **numbers}
    return ProposedUnit(ident, kind=kind, ceases=bool(row.get("ceases")), **fields)


def _number(value: Any, place: str, faults: Faults) -> int | None:
    _ = faults.say
    if value in (None, ""):
        return None
    try:
        number = int(str(value))
    except ValueError:
        faults.add(place, _("“%(value)s”不是整数") % {"value": str(value)[:20]}, _("请填写整数"))
        return None
    if not 0 <= number <= 10_000_000:
        faults.add(place, _("%(number)s 不在合理范围") % {"number": number}, _("请核对单位"))
        return None
    return number
