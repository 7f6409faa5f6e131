"""The tile matrix sets on offer (OGC Two Dimensional Tile Matrix Set and Tile Set Metadata 2.0): pure.

Boxes are (west, south, east, north) in (x, y) = (east, north) metres of the set's CRS; rows count from the top.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from geoapp.ogc import crs as reference
from geoapp.ogc.crs import OFFERED, Crs

PIXELS = 256
_PIXEL_M = 0.00028  # the standardised size of a pixel (Two Dimensional Tile Matrix Set, 6.1.1)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class MatrixSet:
    """A quad-tree of tiles: level 0 is one tile, every level halves it.

    ``west`` and ``north`` are its upper left corner, ``width_m`` the side of level 0. ``uri`` names a set that
    is registered elsewhere ("" for one of our own).
    """

    id: str
    title_zh: str
    title_en: str
    crs: Crs
    west: float
    north: float
    width_m: float
    levels: int
    axes: tuple[str, str]
    uri: str = ""

    def pixel_m(self, level: int) -> float:
        """Return the side of a pixel in units of the CRS."""
        return self.width_m / PIXELS / 2.0**level

    def box(self, level: int, row: int, col: int) -> Box:
        """Return the box of a tile."""
        side = self.width_m / 2.0**level
        west, north = self.west + col * side, self.north - row * side
        return west, north - side, west + side, north

    def holds(self, level: int, row: int, col: int) -> bool:
        """Say whether there is such a tile."""
        return 0 <= level < self.levels and 0 <= row < 2**level and 0 <= col < 2**level

    def limits(self, extent: Box, level: int) -> tuple[int, int, int, int]:
        """Return the tiles that meet an extent in (lon, lat) degrees: least row, most row, least col, most col."""
        west, south, east, north = reference.projected(self.crs, extent)
        side, most = self.width_m / 2.0**level, int(2**level) - 1

        def index(offset: float) -> int:
            return min(most, max(0, math.floor(offset / side)))

        return (
            index(self.north - north),
            index(self.north - south),
            index(west - self.west),
            index(east - self.west),
        )

    def document(self) -> dict[str, Any]:
        """Return the set in its JSON encoding; the corner is in the axis order of the CRS."""
        corner = [self.north, self.west] if self.crs.north_first else [self.west, self.north]
        found: dict[str, Any] = {"id": self.id, "title": self.title_zh, "crs": self.crs.uri}
        if self.uri:
            found |= {"uri": self.uri, "wellKnownScaleSet": _GOOGLE_COMPATIBLE}
        found["orderedAxes"] = list(self.axes)
        found["tileMatrices"] = [
            {
                "id": str(level),
                "scaleDenominator": self.pixel_m(level) / _PIXEL_M,
                "cellSize": self.pixel_m(level),
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": corner,
                "tileWidth": PIXELS,
                "tileHeight": PIXELS,
                "matrixWidth": 2**level,
                "matrixHeight": 2**level,
            }
            for level in range(self.levels)
        ]
        return found


_GOOGLE_COMPATIBLE = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_HALF_EARTH_M = 20037508.342789244

MATRIX_SETS: dict[str, MatrixSet] = {
    one.id: one
    for one in (
        MatrixSet(
            "WebMercatorQuad",
            "网络墨卡托",
            "Web Mercator",
            OFFERED[f"{_EPSG}3857"],
            -_HALF_EARTH_M,
            _HALF_EARTH_M,
            2 * _HALF_EARTH_M,
            21,
            ("X", "Y"),
            "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
        ),
        # Powers of two of a metre: every tile edge is a whole number of millimetres of the city frame.
        MatrixSet(
            "CityFrame4547",
            "城市坐标格网（CGCS2000 三度带 114°E）",
            "City grid (CGCS2000 / 3-degree Gauss-Kruger CM 114E)",
            OFFERED[f"{_EPSG}4547"],
            0.0,
            3 * 2.0**20,
            2.0**20,
            15,
            ("X", "Y"),
        ),
    )
}
