"""What must be so before a naming case may take a step: each guard answers with the reasons in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.common_guards import COMMON, COMMON_WORDS, task_open
from geoapp.core.models import CaseItem, PublicComment, Publicity
from geoapp.core.wording import listed
from geoapp.core.workflow import Step
from naming.models import StreetItem
from naming.renaming import publicity_days


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
            )[: 1 if row.item.kind == "rename" else None]  # a renamed street stays as it is
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


def publicity_ended(step: Step) -> Iterator[str]:
    """T-04: the public notice has run its days, and ran at least as long as configured."""
    last = Publicity.objects.filter(case=step.case).order_by("-id").first()
    if last is None:
        yield _("尚未公示")
        return
    if last.ends >= step.on:
        yield _("公示期至 %(ends)s 止，尚未结束") % {"ends": f"{last.ends:%Y-%m-%d}"}
    least = publicity_days(step.case, step.on)
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


GUARDS: dict[str, Callable[[Step], Iterator[str]]] = {
    **COMMON,
    "has_items": has_items,
    "form_complete": form_complete,
    "has_application": has_application,
    "not_city": not_city,
    "publicity_ended": publicity_ended,
    "objections_answered": objections_answered,
    "not_signed": task_open("signs"),  # type: ignore[dict-item]
    "not_shared": task_open("share"),  # type: ignore[dict-item]
}

GUARD_WORDS = {
    **COMMON_WORDS,
    "has_items": _lazy("至少有一条街路巷"),
    "form_complete": _lazy("申请理由及各条街路巷的含义、起止点、道路等级齐全"),
    "has_application": _lazy("已上传申请书"),
    "not_city": _lazy("案件尚未由市级办理"),
    "publicity_ended": _lazy("公示已满规定天数并结束"),
    "objections_answered": _lazy("公众异议均已书面答复"),
    "not_signed": _lazy("尚未设标"),
    "not_shared": _lazy("尚未共享推送"),
}
"""Each guard in words, for the guide to procedures."""
