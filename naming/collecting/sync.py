"""A batch from the field: each item has its own transaction and its own answer, and repeating it changes nothing.

Fates: ``accepted`` · ``duplicate`` (this very revision came before) · ``superseded`` (a later one came before) ·
``conflict`` (kept, but another door has the number: who, and the next free one) · ``refused`` (reason and remedy;
the phone keeps it). A door that arrives is never dropped: late, reassigned or second, it is written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core.errors import AppError, BadInput, Forbidden, NotFound
from geoapp.core.geometry import frame_geos
from geoapp.core.models import User
from geoapp.core.roles import Grant, Role
from naming.collecting import claims
from naming.collecting.reading import Batch, DoorForm, Item, read_door, read_item
from naming.collection import street_as_numbered
from naming.models import CollectedDoor, CollectedRevision, CollectTask

State = CollectedDoor.State
FIELD_ROLES = (Role.COLLECTOR, Role.TOWN)


def may_collect(held: Iterable[Grant], user: User, task: CollectTask) -> bool:
    """Say whether a person may send doors of a task: it is theirs, or lies where they collect."""
    if task.assigned_to_id == user.pk:
        return True
    return any(g.role in FIELD_ROLES and g.covers(task.jurisdiction) for g in held)


def receive(batch: Batch, *, user: User, held: list[Grant], at: datetime) -> list[dict[str, Any]]:
    """Write a batch down; return one answer per item, in its order."""
    return [_answer_item(raw, batch, user, held, at) for raw in batch.items]


def _answer_item(raw: Any, batch: Batch, user: User, held: list[Grant], at: datetime) -> dict[str, Any]:
    door_id = raw.get("door") if isinstance(raw, dict) else None
    revision = raw.get("revision") if isinstance(raw, dict) else None
    try:
        item = read_item(raw)
        with transaction.atomic():
            fate = _receive_item(item, batch, user, held, at)
        door = CollectedDoor.objects.select_related("task", "collected_by").get(pk=item.door)
        return {"door": str(item.door), "revision": item.revision, "fate": fate, **standing_of(door, at)}
    except AppError as error:
        return {
            "door": door_id,
            "revision": revision,
            "fate": "refused",
            "reason": error.message,
            "remedy": error.remedy,
            "field": error.field,
        }
    except IntegrityError:
        # The same door on its way twice at this moment, under two tasks: one is written, the other asks again.
        return {
            "door": door_id,
            "revision": revision,
            "fate": "refused",
            "reason": _("这个门正在从另一处上传"),
            "remedy": _("稍后会自动重试"),
            "field": "door",
            "retry": True,
        }


def _receive_item(item: Item, batch: Batch, user: User, held: list[Grant], at: datetime) -> str:
    fate = _seen_before(item)
    if fate:
        _check_owner(item, user, held)
        return fate
    form = read_door(item.payload, timezone.localdate(at))
    task = CollectTask.objects.select_related("jurisdiction").filter(pk=form.task).first()
    if task is None:
        raise NotFound(_("没有这项采集任务"), field="task", remedy=_("请刷新任务列表，或联系镇街"))
    if not may_collect(held, user, task):
        raise Forbidden(
            _("这项任务没有交给您"), field="task", remedy=_("请联系镇街分配任务后再上传，本机数据仍在")
        )
    before = CollectedDoor.objects.filter(pk=item.door).first()
    claims.lock(
        [before and before.street_id, form.values["street"] and form.values["street"].pk], task.community_id
    )
    # Asked again under the lock: the same batch may be on its way twice.
    before = CollectedDoor.objects.select_related("task").filter(pk=item.door).first()
    fate = _seen_before(item)
    if fate:
        return fate
    if before is not None:
        _check_change(before, item, task, user)
    skew_s = (at - batch.device_now).total_seconds()
    door = _filled(before, item, form, task, batch, user, at, skew_s)
    old_claim = before.claim if before else ""
    door.save(force_insert=before is None)
    CollectedRevision.objects.create(
        door=door,
        revision=item.revision,
        device=batch.device,
        payload=item.payload,
        payload_hash=item.payload_hash,
        recorded_at=form.recorded_at,
        received_at=at,
        clock_skew_s=skew_s,
        sent_by=user,
    )
    claims.settle({old_claim, door.claim})
    door.refresh_from_db(fields=["state"])
    return "conflict" if door.state == State.CONFLICT else "accepted"


def _seen_before(item: Item) -> str:
    """Return ``duplicate`` or ``superseded`` for what came before, '' for something new."""
    rows = CollectedRevision.objects.filter(door_id=item.door)
    same = rows.filter(revision=item.revision).first()
    if same is not None:
        if same.payload_hash != item.payload_hash:
            raise BadInput(
                _("第 %(n)s 次修订已经上传过，内容不同") % {"n": item.revision},
                field="revision",
                remedy=_("请在本机重新保存这个门（修订号会加一）后再上传"),
            )
        return "duplicate"
    return "superseded" if rows.filter(revision__gt=item.revision).exists() else ""


def _check_owner(item: Item, user: User, held: list[Grant]) -> None:
    door = CollectedDoor.objects.select_related("task__jurisdiction").get(pk=item.door)
    if door.collected_by_id != user.pk and not may_collect(held, user, door.task):
        raise Forbidden(_("这项任务没有交给您"), field="task", remedy=_("请由采集人上传"))


def _check_change(before: CollectedDoor, item: Item, task: CollectTask, user: User) -> None:
    if before.collected_by_id != user.pk:
        raise Forbidden(
            _("这个门由“%(name)s”采集") % {"name": before.collected_by},
            field="door",
            remedy=_("请由采集人修改，或请镇街退回"),
        )
    if before.task_id != task.pk:
        raise BadInput(_("这个门属于另一项任务"), field="task", remedy=_("请在原任务中修改"))
    if before.state == State.ACCEPTED:
        raise BadInput(_("镇街已通过这个门，不能再改"), field="door", remedy=_("确需更正的，请联系镇街退回"))


def _filled(
    before: CollectedDoor | None,
    item: Item,
    form: DoorForm,
    task: CollectTask,
    batch: Batch,
    user: User,
    at: datetime,
    skew_s: float,
) -> CollectedDoor:
    door = CollectedDoor(
        id=item.door,
        task=task,
        device=batch.device,
        seq=form.seq,
        revision=item.revision,
        payload_hash=item.payload_hash,
        recorded_at=form.recorded_at,
        first_received_at=before.first_received_at if before else at,
        received_at=at,
        clock_skew_s=skew_s,
        collected_by=user,
        resolution=form.resolution,
        geom=frame_geos(form.point),
        # What the town wrote when it returned the door stays to be read beside the new revision.
        review_note=before.review_note if before else "",
        reviewed_by=before.reviewed_by if before else None,
        reviewed_at=before.reviewed_at if before else None,
        synthetic=task.synthetic,
        **form.values,
    )
    door.claim = claims.claim_of(door)
    # Who comes to a number, or comes back to it, stands behind those who already speak for it.
    stays = before is not None and before.claim == door.claim and before.state != State.WITHDRAWN
    door.turn = before.turn if before is not None and stays else claims.next_turn(door.claim)
    theirs = form.resolution == CollectedDoor.Resolution.THEIRS
    door.state = State.WITHDRAWN if theirs else State.RECEIVED
    on = timezone.localdate(at)
    known = claims.registered_of(door, on)
    door.registered = known.address_id if known else None
    if door.street_id:
        street = street_as_numbered(door.street_id, on)
        door.side = street.place((form.point.x, form.point.y)).side if street else ""
    return door


def standing_of(door: CollectedDoor, at: datetime) -> dict[str, Any]:
    """Return how a door stands now, for its phone: state, note of the town, who has the number, the next free one."""
    answer: dict[str, Any] = {
        "state": door.state,
        "server_revision": door.revision,
        "note": door.review_note if door.state == State.RETURNED else "",
        "photos": sorted({photo.kind for photo in door.photos.all()}),
    }
    if door.state == State.CONFLICT:
        free = claims.next_free(door, timezone.localdate(at))
        answer["conflict"] = {
            "with": [claims.as_rival(other, door) for other in claims.rivals(door)[:5]],
            "registered": claims.blocked_by_register(door),
            "next": {"number": free.number, "sub_number": free.sub_number, "why": free.why()}
            if free
            else None,
            "chosen": door.resolution,
        }
    return answer
