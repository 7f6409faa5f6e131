"""A person decides; the act is written; the register changes; the public sees it from the announcement on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from geoapp.core import acts, calendar, cases, steps
from geoapp.core.authority import profile_on
from geoapp.core.errors import BadInput
from geoapp.core.geometry import geographic_geos, to_shapely
from geoapp.core.models import (
    Announcement,
    Case,
    CaseItem,
    CaseTask,
    Decision,
    PublishedNotice,
)
from geoapp.core.published import replace_rows
from geoapp.core.workflow import Step
from naming import ahead, published, search
from naming.gazetteer import Approval, form_of, locate, register_street, rename_street
from naming.intake import titled
from naming.models import AddressVersion, RenameItem, StreetItem


def enact(step: Step, decision: Decision) -> None:
    """Carry a final decision into the register: one act for all approved items, tasks, split-off cases."""
    case = step.case
    rows = StreetItem.objects.filter(item__case=case, item__outcome="pending").select_related(
        "item__renaming"
    )
    approved = [r for r in rows if decision.outcomes[str(r.item_id)]["outcome"] == "approved"]
    for row in rows:
        entry = decision.outcomes[str(row.item_id)]
        CaseItem.objects.filter(pk=row.item_id).update(
            outcome=entry["outcome"], outcome_reason=entry["reason"]
        )
    split = [r for r in rows if decision.outcomes[str(r.item_id)]["outcome"] == "split_off"]
    if split:
        _split_off(step, split)
    for row, findings in step.results.items():
        cases.keep_findings(
            row.item,
            "decide",
            findings,
            profile=profile_on(step.on).label,
            at=step.at,
            seq=step.checked_at_seq or 0,
        )
    status = "decided" if approved else "refused"
    case.status = status
    Case.objects.filter(pk=case.pk).update(status=status, decided_at=step.at)
    step.event_data |= {"doc_no": decision.doc_no, "outcomes": decision.outcomes}
    with acts.act("street_naming", at=step.at, case=case, actor=step.actor) as act:
        act.payload |= {
            "case": case.number,
            "case_chain": case.event_head,
            "doc_no": decision.doc_no,
            "decided_on": decision.decided_on,
            "effective_on": decision.effective_on,
            "outcomes": decision.outcomes,
            "profile": profile_on(step.on).label,
        }
        for row in approved:
            if row.item.kind == "rename":
                _rename(row, decision, act, step)
            else:
                _register(row, decision, act, step)
        _close_notices(case, act)
    if approved:
        _open_tasks(case, decision)


def prepare(step: Step) -> None:
    """Write the doors of long streets beforehand, outside the write lock, for the act that is about to be made."""
    if step.row.action in {"decide", "confirm_paper"}:
        if step.row.action == "decide":
            read = steps.read_decision(step)
            outcomes, effective = read["outcomes"], read["effective_on"]
        else:
            outcomes, effective = step.case.decision.outcomes, step.case.decision.effective_on
        for asked in RenameItem.objects.filter(item__case=step.case, item__outcome="pending"):
            if outcomes.get(str(asked.item_id), {}).get("outcome") != "approved":
                continue
            plan = ahead.prepare_renaming(
                asked.place_id,
                StreetItem.objects.get(pk=asked.pk).name,
                effective,
                case=step.case,
                subject=str(asked.item_id),
                until=step.patience_until,
            )
            if plan is not None:
                step.prepared[str(asked.item_id)] = plan
    elif step.row.action == "announce":
        decided_in, renamed = _decided_in(step.case), _renamed(step.case)

        last: list[UUID] = []

        def doors() -> list[UUID]:
            last[:] = _doors(renamed, decided_in)
            return list(last)

        plan = ahead.prepare_publication(doors, decided_in, case=step.case, until=step.patience_until)
        if plan is not None:
            step.prepared |= {"addresses": plan, "doors": last}


def _register(row: StreetItem, decision: Decision, act: acts.OpenAct, step: Step) -> None:
    shape = to_shapely(row.geom)
    form = form_of(row.name, row.pinyin)
    place = register_street(
        form,
        shape,
        seq=act.seq,
        valid_from=decision.effective_on,
        location=locate(shape, decision.effective_on),
        meaning=row.meaning,
        approval=Approval(decision.approver, decision.doc_no, decision.decided_on, step.case.number),
        extent={
            "roles": row.roles,
            "width_m": row.width_m,
            "road_class": row.road_class,
            "start_text": row.start_text,
            "end_text": row.end_text,
        },
        synthetic=step.case.synthetic,
    )
    CaseItem.objects.filter(pk=row.item_id).update(subject_id=place.pk)
    act.add(
        "streets", {"id": str(place.pk), "name": row.name, "pinyin": form.pinyin_std, "wkt": row.geom.wkt}
    )


def _rename(row: StreetItem, decision: Decision, act: acts.OpenAct, step: Step) -> None:
    """The street is called otherwise from the effective day on, and so are its doors; its extent stays."""
    asked = row.item.renaming
    form = form_of(row.name, row.pinyin)
    rename_street(
        asked.place_id,
        form,
        seq=act.seq,
        valid_from=decision.effective_on,
        old_name=asked.old_name,
        meaning=row.meaning,
        approval=Approval(decision.approver, decision.doc_no, decision.decided_on, step.case.number),
    )
    plan = step.prepared.get(str(row.item_id))
    doors = ahead.rename_doors(asked.place_id, decision.effective_on, seq=act.seq, plan=plan)
    if plan is not None:
        step.event_data["prepared"] = step.event_data.get("prepared", 0) + len(plan.entries)
    entry = {
        "id": str(asked.place_id),
        "old": asked.old_name,
        "name": row.name,
        "pinyin": form.pinyin_std,
        "trigger": asked.trigger,
        "addresses": doors,
    }
    act.add("renamed", entry)


def _split_off(step: Step, rows: list[StreetItem]) -> None:
    """Open a new case with the items; it keeps the order of acceptance and waits to be mended."""
    old = step.case
    prefix, area = old.number.split("-")[:2]
    new = Case.objects.create(
        number=cases.next_number(prefix, area, step.on),
        procedure=old.procedure,
        title=titled(rows),
        status="supplement",
        jurisdiction=old.jurisdiction,
        place=old.place,
        applicant=old.applicant,
        created_by=old.created_by,
        reason=old.reason,
        impact=old.impact,
        accept_order=old.accept_order,
        created_at=step.at,
        submitted_at=old.submitted_at,
        synthetic=old.synthetic,
    )
    for n, row in enumerate(rows, start=1):
        item = CaseItem.objects.create(
            case=new, seq=n, kind=row.item.kind, title=row.item.title, subject_id=row.item.subject_id
        )
        copies: list[Any] = [StreetItem.objects.get(pk=row.pk), *RenameItem.objects.filter(pk=row.pk)]
        for copy in copies:
            copy.item = item
            copy.save(force_insert=True)
        CaseItem.objects.filter(pk=row.item_id).update(split_to=new)
    note = f"自 {old.number} 另案办理，受理次序不变"
    cases.record_event(
        new, action="split_off", arrow=("", "supplement"), actor=step.actor, at=step.at, note=note
    )
    step.event_data["split_to"] = new.number


def _open_tasks(case: Case, decision: Decision) -> None:
    authority = case.authority
    sign_days = authority.sign_days if authority else 60
    table = calendar.exceptions()
    plan = [
        ("file", 15, False, "地名管理条例 第十三条"),
        ("announce", 15, False, "地名管理条例 第十四条"),
        ("signs", sign_days, False, "设标期限为本市配置（UNVERIFIED）"),
        ("share", 15, True, "共享期限为本市配置（UNVERIFIED）"),
    ]
    for kind, days, working, law in plan:
        due = (
            calendar.add_days(decision.decided_on, days, working=True, table=table)
            if working
            else decision.decided_on + timedelta(days=days)
        )
        CaseTask.objects.create(case=case, kind=kind, started_on=decision.decided_on, due_on=due, due_law=law)


def open_notice(step: Step, *, starts: date, ends: date, text: str) -> None:
    """Opening the public notice is an act of its own: the names out for comment become a public layer."""
    case = step.case
    with acts.act("publicity", at=step.at, case=case, actor=step.actor) as act:
        rows = StreetItem.objects.filter(item__case=case, item__outcome="pending").select_related("item")
        notices = [
            PublishedNotice(
                id=row.item_id,
                name=row.name,
                kind=row.item.kind,
                unit=str(case.jurisdiction),
                status="open",
                valid_from=starts,
                valid_to=ends + timedelta(days=1),
                pinyin=form_of(row.name, row.pinyin).pinyin_std,
                case_number=case.number,
                starts=starts,
                ends=ends,
                text=text,
                geom=geographic_geos(to_shapely(row.geom)),
            )
            for row in rows
        ]
        replace_rows(PublishedNotice, [n.id for n in notices], notices, act.seq)
        act.payload |= {"case": case.number, "starts": starts, "ends": ends}
        act.payload["notices"] = [{"id": str(n.id), "name": n.name} for n in notices]


def close_notices(step: Step) -> None:
    """A withdrawn case takes its names out of the notices layer."""
    if PublishedNotice.objects.filter(case_number=step.case.number, act_out__isnull=True).exists():
        with acts.act("notice_closed", at=step.at, case=step.case, actor=step.actor) as act:
            _close_notices(step.case, act)
            act.payload["case"] = step.case.number


def _close_notices(case: Case, act: acts.OpenAct) -> None:
    ids = list(
        PublishedNotice.objects.filter(case_number=case.number, act_out__isnull=True).values_list(
            "id", flat=True
        )
    )
    replace_rows(PublishedNotice, ids, [], act.seq)
    act.payload["notices_closed"] = [str(i) for i in ids]


def announce(step: Step) -> None:
    """Announce the approved names with their six fields; from this act on the public layers show them."""
    case = step.case
    decision = case.decision
    announced_on = steps.read_date(step.data.get("announced_on"), "announced_on", default=step.on)
    if announced_on < decision.decided_on:
        raise BadInput(_("公告日期早于批准日期"), field="announced_on", remedy=_("请核对公告日期"))
    channels = [
        c.strip() for c in str(step.data.get("channels") or "").replace("，", "、").split("、") if c.strip()
    ]
    if not channels:
        raise BadInput(_("没有填写公告渠道"), field="channels", remedy=_("至少一个渠道，如“市民政局网站”"))
    items = list(case.items.filter(outcome="approved").select_related("street", "renaming").order_by("seq"))
    places = [item.subject_id for item in items if item.subject_id]
    decided_in = _decided_in(case)
    plan = step.prepared.get("addresses")
    with acts.act("announcement", at=step.at, case=case, actor=step.actor) as act:
        for item in items:
            _announce_item(item, decision, announced_on, channels)
        publications = []
        quiet = plan is not None and plan.batch.checked_seq == act.seq - 1
        doors = step.prepared["doors"] if quiet else _doors(_renamed(case), decided_in)
        for layer, ids in (("streets", places), ("place_names", places), ("addresses", doors)):
            if ids:
                if layer == "addresses":
                    ahead.publish_doors(ids, known_at=decided_in, seq=act.seq, plan=plan)
                else:
                    published.publish(layer, ids, known_at=decided_in, seq=act.seq)
                publications.append({"layer": layer, "ids": [str(i) for i in ids], "known_at": decided_in})
        act.payload |= {"case": case.number, "announced_on": announced_on, "publish": publications}
        search.index_streets(places, known_at=decided_in)
    if plan is not None:
        step.event_data["prepared"] = len(plan.entries)
    steps.finish_task(step, "announce", done_on=announced_on)


def _decided_in(case: Case) -> int:
    return int(case.acts.filter(kind="street_naming").latest("seq").seq)


def _renamed(case: Case) -> list[UUID]:
    """Return the streets a case renamed, in its order."""
    items = case.items.filter(outcome="approved", kind="rename", subject_id__isnull=False).order_by("seq")
    return list(items.values_list("subject_id", flat=True))


def _doors(streets: Sequence[UUID], decided_in: int) -> list[UUID]:
    """Return the addresses whose texts the decision changed, but for those that a later act has published since."""
    if not streets:
        return []
    rows = AddressVersion.objects.filter(street_id__in=streets, act_in=decided_in)
    found = dict.fromkeys(rows.values_list("address_id", flat=True).order_by("row"))
    return published.released(found, known_at=decided_in)


def _announce_item(item: CaseItem, decision: Decision, announced_on: date, channels: list[str]) -> None:
    row = item.street
    location = locate(to_shapely(row.geom), decision.effective_on)
    if row.start_text and row.end_text:
        ends = f"起点{row.start_text}，终点{row.end_text}"
    else:
        ends = f"位于{location.where}"
    if item.kind == "rename":
        ends = f"原名“{item.renaming.old_name}”，{ends}"
    width = f"，宽 {row.width_m:g} 米" if row.width_m else ""
    Announcement.objects.create(
        item=item,
        standard_name=row.name,
        roman=form_of(row.name, row.pinyin).pinyin_std,
        division=settings.GEOAPP_CITY + location.where,
        location=f"{ends}，长约 {to_shapely(row.geom).length:.0f} 米{width}",
        approver=decision.approver,
        approved_on=decision.decided_on,
        announced_on=announced_on,
        channels=channels,
    )
