"""How door cases are conducted: the effects of their steps, the rules at each stage, the rows to lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from geoapp.core import cases, steps, workflow
from geoapp.core.authority import authority_for
from geoapp.core.checks import Severity, Stage
from geoapp.core.errors import BadInput
from geoapp.core.models import CaseItem
from geoapp.core.workflow import Conduct, Step
from naming import door_register, door_tasks
from naming.address_checks import RULES
from naming.address_register import streets_to_lock
from naming.door_guards import GUARD_WORDS, GUARDS, named_by_case
from naming.door_judging import ALL_STAGES, doors_of_case, judge, judge_items
from naming.door_numbers import LARGEST
from naming.door_plan import Wishes, plan
from naming.door_procedure import DOOR_NUMBERING
from naming.models import AddressItem

_OUTCOMES = ("approved", "refused", "sent_back")
_LONGEST_ANSWER = 500


def check(step: Step) -> None:
    """Judge the doors at the step's stage; at numbering what is approved, with the numbers it is to get."""
    stage = step.row.stage
    assert stage is not None
    if stage is not Stage.NUMBER:
        step.results = judge_items(step.case, ALL_STAGES, step.on)
        steps.require_clear(step.results, stage)
        return
    outcomes = outcomes_of(step)
    approved = [r for r in doors_of_case(step.case) if outcomes[str(r.pk)]["outcome"] == "approved"]
    step.worked_out = plan(approved, step.on, wishes_of(step))
    step.results = judge(approved, step.worked_out, (stage,), step.on)
    answers = answers_of(step)
    steps.require_lawful(
        outcomes,
        {
            row: [f for f in found if f.severity is not Severity.WARN or str(row.pk) not in answers]
            for row, found in step.results.items()
        },
    )


def answers_of(step: Step) -> dict[str, str]:
    """Return what the reviewing officer answers to warnings about the number of a door, by item.

    A warning about a number the officer sets is there only once it is set: its answer comes with the number.
    """
    found = {
        str(row.pk): str(step.data.get(f"answer-{row.pk}") or "").strip()[:_LONGEST_ANSWER]
        for row in doors_of_case(step.case)
    }
    return {key: text for key, text in found.items() if text}


def outcomes_of(step: Step) -> dict[str, dict[str, str]]:
    """Return outcome and reason per pending door: all approved when a block is passed. Raises BadInput."""
    if step.row.action == "pass_all":
        return {str(row.pk): {"outcome": "approved", "reason": ""} for row in doors_of_case(step.case)}
    found = steps.read_outcomes(step.case, step.data.get("outcomes") or {})
    for key, entry in found.items():
        if entry["outcome"] not in _OUTCOMES:
            raise BadInput(
                _("门楼号事项不能另案办理"), field=f"outcome-{key}", remedy=_("请选择批准、不予批准或退回")
            )
    return found


def wishes_of(step: Step) -> Wishes:
    """Return the numbers the reviewing officer set, by item; a field left empty asks for a suggestion.

    Raises BadInput for what is no number.
    """
    found: dict[str, tuple[int, int | None] | None] = {}
    for row in doors_of_case(step.case):
        key = str(row.pk)
        if f"number-{key}" not in step.data:
            continue
        main = read_number(step.data.get(f"number-{key}"), f"number-{key}")
        sub = read_number(step.data.get(f"sub-{key}"), f"sub-{key}")
        found[key] = (main, sub) if main is not None else None
    return found


def read_number(value: Any, field: str) -> int | None:
    """Read a door's number from a form; None when it is empty. Raises BadInput naming the field."""
    text = str(value or "").strip().removesuffix("号")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= LARGEST):
        raise BadInput(
            _("门楼号“%(value)s”不是 1 以上的整数") % {"value": text[:20]},
            field=field,
            remedy=_("请只填数字，如 33；附号另填"),
        )
    return int(text)


def locks(step: Step) -> Sequence[tuple[QuerySet[Any], Iterable[Any]]]:
    """Return the streets along which numbers are given: two cases along one street go one by one."""
    if step.row.stage is not Stage.NUMBER:
        return []
    return [streets_to_lock([row.street_id for row in doors_of_case(step.case) if row.street_id])]


def submit(step: Step) -> None:
    """Keep the findings at submission; the clock of 15 working days begins with the first."""
    steps.keep(step)
    steps.update(step, submitted_at=step.case.submitted_at or step.at)


def recheck(step: Step) -> None:
    """Judge all doors again and keep what is found."""
    step.results = judge_items(step.case, ALL_STAGES, step.on)
    steps.keep(step)


def name_given(step: Step) -> None:
    """The naming case has registered the street: the doors that waited for it count along it now."""
    placed = named_by_case(doors_of_case(step.case), step.on)
    by_street: dict[UUID, list[UUID]] = defaultdict(list)
    for item, street in placed.items():
        by_street[street].append(item)
    for street, items in by_street.items():
        AddressItem.objects.filter(pk__among=items).update(street_id=street)
    CaseItem.objects.filter(pk__among=list(placed)).update(version=F("version") + 1)
    step.event_data = {"streets": {str(item): str(street) for item, street in placed.items()}}


def to_police(step: Step) -> None:
    """The automatic checks are clear: the case takes its place in the order of acceptance."""
    steps.keep(step)
    order = step.case.accept_order or cases.next_accept_order()
    steps.update(
        step,
        accepted_at=step.case.accepted_at or step.at,
        accept_order=order,
        authority=authority_for(step.case, step.on),
    )


def number(step: Step) -> None:
    """The police give the numbers: the register changes by one act."""
    door_register.enact(step, outcomes_of(step), answers_of(step))


def archive(step: Step) -> None:
    """Close the case; from now on the time runs for which the owner's data are kept."""
    steps.archive(step)


workflow.conduct(
    Conduct(
        procedure=DOOR_NUMBERING,
        guards=GUARDS,
        guard_words=GUARD_WORDS,
        effects={
            "submit": submit,
            "resubmit": submit,
            "recheck": recheck,
            "answer_finding": steps.answer_finding,
            "name_given": name_given,
            "check": to_police,
            "number": number,
            "pass_all": number,
            "notify": door_tasks.notify,
            "hang": door_tasks.hang,
            "release": door_tasks.release,
            "archive": archive,
            "withdraw": archive,
        },
        check=check,
        locks=locks,
    ),
    rules=RULES,
)
