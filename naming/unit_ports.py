"""The answers to what the wing of boundaries asks (``boundaries.ports``). Geometry in the city frame."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from boundaries.checks.proposal import NameHit
from boundaries.ground import uuids
from boundaries.models import UnitVersion
from boundaries.ports import (
    Beforehand,
    Called,
    NamingCase,
    NamingContents,
    Placing,
    Premise,
    StreetLine,
    StreetOnLand,
)
from geoapp.core.checks import Stage
from geoapp.core.effective import BATCHES, begin, end, in_force, known, succeed
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case
from naming import ahead, listed, published, search
from naming.cascade import UnitCalled
from naming.embedded import open_embedded
from naming.gazetteer import form_of
from naming.language.keys import sound_keys
from naming.language.normalise import normalise_name
from naming.language.reading import read_name
from naming.models import AddressVersion, PlaceName, PlaceNameVersion, Plate, SearchName, StreetVersion
from naming.placing import DoorsPlaced
from naming.prepared import Plan

_BATCH = 400
_SUFFIXES = ("社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会", "村委会", "社区", "村")


USUAL_WIDTH_M = {"arterial": 40.0, "secondary": 30.0, "local": 18.0, "street": 10.0, "lane": 4.0}
"""What a road of a class is usually wide, red line to red line; local values, UNVERIFIED, for weighing only."""


def width_of(street: StreetVersion) -> tuple[float | None, str]:
    """Return a street's width in metres and where it is from: ``register``, ``class``, or (None, "")."""
    if street.width_m is not None:
        return street.width_m, "register"
    usual = USUAL_WIDTH_M.get(street.road_class)
    return usual, "class" if usual is not None else ""


@dataclass(frozen=True)
class PreparedDoors:
    """A batch prepared for units (register), or the doors it was last prepared for (publication)."""

    plan: Plan
    doors: tuple[UUID, ...] = ()
    register: ahead.Ready | None = None
    foretold: listed.Foretold | None = None

    @property
    def count(self) -> int:
        """Return how many addresses were prepared."""
        return len(self.plan.entries)


