"""How adjustment cases are conducted: the effects of their steps, the rules at each stage, the rows to lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from boundaries import beforehand, decisions
from boundaries.checks import RULES
from boundaries.guards import GUARD_WORDS, GUARDS
from boundaries.judging import ALL_STAGES, drawn_of, items_of, judge_case
from boundaries.models import AdjustmentItem, Meeting, Unit, UnitVersion
from boundaries.procedure import ADJUSTMENT, DIVISION_CHANGE
from boundaries.registration import rebased, require_unmoved
from geoapp.core import cases, steps, workflow
from geoapp.core.authority import authority_for
from geoapp.core.checks import Stage
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput
from geoapp.core.models import Jurisdiction
from geoapp.core.workflow import Conduct, Step


def check(step: Step) -> None:
    """Run the rules of the step's stage; land that somebody else has moved stops the step before any rule."""
    stage = step.row.stage
    assert stage is not None
    effective = _effective(step)
    for row in items_of(step.case):
        require_unmoved(row, effective or step.on)
    deciding = stage is Stage.DECIDE
    step.results = judge_case(step.case, (stage,) if deciding else ALL_STAGES, step.on, effective)
    if deciding:
        steps.require_lawful(_outcomes(step), step.results)
    else:
        steps.require_clear(step.results, stage)


def _outcomes(step: Step) -> dict[str, dict[str, str]]:
    if step.row.action == "confirm_paper":
        found: dict[str, dict[str, str]] = step.case.decision.outcomes
        return found
    values: dict[str, dict[str, str]] = steps.read_decision(step)["outcomes"]
    return values


def _effective(step: Step) -> Any:
    if step.row.stage is not Stage.DECIDE:
        return None
    if step.row.action == "confirm_paper":
        return step.case.decision.effective_on
    return steps.read_decision(step)["effective_on"]


def locks(step: Step) -> Sequence[tuple[QuerySet[Any], Iterable[Any]]]:
    """Return the towns whose land is touched: two adjustments in one town, or on one line, go one by one."""
    if step.row.stage is not Stage.DECIDE:
        return []
    towns: set[Any] = set()
    for row in items_of(step.case):
        ids = {UUID(unit) for unit in row.base}
        parents = in_force(UnitVersion.objects.filter(unit_id__in=ids), step.on).values_list(
            "parent_id", flat=True
        )
        rows = Unit.objects.filter(pk__in=set(parents), jurisdiction__isnull=False)
        towns |= set(rows.values_list("jurisdiction_id", flat=True))
    return [(Jurisdiction.objects.all(), towns)]


def party_review(step: Step) -> None:
    """The plan stands; what the rules find is kept with it."""
    steps.keep(step)


def submit(step: Step) -> None:
    """Keep the findings at submission."""
    steps.keep(step)
    steps.update(step, submitted_at=step.at)


def review(step: Step) -> None:
    """Fix the authority row the case cites and its place in the order of acceptance."""
    steps.keep(step)
    order = step.case.accept_order or cases.next_accept_order()
    authority = authority_for(step.case, step.on)
    steps.update(step, accepted_at=step.at, accept_order=order, authority=authority, claimed_by=step.actor)


def recheck(step: Step) -> None:
    """Draw the items anew on the land as it is now, run all rules again and keep what they find."""
    rebased_units = {}
    for row in items_of(step.case):
        drawn = drawn_of(row, step.on)
        if not isinstance(drawn, Exception) and drawn.refused is None:
            base = rebased(row, step.on)
            AdjustmentItem.objects.filter(pk=row.pk).update(base=base, base_seq=_head())
            rebased_units[str(row.item_id)] = len(base)
    step.results = judge_case(step.case, ALL_STAGES, step.on)
    steps.keep(step)
    step.event_data = {"rebased": rebased_units}


def _head() -> int:
    from geoapp.core import acts

    return acts.head_seq()


def record_meeting(step: Step) -> None:
    """Record a villagers' meeting by its counts; recording it again replaces the earlier record."""
    data = step.data
    unit = Unit.objects.filter(pk=_uuid(data.get("unit"))).first()
    if unit is None:
        raise BadInput(_("没有选择村"), field="unit", remedy=_("请选择召开会议的村"))
    body = str(data.get("body") or "")
    if body not in Meeting.Body.values:
        raise BadInput(_("没有选择会议形式"), field="body", remedy=_("请选择村民会议或户代表参加的村民会议"))
    values: dict[str, Any] = {
        "body": body,
        "notice_on": steps.read_date(data.get("notice_on"), "notice_on"),
        "held_on": steps.read_date(data.get("held_on"), "held_on"),
    }
    for key in ("eligible", "present", "votes_for", "votes_against", "votes_abstained"):
        values[key] = _count(data.get(key), key)
    if values["held_on"] > step.on:
        raise BadInput(_("会议日期晚于今天"), field="held_on", remedy=_("会议召开后再登记"))
    Meeting.objects.update_or_create(case=step.case, unit=unit, defaults=values)
    step.event_data = {"unit": str(unit.pk), **{k: str(v) for k, v in values.items()}}


def _count(value: Any, field: str) -> int:
    try:
        number = int(str(value or "0"))
    except ValueError:
        number = -1
    if not 0 <= number <= 1_000_000:
        raise BadInput(
            _("人数“%(value)s”不对") % {"value": str(value)[:20]}, field=field, remedy=_("请填写整数")
        )
    return number


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def decide(step: Step) -> None:
    """The approver decides: the register changes by one act."""
    decisions.enact(step, steps.record(step, final=True))


def record_paper(step: Step) -> None:
    """Record a decision taken on paper; it has no effect until a second officer has checked it."""
    decision = steps.record(step, final=False)
    step.event_data = {"doc_no": decision.doc_no, "decided_on": decision.decided_on}


def record_higher(step: Step) -> None:
    """Record the higher approval of a division change."""
    steps.keep(step)
    decision = decisions.record_higher(step)
    step.event_data = {"doc_no": decision.doc_no, "approver": decision.approver}


def confirm_paper(step: Step) -> None:
    """A second officer has compared the record with the paper: the register changes."""
    decision = step.case.decision
    decision.checked_by, decision.final = step.actor, True
    decision.save(update_fields=["checked_by", "final"])
    decisions.enact(step, decision)


_COMMON: dict[str, workflow.Effect] = {
    "answer_finding": steps.answer_finding,
    "consult": steps.consult,
    "opine": steps.opine,
    "handle_opinion": steps.handle_opinion,
    "discard_paper": steps.discard_paper,
    "confirm_paper": confirm_paper,
    "announce": decisions.announce,
    "file": steps.task("file"),
    "assign_codes": decisions.assign_codes,
    "implement": steps.task("implement"),
    "archive": steps.archive,
    "withdraw": steps.archive,
    "recheck": recheck,
}

workflow.conduct(
    Conduct(
        procedure=ADJUSTMENT,
        guards=GUARDS,
        guard_words=GUARD_WORDS,
        effects={
            **_COMMON,
            "party_review": party_review,
            "record_meeting": record_meeting,
            "submit": submit,
            "resubmit": submit,
            "review": review,
            "decide": decide,
            "record_paper": record_paper,
        },
        check=check,
        locks=locks,
        prepare=beforehand.prepare,
    ),
    rules=RULES,
)
workflow.conduct(
    Conduct(
        procedure=DIVISION_CHANGE,
        guards=GUARDS,
        guard_words=GUARD_WORDS,
        effects={**_COMMON, "record_paper": record_higher, "extend": decisions.extend},
        check=check,
        locks=locks,
        prepare=beforehand.prepare,
    ),
    rules=RULES,
)
