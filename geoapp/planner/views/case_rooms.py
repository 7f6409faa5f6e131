"""What a case page shows of a case's items: one room for each kind of procedure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from boundaries import decisions as land
from boundaries import intake as adjustments
from boundaries.drawing import Drawn
from boundaries.impact import impact_of
from boundaries.judging import drawn_of, units_of
from boundaries.models import AdjustmentItem, Meeting, UnitVersion
from boundaries.naming_matter import contents_of
from boundaries.ports import NamingContents
from boundaries.registration import moved_since
from geoapp.core import wording
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_geojson, to_shapely
from geoapp.core.models import Case, CaseItem, FindingRow
from naming import intake as streets
from naming.derived import DerivedName, derived_names
from naming.gazetteer import form_of
from naming.models import RenameItem, StreetItem


@dataclass(frozen=True)
class Room:
    """How the items of a procedure are shown: template, rows, map features, words, where they are drawn.

    ``part``, where there is one, shows what the page's query asks for of many items, in place of ``rows``; ``private`` is what a person with these grants may see besides; ``turn`` names who moves next where the state
    alone does not say.
    """

    template: str
    rows: Callable[[Case], list[dict[str, Any]]]
    features: Callable[[Case], list[dict[str, Any]]]
    draw_url: Callable[[Case], str]
    labels: Mapping[str, Any]
    remove: Callable[..., None]
    extra: Callable[[Case], dict[str, Any]] = lambda case: {}
    part: Callable[[Case, Mapping[str, Any]], dict[str, Any]] | None = None
    private: Callable[[Case, Any], dict[str, Any]] = lambda case, held: {}
    turn: Callable[[Case], set[str] | None] = lambda case: None
    outcomes: tuple[str, ...] = ("approved", "refused", "sent_back")


OUTCOMES = {
    "approved": _lazy("批准"),
    "refused": _lazy("不予批准"),
    "sent_back": _lazy("退回"),
    "split_off": _lazy("另案办理"),
}


def findings_of(item: CaseItem) -> dict[str, Any]:
    """Return an item's findings in groups, blocking ones first, and which are new since submission."""
    return findings_of_all([item.pk])[item.pk]


