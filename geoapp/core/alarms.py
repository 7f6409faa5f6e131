"""Clocks that have run out are entered once into the case's history; they stop nothing (design: rules)."""

from __future__ import annotations

import json
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from geoapp.core import cases
from geoapp.core.models import Case, CaseTask

ACTION = "clock_overdue"


def raise_alarm(task: CaseTask, due_on: date, *, on: date, at: datetime) -> bool:
    """Note in the case's history that a task's clock ran out; return False when that was noted before.

    A clock that was extended and runs out again is noted again: the day it was due is another.
    """
    with transaction.atomic():
        # Taking the case's row keeps two runs, and a run and an officer, from writing one number twice.
        Case.objects.filter(pk=task.case_id).update(lock_version=F("lock_version") + 1)
        # An officer may have finished it while the row was waited for.
        if not CaseTask.objects.filter(pk=task.pk, done_on__isnull=True).exists():
            return False
        case = Case.objects.get(pk=task.case_id)
        said = (json.loads(e.data)["overdue"] for e in case.events.filter(action=ACTION))
        if any((s["task"], s["due_on"]) == (task.kind, str(due_on)) for s in said):
            return False
        cases.record_event(
            case,
            action=ACTION,
            arrow=(case.status, case.status),
            actor=None,
            at=at,
            note=str(CaseTask.Kind(task.kind).label),
            data={"overdue": {"task": task.kind, "due_on": due_on, "days": (on - due_on).days}},
        )
    return True
