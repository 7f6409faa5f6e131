"""Rows of one query: how many match, which are on the page, and their texts in the order asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from geoapp.ogc import reading, sqltext
from geoapp.ogc.filtering.compiling import prepare
from geoapp.ogc.layers import ROW, Layer
from geoapp.ogc.query import Query
from geoapp.ogc.quicktext import Text
from geoapp.ogc.sqltext import DIALECTS, Clause


@dataclass(frozen=True)
class Order:
    """A column to sort by (an SQL expression of our own making)."""

    sql: str
    descending: bool = False


@dataclass(frozen=True)
class Selection:
    """What one query asks of a layer: state of the record, condition, order. Nothing of it is text from a client."""

    query: Query
    where: Clause | None = None
    order: tuple[Order, ...] = ()
    spatial: bool = False
    lends: bool = False

    def condition(self, vendor: str) -> Clause:
        """Return the condition on rows of ``t``."""
        sql, parameters = sqltext.matching(self.query, vendor)
        if self.where is not None:
            sql, parameters = f"{sql} AND ({self.where[0]})", [*parameters, *self.where[1]]
        return sql, parameters


def _prepare(selection: Selection) -> None:
    prepare(selection.query.layer.table, spatial=selection.spatial, lends=selection.lends)


def count(selection: Selection) -> int:
    """Return the number of rows that match. Raises IndexOff."""
    if selection.where is None:
        return reading.count(selection.query)
    _prepare(selection)
    where, parameters = selection.condition(connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{selection.query.layer.table}" AS t WHERE {where}', parameters)
        return int(cursor.fetchone()[0])


def rows(selection: Selection, offset: int, limit: int) -> list[int]:
    """Return the rows of a page in order. Raises IndexOff."""
    _prepare(selection)
    where, parameters = selection.condition(connection.vendor)
    row, table = f't."{ROW}"', f'"{selection.query.layer.table}" AS t'
    found = f"SELECT t.* FROM {table} WHERE {where}"
    if selection.spatial:  # fenced: the index finds rows, the order comes afterwards
        found = f"WITH t AS MATERIALIZED ({found}) SELECT {row} FROM t"
    else:
        found = f"SELECT {row} FROM {table} WHERE {where}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{found} ORDER BY {_keys(selection)} LIMIT %s OFFSET %s", [*parameters, limit, offset]
        )
        return [found_row for (found_row,) in cursor.fetchall()]


def _keys(selection: Selection) -> str:
    keys = [f"{o.sql} {'DESC NULLS LAST' if o.descending else 'ASC NULLS LAST'}" for o in selection.order]
    return ", ".join([*keys, f't."{ROW}"'])


def first(selection: Selection, offset: int, limit: int, text: Text) -> list[tuple[int, bytes]]:
    """Return the rows of a page in order, each with its text, by one statement (PostgreSQL)."""
    pairs = _pairs(selection, offset, limit, text.first())
    if not text.stands([made for _row, made in pairs]):
        pairs = _pairs(selection, offset, limit, text.careful)
    return pairs


def _pairs(selection: Selection, offset: int, limit: int, expression: str) -> list[tuple[int, bytes]]:
    where, parameters = selection.condition(connection.vendor)
    layer = selection.query.layer
    source = sqltext.fenced(layer, where) if selection.spatial else f'"{layer.table}" AS t WHERE {where}'
    sql = f'SELECT t."{ROW}", {expression} FROM {source} ORDER BY {_keys(selection)} LIMIT %s OFFSET %s'
    return [(int(row), made) for row, made in reading.pairs((sql, [*parameters, limit, offset]))]


def texts(text: Text, layer: Layer, wanted: list[int]) -> Iterator[list[bytes]]:
    """Yield the texts of rows, a chunk at a time, in the order of ``wanted``; null is left out."""
    size = reading.chunk(layer)
    for start in range(0, len(wanted), size):
        part = wanted[start : start + size]
        found = _chunk(text.first(), layer, part)
        if not text.stands(list(found.values())):
            found = _chunk(text.careful, layer, part)
        yield [made for key in part if (made := found.get(key)) is not None]


def _chunk(expression: str, layer: Layer, wanted: list[int]) -> dict[int, bytes | None]:
    dialect = DIALECTS[connection.vendor]
    output = dialect.output.format(text=f"({expression})")
    row = f't."{ROW}"'
    clause = f'SELECT {row}, {output} FROM "{layer.table}" AS t WHERE {row} {dialect.among}'
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(clause, [json.dumps(wanted)])
            return dict(cursor.fetchall())
    return {int(key): made for key, made in reading.pairs((clause, [wanted]))}
