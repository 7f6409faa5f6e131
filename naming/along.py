"""What a number can count along: the streets and natural villages of a community, found by name, pinyin or initials.

A natural village has no outline of its own. It belongs where its addresses, its applications or its point lie; one
that has none of them yet is found by name in every community. Points and boxes are frame metres.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.models import UnitVersion
from geoapp.core import frame
from geoapp.core.effective import in_force, known
from geoapp.core.geometry import to_shapely
from naming.language.normalise import normalise_name
from naming.language.romanise import parse_romanised
from naming.language.search_keys import latin_query, matches_latin, query_kind
from naming.models import (
    AddressItem,
    AddressVersion,
    PlaceName,
    PlaceNameVersion,
    PublishedPlaceName,
    StreetVersion,
)

MOST = 20
_VILLAGE = PlaceName.Category.VILLAGE


@dataclass(frozen=True)
class Place:
    """A street (STR) or natural village (VIL) with a standard name; ``here`` when it lies in the community."""

    id: UUID
    kind: str
    name: str
    pinyin: str
    where: str
    here: bool


@dataclass(frozen=True)
class Choice:
    """What a search found, those of the community first; ``more`` counts what the list leaves off."""

    places: tuple[Place, ...]
    more: int = 0

    @property
    def streets(self) -> list[Place]:
        """The streets among them."""
        return [place for place in self.places if place.kind != _VILLAGE]

    @property
    def villages(self) -> list[Place]:
        """The natural villages among them."""
        return [place for place in self.places if place.kind == _VILLAGE]


def says(text: str, name: str, pinyin: str) -> bool:
    """Say whether a query (characters, pinyin, initials or a mixture such as zmlu) means a name."""
    if query_kind(text) == "latin":
        letters = latin_query(text)
        return bool(letters) and matches_latin(letters, parse_romanised(pinyin) if pinyin else [])
    wanted = normalise_name(text)
    return bool(wanted) and wanted in normalise_name(name)


def choose(text: str, community: UnitVersion | None, on: date, *, most: int = MOST) -> Choice:
    """Find streets and villages with a standard name on a day.

    Without a text: all of the community. With one: those it means, of the community first, then elsewhere in the
    city. Without a community nothing is ``here``.
    """
    text = " ".join(text.split())[:60]
    land = to_shapely(community.geom) if community is not None and community.geom else None
    here = _streets_in(land, on) | (_villages_in(community.unit_id, land) if community else set())
    if not text and not here:
        return Choice(())
    rows = in_force(PlaceNameVersion.objects.filter(use_state="standard"), on)
    rows = rows.filter(place__category__in=(PlaceName.Category.STREET, _VILLAGE))
    if not text:
        rows = rows.filter(place_id__among=here)
    values = rows.values_list("place_id", "place__category", "name", "pinyin_std")
    found = [row for row in values if not text or says(text, row[2], row[3])]
    found.sort(key=lambda row: (row[0] not in here, row[2] != text, len(row[2]), row[2], str(row[0])))
    shown = found[:most]
    areas = _areas([row[0] for row in shown], on)
    places = [Place(*row, areas.get(row[0], ""), row[0] in here) for row in shown]
    return Choice(tuple(places), len(found) - len(shown))


def _streets_in(land: BaseGeometry | None, on: date) -> set[UUID]:
    if land is None:
        return set()
    shapely.prepare(land)
    rows = in_force(StreetVersion.objects.filter(geom__in_box=land.bounds), on)
    return {row.place_id for row in rows if land.intersects(to_shapely(row.geom))}


def _villages_in(community: UUID, land: BaseGeometry | None) -> set[UUID]:
    """Return the villages that have addresses, applications or a published point in a community."""
    villages = {"street__category": _VILLAGE, "community_id": community}
    addresses = known(AddressVersion.objects.filter(**villages)).values_list("street_id", flat=True)
    items = AddressItem.objects.filter(**villages).values_list("street_id", flat=True)
    found = {*addresses.distinct(), *items.distinct()}
    if land is not None:
        box = frame.to_geographic(shapely.box(*land.bounds)).bounds
        points = PublishedPlaceName.objects.filter(act_out__isnull=True, kind=_VILLAGE, geom__in_box=box)
        found |= {row.id for row in points if land.covers(frame.to_frame(to_shapely(row.geom)))}
    return found


def homes_of(villages: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return the communities in which natural villages are known to lie, by village; none when nothing is known."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    addresses = known(AddressVersion.objects.filter(street_id__among=list(villages)))
    items = AddressItem.objects.filter(street_id__among=list(villages))
    pairs: Iterable[tuple[UUID, UUID]] = (
        *addresses.values_list("street_id", "community_id").distinct(),
        *items.values_list("street_id", "community_id").distinct(),
    )
    for village, community in pairs:
        found[village].add(community)
    return found


def _areas(places: Collection[UUID], on: date) -> dict[UUID, str]:
    """Return in words where places lie: town of a street, communities of a village."""
    extents = in_force(StreetVersion.objects.filter(place_id__among=list(places)), on)
    found = dict(extents.values_list("place_id", "where"))
    homes = homes_of([place for place in places if place not in found])
    units = {unit for row in homes.values() for unit in row}
    names = dict(
        in_force(UnitVersion.objects.filter(unit_id__among=list(units)), on).values_list("unit_id", "name")
    )
    for village, held in homes.items():
        found[village] = "、".join(sorted(names[unit] for unit in held if unit in names))
    return found
