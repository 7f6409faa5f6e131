"""The feed's part of the OpenAPI description."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from geoapp.ogc.feed.limits import DEFAULT_CHANGES, DEFAULT_LIMIT, MAX_CHANGES, MAX_LIMIT

Schema = dict[str, Any]
Address = tuple[str, str, str, list[Schema], dict[str, Schema], tuple[int, ...]]

_STRING: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_LINKS: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["href", "rel"],
        "properties": {"href": _STRING, "rel": _STRING, "type": _STRING, "title": _STRING, "layer": _STRING},
    },
}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


_HELD: Schema = {"type": "object", "additionalProperties": _object(count=_COUNT, digest=_HASH)}
_ROW: Schema = {
    "type": "object",
    "nullable": True,
    "required": ["id", "properties"],
    "properties": {
        "type": _STRING,
        "id": {"type": "string", "format": "uuid"},
        "geometry": {"type": "object", "nullable": True},
        "wkb": {"type": "string", "nullable": True},
        "properties": {"type": "object"},
    },
}
_STANDING = _object(
    seq=_COUNT,
    at={"type": "string", "format": "date-time", "nullable": True},
    hash=_HASH,
    root=_HASH,
    layers=_HELD,
)
_CHANGE = _object(
    layer=_STRING,
    op={"type": "string", "enum": ["insert", "update", "delete"]},
    id={"type": "string", "format": "uuid"},
    before=_ROW,
    after=_ROW,
)
_ENTRY = _object(
    seq=_COUNT,
    at={"type": "string", "format": "date-time"},
    kind=_STRING,
    hash=_HASH,
    prev_hash=_HASH,
    payload_hash=_HASH,
    root=_HASH,
    layers=_HELD,
    changes={"type": "array", "items": _CHANGE},
    partial={"type": "boolean"},
)


def _with_links(schema: Schema) -> Schema:
    return _object(**schema["properties"], links=_LINKS)


def _one(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _number(name: str, description: str, least: int, most: int, default: int | None) -> Schema:
    schema: Schema = {"type": "integer", "minimum": least, "maximum": most}
    return _one(name, description, schema | ({} if default is None else {"default": default}))


def paths(layers: list[str]) -> list[Address]:
    """Return the feed's addresses: path, id, summary, parameters, contents by media type, errors."""
    most = 10**18
    json, html, atom = "application/json", "text/html", "application/atom+xml"
    limit = _number("limit", _("每页登记行为数；更大的值按上限处理"), 1, MAX_LIMIT, DEFAULT_LIMIT)
    size = _number(
        "changes",
        _("每页变更行数的上限；一个登记行为超过上限时分段给出"),
        1,
        MAX_CHANGES,
        DEFAULT_CHANGES,
    )
    layer = _one("layer", _("只要这些图层的变更，以逗号分隔；校验值始终包括全部图层"), _STRING)
    form = _one(
        "geometry",
        _("几何的写法：geojson 或十六进制 wkb，均为 EPSG:4490 经度在前，数值精确"),
        {"type": "string", "enum": ["geojson", "wkb"], "default": "geojson"},
    )
    part = _one("part", _("在一个登记行为之内翻页的标记，由 next 链接给出"), _STRING)
    after = _number("after", _("从这一号登记行为之后开始"), 0, most, 0)
    known = {"$ref": "#/components/parameters/known-at"}
    seq = {"name": "seq", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    page = _object(head=_STANDING, entries={"type": "array", "items": _ENTRY}, links=_LINKS)
    snapshot = {
        "oneOf": [
            _with_links(_STANDING),
            _object(seq=_COUNT, layer=_STRING, rows={"type": "array", "items": _ROW}, links=_LINKS),
        ]
    }
    one_layer = _one("layer", _("图层；不给时列出各图层的校验值和链接"), {"type": "string", "enum": layers})
    at = _number("seq", _("快照所依据的登记行为；缺省为最后一号"), 0, most, None)
    rows = _number("limit", _("每页行数；更大的值按上限处理"), 1, MAX_CHANGES, DEFAULT_CHANGES)
    token = _one("after", _("翻页标记，由 next 链接给出"), _STRING)
    district = _one(
        "district", _("只要这个市辖区的变更：六位代码"), {"type": "string", "pattern": r"^\d{6}$"}
    )
    return [
        (
            "/feed",
            "entries-feed",
            _("变更流：每个登记行为一条"),
            [after, limit, size, layer, form, part, known],
            {json: page, html: _STRING},
            (),
        ),
        (
            "/feed/head",
            "head-feed",
            _("最后一号登记行为与各图层校验值"),
            [known],
            {json: _with_links(_STANDING)},
            (),
        ),
        (
            "/feed/{seq}",
            "entry-feed",
            _("一个登记行为的变更"),
            [seq, size, layer, form, part, known],
            {json: _with_links(_ENTRY), html: _STRING},
            (404,),
        ),
        (
            "/feed/snapshot",
            "snapshot-feed",
            _("某一号登记行为之后的全部内容，分页"),
            [at, one_layer, token, rows, form, known],
            {json: snapshot},
            (409,),
        ),
        (
            "/feed.atom",
            "atom-feed",
            _("变更订阅（Atom）"),
            [district, layer],
            {atom: _STRING},
            (),
        ),
    ]
