"""Addresses that leave the service as proof or as a list of standard addresses: each is judged at the stage EXPORT.

A temporary number proves nothing (rule A-14): no proof is made out for it, and no list of standard addresses holds it.
What the profile in force does not refuse goes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from boundaries.models import UnitVersion
from geoapp.core import wording
from geoapp.core.authority import profile_on
from geoapp.core.checks import Court, Finding, Stage, blocking
from geoapp.core.effective import in_force
from geoapp.core.errors import Conflict, NotFound
from naming.address_book import RegisterBook
from naming.address_checks import RULES
from naming.address_checks.proposal import AddressProposal
from naming.addressing.reading import read_row
from naming.models import AddressVersion, PublishedAddress

LIST = "标准地址清单"
"""What a list of addresses is called in the words of the rule; officers' Chinese, as documents of the city are."""

_STATE = AddressVersion.State


def refusal(address: PublishedAddress, document: str, on: date) -> Finding | None:
    """Return why an address is not to leave the service in ``document`` (《地址变更证明》 …); None when it may."""
    profile = profile_on(on)
    proposal = AddressProposal(
        on=on,
        parts=read_row({"number": address.number}).parts,
        text=address.name,
        row=str(address.id),
        state=address.status,
        proof=document,
    )
    court = Court(RULES, profile, stages=[Stage.EXPORT], on=on)
    return next(iter(blocking(court.judge(proposal, RegisterBook(proposal, profile)))), None)


def require_exportable(address: PublishedAddress, document: str, on: date) -> None:
    """Raise Conflict, in the words of the rule, for an address that ``document`` cannot be made out for."""
    found = refusal(address, document, on)
    if found is not None:
        english = wording.english()
        raise Conflict(
            (english and found.message_en) or found.message,
            remedy=(english and found.remedy_en) or found.remedy,
        )


@dataclass(frozen=True)
class Listing:
    """The standard addresses of a village or community on a day, and how many the rules keep out of the list."""

    code: str
    name: str
    on: date
    rows: QuerySet[PublishedAddress]
    left_out: int
    why: str

    def head(self) -> list[str]:
        """Return the titles of the columns."""
        return [
            _("标准地址"),
            _("村居"),
            _("村居代码"),
            _("街路巷"),
            _("门牌号"),
            _("小区"),
            _("楼栋"),
            _("单元"),
            _("层"),
            _("户室"),
            _("经度"),
            _("纬度"),
            _("自"),
            _("标识"),
        ]

    def lines(self) -> Iterator[list[Any]]:
        """Yield a line for every address, ordered by street and number; degrees are CGCS2000 (EPSG:4490)."""
        for row in self.rows.iterator(chunk_size=2000):
            yield [
                row.name,
                row.unit,
                row.code,
                row.street,
                row.number,
                *(row.compound or "", row.building or "", row.unit_no or "", row.floor or "", row.room or ""),
                *(f"{row.geom.x:.9f}", f"{row.geom.y:.9f}"),
                row.valid_from.isoformat(),
                str(row.id),
            ]
        if self.why:
            yield [self.why]


def listing(code: str, on: date) -> Listing:
    """Return the list of standard addresses of the village or community with a twelve-digit code.

    From the published layer: nothing unannounced, secret or personal is in it. Raises NotFound for another code.
    """
    units = in_force(UnitVersion.objects.filter(unit__level="community", code=code), on)
    unit = units.defer("geom").first() if code else None
    if unit is None:
        raise NotFound(
            _("没有代码为“%(code)s”的村、社区") % {"code": code[:20]},
            remedy=_("请填写 12 位的村、社区代码，如从村、社区的页面下载"),
        )
    # The layer has no index by community; the register has one.
    members = AddressVersion.objects.filter(community_id=unit.unit_id, act_out__isnull=True)
    rows = in_force(PublishedAddress.objects.filter(code=code, id__in=members.values("address_id")), on)
    kept_out: list[str] = []
    why = ""
    for state in sorted(_STATE.values):
        example = rows.filter(status=state).first()
        found = refusal(example, LIST, on) if example is not None else None
        if found is not None:
            kept_out.append(state)
            why = found.law
    left_out = rows.filter(status__in=kept_out).count() if kept_out else 0
    return Listing(
        code,
        unit.name,
        on,
        rows.exclude(status__in=kept_out).order_by("street", "number", "name", "row"),
        left_out,
        _("另有 %(n)d 个临时门楼号不作证明，未列入（A-14，%(law)s）") % {"n": left_out, "law": why}
        if left_out
        else "",
    )
