"""The GeoPackages of the downloads against OGC 12-128r14, Annex A: base, features, R-tree index.

This is our own reading of the abstract test suite; it stands in for OGC's executable suite (ets-gpkg12), which
`make conformance` runs where it can be had. Numbers are those of the requirements.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator

import pytest
import shapely

from geoapp.ogc.layers import LAYERS
from tests.ogc.conftest import body, box, community, deed, notice, place, street

pytestmark = pytest.mark.django_db

TYPES = {
    "GEOMETRY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
}  # fmt: skip
COLUMN_TYPES = {"BOOLEAN", "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "INTEGER", "FLOAT", "DOUBLE", "REAL", "TEXT",
                "BLOB", "DATE", "DATETIME", *TYPES}  # fmt: skip
ENVELOPE_DOUBLES = {0: 0, 1: 4, 2: 6, 3: 6, 4: 8}


@pytest.fixture
def package(client, layer, tmp_path) -> Iterator[sqlite3.Connection]:
    """The file of a layer, opened; streets, place names, communities and notices hold features, the others none."""
    seq = deed()
    for number in range(3):
        street(number, f"{number}路", seq)
        place(100 + number, f"{number}阁", seq, f"POINT(113.{number} 23.1)")
        community(200 + number, f"{number}社区", seq, box(113 + number / 10, 23))
    notice(300, "线", seq)
    notice(301, "面", seq, wkt=box(113, 23))
    notice(302, "无位置", seq, wkt=None)
    response = client.get(f"/download/{layer}.gpkg")
    content = body(response)
    assert response.status_code == 200, content[:300]
    (tmp_path / "layer.gpkg").write_bytes(content)
    connection = sqlite3.connect(tmp_path / "layer.gpkg")
    yield connection
    connection.close()


def columns(package: sqlite3.Connection, table: str) -> dict[str, tuple]:
    return {row[1]: row for row in package.execute(f'PRAGMA table_info("{table}")')}


def only(package: sqlite3.Connection, query: str):
    (row,) = package.execute(query).fetchall()
    return row


def blobs(package: sqlite3.Connection, table: str, column: str) -> list[tuple[int, bytes]]:
    key = next(name for name, row in columns(package, table).items() if row[5])
    return package.execute(f'SELECT "{key}", "{column}" FROM "{table}"').fetchall()


def parsed(blob: bytes) -> tuple[int, bool, tuple[float, ...], shapely.Geometry]:
    """Return SRS, whether flagged empty, the envelope and the geometry of a GeoPackage binary (requirement 19)."""
    assert blob[:2] == b"GP" and blob[2] == 0
    flags = blob[3]
    order = "<" if flags & 1 else ">"
    count = ENVELOPE_DOUBLES[(flags >> 1) & 7]
    assert not flags & 0b11100000
    (srs,) = struct.unpack(f"{order}i", blob[4:8])
    envelope = struct.unpack(f"{order}{count}d", blob[8 : 8 + 8 * count])
    return srs, bool(flags & 16), envelope, shapely.from_wkb(blob[8 + 8 * count :])


def hold_container(package, layer):
    """Requirements 1, 2, 6, 7: SQLite 3, GPKG as application id, sound, no dangling references."""
    assert only(package, "PRAGMA application_id")[0] == int.from_bytes(b"GPKG")
    assert 10200 <= only(package, "PRAGMA user_version")[0] < 10500
    assert only(package, "PRAGMA integrity_check")[0] == "ok"
    assert package.execute("PRAGMA foreign_key_check").fetchall() == []


def hold_reference_systems(package, layer):
    """Requirements 10 to 12."""
    table = columns(package, "gpkg_spatial_ref_sys")
    assert {
        "srs_name",
        "srs_id",
        "organization",
        "organization_coordsys_id",
        "definition",
        "description",
    } <= set(table)
    assert [name for name, row in table.items() if row[5]] == ["srs_id"]
    assert all(
        table[name][3] for name in ("srs_name", "organization", "organization_coordsys_id", "definition")
    )
    found = {
        row[0]: row[1:]
        for row in package.execute(
            "SELECT srs_id, upper(organization), organization_coordsys_id, definition FROM gpkg_spatial_ref_sys"
        )
    }
    assert found[-1] == ("NONE", -1, "undefined") and found[0] == ("NONE", 0, "undefined")
    assert ("EPSG", 4326) in {row[:2] for row in found.values()}
    used = package.execute(
        "SELECT srs_id FROM gpkg_contents UNION SELECT srs_id FROM gpkg_geometry_columns"
    ).fetchall()
    for (srs,) in used:
        assert srs in found and found[srs][2] not in {"", "undefined"}


def hold_contents(package, layer):
    """Requirements 5, 13 to 15, 18, 21 to 27, 29, 30, 33: one features table, described once, allowed types only."""
    name, kind, changed, srs = only(
        package, "SELECT table_name, data_type, last_change, srs_id FROM gpkg_contents"
    )
    assert (name, kind) == (layer, "features")
    told = "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', ?) = ?"
    assert package.execute(told, (changed, changed)).fetchone() == (1,)
    table, column, geometry, own, z, m = only(
        package, "SELECT table_name, column_name, geometry_type_name, srs_id, z, m FROM gpkg_geometry_columns"
    )
    assert (table, own, z, m) == (layer, srs, 0, 0) and geometry in TYPES
    described = columns(package, layer)
    assert {row[2].split("(")[0].upper() for row in described.values()} <= COLUMN_TYPES
    assert described[column][2].upper() == geometry
    (key,) = [row for row in described.values() if row[5]]
    assert key[2].upper() == "INTEGER"


def hold_geometries(package, layer):
    """Requirements 19, 20, 31 to 33: the binary, its type, its reference system, its envelope."""
    column, kind, srs = only(
        package, "SELECT column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns"
    )
    found = blobs(package, layer, column)
    assert len(found) == {"streets": 3, "place_names": 3, "communities": 3, "notices": 3}.get(layer, 0)
    for _key, blob in found:
        if blob is None:
            continue
        own, empty, envelope, shape = parsed(blob)
        assert own == srs and empty == shape.is_empty and not shape.has_z
        assert kind in {"GEOMETRY", shape.geom_type.upper()}
        if envelope:
            west, south, east, north = shape.bounds
            assert envelope[:4] == pytest.approx((west, east, south, north), abs=1e-12)


def hold_extent(package, layer):
    """The bounds, which are informative, are those of the features."""
    column = only(package, "SELECT column_name FROM gpkg_geometry_columns")[0]
    bounds = only(package, "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents")
    shapes = [parsed(blob)[3] for _key, blob in blobs(package, layer, column) if blob is not None]
    if not shapes:
        assert bounds == (None,) * 4
        return
    assert bounds == pytest.approx(tuple(shapely.total_bounds(shapes)), abs=1e-9)


def hold_spatial_index(package, layer):
    """Requirements 58 to 60, 75 to 77: the R-tree is registered, has its triggers and a box for each feature."""
    column = only(package, "SELECT column_name FROM gpkg_geometry_columns")[0]
    rows = package.execute(
        "SELECT table_name, column_name, definition, scope FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'"
    ).fetchall()
    assert [row[:2] for row in rows] == [(layer, column)] and rows[0][3] == "write-only"
    index = f"rtree_{layer}_{column}"
    triggers = {row[0] for row in package.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert {f"{index}_insert", f"{index}_delete"} <= triggers and f"{index}_update3" in triggers
    boxes = {row[0]: row[1:] for row in package.execute(f'SELECT id, minx, maxx, miny, maxy FROM "{index}"')}
    held = {key: parsed(blob)[3] for key, blob in blobs(package, layer, column) if blob is not None}
    assert set(boxes) == set(held)
    for key, shape in held.items():
        west, south, east, north = shape.bounds
        minx, maxx, miny, maxy = boxes[key]
        assert minx <= west and maxx >= east and miny <= south and maxy >= north


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_package_keeps_the_standard(package, layer):
    for hold in (
        hold_container,
        hold_reference_systems,
        hold_contents,
        hold_geometries,
        hold_extent,
        hold_spatial_index,
    ):
        hold(package, layer)
