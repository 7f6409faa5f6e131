"""Proposals for an oversize community from what the register holds: rivers, streets, estates, buildings, doors."""

from __future__ import annotations

import uuid
from datetime import date

import shapely

from boundaries.ground import Ground, ground_around
from boundaries.models import Building, Estate, River
from boundaries.ports import ports
from boundaries.proposals import Block, CutLine, House, Plan, propose_splits
from geoapp.core.geometry import to_shapely

_LANE_M = 6.0  # taken for a street of which neither width nor class is on record


def plans_for(unit: str, on: date, pieces: int = 2) -> tuple[Ground, list[Plan]]:
    """Return the ground and the plans for splitting a unit, the best first; new units get fresh ids.

    Raises Refused when there is no such unit, it has no homes on the map, or no line leads through it.
    """
    ground = ground_around([unit], on)
    land = ground.coverage.get(unit)
    lines: list[CutLine] = []
    box = (0.0, 0.0, 0.0, 0.0) if land is None else land.geometry.bounds
    for river in River.objects.filter(geom__in_box=box):
        lines += [CutLine(p, "river", river.name, river.width_m) for p in _parts(to_shapely(river.geom))]
    for street in ports().street_lines_near(box, on):
        width_m = _LANE_M if street.width_m is None else street.width_m
        lines += [CutLine(p, "road", street.name, width_m) for p in _parts(street.geometry)]
    known = land is not None
    buildings = Building.objects.filter(community_id=unit) if known else ()
    estates = Estate.objects.filter(community_id=unit) if known else ()
    plans = propose_splits(
        unit,
        ground.coverage,
        [House(to_shapely(b.geom), b.households, b.population) for b in buildings],
        [Block(str(e.pk), to_shapely(e.geom), e.name) for e in estates],
        lines,
        [p.point for p in ports().premises_in([unit], on)] if known else [],
        pieces,
        new_ids=[str(uuid.uuid4()) for _ in range(pieces - 1)],
    )
    return ground, plans


def _parts(geometry: shapely.Geometry | None) -> list[shapely.Geometry]:
    return [] if geometry is None else list(shapely.get_parts(geometry))
