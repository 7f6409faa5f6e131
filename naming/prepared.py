"""Rows written beforehand: in short transactions, seen by nobody, until one act puts its number on them.

A batch lies in the table it is meant for, ``act_in = act_out = marker`` (``geoapp.core.effective.BATCHES``). Each entry
knows the rows that were read for it; what other acts changed since is found by their numbers and made again. See
geoapp/docs/decisions/0014.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Case as Whether
from django.db.models import F, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core import acts, bulk
from geoapp.core.effective import BATCHES
from geoapp.core.errors import Conflict, StillPreparing
from geoapp.core.models import Case
from naming.models import AddressVersion, CascadeBatch, CascadeSlice, PublishedAddress

SLICE = 240
"""Things per transaction: a lock of some hundredths of a second."""
IDLE_DAYS = 3
OPEN = (CascadeBatch.State.PREPARING, CascadeBatch.State.READY)
_TABLES: dict[str, tuple[type[models.Model], str]] = {
    CascadeBatch.Layer.REGISTER: (AddressVersion, "address_id"),
    CascadeBatch.Layer.PUBLIC: (PublishedAddress, "id"),
}


@dataclass(frozen=True)
class Made:
    """What one thing becomes: the rows it was read from, those that go, those that come (unsaved, or their numbers)."""

    thing: UUID
    read: list[int] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    written: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Home:
    """What an act puts into a column of the rows of some things that are in law from a day on, as it takes them up.

    For what could not be written beforehand, because only the act makes what it refers to.
    """

    column: str
    value: UUID
    things: Collection[UUID]
    since: date

    def put(self) -> Whether:
        """Return what the column becomes."""
        return Whether(When(valid_from__gte=self.since, then=Value(self.value)), default=F(self.column))


class Plan:
    """A batch with its entries in hand."""

    def __init__(self, batch: CascadeBatch) -> None:
        self.batch = batch
        self.model, self.thing = _TABLES[batch.layer]
        self.entries: dict[UUID, Made] = {}
        for entries in batch.slices.order_by("pk").values_list("entries", flat=True):
            for thing, read, replaced, written in entries:
                self.entries[UUID(thing)] = Made(UUID(thing), read, replaced, written)

    @property
    def rows(self) -> QuerySet[Any]:
        """The rows of the batch's table."""
        found: QuerySet[Any] = self.model.objects.all()  # type: ignore[attr-defined]
        return found

    def changed(self, concerned: QuerySet[Any]) -> set[UUID]:
        """Return the things that an act after ``checked_seq`` has changed; ``concerned`` are the rows in question."""
        since = self.batch.checked_seq
        found = set(concerned.filter(act_in__gt=since).values_list(self.thing, flat=True))
        return found | self.gone(act_out__isnull=False)

    def gone(self, **which: Any) -> set[UUID]:
        """Return the things some of whose rows that were read are among ``which`` now."""
        # A dict passes as it is: a list would be resolved value by value, thousands of times under the lock.
        read = dict.fromkeys(row for made in self.entries.values() for row in made.read)
        return set(self.rows.filter(row__among=read, **which).values_list(self.thing, flat=True))


def marker(batch: CascadeBatch) -> int:
    """Return what the rows of a batch carry instead of an act."""
    return BATCHES + batch.pk


def open_batch(
    about: dict[str, Any], *, layer: str, case: Case | None, subject: str = "", scope: Collection[str] = ()
) -> CascadeBatch:
    """Return the batch prepared for exactly this, a new one when there is none; others of the subject are given up."""
    key = key_of(about)
    now = timezone.now()
    with transaction.atomic():
        rows = CascadeBatch.objects.filter(layer=layer, state__in=OPEN)
        rows.filter(case=case, subject=subject).exclude(key=key).update(
            state=CascadeBatch.State.ABANDONED, version=F("version") + 1, touched_at=now
        )
        found = rows.filter(key=key).order_by("pk").first()
        return found or CascadeBatch.objects.create(
            key=key,
            layer=layer,
            case=case,
            subject=subject,
            scope=sorted(scope),
            checked_seq=acts.head_seq(),
            created_at=now,
            touched_at=now,
        )


def key_of(about: dict[str, Any]) -> str:
    """Return the key of what a batch is prepared for."""
    return hashlib.sha256(acts.canonical(about).encode()).hexdigest()


