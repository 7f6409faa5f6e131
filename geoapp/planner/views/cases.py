"""The inbox and the case page: everything a case holds, and what this person may do with it now."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from boundaries.clocks import due_of, granted_months
from geoapp.access import IMPORTERS
from geoapp.core import attachments, calendar, cases, papers, roles, wording, workflow
from geoapp.core.authority import authority_for, profile_on, profiles_read
from geoapp.core.errors import AppError, Conflict, StillPreparing
from geoapp.core.models import Case, Consultation, PublicComment
from geoapp.core.profiles import Profile
from geoapp.core.roles import Grant
from geoapp.planner.views import door_room  # noqa: F401 (enters the room of door cases)
from geoapp.planner.views.case_rooms import OUTCOMES, ROOMS
from naming.door_clock import clock_of, prefetches
from naming.door_procedure import DOOR_NUMBERING

# Who has to move next in each state; the inbox shows these cases first.
TURN = {
    "draft": {"filer"},
    "supplement": {"filer"},
    "party_review": {"filer"},
    "meeting": {"filer"},
    "submitted": {"officer"},
    "accepted": {"officer"},
    "consulting": {"officer", "department"},
    "publicity": {"officer"},
    "reviewed": {"approver"},
    "recorded": {"officer"},
    "decided": {"officer", "publisher"},
    "refused": {"officer"},
    "collected": {"proposer"},
    "naming": {"filer"},
    "checked": {"police"},
    "active": {"police"},
}
EDITABLE = ("draft", "supplement")
ACCEPT_WORKING_DAYS, DECIDE_WORKING_DAYS = 5, 20


def deadline(
    case: Case, table: dict[date, bool], profiles: Callable[[date], Profile] = profile_on
) -> dict[str, Any] | None:
    """Return the clock that runs in a case: what must happen by when, and how many days are left.

    Before the decision working days are counted (``working``), after it calendar days to the next open task's end.
    """
    if case.procedure == DOOR_NUMBERING.code:
        clock = clock_of(case, table, timezone.localdate(), profiles)
        if clock is None:
            return None
        left = calendar.working_days_between(timezone.localdate(), clock.due, table)
        return {
            "what": clock.what,
            "due": clock.due,
            "left": left,
            "law": clock.law,
            "days": clock.days,
            "working": True,
            "late": -left,
        }
    if case.status == "submitted" and case.submitted_at:
        start, days, law = case.submitted_at, ACCEPT_WORKING_DAYS, "行政许可法 第三十二条"
        what = _("受理或一次告知补正")
    elif case.status in {"accepted", "consulting", "publicity", "reviewed", "recorded"} and case.accepted_at:
        start, days, law = case.accepted_at, DECIDE_WORKING_DAYS, "行政许可法 第四十二条"
        what = _("作出决定")
        if case.authority:
            days = case.authority.decision_days
    elif case.status == "decided":
        return _next_task(case, table)
    else:
        return None
    excluded = _excluded_days(case)
    due = calendar.add_days(
        timezone.localdate(start), days, working=True, table=table, excluded=lambda d: d in excluded
    )
    left = calendar.working_days_between(timezone.localdate(), due, table)
    return {"what": what, "due": due, "left": left, "law": law, "days": days, "working": True, "late": -left}


def _next_task(case: Case, table: dict[date, bool]) -> dict[str, Any] | None:
    rows = [row for row in tasks_of(case, table) if row["open"] and row["due"]]
    if not rows:
        return None
    row = min(rows, key=lambda r: r["due"])
    what, law = row["task"].get_kind_display(), row["task"].due_law
    return {"what": what, "law": law, "days": None, "working": False} | {
        key: row[key] for key in ("due", "left", "late")
    }


def tasks_of(case: Case, table: dict[date, bool]) -> list[dict[str, Any]]:
    """Return the tasks after the decision with their clocks: when due, days left, days late."""
    today = timezone.localdate()
    found = []
    for task in case.tasks.all():
        open_ = task.done_on is None
        due = due_of(case, task, table) if open_ else task.due_on
        left = (due - (today if open_ else task.done_on)).days if due else None
        late = -left if left is not None and left < 0 else 0
        found.append({"task": task, "due": due, "open": open_, "left": left, "late": late})
    return found


def _excluded_days(case: Case) -> set[date]:
    # 行政许可法 art. 45: the days of expert argument, hearing and announcement do not count.
    found: set[date] = set()
    for p in case.publicities.all():
        found |= {date.fromordinal(n) for n in range(p.starts.toordinal(), p.ends.toordinal() + 1)}
    return found


def _is_turn(case: Case, held: list[Grant]) -> bool:
    turn = ROOMS[case.procedure].turn(case)
    wanted = TURN.get(case.status, set()) if turn is None else turn
    if case.procedure != "street_naming" and case.status == "consulting":
        wanted = {"filer", "department"}
    return roles.acts_on(
        held, case, {r for w in wanted for r in (roles.filers(case) if w == "filer" else (w,))}
    )


def _states() -> list[Any]:
    """Return the states of all procedures, each code once."""
    found = {state.code: state for procedure in workflow.procedures() for state in procedure.states}
    return list(found.values())


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The cases a person may see: those waiting for them first, then by deadline."""
    held: list[Grant] = request.grants  # type: ignore[attr-defined]
    rows = roles.visible_cases(held, request.user).select_related(  # type: ignore[arg-type]
        "jurisdiction", "applicant", "authority", "created_by", "place", "decision"
    )
    status, text = request.GET.get("status", ""), request.GET.get("q", "").strip()
    view = request.GET.get("view", "mine")
    if status:
        rows = rows.filter(status=status)
    if text:
        rows = rows.filter(title__contains=text) | rows.filter(number__contains=text)
    table, profiles = dict(calendar.exceptions()), profiles_read()
    found = []
    for row in rows.prefetch_related("publicities", "tasks", *prefetches()):
        mine = _is_turn(row, held)
        if view == "mine" and not mine and not (status or text):
            continue
        found.append(
            {
                "case": row,
                "mine": mine,
                "deadline": deadline(row, table, profiles),
                "state": workflow.conduct_of(row).procedure.state(row.status),
            }
        )
    found.sort(
        key=lambda r: (not r["mine"], r["deadline"]["due"] if r["deadline"] else date.max, r["case"].number)
    )
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "states": _states(),
        "status": status,
        "q": text,
        "view": view,
        "may_plan": bool(roles.roles_of(held) & {"applicant"}),
        "may_confirm_lists": bool(roles.roles_of(held) & {"district_officer", "city_officer"}),
        "may_adjust": bool(roles.roles_of(held) & {"town_officer"}),
        "may_import": bool(roles.roles_of(held) & IMPORTERS),
        "may_file_doors": bool(roles.roles_of(held) & {"town_officer", "applicant"}),
        "may_review_doors": any(g.department_code == "GA" for g in held),
        "may_hang": any(g.department_code == "GA" or g.role == "town_officer" for g in held),
        "total": len(found),
    }
    return render(request, "planner/cases.html", context)


