"""What was law on a day, as the register knew it at an act: one function that every list and map takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from geoapp.core import bulk
from geoapp.core.errors import BadInput, Conflict

BATCHES = 2**62
"""Rows written beforehand carry ``act_in = act_out = BATCHES + batch``: after every act that is or will be, and never
on record, so that no reader sees them until an act puts its number there."""


def in_force(
    versions: QuerySet[Any], on: date, known_at: int | None = None, *, prefix: str = ""
) -> QuerySet[Any]:
    """Keep the versions in law on ``on`` as recorded after act ``known_at`` (None: as known now).

    ``prefix`` reaches the version through a relation (``"extents__"``).
    """
    return known(versions, known_at, prefix=prefix).filter(
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": on}),
        **{f"{prefix}valid_from__lte": on},
    )


def known(versions: QuerySet[Any], known_at: int | None = None, *, prefix: str = "") -> QuerySet[Any]:
    """Keep the versions on record after act ``known_at`` (None: now), whatever their dates of law."""
    if known_at is None:
        return versions.filter(**{f"{prefix}act_out__isnull": True})
    return versions.filter(
        Q(**{f"{prefix}act_out__isnull": True}) | Q(**{f"{prefix}act_out__gt": known_at}),
        **{f"{prefix}act_in__lte": known_at},
    )


def recorded(versions: QuerySet[Any]) -> QuerySet[Any]:
    """Keep what some act wrote, standing or not; leave out what lies prepared for an act to come."""
    return versions.filter(act_in__lt=BATCHES)


def standing(versions: QuerySet[Any], on: date) -> QuerySet[Any]:
    """Keep what a new name must not collide with: on record now, in law on ``on`` or from a later day."""
    return known(versions).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))


def _unsaved(version: Any, **changes: Any) -> Any:
    model = type(version)
    values = {
        f.attname: getattr(version, f.attname) for f in model._meta.concrete_fields if not f.primary_key
    }
    values |= changes
    return model(**values)


def _copy(version: Any, **changes: Any) -> Any:
    copied = _unsaved(version, **changes)
    copied.save(force_insert=True)
    return copied


def begin(model: type[Model], *, seq: int, valid_from: date, **values: Any) -> Any:
    """Insert the first version of a thing."""
    return model.objects.create(  # type: ignore[attr-defined]
        valid_from=valid_from, valid_to=None, act_in=seq, act_out=None, **values
    )


def succeed(version: Any, *, seq: int, valid_from: date, **changes: Any) -> Any:
    """The world changed: from ``valid_from`` the thing is as ``changes`` say. Return the new version.

    The old row leaves the record at ``seq``; what was law before ``valid_from`` is recorded anew, ended at
    that day. Raises Conflict when the version is no longer on record or was not in law on that day.
    """
    _close(version, seq)
    if valid_from < version.valid_from or (version.valid_to and valid_from >= version.valid_to):
        raise Conflict(
            _("生效日期 %(valid_from)s 不在原记录的有效期内") % {"valid_from": valid_from}, field="valid_from"
        )
    if valid_from > version.valid_from:
        _copy(version, act_in=seq, act_out=None, valid_to=valid_from)
    return _copy(version, act_in=seq, act_out=None, valid_from=valid_from, **changes)


def end(version: Any, *, seq: int, valid_to: date) -> Any:
    """The thing ceased: record it anew, ended at ``valid_to``. Return that version."""
    _close(version, seq)
    return _copy(version, act_in=seq, act_out=None, valid_to=valid_to)


def annul(version: Any, *, seq: int) -> None:
    """What was recorded for a later day shall not come: the version leaves the record and nothing follows it."""
    _close(version, seq)


def correct(version: Any, *, seq: int, **changes: Any) -> Any:
    """The register was wrong: record the same validity with the right values. Return the new version."""
    _close(version, seq)
    return _copy(version, act_in=seq, act_out=None, **changes)


def succeed_many(
    changes: Sequence[tuple[Any, date, dict[str, Any]]], *, seq: int, keys: bool = True
) -> list[Any]:
    """The world changed in many places by one act: ``succeed`` for every (version, day, changes), in bulk.

    All versions are of one model. Return the new versions in order; without ``keys`` they come back without their
    row numbers, by the quickest way into the table (thousands of rows). Raises Conflict as ``succeed`` does.
    """
    _close_all([version for version, _, _ in changes], seq)
    past, new = succession(changes, act_in=seq, act_out=None)
    if not keys and new:
        bulk.insert(type(new[0]), [*past, *new])
    else:
        _create_all([*past, *new])
    return new


def succession(
    changes: Sequence[tuple[Any, date, dict[str, Any]]], *, act_in: int, act_out: int | None
) -> tuple[list[Any], list[Any]]:
    """Return what follows when the world changes, unsaved: what was law before each day, and what is from it on.

    Raises Conflict when a version was not in law on its day.
    """
    past, new = [], []
    for version, day, values in changes:
        if day < version.valid_from or (version.valid_to and day >= version.valid_to):
            raise Conflict(_("生效日期 %(day)s 不在原记录的有效期内") % {"day": day}, field="valid_from")
        if day > version.valid_from:
            past.append(_unsaved(version, act_in=act_in, act_out=act_out, valid_to=day))
        new.append(_unsaved(version, act_in=act_in, act_out=act_out, valid_from=day, **values))
    return past, new


def end_many(endings: Sequence[tuple[Any, date]], *, seq: int) -> list[Any]:
    """Many things ceased by one act: ``end`` for every (version, day), in bulk. Return the ended versions.

    Raises Conflict when a version is no longer on record or had not begun before its day.
    """
    _close_all([version for version, _ in endings], seq)
    ended = []
    for version, day in endings:
        if day <= version.valid_from:
            raise Conflict(_("终止日期 %(day)s 不在原记录的有效期内") % {"day": day}, field="valid_to")
        ended.append(_unsaved(version, act_in=seq, act_out=None, valid_to=day))
    _create_all(ended)
    return ended


_BATCH = 400


def _create_all(rows: list[Any]) -> None:
    if rows:
        type(rows[0]).objects.bulk_create(rows, batch_size=_BATCH)


def _close_all(versions: list[Any], seq: int) -> None:
    for start in range(0, len(versions), _BATCH):
        batch = versions[start : start + _BATCH]
        open_rows = type(batch[0]).objects.filter(pk__in=[v.pk for v in batch], act_out__isnull=True)
        if open_rows.update(act_out=seq) != len(batch):
            raise Conflict(_("有记录已被另一登记行为更替"), remedy=_("请刷新页面，按最新记录办理"))


def _close(version: Any, seq: int) -> None:
    if not type(version).objects.filter(pk=version.pk, act_out__isnull=True).update(act_out=seq):
        raise Conflict(_("这条记录已被另一登记行为更替"), remedy=_("请刷新页面，按最新记录办理"))


def day_of(value: str, field: str) -> date:
    """Return the day a parameter names, today when it is empty. Raises BadInput when there is no such day."""
    if not value:
        return timezone.localdate()
    try:
        found = parse_date(value)
    except ValueError:
        found = None
    if found is None:
        raise BadInput(
            _("日期“%(value)s”不对") % {"value": value}, field=field, remedy=_("请按 2019-12-31 的样式填写")
        )
    return found
