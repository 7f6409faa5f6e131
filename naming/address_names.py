"""The gazetteer that addresses are read with: names of the register on a day, none of its doors.

Only what the public may know enters it: published streets and places, and units. It is built once per day asked for
and state of the register, and kept in this process: about forty bytes a name, whatever the number of addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from uuid import UUID

from django.db import connection

from boundaries.edition_names import has_placeholder
from boundaries.lineage import resolve
from boundaries.models import Estate, UnitVersion
from geoapp.core.effective import known
from geoapp.core.models import Jurisdiction
from naming.addressing.compose import community_part
from naming.addressing.divisions import national_table
from naming.addressing.gazetteer import FULL, Gazetteer, Layered, Name, NameTable, enter_unit
from naming.models import PlaceName, PublishedPlaceName, PublishedStreet

_DIGITS = {"district": 6, "town": 9, "community": 12}
_MOST_ASKED = 64
_VILLAGE_ENDS = ("村", "坊", "里", "围", "庄", "屯", "寨", "队", "组")


@dataclass(frozen=True)
class AddressNames:
    """Names to read addresses with, and what they tell of each other.

    ``names`` gives the name of a code (district, town, community) on the day; ``codes`` every code a unit has borne
    up to then. ``streets`` holds the present streets and places by town code (empty: nobody knows where), their names
    by id; ``alike`` the ids of a name.
    """

    gazetteer: Gazetteer
    names: Mapping[str, str]
    codes: Mapping[UUID, frozenset[str]]
    streets: Mapping[str, Mapping[str, str]]
    alike: Mapping[str, tuple[str, ...]]

    asked: dict[frozenset[str], Mapping[str, str]] = field(default_factory=dict, repr=False, compare=False)

    def streets_in(self, codes: frozenset[str]) -> Mapping[str, str]:
        """Return the names of the streets that may lie within one of the codes, by id; of all when there is none.

        The answer is kept (``asked``) for as long as these names are: texts ask of the same towns again and again.
        """
        held = self.asked.get(codes)
        if held is None:
            if len(self.asked) >= _MOST_ASKED:
                self.asked.clear()
            held = self.asked[codes] = self._streets_in(codes)
        return held

    def _streets_in(self, codes: frozenset[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for town, streets in self.streets.items():
            if not codes or not town or any(town.startswith(c) or c.startswith(town) for c in codes):
                found |= streets
        return found

    def above(self, codes: frozenset[str]) -> dict[str, str]:
        """Return the district, town and community that all the codes share, by part."""
        found = {}
        for part, digits in _DIGITS.items():
            heads = {code[:digits] for code in codes}
            if len(heads) != 1 or len(min(codes, key=len)) < digits:
                break
            name = self.names.get(heads.pop())
            if name:
                found[part] = community_part(name) if part == "community" else name
        return found


def address_names(on: date) -> AddressNames:
    """Return the names as they stand on a day, from the store of this process when the register is as it was.

    The hash of the last act stands for the register. Estates are mapped without acts: a new one is known from the
    next act on.
    """
    # Written out: it is asked before every text, and the ORM takes longer over the statement than the database.
    with connection.cursor() as cursor:
        cursor.execute('SELECT "seq", "hash" FROM "core_acthead" WHERE "id" = 1')
        return _built(on, cursor.fetchone())


@lru_cache(maxsize=3)
def _built(on: date, head: tuple[int, str] | None) -> AddressNames:
    table = NameTable()
    city = Jurisdiction.objects.filter(level="city").order_by("code").first()
    code = city.code[:4] if city else ""
    if city:
        enter_unit(table, "city", city.name, code=code, ident=str(city.pk))
    names, unit_codes, codes = _units(table, on)
    places = _streets(table, on, names)
    places |= _places(table, on)
    for pk, name, community in Estate.objects.values_list("pk", "name", "community_id"):
        where = frozenset({unit_codes[community]}) if community in unit_codes else frozenset()
        table.add(name, Name("compound", name, where, (str(pk),), local=True))
    streets: dict[str, dict[str, str]] = {}
    alike: dict[str, tuple[str, ...]] = {}
    for ident, (name, towns) in places.items():
        alike[name] = (*alike.get(name, ()), ident)
        for town in towns or ("",):
            streets.setdefault(town, {})[ident] = name
    return AddressNames(Layered(table, national_table(code)), names, codes, streets, alike)


_Units = tuple[dict[str, str], dict[UUID, str], dict[UUID, frozenset[str]]]


def _units(table: NameTable, on: date) -> _Units:
    """Enter the units with their earlier names.

    Return names by code and codes by unit, both of the day, and every code of a unit so far.
    """
    rows = list(
        known(UnitVersion.objects.filter(valid_from__lte=on))
        .order_by("valid_from", "row")
        .values_list("unit_id", "unit__level", "name", "code", "valid_to")
    )
    present = {
        unit: (name, code[: _DIGITS[level]])
        for unit, level, name, code, stop in rows
        if stop is None or stop > on
    }
    heirs: dict[UUID, tuple[str, str]] = {}
    for unit, level, name, _, _ in rows:
        if unit not in present and unit not in heirs:
            living = resolve(unit, on).living
            # A unit that went to several: its name still places an address, but in no one of them.
            heirs[unit] = (
                (living[0].name, living[0].code[: _DIGITS[level]]) if len(living) == 1 else (name, "")
            )
    for unit, level, name, _, _ in rows:
        if has_placeholder(name):
            continue
        now, code = present.get(unit) or heirs[unit]
        former = "" if unit in present and name == now else now
        enter_unit(table, level, name, code=code, ident=str(unit), now=former)
    borne: dict[UUID, frozenset[str]] = {}
    for unit, _, _, code, _ in rows:
        borne[unit] = borne.get(unit, frozenset()) | {code}
    by_code = {code: name for name, code in present.values()}
    return by_code, {unit: code for unit, (_, code) in present.items()}, borne


def _streets(table: NameTable, on: date, names: Mapping[str, str]) -> dict[str, tuple[str, frozenset[str]]]:
    towns = {(names.get(code[:6], ""), name): code for code, name in names.items() if len(code) == 9}
    rows = list(
        PublishedStreet.objects.filter(act_out__isnull=True, valid_from__lte=on)
        .order_by("valid_from", "row")
        .values_list("id", "name", "unit", "valid_to", "status")
    )
    return _enter(
        table,
        (
            (pk, name, "street", _towns_of(unit, towns), (stop is None or stop > on) and status != "historic")
            for pk, name, unit, stop, status in rows
        ),
    )


def _towns_of(where: str, towns: Mapping[tuple[str, str], str]) -> frozenset[str]:
    """Return the town codes in a street's place as it is published: 南海区桂城街道、大沥镇."""
    found = set()
    for (district, town), code in towns.items():
        if district and where.startswith(district) and town in where.removeprefix(district).split("、"):
            found.add(code)
    return frozenset(found)


