"""Tile matrix sets and tile sets described (OGC Two Dimensional Tile Matrix Set and Tile Set Metadata 2.0)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from geoapp.ogc.answers import HTML, HTML_TYPE, JSON, JSON_TYPE, Asked, link
from geoapp.ogc.crs import CRS84
from geoapp.ogc.layers import SYNTHETIC_NOTICE, Layer
from geoapp.ogc.reading import Summary
from geoapp.ogc.tiles import detail
from geoapp.ogc.tiles.matrices import Box, MatrixSet

MVT_TYPE = "application/vnd.mapbox-vector-tile"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
_OF_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
CONFORMANCE = (
    f"{_OF_TILES}/core",
    f"{_OF_TILES}/tileset",
    f"{_OF_TILES}/tilesets-list",
    f"{_OF_TILES}/dataset-tilesets",
    f"{_OF_TILES}/geodata-tilesets",
    f"{_OF_TILES}/collections-selection",
    f"{_OF_TILES}/datetime",
    f"{_OF_TILES}/mvt",
    f"{_OF_TILES}/oas30",
)
_DIMENSIONS = {"Point": 0, "MultiLineString": 1, "MultiPolygon": 2}
_TYPES = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "boolean"},
}
Held = Sequence[tuple[Layer, Summary]]


def title_of(grid: MatrixSet) -> str:
    """Return the title of a grid in the language of the request."""
    return grid.title_en if get_language() == "en" else grid.title_zh


def grid_document(asked: Asked, grid: MatrixSet) -> dict[str, Any]:
    """Return a tile matrix set with the links to itself."""
    return grid.document() | {"title": title_of(grid), "links": _twins(asked)}


def grids_document(asked: Asked, grids: Sequence[MatrixSet]) -> dict[str, Any]:
    """Return the list of tile matrix sets."""
    found = []
    for grid in grids:
        links = [link("self", asked.url("matrix-set", grid.id, f=JSON), JSON_TYPE, title_of(grid))]
        entry = {"id": grid.id, "title": title_of(grid), "crs": grid.crs.uri, "links": links}
        found.append(entry | ({"uri": grid.uri} if grid.uri else {}))
    return {"tileMatrixSets": found, "links": _twins(asked)}


def tilesets_document(asked: Asked, grids: Sequence[MatrixSet], layer: Layer | None) -> dict[str, Any]:
    """Return the list of tile sets of a layer, or of all layers together."""
    found = [_head(asked, grid, layer) for grid in grids]
    return {"tilesets": found, "links": _twins(asked)}


def tileset_document(asked: Asked, grid: MatrixSet, layer: Layer | None, held: Held) -> dict[str, Any]:
    """Return a tile set: its grid, extent, limits, layers with their properties, and where its tiles are."""
    extents = [summary.extent for _layer, summary in held if summary.extent is not None]
    document = _head(asked, grid, layer)
    if any(summary.synthetic for _layer, summary in held):
        document["description"] = SYNTHETIC_NOTICE.here()
    if extents:
        west, south, east, north = zip(*extents, strict=True)
        extent = (min(west), min(south), max(east), max(north))
        document["boundingBox"] = {
            "lowerLeft": list(extent[:2]),
            "upperRight": list(extent[2:]),
            "crs": CRS84.uri,
        }
        document["tileMatrixSetLimits"] = _limits(grid, extent, [one for one, _summary in held])
    document["layers"] = [_layer(grid, one) for one, _summary in held]
    document["links"] += _twins(asked)
    return document


def _twins(asked: Asked) -> list[dict[str, str]]:
    forms = ((JSON, JSON_TYPE), (HTML, HTML_TYPE))
    return [link("self" if f == asked.form else "alternate", asked.here(f=f), type) for f, type in forms]


def _head(asked: Asked, grid: MatrixSet, layer: Layer | None) -> dict[str, Any]:
    title = _("%(layer)s：%(grid)s") % {
        "layer": layer.title.here() if layer else _("全部图层"),
        "grid": title_of(grid),
    }
    args = (layer.id, grid.id) if layer else (grid.id,)
    name = "layer-tileset" if layer else "tileset"
    whole = asked.url(name, *args)
    head = {
        "title": title,
        "dataType": "vector",
        "crs": grid.crs.uri,
        **({"tileMatrixSetURI": grid.uri} if grid.uri else {}),
        "links": [
            link("self", f"{whole}?f=json", JSON_TYPE, title),
            link(SCHEME, asked.url("matrix-set", grid.id, f=JSON), JSON_TYPE, title_of(grid)),
            link("item", f"{whole}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}?f=mvt", MVT_TYPE, title)
            | {"templated": True},  # type: ignore[dict-item]
        ],
    }
    return head


def _limits(grid: MatrixSet, extent: Box, layers: Sequence[Layer]) -> list[dict[str, Any]]:
    first = min(detail.levels(layer, grid).start for layer in layers)
    found = []
    for level in range(first, grid.levels):
        top, bottom, left, right = grid.limits(extent, level)
        found.append(
            {
                "tileMatrix": str(level),
                "minTileRow": top,
                "maxTileRow": bottom,
                "minTileCol": left,
                "maxTileCol": right,
            }
        )
    return found


def _layer(grid: MatrixSet, layer: Layer) -> dict[str, Any]:
    drawn = detail.levels(layer, grid)
    properties = {"id": {"type": "string", "format": "uuid", "title": "id"}}
    for column in layer.columns:
        properties[column.name] = {**_TYPES[column.kind], "title": column.title.here()}
    found: dict[str, Any] = {
        "id": layer.id,
        "title": layer.title.here(),
        "description": layer.description.here(),
        "dataType": "vector",
        "minTileMatrix": str(drawn.start),
        "maxTileMatrix": str(drawn.stop - 1),
        "propertiesSchema": {"type": "object", "properties": properties},
    }
    if layer.shape in _DIMENSIONS:
        found["geometryDimension"] = _DIMENSIONS[layer.shape]
    return found
