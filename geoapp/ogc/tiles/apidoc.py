"""The tiles' part of the OpenAPI description."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from geoapp.ogc.tiles.documents import MVT_TYPE
from geoapp.ogc.tiles.matrices import MATRIX_SETS

Schema = dict[str, Any]
Address = tuple[str, str, str, list[Schema], Schema, tuple[int, ...]]

_STRING: Schema = {"type": "string"}


def _in_path(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _one(name: str, description: str, schema: Schema) -> Schema:
    found = {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
    return found | {"style": "form", "explode": False}


def _refs(*names: str) -> list[Schema]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _pages(description: str) -> Schema:
    """Return the answer of an address that gives a document or a page."""
    content = {"application/json": {"schema": {"type": "object"}}, "text/html": {"schema": _STRING}}
    return {"description": description, "content": content}


def _made(description: str) -> Schema:
    omitted = {"description": _("放不下而略去的要素数"), "schema": {"type": "integer"}}
    return {
        "description": description,
        "content": {MVT_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {"Tile-Features-Omitted": omitted},
    }


def paths(layers: list[str]) -> list[Address]:
    """Return the addresses of tiles: path, id, summary, parameters, answer, errors."""
    form, time = _refs("f", "lang"), _refs("datetime", "known-at")
    grid = _in_path("tileMatrixSetId", {"type": "string", "enum": list(MATRIX_SETS)})
    place = [
        _in_path("tileMatrix", _STRING),
        _in_path("tileRow", {"type": "integer", "minimum": 0}),
        _in_path("tileCol", {"type": "integer", "minimum": 0}),
    ]
    mvt = [_one("f", _("返回格式"), {"type": "string", "enum": ["mvt"]}), *_refs("lang")]
    several = {"type": "array", "items": {"type": "string", "enum": layers}}
    chosen = _one("collections", _("要哪些图层；缺省为全部"), several)
    layer = _in_path("collectionId", {"type": "string", "enum": layers})
    sets, tile, grids = _("瓦片集"), _("矢量瓦片"), _("瓦片格网")
    one = "/{tileMatrixSetId}"
    address = f"{one}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    found: list[Address] = [
        ("/tileMatrixSets", "grids", grids, form, _pages(grids), ()),
        (f"/tileMatrixSets{one}", "grid", grids, [grid, *form], _pages(grids), (404,)),
    ]
    for tag, base, more, own in (
        (".dataset.vector", "/tiles", [], [chosen]),
        (".collection.vector", "/collections/{collectionId}/tiles", [layer], []),
    ):
        ident, asked = f"{tag}.getTile", [*more, grid, *place, *own, *time, *mvt]
        found += [
            (base, f"{ident}SetsList", sets, [*more, *form], _pages(sets), (404,)),
            (f"{base}{one}", f"{ident}Set", sets, [*more, grid, *form], _pages(sets), (404,)),
            (f"{base}{address}", ident, tile, asked, _made(tile), (404,)),
        ]
    return found
