"""OGC API - Tiles: grids, tile sets of each layer and of all together, tiles as of any day and act."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core.database import time_limit, was_interrupted
from geoapp.core.errors import GaveUp, NotFound
from geoapp.core.wording import listed
from geoapp.ogc import answers, clients, reading
from geoapp.ogc.answers import HTML, Asked
from geoapp.ogc.layers import LAYERS, Layer, layer_of
from geoapp.ogc.query import Query, read_item, refuse
from geoapp.ogc.tiles import detail, documents
from geoapp.ogc.tiles.documents import MVT_TYPE
from geoapp.ogc.tiles.drawing import draw
from geoapp.ogc.tiles.matrices import MATRIX_SETS, MatrixSet

MVT = "mvt"
LONGEST_S = 10.0
OMITTED = "Tile-Features-Omitted"
"""Header: how many features of the tile there was no room for."""
TIME = ("datetime", "known-at")


def _grid(ident: str) -> MatrixSet:
    if ident not in MATRIX_SETS:
        raise NotFound(_("没有格网 %s") % ident, remedy=_("可用的格网：%s") % listed(MATRIX_SETS))
    return MATRIX_SETS[ident]


@answers.service
def matrix_sets(request: HttpRequest) -> HttpResponseBase:
    """The grids on offer."""
    asked = answers.ask(request)
    content = documents.grids_document(asked, list(MATRIX_SETS.values()))
    if asked.form == HTML:
        return answers.page(asked, "matrix_sets", {"content": content})
    return answers.document(asked, content)


@answers.service
def matrix_set(request: HttpRequest, grid_id: str) -> HttpResponseBase:
    """One grid with all its levels."""
    grid = _grid(grid_id)
    asked = answers.ask(request)
    content = documents.grid_document(asked, grid)
    if asked.form == HTML:
        return answers.page(asked, "matrix_set", {"content": content, "grid": grid})
    return answers.document(asked, content)


@answers.service
def tilesets(request: HttpRequest) -> HttpResponseBase:
    """The tile sets of all layers together."""
    return _tilesets(request, None)


@answers.service
def layer_tilesets(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The tile sets of a layer."""
    return _tilesets(request, layer_of(collection_id))


def _tilesets(request: HttpRequest, layer: Layer | None) -> HttpResponseBase:
    asked = answers.ask(request)
    content = documents.tilesets_document(asked, list(MATRIX_SETS.values()), layer)
    if asked.form == HTML:
        context = {"content": content, "layer": layer, "grids": MATRIX_SETS.values()}
        return answers.page(asked, "tilesets", context)
    return answers.document(asked, content)


@answers.service
def tileset(request: HttpRequest, grid_id: str) -> HttpResponseBase:
    """A tile set of all layers together."""
    return _tileset(request, _grid(grid_id), None)


@answers.service
def layer_tileset(request: HttpRequest, collection_id: str, grid_id: str) -> HttpResponseBase:
    """A tile set of a layer."""
    return _tileset(request, _grid(grid_id), layer_of(collection_id))


def _tileset(request: HttpRequest, grid: MatrixSet, layer: Layer | None) -> HttpResponseBase:
    asked = answers.ask(request)
    today = timezone.localdate()
    layers = [layer] if layer else list(LAYERS.values())
    held = [(one, reading.summary(one, today)) for one in layers]
    content = documents.tileset_document(asked, grid, layer, held)
    if asked.form == HTML:
        shown = [(one, detail.levels(one, grid)) for one in layers]
        context = {"content": content, "layer": layer, "grid": grid, "shown": shown}
        return answers.page(asked, "tileset", context)
    return answers.document(asked, content)


@answers.service
def tile(request: HttpRequest, grid_id: str, level: str, row: str, col: str) -> HttpResponseBase:
    """A tile of several layers: those ``collections`` names, else all."""
    asked = answers.ask(request, (*TIME, "collections"), forms=(MVT,))
    named = [part.strip() for part in asked.values.get("collections", "").split(",") if part.strip()]
    unknown = [ident for ident in named if ident not in LAYERS]
    if unknown:
        refuse("collections", _("没有图层 %s") % unknown[0], _("可用的图层：%s") % listed(LAYERS))
    layers = detail.known_layers(named or _readable(request))
    return _tile(asked, _grid(grid_id), (level, row, col), layers)


@answers.service
def layer_tile(
    request: HttpRequest, collection_id: str, grid_id: str, level: str, row: str, col: str
) -> HttpResponseBase:
    """A tile of one layer."""
    layer = layer_of(collection_id)
    asked = answers.ask(request, TIME, forms=(MVT,))
    return _tile(asked, _grid(grid_id), (level, row, col), [layer])


def _readable(request: HttpRequest) -> list[str]:
    """Return the layers a client may read: all means all of these."""
    client = clients.client_of(request)
    return [ident for ident in LAYERS if clients.may_read(client, ident)]


def _address(grid: MatrixSet, address: tuple[str, str, str]) -> tuple[int, int, int]:
    """Return level, row and column. Raises NotFound when the grid has no such tile."""
    known = all(part.isascii() and part.isdigit() and len(part) <= 9 for part in address)
    level, row, col = (int(part) if known else -1 for part in address)
    if not grid.holds(level, row, col):
        raise NotFound(
            _("格网 %(grid)s 没有瓦片 %(tile)s") % {"grid": grid.id, "tile": "/".join(address)[:60]},
            remedy=_("级别为 0 至 %d，行列号从左上角数起") % (grid.levels - 1),
        )
    return level, row, col


def _tile(
    asked: Asked, grid: MatrixSet, address: tuple[str, str, str], layers: Sequence[Layer]
) -> HttpResponseBase:
    level, row, col = _address(grid, address)
    today, clock = timezone.localdate(), reading.record_clock()
    read = [read_item(layer, asked.values, today=today, clock=clock) for layer in layers]
    queries = [clients.held(asked.request, query) for query in read]
    etag = _etag(asked, grid, queries)
    if (same := answers.unchanged(asked, etag)) is not None:
        return same
    try:
        with time_limit(LONGEST_S):
            tiles = [draw(query, grid, level, row, col) for query in queries]
    except DatabaseError as error:
        if was_interrupted(error):
            raise GaveUp(_("这张瓦片画得太久"), remedy=_("请放大，或只要一个图层（collections）")) from error
        raise
    response = HttpResponse(b"".join(one.body for one in tiles), content_type=MVT_TYPE)
    response[OMITTED] = str(sum(one.omitted for one in tiles))
    return answers.tagged(response, etag)


def _etag(asked: Asked, grid: MatrixSet, queries: Sequence[Query]) -> str:
    """Return a tag over all that the bytes of a tile depend on."""
    parts = [
        asked.request.path,
        grid.id,
        *(f"{reading.edition(q)}|{q.span.text()}|{q.known_at}|{q.area}" for q in queries),
    ]
    return f'"{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:32]}"'
