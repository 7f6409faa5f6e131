"""What compiling a CQL2 filter knows beyond the layer: its reference system, and where refusals belong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils.translation import gettext as _

from geoapp.core.errors import BadRequest
from geoapp.core.wording import listed
from geoapp.ogc.cql.nodes import At, Property, refuse
from geoapp.ogc.crs import CRS84, Crs
from geoapp.ogc.filtering.compiling import Compiling
from geoapp.ogc.filtering.fields import Field, field_of, names_of


@dataclass
class Scope(Compiling):
    """A CQL2 filter being compiled; ``crs`` is that of its geometries."""

    crs: Crs = CRS84

    def field(self, node: Property) -> Field:
        """Return the property a node names. Raises BadRequest when the layer has none of the name."""
        found = field_of(self.layer, node.name, self.vendor)
        if found is None:
            message = _("图层 %(layer)s 没有属性 %(name)s") % {"layer": self.layer.id, "name": node.name[:80]}
            refuse(node.at, message, _("可用：%s") % listed(names_of(self.layer)))
        return found


@contextmanager
def located(at: At) -> Iterator[None]:
    """Give refusals from inside, which know no place, the place of a node."""
    try:
        yield
    except BadRequest as error:
        if "position" in error.extra:
            raise
        refuse(at, str(error.message), str(error.remedy))
