"""What a case page shows of a door case: doors, numbers given, tasks, plates, and the owner for those who may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.geometry import to_geojson, to_shapely
from geoapp.core.models import Case
from geoapp.core.roles import OFFICERS, Grant, roles_of
from geoapp.planner.views.case_rooms import (
    _COMMON_LABELS,
    ROOMS,
    Room,
    finding_features,
    findings_of,
)
from naming import door_intake, door_numbers, door_owner, door_review
from naming.addressing.compose import number_text
from naming.door_intake import community_name
from naming.door_judging import standard_name
from naming.door_procedure import DOOR_NUMBERING
from naming.door_tasks import plates_of
from naming.models import AddressItem, CollectedDoor, Confirmation, DoorTask, Plate, Renumbering


def _doors(case: Case) -> list[dict[str, Any]]:
    rows = AddressItem.objects.filter(item__case=case).select_related(
        "item__case", "item__collected_door__door__task", "naming_case"
    )
    rows = rows.prefetch_related("item__collected_door__door__photos")
    papers = {p.item_id: p for p in Confirmation.objects.filter(item__case=case)}
    lines = {r.address_id: r for r in Renumbering.objects.filter(case=case)}
    words = Words(timezone.localdate())
    return [row_of(row, case, papers, lines, words) for row in rows.order_by("item__seq")]


class Words:
    """The names of streets and communities on a day, each asked for once: a case may hold hundreds of doors."""

    def __init__(self, on: date) -> None:
        self.street = cache(lambda key: standard_name(key, on))
        self.community = cache(lambda key: community_name(key, on))


def row_of(
    row: AddressItem,
    case: Case,
    papers: Mapping[Any, Any],
    lines: Mapping[Any, Any],
    words: Words | None = None,
) -> dict[str, Any]:
    """Return a door as pages show it; ``papers`` and ``lines`` are its case's, by item and by address."""
    on = timezone.localdate()
    words = words or Words(on)
    named = words.street(row.street_id)
    wish = number_text(row.number, row.sub_number) if row.number else ""
    suggestion = None
    undecided = row.item.outcome == "pending" and row.item.kind != AddressItem.Kind.CANCEL
    if undecided and not row.number and row.street_id and case.status in {"draft", "collected", "checked"}:
        besides = [row.address_id] if row.address_id else []
        suggestion = door_numbers.suggest(row.street_id, to_shapely(row.geom), on, besides=besides)
    return {
        "item": row.item,
        "name": row.item.title,
        "door": row,
        "kind": AddressItem.Kind(row.item.kind).label,
        "street": named.name if named else row.street_text,
        "unnamed": named is None and row.item.kind != AddressItem.Kind.CANCEL,
        "community": words.community(row.community_id),
        "wish": wish,
        "suggestion": suggestion,
        "inside": [part for part in row.inside() if part],
        "seen": seen_in_field(row),
        "paper": papers.get(row.item_id),
        "line": lines.get(row.item.subject_id),
        **findings_of(row.item),
    }


def seen_in_field(row: AddressItem) -> CollectedDoor | None:
    """Return the collected door an item was made of, with its plate and photos; None for one from the counter."""
    link = getattr(row.item, "collected_door", None)
    return link.door if link is not None else None


def _features(case: Case) -> list[dict[str, Any]]:
    features = []
    for row in AddressItem.objects.filter(item__case=case).select_related("item").order_by("item__seq"):
        features.append(
            {
                "type": "Feature",
                "id": str(row.item_id),
                "geometry": to_geojson(to_shapely(row.geom)),
                "properties": {
                    "name": number_text(row.given_number, row.given_sub)
                    if row.given_number
                    else str(row.item.seq),
                    "seq": row.item.seq,
                    "outcome": row.item.outcome,
                    "role": "item",
                },
            }
        )
        features += finding_features(row.item)
    return features


def _extra(case: Case) -> dict[str, Any]:
    sample = set(door_review.sample_of_case(case)) if case.status == "checked" else set()
    return {
        "door_tasks": case.door_tasks.select_related("done_by"),  # type: ignore[attr-defined]
        "untold": [
            (code, label)
            for code, label in DoorTask.Recipient.choices
            if case.door_tasks.filter(kind="notify", recipient=code, done_on__isnull=True).exists()  # type: ignore[attr-defined]
        ],
        "plates": plates_of(case).prefetch_related("photos__attachment"),
        "plates_ordered": plates_of(case).filter(state=Plate.State.ORDERED),
        "sampled": sample,
        "sampled_items": case.items.filter(pk__in=sample),
    }


def _private(case: Case, held: Iterable[Grant]) -> dict[str, Any]:
    held = list(held)
    shown = {
        "may_open_naming": "applicant" in roles_of(held),
        "may_see_tasks": bool(OFFICERS & roles_of(held)),
    }
    if not door_owner.may_read(held, case):
        return shown
    return shown | {"owner_shown": True, "owner": door_owner.owner_of(case, held)}


def _turn(case: Case) -> set[str] | None:
    """Return who moves next where the state alone does not say: whoever has a task left."""
    if case.status != "numbered":
        return None
    kinds = {t.kind for t in case.door_tasks.all() if t.done_on is None}  # type: ignore[attr-defined]
    people = {"notify": "police", "plates": "proposer", "release": "resources"}
    return {people[kind] for kind in kinds}


ROOMS[DOOR_NUMBERING.code] = Room(
    "planner/case/doors.html",
    _doors,
    _features,
    lambda case: f"{reverse('planner:door_counter')}?case={case.number}",
    {
        **_COMMON_LABELS,
        "add_item": _lazy("增加一扇门"),
        "change_item": _lazy("修改一扇门"),
        "remove_item": _lazy("移除一扇门"),
        "change_owner": _lazy("修改业主信息"),
        "erase_owner": _lazy("清除业主信息"),
        "link_naming": _lazy("关联命名案件"),
    },
    door_intake.remove_item,
    _extra,
    private=_private,
    turn=_turn,
)
