"""Pages of this wing: importing boundary files, and communities too large or too small."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from boundaries import exporting, sizes, uploads
from boundaries.coverage_report import CLASSES, TITLES
from boundaries.ground import shape_of
from boundaries.importing import as_json, read_accepted
from boundaries.models import BoundaryUpload, Unit, UnitVersion
from geoapp.core import roles
from geoapp.core.effective import day_of
from geoapp.core.errors import AppError, BadInput
from geoapp.core.geometry import to_geojson
from geoapp.core.roles import Role

GEOJSON = "application/geo+json; charset=utf-8"
_PER_PAGE = 50
_SHOWN_PLACES = 10


def _json(document: Any, **options: Any) -> JsonResponse:
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False}, **options)


# Importing


@require_http_methods(["GET", "POST"])
def import_start(request: HttpRequest) -> HttpResponse:
    """Upload a boundary file; the list of those sent before."""
    values: dict[str, str] = {"level": Unit.Level.COMMUNITY, "on": timezone.localdate().isoformat()}
    error: AppError | None = None
    if request.method == "POST":
        values |= {key: request.POST.get(key, "").strip() for key in ("level", "on", *uploads.OPTIONS)}
        try:
            row = uploads.receive(
                request.FILES.get("file"),  # type: ignore[arg-type]
                _upload_form(values),
                user=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
            return redirect("boundaries:import_report", upload_id=row.pk)
        except AppError as refusal:
            error = refusal
    context = {
        "values": values,
        "error": error,
        "levels": Unit.Level.choices,
        "accept": ",".join(uploads.SUFFIXES),
        "rows": uploads.visible(request.grants, request.user)[:20],  # type: ignore[attr-defined, arg-type]
    }
    return render(request, "boundaries/import_start.html", context, status=error.status if error else 200)


def _upload_form(values: dict[str, str]) -> uploads.UploadForm:
    if values["level"] not in Unit.Level.values:
        raise BadInput(_("没有选择级别"), field="level", remedy=_("请从列表中选择"))
    return uploads.UploadForm(
        values["level"], day_of(values["on"], "on"), {key: values[key] for key in uploads.OPTIONS}
    )


def _upload(request: HttpRequest, upload_id: UUID) -> BoundaryUpload:
    return uploads.upload_of(upload_id, request.grants, request.user)  # type: ignore[attr-defined, arg-type]


@require_http_methods(["GET", "POST"])
def import_report(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The report of a file: what was found, which repairs are on offer, what an import would do; POST imports."""
    row = _upload(request, upload_id)
    error: AppError | None = None
    file = uploads.read(row)
    chosen = (request.POST if request.method == "POST" else request.GET).getlist("accept")
    accepted: list[int] = []
    try:
        accepted = read_accepted(",".join(chosen), len(file.repairs))
        if request.method == "POST":
            seq = uploads.import_upload(
                row,
                accepted,
                user=request.user,  # type: ignore[arg-type]
                held=request.grants,  # type: ignore[attr-defined]
                at=timezone.now(),
            )
            messages.success(request, _("已导入，登记行为第 %(seq)s 号") % {"seq": seq})
            return redirect("boundaries:import_report", upload_id=row.pk)
    except AppError as refusal:
        error = refusal
    plan = None if row.act else uploads.plan_of(row, accepted, file)
    report = file.report
    context = {
        "upload": row,
        "file": file,
        "classes": [
            {
                "kind": kind,
                "title": TITLES[kind],
                "count": len(report.places[kind]),
                "places": [p.message for p in report.places[kind][:_SHOWN_PLACES]],
                "more": max(0, len(report.places[kind]) - _SHOWN_PLACES),
            }
            for kind in CLASSES
        ],
        "repairs": [
            {"number": n, "repair": repair, "accepted": n - 1 in accepted}
            for n, repair in enumerate(file.repairs, 1)
        ],
        "accepted": [n + 1 for n in accepted],
        "plan": plan,
        "error": error,
    }
    return render(request, "boundaries/import_report.html", context, status=error.status if error else 200)


