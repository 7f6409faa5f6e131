"""Files sent but never confirmed are not kept for ever; what was written into the register keeps its original."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from boundaries.models import BoundaryUpload, EditionUpload
from boundaries.uploads import discard


def purge_staged(now: datetime, days: int) -> dict[str, int]:
    """Delete boundary files and code lists nobody worked on for ``days`` days; return how many of each.

    Never touches one that was imported or written (``act``). Raises ValueError for less than one day.
    """
    if days < 1:
        raise ValueError(f"staged files are kept for at least one day, not {days}")
    before = now - timedelta(days=days)
    return {"boundaries": _purge(BoundaryUpload, before), "lists": _purge(EditionUpload, before)}


def _purge(model: type[BoundaryUpload] | type[EditionUpload], before: datetime) -> int:
    with transaction.atomic():
        # Locked rows: an import that is being written meanwhile wins or finds its file gone, never half of both.
        rows = model.objects.select_for_update().filter(act__isnull=True, uploaded_at__lt=before)
        gone = [row for row in rows if not _worked_on(row, before)]
        model.objects.filter(pk__in=[row.pk for row in gone], act__isnull=True).delete()
        for row in gone:
            transaction.on_commit(lambda row=row: discard(row))  # type: ignore[misc]
    return len(gone)


def _worked_on(row: BoundaryUpload | EditionUpload, before: datetime) -> bool:
    if isinstance(row, BoundaryUpload):
        return False
    last = row.answers.aggregate(at=Max("answered_at"))["at"]  # type: ignore[attr-defined]
    told = [datetime.fromisoformat(t["at"]) for t in row.told]
    return any(at >= before for at in (last, *told) if at is not None)
