"""The entries of the feed: one per act, gap-free, each with what it changed and what the layers hold after it.

A page is planned from small tables and then written as it is read, so that memory stays the same whatever an act
changed. A page ends before an act that would make it too long; an act that is too long for any page is told in
parts, in the order of layers and, within a layer, of ids.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, zip_longest
from typing import Any

import shapely
from django.db import connection

from geoapp.core.acts import stamp
from geoapp.core.models import Act, FeedState
from geoapp.ogc.answers import encode
from geoapp.ogc.feed import canonical, rows, states
from geoapp.ogc.feed.canonical import Held
from geoapp.ogc.feed.rows import Key, Row
from geoapp.ogc.layers import LAYERS, Layer

GEOJSON, WKB = "geojson", "wkb"
READ = 200
_OF_ACT = ("seq", "at", "kind", "hash", "prev_hash", "payload_hash")


@dataclass(frozen=True)
class Touched:
    """What an act changed in a layer, in numbers; ``rows`` are the numbers of the rows when they are few."""

    layer: Layer
    added: int
    removed: int
    rows: tuple[int, ...] | None

    @property
    def size(self) -> int:
        """Published rows put in or taken out."""
        return self.added + self.removed


@dataclass(frozen=True)
class Entry:
    """An act as the feed tells it. ``held`` is what every layer holds after it, ``root`` the hash over all that."""

    seq: int
    at: datetime
    kind: str
    hash: str
    prev_hash: str
    payload_hash: str
    held: dict[str, Held]
    touched: tuple[Touched, ...]

    @property
    def size(self) -> int:
        """Published rows put in or taken out, in the layers asked about."""
        return sum(t.size for t in self.touched)

    @property
    def root(self) -> str:
        """The root hash after the act."""
        return canonical.root(self.seq, self.hash, self.held)

    def head(self) -> dict[str, Any]:
        """Return everything but the changes, as JSON."""
        return {
            "seq": self.seq,
            "at": stamp(self.at),
            "kind": self.kind,
            "hash": self.hash,
            "prev_hash": self.prev_hash,
            "payload_hash": self.payload_hash,
            "root": self.root,
            "layers": layers_json(self.held),
        }


def layers_json(held: dict[str, Held]) -> dict[str, Any]:
    """Return what layers hold, as JSON."""
    return {name: {"count": h.count, "digest": h.digest} for name, h in held.items()}


@dataclass(frozen=True)
class Change:
    """A row put in (``after``), taken out (``before``) or replaced by another of the same id."""

    layer: Layer
    ident: str
    before: Row | None
    after: Row | None

    @property
    def op(self) -> str:
        """``insert``, ``update`` or ``delete``."""
        if self.before is None:
            return "insert"
        return "delete" if self.after is None else "update"


@dataclass
class Place:
    """Where in an act: after which id of which layer; at its beginning when empty. ``more``: the act goes on."""

    layer: str = ""
    ident: str = ""
    more: bool = False

    def text(self) -> str:
        """Return the value of ``part`` that goes on from here."""
        return f"{self.layer}.{self.ident}"


def plan(after: int, upto: int, *, limit: int, layers: Collection[str] | None = None) -> list[Entry]:
    """Return the acts after ``after`` up to ``upto``, at most ``limit``, with what they changed in ``layers``."""
    last = min(upto, after + limit)
    held = states.held_at(after)
    touched: dict[int, dict[str, Touched]] = {}
    now: dict[int, dict[str, Held]] = {}
    found = FeedState.objects.filter(seq__gt=after, seq__lte=last)
    for seq, name, count, digest, added, removed, listed in found.values_list(
        "seq", "layer", "count", "digest", "added", "removed", "rows"
    ):
        if name not in LAYERS:
            continue
        now.setdefault(seq, {})[name] = Held(count, digest)
        if layers is None or name in layers:
            numbers = tuple(json.loads(listed)) if listed else None
            touched.setdefault(seq, {})[name] = Touched(LAYERS[name], added, removed, numbers)
    entries = []
    for act in Act.objects.filter(seq__gt=after, seq__lte=last).order_by("seq").values_list(*_OF_ACT):
        seq = act[0]
        held = held | now.get(seq, {})
        mine = touched.get(seq, {})
        entries.append(Entry(*act, held, tuple(mine[name] for name in LAYERS if name in mine)))
    return entries


def cut(entries: list[Entry], most: int) -> list[Entry]:
    """Return the first entries that together change at most ``most`` rows, but at least one entry."""
    total, kept = 0, []
    for entry in entries:
        total += entry.size
        if kept and total > most:
            break
        kept.append(entry)
    return kept


def changes(entry: Entry, place: Place, most: int) -> Iterator[Change]:
    """Yield the changes of an entry from ``place`` on, about ``most`` rows of them; ``place`` moves along."""
    left = most
    start = place.layer
    names = [t.layer.id for t in entry.touched]
    order = list(LAYERS)
    for touched in entry.touched:
        name = touched.layer.id
        if start and order.index(name) < order.index(start):
            continue
        after = place.ident if name == start else ""
        while True:
            found, more = rows.keys(
                connection, touched.layer, entry.seq, among=touched.rows, after=after, limit=min(left, READ)
            )
            yield from _paired(touched.layer, found)
            left -= len(found)
            if found:
                after = found[-1].ident
                place.layer, place.ident = name, after
            if not more:
                break
            if left <= 0:
                place.more = True
                return
        if left <= 0 and name != names[-1]:
            place.more = True
            return
    place.more = False


def _paired(layer: Layer, found: list[Key]) -> Iterator[Change]:
    """Yield the changes of rows in order of id: those of one id are paired in order of their first days."""
    read = rows.by_number(connection, layer, [key.row for key in found])
    for ident, group in groupby(found, key=lambda key: key.ident):
        of_one = list(group)
        taken = [read[key.row] for key in of_one if not key.added]
        put = [read[key.row] for key in of_one if key.added]
        for before, after in zip_longest(taken, put):
            yield Change(layer, ident, before, after)


def feature(layer: Layer, row: Row | None, form: str) -> dict[str, Any] | None:
    """Return a row as JSON: a GeoJSON feature, or its geometry as hexadecimal WKB. Exact either way."""
    if row is None:
        return None
    properties = {c.name: value for c, value in zip(layer.columns, row.values, strict=True)}
    if form == WKB:
        return {"id": row.ident, "wkb": row.wkb and row.wkb.hex(), "properties": properties}
    geometry = None if row.wkb is None else shapely.geometry.mapping(shapely.from_wkb(row.wkb))
    return {"type": "Feature", "id": row.ident, "geometry": geometry, "properties": properties}


def change_json(change: Change, form: str) -> dict[str, Any]:
    """Return a change as JSON."""
    return {
        "layer": change.layer.id,
        "op": change.op,
        "id": change.ident,
        "before": feature(change.layer, change.before, form),
        "after": feature(change.layer, change.after, form),
    }


@dataclass
class Writer:
    """Writes entries as they are read. Afterwards ``seq`` is the last act told whole, ``place`` where one goes on."""

    most: int
    form: str = GEOJSON
    place: Place = field(default_factory=Place)
    seq: int = 0

    def entry(self, entry: Entry) -> Iterator[bytes]:
        """Yield an entry, a few hundred changes at a time."""
        yield encode(entry.head())[:-1] + b',"changes":['
        lead, parts = b"\n", []
        for change in changes(entry, self.place, self.most):
            parts.append(lead + encode(change_json(change, self.form)))
            lead = b",\n"
            if len(parts) >= READ:
                yield b"".join(parts)
                parts = []
        partial = b"true" if self.place.more else b"false"
        yield b"".join(parts) + b'],"partial":' + partial + b"}"
        if not self.place.more:
            self.seq, self.place = entry.seq, Place()
