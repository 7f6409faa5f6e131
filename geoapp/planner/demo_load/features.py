"""The demo city's rivers, estates and buildings into the database, in bulk; all flagged synthetic."""

from __future__ import annotations

import shapely
from django.db import transaction

from boundaries.models import Building, Estate, River
from geoapp.core import bulk
from geoapp.core.geometry import multiline, multipolygon
from geoapp.planner.demo.features import DemoFeatures
from geoapp.planner.demo_load.land import Land


def load_features(features: DemoFeatures, land: Land) -> None:
    """Write rivers, estates and buildings of the demo."""
    with transaction.atomic():
        bulk.insert(
            River,
            (
                River(name=r.name, geom=bulk.raw(multiline(r.geometry)), width_m=r.width_m, synthetic=True)
                for r in features.rivers
            ),
        )
        estates = {
            e.key: Estate(
                name=e.name,
                community=land.units[e.community_code],
                geom=bulk.raw(multipolygon(e.geometry)),
                synthetic=True,
            )
            for e in features.estates
        }
        bulk.insert(Estate, estates.values())
        points = shapely.to_wkb([b.point for b in features.buildings])
        bulk.insert(
            Building,
            (
                Building(
                    estate_id=None if b.estate is None else estates[b.estate].pk,
                    community_id=land.units[b.community_code].pk,
                    households=b.households,
                    population=b.population,
                    floors=b.floors,
                    geom=memoryview(point),
                    synthetic=True,
                )
                for b, point in zip(features.buildings, points, strict=True)
            ),
        )
