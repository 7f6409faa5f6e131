"""The counter: an application for door numbers is opened and filled in, with the number a door would get."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from shapely.geometry.base import BaseGeometry

from geoapp.core import cases, frame, papers, roles, wording
from geoapp.core.errors import AppError, BadInput, Forbidden, NotFound
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case
from geoapp.planner.views.cases import render_case, seen_version
from geoapp.planner.views.drafting import own_towns
from naming import along, door_intake, door_numbers, door_owner
from naming.addressing.compose import number_text
from naming.door_forms import INSIDE, read_door, read_point, uuid_of
from naming.door_judging import standard_name
from naming.door_near import Near, near
from naming.door_procedure import DOOR_NUMBERING
from naming.intake import applicant_bodies
from naming.models import AddressItem

PLAIN = ("street_text", "number", "sub_number", "basis", "permit_number", "reason", "collected", *INSIDE)


_FEW_TOWNS = 4


def _case(request: HttpRequest) -> Case | None:
    number = request.POST.get("case") or request.GET.get("case") or ""
    if not number:
        return None
    case = cases.case_of(number)
    if case.procedure != DOOR_NUMBERING.code:
        raise NotFound(_("这不是门楼号案件"), field="case")
    if not roles.may_see(request.grants, request.user, case):  # type: ignore[attr-defined]
        raise Forbidden(_("案件 %(number)s 不在您的职责内") % {"number": number}, field="case")
    return case


def _stored(case: Case | None, item_id: str) -> dict[str, Any]:
    if case is None or not item_id:
        return {}
    row = next((r for r in AddressItem.objects.filter(item__case=case) if str(r.pk) == item_id), None)
    if row is None:
        raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
    position = frame.to_geographic(to_shapely(row.geom))
    values = {name: "" if getattr(row, name) is None else getattr(row, name) for name in PLAIN}
    return values | {
        "kind": row.item.kind,
        "lon": f"{position.x:.9f}",
        "lat": f"{position.y:.9f}",
        "street": str(row.street_id or ""),
        "address": str(row.address_id or ""),
    }


def _around(values: Any) -> Near | None:
    if not values.get("lon") or not values.get("lat"):
        return None
    on = timezone.localdate()
    try:
        return near(read_point(values, on), on)
    except BadInput:
        return None


def _page(
    request: HttpRequest, case: Case | None, values: Any, problem: dict[str, Any] | None = None
) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    for row in (problem or {}).get("errors") or ([problem] if problem and problem.get("field") else []):
        errors[row["field"]] = {
            "message": row.get("message") or row.get("detail"),
            "remedy": row.get("remedy", ""),
        }
    held = request.grants  # type: ignore[attr-defined]
    around = _around(values)
    counter = any(g.role == roles.Role.TOWN for g in held)
    street = values.get("street", "")
    groups = _groups(around, " ".join(str(values.get("q") or "").split()), _spot(values))
    known = {option["id"] for group in groups for option in group["options"]}
    named = standard_name(uuid_of(street), timezone.localdate()) if street not in known else None
    return {
        "case": case,
        "item": request.POST.get("item") or request.GET.get("item") or "",
        "values": values,
        "errors": errors,
        "problem": problem,
        "around": around,
        "chosen_street": named,
        "groups": groups,
        "asked": " ".join(str(values.get("q") or "").split()),
        "found": sum(len(group["options"]) for group in groups if group["asked"]),
        "kinds": AddressItem.Kind.choices,
        "bases": AddressItem.Basis.choices,
        "applicants": [] if counter else applicant_bodies(request.user, timezone.localdate()),  # type: ignore[arg-type]
        "counter": counter,
        "version": request.POST.get("version") or (case.version if case else ""),
        "items": list(case.items.order_by("seq")) if case else [],
        "inside": [(name, label, values.get(name, "")) for name, label in _inside_labels()],
        "extent": _first_view(request) if counter else "",
    }


def _spot(values: Any) -> BaseGeometry | None:
    try:
        return read_point(values, timezone.localdate())
    except BadInput:
        return None


def _groups(around: Near | None, text: str, spot: BaseGeometry | None) -> list[dict[str, Any]]:
    """Return what a number may count along: streets near, what was searched for, villages of the community.

    Each option with the number a door would get there; a group that was ``asked`` for holds the search's finds.
    """
    on = timezone.localdate()
    near_by = [
        _option(str(s.id), s.name, f"{s.distance_m:.0f} m", s.suggestion)
        for s in (around.streets if around else ())
    ]
    community = around.community if around else None
    seen = {option["id"] for option in near_by}
    choice = along.choose(text, community, on) if text or community else along.Choice(())
    groups: list[dict[str, Any]] = [{"label": _("附近的街路巷"), "asked": False, "options": near_by}]
    if text:
        found = [place for place in choice.streets if str(place.id) not in seen]
        groups.append({"label": _("查到的街路巷"), "asked": True, "options": _places(found, spot, on)})
    label = _("查到的自然村") if text else _("本村居的自然村")
    groups.append({"label": label, "asked": bool(text), "options": _places(choice.villages, spot, on)})
    return [group for group in groups if group["options"]]


def _places(places: list[along.Place], spot: BaseGeometry | None, on: date) -> list[dict[str, Any]]:
    return [
        _option(str(p.id), p.name, "" if p.here else p.where, door_numbers.try_suggest(p.id, spot, on))
        for p in places
    ]


def _option(key: str, name: str, aside: str, found: door_numbers.Suggestion | None) -> dict[str, Any]:
    why = ""
    if found is not None:
        why = found.explanation_en if wording.english() else found.explanation
    return {"id": key, "name": name, "aside": aside, "number": found.text if found else "", "why": why}


def _first_view(request: HttpRequest) -> str:
    """Return where the map of a counter begins: the officer's towns, as a frame box in metres."""
    towns = own_towns(request)
    boxes = [to_shapely(town.geom).bounds for town in towns if town.geom] if len(towns) <= _FEW_TOWNS else []
    if not boxes:
        return ""
    west, south, east, north = zip(*boxes, strict=True)
    return f"{min(west):.0f},{min(south):.0f},{max(east):.0f},{max(north):.0f}"


