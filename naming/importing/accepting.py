"""Repairs on offer for the rows of a file, agreed to all at once or row by row; the rows are then checked anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from geoapp.core.errors import Conflict
from naming.address_places import City, Gazetteer
from naming.importing.rows import RowReader
from naming.models import AddressImport, AddressImportRow

_State = AddressImportRow.State
REPAIRABLE = ("width", "blank", "order")
_OPEN = (AddressImport.State.CHECKED, AddressImport.State.CHECKING, AddressImport.State.DONE)


@dataclass(frozen=True)
class Offer:
    """A repair of one row: which part, what is written, what it would become."""

    index: int
    column: str
    value: str
    better: str


def offers(batch: AddressImport, *, most: int | None = None) -> Iterator[Offer]:
    """Yield the repairs not yet agreed to, in the order of the file."""
    if batch.accepted:
        return
    reader = RowReader(batch, Gazetteer(), City.none(), settings.GEOAPP_CITY)
    rows = AddressImportRow.objects.filter(batch=batch, state=_State.BLOCKED, accepted=False).order_by(
        "index"
    )
    given = 0
    for index, cells, findings in rows.values_list("index", "values", "findings").iterator(chunk_size=2000):
        if not any(f["code"] == "A-08" and f["variant"] in REPAIRABLE for f in findings or ()):
            continue
        for repair in reader.read(cells[1:], False).repairs:
            yield Offer(index, repair.column, repair.value, repair.better)
            given += 1
            if most is not None and given >= most:
                return


def accept(batch: AddressImport, indexes: Collection[int] | None = None) -> None:
    """Agree to the repairs of some rows, or (None) of all, and let every row be checked anew.

    Raises Conflict while rows are being read or entered.
    """
    with transaction.atomic():
        moved = AddressImport.objects.filter(pk=batch.pk, state__in=_OPEN).update(
            state=AddressImport.State.CHECKING,
            checked=0,
            checked_to=None,
            checked_seq=None,
            accepted=batch.accepted or indexes is None,
        )
        if not moved:
            raise Conflict(_("正在读入或者登记，现在不能接受修补"), remedy=_("请稍候刷新页面"))
        rows = AddressImportRow.objects.filter(batch=batch)
        if indexes is not None:
            rows.filter(index__among=sorted(indexes)).update(accepted=True)
        reset = rows.exclude(state=_State.ENTERED).filter(~Q(state=_State.STAGED) | Q(findings__isnull=False))
        reset.update(state=_State.STAGED, findings=None)
    batch.refresh_from_db()
