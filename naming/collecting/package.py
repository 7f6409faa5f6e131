"""What a phone takes along: a task with its streets, their doors and the community's outline, in frame metres.

The frame's projection is described beside it, so that the phone places its own position without a server.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

import shapely
from django.conf import settings
from django.utils import timezone
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from boundaries.models import UnitVersion
from geoapp.core import frame, wording
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely
from naming.addressing.numbering import NumberedStreet
from naming.addressing.numbering.slots import NOTES, material
from naming.addressing.numbering.words import say, templates
from naming.collection import ACTIVE, numbered
from naming.models import AddressVersion, CollectedDoor, CollectTask, PlaceNameVersion, StreetVersion
from naming.numbering import Number

MARGIN_M = 60.0
MOST_STREETS = 400
_SIMPLER_M = 0.5


def outline_of(task: CollectTask) -> BaseGeometry | None:
    """Return the block's polygon, failing it the community's land, in frame metres; None where neither is drawn."""
    if task.area:
        return frame.to_frame(shapely.from_geojson(json.dumps(task.area)))
    return community_land(task)


def community_version(task: CollectTask) -> UnitVersion | None:
    """Return the community as it is today (as it last was when it is gone)."""
    rows = UnitVersion.objects.filter(unit_id=task.community_id, act_out__isnull=True)
    return in_force(rows, timezone.localdate()).first() or rows.order_by("-valid_from").first()


def community_land(task: CollectTask) -> BaseGeometry | None:
    """Return the community's land in frame metres, None for one without land."""
    version = community_version(task)
    return to_shapely(version.geom) if version and version.geom else None


def projection() -> dict[str, float]:
    """Return the transverse Mercator of the frame: degrees, scale, metres, the ellipsoid's axis and flattening."""
    crs = CRS.from_epsg(frame.srid())
    assert crs.coordinate_operation is not None and crs.ellipsoid is not None
    given = {p.name: float(p.value) for p in crs.coordinate_operation.params}
    return {
        "lon_0": given["Longitude of natural origin"],
        "k": given["Scale factor at natural origin"],
        "x_0": given["False easting"],
        "y_0": given["False northing"],
        "a": crs.ellipsoid.semi_major_metre,
        "rf": crs.ellipsoid.inverse_flattening,
    }


def package(task: CollectTask, at: datetime) -> dict[str, Any]:
    """Return a task as a phone stores it. Coordinates are frame metres with three decimals."""
    on = timezone.localdate(at)
    version = community_version(task)
    land = community_land(task)
    outline = outline_of(task)
    streets = _streets(outline, on)
    held = CollectedDoor.objects.filter(task__community_id=task.community_id, state__in=ACTIVE)
    return {
        "task": task_row(task, version.name if version else ""),
        "frame": projection(),
        "outline": _rings(land),
        "area": _rings(outline) if task.area else [],
        "streets": streets,
        "words": templates(NOTES, english=wording.english()),
        "collected": [
            {
                "door": str(d.pk),
                "street": str(d.street_id) if d.street_id else None,
                "number": d.number,
                "sub_number": d.sub_number,
                "x": d.geom.x,
                "y": d.geom.y,
            }
            for d in held.filter(number__isnull=False)
        ],
        "config": {
            "accuracy_m": settings.GEOAPP_COLLECT_ACCURACY_M[task.setting],
            "far_m": settings.GEOAPP_COLLECT_FAR_M,
        },
        "served_at": at.isoformat(),
    }


def task_row(task: CollectTask, community: str) -> dict[str, Any]:
    """Return what a list of tasks shows."""
    return {
        "id": str(task.pk),
        "community": community,
        "block": task.block,
        "setting": task.setting,
        "state": task.state,
        "due_on": task.due_on.isoformat() if task.due_on else None,
        "note": task.note,
        "version": task.version,
        "synthetic": task.synthetic,
    }


def _rings(shape: BaseGeometry | None) -> list[list[list[float]]]:
    """Return the exterior rings of a polygon, thinned by half a metre: to be looked at only."""
    if shape is None:
        return []
    parts = shapely.get_parts(shapely.simplify(shape, _SIMPLER_M))
    return [
        [[round(x, 2), round(y, 2)] for x, y in part.exterior.coords]
        for part in parts
        if part.geom_type == "Polygon" and not part.is_empty
    ]


def _streets(outline: BaseGeometry | None, on: date) -> list[dict[str, Any]]:
    if outline is None:
        return []
    near = outline.buffer(MARGIN_M)
    extents = in_force(StreetVersion.objects.filter(geom__in_box=near.bounds), on)
    chosen: dict[UUID, StreetVersion] = {}
    for extent in extents.order_by("place_id"):
        if len(chosen) < MOST_STREETS and to_shapely(extent.geom).intersects(near):
            chosen[extent.place_id] = extent
    names = {
        row.place_id: row for row in in_force(PlaceNameVersion.objects.filter(place_id__in=list(chosen)), on)
    }
    doors: dict[UUID, list[list[Any]]] = {place: [] for place in chosen}
    numbers: dict[UUID, set[tuple[int, int | None]]] = {place: set() for place in chosen}
    on_record = AddressVersion.objects.filter(street_id__among=list(chosen))
    shown = in_force(on_record.exclude(secret=True), on)
    for row in shown.values_list("street_id", "number", "sub_number", "geom").distinct():
        street, number, sub, point = row
        doors[street].append([number, sub, round(point.x, 2), round(point.y, 2)])
        numbers[street].add((number, sub))
    kept: dict[UUID, list[list[Any]]] = {place: [] for place in chosen}
    for street, number, sub in on_record.values_list("street_id", "number", "sub_number").distinct():
        if (number, sub) not in numbers[street]:
            kept[street].append([number, sub])
    ready = numbered(list(chosen.values()), on)
    return [
        {
            "id": str(place),
            "name": names[place].name,
            "pinyin": names[place].pinyin_std,
            "axis": _lines(extent),
            "doors": doors[place],
            "taken": kept[place],
            "numbers": _numbers(*ready[place]) if place in ready else None,
        }
        for place, extent in chosen.items()
        if place in names
    ]


def _lines(extent: StreetVersion) -> list[list[list[float]]]:
    """Return the lines of a street as the map shows them: its main parts, failing them every part."""
    parts = [
        shapely.get_coordinates(part).round(2).tolist() for part in shapely.get_parts(to_shapely(extent.geom))
    ]
    main = [line for line, role in zip(parts, extent.roles or [], strict=False) if role == "main"]
    return main or parts


def _numbers(street: NumberedStreet, kept: frozenset[Number]) -> dict[str, Any]:
    """Return what the numbering room gives along a street, worked out: the phone looks it up (suggest.js)."""
    said = [say(note, english=wording.english()) for note in street.notes]
    return {**material(street, kept), "why": said}
