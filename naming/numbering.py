"""Numbering asked of the register: the doors of a street in law on a day, a number for a new one, the next free one.

The rules are in ``naming.addressing.numbering``, which knows no database. Nothing is allocated here: who allocates
holds the street's lock, asks ``suggest`` again and answers a clash with ``next_free``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.conf import settings
from django.utils.translation import gettext as _

from geoapp.core.effective import in_force, known
from geoapp.core.errors import NotFound
from geoapp.core.geometry import to_shapely
from naming.addressing import numbering
from naming.addressing.numbering import (
    Door,
    NoAxis,
    NumberedStreet,
    NumberingProfile,
    build_axis,
    load_profile,
    number_street,
)
from naming.addressing.numbering.gates import next_in_group
from naming.addressing.numbering.note import Finding, Note
from naming.addressing.numbering.street import CANCELLED, RESERVED, STANDING
from naming.addressing.numbering.suggest import Alternative
from naming.models import AddressVersion, PlaceName, PlaceNameVersion, StreetVersion

Number = tuple[int, int | None]


@dataclass(frozen=True)
class Answer:
    """A number for a door, with its reasons. ``side`` and ``measure_m`` are None where there is no line to count along.

    ``number`` is None when the rules allow none; ``findings`` then say why.
    """

    street: UUID
    number: int | None
    sub_number: int | None
    side: str | None
    measure_m: float | None
    offset_m: float | None
    steps: tuple[Note, ...]
    findings: tuple[Finding, ...]
    alternatives: tuple[Alternative, ...]


def city_profile() -> NumberingProfile:
    """Return the city's way of numbering (setting ``GEOAPP_NUMBERING``). Raises BadProfile."""
    return load_profile(settings.GEOAPP_NUMBERING)


def doors_of(street_id: UUID, on: date) -> list[Door]:
    """Return the doors of a street: standing on ``on`` or from a later day, reserved, and cancelled but kept.

    One query on (street, number). Homes behind a door are not doors of their own.
    """
    rows = known(AddressVersion.objects.filter(street_id=street_id)).order_by("number", "sub_number", "row")
    live: dict[tuple[UUID, int, int], Door] = {}
    behind: list[Door] = []
    gone: list[Door] = []
    for row in rows:
        x, y = shapely.get_coordinates(to_shapely(row.geom))[0]
        ended = row.valid_to is not None and row.valid_to <= on
        state = CANCELLED if ended else RESERVED if getattr(row, "state", None) == "reserved" else STANDING
        door = Door(
            str(row.address_id), row.number, row.sub_number, (round(float(x), 3), round(float(y), 3)), state
        )
        if ended:
            gone.append(door)
        elif _behind(row):
            behind.append(door)
        else:
            live[(row.address_id, *door.key)] = door
    found = list(live.values())
    taken = {d.key for d in found}
    # A door known only by its homes, or only by what it once was, holds its number all the same.
    for door in (*behind, *gone):
        if door.key not in taken:
            taken.add(door.key)
            found.append(door)
    return found


def _behind(row: Any) -> bool:
    """Say whether an address lies behind a door: it has a building, unit, floor or room."""
    return any(getattr(row, part, None) for part in ("building", "unit_no", "floor", "room"))


def street_on(
    street_id: UUID, on: date, profile: NumberingProfile | None = None, doors: Iterable[Door] | None = None
) -> NumberedStreet:
    """Return a street of the register, ready to be asked. Raises NotFound when it has no line on that day."""
    profile = profile or city_profile()
    extent = in_force(StreetVersion.objects.filter(place_id=street_id), on).first()
    if extent is None:
        raise NotFound(
            _("这条街路巷在 %(on)s 没有登记线路") % {"on": on},
            field="street",
            remedy=_("请核对街路巷与日期"),
        )
    line = to_shapely(extent.geom)
    xmin, ymin, xmax, ymax = line.bounds
    reach = profile.touch_m + 1
    near = in_force(
        StreetVersion.objects.filter(geom__in_box=(xmin - reach, ymin - reach, xmax + reach, ymax + reach)),
        on,
    ).exclude(place_id=street_id)
    others = [to_shapely(row.geom) for row in near.only("geom")]
    try:
        axis = build_axis(line, extent.roles, profile, others)
    except NoAxis:
        raise NotFound(
            _("这条街路巷没有主线，无法编号"),
            field="street",
            remedy=_("请先登记主线，支线、对向车道和规划路段不单独编号"),
        ) from None
    return number_street(axis, doors_of(street_id, on) if doors is None else doors, profile)


def suggest(
    street_id: UUID,
    point: tuple[float, float],
    on: date,
    *,
    also_taken: Collection[Number] = (),
    besides: Collection[UUID] = (),
    new_doors: Sequence[Door] = (),
) -> Answer:
    """Return the number for a door at a frame point. Raises NotFound for a street that is not in law on ``on``.

    ``also_taken`` are numbers under way elsewhere; ``besides`` are addresses that are no neighbours (a door that
    moves): their numbers stay taken. ``new_doors`` are neighbours numbered in the same act. In a village without street names (a place without a line) it is the next number of the place.
    """
    place = PlaceName.objects.filter(pk=street_id).exclude(category=PlaceName.Category.UNIT).first()
    if place is None:
        raise NotFound(_("没有这条街路巷"), field="street", remedy=_("请从查询结果中选择街路巷"))
    has_line = place.category == PlaceName.Category.STREET or place.extents.exists()
    if not has_line:
        return _in_village(street_id, on, also_taken, new_doors)
    away = {str(address) for address in besides}
    doors = [*doors_of(street_id, on), *new_doors]
    kept = {d.key for d in doors if d.id in away}
    street = street_on(street_id, on, doors=[d for d in doors if d.id not in away])
    taken = {*also_taken, *((number, sub or None) for number, sub in kept)}
    found = numbering.suggest(street, point, also_taken=taken)
    return Answer(
        street_id,
        found.number,
        found.sub_number,
        found.side,
        round(found.place.measure_m, 2),
        round(found.place.distance_m, 2),
        found.steps,
        found.findings,
        found.alternatives,
    )


def _in_village(
    place_id: UUID, on: date, also_taken: Collection[Number], new_doors: Sequence[Door] = ()
) -> Answer:
    doors = [*doors_of(place_id, on), *new_doors]
    kept = [d.number for d in doors if d.state != STANDING] + [n for n, _sub in also_taken]
    name = in_force(PlaceNameVersion.objects.filter(place_id=place_id), on).first()
    got = next_in_group(
        [d.number for d in doors if d.state == STANDING],
        city_profile(),
        kept=kept,
        group=name.name if name else "",
    )
    return Answer(place_id, got.number, None, None, None, None, got.steps, (), ())


def next_free(
    street_id: UUID, point: tuple[float, float], on: date, clashed: Collection[Number]
) -> Answer | None:
    """Answer a clash: the next number for the same door when those in ``clashed`` have been given away.

    The register is read anew, so what others entered meanwhile counts. None when no number is left.
    """
    found = suggest(street_id, point, on, also_taken=clashed)
    return None if found.number is None else found
