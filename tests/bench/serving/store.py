"""What the other servers read, and what every server must answer, taken from the published tables on PostGIS.

The others get plain tables of today's rows in the order ours have on disk: the id as primary key, a GiST index,
vacuumed and analysed, geometry marked EPSG:4326 so that nobody has to reproject for GeoJSON. Ours keeps history in the
same table and finds today's rows in it. The columns are those that ours delivers.
"""

from __future__ import annotations

import math
import random
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


def choose_ids(database: Database, seed: int, many: int) -> list[str]:
    """Return ids of addresses, spread over the table."""
    numbers = random.Random(seed).sample(range(10**6), many)
    found = []
    for number in numbers:
        row = database.execute(
            f"SELECT id FROM {SCHEMA}.addresses WHERE id >= %s ORDER BY id LIMIT 1", [f"{number * 4294:08x}"]
        ).fetchone()
        if row:
            found.append(row[0])
    return list(dict.fromkeys(found))


def choose_boxes(database: Database, ids: list[str], wanted: int) -> list[Box]:
    """Return a box around each address that holds about ``wanted`` of them (boxes that miss it by a fifth are left out).

    Sides are halved or doubled until it fits; edges have seven decimals, none lies on a point.
    """
    boxes = []
    for feature in by_ids(database, "addresses", ids).values():
        x, y = feature.shape.x, feature.shape.y
        small, large = 0.0, 0.2
        for _step in range(18):
            half = (small + large) / 2
            box = tuple(round(v, 7) for v in (x - half, y - half, x + half, y + half))
            count = database.execute(
                f"SELECT count(*) FROM {SCHEMA}.addresses WHERE geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)",
                box,
            ).fetchone()[0]  # type: ignore[index]
            if abs(count - wanted) <= wanted / 50:
                break
            small, large = (half, large) if count < wanted else (small, half)
        if abs(count - wanted) <= wanted / 5:
            boxes.append((box[0], box[1], box[2], box[3]))
    return boxes


def choose_tiles(
    database: Database, ids: list[str], wanted: int, many: int, levels: tuple[int, ...] = (15, 16)
) -> list[tuple[int, int, int]]:
    """Return the tiles (level, row, column) around addresses that hold most nearly ``wanted`` of them.

    From level 15 on ours draws addresses with all their properties.
    """
    counted: dict[tuple[int, int, int], int] = {}
    for feature in by_ids(database, "addresses", ids).values():
        for level in levels:
            tile = (level, *_tile(feature.shape.x, feature.shape.y, level))
            if tile not in counted:
                counted[tile] = database.execute(
                    f"SELECT count(*) FROM {SCHEMA}.addresses "
                    "WHERE geom && ST_Transform(ST_TileEnvelope(%s, %s, %s), 4326)",
                    [level, tile[2], tile[1]],
                ).fetchone()[0]  # type: ignore[index]
    return sorted(counted, key=lambda tile: (abs(counted[tile] - wanted), tile))[:many]


def _tile(lon: float, lat: float, level: int) -> tuple[int, int]:
    """Return row and column of the tile of WebMercatorQuad a place lies in."""
    side = 2**level
    turned = math.asinh(math.tan(math.radians(lat)))
    return int((1 - turned / math.pi) / 2 * side), int((lon + 180) / 360 * side)


def past(database: Database) -> str:
    """Return a day on which the addresses read otherwise than today: the one before most of the last changes."""
    day = database.execute(
        "SELECT (valid_to - 1)::text FROM pub_addresses WHERE act_out IS NULL AND valid_to IS NOT NULL "
        "GROUP BY valid_to ORDER BY count(*) DESC, valid_to DESC LIMIT 1"
    ).fetchone()
    if day is None:
        raise SystemExit("数据中没有已失效的地址，无法按过去日期比较")
    return str(day[0])


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
