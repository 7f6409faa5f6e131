"""Guards that every procedure may set: each answers with the reasons in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.authority import authority_for
from geoapp.core.models import FindingRow
from geoapp.core.workflow import Guard, Step


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


COMMON: dict[str, Callable[[Step], Iterator[str]]] = {
    "authority_known": authority_known,
    "opinions_in": opinions_in,
    "opinions_handled": opinions_handled,
    "warnings_answered": warnings_answered,
    "has_scan": has_scan,
    "second_officer": second_officer,
    "not_announced": task_open("announce"),  # type: ignore[dict-item]
    "not_filed": task_open("file"),  # type: ignore[dict-item]
    "tasks_done": tasks_done,
}

COMMON_WORDS = {
    "authority_known": _lazy("审批权限表中有适用的一行"),
    "opinions_in": _lazy("被征求意见的部门均已答复，或期限已过"),
    "opinions_handled": _lazy("部门的异议和建议均已记录采纳情况"),
    "warnings_answered": _lazy("警告均已书面说明"),
    "has_scan": _lazy("已上传批复扫描件"),
    "second_officer": _lazy("由另一位工作人员核对"),
    "not_announced": _lazy("尚未公告"),
    "not_filed": _lazy("尚未备案"),
    "tasks_done": _lazy("决定之后的各项任务均已办完"),
}
"""Each guard in words, for the guide to procedures."""
