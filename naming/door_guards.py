"""What must be so before a door case may take a step: each guard answers with the reasons in the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.attachments import KINDS
from geoapp.core.common_guards import COMMON, COMMON_WORDS
from geoapp.core.models import CaseItem, CaseTask
from geoapp.core.workflow import Step
from naming import door_review
from naming.door_judging import doors_of_case, standard_names
from naming.models import AddressItem, AddressVersion, DoorTask, RenameItem

Kind = AddressItem.Kind


def has_doors(step: Step) -> Iterator[str]:
    """At least one door is asked for."""
    if not doors_of_case(step.case):
        yield _("案件里还没有门楼号事项")


def doors_complete(step: Step) -> Iterator[str]:
    """Each door says where it counts, on which ground, and why it changes."""
    for row in doors_of_case(step.case):
        name = {"name": row.item.title}
        if row.item.kind in {Kind.CHANGE, Kind.CANCEL}:
            if row.address_id is None:
                yield _("“%(name)s”没有选择要变更或注销的地址") % name
            if not row.reason.strip():
                yield _("“%(name)s”没有写明变更或注销的原因") % name
        if row.item.kind != Kind.CANCEL and row.street_id is None and not row.street_text:
            yield _("“%(name)s”没有选择街路巷或自然村") % name
        if row.basis == AddressItem.Basis.PERMIT and not row.permit_number and row.item.kind == Kind.NEW:
            yield _("“%(name)s”没有填写规划许可证号") % name


def basis_papers(step: Step) -> Iterator[str]:
    """The papers a new number rests on are attached (JM22 8): the site plan and the permit, approval or proof."""
    rows = [row for row in doors_of_case(step.case) if row.item.kind == Kind.NEW]
    held = set(step.case.attachments.values_list("kind", flat=True))
    wanted = {row.basis for row in rows if row.basis != AddressItem.Basis.NONE}
    if any(row.basis == AddressItem.Basis.PERMIT for row in rows):
        wanted.add("site_plan")
    for kind in sorted(wanted - held):
        yield _("没有上传“%(kind)s”") % {"kind": KINDS[kind]}


def street_missing(step: Step) -> Iterator[str]:
    """A door lies at a street without a standard name."""
    if not _nameless(step):
        yield _("各门都已选择现行的标准地名，不需要街路巷命名")


def streets_standard(step: Step) -> Iterator[str]:
    """Every door counts along a place with a standard name in force (A-01)."""
    for row in _nameless(step):
        if row.naming_case_id:
            assert row.naming_case is not None
            yield _("“%(street)s”的命名案件 %(number)s 还没有批准") % {
                "street": row.street_text or row.item.title,
                "number": row.naming_case.number,
            }
        else:
            yield _("“%(street)s”没有标准地名，请先开街路巷命名案件") % {
                "street": row.street_text or row.item.title
            }


def _nameless(step: Step) -> list[AddressItem]:
    rows = [row for row in doors_of_case(step.case) if row.item.kind != Kind.CANCEL]
    named = standard_names([row.street_id for row in rows], step.on)
    waiting = [row for row in rows if row.street_id not in named]
    meanwhile = named_by_case(waiting, step.on)
    return [row for row in waiting if row.pk not in meanwhile]


def named_by_case(rows: Sequence[AddressItem], on: date) -> dict[UUID, UUID]:
    """Return the place that the linked naming case has registered for each waiting door, by item.

    The item of the written name counts, failing that the case's first. Three queries, however many doors.
    """
    waiting = [row for row in rows if row.street_id is None and row.naming_case_id is not None]
    if not waiting:
        return {}
    held: dict[int | None, list[tuple[str, UUID]]] = defaultdict(list)
    items = CaseItem.objects.filter(
        case_id__in={row.naming_case_id for row in waiting}, outcome="approved", subject_id__isnull=False
    )
    for case, title, place in items.order_by("seq").values_list("case_id", "title", "subject_id"):
        held[case].append((title, place))
    meant: dict[UUID, UUID] = {}
    for row in waiting:
        found = held.get(row.naming_case_id, [])
        same = [place for title, place in found if title == row.street_text]
        if found:
            meant[row.pk] = (same or [found[0][1]])[0]
    named = standard_names(meant.values(), on)
    return {key: place for key, place in meant.items() if place in named}


def sample_opened(step: Step) -> Iterator[str]:
    """The officer has opened every door of the random sample before passing all."""
    sample = door_review.sample_of_case(step.case)
    if step.data.get("block"):
        block = door_review.block_of(step.data["block"], step.actor)
        if step.case.number not in block.cases:
            yield _("案件 %(number)s 不在这个审核批次内") % {"number": step.case.number}
            return
        sample = block.sample
    for item in door_review.unopened(sample, step.actor):
        yield _("抽查到的“%(item)s”还没有打开核对") % {"item": item.title}


def names_announced(step: Step) -> Iterator[str]:
    """A street renamed by a decision that is not announced yet: releasing its doors would tell the public the name."""
    doors = step.case.items.filter(outcome="approved", subject_id__isnull=False).values("subject_id")
    streets = AddressVersion.objects.filter(address_id__in=doors, act_out__isnull=True).values("street_id")
    waiting = CaseTask.objects.filter(kind="announce", done_on__isnull=True).values("case")
    renamed = RenameItem.objects.filter(place__in=streets, item__outcome="approved", item__case__in=waiting)
    for row in renamed.select_related("item__case", "item__street"):
        yield _("“%(old)s”更名为“%(new)s”尚未公告（%(case)s），公告后才能发布") % {
            "old": row.old_name,
            "new": row.item.street.name,
            "case": row.item.case.number,
        }


def _task_open(kind: str) -> Callable[[Step], Iterator[str]]:
    def guard(step: Step) -> Iterator[str]:
        if not DoorTask.objects.filter(case=step.case, kind=kind, done_on__isnull=True).exists():
            yield _("“%(task)s”已办完，或本案不需要") % {"task": DoorTask.Kind(kind).label}

    return guard


GUARDS: dict[str, Callable[[Step], Iterator[str]]] = {
    **COMMON,
    "has_doors": has_doors,
    "doors_complete": doors_complete,
    "basis_papers": basis_papers,
    "street_missing": street_missing,
    "streets_standard": streets_standard,
    "sample_opened": sample_opened,
    "notices_open": _task_open(DoorTask.Kind.NOTIFY),
    "plates_open": _task_open(DoorTask.Kind.PLATES),
    "release_open": _task_open(DoorTask.Kind.RELEASE),
    "names_announced": names_announced,
}

GUARD_WORDS = {
    **COMMON_WORDS,
    "has_doors": _lazy("至少有一项门楼号"),
    "doors_complete": _lazy("各门的街路巷、依据、变更原因齐全"),
    "basis_papers": _lazy("新编门楼号已上传审批文件（凭规划许可证的，另需总平面图）"),
    "street_missing": _lazy("有门所在的街路没有标准地名"),
    "streets_standard": _lazy("各门所在的街路巷或自然村都有现行标准地名"),
    "sample_opened": _lazy("抽查样本已逐项打开核对"),
    "notices_open": _lazy("还有部门没有通知"),
    "plates_open": _lazy("还有门牌没有安装"),
    "release_open": _lazy("标准地址还没有发布"),
    "names_announced": _lazy("所在街路巷的更名均已公告"),
}
"""Each guard in words, for the guide to procedures."""
