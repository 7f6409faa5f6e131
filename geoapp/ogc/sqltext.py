"""SQL for one feature as text, and for the rows a query asks for, in the dialects of both databases.

A feature is made by concatenation inside the database: strings go through its own JSON quoting, the geometry
through its own GeoJSON writer, so that a row leaves it as the bytes the consumer gets. Identifiers come from
``layers.py`` alone; every value is a parameter. SQL never contains a literal percent sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from geoapp.ogc.crs import STORED_SRID, Crs
from geoapp.ogc.layers import (
    ACT_IN,
    ACT_OUT,
    GEOMETRY,
    IDENT,
    ROW,
    VALID_FROM,
    VALID_TO,
    Column,
    Kind,
    Layer,
)
from geoapp.ogc.query import Query, Span

Clause = tuple[str, list[Any]]

_INTEGER = "coalesce(CAST({c} AS text), 'null')"
_BOOLEAN = "CASE WHEN {c} THEN 'true' ELSE 'false' END"


@dataclass(frozen=True)
class Dialect:
    """How one database says it.

    ``{c}`` is a column, ``{g}`` a geometry, ``{n}`` a number of decimals, ``{text}`` a text.
    """

    json: dict[Kind, str]
    ident: str
    geojson: str
    flip: str
    output: str
    intersects: str
    within: str
    among: str
    bounds: tuple[str, str, str, str]


# Metres to the millimetre; what is no number in JSON (NaN, infinity) is null.
SQLITE = Dialect(
    json={
        "text": "json_quote({c})",
        "integer": _INTEGER,
        "number": "CASE WHEN abs({c}) < 1e15 THEN CAST(round({c}, 3) AS text) ELSE 'null' END",
        "date": "json_quote({c})",
        "boolean": _BOOLEAN,
    },
    ident=(
        "substr({c}, 1, 8) || '-' || substr({c}, 9, 4) || '-' || substr({c}, 13, 4) || '-' || "
        "substr({c}, 17, 4) || '-' || substr({c}, 21)"
    ),
    geojson="AsGeoJSON({g}, {n})",
    flip="SwapCoords({g})",
    output="CAST({text} AS BLOB)",
    intersects="ST_Intersects({g}, GeomFromText(%s, 4490)) = 1",
    within="ST_Intersects({g}, GeomFromWKB(%s, 4490)) = 1",
    among="IN (SELECT value FROM json_each(%s))",
    bounds=("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY"),
)
POSTGIS = Dialect(
    json={
        "text": "coalesce(to_json({c})::text, 'null')",
        "integer": _INTEGER,
        "number": "CASE WHEN abs({c}) < 1e15 THEN round({c}::numeric, 3)::float8::text ELSE 'null' END",
        "date": "coalesce(to_json({c})::text, 'null')",
        "boolean": _BOOLEAN,
    },
    ident="{c}::text",
    geojson="ST_AsGeoJSON({g}, {n}, 0)",
    flip="ST_FlipCoordinates({g})",
    output="{text}",
    intersects="ST_Intersects({g}, ST_GeomFromText(%s, 4490))",
    within="ST_Intersects({g}, ST_GeomFromWKB(%s, 4490))",
    among="= ANY(%s::bigint[])",
    bounds=("ST_XMin", "ST_YMin", "ST_XMax", "ST_YMax"),
)
DIALECTS = {"sqlite": SQLITE, "postgresql": POSTGIS}


def column_of(name: str) -> str:
    """Return a column of the row ``t`` as SQL."""
    return f't."{name}"'


def geometry_of(layer: Layer, crs: Crs, dialect: Dialect) -> str:
    """Return the expression of a row's geometry as GeoJSON text."""
    shape = column_of(GEOMETRY)
    if crs.srid != STORED_SRID:
        shape = f"ST_Transform({shape}, {crs.srid})"
    if crs.north_first:
        shape = dialect.flip.format(g=shape)
    elif layer.shape == "MultiPolygon":  # RFC 7946: outer rings counter-clockwise
        shape = f"ST_ForcePolygonCCW({shape})"
    written = dialect.geojson.format(g=shape, n=crs.decimals)
    return f"coalesce({written}, 'null')"


