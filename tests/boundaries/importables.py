"""Boundary files to import: a town of four units drawn in degrees, with or without the faults people send."""

from __future__ import annotations

import json
from pathlib import Path

import fiona
import shapely
from shapely.geometry import mapping

from geoapp.core import frame
from tests import build

TOWN, DISTRICT = "440605001", "440605"
CODES = {"nw": f"{TOWN}001", "ne": f"{TOWN}002", "sw": f"{TOWN}201", "se": f"{TOWN}202"}
NAMES = {"nw": "桂园社区", "ne": "平洲社区", "sw": "夏西村", "se": "沙尾村"}


def squares(gap_m: float = 0.0, overlap_m: float = 0.0) -> dict[str, shapely.Geometry]:
    """Four units in the frame: a sliver of ``gap_m`` inside the upper border, an overlap along the lower one."""
    nw = [(0, 1000), (1000, 1000), (1000, 1200), (1000, 1800), (1000, 2000), (0, 2000)]
    ne = [(1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000), (1000 + gap_m, 1800), (1000 + gap_m, 1200)]
    if not gap_m:
        ne = [p for p in ne if p[1] not in (1200, 1800)] + [(1000, 1800), (1000, 1200)]
    sw = [(0, 0), (1000, 0), (1000 + overlap_m, 300), (1000 + overlap_m, 700), (1000, 1000), (0, 1000)]
    se = [(1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1000, 700), (1000, 300)]
    shapes = {"nw": nw, "ne": ne, "sw": sw, "se": se}
    return {key: shapely.Polygon([build.at(*p) for p in ring]) for key, ring in shapes.items()}


def degrees(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a frame shape in EPSG:4490."""
    return frame.to_geographic(shape)


def above(with_names: bool = True) -> list[dict]:
    """Return the rows of the upper units: names, no land."""
    rows = [(DISTRICT, "南海区"), (TOWN, "桂城街道")]
    return [{"code": code, "name": name, "shape": None} for code, name in rows] if with_names else []


def rows(shapes: dict[str, shapely.Geometry]) -> list[dict]:
    """Return the rows of units with their shapes in degrees."""
    return [
        {"code": CODES[key], "name": NAMES[key], "shape": degrees(shape)} for key, shape in shapes.items()
    ]


def shapefile(folder: Path, listed: list[dict], *, crs: str = "EPSG:4490", name: str = "村居界") -> Path:
    """Write a shapefile in GBK with a .cpg, as local software does."""
    path = folder / f"{name}.shp"
    schema = {"geometry": "Polygon", "properties": {"XZQDM": "str:12", "XZQMC": "str:60"}}
    with fiona.open(path, "w", driver="ESRI Shapefile", schema=schema, crs=crs, encoding="GBK") as sink:
        for row in listed:
            geometry = None if row["shape"] is None else mapping(row["shape"])
            sink.write({"geometry": geometry, "properties": {"XZQDM": row["code"], "XZQMC": row["name"]}})
    return path


def geojson(folder: Path, listed: list[dict], name: str = "units.geojson") -> Path:
    """Write GeoJSON."""
    features = [
        {
            "type": "Feature",
            "geometry": None if row["shape"] is None else json.loads(shapely.to_geojson(row["shape"])),
            "properties": {"code": row["code"], "name": row["name"]},
        }
        for row in listed
    ]
    path = folder / name
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8"
    )
    return path
