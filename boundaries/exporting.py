"""Units of a day as files: CSV for spreadsheets, GeoJSON for maps (CRS84 lon/lat, nine decimals)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from boundaries.ground import shape_of
from boundaries.models import Unit, UnitVersion
from boundaries.register import units
from geoapp.core import frame
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_geojson

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
COLUMNS = (
    "id",
    "code",
    "name",
    "pinyin",
    "level",
    "kind",
    "parent_code",
    "parent",
    "landless",
    "households",
    "population",
    "area_frame_m2",
    "valid_from",
    "valid_to",
    "synthetic",
)


def safe_cell(value: Any) -> Any:
    """Return a value no spreadsheet takes for a formula: text that begins like one gets an apostrophe before it."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_RISKY):
        return f"'{value}"
    return value


def csv_bytes(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a CSV as spreadsheets of this country open it: UTF-8 with a byte order mark, lines ended by CRLF."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    writer.writerow([safe_cell(str(column)) for column in columns])
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return b"\xef\xbb\xbf" + sink.getvalue().encode("utf-8")


def _parents(on: date, known_at: int | None) -> dict[Any, UnitVersion]:
    rows = in_force(UnitVersion.objects.exclude(unit__level=Unit.Level.COMMUNITY), on, known_at)
    return {v.unit_id: v for v in rows.defer("geom")}


def _properties(version: UnitVersion, level: str, parents: dict[Any, UnitVersion]) -> dict[str, Any]:
    parent = parents.get(version.parent_id)
    area = None if not version.geom else frame.area2_mm2(shape_of(version)) / 2e6
    values = (
        str(version.unit_id),
        version.code,
        version.name,
        version.pinyin,
        level,
        version.kind,
        parent.code if parent else "",
        parent.name if parent else "",
        version.landless,
        version.households,
        version.population,
        area,
        version.valid_from.isoformat(),
        version.valid_to.isoformat() if version.valid_to else None,
        version.synthetic,
    )
    return dict(zip(COLUMNS, values, strict=True))


def unit_table(level: str, on: date, known_at: int | None = None) -> list[list[Any]]:
    """Return the units of a level on a day as rows in the order of ``COLUMNS``; landless ones too."""
    parents = _parents(on, known_at)
    return [list(_properties(v, level, parents).values()) for v in units(level, on, known_at)]


def unit_features(level: str, on: date, known_at: int | None = None) -> dict[str, Any]:
    """Return the units of a level on a day as a GeoJSON FeatureCollection; geometry null for units without land."""
    parents = _parents(on, known_at)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": str(v.unit_id),
                "geometry": to_geojson(shape_of(v)) if v.geom else None,
                "properties": _properties(v, level, parents),
            }
            for v in units(level, on, known_at)
        ],
    }
