"""Official codes of addresses: recorded, changed, ended and corrected, each by an act of its own; found for ever.

A *change* says that the world changed: from a day on the address has another code, the old one stays its code of
before. A *correction* says that the register was wrong: the same validity with the right code, or no code at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from boundaries.models import UnitVersion
from geoapp.core import acts, wording
from geoapp.core.effective import annul, begin, correct, end, in_force, known, succeed
from geoapp.core.errors import BadInput, Conflict, Forbidden, NotFound
from geoapp.core.models import Act, Jurisdiction, User
from geoapp.core.roles import Grant, Role
from naming.code_schemes import Scheme, clean, looks_like_code, public_schemes, schemes
from naming.models import AddressCode, AddressVersion, PublishedAddress

RECORD, CHANGE = "address_code_recorded", "address_code_changed"
END, CORRECT = "address_code_ended", "address_code_corrected"
_DEPARTMENTS = frozenset({"GA", "ZR"})
"""Departments that keep codes of addresses: the police give the numbers, natural resources publish them."""
_LATEST = date(2200, 1, 1)


@dataclass(frozen=True)
class Line:
    """A code of an address on record, with its scheme (None for one no longer configured) and the acts behind it."""

    row: AddressCode
    scheme: Scheme | None
    name: str
    form: str
    state: str
    act: Act | None


def lines(address: UUID, on: date, *, everything: bool = False, known_at: int | None = None) -> list[Line]:
    """Return the codes of an address on record after an act (None: now), those in law first.

    ``everything`` adds the schemes that are not public.
    """
    rows = known(AddressCode.objects.filter(address_id=address), known_at)
    if not everything:
        rows = rows.filter(scheme__in=public_schemes())
    held = list(rows.order_by("scheme", "-valid_from", "row"))
    deeds = Act.objects.select_related("actor").in_bulk([row.act_in for row in held])
    found = [_line(row, on, deeds.get(row.act_in)) for row in held]
    return sorted(found, key=lambda line: line.state == "ended")


def _line(row: AddressCode, on: date, act: Act | None) -> Line:
    scheme = schemes().get(row.scheme)
    english = wording.english()
    state = "current"
    if row.valid_from > on:
        state = "coming"
    elif row.valid_to is not None and row.valid_to <= on:
        state = "ended"
    name = row.scheme if scheme is None else scheme.name_en if english else scheme.name
    form = "" if scheme is None else scheme.form_en if english else scheme.form
    return Line(row, scheme, name, form, state, act)


def deeds(address: UUID) -> list[tuple[Act, dict[str, Any]]]:
    """Return every act that touched the codes of an address, the last first, with what it says."""
    rows = AddressCode.objects.filter(address_id=address).values_list("act_in", "act_out")
    numbers = {seq for pair in rows for seq in pair if seq is not None}
    found = Act.objects.filter(seq__in=numbers, kind__in=(RECORD, CHANGE, END, CORRECT)).order_by("-seq")
    return [(act, json.loads(act.payload)) for act in found.select_related("actor")]


def may_keep(held: Iterable[Grant], address: UUID) -> bool:
    """Say whether a person may record codes of an address: civil affairs, police or resources whose area holds it."""
    held = list(held)
    place = _place(address) if held else None
    return place is not None and any(
        grant.covers(place)
        and (
            grant.role in {Role.DISTRICT, Role.CITY}
            or (grant.role == Role.DEPARTMENT and grant.department_code in _DEPARTMENTS)
        )
        for grant in held
    )


def _place(address: UUID) -> Jurisdiction | None:
    last = known(AddressVersion.objects.filter(address_id=address)).order_by("-valid_from").first()
    if last is None:
        return None
    units = known(UnitVersion.objects.filter(unit_id=last.community_id)).order_by("-valid_from")
    row = units.select_related("parent__jurisdiction").first()
    return row.parent.jurisdiction if row and row.parent else None


@dataclass(frozen=True)
class Keeper:
    """Who records, with which roles, when."""

    actor: User
    held: Sequence[Grant]
    at: datetime


def record(address: UUID, scheme: str, code: str, valid_from: date, keeper: Keeper) -> AddressCode:
    """Give an address a code from a day on. Raises Forbidden, BadInput naming the field, Conflict."""
    _require(keeper, address)
    chosen, text = _read(scheme, code)
    _require_days(valid_from, None)
    with _deed(RECORD, keeper) as act:
        _require_free(chosen, text, address, valid_from, None)
        row: AddressCode = begin(
            AddressCode,
            seq=act.seq,
            valid_from=valid_from,
            address_id=address,
            scheme=chosen.key,
            code=text,
        )
        act.payload |= _told(row)
    return row


def change(row_id: int, code: str, valid_from: date, keeper: Keeper) -> AddressCode:
    """The address has another code from a day on; the old one ends that day. Raises as ``record``."""
    row = _row(row_id, keeper)
    chosen, text = _read(row.scheme, code)
    _require_days(valid_from, None)
    if text == row.code:
        raise BadInput(_("新代码与原代码相同"), field="code", remedy=_("只是登记有误的，请用更正"))
    if valid_from <= row.valid_from:
        raise BadInput(
            _("变更日期须晚于原代码的起始日期 %(day)s") % {"day": row.valid_from},
            field="valid_from",
            remedy=_("一开始就登记错的，请用更正"),
        )
    with _deed(CHANGE, keeper) as act:
        _require_free(chosen, text, row.address_id, valid_from, row.valid_to, besides=row.pk)
        new: AddressCode = succeed(row, seq=act.seq, valid_from=valid_from, code=text)
        act.payload |= _told(new) | {"was": row.code}
    return new


def finish(row_id: int, valid_to: date, reason: str, keeper: Keeper) -> AddressCode:
    """The code ceased to be the address's on a day. Raises as ``record``."""
    row = _row(row_id, keeper)
    _require_days(row.valid_from, valid_to)
    reason = _reason(reason)
    with _deed(END, keeper) as act:
        ended: AddressCode = end(row, seq=act.seq, valid_to=valid_to)
        act.payload |= _told(ended) | {"reason": reason}
    return ended


