"""OGC API – Features over the published layers: landing, conformance, collections, items, item.

Features come back as the register's law stands on a day (``datetime``, default today in the city's time zone) and
as the record knew it (``known-at``, default now). An id that is on record but no longer law answers 410 with a link
to its last day; one not yet law, or never published, answers 404.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core.errors import NotFound
from geoapp.core.wording import listed
from geoapp.ogc import answers, openapi, reading
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
from geoapp.ogc.crs import CRS84, OFFERED, STORAGE
from geoapp.ogc.layers import LAYERS, SYNTHETIC_NOTICE, Layer
from geoapp.ogc.query import (
    ITEM_PARAMETERS,
    ITEMS_PARAMETERS,
    Query,
    read_item,
    read_items,
    token,
)
from geoapp.ogc.reading import Page, Summary, Version

_OF_FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMANCE = (
    f"{_OF_FEATURES}/core",
    f"{_OF_FEATURES}/geojson",
    f"{_OF_FEATURES}/html",
    f"{_OF_FEATURES}/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
PAGE_OF_PEOPLE = 50
"""Features on an HTML page unless ``limit`` says otherwise, and the most it ever shows."""
_MOST_OF_PEOPLE = 500
_DOCUMENT = ((JSON, JSON_TYPE), (HTML, HTML_TYPE))
_FEATURES = ((JSON, GEOJSON_TYPE), (HTML, HTML_TYPE))
_GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"


def _layer(collection_id: str) -> Layer:
    if collection_id not in LAYERS:
        raise NotFound(_("没有图层 %s") % collection_id, remedy=_("可用的图层：%s") % listed(LAYERS))
    return LAYERS[collection_id]


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
        "crs": list(OFFERED),
        "collections": [_describe(asked, layer, held) for layer, held in described],
    }
    if asked.form == HTML:
        return answers.page(asked, "collections", {"described": described, "content": content})
    return answers.document(asked, content)


@answers.service
def collection(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """One layer: what it holds, in which CRS, how far; ``f=schema`` lists the properties with their types."""
    layer = _layer(collection_id)
    asked = answers.ask(request, forms=(JSON, HTML, SCHEMA))
    if asked.form == SCHEMA:
        return answers.document(asked, openapi.schema(asked, layer), SCHEMA_TYPE)
    held = reading.summary(layer, timezone.localdate())
    content = _describe(asked, layer, held)
    if asked.form == HTML:
        context = {"layer": layer, "held": held, "content": content}
        return answers.page(asked, "collection", context)
    content["links"] += answers.twins(asked, _DOCUMENT)
    return answers.document(asked, content)


def _noted(description: str, synthetic: bool) -> str:
    return f"{description} {SYNTHETIC_NOTICE.here()}" if synthetic else description


def _describe(asked: Asked, layer: Layer, held: Summary) -> dict[str, Any]:
    title = layer.title.here()
    links = [
        link("items", asked.url("items", layer.id, f=JSON), GEOJSON_TYPE, title),
        link("items", asked.url("items", layer.id, f=HTML), HTML_TYPE, title),
        # GDAL before 3.8 knows the relation only by its older spelling.
        *(
            link(rel, asked.url("collection", layer.id, f=SCHEMA), SCHEMA_TYPE, _("属性"))
            for rel in ("describedby", "describedBy")
        ),
        link("collection", asked.url("collection", layer.id), JSON_TYPE, title),
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
        "crs": list(OFFERED),
        "storageCrs": STORAGE.uri,
        **({"extent": extent} if extent else {}),
        "links": links,
    }


@answers.service
def items(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """A page of features, streamed; the ``next`` link pins the day and the act."""
    layer = _layer(collection_id)
    asked = answers.ask(request, ITEMS_PARAMETERS)
    values = dict(asked.values)
    if asked.form == HTML:
        values.setdefault("limit", str(PAGE_OF_PEOPLE))
    query = read_items(layer, values, today=timezone.localdate(), clock=reading.record_clock())
    if asked.form == HTML:
        return _items_page(asked, query)
    etag = answers.weak_etag(asked, query, reading.edition(query), sorted(values.items()))
    if (same := answers.unchanged(asked, etag)) is not None:
        return same
    found = reading.read_page(query)
    parts = _collection(asked, query, found)
    response: HttpResponseBase
    if len(found.rows) <= reading.CHUNK:
        response = HttpResponse(b"".join(parts), content_type=GEOJSON_TYPE)
    else:
        # The first chunk is read before the answer begins: a database error is still an error then.
        first = [next(parts), next(parts)]
        response = StreamingHttpResponse(chain(first, parts), content_type=GEOJSON_TYPE)
    response["Content-Crs"] = f"<{query.crs.uri}>"
    return answers.tagged(response, etag)


def _items_page(asked: Asked, query: Query) -> HttpResponse:
    if query.limit > _MOST_OF_PEOPLE:
        query = replace(query, limit=_MOST_OF_PEOPLE)
    found = reading.read_page(query)
    chunks = reading.features(query.layer, query.crs, found.rows)
    context = {
        "layer": query.layer,
        "features": [json.loads(text) for chunk in chunks for text in chunk],
        "found": found,
        "query": query,
        "next": _next(asked, query, found),
        "synthetic": reading.summary(query.layer, timezone.localdate()).synthetic,
        "json": asked.here(f=JSON),
    }
    return answers.page(asked, "items", context)


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
        "timeStamp": _now(),
        "links": links,
    }
    yield answers.encode(head)[:-1] + b',"features":['
    lead = b"\n"
    for texts in reading.features(query.layer, query.crs, found.rows):
        yield lead + b",\n".join(texts)
        lead = b",\n"
    yield b"\n]}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@answers.service
def item(request: HttpRequest, collection_id: str, item_id: str) -> HttpResponseBase:
    """One feature by its id, as on the day and act asked about."""
    layer = _layer(collection_id)
    asked = answers.ask(request, ITEM_PARAMETERS)
    query = read_item(layer, asked.values, today=timezone.localdate(), clock=reading.record_clock())
    version = _standing(asked, query, item_id)
    texts = next(reading.features(layer, query.crs, (version.row,)))
    feature = texts[0]
    if asked.form == HTML:
        return _item_page(asked, layer, json.loads(feature))
    links = [
        *answers.twins(asked, _FEATURES),
        link("collection", asked.url("collection", layer.id), JSON_TYPE),
    ]
    etag = answers.weak_etag(asked, query, feature.decode())
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
    return answers.page(asked, "item", context)


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
    day = max(last.valid_to - timedelta(days=1), last.valid_from)
    raise Gone(
        _("%(id)s 自 %(day)s 起不再有效") % {"id": item_id, "day": last.valid_to},
        remedy=_("用 datetime=%s 取最后有效的版本") % day,
        links=[link("predecessor-version", asked.here(datetime=str(day)), GEOJSON_TYPE)],
    )


def _over(version: Version, query: Query) -> bool:
    """Say whether the version ended before the span began."""
    start: date | None = query.span.start
    return start is not None and version.valid_to is not None and version.valid_to <= start
