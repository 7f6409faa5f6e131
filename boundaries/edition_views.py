"""Pages on which officers confirm what a new year's code list says happened."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from boundaries import edition_uploads as lists
from boundaries.edition_acts import ActKind, Alternative, InferredAct
from boundaries.edition_confirming import Proposed, landless_of
from boundaries.models import EditionUpload
from boundaries.wording import act_kind
from geoapp.core.effective import day_of
from geoapp.core.errors import AppError, BadInput, Conflict, StillPreparing
from geoapp.core.models import Act


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Send a year's list; those sent before."""
    today = timezone.localdate()
    values = {"year": str(today.year), "on": ""}
    error: AppError | None = None
    if request.method == "POST":
        values = {key: request.POST.get(key, "").strip() for key in ("year", "on", "encoding")}
        try:
            year = _year(values["year"])
            row = lists.receive(
                request.FILES.get("file"),  # type: ignore[arg-type]
                year,
                day_of(values["on"] or f"{year}-01-01", "on"),
                values["encoding"],
                user=request.user,  # type: ignore[arg-type]
                held=request.grants,  # type: ignore[attr-defined]
                at=timezone.now(),
            )
            return redirect("boundaries:edition", upload_id=row.pk)
        except AppError as refusal:
            error = refusal
    context = {
        "values": values,
        "error": error,
        "defects": getattr(error, "defects", []),
        "accept": ",".join(lists.SUFFIXES),
        "rows": lists.visible(request.grants, request.user)[:20],  # type: ignore[attr-defined, arg-type]
    }
    return render(request, "boundaries/editions.html", context, status=error.status if error else 200)


def _year(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) == 4):
        raise BadInput(_("年份不对"), field="year", remedy=_("请填写名单的年份，如 2026"))
    return int(value)


def _number(value: str | None) -> int:
    if value is None or not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Conflict(_("提交中没有所见的版次"), field="version", remedy=_("请刷新页面后再办"))
    return int(value)


