"""The owner behind a door: personal data, read by the officers of the case alone, erased when its time is over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core import cases, roles
from geoapp.core.errors import BadInput
from geoapp.core.models import Case, User
from geoapp.core.roles import Grant
from naming.door_values import days
from naming.models import DoorOwner

READERS = ("proposer", "police")
_PHONE = re.compile(r"[0-9+() -]{7,20}")


def may_read(held: Iterable[Grant], case: Case) -> bool:
    """Say whether a person may read the owner's name and phone: the case's town officer and police officer."""
    return roles.acts_on(held, case, READERS)


def owner_of(case: Case, held: Iterable[Grant]) -> DoorOwner | None:
    """Return the owner for somebody who may read it; None for everybody else, or when there is none."""
    if not may_read(held, case):
        return None
    return DoorOwner.objects.filter(case=case).first()


def read_owner(name: str, phone: str) -> tuple[str, str]:
    """Read an owner from a form. Raises BadInput naming the field."""
    name, phone = name.strip(), phone.strip()
    if len(name) > 60:
        raise BadInput(_("业主姓名过长"), field="owner_name", remedy=_("请只填写姓名"))
    if phone and not name:
        raise BadInput(_("填了电话，没有填业主姓名"), field="owner_name", remedy=_("请填写姓名"))
    if phone and not _PHONE.fullmatch(phone):
        raise BadInput(
            _("联系电话格式不对"), field="owner_phone", remedy=_("请填写 7–20 位数字，可含 + 和短横")
        )
    return name, phone


def keep(case: Case, name: str, phone: str) -> None:
    """Keep the owner of a case, or change it while the case is open; an empty name keeps none."""
    if name:
        DoorOwner.objects.update_or_create(case=case, defaults={"name": name, "phone": phone})
    else:
        DoorOwner.objects.filter(case=case).delete()


def due_for_erasure(on: date) -> list[Case]:
    """Return the closed cases whose owner has been kept for the full time (a local value, UNVERIFIED).

    The time is that of the profile in force on ``on``: shortened, it is shortened for what is kept already.
    """
    rows = DoorOwner.objects.filter(erased_at__isnull=True, case__closed_at__isnull=False)
    held = [row.case for row in rows.select_related("case")]
    if not held:
        return []
    last = on - timedelta(days=days("owner_days", on))
    found = [case for case in held if timezone.localdate(case.closed_at) <= last]
    return sorted(found, key=lambda case: case.number)


def erase(case: Case, *, at: datetime, actor: User | None = None) -> None:
    """Erase the owner's name and phone; the case's history says that it was done, not what was there."""
    with transaction.atomic():
        done = DoorOwner.objects.filter(case=case, erased_at__isnull=True).update(
            name="", phone="", erased_at=at
        )
        if done:
            cases.record_event(case, action="erase_owner", arrow=(case.status,) * 2, actor=actor, at=at)