def fill(
    batch: CascadeBatch,
    concerned: Callable[[], QuerySet[Any]],
    things: Callable[[], Iterable[UUID]],
    make: Callable[[list[UUID]], list[Made]],
    *,
    until: float | None = None,
    beyond: Callable[[int], set[UUID]] | None = None,
) -> Plan | None:
    """Prepare what is missing, make again what changed, and return the plan; None when the batch was taken meanwhile.

    Each slice is read and made outside, then written in a transaction of its own; killed in the middle, the next call
    goes on. ``until`` is a moment of ``time.monotonic``: after it StillPreparing is raised, with how far it got.
    ``beyond`` tells what acts after one have changed in other tables the rows are made of.
    """
    while True:
        with suppress(_Overtaken):
            batch.refresh_from_db()
            if batch.state not in OPEN:
                return None
            if plan := _round(batch, concerned, things, make, until, beyond):
                return plan


def _round(
    batch: CascadeBatch,
    concerned: Callable[[], QuerySet[Any]],
    things: Callable[[], Iterable[UUID]],
    make: Callable[[list[UUID]], list[Made]],
    until: float | None,
    beyond: Callable[[int], set[UUID]] | None,
) -> Plan | None:
    plan, seq = Plan(batch), acts.head_seq()
    wanted = list(dict.fromkeys(things()))
    stale = plan.changed(concerned()) if seq != batch.checked_seq else set()
    if beyond and seq != batch.checked_seq:
        stale |= beyond(batch.checked_seq)
    stale |= plan.entries.keys() - set(wanted)
    missing = [thing for thing in wanted if thing not in plan.entries or thing in stale]
    ready = not missing
    if stale or not ready or seq != batch.checked_seq or batch.state != CascadeBatch.State.READY:
        _check_in(plan, stale, seq=seq, total=len(wanted), ready=ready)
    if ready:
        return plan
    for start in range(0, len(missing), SLICE):
        if until is not None and start and time.monotonic() > until:
            raise StillPreparing(batch.done, batch.total)
        _add(batch, make(missing[start : start + SLICE]))
    return None


class _Overtaken(Exception):
    """Somebody else worked on the batch: read it again."""


def _bump(batch: CascadeBatch, **values: Any) -> None:
    rows = CascadeBatch.objects.filter(pk=batch.pk, version=batch.version, state__in=OPEN)
    if not rows.update(version=F("version") + 1, touched_at=timezone.now(), **values):
        raise _Overtaken
    batch.version += 1
    for name, value in values.items():
        setattr(batch, name, value)


def _check_in(plan: Plan, stale: set[UUID], *, seq: int, total: int, ready: bool) -> None:
    """Record that the entries are right up to an act, without those that are not."""
    batch = plan.batch
    dropped = [plan.entries.pop(thing) for thing in stale & plan.entries.keys()]
    with transaction.atomic():
        _bump(
            batch,
            checked_seq=seq,
            total=total,
            done=len(plan.entries),
            replaced=batch.replaced - sum(len(m.replaced) for m in dropped),
            written=batch.written - sum(len(m.written) for m in dropped),
            redone=batch.redone + len(dropped),
            state=CascadeBatch.State.READY if ready else CascadeBatch.State.PREPARING,
        )
        if dropped:
            _delete(plan.model, batch, (row for m in dropped for row in m.written))
            gone = {m.thing.hex for m in dropped}
            for part in batch.slices.all():
                kept = [entry for entry in part.entries if entry[0] not in gone]
                if len(kept) != len(part.entries):
                    CascadeSlice.objects.filter(pk=part.pk).update(entries=kept)


def _add(batch: CascadeBatch, made: list[Made]) -> None:
    """Write one slice: its rows, and the entries that tell which they are."""
    model, thing = _TABLES[batch.layer]
    fresh = [row for m in made for row in m.written]
    for row in fresh:
        row.act_in = row.act_out = marker(batch)
    with transaction.atomic():
        _bump(
            batch,
            done=batch.done + len(made),
            replaced=batch.replaced + sum(len(m.replaced) for m in made),
            written=batch.written + len(fresh),
        )
        bulk.insert(model, fresh)
        numbers: dict[UUID, list[int]] = {}
        stored = model.objects.filter(  # type: ignore[attr-defined]
            **{f"{thing}__in": [m.thing for m in made]}, act_in=marker(batch), act_out=marker(batch)
        )
        for ident, number in stored.order_by("row").values_list(thing, "row"):
            numbers.setdefault(ident, []).append(number)
        CascadeSlice.objects.create(
            batch=batch,
            entries=[[m.thing.hex, m.read, m.replaced, numbers.get(m.thing, [])] for m in made],
        )


