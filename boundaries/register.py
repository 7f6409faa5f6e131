"""Units in force on a date, and where a geometry lies. Geometry in the city frame (metres, x east, y north)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import shapely
from django.db.models import Q, QuerySet
from shapely.geometry.base import BaseGeometry

from boundaries.models import BuiltUpArea, Unit, UnitVersion
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely


def units(level: str, on: date, known_at: int | None = None) -> QuerySet[UnitVersion]:
    """Return the unit versions of a level in law on a day as known after an act (None: now)."""
    found = in_force(UnitVersion.objects.filter(unit__level=level), on, known_at)
    return found.select_related("unit__jurisdiction").order_by("code")


def units_meeting(level: str, geometry: BaseGeometry, on: date) -> list[tuple[UnitVersion, BaseGeometry]]:
    """Return the units of a level that share a point with a geometry, with their shapes."""
    found = []
    for version in units(level, on).filter(geom__in_box=geometry.bounds):
        shape = _shape(version)
        if shape is not None and shape.intersects(geometry):
            found.append((version, shape))
    return found


def units_by_share(
    level: str, geometry: BaseGeometry, on: date, *, least_m: float = 1.0
) -> list[UnitVersion]:
    """Return the units a line runs through for at least ``least_m`` metres, longest part first."""
    parts = [
        (geometry.intersection(shape).length, version.code, version)
        for version, shape in units_meeting(level, geometry, on)
    ]
    kept = sorted((p for p in parts if p[0] >= least_m), key=lambda p: (-p[0], p[1]))
    return [version for _, _, version in kept]


def units_at(point: BaseGeometry, on: date) -> list[UnitVersion]:
    """Return the district, town and community that hold a frame point (a point on a line: the lowest code)."""
    found = []
    for level in Unit.Level.values:
        hit = units_meeting(level, point, on)
        if hit:
            found.append(hit[0][0])
    return found


def built_up_areas_meeting(geometry: BaseGeometry, on: date, *, least_m: float = 1.0) -> list[BuiltUpArea]:
    """Return the built-up areas a line runs through for at least ``least_m`` metres, longest part first."""
    rows = BuiltUpArea.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on, geom__in_box=geometry.bounds
    )
    parts = [(geometry.intersection(_shape(row)).length, str(row.pk), row) for row in rows]
    kept = sorted((p for p in parts if p[0] >= least_m), key=lambda p: (-p[0], p[1]))
    return [row for _, _, row in kept]


def city_outline(on: date) -> BaseGeometry | None:
    """Return the union of the districts in force, None when the register holds no land."""
    rows = units("district", on).filter(geom__isnull=False)
    keys = tuple(rows.values_list("pk", flat=True))
    return _outline(keys) if keys else None


@lru_cache(maxsize=4)
def _outline(rows: tuple[int, ...]) -> BaseGeometry:
    # Versions never change in place: the rows' numbers identify their shapes.
    shapes = [to_shapely(v.geom) for v in UnitVersion.objects.filter(pk__in=rows)]
    outline = shapely.union_all(shapes)
    shapely.prepare(outline)
    return outline


def _shape(row: Any) -> BaseGeometry:
    return _shape_of(type(row), row.pk, bytes(row.geom.wkb)) if row.geom else None


@lru_cache(maxsize=512)
def _shape_of(model: type, key: Any, wkb: bytes) -> BaseGeometry:
    shape = shapely.from_wkb(wkb)
    shapely.prepare(shape)
    return shape


def names_of(versions: Iterable[UnitVersion]) -> str:
    """Return unit names joined, largest first as given."""
    return "".join(version.name for version in versions)
