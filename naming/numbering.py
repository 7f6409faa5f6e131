"""Numbering asked of the register: the doors of a street in law on a day, a number for a new one, the next free one.

The rules are in ``naming.addressing.numbering``, which knows no database. Nothing is allocated here: who allocates
holds the street's lock, asks ``suggest`` again and answers a clash with ``next_free``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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
    Axis,
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
    return doors_along([street_id], on)[street_id]


def doors_along(streets: Collection[UUID], on: date) -> dict[UUID, list[Door]]:
    """Return the doors of several streets, as ``doors_of`` does: one query."""
    rows = known(AddressVersion.objects.filter(street_id__among=list(streets)))
    held: dict[UUID, list[AddressVersion]] = {street: [] for street in streets}
    for row in rows.order_by("street_id", "number", "sub_number", "row"):
        held[row.street_id].append(row)
    return {street: _doors(found, on) for street, found in held.items()}


def _doors(rows: Iterable[AddressVersion], on: date) -> list[Door]:
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


def with_found(doors: Iterable[Door], found: Iterable[Door]) -> list[Door]:
    """Return doors with those found elsewhere (in the field) whose numbers the first do not have."""
    held = list(doors)
    taken = {d.key for d in held}
    for door in found:
        if door.key not in taken:
            taken.add(door.key)
            held.append(door)
    return held


def secret_doors(streets: Collection[UUID]) -> set[UUID]:
    """Return the addresses along streets whose place is told to nobody; they hold their numbers all the same."""
    rows = AddressVersion.objects.filter(street_id__among=list(streets), secret=True)
    return set(rows.values_list("address_id", flat=True))


def street_on(
    street_id: UUID, on: date, profile: NumberingProfile | None = None, doors: Iterable[Door] | None = None
) -> NumberedStreet:
    """Return a street of the register, ready to be asked. Raises NotFound when it has no line on that day."""
    extent = in_force(StreetVersion.objects.filter(place_id=street_id), on).first()
    if extent is None:
        raise NotFound(
            _("这条街路巷在 %(on)s 没有登记线路") % {"on": on},
            field="street",
            remedy=_("请核对街路巷与日期"),
        )
    found = streets_on(
        [extent], on, profile, {street_id: doors_of(street_id, on) if doors is None else doors}
    )
    if street_id not in found:
        raise NotFound(
            _("这条街路巷没有主线，无法编号"),
            field="street",
            remedy=_("请先登记主线，支线、对向车道和规划路段不单独编号"),
        )
    return found[street_id]


def streets_on(
    extents: Sequence[StreetVersion],
    on: date,
    profile: NumberingProfile | None = None,
    doors: Mapping[UUID, Iterable[Door]] | None = None,
) -> dict[UUID, NumberedStreet]:
    """Return streets ready to be asked, by id, from their extents in force; those without a main line are left out.

    Two queries, however many streets; one where ``doors`` are given.
    """
    if not extents:
        return {}
    profile = profile or city_profile()
    held = doors_along([e.place_id for e in extents], on) if doors is None else doors
    axes = axes_on(extents, on, profile)
    return {place: number_street(axis, held.get(place, ()), profile) for place, axis in axes.items()}


def axes_on(extents: Sequence[StreetVersion], on: date, profile: NumberingProfile) -> dict[UUID, Axis]:
    """Return the axes of streets by id, from their extents in force; without those that have no main line. One query."""
    if not extents:
        return {}
    lines = [to_shapely(extent.geom) for extent in extents]
    reach = profile.touch_m + 1
    xmin, ymin, xmax, ymax = shapely.total_bounds(lines)
    box = (xmin - reach, ymin - reach, xmax + reach, ymax + reach)
    near = list(in_force(StreetVersion.objects.filter(geom__in_box=box), on).only("geom", "place_id"))
    shapes = [to_shapely(row.geom) for row in near]
    tree = shapely.STRtree(shapes)
    found = {}
    for extent, line in zip(extents, lines, strict=True):
        touching = tree.query(line, predicate="dwithin", distance=reach)
        others = [shapes[i] for i in touching if near[i].place_id != extent.place_id]
        try:
            found[extent.place_id] = build_axis(line, extent.roles, profile, others)
        except NoAxis:
            continue
    return found


def suggest(
    street_id: UUID,
    point: tuple[float, float],
    on: date,
    *,
    also_taken: Collection[Number] = (),
    besides: Collection[UUID] = (),
    found: Collection[Door] = (),
) -> Answer:
    """Return the number for a door at a frame point. Raises NotFound for a street that is not in law on ``on``.

    ``also_taken`` are numbers under way elsewhere; ``besides`` are addresses that are no neighbours (a door that
    moves): their numbers stay taken. ``found`` are doors seen in the field, or numbered in the same act: neighbours like those of the register.
    In a village without street names (a place without a line) it is the next number of the place.
    """
    place = PlaceName.objects.filter(pk=street_id).exclude(category=PlaceName.Category.UNIT).first()
    if place is None:
        raise NotFound(_("没有这条街路巷"), field="street", remedy=_("请从查询结果中选择街路巷"))
    has_line = place.category == PlaceName.Category.STREET or place.extents.exists()
    if not has_line:
        name = in_force(PlaceNameVersion.objects.filter(place_id=street_id), on).first()
        doors = with_found(doors_of(street_id, on), found)
        return in_village(street_id, doors, name.name if name else "", also_taken)
    away = {str(address) for address in besides}
    doors = doors_of(street_id, on)
    kept = {d.key for d in doors if d.id in away}
    street = street_on(street_id, on, doors=with_found((d for d in doors if d.id not in away), found))
    taken = {*also_taken, *((number, sub or None) for number, sub in kept)}
    return along_street(street_id, street, point, taken)


def along_street(
    street_id: UUID, street: NumberedStreet, point: tuple[float, float], taken: Collection[Number]
) -> Answer:
    """Return the number for a door at a frame point of a street that was read already; no query."""
    got = numbering.suggest(street, point, also_taken=taken)
    return Answer(
        street_id,
        got.number,
        got.sub_number,
        got.side,
        round(got.place.measure_m, 2),
        round(got.place.distance_m, 2),
        got.steps,
        got.findings,
        got.alternatives,
    )


def in_village(place_id: UUID, doors: Collection[Door], name: str, also_taken: Collection[Number]) -> Answer:
    """Return the next number of a place without a line whose doors were read already; no query."""
    kept = [d.number for d in doors if d.state != STANDING] + [n for n, _sub in also_taken]
    standing = [d.number for d in doors if d.state == STANDING]
    got = next_in_group(standing, city_profile(), kept=kept, group=name)
    return Answer(place_id, got.number, None, None, None, None, got.steps, (), ())


def next_free(
    street_id: UUID, point: tuple[float, float], on: date, clashed: Collection[Number]
) -> Answer | None:
    """Answer a clash: the next number for the same door when those in ``clashed`` have been given away.

    The register is read anew, so what others entered meanwhile counts. None when no number is left.
    """
    found = suggest(street_id, point, on, also_taken=clashed)
    return None if found.number is None else found
