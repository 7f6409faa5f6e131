"""From collection to number: what became of the accepted doors of a task, and the button that opens their case."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from geoapp.core.models import Case
from geoapp.core.roles import Role, roles_of
from naming import collected_cases, collected_desk
from naming.collected_desk import Stand, Standing
from naming.collecting.findings import label_of
from naming.door_forms import uuid_of
from naming.models import AddressItem, CollectTask

MANY = 60
"""How many doors of one kind the page lists; the rest is counted."""


def desk_of(request: HttpRequest, task: CollectTask) -> dict[str, Any]:
    """Return what the task page shows between the field and the counter."""
    held = request.grants  # type: ignore[attr-defined]
    rows = collected_desk.standings(task, timezone.localdate())
    by_state: dict[str, list[Standing]] = {str(state): [] for state in Stand}
    for row in rows:
        by_state[row.state].append(row)
    ready = by_state[Stand.READY]
    return {
        "accepted": len(rows),
        "ready": [_line(row) for row in ready],
        "may_open": collected_cases.may_open(held, task),
        "may_name": Role.APPLICANT in roles_of(held),
        "cases_needed": -(-len(ready) // collected_cases.PER_CASE),
        "per_case": collected_cases.PER_CASE,
        "bases": AddressItem.Basis.choices,
        "basis": request.POST.get("basis", AddressItem.Basis.TOWN),
        "permit_number": request.POST.get("permit_number", ""),
        "unnamed": _unnamed(request, by_state[Stand.UNNAMED]),
        "cases": _cases([*by_state[Stand.IN_CASE], *by_state[Stand.NUMBERED]]),
        "aside": [
            (state.label, len(by_state[state]), [_line(row) for row in by_state[state][:MANY]])
            for state in (Stand.REGISTERED, Stand.SAME, Stand.OUTSIDE)
            if by_state[state]
        ],
        "totals": [(state.label, len(by_state[state])) for state in Stand if by_state[state]],
        "standing": {row.door.pk: _line(row) for row in rows},
    }


def _line(row: Standing) -> dict[str, Any]:
    return {
        "row": row,
        "state": str(row.state),
        "label": Stand(row.state).label,
        "number": label_of(row.door),
        "place": row.name or row.written,
        "case": row.item.case if row.item else None,
        "twin": label_of(row.twin) if row.twin else "",
    }


def _unnamed(request: HttpRequest, rows: list[Standing]) -> list[dict[str, Any]]:
    """Return the doors set aside by the name that was written down, with its naming case or the way to one."""
    cases = collected_desk.naming_cases([row.door for row in rows])
    found: dict[tuple[UUID, str], dict[str, Any]] = {}
    for row in rows:
        key = collected_desk.wanted_key(row.door)
        group = found.setdefault(
            key,
            {
                "written": row.written,
                "village": row.is_village,
                "count": 0,
                "case": cases.get(key),
                "link": f"{reverse('planner:plan')}?collected={row.door.pk}",
            },
        )
        group["count"] += 1
    for group in found.values():
        group["whole_link"] = request.build_absolute_uri(group["link"])
    return sorted(found.values(), key=lambda g: (-g["count"], g["written"]))


def _cases(rows: list[Standing]) -> list[tuple[Case, int, int]]:
    """Return the cases that hold doors, the newest first, with how many of them and how many have their number."""
    held: dict[Any, Case] = {}
    count: Counter[Any] = Counter()
    done: Counter[Any] = Counter()
    for row in rows:
        assert row.item is not None
        held[row.item.case_id] = row.item.case
        count[row.item.case_id] += 1
        done[row.item.case_id] += row.state == Stand.NUMBERED
    return sorted(
        ((case, count[pk], done[pk]) for pk, case in held.items()), key=lambda r: r[0].number, reverse=True
    )


def open_cases(request: HttpRequest, task: CollectTask) -> HttpResponse:
    """Open the cases that a press of the button asks for; raises what ``collected_cases.open_cases`` raises."""
    chosen: set[UUID] | None = None
    if request.POST.get("which") == "chosen":
        keys = (uuid_of(value) for value in request.POST.getlist("door"))
        chosen = {key for key in keys if key is not None}
    opened = collected_cases.open_cases(
        task,
        chosen,
        actor=request.user,  # type: ignore[arg-type]
        held=request.grants,  # type: ignore[attr-defined]
        basis=request.POST.get("basis", ""),
        permit_number=request.POST.get("permit_number", ""),
        at=timezone.now(),
    )
    if not opened.cases:
        messages.info(
            request,
            _("这些门已在案件 %(number)s 中，没有重复生成") % {"number": opened.held_by[-1].number},
        )
        return redirect("planner:case", number=opened.held_by[-1].number)
    said = ngettext(
        "已生成 %(cases)s 件编号案件，共 %(doors)s 户",
        "已生成 %(cases)s 件编号案件，共 %(doors)s 户",
        opened.doors,
    )
    messages.success(request, said % {"cases": len(opened.cases), "doors": opened.doors})
    if len(opened.cases) > 1:
        return redirect(f"{reverse('planner:collect_task', args=[task.pk])}#desk")
    return redirect("planner:case", number=opened.cases[0].number)
