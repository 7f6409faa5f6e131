"""A copy of the published layers in a second database, and the mark how far it got.

The copy has the tables ``pub_<layer>`` with the same columns, made from the same models, so that everything that
reads the register's published layers can read the copy. A row that was taken out stays, closed by its act. The mark
is written in the transaction that applies an entry: a copy is always whole after some act.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.utils.translation import gettext as _

from geoapp.ogc.feed import rows
from geoapp.ogc.feed.canonical import Held
from geoapp.ogc.feed.following.source import FeedError
from geoapp.ogc.feed.rows import Row
from geoapp.ogc.feed.sethash import SetHash, element, product
from geoapp.ogc.layers import ACT_IN, ACT_OUT, GEOMETRY, IDENT, LAYERS, ROW, VALID_FROM, Layer

SNAPSHOT, FOLLOWING = "snapshot", "following"
_MARK, _LAYERS = "feed_replica", "feed_replica_layer"
_SHAPE = {"sqlite": "GeomFromWKB(%s, 4490)", "postgresql": "ST_GeomFromWKB(%s::bytea, 4490)"}


class Mismatch(FeedError):
    """The copy is not what the feed says it must be; names the layer and the act."""

    def __init__(self, layer: str, seq: int, why: str) -> None:
        words = {"layer": layer, "seq": seq, "why": why}
        super().__init__(_("副本与变更流不一致：图层 %(layer)s，登记行为第 %(seq)d 号：%(why)s") % words)
        self.layer, self.seq = layer, seq


@dataclass(frozen=True)
class Mark:
    """How far a copy got: the last act applied and its hash, or where in a snapshot of that act it stands.

    ``cursor`` is the address of the snapshot's next page ("" when the layer has not been begun).
    """

    url: str
    seq: int
    hash: str
    phase: str = FOLLOWING
    layer: str = ""
    cursor: str = ""


def row_of(layer: Layer, told: Mapping[str, Any]) -> Row:
    """Return a row from the feed's JSON (geometry as WKB). Raises FeedError when it lacks a column."""
    try:
        properties = told["properties"]
        values = tuple(
            float(value) if column.kind == "number" and value is not None else value
            for column in layer.columns
            for value in (properties[column.name],)
        )
        return Row(told["id"], values, bytes.fromhex(told["wkb"]) if told["wkb"] else None)
    except (KeyError, TypeError, ValueError) as error:
        message = _("图层 %(layer)s 的行缺少或写错了 %(what)s") % {"layer": layer.id, "what": error}
        raise FeedError(message) from error


def _models() -> list[type[models.Model]]:
    tables = {model._meta.db_table: model for model in apps.get_models()}
    return [tables[layer.table] for layer in LAYERS.values()]


