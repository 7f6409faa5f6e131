"""SQL of one layer in one tile, in the dialects of both databases.

As in ``geoapp.ogc.sqltext`` identifiers come from ``layers.py`` alone and every value is a parameter. PostGIS makes
the tile itself; SpatiaLite gives rows of properties and WKB in the CRS of the grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from geoapp.ogc.crs import STORED_SRID
from geoapp.ogc.layers import GEOMETRY, IDENT, ROW, Column, Layer
from geoapp.ogc.query import Query
from geoapp.ogc.sqltext import DIALECTS, Clause, column_of, matching
from geoapp.ogc.tiles.detail import BUFFER, EXTENT
from geoapp.ogc.tiles.matrices import Box

_MVT = "geometry"
_POSTGIS = {
    "text": "{c}",
    "integer": "{c}::bigint",
    "number": "CASE WHEN abs({c}) < 1e15 THEN round({c}::numeric, 3)::float8 END",
    "date": "{c}::text",
    "boolean": "{c}",
}
_SQLITE = {
    "text": "{c}",
    "integer": "{c}",
    "number": "CASE WHEN abs({c}) < 1e15 THEN round({c}, 3) END",
    "date": "date({c})",
    "boolean": "{c}",
}


@dataclass(frozen=True)
class Drawing:
    """What is drawn: rows of a query within a window of degrees, how exactly, at most how many.

    ``window`` is (west, south, east, north) in degrees, buffer included; ``tile`` the box of the tile in the CRS
    ``srid`` without it. ``least_m`` leaves out shorter lines, ``tolerance`` (units of the CRS) simplifies.
    """

    query: Query
    window: Box
    tile: Box
    srid: int
    columns: tuple[Column, ...]
    least_m: float
    tolerance: float
    most: int


def drawing_sql(drawing: Drawing, vendor: str) -> Clause:
    """Return the query that draws: on PostGIS (tile, number of rows), on SpatiaLite rows (id, properties, WKB)."""
    where, parameters = _where(drawing, vendor)
    layer = drawing.query.layer
    head, of_head = _head(drawing, vendor)
    chosen = f'SELECT {head} FROM "{layer.table}" AS t WHERE {where} ORDER BY {_rank(layer)} LIMIT %s'
    parameters = [*of_head, *parameters, drawing.most]
    if vendor == "sqlite":
        return chosen, parameters
    sql = (
        f"SELECT ST_AsMVT(q.*, %s, {EXTENT}, '{_MVT}') FILTER (WHERE q.\"{_MVT}\" IS NOT NULL), count(*) "
        f"FROM ({chosen}) AS q"
    )
    return sql, [layer.id, *parameters]


def count_sql(drawing: Drawing, vendor: str) -> Clause:
    """Return the query for the number of rows that a tile would draw without a limit."""
    where, parameters = _where(drawing, vendor)
    return f'SELECT count(*) FROM "{drawing.query.layer.table}" AS t WHERE {where}', parameters


def _where(drawing: Drawing, vendor: str) -> Clause:
    layer = drawing.query.layer
    where, parameters = matching(drawing.query, vendor)
    west, south, east, north = drawing.window
    shape = column_of(GEOMETRY)
    if vendor == "sqlite":
        # GeoDjango's lookups never reach the R-tree.
        index = f'"idx_{layer.table}_{GEOMETRY}"'
        search = f"SELECT pkid FROM {index} WHERE xmax >= %s AND xmin <= %s AND ymax >= %s AND ymin <= %s"
        where += f" AND {column_of(ROW)} IN ({search})"
        parameters += [west, east, south, north]
    else:
        where += f" AND {shape} && ST_MakeEnvelope(%s, %s, %s, %s, {STORED_SRID})"
        parameters += [west, south, east, north]
    if drawing.least_m and _has(layer, "length_m"):
        where += f" AND {column_of('length_m')} >= %s"
        parameters.append(drawing.least_m)
    return where, parameters


def _has(layer: Layer, name: str) -> bool:
    return any(c.db == name for c in layer.columns)


def _rank(layer: Layer) -> str:
    """Long streets first; of points and the rest an even choice, the same on both databases."""
    row = column_of(ROW)
    spread = f"({row} * 2654435761) & 4294967295"
    if _has(layer, "length_m"):
        return f"{column_of('length_m')} DESC, {row}"
    return f"{spread}, {row}"


@lru_cache(maxsize=256)
def _properties(columns: tuple[Column, ...], vendor: str) -> str:
    kinds = _SQLITE if vendor == "sqlite" else _POSTGIS
    ident = DIALECTS[vendor].ident.format(c=column_of(IDENT))
    parts = [f'{ident} AS "{IDENT}"']
    parts += [f'{kinds[c.kind].format(c=column_of(c.db))} AS "{c.name}"' for c in columns]
    return ", ".join(parts)


def _head(drawing: Drawing, vendor: str) -> Clause:
    properties = _properties(drawing.columns, vendor)
    shape = column_of(GEOMETRY)
    if drawing.srid != STORED_SRID:
        shape = f"ST_Transform({shape}, {drawing.srid})"
    if vendor == "sqlite":
        return f"{properties}, ST_AsBinary({shape})", []
    parameters: list[Any] = []
    if drawing.tolerance and drawing.query.layer.shape != "Point":
        shape = f"ST_Simplify({shape}, %s, true)"
        parameters.append(drawing.tolerance)
    made = f"ST_AsMVTGeom({shape}, ST_MakeEnvelope(%s, %s, %s, %s, {drawing.srid}), {EXTENT}, {BUFFER}, true)"
    return f'{properties}, {made} AS "{_MVT}"', [*parameters, *drawing.tile]