def activate(
    plan: Plan,
    concerned: QuerySet[Any],
    things: Callable[[], Iterable[UUID]],
    *,
    seq: int,
    besides: Collection[UUID] = (),
    follows: bool = False,
    homes: Collection[Home] = (),
) -> tuple[int, set[UUID]] | None:
    """Let act ``seq`` put a batch on record; return how many rows it replaced and what is left to do in its place.

    Left are the things that changed since the batch was checked; ``besides`` are not put on record at all. With
    ``follows`` what the act itself has changed before counts as changed. Two updates, one more for each of ``homes``,
    geometry untouched. None when another act has taken the batch: then everything is left. Inside the
    act's transaction. Raises Conflict when the rows are not as the plan says.
    """
    batch = plan.batch
    try:
        _bump(batch, state=CascadeBatch.State.ACTIVATED, act=seq)
        left: set[UUID] = set()
    except _Overtaken:
        # On PostgreSQL somebody may have topped the batch up since it was read.
        batch = CascadeBatch.objects.get(pk=batch.pk)
        if batch.state not in OPEN:
            return None
        plan = Plan(batch)
        try:
            _bump(batch, state=CascadeBatch.State.ACTIVATED, act=seq)
        except _Overtaken:
            return None
        left = set(things()) - plan.entries.keys()
    if batch.checked_seq != seq - 1:
        left |= plan.changed(concerned.filter(act_in__lt=seq))
    if follows:
        left |= plan.gone(act_out=seq)
    skipped = left | set(besides)
    live = {made.thing: made for made in plan.entries.values() if made.thing not in skipped}
    replaced = dict.fromkeys(row for made in live.values() for row in made.replaced)
    written = dict.fromkeys(row for made in live.values() for row in made.written)
    total, opened = len(written), 0
    with bulk.plain_updates(plan.model):
        closed = plan.rows.filter(row__among=replaced, act_out__isnull=True).update(act_out=seq)
        for home in homes:
            mine = dict.fromkeys(row for thing in home.things if thing in live for row in live[thing].written)
            written = {row: None for row in written if row not in mine}
            opened += _open(plan, mine, seq, **{home.column: home.put()})
        opened += _open(plan, written, seq)
    if (closed, opened) != (len(replaced), total):
        raise Conflict(
            _("预先备好的记录与登记簿不符（%(found)s／%(wanted)s 行）")
            % {"found": closed + opened, "wanted": len(replaced) + total},
            remedy=_("请再办一次；仍不行的，请管理员运行 manage.py daily 清理后重办"),
        )
    return len(replaced), left - set(besides)


def _open(plan: Plan, rows: dict[int, None], seq: int, **values: Any) -> int:
    mine = plan.rows.filter(row__among=rows, act_in=marker(plan.batch))
    return mine.update(act_in=seq, act_out=None, **values)


def _delete(model: type[models.Model], batch: CascadeBatch, numbers: Iterable[int]) -> int:
    # Only what still carries the marker: a row that an act has taken is out of reach.
    rows = model.objects.filter(row__among=dict.fromkeys(numbers), act_in=marker(batch))  # type: ignore[attr-defined]
    deleted: int = rows._raw_delete(rows.db)
    return deleted


def give_up(layer: str) -> int:
    """Abandon what lies open for a table (its rows are about to be written anew); return how many batches."""
    return CascadeBatch.objects.filter(layer=layer, state__in=OPEN).update(
        state=CascadeBatch.State.ABANDONED, version=F("version") + 1, touched_at=timezone.now()
    )


def purge() -> int:
    """Delete the rows of batches that nobody will activate, in short transactions; return how many rows went.

    Abandoned are batches that somebody replaced, and open ones that nobody has touched for ``IDLE_DAYS`` days.
    """
    idle = timezone.now() - timedelta(days=IDLE_DAYS)
    CascadeBatch.objects.filter(state__in=OPEN, touched_at__lt=idle).update(
        state=CascadeBatch.State.ABANDONED, version=F("version") + 1
    )
    return sum(_purge(part) for part in _leftovers())


def _leftovers() -> Iterator[CascadeSlice]:
    yield from CascadeSlice.objects.exclude(batch__state__in=OPEN).select_related("batch").order_by("pk")


def _purge(part: CascadeSlice) -> int:
    model, _thing = _TABLES[part.batch.layer]
    with transaction.atomic():
        gone = _delete(model, part.batch, (row for entry in part.entries for row in entry[3]))
        part.delete()
    return gone
