"""GeoJSON and CSV of a whole layer as they are read: a chunk of keys at a time, no transaction held between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.db import connection

from geoapp.ogc import answers, reading
from geoapp.ogc.crs import CRS84
from geoapp.ogc.downloads import csvtext
from geoapp.ogc.query import Query

_KEYS = 10_000


def keys(query: Query) -> Iterator[tuple[int, ...]]:
    """Yield the rows of a query, all of them, some thousand at a time in row order."""
    after, more = 0, True
    while more:
        page = reading.read_page(replace(query, after=after, limit=_KEYS, matched=0))
        more = page.more
        if page.rows:
            after = page.rows[-1]
            yield page.rows


def features(query: Query) -> Iterator[list[bytes]]:
    """Yield the features of a query as GeoJSON texts, a chunk at a time."""
    for rows in keys(query):
        yield from reading.features(query.layer, query.crs, rows)


def geojson(query: Query, description: str) -> Iterator[bytes]:
    """Yield a GeoJSON FeatureCollection (RFC 7946: CRS84)."""
    head = {"type": "FeatureCollection", "name": query.layer.id, "description": description}
    yield answers.encode(head)[:-1] + b',"features":['
    lead = b"\n"
    for texts in features(replace(query, crs=CRS84)):
        yield lead + b",\n".join(texts)
        lead = b",\n"
    yield b"\n]}\n"


def csv(query: Query) -> Iterator[bytes]:
    """Yield CSV lines (UTF-8 with byte order mark, RFC 4180)."""
    yield csvtext.header(query.layer)
    sql = csvtext.lines_sql(query.layer, connection.vendor)
    for rows in keys(query):
        for texts in reading.texts(sql, rows):
            yield b"\r\n".join(texts) + b"\r\n"
