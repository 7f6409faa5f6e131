"""Reading published rows: short queries, no transaction held while a client reads slowly.

The state of the record is pinned by the query (``known_at``), rows are only ever added or closed, so pages and
chunks read minutes apart still fit together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DatabaseError, DataError, connection
from django.utils.translation import gettext as _

from geoapp.core.acts import seq_at
from geoapp.core.database import time_limit, was_interrupted
from geoapp.core.models import ActHead, PublishedSuccessor
from geoapp.ogc import quicktext, shelf, sqltext
from geoapp.ogc.crs import Crs
from geoapp.ogc.filtering import limits
from geoapp.ogc.filtering.compiling import prepare
from geoapp.ogc.layers import Layer
from geoapp.ogc.query import Query, RecordClock, Span, refuse

CHUNK = 500
_CHUNK_OF_POINTS = 2000
_HEAD_SQL = f"SELECT seq, hash FROM {ActHead._meta.db_table} WHERE id = 1"
_EXTENT_DECIMALS = 6


@dataclass(frozen=True)
class Page:
    """The rows of a page, the number on all pages, and whether another page follows.

    ``texts`` are the features of the first rows where they were read together with them.
    """

    rows: tuple[int, ...]
    matched: int
    more: bool
    texts: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Version:
    """A version of a thing: its row, its days in law (``valid_to`` excluded; None: open), its GeoJSON."""

    row: int
    valid_from: date
    valid_to: date | None
    text: bytes = b""

    def meets(self, span: Span) -> bool:
        """Say whether the version was law on a day of the span."""
        begun = span.end is None or self.valid_from <= span.end
        return begun and (span.start is None or self.valid_to is None or self.valid_to > span.start)


@dataclass(frozen=True)
class Summary:
    """What a layer holds: features in law today, extent over all time, whether any row is synthetic.

    ``extent`` is (west, south, east, north) in degrees, rounded outward; None when there is nothing.
    ``ends`` is None while something is in law without an end.
    """

    count: int
    extent: tuple[float, float, float, float] | None
    starts: date | None
    ends: date | None
    synthetic: bool


def record_clock(last: int | None = None) -> RecordClock:
    """Return the record's clock as it stands; ``last`` is its last act where that was read already."""
    return RecordClock(head()[0] if last is None else last, seq_at)


def head() -> tuple[int, str]:
    """Return number and hash of the last act."""
    # The first statement of a request: it also shows whether a connection kept from an earlier one still stands,
    # which costs a statement more when Django asks.
    kept = connection.connection is not None and not connection.in_atomic_block
    if kept and connection.health_check_enabled and not connection.health_check_done:
        connection.health_check_done = True
        try:
            return _head()
        except DatabaseError:
            connection.close()
    return _head()


def _head() -> tuple[int, str]:
    found: list[tuple[int, str]] = _run((_HEAD_SQL, []))
    return found[0] if found else (0, "")


def _run(clause: sqltext.Clause) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*clause)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def read_page(query: Query, *, with_texts: bool = False) -> Page:
    """Return the rows of a page. Raises IndexOff when a place is asked for and SpatiaLite's index is off.

    ``with_texts`` also reads the features of its first rows, as far as one statement may.
    """
    lends = any(condition.lends for condition in query.where)
    prepare(query.layer.table, spatial=query.spatial, lends=lends)
    if with_texts and not (query.spatial or query.where or query.after):
        return _whole(query)
    with _bounded(query):
        return _page(query, with_texts=with_texts and connection.vendor == "postgresql")


def _whole(query: Query) -> Page:
    """Return the first page of a layer; all of it comes from memory when it was read since the last act."""
    text = quicktext.geojson(query.layer, query.crs, connection.vendor)
    key = shelf_key(query, text.careful)
    kept = shelf.WHOLE_LAYERS.take(key)
    if kept is not None and len(kept[0]) <= query.limit:
        return Page(kept[0], len(kept[0]), False, kept[1])
    page = _page(query, with_texts=connection.vendor == "postgresql")
    if page.more or len(page.rows) > shelf.MOST_ROWS:
        return page
    rest = features(query.layer, query.crs, page.rows[len(page.texts) :])
    page = replace(page, texts=(*page.texts, *(made for part in rest for made in part)))
    shelf.WHOLE_LAYERS.put(key, page.rows, page.texts)
    return page


def shelf_key(query: Query, text: str) -> Hashable:
    """Return what a whole layer is kept under: its day and act, the head of the chain, the text of a feature."""
    return query.layer.id, query.span, query.known_at, head(), text


def chunk(layer: Layer) -> int:
    """Return how many features are read by one statement: many small ones, fewer that may be large."""
    return _CHUNK_OF_POINTS if layer.shape == "Point" else CHUNK


@contextmanager
def _bounded(query: Query) -> Iterator[None]:
    """Hold a filter to its time. Raises BadRequest when it takes longer, or computes what is no number."""
    if not query.where:
        yield
        return
    try:
        with time_limit(limits.LONGEST_S):
            yield
    except DatabaseError as error:
        if was_interrupted(error):
            message, remedy = _("按条件查找超过了允许的时间"), _("请缩小范围（bbox）或简化条件")
        elif isinstance(error, DataError) or "user-defined function" in str(error):
            message, remedy = _("条件中的计算超出了数的范围"), _("请核对乘方和乘法")
        else:
            raise
        refuse("filter", message, remedy)


