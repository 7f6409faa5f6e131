"""Address files sent from a browser: kept as sent, seen by their sender and by city officers, worked on in short turns."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from geoapp.core import roles
from geoapp.core.errors import BadInput, NotFound, TooLarge
from geoapp.core.models import Jurisdiction, User
from geoapp.core.roles import Grant, Role
from naming.importing.checking import Checker
from naming.importing.entering import Enterer
from naming.importing.staging import Stager, new_import, run_within, table_of
from naming.importing.tables import TABLES
from naming.models import AddressImport

SUFFIXES = (*TABLES, ".gpkg", ".zip", ".geojson")
TURN_S = 2.5
_MB = 1024 * 1024
_State = AddressImport.State
WORKING = (_State.STAGING, _State.CHECKING, _State.ENTERING)


@dataclass(frozen=True)
class UploadForm:
    """What the sender says about a file."""

    on: date
    options: dict[str, str]


def areas_of(held: Collection[Grant]) -> list[str] | None:
    """Return the district codes whose addresses a person may import; None for the whole city."""
    if Role.CITY in roles.roles_of(held):
        return None
    districts = Jurisdiction.objects.filter(level=Jurisdiction.Level.DISTRICT)
    return sorted(d.code for d in districts if any(g.role == Role.DISTRICT and g.covers(d) for g in held))


def receive(
    upload: UploadedFile | None, form: UploadForm, *, user: User, held: Collection[Grant]
) -> AddressImport:
    """Keep an address file that can be read. Raises BadInput or TooLarge, and keeps nothing, for any other."""
    if upload is None or not upload.size:
        raise BadInput(_("没有选择文件，或者文件是空的"), field="file", remedy=_("请选择要上传的地址文件"))
    name = PurePosixPath((upload.name or "").replace("\\", "/")).name
    if upload.size > settings.GEOAPP_MAX_UPLOAD_BYTES:
        raise TooLarge(
            _("《%(name)s》有 %(size).1f MB，超过上限 %(limit).0f MB")
            % {"name": name, "size": upload.size / _MB, "limit": settings.GEOAPP_MAX_UPLOAD_BYTES / _MB},
            field="file",
            remedy=_("请按镇街分成几个文件，或者请管理员用命令 import_addresses 导入"),
        )
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise BadInput(
            _("不认识《%(name)s》的格式") % {"name": name},
            field="file",
            remedy=_(
                "可读 CSV、Excel（.xlsx）、GeoPackage、Shapefile（连同 .shx、.dbf、.prj 压成一个 zip）；.xls 请另存为 .xlsx"
            ),
        )
    with TemporaryDirectory(prefix="addresses-") as folder:
        path = Path(folder) / f"{get_valid_filename(PurePosixPath(name).stem or 'file')[:60]}{suffix}"
        with path.open("wb") as sink:
            for chunk in upload.chunks():
                sink.write(chunk)
        row = new_import(
            path, filename=name, on=form.on, options=form.options, user=user, areas=areas_of(held), kept=True
        )
        with path.open("rb") as source:
            row.file.save(f"{uuid.uuid4()}/{path.name}", File(source), save=False)
        row.save(force_insert=True)
    return row


def visible(held: Collection[Grant], user: User) -> QuerySet[AddressImport]:
    """Return the imports a person may see: their own; a city officer sees all."""
    rows = AddressImport.objects.select_related("created_by")
    return rows if Role.CITY in roles.roles_of(held) else rows.filter(created_by=user)


def import_of(upload_id: uuid.UUID, held: Collection[Grant], user: User) -> AddressImport:
    """Return an import a person may see. Raises NotFound."""
    row = visible(held, user).filter(pk=upload_id).first()
    if row is None:
        raise NotFound(_("没有这个文件，或者不是您上传的"), remedy=_("请从“导入地址”页选择"))
    return row


def samples(batch: AddressImport, most: int = 3) -> list[list[str]]:
    """Return the first rows of a file as written."""
    with table_of(batch) as table:
        return [line.cells for line in islice(table.lines(), most)]


def advance(batch: AddressImport, user: User, seconds: float = TURN_S) -> None:
    """Work on an import for a short while: read, check or enter, whatever its state asks for."""
    if batch.state == _State.STAGING:
        stager = Stager(batch)
        try:
            run_within(stager.step, seconds)
        finally:
            stager.close()
    elif batch.state == _State.CHECKING:
        run_within(Checker(batch).step, seconds)
    elif batch.state == _State.ENTERING:
        run_within(Enterer(batch, user).step, seconds)


def progress(batch: AddressImport) -> tuple[int, int]:
    """Return how many rows of how many the present pass is through with."""
    total = batch.total or batch.staged or 1
    done = {
        _State.STAGING: batch.staged,
        _State.CHECKING: batch.checked,
        _State.ENTERING: batch.entered,
    }.get(_State(batch.state), total)
    return min(done, total), total
