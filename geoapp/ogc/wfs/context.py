"""What compiling a filter needs to know, and what it finds out on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from geoapp.ogc.layers import Layer
from geoapp.ogc.wfs.fields import Field, resolve
from geoapp.ogc.wfs.gmlread import Budget

FOLD = "geoapp_fold"


@dataclass
class Context:
    """A filter being compiled for a layer and a database.

    ``spatial`` tells that the index is searched, ``folds`` that upper and lower case are one somewhere.
    """

    layer: Layer
    vendor: str
    today: date
    budget: Budget = field(default_factory=Budget)
    spatial: bool = False
    folds: bool = False

    def field(self, reference: str) -> Field:
        """Return the property a reference names. Raises Fault."""
        return resolve(self.layer, reference, self.vendor)

    def folded(self, sql: str) -> str:
        """Return a text without difference of case (SQLite's own lower() knows ASCII alone)."""
        self.folds = True
        return f"{FOLD}({sql})" if self.vendor == "sqlite" else f"lower({sql})"
