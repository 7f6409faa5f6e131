"""A collected door is asked for once: the link from a door in the field to the item of a case it became."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from geoapp.core.errors import BadInput, Conflict
from geoapp.core.models import CaseItem
from naming.models import CollectedDoor, CollectedItem

OVER_CASES = frozenset({"withdrawn", "refused"})
OVER_ITEMS = frozenset({CaseItem.Outcome.REFUSED, CaseItem.Outcome.SENT_BACK})


def is_over(item: CaseItem) -> bool:
    """Say whether an item came to nothing: its door may be asked for again."""
    return item.case.status in OVER_CASES or item.outcome in OVER_ITEMS


def take(pairs: Iterable[tuple[CaseItem, str]]) -> None:
    """Link items to the collected doors they were made of ('' for none); inside the transaction that writes them.

    Raises BadInput for a door that does not exist, Conflict for one that is not accepted or has a case already.
    """
    wanted = {UUID(text): item for item, text in pairs if text}
    if not wanted:
        return
    doors = CollectedDoor.objects.filter(pk__among=list(wanted)).in_bulk()
    for key in wanted:
        if key not in doors:
            raise BadInput(_("没有这扇采集的门"), field="collected", remedy=_("请从采集任务中重新带入"))
        if doors[key].state != CollectedDoor.State.ACCEPTED:
            raise Conflict(
                _("“%(door)s”还没有核对通过，不能编号") % {"door": doors[key].plate_text or key},
                field="collected",
                remedy=_("请先在采集任务中核对"),
            )
    held = list(CollectedItem.objects.filter(door_id__among=list(wanted)).select_related("item__case"))
    held = [row for row in held if row.item_id != wanted[row.door_id].pk]
    for row in held:
        if not is_over(row.item):
            raise _taken(row.item.case.number)
    CollectedItem.objects.filter(pk__among=[row.pk for row in held]).delete()
    # An item that is filled in again for another door gives the first one back.
    CollectedItem.objects.filter(item_id__among=[item.pk for item in wanted.values()]).delete()
    rows = [CollectedItem(door_id=key, item=item) for key, item in wanted.items()]
    try:
        with transaction.atomic():
            CollectedItem.objects.bulk_create(rows, batch_size=400)
    except IntegrityError:
        # Somebody at another counter was faster by a moment.
        row = CollectedItem.objects.filter(door_id__among=list(wanted)).select_related("item__case").first()
        raise _taken(row.item.case.number if row else "—") from None


def _taken(number: str) -> Conflict:
    return Conflict(
        _("这扇门已在案件 %(number)s 中") % {"number": number},
        field="collected",
        remedy=_("请在那件案件中办理，或先从中移除"),
    )