def amend(row_id: int, code: str, valid_from: date, reason: str, keeper: Keeper) -> AddressCode:
    """The register was wrong: the code or its first day is another. Raises as ``record``."""
    row = _row(row_id, keeper)
    chosen, text = _read(row.scheme, code)
    _require_days(valid_from, row.valid_to)
    reason = _reason(reason)
    if text == row.code and valid_from == row.valid_from:
        raise BadInput(_("没有改动"), field="code", remedy=_("请改代码或起始日期"))
    with _deed(CORRECT, keeper) as act:
        _require_free(chosen, text, row.address_id, valid_from, row.valid_to, besides=row.pk)
        new: AddressCode = correct(row, seq=act.seq, code=text, valid_from=valid_from)
        act.payload |= _told(new) | {"was": row.code, "was_from": row.valid_from, "reason": reason}
    return new


def strike(row_id: int, reason: str, keeper: Keeper) -> None:
    """The register was wrong: the address never had this code. Raises as ``record``."""
    row = _row(row_id, keeper)
    reason = _reason(reason)
    with _deed(CORRECT, keeper) as act:
        annul(row, seq=act.seq)
        act.payload |= _told(row) | {"code": None, "was": row.code, "reason": reason}


@contextmanager
def _deed(kind: str, keeper: Keeper) -> Iterator[acts.OpenAct]:
    # The head row that hands out the act's number is the lock of all codes: what is asked after it stays so.
    with transaction.atomic(), acts.act(kind, at=keeper.at, actor=keeper.actor) as act:
        yield act


