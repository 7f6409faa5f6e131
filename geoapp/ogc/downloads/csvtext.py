"""A row of a published layer as a line of CSV, made inside the database.

As in ``geoapp.ogc.sqltext`` identifiers come from ``layers.py`` alone. Points have the columns ``lon`` and ``lat``,
other layers ``wkt``: EPSG:4490 degrees, longitude first, nine decimals. A text that a spreadsheet would run as a
formula gets an apostrophe (OWASP, CSV injection).
"""

from __future__ import annotations

from functools import lru_cache

from geoapp.ogc.layers import GEOMETRY, IDENT, ROW, Column, Layer
from geoapp.ogc.sqltext import DIALECTS, column_of

BOM = b"\xef\xbb\xbf"
_STARTS = {"sqlite": "char(9), char(13)", "postgresql": "chr(9), chr(13)"}
_NUMBER = {
    "sqlite": "CASE WHEN abs({c}) < 1e15 THEN CAST(round({c}, 3) AS text) END",
    "postgresql": "CASE WHEN abs({c}) < 1e15 THEN round({c}::numeric, 3)::float8::text END",
}
_DATE = {"sqlite": "date({c})", "postgresql": "{c}::text"}
_DEGREES = {
    "sqlite": "CAST(round({c}, 9) AS text)",
    "postgresql": "round({c}::numeric, 9)::float8::text",
}
_WKT = {"sqlite": "AsWKT({g}, 9)", "postgresql": "ST_AsText({g}, 9)"}


def header(layer: Layer) -> bytes:
    """Return the first line, byte order mark included."""
    place = ("lon", "lat") if layer.shape == "Point" else ("wkt",)
    return BOM + ",".join((IDENT, *(c.name for c in layer.columns), *place)).encode() + b"\r\n"


def _quoted(text: str) -> str:
    return f"""'"' || replace({text}, '"', '""') || '"'"""


def _cell(column: Column, vendor: str) -> str:
    name = column_of(column.db)
    if column.kind == "text":
        starts = f"'=', '+', '-', '@', {_STARTS[vendor]}"
        safe = f"CASE WHEN substr({name}, 1, 1) IN ({starts}) THEN '''' || {name} ELSE {name} END"
        return _quoted(f"coalesce({safe}, '')")
    if column.kind == "number":
        text = _NUMBER[vendor].format(c=name)
    elif column.kind == "date":
        text = _DATE[vendor].format(c=name)
    elif column.kind == "boolean":
        text = f"CASE WHEN {name} THEN 'true' ELSE 'false' END"
    else:
        text = f"CAST({name} AS text)"
    return f"coalesce({text}, '')"


@lru_cache(maxsize=64)
def lines_sql(layer: Layer, vendor: str) -> str:
    """Return the query for the lines of given rows (one parameter, as ``texts_sql`` takes it) in row order."""
    shape, dialect = column_of(GEOMETRY), DIALECTS[vendor]
    if layer.shape == "Point":
        place = [
            f"coalesce({_DEGREES[vendor].format(c=f'{axis}({shape})')}, '')" for axis in ("ST_X", "ST_Y")
        ]
    else:
        place = [_quoted(f"coalesce({_WKT[vendor].format(g=shape)}, '')")]
    cells = [dialect.ident.format(c=column_of(IDENT)), *(_cell(c, vendor) for c in layer.columns), *place]
    line = " || ',' || ".join(f"({cell})" for cell in cells)
    output = dialect.output.format(text=line)
    row = column_of(ROW)
    return f'SELECT {output} FROM "{layer.table}" AS t WHERE {row} {dialect.among} ORDER BY {row}'
