"""Many rows at once: the quick way into one table, the same on both databases.

Model instances go in as they are, without signals, ``save()`` or default look-ups; geometry travels as WKB.
PostgreSQL takes them by COPY, SpatiaLite by one prepared statement. For take-overs and imports of thousands of
rows; everything smaller uses the ORM.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date
from operator import itemgetter
from typing import Any
from uuid import UUID

import shapely
from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, models
from shapely.geometry.base import BaseGeometry

Convert = Callable[[Any], Any]


def insert(model: type[models.Model], rows: Iterable[models.Model]) -> int:
    """Insert instances of ``model``; return how many. Automatic keys are left to the database and not read back.

    A geometry field may hold a GEOS geometry or the WKB (``raw``) of one in the field's own CRS.
    """
    fields = _fields(model)
    return _send(model, fields, _converted(fields, (row.__dict__ for row in rows)))


def insert_values(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> int:
    """Insert rows given by attribute name (``address_id``, not ``address``) instead of instances; return how many.

    What a row leaves out gets the field's default. For hundreds of thousands of rows, where making the instances
    would cost more than sending them.
    """
    fields = _fields(model)
    defaults = {f.attname: f.get_default() for f in fields}
    return _send(model, fields, _converted(fields, ({**defaults, **row} for row in rows)))


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
    counted = _Counted(values)
    with connection.cursor() as cursor:
        cursor.executemany(sql, counted)
    return counted.count


def _copy(model: type[models.Model], fields: list[Any], values: Iterator[Sequence[Any]]) -> int:
    count = 0
    with (
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