def _told(row: AddressCode) -> dict[str, Any]:
    return {
        "address": str(row.address_id),
        "scheme": row.scheme,
        "code": row.code,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def _require(keeper: Keeper, address: UUID) -> None:
    if not may_keep(keeper.held, address):
        raise Forbidden(
            _("只有所在地的民政、公安和自然资源部门可以登记地址代码"), remedy=_("请由这些部门的经办人办理")
        )


def _row(row_id: int, keeper: Keeper) -> AddressCode:
    row = AddressCode.objects.filter(pk=row_id).first()
    if row is None:
        raise NotFound(_("没有这条代码记录"), remedy=_("请刷新页面"))
    _require(keeper, row.address_id)
    if row.act_out is not None:
        raise Conflict(_("这条记录已被另一登记行为更替"), remedy=_("请刷新页面，按最新记录办理"))
    return row


def require_of(address: UUID, row_id: int) -> None:
    """Raise NotFound when a row is not of this address, so that a page speaks of its own codes only."""
    if not AddressCode.objects.filter(pk=row_id, address_id=address).exists():
        raise NotFound(_("没有这条代码记录"), remedy=_("请刷新页面"))


def _read(scheme: str, code: str) -> tuple[Scheme, str]:
    chosen = schemes().get(scheme)
    if chosen is None:
        raise BadInput(_("没有选择代码种类"), field="scheme", remedy=_("请从列表中选择"))
    text = clean(code)
    if not text:
        raise BadInput(_("没有填写代码"), field="code", remedy=_("请填写代码"))
    if len(text) > 60:
        raise BadInput(
            _("代码有 %(n)s 位，超过 60 位") % {"n": len(text)}, field="code", remedy=_("请核对代码")
        )
    if not chosen.fits(text):
        english = wording.english()
        raise BadInput(
            _("“%(code)s”不合“%(scheme)s”的格式（%(n)s 位）")
            % {"code": text, "scheme": chosen.name_en if english else chosen.name, "n": len(text)},
            field="code",
            remedy=_("应为%(form)s") % {"form": chosen.form_en if english else chosen.form},
        )
    return chosen, text


def _require_days(valid_from: date, valid_to: date | None) -> None:
    if not date(1949, 10, 1) <= valid_from < _LATEST or (valid_to is not None and valid_to >= _LATEST):
        raise BadInput(_("日期不在合理范围内"), field="valid_from", remedy=_("请核对年份"))
    if valid_to is not None and valid_to <= valid_from:
        raise BadInput(
            _("终止日期须晚于起始日期 %(day)s") % {"day": valid_from},
            field="valid_to",
            remedy=_("这个代码从未属于本地址的，请用更正撤销"),
        )


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise BadInput(_("没有写明理由"), field="reason", remedy=_("请写明依据或错在哪里"))
    if len(text) > 300:
        raise BadInput(_("理由超过 300 个字"), field="reason", remedy=_("请精简"))
    return text


def _overlapping(rows: QuerySet[AddressCode], start: date, stop: date | None) -> QuerySet[AddressCode]:
    rows = known(rows).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=start))
    return rows if stop is None else rows.filter(valid_from__lt=stop)


def _require_free(
    scheme: Scheme, code: str, address: UUID, start: date, stop: date | None, *, besides: int | None = None
) -> None:
    same = AddressCode.objects.filter(scheme=scheme.key).exclude(pk=besides)
    mine = _overlapping(same.filter(address_id=address), start, stop).first()
    if mine is not None:
        raise Conflict(
            _("这个地址自 %(day)s 起已有这种代码：%(code)s") % {"day": mine.valid_from, "code": mine.code},
            field="code",
            remedy=_("请用变更、终止或更正"),
        )
    if not scheme.unique:
        return
    other = _overlapping(same.filter(code=code).exclude(address_id=address), start, stop).first()
    if other is not None:
        text = (
            known(AddressVersion.objects.filter(address_id=other.address_id)).order_by("-valid_from").first()
        )
        raise Conflict(
            _("代码 %(code)s 自 %(day)s 起已给“%(text)s”")
            % {"code": code, "day": other.valid_from, "text": text.text if text else "—"},
            field="code",
            remedy=_("请核对代码；那个地址登记有误的，请先在那里更正"),
        )


def find(text: str, on: date, *, most: int = 20) -> list[tuple[PublishedAddress, bool]]:
    """Return the published addresses a public code means or meant, with whether the code is a former one.

    Codes on record come first, in law before ended. A code that a correction replaced still leads to the address it
    was written for, as long as nobody else has it.
    """
    if not looks_like_code(text):
        return []
    rows = AddressCode.objects.filter(code=clean(text), scheme__in=public_schemes())
    held = list(known(rows).order_by("-valid_from")) or list(rows.order_by("-act_out"))
    former: dict[UUID, bool] = {}
    for row in held:
        current = row.act_out is None and row.valid_from <= on and (row.valid_to is None or row.valid_to > on)
        former[row.address_id] = former.get(row.address_id, True) and not current
    published = known(PublishedAddress.objects.filter(id__in=list(former))).order_by("valid_from")
    shown = {row.id: row for row in published} | {row.id: row for row in in_force(published, on)}
    found = [(shown[key], past) for key, past in former.items() if key in shown]
    return sorted(found, key=lambda pair: pair[1])[:most]
