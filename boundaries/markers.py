"""The register of boundary markers (界桩): taken over by an act, found by line, published with the lines they mark.

Points are in the city frame (metres, x east, y north, whole millimetres). How a marker is repaired or moved is the
joint inspection's affair (条例 arts 5, 6), not this room's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries.models import BoundaryLine, BoundaryMarker, BoundaryMarkerLine, BoundaryMarkerVersion
from geoapp.core import bulk, frame
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput

Kind = BoundaryMarkerVersion.Kind
State = BoundaryMarkerVersion.State


@dataclass(frozen=True)
class MarkerEntry:
    """A marker as its register form has it; ``point`` in the frame, ``lines`` the ids of the lines it marks.

    ``number`` is written down as given: the rule of numbers below the provinces is not known to us (UNVERIFIED).
    """

    number: str
    point: BaseGeometry
    lines: tuple[UUID, ...]
    kind: str = Kind.SINGLE
    faces: int = 2
    responsible: UUID | None = None
    state: str = State.INTACT
    erected_on: date | None = None
    synthetic: bool = False
    id: UUID = field(default_factory=uuid4)


def register_markers(entries: Sequence[MarkerEntry], *, seq: int, valid_from: date) -> list[UUID]:
    """Write markers into the register by act ``seq``, from a day on; return their ids.

    Raises BadInput for an empty number, no point, no line, a line not on record, or a keeper that is none of the
    units the lines part: naming the marker and how to mend it.
    """
    lines = {line.pk: line for line in _lines(entries)}
    for entry in entries:
        _require(entry, lines)
    bulk.insert(BoundaryMarker, (BoundaryMarker(pk=e.id) for e in entries))
    bulk.insert(
        BoundaryMarkerVersion,
        (
            BoundaryMarkerVersion(
                marker_id=e.id,
                number=e.number,
                kind=e.kind,
                faces=e.faces,
                responsible_id=e.responsible,
                state=e.state,
                erected_on=e.erected_on,
                synthetic=e.synthetic,
                geom=bulk.raw(frame.snap(e.point)),
                valid_from=valid_from,
                act_in=seq,
            )
            for e in entries
        ),
    )
    links = ((e.id, line) for e in entries for line in e.lines)
    bulk.insert(
        BoundaryMarkerLine,
        (
            BoundaryMarkerLine(marker_id=marker, line_id=line, valid_from=valid_from, act_in=seq)
            for marker, line in links
        ),
    )
    return [e.id for e in entries]


def markers_on(lines: Collection[UUID], on: date, known_at: int | None = None) -> dict[UUID, list[Any]]:
    """Return the marker versions in law on a day for each of some lines, in order of number."""
    links = in_force(BoundaryMarkerLine.objects.filter(line_id__in=list(lines)), on, known_at)
    of: dict[UUID, list[UUID]] = {}
    for marker, line in links.values_list("marker_id", "line_id"):
        of.setdefault(marker, []).append(line)
    found: dict[UUID, list[Any]] = {line: [] for line in lines}
    rows = in_force(BoundaryMarkerVersion.objects.filter(marker_id__in=list(of)), on, known_at)
    for version in rows.order_by("number", "row"):
        for line in of[version.marker_id]:
            found[line].append(version)
    return found


def _lines(entries: Sequence[MarkerEntry]) -> Iterable[BoundaryLine]:
    ids = sorted({line for entry in entries for line in entry.lines})
    for start in range(0, len(ids), 400):
        yield from BoundaryLine.objects.filter(pk__in=ids[start : start + 400])


def _require(entry: MarkerEntry, lines: dict[UUID, BoundaryLine]) -> None:
    said = {"number": entry.number}
    if not entry.number.strip():
        raise BadInput(_("界桩没有编号"), field="number", remedy=_("请按界桩登记表填写编号"))
    if entry.point.geom_type != "Point" or entry.point.is_empty:
        raise BadInput(
            _("界桩 %(number)s 的位置不是一个点") % said, field="point", remedy=_("请填写一个坐标")
        )
    if not entry.lines:
        raise BadInput(
            _("界桩 %(number)s 没有写明所在界线") % said, field="lines", remedy=_("至少写明一条界线")
        )
    if any(line not in lines for line in entry.lines):
        raise BadInput(
            _("界桩 %(number)s 所在的界线没有登记") % said,
            field="lines",
            remedy=_("请先登记界线，再登记界桩"),
        )
    sides = {unit for i in entry.lines for unit in (lines[i].first_id, lines[i].second_id)}
    if entry.responsible is not None and entry.responsible not in sides:
        raise BadInput(
            _("界桩 %(number)s 的责任单位不是界线毗邻的单位") % said,
            field="responsible",
            remedy=_("责任单位须是界线两侧的单位之一"),
        )
