"""What an address stands on, held in memory: communities with their land, street lines, buildings. Frame metres. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from naming.address_checks.proposal import Community, Measure, Place
from naming.addressing.numbering import Axis, NumberingProfile
from naming.addressing.numbering.placing import LEFT, RIGHT, place_many
from naming.addressing.numbering.street import Way, way_of_many

Point = tuple[float, float]


class Land:
    """Villages and communities with their land, to be asked for many points at once."""

    def __init__(self, units: Sequence[tuple[Community, BaseGeometry | None]]) -> None:
        self.by_id = {unit.id: unit for unit, _ in units}
        held = [(unit, shape) for unit, shape in units if shape is not None]
        self._units = [unit for unit, _ in held]
        shapes = [shape for _, shape in held]
        shapely.prepare(shapes)
        self._tree = shapely.STRtree(shapes)

    def holders(self, points: NDArray[np.float64]) -> list[tuple[Community, ...]]:
        """Return for each point (n × 2) the units whose land holds it: one, on a shared border several, or none."""
        found: list[tuple[Community, ...]] = [()] * len(points)
        if not len(points) or not self._units:
            return found
        which, units = self._tree.query(shapely.points(points), predicate="intersects")
        for at, unit in zip(which.tolist(), units.tolist(), strict=True):
            found[at] = (*found[at], self._units[unit])
        return found


class Nearby:
    """Things with a shape, to be asked for the nearest of many points at once."""

    def __init__(self, shapes: Sequence[BaseGeometry] = (), names: Sequence[str] = ()) -> None:
        self._names = list(names)
        self._shapes = list(shapes)
        self._tree = shapely.STRtree(self._shapes) if self._shapes else None

    def nearest_m(self, points: NDArray[np.float64], within_m: float) -> list[float | None]:
        """Return for each point the distance to the nearest shape, None when there is none within ``within_m``."""
        found: list[float | None] = [None] * len(points)
        if self._tree is None or not len(points):
            return found
        pairs, distances = self._tree.query_nearest(
            shapely.points(points), max_distance=within_m, return_distance=True, all_matches=False
        )
        for at, distance in zip(pairs[0].tolist(), distances.tolist(), strict=True):
            found[at] = distance
        return found

    def named_within(self, point: Point, within_m: float) -> list[str]:
        """Return the names of the shapes within a distance of a point, nearest first, each once."""
        if self._tree is None:
            return []
        here = shapely.Point(point)
        near = self._tree.query(here, predicate="dwithin", distance=within_m).tolist()
        near.sort(key=lambda i: (float(self._shapes[i].distance(here)), self._names[i]))
        return list(dict.fromkeys(self._names[i] for i in near))


_TELLING = 3  # so many different numbers tell which way a street is numbered; fewer may be the very mistake
_SIDES = {1: LEFT, 0: LEFT, -1: RIGHT}


@dataclass(frozen=True)
class Course:
    """A street's axis as its numbers run along it. ``against``: they run another way than the city's rule says."""

    axis: Axis
    way: Way
    against: bool

    @classmethod
    def of(
        cls,
        axis: Axis,
        profile: NumberingProfile,
        numbers: Sequence[int],
        along_m: Sequence[float],
        sides: Sequence[int],
    ) -> Course:
        """Settle the way as the numbering room does, from one door per number placed beside ``axis.line``."""
        if len(set(numbers)) < _TELLING:
            return cls(axis, Way(), False)
        way = way_of_many(axis, numbers, along_m, [_SIDES[s] for s in sides], profile)
        return cls(axis, way, way != Way())

    def measure(self, along_m: float, offset_m: float, side: int) -> Measure:
        """Turn a place beside the axis into one seen along the numbers."""
        if self.against:
            along_m = self.way.measure_seen(self.axis, along_m)
            side = -side if self.way.back else side
        return Measure(along_m, offset_m, LEFT if side > 0 else RIGHT if side < 0 else "", self.against)


def raw_places(
    axes: Mapping[str, Axis], places: Sequence[str], points: Sequence[Point | None]
) -> dict[int, tuple[float, float, int]]:
    """Place points beside the axes of their places; by position, those without a point or an axis left out."""
    at = [i for i, (place, point) in enumerate(zip(places, points, strict=True)) if point and place in axes]
    if not at:
        return {}
    held = np.empty(len(at), dtype=object)
    held[:] = [axes[places[i]].line for i in at]
    found = place_many(held, np.array([points[i] for i in at], dtype=float))
    rows: Any = zip(at, found.along_m.tolist(), found.offset_m.tolist(), found.side.tolist(), strict=True)
    return {i: (along, offset, side) for i, along, offset, side in rows}


@dataclass(frozen=True)
class Ground:
    """Everything under a batch of addresses: their places with axes, land, buildings, other streets."""

    places: Mapping[str, Place]
    axes: Mapping[str, Axis]
    land: Land
    buildings: Nearby
    streets: Nearby
    profile: NumberingProfile