@require_http_methods(["GET", "POST"])
def edition(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """A list against the register: the inferred acts by kind; POST answers, re-reads or writes them."""
    row = lists.upload_of(upload_id, request.grants, request.user)  # type: ignore[attr-defined, arg-type]
    if row.act:
        error: AppError | None = None
        if request.method == "POST":
            error = Conflict(
                _("这份名单已经写入登记（第 %(seq)s 号登记行为）") % {"seq": row.act}, remedy=_("请刷新页面")
            )
        return render(
            request,
            "boundaries/edition_done.html",
            {"upload": row, "error": error, **_written(row)},
            status=error.status if error else 200,
        )
    sheet = lists.sheet_of(row)
    if request.method == "GET":
        return _page(request, sheet)
    try:
        return _act(request, sheet)
    except StillPreparing as progress:
        return _preparing(request, row, progress)
    except AppError as refusal:
        row = lists.upload_of(upload_id, request.grants, request.user)  # type: ignore[attr-defined, arg-type]
        if row.act:
            return render(
                request,
                "boundaries/edition_done.html",
                {"upload": row, "error": refusal, **_written(row)},
                status=refusal.status,
            )
        return _page(request, lists.sheet_of(row), refusal)


def _act(request: HttpRequest, sheet: lists.Sheet) -> HttpResponseRedirect:
    user: Any = request.user
    at, post = timezone.now(), request.POST
    seen = _number(post.get("seq"))
    lists.require_fresh(sheet, seen, _number(post.get("version")))
    do, key = post.get("do", ""), post.get("key", "")
    anchor = f"#act-{key[:12]}"
    if do == "write":
        seq = lists.write(
            sheet,
            seen_seq=seen,
            user=user,
            held=request.grants,
            at=at,
            patience_s=settings.GEOAPP_PREPARE_SECONDS,
        )  # type: ignore[attr-defined]
        messages.success(request, _("已写入登记，登记行为第 %(seq)s 号") % {"seq": seq})
        anchor = ""
    elif do == "group":
        kind = post.get("kind", "")
        keys = [p.key for p in sheet.comparison.proposed if str(p.act.kind) == kind and _in_group(p)]
        count = lists.answer(sheet, keys, lists.Answer("confirmed"), user=user, at=at) if keys else 0
        messages.success(request, ngettext("已确认 %(n)s 项", "已确认 %(n)s 项", count) % {"n": count})
        anchor = f"#kind-{kind}" if kind in ActKind._value2member_map_ else ""
    elif do in ("confirmed", "rejected", "open"):
        lists.answer(sheet, [key], _answer(request, do), user=user, at=at)
        messages.success(request, _DONE[do]())
    elif do == "tell":
        lists.tell(
            sheet,
            key,
            _number(post.get("alternative") or "999"),
            post.get("partner", "").strip(),
            post.get("source", "").strip(),
            user=user,
            at=at,
        )
        messages.success(request, _("已按所选的读法重新推断，请继续确认"))
        anchor = ""
    elif do == "untell":
        lists.untell(sheet, _number(post.get("told")), user=user)
        messages.success(request, _("已恢复推断的读法"))
        anchor = ""
    else:
        raise BadInput(_("没有选择要办理的事"), field="do", remedy=_("请用页面上的按钮"))
    return HttpResponseRedirect(f"{request.path}{anchor}")


def _preparing(request: HttpRequest, row: EditionUpload, progress: StillPreparing) -> HttpResponse:
    """Say how far the preparation got; the form sends the same step again and goes on with it."""
    context = {
        "upload": row,
        "message": progress.message,
        "done": progress.extra["done"],
        "total": progress.extra["total"],
        "fields": [(key, request.POST.get(key, "")) for key in ("do", "seq", "version")],
    }
    return render(request, "boundaries/edition_preparing.html", context, status=progress.status)


_DONE = {
    "confirmed": lambda: _("已确认"),
    "rejected": lambda: _("已驳回"),
    "open": lambda: _("已撤回"),
}


def _answer(request: HttpRequest, verdict: str) -> lists.Answer:
    given = request.POST.get("effective", "").strip()
    effective: date | None = day_of(given, "effective") if given and verdict == "confirmed" else None
    return lists.Answer(verdict, effective, request.POST.get("reason", "").strip())


def _in_group(proposed: Proposed) -> bool:
    """A group is confirmed in one go but for what cannot be, what was answered, and names with a lost character."""
    return proposed.pending and proposed.obstacle is None and proposed.act.kind is not ActKind.LOST_CHARACTER


def _page(request: HttpRequest, sheet: lists.Sheet, error: AppError | None = None) -> HttpResponse:
    comparison = sheet.comparison
    context = {
        "upload": sheet.upload,
        "file": sheet.file,
        "base": sheet.base,
        "comparison": comparison,
        "groups": [
            {
                "kind": str(kind),
                "label": act_kind(kind),
                "rows": [_row(p, sheet) for p in rows],
                "open": sum(_in_group(p) for p in rows),
                "pending": sum(p.pending for p in rows),
            }
            for kind, rows in comparison.groups()
        ],
        "obstacles": sum(p.pending and p.obstacle is not None for p in comparison.proposed),
        "landless": [r for p in comparison.proposed if not p.rejected for r in p.landless],
        "told": list(enumerate(sheet.upload.told)),
        "dropped": comparison.dropped,
        "last_day": date(sheet.upload.year, 12, 31),
        "error": error,
        "values": request.POST if error else {},
    }
    return render(request, "boundaries/edition.html", context, status=error.status if error else 200)


def _open_ended(other: Alternative) -> bool:
    """Say whether a reading leaves open from which unit one was split, or into which it went."""
    return (other.kind is ActKind.SPLIT and not other.before) or (
        other.kind is ActKind.MERGED and not other.after
    )


def _row(proposed: Proposed, sheet: lists.Sheet) -> dict[str, Any]:
    act = proposed.act
    return {
        "proposed": proposed,
        "act": act,
        "short": proposed.key[:12],
        "percent": round(100 * act.confidence),
        "before": [(r, None) for r in act.before],
        "after": [(r, sheet.file.lines.get(r.code)) for r in act.after],
        "partner": any(_open_ended(a) for a in act.alternatives),
        "alternatives": [
            {
                "number": n,
                "label": act_kind(a.kind),
                "text": a.text,
                "percent": round(100 * a.confidence),
            }
            for n, a in enumerate(act.alternatives)
        ],
    }


def _written(row: EditionUpload) -> dict[str, Any]:
    deed = Act.objects.select_related("actor").get(seq=row.act)
    payload = json.loads(deed.payload)
    found = [InferredAct.from_json(value) for value in payload["acts"]]
    return {
        "deed": deed,
        "acts": [(act_kind(a.kind), a) for a in found],
        "landless": [r for a in found for r in landless_of(a)],
        "rejected": [
            (act_kind(a.kind), a, entry["reason"])
            for entry in payload["rejected"]
            for a in (InferredAct.from_json(entry["act"]),)
        ],
    }