def _actions(case: Case, user: Any) -> list[dict[str, Any]]:
    offered = workflow.offers(case, user, at=timezone.now())
    return [{"row": o.row, "reasons": o.reasons, "allowed": o.allowed, "enabled": o.enabled} for o in offered]


def _context(request: HttpRequest, case: Case) -> dict[str, Any]:
    actions = _actions(case, request.user)
    table = dict(calendar.exceptions())
    decision = getattr(case, "decision", None)
    held: list[Grant] = request.grants  # type: ignore[attr-defined]
    user: Any = request.user
    procedure = workflow.conduct_of(case).procedure
    room = ROOMS[case.procedure]
    return {
        **room.extra(case),
        **room.private(case, held),
        "room": room,
        "draw_url": room.draw_url(case),
        "case": case,
        "state": procedure.state(case.status),
        "procedure": procedure,
        **(room.part(case, request.GET) if room.part else {"items": room.rows(case)}),
        "events": [
            {
                "event": e,
                "label": _label(case, e.action),
                "overdue": json.loads(e.data).get("overdue") if '"overdue"' in e.data else None,
                "prepared": json.loads(e.data).get("prepared") if '"prepared"' in e.data else None,
            }
            for e in case.events.select_related("actor").order_by("seq")
        ],
        "documents": case.attachments.select_related("uploaded_by"),
        "kinds": {kind: attachments.KINDS[kind] for kind in procedure.papers},
        "consultations": case.consultations.select_related("department", "answered_by"),
        "opinions": Consultation.Opinion.choices,
        "publicities": case.publicities.prefetch_related("comments"),
        "comments": PublicComment.objects.filter(publicity__case=case).select_related("item", "answered_by"),
        "tasks": tasks_of(case, table),
        "granted": granted_months(case) if case.procedure == "division_change" else 0,
        "decision": decision,
        "authority": authority_for(case, timezone.localdate()),
        "deadline": deadline(case, table),
        "actions": actions,
        "action": {a["row"].action: a for a in actions},
        "editor": case.status in EDITABLE and papers.may_edit(case, user, held),
        "may_attach": papers.may_attach(case, user, held),
        "outcomes": [(code, OUTCOMES[code]) for code in room.outcomes],
        "steps": procedure.main_line(),
        "today": timezone.localdate(),
    }


