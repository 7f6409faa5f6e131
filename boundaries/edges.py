"""Boundary lines as a set: each stretch between two units once, not once per polygon. Pure.

A line that two units share is one record; so it is drawn once, picked once and moved once. Paths are integer
millimetres (x, y) of the city frame, exactly as the register has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.grid import Edge, Path, edges_of, line_of, undirected
from boundaries.editing.land import Land
from geoapp.core.frame import MM

_SAME_M = 0.002  # a corner put on a line moves it by less than this; that is no new line


@dataclass(frozen=True)
class Border:
    """A stretch between ``first`` and ``second`` ("" where nothing known lies beyond), from junction to junction."""

    first: str
    second: str
    path: Path


def borders(lands: Iterable[Land]) -> list[Border]:
    """Return every boundary line of some units once, in a fixed order."""
    owner: dict[Edge, str] = {}
    for land in lands:
        for edge in edges_of(land.geometry):
            owner[edge] = land.id
    pieces: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for (a, b), unit in owner.items():
        other = owner.get((b, a), "")
        if other == "" or unit < other:
            pieces[unit, other].append((a, b))
    found = []
    for (first, second), edges in sorted(pieces.items()):
        merged = shapely.line_merge(shapely.multilinestrings([np.array(e) / MM for e in edges]))
        for line in shapely.get_parts(merged):
            found.append(Border(first, second, _path(line)))
    return sorted(found, key=lambda border: (border.first, border.second, border.path))


def changed_lines(before: Iterable[Border], after: Iterable[Border]) -> tuple[BaseGeometry, BaseGeometry]:
    """Return (lines no longer there, new lines) as frame multilines; corners put on a line are no change."""
    old, new = _drawn(before), _drawn(after)
    return _beyond(old, new), _beyond(new, old)


def _drawn(lines: Iterable[Border]) -> BaseGeometry:
    return shapely.union_all([line_of(border.path) for border in lines])


def _beyond(lines: BaseGeometry, known: BaseGeometry) -> BaseGeometry:
    rest = shapely.difference(lines, known)
    pieces = shapely.get_parts(rest)
    if not len(pieces):
        return shapely.MultiLineString()
    near = shapely.buffer(
        shapely.intersection(known, shapely.box(*shapely.buffer(rest, 1.0).bounds)), _SAME_M
    )
    far = [piece for piece in pieces if not shapely.within(piece, near)]
    return shapely.MultiLineString(list(shapely.get_parts(shapely.line_merge(shapely.union_all(far)))))


def _path(line: BaseGeometry) -> Path:
    return tuple((int(x), int(y)) for x, y in np.rint(shapely.get_coordinates(line) * MM).astype(np.int64))


def edge_set(geometry: BaseGeometry) -> frozenset[Edge]:
    """Return the directed edges of a polygon in whole millimetres, the land on their left."""
    return frozenset(edges_of(geometry))


def shared_line(one: AbstractSet[Edge], other: AbstractSet[Edge]) -> BaseGeometry | None:
    """Return the line two neighbours share as a frame MultiLineString, None where they share no stretch.

    ``one`` and ``other`` are the edges of each (``edge_set``); neighbours of a coverage have the same vertices, so an
    edge of one runs the other way in the other. The answer has one form whatever the order and start of the rings,
    so equal lines are equal bytes.
    """
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return _line_through((a, b) for a, b in few if (b, a) in many)


def lines_between(lands: Iterable[Land]) -> dict[tuple[str, str], BaseGeometry]:
    """Return the line of every two units that share one, by their ids (the smaller first); frame geometry."""
    owner = {edge: land.id for land in lands for edge in edges_of(land.geometry)}
    pieces: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for (a, b), unit in owner.items():
        other = owner.get((b, a))
        if other is not None and unit < other:
            pieces[unit, other].append((a, b))
    found = ((pair, _line_through(edges)) for pair, edges in pieces.items())
    return {pair: line for pair, line in found if line is not None}


def _line_through(edges: Iterable[Edge]) -> BaseGeometry | None:
    ordered = sorted(undirected(edge) for edge in edges)
    if not ordered:
        return None
    merged = shapely.line_merge(shapely.multilinestrings(np.array(ordered, dtype=np.float64) / MM))
    return shapely.normalize(shapely.multilinestrings(shapely.get_parts(merged)))
