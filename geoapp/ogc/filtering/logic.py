"""Conditions joined so that the SQL stays shallow, however a filter nests.

``Not`` is carried down to the single operators, and chains put the deepest part first: SQLite's parser has room for
a hundred symbols, and an expression may be a thousand deep, a chain being as deep as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geoapp.ogc.sqltext import Clause

_WIDTH = 64


@dataclass(frozen=True)
class Piece:
    """A condition, and how deep a stack reading it takes."""

    sql: str
    parameters: list[Any]
    need: int = 0


def single(clause: Clause, *, negated: bool, unknown_is_false: bool) -> Piece:
    """Return one operator. What is unknown stays so under negation, or counts as false before it."""
    sql, parameters = clause
    if not negated:
        return Piece(f"({sql})", parameters)
    return Piece(f"NOT coalesce(({sql}), FALSE)" if unknown_is_false else f"NOT ({sql})", parameters)


def joined(pieces: Sequence[Piece], conjunction: bool) -> Piece:
    """Return conditions that must hold together (``conjunction``), or of which one must."""
    sign, pieces = (" AND " if conjunction else " OR "), list(pieces)
    while len(pieces) > _WIDTH:
        pieces = [_chain(pieces[n : n + _WIDTH], sign) for n in range(0, len(pieces), _WIDTH)]
    return _chain(pieces, sign)


def _chain(pieces: Sequence[Piece], sign: str) -> Piece:
    """Join conditions, the deepest first: what stands first costs one symbol of the stack, the others three."""
    pieces = sorted(pieces, key=lambda piece: -piece.need)
    need = max([1 + pieces[0].need, *(3 + piece.need for piece in pieces[1:])])
    sql = f"({sign.join(piece.sql for piece in pieces)})"
    return Piece(sql, [p for piece in pieces for p in piece.parameters], need)
