"""A person decides on an adjustment: the act is written, the register changes, the public sees it from the announcement on."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from boundaries import clocks
from boundaries.judging import items_of
from boundaries.lines import refresh_lines
from boundaries.models import Unit, UnitVersion
from boundaries.naming_matter import contents_of
from boundaries.ports import Beforehand, ports
from boundaries.published import publish_edges, publish_units
from boundaries.registration import drawn_at_every_date, register, require_unmoved
from geoapp.core import acts, calendar, cases, steps
from geoapp.core.authority import profile_on
from geoapp.core.effective import correct, in_force, known
from geoapp.core.errors import BadInput, NotReady
from geoapp.core.models import Announcement, Attachment, Case, CaseItem, CaseTask, Decision
from geoapp.core.workflow import Step

ACT_KINDS = ("unit_adjustment", "division_change", "unit_codes")
_CODE = re.compile(r"\d{12}")


def record_higher(step: Step) -> Decision:
    """Record a division change decided above the city: its number, date, approver and scan (A5x)."""
    values = steps.read_decision(step)
    approver = str(step.data.get("approver") or "").strip()[:100]
    if not approver:
        raise BadInput(_("没有填写批准机关"), field="approver", remedy=_("如“广东省人民政府”"))
    scan = Attachment.objects.filter(case=step.case, kind="decision").order_by("-uploaded_at").first()
    Decision.objects.filter(case=step.case, final=False).delete()
    return Decision.objects.create(
        case=step.case,
        approver=approver,
        from_paper=True,
        scan=scan,
        recorded_by=step.actor,
        recorded_at=step.at,
        final=False,
        **values,
    )


def enact(step: Step, decision: Decision) -> None:
    """Carry a final decision into the register: one act for all approved items."""
    case = step.case
    rows = items_of(case)
    approved = [r for r in rows if decision.outcomes[str(r.item_id)]["outcome"] == "approved"]
    if any(decision.outcomes[str(r.item_id)]["outcome"] == "split_off" for r in rows):
        raise BadInput(_("调整事项不能另案办理"), field="outcomes", remedy=_("请选择退回，由镇街另行提出"))
    for row in rows:
        entry = decision.outcomes[str(row.item_id)]
        CaseItem.objects.filter(pk=row.item_id).update(
            outcome=entry["outcome"], outcome_reason=entry["reason"]
        )
    label = profile_on(step.on).label
    for row, findings in step.results.items():
        cases.keep_findings(
            row.item, "decide", findings, profile=label, at=step.at, seq=step.checked_at_seq or 0
        )
    status = "decided" if approved else "refused"
    case.status = status
    Case.objects.filter(pk=case.pk).update(status=status, decided_at=step.at)
    step.event_data |= {"doc_no": decision.doc_no, "outcomes": decision.outcomes}
    for row in approved:
        require_unmoved(row, decision.effective_on)
    approval = {
        "approver": decision.approver,
        "doc_no": decision.doc_no,
        "approved_on": decision.decided_on,
        "case_number": case.number,
    }
    with acts.act(case.procedure, at=step.at, case=case, actor=step.actor) as act:
        act.payload |= {
            "case": case.number,
            "case_chain": case.event_head,
            "doc_no": decision.doc_no,
            "decided_on": decision.decided_on,
            "effective_on": decision.effective_on,
            "outcomes": decision.outcomes,
            "profile": label,
        }
        touched: set[str] = set()
        # One after the other: an item that follows is drawn on the land the item before it left.
        for row in approved:
            spans = drawn_at_every_date(row, decision.effective_on)
            beforehand = step.prepared.get(str(row.item_id))
            located = step.prepared.get(f"located-{row.item_id}")
            touched |= register(row, spans, act, case, approval, beforehand, located)
            if beforehand is not None:
                step.event_data["prepared"] = step.event_data.get("prepared", 0) + beforehand.count
        act.payload["units"] = sorted(touched)
        act.payload["lines"] = [str(i) for i in refresh_lines([UUID(i) for i in touched], seq=act.seq)]
    if approved:
        _open_tasks(case, decision, touched)


def _open_tasks(case: Case, decision: Decision, touched: set[str]) -> None:
    table = calendar.exceptions()
    fifteen = decision.decided_on + timedelta(days=15)
    plan: list[tuple[str, Any, str]] = [
        ("announce", fifteen, "参照地名管理条例 第十四条（本市待定，UNVERIFIED）"),
        ("implement", decision.effective_on + timedelta(days=90), "实施期限为本市配置（UNVERIFIED）"),
    ]
    if case.procedure == "unit_adjustment":
        plan.insert(1, ("file", fifteen, "参照地名管理条例 第十三条（本市待定，UNVERIFIED）"))
    else:
        plan[-1] = ("implement", clocks.completion_due(decision.decided_on, 0, table), clocks.COMPLETE_LAW)
    if codeless(touched):
        plan.append(("codes", clocks.codes_due(decision.effective_on, table), clocks.CODE_LAW))
    for kind, due, law in plan:
        CaseTask.objects.create(case=case, kind=kind, started_on=decision.decided_on, due_on=due, due_law=law)


def codeless(ids: set[str]) -> list[UnitVersion]:
    """Return the standing versions of units, among some, that still have no code."""
    rows = known(
        UnitVersion.objects.filter(unit_id__in=[UUID(i) for i in ids], code="", valid_to__isnull=True)
    )
    return list(rows.order_by("name"))


def touched_by(case: Case) -> list[str]:
    """Return the ids of all units a case's decision changed."""
    act = case.acts.filter(kind=case.procedure).order_by("-seq").first()
    found: list[str] = json.loads(act.payload)["units"] if act else []
    return found


