"""What a filter, a sort or a property list may name: the columns of a layer, its id and its geometry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from geoapp.core.wording import listed
from geoapp.ogc.layers import GEOMETRY, IDENT, Column, Kind, Layer, Text
from geoapp.ogc.sqltext import DIALECTS
from geoapp.ogc.wfs import names
from geoapp.ogc.wfs.faults import INVALID, refuse

_INDEX = re.compile(r"\[[^\]]{0,20}\]")
ID_COLUMN = Column(IDENT, IDENT, "text", Text("标识", "Identifier"))


@dataclass(frozen=True)
class Field:
    """A property as SQL over a row of ``t``; ``fid`` is the id of the feature itself, ``layer.uuid``."""

    name: str
    kind: Kind | Literal["geometry", "fid"]
    sql: str


def last_name(reference: str) -> str:
    """Return the name a path ends with, without prefix and index: ``geo:streets/geo:name[1]`` is ``name``."""
    path = _INDEX.sub("", reference.strip()).strip("/")
    return path.rpartition("/")[2].rpartition(":")[2].strip()


def resolve(layer: Layer, reference: str, vendor: str, locator: str = "ValueReference") -> Field:
    """Return the property a reference names. Raises Fault when the layer has none of the name."""
    path = [p.rpartition(":")[2] for p in _INDEX.sub("", reference.strip()).strip("/").split("/")]
    name = path[-1].strip()
    if len(path) == 1 or (len(path) == 2 and path[0] in {layer.id, "*", "."}):
        if reference.strip().rpartition("/")[2] in {"@gml:id", "@id"}:
            return Field("@gml:id", "fid", f't."{IDENT}"')
        if name in {names.GEOMETRY_NAME, "boundedBy", "BoundingBox"}:
            return Field(names.GEOMETRY_NAME, "geometry", f't."{GEOMETRY}"')
        if name == IDENT:
            return Field(IDENT, "text", DIALECTS[vendor].ident.format(c=f't."{IDENT}"'))
        for column in layer.columns:
            if column.name == name:
                return Field(name, column.kind, f't."{column.db}"')
    known = [IDENT, *(c.name for c in layer.columns), names.GEOMETRY_NAME]
    message = _("图层 %(layer)s 没有属性 %(name)s。可用：%(known)s") % {
        "layer": layer.id,
        "name": reference.strip()[:80],
        "known": listed(known),
    }
    refuse(INVALID, message, locator)
