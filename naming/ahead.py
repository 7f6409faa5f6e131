"""What is written beforehand when a long street changes its name: its doors in the register, its doors in public.

Deciding and announcing first prepare, outside the write lock; the act itself then only puts its number on the rows
(``naming.prepared``). Whatever else happened to the doors meanwhile is carried out as if nothing had been prepared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from geoapp.core.effective import known, standing, succession
from geoapp.core.models import Case
from geoapp.core.published import difference
from naming import prepared, published
from naming.cascade import PlacedNames, changes_of, recompose
from naming.models import AddressVersion, CascadeBatch, PublishedAddress
from naming.prepared import Made, Plan

Layer = CascadeBatch.Layer


def doors_concerned(place: UUID, effective: date) -> QuerySet[AddressVersion]:
    """Return the open versions of a street's doors that a new name from a day on concerns."""
    return standing(AddressVersion.objects.filter(street_id=place), effective)


def prepare_renaming(
    place: UUID,
    name: str,
    effective: date,
    *,
    case: Case | None = None,
    subject: str = "",
    until: float | None = None,
) -> Plan | None:
    """Write the doors of a street beforehand as they are when it is called ``name`` from a day on.

    None when the street has fewer doors than ``GEOAPP_PREPARE_FROM``: they are written by the act. Raises
    StillPreparing after the moment ``until`` (``time.monotonic``); the next call goes on.
    """

    def things() -> list[UUID]:
        return _doors_of(place, effective)

    if len(things()) < settings.GEOAPP_PREPARE_FROM:
        return None
    while True:
        rows = doors_concerned(place, effective)
        scope = sorted(set(rows.order_by().values_list("community_id", flat=True)), key=str)
        before, now = _names(place, scope), _names(place, scope, (name, effective))
        about = {"rename": place, "name": name, "effective": effective, "scope": scope}
        about["names"] = _digest(before, now)
        batch = prepared.open_batch(
            about, layer=Layer.REGISTER, case=case, subject=subject, scope=[str(u) for u in scope]
        )
        if not batch.names:
            CascadeBatch.objects.filter(pk=batch.pk).update(names=about["names"])
        plan = prepared.fill(
            batch,
            lambda: doors_concerned(place, effective),
            things,
            _renaming_of(place, effective, before, now),
            until=until,
        )
        # Another act may have renamed a town meanwhile: then the texts are composed of names that were.
        if (
            plan is None
            or _digest(_names(place, scope), _names(place, scope, (name, effective))) == batch.names
        ):
            return plan


def _doors_of(place: UUID, effective: date) -> list[UUID]:
    rows = doors_concerned(place, effective).order_by("number", "sub_number", "row")
    return list(dict.fromkeys(rows.values_list("address_id", flat=True)))


def _names(place: UUID, scope: Collection[UUID], renamed: tuple[str, date] | None = None) -> PlacedNames:
    return PlacedNames([place], scope, None, renamed={place: renamed} if renamed else None)


def _digest(before: PlacedNames, now: PlacedNames) -> str:
    return f"{before.digest()[:32]}{now.digest()[:32]}"


def _renaming_of(
    place: UUID, effective: date, before: PlacedNames, now: PlacedNames
) -> Callable[[list[UUID]], list[Made]]:
    def make(things: list[UUID]) -> list[Made]:
        made = {thing: Made(thing) for thing in things}
        rows = list(doors_concerned(place, effective).filter(address_id__in=things).order_by("row"))
        for row in rows:
            made[row.address_id].read.append(row.pk)
        changes = changes_of(rows, {}, before, now, effective)
        for version, _day, _values in changes:
            made[version.address_id].replaced.append(version.pk)
        past, new = succession(changes, act_in=0, act_out=None)
        for row in (*past, *new):
            made[row.address_id].written.append(row)
        return list(made.values())

    return make


def rename_doors(place: UUID, effective: date, *, seq: int, plan: Plan | None = None) -> int:
    """Give the doors of a street the name that act ``seq`` gave it; return how many versions changed.

    With a plan its rows are put on record, and only what changed since is composed here. Raises Conflict as
    ``recompose`` does.
    """
    if plan is None or not _still_named(plan, place, seq):
        return recompose(streets=[place], seq=seq, effective=effective)
    done = prepared.activate(
        plan, doors_concerned(place, effective), lambda: _doors_of(place, effective), seq=seq
    )
    if done is None:
        return recompose(streets=[place], seq=seq, effective=effective)
    count, left = done
    if left:
        count += recompose(streets=[place], among=left, seq=seq, effective=effective)
    return count


def _still_named(plan: Plan, place: UUID, seq: int) -> bool:
    scope = [UUID(unit) for unit in plan.batch.scope]
    before, now = PlacedNames([place], scope, seq - 1), PlacedNames([place], scope, None)
    return _digest(before, now) == plan.batch.names


def prepare_publication(
    doors: Callable[[], Sequence[UUID]],
    known_at: int,
    *,
    case: Case | None = None,
    until: float | None = None,
) -> Plan | None:
    """Write the public rows of doors beforehand, as the register stood after act ``known_at``.

    ``doors`` says which they are, as often as it is asked. None below ``GEOAPP_PREPARE_FROM`` doors. Raises
    StillPreparing as ``prepare_renaming`` does.
    """
    if len(doors()) < settings.GEOAPP_PREPARE_FROM:
        return None

    def make(things: list[UUID]) -> list[Made]:
        made = {thing: Made(thing) for thing in things}
        rows = known(PublishedAddress.objects.filter(id__in=things))
        for thing, row in rows.order_by("row").values_list("id", "row"):
            made[thing].read.append(row)
        gone, fresh = difference(PublishedAddress, things, published.address_rows(things, known_at))
        for old in gone:
            made[old.id].replaced.append(old.pk)
        for new in fresh:
            made[new.id].written.append(new)
        return list(made.values())

    batch = prepared.open_batch({"publish": known_at}, layer=Layer.PUBLIC, case=case)
    return prepared.fill(batch, lambda: _public(doors()), doors, make, until=until)


def _public(doors: Collection[UUID]) -> QuerySet[PublishedAddress]:
    return known(PublishedAddress.objects.filter(id__among=dict.fromkeys(doors)))


def publish_doors(ids: Sequence[UUID], *, known_at: int, seq: int, plan: Plan | None = None) -> None:
    """Let act ``seq`` publish doors as the register stood after ``known_at``, from a plan as far as it still holds."""
    left: Collection[UUID] = ids
    if plan is not None:
        besides = plan.entries.keys() - set(ids)
        done = prepared.activate(plan, _public(ids), lambda: ids, seq=seq, besides=besides)
        if done is not None:
            changed = done[1] | (set(ids) - plan.entries.keys())
            left = [door for door in ids if door in changed]
    if left:
        published.publish("addresses", left, known_at=known_at, seq=seq)
