"""The third pass: accepted rows enter the register, a batch, an act and a transaction at a time.

A row's state changes in the transaction that enters its address, whose identity follows from import and row: killed
at any point and run again, the register holds the same addresses, each once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from boundaries.models import UnitVersion
from geoapp.core import acts, bulk
from geoapp.core.database import lock_rows
from geoapp.core.effective import known
from geoapp.core.errors import BadInput, Conflict
from naming import published
from naming.address_batch import PLOT
from naming.address_register import Names, enter_versions, streets_to_lock
from naming.importing.checking import Checker, write_states
from naming.importing.rows import COLUMNS, Staged, address_id, doors_of
from naming.models import AddressCode, AddressImport, AddressImportRow, AddressVersion, PlaceNameVersion

BATCH = 4000
_State = AddressImportRow.State


def begin(batch: AddressImport, note: str = "") -> None:
    """Let a checked import be entered. ``note``: why rows with warnings are entered; without it they wait.

    Raises Conflict when the import is not checked, BadInput when no row can be entered.
    """
    if batch.state == AddressImport.State.ENTERING:
        return
    chosen = [_State.STAGED, _State.WARNED] if note.strip() else [_State.STAGED]
    if not AddressImportRow.objects.filter(batch=batch, state__in=chosen).exists():
        raise BadInput(
            _("没有可以登记的行"),
            field="note",
            remedy=_("请先改正不通过的行；有警告的行，写明理由后可以登记"),
        )
    moved = AddressImport.objects.filter(
        pk=batch.pk, state__in=(AddressImport.State.CHECKED, AddressImport.State.DONE)
    ).update(state=AddressImport.State.ENTERING, entered_to=None, note=note.strip())
    if not moved:
        raise Conflict(_("这个文件还没有检查完"), remedy=_("请等检查完成后再登记"))
    batch.refresh_from_db()


class Enterer:
    """Enters the rows of an import that nothing stands against."""

    def __init__(self, batch: AddressImport, actor: Any = None) -> None:
        self.batch, self.actor = batch, actor
        self._checker = Checker(batch)
        self._states = [_State.STAGED, _State.WARNED] if batch.note else [_State.STAGED]
        units = known(UnitVersion.objects.filter(unit__level="community")).order_by("valid_from")
        self._communities = {
            u: (code, name) for u, code, name in units.values_list("unit_id", "code", "name")
        }

    def step(self) -> bool:
        """Enter the next batch; return False when there is none left."""
        batch = self.batch
        with transaction.atomic():
            # The import's own row first: two who enter the same file do so one after the other.
            lock_rows(AddressImport.objects.all(), [batch.pk])
            batch.refresh_from_db(fields=["state", "entered", "entered_to", "acts"])
            if batch.state != AddressImport.State.ENTERING:
                return False
            rows = self._next()
            if not rows:
                AddressImport.objects.filter(pk=batch.pk).update(state=AddressImport.State.DONE)
                batch.state = AddressImport.State.DONE
                return False
            streets = sorted({row[3] for row in rows})
            lock_rows(*streets_to_lock(streets))
            if self._moved(streets):
                self._checker = Checker(batch)
                staged = self._judge_again(rows)
            else:
                staged = self._checker.reader.staged(rows)
            values: dict[str, Any] = {"entered_to": rows[-1][3], "entered": batch.entered + len(staged)}
            if staged:
                values["acts"] = [*batch.acts, self._enter(staged, rows)]
            AddressImport.objects.filter(pk=batch.pk).update(**values)
        for key, value in values.items():
            setattr(batch, key, value)
        return True

    def _next(self) -> list[tuple[Any, ...]]:
        rows = AddressImportRow.objects.filter(batch=self.batch, state__in=self._states)
        if self.batch.entered_to is not None:
            rows = rows.filter(place__gte=self.batch.entered_to)
        return list(rows.order_by("place", "number", "sub_number", "index")[:BATCH].values_list(*COLUMNS))

    def _moved(self, streets: Sequence[UUID]) -> bool:
        """Whether somebody else changed these streets or their doors since the rows were checked."""
        others = Q(act_in__gt=self.batch.checked_seq or 0) & ~Q(act_in__in=self.batch.acts)
        return (
            AddressVersion.objects.filter(others, street_id__among=streets).exists()
            or PlaceNameVersion.objects.filter(others, place_id__among=streets).exists()
        )

    def _judge_again(self, rows: Sequence[tuple[Any, ...]]) -> list[Staged]:
        kept, found = [], []
        for one, state, told in self._checker.judged(rows):
            if state in self._states:
                kept.append(one)
            else:
                found.append((one.row, state, told))
        write_states(found)
        return kept

    def _enter(self, staged: Sequence[Staged], rows: Sequence[tuple[Any, ...]]) -> int:
        batch, city = self.batch, self._checker.city
        with acts.act("import_addresses", at=timezone.now(), actor=self.actor) as act:
            names = replace(
                city.names,
                streets={UUID(s.place.id): s.place.name for s in staged if s.place},
                villages={UUID(s.place.id) for s in staged if s.place and s.place.kind == "VIL"},
            )
            _anchors, versions, names = enter_versions(
                doors_of(batch, staged), seq=act.seq, valid_from=batch.on, names=names
            )
            self._plots(staged, act.seq)
            published.publish_entered(
                versions, seq=act.seq, communities=self._communities, streets=self._streets(names)
            )
            AddressImportRow.objects.filter(row__among=[s.row for s in staged]).update(
                state=_State.ENTERED, act=act.seq
            )
            act.payload |= {
                "import": str(batch.pk),
                "file": batch.filename,
                "sha256": batch.sha256,
                "on": batch.on,
                "addresses": len(staged),
                "rows": [min(s.index for s in staged), max(s.index for s in staged)],
                "note": batch.note,
                "publish": [{"layer": "addresses", "ids": "addresses", "known_at": act.seq}],
            }
        return act.seq

    def _streets(self, names: Names) -> dict[UUID, str]:
        """Return the names a published row shows: those known now, as ``publish`` reads them."""
        rows = known(PlaceNameVersion.objects.filter(place_id__among=list(names.streets)))
        return dict(rows.values_list("place_id", "name"))

    def _plots(self, staged: Sequence[Staged], seq: int) -> None:
        bulk.insert(
            AddressCode,
            [
                AddressCode(
                    address_id=address_id(self.batch, s.index),
                    scheme=PLOT,
                    code=s.reading.plot,
                    valid_from=self.batch.on,
                    act_in=seq,
                )
                for s in staged
                if s.reading.plot
            ],
        )
