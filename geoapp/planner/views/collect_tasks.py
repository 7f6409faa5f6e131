"""Collection as the town sees it: tasks by community and block, progress, the doors that came back, conflicts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from boundaries.models import UnitVersion
from geoapp.core.effective import in_force
from geoapp.core.errors import AppError, Forbidden, NotFound
from geoapp.core.geometry import to_geojson, to_shapely
from geoapp.planner.views import collect_desk
from geoapp.planner.views.features import answer_features
from naming import collected_cases, collected_desk
from naming.collecting import claims
from naming.collecting import tasks as tasking
from naming.collecting.findings import Surroundings, hints, label_of
from naming.collecting.package import community_version, outline_of
from naming.collection import progress
from naming.models import CollectedDoor, CollectTask, PlaceNameVersion

State = CollectedDoor.State
Stand = collected_desk.Stand
PER_PAGE = 30
FILTERS = ("waiting", "conflict", "returned", "accepted", "withdrawn", "all")
FIELDS = ("community", "block", "setting", "assigned_to", "due_on", "area", "note")


def _names(tasks: list[CollectTask]) -> dict[Any, str]:
    rows = in_force(
        UnitVersion.objects.filter(unit_id__in=[t.community_id for t in tasks]), timezone.localdate()
    )
    return dict(rows.values_list("unit_id", "name"))


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Tasks and how far they are, by community; POST makes a task."""
    error: AppError | None = None
    if request.method == "POST":
        try:
            task = tasking.create(
                request.POST,
                user=request.user,  # type: ignore[arg-type]
                held=request.grants,  # type: ignore[attr-defined]
                at=timezone.now(),
                on=timezone.localdate(),
            )
            messages.success(request, _("已建立采集任务“%(block)s”") % {"block": task.block})
            return redirect("planner:collect_task", task_id=task.pk)
        except AppError as found:
            error = found
    return render(
        request, "planner/collect_tasks.html", _index(request, error), status=error.status if error else 200
    )


def _index(request: HttpRequest, error: AppError | None) -> dict[str, Any]:
    held, on = request.grants, timezone.localdate()  # type: ignore[attr-defined]
    rows = list(tasking.managed(held))
    names, counts = _names(rows), progress(rows)
    stands = collected_desk.counts(rows, on)
    options = tasking.communities(held, on)
    areas = {v.unit.jurisdiction or (v.parent and v.parent.jurisdiction) for v in options}
    table = [
        {
            "task": task,
            "community": names.get(task.community_id, ""),
            "counts": counts[task.pk],
            "stands": stands[task.pk],
            "late": bool(task.due_on and task.due_on < on and task.state == CollectTask.State.OPEN),
        }
        for task in rows
    ]
    return {
        "rows": sorted(table, key=lambda r: (r["task"].state != "open", r["community"], r["task"].block)),
        "by_community": _by_community(table),
        "options": options,
        "people": tasking.collectors([a for a in areas if a], on),
        "settings": CollectTask.Setting.choices,
        "values": {name: request.POST.get(name, "rural" if name == "setting" else "") for name in FIELDS},
        "problem": error,
    }


