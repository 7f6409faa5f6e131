"""The adjustment workbench: choose units, draw operations, see the ledger; and the impact statement."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from boundaries import instructions, intake
from boundaries.drawing import Drawn
from boundaries.editing import KINDS, Refused
from boundaries.ground import uuids
from boundaries.impact import impact_of
from boundaries.judging import drawn_of, units_of
from boundaries.models import AdjustmentItem, UnitVersion
from boundaries.procedure import ADJUSTMENT, DIVISION_CHANGE
from boundaries.registration import moved_since
from geoapp.core import papers
from geoapp.core.effective import in_force
from geoapp.core.errors import AppError, BadInput, NotFound
from geoapp.core.models import Case
from geoapp.core.roles import Role, roles_of
from geoapp.core.wording import english
from geoapp.planner.views import drafting
from geoapp.planner.views.cases import render_case
from geoapp.planner.views.drafting import own_towns, read_json
from geoapp.planner.views.operation_words import in_words
from naming.search import keys_of

PROCEDURES = {procedure.code: procedure for procedure in (ADJUSTMENT, DIVISION_CHANGE)}


def _item(case: Case, item_id: Any) -> AdjustmentItem:
    rows = AdjustmentItem.objects.filter(item__case=case).select_related("item__case")
    row = rows.filter(pk__in=uuids([str(item_id)])).first() if item_id else rows.order_by("item__seq").first()
    if row is None:
        raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
    return row


@require_http_methods(["GET", "POST"])
def workbench_new(request: HttpRequest) -> HttpResponse:
    """Open the workbench on units of the person's area; POST (JSON) opens a case."""
    if request.method == "POST":
        data = read_json(request)
        case, _item_made = intake.open_case(
            actor=request.user,  # type: ignore[arg-type]
            form=intake.read_adjustment(data),
            reason=str(data.get("reason") or ""),
            at=timezone.now(),
            procedure=PROCEDURES.get(str(data.get("procedure") or ""), ADJUSTMENT),
        )
        messages.success(request, _("已保存到案件 %(number)s") % {"number": case.number})
        return JsonResponse({"case": case.number, "url": f"/cases/{case.number}/"}, status=201)
    return render(request, "planner/workbench.html", _page(request, None, None))


@require_http_methods(["GET", "POST"])
def workbench(request: HttpRequest, number: str) -> HttpResponse:
    """The workbench of a case; POST (JSON) saves an item."""
    case: Case = request.case  # type: ignore[attr-defined]
    if request.method == "POST":
        data = read_json(request)
        asked = str(data.get("item") or "")
        if asked:
            asked = str(_item(case, asked).item_id)
        item = intake.save_adjustment(
            case,
            intake.read_adjustment(data),
            actor=request.user,  # type: ignore[arg-type]
            version=int(data["version"]) if str(data.get("version", "")).isdecimal() else -1,
            at=timezone.now(),
            item_id=asked,
        )
        messages.success(request, _("已保存到案件 %(number)s") % {"number": number})
        return JsonResponse({"case": number, "item": str(item.pk), "url": f"/cases/{number}/"})
    row = _item(case, request.GET.get("item"))
    return render(request, "planner/workbench.html", _page(request, case, row))


def _page(request: HttpRequest, case: Case | None, row: AdjustmentItem | None) -> dict[str, Any]:
    today = timezone.localdate()
    held = request.grants  # type: ignore[attr-defined]
    editor = case is None or (
        case.status in intake.EDITABLE and papers.may_edit(case, request.user, held)  # type: ignore[arg-type]
    )
    near = list(row.base) if row else [str(u) for u in uuids(request.GET.get("near", "").split(","))]
    chosen = sorted(instructions.named_in(_read_back(row)) | set(units_of(row))) if row else near
    shown = _shown(row, today) if row else {}
    moved = moved_since(row, today) if row and row.item.outcome == "pending" else []
    return {
        "case": case,
        "row": row,
        "options": _options(request) if editor else [],
        "chosen": chosen,
        "kinds": AdjustmentItem.Kind.choices,
        "unit_kinds": [(k, UnitVersion.Kind(k).label) for k in KINDS],
        "editor": editor,
        "may_divide": Role.CITY in roles_of(held),
        "procedures": [(p.code, p.title_en if english() else p.title) for p in PROCEDURES.values()],
        "moved": moved,
        "state": {
            "case": case.number if case else "",
            "version": case.version if case else "",
            "item": str(row.item_id) if row else "",
            "kind": row.kind if row else "split",
            "operations": row.operations if row else [],
            "after": row.after if row else [],
            "near": near,
            "moved": bool(moved),
            "division": bool(case and case.procedure == DIVISION_CHANGE.code),
            "base_seq": row.base_seq if row else None,
            "most": drafting.MOST_NEAR,
            "chosen": chosen,
        },
        **shown,
    }


def _read_back(row: AdjustmentItem) -> list[Any]:
    try:
        return list(instructions.read_operations(row.operations))
    except Refused:
        return []


def _options(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the communities with land in the towns where this person may draw, with what finds them in a list."""
    towns = {t.unit_id: t.name for t in own_towns(request)}
    rows = in_force(UnitVersion.objects.filter(parent_id__in=towns), timezone.localdate())
    return [
        {
            "id": str(row.unit_id),
            "name": row.name,
            "households": row.households,
            "parent": str(row.parent_id),
            "town": towns[row.parent_id],
            "keys": " ".join(keys_of(row.pinyin)),
        }
        for row in rows.filter(geom__isnull=False).defer("geom").order_by("code")
    ]


def _shown(row: AdjustmentItem, on: date) -> dict[str, Any]:
    """Return what an item says without any script: figures and operations in words."""
    drawn = drawn_of(row, on)
    beyond = [str(op.get("unit") or "") for op in row.operations if op.get("op") == instructions.LOCK]
    beyond += [str(op.get("parent") or "") for op in row.operations if op.get("op") == instructions.REPARENT]
    names = intake.current_names([*row.base, *map(str, uuids(beyond))], on) | intake.proposed_names(row)
    found: dict[str, Any] = {"words": in_words(row.operations, names)}
    if isinstance(drawn, Drawn) and drawn.refused is None:
        found["impact"] = impact_of(drawn, units_of(row), on)
    else:
        found["refused"] = drawn.refused if isinstance(drawn, Drawn) else drawn
    return found


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
    return render(request, "planner/impact.html", _impact_context(request, row, found, names))


def _impact_context(
    request: HttpRequest, row: AdjustmentItem, found: Any, names: dict[str, str]
) -> dict[str, Any]:
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
        "planner/impact_print.html", _impact_context(request, row, found, names) | {"synthetic": synthetic}
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
