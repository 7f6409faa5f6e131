"""The doors of a case, however many: counted by state, those that need somebody first, one page at a time, filtered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geoapp.core.models import Case, CaseItem, FindingRow
from geoapp.planner.views.door_rows import Suggested, rows_of, suggestions
from naming.door_judging import standard_names
from naming.models import AddressItem

PER_PAGE = 20
FEW = 10
"""Up to so many doors are shown as they stand in the case, with nothing to filter."""


class Need(models.TextChoices):
    """What a door waits for, the most urgent first; each door is counted once."""

    BLOCK = "block", _("有阻断")
    UNNAMED = "unnamed", _("待街路命名")
    WARN = "warn", _("警告待说明")
    READY = "ready", _("可以办理")
    APPROVED = "approved", _("已编号")
    REFUSED = "refused", _("不予编号")
    SENT_BACK = "sent_back", _("已退回")


_ORDER = {need: at for at, need in enumerate(Need)}


def part_of(case: Case, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the case page shows of a case's doors: ``doors`` filters by need, ``rule`` by rule, ``page`` turns.

    ``number_rows`` are all doors an outcome can be set for, briefly: the form of the review takes every one of them.
    Queries do not grow with the doors.
    """
    rows = list(
        AddressItem.objects.filter(item__case=case)
        .select_related("item__case", "item__collected_door__door__task", "naming_case")
        .prefetch_related("item__collected_door__door__photos")
        .order_by("item__seq")
    )
    named = standard_names([row.street_id for row in rows], timezone.localdate())
    found: dict[UUID, list[FindingRow]] = defaultdict(list)
    for finding in FindingRow.objects.filter(item__case=case, current=True).defer("geometry").order_by("pk"):
        found[finding.item_id].append(finding)
    needs = {row.pk: need_of(row, found[row.pk], named) for row in rows}
    counts = Counter(needs.values())
    rules = Counter(code for row in rows for code in {f.code for f in found[row.pk] if _open(row, f)})
    want, rule = str(asked.get("doors", "")), str(asked.get("rule", ""))
    shown = [
        row
        for row in rows
        if (want not in Need.values or needs[row.pk] == want)
        and (not rule or any(f.code == rule and _open(row, f) for f in found[row.pk]))
    ]
    if len(rows) > FEW:
        shown.sort(key=lambda row: (_ORDER[needs[row.pk]], row.item.seq))
    page = Paginator(shown, PER_PAGE).get_page(asked.get("page"))
    # In review the form below asks for the numbers of all doors; else only those of this page are worked out.
    given = suggestions(rows, case, timezone.localdate()) if case.status == "checked" else None
    return {
        "items": rows_of(list(page.object_list), case, given),
        "door_page": page,
        "door_total": len(rows),
        "door_many": len(rows) > FEW,
        "door_needs": [(need, counts[need]) for need in Need if counts[need]],
        "door_rules": sorted(rules.items()),
        "door_want": want if want in Need.values else "",
        "door_rule": rule,
        "number_rows": _number_rows(rows, found, given),
    }


def need_of(row: AddressItem, findings: list[FindingRow], named: Mapping[UUID, str]) -> Need:
    """Return what a door waits for, or what became of it."""
    if row.item.outcome != CaseItem.Outcome.PENDING:
        return Need(row.item.outcome)
    # That its street has no name is what A-01 says too.
    if any(f.severity == "block" and f.code != "A-01" for f in findings):
        return Need.BLOCK
    if row.item.kind != AddressItem.Kind.CANCEL and row.street_id not in named:
        return Need.UNNAMED
    if any(f.severity == "block" for f in findings):
        return Need.BLOCK
    return Need.WARN if any(f.severity == "warn" and not f.answer for f in findings) else Need.READY


def _open(row: AddressItem, finding: FindingRow) -> bool:
    if row.item.outcome != CaseItem.Outcome.PENDING:
        return False
    return finding.severity == "block" or (finding.severity == "warn" and not finding.answer)


def _number_rows(
    rows: Sequence[AddressItem], found: Mapping[UUID, list[FindingRow]], given: Suggested | None
) -> list[dict[str, Any]]:
    if given is None:
        return []
    return [
        {
            "item": row.item,
            "name": row.item.title,
            "door": row,
            "suggestion": given.get(row.pk),
            "blocks": [f for f in found[row.pk] if f.severity == "block"],
        }
        for row in rows
        if row.item.outcome == CaseItem.Outcome.PENDING
    ]