def property_text(column: Column, dialect: Dialect) -> str:
    """Return the expression of a property as JSON text."""
    return dialect.json[column.kind].format(c=column_of(column.db))


@lru_cache(maxsize=256)
def feature_text(layer: Layer, crs: Crs, vendor: str) -> str:
    """Return the expression that makes a row of ``t`` one GeoJSON feature: text in ``crs`` axis order."""
    dialect = DIALECTS[vendor]
    parts = [
        """'{"type":"Feature","id":"'""",
        dialect.ident.format(c=column_of(IDENT)),
        """'","geometry":'""",
        geometry_of(layer, crs, dialect),
    ]
    lead = ""","properties":{"""
    for column in layer.columns:
        parts += [f"""'{lead}"{column.name}":'""", f"({property_text(column, dialect)})"]
        lead = ","
    return " || ".join([*parts, "'}}'"])


def texts_sql(layer: Layer, text: str, vendor: str) -> str:
    """Return the query for a text of each of given rows (one parameter, ``rows_parameter``) in row order."""
    dialect = DIALECTS[vendor]
    output = dialect.output.format(text=text)
    row = column_of(ROW)
    return f'SELECT {output} FROM "{layer.table}" AS t WHERE {row} {dialect.among} ORDER BY {row}'


def _standing(span: Span, known_at: int) -> Clause:
    """Rows on record after act ``known_at`` that were law on at least one day of the span."""
    out, end = column_of(ACT_OUT), column_of(VALID_TO)
    sql = [f"{column_of(ACT_IN)} <= %s", f"({out} IS NULL OR {out} > %s)"]
    parameters: list[Any] = [known_at, known_at]
    if span.end is not None:
        sql.append(f"{column_of(VALID_FROM)} <= %s")
        parameters.append(span.end)
    if span.start is not None:
        sql.append(f"({end} IS NULL OR {end} > %s)")
        parameters.append(span.start)
    return " AND ".join(sql), parameters


def _located(query: Query, vendor: str) -> Clause:
    """Rows whose geometry meets a window: found in the spatial index, then decided exactly."""
    parameters: list[Any] = []
    sql = []
    if vendor == "sqlite":
        # GeoDjango's lookups never reach the R-tree; its boxes are float32 rounded outward.
        index = f'"idx_{query.layer.table}_{GEOMETRY}"'
        search = f"SELECT pkid FROM {index} WHERE xmax >= %s AND xmin <= %s AND ymax >= %s AND ymin <= %s"
        sql.append(f"{column_of(ROW)} IN ({' UNION '.join([search] * len(query.windows))})")
        for window in query.windows:
            parameters += [window.west, window.east, window.south, window.north]
    exact = DIALECTS[vendor].intersects.format(g=column_of(GEOMETRY))
    sql.append(f"({' OR '.join([exact] * len(query.windows))})")
    parameters += [window.wkt() for window in query.windows]
    return " AND ".join(sql), parameters


def matching(query: Query, vendor: str) -> Clause:
    """Return the condition of a query on rows of ``t``: on record, in law, in its windows, as its filters say."""
    sql, parameters = _standing(query.span, query.known_at)
    for where, more in (*_windows(query, vendor), *_allowed(query, vendor)):
        sql, parameters = f"{sql} AND {where}", parameters + more
    for condition in query.where:
        sql, parameters = f"{sql} AND ({condition.sql})", [*parameters, *condition.parameters]
    return sql, parameters


def _windows(query: Query, vendor: str) -> list[Clause]:
    return [_located(query, vendor)] if query.windows else []


def _allowed(query: Query, vendor: str) -> list[Clause]:
    """Rows within the area a client may read: an inner point of an area, any part of a line, the point itself."""
    if query.area is None:
        return []
    if not query.area.wkb:
        return [("1 = 0", [])]
    shape = column_of(GEOMETRY)
    if query.layer.shape == "MultiPolygon":
        shape = f"ST_PointOnSurface({shape})"
    within = (DIALECTS[vendor].within.format(g=shape), [query.area.wkb])
    if vendor != "sqlite":
        return [within]
    west, south, east, north = query.area.box
    index = f'"idx_{query.layer.table}_{GEOMETRY}"'
    search = f"SELECT pkid FROM {index} WHERE xmax >= %s AND xmin <= %s AND ymax >= %s AND ymin <= %s"
    return [(f"{column_of(ROW)} IN ({search})", [west, east, south, north]), within]


