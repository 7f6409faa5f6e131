"""The register's answers to what naming rules ask. Geometry in the city frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet
from shapely.geometry.base import BaseGeometry

from boundaries import register
from boundaries.models import UnitVersion
from geoapp.core.effective import in_force, standing
from geoapp.core.geometry import to_shapely
from naming.checks.proposal import NamedStreet, OpenItem
from naming.language.keys import SoundKeys, sound_keys
from naming.language.normalise import normalise_name
from naming.language.split import NameParts, split_name
from naming.models import PlaceNameVersion, StreetItem, StreetVersion

OPEN_STATES = ("submitted", "supplement", "accepted", "consulting", "publicity", "reviewed", "recorded")


class RegisterQuestions:
    """Asks the register as known now, for names that stand on ``on`` or are approved for later."""

    def __init__(self, on: date, *, case_id: object = None) -> None:
        self.on = on
        self.case_id = case_id

    def streets_named(self, normalised: str) -> Sequence[NamedStreet]:
        """Return the streets with this normalised name, city-wide."""
        return self._streets(self._names().filter(normalised=normalised))

    def streets_sounding(self, keys: SoundKeys) -> Sequence[NamedStreet]:
        """Return the streets that share the toned, toneless or Jyutping key, city-wide."""
        alike = Q(key_toneless=keys.toneless)
        if keys.jyutping:
            alike |= Q(key_jyutping=keys.jyutping)
        return self._streets(self._names().filter(alike))

    def streets_of_stem(self, stem: str, generic: str) -> Sequence[NamedStreet]:
        """Return the numbered streets of a stem with the same generic term."""
        rows = self._names().filter(stem=stem, generic=generic, ordinal__isnull=False)
        return self._streets(rows)

    def place_of_stem(self, stem: str) -> str:
        """Return a street, village or community called by the stem, or an empty text."""
        # 太丰一街横一巷 hangs on 太丰一街: the position before the ordinal is not part of what it hangs on.
        bare = stem.rstrip("横直东西南北中") if len(stem) > 3 else stem
        for candidate in dict.fromkeys((stem, bare)):
            street = self._names().filter(
                Q(specific=candidate, ordinal__isnull=True) | Q(normalised=candidate)
            )
            if found := street.first():
                return found.name
            unit = in_force(UnitVersion.objects.filter(name__startswith=candidate), self.on).first()
            if unit:
                return unit.name
        return ""

    def streets_near(self, geometry: BaseGeometry, distance_m: float) -> Sequence[NamedStreet]:
        """Return the streets within ``distance_m`` metres of a frame geometry."""
        xmin, ymin, xmax, ymax = geometry.bounds
        box = (xmin - distance_m, ymin - distance_m, xmax + distance_m, ymax + distance_m)
        near = standing(StreetVersion.objects.filter(geom__in_box=box), self.on)
        places = {
            row.place_id: to_shapely(row.geom)
            for row in near
            if to_shapely(row.geom).dwithin(geometry, distance_m)
        }
        return self._streets(self._names().filter(place_id__in=places), places)

    def open_items(self, normalised: str, keys: SoundKeys) -> Sequence[OpenItem]:
        """Return items of other open cases with the same name or the same sound."""
        rows = StreetItem.objects.filter(
            item__outcome="pending", item__case__status__in=OPEN_STATES
        ).select_related("item__case")
        if self.case_id is not None:
            rows = rows.exclude(item__case_id=self.case_id)
        found = []
        for row in rows:
            same = normalise_name(row.name) == normalised
            if not same and sound_keys(row.name).toneless != keys.toneless:
                continue
            found.append(
                OpenItem(
                    row.item.case.number,
                    str(row.item_id),
                    row.name,
                    same,
                    row.item.case.accept_order,
                    self._scopes_of(to_shapely(row.geom)),
                )
            )
        return found

    def _scopes_of(self, geometry: BaseGeometry) -> frozenset[str]:
        areas = register.built_up_areas_meeting(geometry, self.on)
        districts = register.units_by_share("district", geometry, self.on)
        return frozenset([str(a.pk) for a in areas] + [str(d.unit.jurisdiction_id) for d in districts])

    def districts_of(self, geometry: BaseGeometry) -> Sequence[str]:
        """Return the names of the districts a line runs through, longest part first."""
        return [v.name for v in register.units_by_share("district", geometry, self.on, least_m=5.0)]

    def city_outline(self) -> BaseGeometry | None:
        """Return the city's outline."""
        return register.city_outline(self.on)

    def _names(self) -> QuerySet[PlaceNameVersion]:
        return standing(PlaceNameVersion.objects.filter(place__category="STR"), self.on).exclude(
            use_state="historic"
        )

    def _streets(
        self, names: Iterable[PlaceNameVersion], shapes: dict[object, BaseGeometry] | None = None
    ) -> list[NamedStreet]:
        names = list(names)
        extents = {
            row.place_id: row
            for row in standing(
                StreetVersion.objects.filter(place_id__in=[n.place_id for n in names]), self.on
            )
        }
        found = []
        for name in names:
            extent = extents.get(name.place_id)
            shape = (shapes or {}).get(name.place_id)
            if shape is None and extent is not None:
                shape = to_shapely(extent.geom)
            found.append(
                NamedStreet(
                    str(name.place_id),
                    name.name,
                    parts_of(name),
                    keys_of(name),
                    frozenset(name.scopes),
                    extent.where if extent else "",
                    shape,
                )
            )
        return found


def parts_of(row: PlaceNameVersion) -> NameParts:
    """Return the parts of a registered name as the language room makes them."""
    return split_name(row.name, category="STR")


def keys_of(row: PlaceNameVersion) -> SoundKeys:
    """Return the stored keys of a registered name."""
    return SoundKeys(
        row.key_toned,
        row.key_toneless,
        row.key_fuzzy,
        row.key_initials,
        row.key_jyutping,
        row.key_jyutping_toneless,
    )