def findings_of_all(items: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what ``findings_of`` says of many items, by item: two queries, however many they are."""
    current: dict[UUID, list[FindingRow]] = {item: [] for item in items}
    earlier: dict[UUID, set[str]] = {item: set() for item in items}
    rows = FindingRow.objects.filter(item_id__among=list(items))
    for row in rows.filter(current=True).select_related("answered_by").order_by("pk"):
        current[row.item_id].append(row)
    for item, key in rows.filter(current=False, stage="submit").values_list("item_id", "key"):
        earlier[item].add(key)
    return {item: _in_groups(current[item], earlier[item]) for item in items}


def _in_groups(findings: Sequence[FindingRow], earlier: Collection[str]) -> dict[str, Any]:
    severities = (("block", _("阻断")), ("warn", _("警告")), ("info", _("提示")))
    return {
        "groups": [(s, label, [f for f in findings if f.severity == s]) for s, label in severities],
        "blocks": [f for f in findings if f.severity == "block"],
        "new_since_submission": [f for f in findings if earlier and f.key not in earlier],
    }


def finding_features(case: Case) -> dict[UUID, list[dict[str, Any]]]:
    """Return where the findings of a case's items point (CRS84), by item: one query."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = FindingRow.objects.filter(item__case=case, current=True, geometry__isnull=False)
    for finding in rows.order_by("pk"):
        found[finding.item_id].append(
            {
                "type": "Feature",
                "id": f"finding-{finding.pk}",
                "geometry": finding.geometry,
                "properties": {
                    "name": wording.message(finding),
                    "code": finding.code,
                    "severity": finding.severity,
                    "role": "finding",
                },
            }
        )
    return found


def _streets(case: Case) -> list[dict[str, Any]]:
    rows = StreetItem.objects.filter(item__case=case).select_related("item__split_to", "item__renaming")
    return [
        {
            "item": row.item,
            "name": row.item.title,
            "renaming": getattr(row.item, "renaming", None),
            "street": row,
            "pinyin": form_of(row.name, row.pinyin).pinyin_std,
            "length_m": row.geom.length,
            "derived": _derived(row, case),
            **findings_of(row.item),
        }
        for row in rows.order_by("item__seq")
    ]


def _derived(row: StreetItem, case: Case) -> list[DerivedName]:
    """Return the names that hang on the one an item gives up, while that is still to be decided."""
    asked = getattr(row.item, "renaming", None)
    if asked is None or row.item.outcome != CaseItem.Outcome.PENDING:
        return []
    return derived_names(asked.place_id, asked.old_name, row.name, timezone.localdate(), case=case)


def _street_features(case: Case) -> list[dict[str, Any]]:
    features, pointed = [], finding_features(case)
    for row in StreetItem.objects.filter(item__case=case).select_related("item").order_by("item__seq"):
        properties = {"name": row.name, "seq": row.item.seq, "outcome": row.item.outcome, "role": "item"}
        features.append(
            {
                "type": "Feature",
                "id": str(row.item_id),
                "geometry": to_geojson(to_shapely(row.geom)),
                "properties": properties,
            }
        )
        features += pointed[row.item_id]
    return features


def _adjustment_rows(case: Case) -> list[AdjustmentItem]:
    rows = AdjustmentItem.objects.filter(item__case=case).select_related("item__case").order_by("item__seq")
    return list(rows)


def _drawing(row: AdjustmentItem) -> Drawn | None:
    decided = row.item.case.decided_at is not None
    if decided and row.item.outcome == CaseItem.Outcome.APPROVED:
        return None
    drawn = drawn_of(row, timezone.localdate())
    return drawn if isinstance(drawn, Drawn) else None


def _adjustments(case: Case) -> list[dict[str, Any]]:
    today = timezone.localdate()
    found = []
    for row in _adjustment_rows(case):
        drawn = _drawing(row)
        found.append(
            {
                "item": row.item,
                "name": row.item.title,
                "adjustment": row,
                "namings": _namings(row, today),
                "impact": impact_of(drawn, units_of(row), today) if drawn and drawn.refused is None else None,
                "moved": moved_since(row, today) if row.item.outcome == "pending" else [],
                **findings_of(row.item),
            }
        )
    return found


def _namings(row: AdjustmentItem, today: date) -> list[NamingContents]:
    """Return the naming matter of a renaming: as it was applied for, on the day before it was decided."""
    decided = row.item.outcome == CaseItem.Outcome.APPROVED and row.item.case.decided_at is not None
    return contents_of(row, row.item.case.decision.effective_on - timedelta(days=1) if decided else today)


def _adjustment_features(case: Case) -> list[dict[str, Any]]:
    features, pointed = [], finding_features(case)
    for row in _adjustment_rows(case):
        drawn = _drawing(row)
        if drawn is not None:
            features += land_features(row, drawn)
        else:
            features += _registered_features(row, case)
        features += pointed[row.item_id]
    return features


def _registered_features(row: AdjustmentItem, case: Case) -> list[dict[str, Any]]:
    ids = land.touched_by(case)
    on = case.decision.effective_on
    units = in_force(UnitVersion.objects.filter(unit_id__in=ids, unit__level="community"), on)
    return [
        {
            "type": "Feature",
            "id": str(row.item_id) if n == 0 else str(v.unit_id),
            "geometry": to_geojson(to_shapely(v.geom)),
            "properties": {"name": v.name, "seq": row.item.seq, "role": "item"},
        }
        for n, v in enumerate(units)
        if v.geom
    ]


def land_features(row: AdjustmentItem, drawn: Drawn) -> list[dict[str, Any]]:
    """Return the units an item moves, as they shall be (CRS84)."""
    names = {u.id: u.name for u in units_of(row).values() if u.name}
    return [
        {
            "type": "Feature",
            "id": str(row.item_id) if n == 0 else unit,
            "geometry": to_geojson(drawn.after[unit].geometry),
            "properties": {
                "name": names.get(unit) or drawn.after[unit].name,
                "seq": row.item.seq,
                "role": "item",
                "unit": unit,
            },
        }
        for n, unit in enumerate(u for u in drawn.moved if u in drawn.after)
    ]


def _land_extra(case: Case) -> dict[str, Any]:
    units = {unit for row in _adjustment_rows(case) for unit in row.base}
    rows = in_force(UnitVersion.objects.filter(unit_id__in=units, kind="village"), timezone.localdate())
    meetings = case.meetings.select_related("unit")  # type: ignore[attr-defined]
    names = {v.unit_id: v.name for v in UnitVersion.objects.filter(unit_id__in=[m.unit_id for m in meetings])}
    return {
        "villages": rows.order_by("code"),
        "bodies": Meeting.Body.choices,
        "meetings": [{"meeting": m, "village": names.get(m.unit_id, "")} for m in meetings],
        "codeless": land.codeless(set(land.touched_by(case))) if case.status == "decided" else [],
        "triggers": dict(RenameItem.Trigger.choices),
        "workbench": reverse("planner:workbench", args=[case.number]),
    }


_COMMON_LABELS = {
    "open": _lazy("建立草稿"),
    "change_reason": _lazy("修改申请理由"),
    "attach": _lazy("上传材料"),
    "clock_overdue": _lazy("期限已过"),
}
_LAND = Room(
    "planner/case/adjustments.html",
    _adjustments,
    _adjustment_features,
    lambda case: reverse("planner:workbench", args=[case.number]),
    {
        **_COMMON_LABELS,
        "add_item": _lazy("增加调整事项"),
        "change_item": _lazy("修改调整事项"),
        "remove_item": _lazy("移除调整事项"),
    },
    adjustments.remove_item,
    _land_extra,
)
ROOMS: dict[str, Room] = {
    "street_naming": Room(
        "planner/case/items.html",
        _streets,
        _street_features,
        lambda case: f"{reverse('planner:plan')}?case={case.number}",
        {
            **_COMMON_LABELS,
            "add_item": _lazy("增加街路巷"),
            "change_item": _lazy("修改街路巷"),
            "remove_item": _lazy("移除街路巷"),
            "split_off": _lazy("另案办理"),
        },
        streets.remove_item,
        outcomes=("approved", "refused", "sent_back", "split_off"),
    ),
    "unit_adjustment": _LAND,
    "division_change": _LAND,
}