class Replica:
    """The copy in the database ``alias``."""

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self.connection = connections[alias]
        self._hashes: dict[str, SetHash] = {}
        self._counts: dict[str, int] = {}

    def prepare(self, url: str) -> Mark:
        """Make the tables, or find them as they were left; return the mark.

        Raises FeedError when tables of these names hold something else, or a copy of another feed.
        """
        self.connection.prepare_database()
        existing = set(self.connection.introspection.table_names())
        if _MARK not in existing:
            strange = sorted(existing & {layer.table for layer in LAYERS.values()})
            if strange:
                raise FeedError(_("数据库里已有表 %s，不是变更流的副本") % strange[0])
            self._create(url)
        mark = self.mark()
        if mark.url != url:
            raise FeedError(_("这份副本来自 %s；要换来源请加 --anew") % mark.url)
        self._load()
        return mark

    def _create(self, url: str) -> None:
        # One transaction: a copy that is killed while it is made was never begun.
        with self.connection.schema_editor(atomic=True) as editor:
            for model in _models():
                editor.create_model(model)
            editor.execute(
                f"CREATE TABLE {_MARK} (url text NOT NULL, seq bigint NOT NULL, hash text NOT NULL, "
                "phase text NOT NULL, layer text NOT NULL, cursor text NOT NULL)"
            )
            editor.execute(
                f"CREATE TABLE {_LAYERS} (layer varchar(40) PRIMARY KEY, count bigint NOT NULL, state text NOT NULL)"
            )
            mark = (url, 0, "0" * 64, FOLLOWING, "", "")
            editor.execute(f"INSERT INTO {_MARK} VALUES (%s, %s, %s, %s, %s, %s)", mark)
            for name in LAYERS:
                editor.execute(f"INSERT INTO {_LAYERS} VALUES (%s, 0, %s)", (name, SetHash().state.hex()))

    def drop(self) -> None:
        """Remove a copy; does nothing when there is none."""
        if _MARK not in self.connection.introspection.table_names():
            return
        with self.connection.schema_editor(atomic=True) as editor:
            for model in _models():
                editor.delete_model(model)
            editor.execute(f"DROP TABLE {_MARK}")
            editor.execute(f"DROP TABLE {_LAYERS}")

    def _run(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, list(parameters))
            return list(cursor.fetchall()) if cursor.description else []

    def mark(self) -> Mark:
        """Return how far the copy got."""
        found = self._run(f"SELECT url, seq, hash, phase, layer, cursor FROM {_MARK}")
        return Mark(*found[0])

    def _load(self) -> None:
        for name, count, state in self._run(f"SELECT layer, count, state FROM {_LAYERS}"):
            self._counts[name], self._hashes[name] = count, SetHash(bytes.fromhex(state))

    def held(self) -> dict[str, Held]:
        """Return what the layers of the copy hold, as brought forward with every change."""
        return {name: Held(self._counts[name], self._hashes[name].digest) for name in LAYERS}

    def forget(self) -> None:
        """After a transaction was rolled back: go back to what is stored."""
        self._load()

    def save(self, before: Mark, now: Mark) -> None:
        """Store the mark and the digests. Raises FeedError when somebody else brought the copy forward."""
        values = (now.seq, now.hash, now.phase, now.layer, now.cursor)
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {_MARK} SET seq = %s, hash = %s, phase = %s, layer = %s, cursor = %s "
                "WHERE seq = %s AND phase = %s AND layer = %s AND cursor = %s",
                [*values, before.seq, before.phase, before.layer, before.cursor],
            )
            if cursor.rowcount != 1:
                raise FeedError(_("另一个程序正在更新这份副本"))
            for name, hashed in self._hashes.items():
                cursor.execute(
                    f"UPDATE {_LAYERS} SET count = %s, state = %s WHERE layer = %s",
                    [self._counts[name], hashed.state.hex(), name],
                )

    def take_out(self, layer: Layer, seq: int, gone: list[Row]) -> None:
        """Close rows by act ``seq``. Raises Mismatch when the copy does not hold them."""
        write = rows.writer(layer)
        for row in gone:
            number = self._standing(layer, row)
            if number is None:
                raise Mismatch(layer.id, seq, _("要撤下的行 %s 不在副本中") % row.ident)
            self._run(f'UPDATE "{layer.table}" SET {ACT_OUT} = %s WHERE "{ROW}" = %s', [seq, number])
        self._count(layer, taken=[write(row) for row in gone])

    def _standing(self, layer: Layer, row: Row) -> int | None:
        """Return the number of the open row that is the same, bit for bit."""
        given = dict(zip((c.db for c in layer.columns), row.values, strict=True))
        sql = (
            f'SELECT "{ROW}" FROM "{layer.table}" WHERE "{IDENT}" = %s AND {ACT_IN} = %s AND {VALID_FROM} = %s '
            f"AND {ACT_OUT} IS NULL"
        )
        key = rows.ident_parameter(self.connection, row.ident)
        numbers = [n for (n,) in self._run(sql, [key, given[ACT_IN], given[VALID_FROM]])]
        write = rows.writer(layer)
        wanted = write(row)
        held = rows.by_number(self.connection, layer, numbers)
        return next((n for n in numbers if write(held[n]) == wanted), None)

    def put_in(self, layer: Layer, fresh: list[Row]) -> None:
        """Insert rows."""
        names = ", ".join(f'"{name}"' for name in (IDENT, *(c.db for c in layer.columns), GEOMETRY))
        shape = _SHAPE[self.connection.vendor]
        marks = ", ".join(["%s"] * (len(layer.columns) + 1))
        values = [(rows.ident_parameter(self.connection, row.ident), *row.values, row.wkb) for row in fresh]
        with self.connection.cursor() as cursor:
            cursor.executemany(f'INSERT INTO "{layer.table}" ({names}) VALUES ({marks}, {shape})', values)
        write = rows.writer(layer)
        self._count(layer, put=[write(row) for row in fresh])

    def _count(self, layer: Layer, put: Iterable[bytes] = (), taken: Iterable[bytes] = ()) -> None:
        put, taken = list(put), list(taken)
        self._hashes[layer.id].change(product(map(element, put)), product(map(element, taken)))
        self._counts[layer.id] += len(put) - len(taken)
