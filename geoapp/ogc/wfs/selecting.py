"""Rows of one query: how many match, which are on the page, and their texts in the order asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from geoapp.ogc import sqltext
from geoapp.ogc.filtering.compiling import prepare
from geoapp.ogc.layers import ROW
from geoapp.ogc.query import Query
from geoapp.ogc.sqltext import DIALECTS, Clause

CHUNK = 500


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
    keys = [f"{o.sql} {'DESC NULLS LAST' if o.descending else 'ASC NULLS LAST'}" for o in selection.order]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{found} ORDER BY {', '.join([*keys, row])} LIMIT %s OFFSET %s", [*parameters, limit, offset]
        )
        return [found_row for (found_row,) in cursor.fetchall()]


def texts(expression: str, table: str, wanted: list[int]) -> Iterator[list[bytes]]:
    """Yield what ``expression`` makes of rows, a chunk at a time, in the order of ``wanted``; null is left out."""
    dialect = DIALECTS[connection.vendor]
    output = dialect.output.format(text=f"({expression})")
    row = f't."{ROW}"'
    sql = f'SELECT {row}, {output} FROM "{table}" AS t WHERE {row} {dialect.among}'
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        found: dict[int, bytes | None] = {}
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(sql, [json.dumps(chunk)])
                found = dict(cursor.fetchall())
            else:
                cursor.execute(sql, [chunk])
                result = cursor.pgresult  # the bytes as they came
                for n in range(result.ntuples):
                    found[int(result.get_value(n, 0))] = result.get_value(n, 1)
        yield [text for key in chunk if (text := found.get(key)) is not None]
