"""What a filter may name: the columns of a layer, its id and its geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geoapp.ogc.layers import GEOMETRY, IDENT, Column, Kind, Layer, Text
from geoapp.ogc.sqltext import DIALECTS

ID_COLUMN = Column(IDENT, IDENT, "text", Text("标识", "Identifier"))


@dataclass(frozen=True)
class Field:
    """A property as SQL over a row of ``t``; ``fid`` is the id of the feature itself, ``layer.uuid``."""

    name: str
    kind: Kind | Literal["geometry", "fid"]
    sql: str


def field_of(layer: Layer, name: str, vendor: str) -> Field | None:
    """Return the property of a name, the id or the geometry; None when the layer has none of the name."""
    if name == GEOMETRY:
        return Field(GEOMETRY, "geometry", f't."{GEOMETRY}"')
    if name == IDENT:
        return Field(IDENT, "text", DIALECTS[vendor].ident.format(c=f't."{IDENT}"'))
    for column in layer.columns:
        if column.name == name:
            return Field(name, column.kind, f't."{column.db}"')
    return None


def names_of(layer: Layer) -> list[str]:
    """Return every name a filter on a layer may use."""
    return [IDENT, *(c.name for c in layer.columns), GEOMETRY]


def by_code_point(sql: str, vendor: str) -> str:
    """Return a text for comparing by code point whatever the database's collation."""
    return f'{sql} COLLATE "C"' if vendor == "postgresql" else sql