def rows_sql(query: Query, vendor: str) -> Clause:
    """Return the query for the rows of a page, in row order, and one more to tell whether a page follows."""
    where, parameters = matching(query, vendor)
    row, table = column_of(ROW), f'"{query.layer.table}" AS t'
    found = f"SELECT {row} FROM {table} WHERE {where} AND {row} > %s"
    if query.spatial:
        # Fenced, or PostgreSQL may walk the primary key for the sake of the order and ignore the index.
        found = f"WITH t AS MATERIALIZED ({found}) SELECT {row} FROM t"
    return f"{found} ORDER BY {row} LIMIT %s", [*parameters, query.after, query.limit + 1]


def page_sql(query: Query, text: str, vendor: str, most: int) -> Clause:
    """Return the query for the first rows of a page, each with its text, in row order."""
    where, parameters = matching(query, vendor)
    row = column_of(ROW)
    where, parameters = f"{where} AND {row} > %s", [*parameters, query.after, most]
    source = fenced(query.layer, where) if query.spatial else f'"{query.layer.table}" AS t WHERE {where}'
    return f"SELECT {row}, {text} FROM {source} ORDER BY {row} LIMIT %s", parameters


def fenced(layer: Layer, where: str) -> str:
    """Return rows found by a condition for ``FROM``: found through its own index, whatever is then done with them."""
    return f'(SELECT t.* FROM "{layer.table}" AS t WHERE {where} OFFSET 0) AS t'


def count_sql(query: Query, vendor: str) -> Clause:
    """Return the query for the number of features on all pages."""
    where, parameters = matching(query, vendor)
    return f'SELECT count(*) FROM "{query.layer.table}" AS t WHERE {where}', parameters


def versions_sql(query: Query, ident: Any, text: str, vendor: str) -> Clause:
    """Return the query for every version of one thing on record: row, valid_from, valid_to, and its text."""
    where, parameters = _standing(Span(None, None), query.known_at)
    for condition, more in _allowed(query, vendor):
        where, parameters = f"{where} AND {condition}", parameters + more
    output = DIALECTS[vendor].output.format(text=text)
    wanted = ", ".join([*(column_of(c) for c in (ROW, VALID_FROM, VALID_TO)), output])
    sql = (
        f'SELECT {wanted} FROM "{query.layer.table}" AS t '
        f"WHERE {column_of(IDENT)} = %s AND {where} ORDER BY {column_of(VALID_FROM)}, {column_of(ROW)}"
    )
    return sql, [ident, *parameters]


def summary_sql(query: Query, vendor: str) -> Clause:
    """Return the query for what a layer holds over all time.

    Columns: number in law within the span, extent (min x, min y, max x, max y), first day, last day,
    number with open end, number synthetic.
    """
    known, parameters = _standing(Span(None, None), query.known_at)
    span, of_span = _standing(query.span, query.known_at)
    shape = column_of(GEOMETRY)
    corners = zip(("min", "min", "max", "max"), DIALECTS[vendor].bounds, strict=True)
    synthetic = column_of(query.layer.synthetic) if query.layer.synthetic else "1 = 0"
    wanted = [
        f"coalesce(sum(CASE WHEN {span} THEN 1 ELSE 0 END), 0)",
        *(f"{least}({bound}({shape}))" for least, bound in corners),
        f"min({column_of(VALID_FROM)})",
        f"max({column_of(VALID_TO)})",
        f"count(*) - count({column_of(VALID_TO)})",
        f"coalesce(sum(CASE WHEN {synthetic} THEN 1 ELSE 0 END), 0)",
    ]
    sql = f'SELECT {", ".join(wanted)} FROM "{query.layer.table}" AS t WHERE {known}'
    return sql, of_span + parameters
