"""How much of a drawn line follows mapped lines. Geometry in the city frame, metres."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_MOST_PIECES = 2000


@dataclass(frozen=True)
class Followed:
    """A drawn line taken apart: metres along each named feature, the rest as lines."""

    length_m: float
    by_name_m: Mapping[str, float]
    unclear: BaseGeometry

    @property
    def unclear_m(self) -> float:
        """Metres that follow nothing on the map."""
        return float(self.unclear.length)

    @property
    def clear_share(self) -> float:
        """The share of the length that follows a feature, 0 to 1."""
        return max(0.0, 1.0 - self.unclear_m / self.length_m) if self.length_m else 1.0


def follow(
    line: BaseGeometry,
    features: Sequence[tuple[str, BaseGeometry]],
    *,
    distance_m: float,
    angle_deg: float,
    step_m: float,
) -> Followed:
    """Say which stretches of ``line`` run along one of the named ``features``.

    The line is taken in straight pieces of at most ``step_m``. A piece follows a feature when its middle and
    both ends lie within ``distance_m`` of one of its lines and its shadow on that line is nearly as long as
    itself (within ``angle_deg``): crossing a road does not count as following it.
    """
    parts = [part for part in _linear(line) if part.length > 0]
    length = sum(part.length for part in parts)
    step = max(step_m, length / _MOST_PIECES, 0.001)
    pieces = _pieces([shapely.segmentize(part, step) for part in parts])
    owner = np.full(len(pieces), -1)
    tracks = [
        (number, track)
        for number, (_, geometry) in enumerate(features)
        for track in _linear(geometry)
        if track.length > 0
    ]
    least = math.cos(math.radians(angle_deg))
    middles = shapely.STRtree(shapely.points(pieces.mean(axis=1)))
    for number, track in tracks:
        near = np.sort(middles.query(track, predicate="dwithin", distance=distance_m))
        open_ = near[owner[near] < 0]
        if len(open_):
            owner[open_[_along(pieces[open_], track, distance_m, least)]] = number
    sizes = np.hypot(*(pieces[:, 1] - pieces[:, 0]).T) if len(pieces) else np.zeros(0)
    by_name: dict[str, float] = {}
    for number, (name, _) in enumerate(features):
        metres = float(sizes[owner == number].sum())
        if metres:
            by_name[name] = by_name.get(name, 0.0) + metres
    rest = shapely.MultiLineString(list(shapely.linestrings(pieces[owner < 0])))
    return Followed(float(length), by_name, shapely.line_merge(rest))


def _linear(geometry: BaseGeometry) -> list[Any]:
    """Return the lines of a geometry; points and areas have none."""
    parts: list[Any] = list(shapely.get_parts(geometry))
    flat = [
        p
        for part in parts
        for p in (shapely.get_parts(part) if part.geom_type.startswith("Multi") else [part])
    ]
    return [shapely.force_2d(part) for part in flat if part.geom_type in ("LineString", "LinearRing")]


def _pieces(lines: Sequence[BaseGeometry]) -> NDArray[np.float64]:
    """Return the straight pieces of lines, (n, 2 ends, 2)."""
    found = []
    for line in lines:
        xy = shapely.get_coordinates(line)
        found.append(np.stack((xy[:-1], xy[1:]), axis=1))
    pieces = np.concatenate(found) if found else np.zeros((0, 2, 2))
    return np.asarray(pieces[np.any(pieces[:, 0] != pieces[:, 1], axis=1)], dtype=np.float64)


def _along(
    pieces: NDArray[np.float64], track: BaseGeometry, distance_m: float, least: float
) -> NDArray[np.bool_]:
    """Tell which pieces, their middles near a line, have both ends near it and run along it."""
    ends = [shapely.points(pieces[:, 0]), shapely.points(pieces[:, 1])]
    near = (shapely.distance(ends[0], track) <= distance_m) & (shapely.distance(ends[1], track) <= distance_m)
    shadow = np.abs(shapely.line_locate_point(track, ends[1]) - shapely.line_locate_point(track, ends[0]))
    if shapely.is_closed(track):
        shadow = np.minimum(shadow, track.length - shadow)
    sizes = np.hypot(*(pieces[:, 1] - pieces[:, 0]).T)
    return np.asarray(near & (shadow >= least * sizes))
