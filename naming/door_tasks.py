"""What follows a given number, side by side: telling departments, hanging plates, publishing. Each has its clock."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from geoapp.core import acts, attachments, calendar, steps
from geoapp.core.errors import BadInput, NotFound
from geoapp.core.models import Case, CaseItem
from geoapp.core.workflow import Step
from naming import published
from naming.addressing.compose import number_text
from naming.door_values import days, values_on
from naming.models import AddressVersion, DoorTask, Plate, PlatePhoto

Kind = DoorTask.Kind


def open_tasks(case: Case, on: date, *, plates: bool) -> None:
    """Open the tasks of a case on the day its numbers are given."""
    table, held = calendar.exceptions(), values_on(on)

    def row(kind: str, name: str, recipient: str = "") -> DoorTask:
        due = calendar.add_days(on, int(held[name].value), working=True, table=table)
        return DoorTask(
            case=case, kind=kind, recipient=recipient, started_on=on, due_on=due, due_law=held[name].law[:100]
        )

    rows = [row(Kind.NOTIFY, "notify_days", code) for code in DoorTask.Recipient.values]
    if plates:
        rows.append(row(Kind.PLATES, "plate_days"))
    rows.append(row(Kind.RELEASE, "release_days"))
    DoorTask.objects.bulk_create(rows)


def order_plate(version: AddressVersion, case: Case, on: date, seq: int) -> Plate:
    """Order the plate of an address; its token stands in the QR and resolves for ever."""
    due = calendar.add_days(on, days("plate_days", on), working=True, table=calendar.exceptions())
    return Plate.objects.create(
        address_id=version.address_id,
        token=secrets.token_urlsafe(12),
        text=version.text,
        number=number_text(version.number, version.sub_number),
        due_on=due,
        ordered_in=seq,
        case_number=case.number,
    )


def close_plates(address: UUID, seq: int, state: str) -> None:
    """Close the plates of an address whose number ended or changed: what is written on them is no longer so."""
    standing = Plate.objects.filter(address_id=address, closed_in__isnull=True)
    standing.update(state=state, closed_in=seq)


def notify(step: Step) -> None:
    """Record that departments were told: one, or all that have not been (``recipient`` empty)."""
    recipient = str(step.data.get("recipient") or "")
    rows = step.case.door_tasks.filter(kind=Kind.NOTIFY, done_on__isnull=True)  # type: ignore[attr-defined]
    if recipient:
        rows = rows.filter(recipient=recipient)
    told = list(rows.values_list("recipient", flat=True))
    if not told:
        raise BadInput(_("这个部门已经通知过，或不在应通知之列"), field="recipient", remedy=_("请刷新页面"))
    rows.update(done_on=_done_on(step), done_by=step.actor, note=step.note)
    step.event_data = {"recipients": told}
    activate_when_done(step)


def hang(step: Step) -> None:
    """Record that a plate hangs, with the photo that shows it."""
    plate = _plate(step)
    photo = step.data.get("photo")
    if not photo:
        raise BadInput(_("没有门牌安装照片"), field="photo", remedy=_("请拍下门牌和门面后上传"))
    if attachments.content_type_of(photo) not in {"image/jpeg", "image/png"}:
        raise BadInput(_("门牌安装照片不是图片"), field="photo", remedy=_("请上传 JPG 或 PNG 照片"))
    document = attachments.store(
        photo,
        case=step.case,
        kind="plate_photo",
        user=step.actor,
        at=step.at,
        item=_item_of(plate, step.case),
    )
    PlatePhoto.objects.create(plate=plate, attachment=document)
    plate.state, plate.hung_on = Plate.State.HUNG, _done_on(step)
    plate.save(update_fields=["state", "hung_on"])
    step.event_data = {"plate": str(plate.pk), "number": plate.number, "photo": document.sha256}
    if not plates_of(step.case).filter(state=Plate.State.ORDERED).exists():
        _finish(step, Kind.PLATES)
    activate_when_done(step)


def release(step: Step) -> None:
    """Natural resources publish: from this act on the public layer shows the addresses as they now stand."""
    ids = [item.subject_id for item in step.case.items.filter(outcome="approved") if item.subject_id]
    with acts.act("door_release", at=step.at, case=step.case, actor=step.actor) as act:
        published.publish("addresses", ids, known_at=act.seq, seq=act.seq)
        act.payload |= {
            "case": step.case.number,
            "publish": [{"layer": "addresses", "ids": [str(i) for i in ids], "known_at": act.seq}],
        }
    _finish(step, Kind.RELEASE)
    activate_when_done(step)


def activate_when_done(step: Step) -> None:
    """The last task done makes the addresses active."""
    if step.case.door_tasks.filter(done_on__isnull=True).exists():  # type: ignore[attr-defined]
        return
    step.case.status = "active"
    steps.update(step, status="active")


def plates_of(case: Case) -> Any:
    """Return the plates a case ordered that were not overtaken by a later one."""
    return Plate.objects.filter(case_number=case.number, closed_in__isnull=True)


def _plate(step: Step) -> Plate:
    try:
        key = UUID(str(step.data.get("plate") or ""))
    except ValueError:
        raise BadInput(_("没有选择门牌"), field="plate", remedy=_("请选择已安装的门牌")) from None
    plate = plates_of(step.case).filter(pk=key).first()
    if plate is None:
        raise NotFound(_("案件中没有这块门牌"), remedy=_("请刷新页面"))
    if plate.state != Plate.State.ORDERED:
        raise BadInput(_("这块门牌已登记安装"), field="plate", remedy=_("请刷新页面"))
    return plate


def _item_of(plate: Plate, case: Case) -> CaseItem | None:
    return case.items.filter(subject_id=plate.address_id).first()


def _done_on(step: Step) -> date:
    day = steps.read_date(step.data.get("done_on"), "done_on", default=step.on)
    if day > step.on:
        raise BadInput(_("办结日期晚于今天"), field="done_on", remedy=_("办完后再登记"))
    return day


def _finish(step: Step, kind: str) -> None:
    step.case.door_tasks.filter(kind=kind, done_on__isnull=True).update(  # type: ignore[attr-defined]
        done_on=_done_on(step), done_by=step.actor, note=step.note
    )
