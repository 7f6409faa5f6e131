"""How far the doors of each community have come: counted over the applications, from the counter to active."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from boundaries.models import UnitVersion
from geoapp.core.effective import in_force
from geoapp.core.roles import Grant
from naming.models import AddressItem, DoorTask

OPEN = ("draft", "collected", "supplement", "naming", "checked")
DONE = ("active", "archived")


@dataclass
class Progress:
    """The doors of one community by how far they are; ``late`` are cases with a task past its day."""

    unit: UUID
    name: str = ""
    town: str = ""
    town_id: UUID | None = None
    waiting: int = 0
    naming: int = 0
    review: int = 0
    numbered: int = 0
    active: int = 0
    temporary: int = 0
    cancelled: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        """All doors asked for that were not refused or withdrawn."""
        return self.waiting + self.naming + self.review + self.numbered + self.active

    @property
    def share(self) -> int:
        """How many per cent of them are active."""
        return round(100 * self.active / self.total) if self.total else 0


def progress(on: date, held: Iterable[Grant] | None = None) -> list[Progress]:
    """Return the communities with applications, by town and name; ``held`` narrows to the areas of a person."""
    found: dict[UUID, Progress] = {}
    rows = AddressItem.objects.exclude(item__case__status__in=["withdrawn", "refused"])
    rows = rows.exclude(item__outcome__in=["refused", "sent_back"])
    if held is not None:
        rows = rows.filter(_within(held))
    late = _late_cases(on)
    seen: dict[UUID, set[UUID]] = defaultdict(set)
    values = rows.values_list("community_id", "item__case__status", "item__kind", "item__case_id")
    for unit, status, kind, case in values:
        row = found.setdefault(unit, Progress(unit))
        _count(row, status, kind)
        if case in late and case not in seen[unit]:
            seen[unit].add(case)
            row.late += 1
    _name(found, on)
    return sorted(found.values(), key=lambda row: (row.town, row.name))


def _within(held: Iterable[Grant]) -> Q:
    inside = Q(pk__in=[])
    for grant in held:
        inside |= Q(item__case__place__path=grant.path) | Q(
            item__case__place__path__startswith=f"{grant.path}/"
        )
    return inside


def _count(row: Progress, status: str, kind: str) -> None:
    if status == "naming":
        row.naming += 1
    elif status == "checked":
        row.review += 1
    elif status in OPEN:
        row.waiting += 1
    elif status == "numbered":
        row.numbered += 1
    elif status in DONE:
        row.active += 1
        row.temporary += kind == AddressItem.Kind.TEMPORARY
        row.cancelled += kind == AddressItem.Kind.CANCEL


def _late_cases(on: date) -> set[UUID]:
    rows = DoorTask.objects.filter(done_on__isnull=True, due_on__lt=on)
    return set(rows.values_list("case_id", flat=True))


def _name(found: dict[UUID, Progress], on: date) -> None:
    versions = in_force(UnitVersion.objects.filter(unit_id__in=found), on)
    for unit, name, parent in versions.values_list("unit_id", "name", "parent_id"):
        found[unit].name, found[unit].town_id = name, parent
    towns = in_force(UnitVersion.objects.filter(unit_id__in={p.town_id for p in found.values()}), on)
    names = dict(towns.values_list("unit_id", "name"))
    for row in found.values():
        row.town = names.get(row.town_id, "")
