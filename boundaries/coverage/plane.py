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
_WORLD_DEG = 60.0
_A_M, _E2 = 6378137.0, 0.00669438002290  # GRS 80


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


def _degrees(bounds: tuple[float, float, float, float]) -> bool:
    """Tell whether bounds can be longitudes and latitudes in degrees."""
    return max(abs(bounds[0]), abs(bounds[2])) <= 361 and max(abs(bounds[1]), abs(bounds[3])) <= 90.001


def _tangent(xy: Array) -> Array:
    """Return degrees as metres by the ellipsoid's radii of curvature at the middle of the coordinates."""
    middle = (xy.min(axis=0) + xy.max(axis=0)) / 2
    phi = np.radians(middle[1])
    w2 = 1 - _E2 * np.sin(phi) ** 2
    across, along = _A_M / np.sqrt(w2) * np.cos(phi), _A_M * (1 - _E2) / w2**1.5
    flat: Array = np.radians(xy - middle) * np.array([across, along])
    return flat


class Plane:
    """From a file's coordinates (x, y) to local metres, for measures only.

    A projected CRS is used as it is, with its unit; a geographic one, and Mercator whose scale grows with
    latitude, through a Lambert azimuthal equal-area projection centred on the data. Without a CRS,
    coordinates that fit into ±180, ±90 are read as degrees and others as metres; ``assumed`` says so, as it
    does when a geographic CRS comes with coordinates that are no degrees. Data reaching over more than
    ``_WORLD_DEG`` are measured on each piece's own tangent plane, for no projection serves them all.
    """

    def __init__(self, crs: str | None, bounds: tuple[float, float, float, float]) -> None:
        self.assumed = ""
        self._to_m = 1.0
        self._move: Transformer | None = None
        self._world = False
        source = self._source(crs, bounds)
        if source is None:
            return
        method = source.coordinate_operation.method_name if source.coordinate_operation else ""
        if source.is_projected and not ("Mercator" in method and "Transverse" not in method):
            self._to_m = float(source.axis_info[0].unit_conversion_factor) if source.axis_info else 1.0
        elif source.is_geographic and not _degrees(bounds):
            self.assumed = "坐标系写的是经纬度，坐标却不是度数：坐标系可能写错，面积与宽度按坐标单位为米推算"
        elif source.is_geographic and max(bounds[2] - bounds[0], bounds[3] - bounds[1]) > _WORLD_DEG:
            self._world = True
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
        if self._world:
            if isinstance(geometry, np.ndarray):
                return np.array([self.metres(one) for one in geometry], dtype=object)
            return shapely.transform(geometry, _tangent)
        if self._move is None:
            return shapely.transform(geometry, lambda xy: xy * self._to_m)
        move = self._move

        def project(xy: Array) -> Array:
            x, y = move.transform(xy[:, 0], xy[:, 1])
            return np.column_stack((x, y))

        return shapely.transform(geometry, project)
