"""Pages of this wing: importing address files, and the list of a community's addresses to take away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from geoapp.core.effective import day_of
from geoapp.core.errors import AppError, BadInput, NotFound
from geoapp.core.throttle import spend
from naming import address_export
from naming.address_checks.words import column_words
from naming.addressing.columns import FIELDS
from naming.importing import accepting, entering, reporting, uploads
from naming.importing.staging import OPTIONS, map_columns
from naming.models import AddressImport, AddressImportRow

_PER_PAGE = 50
_OFFERS = 100
_State = AddressImport.State
_Row = AddressImportRow.State


@require_http_methods(["GET", "POST"])
def import_start(request: HttpRequest) -> HttpResponse:
    """Upload an address file; the list of those sent before."""
    values: dict[str, str] = {"on": timezone.localdate().isoformat()}
    error: AppError | None = None
    if request.method == "POST":
        values |= {key: request.POST.get(key, "").strip() for key in ("on", *OPTIONS)}
        try:
            batch = uploads.receive(
                request.FILES.get("file"),  # type: ignore[arg-type]
                uploads.UploadForm(day_of(values["on"], "on"), {key: values[key] for key in OPTIONS}),
                user=request.user,  # type: ignore[arg-type]
                held=request.grants,  # type: ignore[attr-defined]
            )
            return redirect("naming:import_addresses", upload_id=batch.pk)
        except AppError as refusal:
            error = refusal
    context = {
        "values": values,
        "error": error,
        "accept": ",".join(uploads.SUFFIXES),
        "rows": uploads.visible(request.grants, request.user)[:20],  # type: ignore[attr-defined, arg-type]
    }
    return render(request, "naming/import_start.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "POST"])
def import_addresses(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """One file: its columns, how far it got, what was found, repairs on offer; POST takes the next step."""
    batch = uploads.import_of(upload_id, request.grants, request.user)  # type: ignore[attr-defined, arg-type]
    error: AppError | None = None
    if request.method == "POST":
        try:
            _take(request, batch)
            if "json" in request.headers.get("Accept", ""):
                done, total = uploads.progress(batch)
                working = batch.state in uploads.WORKING
                return JsonResponse({"state": batch.state, "done": done, "total": total, "working": working})
            return redirect("naming:import_addresses", upload_id=batch.pk)
        except AppError as refusal:
            error = refusal
            batch.refresh_from_db()
    context: dict[str, Any] = {"batch": batch, "error": error, "working": batch.state in uploads.WORKING}
    if batch.state == _State.UPLOADED or request.GET.get("columns"):
        context |= _columns(batch)
    elif context["working"]:
        done, total = uploads.progress(batch)
        context |= {"done": done, "total": total, "percent": 100 * done // total}
    else:
        context |= _report(request, batch)
    return render(request, "naming/import_addresses.html", context, status=error.status if error else 200)


def _take(request: HttpRequest, batch: AddressImport) -> None:
    action = request.POST.get("action", "")
    if action == "map":
        chosen = {}
        for n, title in enumerate(batch.header):
            part = request.POST.get(f"column-{n}", "")
            if part in chosen:
                raise BadInput(
                    _("“%(first)s”和“%(second)s”两列选了同一项") % {"first": chosen[part], "second": title},
                    field=f"column-{n}",
                    remedy=_("每一项只选一列"),
                )
            if part:
                chosen[part] = title
        map_columns(batch, chosen, request.POST.get("column_crs", "").strip(), timezone.now())
    elif action == "advance":
        uploads.advance(batch, request.user)  # type: ignore[arg-type]
    elif action == "accept":
        numbers = [int(n) for n in request.POST.getlist("row") if n.isdecimal() and len(n) < 10]
        if not numbers:
            raise BadInput(_("没有勾选要接受的修补"), field="row", remedy=_("请勾选，或者点“全部接受”"))
        accepting.accept(batch, numbers)
    elif action == "accept_all":
        accepting.accept(batch)
    elif action == "enter":
        entering.begin(batch, request.POST.get("note", ""))
        messages.success(request, _("已开始登记"))
    else:
        raise BadInput(_("没有这一步"), field="action", remedy=_("请从页面上的按钮操作"))


def _columns(batch: AddressImport) -> dict[str, Any]:
    part_of = {title: part for part, title in batch.mapping.items()}
    rows = uploads.samples(batch)
    english = 1 if reporting.english() else 0
    extra = {
        "x": (_("X 坐标（东）"), ""),
        "y": (_("Y 坐标（北）"), ""),
        "lon": (_("经度"), ""),
        "lat": (_("纬度"), ""),
        "community_code": (_("村居代码"), ""),
    }
    parts = [(part, extra[part][0] if part in extra else column_words(part)[english]) for part in FIELDS]
    return {
        "columns": [
            {
                "n": n,
                "title": title,
                "part": part_of.get(title, ""),
                "samples": [row[n] for row in rows if row[n]],
            }
            for n, title in enumerate(batch.header)
        ],
        "parts": parts,
        "systems": ("EPSG:4547", "EPSG:4490", "EPSG:4326"),
        "column_crs": batch.options.get("column_crs", ""),
    }


def _report(request: HttpRequest, batch: AddressImport) -> dict[str, Any]:
    counts = reporting.counts(batch)
    show = request.GET.get("show", "")
    states = [show] if show in (_Row.BLOCKED, _Row.WARNED) else [_Row.BLOCKED, _Row.WARNED]
    changes = reporting.changes(batch) if "former" in batch.mapping else AddressImportRow.objects.none()
    if show == "changes":
        rows = changes
    else:
        rows = AddressImportRow.objects.filter(batch=batch, state__in=states).order_by("index")
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    offers = list(accepting.offers(batch, most=_OFFERS))
    english = 1 if reporting.english() else 0
    return {
        "counts": counts,
        "changes": changes.count(),
        "rules": reporting.by_rule(batch),
        "page": page,
        "show": show,
        "rows": [
            {
                "number": row.index + 2,
                "text": " ".join(cell for cell in row.values[1:] if cell)[:80],
                "findings": [
                    f
                    | {
                        "message": reporting.said(f, "message"),
                        "remedy": reporting.said(f, "remedy"),
                        "title": reporting.column_title(batch, f["column"]),
                    }
                    for f in row.findings or ()
                ],
            }
            for row in page
        ],
        "offers": [
            {"index": o.index, "number": o.index + 2, "column": column_words(o.column)[english], "offer": o}
            for o in offers
        ],
        "many": len(offers) == _OFFERS,
    }


@require_GET
def export_addresses(request: HttpRequest) -> HttpResponseBase:
    """The standard addresses of a village or community as CSV; what may not be exported as standard is left out."""
    spend(request, cost=10)
    asked = address_export.listing(
        request.GET.get("community", "").strip(), day_of(request.GET.get("on", ""), "on")
    )
    # Titles and the closing line are in hand before the stream is read, when the request's language is gone.
    return StreamingHttpResponse(
        reporting.csv_lines(asked.head(), asked.lines()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="addresses-{asked.code}-{asked.on}.csv"'},
    )


@require_GET
def import_table(request: HttpRequest, upload_id: UUID, table: str, kind: str) -> HttpResponseBase:
    """The report or the corrected file, as CSV or Excel."""
    batch = uploads.import_of(upload_id, request.grants, request.user)  # type: ignore[attr-defined, arg-type]
    if table not in reporting.Tables or kind not in ("csv", "xlsx"):
        raise NotFound(_("没有这个文件"), remedy=_("请从导入的页面下载"))
    head, rows = reporting.Tables[table]
    name = f"{table}-{batch.sha256[:12]}.{kind}"
    if kind == "xlsx":
        return FileResponse(reporting.xlsx_file(head(batch), rows(batch)), as_attachment=True, filename=name)
    # The titles are made here: the stream is read after the request's language is gone.
    return StreamingHttpResponse(
        list(reporting.csv_lines(head(batch), rows(batch))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
