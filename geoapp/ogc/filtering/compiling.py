"""What compiling a filter needs to know and finds out, and the functions SQLite has to be lent for it."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field

from django.db import connection

from geoapp.core.database import require_index
from geoapp.ogc.filtering.budget import Budget
from geoapp.ogc.layers import GEOMETRY, Layer

FOLD, PLAIN, POWER, REST = "geoapp_fold", "geoapp_plain", "geoapp_power", "geoapp_rest"
MARKS = ("\u0300", "\u036f")
"""The first and the last of the combining marks that ACCENTI leaves out."""


@dataclass
class Compiling:
    """A filter being compiled for a layer and a database.

    ``spatial`` tells that the index is searched, ``lends`` that SQLite needs a function of ours.
    """

    layer: Layer
    vendor: str
    budget: Budget = field(default_factory=Budget)
    spatial: bool = False
    lends: bool = False

    def folded(self, sql: str) -> str:
        """Return a text without difference of case (SQLite's own lower() knows ASCII alone)."""
        self.lends = True
        return f"{FOLD}({sql})" if self.vendor == "sqlite" else f"lower({sql})"

    def unmarked(self, sql: str) -> str:
        """Return a text without tone marks and accents: ``Zǔmiào Lù`` is ``Zumiao Lu``."""
        self.lends = True
        if self.vendor == "sqlite":
            return f"{PLAIN}({sql})"
        bare = f"regexp_replace(normalize({sql}, NFD), '[{MARKS[0]}-{MARKS[1]}]', '', 'g')"
        return f"normalize({bare}, NFC)"

    def raised(self, base: str, exponent: str) -> str:
        """Return a power; an error of the database where it is no finite number."""
        self.lends = True
        if self.vendor == "sqlite":
            return f"{POWER}({base}, {exponent})"
        return f"power({base}, {exponent})"

    def rest(self, dividend: str, divisor: str) -> str:
        """Return the rest of a division towards zero; null where the divisor is zero."""
        self.lends = True
        if self.vendor == "sqlite":
            return f"{REST}({dividend}, {divisor})"
        exact = f"mod(CAST({dividend} AS numeric), nullif(CAST({divisor} AS numeric), 0))"
        return f"CAST({exact} AS double precision)"

    def whole(self, number: str) -> str:
        """Return a number without its fraction."""
        if self.vendor == "sqlite":
            return f"CAST(CAST({number} AS INTEGER) AS double precision)"
        return f"trunc({number})"


def prepare(table: str, *, spatial: bool, lends: bool) -> None:
    """Make the connection ready for a compiled filter. Raises IndexOff when SpatiaLite's index is off."""
    if connection.vendor != "sqlite":
        return
    if spatial:
        require_index(table, GEOMETRY)
    if lends:
        # Once for a connection: SQLite refuses to define a function anew while a statement is open.
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pragma_function_list WHERE name = %s", [POWER])
            known = cursor.fetchall()[0][0]
        if not known:
            made = connection.connection.create_function
            made(FOLD, 1, _fold, deterministic=True)
            made(PLAIN, 1, _plain, deterministic=True)
            made(REST, 2, _rest, deterministic=True)
            made(POWER, 2, _power, deterministic=True)


def _fold(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


def _plain(text: object) -> object:
    if not isinstance(text, str):
        return text
    first, last = MARKS
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not first <= c <= last))


def _rest(dividend: float | None, divisor: float | None) -> float | None:
    return None if dividend is None or not divisor else math.fmod(dividend, divisor)


def _power(base: float | None, exponent: float | None) -> float | None:
    return None if base is None or exponent is None else math.pow(base, exponent)
