"""The first pass: a file becomes staged rows, in slices that can be resumed; nothing of it is register yet."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core import bulk
from geoapp.core.errors import BadInput, Conflict
from geoapp.core.models import User
from naming.address_places import City, Gazetteer
from naming.addressing import columns
from naming.importing.placing import Placer
from naming.importing.rows import RowReader, no_place
from naming.importing.tables import AddressTable, Line, open_table
from naming.models import AddressImport, AddressImportRow, ColumnMapping

SLICE = 5000
OPTIONS = ("layer", "crs", "encoding", "column_crs")
_NAMESPACE = uuid.UUID("6f5d2a0e-2f0c-4f0e-9f57-3a6f6c1d8b11")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def new_import(
    path: Path,
    *,
    filename: str,
    on: date,
    options: Mapping[str, str],
    user: User | None = None,
    areas: list[str] | None = None,
    kept: bool = False,
) -> AddressImport:
    """Open an import: the header is read, the columns are guessed or remembered. Unsaved when ``kept``.

    The identity follows from the file, the day and how often it was sent, so that the same work gives the same
    addresses wherever it is done. Raises BadInput or TooLarge for a file that cannot be read.
    """
    held = {key: value for key, value in options.items() if key in OPTIONS and value}
    with _open(path, filename, held) as table:
        header, total = table.header, table.count
        next(table.lines(), None)  # a file whose first row cannot be read is refused here
    sha256 = file_hash(path)
    before = AddressImport.objects.filter(sha256=sha256, on=on).count()
    signature = columns.signature(header)
    remembered = ColumnMapping.objects.filter(signature=signature).first()
    mapping = columns.usable(remembered.mapping, header) if remembered else columns.guess(header)
    if remembered and not held.get("column_crs"):
        held |= {k: v for k, v in remembered.options.items() if k == "column_crs" and v}
    row = AddressImport(
        id=uuid.uuid5(_NAMESPACE, f"{sha256}|{on}|{before}"),
        filename=filename[:200],
        path="" if kept else str(path.resolve()),
        size=path.stat().st_size,
        sha256=sha256,
        header=header,
        signature=signature,
        mapping=mapping,
        options=held,
        on=on,
        areas=areas,
        total=total,
        created_by=user,
        created_at=timezone.now(),
    )
    if not kept:
        row.save(force_insert=True)
    return row


def _open(path: Path, filename: str, options: Mapping[str, str]) -> AddressTable:
    return open_table(
        path,
        shown_name=filename,
        layer=options.get("layer"),
        crs=options.get("crs"),
        encoding=options.get("encoding"),
    )


def table_of(batch: AddressImport) -> AddressTable:
    """Open the file of an import again. Raises BadInput when it is gone or was changed meanwhile."""
    path = Path(batch.path) if batch.path else Path(batch.file.path)
    if not path.is_file() or path.stat().st_size != batch.size or file_hash(path) != batch.sha256:
        raise BadInput(
            _("文件 %(name)s 不在了，或者已被改动") % {"name": batch.filename},
            field="file",
            remedy=_("请放回原来的文件，或者重新导入"),
        )
    return _open(path, batch.filename, batch.options)


def map_columns(batch: AddressImport, mapping: Mapping[str, str], column_crs: str, at: datetime) -> None:
    """Take over which column holds what, remember it for this header, and begin to read the rows anew.

    Raises BadInput when no column says where the number counts, and Conflict when rows were entered already.
    """
    kept = columns.usable(mapping, batch.header)
    if not ({"street", "village", "text"} & set(kept)):
        raise BadInput(
            _("没有指明哪一列是街路巷"),
            field="mapping",
            remedy=_("请指明街路巷（或者自然村）和门牌号所在的列"),
        )
    with transaction.atomic():
        moved = AddressImport.objects.filter(pk=batch.pk, entered=0, lock_version=batch.lock_version).update(
            mapping=kept,
            options={**batch.options, "column_crs": column_crs},
            state=AddressImport.State.STAGING,
            staged=0,
            checked=0,
            checked_to=None,
            checked_seq=None,
            lock_version=batch.lock_version + 1,
        )
        if not moved:
            raise Conflict(_("这个文件已有行登记，或者刚被他人改动"), remedy=_("请刷新页面"))
        AddressImportRow.objects.filter(batch=batch).delete()
        ColumnMapping.objects.update_or_create(
            signature=batch.signature,
            defaults={
                "header": batch.header,
                "mapping": kept,
                "options": {"column_crs": column_crs},
                "confirmed_at": at,
            },
        )
    batch.refresh_from_db()


class Stager:
    """Reads the rows of a file into the staging table, one slice and one transaction at a time."""

    def __init__(self, batch: AddressImport) -> None:
        self.batch = batch
        self._table = table_of(batch)
        self._placer = Placer(self._table.crs, batch.options.get("column_crs", ""))
        self._reader = RowReader(batch, Gazetteer.on(batch.on), City.on(batch.on), settings.GEOAPP_CITY)
        self._lines = self._table.lines(batch.staged)
        mapped = batch.mapping
        x, y = ("x", "y") if "x" in mapped and "y" in mapped else ("lon", "lat")
        self._xy = (x, y)

    def close(self) -> None:
        """Close the file."""
        self._table.close()

    def step(self) -> bool:
        """Stage one slice; return False when the file is at its end.

        Raises BadInput or TooLarge at a row that cannot be read; what was staged before it stays.
        """
        lines = list(islice(self._lines, SLICE))
        batch = self.batch
        done = len(lines) < SLICE
        with transaction.atomic():
            held = AddressImport.objects.filter(pk=batch.pk, staged=batch.staged, state="staging")
            values: dict[str, object] = {"staged": batch.staged + len(lines)}
            if done:
                values |= {"state": AddressImport.State.CHECKING, "total": batch.staged + len(lines)}
            if not held.update(**values):
                raise Conflict(_("另一处正在读入这个文件"), remedy=_("请稍候刷新页面"))
            if lines:
                bulk.insert(AddressImportRow, self._rows(lines))
        for key, value in values.items():
            setattr(batch, key, value)
        if done and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE naming_addressimportrow")
        return not done

    def _rows(self, lines: list[Line]) -> list[dict[str, Any]]:
        reader, batch = self._reader, self.batch
        cells = [reader.values(line.cells) for line in lines]
        x, y = self._xy
        spots = self._placer.place(
            [line.point for line in lines], [(c.get(x, ""), c.get(y, "")) for c in cells]
        )
        found = []
        for line, spot in zip(lines, spots, strict=True):
            reading = reader.read(line.cells, True)
            place = reader.place_of(reading)[0]
            found.append(
                {
                    "batch_id": batch.pk,
                    "index": line.index,
                    "values": [spot.unreadable, *line.cells],
                    "place": uuid.UUID(place.id) if place is not None else no_place(line.index),
                    "number": reading.parts.number or 0,
                    "sub_number": reading.parts.sub_number or 0,
                    "x_mm": spot.x_mm,
                    "y_mm": spot.y_mm,
                    "cell": spot.cell,
                }
            )
        return found


def run_within(step: object, seconds: float) -> bool:
    """Call ``step()`` until it returns False or the time is over; return whether there is more to do."""
    until = time.monotonic() + seconds
    more = True
    while more and time.monotonic() < until:
        more = step()  # type: ignore[operator]
    return more
