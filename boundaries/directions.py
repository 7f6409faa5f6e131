"""Directions in words: the sixteen points for a line, and the four bounds (四至) of a unit.

Directions are from grid north of the city frame, clockwise. The words for the eight half points follow common
Chinese usage (北北东 …); which set an office prescribes is UNVERIFIED, and surveying reads the other ways too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.grid import Point, edges_of
from boundaries.editing.land import Land

WORDS = (
    "北", "北北东", "东北", "东北东", "东", "东南东", "东南", "南南东",
    "南", "南南西", "西南", "西南西", "西", "西北西", "西北", "北北西",
)  # fmt: skip
_OTHER_WORDS = {
    1: ("东北偏北", "北东北", "北偏东北"),
    3: ("东北偏东", "东东北", "东偏东北"),
    5: ("东南偏东", "东东南", "东偏东南"),
    7: ("东南偏南", "南东南", "南偏东南"),
    9: ("西南偏南", "南西南", "南偏西南"),
    11: ("西南偏西", "西西南", "西偏西南"),
    13: ("西北偏西", "西西北", "西偏西北"),
    15: ("西北偏北", "北西北", "北偏西北"),
    0: ("正北",),
    4: ("正东",),
    8: ("正南",),
    12: ("正西",),
    2: ("北东",),
    6: ("南东",),
    10: ("南西",),
    14: ("北西",),
}
BEARINGS_DEG = {word: i * 22.5 for i, word in enumerate(WORDS)} | {
    word: i * 22.5 for i, words in _OTHER_WORDS.items() for word in words
}
_SIDES = ("北", "东", "南", "西")
_LEAST_SHARE = 0.4  # of a side's length: a neighbour round the corner with less is not named there
_MOST_OF_IT = 0.4  # of a neighbour's own border: so much of it is named whatever its share


def bearing_deg(line: BaseGeometry) -> float:
    """Return the grid bearing from a line's first to its last point, 0 ≤ degrees < 360.

    Raises ValueError for a closed or empty line: it leads nowhere.
    """
    xy = shapely.get_coordinates(line)
    if len(xy) < 2 or tuple(xy[0]) == tuple(xy[-1]):
        raise ValueError("线的起点与终点相同，没有走向")
    dx, dy = xy[-1] - xy[0]
    return math.degrees(math.atan2(dx, dy)) % 360.0


def direction16(line: BaseGeometry) -> str:
    """Return the direction of a line, from first to last point, as one of sixteen words (``WORDS``)."""
    return WORDS[round(bearing_deg(line) / 22.5) % 16]


@dataclass(frozen=True)
class FourBounds:
    """What lies on each side of a unit, the longest border first."""

    east: tuple[str, ...]
    south: tuple[str, ...]
    west: tuple[str, ...]
    north: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the sentence of the four bounds: 东至…，南至…，西至…，北至…."""
        sides = (("东", self.east), ("南", self.south), ("西", self.west), ("北", self.north))
        return "，".join(f"{side}至{'、'.join(names)}" for side, names in sides)


def four_bounds(unit: Land, neighbours: Iterable[Land], *, beyond: str = "市界") -> FourBounds:
    """Return the four bounds of a unit by its neighbours.

    A stretch of border belongs to the side on which it lies as seen from the unit's centre of area; ``beyond``
    stands where no neighbour is given. A neighbour that only reaches round a corner is not named on that side. A side on which nothing lies (bays, enclaves) takes what bounds the
    unit's farthest corner there. Borders of land enclosed by the unit bound no side.
    """
    owner = {(b, a): land.label for land in neighbours for a, b in edges_of(land.geometry)}
    centre = unit.geometry.centroid
    middle = (centre.x * 1000, centre.y * 1000)
    shells = shapely.multipolygons([shapely.Polygon(p.exterior) for p in shapely.get_parts(unit.geometry)])
    minx, miny, maxx, maxy = unit.geometry.bounds
    wide, high = maxx - minx, maxy - miny  # a long unit's sides meet at the corners of its box
    edges = [(a, b, owner.get((a, b), beyond)) for a, b in edges_of(shells)]
    lengths: dict[str, dict[str, float]] = {side: defaultdict(float) for side in _SIDES}
    for a, b, name in edges:
        east, north = (a[0] + b[0]) / 2 - middle[0], (a[1] + b[1]) / 2 - middle[1]
        lengths[_side(east / wide, north / high)][name] += math.dist(a, b)
    whole: dict[str, float] = defaultdict(float)
    for names in lengths.values():
        for name, length in names.items():
            whole[name] += length
    found = {side: _named(lengths[side], whole) or (_extreme(edges, side),) for side in _SIDES}
    return FourBounds(found["东"], found["南"], found["西"], found["北"])


def _side(east: float, north: float) -> str:
    return _SIDES[round(math.degrees(math.atan2(east, north)) / 90.0) % 4]


def _named(lengths: dict[str, float], whole: dict[str, float]) -> tuple[str, ...]:
    side = sum(lengths.values())
    kept = [
        (length, name)
        for name, length in lengths.items()
        if length >= _LEAST_SHARE * side or length >= _MOST_OF_IT * whole[name]
    ]
    return tuple(name for _, name in sorted(kept, key=lambda pair: (-pair[0], pair[1])))


def _extreme(edges: Sequence[tuple[Point, Point, str]], side: str) -> str:
    axis, sign = {"东": (0, 1), "西": (0, -1), "北": (1, 1), "南": (1, -1)}[side]
    return max(edges, key=lambda edge: sign * (edge[0][axis] + edge[1][axis]))[2]
