"""A small city in the register: two districts, three towns, six communities, one built-up area, some streets.

Coordinates are frame metres around an origin inside Foshan: town A spans x 0–2000, B 2000–4000 (same district),
C 4000–6000 (the other district); all y 0–2000.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import shapely
from django.db import transaction
from django.utils import timezone
from shapely.affinity import translate
from shapely.geometry import LineString, MultiLineString, box
from shapely.geometry.base import BaseGeometry

from geoapp.core import acts
from geoapp.core.geometry import multipolygon
from geoapp.core.models import Organisation, User
from geoapp.planner import reference
from geoapp.planner.demo.city import DemoBuiltUpArea, DemoUnit
from geoapp.planner.demo_load.journey import Journey, street
from geoapp.planner.demo_load.land import Land, load_land
from geoapp.planner.demo_load.people import DISTRICT, load_people
from naming import published, search
from naming.gazetteer import form_of, locate, register_street
from naming.models import PlaceName

ORIGIN = (410_000.0, 2_545_000.0)
TODAY = date(2026, 11, 23)
NOW = timezone.make_aware(datetime(2026, 11, 23, 9))
TAKEOVER = timezone.make_aware(datetime(2023, 1, 3, 9))
TOWN_A, TOWN_B, TOWN_C = "440605001", "440605002", "440604001"


def at(x: float, y: float) -> tuple[float, float]:
    """Return a frame point from coordinates relative to the small city's corner (metres)."""
    return (ORIGIN[0] + x, ORIGIN[1] + y)


def line(*points: tuple[float, float]) -> LineString:
    """Return a frame line through relative points."""
    return LineString([at(x, y) for x, y in points])


def rectangle(x0: float, y0: float, x1: float, y1: float) -> BaseGeometry:
    """Return a frame rectangle from relative corners."""
    return translate(box(x0, y0, x1, y1), *ORIGIN)


@dataclass
class City:
    """What a test reaches for."""

    land: Land
    users: dict[str, User]
    bodies: dict[str, Organisation]

    def journey(self, clock: datetime = NOW, body: str = "district") -> Journey:
        """Return a case to be walked, filed by the district's planning body."""
        return Journey(self.users, self.bodies[body], clock)

    def named(self, name: str, geometry: BaseGeometry, **fields: object) -> PlaceName:
        """Enter a street into the register and publish it, by an act of its own."""
        with (
            transaction.atomic(),
            acts.act("takeover_street", at=NOW - timedelta(days=400)) as act,
        ):
            place = register_street(
                form_of(name),
                geometry,
                seq=act.seq,
                valid_from=date(2023, 1, 1),
                location=locate(geometry, TODAY),
                **fields,  # type: ignore[arg-type]
            )
            ids = [str(place.pk)]
            act.payload["publish"] = [
                {"layer": layer, "ids": ids, "known_at": act.seq} for layer in ("streets", "place_names")
            ]
            for layer in ("streets", "place_names"):
                published.publish(layer, [place.pk], known_at=act.seq, seq=act.seq)
            search.index_streets([place.pk], known_at=act.seq)
        return place


def units() -> list[DemoUnit]:
    """Return the small city's units."""
    towns = {
        TOWN_A: ("试验镇", "town", DISTRICT, 0),
        TOWN_B: ("样板街道", "street_office", DISTRICT, 2000),
        TOWN_C: ("邻区镇", "town", "440604", 4000),
    }
    land: dict[str, list[DemoUnit]] = {}
    for code, (name, _, _, x) in towns.items():
        land[code] = [
            _unit(
                f"{code}001",
                f"{name[:2]}社区",
                "community",
                "community",
                code,
                rectangle(x, 0, x + 2000, 1000),
            ),
            _unit(
                f"{code}200",
                f"{name[:2]}村",
                "community",
                "village",
                code,
                rectangle(x, 1000, x + 2000, 2000),
            ),
        ]
    found = []
    for code, name in ((DISTRICT, "南海区"), ("440604", "禅城区")):
        below = [u for town, rows in land.items() if towns[town][2] == code for u in rows]
        found.append(_unit(code, name, "district", "district", "440600", _joined(below)))
    for code, (name, kind, parent, _) in towns.items():
        found.append(_unit(code, name, "town", kind, parent, _joined(land[code])))
        found += land[code]
    found.append(_unit(f"{TOWN_A}498", "虚拟社区", "community", "virtual", TOWN_A, None))
    return found


def _joined(units: list[DemoUnit]) -> BaseGeometry:
    """Return the land of units as one polygon, every corner of theirs on its outline kept."""
    parts = [part for unit in units for part in shapely.get_parts(unit.geometry)]
    return shapely.coverage_union_all(parts)


def _unit(code: str, name: str, level: str, kind: str, parent: str, shape: BaseGeometry | None) -> DemoUnit:
    geometry = None if shape is None else multipolygon(shape)
    return DemoUnit(
        code=code,
        name=name,
        level=level,
        kind=kind,
        parent_code=parent,
        landless=shape is None,
        households=0 if shape is None else 1200,
        population=0 if shape is None else 3600,
        geometry=geometry,
        synthetic=True,
    )


def built_up() -> list[DemoBuiltUpArea]:
    """Return the one built-up area: the southern half of town A."""
    return [DemoBuiltUpArea("试验建成区", DISTRICT, rectangle(0, 0, 2000, 1000))]


def city() -> City:
    """Build the small city in the database."""
    reference.seed(TODAY)
    land = load_land(units(), built_up(), TAKEOVER)
    people = load_people(land.jurisdictions, TOWN_A)
    return City(land, people.users, people.bodies)


def draft(city: City, *names: str, y: float = 200, **fields: object) -> Journey:
    """Return a draft case with one street per name, side by side in the built-up area."""
    streets = [
        street(name, line((100, y + 90 * n), (600, y + 90 * n + 20)), **fields)
        for n, name in enumerate(names)
    ]
    return city.journey().draft(streets)


def multi(*lines: LineString) -> MultiLineString:
    """Return lines as one street of several parts."""
    return MultiLineString(list(lines))
