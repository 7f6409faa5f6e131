"""What a filter, a sort or a property list may name: the columns of a layer, its id and its geometry."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from geoapp.core.wording import listed
from geoapp.ogc.filtering.fields import Field, field_of, names_of
from geoapp.ogc.layers import IDENT, Layer
from geoapp.ogc.wfs import names
from geoapp.ogc.wfs.faults import INVALID, refuse

_INDEX = re.compile(r"\[[^\]]{0,20}\]")


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
        if name in {"boundedBy", "BoundingBox"}:
            name = names.GEOMETRY_NAME
        found = field_of(layer, name, vendor)
        if found is not None:
            return found
    message = _("图层 %(layer)s 没有属性 %(name)s。可用：%(known)s") % {
        "layer": layer.id,
        "name": reference.strip()[:80],
        "known": listed(names_of(layer)),
    }
    refuse(INVALID, message, locator)
