"""The adjustment workbench: choose units, draw operations, see the ledger; and the impact statement."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from boundaries import intake
from boundaries.checks import RULES
from boundaries.drawing import Drawn
from boundaries.ground import ground_around, uuids
from boundaries.impact import impact_of
from boundaries.judging import drawn_of, units_of
from boundaries.models import AdjustmentItem, UnitVersion
from boundaries.register import units as units_on
from geoapp.core import papers
from geoapp.core.effective import in_force
from geoapp.core.errors import AppError, BadInput, NotFound
from geoapp.core.geometry import to_geojson
from geoapp.core.models import Case
from geoapp.planner.views.cases import render_case
from geoapp.planner.views.features import answer_features


def _item(case: Case, item_id: Any) -> AdjustmentItem:
    rows = AdjustmentItem.objects.filter(item__case=case).select_related("item__case")
    row = rows.filter(pk__in=uuids([str(item_id)])).first() if item_id else rows.order_by("item__seq").first()
    if row is None:
        raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
    return row


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body or b"{}")
    except ValueError:
        raise BadInput(_("提交的内容不是 JSON"), field="body", remedy=_("请重新打开工作台")) from None
    if not isinstance(data, dict):
        raise BadInput(_("提交的内容不是 JSON 对象"), field="body", remedy=_("请重新打开工作台"))
    return data


def ledger(drawn: Drawn, units: Any) -> dict[str, Any]:
    """Return what the workbench shows of a drawing: units before and after (CRS84), figures, faults."""
    on = drawn.ground.on
    found = impact_of(drawn, units, on) if drawn.refused is None else None
    return {
        "refused": intake.refusal_of(drawn),
        "faults": [
            {"code": f.code, "message": f.message, "place": to_geojson(f.place)}
            for f in drawn.certificate.faults
        ]
        if drawn.certificate
        else [],
        "proved": bool(drawn.certificate and drawn.certificate.proved),
        "inserted": [
            {"displacement_mm": round(n.displacement_mm, 2), "units": list(n.units)} for n in drawn.inserted
        ],
        "units": [
            {
                "id": unit,
                "name": drawn.after[unit].name,
                "kind": drawn.after[unit].kind,
                "geometry": to_geojson(drawn.after[unit].geometry),
            }
            for unit in drawn.moved
            if unit in drawn.after
        ],
        "balances": [b.__dict__ for b in found.balances] if found else [],
        "moves": len(found.moves) if found else 0,
        "homeless": len(found.homeless) if found else 0,
        "streets": [s.name for s in found.streets[:20]] if found else [],
        "moved_area_m2": found.moved_area_m2 if found else 0,
    }


@require_GET
def ground(request: HttpRequest) -> JsonResponse:
    """Units around some units (``near``, ids) as GeoJSON with the frame's integer millimetres for editing."""
    near = [n for n in request.GET.get("near", "").split(",") if n][:20]
    held = ground_around(near, timezone.localdate())
    features = []
    for land in held.coverage.lands():
        version = held.versions[land.id]
        features.append(
            {
                "type": "Feature",
                "id": land.id,
                "geometry": to_geojson(land.geometry),
                "properties": {
                    "name": land.name,
                    "code": version.code,
                    "kind": land.kind,
                    "parent": land.parent,
                    "households": version.households,
                    "population": version.population,
                },
            }
        )
    return answer_features(features)


@require_POST
def try_out(request: HttpRequest) -> JsonResponse:
    """Replay operations on the land of today and say what would come of it; nothing is stored."""
    form = intake.read_adjustment(_read(request))
    drawn = intake.try_out(form, timezone.localdate())
    body = ledger(drawn, {u.id: u for u in form.units})
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@require_http_methods(["GET", "POST"])
def workbench_new(request: HttpRequest) -> HttpResponse:
    """Open the workbench on units of the person's area; POST (JSON) opens a case."""
    if request.method == "POST":
        data = _read(request)
        case, _item_made = intake.open_case(
            actor=request.user,  # type: ignore[arg-type]
            form=intake.read_adjustment(data),
            reason=str(data.get("reason") or ""),
            at=timezone.now(),
        )
        messages.success(request, _("已保存到案件 %(number)s") % {"number": case.number})
        return JsonResponse({"case": case.number, "url": f"/cases/{case.number}/"}, status=201)
    return render(request, "planner/workbench.html", _page(request, None, None))


