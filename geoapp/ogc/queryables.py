"""What a filter may name, as JSON Schema and as a page: for one layer, and what all layers have in common."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from geoapp.ogc import answers, openapi
from geoapp.ogc.answers import HTML, HTML_TYPE, JSON, SCHEMA, SCHEMA_TYPE, Asked, link
from geoapp.ogc.cql import nodes
from geoapp.ogc.cql.asked import properties_of
from geoapp.ogc.layers import GEOMETRY, LAYERS, Column, Layer, layer_of

QUERYABLES_REL = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
SCHEMA_REL = "http://www.opengis.net/def/rel/ogc/1.0/schema"
_FORMS = (JSON, HTML, SCHEMA)
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SHAPES = {
    "Point": "geometry-point",
    "MultiLineString": "geometry-multilinestring",
    "MultiPolygon": "geometry-multipolygon",
    "Geometry": "geometry-any",
}


def links(asked: Asked, layer: Layer) -> list[dict[str, str]]:
    """Return the links of a layer to what it may be asked for and to its schema."""
    return [
        link(QUERYABLES_REL, asked.url("queryables", layer.id, f=JSON), SCHEMA_TYPE, _("可查询的属性")),
        link(QUERYABLES_REL, asked.url("queryables", layer.id, f=HTML), HTML_TYPE, _("可查询的属性")),
        link(SCHEMA_REL, asked.url("schema", layer.id, f=JSON), SCHEMA_TYPE, _("属性")),
        link(SCHEMA_REL, asked.url("schema", layer.id, f=HTML), HTML_TYPE, _("属性")),
    ]


def _property(column: Column) -> dict[str, Any]:
    return {**openapi.TYPES[column.kind], "title": column.title.here()}


def _document(address: str, title: str, columns: tuple[Column, ...], shape: str) -> dict[str, Any]:
    return {
        "$schema": _DRAFT,
        "$id": address,
        "type": "object",
        "title": title,
        "properties": {
            **{c.name: _property(c) for c in columns},
            GEOMETRY: {"title": _("几何"), "x-ogc-role": "primary-geometry", "format": _SHAPES[shape]},
        },
        "additionalProperties": False,
    }


def common() -> tuple[Column, ...]:
    """Return the properties that every layer has, of the same kind."""
    layers = list(LAYERS.values())
    return tuple(
        column
        for column in properties_of(layers[0])
        if all(
            any(other.name == column.name and other.kind == column.kind for other in properties_of(layer))
            for layer in layers
        )
    )


def _answer(
    asked: Asked, content: dict[str, Any], columns: tuple[Column, ...], layer: Layer | None
) -> HttpResponseBase:
    if asked.form != HTML:
        return answers.document(asked, content, SCHEMA_TYPE)
    context = {
        "content": content,
        "columns": columns,
        "layer": layer,
        "geometry": GEOMETRY,
        "spatial": [name.upper() for name in nodes.SPATIAL],
        "temporal": [name.upper() for name in nodes.TEMPORAL],
    }
    return answers.page(asked, "queryables", context, SCHEMA_TYPE)


@answers.service
def everywhere(request: HttpRequest) -> HttpResponseBase:
    """The properties a filter may name whatever the layer."""
    asked = answers.ask(request, forms=_FORMS)
    columns = common()
    content = _document(asked.url("all_queryables"), _("各图层都有的可查询属性"), columns, "Geometry")
    return _answer(asked, content, columns, None)


@answers.service
def queryables(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The properties a filter on a layer may name, with their types."""
    layer = layer_of(collection_id)
    asked = answers.ask(request, forms=_FORMS)
    columns = properties_of(layer)
    content = _document(asked.url("queryables", layer.id), layer.title.here(), columns, layer.shape)
    return _answer(asked, content, columns, layer)


@answers.service
def schema(request: HttpRequest, collection_id: str) -> HttpResponseBase:
    """The properties a feature of a layer is delivered with."""
    layer = layer_of(collection_id)
    asked = answers.ask(request, forms=_FORMS)
    if asked.form == HTML:
        return answers.page(asked, "schema", {"layer": layer, "geometry": GEOMETRY}, SCHEMA_TYPE)
    return answers.document(asked, openapi.schema(asked.url("schema", layer.id), layer), SCHEMA_TYPE)
