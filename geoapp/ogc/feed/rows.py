"""Reading published rows whole and exact, for hashing, for the feed and for copies; on any database given.

A row's values come in the order of its layer's columns; dates as ISO texts, numbers as floats, geometry as WKB.
Rows prepared by an act that is not yet on record carry an act number above every real one and are never met here:
every question is about acts up to a given number.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from geoapp.ogc.feed import canonical
from geoapp.ogc.layers import ACT_IN, ACT_OUT, GEOMETRY, IDENT, LAYERS, ROW, VALID_FROM, Layer

CHUNK = 1000
_WKB = {"sqlite": 'AsBinary(t."{g}")', "postgresql": "ST_AsBinary(t.\"{g}\", 'NDR')"}
_AMONG = {"sqlite": "IN (SELECT value FROM json_each(%s))", "postgresql": "= ANY(%s::bigint[])"}


@dataclass(frozen=True)
class Row:
    """A published row: id, values in the order of the layer's columns, WKB (None: no geometry)."""

    ident: str
    values: tuple[Any, ...]
    wkb: bytes | None


@dataclass(frozen=True)
class Key:
    """Where a row stands: its number, its id, and whether the act in question put it in (or took it out)."""

    row: int
    ident: str
    added: bool
    valid_from: str


@lru_cache(maxsize=16)
def writer(layer: Layer) -> Callable[[Row], bytes]:
    """Return the function that makes the canonical bytes of a row of a layer."""
    write = canonical.row_writer(layer.id, [(c.name, c.kind) for c in layer.columns])
    return lambda row: write(row.ident, row.values, row.wkb)


def _text(value: Any) -> Any:
    return None if value is None else str(value)


def _number(value: Any) -> Any:
    return None if value is None or not math.isfinite(value) else float(value)


def _flag(value: Any) -> Any:
    return None if value is None else bool(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: value,
    "integer": lambda value: value,
    "number": _number,
    "date": _text,
    "boolean": _flag,
}


@lru_cache(maxsize=16)
def _changing(layer: Layer) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    plain = ("text", "integer")
    return tuple((i, _READERS[c.kind]) for i, c in enumerate(layer.columns) if c.kind not in plain)


def _row(layer: Layer, ident: Any, wkb: Any, values: Sequence[Any]) -> Row:
    found = list(values)
    for i, read in _changing(layer):
        found[i] = read(found[i])
    return Row(_ident(ident), tuple(found), None if wkb is None else bytes(wkb))


def _ident(value: Any) -> str:
    return str(value) if isinstance(value, UUID) else str(UUID(value))


def ident_parameter(connection: Any, ident: str) -> Any:
    """Return an id as the database's driver takes it."""
    return UUID(ident).hex if connection.vendor == "sqlite" else UUID(ident)


def _columns(layer: Layer, vendor: str) -> str:
    wanted = [f't."{IDENT}"', _WKB[vendor].format(g=GEOMETRY), *(f't."{c.db}"' for c in layer.columns)]
    return ", ".join(wanted)


def _run(connection: Any, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _listed(connection: Any, numbers: Sequence[int]) -> Any:
    return json.dumps(list(numbers)) if connection.vendor == "sqlite" else list(numbers)


def by_number(connection: Any, layer: Layer, numbers: Sequence[int]) -> dict[int, Row]:
    """Return rows of a layer by their numbers."""
    sql = (
        f'SELECT t."{ROW}", {_columns(layer, connection.vendor)} FROM "{layer.table}" AS t '
        f'WHERE t."{ROW}" {_AMONG[connection.vendor]}'
    )
    found = _run(connection, sql, [_listed(connection, numbers)])
    return {number: _row(layer, ident, wkb, values) for number, ident, wkb, *values in found}


def changed(
    connection: Any, layer: Layer, after: int, upto: int
) -> Iterator[tuple[int, int, int | None, Row]]:
    """Yield every row that acts after ``after`` up to ``upto`` put in or took out: number, act in, act out, row.

    In order of number, a chunk at a time. A row put in and taken out by one act was never to be seen: left out.
    """
    sql = (
        f'SELECT t."{ROW}", t."{ACT_IN}", t."{ACT_OUT}", {_columns(layer, connection.vendor)} '
        f'FROM "{layer.table}" AS t WHERE t."{ROW}" > %s '
        f'AND ((t."{ACT_IN}" > %s AND t."{ACT_IN}" <= %s) OR (t."{ACT_OUT}" > %s AND t."{ACT_OUT}" <= %s)) '
        f'AND (t."{ACT_OUT}" IS NULL OR t."{ACT_OUT}" > t."{ACT_IN}") ORDER BY t."{ROW}" LIMIT {CHUNK}'
    )
    last = 0
    while True:
        found = _run(connection, sql, [last, after, upto, after, upto])
        for number, act_in, act_out, ident, wkb, *values in found:
            yield number, act_in, act_out, _row(layer, ident, wkb, values)
        if len(found) < CHUNK:
            return
        last = found[-1][0]


def standing(
    connection: Any, layer: Layer, seq: int, after: int = 0, limit: int = CHUNK
) -> list[tuple[int, Row]]:
    """Return rows on record after act ``seq``, in order of number after ``after``: at most ``limit``."""
    sql = (
        f'SELECT t."{ROW}", {_columns(layer, connection.vendor)} FROM "{layer.table}" AS t '
        f'WHERE t."{ROW}" > %s AND t."{ACT_IN}" <= %s AND (t."{ACT_OUT}" IS NULL OR t."{ACT_OUT}" > %s) '
        f'ORDER BY t."{ROW}" LIMIT %s'
    )
    found = _run(connection, sql, [after, seq, seq, limit])
    return [(number, _row(layer, ident, wkb, values)) for number, ident, wkb, *values in found]


def keys(
    connection: Any, layer: Layer, seq: int, *, among: Sequence[int] | None, after: str, limit: int
) -> tuple[list[Key], bool]:
    """Return the rows that act ``seq`` put in or took out, in order of id and day, and whether more follow.

    ``among`` lists the numbers of those rows when they are known; ``after`` is the last id already delivered (""
    for none). About ``limit`` rows, never some of an id without the others.
    """
    conditions = [
        f'((t."{ACT_IN}" = %s AND (t."{ACT_OUT}" IS NULL OR t."{ACT_OUT}" > %s)) '
        f'OR (t."{ACT_OUT}" = %s AND t."{ACT_IN}" < %s))'
    ]
    parameters: list[Any] = [seq] * 4
    if among is not None:
        conditions.append(f't."{ROW}" {_AMONG[connection.vendor]}')
        parameters.append(_listed(connection, among))
    if after:
        conditions.append(f't."{IDENT}" > %s')
        parameters.append(ident_parameter(connection, after))
    sql = (
        f'SELECT t."{ROW}", t."{IDENT}", t."{ACT_IN}", t."{VALID_FROM}" FROM "{layer.table}" AS t '
        f'WHERE {" AND ".join(conditions)} ORDER BY t."{IDENT}", t."{VALID_FROM}", t."{ROW}" LIMIT %s'
    )
    while True:
        found = _run(connection, sql, [*parameters, limit + 1])
        more = len(found) > limit
        if more:
            last = found[-1][1]
            whole = [row for row in found if row[1] != last]
            if not whole:  # one id alone fills the page
                limit *= 2
                continue
            found = whole
        read = [Key(row, _ident(ident), act_in == seq, str(day)) for row, ident, act_in, day in found]
        return read, more


def all_layers() -> tuple[Layer, ...]:
    """Return the layers in the order in which the feed tells of them."""
    return tuple(LAYERS.values())
