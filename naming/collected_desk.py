"""The desk between the field and the counter: how each accepted door stands, and the cases that number them.

A door is ready to be numbered, or something stands in the way: its street has no name yet, another door bears its
number, it lies in another town, a case holds it, or the register has it already. Nothing is kept: the standing is
read from the cases, the gazetteer and the register each time, so that a door comes back by itself when its street
is named or its case withdrawn. Points are frame metres.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.db import models
from django.utils.translation import gettext_lazy as _

from boundaries.models import UnitVersion
from geoapp.core.effective import in_force, standing
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case, CaseItem
from naming.along import homes_of
from naming.collected_items import OVER_CASES, is_over
from naming.door_forms import community_at
from naming.language.normalise import normalise_name
from naming.models import (
    AddressVersion,
    CollectedDoor,
    CollectedItem,
    CollectTask,
    NameWanted,
    PlaceName,
    PlaceNameVersion,
    StreetVersion,
)

SAME_STREET_M = 500.0
"""A door lies along a street of the name written down when the street runs within this (a working value)."""
_INSIDE = ("compound", "building", "unit_no", "floor", "room")
Key = tuple[UUID, int, int | None, tuple[str, ...]]


class Stand(models.TextChoices):
    """How an accepted door stands on its way to a number."""

    READY = "ready", _("待编号")
    UNNAMED = "unnamed", _("街路巷待命名")
    SAME = "same", _("与另一户同号")
    OUTSIDE = "outside", _("不在本镇街")
    IN_CASE = "in_case", _("编号中")
    NUMBERED = "numbered", _("已编号")
    REGISTERED = "registered", _("登记簿中已有")


@dataclass(frozen=True)
class Standing:
    """An accepted door and what became of it.

    ``street`` is what its number counts along, also when only its name was written down; ``item`` is its item in a
    case, ``before`` an earlier one that came to nothing, ``address`` the registered door with its number,
    ``apart_m`` how far that one is, ``twin`` the door that speaks for the same number.
    """

    door: CollectedDoor
    state: Stand
    community: UUID
    street: UUID | None = None
    name: str = ""
    item: CaseItem | None = None
    before: CaseItem | None = None
    address: AddressVersion | None = None
    apart_m: float | None = None
    twin: CollectedDoor | None = None

    @property
    def written(self) -> str:
        """What the collector wrote down for a name."""
        return self.door.street_text or self.door.village

    @property
    def is_village(self) -> bool:
        """Say whether the number counts along a natural village whose name was written down."""
        return not self.door.street_text and bool(self.door.village)


def standings(task: CollectTask, on: date) -> list[Standing]:
    """Return how every accepted door of a task stands on a day, in order of collection."""
    return standings_of([task], on)[task.pk]


def counts(tasks: Iterable[CollectTask], on: date) -> dict[Any, Counter[str]]:
    """Return how many accepted doors of each task stand in each state, by task id."""
    found = standings_of(tasks, on)
    return {task: Counter(str(row.state) for row in rows) for task, rows in found.items()}


def standings_of(tasks: Iterable[CollectTask], on: date) -> dict[Any, list[Standing]]:
    """Return the standings of several tasks, by task id; queries do not grow with the doors."""
    wanted = {task.pk: task for task in tasks}
    rows = CollectedDoor.objects.filter(task_id__among=list(wanted), state=CollectedDoor.State.ACCEPTED)
    doors = list(rows.select_related("task", "collected_by"))
    around = _Around(doors, on)
    found: dict[Any, list[Standing]] = {task: [] for task in wanted}
    first: dict[Key, CollectedDoor] = {}
    for door in doors:
        found[door.task_id].append(around.judge(door, first))
    return found


def wanted_key(door: CollectedDoor) -> tuple[UUID, str]:
    """Return under what a name is waited for: the community and the normalised text."""
    return door.task.community_id, normalise_name(door.street_text or door.village)


def naming_cases(doors: Collection[CollectedDoor]) -> dict[tuple[UUID, str], Case]:
    """Return the naming cases under way for what was written down, by community and text; ended ones are left out."""
    rows = NameWanted.objects.filter(community_id__in={d.task.community_id for d in doors})
    return {
        (row.community_id, row.written): row.naming_case
        for row in rows.select_related("naming_case")
        if row.naming_case.status not in OVER_CASES
    }


class _Around:
    """What the doors are compared with, read once."""

    def __init__(self, doors: Sequence[CollectedDoor], on: date) -> None:
        self.on = on
        self.links = {
            row.door_id: row.item
            for row in CollectedItem.objects.filter(door_id__among=[d.pk for d in doors]).select_related(
                "item__case", "item__door"
            )
        }
        self.towns: dict[UUID, UUID | None] = {}
        self.lands: dict[UUID, Any] = {}
        self._read_land({d.task.community_id for d in doors})
        self.names = self._standard({d.street_id for d in doors if d.street_id})
        self.candidates = self._candidates([d for d in doors if d.street_id not in self.names])
        streets = {*self.names, *(place for rows in self.candidates.values() for place in rows)}
        self.lines = self._lines({place for rows in self.candidates.values() for place in rows})
        self.register = self._register(streets, {d.number for d in doors if d.number})

    def _read_land(self, communities: Collection[UUID]) -> None:
        for row in in_force(UnitVersion.objects.filter(unit_id__in=communities), self.on):
            self.towns[row.unit_id] = row.parent_id
            if row.geom:
                self.lands[row.unit_id] = to_shapely(row.geom)
                shapely.prepare(self.lands[row.unit_id])

    def _standard(self, places: Collection[UUID]) -> dict[UUID, str]:
        rows = PlaceNameVersion.objects.filter(place_id__among=list(places), use_state="standard")
        return dict(in_force(rows, self.on).values_list("place_id", "name"))

    def _candidates(self, doors: Sequence[CollectedDoor]) -> Mapping[tuple[UUID, str], list[UUID]]:
        """Return the named places a text may mean, by community and text: its naming case's, then its namesakes."""
        keys = {wanted_key(d) for d in doors if wanted_key(d)[1]}
        found: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
        if not keys:
            return found
        rows = NameWanted.objects.filter(community_id__in={unit for unit, _text in keys})
        items = CaseItem.objects.filter(
            case__names_wanted__in=rows, outcome=CaseItem.Outcome.APPROVED, subject_id__isnull=False
        )
        named: dict[UUID, list[tuple[str, UUID]]] = defaultdict(list)
        for case, title, place in (
            items.order_by("seq").values_list("case_id", "title", "subject_id").distinct()
        ):
            named[case].append((normalise_name(title), place))
        for row in rows:
            places = named.get(row.naming_case_id, [])
            meant = [place for title, place in places if title == row.written]
            found[row.community_id, row.written] += meant or [place for _title, place in places]
        kinds = (PlaceName.Category.STREET, PlaceName.Category.VILLAGE)
        alike = PlaceNameVersion.objects.filter(
            normalised__among=sorted({text for _unit, text in keys}),
            use_state="standard",
            place__category__in=kinds,
        )
        by_text: dict[str, list[UUID]] = defaultdict(list)
        for text, place in in_force(alike, self.on).values_list("normalised", "place_id"):
            by_text[text].append(place)
        for key in keys:
            found[key] += [place for place in by_text.get(key[1], []) if place not in found[key]]
        places = {place for held in found.values() for place in held}
        self.names |= self._standard(places)
        return {key: [place for place in held if place in self.names] for key, held in found.items()}

    def _lines(self, places: Collection[UUID]) -> dict[UUID, Any]:
        rows = in_force(StreetVersion.objects.filter(place_id__among=list(places)), self.on)
        lines = {row.place_id: to_shapely(row.geom) for row in rows}
        self.homes = homes_of([place for place in places if place not in lines])
        return lines

    def _register(
        self, streets: Collection[UUID], numbers: Collection[int]
    ) -> dict[Key, list[AddressVersion]]:
        rows = AddressVersion.objects.filter(street_id__among=list(streets), number__among=list(numbers))
        found: dict[Key, list[AddressVersion]] = defaultdict(list)
        for row in standing(rows, self.on):
            inside = tuple(getattr(row, part) or "" for part in _INSIDE)
            found[row.street_id, row.number, row.sub_number, inside].append(row)
        return found

    def _community(self, door: CollectedDoor, point: Any) -> UUID | None:
        """Return the community a door lies in, None when that belongs to another town than the task's."""
        land = self.lands.get(door.task.community_id)
        if land is None or land.covers(point):
            return door.task.community_id
        other = community_at(point, self.on)
        if other is None or other.parent_id != self.towns.get(door.task.community_id):
            return None
        return other.unit_id

    def _street(self, door: CollectedDoor, point: Any) -> UUID | None:
        """Return the named place a door's number counts along, None while it has no name."""
        if door.street_id in self.names:
            return door.street_id
        near = []
        for place in self.candidates.get(wanted_key(door), []):
            line = self.lines.get(place)
            if line is None:
                homes = self.homes.get(place)
                if not homes or door.task.community_id in homes:
                    near.append((0.0, str(place), place))
            elif (apart := float(line.distance(point))) <= SAME_STREET_M:
                near.append((apart, str(place), place))
        return min(near)[2] if near else None

    def judge(self, door: CollectedDoor, first: dict[Key, CollectedDoor]) -> Standing:
        """Return how a door stands; ``first`` remembers who spoke for a number before it."""
        point = to_shapely(door.geom)
        street, community = self._street(door, point), self._community(door, point)
        known: dict[str, Any] = {
            "community": community or door.task.community_id,
            "street": street,
            "name": self.names.get(street, "") if street else "",
        }
        item = self.links.get(door.pk)
        key: Key | None = None
        if street is not None and door.number is not None:
            key = (street, door.number, door.sub_number, tuple(getattr(door, part) for part in _INSIDE))
        if item is not None and not is_over(item):
            if key is not None:
                first.setdefault(key, door)
            done = item.outcome == CaseItem.Outcome.APPROVED
            return Standing(door, Stand.NUMBERED if done else Stand.IN_CASE, item=item, **known)
        known["before"] = item
        if community is None:
            return Standing(door, Stand.OUTSIDE, **known)
        if street is None:
            return Standing(door, Stand.UNNAMED, **known)
        if key is not None and self.register.get(key):
            row = min(self.register[key], key=lambda r: float(to_shapely(r.geom).distance(point)))
            apart_m = float(to_shapely(row.geom).distance(point))
            return Standing(door, Stand.REGISTERED, address=row, apart_m=apart_m, **known)
        if key is not None and (twin := first.setdefault(key, door)) is not door:
            return Standing(door, Stand.SAME, twin=twin, **known)
        return Standing(door, Stand.READY, **known)
