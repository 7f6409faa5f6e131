"""What the town does: make a task, hand it to somebody, go through what came back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from boundaries.models import UnitVersion
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput, Conflict, Forbidden
from geoapp.core.geometry import read_geometry, to_geojson
from geoapp.core.models import Jurisdiction, Membership, User
from geoapp.core.roles import OFFICERS, Grant
from naming.collecting import claims
from naming.collecting.sync import FIELD_ROLES
from naming.models import CollectedDoor, CollectTask

State = CollectedDoor.State
_LATEST = date(2100, 1, 1)


def may_manage(held: Iterable[Grant], task: CollectTask) -> bool:
    """Say whether an officer's area holds a task."""
    return any(g.role in OFFICERS and g.covers(task.jurisdiction) for g in held)


def managed(held: Iterable[Grant]) -> QuerySet[CollectTask]:
    """Return the tasks an officer may manage; the list form of ``may_manage``."""
    return _within(held, OFFICERS, Q(pk__in=[]))


def to_collect(held: Iterable[Grant], user: User) -> QuerySet[CollectTask]:
    """Return a collector's open tasks: theirs, and those of their area that nobody was given."""
    rows = _within(held, FIELD_ROLES, Q(assigned_to=user))
    return rows.filter(Q(assigned_to=user) | Q(assigned_to__isnull=True), state=CollectTask.State.OPEN)


def _within(held: Iterable[Grant], roles: Iterable[str], seen: Q) -> QuerySet[CollectTask]:
    for grant in held:
        if grant.role in roles:
            seen |= Q(jurisdiction__path=grant.path) | Q(jurisdiction__path__startswith=f"{grant.path}/")
    rows = CollectTask.objects.filter(seen).distinct()
    return rows.select_related("community", "jurisdiction", "assigned_to", "created_by")


def communities(held: Iterable[Grant], on: date) -> list[UnitVersion]:
    """Return the communities an officer may collect in, by code."""
    area = [g.path for g in held if g.role in OFFICERS]
    towns = in_force(UnitVersion.objects.filter(unit__level="town"), on)
    own = [
        town.unit_id
        for town in towns.select_related("unit__jurisdiction").defer("geom")
        if town.unit.jurisdiction
        and any(
            town.unit.jurisdiction.path == p or town.unit.jurisdiction.path.startswith(f"{p}/") for p in area
        )
    ]
    rows = in_force(UnitVersion.objects.filter(parent_id__in=own, landless=False), on)
    return list(
        rows.select_related("unit__jurisdiction", "parent__jurisdiction").defer("geom").order_by("code")
    )


def collectors(area: Iterable[Jurisdiction], on: date) -> list[User]:
    """Return those who may be given tasks in these areas: collectors and town officers whose area holds one."""
    rows = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), role__in=FIELD_ROLES, valid_from__lte=on
    ).select_related("user", "jurisdiction")
    wanted = list(area)
    found = {m.user for m in rows if any(m.jurisdiction.contains(j) for j in wanted)}
    return sorted((u for u in found if u.is_active), key=lambda u: u.username)


def _home(version: UnitVersion) -> Jurisdiction:
    own = version.unit.jurisdiction or (version.parent.jurisdiction if version.parent else None)
    if own is None:
        raise BadInput(_("这个村居没有管辖范围"), field="community", remedy=_("请管理员补登管辖范围"))
    return own


def create(
    data: Mapping[str, Any], *, user: User, held: Iterable[Grant], at: datetime, on: date
) -> CollectTask:
    """Make a task. Raises BadInput naming the field."""
    chosen = {str(v.unit_id): v for v in communities(held, on)}.get(str(data.get("community") or ""))
    if chosen is None:
        raise BadInput(_("请选择村居"), field="community", remedy=_("只能选择本辖区的村居"))
    block = " ".join(str(data.get("block") or "").split())
    if not block or len(block) > 100:
        raise BadInput(_("请填写片区名称"), field="block", remedy=_("如“东头片”“一组”，不超过 100 字"))
    setting = str(data.get("setting") or CollectTask.Setting.RURAL)
    if setting not in CollectTask.Setting.values:
        raise BadInput(_("请选择城区或乡村"), field="setting", remedy=_("决定定位精度的要求"))
    area = None
    if str(data.get("area") or "").strip():
        shape = read_geometry(data["area"], types=("Polygon",), field="area")
        area = to_geojson(shape)
    home = _home(chosen)
    return CollectTask.objects.create(
        community=chosen.unit,
        jurisdiction=home,
        block=block,
        area=area,
        setting=setting,
        assigned_to=_assignee(data, home, on),
        due_on=_due(data),
        note=str(data.get("note") or "").strip()[:1000],
        created_by=user,
        created_at=at,
    )


