"""Where doors lie along a street: metres from the origin, metres off the line, and the side. Frame metres. Pure.

The main part of a street is its axis. Numbering begins at the end the city's convention names (from the east or the
south, as a rule), unless the numbers on record show that the street was begun at the other end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_STEP_M = 0.5
_ON_LINE_M = 0.01


@dataclass(frozen=True)
class Convention:
    """At which end numbering begins: E or W on streets that run east–west, S or N on those that run north–south."""

    ew_origin: str = "E"
    ns_origin: str = "S"


@dataclass(frozen=True)
class Places:
    """Points beside lines: metres along from the drawn start, metres off, and +1 left, -1 right, 0 on the line."""

    along_m: NDArray[np.float64]
    offset_m: NDArray[np.float64]
    side: NDArray[np.int8]


def main_line(geometry: BaseGeometry, roles: Sequence[str] = ()) -> BaseGeometry:
    """Return the part of a street that numbers run along: its part of role ``main``, failing that the longest."""
    parts = list(shapely.get_parts(geometry))
    for part, role in zip(parts, roles, strict=False):
        if role == "main":
            return part
    return max(parts, key=lambda part: float(part.length))


def begins_at_start(line: BaseGeometry, convention: Convention) -> bool:
    """Say whether the drawn start of a line is the end at which the convention begins to number."""
    (x0, y0), (x1, y1) = shapely.get_coordinates(line)[[0, -1]]
    if abs(x1 - x0) >= abs(y1 - y0):
        return bool((x0 >= x1) == (convention.ew_origin == "E"))
    return bool((y0 <= y1) == (convention.ns_origin == "S"))


def established(numbers: Sequence[int], along_m: Sequence[float], *, least: int = 3) -> bool | None:
    """Say whether numbers on record rise from the drawn start (True) or from the other end; None when unclear.

    Needs ``least`` different numbers, and a correlation of at least one half.
    """
    if len(set(numbers)) < least:
        return None
    n = len(numbers)
    mean_n, mean_a = sum(numbers) / n, sum(along_m) / n
    cross = sum((x - mean_n) * (a - mean_a) for x, a in zip(numbers, along_m, strict=True))
    spread_n = sum((x - mean_n) ** 2 for x in numbers)
    spread_a = sum((a - mean_a) ** 2 for a in along_m)
    if spread_n <= 0 or spread_a <= 0 or cross * cross < 0.25 * spread_n * spread_a:
        return None
    return cross > 0


def place_along(lines: NDArray[np.object_], points: NDArray[np.float64]) -> Places:
    """Place each point (n × 2) beside its own line, all in one go."""
    shapes = shapely.points(points)
    along = shapely.line_locate_point(lines, shapes)
    length = shapely.length(lines)
    low, high = np.maximum(along - _STEP_M, 0.0), np.minimum(along + _STEP_M, length)
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines, along))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, low))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, high))
    direction, away = ahead - behind, points - here
    cross = direction[:, 0] * away[:, 1] - direction[:, 1] * away[:, 0]
    offset = np.hypot(away[:, 0], away[:, 1])
    side = np.where(offset < _ON_LINE_M, 0, np.sign(cross)).astype(np.int8)
    return Places(along, offset, side)
