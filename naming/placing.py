"""Which doors a cascade is about, and the names their texts are composed of: what ``naming.ahead`` prepares from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from geoapp.core.effective import standing
from naming.cascade import PlacedNames, UnitCalled
from naming.models import AddressVersion


@dataclass(frozen=True)
class Said:
    """The names texts are composed of, before and after: of a street in communities, or of streets in units."""

    scope: list[UUID]
    before: PlacedNames
    now: PlacedNames
    units: frozenset[UUID] = frozenset()

    def digest(self) -> str:
        """Return a digest of both: two that are equal compose the same texts."""
        return f"{self.before.digest()[:32]}{self.now.digest()[:32]}"


def unit_doors(units: Collection[UUID], effective: date) -> QuerySet[AddressVersion]:
    """Return the open versions of the doors in communities that other names from a day on concern."""
    return standing(AddressVersion.objects.filter(community_id__in=list(units)), effective)


def doors_in(units: Collection[UUID], effective: date) -> list[UUID]:
    """Return the doors in communities that other names from a day on concern, in order of their numbers."""
    rows = unit_doors(units, effective).order_by("street_id", "number", "sub_number", "row")
    return list(dict.fromkeys(rows.values_list("address_id", flat=True)))


@dataclass(frozen=True)
class DoorsPlaced:
    """Doors that move to another community, asked anew whenever doors change (``moves``), besides those of ``units``.

    ``holders`` are the communities they are in, ``around`` all whose names may be in a text. ``fresh`` are communities
    on no record yet: rows for them lie prepared with the old one, and the act that makes them puts the new one there.
    ``land`` is a digest of the outlines the answer rests on.
    """

    moves: Callable[[], Mapping[UUID, UUID]]
    land: str
    units: frozenset[UUID]
    holders: frozenset[UUID]
    around: frozenset[UUID]
    fresh: frozenset[UUID]

    def doors(self, effective: date) -> QuerySet[AddressVersion]:
        """Return the open versions of all doors in question."""
        return unit_doors(self.units | self.holders, effective)

    def things(self, effective: date) -> list[UUID]:
        """Return the doors that move and those of ``units``."""
        return list(dict.fromkeys([*self.moves(), *doors_in(self.units, effective)]))

    def _places(self, effective: date) -> set[tuple[UUID, UUID]]:
        moved = AddressVersion.objects.filter(address_id__among=dict.fromkeys(self.moves()))
        found: set[tuple[UUID, UUID]] = set()
        for rows in (standing(moved, effective), unit_doors(self.units, effective)):
            found |= set(rows.order_by().values_list("street_id", "community_id").distinct())
        return found

    def said(self, called: Mapping[UUID, UnitCalled], effective: date) -> Said:
        """Return the names the texts are composed of."""
        places = self._places(effective)
        streets = sorted({street for street, _community in places}, key=str)
        units = self.units | self.around | {community for _street, community in places}
        before = PlacedNames(streets, units, None)
        return Said(streets, before, PlacedNames(streets, units, None, units=called), units)
