"""Measures in metres for coordinates of any CRS, and what counts as floating noise in them.

Topology is judged on the file's own coordinates; only measures (areas, widths) are taken here, piece by
piece, so that no projection can open or close a sliver.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]

NOISE_ULPS = 64


def noise_width(bounds: tuple[float, float, float, float]) -> float:
    """Return the width, in units of the coordinates, below which a piece is floating noise.

    64 units in the last place of the largest ordinate: about 1e-12 of a degree (0.1 µm) and 3e-8 m in a
    Gauss-Krüger grid. It covers what is lost by a node computed on a slanted edge, by an overlay and by
    writing 15 significant digits. It is far below the coordinate resolution of any file, so a vertex rounded
    off its neighbour's edge by one unit of the file's last digit still shows: that mismatch is real. A piece
    is compared by its mean width 2·area/perimeter, for an area alone says nothing about a long sliver.
    """
    largest = max((abs(v) for v in bounds if np.isfinite(v)), default=1.0)
    return NOISE_ULPS * float(np.spacing(max(largest, 1e-300)))


def mean_width(geometry: BaseGeometry) -> float:
    """Return 2·area/perimeter in the units of the coordinates: the mean width of a long piece."""
    length = float(shapely.length(geometry))
    return 2.0 * float(shapely.area(geometry)) / length if length else 0.0


class Plane:
    """From a file's coordinates (x, y) to local metres, for measures only.

    A projected CRS is used as it is, with its unit; a geographic one, and Mercator whose scale grows with
    latitude, through a Lambert azimuthal equal-area projection centred on the data. Without a CRS,
    coordinates that fit into ±180, ±90 are read as degrees and others as metres; ``assumed`` says so.
    """

    def __init__(self, crs: str | None, bounds: tuple[float, float, float, float]) -> None:
        self.assumed = ""
        self._to_m = 1.0
        self._move: Transformer | None = None
        source = self._source(crs, bounds)
        if source is None:
            return
        method = source.coordinate_operation.method_name if source.coordinate_operation else ""
        if source.is_projected and not ("Mercator" in method and "Transverse" not in method):
            self._to_m = float(source.axis_info[0].unit_conversion_factor) if source.axis_info else 1.0
        elif source.is_geographic or source.is_projected:
            self._move = self._local(source, bounds)

    def _source(self, crs: str | None, bounds: tuple[float, float, float, float]) -> CRS | None:
        if crs:
            try:
                return CRS.from_user_input(crs)
            except CRSError:
                self.assumed = "坐标系无法识别，"
        degrees = (
            abs(bounds[0]) <= 180 and abs(bounds[2]) <= 180 and max(abs(bounds[1]), abs(bounds[3])) <= 90
        )
        self.assumed += "面积与宽度按经纬度推算" if degrees else "面积与宽度按坐标单位为米推算"
        return CRS.from_epsg(4326) if degrees else None

    @staticmethod
    def _local(source: CRS, bounds: tuple[float, float, float, float]) -> Transformer:
        x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        geodetic = source.geodetic_crs or CRS.from_epsg(4326)
        if source.is_projected:
            x, y = Transformer.from_crs(source, geodetic, always_xy=True).transform(x, y)
        else:
            factor = source.axis_info[0].unit_conversion_factor if source.axis_info else np.pi / 180
            x, y = np.degrees(x * factor), np.degrees(y * factor)
        if not (np.isfinite(x) and np.isfinite(y)):
            x, y = 0.0, 0.0
        y = min(90.0, max(-90.0, y))
        local = CRS.from_proj4(
            f"+proj=laea +lat_0={float(y)!r} +lon_0={float(x)!r} +ellps=GRS80 +units=m +no_defs"
        )
        return Transformer.from_crs(source, local, always_xy=True)

    def metres(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a piece (or an array of pieces) in local metres."""
        if self._move is None:
            return shapely.transform(geometry, lambda xy: xy * self._to_m)
        move = self._move

        def project(xy: Array) -> Array:
            x, y = move.transform(xy[:, 0], xy[:, 1])
            return np.column_stack((x, y))

        return shapely.transform(geometry, project)
