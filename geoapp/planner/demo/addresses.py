"""The demo's doors: odd numbers left, even numbers right, rising from the origin of the street. Frame metres.

Origins follow the city's profile (``origins``). A sub-number stands under a main number in use, beside its door: rule
A-07 blocks one without (《江门市门楼号牌管理条例》第六条第（四）项), and the demo must be lawful.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.planner.demo.city import DemoUnit
from geoapp.planner.demo.origins import main_lines
from geoapp.planner.demo.streets import DemoStreet

MARGIN_M = 6.0
_SUB_SHARE = 0.03  # of the doors are sub-numbers
_SUB_AT = 0.35  # of the way from the main number's door to the next one


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
    mains = main_lines(streets)
    # Long roads carry few doors per metre: shops and houses stand on streets and lanes.
    weights = [min(line.length, 900.0) ** 0.8 for line in mains]
    scale = 1.06 * count / sum(weights)
    keys: list[int] = []
    numbers: list[int] = []
    along: list[float] = []
    pitch: list[float] = []
    for i, (line, weight) in enumerate(zip(mains, weights, strict=True)):
        doors = max(2, round(weight * scale))
        step = (line.length - 2 * MARGIN_M) / ((doors + 1) // 2 + 1)
        for n in range(1, doors + 1):
            keys.append(i)
            numbers.append(n)
            pitch.append(step)
            along.append(MARGIN_M + step * ((n + 1) // 2))
    street_of, number = np.array(keys), np.array(numbers)
    points = _beside(mains, streets, street_of, number, np.array(along))
    # Every door could have a neighbour with a sub-number; a few of those that are kept do.
    shifted = _beside(mains, streets, street_of, number, np.array(along) + _SUB_AT * np.array(pitch))
    codes, owner = _communities(units, points)
    _, sub_owner = _communities(units, shifted)
    placed = [i for i in range(len(keys)) if owner[i] >= 0]
    subs = round(count * _SUB_SHARE)
    if len(placed) < count:
        raise ValueError(f"only {len(placed)} doors fit beside the streets; {count} were asked for")
    drawn = rng.sample(placed, count)
    kept = sorted(drawn[subs:])
    # Where the next number of the side is free, that would be given, not a sub-number.
    there = set(kept)
    parents = [i for i in kept if sub_owner[i] >= 0 and i + 2 in there and street_of[i + 2] == street_of[i]]
    bearing = rng.sample(parents, min(subs, len(parents)))
    # A sparse demo has room for fewer sub-numbers: main numbers make up the count.
    chosen = [(i, None, points[i], owner[i]) for i in sorted([*kept, *drawn[: subs - len(bearing)]])]
    chosen += [(i, 1, shifted[i], sub_owner[i]) for i in bearing]
    chosen.sort(key=lambda door: (door[0], door[1] or 0))
    return [
        DemoAddress(
            street_key=streets[keys[i]].key,
            number=numbers[i],
            sub_number=sub,
            point=point,
            community_code=codes[where],
            side="left" if numbers[i] % 2 else "right",
        )
        for i, sub, point, where in chosen
    ]


def addresses_by_town(
    units: Sequence[DemoUnit], streets: Sequence[DemoStreet], *, seed: int, count: int
) -> Iterator[list[DemoAddress]]:
    """Yield ``count`` doors in all, a town at a time: memory holds the doors of one town."""
    groups: dict[str, list[DemoStreet]] = {}
    for street in streets:
        groups.setdefault(street.town_code, []).append(street)
    weight = {
        town: sum(min(line.length, 900.0) ** 0.8 for line in main_lines(group))
        for town, group in groups.items()
    }
    left, rest = count, sum(weight.values())
    for town, group in groups.items():
        share = round(left * weight[town] / rest)
        left, rest = left - share, rest - weight[town]
        # A street may leave its town by a few metres: every community is asked.
        yield make_addresses(units, group, seed=seed, count=share)


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
