"""The bytes of a published row that are hashed, and the root over all layers. `geoapp/docs/feed.md` says it for consumers.

A row is a sequence of fields; a field is one letter, the length of what follows as four bytes (big-endian), and that
many bytes:

====== ======================================================================
letter what follows
====== ======================================================================
``k``  the name of the next field, UTF-8 (constant per layer)
``u``  the id: 16 bytes of the UUID
``t``  a text, UTF-8, as it is (no normalisation)
``i``  an integer, decimal ASCII
``f``  a number, 8 bytes IEEE 754 binary64, big-endian
``d``  a date, ``YYYY-MM-DD``
``b``  ``1`` or ``0``
``g``  a geometry: WKB, little-endian, two-dimensional, no SRID; EPSG:4490 in degrees, longitude first
``n``  nothing (null), length 0
====== ======================================================================

First comes a ``k`` field with ``geoapp-row-1:`` and the layer's id, then the id, then every property of the layer in
the order of its schema, each after its name, last the geometry after the name ``geometry``. Numbers of rows inside a
database are not part of it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

EDITION = "geoapp-row-1"
ROOT_EDITION = "geoapp-feed-1"

Kinds = Sequence[tuple[str, str]]
"""Name and kind (text, integer, number, date, boolean) of each property, in order."""


@dataclass(frozen=True)
class Held:
    """What a layer holds after an act: how many rows, and the digest of their set hash."""

    count: int
    digest: str


def _field(letter: bytes, content: bytes) -> bytes:
    return letter + len(content).to_bytes(4, "big") + content


_NOTHING = _field(b"n", b"")


def _text(value: Any) -> bytes:
    return _field(b"t", str(value).encode())


def _integer(value: Any) -> bytes:
    return _field(b"i", b"%d" % value)


def _number(value: Any) -> bytes:
    return b"f\x00\x00\x00\x08" + struct.pack(">d", value)


def _date(value: Any) -> bytes:
    return b"d\x00\x00\x00\x0a" + str(value).encode("ascii")


def _boolean(value: Any) -> bytes:
    return b"b\x00\x00\x00\x011" if value else b"b\x00\x00\x00\x010"


_WRITERS: dict[str, Callable[[Any], bytes]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "boolean": _boolean,
}


def row_writer(layer: str, properties: Kinds) -> Callable[[str, Sequence[Any], bytes | None], bytes]:
    """Return the function that makes a row's bytes from its id, its properties' values in order and its WKB.

    Dates may be ``datetime.date`` or ISO texts. Raises KeyError for a kind that does not exist; the function raises
    ValueError for an id that is no UUID and for another number of values.
    """
    start = _field(b"k", f"{EDITION}:{layer}".encode()) + b"u\x00\x00\x00\x10"
    steps = [(_field(b"k", name.encode()), _WRITERS[kind]) for name, kind in properties]
    end = _field(b"k", b"geometry")

    def write(ident: str, values: Sequence[Any], wkb: bytes | None) -> bytes:
        parts = [start, UUID(ident).bytes]
        for (name, writer), value in zip(steps, values, strict=True):
            parts += (name, _NOTHING if value is None else writer(value))
        parts += (end, _NOTHING if wkb is None else _field(b"g", wkb))
        return b"".join(parts)

    return write


def root(seq: int, act_hash: str, layers: Mapping[str, Held]) -> str:
    """Return the root of an act: SHA-256, hexadecimal, over lines of text that each end with a line feed.

    ``geoapp-feed-1``, the act's number, its hash, then for each layer in order of its id: id, count and digest with
    one blank between.
    """
    lines = [ROOT_EDITION, str(seq), act_hash]
    lines += [f"{name} {held.count} {held.digest}" for name, held in sorted(layers.items())]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def chain_hash(prev_hash: str, seq: int, at: str, kind: str, payload_hash: str) -> str:
    """Return the hash of an act over its predecessor's; ``at`` as the feed writes it (UTC, microseconds)."""
    return hashlib.sha256(f"{prev_hash}|{seq}|{at}|{kind}|{payload_hash}".encode()).hexdigest()
