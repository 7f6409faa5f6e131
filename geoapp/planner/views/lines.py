"""The pages of a boundary line and of a marker, and what a unit's page says of them: only what is public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from boundaries.models import (
    BoundaryLine,
    BoundaryMarkerLine,
    BoundaryMarkerVersion,
    PublishedBoundaryLine,
    PublishedBoundaryMarker,
    UnitVersion,
)
from geoapp.core.effective import day_of, in_force
from geoapp.core.errors import NotFound
from geoapp.planner.views.features import answer_row

_LEVELS = dict(BoundaryLine._meta.get_field("level").flatchoices)


@dataclass(frozen=True)
class LineOfUnit:
    """A line on a unit's page: its public row, the unit beyond it, the markers on it."""

    row: PublishedBoundaryLine
    beyond: UnitVersion | None
    markers: list[PublishedBoundaryMarker]


def lines_of_unit(unit: UUID, on: date) -> list[LineOfUnit]:
    """Return the public lines of a unit on a day, longest first, with their markers."""
    lines = {
        line.pk: line.second_id if line.first_id == unit else line.first_id
        for line in BoundaryLine.objects.filter(Q(first_id=unit) | Q(second_id=unit))
    }
    rows = public(PublishedBoundaryLine, list(lines), on)
    beyond = in_force(UnitVersion.objects.filter(unit_id__in=list(lines.values())), on)
    units = {version.unit_id: version for version in beyond.defer("geom")}
    markers = markers_of_lines([row.id for row in rows], on)
    found = [LineOfUnit(row, units.get(lines[row.id]), markers[row.id]) for row in rows]
    return sorted(found, key=lambda entry: (-entry.row.length_m, entry.row.name))


def markers_of_lines(lines: Sequence[UUID], on: date) -> dict[UUID, list[PublishedBoundaryMarker]]:
    """Return the public markers on each of some lines on a day, in order of number."""
    links = in_force(BoundaryMarkerLine.objects.filter(line_id__in=list(lines)), on)
    pairs = list(links.values_list("line_id", "marker_id"))
    rows = {row.id: row for row in public(PublishedBoundaryMarker, [m for _line, m in pairs], on)}
    found: dict[UUID, list[PublishedBoundaryMarker]] = {line: [] for line in lines}
    for line, marker in pairs:
        if marker in rows:
            found[line].append(rows[marker])
    return {line: sorted(markers, key=lambda m: m.name) for line, markers in found.items()}


def public(model: Any, ids: Sequence[UUID], on: date) -> list[Any]:
    """Return the public rows of some things in law on a day."""
    return list(in_force(model.objects.filter(id__in=list(ids)), on).defer("geom"))


def _rows(model: Any, key: UUID, missing: str) -> list[Any]:
    rows = list(model.objects.filter(id=key, act_out__isnull=True).order_by("valid_from"))
    if not rows:
        raise NotFound(missing, remedy=_("请从区划单位的页面进入"))
    return rows


def _shown(rows: Sequence[Any], on: date) -> Any:
    """Return the row in law on a day, else the last before it, else the first."""
    earlier = [row for row in rows if row.valid_from <= on]
    return earlier[-1] if earlier else rows[0]


def _lines(line_id: UUID) -> list[Any]:
    return _rows(PublishedBoundaryLine, line_id, _("没有这条界线"))


def _markers(marker_id: UUID) -> list[Any]:
    return _rows(PublishedBoundaryMarker, marker_id, _("没有这个界桩"))


@require_GET
def line(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Show a boundary line today, or on the day ``?on=YYYY-MM-DD``."""
    rows = _lines(line_id)
    asked = request.GET.get("on", "").strip()
    on = day_of(asked, "on")
    shown = _shown(rows, on)
    ended = shown.valid_to is not None and shown.valid_to <= on
    sides = BoundaryLine.objects.get(pk=line_id)
    units = in_force(
        UnitVersion.objects.filter(unit_id__in=[sides.first_id, sides.second_id]), shown.valid_from
    )
    context = {
        "line": shown,
        "rows": rows,
        "on": on,
        "asked": bool(asked) and on != timezone.localdate(),
        "level": _LEVELS[shown.kind],
        "units": units.defer("geom").order_by("code"),
        "ended": ended,
        "markers": [] if ended else markers_of_lines([line_id], on)[line_id],
    }
    return render(request, "planner/line.html", context)


@require_GET
def line_geojson(request: HttpRequest, line_id: UUID) -> JsonResponse:
    """The line as one GeoJSON feature (CRS84 lon/lat), today or on the day ``?on=YYYY-MM-DD``."""
    row = _shown(_lines(line_id), day_of(request.GET.get("on", "").strip(), "on"))
    told = {"kind": row.kind, "length_m": row.length_m, "valid_from": str(row.valid_from)}
    return answer_row(row, told)


@require_GET
def marker(request: HttpRequest, marker_id: UUID) -> HttpResponse:
    """Show a boundary marker."""
    rows = _markers(marker_id)
    today = timezone.localdate()
    shown = _shown(rows, today)
    links = in_force(BoundaryMarkerLine.objects.filter(marker_id=marker_id), today)
    lines = public(PublishedBoundaryLine, list(links.values_list("line_id", flat=True)), today)
    context = {
        "marker": shown,
        "kind": BoundaryMarkerVersion.Kind(shown.kind).label,
        "state": BoundaryMarkerVersion.State(shown.state).label,
        "intact": shown.state == BoundaryMarkerVersion.State.INTACT,
        "lines": sorted(lines, key=lambda row: row.name),
        "lon": f"{shown.geom.x:.9f}",
        "lat": f"{shown.geom.y:.9f}",
    }
    return render(request, "planner/marker.html", context)


@require_GET
def marker_geojson(request: HttpRequest, marker_id: UUID) -> JsonResponse:
    """The marker as one GeoJSON feature (CRS84 lon/lat)."""
    row = _shown(_markers(marker_id), timezone.localdate())
    return answer_row(row, {"kind": row.kind, "state": row.state, "lines": row.lines})