def _label(case: Case, action: str) -> str:
    procedure = workflow.conduct_of(case).procedure
    row = next((r for r in procedure.transitions if r.action == action), None)
    return wording.label(row) if row else str(ROOMS[case.procedure].labels.get(action, action))


def render_case(request: HttpRequest, case: Case, error: AppError | None = None) -> HttpResponse:
    """Render the case page; after a refusal with its message and what was filled in."""
    fresh = cases.case_of(case.number)
    context = _context(request, fresh) | {"values": request.POST}
    if error is None:
        return render(request, "planner/case.html", context)
    return render(
        request, "planner/case.html", context | {"problem": error.as_problem()}, status=error.status
    )


@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case."""
    return render_case(request, request.case)  # type: ignore[attr-defined]


def seen_version(request: HttpRequest) -> int:
    """Return the version the person saw. Raises Conflict when the form carries none."""
    value = request.POST.get("version", "")
    if not value.isdecimal():
        raise Conflict(_("提交中没有案件版次"), field="version", remedy=_("请刷新页面后再办"))
    return int(value)


@require_POST
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Carry out one action of the transition table."""
    data: dict[str, Any] = {k: v for k, v in request.POST.items() if k not in {"version", "note"}}
    data |= dict(request.FILES.items())
    data["outcomes"] = {
        key.removeprefix("outcome-"): {
            "outcome": value,
            "reason": request.POST.get(key.replace("outcome-", "reason-", 1), ""),
        }
        for key, value in request.POST.items()
        if key.startswith("outcome-")
    }
    try:
        workflow.move(
            number,
            action,
            actor=request.user,  # type: ignore[arg-type]
            version=seen_version(request),
            note=request.POST.get("note", ""),
            data=data,
            patience_s=settings.GEOAPP_PREPARE_SECONDS,
        )
    except StillPreparing as progress:
        return _preparing(request, request.case, action, progress)  # type: ignore[attr-defined]
    except AppError as error:
        return render_case(request, request.case, error)  # type: ignore[attr-defined]
    messages.success(request, _("已办理“%(action)s”") % {"action": _label(request.case, action)})  # type: ignore[attr-defined]
    # Back to the part of the page the person was working on.
    asked = request.GET.urlencode()
    return redirect(f"{reverse('planner:case', args=[number])}{'?' if asked else ''}{asked}")


def _preparing(request: HttpRequest, case: Case, action: str, progress: StillPreparing) -> HttpResponse:
    """Say how far the preparation got; the form on the page sends the same step again and goes on with it."""
    fields = [
        (key, value)
        for key, values in request.POST.lists()
        if key != "csrfmiddlewaretoken"
        for value in values
    ]
    context = {
        "case": case,
        "what": _label(case, action),
        "message": progress.message,
        "done": progress.extra["done"],
        "total": progress.extra["total"],
        "fields": fields,
    }
    return render(request, "planner/preparing.html", context, status=progress.status)


@require_POST
def reason(request: HttpRequest, number: str) -> HttpResponse:
    """Change the reasons of an application."""
    found = request.case  # type: ignore[attr-defined]
    try:
        papers.change_reason(
            found,
            request.POST.get("reason", ""),
            actor=request.user,
            version=seen_version(request),
            at=timezone.now(),  # type: ignore[arg-type]
        )
    except AppError as error:
        return render_case(request, found, error)
    messages.success(request, _("申请理由已保存"))
    return redirect("planner:case", number=number)


@require_POST
def remove(request: HttpRequest, number: str, item_id: UUID) -> HttpResponse:
    """Take an item out of a draft."""
    found = request.case  # type: ignore[attr-defined]
    try:
        ROOMS[found.procedure].remove(
            found,
            str(item_id),
            actor=request.user,
            version=seen_version(request),
            at=timezone.now(),  # type: ignore[arg-type]
        )
    except AppError as error:
        return render_case(request, found, error)
    messages.success(request, _("已移除；原内容保留在办理经过中"))
    return redirect("planner:case", number=number)
