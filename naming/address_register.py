"""The register of addresses: entering doors, and the text every door gets from the names of a day.

Everything that writes runs inside the transaction of the act whose ``seq`` it is given. Points are frame metres.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from django.conf import settings
from django.db.models import QuerySet
from shapely.geometry.base import BaseGeometry

from boundaries.models import UnitVersion
from geoapp.core import bulk
from geoapp.core.effective import in_force
from naming.addressing.compose import community_part, compose
from naming.addressing.parts import AddressParts
from naming.models import Address, AddressPosition, AddressVersion, PlaceName, PlaceNameVersion

_BATCH = 400


@dataclass(frozen=True)
class Door:
    """An address to be entered: where its number counts, where it lies, what stands behind it."""

    street: UUID
    community: UUID
    number: int
    point: BaseGeometry
    sub_number: int | None = None
    side: str = ""
    compound: str = ""
    building: str = ""
    unit_no: str = ""
    floor: str = ""
    room: str = ""
    state: str = AddressVersion.State.STANDARD
    secret: bool = False
    source: str = ""
    case_number: str = ""
    method: str = AddressPosition.Method.MAP
    accuracy_m: float | None = None
    taken_at: datetime | None = None
    id: UUID | None = None


@dataclass
class Names:
    """The names an address is composed from, as they are in law on a day."""

    streets: dict[UUID, str] = field(default_factory=dict)
    villages: set[UUID] = field(default_factory=set)
    communities: dict[UUID, str] = field(default_factory=dict)
    towns: dict[UUID, str] = field(default_factory=dict)
    districts: dict[UUID, str] = field(default_factory=dict)

    @classmethod
    def on(cls, day: date, *, streets: Collection[UUID], communities: Collection[UUID]) -> Names:
        """Read the names of streets, of communities and of the towns and districts above them."""
        names = cls()
        wanted = list(streets)
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            rows = in_force(PlaceNameVersion.objects.filter(place_id__in=batch), day)
            names.streets |= dict(rows.values_list("place_id", "name"))
            villages = PlaceName.objects.filter(pk__in=batch, category=PlaceName.Category.VILLAGE)
            names.villages |= set(villages.values_list("pk", flat=True))
        above = {
            unit: (parent, name)
            for unit, parent, name in in_force(
                UnitVersion.objects.filter(unit__level__in=("town", "district")), day
            ).values_list("unit_id", "parent_id", "name")
        }
        held = list(communities)
        for start in range(0, len(held), _BATCH):
            rows = in_force(UnitVersion.objects.filter(unit_id__in=held[start : start + _BATCH]), day)
            for unit, parent, name in rows.values_list("unit_id", "parent_id", "name"):
                names.communities[unit] = name
                district, names.towns[unit] = above.get(parent, (None, ""))
                names.districts[unit] = above[district][1] if district in above else ""
        return names


def parts_of(version: Any, names: Names) -> AddressParts:
    """Return the parts of a door or an address version with the names given.

    The community is written for a natural village only: an address along a street then survives every adjustment
    of boundaries below the town (geoapp/docs/decisions/0009).
    """
    village = version.street_id in names.villages
    place = names.streets.get(version.street_id, "")
    return AddressParts(
        city=settings.GEOAPP_CITY,
        district=names.districts.get(version.community_id, ""),
        town=names.towns.get(version.community_id, ""),
        community=community_part(names.communities.get(version.community_id, "")) if village else "",
        street="" if village else place,
        village=place if village else "",
        number=version.number,
        sub_number=version.sub_number,
        compound=version.compound or "",
        building=version.building or "",
        unit=version.unit_no or "",
        floor=version.floor or "",
        room=version.room or "",
    )


def text_of(version: Any, names: Names) -> str:
    """Return the composed text of a door or an address version."""
    return compose(parts_of(version, names))


def enter(doors: Iterable[Door], *, seq: int, valid_from: date, synthetic: bool = False) -> list[Address]:
    """Enter new doors by one act: anchor, version with its text, entrance with how it was taken. In bulk."""
    rows = list(doors)
    names = Names.on(valid_from, streets={d.street for d in rows}, communities={d.community for d in rows})
    anchors = [Address(id=d.id, synthetic=synthetic) if d.id else Address(synthetic=synthetic) for d in rows]
    shapes = shapely.to_wkb([d.point for d in rows]) if rows else []
    versions = [
        _version(d, a, memoryview(wkb), seq, valid_from)
        for d, a, wkb in zip(rows, anchors, shapes, strict=True)
    ]
    for version in versions:
        version.text = text_of(version, names)
    bulk.insert(Address, anchors)
    bulk.insert(AddressVersion, versions)
    bulk.insert(
        AddressPosition,
        (
            {
                "address_id": a.pk,
                "kind": AddressPosition.Kind.ENTRANCE.value,
                "method": d.method,
                "accuracy_m": d.accuracy_m,
                "source": d.source,
                "taken_at": d.taken_at,
                "act_in": seq,
                "geom": v.__dict__["geom"],  # as written: no GEOS object is made of it
            }
            for d, a, v in zip(rows, anchors, versions, strict=True)
        ),
    )
    return anchors


def enter_rows(versions: Sequence[dict[str, Any]], *, method: str, synthetic: bool = False) -> None:
    """Enter new doors given as the columns of their versions, text and all; geometry as WKB.

    The quickest way, for imports that compose texts by themselves: no object is made of a row.
    """
    bulk.insert(Address, ({"id": v["address_id"], "synthetic": synthetic} for v in versions))
    bulk.insert(AddressVersion, versions)
    kind, method = AddressPosition.Kind.ENTRANCE.value, str(method)
    bulk.insert(
        AddressPosition,
        (
            {
                "address_id": v["address_id"],
                "kind": kind,
                "method": method,
                "source": v["source"],
                "act_in": v["act_in"],
                "geom": v["geom"],
            }
            for v in versions
        ),
    )


def _version(door: Door, anchor: Address, wkb: memoryview, seq: int, valid_from: date) -> AddressVersion:
    return AddressVersion(
        address_id=anchor.pk,
        street_id=door.street,
        community_id=door.community,
        number=door.number,
        sub_number=door.sub_number,
        side=door.side,
        compound=door.compound or None,
        building=door.building or None,
        unit_no=door.unit_no or None,
        floor=door.floor or None,
        room=door.room or None,
        state=door.state,
        secret=door.secret,
        source=door.source or None,
        case_number=door.case_number or None,
        geom=wkb,
        valid_from=valid_from,
        act_in=seq,
    )


def doors_of(street: UUID, on: date | None = None) -> QuerySet[AddressVersion]:
    """Return the doors of a street: in law on a day, or (None) on record now whatever their dates."""
    rows = AddressVersion.objects.filter(street_id=street)
    return rows.filter(act_out__isnull=True) if on is None else in_force(rows, on)


def taken_numbers(street: UUID) -> set[tuple[int, int | None]]:
    """Return every number (with sub-number) a street has or ever had: a cancelled number is kept (JM22 12)."""
    rows = AddressVersion.objects.filter(street_id=street).values_list("number", "sub_number")
    return set(rows.distinct())


def streets_to_lock(streets: Sequence[UUID]) -> tuple[QuerySet[PlaceName], list[UUID]]:
    """Return what ``geoapp.core.database.lock_rows`` locks before numbers are allocated: the streets' own rows."""
    return PlaceName.objects.all(), sorted(set(streets))
