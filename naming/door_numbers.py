"""Numbers along a street: which are free, and which a door should have. Points and lines in frame metres.

Which number a door should have is decided by ``naming.numbering``; here is what of it is free. A number that was
ever given is never given again (JM22 12).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from shapely.geometry.base import BaseGeometry

from geoapp.core import wording
from geoapp.core.effective import in_force, recorded
from geoapp.core.errors import Conflict, NotFound
from naming import numbering
from naming.addressing.compose import number_text
from naming.addressing.numbering import NumberedStreet, number_street, words
from naming.bilingual import both
from naming.models import AddressVersion, PlaceName, PlaceNameVersion, StreetVersion

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


@dataclass(frozen=True)
class Given:
    """The number a door is to get. ``by_rule``: the city's way of numbering worked it out, nobody else set it."""

    number: int
    sub_number: int | None
    by_rule: bool = False
    side: str = ""
    explanation: str = ""
    explanation_en: str = ""

    @property
    def text(self) -> str:
        """The number as a plate shows it."""
        return number_text(self.number, self.sub_number)

    @property
    def key(self) -> Number:
        """Number and sub-number."""
        return (self.number, self.sub_number)


@dataclass
class Ledger:
    """Every number a street has or ever had, and which doors still stand."""

    standing: set[Number] = field(default_factory=set)
    ever: set[Number] = field(default_factory=set)


def ledger(street: UUID, on: date) -> Ledger:
    """Read what is taken along a street: a number counts as standing when it is in law on ``on`` or begins later."""
    found = Ledger()
    rows = recorded(AddressVersion.objects.filter(street_id=street))
    for number, sub_number, act_out, until in rows.values_list("number", "sub_number", "act_out", "valid_to"):
        found.ever.add((number, sub_number))
        if act_out is None and (until is None or until > on):
            found.standing.add((number, sub_number))
    return found


def suggest(
    street: UUID,
    point: BaseGeometry,
    on: date,
    *,
    besides: Collection[UUID] = (),
    given: Collection[Number] = (),
    new_doors: Sequence[numbering.Door] = (),
    held: Ledger | None = None,
) -> Suggestion:
    """Return the number the city's rules give a door at a frame point (``naming.numbering``), with its reasons.

    ``besides`` are addresses that are no neighbours, ``given`` numbers spoken for, ``new_doors`` doors numbered in the
    same act. Raises Conflict when there is none, NotFound when the street is not in law on the day.
    """
    taken = (held or ledger(street, on)).ever | set(given)
    found = numbering.suggest(
        street, (point.x, point.y), on, also_taken=taken, besides=besides, found=new_doors
    )
    if found.number is None:
        said = "；".join(words.say(f.note, english=wording.english()) for f in found.findings)
        raise Conflict(said or _("这里编不出门牌号"), remedy=_("请核对门的位置，或者指定一个号码"))
    return _in_words(found)


def _in_words(found: numbering.Answer) -> Suggestion:
    assert found.number is not None
    return Suggestion(
        found.number,
        found.sub_number,
        found.side or "",
        "；".join(words.say(step) for step in found.steps),
        "; ".join(words.say(step, english=True) for step in found.steps),
    )


@dataclass(frozen=True)
class Ask:
    """A door that asks for a number along a place; ``besides`` are addresses that are no neighbours (it replaces)."""

    street: UUID
    point: BaseGeometry
    besides: tuple[UUID, ...] = ()


def suggest_each(asked: Sequence[Ask], on: date) -> list[Suggestion | None]:
    """Return what ``suggest`` gives each door on its own, None where it gives none; queries do not grow with the doors."""
    streets = {ask.street for ask in asked}
    if not streets:
        return []
    profile = numbering.city_profile()
    places = (
        PlaceName.objects.exclude(category=PlaceName.Category.UNIT).filter(pk__among=list(streets)).in_bulk()
    )
    lined = set(
        StreetVersion.objects.filter(place_id__among=list(streets))
        .values_list("place_id", flat=True)
        .distinct()
    )
    extents = list(in_force(StreetVersion.objects.filter(place_id__among=list(streets)), on))
    axes = numbering.axes_on(extents, on, profile)
    doors = numbering.doors_along(streets, on)
    names = dict(
        in_force(PlaceNameVersion.objects.filter(place_id__among=list(streets)), on).values_list(
            "place_id", "name"
        )
    )
    ever = _ever(streets)
    ready: dict[tuple[UUID, tuple[UUID, ...]], NumberedStreet] = {}

    def answer(ask: Ask) -> Suggestion | None:
        place = places.get(ask.street)
        if place is None:
            return None
        if place.category != PlaceName.Category.STREET and ask.street not in lined:
            held = doors[ask.street]
            found = numbering.in_village(ask.street, held, names.get(ask.street, ""), ever[ask.street])
        elif ask.street not in axes:
            return None
        else:
            key = (ask.street, ask.besides)
            if key not in ready:
                away = {str(address) for address in ask.besides}
                near = [d for d in doors[ask.street] if d.id not in away]
                ready[key] = number_street(axes[ask.street], near, profile)
            # What its neighbours gave up or it holds itself is among the numbers ever given.
            found = numbering.along_street(
                ask.street, ready[key], (ask.point.x, ask.point.y), ever[ask.street]
            )
        return None if found.number is None else _in_words(found)

    return [answer(ask) for ask in asked]


def _ever(streets: Collection[UUID]) -> dict[UUID, set[Number]]:
    found: dict[UUID, set[Number]] = {street: set() for street in streets}
    rows = recorded(AddressVersion.objects.filter(street_id__among=list(streets)))
    for street, number, sub_number in rows.values_list("street_id", "number", "sub_number"):
        found[street].add((number, sub_number))
    return found


def try_suggest(street: UUID, point: BaseGeometry | None, on: date) -> Suggestion | None:
    """Return what ``suggest`` gives; None without a point and where the rules or the register give no number."""
    if point is None:
        return None
    try:
        return suggest(street, point, on)
    except (Conflict, NotFound):
        return None


def along(street: UUID, point: BaseGeometry, on: date) -> float:
    """Return how far from the origin of its numbering a frame point lies along a street (metres; 0 without a line).

    Doors numbered together are numbered in this order, so that none of them needs a sub-number.
    """
    return beside(street, point, on)[0]


def along_all(street: UUID, points: Sequence[BaseGeometry], on: date) -> list[float]:
    """Return ``along`` for many points of one street, which is read once."""
    try:
        held = numbering.street_on(street, on)
    except NotFound:
        return [0.0] * len(points)  # a village without street names has no line to count along
    return [held.place((point.x, point.y)).measure_m for point in points]


def beside(street: UUID, point: BaseGeometry, on: date) -> tuple[float, str]:
    """Return how far along a street a frame point lies (metres), and on which side of it (left, right or empty)."""
    found = numbering.suggest(street, (point.x, point.y), on)
    return found.measure_m if found.measure_m is not None else 0.0, found.side or ""


def wished() -> tuple[str, str]:
    """Return the words for a number given as it was asked for or set by the officer, in Chinese and English."""
    return both(_lazy("按申请或审核人员指定的号码编制，编制时核对为空号"))
