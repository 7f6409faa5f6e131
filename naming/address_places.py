"""The places addresses count along and the communities they lie in, read once for a whole run. Frame metres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.contrib.gis.db.models.functions import AsWKB

from boundaries.models import UnitVersion
from geoapp.core.effective import in_force, known
from naming.address_checks.ground import Land
from naming.address_checks.proposal import Community, Place
from naming.address_register import Names
from naming.addressing.compose import community_part
from naming.addressing.numbering import Axis, NoAxis, NumberingProfile, build_axis
from naming.language.normalise import normalise_name
from naming.models import PlaceName, PlaceNameVersion, StreetVersion

_NUMBERED = (PlaceName.Category.STREET, PlaceName.Category.VILLAGE)


@dataclass
class Gazetteer:
    """Streets and natural villages by name, as they stand on a day; names of other days are known too."""

    by_id: dict[str, Place] = field(default_factory=dict)
    _named: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def on(cls, day: date, only: Iterable[str] | None = None) -> Gazetteer:
        """Read all places, or only those that bear one of some names (written in any width)."""
        rows = known(PlaceNameVersion.objects.filter(place__category__in=_NUMBERED))
        if only is not None:
            rows = rows.filter(normalised__among=[normalise_name(name) for name in only])
        found = list(
            rows.order_by("place_id", "valid_from").values_list(
                "place_id", "place__category", "name", "normalised", "use_state", "valid_from", "valid_to"
            )
        )
        where = StreetVersion.objects.filter(act_out__isnull=True)
        if only is not None:
            where = where.filter(place_id__among=[row[0] for row in found])
        areas = dict(where.order_by("valid_from").values_list("place_id", "where"))
        active: dict[str, int] = defaultdict(int)
        for row in found:
            if row[5] <= day and (row[6] is None or row[6] > day):
                active[row[3]] += 1
        made = cls()
        for place_id, category, name, normalised, use_state, since, until in found:
            holds = since <= day and (until is None or until > day)
            place = Place(
                str(place_id),
                name,
                category,
                use_state,
                holds,
                areas.get(place_id, ""),
                active[normalised] > 1,
            )
            if holds or place.id not in made.by_id:
                made.by_id[place.id] = place
            made._named[normalised].append(place)
        return made

    def named(self, name: str) -> list[Place]:
        """Return the places that bear a name: those in force, failing that those that bore or will bear it."""
        rows = self._named.get(name) or self._named.get(normalise_name(name)) or []
        active = [place for place in rows if place.active]
        return active or rows[:1]

    def find(
        self, name: str, *, town: str = "", district: str = ""
    ) -> tuple[Place | None, tuple[Place, ...]]:
        """Return the one place meant, None when that is unclear, with all that bear the name."""
        rows = self.named(name)
        for area in (town, district):
            if len(rows) > 1 and area:
                within = [place for place in rows if area in place.where]
                rows = within or rows
        return (rows[0] if len(rows) == 1 else None), tuple(rows)


@dataclass
class City:
    """The communities of a day with their land, and the names above them."""

    land: Land
    names: Names
    _by_code: dict[str, str]
    _by_name: dict[str, list[str]]
    _codes: dict[str, str]

    @classmethod
    def on(cls, day: date) -> City:
        """Read all villages and communities."""
        rows = list(
            in_force(UnitVersion.objects.filter(unit__level="community"), day)
            .annotate(wkb=AsWKB("geom"))
            .values_list("unit_id", "code", "name", "wkb")
        )
        shapes = [shapely.from_wkb(bytes(wkb)) if wkb else None for *_, wkb in rows]
        units = [
            (Community(str(unit), name, shape is not None), shape)
            for (unit, _, name, _), shape in zip(rows, shapes, strict=True)
        ]
        by_name: dict[str, list[str]] = defaultdict(list)
        for unit, _, name, _ in rows:
            by_name[name].append(str(unit))
            if (short := community_part(name)) != name:
                by_name[short].append(str(unit))
        names = Names.on(day, streets=(), communities=[row[0] for row in rows])
        codes = {str(unit): code for unit, code, *_ in rows}
        return cls(Land(units), names, {code: unit for unit, code in codes.items()}, by_name, codes)

    @classmethod
    def none(cls) -> City:
        """A city without communities, for reading rows whose communities do not matter."""
        return cls(Land([]), Names(), {}, {}, {})

    def find(self, name: str, code: str, *, town: str = "", district: str = "") -> str:
        """Return the id of the community meant, by code or by name within town and district; empty when unclear."""
        if code:
            return self._by_code.get(code, "")
        found = self._by_name.get(name) or self._by_name.get(community_part(name)) or []
        for area, held in ((town, self.names.towns), (district, self.names.districts)):
            if len(found) > 1 and area:
                found = [unit for unit in found if held.get(UUID(unit)) == area] or found
        return found[0] if len(found) == 1 else ""

    def code_of(self, community: str) -> str:
        """Return the twelve-digit code of a community."""
        return self._codes.get(community, "")

    def above(self, community: str) -> tuple[str, str, str]:
        """Return district, town and the community's own short name."""
        key = UUID(community)
        return (
            self.names.districts.get(key, ""),
            self.names.towns.get(key, ""),
            community_part(self.names.communities.get(key, "")),
        )


def axes_of(places: Sequence[str], on: date, profile: NumberingProfile) -> dict[str, Axis]:
    """Return the axes of streets on a day, by place, those without a main line left out: two queries."""
    rows = list(
        in_force(StreetVersion.objects.filter(place_id__among=places), on)
        .annotate(wkb=AsWKB("geom"))
        .values_list("place_id", "roles", "wkb")
    )
    if not rows:
        return {}
    shapes = shapely.from_wkb([bytes(wkb) for *_, wkb in rows])
    reach = profile.touch_m + 1
    boxes = [tuple(row) for row in (shapely.bounds(shapes) + (-reach, -reach, reach, reach)).tolist()]
    near = list(
        in_force(StreetVersion.objects.filter(geom__in_boxes=boxes), on)
        .annotate(wkb=AsWKB("geom"))
        .values_list("place_id", "wkb")
    )
    others = shapely.from_wkb([bytes(wkb) for _, wkb in near])
    touching = shapely.STRtree(others).query(shapes, predicate="dwithin", distance=reach)
    around: dict[int, list[Any]] = defaultdict(list)
    for i, j in zip(*touching.tolist(), strict=True):
        if near[j][0] != rows[i][0]:
            around[i].append(others[j])
    found = {}
    for i, (place, roles, _) in enumerate(rows):
        with suppress(NoAxis):
            found[str(place)] = build_axis(shapes[i], roles or (), profile, around[i])
    return found