def _places(table: NameTable, on: date) -> dict[str, tuple[str, frozenset[str]]]:
    """Enter registered places that are neither streets nor units: villages and estates, by the word they end in."""
    rows = (
        PublishedPlaceName.objects.filter(act_out__isnull=True, valid_from__lte=on)
        .exclude(kind__in=(PlaceName.Category.STREET, PlaceName.Category.UNIT))
        .order_by("valid_from", "row")
        .values_list("id", "name", "code", "valid_to")
    )
    return _enter(
        table,
        (
            (
                pk,
                name,
                "village" if name.endswith(_VILLAGE_ENDS) else "compound",
                frozenset({code}) if code else frozenset(),
                stop is None or stop > on,
            )
            for pk, name, code, stop in rows
        ),
    )


def _enter(
    table: NameTable, rows: Iterable[tuple[UUID, str, str, frozenset[str], bool]]
) -> dict[str, tuple[str, frozenset[str]]]:
    """Enter places (id, name, part, codes, standing), oldest first; return the standing ones by id."""
    held = list(rows)
    now = {pk: name for pk, name, _, _, standing in held if standing}
    last = {pk: name for pk, name, _, _, _ in held}
    present: dict[str, tuple[str, frozenset[str]]] = {}
    for pk, name, part, codes, standing in held:
        value = now.get(pk, last[pk])
        former = not standing and now.get(pk) != name
        table.add(name, Name(part, value, codes, (str(pk),), former, FULL, True))
        if standing:
            present[str(pk)] = (name, codes | present.get(str(pk), ("", frozenset()))[1])
    return present
