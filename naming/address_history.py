"""Addresses through time, as the public may know them: what an address was on a day, as recorded at a moment.

Everything is read from the published layer, so that nothing unannounced, secret or personal can appear. A door that
was renumbered, a street that was renamed and a community that was adjusted all answer under the same UUID, with
every text they ever had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from geoapp.core import acts, frame
from geoapp.core.effective import in_force, known, recorded
from geoapp.core.errors import BadInput, NotFound
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Act
from naming import address_codes
from naming.models import Plate, PublishedAddress

_SALT = "address-history"
_RADII_M = (25.0, 60.0, 200.0)
_DEGREE_M = 100_000.0
"""A degree is longer than this in every direction at the latitudes of the city: a box of metres in degrees."""


@dataclass(frozen=True)
class Moment:
    """What the register knew: the last act, and the moment asked for (None: now)."""

    seq: int
    at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON members."""
        return {"act": self.seq, "moment": self.at.isoformat() if self.at else None}


def moment_of(value: str, field: str = "known-at") -> Moment:
    """Read a moment of record (2026-11-24T09:00:00+08:00, or a day: its end). Raises BadInput."""
    if not value:
        return Moment(acts.head_seq(), None)
    # A plus sign that nobody encoded arrives as a blank.
    text = (
        value.strip().replace(" ", "+") if value.strip().count(" ") == 1 and "T" in value else value.strip()
    )
    try:
        at = parse_datetime(text)
        if at is None or len(text) <= 10:
            day = parse_date(text)
            at = datetime.combine(day, datetime.max.time()) if day else None
    except ValueError:
        at = None
    if at is None:
        raise BadInput(
            _("时刻“%(value)s”不对") % {"value": value},
            field=field,
            remedy=_("请按 2026-11-24T09:00:00+08:00 或 2026-11-24 的样式填写"),
        )
    if timezone.is_naive(at):
        at = timezone.make_aware(at)
    try:
        return Moment(acts.seq_at(at), at)
    except OverflowError:
        raise BadInput(
            _("时刻“%(value)s”超出范围") % {"value": value},
            field=field,
            remedy=_("请填写公元 1 年之后的时刻"),
        ) from None


def rows_of(address: UUID, known_at: int | None = None) -> list[PublishedAddress]:
    """Return every span of an address on record after an act (None: now), oldest first. Raises NotFound."""
    rows = list(known(PublishedAddress.objects.filter(id=address), known_at).order_by("valid_from"))
    if not rows:
        raise NotFound(_("没有公布过这个地址"), remedy=_("请从首页搜索地址；尚未公布的地址不对外显示"))
    return rows


def standing(rows: Sequence[PublishedAddress], on: date) -> PublishedAddress | None:
    """Return the span in law on a day, None when there is none."""
    found = [r for r in rows if r.valid_from <= on and (r.valid_to is None or r.valid_to > on)]
    return found[-1] if found else None


def answer(address: UUID, on: date, moment: Moment) -> dict[str, Any]:
    """Return an address as it was law on a day and as the register knew it at a moment, with all its texts."""
    rows = rows_of(address, moment.seq if moment.at else None)
    row = standing(rows, on)
    latest = rows[-1]
    return {
        "id": str(address),
        "on": on.isoformat(),
        "known_at": moment.as_json(),
        "text": row.name if row else None,
        "status": row.status
        if row
        else ("ended" if latest.valid_to and latest.valid_to <= on else "not_yet"),
        "parts": _parts(row) if row else None,
        "point": [row.geom.x, row.geom.y] if row else None,
        "valid_from": row.valid_from.isoformat() if row else None,
        "valid_to": row.valid_to.isoformat() if row and row.valid_to else None,
        "texts": [
            {
                "text": r.name,
                "valid_from": r.valid_from.isoformat(),
                "valid_to": r.valid_to.isoformat() if r.valid_to else None,
            }
            for r in rows
        ],
        "codes": [
            {
                "scheme": line.row.scheme,
                "code": line.row.code,
                "valid_from": line.row.valid_from.isoformat(),
                "valid_to": line.row.valid_to.isoformat() if line.row.valid_to else None,
                "verified": bool(line.scheme and line.scheme.verified),
            }
            for line in address_codes.lines(address, on, known_at=moment.seq if moment.at else None)
        ],
        "plates": [
            {"number": p.number, "text": p.text, "state": p.state, "token": p.token}
            for p in Plate.objects.filter(address_id=address).order_by("ordered_in")
        ],
    }


def _parts(row: PublishedAddress) -> dict[str, Any]:
    return {
        "community": row.unit,
        "community_code": row.code,
        "street": row.street,
        "number": row.number,
        "compound": row.compound,
        "building": row.building,
        "unit": row.unit_no,
        "floor": row.floor,
        "room": row.room,
    }


def nearest(point: BaseGeometry, on: date, *, most: int = 5) -> list[tuple[PublishedAddress, float]]:
    """Return the addresses in law on a day nearest to a frame point, with metres, at most 200 m away."""
    centre = frame.to_geographic(point)
    found: list[tuple[PublishedAddress, float]] = []
    for radius in _RADII_M:
        reach = radius / _DEGREE_M
        box = (centre.x - reach, centre.y - reach, centre.x + reach, centre.y + reach)
        rows = in_force(PublishedAddress.objects.filter(geom__in_box=box), on)
        near = ((row, float(frame.to_frame(to_shapely(row.geom)).distance(point))) for row in rows)
        found = sorted((r for r in near if r[1] <= radius), key=lambda pair: (pair[1], pair[0].name))
        if len(found) >= most:
            break
    return found[:most]


@dataclass(frozen=True)
class Span:
    """One line of an address's history for people: its text, its days, and the act that made it so."""

    text: str
    unit: str
    valid_from: date
    valid_to: date | None
    act: Act | None
    current: bool


def spans(address: UUID, on: date, known_at: int | None = None) -> list[Span]:
    """Return the history of an address, oldest first, each line with the act that brought it."""
    rows = rows_of(address, known_at)
    # A span is recorded anew when its end becomes known: what brought it is the first act that published its text.
    ever = recorded(PublishedAddress.objects.filter(id=address)).order_by("act_in")
    first: dict[tuple[str, date], int] = {}
    for name, valid_from, act_in in ever.values_list("name", "valid_from", "act_in"):
        first.setdefault((name, valid_from), act_in)
    deeds = Act.objects.select_related("case").in_bulk(first.values())
    now = standing(rows, on)
    return [
        Span(r.name, r.unit, r.valid_from, r.valid_to, deeds.get(first[r.name, r.valid_from]), r is now)
        for r in rows
    ]


def seal(address: UUID, known_at: int) -> str:
    """Return the token a printed certificate carries: which address, as known after which act, signed."""
    return signing.dumps([address.hex, known_at], salt=_SALT, compress=True)


def unseal(token: str) -> tuple[UUID, int]:
    """Read a certificate's token. Raises NotFound when it is not one of ours or was altered."""
    try:
        address, known_at = signing.loads(token, salt=_SALT)
        return UUID(address), int(known_at)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFound(
            _("核验码不对：这不是本系统出具的证明，或者核验码有误"),
            remedy=_("请重新扫描证明上的二维码；仍不对的，请向出具机关核实"),
        ) from None
