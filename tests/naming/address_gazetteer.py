"""The gazetteer the parser is measured with: the units of the demo city and the names marked as known."""

from __future__ import annotations

from functools import lru_cache

from naming.addressing.divisions import national_table
from naming.addressing.gazetteer import Gazetteer, Layered, Name, NameTable, enter_unit
from tests.naming.address_templates import DATA, UNITS, rows

CITY_CODE = "4406"


@lru_cache(maxsize=1)
def table() -> NameTable:
    """Return the city's own names: as the register would give them."""
    found = NameTable()
    enter_unit(found, "city", "佛山市", code=CITY_CODE)
    codes = {}
    communities = {}
    for unit in rows(UNITS):
        enter_unit(found, unit["level"], unit["name"], code=unit["code"], ident=unit["code"])
        codes[unit["name"]] = unit["code"] if unit["level"] != "community" else ""
        communities[unit["parent_code"], unit["name"]] = unit["code"]
    for row in rows(DATA / "address_names.csv"):
        if row["known"] != "1":
            continue
        if row["kind"] in ("town", "district"):
            enter_unit(found, row["kind"], row["former"], code=codes[row["name"]], now=row["name"])
            continue
        where = set()
        for place in row["towns"].split("|"):
            town, _, community = place.partition("/")
            where.add(communities[codes[town], community] if community else codes[town])
        found.add(row["name"], Name(row["kind"], row["name"], frozenset(where), (row["name"],), local=True))
        if row["former"]:
            found.add(
                row["former"],
                Name(row["kind"], row["name"], frozenset(where), (row["name"],), former=True, local=True),
            )
    return found


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the city's names before those of the whole country."""
    return Layered(table(), national_table(CITY_CODE))
