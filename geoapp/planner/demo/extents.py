"""Real descriptions of bounds (四至) read from public sources, for the units of the demo that they describe."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from boundaries.checks.names import place_name
from geoapp.planner.demo.city import FOLDER, DemoUnit

CITY = "佛山市"


def load_extents(units: Sequence[DemoUnit], folder: Path = FOLDER) -> dict[str, str]:
    """Return the description of a unit's bounds by its code, with the source named in it.

    A row belongs to the unit whose name, the committee's label set aside, and whose district and town are the
    row's; rows of other cities, and rows that fit no unit or several, are left out.
    """
    names = {unit.code: unit.name for unit in units}
    parents = {unit.code: unit.parent_code for unit in units}
    known: dict[tuple[str, str], list[str]] = {}
    for unit in units:
        if unit.level == "community":
            district = names.get(parents.get(unit.parent_code, ""), "")
            where = CITY + district + names.get(unit.parent_code, "")
            known.setdefault((where, place_name(unit.name)), []).append(unit.code)
    found = {}
    with (folder / "boundary_descriptions.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            codes = known.get((row["parent"], place_name(row["name"])), [])
            if len(codes) == 1:
                found[codes[0]] = f"{row['boundary_text']}（来源：{row['source']}，未经核实）"
    return found