def _inside_labels() -> list[tuple[str, str]]:
    return [
        ("compound", _("小区或院落")),
        ("building", _("楼栋（如 2座）")),
        ("unit_no", _("单元（如 1单元）")),
        ("floor", _("楼层（只填数字）")),
        ("room", _("户室（只填号）")),
    ]


@require_http_methods(["GET", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """Show the counter's form; on POST save the door. What was filled in survives every refusal."""
    case = _case(request)
    if request.method == "GET":
        given = {key: value for key, value in request.GET.items() if key not in {"case", "item", "lang"}}
        values = _stored(case, request.GET.get("item", "")) | given
        return render(request, "planner/door_counter.html", _page(request, case, values))
    if request.POST.get("action") == "look":
        # Sent as a form is: an owner's name belongs into no address line.
        return render(request, "planner/door_counter.html", _page(request, case, request.POST))
    try:
        return _save(request, case)
    except AppError as error:
        context = _page(request, case, request.POST, error.as_problem())
        return render(request, "planner/door_counter.html", context, status=error.status)


def _save(request: HttpRequest, case: Case | None) -> HttpResponseRedirect:
    at = timezone.now()
    form = read_door(request.POST, on=timezone.localdate(at))
    user: Any = request.user
    if case is None:
        owner = door_owner.read_owner(request.POST.get("owner_name", ""), request.POST.get("owner_phone", ""))
        bodies = applicant_bodies(user, timezone.localdate(at))
        wanted = request.POST.get("applicant", "")
        case, item = door_intake.open_case(
            actor=user,
            form=form,
            reason=request.POST.get("reason_case", ""),
            at=at,
            applicant=next((b for b in bodies if str(b.pk) == wanted), None),
            owner=owner,
        )
    else:
        item = door_intake.save_door(
            case,
            form,
            actor=user,
            version=seen_version(request),
            at=at,
            item_id=request.POST.get("item", ""),
        )
    messages.success(
        request, _("“%(name)s”已保存到案件 %(number)s") % {"name": item.title, "number": case.number}
    )
    if request.POST.get("action") == "another":
        return redirect(f"{reverse('planner:door_counter')}?case={case.number}")
    return redirect("planner:case", number=case.number)


@require_GET
def near_json(request: HttpRequest) -> JsonResponse:
    """What lies at a point: community, streets with the number a door there would get, doors (JSON)."""
    on = timezone.localdate()
    spot = read_point(request.GET, on)
    found = near(spot, on)
    english = wording.english()
    document = {
        "community": {"id": str(found.community.unit_id), "name": found.community.name}
        if found.community
        else None,
        "streets": [
            {
                "id": str(s.id),
                "name": s.name,
                "distance_m": round(s.distance_m, 1),
                "number": s.suggestion.number,
                "sub_number": s.suggestion.sub_number,
                "text": s.suggestion.text,
                "why": s.suggestion.explanation_en if english else s.suggestion.explanation,
            }
            for s in found.streets
        ],
        "groups": _groups(found, " ".join(request.GET.get("q", "").split()), spot),
        "doors": [
            {"id": str(d.address_id), "text": d.text, "number": number_text(d.number, d.sub_number)}
            for d in found.doors
        ],
    }
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False})


@require_POST
def owner(request: HttpRequest, number: str) -> HttpResponse:
    """Change whom an application is for."""
    case: Case = request.case  # type: ignore[attr-defined]
    if not (
        door_owner.may_read(request.grants, case)  # type: ignore[attr-defined]
        and papers.may_edit(case, request.user, request.grants)  # type: ignore[attr-defined, arg-type]
    ):
        error = Forbidden(_("只有镇街窗口可以在申请开放时修改业主信息"), remedy=_("请由镇街窗口办理"))
        return render_case(request, case, error)
    try:
        door_intake.keep_owner(
            case,
            request.POST.get("owner_name", ""),
            request.POST.get("owner_phone", ""),
            actor=request.user,  # type: ignore[arg-type]
            version=seen_version(request),
            at=timezone.now(),
        )
    except AppError as error:
        return render_case(request, case, error)
    messages.success(request, _("业主信息已保存"))
    return redirect("planner:case", number=number)
