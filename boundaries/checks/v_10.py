"""V-10: statistical codes: form, segment, town, never used twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from boundaries.checks.proposal import AdjustmentProposal, CodeUse, Questions, UnitFacts
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from boundaries.checks.units import KIND_WORDS, before_of, label, subject_of
from geoapp.core.checks import Hit, Subject

KINDS_EN = {"community": "community", "village": "village"}
SEGMENTS_EN = {
    "community": "001–199 or 400–499 (like a residents' committee)",
    "village": "200–399 or 500–599 (like a villagers' committee)",
}
SEGMENTS = {
    "community": ((1, 199, "001–199"), (400, 499, "400–499（类似居委会）")),
    "village": ((200, 399, "200–399"), (500, 599, "500–599（类似村委会）")),
}
VIRTUAL = frozenset({"498", "598"})
"""Segments of units without land; a unit with a boundary cannot bear them."""


def _hit(
    unit: UnitFacts,
    variant: str,
    fault: str,
    remedy: str,
    fault_en: str,
    remedy_en: str,
    subject: Subject | None = None,
) -> Hit:
    words = f"{label(unit)}的代码“{unit.code}”{fault}"
    sentence = f"经审查，{words}，不符合统计用区划代码的编制规则，请改编后再登记。"
    words_en = f"The code “{unit.code}” of {label(unit)} {fault_en}"
    about = subject or subject_of(unit)
    return Hit(words, remedy, sentence, variant, about, unit.geometry, words_en, remedy_en)


def _town_code(proposal: AdjustmentProposal, unit: UnitFacts) -> str:
    """Return the nine digits of the unit's town: as given, else as units of the same town bear them.

    Empty when nobody can say.
    """
    if unit.town_code:
        return unit.town_code[:9]
    for other in proposal.before:
        if other.town == unit.town and re.fullmatch("[0-9]{12}", other.code):
            return other.code[:9]
    return ""


def _fits(kind: str, last: str) -> bool:
    if last in VIRTUAL:
        return False
    return any(low <= int(last) <= high for low, high, _ in SEGMENTS.get(kind, ()))


def _uses(unit: UnitFacts, old: UnitFacts | None, found: Sequence[CodeUse]) -> Iterator[CodeUse]:
    """Leave out that the unit itself bears the code now."""
    for use in found:
        itself = use.unit_id == unit.id
        if not (itself and (use.valid_to is None or (old is not None and old.code == unit.code))):
            yield use


def _used(unit: UnitFacts, use: CodeUse) -> Hit:
    until = f"至 {use.valid_to.isoformat()}" if use.valid_to else "至今"
    until_en = f"to {use.valid_to.isoformat()}" if use.valid_to else "until now"
    subject = Subject("unit", use.unit_id, use.name)
    return _hit(
        unit,
        "used",
        f"已由“{use.name}”使用（{use.valid_from.isoformat()} {until}），代码不得重复使用，停用的也不再启用",
        "请改用本镇街同一号段内从未用过的代码",
        f"was borne by “{use.name}” ({use.valid_from.isoformat()} {until_en}); a code is never used again, even after "
        "its unit is gone",
        "Use a code of the town's segment that was never used",
        subject,
    )


def _judge(
    proposal: AdjustmentProposal, ask: Questions, unit: UnitFacts, old: UnitFacts | None
) -> Iterator[Hit]:
    """Yield what is wrong with a code that is new, or whose unit changes its kind."""
    if not re.fullmatch("[0-9]{12}", unit.code):
        yield _hit(
            unit,
            "form",
            f"不是 12 位数字（现为 {len(unit.code)} 位）",
            "请填写 12 位统计用区划代码：镇街 9 位加村居 3 位；尚未编码的，先留空",
            f"does not consist of 12 digits (it has {len(unit.code)} characters)",
            "Enter the 12 digits: 9 of the town and 3 of the unit; leave it empty until the code is given out",
        )
        return
    last = unit.code[-3:]
    if not _fits(unit.kind, last):
        kind = KIND_WORDS.get(unit.kind, unit.kind or "未写明类别")
        allowed = "、".join(words for _, _, words in SEGMENTS.get(unit.kind, ())) or "先写明类别"
        why = "，498、598 留给没有土地的虚拟单位" if last in VIRTUAL else ""
        moved = "；村改居必须换用新代码，原代码停用" if proposal.kind == "convert" else ""
        kind_en = KINDS_EN.get(unit.kind, "unit without a kind")
        allowed_en = SEGMENTS_EN.get(unit.kind, "the segment of its kind, which is to be given first")
        why_en = "; 498 and 598 are for units without land" if last in VIRTUAL else ""
        moved_en = (
            "; a converted village needs a new code, the old one ends" if proposal.kind == "convert" else ""
        )
        yield _hit(
            unit,
            "segment",
            f"末三位 {last} 与类别“{kind}”不符{why}",
            f"{kind}的末三位应当在 {allowed} 之内{moved}；尚未编码的，先留空",
            f"ends in {last}, which does not fit its kind ({kind_en}){why_en}",
            f"The last three digits must be in {allowed_en}{moved_en}; leave it empty until the code is given out",
        )
    town = _town_code(proposal, unit)
    if not town:
        yield _hit(
            unit,
            "prefix",
            "前九位无法核对：不知道所属镇街的代码",
            "请先在登记册中补全所属镇街的代码",
            "cannot be checked: the code of its town is not known",
            "Complete the code of the town in the register first",
        )
    elif unit.code[:9] != town:
        where = f"{unit.town}（{town}）" if unit.town else town
        where_en = f"“{unit.town}” ({town})" if unit.town else town
        yield _hit(
            unit,
            "prefix",
            f"前九位不是所属镇街的代码，所属镇街为{where}",
            f"请改用以 {town} 开头的代码",
            f"does not begin with the code of its town, {where_en}",
            f"Use a code that begins with {town}",
        )
    for use in _uses(unit, old, ask.uses_of_code(unit.code)):
        yield _used(unit, use)
    for other in proposal.after:
        if other.id != unit.id and other.code == unit.code:
            yield _hit(
                unit,
                "used",
                f"与本项内的{label(other)}相同",
                "请给每个单位编不同的代码",
                f"is the same as that of {label(other)} of this item",
                "Give every unit a code of its own",
                subject_of(other),
            )


@RULES.rule(
    "V-10",
    title="区划代码合规、不重用",
    title_en="Codes are well formed and never reused",
    stages=EVERY_STAGE,
    law="统计用区划代码和城乡划分代码编制规则（国家统计局；条文未核，号段待本市统计部门确认）",
    since=SINCE,
    variants=("form", "segment", "prefix", "used"),
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """统计用区划代码为 12 位数字（form），前九位是所属镇街的代码（prefix），末三位与类别相符：居委会 001–199、村委会 200–399、
    类似居委会 400–499、类似村委会 500–599（segment），并且从未被其他单位使用过（used）。村改居必须换码。实施编码之前可以留空；
    没有变动的代码不再判断。

    A statistical code has twelve digits (``form``), begins with the town's nine (``prefix``), ends in the segment
    of its kind: 001–199 and 400–499 communities, 200–399 and 500–599 villages (``segment``), and was never borne
    by any other unit (``used``). Converting a village needs a new code. An empty code is right until the codes
    are given out; a code that stays with a unit of the same kind is not judged again.
    """
    for unit in proposal.after:
        old = before_of(proposal, unit)
        if unit.code and (old is None or old.code != unit.code or old.kind != unit.kind):
            yield from _judge(proposal, ask, unit, old)
