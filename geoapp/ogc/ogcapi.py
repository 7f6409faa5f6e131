"""OGC API – Features over the published layers: landing, conformance, collections, items, item.

Features come back as the register's law stands on a day (``datetime``, default today in the city's time zone) and
as the record knew it (``known-at``, default now). An id that is on record but no longer law answers 410 with a link
to its last day; one not yet law, or never published, answers 404.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core.errors import BadRequest, NotFound
from geoapp.core.wording import joined, listed
from geoapp.ogc import answers, clients, filterform, openapi, queryables, reading
from geoapp.ogc.answers import (
    GEOJSON_TYPE,
    HTML,
    HTML_TYPE,
    JSON,
    JSON_TYPE,
    OPENAPI_TYPE,
    SCHEMA,
    SCHEMA_TYPE,
    Asked,
    Gone,
    link,
)
from geoapp.ogc.cql.asked import properties_of, read_filters
from geoapp.ogc.crs import CRS84, STORAGE, on_offer
from geoapp.ogc.downloads.views import FILES, FORMATS, STREAMED, formats
from geoapp.ogc.filterform import FORM_PARAMETERS
from geoapp.ogc.layers import LAYERS, SYNTHETIC_NOTICE, Layer, layer_of
from geoapp.ogc.query import (
    ITEM_PARAMETERS,
    ITEMS_PARAMETERS,
    Query,
    read_item,
    read_items,
    token,
)
from geoapp.ogc.queryables import QUERYABLES_REL
from geoapp.ogc.reading import Page, Summary, Version
from geoapp.ogc.tiles.documents import CONFORMANCE as TILES_CONFORMANCE
from geoapp.ogc.tiles.documents import SCHEMES, TILESETS

_OF_FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMANCE = (
    f"{_OF_FEATURES}/core",
    f"{_OF_FEATURES}/geojson",
    f"{_OF_FEATURES}/html",
    f"{_OF_FEATURES}/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    *TILES_CONFORMANCE,
    *(
        f"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "accent-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "temporal-functions",
            "property-property",
            "arithmetic",
        )
    ),
)
PAGE_OF_PEOPLE = 50
"""Features on an HTML page unless ``limit`` says otherwise, and the most it ever shows."""
_MOST_OF_PEOPLE = 500
_DOCUMENT = ((JSON, JSON_TYPE), (HTML, HTML_TYPE))
_FEATURES = ((JSON, GEOJSON_TYPE), (HTML, HTML_TYPE))
_GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


@answers.service
def landing(request: HttpRequest) -> HttpResponseBase:
    """The way in: what there is and where."""
    asked = answers.ask(request)
    today = timezone.localdate()
    synthetic = any(reading.summary(layer, today).synthetic for layer in LAYERS.values())
    description = _("已公布的地名、地址、区划与公示，按日期和登记时点可查。")
    content: dict[str, Any] = {
        "title": _("地名与界线数据服务"),
        "description": _noted(description, synthetic),
        "links": [
            *answers.twins(asked, _DOCUMENT),
            link("service-desc", asked.url("api", f=JSON), OPENAPI_TYPE, "OpenAPI 3.0"),
            link("service-doc", asked.url("api", f=HTML), HTML_TYPE, _("接口说明")),
            link("conformance", asked.url("conformance"), JSON_TYPE, _("符合的标准")),
            link("data", asked.url("collections"), JSON_TYPE, _("图层")),
            link(TILESETS, asked.url("tilesets", f=JSON), JSON_TYPE, _("瓦片集")),
            link(SCHEMES, asked.url("matrix-sets", f=JSON), JSON_TYPE, _("瓦片格网")),
            link(QUERYABLES_REL, asked.url("all_queryables"), SCHEMA_TYPE, _("各图层都有的可查询属性")),
            link("changes", asked.url("feed"), JSON_TYPE, _("变更流")),
        ],
    }
    if synthetic:
        content["notice"] = SYNTHETIC_NOTICE.here()
    if asked.form == HTML:
        return answers.page(asked, "landing", {"content": content, "layers": LAYERS.values()})
    return answers.document(asked, content)


@answers.service
def conformance(request: HttpRequest) -> HttpResponseBase:
    """The classes of the standards that are kept."""
    asked = answers.ask(request)
    content = {"conformsTo": list(CONFORMANCE), "links": answers.twins(asked, _DOCUMENT)}
    if asked.form == HTML:
        return answers.page(asked, "conformance", {"content": content})
    return answers.document(asked, content)


@answers.service
def api(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI 3.0 document, and the same for people."""
    asked = answers.ask(request)
    content = openapi.describe(asked)
    if asked.form == HTML:
        return answers.page(asked, "api", {"content": content, "rows": openapi.table(content)})
    return answers.document(asked, content, OPENAPI_TYPE)


