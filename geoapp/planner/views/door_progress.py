"""Progress per community on a map and in a table, and the work list of plates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from boundaries.models import UnitVersion
from geoapp.core import roles, workflow
from geoapp.core.effective import in_force
from geoapp.core.errors import AppError, Forbidden, NotFound
from geoapp.core.geometry import to_geojson, to_shapely
from geoapp.core.models import Case
from geoapp.planner.views.cases import seen_version
from geoapp.planner.views.features import answer_features
from naming.door_procedure import DOOR_NUMBERING
from naming.door_progress import progress
from naming.models import Plate

SHADES = ((0, 24), (25, 49), (50, 74), (75, 100))
"""Classes of the map by per cent active."""


def shade_of(share: int) -> int:
    """Return the class of a share, 0–3."""
    return next(n for n, (low, high) in enumerate(SHADES) if low <= share <= high)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The progress of door numbers per community."""
    rows = progress(timezone.localdate(), request.grants)  # type: ignore[attr-defined]
    names = ("total", "waiting", "naming", "review", "numbered", "active", "temporary", "cancelled", "late")
    totals: dict[str, Any] = {name: sum(getattr(row, name) for row in rows) for name in names}
    totals["share"] = round(100 * totals["active"] / totals["total"]) if totals["total"] else 0
    return render(
        request,
        "planner/door_progress.html",
        {
            "rows": [(row, shade_of(row.share)) for row in rows],
            "totals": totals,
            "shades": list(enumerate(SHADES)),
        },
    )


@require_GET
def geojson(request: HttpRequest) -> JsonResponse:
    """The communities with applications and their progress (CRS84 lon/lat)."""
    today = timezone.localdate()
    rows = {row.unit: row for row in progress(today, request.grants)}  # type: ignore[attr-defined]
    versions = in_force(UnitVersion.objects.filter(unit_id__in=rows, geom__isnull=False), today)
    return answer_features(
        [
            {
                "type": "Feature",
                "id": str(v.unit_id),
                "geometry": to_geojson(to_shapely(v.geom)),
                "properties": {
                    "name": v.name,
                    "share": rows[v.unit_id].share,
                    "total": rows[v.unit_id].total,
                    "active": rows[v.unit_id].active,
                    "shade": shade_of(rows[v.unit_id].share),
                },
            }
            for v in versions
        ]
    )


def _ordered(request: HttpRequest) -> list[dict[str, Any]]:
    held = request.grants  # type: ignore[attr-defined]
    numbers = Plate.objects.filter(state=Plate.State.ORDERED, closed_in__isnull=True)
    cases = {
        case.number: case
        for case in Case.objects.filter(
            procedure=DOOR_NUMBERING.code, status="numbered", number__in=numbers.values("case_number")
        ).select_related("jurisdiction", "place", "authority")
        if roles.acts_on(held, case, DOOR_NUMBERING.row("hang", "numbered").roles)  # type: ignore[union-attr]
    }
    plates = numbers.filter(case_number__in=cases).order_by("due_on", "text")
    return [{"plate": plate, "case": cases[plate.case_number]} for plate in plates]


@require_GET
def plates(request: HttpRequest) -> HttpResponse:
    """The plates that are to be hung in this person's area, most urgent first."""
    rows = _ordered(request)
    today = timezone.localdate()
    return render(
        request,
        "planner/door_plates.html",
        {
            "rows": rows,
            "today": today,
            "late": sum(1 for row in rows if row["plate"].due_on and row["plate"].due_on < today),
        },
    )


@require_POST
def hang(request: HttpRequest, plate_id: UUID) -> HttpResponse:
    """Record from the work list that a plate hangs, with its photo."""
    plate = Plate.objects.filter(pk=plate_id).first()
    if plate is None or not plate.case_number:
        raise NotFound(_("没有这块门牌"), remedy=_("请刷新页面"))
    try:
        workflow.move(
            plate.case_number,
            "hang",
            actor=request.user,  # type: ignore[arg-type]
            version=seen_version(request),
            data={
                "plate": str(plate.pk),
                "photo": request.FILES.get("photo"),
                "done_on": request.POST.get("done_on", ""),
            },
        )
    except Forbidden:
        raise
    except AppError as error:
        context = {"rows": _ordered(request), "today": timezone.localdate(), "problem": error.as_problem()}
        return render(
            request, "planner/door_plates.html", context | {"failed": plate.pk}, status=error.status
        )
    messages.success(request, _("“%(text)s”的门牌已登记安装") % {"text": plate.text})
    return redirect("planner:door_plates")
