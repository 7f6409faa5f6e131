"""Giving numbers: inside the transaction that holds the streets' rows, by one act for all doors of a case."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from geoapp.core import acts, cases, steps
from geoapp.core.authority import authority_for, profile_on
from geoapp.core.effective import end, in_force, succeed
from geoapp.core.errors import Conflict
from geoapp.core.geometry import frame_geos, to_shapely
from geoapp.core.models import Case, CaseItem
from geoapp.core.workflow import Step
from naming import address_register, door_numbers, door_tasks
from naming.address_register import Door, Names
from naming.addressing.compose import number_text
from naming.door_judging import Wishes, doors_of_case
from naming.models import Address, AddressItem, AddressVersion, Confirmation, Plate, Renumbering

Kind = AddressItem.Kind
Given = dict[UUID, set[door_numbers.Number]]


def enact(step: Step, outcomes: Mapping[str, Mapping[str, str]], wishes: Wishes) -> None:
    """Carry the review into the register: numbers, changes, cancellations, confirmations, plates, tasks."""
    case = step.case
    rows = doors_of_case(case)
    approved = [row for row in rows if outcomes[str(row.pk)]["outcome"] == "approved"]
    for row in rows:
        entry = outcomes[str(row.pk)]
        CaseItem.objects.filter(pk=row.pk).update(outcome=entry["outcome"], outcome_reason=entry["reason"])
    steps.keep(step)
    status = "numbered" if approved else "refused"
    case.status = status
    steps.update(step, status=status, decided_at=step.at, authority=authority_for(case, step.on))
    step.event_data |= {"outcomes": {key: dict(value) for key, value in outcomes.items()}}
    if not approved:
        return
    with acts.act("door_numbering", at=step.at, case=case, actor=step.actor) as act:
        act.payload |= {
            "case": case.number,
            "case_chain": case.event_head,
            "profile": profile_on(step.on).label,
            "outcomes": {key: dict(value) for key, value in outcomes.items()},
        }
        given: Given = {}
        for row in _in_order(approved, step.on, wishes):
            act.add("addresses", _carry_out(row, step, act.seq, wishes, given))
    plates = Plate.objects.filter(case_number=case.number, closed_in__isnull=True).exists()
    door_tasks.open_tasks(case, step.on, plates=plates)


def _in_order(rows: list[AddressItem], on: date, wishes: Wishes) -> list[AddressItem]:
    """Put doors with a number of their own first, the others in the order in which numbers run along their street."""

    def key(row: AddressItem) -> tuple[int, str, float, int]:
        if row.street_id is None or _wish(row, wishes) is not None or row.item.kind == Kind.CANCEL:
            return (0, "", 0.0, row.item.seq)
        return (
            1,
            str(row.street_id),
            door_numbers.along(row.street_id, to_shapely(row.geom), on),
            row.item.seq,
        )

    return sorted(rows, key=key)


def _wish(row: AddressItem, wishes: Wishes) -> door_numbers.Number | None:
    return wishes.get(str(row.pk), (row.number, row.sub_number) if row.number else None)


def _carry_out(row: AddressItem, step: Step, seq: int, wishes: Wishes, given: Given) -> dict[str, Any]:
    if row.item.kind == Kind.CANCEL:
        return _cancel(row, step, seq)
    wish = _wish(row, wishes)
    chosen = _choose(row, step.on, wish, given)
    version = (
        _change(row, step, seq, chosen) if row.item.kind == Kind.CHANGE else _enter(row, step, seq, chosen)
    )
    AddressItem.objects.filter(pk=row.pk).update(
        given_number=chosen.number,
        given_sub=chosen.sub_number,
        given_text=version.text,
        explanation=chosen.explanation,
        explanation_en=chosen.explanation_en,
    )
    CaseItem.objects.filter(pk=row.pk).update(subject_id=version.address_id)
    door_tasks.order_plate(version, step.case, step.on, seq)
    paper = _confirm(row, step, seq, version)
    return {
        "id": str(version.address_id),
        "kind": row.item.kind,
        "text": version.text,
        "number": chosen.text,
        "confirmation": paper.number,
        "wkt": row.geom.wkt,
    }


def _choose(
    row: AddressItem, on: date, wish: door_numbers.Number | None, given: Given
) -> door_numbers.Suggestion:
    """Return the number a door gets, free at this moment under the street's lock. Raises Conflict."""
    assert row.street_id is not None
    besides = [row.address_id] if row.address_id else []
    held = door_numbers.ledger(row.street_id, on, besides=besides)
    earlier = given.setdefault(row.street_id, set())
    point = to_shapely(row.geom)
    chosen = door_numbers.suggest(row.street_id, point, on, besides=besides, given=earlier, held=held)
    if wish is not None:
        if why := door_numbers.obstacle(held, wish, row.inside(), given=earlier):
            raise Conflict(
                _("“%(item)s”要的号码 %(number)s 不能再用（%(why)s），下一个可用号为 %(free)s")
                % {"item": row.item.title, "number": wish[0], "why": why, "free": chosen.number},
                field=f"number-{row.pk}",
                remedy=_("请改用下一个可用号"),
            )
        zh, en = door_numbers.wished()
        chosen = door_numbers.Suggestion(wish[0], wish[1], chosen.side, zh, en)
    if row.inside() == door_numbers.NOTHING_INSIDE:
        earlier.add((chosen.number, chosen.sub_number))
    return chosen


