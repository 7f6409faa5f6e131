"""What a case page shows of a door case: doors, numbers given, tasks, plates, and the owner for those who may."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.geometry import to_geojson, to_shapely
from geoapp.core.models import Case
from geoapp.core.roles import OFFICERS, Grant, roles_of
from geoapp.planner.views.case_rooms import (
    _COMMON_LABELS,
    ROOMS,
    Room,
    finding_features,
)
from geoapp.planner.views.door_list import part_of
from naming import door_intake, door_owner, door_review
from naming.addressing.compose import number_text
from naming.door_procedure import DOOR_NUMBERING
from naming.door_tasks import plates_of
from naming.models import AddressItem, Plate


def _features(case: Case) -> list[dict[str, Any]]:
    features, pointed = [], finding_features(case)
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
        features += pointed[row.item_id]
    return features


def _extra(case: Case) -> dict[str, Any]:
    sample = set(door_review.sample_of_case(case)) if case.status == "checked" else set()
    tasks = list(case.door_tasks.select_related("done_by"))  # type: ignore[attr-defined]
    plates = list(plates_of(case).prefetch_related("photos__attachment"))
    return {
        "door_tasks": tasks,
        "untold": [
            (t.recipient, t.get_recipient_display()) for t in tasks if t.kind == "notify" and not t.done_on
        ],
        "plates": plates,
        "plates_ordered": [plate for plate in plates if plate.state == Plate.State.ORDERED],
        "plates_hung": sum(plate.state == Plate.State.HUNG for plate in plates),
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
    lambda case: part_of(case, {})["items"],
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
    part=part_of,
    private=_private,
    turn=_turn,
)
