"""How a street naming case is conducted: the effects of its steps, the rules at each stage, the rows to lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from boundaries.models import BuiltUpArea
from geoapp.core import calendar, cases, wording, workflow
from geoapp.core.checks import Severity, Stage
from geoapp.core.errors import BadInput, Conflict, NotFound, NotReady
from geoapp.core.geometry import to_shapely
from geoapp.core.models import (
    Case,
    Consultation,
    FindingRow,
    Jurisdiction,
    PublicComment,
    Publicity,
)
from geoapp.core.workflow import Conduct, Step
from naming import decisions
from naming.checks import RULES
from naming.gazetteer import locate
from naming.guards import GUARD_WORDS, GUARDS
from naming.models import StreetItem
from naming.procedure import STREET_NAMING
from naming.proposals import ALL_STAGES, authority_for, judge_case, profile_on

CONSULT_WORKING_DAYS = 10
"""Local value, UNVERIFIED: no national rule sets how long departments may take."""


def check(step: Step) -> None:
    """Run the rules of the step's stage; a block stops submission and acceptance, and approval at decision."""
    stage = step.row.stage
    assert stage is not None
    # What is kept with the items covers every stage, so that nobody loses sight of a later obstacle.
    step.results = judge_case(step.case, ALL_STAGES if stage is not Stage.DECIDE else (stage,), step.on)
    if stage is Stage.DECIDE:
        decisions.require_lawful(_outcomes(step), step.results)
        return
    reasons = [
        _("“%(name)s”：%(message)s（%(code)s，%(law)s）%(remedy)s")
        % {
            "name": row.name,
            "message": wording.message(f),
            "code": f.code,
            "law": wording.law(f.law),
            "remedy": wording.remedy(f),
        }
        for row, findings in step.results.items()
        for f in findings
        if f.severity is Severity.BLOCK and stage in RULES[f.code].stages
    ]
    if reasons:
        raise NotReady(wording.joined(reasons), reasons=reasons, remedy=_("请修改或移除被阻断的事项"))


def _outcomes(step: Step) -> dict[str, dict[str, str]]:
    if step.row.action == "confirm_paper":
        found: dict[str, dict[str, str]] = step.case.decision.outcomes
        return found
    values: dict[str, dict[str, str]] = decisions.read_decision(step)["outcomes"]
    return values


def locks(step: Step) -> Sequence[tuple[QuerySet[Any], Iterable[Any]]]:
    """Return the rows in which the outcome must be unique: built-up areas, failing that districts."""
    if step.row.stage is not Stage.DECIDE:
        return []
    areas: set[str] = set()
    districts: set[str] = set()
    for row in StreetItem.objects.filter(item__case=step.case, item__outcome="pending"):
        for scope in locate(to_shapely(row.geom), step.on).scopes:
            (areas if scope.kind == "built_up_area" else districts).add(scope.id)
    return [(BuiltUpArea.objects.all(), areas), (Jurisdiction.objects.all(), districts)]


def _keep(step: Step) -> None:
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


def _update(step: Step, **values: Any) -> None:
    Case.objects.filter(pk=step.case.pk).update(**values)
    for name, value in values.items():
        setattr(step.case, name, value)


def submit(step: Step) -> None:
    """Keep the findings at submission: they stay beside those of later days."""
    _keep(step)
    _update(step, submitted_at=step.at)


def hand_up(step: Step) -> None:
    """Give the case to the city (G-06: a street across districts)."""
    _update(step, jurisdiction=Jurisdiction.objects.get(level="city"))


def accept(step: Step) -> None:
    """Fix the authority row the case cites and its place in the order of acceptance."""
    _keep(step)
    order = step.case.accept_order or cases.next_accept_order()
    authority = authority_for(step.case, step.on)
    _update(step, accepted_at=step.at, accept_order=order, authority=authority, claimed_by=step.actor)


def recheck(step: Step) -> None:
    """Run all rules again and keep what they find."""
    step.results = judge_case(step.case, ALL_STAGES, step.on)
    _keep(step)


