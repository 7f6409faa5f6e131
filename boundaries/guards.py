"""What must be so before an adjustment case may take a step: each guard answers with the reasons in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from boundaries.editing import Refused
from boundaries.instructions import LOCK, named_in, read_operations
from boundaries.judging import items_of, units_of
from boundaries.models import AdjustmentItem, UnitVersion
from boundaries.naming_matter import naming_cases
from geoapp.core.attachments import KINDS
from geoapp.core.common_guards import COMMON, COMMON_WORDS, task_open
from geoapp.core.effective import in_force
from geoapp.core.models import CaseItem
from geoapp.core.wording import listed
from geoapp.core.workflow import Step

PARTY_REVIEW_SINCE = date(2026, 1, 1)
"""From this day the party organisation discusses first (2025-10-28 amendments, in force 2026-01-01)."""

SEVEN_MATERIALS = (
    "request",
    "plan",
    "risk_assessment",
    "expert_review",
    "consent_opinions",
    "map_before",
    "map_after",
)
"""行政区划管理条例 art. 13: application, basic facts, risk assessment, expert review, public opinion, maps."""


def has_items(step: Step) -> Iterator[str]:
    """Something is to be adjusted."""
    if not step.case.items.filter(outcome=CaseItem.Outcome.PENDING).exists():
        yield _("案件里还没有调整事项")


def plan_complete(step: Step) -> Iterator[str]:
    """The plan says why, and names and counts every unit it makes."""
    if not step.case.reason.strip():
        yield _("没有填写调整理由")
    for row in items_of(step.case):
        drawn = [op for op in row.operations if op.get("op") != LOCK]
        if not drawn and row.kind != AdjustmentItem.Kind.RENAME:
            yield _("“%(item)s”还没有画出调整") % {"item": row.item.title}
        for unit in units_of(row).values():
            if unit.ceases:
                continue
            is_new = not UnitVersion.objects.filter(unit_id=unit.id).exists()
            missing = [
                label
                for label, absent in (
                    (_("名称"), is_new and not unit.name),
                    (_("类别"), is_new and not unit.kind),
                    (_("户数"), is_new and unit.households is None),
                    (_("人口"), is_new and unit.population is None),
                )
                if absent
            ]
            if missing:
                yield _("“%(item)s”的新单位%(name)s缺少%(missing)s") % {
                    "item": row.item.title,
                    "name": unit.name,
                    "missing": listed(missing),
                }


def naming_complete(step: Step) -> Iterator[str]:
    """A renaming contains a naming application: reading and meaning, reasons (实施办法 art. 5 ¶2)."""
    for row in items_of(step.case):
        matters = naming_cases(row, step.on, ())
        if row.kind == AdjustmentItem.Kind.RENAME and not matters:
            yield _("“%(item)s”没有填写新名称") % {"item": row.item.title}
        for matter in matters:
            if matter.missing:
                yield _("“%(item)s”的名称申请缺少%(missing)s") % {
                    "item": row.item.title,
                    "missing": listed(matter.missing),
                }


def _document(kind: str) -> Callable[[Step], Iterator[str]]:
    def guard(step: Step) -> Iterator[str]:
        if not step.case.attachments.filter(kind=kind).exists():
            yield _("没有上传%(kind)s") % {"kind": KINDS[kind]}

    return guard


def party_minutes(step: Step) -> Iterator[str]:
    """Since 2026 the party organisation's minutes are attached."""
    if step.on >= PARTY_REVIEW_SINCE:
        yield from _document("party_minutes")(step)


def meetings_held(step: Step) -> Iterator[str]:
    """Every village concerned has met; whether lawfully, rule V-07 computes."""
    villages = _villages(step)
    met = set(step.case.meetings.values_list("unit_id", flat=True))  # type: ignore[attr-defined]
    for unit_id, name in villages.items():
        if unit_id not in met:
            yield _("还没有登记%(village)s的村民会议") % {"village": name}


def _villages(step: Step) -> dict[object, str]:
    ids = {unit for row in items_of(step.case) for unit in row.base}
    rows = in_force(UnitVersion.objects.filter(unit_id__in=ids, kind="village"), step.on)
    moved = {unit for row in items_of(step.case) for unit in _moved(row)}
    return {v.unit_id: v.name for v in rows if str(v.unit_id) in moved}


def _moved(row: AdjustmentItem) -> set[str]:
    try:
        return named_in(read_operations(row.operations)) | set(units_of(row))
    except Refused:
        return set(units_of(row))


def seven_materials(step: Step) -> Iterator[str]:
    """行政区划管理条例 art. 13: all seven materials."""
    held = set(step.case.attachments.values_list("kind", flat=True))
    missing = [KINDS[kind] for kind in SEVEN_MATERIALS if kind not in held]
    if missing:
        yield _("区划变更材料不齐，缺少%(missing)s") % {"missing": listed(missing)}


def codes_open(step: Step) -> Iterator[str]:
    """Some new unit still waits for its code."""
    if not step.case.tasks.filter(kind="codes", done_on__isnull=True).exists():
        yield _("没有等待赋码的单位")


def not_extended(step: Step) -> Iterator[str]:
    """More time is given once."""
    if step.case.events.filter(action="extend").exists():
        yield _("已经登记过一次延期，不能再延")


GUARDS: dict[str, Callable[[Step], Iterator[str]]] = {
    **COMMON,
    "has_items": has_items,
    "plan_complete": plan_complete,
    "naming_complete": naming_complete,
    "party_minutes": party_minutes,
    "residents_asked": _document("consent_opinions"),
    "meetings_held": meetings_held,
    "risk_assessed": _document("risk_assessment"),
    "has_request": _document("request"),
    "seven_materials": seven_materials,
    "codes_open": codes_open,
    "not_extended": not_extended,
    "has_extension": _document("extension"),
    "not_implemented": task_open("implement"),  # type: ignore[dict-item]
}

GUARD_WORDS = {
    **COMMON_WORDS,
    "has_items": _lazy("至少有一项调整"),
    "plan_complete": _lazy("调整理由、范围和新单位的名称、类别、户数、人口齐全"),
    "naming_complete": _lazy("更名的含义、理由等名称申请内容齐全"),
    "party_minutes": _lazy("已上传党组织讨论纪要（2026 年 1 月 1 日起）"),
    "residents_asked": _lazy("已上传征求意见及采纳情况"),
    "meetings_held": _lazy("涉及的每个村都已登记村民会议"),
    "risk_assessed": _lazy("已上传风险评估报告"),
    "has_request": _lazy("已上传请示"),
    "seven_materials": _lazy("区划变更的七项材料齐全"),
    "codes_open": _lazy("有单位等待赋码"),
    "not_extended": _lazy("尚未延期"),
    "has_extension": _lazy("已上传延期批准文件"),
    "not_implemented": _lazy("尚未登记实施"),
}
"""Each guard in words, for the guide to procedures."""
