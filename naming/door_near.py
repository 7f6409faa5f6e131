"""What a counter needs to know about a place: its community, the streets and doors near it, the number to give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from boundaries.models import UnitVersion
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely
from naming import door_numbers
from naming.door_forms import community_at
from naming.models import AddressVersion, PlaceNameVersion, StreetVersion

STREETS_WITHIN_M = 150.0
DOORS_WITHIN_M = 60.0
MOST = 12


@dataclass(frozen=True)
class NearStreet:
    """A street near a point with the number a door there would get."""

    id: UUID
    name: str
    distance_m: float
    suggestion: door_numbers.Suggestion


@dataclass(frozen=True)
class Near:
    """What lies at and around a frame point on a day; nearest first."""

    community: UnitVersion | None
    streets: tuple[NearStreet, ...]
    doors: tuple[AddressVersion, ...]


def near(point: BaseGeometry, on: date) -> Near:
    """Return the community, the nearest streets with a suggestion each, and the nearest doors."""
    return Near(community_at(point, on), tuple(_streets(point, on)), tuple(_doors(point, on)))


def _box(point: BaseGeometry, reach_m: float) -> tuple[float, float, float, float]:
    return (point.x - reach_m, point.y - reach_m, point.x + reach_m, point.y + reach_m)


def _streets(point: BaseGeometry, on: date) -> list[NearStreet]:
    box = _box(point, STREETS_WITHIN_M)
    rows = in_force(StreetVersion.objects.filter(geom__in_box=box), on)
    distances = {row.place_id: float(to_shapely(row.geom).distance(point)) for row in rows}
    nearest = sorted((d, str(k), k) for k, d in distances.items() if d <= STREETS_WITHIN_M)[:MOST]
    names = in_force(PlaceNameVersion.objects.filter(place_id__in=[k for _d, _t, k in nearest]), on)
    named = {row.place_id: row.name for row in names.filter(use_state="standard")}
    return [
        NearStreet(key, named[key], distance, door_numbers.suggest(key, point, on))
        for distance, _text, key in nearest
        if key in named
    ]


def _doors(point: BaseGeometry, on: date) -> list[AddressVersion]:
    rows = in_force(AddressVersion.objects.filter(geom__in_box=_box(point, DOORS_WITHIN_M)), on)
    found = sorted(rows, key=lambda row: (to_shapely(row.geom).distance(point), row.text))
    return [row for row in found if to_shapely(row.geom).distance(point) <= DOORS_WITHIN_M][:MOST]