def lines_touched_by(case: Case, known_at: int) -> list[UUID]:
    """Return the boundary lines that a case's acts up to ``known_at`` changed."""
    found: set[str] = set()
    for text in case.acts.filter(kind__in=ACT_KINDS, seq__lte=known_at).values_list("payload", flat=True):
        found |= set(json.loads(text).get("lines", ()))
    return [UUID(i) for i in sorted(found)]


def announce(step: Step) -> None:
    """Announce the adjustment: from this act on the public layers show it."""
    announced_on = steps.read_date(step.data.get("announced_on"), "announced_on", default=step.on)
    if announced_on < step.case.decision.decided_on:
        raise BadInput(_("公告日期早于批准日期"), field="announced_on", remedy=_("请核对公告日期"))
    channels = [
        c.strip() for c in str(step.data.get("channels") or "").replace("，", "、").split("、") if c.strip()
    ]
    if not channels:
        raise BadInput(_("没有填写公告渠道"), field="channels", remedy=_("至少一个渠道，如“区政府网站”"))
    beforehand = step.prepared.get("doors")
    with acts.act("unit_announcement", at=step.at, case=step.case, actor=step.actor) as act:
        act.payload |= {"case": step.case.number, "announced_on": announced_on, "channels": channels}
        act.payload["publish"] = publish(
            step.case, known_at=decided_in(step.case), seq=act.seq, beforehand=beforehand
        )
        _announce_names(step.case, announced_on, channels)
    step.event_data = {"announced_on": announced_on, "channels": channels}
    if beforehand is not None:
        step.event_data["prepared"] = beforehand.count
    steps.finish_task(step, "announce", done_on=announced_on)


def decided_in(case: Case) -> int:
    """Return the last act by which a case changed the register."""
    return int(case.acts.filter(kind__in=ACT_KINDS).latest("seq").seq)


def _announce_names(case: Case, announced_on: date, channels: list[str]) -> None:
    """A name approved with an adjustment is announced with the six fields of any name (备案公告管理办法)."""
    decision = case.decision
    for row in items_of(case, "approved"):
        told = {c.unit: c for c in contents_of(row, decision.effective_on - timedelta(days=1))}
        found = in_force(UnitVersion.objects.filter(unit_id__in=list(told)), decision.effective_on)
        versions = list(found.defer("geom").order_by("code"))
        if not versions:
            continue
        above = {v.parent_id: unit_above(v.parent_id, decision.effective_on) for v in versions}
        Announcement.objects.create(
            item=row.item,
            standard_name="、".join(v.name for v in versions),
            roman="; ".join(v.pinyin for v in versions),
            division="、".join(dict.fromkeys(above.values())),
            location="；".join(
                f"原名“{told[str(v.unit_id)].old_name}”" + (f"，{v.extent_text}" if v.extent_text else "")
                for v in versions
            ),
            approver=decision.approver,
            approved_on=decision.decided_on,
            announced_on=announced_on,
            channels=channels,
        )


def unit_above(town: UUID | None, on: date) -> str:
    """Return city, district and town in words, for the announcement of a name."""
    names: list[str] = []
    while town is not None:
        version = in_force(UnitVersion.objects.filter(unit_id=town), on).defer("geom").first()
        if version is None:
            break
        names.insert(0, version.name)
        town = version.parent_id
    return "佛山市" + "".join(names)


def publish(
    case: Case, *, known_at: int, seq: int, beforehand: Beforehand | None = None
) -> list[dict[str, Any]]:
    """Publish everything a case changed, as the register stood after ``known_at``; return what was published."""
    ids = [UUID(i) for i in touched_by(case)]
    entries = []
    for level in Unit.Level.values:
        mine = list(Unit.objects.filter(pk__in=ids, level=level).values_list("pk", flat=True))
        if mine:
            publish_units(level, mine, known_at=known_at, seq=seq)
            entries.append({"layer": level, "ids": [str(i) for i in mine], "known_at": known_at})
    entries += publish_edges(lines_touched_by(case, known_at), known_at=known_at, seq=seq)
    units = [str(i) for i in ids]
    return entries + ports().publish(units, known_at=known_at, seq=seq, beforehand=beforehand)


