"""Public rows of doors written beforehand for an act that writes register and layer at once: a yearly list of units.

They are made of register rows that only lie prepared (``naming.ahead``), and hold as long as those do; see
geoapp/docs/decisions/0014.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from geoapp.core.effective import BATCHES, known
from geoapp.core.published import difference
from naming import prepared, published
from naming.ahead import Ready
from naming.models import AddressVersion, CascadeBatch, PublishedAddress
from naming.prepared import Made, Plan


@dataclass(frozen=True)
class Foretold:
    """A public batch with what it rests on: register plans, names of communities and streets, the doors it is about."""

    plan: Plan
    register: tuple[Ready, ...]
    doors: tuple[UUID, ...]
    communities: published.Dated
    streets: published.Dated

    def no_longer(self, seq: int) -> set[UUID]:
        """Return the doors for which the batch does not hold in act ``seq``, once the register is written."""
        mine = set(self.plan.entries)
        said = published.communities_known(None)
        if {unit: said.get(unit) for unit in self.communities} != self.communities:
            return mine
        if published.streets_known(self.streets, None) != self.streets:
            return mine
        found: set[UUID] = set()
        for ready in self.register:
            found |= ready.again[-1] if ready.again else set(ready.plan.entries)
        since = self.plan.batch.checked_seq
        return found | (_changed(mine, since, seq) if since != seq - 1 else set())


def _changed(doors: Collection[UUID], since: int, before: int = BATCHES) -> set[UUID]:
    """Return the doors whose rows in the register acts after ``since`` have written or closed, and before ``before``."""
    later = Q(act_in__gt=since, act_in__lt=before) | Q(act_out__gt=since, act_out__lt=before)
    rows = AddressVersion.objects.filter(later, address_id__among=dict.fromkeys(doors))
    return set(rows.values_list("address_id", flat=True))


class _Other(Exception):
    """The register's rows were prepared anew, in another batch."""


def prepare(
    units: Collection[UUID],
    called: Mapping[UUID, tuple[date, str, str]],
    register: Callable[[], Sequence[Ready]],
    *,
    subject: str,
    until: float | None = None,
) -> Foretold | None:
    """Write the public rows beforehand of the doors that units hold, as they are when an act has written the register.

    ``called`` gives communities a code and a name from a day on; ``register`` returns the plans of that act, right as
    of now. None below ``GEOAPP_PREPARE_FROM`` doors. Raises StillPreparing as ``ahead.prepare_renaming`` does.
    """
    while True:
        try:
            return _prepare(units, called, register, subject, until)
        except _Other:
            continue


def _prepare(
    units: Collection[UUID],
    called: Mapping[UUID, tuple[date, str, str]],
    register: Callable[[], Sequence[Ready]],
    subject: str,
    until: float | None,
) -> Foretold | None:
    held = known(AddressVersion.objects.filter(community_id__in=list(units)))
    if held.values("address_id").distinct().count() < settings.GEOAPP_PREPARE_FROM:
        return None
    plans = tuple(register())
    batches = [ready.plan.batch.pk for ready in plans]
    doors = _doors(units, plans)
    rows = AddressVersion.objects.filter(address_id__among=dict.fromkeys(doors))
    streets = set(known(rows).order_by().values_list("street_id", flat=True).distinct())
    communities = _foreseen(called)
    names = published.streets_known(streets, None)

    def things() -> list[UUID]:
        # Asked before every round: the register's rows are then right up to the act the round is checked at.
        nonlocal plans, doors
        plans = tuple(register())
        if [ready.plan.batch.pk for ready in plans] != batches:
            raise _Other
        doors = _doors(units, plans)
        return doors

    def make(wanted: list[UUID]) -> list[Made]:
        made = {thing: Made(thing) for thing in wanted}
        standing = known(PublishedAddress.objects.filter(id__in=wanted))
        for thing, row in standing.order_by("row").values_list("id", "row"):
            made[thing].read.append(row)
        rows_of = partial(_register_rows, plans)
        fresh_rows = published.address_rows(wanted, None, communities=communities, rows_of=rows_of)
        gone, fresh = difference(PublishedAddress, wanted, fresh_rows)
        for old in gone:
            made[old.id].replaced.append(old.pk)
        for new in fresh:
            made[new.id].written.append(new)
        return list(made.values())

    said = hashlib.sha256(repr((sorted(communities.items()), sorted(names.items()))).encode()).hexdigest()
    about = {"listed": sorted(map(str, units)), "register": batches, "names": said}
    batch = prepared.open_batch(about, layer=CascadeBatch.Layer.PUBLIC, case=None, subject=subject)

    def concerned() -> QuerySet[PublishedAddress]:
        return known(PublishedAddress.objects.filter(id__among=dict.fromkeys(doors)))

    plan = prepared.fill(
        batch, concerned, things, make, until=until, beyond=lambda since: _changed(doors, since)
    )
    if plan is None:
        return None
    return Foretold(plan, plans, tuple(doors), communities, names)


def _doors(units: Collection[UUID], plans: Sequence[Ready]) -> list[UUID]:
    touched = [made.thing for ready in plans for made in ready.plan.entries.values() if made.replaced]
    held = known(AddressVersion.objects.filter(community_id__in=list(units)))
    return published.released([*touched, *held.values_list("address_id", flat=True)])


def _register_rows(plans: Sequence[Ready], doors: list[UUID]) -> QuerySet[AddressVersion]:
    """Return the rows of doors as they will stand once plans are on record."""
    made = [ready.plan.entries[door] for ready in plans for door in doors if door in ready.plan.entries]
    written = dict.fromkeys(row for one in made for row in one.written)
    replaced = dict.fromkeys(row for one in made for row in one.replaced)
    rows = AddressVersion.objects.filter(address_id__in=doors)
    return rows.filter(Q(act_out__isnull=True) | Q(row__among=written)).exclude(row__among=replaced)


def _foreseen(called: Mapping[UUID, tuple[date, str, str]]) -> published.Dated:
    """Return codes and names of communities as ``called`` makes them."""
    found = published.communities_known(None)
    for unit, (day, code, name) in called.items():
        said = [entry for entry in found.get(unit, []) if entry[0] != day]
        found[unit] = sorted([*said, (day, (code, name))])
    return found
