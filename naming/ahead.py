"""What is written beforehand when a long street or a unit changes its name: doors in the register, doors in public.

Deciding and announcing first prepare, outside the write lock; the act itself then only puts its number on the rows
(``naming.prepared``). Whatever else happened to the doors meanwhile is carried out as if nothing had been prepared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from geoapp.core.effective import known, standing, succession
from geoapp.core.models import Case
from geoapp.core.published import difference
from naming import prepared, published
from naming.cascade import PlacedNames, UnitCalled, changes_of, recompose
from naming.models import AddressVersion, CascadeBatch, PublishedAddress
from naming.placing import DoorsPlaced, Said, doors_in, unit_doors
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

    def names() -> Said:
        rows = doors_concerned(place, effective).order_by()
        scope = sorted(set(rows.values_list("community_id", flat=True)), key=str)
        return Said(scope, _names(place, scope), _names(place, scope, (name, effective)))

    about = {"rename": place, "name": name, "effective": effective}
    concerned = partial(doors_concerned, place, effective)
    return _prepare(about, concerned, things, names, effective, case, subject, until)


def _prepare(
    about: dict[str, Any],
    concerned: Callable[[], QuerySet[AddressVersion]],
    things: Callable[[], list[UUID]],
    names: Callable[[], Said],
    effective: date,
    case: Case | None,
    subject: str,
    until: float | None,
    placing: DoorsPlaced | None = None,
    at_least: int | None = None,
) -> Plan | None:
    if len(things()) < (settings.GEOAPP_PREPARE_FROM if at_least is None else at_least):
        return None
    while True:
        said = names()
        digest, scope = said.digest(), [str(u) for u in said.scope]
        batch = prepared.open_batch(
            about | {"scope": scope, "names": digest},
            layer=Layer.REGISTER,
            case=case,
            subject=subject,
            scope=scope,
        )
        if not batch.names:
            CascadeBatch.objects.filter(pk=batch.pk).update(names=digest)
        make = _composing(concerned, said, effective, placing)
        plan = prepared.fill(batch, concerned, things, make, until=until)
        # Another act may have renamed a town meanwhile: then the texts are composed of names that were.
        if plan is None or names().digest() == batch.names:
            return plan


def _doors_of(place: UUID, effective: date) -> list[UUID]:
    rows = doors_concerned(place, effective).order_by("number", "sub_number", "row")
    return list(dict.fromkeys(rows.values_list("address_id", flat=True)))


def _names(place: UUID, scope: Collection[UUID], renamed: tuple[str, date] | None = None) -> PlacedNames:
    return PlacedNames([place], scope, None, renamed={place: renamed} if renamed else None)


def _composing(
    concerned: Callable[[], QuerySet[AddressVersion]],
    said: Said,
    effective: date,
    placing: DoorsPlaced | None,
) -> Callable[[list[UUID]], list[Made]]:
    def make(things: list[UUID]) -> list[Made]:
        made = {thing: Made(thing) for thing in things}
        if placing is None:
            moves: Mapping[UUID, UUID] = {}
            rows = list(concerned().filter(address_id__in=things).order_by("row"))
        else:
            moves = placing.moves()
            own = standing(AddressVersion.objects.filter(address_id__in=things), effective)
            rows = [
                r for r in own.order_by("row") if r.address_id in moves or r.community_id in placing.units
            ]
        for row in rows:
            made[row.address_id].read.append(row.pk)
        changes = changes_of(rows, moves, said.before, said.now, effective)
        for version, _day, _values in changes:
            made[version.address_id].replaced.append(version.pk)
        past, new = succession(changes, act_in=0, act_out=None)
        if placing is not None:
            for (version, _day, _values), row in zip(changes, new, strict=True):
                if row.community_id in placing.fresh:
                    row.community_id = version.community_id
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
    said = Said(scope, PlacedNames([place], scope, seq - 1), PlacedNames([place], scope, None))
    return bool(said.digest() == plan.batch.names)


def prepare_moves(
    placing: DoorsPlaced,
    called: Mapping[UUID, UnitCalled],
    effective: date,
    *,
    case: Case | None = None,
    subject: str = "",
    until: float | None = None,
) -> tuple[Plan, frozenset[UUID]] | None:
    """Write doors beforehand that move when land moves; return the plan with the units whose names it is made of.

    None and StillPreparing as in ``prepare_renaming``.
    """
    last: list[Said] = []

    def names() -> Said:
        last[:] = [placing.said(called, effective)]
        return last[0]

    about = _about(placing.units, called, effective) | {"land": placing.land}
    concerned, things = partial(placing.doors, effective), partial(placing.things, effective)
    plan = _prepare(about, concerned, things, names, effective, case, subject, until, placing)
    return (plan, last[0].units) if plan is not None else None


def _about(units: Collection[UUID], called: Mapping[UUID, UnitCalled], effective: date) -> dict[str, Any]:
    said = [
        [
            str(unit),
            [*one.days],
            one.name,
            str(one.parent),
            *([one.new, one.ceases] * (one.new or one.ceases)),
        ]
        for unit, one in called.items()
    ]
    return {"units": sorted(map(str, units)), "called": sorted(said), "effective": effective}


def prepare_units(
    units: Collection[UUID],
    called: Mapping[UUID, UnitCalled],
    effective: date,
    *,
    case: Case | None = None,
    subject: str = "",
    until: float | None = None,
    at_least: int | None = None,
) -> Plan | None:
    """Write the doors in the communities ``units`` beforehand as they are when units are called as ``called`` says.

    No door moves to another community. None and StillPreparing as in ``prepare_renaming``.
    """

    def names() -> Said:
        # A door on a street nobody had read makes another digest: then all is composed anew, its name included.
        rows = unit_doors(units, effective).order_by()
        streets = sorted(set(rows.values_list("street_id", flat=True).distinct()), key=str)
        before, now = PlacedNames(streets, units, None), PlacedNames(streets, units, None, units=called)
        return Said(streets, before, now)

    about = _about(units, called, effective)
    concerned, things = partial(unit_doors, units, effective), partial(doors_in, units, effective)
    return _prepare(about, concerned, things, names, effective, case, subject, until, at_least=at_least)


@dataclass(frozen=True)
class Ready:
    """A plan for units: the communities whose doors it holds, the doors it moves, the units its texts are made of.

    ``again`` are the doors the act wrote anew all the same, noted when it has put the rest on record.
    """

    plan: Plan
    units: frozenset[UUID]
    moves: Mapping[UUID, UUID]
    named: frozenset[UUID]
    placing: DoorsPlaced | None = None
    again: list[set[UUID]] = field(default_factory=list)


def rename_units(
    units: Collection[UUID],
    moves: Mapping[UUID, UUID],
    effective: date,
    *,
    seq: int,
    ready: Ready | None = None,
    follows: bool = False,
) -> int:
    """Give doors in communities the names that act ``seq`` gave, and those that move their community; return how many.

    What ``ready`` does not hold for is composed here; ``follows`` says that the act has written doors already. Raises
    Conflict as ``recompose`` does.
    """
    if ready is None or not ready.units <= set(units) or not _still_called(ready, seq):
        return recompose(units=units, moves=moves, seq=seq, effective=effective)
    planned, placing = ready.units, ready.placing
    concerned = placing.doors(effective) if placing else unit_doors(planned, effective)
    # Doors that move otherwise than was foreseen, or were not to move at all.
    other = {d for d in moves.keys() | ready.moves.keys() if moves.get(d) != ready.moves.get(d)}
    fresh: dict[UUID, list[UUID]] = {}
    for door, community in ready.moves.items():
        if placing and community in placing.fresh:
            fresh.setdefault(community, []).append(door)
    done = prepared.activate(
        ready.plan,
        concerned,
        (lambda: placing.things(effective)) if placing else (lambda: doors_in(planned, effective)),
        seq=seq,
        besides=other,
        follows=follows,
        homes=[prepared.Home("community_id", new, doors, effective) for new, doors in fresh.items()],
    )
    if done is None:
        return recompose(units=units, moves=moves, seq=seq, effective=effective)
    count, left = done
    again = left | other
    ready.again.append(again)
    if again:
        left_moves = {door: moves[door] for door in moves if door in again}
        count += recompose(moves=left_moves, seq=seq, effective=effective) if left_moves else 0
        count += recompose(units=planned, among=again, seq=seq, effective=effective) if planned else 0
    if rest := set(units) - planned:
        count += recompose(units=rest, seq=seq, effective=effective)
    return count


def _still_called(ready: Ready, seq: int) -> bool:
    streets = [UUID(street) for street in ready.plan.batch.scope]
    before, now = PlacedNames(streets, ready.named, seq - 1), PlacedNames(streets, ready.named, None)
    return bool(Said(streets, before, now).digest() == ready.plan.batch.names)


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


def publish_doors(
    ids: Sequence[UUID], *, known_at: int, seq: int, plan: Plan | None = None, without: Collection[UUID] = ()
) -> None:
    """Let act ``seq`` publish doors as the register stood after ``known_at``, from a plan as far as it still holds.

    It does not hold for the doors ``without``.
    """
    left: Collection[UUID] = ids
    if plan is not None:
        besides = (plan.entries.keys() - set(ids)) | set(without)
        done = prepared.activate(plan, _public(ids), lambda: ids, seq=seq, besides=besides)
        if done is not None:
            changed = done[1] | (set(ids) - plan.entries.keys()) | set(without)
            left = [door for door in ids if door in changed]
    if left:
        published.publish("addresses", left, known_at=known_at, seq=seq)
