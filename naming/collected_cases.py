"""From accepted doors to door cases by one press: batches of a size, every door once, whoever presses first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from boundaries.models import Unit
from geoapp.core import cases
from geoapp.core.errors import BadInput, Conflict, Forbidden
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case, User
from geoapp.core.roles import Grant, Role
from naming import door_intake
from naming.collected_desk import Stand, Standing, naming_cases, standings, wanted_key
from naming.collected_items import is_over
from naming.door_forms import INSIDE, DoorForm
from naming.models import AddressItem, CollectedDoor, CollectedItem, CollectTask, NameWanted

PER_CASE = 200
"""How many doors one case takes at most: a list an officer can still go through (a working value)."""
_Basis = AddressItem.Basis


@dataclass(frozen=True)
class Opened:
    """What a press brought: new cases with how many doors, and cases that hold chosen doors already."""

    cases: tuple[Case, ...]
    doors: int
    held_by: tuple[Case, ...]


def may_open(held: Sequence[Grant], task: CollectTask) -> bool:
    """Say whether a person may turn the doors of a task into cases: the window of its town."""
    return any(g.role == Role.TOWN and g.covers(task.jurisdiction) for g in held)


def open_cases(
    task: CollectTask,
    chosen: Collection[UUID] | None,
    *,
    actor: User,
    held: Sequence[Grant],
    basis: str,
    permit_number: str,
    at: datetime,
) -> Opened:
    """Open door cases with all ready doors of a task (``chosen`` None), or with the ready ones among the chosen.

    Holds the community's lock, so that of two who press at once the second is told of the first one's case. Raises
    Forbidden, BadInput naming the field, Conflict when there is nothing to number.
    """
    on = timezone.localdate(at)
    if not may_open(held, task):
        raise Forbidden(_("只有所在镇街的窗口可以生成编号案件"), remedy=_("请由所在镇街办理"))
    if basis not in _Basis.values:
        raise BadInput(
            _("没有选择依据的审批文件"), field="basis", remedy=_("请从列表中选择；没有的只能编临时号")
        )
    permit_number = " ".join(permit_number.split())
    if len(permit_number) > 100:
        raise BadInput(_("批准文号超过 100 个字"), field="permit_number", remedy=_("请核对文号"))
    if chosen is not None and not chosen:
        raise BadInput(_("没有选中任何门"), field="door", remedy=_("请先勾选"))
    with transaction.atomic():
        _lock(task.community_id)
        rows = [row for row in standings(task, on) if chosen is None or row.door.pk in chosen]
        ready = [row for row in rows if row.state == Stand.READY]
        taken = {row.item.case.pk: row.item.case for row in rows if row.item is not None}
        if not ready:
            if not taken:
                raise Conflict(_("没有待编号的门"), field="door", remedy=_("请刷新页面，按最新的情况办理"))
            return Opened((), 0, tuple(taken.values()))
        opened = [
            door_intake.open_many(
                actor=actor,
                forms=[_form(row, basis, permit_number) for row in batch],
                reason=_reason(task),
                at=at,
                synthetic=task.synthetic,
            )
            for batch in _batches(ready)
        ]
    for case in opened:
        door_intake.check_items(case, at)
    return Opened(tuple(cases.case_of(c.number) for c in opened), len(ready), ())


def leave_cases_alone(doors: Collection[UUID]) -> None:
    """Raise Conflict when one of the doors is held by a case: it is not reviewed again behind the case's back."""
    rows = CollectedItem.objects.filter(door_id__in=list(doors)).select_related("item__case", "door")
    for row in rows:
        if not is_over(row.item):
            raise Conflict(
                _("“%(door)s”已在案件 %(number)s 中")
                % {"door": row.door.plate_text or row.door.number or "—", "number": row.item.case.number},
                field="door",
                remedy=_("请在案件中办理；要退回采集的，先从案件中移除"),
            )


def want_name(door: CollectedDoor, naming_case: Case) -> None:
    """Remember which case names what a collector wrote down; a new case takes the place of one that ended.

    Raises Conflict when another case that is under way names it already. Call inside a transaction.
    """
    _lock(door.task.community_id)
    community, written = wanted_key(door)
    other = naming_cases([door]).get((community, written))
    if other is not None and other.pk != naming_case.pk:
        raise Conflict(
            _("“%(name)s”已有命名案件 %(number)s") % {"name": written, "number": other.number},
            field="name",
            remedy=_("请在那件案件中办理"),
        )
    NameWanted.objects.update_or_create(
        community_id=community, written=written, defaults={"naming_case": naming_case}
    )


def _lock(community: UUID) -> None:
    """Let nobody else open or review in this community until the transaction ends (SQLite has one writer already).

    Not against key shares: a counter that files for the same community holds its case number and refers to the
    community's row, and must not wait for one who waits for the next number.
    """
    Unit.objects.select_for_update(no_key=True).get(pk=community)


def _batches(rows: Sequence[Standing]) -> Iterator[list[Standing]]:
    """Yield the doors in the order of their numbers along each street: a sub-number follows its number."""
    ordered = sorted(rows, key=_order)
    for start in range(0, len(ordered), PER_CASE):
        yield ordered[start : start + PER_CASE]


def _order(row: Standing) -> tuple[str, str, float, int, tuple[str, ...]]:
    door = row.door
    number = float("inf") if door.number is None else door.number
    inside = tuple(getattr(door, part) for part in INSIDE)
    return row.name, str(row.street), number, door.sub_number or 0, inside


def _form(row: Standing, basis: str, permit_number: str) -> DoorForm:
    door = row.door
    kind = AddressItem.Kind.TEMPORARY if basis == _Basis.NONE else AddressItem.Kind.NEW
    return DoorForm(
        kind,
        to_shapely(door.geom),
        row.community,
        row.street,
        street_text="",
        number=door.number,
        sub_number=door.sub_number,
        basis=basis,
        permit_number=permit_number,
        collected=str(door.pk),
        **{part: getattr(door, part) for part in INSIDE},
    )


def _reason(task: CollectTask) -> str:
    with translation.override("zh-hans"):
        return _("采集任务“%(block)s”核对通过的门，集中编号") % {"block": task.block}
