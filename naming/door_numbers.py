"""Numbers along a street: which are free, and which a door should have. Points and lines in frame metres.

Which number a door should have is decided by ``naming.numbering``; here is what of it is free. A number that was
ever given is never given again (JM22 12).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from shapely.geometry.base import BaseGeometry

from geoapp.core import wording
from geoapp.core.effective import recorded
from geoapp.core.errors import Conflict
from naming import numbering
from naming.addressing.compose import number_text
from naming.addressing.numbering import words
from naming.bilingual import both
from naming.models import AddressVersion

Number = tuple[int, int | None]
Inside = tuple[str, str, str, str, str]
LARGEST = 99_999
NOTHING_INSIDE: Inside = ("", "", "", "", "")


@dataclass(frozen=True)
class Suggestion:
    """A number for a door, the side it lies on (left, right or empty) and why, in Chinese and English."""

    number: int
    sub_number: int | None
    side: str
    explanation: str
    explanation_en: str

    @property
    def text(self) -> str:
        """The number as a plate shows it."""
        return number_text(self.number, self.sub_number)


@dataclass
class Ledger:
    """Every number a street has or ever had, with what lies inside, and which doors still stand."""

    standing: set[Number] = field(default_factory=set)
    ever: set[Number] = field(default_factory=set)
    homes: dict[tuple[Number, Inside], UUID] = field(default_factory=dict)
    texts: dict[Number, str] = field(default_factory=dict)


def ledger(street: UUID, on: date, *, besides: Collection[UUID] = ()) -> Ledger:
    """Read what is taken along a street; ``besides`` are addresses that do not count (the one to be changed).

    A number counts as standing when it is in law on ``on`` or begins later.
    """
    found = Ledger()
    on_record = recorded(AddressVersion.objects.filter(street_id=street)).defer("geom")
    rows = on_record.exclude(address_id__in=list(besides))
    for row in rows:
        number = (row.number, row.sub_number)
        inside = tuple(v or "" for v in (row.compound, row.building, row.unit_no, row.floor, row.room))
        found.ever.add(number)
        found.texts.setdefault(number, row.text)
        if row.act_out is None and (row.valid_to is None or row.valid_to > on):
            found.standing.add(number)
        found.homes[(number, inside)] = row.address_id  # type: ignore[index]
    # The number an address is changed away from stays kept, whoever asks.
    for row in on_record.filter(address_id__in=list(besides)):
        found.ever.add((row.number, row.sub_number))
        found.texts.setdefault((row.number, row.sub_number), row.text)
    return found


def obstacle(held: Ledger, number: Number, inside: Inside, *, given: Collection[Number] = ()) -> str:
    """Return why a number cannot be given: ``taken``, ``cancelled``, ``no_parent``; empty when it is free.

    ``given`` are numbers given earlier in the same act. What lies inside a standing door may share its number.
    """
    if number[1] is not None and (number[0], None) not in held.standing and (number[0], None) not in given:
        return "no_parent"
    if inside != NOTHING_INSIDE:
        if (number, inside) in held.homes:
            return "taken"
        return "cancelled" if number in held.ever and number not in held.standing else ""
    if number in held.standing or number in given:
        return "taken"
    return "cancelled" if number in held.ever else ""


def suggest(
    street: UUID,
    point: BaseGeometry,
    on: date,
    *,
    besides: Collection[UUID] = (),
    given: Collection[Number] = (),
    held: Ledger | None = None,
) -> Suggestion:
    """Return the number the city's rules give a door at a frame point (``naming.numbering``), with its reasons.

    Raises Conflict when they give none, NotFound when the street is not in law on the day.
    """
    held = held or ledger(street, on, besides=besides)
    taken = held.ever | set(given)
    found = numbering.suggest(street, (point.x, point.y), on, also_taken=taken, besides=besides)
    if found.number is None:
        said = "；".join(words.say(f.note, english=wording.english()) for f in found.findings)
        raise Conflict(said or _("这里编不出门牌号"), remedy=_("请核对门的位置，或者指定一个号码"))
    return Suggestion(
        found.number,
        found.sub_number,
        found.side or "",
        "；".join(words.say(step) for step in found.steps),
        "; ".join(words.say(step, english=True) for step in found.steps),
    )


def along(street: UUID, point: BaseGeometry, on: date) -> float:
    """Return how far from the origin of its numbering a frame point lies along a street (metres; 0 without a line).

    Doors numbered together are numbered in this order, so that none of them needs a sub-number.
    """
    found = numbering.suggest(street, (point.x, point.y), on)
    return found.measure_m if found.measure_m is not None else 0.0


def wished() -> tuple[str, str]:
    """Return the words for a number given as it was asked for or set by the officer, in Chinese and English."""
    return both(_lazy("按申请或审核人员指定的号码编制，编制时核对为空号"))