def _by_community(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[Any, dict[str, Any]] = {}
    for row in table:
        key = row["task"].community_id
        line = found.setdefault(
            key,
            {
                "name": row["community"],
                "tasks": 0,
                "all": 0,
                **dict.fromkeys((*State.values, *collected_desk.Stand.values), 0),
            },
        )
        line["tasks"] += 1
        for name, count in row["counts"].items():
            line[name] += count
        for name, count in row["stands"].items():
            line[name] += count
    for line in found.values():
        counted = line["all"] - line[State.WITHDRAWN]
        line["share"] = round(100 * line[State.ACCEPTED] / counted) if counted else 0
        line["given"] = line[Stand.NUMBERED] + line[Stand.REGISTERED]
        line["stuck"] = line[Stand.SAME] + line[Stand.OUTSIDE]
    return sorted(found.values(), key=lambda r: r["name"])


@require_GET
def progress_geojson(request: HttpRequest) -> JsonResponse:
    """The communities with tasks, how many doors came in and were accepted (CRS84)."""
    rows = list(tasking.managed(request.grants))  # type: ignore[attr-defined]
    counts = progress(rows)
    total: dict[Any, dict[str, int]] = {}
    for task in rows:
        line = total.setdefault(task.community_id, {"collected": 0, "accepted": 0, "conflict": 0})
        line["collected"] += counts[task.pk]["all"] - counts[task.pk][State.WITHDRAWN]
        line["accepted"] += counts[task.pk][State.ACCEPTED]
        line["conflict"] += counts[task.pk][State.CONFLICT]
    versions = in_force(UnitVersion.objects.filter(unit_id__in=list(total)), timezone.localdate())
    return answer_features(
        [
            {
                "type": "Feature",
                "id": str(v.unit_id),
                "geometry": to_geojson(to_shapely(v.geom)),
                "properties": {
                    "name": v.name,
                    "label": f"{v.name} {total[v.unit_id]['accepted']}/{total[v.unit_id]['collected']}",
                    **total[v.unit_id],
                },
            }
            for v in versions.filter(geom__isnull=False)
        ]
    )


def _task(request: HttpRequest, task_id: UUID) -> CollectTask:
    task = CollectTask.objects.select_related("jurisdiction", "assigned_to").filter(pk=task_id).first()
    if task is None:
        raise NotFound(_("没有这项采集任务"), remedy=_("请从任务列表进入"))
    if not tasking.may_manage(request.grants, task):  # type: ignore[attr-defined]
        raise Forbidden(_("这项任务不在您的辖区内"), remedy=_("请由所在镇街办理"))
    return task


@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """A task: its doors with what to look at, conflicts side by side; POST hands it on or ends it."""
    row = _task(request, task_id)
    error: AppError | None = None
    if request.method == "POST":
        try:
            seen = request.POST.get("version", "")
            tasking.change(
                row, request.POST, version=int(seen) if seen.isdecimal() else -1, on=timezone.localdate()
            )
            messages.success(request, _("任务已更新"))
            return redirect("planner:collect_task", task_id=task_id)
        except AppError as found:
            error = found
    return _render(request, row, error)


def _render(request: HttpRequest, row: CollectTask, error: AppError | None) -> HttpResponse:
    on = timezone.localdate()
    wanted = request.GET.get("state", "waiting")
    wanted = wanted if wanted in FILTERS else "waiting"
    doors = list(row.doors.select_related("collected_by", "task", "reviewed_by").prefetch_related("photos"))
    around = Surroundings(row, doors, on)
    shown = [
        d
        for d in doors
        if wanted == "all" or d.state == wanted or (wanted == "waiting" and d.state == State.RECEIVED)
    ]
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    names = _street_names(doors, on)
    desk = collect_desk.desk_of(request, row)
    version = community_version(row)
    counts = progress([row])[row.pk]
    people = tasking.collectors([row.jurisdiction], on)
    if row.assigned_to and row.assigned_to not in people:
        people.append(row.assigned_to)
    return render(
        request,
        "planner/collect_task.html",
        {
            "task": row,
            "community": version.name if version else "",
            "counts": counts,
            "filters": [(key, counts[key] if key in counts else counts[State.RECEIVED]) for key in FILTERS],
            "wanted": wanted,
            "page": page,
            "lines": [_line(d, names, around) | {"standing": desk["standing"].get(d.pk)} for d in page],
            "desk": desk,
            "pairs": _pairs(list(page), names, around, on) if wanted == "conflict" else [],
            "people": people,
            "states": CollectTask.State.choices,
            "problem": error,
        },
        status=error.status if error else 200,
    )


def _street_names(doors: list[CollectedDoor], on: Any) -> dict[Any, str]:
    streets = {d.street_id for d in doors if d.street_id}
    rows = in_force(PlaceNameVersion.objects.filter(place_id__in=streets), on)
    return dict(rows.values_list("place_id", "name"))


def _line(door: CollectedDoor, names: dict[Any, str], around: Surroundings) -> dict[str, Any]:
    photos = list(door.photos.all())
    return {
        "door": door,
        "street": names.get(door.street_id, "") or door.street_text or door.village,
        "number": label_of(door),
        "photos": photos,
        "hints": hints(door, around, {p.kind for p in photos}),
    }


def _pairs(
    doors: list[CollectedDoor], names: dict[Any, str], around: Surroundings, on: Any
) -> list[dict[str, Any]]:
    """Return each door in conflict with the one that has the number, and the next free number."""
    found = []
    for door in doors:
        if door.state != State.CONFLICT:
            continue
        rival = claims.rivals(door).select_related("task", "collected_by").prefetch_related("photos").first()
        known = claims.registered_of(door, on) if rival is None else None
        free = claims.next_free(door, on)
        found.append(
            {
                "door": _line(door, names, around),
                "rival": _line(rival, names, around) if rival else None,
                "foreign": bool(rival and rival.task_id != door.task_id),
                "known": known,
                "free": f"{free.number}" + (f"-{free.sub_number}" if free.sub_number else "") if free else "",
                "why": free.why() if free else [],
                "apart_m": to_shapely(rival.geom).distance(to_shapely(door.geom)) if rival else None,
            }
        )
    return found


@require_POST
def review(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Accept, return or take down the chosen doors."""
    row = _task(request, task_id)
    try:
        chosen = [UUID(value) for value in request.POST.getlist("door") if _is_uuid(value)]
        collected_cases.leave_cases_alone(chosen)
        done = tasking.review(
            row,
            chosen,
            request.POST.get("action", ""),
            note=" ".join(request.POST.get("note", "").split()),
            user=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )
    except AppError as error:
        return _render(request, row, error)
    said = {
        "accept": ngettext("已通过 %(n)s 个门", "已通过 %(n)s 个门", len(done)),
        "return": ngettext("已退回 %(n)s 个门", "已退回 %(n)s 个门", len(done)),
        "withdraw": ngettext("已撤下 %(n)s 个门", "已撤下 %(n)s 个门", len(done)),
    }
    messages.success(request, said[request.POST["action"]] % {"n": len(done)})
    back = {"state": request.POST.get("state", "waiting")}
    return redirect(f"{reverse('planner:collect_task', kwargs={'task_id': task_id})}?{urlencode(back)}")


@require_POST
def number(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Open the door case of the accepted doors that are ready, or of the chosen ones."""
    row = _task(request, task_id)
    try:
        return collect_desk.open_cases(request, row)
    except AppError as error:
        return _render(request, row, error)


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


@require_GET
def doors_geojson(request: HttpRequest, task_id: UUID) -> JsonResponse:
    """The doors of a task and its block, for the map (CRS84)."""
    row = _task(request, task_id)
    features: list[dict[str, Any]] = []
    doors = list(row.doors.exclude(state=State.WITHDRAWN))
    # A community is large beside its doors: without a block of its own the map goes to the doors.
    outline = outline_of(row) if row.area or not doors else None
    if outline is not None:
        features.append(
            {
                "type": "Feature",
                "geometry": to_geojson(outline),
                "properties": {"kind": "block", "label": row.block},
            }
        )
    for door in doors:
        features.append(
            {
                "type": "Feature",
                "id": str(door.pk),
                "geometry": to_geojson(to_shapely(door.geom)),
                "properties": {"kind": "door", "label": label_of(door), "state": door.state},
            }
        )
    return answer_features(features)
