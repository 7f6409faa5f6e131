"""A tile of a layer as bytes: made by PostGIS, or from rows of SpatiaLite; never larger than it may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from geoapp.core.database import require_index
from geoapp.ogc import crs as reference
from geoapp.ogc.layers import GEOMETRY, IDENT
from geoapp.ogc.query import Query
from geoapp.ogc.sqltext import Clause
from geoapp.ogc.tiles import detail, encoding
from geoapp.ogc.tiles.matrices import Box, MatrixSet
from geoapp.ogc.tiles.sqltext import Drawing, count_sql, drawing_sql

_TRIES = 6


@dataclass(frozen=True)
class Tile:
    """A vector tile of one layer, and how many features there was no room for."""

    body: bytes
    omitted: int


def draw(query: Query, grid: MatrixSet, level: int, row: int, col: int) -> Tile:
    """Return the tile of a layer. Raises IndexOff when SpatiaLite's spatial index is off."""
    layer = query.layer
    if not detail.shown(layer, grid, level):
        return Tile(b"", 0)
    if connection.vendor == "sqlite":
        require_index(layer.table, GEOMETRY)
    box = grid.box(level, row, col)
    wanted = Drawing(
        query,
        _degrees(grid, box),
        box,
        grid.crs.srid,
        detail.columns(layer, grid, level),
        detail.least_m(layer, grid, level),
        detail.tolerance(grid, level),
        detail.MOST_FEATURES,
    )
    return _fitted(wanted)


def _fitted(wanted: Drawing) -> Tile:
    """Draw as many features, by rank, as there is room for."""
    body, rows = _draw(wanted)
    for _ in range(_TRIES):
        if len(body) <= detail.MOST_BYTES or not rows:
            break
        fewer = int(rows * detail.MOST_BYTES / len(body) * 0.95)
        wanted = replace(wanted, most=fewer)
        body, rows = _draw(wanted)
    if len(body) > detail.MOST_BYTES:  # a single feature too large for any tile
        body, rows = b"", 0
        wanted = replace(wanted, most=0)
    return Tile(body, _count(wanted) - rows if rows >= wanted.most else 0)


def _degrees(grid: MatrixSet, box: Box) -> Box:
    """Return the box of a tile with its buffer in (lon, lat) degrees."""
    west, south, east, north = box
    edge = (east - west) * detail.BUFFER / detail.EXTENT
    ring = reference.outline(grid.crs, west - edge, south - edge, east + edge, north + edge)
    lons, lats = [p[0] for p in ring], [p[1] for p in ring]
    return min(lons), min(lats), max(lons), max(lats)


def _run(clause: Clause) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*clause)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _count(drawing: Drawing) -> int:
    return int(_run(count_sql(drawing, connection.vendor))[0][0])


def _draw(drawing: Drawing) -> tuple[bytes, int]:
    rows = _run(drawing_sql(drawing, connection.vendor))
    if connection.vendor == "postgresql":
        body, fetched = rows[0]
        return bytes(body or b""), int(fetched)
    names = [IDENT, *(c.name for c in drawing.columns)]
    flags = [c.name for c in drawing.columns if c.kind == "boolean"]
    shapes = encoding.place([row[-1] for row in rows], drawing.tile, drawing.tolerance)
    placed = []
    for row, shape in zip(rows, shapes, strict=True):
        if shape is not None:
            values = {k: v for k, v in zip(names, row, strict=False) if v is not None}
            values |= {name: bool(values[name]) for name in flags if name in values}
            placed.append((values, shape))
    return encoding.encode(drawing.query.layer.id, placed), len(rows)
