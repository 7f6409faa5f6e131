"""The demo city's land: real names, codes and types of 2023 on synthetic boundaries.

Geometry is in the city frame (metres, x east, y north, whole millimetres).
"""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geoapp.core import frame

FOLDER = Path(__file__).resolve().parents[3] / "fixtures" / "demo_city"
CORE_RADIUS_M = 1500.0


@dataclass(frozen=True)
class DemoUnit:
    """A unit as the demo city has it; ``geometry`` is a MultiPolygon, None for a landless virtual unit."""

    code: str
    name: str
    level: str
    kind: str
    parent_code: str
    landless: bool
    households: int
    population: int
    geometry: BaseGeometry | None
    synthetic: bool


@dataclass(frozen=True)
class DemoBuiltUpArea:
    """A built-up area (建成区)."""

    name: str
    district_code: str
    geometry: BaseGeometry


def load_units(folder: Path = FOLDER) -> list[DemoUnit]:
    """Return districts, towns and the 818 units of 2023, parents first.

    Vertices go to the frame one by one, so shared vertices stay shared; towns and districts are the unions of
    their communities.
    """
    with (folder / "units_2023.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    land = _land(folder)
    children: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        children[row["parent_code"]].append(row["code"])
    shapes = dict(land)
    for level in ("town", "district"):
        for row in rows:
            if row["level"] == level:
                parts = [shapes[c] for c in children[row["code"]] if c in shapes]
                shapes[row["code"]] = shapely.coverage_union_all(parts)
    rng = random.Random(2023)
    households = {row["code"]: _households(rng, row["kind"]) for row in rows if row["code"] in land}
    return [_unit(row, shapes.get(row["code"]), households, children) for row in rows]


def _land(folder: Path) -> dict[str, BaseGeometry]:
    with gzip.open(folder / "communities.geojson.gz", "rt", encoding="utf-8") as stream:
        features = json.load(stream)["features"]
    return {f["properties"]["code"]: frame.to_frame(shape(f["geometry"])) for f in features}


def _households(rng: random.Random, kind: str) -> int:
    # Village-turned communities are oversize here and there: the demo needs some (示意).
    middle = 1900 if kind == "community" else 900
    size = max(160, int(rng.lognormvariate(0, 0.55) * middle))
    return min(size, 14_000)


def _unit(
    row: dict[str, str],
    geometry: BaseGeometry | None,
    households: dict[str, int],
    children: dict[str, list[str]],
) -> DemoUnit:
    below = [row["code"]]
    for _ in range(2):
        below = [child for code in below for child in children.get(code, [code])]
    count = sum(households.get(code, 0) for code in below)
    many = None
    if geometry is not None:
        many = geometry if geometry.geom_type == "MultiPolygon" else shapely.multipolygons([geometry])
    return DemoUnit(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        kind=row["kind"],
        parent_code=row["parent_code"],
        landless=geometry is None,
        households=count,
        population=int(count * 2.9),
        geometry=many,
        synthetic=True,
    )


def seats(folder: Path = FOLDER) -> dict[str, BaseGeometry]:
    """Return the town seats as frame points."""
    with (folder / "seats.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["town_code"]: frame.to_frame(shapely.Point(float(row["lon"]), float(row["lat"])))
            for row in csv.DictReader(stream)
        }


def core_of(town: DemoUnit, seat: BaseGeometry | None, radius_m: float = CORE_RADIUS_M) -> BaseGeometry:
    """Return the disc in which a town's streets are dense."""
    assert town.geometry is not None
    inside = town.geometry.buffer(-300)
    home = inside if not inside.is_empty else town.geometry
    middle = seat if seat is not None and home.covers(seat) else shapely.point_on_surface(home)
    return middle.buffer(radius_m)


def built_up_areas(units: Sequence[DemoUnit], core_radius_m: float = CORE_RADIUS_M) -> list[DemoBuiltUpArea]:
    """Return the built-up areas: Chancheng's four towns as one, elsewhere the heart of each town.

    Each is the union of whole communities, so that no two overlap.
    """
    middle = seats()
    towns = [u for u in units if u.level == "town"]
    found: list[DemoBuiltUpArea] = []
    shared: list[BaseGeometry] = []
    for town in towns:
        core = core_of(town, middle.get(town.code), core_radius_m)
        members = [
            u.geometry
            for u in units
            if u.parent_code == town.code and u.geometry is not None and _in_core(u, core)
        ]
        area = shapely.coverage_union_all(members)
        if town.parent_code == "440604":
            shared.append(area)
        else:
            name = town.name.removesuffix("街道").removesuffix("镇") + "建成区"
            found.append(DemoBuiltUpArea(name, town.parent_code, _many(area)))
    found.insert(0, DemoBuiltUpArea("禅城建成区", "440604", _many(shapely.union_all(shared))))
    return found


def _in_core(unit: DemoUnit, core: BaseGeometry) -> bool:
    assert unit.geometry is not None
    return unit.geometry.intersection(core).area > 0.25 * min(unit.geometry.area, core.area)


def _many(geometry: BaseGeometry) -> BaseGeometry:
    return geometry if geometry.geom_type == "MultiPolygon" else shapely.multipolygons([geometry])


def city_outline(units: Sequence[DemoUnit]) -> BaseGeometry:
    """Return the union of the districts."""
    return shapely.coverage_union_all([u.geometry for u in units if u.level == "district"])