@require_GET
def import_report_json(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The report as a JSON file."""
    row = _upload(request, upload_id)
    file = uploads.read(row)
    problems = [] if row.act else uploads.plan_of(row, [], file).problems
    text = json.dumps(as_json(file, problems), ensure_ascii=False, indent=1, allow_nan=False)
    return _download(text.encode(), "application/json; charset=utf-8", f"report-{row.sha256[:12]}.json")


@require_GET
def import_places(request: HttpRequest, upload_id: UUID) -> JsonResponse:
    """Where the report points, for its map (CRS84 lon/lat)."""
    features = uploads.places(uploads.read(_upload(request, upload_id)))
    return _json({"type": "FeatureCollection", "features": features}, content_type=GEOJSON)


def _download(body: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        body, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


# Sizes


def _sized(request: HttpRequest) -> tuple[date, sizes.Limits, list[sizes.Sized], dict[str, str]]:
    on = day_of(request.GET.get("on", "").strip(), "on")
    limits = sizes.limits_on(on)
    chosen = {key: request.GET.get(key, "").strip() for key in ("class", "district")}
    if chosen["class"] and chosen["class"] not in sizes.CLASSES:
        raise BadInput(_("没有这一类"), field="class", remedy=_("请从列表中选择"))
    return on, limits, sizes.unusual_sizes(on, limits), chosen


def _chosen(found: list[sizes.Sized], chosen: dict[str, str]) -> list[sizes.Sized]:
    return [
        s
        for s in found
        if (not chosen["class"] or s.kind == chosen["class"])
        and (not chosen["district"] or s.district == chosen["district"])
    ]


@require_GET
def sizes_page(request: HttpRequest) -> HttpResponse:
    """Villages and communities too large or too small, on a list and a map."""
    on, limits, found, chosen = _sized(request)
    listed = _chosen(found, chosen)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "on": on,
        "limits": limits,
        "summary": sizes.summary(found),
        "chosen": chosen,
        "districts": sorted({s.district for s in found if s.district}),
        "total": len(listed),
        "page": Paginator(listed, _PER_PAGE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "levels": Unit.Level.choices,
        "may_import": bool(roles.roles_of(request.grants) & {Role.DISTRICT, Role.CITY}),  # type: ignore[attr-defined]
    }
    return render(request, "boundaries/sizes.html", context)


@require_GET
def sizes_csv(request: HttpRequest) -> HttpResponse:
    """The list as a CSV file."""
    on, limits, found, chosen = _sized(request)
    body = exporting.csv_bytes(sizes.COLUMNS, sizes.rows_of(_chosen(found, chosen), limits))
    return _download(body, "text/csv; charset=utf-8", f"sizes-{on}.csv")


@require_GET
def sizes_geojson(request: HttpRequest) -> JsonResponse:
    """The land of the listed units (CRS84 lon/lat); units without land are on the list only."""
    _on, _limits, found, chosen = _sized(request)
    listed = {s.version.row: s for s in _chosen(found, chosen)}
    features = [
        {
            "type": "Feature",
            "id": str(version.unit_id),
            "geometry": to_geojson(shape_of(version)),
            "properties": {
                "name": version.name,
                "households": version.households,
                "class": listed[version.row].kind,
                "title": listed[version.row].title,
                "synthetic": version.synthetic,
            },
        }
        for version in UnitVersion.objects.filter(pk__in=list(listed), geom__isnull=False)
    ]
    return _json({"type": "FeatureCollection", "features": features}, content_type=GEOJSON)


# Units of a day


def _level_and_day(request: HttpRequest) -> tuple[str, date]:
    level = request.GET.get("level", Unit.Level.COMMUNITY)
    if level not in Unit.Level.values:
        raise BadInput(_("没有选择级别"), field="level", remedy=_("请从列表中选择"))
    return level, day_of(request.GET.get("on", "").strip(), "on")


@require_GET
def units_csv(request: HttpRequest) -> HttpResponse:
    """The units of a level on a day as a CSV file."""
    level, on = _level_and_day(request)
    body = exporting.csv_bytes(exporting.COLUMNS, exporting.unit_table(level, on))
    return _download(body, "text/csv; charset=utf-8", f"units-{level}-{on}.csv")


@require_GET
def units_geojson(request: HttpRequest) -> HttpResponse:
    """The units of a level on a day as a GeoJSON file."""
    level, on = _level_and_day(request)
    text = json.dumps(exporting.unit_features(level, on), ensure_ascii=False)
    return _download(text.encode(), GEOJSON, f"units-{level}-{on}.geojson")
