"""The register as a code list: what stood on a day in some districts, and which act last changed it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Max, Q

from boundaries.edition_acts import Edition, Listed
from boundaries.history import is_town, town_name
from boundaries.models import UnitVersion
from geoapp.core.effective import in_force, known
from geoapp.core.models import Act


@dataclass
class Standing:
    """The units in law on a day by code, those without a code, and the last act that touched any of them."""

    on: date
    versions: dict[str, UnitVersion] = field(default_factory=dict)
    uncoded: list[UnitVersion] = field(default_factory=list)
    seq: int = 0

    def edition(self, year: int) -> Edition:
        """Return the units as a list would print them: villages and communities, and the towns they lie in."""
        units = tuple(Listed(c, v.name) for c, v in sorted(self.versions.items()) if len(c) == 12)
        used = {u.town_code for u in units}
        towns = tuple(
            Listed(c, v.name) for c, v in sorted(self.versions.items()) if len(c) == 9 and c in used
        )
        return Edition(year, units, towns)

    def names(self) -> dict[str, str]:
        """Return the names by code, districts and towns included."""
        return {code: version.name for code, version in self.versions.items()}

    def with_land(self) -> set[str]:
        """Return the codes of units that have land on record."""
        rows = UnitVersion.objects.filter(pk__in=[v.pk for v in self.versions.values()], geom__isnull=False)
        return set(rows.values_list("code", flat=True))


def _scope(districts: Collection[str]) -> Q:
    scope = Q(code="")
    for code in districts:
        scope |= Q(code__startswith=code)
    return scope


def standing(on: date, districts: Collection[str]) -> Standing:
    """Return what stood in some districts on a day (upper units of the whole city included)."""
    rows = (
        in_force(UnitVersion.objects.filter(_scope(districts) | Q(unit__level="district")), on)
        .select_related("unit")
        .defer("geom")
    )
    found = Standing(on, seq=last_seq(districts))
    for row in rows.order_by("code"):
        if row.code:
            found.versions[row.code] = row
        else:
            found.uncoded.append(row)
    towns = {version.unit_id for version in found.versions.values()}
    found.uncoded = [row for row in found.uncoded if row.parent_id in towns]
    return found


def last_seq(districts: Collection[str]) -> int:
    """Return the number of the last act that changed a unit of some districts (0: none did)."""
    last = UnitVersion.objects.filter(_scope(districts)).aggregate(came=Max("act_in"), went=Max("act_out"))
    return max(last["came"] or 0, last["went"] or 0)


def act_of(seq: int) -> Act | None:
    """Return an act with its actor and case."""
    return Act.objects.select_related("actor", "case").filter(seq=seq).first()


def day_before(on: date) -> date:
    """Return the day whose register a list is compared with."""
    return on - timedelta(days=1)


def comparable(edition: Edition) -> Edition:
    """Return a list as the register holds it: towns by their own names, without bodies like a town."""
    towns = tuple(Listed(t.code, town_name(t.name)) for t in edition.towns if is_town(t.code))
    return Edition(edition.year, edition.units, towns)


def later_versions(units: Collection[object], codes: Collection[str], on: date) -> list[UnitVersion]:
    """Return what is recorded to change after a day: of units, or under codes that shall be given."""
    rows = known(UnitVersion.objects.filter(valid_from__gte=on)).defer("geom")
    return list(rows.filter(Q(unit_id__in=units) | Q(code__in=[c for c in codes if c])).order_by("code"))
