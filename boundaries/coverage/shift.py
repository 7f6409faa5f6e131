"""Whether a data set lies beside where it should: comparison of its outline with a reference.

Maps of Chinese web services carry coordinates in GCJ-02, displaced some 300 to 700 m from the national
frame. The displacement is estimated from the outlines alone and compared with what GCJ-02 would do there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

_A, _EE = 6378245.0, 0.00669342162296594323  # Krassowsky 1940, as the published GCJ-02 formula uses
_SAMPLES = 1500
_ROUNDS = 40


@dataclass(frozen=True)
class Shift:
    """Displacement of the data against the reference: metres east and north, and how well it explains.

    ``before_m`` and ``after_m`` are the median distances of the outline from the reference as it lies and
    moved back.
    """

    east_m: float
    north_m: float
    before_m: float
    after_m: float

    @property
    def length_m(self) -> float:
        """Length of the displacement."""
        return math.hypot(self.east_m, self.north_m)


def gcj02_offset_m(lon: float, lat: float) -> tuple[float, float]:
    """Return the displacement (east, north) in metres that GCJ-02 adds at a place in China (degrees)."""
    x, y = lon - 105.0, lat - 35.0
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    # the formula turns these into degrees on its own ellipsoid; the local metre is the same to 1e-4
    phi = math.radians(lat)
    magic = 1 - _EE * math.sin(phi) ** 2
    north_deg = north * 180.0 / (_A * (1 - _EE) / (magic * math.sqrt(magic)) * math.pi)
    east_deg = east * 180.0 / (_A / math.sqrt(magic) * math.cos(phi) * math.pi)
    return (
        math.radians(east_deg) * _A / math.sqrt(magic) * math.cos(phi),
        math.radians(north_deg) * _A * (1 - _EE) / (magic * math.sqrt(magic)),
    )


def outline(shapes: list[BaseGeometry]) -> BaseGeometry:
    """Return the outer lines of the union of polygons."""
    union = shapely.union_all(shapes)
    return shapely.union_all([part.exterior for part in shapely.get_parts(union)])


def estimate(data: BaseGeometry, reference: BaseGeometry) -> Shift:
    """Estimate the displacement of one outline (lines, metres) against another, by iterated closest points.

    The median of the vectors to the closest points is used, so that stretches where the outlines truly
    differ do not pull.
    """
    fractions = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    lines = shapely.get_parts(data)
    longest = lines[int(np.argmax(shapely.length(lines)))] if len(lines) > 1 else data
    merged = shapely.line_merge(data)
    whole = merged if merged.geom_type == "LineString" else longest
    points = shapely.get_coordinates(shapely.line_interpolate_point(whole, fractions, normalized=True))
    shapely.prepare(reference)
    moved, before = np.zeros(2), 0.0
    after = 0.0
    for turn in range(_ROUNDS):
        here = points + moved
        ends = shapely.get_coordinates(shapely.shortest_line(shapely.points(here), reference)).reshape(
            -1, 2, 2
        )
        vectors = ends[:, 1] - ends[:, 0]
        after = float(np.median(np.hypot(vectors[:, 0], vectors[:, 1])))
        if turn == 0:
            before = after
        # a closest point shows only the part of the displacement across the line: solve for the whole of it
        size = np.hypot(vectors[:, 0], vectors[:, 1])
        seen = (size > 1e-9) & (size <= 3 * max(after, 1e-9))
        if not seen.any():
            break
        normal = vectors[seen] / size[seen, None]
        step = np.linalg.lstsq(normal, size[seen], rcond=None)[0]
        moved = moved + step
        if float(np.hypot(*step)) < 0.01:
            break
    return Shift(float(-moved[0]), float(-moved[1]), before, after)


def sentence(shift: Shift, lon: float, lat: float) -> str:
    """Return what an officer should know about a displacement at a place (degrees), "" when there is none."""
    where = f"东向 {shift.east_m:.0f} 米、北向 {shift.north_m:.0f} 米"
    if shift.before_m < 5 and shift.length_m < 20:
        return ""
    if shift.after_m > shift.before_m / 2:
        return (
            f"与参照轮廓相差（中位数）{shift.before_m:.0f} 米，整体平移不能消除：请核对参照范围与坐标系"
            if shift.before_m > 30
            else ""
        )
    east, north = gcj02_offset_m(lon, lat)
    size = math.hypot(east, north)
    for sign, text in (
        (1, "与该处 GCJ-02 偏移一致：数据疑为 GCJ-02（互联网地图）坐标，请向来源索取国家 2000 坐标"),
        (-1, "与该处 GCJ-02 偏移相反：参照疑为 GCJ-02 坐标"),
    ):
        if math.hypot(shift.east_m - sign * east, shift.north_m - sign * north) <= 0.3 * size:
            return f"数据相对参照整体偏移 {shift.length_m:.0f} 米（{where}），{text}"
    return f"数据相对参照整体偏移 {shift.length_m:.0f} 米（{where}），不像 GCJ-02：请核对坐标系与带号"
