"""The coordinate reference systems consumers may ask for, and the one room where axis order is flipped.

Inside, coordinates are (lon, lat) of EPSG:4490 or (east, north). A CRS named by an EPSG URI has the axis order of
its authority: 4490 and 4326 latitude first, 4547 northing first. WGS 84 and CGCS2000 are taken as equal, which they
are within the accuracy of any source.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from pyproj import Transformer

STORED_SRID = 4490
_EDGE_STEPS = 16  # a straight edge of a projected box is a curve in degrees


@dataclass(frozen=True)
class Crs:
    """A reference system on offer: how it is named, whether its first axis is the northern one.

    ``srid`` is where stored coordinates must be transformed to; STORED_SRID means not at all. ``decimals`` keep
    the millimetre.
    """

    uri: str
    srid: int
    north_first: bool
    decimals: int

    @property
    def geographic(self) -> bool:
        """Say whether coordinates are degrees."""
        return self.srid == STORED_SRID


def _epsg(code: int, srid: int, *, north_first: bool, decimals: int) -> Crs:
    return Crs(f"http://www.opengis.net/def/crs/EPSG/0/{code}", srid, north_first, decimals)


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", STORED_SRID, False, 9)
STORAGE = _epsg(4490, STORED_SRID, north_first=True, decimals=9)
OFFERED: dict[str, Crs] = {
    crs.uri: crs
    for crs in (
        CRS84,
        STORAGE,
        _epsg(4326, STORED_SRID, north_first=True, decimals=9),
        _epsg(4547, 4547, north_first=True, decimals=3),
        _epsg(3857, 3857, north_first=False, decimals=3),
    )
}


EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def on_offer() -> dict[str, Crs]:
    """Return what the OGC API offers by URI: CRS84 and those of GEOAPP_OGC_CRS. Codes not known are left out."""
    wanted = [f"{EPSG}{code}" for code in settings.GEOAPP_OGC_CRS]
    return {CRS84.uri: CRS84} | {uri: OFFERED[uri] for uri in wanted if uri in OFFERED}


@lru_cache(maxsize=8)
def _to_degrees(srid: int) -> Transformer:
    return Transformer.from_crs(srid, STORED_SRID, always_xy=True)


def outline(
    crs: Crs, west: float, south: float, east: float, north: float
) -> tuple[tuple[float, float], ...]:
    """Return the outline, in (lon, lat) degrees, of a box given in (x, y) of ``crs``.

    A box is a closed ring, one without width or height a line, one without both a point. Edges of a projected
    box are densified before they are transformed. Points that the projection cannot reach come back infinite.
    """
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    if west == east or south == north:
        corners = [(west, south), (east, north)]
    if west == east and south == north:
        corners = corners[:1]
    if crs.geographic:
        return tuple(corners)
    path = corners[:1]
    for (x0, y0), (x1, y1) in zip(corners, corners[1:], strict=False):
        for step in range(1, _EDGE_STEPS + 1):
            share = step / _EDGE_STEPS
            path.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
    lon, lat = _to_degrees(crs.srid).transform(*zip(*path, strict=True))
    return tuple(zip(lon, lat, strict=True))


def projected(crs: Crs, extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return the box, in (x, y) of ``crs``, around an extent given in (lon, lat) degrees."""
    if crs.geographic:
        return extent
    west, south, east, north = _to_degrees(crs.srid).transform_bounds(
        *extent, densify_pts=_EDGE_STEPS, direction="INVERSE"
    )
    return west, south, east, north
