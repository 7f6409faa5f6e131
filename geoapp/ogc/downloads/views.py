"""``/download/``: a page to choose from, and each layer as a file: GeoJSON, CSV, GeoPackage, Shapefile."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from django.db import connection
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core.errors import NotFound
from geoapp.core.wording import listed
from geoapp.ogc import answers, clients, reading
from geoapp.ogc.answers import GEOJSON_TYPE
from geoapp.ogc.cql.asked import read_filters
from geoapp.ogc.downloads import files, streams
from geoapp.ogc.layers import LAYERS, SYNTHETIC_NOTICE, Layer
from geoapp.ogc.query import FILTER_PARAMETERS, Query, read_day, read_items

PARAMETERS = ("bbox", "bbox-crs", "datetime", "known-at", "crs", *FILTER_PARAMETERS)
STREAMED = {"geojson": GEOJSON_TYPE, "csv": "text/csv; charset=utf-8"}
FILES = {"gpkg": "application/geopackage+sqlite3", "zip": "application/zip"}
FORMATS = {"gpkg": "GeoPackage", "geojson": "GeoJSON", "csv": "CSV", "zip": "Shapefile"}
_WITHOUT_CRS = ("geojson", "csv")


def formats(layer: Layer) -> list[str]:
    """Return the formats of a layer: a Shapefile holds one kind of geometry only."""
    return [ident for ident in FORMATS if ident != "zip" or layer.shape != "Geometry"]


@answers.service
def index(request: HttpRequest) -> HttpResponse:
    """The page to choose layer, day and format from; a form without JavaScript."""
    asked = answers.ask(request, PARAMETERS, forms=("html",))
    today = timezone.localdate()
    day = read_day(asked.values, today)
    held = [(layer, reading.summary(layer, day), formats(layer)) for layer in LAYERS.values()]
    synthetic = any(summary.synthetic for _layer, summary, _formats in held)
    context = {
        "held": held,
        "formats": FORMATS,
        "day": "" if day == today else day.isoformat(),
        "today": today,
    }
    return answers.page(asked, "downloads", context | {"synthetic": synthetic})


@answers.service
def download(request: HttpRequest, name: str) -> HttpResponseBase:
    """A layer as a file."""
    layer_id, _dot, kind = name.rpartition(".")
    if layer_id not in LAYERS:
        raise NotFound(
            _("没有图层 %s") % (layer_id or name)[:60], remedy=_("可用的图层：%s") % listed(LAYERS)
        )
    layer = LAYERS[layer_id]
    if kind not in formats(layer):
        raise NotFound(
            _("图层 %(layer)s 没有 %(kind)s 格式") % {"layer": layer_id, "kind": kind[:20]},
            remedy=_("可用的格式：%s") % listed(formats(layer)),
        )
    allowed = [p for p in PARAMETERS if p != "crs" or kind not in _WITHOUT_CRS]
    asked = answers.ask(request, allowed, forms=("json", "html"))
    query = read_items(layer, asked.values, today=timezone.localdate(), clock=reading.record_clock())
    query = replace(query, where=read_filters(layer, asked.values, connection.vendor))
    query = clients.held(request, query)
    etag = answers.etag_of(asked, query, reading.edition(query), kind)
    if kind in FILES:  # these tell the moment they were written
        etag = f"W/{etag}"
    if (same := answers.unchanged(asked, etag)) is not None:
        return same
    response = _stream(query, kind) if kind in STREAMED else _file(query, kind)
    response["Content-Disposition"] = f'attachment; filename="{_filename(query, kind)}"'
    return answers.tagged(response, etag)


def _filename(query: Query, kind: str) -> str:
    day = query.span.text().replace("/", "_to_").replace("..", "open")
    return f"{query.layer.id}-{day}-act{query.known_at}.{kind}"


def _notes(query: Query) -> str:
    """Return what a file is: layer, day, act, and that it is demonstration data when it is."""
    said = _("%(title)s（%(layer)s），法律上有效：%(span)s，登记至第 %(act)s 号行为") % {
        "title": query.layer.title.here(),
        "layer": query.layer.id,
        "span": query.span.text(),
        "act": query.known_at,
    }
    synthetic = reading.summary(query.layer, timezone.localdate()).synthetic
    return f"{said} {SYNTHETIC_NOTICE.here()}" if synthetic else said


def _stream(query: Query, kind: str) -> HttpResponseBase:
    parts: Iterator[bytes]
    parts = streams.csv(query) if kind == "csv" else streams.geojson(query, _notes(query))
    # What can fail is read before the answer begins: an error is still an error then.
    first = [part for _n, part in zip(range(2), parts, strict=False)]
    return StreamingHttpResponse(chain(first, parts), content_type=STREAMED[kind])


def _file(query: Query, kind: str) -> HttpResponseBase:
    with tempfile.TemporaryDirectory(prefix="geoapp-download-") as folder:
        if kind == "gpkg":
            path = Path(folder) / "download.gpkg"
            files.geopackage(query, path)
        else:
            path = files.zipped(query, Path(folder), _notes(query))
        # The name goes with the folder; the open file stays until it is sent.
        return FileResponse(path.open("rb"), content_type=FILES[kind])
