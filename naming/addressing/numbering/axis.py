"""The main axis of a street: one line from its origin onward. Frame metres (EPSG:4547; x east, y north)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from naming.addressing.numbering.note import Note

MM = 1000
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class NoAxis(ValueError):
    """A street has no main part of any length, so nothing can be numbered along it."""


@dataclass(frozen=True)
class Branch:
    """A branch (支线) of the street, from where it leaves the axis outward; ``xy`` relative to the axis's origin."""

    xy: Floats
    junction_m: float


@dataclass(frozen=True)
class Axis:
    """The line along which a street is numbered.

    ``origin`` is the frame point of measure 0, ``xy`` the vertices relative to it (metres), ``along`` the measure of
    every vertex. ``links`` are the numbers of the straight segments that bridge a gap between parts; they count in
    the measure. ``notes`` say which rule set the origin.
    """

    origin: tuple[float, float]
    xy: Floats
    along: Floats
    closed: bool
    links: frozenset[int]
    branches: tuple[Branch, ...]
    notes: tuple[Note, ...]

    @property
    def length_m(self) -> float:
        """Length from origin to end, gaps included, metres."""
        return float(self.along[-1])

    @cached_property
    def line(self) -> shapely.LineString:
        """The axis as a line in frame metres, gaps bridged, to be measured along by many points at once."""
        return shapely.LineString(self.xy + np.array(self.origin))

    def point_at(self, measure_m: float) -> tuple[float, float]:
        """Return the frame point at a measure, to the millimetre; beyond the ends, the end."""
        x = float(np.interp(measure_m, self.along, self.xy[:, 0]))
        y = float(np.interp(measure_m, self.along, self.xy[:, 1]))
        return (round(self.origin[0] + x, 3), round(self.origin[1] + y, 3))
