"""The planner's page: draw a street, name it, see what stands in the way, save it to a case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from geoapp.core import cases, frame, roles
from geoapp.core.errors import AppError, Forbidden, NotFound
from geoapp.core.geometry import to_geojson, to_shapely
from geoapp.core.models import Case, FindingRow
from naming import door_intake, intake
from naming.collected_cases import want_name
from naming.derived import derived_names
from naming.door_forms import uuid_of
from naming.models import AddressItem, AddressVersion, CollectedDoor, RenameItem, StreetItem
from naming.renaming import street_on

RENAMING = ("name", "pinyin", "meaning", "note")
FIELDS = ("name", "pinyin", "meaning", "width_m", "start_text", "end_text", "road_class", "geometry", "note")


def case_of_request(request: HttpRequest) -> Case | None:
    """Return the case a request names, None without one. Raises NotFound, Forbidden."""
    number = request.POST.get("case") or request.GET.get("case") or ""
    if not number:
        return None
    case = cases.case_of(number)
    if not roles.may_see(request.grants, request.user, case):  # type: ignore[attr-defined]
        raise Forbidden(_("案件 %(number)s 不在您的职责内") % {"number": number}, field="case")
    return case


def _stored(case: Case | None, item_id: str) -> dict[str, Any]:
    if case is None or not item_id:
        return {}
    row = StreetItem.objects.filter(item__case=case, item_id=item_id).select_related("item__renaming").first()
    if row is None:
        raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
    values: dict[str, Any] = {name: getattr(row, name) for name in FIELDS if name != "geometry"}
    values["geometry"] = _text(to_geojson(to_shapely(row.geom)))
    if row.item.kind == "rename":
        asked = row.item.renaming
        values = {name: values[name] for name in RENAMING} | {
            "kind": "rename",
            "street": str(asked.place_id),
            "trigger": asked.trigger,
            "legal_basis": asked.legal_basis,
            "protected": "on" if asked.protected else "",
        }
    return values


def _derived_from(case: Case | None, street: UUID, item_id: str) -> dict[str, Any]:
    """Return what a renaming takes over from the item whose street its name hangs on: the name, the trigger."""
    key = uuid_of(item_id)
    row = RenameItem.objects.filter(item__case=case, pk=key).select_related("item__street").first()
    if case is None or key is None or row is None:
        return {}
    others = derived_names(row.place_id, row.old_name, row.item.street.name, timezone.localdate(), case=case)
    name = next((other.new_name for other in others if other.street == street), "")
    return {"name": name, "trigger": row.trigger, "legal_basis": row.legal_basis}


def _street(values: Any) -> dict[str, Any] | None:
    """Return the street that a form renames, as the page shows it; None for a new street."""
    if values.get("kind") != "rename":
        return None
    try:
        name, extent = street_on(str(values.get("street") or ""), timezone.localdate())
    except NotFound:
        return None
    shape = to_shapely(extent.geom)
    return {
        "id": str(name.place_id),
        "name": name.name,
        "pinyin": name.pinyin_std,
        "where": extent.where,
        "length_m": shape.length,
        "geometry": _text(to_geojson(shape)),
        "derived": derived_names(name.place_id, name.name, "", timezone.localdate()),
        "doors": AddressVersion.objects.filter(street_id=name.place_id, act_out__isnull=True)
        .values("address_id")
        .distinct()
        .count(),
    }


def _door(request: HttpRequest) -> AddressItem | None:
    """Return the door that waits for the street to be named, when the page was opened from its case."""
    key = uuid_of(request.POST.get("door") or request.GET.get("door") or "")
    if key is None:
        return None
    row = AddressItem.objects.filter(pk=key).select_related("item__case").first()
    if row is None:
        raise NotFound(_("案件中没有这一项"), remedy=_("请刷新案件页"))
    if not roles.may_see(request.grants, request.user, row.item.case):  # type: ignore[attr-defined]
        raise Forbidden(_("案件 %(number)s 不在您的职责内") % {"number": row.item.case.number}, field="door")
    return row


def _collected(request: HttpRequest) -> CollectedDoor | None:
    """Return the collected door whose street has no name, when the page was opened from its task."""
    key = uuid_of(request.POST.get("collected") or request.GET.get("collected") or "")
    if key is None:
        return None
    row = CollectedDoor.objects.filter(pk=key).select_related("task__jurisdiction").first()
    if row is None:
        raise NotFound(_("没有这扇采集的门"), remedy=_("请从采集任务中重新进入"))
    bodies = intake.applicant_bodies(request.user, timezone.localdate())  # type: ignore[arg-type]
    if not any(body.jurisdiction.contains(row.task.jurisdiction) for body in bodies):
        raise Forbidden(_("这扇门不在您单位的申请范围内"), remedy=_("请由所在地的单位申请"))
    return row


def _for_door(row: AddressItem | None, seen: CollectedDoor | None = None) -> dict[str, Any]:
    if row is None and seen is not None:
        position = frame.to_geographic(to_shapely(seen.geom))
        return {"collected": seen, "door_lon": f"{position.x:.9f}", "door_lat": f"{position.y:.9f}"}
    if row is None:
        return {}
    position = frame.to_geographic(to_shapely(row.geom))
    return {"door": row.item, "door_lon": f"{position.x:.9f}", "door_lat": f"{position.y:.9f}"}


def _text(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _page(
    request: HttpRequest, case: Case | None, values: Any, problem: dict[str, Any] | None = None
) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    for row in (problem or {}).get("errors") or ([problem] if problem and problem.get("field") else []):
        errors[row["field"]] = {
            "message": row.get("message") or row.get("detail"),
            "remedy": row.get("remedy", ""),
        }
    item = request.POST.get("item") or request.GET.get("item") or ""
    street = _street(values)
    return {
        **_for_door(_door(request), _collected(request)),
        "case": case,
        "item": item,
        "values": values,
        "errors": errors,
        "problem": problem,
        "items": list(case.items.order_by("seq")) if case else [],
        "street": street,
        "kinds": [("rename", _("更名"))] if street else [("name", _("命名"))],
        "triggers": RenameItem.Trigger.choices,
        "road_classes": StreetItem.RoadClass.choices,
        "applicants": intake.applicant_bodies(request.user, timezone.localdate()),  # type: ignore[arg-type]
        "findings": FindingRow.objects.filter(item_id=item, current=True) if item else [],
        "version": request.POST.get("version") or (case.version if case else ""),
    }


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Show the workspace; on POST save the drawn street. What was filled in survives every refusal.

    ``?rename=<id>`` opens it on a registered street that shall be called otherwise.
    """
    case = case_of_request(request)
    if request.method == "GET":
        values = _stored(case, request.GET.get("item", ""))
        if asked := request.GET.get("rename", ""):
            name, _extent = street_on(asked, timezone.localdate())
            values = {"kind": "rename", "street": str(name.place_id), "meaning": ""}
            values |= _derived_from(case, name.place_id, request.GET.get("after", ""))
        door = _door(request)
        if door is not None and not values:
            values = {"name": door.street_text}
        seen = _collected(request)
        if seen is not None and not values:
            values = {"name": seen.street_text}
        return render(request, "planner/plan.html", _page(request, case, values))
    try:
        return _save(request, case)
    except AppError as error:
        context = _page(request, case, request.POST, error.as_problem())
        return render(request, "planner/plan.html", context, status=error.status)


