"""The clocks of an adjustment after its decision: pure functions of dates, months granted and the calendar.

行政区划管理条例 art. 15: a division change is completed within 12 months of its approval, up to 6 more with approval;
art. 17: codes it alters are fixed and published within one month. A clock never blocks what ends the delay: it
alarms, and the delay is recorded with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from boundaries.procedure import DIVISION_CHANGE
from geoapp.core import calendar
from geoapp.core.models import Case, CaseTask

COMPLETE_MONTHS, EXTENSION_MONTHS, CODE_MONTHS = 12, 6, 1
EXTEND = "extend"
COMPLETE_LAW = "行政区划管理条例 第十五条"
CODE_LAW = "行政区划管理条例 第十七条；统计用区划代码规则"


def completion_due(decided_on: date, granted_months: int, table: Mapping[date, bool]) -> date:
    """Return the last day to complete a division change approved on a day. Raises ValueError above six months."""
    if not 0 <= granted_months <= EXTENSION_MONTHS:
        raise ValueError(f"an extension is of 0 to {EXTENSION_MONTHS} months, not {granted_months}")
    return calendar.add_months(decided_on, COMPLETE_MONTHS + granted_months, table=table)


def codes_due(effective_on: date, table: Mapping[date, bool]) -> date:
    """Return the last day to fix and publish the codes a change alters."""
    return calendar.add_months(effective_on, CODE_MONTHS, table=table)


def granted_months(case: Case) -> int:
    """Return by how many months the completion was extended: the recorded step says."""
    event = case.events.filter(action=EXTEND).order_by("-seq").first()
    return int(json.loads(event.data)["months"]) if event else 0


def due_of(case: Case, task: CaseTask, table: Mapping[date, bool]) -> date | None:
    """Return when a task after the decision is due, from the events and the calendar as they are now."""
    if task.kind == CaseTask.Kind.CODES:
        return codes_due(case.decision.effective_on, table)
    if task.kind == CaseTask.Kind.IMPLEMENT and case.procedure == DIVISION_CHANGE.code:
        return completion_due(case.decision.decided_on, granted_months(case), table)
    return task.due_on


def recompute(case: Case, table: Mapping[date, bool]) -> list[CaseTask]:
    """Bring the stored days of a case's open tasks in step with events and calendar; return what changed."""
    changed = []
    for task in case.tasks.filter(done_on__isnull=True):
        due = due_of(case, task, table)
        if due != task.due_on:
            CaseTask.objects.filter(pk=task.pk).update(due_on=due)
            task.due_on = due
            changed.append(task)
    return changed
