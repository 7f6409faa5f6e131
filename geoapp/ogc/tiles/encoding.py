"""Rows of properties and WKB become a vector tile: clipped, snapped to the tile's grid, encoded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import mapbox_vector_tile
import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.ogc.tiles.detail import BUFFER, EXTENT
from geoapp.ogc.tiles.matrices import Box

Row = tuple[dict[str, Any], BaseGeometry]


def encode(name: str, rows: Iterable[Row]) -> bytes:
    """Return a tile of one layer; ``b""`` when no row is drawn. Geometries are in tile units, y downward."""
    features = [{"geometry": shape, "properties": properties} for properties, shape in rows]
    if not features:
        return b""
    made: bytes = mapbox_vector_tile.encode(
        [{"name": name, "features": features}],
        default_options={"extents": EXTENT, "y_coord_down": True},
    )
    return made


def place(wkb: Sequence[bytes | None], tile: Box, tolerance: float) -> list[BaseGeometry | None]:
    """Return geometries in tile units: simplified, clipped to the buffered tile, snapped to whole units.

    ``tile`` and the geometries are in (x, y) of the grid's CRS. None where nothing is left: a line within half a
    unit, an area that vanishes.
    """
    west, south, east, north = tile
    unit = (east - west) / EXTENT
    shapes = shapely.from_wkb(wkb)
    if tolerance:
        shapes = shapely.simplify(shapes, tolerance, preserve_topology=True)
    edge = BUFFER * unit
    shapes = shapely.clip_by_rect(shapes, west - edge, south - edge, east + edge, north + edge)
    corner = numpy.array([west, north])
    placed = shapely.transform(shapes, lambda points: (points - corner) * [1 / unit, -1 / unit])
    return [_snap(shape) for shape in placed]


def _snap(shape: BaseGeometry | None) -> BaseGeometry | None:
    if shape is None or shape.is_empty:
        return None
    snapped = shapely.set_precision(shape, 1.0)
    if snapped.geom_type == "GeometryCollection":  # an area that touches the edge leaves lines and points
        parts = [p for p in snapped.geoms if shapely.get_dimensions(p) == shapely.get_dimensions(snapped)]
        snapped = shapely.union_all(parts)
    return None if snapped.is_empty else snapped
