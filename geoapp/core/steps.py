"""Steps that every procedure takes the same way: consultation, answers to warnings, decisions, tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from geoapp.core import calendar, cases, roles, wording
from geoapp.core.authority import authority_for, profile_on
from geoapp.core.checks import Finding, Severity, Stage
from geoapp.core.errors import BadInput, Conflict, NotFound, NotReady
from geoapp.core.models import Attachment, Case, CaseTask, Consultation, Decision, FindingRow
from geoapp.core.workflow import Effect, Step, registries

OUTCOMES = {"approved", "refused", "sent_back", "split_off"}
CONSULT_WORKING_DAYS = 10
"""Local value, UNVERIFIED: no national rule sets how long departments may take."""


def read_date(value: Any, field: str, *, default: date | None = None) -> date:
    """Read a date of a form. Raises BadInput naming the field."""
    if value in (None, "") and default is not None:
        return default
    if isinstance(value, date):
        return value
    try:
        found = parse_date(str(value or ""))
    except ValueError:
        found = None
    if found is None:
        raise BadInput(
            _("日期“%(value)s”不对") % {"value": value or ""},
            field=field,
            remedy=_("请按 2026-11-23 的样式填写"),
        )
    return found


def read_decision(step: Step) -> dict[str, Any]:
    """Read what the decider or the recorder of a paper filled in. Raises BadInput naming the field."""
    data = step.data
    doc_no = str(data.get("doc_no") or "").strip()[:100]
    if not doc_no:
        raise BadInput(_("没有填写文号"), field="doc_no", remedy=_("请填写批复文号，如“佛府地名〔2026〕1号”"))
    decided_on = read_date(data.get("decided_on"), "decided_on", default=step.on)
    if decided_on > step.on:
        raise BadInput(_("批准日期晚于今天"), field="decided_on", remedy=_("尚未作出的决定不能登记"))
    effective_on = read_date(data.get("effective_on"), "effective_on", default=decided_on)
    if effective_on < decided_on:
        raise BadInput(_("生效日期早于批准日期"), field="effective_on", remedy=_("生效日期从批准之日起算"))
    return {
        "doc_no": doc_no,
        "decided_on": decided_on,
        "effective_on": effective_on,
        "signer": str(data.get("signer") or "").strip()[:60],
        "opinion": step.note or str(data.get("opinion") or "").strip(),
        "outcomes": read_outcomes(step.case, data.get("outcomes") or {}),
    }


def read_outcomes(case: Case, given: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return outcome and reason per pending item. Raises BadInput where one is missing or unknown."""
    found = {}
    for item in case.items.filter(outcome="pending"):
        entry = given.get(str(item.pk)) or {}
        entry = {"outcome": entry} if isinstance(entry, str) else entry
        outcome = str(entry.get("outcome") or "")
        reason = str(entry.get("reason") or "").strip()
        field = f"outcome-{item.pk}"
        if outcome not in OUTCOMES:
            raise BadInput(
                _("“%(item)s”没有结论") % {"item": item.title},
                field=field,
                remedy=_("每一项都要选择批准、不予批准、退回或另案办理"),
            )
        if outcome != "approved" and not reason:
            raise BadInput(
                _("“%(item)s”没有写明理由") % {"item": item.title},
                field=field,
                remedy=_("不予批准、退回、另案办理须说明理由"),
            )
        found[str(item.pk)] = {"outcome": outcome, "reason": reason}
    if not found:
        raise BadInput(_("案件没有待决定的事项"), field="outcomes")
    return found


def require_lawful(outcomes: Mapping[str, Mapping[str, str]], results: Mapping[Any, list[Finding]]) -> None:
    """A block stops an item from being approved; a warning must have been answered in writing.

    Raises NotReady naming each item, its rule and law.
    """
    reasons = []
    for row, findings in results.items():
        if outcomes[str(row.item_id)]["outcome"] != "approved":
            continue
        reasons += [
            _("“%(name)s”不能批准：%(message)s（%(code)s，%(law)s）%(remedy)s")
            % {
                "name": row.item.title,
                "message": wording.message(f),
                "code": f.code,
                "law": wording.law(f.law),
                "remedy": wording.remedy(f),
            }
            for f in findings
            if f.severity is Severity.BLOCK
        ]
        answered = set(
            row.item.findings.filter(current=True).exclude(answer="").values_list("key", flat=True)
        )
        reasons += [
            _("“%(name)s”有一条警告尚未书面说明：%(message)s（%(code)s）")
            % {"name": row.item.title, "message": wording.message(f), "code": f.code}
            for f in findings
            if f.severity is Severity.WARN and f.key not in answered
        ]
    if reasons:
        raise NotReady(
            wording.joined(reasons),
            reasons=reasons,
            remedy=_("被阻断的事项只能不予批准、退回或另案办理；警告须先书面说明"),
        )


def require_clear(results: Mapping[Any, list[Finding]], stage: Stage) -> None:
    """A block stops the transition of its own stage. Raises NotReady naming each item, its rule and law."""
    spoken = {card.code for registry in registries() for card in registry if stage in card.stages}
    reasons = [
        _("“%(name)s”：%(message)s（%(code)s，%(law)s）%(remedy)s")
        % {
            "name": row.item.title,
            "message": wording.message(f),
            "code": f.code,
            "law": wording.law(f.law),
            "remedy": wording.remedy(f),
        }
        for row, findings in results.items()
        for f in findings
        if f.severity is Severity.BLOCK and f.code in spoken
    ]
    if reasons:
        raise NotReady(wording.joined(reasons), reasons=reasons, remedy=_("请修改或移除被阻断的事项"))