def _save(request: HttpRequest, case: Case | None) -> HttpResponseRedirect:
    at = timezone.now()
    door, seen = _door(request), _collected(request)
    form = intake.read_street(request.POST, on=timezone.localdate(at))
    user: Any = request.user
    if case is None:
        bodies = intake.applicant_bodies(user, timezone.localdate(at))
        wanted = request.POST.get("applicant", "")
        body = next((b for b in bodies if str(b.pk) == wanted), bodies[0] if len(bodies) == 1 else None)
        if body is None:
            raise Forbidden(_("没有选择申请主体"), field="applicant", remedy=_("请选择您代表的单位"))
        with transaction.atomic():
            case, _item = intake.open_case(
                actor=user, applicant=body, form=form, reason=request.POST.get("reason", ""), at=at
            )
            if seen is not None:
                want_name(seen, case)
        if door is not None:
            door_intake.link_naming_case(door.item, case, actor=user, at=at)
    else:
        intake.save_street(
            case,
            form,
            actor=user,
            version=_version(request, case),
            at=at,
            item_id=request.POST.get("item", ""),
        )
    messages.success(
        request, _("“%(name)s”已保存到案件 %(number)s") % {"name": form.title, "number": case.number}
    )
    if request.POST.get("action") == "another":
        return redirect(f"{reverse('planner:plan')}?case={case.number}")
    return redirect("planner:case", number=case.number)


def _version(request: HttpRequest, case: Case) -> int:
    value = request.POST.get("version", "")
    return int(value) if value.isdecimal() else case.version
