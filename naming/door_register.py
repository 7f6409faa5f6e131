"""Giving numbers: inside the transaction that holds the streets' rows, by one act for all doors of a case."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from geoapp.core import acts, cases, steps
from geoapp.core.authority import authority_for, profile_on
from geoapp.core.checks import Severity
from geoapp.core.effective import end, in_force, succeed
from geoapp.core.geometry import frame_geos, to_shapely
from geoapp.core.models import Case, CaseItem
from geoapp.core.workflow import Step
from naming import address_register, door_tasks
from naming.address_register import Door, Names
from naming.addressing.compose import number_text
from naming.door_judging import doors_of_case
from naming.door_numbers import Given
from naming.models import Address, AddressItem, AddressVersion, Confirmation, Plate, Renumbering

Kind = AddressItem.Kind


def enact(step: Step, outcomes: Mapping[str, Mapping[str, str]], answers: Mapping[str, str]) -> None:
    """Carry the review into the register: numbers, changes, cancellations, confirmations, plates, tasks.

    ``step.worked_out`` holds the number of each approved door, as it was judged (``naming.door_plan``); ``answers`` are
    the officer's to the warnings that stood then.
    """
    case = step.case
    rows = doors_of_case(case)
    approved = [row for row in rows if outcomes[str(row.pk)]["outcome"] == "approved"]
    for row in rows:
        entry = outcomes[str(row.pk)]
        CaseItem.objects.filter(pk=row.pk).update(outcome=entry["outcome"], outcome_reason=entry["reason"])
    steps.keep(step)
    _answer(step, answers)
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
        held = {row.pk: row for row in approved}
        for key, chosen in step.worked_out.items():
            act.add("addresses", _carry_out(held[key], step, act.seq, chosen))
    plates = Plate.objects.filter(case_number=case.number, closed_in__isnull=True).exists()
    door_tasks.open_tasks(case, step.on, plates=plates)


def _answer(step: Step, answers: Mapping[str, str]) -> None:
    """Record the officer's answers beside the warnings that had none."""
    given = {}
    for row in step.results:
        text = answers.get(str(row.pk), "")
        open_rows = row.item.findings.filter(current=True, severity=Severity.WARN, answer="")
        if text and open_rows.update(answer=text, answered_by=step.actor, answered_at=step.at):
            given[str(row.pk)] = text
    if given:
        step.event_data |= {"answers": given}


def _carry_out(row: AddressItem, step: Step, seq: int, chosen: Given | None) -> dict[str, Any]:
    if chosen is None:
        return _cancel(row, step, seq)
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


def _state(row: AddressItem) -> str:
    temporary = row.item.kind == Kind.TEMPORARY
    return AddressVersion.State.TEMPORARY if temporary else AddressVersion.State.STANDARD


def _enter(row: AddressItem, step: Step, seq: int, chosen: Given) -> AddressVersion:
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


def _change(row: AddressItem, step: Step, seq: int, chosen: Given) -> AddressVersion:
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
