"""Boundary files sent from a browser: kept as sent until they are imported, each in a folder of its own."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import shapely
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from boundaries.coverage_report import CLASSES, TITLES
from boundaries.fitting import to_frame
from boundaries.import_planning import Plan, plan_import
from boundaries.import_writing import commit_import
from boundaries.importing import ImportFile, read_import
from boundaries.models import BoundaryUpload, EditionUpload, Unit
from geoapp.core import roles
from geoapp.core.errors import AppError, BadInput, Conflict, Forbidden, NotFound, TooLarge
from geoapp.core.geofiles.rows import Limits
from geoapp.core.geometry import to_geojson
from geoapp.core.models import Jurisdiction, User
from geoapp.core.roles import Grant, Role

SUFFIXES = (".zip", ".gpkg", ".geojson", ".json", ".csv")
OPTIONS = ("layer", "crs", "encoding", "code_field", "name_field")
_MOST_PLACES = 500
_MB = 1024 * 1024


@dataclass(frozen=True)
class UploadForm:
    """What the sender says about a file."""

    level: str
    on: date
    options: dict[str, str]


def limits() -> Limits:
    """Return what is read of a file sent from a browser."""
    return Limits(
        file_bytes=settings.GEOAPP_MAX_UPLOAD_BYTES,
        unpacked_bytes=max(200 * _MB, settings.GEOAPP_MAX_UPLOAD_BYTES),
        rows=20_000,
    )


def require_file(
    upload: UploadedFile | None, suffixes: Collection[str], formats: str, smaller: str
) -> tuple[UploadedFile, str, str]:
    """Return a sent file with its bare name and suffix.

    ``formats`` and ``smaller`` are the remedies. Raises BadInput for no file or a format that cannot be read,
    TooLarge.
    """
    if upload is None or not upload.size:
        raise BadInput(_("没有选择文件，或者文件是空的"), field="file", remedy=_("请选择要上传的文件"))
    name = PurePosixPath((upload.name or "").replace("\\", "/")).name
    if upload.size > settings.GEOAPP_MAX_UPLOAD_BYTES:
        raise TooLarge(
            _("《%(name)s》有 %(size).1f MB，超过上限 %(limit).0f MB")
            % {"name": name, "size": upload.size / _MB, "limit": settings.GEOAPP_MAX_UPLOAD_BYTES / _MB},
            field="file",
            remedy=smaller,
        )
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in suffixes:
        raise BadInput(_("不认识《%(name)s》的格式") % {"name": name}, field="file", remedy=formats)
    return upload, name, suffix


def receive(upload: UploadedFile | None, form: UploadForm, *, user: User, at: datetime) -> BoundaryUpload:
    """Keep a boundary file that can be read. Raises BadInput or TooLarge, and keeps nothing, for any other."""
    sent, name, suffix = require_file(
        upload,
        SUFFIXES,
        _("可读 GeoPackage、GeoJSON、CSV（WKT）；Shapefile 请连同 .shx、.dbf、.prj 压成一个 zip"),
        _("请按镇街分成几个文件，或者用命令 import_units 导入"),
    )
    content = sent.read()
    row = BoundaryUpload(
        id=uuid.uuid4(),
        filename=name[:200],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        level=form.level,
        on=form.on,
        options={k: v for k, v in form.options.items() if k in OPTIONS and v},
        uploaded_by=user,
        uploaded_at=at,
    )
    stem = get_valid_filename(PurePosixPath(name).stem or "file")[:60]
    row.file.save(f"{row.id}/{stem}{suffix}", ContentFile(content), save=False)
    try:
        read(row)
    except AppError:
        discard(row)
        raise
    row.save()
    return row


def discard(row: BoundaryUpload | EditionUpload) -> None:
    """Remove a kept file with its folder."""
    folder = Path(row.file.path).parent
    row.file.delete(save=False)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def read(row: BoundaryUpload) -> ImportFile:
    """Read a kept file anew."""
    options: Mapping[str, Any] = row.options
    return read_import(
        row.file.path,
        level=row.level,
        shown_name=row.filename,
        limits=limits(),
        **{key: options.get(key) or None for key in OPTIONS},
    )


def visible(held: Collection[Grant], user: User) -> QuerySet[BoundaryUpload]:
    """Return the uploads a person may see: their own; a city officer sees all."""
    rows = BoundaryUpload.objects.select_related("uploaded_by")
    return rows if Role.CITY in roles.roles_of(held) else rows.filter(uploaded_by=user)


def upload_of(upload_id: uuid.UUID, held: Collection[Grant], user: User) -> BoundaryUpload:
    """Return an upload a person may see. Raises NotFound."""
    row = visible(held, user).filter(pk=upload_id).first()
    if row is None:
        raise NotFound(_("没有这个文件，或者不是您上传的"), remedy=_("请从“导入边界”页选择"))
    return row


def plan_of(row: BoundaryUpload, accepted: Sequence[int], file: ImportFile | None = None) -> Plan:
    """Work out what importing an upload would do."""
    return plan_import(file or read(row), row.on, accepted)


def import_upload(
    row: BoundaryUpload, accepted: Sequence[int], *, user: User, held: Collection[Grant], at: datetime
) -> int:
    """Import an upload with the accepted repairs; return the act's number.

    Raises Forbidden for land outside the officer's area, Conflict when it was imported already, NotReady when
    something stands in the way.
    """
    plan = plan_of(row, accepted)
    _require_area(plan, held)
    with transaction.atomic():
        seq = commit_import(plan, at=at, actor=user)
        # The act holds the lock on the line of acts: whoever comes second finds the number.
        if not BoundaryUpload.objects.filter(pk=row.pk, act__isnull=True).update(act=seq):
            raise Conflict(_("这个文件已经导入过"), remedy=_("请刷新页面"))
    row.act = seq
    return seq


def own_districts(held: Collection[Grant]) -> set[str]:
    """Return the codes of the districts a district officer answers for."""
    areas = Jurisdiction.objects.filter(level=Jurisdiction.Level.DISTRICT)
    return {a.code for a in areas if any(g.role == Role.DISTRICT and g.covers(a) for g in held)}


def _require_area(plan: Plan, held: Collection[Grant]) -> None:
    if Role.CITY in roles.roles_of(held):
        return
    own = own_districts(held)
    foreign = sorted({p.code[:6] for p in plan.units if p.code[:6] not in own})
    if foreign or plan.take_over and plan.file.level != Unit.Level.COMMUNITY:
        raise Forbidden(
            _("文件里有您辖区以外的单位（%(codes)s）") % {"codes": "、".join(foreign) or plan.file.level},
            remedy=_("请只导入本区的单位，全市文件由市民政局导入"),
        )


def places(file: ImportFile) -> list[dict[str, Any]]:
    """Return the places of a report as GeoJSON features (CRS84); the units themselves where nothing is wrong."""
    found = [
        (TITLES[kind], place.message, place.geometry)
        for kind in CLASSES
        for place in file.report.places[kind]
        if place.geometry is not None and not place.geometry.is_empty
    ]
    if not found:
        found = [
            (name, name, shape)
            for name, shape in zip(file.names, file.report.shapes, strict=True)
            if shape is not None
        ]
    return [
        {
            "type": "Feature",
            "id": n,
            "geometry": to_geojson(_sound(to_frame(shape, file.crs))),
            "properties": {"name": title, "message": message},
        }
        for n, (title, message, shape) in enumerate(found[:_MOST_PLACES], 1)
    ]


def _sound(shape: Any) -> Any:
    """Return a shape a map can draw: what collapsed to nothing on the millimetre grid is shown as a point."""
    if shape.geom_type.endswith("Polygon") and not shape.area:
        return shapely.points(shapely.get_coordinates(shape)[0])
    return shape