@require_http_methods(["GET", "POST"])
def workbench(request: HttpRequest, number: str) -> HttpResponse:
    """The workbench of a case; POST (JSON) saves an item."""
    case: Case = request.case  # type: ignore[attr-defined]
    if request.method == "POST":
        data = _read(request)
        item = intake.save_adjustment(
            case,
            intake.read_adjustment(data),
            actor=request.user,  # type: ignore[arg-type]
            version=int(data["version"]) if str(data.get("version", "")).isdecimal() else -1,
            at=timezone.now(),
            item_id=str(data.get("item") or ""),
        )
        messages.success(request, _("已保存到案件 %(number)s") % {"number": number})
        return JsonResponse({"case": number, "item": str(item.pk), "url": f"/cases/{number}/"})
    row = _item(case, request.GET.get("item"))
    return render(request, "planner/workbench.html", _page(request, case, row))


def _page(request: HttpRequest, case: Case | None, row: AdjustmentItem | None) -> dict[str, Any]:
    today = timezone.localdate()
    held = request.grants  # type: ignore[attr-defined]
    area = [g.path for g in held if g.role in {"town_officer", "district_officer", "city_officer"}]
    options = []
    if case is None:
        towns = [
            v for v in units_on("town", today) if v.unit.jurisdiction and any(_covers(p, v) for p in area)
        ]
        rows = in_force(UnitVersion.objects.filter(parent_id__in=[t.unit_id for t in towns]), today)
        options = list(rows.filter(geom__isnull=False).order_by("code"))
    return {
        "case": case,
        "row": row,
        "options": options,
        "kinds": AdjustmentItem.Kind.choices,
        "editor": case is None
        or (case.status in intake.EDITABLE and papers.may_edit(case, request.user, held)),  # type: ignore[arg-type]
        "state": {
            "case": case.number if case else "",
            "version": case.version if case else "",
            "item": str(row.item_id) if row else "",
            "kind": row.kind if row else "split",
            "operations": row.operations if row else [],
            "after": row.after if row else [],
            "near": list(row.base) if row else [u for u in request.GET.get("near", "").split(",") if u],
            "assets_touched": bool(row and row.assets_touched),
        },
        "rules": [card.code for card in RULES],
    }


def _covers(path: str, version: UnitVersion) -> bool:
    own = version.unit.jurisdiction.path if version.unit.jurisdiction else ""
    return own == path or own.startswith(f"{path}/")


def _statement(request: HttpRequest, item_id: UUID) -> tuple[AdjustmentItem, Any, dict[str, str]]:
    case: Case = request.case  # type: ignore[attr-defined]
    row = _item(case, item_id)
    drawn = drawn_of(row, timezone.localdate())
    if not isinstance(drawn, Drawn) or drawn.refused is not None:
        raise BadInput(_("这一项现在画不出来，没有影响清单"), field="item", remedy=_("请先在工作台上修改"))
    names = {land.id: land.name for land in drawn.before.lands()} | intake.proposed_names(row)
    return row, impact_of(drawn, units_of(row), timezone.localdate()), names


@require_GET
def impact(request: HttpRequest, number: str, item_id: UUID) -> HttpResponse:
    """The impact statement of an item, before anybody decides."""
    try:
        row, found, names = _statement(request, item_id)
    except AppError as error:
        return render_case(request, request.case, error)  # type: ignore[attr-defined]
    return render(request, "planner/impact.html", _shown(request, row, found, names))


def _shown(request: HttpRequest, row: AdjustmentItem, found: Any, names: dict[str, str]) -> dict[str, Any]:
    moves = [
        {"text": m.premise.text, "old": names.get(m.from_unit, ""), "new": names.get(m.to_unit, "")}
        for m in found.moves
    ]
    return {"case": request.case, "row": row, "impact": found, "moves": moves}  # type: ignore[attr-defined]


@require_GET
def impact_pdf(request: HttpRequest, number: str, item_id: UUID) -> HttpResponse:
    """The impact statement as PDF."""
    from geoapp.planner.pdf import render_pdf

    row, found, names = _statement(request, item_id)
    synthetic = UnitVersion.objects.filter(synthetic=True).exists()
    body = render_pdf(
        "planner/impact_print.html", _shown(request, row, found, names) | {"synthetic": synthetic}
    )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="impact-{number}-{row.item.seq}.pdf"'
    return response


@require_GET
def impact_sheet(request: HttpRequest, number: str, item_id: UUID) -> HttpResponse:
    """The impact statement as a spreadsheet."""
    from geoapp.planner.sheets import impact_workbook

    row, found, names = _statement(request, item_id)
    response = HttpResponse(
        impact_workbook(row.item.title, found, names),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = f'attachment; filename="impact-{number}-{row.item.seq}.xlsx"'
    return response
