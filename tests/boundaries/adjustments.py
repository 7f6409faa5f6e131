"""An adjustment case walked through its procedure, as the people involved would do it."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from boundaries.models import UnitVersion
from geoapp.core.effective import in_force
from geoapp.planner.demo_load import adjusting as demo
from tests import build

PAPERS = ("plan", "party_minutes", "consent_opinions", "risk_assessment", "request", "collective_opinion")
MM = 1000


def point(x: float, y: float) -> list[int]:
    """Return a relative point of the small city as integer millimetres of the frame."""
    fx, fy = build.at(x, y)
    return [round(fx * MM), round(fy * MM)]


def unit(code: str, on: date = build.TODAY) -> UnitVersion:
    """Return the version of a code in law on a day."""
    return in_force(UnitVersion.objects.filter(code=code), on).get()


def split(of: UnitVersion, line: list[tuple[float, float]], name: str, share: float = 0.5) -> dict[str, Any]:
    """Return the JSON of a split: the piece right of the line becomes a new unit of the same kind."""
    new = str(uuid.uuid4())
    households, people = round(of.households * share), round(of.population * share)
    return {
        "kind": "split",
        "operations": [
            {
                "op": "split",
                "unit": str(of.unit_id),
                "lines": [[point(x, y) for x, y in line]],
                "new_ids": [str(of.unit_id), new],
                "declare": [],
            }
        ],
        "after": [
            {
                "id": str(of.unit_id),
                "households": of.households - households,
                "population": of.population - people,
            },
            {"id": new, "name": name, "kind": of.kind, "households": households, "population": people},
        ],
    }


class Adjustment(demo.Adjustment):
    """A case of the small city, begun on its day."""

    def __init__(self, city: build.City, clock: datetime = build.NOW) -> None:
        super().__init__(city.users, clock)