def extend(step: Step) -> None:
    """Record that the approving body gave more time to complete a division change: its document, day and months."""
    data, case = step.data, step.case
    doc_no = str(data.get("doc_no") or "").strip()[:100]
    if not doc_no:
        raise BadInput(_("没有填写文号"), field="doc_no", remedy=_("请填写同意延期的批文文号"))
    approved_on = steps.read_date(data.get("approved_on"), "approved_on")
    if not case.decision.decided_on <= approved_on <= step.on:
        raise BadInput(
            _("延期的批准日期不在区划变更批准之日与今天之间"), field="approved_on", remedy=_("请核对批文日期")
        )
    given = str(data.get("months") or clocks.EXTENSION_MONTHS)
    months = int(given) if given.isascii() and given.isdigit() else 0
    if not 1 <= months <= clocks.EXTENSION_MONTHS:
        raise BadInput(
            _("延期的月数“%(months)s”不对") % {"months": given[:10]},
            field="months",
            remedy=_("最多延长六个月"),
        )
    table = calendar.exceptions()
    was, due = (clocks.completion_due(case.decision.decided_on, n, table) for n in (0, months))
    CaseTask.objects.filter(case=case, kind="implement").update(due_on=due)
    step.event_data = {
        "doc_no": doc_no,
        "approved_on": approved_on,
        "months": months,
        "was_due_on": was,
        "due_on": due,
        # An approval after the first term ended is recorded as what it is; it does not stop the case.
        "late": approved_on > was,
    }


def assign_codes(step: Step) -> None:
    """Give new units their codes (data ``code-<unit id>``); the task is done when none is missing."""
    waiting = codeless(set(touched_by(step.case)))
    given = {v: str(step.data.get(f"code-{v.unit_id}") or "").strip() for v in waiting}
    if not any(given.values()):
        raise BadInput(_("没有填写代码"), field="code", remedy=_("请为新单位填写 12 位统计用区划代码"))
    announced = step.case.tasks.filter(kind="announce", done_on__isnull=False).exists()
    with acts.act("unit_codes", at=step.at, case=step.case, actor=step.actor) as act:
        for version, code in given.items():
            if code:
                _require_code(version, code)
                correct(version, seq=act.seq, code=code)
                act.add("codes", {"unit": str(version.unit_id), "name": version.name, "code": code})
        act.payload["case"] = step.case.number
        coded = [v.unit_id for v, code in given.items() if code]
        lines = refresh_lines(coded, seq=act.seq)
        act.payload["lines"] = [str(i) for i in lines]
        if announced:
            act.payload["publish"] = [
                *publish(step.case, known_at=act.seq, seq=act.seq),
                *publish_edges(lines, known_at=act.seq, seq=act.seq),
            ]
    step.event_data = {"codes": {str(v.unit_id): code for v, code in given.items() if code}}
    if not codeless(set(touched_by(step.case))):
        steps.finish_task(step, "codes", done_on=step.on)


def _require_code(version: UnitVersion, code: str) -> None:
    """Raise when a code is malformed, of the wrong segment or town, or was ever used (V-10)."""
    field = f"code-{version.unit_id}"
    if not _CODE.fullmatch(code):
        raise BadInput(
            _("代码“%(code)s”不是 12 位数字") % {"code": code[:20]}, field=field, remedy=_("请核对")
        )
    town = known(UnitVersion.objects.filter(unit_id=version.parent_id, valid_to__isnull=True)).first()
    if town is not None and code[:9] != town.code[:9]:
        raise BadInput(
            _("代码 %(code)s 的前九位不是%(town)s的 %(prefix)s")
            % {"code": code, "town": town.name, "prefix": town.code[:9]},
            field=field,
            remedy=_("前九位须是所属镇街的代码"),
        )
    low, high = (1, 199) if version.kind == "community" else (200, 399)
    if not low <= int(code[9:]) <= high:
        raise BadInput(
            _("代码 %(code)s 的末三位不在 %(low)03d–%(high)03d 之间")
            % {"code": code, "low": low, "high": high},
            field=field,
            remedy=_("居委会用 001–199，村委会用 200–399"),
        )
    used = UnitVersion.objects.filter(code=code).exclude(unit_id=version.unit_id).first()
    if used is not None:
        raise NotReady(
            _("代码 %(code)s 已由%(name)s使用过，代码不得重复使用") % {"code": code, "name": used.name},
            remedy=_("请换一个从未用过的代码"),
        )
