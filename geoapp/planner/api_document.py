"""``/api/openapi.json``: the open JSON interfaces of design section 9 as they really behave, in OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from geoapp.planner import api_shapes as shapes
from geoapp.planner.api_shapes import Schema

MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.0"
JSON = "application/json"
PROBLEM = "application/problem+json"


def _asked(name: str, says: str, schema: Schema, *, needed: bool = False, example: Any = None) -> Schema:
    found = {"name": name, "in": "query", "required": needed, "description": says, "schema": schema}
    return found | ({"example": example} if example is not None else {})


def _on() -> Schema:
    return _asked("on", _("法律上有效的日期；缺省为今天"), shapes.DAY, example="2024-01-01")


def _known_at(*, numbers: bool) -> Schema:
    says = _("登记簿当时所知：带时区的时刻") + (_("，或登记行为序号") if numbers else "")
    return _asked("known-at", says, shapes.TEXT, example="2026-11-23T09:00:00+08:00")


def _lang() -> Schema:
    says = _("文字的语言；缺省为中文")
    return _asked("lang", says, shapes.choice("zh-hans", "en"))


def _place() -> list[Schema]:
    span = {"lon": (_("经度（CRS84）"), 180, 113.1), "lat": (_("纬度（CRS84）"), 90, 23.0)}
    return [
        _asked(
            name,
            says,
            {"type": "number", "minimum": -most, "maximum": most},
            needed=True,
            example=example,
        )
        for name, (says, most, example) in span.items()
    ]


def _responses(schema: Schema, *errors: int) -> Schema:
    found: Schema = {
        "200": {"description": _("答复"), "content": {JSON: {"schema": schema}}},
    }
    for status in (*errors, 429):
        found[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return found


def _operation(
    ident: str,
    summary: str,
    parameters: list[Schema],
    schema: Schema,
    *errors: int,
    body: Schema | None = None,
) -> Schema:
    found: Schema = {
        "operationId": ident,
        "summary": summary,
        "parameters": [*parameters, _lang()],
        "responses": _responses(schema, *errors),
    }
    if body is not None:
        found["requestBody"] = {"required": True, "content": {JSON: body}}
    return found


def _check() -> Schema:
    examples = {
        "name": {"value": {"kind": "name", "name": "同华路", "width_m": 18}},
        "address": {"value": {"kind": "address", "street": "同华路", "number": 33}},
    }
    summary = _("检查拟用的路名、更名或地址")
    asked = [
        _asked("name", _("名称"), shapes.TEXT, example="同华路"),
        _asked("kind", _("检查什么"), shapes.choice("name", "rename", "address")),
        _asked("pinyin", _("罗马字母拼写；缺省由系统给出"), shapes.TEXT),
        _asked("street", _("更名的街路巷的编号，或地址中的街路巷名"), shapes.TEXT),
        _on(),
    ]
    body = {"schema": shapes.CHECK_BODY, "examples": examples}
    return {
        "get": _operation("check-get", summary, asked, shapes.CHECKED, 400, 404, 409, 422),
        "post": _operation("check", summary, [], shapes.CHECKED, 400, 404, 409, 413, 422, body=body),
    }


def _parse() -> Schema:
    examples = {
        "text": {"value": {"text": "佛山市禅城区祖庙路33号"}},
        "texts": {"value": {"texts": ["佛山市禅城区祖庙路33号", "祖庙路35号"]}},
    }
    summary = _("把一条地址拆成各部分，并在登记簿中核对")
    asked = [
        _asked("text", _("一条地址"), {"type": "string", "minLength": 1}, needed=True, example="祖庙路33号"),
        _on(),
    ]
    body = {"schema": shapes.PARSE_BODY, "examples": examples}
    return {
        "get": _operation("parse-get", summary, asked, shapes.PARSED, 400, 422),
        "post": _operation("parse", summary, [], shapes.PARSED, 400, 413, 422, body=body),
    }


def _paths() -> dict[str, Schema]:
    most = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    ident = {"name": "id", "in": "path", "required": True, "schema": shapes.IDENT}
    street = _asked("street", _("街路巷的编号"), shapes.IDENT, needed=True)
    return {
        "/api/check": _check(),
        "/api/search": {
            "get": _operation(
                "search",
                _("按汉字、全拼或者首字母查地名、地址和村居，含曾用名"),
                [
                    _asked("q", _("要查的文字"), shapes.TEXT, example="zml"),
                    _asked("limit", _("最多几条；更大的值按上限处理"), most),
                ],
                shapes.SEARCHED,
                400,
                422,
            )
        },
        "/api/locate": {
            "get": _operation(
                "locate",
                _("一点在哪个区、镇街、村居，200 米内有哪些地址"),
                [*_place(), _on()],
                shapes.LOCATED,
                400,
                404,
                422,
            )
        },
        "/api/addresses/parse": _parse(),
        "/api/addresses/suggest": {
            "get": _operation(
                "suggest",
                _("街路巷边的新门该编几号，以及理由"),
                [street, *_place(), _on()],
                shapes.SUGGESTED,
                400,
                404,
                422,
            )
        },
        "/api/addresses/{id}": {
            "get": _operation(
                "address",
                _("一条地址在某一天的写法，以及历次写法"),
                [ident, _on(), _known_at(numbers=False)],
                shapes.HISTORY,
                404,
                422,
            )
        },
        "/api/units": {
            "get": _operation(
                "units",
                _("某一级的行政区划和村居"),
                [_asked("level", _("哪一级"), shapes.LEVELS), _on(), _known_at(numbers=True)],
                shapes.UNITS,
                400,
                422,
            )
        },
    }


def _problems() -> dict[str, Schema]:
    said = {
        400: _("请求无法识别"),
        404: _("没有这个对象，或不在本市范围内"),
        409: _("这一天没有生效的规则"),
        413: _("提交的内容过大"),
        422: _("某个值不对；field 指出是哪一个，remedy 说明怎样改"),
        429: _("请求过于频繁；Retry-After 说明多久后再试"),
    }
    return {
        str(status): {"description": words, "content": {PROBLEM: {"schema": shapes.PROBLEM}}}
        for status, words in said.items()
    }


def describe(base: str) -> dict[str, Any]:
    """Return the document for a server; ``base`` is its address without a slash at the end."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": _("地名与界线：JSON 接口"),
            "version": "1.0.0",
            "description": _(
                "公开、只读、限次。坐标一律为 CRS84，先经后纬。错误为 problem+json（Accept 含 text/html 时为网页）。"
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": base}],
        "paths": _paths(),
        "components": {"responses": _problems()},
    }


def table(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the document as rows for people: methods, path, summary, names of the parameters."""
    rows = []
    for path, entry in document["paths"].items():
        first = entry["get"]
        rows.append(
            {
                "path": path,
                "methods": [method.upper() for method in entry],
                "summary": first["summary"],
                "parameters": [p["name"] for p in first["parameters"]],
            }
        )
    return rows
