"""The demo's doors: odd numbers left, even numbers right, rising from the start of the street. Frame metres."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.planner.demo.city import DemoUnit
from geoapp.planner.demo.streets import DemoStreet

MARGIN_M = 6.0


@dataclass(frozen=True)
class DemoAddress:
    """A door of the demo; ``point`` is its entrance."""

    street_key: str
    number: int
    sub_number: int | None
    point: BaseGeometry
    community_code: str
    side: str


def make_addresses(
    units: Sequence[DemoUnit], streets: Sequence[DemoStreet], *, seed: int, count: int = 60000
) -> list[DemoAddress]:
    """Return ``count`` doors along the main parts of the streets, each inside a community."""
    rng = random.Random(seed)
    mains = [_main(s) for s in streets]
    # Long roads carry few doors per metre: shops and houses stand on streets and lanes.
    weights = [min(line.length, 900.0) ** 0.8 for line in mains]
    scale = 1.06 * count / sum(weights)
    keys: list[int] = []
    numbers: list[int] = []
    along: list[float] = []
    for i, (line, weight) in enumerate(zip(mains, weights, strict=True)):
        doors = max(2, round(weight * scale))
        for n in range(1, doors + 1):
            pair = (n + 1) // 2
            keys.append(i)
            numbers.append(n)
            reach = (line.length - 2 * MARGIN_M) * pair / ((doors + 1) // 2 + 1)
            along.append(MARGIN_M + reach)
    points = _beside(mains, streets, np.array(keys), np.array(numbers), np.array(along))
    codes, owner = _communities(units, points)
    placed = [i for i in range(len(keys)) if owner[i] >= 0]
    if len(placed) < count:
        raise ValueError(f"only {len(placed)} doors fit beside the streets; {count} were asked for")
    kept = sorted(rng.sample(placed, count))
    return [
        DemoAddress(
            street_key=streets[keys[i]].key,
            number=numbers[i],
            sub_number=rng.randint(1, 4) if rng.random() < 0.03 else None,
            point=points[i],
            community_code=codes[owner[i]],
            side="left" if numbers[i] % 2 else "right",
        )
        for i in kept
    ]


def _main(street: DemoStreet) -> BaseGeometry:
    return street.geometry.geoms[street.parts.index("main")]


def _beside(
    mains: Sequence[BaseGeometry],
    streets: Sequence[DemoStreet],
    keys: np.ndarray,
    numbers: np.ndarray,
    along: np.ndarray,
) -> np.ndarray:
    lines = np.array(mains, dtype=object)[keys]
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, along + 0.5))
    direction = ahead - here
    length = np.hypot(direction[:, 0], direction[:, 1])
    length[length == 0] = 1
    left = np.column_stack((-direction[:, 1], direction[:, 0])) / length[:, None]
    half = np.array([(s.width_m or 6.0) / 2 + 3.0 for s in streets])[keys]
    side = np.where(numbers % 2 == 1, 1.0, -1.0)
    xy = np.round(here + left * (half * side)[:, None], 3)
    return shapely.points(xy)


def _communities(units: Sequence[DemoUnit], points: np.ndarray) -> tuple[list[str], np.ndarray]:
    land = [u for u in units if u.level == "community" and u.geometry is not None]
    tree = shapely.STRtree([u.geometry for u in land])
    found, which = tree.query(points, predicate="within")
    owner = np.full(len(points), -1)
    owner[found] = which
    return [u.code for u in land], owner