def _assignee(data: Mapping[str, Any], home: Jurisdiction, on: date) -> User | None:
    wanted = str(data.get("assigned_to") or "")
    if not wanted:
        return None
    found = next((u for u in collectors([home], on) if str(u.pk) == wanted), None)
    if found is None:
        raise BadInput(_("所选人员不在本辖区采集"), field="assigned_to", remedy=_("请选择本镇街的采集员"))
    return found


def _due(data: Mapping[str, Any]) -> date | None:
    text = str(data.get("due_on") or "").strip()
    if not text:
        return None
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None or found > _LATEST:
        raise BadInput(_("截止日期不对"), field="due_on", remedy=_("请按 2026-12-31 的样式填写"))
    return found


def change(task: CollectTask, data: Mapping[str, Any], *, version: int, on: date) -> CollectTask:
    """Hand a task to somebody else, set its day, end it or open it again. Raises Conflict when it was changed."""
    values: dict[str, Any] = {
        "assigned_to": _assignee(data, task.jurisdiction, on),
        "due_on": _due(data),
        "note": str(data.get("note") or "").strip()[:1000],
    }
    state = str(data.get("state") or task.state)
    if state not in CollectTask.State.values:
        raise BadInput(_("没有这种任务状态"), field="state", remedy=_("请从列表中选择"))
    rows = CollectTask.objects.filter(pk=task.pk, version=version)
    if not rows.update(version=version + 1, state=state, **values):
        raise Conflict(_("任务已被他人改动"), remedy=_("请刷新页面后再改"))
    task.refresh_from_db()
    return task


def review(
    task: CollectTask, chosen: Iterable[UUID], action: str, *, note: str, user: User, at: datetime
) -> list[CollectedDoor]:
    """Accept doors, return them with a note, or take one down as the same door as another. All or none.

    Raises BadInput, Conflict (the door changed meanwhile, or its number is another's) or Forbidden.
    """
    if action not in {"accept", "return", "withdraw"}:
        raise BadInput(_("没有这种操作"), field="action", remedy=_("请从页面上的按钮操作"))
    if action == "return" and not note:
        raise BadInput(_("请写明退回的原因"), field="note", remedy=_("采集员会在手机上看到"))
    wanted = list(dict.fromkeys(chosen))
    if not wanted:
        raise BadInput(_("没有选中任何门"), field="door", remedy=_("请先勾选"))
    with transaction.atomic():
        streets = task.doors.filter(pk__in=wanted).values_list("street_id", flat=True)
        claims.lock(list(streets), task.community_id)
        rows = list(task.doors.filter(pk__in=wanted).select_related("task"))
        if len(rows) != len(wanted):
            raise Forbidden(_("所选的门不在这项任务中"), field="door", remedy=_("请刷新页面"))
        for door in rows:
            _review_one(door, action)
            door.state = {"accept": State.ACCEPTED, "return": State.RETURNED, "withdraw": State.WITHDRAWN}[
                action
            ]
            door.review_note, door.reviewed_by, door.reviewed_at = note[:500], user, at
            door.save(update_fields=["state", "review_note", "reviewed_by", "reviewed_at"])
            claims.settle([door.claim])
    return rows


def _review_one(door: CollectedDoor, action: str) -> None:
    if action != "accept":
        if door.state == State.WITHDRAWN:
            raise Conflict(_("这个门已撤下"), field="door", remedy=_("请刷新页面"))
        return
    if door.state not in {State.RECEIVED, State.CONFLICT}:
        raise Conflict(
            _("“%(door)s”现在不能通过：%(state)s")
            % {"door": door.plate_text or door.number or "—", "state": door.get_state_display()},
            field="door",
            remedy=_("退回的门要等采集员改后重新上传"),
        )
    taken = claims.rivals(door).filter(state=State.ACCEPTED).first()
    if taken is not None or claims.blocked_by_register(door):
        raise Conflict(
            _("%(number)s 号已有另一个门") % {"number": door.number},
            field="door",
            remedy=_("请退回并注明下一个空号，或按同一扇门撤下"),
        )
