"""What an answer holds, whoever gave it, and in what two answers differ. Pure.

A body becomes features by id: the name and the geometry (lon, lat). GeoJSON, GML 3.2 and vector tiles are read; the
servers write ids as they like (``addresses.UUID``, a property ``id``), the UUID in it is what counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mapbox_vector_tile
import numpy as np
import shapely
from lxml import etree

TOLERANCE_DEG = 1e-7
EXTENT = 4096
MVT_UNITS = 1.0
"""Coordinates of a tile are whole units: two ways of rounding may differ by one."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_GML = "{http://www.opengis.net/gml/3.2}"
_MOST_TOLD = 5


@dataclass(frozen=True)
class Feature:
    """What must be equal."""

    name: str
    shape: shapely.Geometry


Features = dict[str, Feature]


def ident(*texts: object) -> str:
    """Return the UUID in the first of the texts that holds one. Raises ValueError when none does."""
    for text in texts:
        if found := _UUID.search(str(text).lower()):
            return found[0]
    raise ValueError(f"no id in {texts!r}")


def from_geojson(body: bytes) -> Features:
    """Read a feature collection, or one feature. Raises ValueError when it is neither, or an id comes twice."""
    content = json.loads(body)
    listed = content["features"] if content.get("type") == "FeatureCollection" else [content]
    return _collected(
        (
            ident(one["properties"].get("id", ""), one.get("id", "")),
            Feature(str(one["properties"]["name"]), shapely.geometry.shape(one["geometry"])),
        )
        for one in listed
    )


def _collected(pairs: Any) -> Features:
    found: Features = {}
    for key, feature in pairs:
        if key in found:
            raise ValueError(f"{key} comes twice")
        found[key] = feature
    return found


def from_gml(body: bytes, *, north_first: bool) -> Features:
    """Read a WFS 2.0 feature collection, or one feature, of GML 3.2.

    ``north_first``: the coordinates come latitude first.
    """
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, huge_tree=True))
    members = [member[0] for member in root.iter("{http://www.opengis.net/wfs/2.0}member")]
    if not members and etree.QName(root).localname != "FeatureCollection":
        members = [root]
    return _collected(_member(element, north_first) for element in members)


def _member(element: Any, north_first: bool) -> tuple[str, Feature]:
    plain = {etree.QName(child).localname: child.text or "" for child in element if _gml_free(child)}
    key = ident(plain.get("id", ""), element.get(f"{_GML}id", ""))
    return key, Feature(plain["name"], _shape(element, north_first))


def _gml_free(child: Any) -> bool:
    return isinstance(child.tag, str) and not child.tag.startswith(_GML)


def _numbers(element: Any, north_first: bool) -> np.ndarray[Any, Any]:
    pairs = np.array((element.text or "").split(), dtype=float).reshape(-1, 2)
    return pairs[:, ::-1] if north_first else pairs


def _shape(element: Any, north_first: bool) -> shapely.Geometry:
    polygons = []
    for polygon in element.iter(f"{_GML}Polygon"):
        rings = [_numbers(ring, north_first) for ring in polygon.iter(f"{_GML}posList")]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    if polygons:
        return shapely.MultiPolygon(polygons)
    points = [
        pos
        for point in element.iter(f"{_GML}Point")
        for pos in point.iter(f"{_GML}pos", f"{_GML}coordinates")
    ]
    return shapely.Point(_numbers(points[0], north_first)[0])


def from_tile(body: bytes) -> Features:
    """Read a vector tile of points; coordinates are units of the tile."""
    layers = mapbox_vector_tile.decode(body)
    return _collected(
        (
            ident(one["properties"].get("id", "")),
            Feature(str(one["properties"]["name"]), shapely.geometry.shape(one["geometry"])),
        )
        for layer in layers.values()
        for one in layer["features"]
    )


def within_tile(a: Features, b: Features) -> tuple[Features, Features]:
    """Return two tiles of one place without the points that either has in the buffer around the tile.

    How wide that is, and whether points in it are drawn at all, is each server's choice.
    """

    def inside(feature: Feature) -> bool:
        return all(2 <= value <= EXTENT - 2 for value in (feature.shape.x, feature.shape.y))

    keys = {key for tile in (a, b) for key, feature in tile.items() if inside(feature)}
    kept = [{key: feature for key, feature in tile.items() if key in keys} for tile in (a, b)]
    return kept[0], kept[1]


def differences(want: Mapping[str, Feature], got: Mapping[str, Feature], tolerance: float) -> list[str]:
    """Return in what two answers differ, the first few of each sort; empty when they hold the same."""
    told = []
    missing, strange = sorted(set(want) - set(got)), sorted(set(got) - set(want))
    for what, keys in (("missing", missing), ("too many", strange)):
        if keys:
            told.append(f"{what}: {len(keys)}, {', '.join(keys[:_MOST_TOLD])}")
    common = sorted(set(want) & set(got))
    names = [
        f"{key}: {want[key].name} / {got[key].name}" for key in common if want[key].name != got[key].name
    ]
    shapes = [
        f"{key}: {distance:.3g} apart"
        for key in common
        if (distance := apart(want[key].shape, got[key].shape)) > tolerance
    ]
    for what, found in (("name", names), ("geometry", shapes)):
        if found:
            told.append(f"{what}: {len(found)}, {'; '.join(found[:_MOST_TOLD])}")
    return told


def apart(a: shapely.Geometry, b: shapely.Geometry) -> float:
    """Return how far two geometries are apart at most, by coordinate; infinite when they are of another kind.

    A polygon and a multi-polygon of that one polygon are the same; where rings begin and which way they run is not
    looked at.
    """
    if a.geom_type == "Point" or b.geom_type == "Point":
        if a.geom_type != b.geom_type:
            return float("inf")
        return max(abs(a.x - b.x), abs(a.y - b.y))
    same_kind = a.geom_type.removeprefix("Multi") == b.geom_type.removeprefix("Multi")
    if not same_kind or shapely.get_num_coordinates(a) != shapely.get_num_coordinates(b):
        return float("inf")
    return float(shapely.hausdorff_distance(a.boundary, b.boundary))