class NamingPorts:
    """Asks and orders the registers of names, streets and addresses."""

    def premises_in(
        self, units: Collection[str], on: date, *, among: Collection[str] | None = None
    ) -> Sequence[Premise]:
        """Return the addresses of communities in law on a day."""
        rows = in_force(AddressVersion.objects.filter(community_id__in=uuids(units)), on).order_by("text")
        if among is not None:
            rows = rows.filter(address_id__among=dict.fromkeys(uuids(among)))
        # Plain tuples: a decision asks for thousands of them under the write lock.
        stored = list(
            rows.annotate(wkb=AsWKB("geom")).values_list("address_id", "text", "community_id", "wkb")
        )
        points = shapely.from_wkb([bytes(row[-1]) for row in stored])
        return [
            Premise(str(address), text, str(community), point)
            for (address, text, community, _wkb), point in zip(stored, points, strict=True)
        ]

    def premises_changed(self, units: Collection[str], since: int) -> set[str]:
        """Return the addresses that later acts wrote into communities, or took out of them."""
        rows = AddressVersion.objects.filter(community_id__in=uuids(units))
        later = Q(act_in__gt=since, act_in__lt=BATCHES) | Q(act_out__gt=since, act_out__lt=BATCHES)
        return {str(address) for address in rows.filter(later).values_list("address_id", flat=True)}

    def streets_in(self, geometry: BaseGeometry, on: date) -> Sequence[StreetOnLand]:
        """Return the streets that run over a polygon, longest first."""
        lengths: dict[UUID, float] = {}
        for row in in_force(StreetVersion.objects.filter(geom__in_box=geometry.bounds), on):
            length = float(to_shapely(row.geom).intersection(geometry).length)
            if length >= 1.0:
                lengths[row.place_id] = lengths.get(row.place_id, 0.0) + length
        names = dict(
            in_force(PlaceNameVersion.objects.filter(place_id__in=lengths), on).values_list(
                "place_id", "name"
            )
        )
        found = [StreetOnLand(str(k), names.get(k, ""), v) for k, v in lengths.items()]
        return sorted(found, key=lambda s: (-s.length_m, s.name))

    def street_lines_near(self, box: tuple[float, float, float, float], on: date) -> Sequence[StreetLine]:
        """Return the centrelines of streets near a box."""
        rows = list(in_force(StreetVersion.objects.filter(geom__in_box=box), on))
        names = dict(
            in_force(
                PlaceNameVersion.objects.filter(place_id__in=[r.place_id for r in rows]), on
            ).values_list("place_id", "name")
        )
        return [StreetLine(names.get(r.place_id, ""), to_shapely(r.geom), *width_of(r)) for r in rows]

    def signs_in(self, geometry: BaseGeometry, on: date) -> int:
        """Return the number of registered signs on a polygon: the plates that hang there (other kinds have no register)."""
        rows = in_force(AddressVersion.objects.filter(geom__in_box=geometry.bounds), on)
        shapely.prepare(geometry)
        doors = {r.address_id for r in rows if geometry.covers(to_shapely(r.geom))}
        count, wanted = 0, list(doors)
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            count += Plate.objects.filter(address_id__in=batch, state=Plate.State.HUNG).count()
        return count

    def replace_addresses(
        self,
        moves: Mapping[str, str],
        towns: Collection[str],
        renamed: Collection[str] = (),
        *,
        seq: int,
        effective: date,
        beforehand: Beforehand | None = None,
        follows: bool = False,
    ) -> int:
        """Place addresses anew from a day on; text is composed anew where a name in it is another."""
        came = in_force(UnitVersion.objects.filter(parent_id__in=uuids(towns), act_in=seq), effective)
        below = in_force(UnitVersion.objects.filter(parent_id__in=uuids(renamed)), effective)
        units = {*uuids(renamed)}
        for found in (came, below):
            units |= set(found.values_list("unit_id", flat=True))
        placed = {UUID(address): UUID(community) for address, community in moves.items()}
        ready = beforehand.register if isinstance(beforehand, PreparedDoors) else None
        return ahead.rename_units(units, placed, effective, seq=seq, ready=ready, follows=follows)

    def prepare_addresses(
        self,
        called: Sequence[Called],
        effective: date,
        *,
        case: Case | None,
        subject: str,
        until: float | None,
        placing: Placing | None = None,
        units: Collection[str] | None = None,
    ) -> PreparedDoors | None:
        """Write the addresses of communities beforehand as they are when these are called otherwise, or move."""
        said = {UUID(one.unit): _said(one) for one in called}
        if placing is None:
            own = frozenset(said if units is None else uuids(units))
            least = None if units is None else 0
            plan = ahead.prepare_units(
                own, said, effective, case=case, subject=subject, until=until, at_least=least
            )
            return PreparedDoors(plan, register=ahead.Ready(plan, own, {}, own)) if plan else None
        where = DoorsPlaced(
            lambda: {UUID(a): UUID(c) for a, c in placing.where().items()},
            placing.land,
            units=frozenset(u for u, s in said.items() if (s.name or s.parent) and not s.new),
            holders=frozenset(uuids(placing.holders)),
            around=frozenset(uuids(placing.around)),
            fresh=frozenset(unit for unit, one in said.items() if one.new),
        )
        found = ahead.prepare_moves(where, said, effective, case=case, subject=subject, until=until)
        if found is None:
            return None
        plan, named = found
        return PreparedDoors(plan, register=ahead.Ready(plan, where.units, where.moves(), named, where))

    def judge_unit_name(self, name: str, district: str, on: date) -> Sequence[NameHit]:
        """Return villages and communities of a district with the same name or the same sound."""
        wanted = bare(name)
        if not wanted:
            return []
        towns = in_force(UnitVersion.objects.filter(parent_id__in=uuids([district])), on)
        where = dict(towns.values_list("unit_id", "name"))
        below = in_force(UnitVersion.objects.filter(parent_id__in=where), on).defer("geom")
        sound = sound_keys(wanted, read_name(wanted).syllables).toneless
        # The keys of a unit's whole name begin with those of its bare name.
        alike = in_force(
            PlaceNameVersion.objects.filter(place__unit__isnull=False, key_toneless__startswith=sound), on
        ).values_list("place__unit_id", flat=True)
        found = []
        for version in below.filter(Q(name__startswith=wanted) | Q(unit_id__in=list(alike))).order_by("code"):
            other = bare(version.name)
            if other == wanted:
                found.append(NameHit("same", str(version.unit_id), version.name, where[version.parent_id]))
            elif sound_keys(other, read_name(other).syllables).toneless == sound:
                found.append(NameHit("sound", str(version.unit_id), version.name, where[version.parent_id]))
        return found

    def open_naming_case(
        self, contents: NamingContents, *, on: date, stages: Sequence[Stage], case: str = "", item: str = ""
    ) -> NamingCase:
        """Open the naming matter an adjustment contains: what it lacks, what the rules for names of units find."""
        return open_embedded(contents, on=on, stages=stages, case=case, item=item)

    def romanise(self, name: str, pinyin: str = "") -> str:
        """Return the standard spelling of a unit's name; a given reading wins over the suggested one."""
        return form_of(name, pinyin, category="ADM").pinyin_std

    def record_place_name(
        self,
        unit: UUID,
        name: str,
        *,
        seq: int,
        effective: date,
        approval: Mapping[str, Any],
        pinyin: str = "",
        meaning: str = "",
    ) -> None:
        """Write the gazetteer entry of a unit's name."""
        place, _ = PlaceName.objects.get_or_create(
            unit_id=unit,
            defaults={"category": PlaceName.Category.UNIT, "synthetic": _synthetic(unit)},
        )
        values = form_of(name, pinyin, category="ADM").columns() | dict(approval)
        if meaning:
            values["meaning"] = meaning
        standing = in_force(PlaceNameVersion.objects.filter(place=place), effective).first()
        if standing is not None:
            # Another name has another meaning, or none that anybody has given.
            succeed(standing, seq=seq, valid_from=effective, **({"meaning": ""} | values))
        else:
            begin(PlaceNameVersion, seq=seq, valid_from=effective, place=place, **values)

    def end_place_name(self, unit: UUID, *, seq: int, effective: date) -> None:
        """End the gazetteer entry of a unit that is no more."""
        rows = in_force(PlaceNameVersion.objects.filter(place__unit_id=unit), effective)
        for version in rows:
            end(version, seq=seq, valid_to=effective)

    def prepare_publication(
        self, units: Collection[str], *, known_at: int, case: Case | None, until: float | None
    ) -> PreparedDoors | None:
        """Write the public rows of the addresses of units beforehand."""
        ids = uuids(units)
        last: list[UUID] = []

        def doors() -> list[UUID]:
            last[:] = _public_doors(ids, known_at)
            return list(last)

        plan = ahead.prepare_publication(doors, known_at, case=case, until=until)
        return PreparedDoors(plan, tuple(last)) if plan is not None else None

    def prepare_listed(
        self,
        units: Collection[str],
        codes: Mapping[str, tuple[date, str, str]],
        register: Callable[[], Sequence[Beforehand]],
        *,
        subject: str,
        until: float | None,
    ) -> PreparedDoors | None:
        """Write the public rows of the addresses of units beforehand for an act that writes the register as well."""

        def plans() -> list[ahead.Ready]:
            return [one.register for one in register() if isinstance(one, PreparedDoors) and one.register]

        called = {UUID(unit): said for unit, said in codes.items()}
        found = listed.prepare(uuids(units), called, plans, subject=subject, until=until)
        return PreparedDoors(found.plan, found.doors, foretold=found) if found is not None else None

    def publish(
        self, units: Collection[str], *, known_at: int, seq: int, beforehand: Beforehand | None = None
    ) -> list[dict[str, Any]]:
        """Publish names, search lines and addresses of units as the register stood after an act."""
        ids = uuids(units)
        places = list(PlaceName.objects.filter(unit_id__in=ids).values_list("pk", flat=True))
        ready = beforehand if isinstance(beforehand, PreparedDoors) else None
        without: Collection[UUID] = ready.foretold.no_longer(seq) if ready and ready.foretold else ()
        quiet = ready is not None and ready.plan.batch.checked_seq == seq - 1 and not without
        addresses = list(ready.doors) if ready and quiet else _public_doors(ids, known_at)
        entries = []
        for layer, things in (("place_names", places), ("addresses", addresses)):
            if not things:
                continue
            if layer == "addresses":
                ahead.publish_doors(
                    things, known_at=known_at, seq=seq, plan=ready.plan if ready else None, without=without
                )
            else:
                published.publish(layer, things, known_at=known_at, seq=seq)
            entries.append({"layer": layer, "ids": [str(i) for i in things], "known_at": known_at})
        self._index(ids, known_at)
        return entries

    def _index(self, ids: Collection[UUID], known_at: int) -> None:
        SearchName.objects.filter(subject_type="unit", subject_id__in=ids).delete()
        rows = list(
            known(UnitVersion.objects.filter(unit_id__in=ids), known_at).order_by("unit_id", "valid_from")
        )
        parents = {
            v.unit_id: v for v in known(UnitVersion.objects.exclude(unit__level="community"), known_at)
        }
        lines: dict[tuple[UUID, str], dict[str, Any]] = {}
        for v in rows:
            town = parents.get(v.parent_id)
            district = parents.get(town.parent_id) if town else None
            where = "".join(p.name for p in (district, town) if p)
            point = shapely.point_on_surface(to_shapely(v.geom)) if v.geom else None
            lines[v.unit_id, v.name] = {
                "id": v.unit_id,
                "name": v.name,
                "pinyin": v.pinyin,
                "where": where,
                "point": point,
                "former": v.valid_to is not None,
            }
        search.index_units(lines.values())


def _said(one: Called) -> UnitCalled:
    parent = UUID(one.parent) if one.parent else None
    return UnitCalled(one.days, one.name, parent, one.new, one.ceases)


def _public_doors(units: Collection[UUID], known_at: int) -> list[UUID]:
    """Return the released addresses that an act changed, and those that units held after it."""
    touched = AddressVersion.objects.filter(act_in=known_at).values_list("address_id", flat=True)
    held = known(AddressVersion.objects.filter(community_id__in=units), known_at).values_list(
        "address_id", flat=True
    )
    return published.released([*touched, *held], known_at=known_at)


def bare(name: str) -> str:
    """Return a unit's name without the words for its kind: what must differ within a county-level area."""
    text = normalise_name(name)
    for suffix in _SUFFIXES:
        if text.endswith(suffix) and len(text) > len(suffix):
            return text.removesuffix(suffix)
    return text


def _synthetic(unit: UUID) -> bool:
    return UnitVersion.objects.filter(unit_id=unit, synthetic=True).exists()