def answer_finding(step: Step) -> None:
    """Record the written answer to a warning."""
    row = FindingRow.objects.filter(
        item__case=step.case, pk=_number(step.data.get("finding")), current=True
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
    ids = [g.department_id for g in workflow.roles.grants(step.actor, step.on) if g.department_id]
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
    row = (
        step.case.consultations.filter(pk=_number(step.data.get("consultation"))).exclude(opinion="").first()
    )
    if row is None:
        raise NotFound(_("没有这条部门意见"), remedy=_("请刷新页面"))
    row.handling = step.note
    row.save(update_fields=["handling"])
    step.event_data = {"department": row.department.code}


def publish(step: Step) -> None:
    """Open the public notice."""
    authority = authority_for(step.case, step.on)
    days = authority.publicity_days if authority else 7
    starts = decisions.read_date(step.data.get("starts"), "starts", default=step.on)
    ends = decisions.read_date(step.data.get("ends"), "ends", default=starts + timedelta(days=days - 1))
    if starts < step.on:
        raise BadInput(_("公示开始日期早于今天"), field="starts", remedy=_("公示从发布之日起算"))
    if (ends - starts).days + 1 < days:
        raise BadInput(
            _("公示期少于 %(days)s 天（T-04）") % {"days": days},
            field="ends",
            remedy=_("截止日期至少为 %(day)s") % {"day": starts + timedelta(days=days - 1)},
        )
    channel = str(step.data.get("channel") or "").strip()[:200]
    if not channel:
        raise BadInput(_("没有填写公示渠道"), field="channel", remedy=_("如“区政府网站、村务公开栏”"))
    text = str(step.data.get("text") or "").strip()
    Publicity.objects.create(
        case=step.case, starts=starts, ends=ends, channel=channel, text=text, opened_by=step.actor
    )
    decisions.open_notice(step, starts=starts, ends=ends, text=text)
    step.event_data = {"starts": starts, "ends": ends, "channel": channel}


def answer_comment(step: Step) -> None:
    """Answer what somebody said to the notice."""
    comment = PublicComment.objects.filter(
        publicity__case=step.case, pk=str(step.data.get("comment") or "") or None
    ).first()
    if comment is None:
        raise NotFound(_("没有这条公众意见"), remedy=_("请刷新页面"))
    comment.answer, comment.answered_by, comment.answered_at = step.note, step.actor, step.at
    comment.accepted = str(step.data.get("accepted") or "") in {"1", "true", "on", "yes"}
    comment.save()
    step.event_data = {"comment": str(comment.pk), "accepted": comment.accepted}


def decide(step: Step) -> None:
    """The approver decides: the register changes by one act."""
    decisions.enact(step, decisions.record(step, final=True))


def record_paper(step: Step) -> None:
    """Record a decision taken on paper; it has no effect until a second officer has checked it."""
    decision = decisions.record(step, final=False)
    step.event_data = {"doc_no": decision.doc_no, "decided_on": decision.decided_on}


def discard_paper(step: Step) -> None:
    """Throw away a wrongly recorded paper before it took effect."""
    step.case.decision.delete()


def confirm_paper(step: Step) -> None:
    """A second officer has compared the record with the paper: the register changes."""
    decision = step.case.decision
    decision.checked_by, decision.final = step.actor, True
    decision.save(update_fields=["checked_by", "final"])
    decisions.enact(step, decision)


def withdraw(step: Step) -> None:
    """The applicant withdraws; names out for comment leave the notices layer."""
    decisions.close_notices(step)
    _update(step, closed_at=step.at)


def archive(step: Step) -> None:
    """Close the case."""
    _update(step, closed_at=step.at)


def _task(kind: str) -> workflow.Effect:
    def effect(step: Step) -> None:
        decisions.finish_task(step, kind)

    return effect


def _number(value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise Conflict(_("提交的编号不对"), remedy=_("请刷新页面")) from None


workflow.conduct(
    Conduct(
        procedure=STREET_NAMING,
        guards=GUARDS,
        guard_words=GUARD_WORDS,
        effects={
            "submit": submit,
            "resubmit": submit,
            "hand_up": hand_up,
            "accept": accept,
            "recheck": recheck,
            "answer_finding": answer_finding,
            "consult": consult,
            "opine": opine,
            "handle_opinion": handle_opinion,
            "publish": publish,
            "answer_comment": answer_comment,
            "decide": decide,
            "record_paper": record_paper,
            "discard_paper": discard_paper,
            "confirm_paper": confirm_paper,
            "announce": decisions.announce,
            "file": _task("file"),
            "signs": _task("signs"),
            "share": _task("share"),
            "archive": archive,
            "withdraw": withdraw,
        },
        check=check,
        locks=locks,
    ),
    rules=RULES,
)
