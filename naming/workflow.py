"""How a street naming case is conducted: the effects of its steps, the rules at each stage, the rows to lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from boundaries.models import BuiltUpArea
from geoapp.core import cases, steps, workflow
from geoapp.core.authority import authority_for
from geoapp.core.checks import Stage
from geoapp.core.errors import BadInput, NotFound
from geoapp.core.geometry import to_shapely
from geoapp.core.models import (
    Jurisdiction,
    PublicComment,
    Publicity,
)
from geoapp.core.workflow import Conduct, Step
from naming import decisions
from naming.checks import RULES
from naming.gazetteer import locate
from naming.guards import GUARD_WORDS, GUARDS
from naming.models import PlaceName, RenameItem, StreetItem
from naming.procedure import STREET_NAMING
from naming.proposals import ALL_STAGES, judge_case
from naming.renaming import publicity_days


def check(step: Step) -> None:
    """Run the rules of the step's stage; a block stops submission and acceptance, and approval at decision."""
    stage = step.row.stage
    assert stage is not None
    # What is kept with the items covers every stage, so that nobody loses sight of a later obstacle.
    step.results = judge_case(step.case, ALL_STAGES if stage is not Stage.DECIDE else (stage,), step.on)
    if stage is Stage.DECIDE:
        steps.require_lawful(_outcomes(step), step.results)
        return
    steps.require_clear(step.results, stage)


def _outcomes(step: Step) -> dict[str, dict[str, str]]:
    if step.row.action == "confirm_paper":
        found: dict[str, dict[str, str]] = step.case.decision.outcomes
        return found
    values: dict[str, dict[str, str]] = steps.read_decision(step)["outcomes"]
    return values


def locks(step: Step) -> Sequence[tuple[QuerySet[Any], Iterable[Any]]]:
    """Return the rows in which the outcome must be unique: built-up areas, failing that districts; streets renamed."""
    if step.row.stage is not Stage.DECIDE:
        return []
    renamed = RenameItem.objects.filter(item__case=step.case, item__outcome="pending")
    areas: set[str] = set()
    districts: set[str] = set()
    for row in StreetItem.objects.filter(item__case=step.case, item__outcome="pending"):
        for scope in locate(to_shapely(row.geom), step.on).scopes:
            (areas if scope.kind == "built_up_area" else districts).add(scope.id)
    return [
        (BuiltUpArea.objects.all(), areas),
        (Jurisdiction.objects.all(), districts),
        # Whoever numbers a door of a street holds the street's row.
        (PlaceName.objects.all(), renamed.values_list("place_id", flat=True)),
    ]


def submit(step: Step) -> None:
    """Keep the findings at submission: they stay beside those of later days."""
    steps.keep(step)
    steps.update(step, submitted_at=step.at)


def hand_up(step: Step) -> None:
    """Give the case to the city (G-06: a street across districts)."""
    steps.update(step, jurisdiction=Jurisdiction.objects.get(level="city"))


def accept(step: Step) -> None:
    """Fix the authority row the case cites and its place in the order of acceptance."""
    steps.keep(step)
    order = step.case.accept_order or cases.next_accept_order()
    authority = authority_for(step.case, step.on)
    steps.update(step, accepted_at=step.at, accept_order=order, authority=authority, claimed_by=step.actor)


def recheck(step: Step) -> None:
    """Run all rules again and keep what they find."""
    step.results = judge_case(step.case, ALL_STAGES, step.on)
    steps.keep(step)


def publish(step: Step) -> None:
    """Open the public notice."""
    days = publicity_days(step.case, step.on)
    starts = steps.read_date(step.data.get("starts"), "starts", default=step.on)
    ends = steps.read_date(step.data.get("ends"), "ends", default=starts + timedelta(days=days - 1))
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
    decisions.enact(step, steps.record(step, final=True))


def record_paper(step: Step) -> None:
    """Record a decision taken on paper; it has no effect until a second officer has checked it."""
    decision = steps.record(step, final=False)
    step.event_data = {"doc_no": decision.doc_no, "decided_on": decision.decided_on}


def confirm_paper(step: Step) -> None:
    """A second officer has compared the record with the paper: the register changes."""
    decision = step.case.decision
    decision.checked_by, decision.final = step.actor, True
    decision.save(update_fields=["checked_by", "final"])
    decisions.enact(step, decision)


def withdraw(step: Step) -> None:
    """The applicant withdraws; names out for comment leave the notices layer."""
    decisions.close_notices(step)
    steps.update(step, closed_at=step.at)


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
            "answer_finding": steps.answer_finding,
            "consult": steps.consult,
            "opine": steps.opine,
            "handle_opinion": steps.handle_opinion,
            "publish": publish,
            "answer_comment": answer_comment,
            "decide": decide,
            "record_paper": record_paper,
            "discard_paper": steps.discard_paper,
            "confirm_paper": confirm_paper,
            "announce": decisions.announce,
            "file": steps.task("file"),
            "signs": steps.task("signs"),
            "share": steps.task("share"),
            "archive": steps.archive,
            "withdraw": withdraw,
        },
        check=check,
        locks=locks,
        prepare=decisions.prepare,
    ),
    rules=RULES,
)
