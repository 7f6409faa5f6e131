"""The third pass: accepted rows enter the register, a batch, an act and a transaction at a time.

A row's state changes in the transaction that enters its address, whose identity follows from import and row: killed
at any point and run again, the register holds the same addresses, each once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from boundaries.models import UnitVersion
from geoapp.core import acts, bulk
from geoapp.core.database import lock_rows
from geoapp.core.effective import known, recorded
from geoapp.core.errors import BadInput, Conflict
from naming import published
from naming.address_batch import PLOT
from naming.address_register import enter_rows, streets_to_lock
from naming.importing import changing
from naming.importing.changing import Former
from naming.importing.checking import Checker, write_states
from naming.importing.rows import COLUMNS, Staged, address_id, columns_of
from naming.importing.siding import Sides
from naming.models import (
    AddressCode,
    AddressImport,
    AddressImportRow,
    AddressPosition,
    AddressVersion,
    PlaceNameVersion,
)

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
        self._sides = Sides(batch, self._checker.profile)
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
            staged = self._checker.reader.staged(rows)
            streets = {row[3] for row in rows}
            # A door that leaves a street gives up its number there: that street is held too.
            streets |= {former.street for former in changing.formers_of(staged, batch.on).values()}
            lock_rows(*streets_to_lock(sorted(streets)))
            if self._moved(sorted(streets)):
                self._checker = Checker(batch)
                staged = self._judge_again(rows)
            staged, changes = self._changes(staged)
            values: dict[str, Any] = {"entered_to": rows[-1][3], "entered": batch.entered + len(staged)}
            if staged:
                values["acts"] = [*batch.acts, self._enter(staged, changes)]
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
            recorded(AddressVersion.objects.filter(others, street_id__among=streets)).exists()
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

    def _changes(self, staged: Sequence[Staged]) -> tuple[list[Staged], dict[int, Former]]:
        """Find, under the locks, what each row changes; a row whose former address is gone is not entered."""
        if not any(one.reading.former for one in staged):
            return list(staged), {}
        held = changing.formers_of(staged, self.batch.on)
        kept: list[Staged] = []
        found: dict[int, Former] = {}
        gone: list[Staged] = []
        taken: set[UUID] = set()
        for one in staged:
            former = held.get(one.index)
            if not one.reading.former:
                kept.append(one)
            elif former is None or former.later or former.address in taken:
                gone.append(one)
            else:
                taken.add(former.address)
                found[one.index] = former
                kept.append(changing.as_change(one, former))
        write_states([(one.row, _State.BLOCKED.value, [changing.GONE]) for one in gone])
        return kept, found

    def _enter(self, staged: Sequence[Staged], changes: dict[int, Former]) -> int:
        batch = self.batch
        sides = self._sides.of(staged)
        with acts.act("import_addresses", at=timezone.now(), actor=self.actor) as act:
            columns = columns_of(batch, staged, sides)
            pairs = [(s, changes[s.index]) for s in staged if s.index in changes]
            new = [s for s in staged if s.index not in changes]
            versions = [
                {
                    **columns[s.index],
                    "address_id": address_id(batch, s.index),
                    "secret": False,
                    "valid_from": batch.on,
                    "act_in": act.seq,
                }
                for s in new
            ]
            enter_rows(versions, method=AddressPosition.Method.IMPORT)
            self._plots(new, act.seq)
            published.publish_entered(
                versions, seq=act.seq, communities=self._communities, streets=self._streets(new)
            )
            lines = changing.carry_out(batch, pairs, columns, act.seq)
            public = changing.publish(pairs, act.seq)
            AddressImportRow.objects.filter(row__among=[s.row for s in staged]).update(
                state=_State.ENTERED, act=act.seq
            )
            # All that came on record by this act is public, or the public ones are listed.
            listed = [str(v["address_id"]) for v in versions] + [str(address) for address in public]
            act.payload |= {
                "import": str(batch.pk),
                "file": batch.filename,
                "sha256": batch.sha256,
                "on": batch.on,
                "addresses": len(new),
                "rows": [min(s.index for s in staged), max(s.index for s in staged)],
                "note": batch.note,
                "publish": [
                    {
                        "layer": "addresses",
                        "ids": "addresses" if len(public) == len(pairs) else listed,
                        "known_at": act.seq,
                    }
                ],
            }
            if lines:
                act.payload["changes"] = lines
        return act.seq

    def _streets(self, staged: Sequence[Staged]) -> dict[UUID, str]:
        """Return the names a published row shows: those known now, as ``publish`` reads them."""
        places = {s.place.id for s in staged if s.place is not None}
        rows = known(PlaceNameVersion.objects.filter(place_id__among=sorted(places)))
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
