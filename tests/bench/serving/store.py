"""What the other servers read, and what every server must answer, taken from the published tables on PostGIS.

The others get plain tables of today's rows in the order ours have on disk: the id as primary key, a GiST index,
vacuumed and analysed, geometry marked EPSG:4326 so that nobody has to reproject for GeoJSON. Ours keeps history in the
same table and finds today's rows in it. The columns are those that ours delivers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
import shapely

from geoapp.ogc.layers import LAYERS
from tests.bench.serving.bodies import Feature, Features

SCHEMA = "peers"
PEERED = ("addresses", "communities")
Box = tuple[float, float, float, float]
Database = psycopg.Connection[Any]


@dataclass(frozen=True)
class Chosen:
    """What is asked about: boxes, ids, tiles (level, row, column)."""

    boxes: tuple[Box, ...]
    ids: tuple[str, ...]
    tiles: tuple[tuple[int, int, int], ...]


def fill(database: Database, day: str) -> dict[str, int]:
    """Make the tables of the other servers: what is law on ``day``. Return their numbers of rows.

    ``database`` commits by itself.
    """
    database.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    database.execute(f"CREATE SCHEMA {SCHEMA}")
    counted = {}
    for ident in PEERED:
        layer, table = LAYERS[ident], f"{SCHEMA}.{ident}"
        columns = ", ".join(f'"{c.db}" AS "{c.name}"' for c in layer.columns)
        database.execute(
            f"CREATE TABLE {table} AS SELECT id::text AS id, {columns}, "
            f'ST_SetSRID(geom, 4326)::geometry({layer.shape}, 4326) AS geom FROM "{layer.table}" WHERE {_today(day)} '
            'ORDER BY "row"'
        )
        database.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (id)")
        database.execute(f"CREATE INDEX ON {table} USING gist (geom)")
        database.execute(f"VACUUM ANALYZE {table}")
        database.execute(f'VACUUM ANALYZE "{layer.table}"')
        counted[ident] = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[index]
    database.execute("ALTER SYSTEM SET autovacuum = off")  # or it would work beside whoever is measured then
    database.execute("SELECT pg_reload_conf()")
    return counted


def _today(day: str) -> str:
    if not day.replace("-", "").isdigit():
        raise ValueError(day)
    return f"act_out IS NULL AND valid_from <= '{day}' AND (valid_to IS NULL OR valid_to > '{day}')"


def _features(database: Database, table: str, where: str, parameters: list[Any]) -> Features:
    rows = database.execute(
        f"SELECT id, name, ST_AsBinary(geom) FROM {SCHEMA}.{table} WHERE {where}", parameters
    ).fetchall()
    shapes = shapely.from_wkb([shape for _id, _name, shape in rows])
    return {key: Feature(name, shape) for (key, name, _raw), shape in zip(rows, shapes, strict=True)}


def in_box(database: Database, table: str, box: Box) -> Features:
    """Return the features that meet a box."""
    where = "ST_Intersects(geom, ST_MakeEnvelope(%s, %s, %s, %s, 4326))"
    return _features(database, table, where, list(box))


def by_ids(database: Database, table: str, ids: list[str]) -> Features:
    """Return the features of ids."""
    return _features(database, table, "id = ANY(%s)", [ids])


def whole(database: Database, table: str) -> Features:
    """Return every feature."""
    return _features(database, table, "true", [])


def as_of(database: Database, day: str, box: Box | None, ids: list[str] | None) -> Features:
    """Return the addresses in law on a day that meet a box, or have one of the ids, from the published table."""
    where, parameters = _today(day), []  # type: tuple[str, list[Any]]
    if box is not None:
        where += " AND ST_Intersects(geom, ST_MakeEnvelope(%s, %s, %s, %s, 4490))"
        parameters += list(box)
    if ids is not None:
        where += " AND id = ANY(%s::uuid[])"
        parameters.append(ids)
    rows = database.execute(
        f"SELECT id::text, name, ST_AsBinary(geom) FROM pub_addresses WHERE {where}", parameters
    ).fetchall()
    shapes = shapely.from_wkb([shape for _id, _name, shape in rows])
    return {key: Feature(name, shape) for (key, name, _raw), shape in zip(rows, shapes, strict=True)}


def size(database: Database, table: str) -> int:
    """Return the number of rows of a table of the other servers."""
    return int(database.execute(f"SELECT count(*) FROM {SCHEMA}.{table}").fetchone()[0])  # type: ignore[index]