def _page(query: Query, *, with_texts: bool) -> Page:
    texts: tuple[bytes, ...] = ()
    rows: tuple[int, ...] = ()
    most = min(query.limit, chunk(query.layer))
    if with_texts:
        rows, texts = _first(query, most + 1)
    if not with_texts or len(rows) > most < query.limit:
        rows = tuple(row for (row,) in _run(sqltext.rows_sql(query, connection.vendor)))
    more = len(rows) > query.limit
    matched = query.matched
    if matched is None:
        alone = not more and not query.after
        matched = len(rows) if alone else count(query)
    return Page(rows[: query.limit], matched, more, texts[: query.limit])


def _first(query: Query, most: int) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
    """Return the first rows of a page with their features, by one statement (PostgreSQL)."""
    text = quicktext.geojson(query.layer, query.crs, connection.vendor)
    found = pairs(sqltext.page_sql(query, text.first(), connection.vendor, most))
    if not text.stands([made for _row, made in found]):
        found = pairs(sqltext.page_sql(query, text.careful, connection.vendor, most))
    return tuple(int(row) for row, _made in found), tuple(made for _row, made in found)


def pairs(clause: sqltext.Clause) -> list[tuple[bytes, bytes]]:
    """Return two columns as the bytes that came (PostgreSQL): neither decoded nor made into values."""
    with connection.cursor() as cursor:
        cursor.execute(*clause)
        result = cursor.pgresult
        value = result.get_value
        return [(value(n, 0), value(n, 1)) for n in range(result.ntuples)]


def count(query: Query) -> int:
    """Return the number of features of a query on all pages."""
    if query.spatial or query.where:
        return int(_run(sqltext.count_sql(query, connection.vendor))[0][0])
    seq, digest = head()
    return _count(query.layer, query.span, query.known_at, seq, digest)


@lru_cache(maxsize=256)
def _count(layer: Layer, span: Span, known_at: int, seq: int, digest: str) -> int:
    # A whole layer is counted once for every state of the record: as long as the chain's head is the same.
    return int(_run(sqltext.count_sql(Query(layer, span, known_at), connection.vendor))[0][0])


def edition(query: Query) -> str:
    """Return the text that makes the features of a query: it changes when the service's code does."""
    return sqltext.feature_text(query.layer, query.crs, connection.vendor)


def features(layer: Layer, crs: Crs, rows: tuple[int, ...]) -> Iterator[list[bytes]]:
    """Yield the features of rows as UTF-8 GeoJSON, in order, a chunk at a time."""
    text = quicktext.geojson(layer, crs, connection.vendor)
    quick = sqltext.texts_sql(layer, text.first(), connection.vendor)
    careful = sqltext.texts_sql(layer, text.careful, connection.vendor)
    size = chunk(layer)
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        found = _chunk(quick, part)
        yield found if text.stands(found) else _chunk(careful, part)


def texts(sql: str, rows: tuple[int, ...]) -> Iterator[list[bytes]]:
    """Yield what ``sql`` makes of rows (one UTF-8 text each), in order, a chunk at a time."""
    for start in range(0, len(rows), CHUNK):
        yield _chunk(sql, rows[start : start + CHUNK])


def _chunk(sql: str, rows: tuple[int, ...]) -> list[bytes]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(sql, [json.dumps(rows)])
            return [text for (text,) in cursor.fetchall()]
        cursor.execute(sql, [list(rows)])
        result = cursor.pgresult  # the bytes as they came: neither decoded nor copied into rows
        return [result.get_value(n, 0) for n in range(result.ntuples)]


def versions(query: Query, ident: UUID) -> list[Version]:
    """Return every version of a thing on record, oldest first."""
    key = ident.hex if connection.vendor == "sqlite" else ident
    text = sqltext.feature_text(query.layer, query.crs, connection.vendor)
    found = _run(sqltext.versions_sql(query, key, text, connection.vendor))
    return [
        Version(row, _day(start), _day(end), made.encode() if isinstance(made, str) else bytes(made))  # type: ignore[arg-type]
        for row, start, end, made in found
    ]


def successors(layer: Layer, ident: UUID, known_at: int) -> list[UUID]:
    """Return what stands in the place of a thing that is no more, as public after an act, oldest first."""
    rows = PublishedSuccessor.objects.filter(layer=layer.id, id=ident, act_in__lte=known_at)
    return list(dict.fromkeys(rows.order_by("effective", "row").values_list("successor", flat=True)))


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def summary(layer: Layer, today: date) -> Summary:
    """Return what a layer holds as of now; computed once for every state of the record."""
    seq, digest = head()
    return _summary(layer, today, seq, digest)


@lru_cache(maxsize=64)
def _summary(layer: Layer, today: date, seq: int, digest: str) -> Summary:
    # The chain's hash is part of the key: the same number never stands for two states of the record.
    query = Query(layer, Span(today, today), seq)
    row = _run(sqltext.summary_sql(query, connection.vendor))[0]
    count, west, south, east, north, starts, ends, open_ended, synthetic = row
    extent = None
    if west is not None:
        extent = (_down(west), _down(south), _up(east), _up(north))
    return Summary(int(count), extent, _day(starts), None if open_ended else _day(ends), bool(synthetic))


def forget_summaries() -> None:
    """Drop what is remembered of the layers (after rows were rebuilt under the same act)."""
    _summary.cache_clear()
    _count.cache_clear()
    shelf.WHOLE_LAYERS.clear()


def _down(value: float) -> float:
    return math.floor(value * 10**_EXTENT_DECIMALS) / 10**_EXTENT_DECIMALS


def _up(value: float) -> float:
    return math.ceil(value * 10**_EXTENT_DECIMALS) / 10**_EXTENT_DECIMALS
