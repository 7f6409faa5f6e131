"""The OpenAPI 3.0 description, made from the layers and the limits the service really has.

Every schema is inline, so that a client needs no network to read it.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from geoapp.ogc.answers import GEOJSON_TYPE, HTML_TYPE, JSON_TYPE, PROBLEM_TYPE, SCHEMA_TYPE, Asked
from geoapp.ogc.cql.asked import CQL2_TEXT, LANGUAGES, properties_of
from geoapp.ogc.crs import CRS84, on_offer
from geoapp.ogc.feed import apidoc
from geoapp.ogc.layers import LAYERS, Column, Layer
from geoapp.ogc.query import DEFAULT_LIMIT, FILTER_PARAMETERS, MAX_LIMIT
from geoapp.ogc.tiles import apidoc as tiles_apidoc

Schema = dict[str, Any]

ALWAYS = (400, 401, 403, 429, 503)
"""Refusals any address may give: bad parameters, a bad token, a token that does not reach, too much, no answer in time."""
_STRING: Schema = {"type": "string"}
TYPES: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "boolean": {"type": "boolean"},
}
_LINK: Schema = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {"href": _STRING, "rel": _STRING, "type": _STRING, "title": _STRING},
}
_LINKS: Schema = {"type": "array", "items": _LINK}
_PROBLEM: Schema = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "type": _STRING,
        "title": _STRING,
        "status": {"type": "integer"},
        "detail": _STRING,
        "field": _STRING,
        "remedy": _STRING,
        "position": {"oneOf": [{"type": "integer"}, _STRING]},
        "links": _LINKS,
    },
}


def _query(name: str, description: str, schema: Schema, **more: Any) -> Schema:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        "style": "form",
        "explode": False,
        **more,
    }


def _parameters() -> dict[str, Schema]:
    number = {"type": "number"}
    uris: Schema = {"type": "string", "format": "uri", "enum": list(on_offer()), "default": CRS84.uri}
    box = {"type": "array", "minItems": 4, "maxItems": 6, "items": number}
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    return {
        "f": _query("f", _("返回格式；缺省按 Accept"), {"type": "string", "enum": ["json", "html"]}),
        "lang": _query("lang", _("文字的语言"), {"type": "string", "enum": ["zh-hans", "en"]}),
        "bbox": _query(
            "bbox",
            _("范围：4 个或 6 个数，坐标系见 bbox-crs；西经度大于东经度表示跨 180° 经线"),
            box,
        ),
        "bbox-crs": _query("bbox-crs", _("bbox 的坐标系，轴序依其权威定义"), uris),
        "datetime": _query(
            "datetime",
            _(
                "法律上有效的日期：RFC 3339 日期或时刻，或区间（开放端写 ..）；缺省为今天。"
                "区间可能返回同一 id 的多个版本"
            ),
            _STRING,
            example="2019-12-31/..",
        ),
        "known-at": _query(
            "known-at",
            _("登记簿当时所知：带时区的时刻，或登记行为序号；缺省为现在"),
            _STRING,
            example="2026-11-23T09:00:00+08:00",
        ),
        "limit": _query("limit", _("每页要素数；更大的值按上限处理"), limit),
        "after": _query(
            "after", _("翻页标记，由 next 链接给出"), {"type": "string", "pattern": r"^\d+-\d+$"}
        ),
        "crs": _query("crs", _("返回坐标的坐标系，轴序依其权威定义"), uris),
        "filter": _query(
            "filter",
            _("过滤条件（CQL2），可用的属性见 queryables"),
            _STRING,
            example="name LIKE '祖%' AND valid_from >= DATE('2020-01-01')",
        ),
        "filter-lang": _query(
            "filter-lang",
            _("过滤条件的写法"),
            {"type": "string", "enum": list(LANGUAGES), "default": CQL2_TEXT},
        ),
        "filter-crs": _query("filter-crs", _("过滤条件中几何的坐标系，轴序依其权威定义"), uris),
    }


def _refs(*names: str) -> list[Schema]:
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _answer(description: str, content: dict[str, Schema], **headers: Schema) -> Schema:
    found: Schema = {
        "description": description,
        "content": {kind: {"schema": schema} for kind, schema in content.items()},
    }
    return found | ({"headers": headers} if headers else {})


def _operation(ident: str, summary: str, parameters: list[Schema], answer: Schema, *errors: int) -> Schema:
    responses: Schema = {"200": answer, "304": {"description": _("与客户端已有的相同")}}
    for status in sorted({*ALWAYS, *errors}):
        responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return {
        "get": {
            "operationId": ident,
            "summary": summary,
            "tags": [ident.split("-")[-1] if "-" in ident else "service"],
            "parameters": parameters,
            "responses": responses,
        }
    }


def _property(column: Column) -> Schema:
    schema = dict(TYPES[column.kind], title=column.title.here())
    return schema | ({"nullable": True} if column.optional else {})


def _geometry(layer: Layer) -> Schema:
    kinds = (
        ["Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]
        if layer.shape == "Geometry"
        else [layer.shape]
    )
    return {
        "type": "object",
        "nullable": layer.shape == "Geometry",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": kinds},
            "coordinates": {"type": "array", "items": {}},
        },
    }


def _feature(layer: Layer) -> Schema:
    return {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string", "format": "uuid"},
            "geometry": _geometry(layer),
            "properties": {
                "type": "object",
                "required": [c.name for c in layer.columns if not c.optional],
                "properties": {c.name: _property(c) for c in layer.columns},
            },
            "links": _LINKS,
        },
    }


def _features(layer: Layer) -> Schema:
    count = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "numberMatched": count,
            "numberReturned": count,
            "links": _LINKS,
            "features": {"type": "array", "items": _feature(layer)},
        },
    }


def _collection() -> Schema:
    uris = {"type": "array", "items": {"type": "string", "format": "uri"}}
    return {
        "type": "object",
        "required": ["id", "links"],
        "properties": {
            "id": _STRING,
            "title": _STRING,
            "description": _STRING,
            "itemType": _STRING,
            "crs": uris,
            "storageCrs": {"type": "string", "format": "uri"},
            "extent": {"type": "object"},
            "links": _LINKS,
        },
    }


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _paths() -> dict[str, Schema]:
    form = _refs("f", "lang")
    html: dict[str, Schema] = {HTML_TYPE: _STRING}
    listed: Schema = {"type": "array", "items": _collection()}
    paths = {
        "/": _operation(
            "landing",
            _("首页"),
            form,
            _answer(_("首页"), {JSON_TYPE: _object(title=_STRING, links=_LINKS), **html}),
        ),
        "/conformance": _operation(
            "conformance",
            _("符合的标准"),
            form,
            _answer(
                _("符合的标准"),
                {JSON_TYPE: _object(conformsTo={"type": "array", "items": _STRING}), **html},
            ),
        ),
        "/api": _operation(
            "api",
            _("接口说明"),
            form,
            _answer(
                _("接口说明"), {"application/vnd.oai.openapi+json;version=3.0": {"type": "object"}, **html}
            ),
        ),
        "/collections": _operation(
            "collections",
            _("图层"),
            form,
            _answer(_("图层"), {JSON_TYPE: _object(links=_LINKS, collections=listed), **html}),
        ),
    }
    schema: dict[str, Schema] = {SCHEMA_TYPE: {"type": "object"}, **html}
    title = _("各图层都有的可查询属性")
    paths["/queryables"] = _operation("queryables", title, form, _answer(title, schema))
    for layer in LAYERS.values():
        paths |= _layer_paths(layer)
    for path, ident, summary, parameters, contents, errors in apidoc.paths(list(LAYERS)):
        own = _refs("lang") if len(contents) == 1 else form
        paths[path] = _operation(ident, summary, [*parameters, *own], _answer(summary, contents), *errors)
    for path, ident, summary, parameters, answer, errors in tiles_apidoc.paths(list(LAYERS)):
        paths[path] = _operation(ident, summary, parameters, answer, *errors)
    return paths


def _layer_paths(layer: Layer) -> dict[str, Schema]:
    base, title = f"/collections/{layer.id}", layer.title.here()
    form = _refs("f", "lang")
    html: dict[str, Schema] = {HTML_TYPE: _STRING}
    crs_header = {"description": _("坐标的坐标系"), "schema": _STRING}
    forms = {"type": "string", "enum": ["json", "html", "schema"]}
    ident = {
        "name": "featureId",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }
    time = ("datetime", "known-at", "crs")
    return {
        base: _operation(
            f"collection-{layer.id}",
            title,
            [_query("f", _("返回格式；schema 为属性的 JSON Schema"), forms), *_refs("lang")],
            _answer(title, {JSON_TYPE: _collection(), SCHEMA_TYPE: {"type": "object"}, **html}),
        ),
        **{
            f"{base}/{name}": _operation(
                f"{name}-{layer.id}",
                text % title,
                form,
                _answer(text % title, {SCHEMA_TYPE: {"type": "object"}, **html}),
                404,
            )
            for name, text in (("queryables", _("%s：可查询的属性")), ("schema", _("%s：属性")))
        },
        f"{base}/items": _operation(
            f"items-{layer.id}",
            _("%s：要素") % title,
            _refs("bbox", "bbox-crs", "limit", "after", *time, *FILTER_PARAMETERS)
            + [_query(c.name, c.title.here(), TYPES[c.kind]) for c in properties_of(layer)]
            + form,
            _answer(title, {GEOJSON_TYPE: _features(layer), **html}, **{"Content-Crs": crs_header}),
        ),
        f"{base}/items/{{featureId}}": _operation(
            f"item-{layer.id}",
            _("%s：一个要素") % title,
            [ident, *_refs(*time), *form],
            _answer(title, {GEOJSON_TYPE: _feature(layer), **html}, **{"Content-Crs": crs_header}),
            404,
            410,
        ),
    }


def _refusals() -> dict[str, Schema]:
    """Return what is answered instead: a problem document, or a page (``f=html``, or a browser) that says the same."""
    told = {
        400: _("参数有误；field 指出是哪一个"),
        401: _("图层只向有令牌的部门开放，或令牌不对"),
        403: _("令牌不含这个图层，或查询被停止"),
        404: _("没有这个要素，或尚未生效"),
        409: _("发布图层已重建，须从头开始"),
        410: _("这个要素已不再有效；links 指向最后有效的版本"),
        429: _("请求过于频繁或过于费时；Retry-After 指出何时再来"),
        503: _("没有在允许的时间内完成，或数据库暂时不可用"),
    }
    wait = {"description": _("多少秒后再试"), "schema": {"type": "integer", "minimum": 1}}
    sign_in = {"description": _("怎样出示令牌"), "schema": _STRING}
    headers = {429: {"Retry-After": wait}, 401: {"WWW-Authenticate": sign_in}}
    forms: dict[str, Schema] = {PROBLEM_TYPE: _PROBLEM, HTML_TYPE: _STRING}
    return {str(n): _answer(says, forms, **headers.get(n, {})) for n, says in told.items()}


def describe(asked: Asked) -> dict[str, Any]:
    """Return the OpenAPI 3.0 document of the service at the address it was asked at."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": _("地名与界线数据服务"),
            "version": "1.0.0",
            "description": _(
                "OGC API – Features 第 1、2、3 部分（CQL2）；按日期（datetime）和登记时点（known-at）可查。"
            ),
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "servers": [{"url": asked.url("landing").rstrip("/")}],
        "tags": [
            {"name": "service", "description": _("服务")},
            {"name": "feed", "description": _("变更流")},
            *({"name": name, "description": t.title.here()} for name, t in LAYERS.items()),
        ],
        "paths": _paths(),
        "components": {
            "parameters": _parameters(),
            "responses": _refusals(),
        },
    }


def table(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the document as rows for people: path, summary, names of the parameters."""
    return [
        {
            "path": path,
            "summary": entry["get"]["summary"],
            "parameters": [
                p["$ref"].rsplit("/", 1)[-1] if "$ref" in p else p["name"] for p in entry["get"]["parameters"]
            ],
        }
        for path, entry in document["paths"].items()
    ]


def schema(address: str, layer: Layer) -> dict[str, Any]:
    """Return the logical schema of a feature, so that clients need not guess types from the rows of a page.

    As in OGC API – Features part 5 each property has one type and those that may be unknown are not required;
    GeoJSON writes an unknown one as null. ``address`` is that of the schema itself. (GDAL reads a list of types such as [string, null] as text.)
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": layer.title.here(),
        "description": layer.description.here(),
        **_plain(_feature(layer)),
    }


def _plain(node: Any) -> Any:
    """Return an OpenAPI 3.0 schema without ``nullable``."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {key: _plain(value) for key, value in node.items() if key != "nullable"}
