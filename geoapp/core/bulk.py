"""Many rows at once: the quick way into one table, the same on both databases.

Model instances go in as they are, without signals, ``save()`` or default look-ups; geometry travels as WKB.
PostgreSQL takes them by COPY, SpatiaLite by one prepared statement and, from ``_MANY`` rows on, with its geometry
triggers set aside: what they do row by row is then done for all new rows by one statement each, in the same
transaction. For take-overs and imports of thousands of rows; everything smaller uses the ORM.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date
from itertools import chain, islice
from operator import itemgetter
from typing import Any
from uuid import UUID

import shapely
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry
from django.db import IntegrityError, connection, models, transaction
from shapely.geometry.base import BaseGeometry

Convert = Callable[[Any], Any]
_MANY = 500


def insert(model: type[models.Model], rows: Iterable[models.Model | dict[str, Any]]) -> int:
    """Insert rows of ``model``; return how many. Automatic keys are left to the database and not read back.

    A row is an instance, or what is cheaper by far: a dict by column attribute (``street_id``), in which what is
    missing takes the field's default. A geometry field may hold a GEOS geometry or the WKB (``raw``) of one in the
    field's own CRS.
    """
    fields = _fields(model)
    defaults = {f.attname: f.get_default() for f in fields}
    plain = ({**defaults, **row} if isinstance(row, dict) else row.__dict__ for row in rows)
    return _send(model, fields, _converted(fields, plain))


def _fields(model: type[models.Model]) -> list[Any]:
    return [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]


def _converted(fields: list[Any], rows: Iterable[dict[str, Any]]) -> Iterator[Sequence[Any]]:
    """Yield the values of rows in the order of the fields, as the driver takes them."""
    converters = [_converter(f) for f in fields]
    changing = [(i, convert) for i, convert in enumerate(converters) if convert is not _same]
    names = [f.attname for f in fields]
    if len(names) == 1:
        convert = converters[0]
        for row in rows:
            yield (convert(row[names[0]]),)
        return
    pick = itemgetter(*names)
    for row in rows:
        values = list(pick(row))
        for i, convert in changing:
            values[i] = convert(values[i])
        yield values


def _send(model: type[models.Model], fields: list[Any], values: Iterator[Sequence[Any]]) -> int:
    return (
        _copy(model, fields, values)
        if connection.vendor == "postgresql"
        else _executemany(model, fields, values)
    )


def raw(geometry: BaseGeometry) -> memoryview:
    """Return a shapely geometry as a geometry field takes it without building a GEOS object: its WKB."""
    return memoryview(shapely.to_wkb(geometry))


def _executemany(model: type[models.Model], fields: list[Any], values: Iterator[Sequence[Any]]) -> int:
    marks = ", ".join(f"GeomFromWKB(%s, {f.srid})" if isinstance(f, GeometryField) else "%s" for f in fields)
    sql = f"INSERT INTO {_table(model)} ({_columns(fields)}) VALUES ({marks})"
    first = list(islice(values, _MANY))
    counted = _Counted(chain(first, values))
    shapes = [f.column for f in fields if isinstance(f, GeometryField)]
    with connection.cursor() as cursor:
        if len(first) < _MANY or not shapes:
            cursor.executemany(sql, counted)
        else:
            with _without_row_triggers(cursor, model._meta.db_table, shapes):
                cursor.executemany(sql, counted)
    return counted.count


@contextmanager
def _without_row_triggers(cursor: Any, table: str, columns: list[str]) -> Iterator[None]:
    """Set SpatiaLite's triggers on insertion aside and do their work for all new rows together.

    They check the geometry's type and CRS (ggi), enter its box into the index (gii) and note the time (tmi): three
    quarters of the time of a bulk insertion. Dropping and making a trigger is part of the transaction: whoever
    fails in between finds them as they were. Raises IntegrityError for a geometry the column does not take.
    """
    names = [f"{kind}_{table}_{column}" for column in columns for kind in ("ggi", "gii", "tmi")]
    marks = ", ".join(["%s"] * len(names))
    cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name IN ({marks})", names)
    triggers = dict(cursor.fetchall())
    with transaction.atomic():
        cursor.execute(f'SELECT coalesce(max(ROWID), 0) FROM "{table}"')
        last = cursor.fetchone()[0]
        for name in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for column in columns:
            _settle(cursor, table, column, last, indexed=f"gii_{table}_{column}" in triggers)
        for sql in triggers.values():
            cursor.execute(sql)


@contextmanager
def plain_updates(model: type[models.Model]) -> Iterator[None]:
    """Let updates inside, which leave geometry alone, run without SpatiaLite's note of the time row by row.

    The note (tmu) is made once at the end. Elsewhere, and for tables without geometry, nothing is different.
    """
    table = model._meta.db_table
    columns = [f.column for f in _fields(model) if isinstance(f, GeometryField)]
    if connection.vendor == "postgresql" or not columns:
        yield
        return
    names = [f"tmu_{table}_{column}" for column in columns]
    marks = ", ".join(["%s"] * len(names))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name IN ({marks})", names
        )
        triggers = dict(cursor.fetchall())
        for name in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        cursor.execute(
            "UPDATE geometry_columns_time SET last_update = strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', 'now') "
            "WHERE f_table_name = lower(%s)",
            [table],
        )
        for sql in triggers.values():
            cursor.execute(sql)


def _settle(cursor: Any, table: str, column: str, last: int, *, indexed: bool) -> None:
    """Do for the rows after ROWID ``last`` what the triggers of one geometry column would have done."""
    cursor.execute(
        f'SELECT count(*) FROM "{table}", geometry_columns AS g WHERE "{table}".ROWID > %s '
        "AND g.f_table_name = lower(%s) AND g.f_geometry_column = lower(%s) "
        f'AND coalesce(GeometryConstraints("{column}", g.geometry_type, g.srid), 0) <> 1',
        [last, table, column],
    )
    wrong = cursor.fetchone()[0]
    if wrong:
        raise IntegrityError(f"{table}.{column}: {wrong} geometries of another type or CRS")
    if indexed:
        cursor.execute(
            f'INSERT INTO "idx_{table}_{column}" (pkid, xmin, xmax, ymin, ymax) '
            f'SELECT ROWID, MbrMinX("{column}"), MbrMaxX("{column}"), MbrMinY("{column}"), MbrMaxY("{column}") '
            f'FROM "{table}" WHERE ROWID > %s AND "{column}" IS NOT NULL',
            [last],
        )
    cursor.execute(
        "UPDATE geometry_columns_time SET last_insert = strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', 'now') "
        "WHERE f_table_name = lower(%s) AND f_geometry_column = lower(%s)",
        [table, column],
    )


def _copy(model: type[models.Model], fields: list[Any], values: Iterator[tuple[Any, ...]]) -> int:
    count = 0
    # The driver's COPY goes past Django's cursor: its errors are made Django's here.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {_table(model)} ({_columns(fields)}) FROM STDIN") as copy,
    ):
        for row in values:
            copy.write_row(row)
            count += 1
    return count


class _Counted:
    """An iterator that knows how far it got."""

    def __init__(self, values: Iterator[Sequence[Any]]) -> None:
        self._values = values
        self.count = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._values:
            self.count += 1
            yield row


def _table(model: type[models.Model]) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))


def _columns(fields: list[Any]) -> str:
    return ", ".join(connection.ops.quote_name(f.column) for f in fields)


def _converter(field: Any) -> Convert:
    """Return what turns a Python value of a field into what the driver takes."""
    embedded = connection.vendor == "sqlite"
    if isinstance(field, GeometryField):
        return _wkb if embedded else _ewkb(field.srid)
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.JSONField):
        return lambda v: None if v is None else json.dumps(v, ensure_ascii=False)
    if isinstance(target, models.UUIDField) and embedded:
        return lambda v: v.hex if isinstance(v, UUID) else None if v is None else UUID(str(v)).hex
    if isinstance(target, models.DateTimeField) and embedded:
        # As Django stores moments on SQLite: UTC, without the zone.
        return lambda v: None if v is None else str(v.astimezone(UTC).replace(tzinfo=None))
    if isinstance(target, models.DateField) and embedded:
        return lambda v: v.isoformat() if isinstance(v, date) else v
    return _same


def _same(value: Any) -> Any:
    return value


def _wkb(value: Any) -> bytes | None:
    if isinstance(value, GEOSGeometry):
        return bytes(value.wkb)
    return None if value is None else bytes(value)


_SRID_FLAG = 0x20000000
_PLAIN_KINDS = range(1, 8)


def _ewkb(srid: int) -> Convert:
    """Return what marks WKB with a reference system: in the header alone where it is little-endian and flat."""
    marks = {kind: struct.pack("<BII", 1, kind | _SRID_FLAG, srid) for kind in _PLAIN_KINDS}
    heads = {struct.pack("<BI", 1, kind): mark for kind, mark in marks.items()}

    def convert(value: Any) -> str | None:
        if value is None:
            return None
        wkb = _wkb(value)
        assert wkb is not None
        mark = heads.get(wkb[:5])
        if mark is not None:
            return (mark + wkb[5:]).hex()
        marked = shapely.set_srid(shapely.from_wkb(wkb), srid)
        return str(shapely.to_wkb(marked, hex=True, include_srid=True))

    return convert
