"""What must be so before a naming case may take a step: each guard answers with the reasons in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.models import CaseItem, FindingRow, PublicComment, Publicity
from geoapp.core.wording import listed
from geoapp.core.workflow import Guard, Step
from naming.models import StreetItem
from naming.proposals import authority_for


def has_items(step: Step) -> Iterator[str]:
    """At least one street is drawn."""
    if not step.case.items.filter(outcome=CaseItem.Outcome.PENDING).exists():
        yield _("案件里还没有街路巷")


def form_complete(step: Step) -> Iterator[str]:
    """DM 11: plan and reasons, location, scale and nature."""
    if not step.case.reason.strip():
        yield _("没有填写申请理由")
    for row in StreetItem.objects.filter(item__case=step.case).select_related("item"):
        missing = [
            label
            for label, value in (
                (_("含义"), row.meaning),
                (_("起点"), row.start_text),
                (_("终点"), row.end_text),
                (_("道路等级"), row.road_class),
            )
            if not value
        ]
        if missing:
            yield _("“%(name)s”缺少%(missing)s") % {"name": row.name, "missing": listed(missing)}


def has_application(step: Step) -> Iterator[str]:
    """The application itself is attached."""
    if not step.case.attachments.filter(kind="application").exists():
        yield _("没有上传申请书")


def not_city(step: Step) -> Iterator[str]:
    """A case that the city handles cannot be handed up."""
    if step.case.jurisdiction.level == "city":
        yield _("案件已由市级办理")


def authority_known(step: Step) -> Iterator[str]:
    """The approval authority table has a row for the case."""
    if authority_for(step.case, step.on) is None:
        yield _("审批权限表中没有适用的一行，请管理员先行配置")


def opinions_in(step: Step) -> Iterator[str]:
    """Every department asked has answered, or its time is over."""
    for row in step.case.consultations.filter(opinion="").select_related("department"):
        if row.due_on is None or row.due_on >= step.on:
            yield (
                _("%(department)s尚未答复（期限 %(due_on)s）")
                % {"department": row.department, "due_on": f"{row.due_on:%Y-%m-%d}"}
                if row.due_on
                else _("%(department)s尚未答复") % {"department": row.department}
            )


def opinions_handled(step: Step) -> Iterator[str]:
    """Objections and suggestions of departments have a record of how they were handled."""
    for row in step.case.consultations.filter(opinion__in=["suggest", "object"], handling=""):
        yield _("%(department)s的意见尚未记录采纳情况") % {"department": row.department}


def publicity_ended(step: Step) -> Iterator[str]:
    """T-04: the public notice has run its days, and ran at least as long as configured."""
    last = Publicity.objects.filter(case=step.case).order_by("-id").first()
    if last is None:
        yield _("尚未公示")
        return
    if last.ends >= step.on:
        yield _("公示期至 %(ends)s 止，尚未结束") % {"ends": f"{last.ends:%Y-%m-%d}"}
    authority = authority_for(step.case, step.on)
    least = authority.publicity_days if authority else 7
    days = (last.ends - last.starts).days + 1
    if days < least:
        yield _("公示 %(days)s 天，少于规定的 %(least)s 天（T-04）") % {"days": days, "least": least}


def objections_answered(step: Step) -> Iterator[str]:
    """Every public objection has a written answer."""
    count = PublicComment.objects.filter(
        publicity__case=step.case, stance=PublicComment.Stance.OBJECTION, answer=""
    ).count()
    if count:
        yield _("还有 %(count)s 条公众异议没有书面答复") % {"count": count}


def warnings_answered(step: Step) -> Iterator[str]:
    """Every warning that still stands has been answered in writing."""
    rows = FindingRow.objects.filter(
        item__case=step.case, item__outcome="pending", current=True, severity="warn", answer=""
    ).select_related("item")
    for row in rows:
        yield _("“%(item)s”的警告 %(code)s 尚未书面说明") % {"item": row.item.title, "code": row.code}


def has_scan(step: Step) -> Iterator[str]:
    """A paper decision is recorded with its scan."""
    if not step.case.attachments.filter(kind="decision").exists():
        yield _("没有上传批复扫描件")


def second_officer(step: Step) -> Iterator[str]:
    """A paper decision is checked by another officer than the one who recorded it."""
    decision = getattr(step.case, "decision", None)
    if decision is None:
        yield _("还没有登记批文")
    elif decision.recorded_by_id == step.actor.pk:
        yield _("登记批文的人不能自己核对，请另一位工作人员核对")


def task_open(kind: str) -> Guard:
    """Return the guard that a task has not been done yet."""

    def guard(step: Step) -> Iterator[str]:
        task = step.case.tasks.filter(kind=kind).first()
        if task is None:
            yield _("没有这项任务")
        elif task.done_on is not None:
            yield _("“%(task)s”已于 %(done_on)s 办完") % {
                "task": task.get_kind_display(),
                "done_on": f"{task.done_on:%Y-%m-%d}",
            }

    return guard


def tasks_done(step: Step) -> Iterator[str]:
    """Filing, announcement, signs and sharing are done."""
    for task in step.case.tasks.filter(done_on__isnull=True):
        yield _("“%(task)s”尚未办完") % {"task": task.get_kind_display()}


GUARDS: dict[str, Callable[[Step], Iterator[str]]] = {
    "has_items": has_items,
    "form_complete": form_complete,
    "has_application": has_application,
    "not_city": not_city,
    "authority_known": authority_known,
    "opinions_in": opinions_in,
    "opinions_handled": opinions_handled,
    "publicity_ended": publicity_ended,
    "objections_answered": objections_answered,
    "warnings_answered": warnings_answered,
    "has_scan": has_scan,
    "second_officer": second_officer,
    "not_announced": task_open("announce"),  # type: ignore[dict-item]
    "not_filed": task_open("file"),  # type: ignore[dict-item]
    "not_signed": task_open("signs"),  # type: ignore[dict-item]
    "not_shared": task_open("share"),  # type: ignore[dict-item]
    "tasks_done": tasks_done,
}

GUARD_WORDS = {
    "has_items": _lazy("至少有一条街路巷"),
    "form_complete": _lazy("申请理由及各条街路巷的含义、起止点、道路等级齐全"),
    "has_application": _lazy("已上传申请书"),
    "not_city": _lazy("案件尚未由市级办理"),
    "authority_known": _lazy("审批权限表中有适用的一行"),
    "opinions_in": _lazy("被征求意见的部门均已答复，或期限已过"),
    "opinions_handled": _lazy("部门的异议和建议均已记录采纳情况"),
    "publicity_ended": _lazy("公示已满规定天数并结束"),
    "objections_answered": _lazy("公众异议均已书面答复"),
    "warnings_answered": _lazy("警告均已书面说明"),
    "has_scan": _lazy("已上传批复扫描件"),
    "second_officer": _lazy("由另一位工作人员核对"),
    "not_announced": _lazy("尚未公告"),
    "not_filed": _lazy("尚未备案"),
    "not_signed": _lazy("尚未设标"),
    "not_shared": _lazy("尚未共享推送"),
    "tasks_done": _lazy("备案、公告、设标、共享均已办完"),
}
"""Each guard in words, for the guide to procedures."""
