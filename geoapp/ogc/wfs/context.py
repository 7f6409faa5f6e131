"""What compiling a FES filter needs to know, and what it finds out on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from geoapp.ogc.filtering.compiling import Compiling
from geoapp.ogc.filtering.fields import Field
from geoapp.ogc.wfs.fields import resolve


@dataclass
class Context(Compiling):
    """A FES filter being compiled; ``today`` is what an indeterminate ``now`` means."""

    today: date = field(kw_only=True)

    def field(self, reference: str) -> Field:
        """Return the property a reference names. Raises Fault."""
        return resolve(self.layer, reference, self.vendor)