def _state(row: AddressItem) -> str:
    temporary = row.item.kind == Kind.TEMPORARY
    return AddressVersion.State.TEMPORARY if temporary else AddressVersion.State.STANDARD


def _enter(row: AddressItem, step: Step, seq: int, chosen: door_numbers.Suggestion) -> AddressVersion:
    assert row.street_id is not None
    door = Door(
        street=row.street_id,
        community=row.community_id,
        number=chosen.number,
        sub_number=chosen.sub_number,
        side=chosen.side,
        point=to_shapely(row.geom),
        compound=row.compound,
        building=row.building,
        unit_no=row.unit_no,
        floor=row.floor,
        room=row.room,
        state=_state(row),
        source=step.case.number,
        case_number=step.case.number,
        taken_at=step.case.submitted_at,
    )
    anchors = address_register.enter([door], seq=seq, valid_from=step.on, synthetic=step.case.synthetic)
    return AddressVersion.objects.get(address=anchors[0], act_in=seq)


def _in_force(row: AddressItem, on: date) -> AddressVersion:
    return in_force(AddressVersion.objects.filter(address_id=row.address_id), on).get()


def _change(row: AddressItem, step: Step, seq: int, chosen: door_numbers.Suggestion) -> AddressVersion:
    """The same door under a new number: the identity stays, the line old → new is written (A-15)."""
    assert row.street_id is not None
    old = _in_force(row, step.on)
    changes = {
        "street_id": row.street_id,
        "community_id": row.community_id,
        "number": chosen.number,
        "sub_number": chosen.sub_number,
        "side": chosen.side,
        "compound": row.compound or None,
        "building": row.building or None,
        "unit_no": row.unit_no or None,
        "floor": row.floor or None,
        "room": row.room or None,
        "geom": frame_geos(to_shapely(row.geom)),
        "state": AddressVersion.State.STANDARD,
        "case_number": step.case.number,
        "source": step.case.number,
    }
    names = Names.on(step.on, streets={row.street_id}, communities={row.community_id})
    text = address_register.text_of(_Changed(changes), names)
    new: AddressVersion = succeed(old, seq=seq, valid_from=step.on, text=text, **changes)
    door_tasks.close_plates(old.address_id, seq, Plate.State.REPLACED)
    Renumbering.objects.create(
        address_id=old.address_id,
        case=step.case,
        old_text=old.text,
        new_text=text,
        old_number=number_text(old.number, old.sub_number),
        new_number=chosen.text,
        valid_from=step.on,
        act_in=seq,
    )
    return new


class _Changed:
    """The parts of an address that is about to be written, as ``text_of`` reads them."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def _cancel(row: AddressItem, step: Step, seq: int) -> dict[str, Any]:
    """The number ends; it is kept and not given again (JM22 12)."""
    old = _in_force(row, step.on)
    end(old, seq=seq, valid_to=step.on)
    door_tasks.close_plates(old.address_id, seq, Plate.State.REMOVED)
    AddressItem.objects.filter(pk=row.pk).update(
        given_number=old.number, given_sub=old.sub_number, given_text=old.text
    )
    CaseItem.objects.filter(pk=row.pk).update(subject_id=old.address_id)
    return {"id": str(old.address_id), "kind": row.item.kind, "text": old.text, "ended_on": step.on}


def issuer_of(case: Case, on: date) -> str:
    """Return the authority that numbers doors: the authority row's, failing that the police of the jurisdiction."""
    authority = authority_for(case, on)
    return authority.approver if authority else f"{case.jurisdiction.name}公安机关"


def _confirm(row: AddressItem, step: Step, seq: int, version: AddressVersion) -> Confirmation:
    return Confirmation.objects.create(
        number=cases.next_number("QR", step.case.jurisdiction.code, step.on),
        token=secrets.token_urlsafe(16),
        item=row.item,
        address=Address.objects.get(pk=version.address_id),
        text=version.text,
        temporary=row.item.kind == Kind.TEMPORARY,
        basis=row.basis,
        permit_number=row.permit_number,
        issuer=issuer_of(step.case, step.on),
        issued_on=step.on,
        act_in=seq,
    )
