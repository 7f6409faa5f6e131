"""Writing the flat rows that consumers read: close what no longer stands, insert what does."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import F

from geoapp.core import bulk
from geoapp.core.models import FeedMark, FeedState, PublishedRow

_BOOKKEEPING = {"row", "act_in", "act_out"}
_BATCH = 400


def columns(model: type[PublishedRow]) -> list[str]:
    """Return the columns of a layer that come from the register."""
    return [f.name for f in model._meta.concrete_fields if f.name not in _BOOKKEEPING]


def fingerprint(row: PublishedRow) -> tuple[Any, ...]:
    """Return a row's content, comparable: geometry as WKB."""
    values = (getattr(row, name) for name in columns(type(row)))
    return tuple(
        bytes(v.wkb) if isinstance(v, GEOSGeometry) else bytes(v) if isinstance(v, memoryview) else v
        for v in values
    )


def difference(
    model: type[PublishedRow], ids: Collection[UUID], rows: Iterable[PublishedRow]
) -> tuple[list[PublishedRow], list[PublishedRow]]:
    """Compare what shall be public about the things ``ids`` with what stands; return the rows to close, the rows to add.

    A row equal to what already stands is left alone; every other open row of those things is to be closed.
    """
    manager = model.objects  # type: ignore[attr-defined]
    standing: dict[tuple[Any, ...], PublishedRow] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), _BATCH):
        for row in manager.filter(id__in=wanted[start : start + _BATCH], act_out__isnull=True):
            standing[fingerprint(row)] = row
    fresh = [row for row in rows if not standing or standing.pop(fingerprint(row), None) is None]
    return list(standing.values()), fresh


def replace_rows(
    model: type[PublishedRow], ids: Collection[UUID], rows: Iterable[PublishedRow], seq: int
) -> int:
    """Let act ``seq`` make ``rows`` the public truth about the things ``ids``; return how many changed."""
    gone, fresh = difference(model, ids, rows)
    closing = [row.pk for row in gone]
    manager = model.objects  # type: ignore[attr-defined]
    for start in range(0, len(closing), _BATCH):
        manager.filter(pk__in=closing[start : start + _BATCH]).update(act_out=seq)
    for row in fresh:
        row.act_in, row.act_out = seq, None
    bulk.insert(model, fresh)
    return len(fresh) + len(closing)


def forget_digests() -> None:
    """Drop the digests of the layers: rows were rewritten under acts they had been computed for.

    Call in the transaction that rewrites them. Whoever asks next computes them anew from the rows.
    """
    if not FeedMark.objects.filter(pk=1).update(seq=0, generation=F("generation") + 1):
        FeedMark.objects.create(pk=1, generation=2)
    FeedState.objects.all().delete()