def record(step: Step, *, final: bool) -> Decision:
    """Write the decision row; ``final`` False for a paper that a second officer must still check."""
    values = read_decision(step)
    authority = authority_for(step.case, step.on)
    scan = None
    if not final:
        scan = Attachment.objects.filter(case=step.case, kind="decision").order_by("-uploaded_at").first()
    Decision.objects.filter(case=step.case, final=False).delete()
    return Decision.objects.create(
        case=step.case,
        approver=authority.approver if authority else "",
        from_paper=not final,
        scan=scan,
        decided_by=step.actor if final else None,
        recorded_by=None if final else step.actor,
        recorded_at=step.at,
        final=final,
        **values,
    )


def finish_task(step: Step, kind: str, *, done_on: date | None = None) -> None:
    """Mark one of the parallel tasks after the decision as done.

    A clock that has run out stops nothing: the delay goes into the event with the officer's words.
    """
    done_on = done_on or read_date(step.data.get("done_on"), "done_on", default=step.on)
    task = CaseTask.objects.filter(case=step.case, kind=kind).first()
    if task is not None and task.due_on is not None and done_on > task.due_on:
        step.event_data["overdue"] = {
            "task": kind,
            "due_on": task.due_on,
            "days": (done_on - task.due_on).days,
            "reason": step.note,
        }
    CaseTask.objects.filter(case=step.case, kind=kind).update(
        done_on=done_on, done_by=step.actor, note=step.note
    )


def keep(step: Step) -> None:
    """Keep what the rules of this step found with the items."""
    label = profile_on(step.on).label
    for row, findings in step.results.items():
        cases.keep_findings(
            row.item,
            str(step.row.stage or "recheck"),
            findings,
            profile=label,
            at=step.at,
            seq=step.checked_at_seq or 0,
        )


def update(step: Step, **values: Any) -> None:
    """Set columns of the step's case, in the row and in hand."""
    Case.objects.filter(pk=step.case.pk).update(**values)
    for name, value in values.items():
        setattr(step.case, name, value)


def answer_finding(step: Step) -> None:
    """Record the written answer to a warning."""
    row = FindingRow.objects.filter(
        item__case=step.case, pk=number(step.data.get("finding")), current=True
    ).first()
    if row is None:
        raise NotFound(_("没有这条检查结果，或它已被新的检查更新"), remedy=_("请刷新页面"))
    if row.severity != Severity.WARN:
        raise BadInput(_("只有警告需要书面说明"), field="finding")
    row.answer, row.answered_by, row.answered_at = step.note, step.actor, step.at
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    step.event_data = {"finding": row.key, "code": row.code}


def consult(step: Step) -> None:
    """Ask the departments the authority row names."""
    authority = authority_for(step.case, step.on)
    asked = list(authority.consultees.all()) if authority else []
    due = calendar.add_days(step.on, CONSULT_WORKING_DAYS, working=True, table=calendar.exceptions())
    Consultation.objects.bulk_create(
        Consultation(case=step.case, department=d, asked_at=step.at, due_on=due) for d in asked
    )
    step.event_data = {"departments": [d.code for d in asked], "due_on": due}


def opine(step: Step) -> None:
    """Record a department's written opinion, given by its own officer."""
    ids = [g.department_id for g in roles.grants(step.actor, step.on) if g.department_id]
    row = step.case.consultations.filter(department_id__in=ids).first()
    if row is None:
        raise NotFound(_("没有征求您所在部门的意见"))
    opinion = str(step.data.get("opinion") or "")
    if opinion not in Consultation.Opinion.values:
        raise BadInput(_("没有选择意见"), field="opinion", remedy=_("请选择同意、同意并建议修改或不同意"))
    row.opinion, row.text, row.answered_by, row.answered_at = opinion, step.note, step.actor, step.at
    row.save()
    step.event_data = {"department": row.department.code, "opinion": opinion}


def handle_opinion(step: Step) -> None:
    """Record how a department's opinion was taken up."""
    row = step.case.consultations.filter(pk=number(step.data.get("consultation"))).exclude(opinion="").first()
    if row is None:
        raise NotFound(_("没有这条部门意见"), remedy=_("请刷新页面"))
    row.handling = step.note
    row.save(update_fields=["handling"])
    step.event_data = {"department": row.department.code}


def discard_paper(step: Step) -> None:
    """Throw away a wrongly recorded paper before it took effect."""
    step.case.decision.delete()


def archive(step: Step) -> None:
    """Close the case."""
    update(step, closed_at=step.at)


def task(kind: str) -> Effect:
    """Return the effect that marks a task as done."""

    def effect(step: Step) -> None:
        finish_task(step, kind)

    return effect


def number(value: Any) -> int:
    """Read a row number of a form. Raises Conflict."""
    try:
        return int(str(value))
    except ValueError:
        raise Conflict(_("提交的编号不对"), remedy=_("请刷新页面")) from None
