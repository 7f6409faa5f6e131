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
from naming.addressing.along import Convention, begins_at_start, established, place_along

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


@dataclass
class Axis:
    """A street's main line and the end at which its numbers begin."""

    line: BaseGeometry
    length_m: float
    from_start: bool
    against: bool

    @classmethod
    def of(
        cls, line: BaseGeometry, convention: Convention, numbers: Sequence[int], along_m: Sequence[float]
    ) -> Axis:
        """Decide where numbering begins: as the numbers on record run, failing that by the convention."""
        rule = begins_at_start(line, convention)
        runs = established(numbers, along_m)
        return cls(
            line, float(line.length), rule if runs is None else runs, runs is not None and runs != rule
        )

    def measure(self, along_m: float, offset_m: float, side: int) -> Measure:
        """Turn a place beside the drawn line into one seen from the origin."""
        if not self.from_start:
            along_m, side = self.length_m - along_m, -side
        return Measure(along_m, offset_m, "left" if side > 0 else "right" if side < 0 else "", self.against)


def raw_places(
    lines: Mapping[str, BaseGeometry], places: Sequence[str], points: Sequence[Point | None]
) -> dict[int, tuple[float, float, int]]:
    """Place points beside the lines of their places; by position, those without a point or a line left out."""
    at = [i for i, (place, point) in enumerate(zip(places, points, strict=True)) if point and place in lines]
    if not at:
        return {}
    held = np.empty(len(at), dtype=object)
    held[:] = [lines[places[i]] for i in at]
    found = place_along(held, np.array([points[i] for i in at], dtype=float))
    rows: Any = zip(at, found.along_m.tolist(), found.offset_m.tolist(), found.side.tolist(), strict=True)
    return {i: (along, offset, side) for i, along, offset, side in rows}


@dataclass(frozen=True)
class Ground:
    """Everything under a batch of addresses: their places with lines, land, buildings, other streets."""

    places: Mapping[str, Place]
    lines: Mapping[str, BaseGeometry]
    land: Land
    buildings: Nearby
    streets: Nearby
    convention: Convention = Convention()
