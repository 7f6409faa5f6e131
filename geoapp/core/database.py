"""The only room that knows which database is underneath.

SpatiaLite: WAL, one writer at a time (BEGIN IMMEDIATE), a file as test database. PostgreSQL: no parallel
workers, no JIT, a statement timeout, persistent connections. GeoDjango never uses SpatiaLite's R-tree, so the
lookup ``in_box`` does, and raises when the index is off: an empty answer must never mean «no conflict».
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from django.apps import apps
from django.contrib.gis.db.models import GeometryField
from django.db import DatabaseError, connection, connections, models
from django.db.migrations.operations import RunSQL
from django.db.models import F, Lookup, QuerySet
from django.utils.translation import gettext as _

from geoapp.core.errors import IndexOff


def is_embedded() -> bool:
    """Say whether the register runs on SpatiaLite."""
    return connection.vendor == "sqlite"


@GeometryField.register_lookup
class InBox(Lookup):  # type: ignore[type-arg]
    """``field__in_box=(xmin, ymin, xmax, ymax)``: rows whose bounding box meets the box, in the field's CRS.

    Answered from the spatial index on both databases; candidates only (SpatiaLite keeps float32 boxes rounded
    outward), so callers decide exactly with shapely. Raises IndexOff when the index is missing.
    """

    lookup_name = "in_box"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Sequence[float]]:
        """Pass the four numbers as they are."""
        xmin, ymin, xmax, ymax = (float(v) for v in value)
        return "", [xmin, ymin, xmax, ymax]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Search the R-tree table of the column."""
        column = self.lhs.target
        table = column.model._meta.db_table
        require_index(table, column.column, using=connection.alias)
        _, box = self.get_db_prep_lookup(self.rhs, connection)
        # The R-tree numbers rows by ROWID: the primary key only when that is an integer.
        sql = (
            f'"{self.lhs.alias}".ROWID IN (SELECT pkid FROM "idx_{table}_{column.column}" '
            "WHERE xmax >= %s AND xmin <= %s AND ymax >= %s AND ymin <= %s)"
        )
        return sql, [box[0], box[2], box[1], box[3]]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Search the GiST index."""
        lhs, params = self.process_lhs(compiler, connection)
        _, box = self.get_db_prep_lookup(self.rhs, connection)
        return f"{lhs} && ST_MakeEnvelope(%s, %s, %s, %s, %s)", [*params, *box, self.lhs.target.srid]


@GeometryField.register_lookup
class InBoxes(Lookup):  # type: ignore[type-arg]
    """``field__in_boxes=[(xmin, ymin, xmax, ymax), …]``: rows whose box meets one of many, by one query.

    As ``in_box``: from the spatial index, candidates only. Raises IndexOff when the index is missing.
    """

    lookup_name = "in_boxes"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        """Pass the numbers as they are."""
        return "", [tuple(float(v) for v in box) for box in value]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Search the R-tree once per box; CROSS JOIN keeps the boxes outside, so that each is one look-up."""
        column = self.lhs.target
        table = column.model._meta.db_table
        require_index(table, column.column, using=connection.alias)
        sql = (
            f'"{self.lhs.alias}".ROWID IN (SELECT i.pkid FROM json_each(%s) b CROSS JOIN '
            f"\"idx_{table}_{column.column}\" i WHERE i.xmax >= json_extract(b.value, '$[0]') "
            "AND i.xmin <= json_extract(b.value, '$[2]') AND i.ymax >= json_extract(b.value, '$[1]') "
            "AND i.ymin <= json_extract(b.value, '$[3]'))"
        )
        return sql, [json.dumps(self.get_db_prep_lookup(self.rhs, connection)[1])]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Search the GiST index once per box."""
        column = self.lhs.target
        table, key = column.model._meta.db_table, column.model._meta.pk.column
        boxes = self.get_db_prep_lookup(self.rhs, connection)[1]
        sql = (
            f'"{self.lhs.alias}"."{key}" IN (SELECT t."{key}" FROM '
            "unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[]) AS b(x0, y0, x1, y1) "
            f'JOIN "{table}" t ON t."{column.column}" && ST_MakeEnvelope(b.x0, b.y0, b.x1, b.y1, %s))'
        )
        return sql, [*([box[i] for box in boxes] for i in range(4)), column.srid]


class Among(Lookup):  # type: ignore[type-arg]
    """``field__among=values``: any of many thousand values, as one parameter of one query."""

    lookup_name = "among"
    prepare_rhs = False

    def _values(self, connection: Any) -> list[Any]:
        field = self.lhs.output_field
        field = getattr(field, "target_field", field)
        if isinstance(field, models.IntegerField):
            return [int(value) for value in self.rhs]
        return [field.get_db_prep_value(value, connection, prepared=False) for value in self.rhs]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Unfold a JSON array."""
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self._values(connection))]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Compare with an array."""
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} = ANY(%s)", [*params, self._values(connection)]


models.Field.register_lookup(Among)
models.ForeignKey.register_lookup(Among)


def require_index(table: str, column: str, *, using: str = "default") -> None:
    """Raise IndexOff unless SpatiaLite's index of the column is switched on and its table exists."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT spatial_index_enabled, (SELECT count(*) FROM sqlite_master WHERE type='table' AND name=%s) "
            "FROM geometry_columns WHERE f_table_name=lower(%s) AND f_geometry_column=lower(%s)",
            [f"idx_{table}_{column}", table, column],
        )
        row = cursor.fetchone()
    if row is None or row[0] != 1 or row[1] != 1:
        raise IndexOff(
            _("空间索引 %(table)s.%(column)s 未启用，无法判断是否冲突") % {"table": table, "column": column},
            remedy=_("请管理员运行 manage.py setup 修复空间索引"),
        )


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let the queries inside run no longer than ``seconds`` (SpatiaLite: all together; PostgreSQL: each).

    Raises DatabaseError (see ``was_interrupted``).
    """
    connection.ensure_connection()
    if is_embedded():
        until = time.monotonic() + seconds
        # Every few hundred steps of the virtual machine: a spatial test is one step, however long it takes.
        connection.connection.set_progress_handler(lambda: time.monotonic() > until, 200)
        try:
            yield
        finally:
            connection.connection.set_progress_handler(None, 0)
        return
    _statement_timeout(f"{int(seconds * 1000)}ms")
    try:
        yield
    finally:
        with suppress(DatabaseError):  # in a transaction that failed, rolling back puts the setting back
            _statement_timeout("")


def _statement_timeout(value: str) -> None:
    with connection.cursor() as cursor:
        if value:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [value])
        else:
            cursor.execute("RESET statement_timeout")


def was_interrupted(error: BaseException) -> bool:
    """Say whether a database error means that a query was cut off for taking too long."""
    cause = error.__cause__
    return getattr(cause, "sqlstate", "") == "57014" or "interrupted" in str(cause)


def geometry_columns() -> list[tuple[type[models.Model], GeometryField]]:
    """Return every indexed geometry column of the installed models."""
    return [
        (model, column)
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, GeometryField) and column.spatial_index and model._meta.managed
    ]


def index_faults() -> list[str]:
    """Name the SpatiaLite geometry columns whose index is off or does not hold every row (PostGIS: none)."""
    if not is_embedded():
        return []
    faults = []
    existing = set(connection.introspection.table_names())
    for model, column in geometry_columns():
        table = model._meta.db_table
        if table not in existing:
            continue
        try:
            require_index(table, column.column)
        except IndexOff:
            faults.append(f"{table}.{column.column}")
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT (SELECT count(*) FROM "{table}" WHERE "{column.column}" IS NOT NULL), '
                f'(SELECT count(*) FROM "idx_{table}_{column.column}")'
            )
            rows, indexed = cursor.fetchone()
        if rows != indexed:
            faults.append(f"{table}.{column.column}")
    return faults


def repair_indexes() -> list[str]:
    """Rebuild the faulty SpatiaLite indexes; return what was repaired."""
    repaired = index_faults()
    for fault in repaired:
        table, column = fault.split(".")
        with connection.cursor() as cursor:
            cursor.execute("SELECT DisableSpatialIndex(%s, %s)", [table, column])
            cursor.execute(f'DROP TABLE IF EXISTS "idx_{table}_{column}"')
            cursor.execute("SELECT CreateSpatialIndex(%s, %s)", [table, column])
    return repaired


class PostgresOnlySQL(RunSQL):
    """A migration step that only PostgreSQL takes (constraints SQLite cannot express)."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Run on PostgreSQL, pass elsewhere."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Undo on PostgreSQL, pass elsewhere."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def lock_rows(rows: QuerySet[Any], keys: Iterable[Any]) -> None:
    """Lock rows in id order by bumping ``lock_version`` (``select_for_update`` is silent on SQLite).

    Call inside a transaction. On SQLite the transaction is the only writer already; the bump keeps one code. On
    PostgreSQL one statement takes the locks in id order before another bumps: an UPDATE alone has no order.
    """
    wanted = set(keys)
    if not wanted:
        return
    if connection.vendor == "postgresql" and len(wanted) > 1:
        held = rows.filter(pk__among=wanted).order_by("pk").select_for_update(of=("self",))
        len(held.values_list("pk", flat=True))
    rows.filter(pk__among=wanted).update(lock_version=F("lock_version") + 1)


def know_sizes(*tables: type[models.Model]) -> None:
    """Let PostgreSQL count tables that grew within the transaction at hand; SpatiaLite plans without counting.

    The server's own counting does not see rows before they are committed. It then takes the tables for empty and
    reads them whole for every batch of keys, so that a long load slows down with every batch.
    """
    if not is_embedded():
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table._meta.db_table)}")
