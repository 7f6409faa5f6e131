"""The quick way from a row to text on PostgreSQL: values are set between quotes or tags as they are.

Escaping every value costs more than all the rest of a feature, and hardly any value needs it. So the database writes
the values as they are, and the bytes of many features together prove that none needed escaping: they hold just as
many quotes (angle brackets) as the features are made of, and nothing else that JSON (XML) would write another way.
Where the proof fails the same rows are read again by the careful expression. Both give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from geoapp.ogc import sqltext
from geoapp.ogc.crs import Crs
from geoapp.ogc.layers import IDENT, Layer

_NEVER_IN_JSON = bytes([*range(0x20), ord("\\")])
_QUOTES_OF_GEOMETRY = 6
_NULL = b":null"


@dataclass(frozen=True)
class Proof:
    """What shows that features needed no escaping.

    A feature holds ``each`` times every character of ``marks``, ``fewer`` less for every ``absent``; ``apart`` are
    absent ones that take nothing away. None of ``never`` is in it. A value that holds ``absent`` only raises what is
    found beyond what is expected, so that it can not hide a mark.
    """

    marks: tuple[tuple[bytes, int], ...]
    absent: bytes
    fewer: int
    never: bytes
    apart: tuple[bytes, ...] = ()

    def holds(self, found: Sequence[bytes | None]) -> bool:
        """Say whether every feature stands as the careful expression would write it."""
        if None in found:
            return False
        body = b"".join(found)  # type: ignore[arg-type]
        absent = body.count(self.absent) - sum(body.count(one) for one in self.apart)
        if any(body.count(mark) != each * len(found) - self.fewer * absent for mark, each in self.marks):
            return False
        return len(body.translate(None, self.never)) == len(body)


@dataclass(frozen=True)
class Text:
    """An expression over a row of ``t``: as careful as any value needs, and quick with a proof to go with it."""

    careful: str
    quick: str = ""
    proof: Proof | None = None

    def first(self) -> str:
        """Return the expression to try first."""
        return self.quick or self.careful

    def stands(self, found: Sequence[bytes | None]) -> bool:
        """Say whether what the first expression made may be given away."""
        return self.proof is None or self.proof.holds(found)


def _literal(part: str) -> bool:
    return part.startswith("'") and part.endswith("'") and "||" not in part


def count_of(parts: Sequence[str], mark: str) -> int:
    """Return how often a character stands in the literals among SQL texts."""
    return sum(part.count(mark) for part in parts if _literal(part))


def joined(parts: Sequence[str]) -> str:
    """Return the concatenation of SQL texts; literals that follow each other become one."""
    merged: list[str] = []
    for part in parts:
        if merged and _literal(part) and _literal(merged[-1]):
            merged[-1] = merged[-1][:-1] + part[1:]
        else:
            merged.append(part)
    return " || ".join(merged)


@lru_cache(maxsize=256)
def geojson(layer: Layer, crs: Crs, vendor: str) -> Text:
    """Return the text of a GeoJSON feature."""
    careful = sqltext.feature_text(layer, crs, vendor)
    if vendor != "postgresql" or layer.shape == "Geometry":  # a collection has more quotes than one shape
        return Text(careful)
    parts = [
        """'{"type":"Feature","id":"'""",
        f"{sqltext.column_of(IDENT)}::text",
        """'","geometry":'""",
        sqltext.geometry_of(layer, crs, sqltext.POSTGIS),
    ]
    apart, optional = [], 0
    lead = ',"properties":{'
    for column in layer.columns:
        head = f"""'{lead}"{column.name}":'"""
        value = f"{sqltext.column_of(column.db)}::text"
        lead = ","
        if column.kind not in {"text", "date"}:
            parts += [head, f"({sqltext.property_text(column, sqltext.POSTGIS)})"]
            if column.kind != "boolean":
                apart.append(f'"{column.name}":null'.encode())
        elif column.optional:
            parts += [head, f"""coalesce('"' || {value} || '"', 'null')"""]
            optional += 1
        else:
            parts += [head, "'\"'", value, "'\"'"]
    parts.append("'}}'")
    quotes = count_of(parts, '"') + 2 * optional + _QUOTES_OF_GEOMETRY
    return Text(careful, joined(parts), Proof(((b'"', quotes),), _NULL, 2, _NEVER_IN_JSON, tuple(apart)))