@answers.service
def collections(request: HttpRequest) -> HttpResponseBase:
    """All layers."""
    asked = answers.ask(request)
    today = timezone.localdate()
    described = [(layer, reading.summary(layer, today)) for layer in LAYERS.values()]
    content = {
        "links": answers.twins(asked, _DOCUMENT),
        "crs": list(on_offer()),
        "collections": [_describe(asked, layer, held) for layer, held in described],
    }
    if asked.form == HTML:
        return answers.page(asked, "collections", {"described": described, "content": content})
    return answers.document(asked, content)


@answers.service
def collection(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """One layer: what it holds, in which CRS, how far; ``f=schema`` lists the properties with their types."""
    layer = layer_of(collection_id)
    asked = answers.ask(request, forms=(JSON, HTML, SCHEMA))
    if asked.form == SCHEMA:
        return answers.document(
            asked, openapi.schema(asked.url("collection", layer.id, f=SCHEMA), layer), SCHEMA_TYPE
        )
    held = reading.summary(layer, timezone.localdate())
    content = _describe(asked, layer, held)
    if asked.form == HTML:
        context = {
            "layer": layer,
            "held": held,
            "content": content,
            "form": filterform.context(layer, {}),
        }
        return answers.page(asked, "collection", context)
    content["links"] += answers.twins(asked, _DOCUMENT)
    return answers.document(asked, content)


def _noted(description: str, synthetic: bool) -> str:
    return f"{description} {SYNTHETIC_NOTICE.here()}" if synthetic else description


def _describe(asked: Asked, layer: Layer, held: Summary) -> dict[str, Any]:
    title, offered = layer.title.here(), on_offer()
    links = [
        link("items", asked.url("items", layer.id, f=JSON), GEOJSON_TYPE, title),
        link("items", asked.url("items", layer.id, f=HTML), HTML_TYPE, title),
        # GDAL before 3.8 knows the relation only by its older spelling.
        *(
            link(rel, asked.url("collection", layer.id, f=SCHEMA), SCHEMA_TYPE, _("属性"))
            for rel in ("describedby", "describedBy")
        ),
        *queryables.links(asked, layer),
        link("collection", asked.url("collection", layer.id), JSON_TYPE, title),
        *(
            link("enclosure", asked.url("download", f"{layer.id}.{kind}"), type, FORMATS[kind])
            for kind, type in {**FILES, **STREAMED}.items()
            if kind in formats(layer)
        ),
        link(TILESETS, asked.url("layer-tilesets", layer.id, f=JSON), JSON_TYPE, _("瓦片集")),
    ]
    extent: dict[str, Any] = {}
    if held.extent is not None:
        extent["spatial"] = {"bbox": [list(held.extent)], "crs": CRS84.uri}
    if held.starts is not None:
        ends = None if held.ends is None else f"{held.ends}T00:00:00Z"
        extent["temporal"] = {"interval": [[f"{held.starts}T00:00:00Z", ends]], "trs": _GREGORIAN}
    return {
        "id": layer.id,
        "title": title,
        "description": _noted(layer.description.here(), held.synthetic),
        "itemType": "feature",
        "crs": list(offered),
        **({"storageCrs": STORAGE.uri} if STORAGE.uri in offered else {}),
        **({"extent": extent} if extent else {}),
        "links": links,
    }


@answers.service
def items(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """A page of features, streamed; the ``next`` link pins the day and the act and keeps the filter."""
    layer = layer_of(collection_id)
    named = tuple(column.name for column in properties_of(layer))
    asked = answers.ask(request, (*ITEMS_PARAMETERS, *named, *FORM_PARAMETERS))
    if any(name in asked.values for name in FORM_PARAMETERS):
        gone: dict[str, str | None] = dict.fromkeys((*FORM_PARAMETERS, "after"))
        return HttpResponseRedirect(
            asked.here(**gone, filter=filterform.written(layer, asked.values) or None)
        )
    values = dict(asked.values)
    if asked.form == HTML:
        values.setdefault("limit", str(PAGE_OF_PEOPLE))
        if not values.get("filter"):  # the form was sent without a condition
            values.pop("filter", None)
        return _items_page(asked, layer, values)
    query = _query(asked, layer, values)
    etag = answers.etag_of(asked, query, reading.edition(query), sorted(values.items()))
    if (same := answers.unchanged(asked, etag)) is not None:
        return same
    found = reading.read_page(query, with_texts=True)
    parts = _collection(asked, query, found)
    response: HttpResponseBase
    if len(found.rows) <= max(reading.CHUNK, len(found.texts)):
        response = HttpResponse(b"".join(parts), content_type=GEOJSON_TYPE)
    else:
        # The first chunk is read before the answer begins: a database error is still an error then.
        first = [next(parts), next(parts)]
        response = StreamingHttpResponse(chain(first, parts), content_type=GEOJSON_TYPE)
    response["Content-Crs"] = f"<{query.crs.uri}>"
    return answers.tagged(response, etag)


def _query(asked: Asked, layer: Layer, values: Mapping[str, str]) -> Query:
    query = read_items(layer, values, today=timezone.localdate(), clock=reading.record_clock())
    query = replace(query, where=read_filters(layer, values, connection.vendor))
    return clients.held(asked.request, query)


def _items_page(asked: Asked, layer: Layer, values: Mapping[str, str]) -> HttpResponse:
    """Return the page; a filter that is wrong is shown in the form, with what is wrong about it."""
    context = {
        "layer": layer,
        "form": filterform.context(layer, values),
        "synthetic": reading.summary(layer, timezone.localdate()).synthetic,
        "json": asked.here(f=JSON),
    }
    try:
        query = _query(asked, layer, values)
        query = replace(query, limit=min(query.limit, _MOST_OF_PEOPLE))
        found = reading.read_page(query)
    except BadRequest as error:
        if error.field != "filter":
            raise
        response = answers.page(asked, "items", {**context, "error": error}, GEOJSON_TYPE)
        response.status_code = error.status
        return response
    chunks = reading.features(query.layer, query.crs, found.rows)
    context |= {
        "features": [_row(layer, json.loads(text)) for chunk in chunks for text in chunk],
        "found": found,
        "query": query,
        "next": _next(asked, query, found),
    }
    return answers.page(asked, "items", context, GEOJSON_TYPE)


def _row(layer: Layer, feature: dict[str, Any]) -> dict[str, Any]:
    values = feature["properties"]
    cells = [(column, values[column.name]) for column in layer.columns]
    return {"id": feature["id"], "valid_from": values["valid_from"], "cells": cells}


def _next(asked: Asked, query: Query, found: Page) -> str:
    if not found.more:
        return ""
    pinned = {
        "datetime": query.span.text(),
        "known_at": str(query.known_at),
        "limit": str(query.limit),
        "after": token(found.rows[-1], found.matched),
    }
    return asked.here(f=asked.form, **pinned)


def _collection(asked: Asked, query: Query, found: Page) -> Iterator[bytes]:
    """Yield a FeatureCollection: its head, then its features chunk by chunk."""
    links = [
        *answers.twins(asked, _FEATURES),
        link("collection", asked.url("collection", query.layer.id), JSON_TYPE),
    ]
    if following := _next(asked, query, found):
        links.append(link("next", following, GEOJSON_TYPE))
    head = {
        "type": "FeatureCollection",
        "numberMatched": found.matched,
        "numberReturned": len(found.rows),
        "links": links,
    }
    yield answers.encode(head)[:-1] + b',"features":['
    lead = b"\n"
    known, rest = found.texts, found.rows[len(found.texts) :]
    for texts in chain([known] if known else [], reading.features(query.layer, query.crs, rest)):
        yield lead + b",\n".join(texts)
        lead = b",\n"
    yield b"\n]}"


@answers.service
def item(request: HttpRequest, collection_id: str, item_id: str) -> HttpResponseBase:
    """One feature by its id, as on the day and act asked about."""
    layer = layer_of(collection_id)
    asked = answers.ask(request, ITEM_PARAMETERS)
    query = read_item(layer, asked.values, today=timezone.localdate(), clock=reading.record_clock())
    query = clients.held(request, query)
    version = _standing(asked, query, item_id)
    feature = version.text
    if asked.form == HTML:
        return _item_page(asked, layer, json.loads(feature))
    links = [
        *answers.twins(asked, _FEATURES),
        link("collection", asked.url("collection", layer.id), JSON_TYPE),
    ]
    etag = answers.etag_of(asked, query, feature.decode())
    if (same := answers.unchanged(asked, etag)) is not None:
        return same
    body = feature[:-1] + b',"links":' + answers.encode(links) + b"}"
    response = answers.tagged(HttpResponse(body, content_type=GEOJSON_TYPE), etag)
    response["Content-Crs"] = f"<{query.crs.uri}>"
    return response


def _item_page(asked: Asked, layer: Layer, feature: dict[str, Any]) -> HttpResponse:
    values = feature["properties"]
    rows = [{"title": c.title.here(), "value": values[c.name]} for c in layer.columns]
    context = {"layer": layer, "feature": feature, "rows": rows, "json": asked.here(f=JSON)}
    return answers.page(asked, "item", context, GEOJSON_TYPE)


def _standing(asked: Asked, query: Query, item_id: str) -> Version:
    """Return the version asked about: the last one within the span."""
    missing = _("图层 %(layer)s 中没有 %(id)s") % {"layer": query.layer.id, "id": item_id}
    try:
        ident = UUID(item_id)
    except ValueError:
        raise NotFound(missing) from None
    known = reading.versions(query, ident)
    standing = [version for version in known if version.meets(query.span)]
    if standing:
        return standing[-1]
    last = known[-1] if known else None
    if last is None:
        raise NotFound(missing)
    if last.valid_to is None or not _over(last, query):
        raise NotFound(
            _("%(id)s 自 %(day)s 起才有效") % {"id": item_id, "day": last.valid_from},
            remedy=_("用 datetime 指明日期"),
        )
    raise gone(asked, query, ident, last.valid_from, last.valid_to)


def gone(asked: Asked, query: Query, ident: UUID, first: date, end: date) -> Gone:
    """Return the refusal of what is no longer law: its last day, and what stands in its place."""
    day = max(end - timedelta(days=1), first)
    links = [link("predecessor-version", asked.here(datetime=str(day)), GEOJSON_TYPE)]
    heirs = reading.successors(query.layer, ident, query.known_at)
    links += [
        link("successor-version", asked.url("item", query.layer.id, str(h)), GEOJSON_TYPE) for h in heirs
    ]
    remedy = _("用 datetime=%s 取最后有效的版本") % day
    if heirs:
        remedy = joined([remedy, _("由 %s 承接") % listed(heirs)])
    return Gone(
        _("%(id)s 自 %(day)s 起不再有效") % {"id": ident, "day": end},
        remedy=remedy,
        links=links,
    )


def _over(version: Version, query: Query) -> bool:
    """Say whether the version ended before the span began."""
    start: date | None = query.span.start
    return start is not None and version.valid_to is not None and version.valid_to <= start
