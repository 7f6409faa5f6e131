"""The application schema: one element and type for every layer; names and types of its properties.

Nothing in it is called gml:name, and no feature carries one: the name is our own ``name``.
"""

from __future__ import annotations

from collections.abc import Iterable

from geoapp.ogc.filtering.fields import ID_COLUMN
from geoapp.ogc.layers import LAYERS, Column, Kind, Layer
from geoapp.ogc.wfs import names
from geoapp.ogc.wfs.faults import text_of

_TYPES: dict[Kind, str] = {
    "text": "xsd:string",
    "integer": "xsd:integer",
    "number": "xsd:double",
    "date": "xsd:date",
    "boolean": "xsd:boolean",
}
_SHAPES = {
    "Point": "gml:PointPropertyType",
    "MultiLineString": "gml:MultiCurvePropertyType",
    "MultiPolygon": "gml:MultiSurfacePropertyType",
    "Geometry": "gml:GeometryPropertyType",
}


def document(layers: Iterable[str]) -> bytes:
    """Return the schema of some layers, of all when none is named."""
    chosen = list(dict.fromkeys(layers)) or list(LAYERS)
    declared = "\n".join(_layer(LAYERS[name]) for name in chosen)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<xsd:schema xmlns:xsd="{names.XSD}" xmlns:gml="{names.GML}" xmlns:{names.PREFIX}="{names.APP}" '
        f'targetNamespace="{names.APP}" elementFormDefault="qualified" version="1.0">\n'
        f'<xsd:import namespace="{names.GML}" schemaLocation="http://schemas.opengis.net/gml/3.2.1/gml.xsd"/>\n'
        f"{declared}\n</xsd:schema>\n"
    ).encode()


def _property(column: Column) -> str:
    # Every one may be absent when others were asked for; one that is not known or has no end is nil.
    nil = ' nillable="true"' if column.optional else ""
    return (
        f'<xsd:element name="{column.name}" type="{_TYPES[column.kind]}" minOccurs="0"{nil}><xsd:annotation>'
        f"<xsd:documentation>{text_of(column.title.here())}</xsd:documentation></xsd:annotation></xsd:element>"
    )


def _layer(layer: Layer) -> str:
    properties = "\n".join(_property(column) for column in (ID_COLUMN, *layer.columns))
    return (
        f'<xsd:element name="{layer.id}" type="{names.PREFIX}:{layer.id}Type" '
        'substitutionGroup="gml:AbstractFeature"/>\n'
        f'<xsd:complexType name="{layer.id}Type"><xsd:complexContent>'
        f'<xsd:extension base="gml:AbstractFeatureType"><xsd:sequence>\n{properties}\n'
        f'<xsd:element name="{names.GEOMETRY_NAME}" type="{_SHAPES[layer.shape]}" minOccurs="0"/>\n'
        "</xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>"
    )
