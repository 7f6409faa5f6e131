"""From the doors of a case to what the address rules judge, and the book that answers them. Frame metres.

The same proposal as an address typed into a form or a row of a file makes (``naming.address_checking``,
``naming.importing.rows``): whichever way a door comes, the rules see the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries import register
from boundaries.models import UnitVersion
from geoapp.core.effective import in_force, known
from geoapp.core.geometry import to_shapely
from geoapp.core.profiles import Profile
from naming.address_batch import load_book
from naming.address_checks.ground import Land, Point
from naming.address_checks.memory import MemoryBook
from naming.address_checks.proposal import AddressProposal, Community, Place
from naming.address_places import Gazetteer
from naming.address_register import Names, parts_of
from naming.addressing.compose import compose
from naming.door_numbers import Given
from naming.models import AddressItem, AddressVersion, PlaceNameVersion

Kind = AddressItem.Kind
Numbers = Mapping[UUID, Given | None]
"""The number of each door of a case, by item; None where it is yet to be worked out."""


def proposals_of(rows: Sequence[AddressItem], numbers: Numbers, on: date) -> dict[UUID, AddressProposal]:
    """Return what each door of a case proposes, by item."""
    streets = {row.street_id for row in rows if row.street_id is not None}
    places = _places(streets, on)
    names = Names.on(on, streets=streets, communities={row.community_id for row in rows})
    former = _former([row.address_id for row in rows if row.address_id is not None], on)
    return {row.pk: _proposal(row, numbers.get(row.pk), on, places, names, former) for row in rows}


def _proposal(
    row: AddressItem,
    given: Given | None,
    on: date,
    places: Mapping[str, Place],
    names: Names,
    former: Mapping[UUID, str],
) -> AddressProposal:
    kind = row.item.kind
    renumbering = kind in {Kind.CHANGE, Kind.CANCEL}
    old = former.get(row.address_id, "") if row.address_id is not None else ""
    common = AddressProposal(
        on=on,
        parts=parts_of(row, names),
        row=str(row.address_id) if renumbering and row.address_id else str(row.pk),
        community=str(row.community_id),
        community_named=names.communities.get(row.community_id, ""),
        point=_point(row),
        renumbering=renumbering,
        former=old,
    )
    if kind == Kind.CANCEL:
        return common  # nothing new is proposed: what ends must stand
    place = places.get(str(row.street_id)) if row.street_id else None
    parts = replace(
        common.parts,
        number=given.number if given else None,
        sub_number=given.sub_number if given else None,
    )
    if place is not None and not (parts.street or parts.village):
        # The name is not in law on the day; the rule says so by the name it had.
        parts = replace(parts, **{"village" if place.kind == "VIL" else "street": place.name})
    return replace(
        common,
        parts=parts,
        text=compose(parts),
        place=place,
        place_named=place.name if place else row.street_text,
        state="temporary" if kind == Kind.TEMPORARY else "standard",
        unnumbered=given is None,
        by_rule=given.by_rule if given else False,
        # A door that stands was approved when it got its first number.
        unapproved=kind == Kind.NEW and row.basis == AddressItem.Basis.NONE,
    )


def _point(row: AddressItem) -> Point:
    x, y = shapely.get_coordinates(to_shapely(row.geom))[0].tolist()
    return (x, y)


def _places(streets: set[UUID], on: date) -> dict[str, Place]:
    """Return the places doors count along; one that has no name in law under the last it had."""
    if not streets:
        return {}
    rows = known(PlaceNameVersion.objects.filter(place_id__in=streets)).order_by("valid_from")
    names = dict(rows.values_list("place_id", "name"))
    by_id = Gazetteer.on(on, only=sorted(set(names.values()))).by_id
    return {str(street): by_id[str(street)] for street in streets if str(street) in by_id}


def _former(addresses: Sequence[UUID], on: date) -> dict[UUID, str]:
    """Return the text of each address: the one in law on the day, failing that the last it had."""
    rows = known(AddressVersion.objects.filter(address_id__in=addresses)).order_by("valid_from")
    found: dict[UUID, str] = {}
    for address, text, since in rows.values_list("address_id", "text", "valid_from"):
        if since <= on or address not in found:
            found[address] = text
    return found


def book_of(
    rows: Sequence[AddressItem], proposals: Mapping[UUID, AddressProposal], on: date, profile: Profile
) -> MemoryBook:
    """Return the book for the doors of a case: the register, and every other new door of the case."""
    batch = [(proposals[row.pk], f"本案第 {row.item.seq} 项") for row in rows if row.item.kind != Kind.CANCEL]
    ending = [proposals[row.pk] for row in rows if row.item.kind == Kind.CANCEL]
    return load_book(batch, on=on, land=_land(rows, on), profile=profile, asked=ending)


def _land(rows: Sequence[AddressItem], on: date) -> Land:
    """Return the communities named and those under the doors, with their land."""
    named = {row.community_id for row in rows}
    on_record = in_force(UnitVersion.objects.filter(unit_id__in=named, unit__level="community"), on)
    held = {unit.unit_id: _unit(unit) for unit in on_record}
    for row in rows:
        point = to_shapely(row.geom)
        own = held.get(row.community_id)
        if own is not None and own[1] is not None and own[1].covers(point):
            continue
        for unit in register.units_at(point, on):
            if unit.unit.level == "community" and unit.unit_id not in held:
                held[unit.unit_id] = _unit(unit)
    return Land(list(held.values()))


def _unit(unit: UnitVersion) -> tuple[Community, BaseGeometry | None]:
    shape = to_shapely(unit.geom) if unit.geom is not None else None
    return Community(str(unit.unit_id), unit.name, shape is not None), shape
