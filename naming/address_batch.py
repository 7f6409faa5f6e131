"""The address book of a batch: everything under its rows, read in a number of queries that does not grow with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import QuerySet

from boundaries.models import Building
from geoapp.core.effective import in_force, known, standing
from geoapp.core.profiles import Profile
from naming.address_checks.ground import Ground, Land, Nearby, Point
from naming.address_checks.memory import Entry, MemoryBook
from naming.address_checks.proposal import AddressProposal, Door, Place
from naming.address_places import axes_of
from naming.addressing.numbering import NumberingProfile
from naming.models import AddressCode, AddressVersion, PlaceNameVersion, StreetVersion
from naming.numbering import city_profile

PLOT = "plot"
"""The scheme of address codes that holds homestead plots (宗地)."""

_COLUMNS = (
    *("address_id", "street_id", "number", "sub_number", "compound", "building", "unit_no", "floor", "room"),
    *("text", "state", "valid_to", "wkb"),
)
_MAPPED_M = 200.0
_NEAR_M = 60.0


def numbering_under(profile: Profile) -> NumberingProfile:
    """Return the city's way of numbering, with the ends that a profile of rules names for A-05 in its stead."""
    named = profile.values.get("A-05", {})
    ends = {key: str(named[key]) for key in ("ew_origin", "ns_origin") if key in named}
    return replace(city_profile(), **ends)


def entries(rows: QuerySet[AddressVersion], on: date) -> list[Entry]:
    """Return address versions as a book holds them: one query."""
    stored = list(rows.annotate(wkb=AsWKB("geom")).values_list(*_COLUMNS))
    xy = shapely.get_coordinates(shapely.from_wkb([bytes(row[12]) for row in stored])).tolist()
    found = []
    for row, point in zip(stored, xy, strict=True):
        inside = tuple(value or "" for value in row[4:9])
        door = Door(
            str(row[0]),
            row[9],
            row[10] or "standard",
            row[11] is None or row[11] > on,
            inside[0],
            (point[0], point[1]),
        )
        found.append(Entry(door, str(row[1]), row[2], row[3], inside))  # type: ignore[arg-type]
    return found


def with_plots(found: list[Entry], on: date) -> list[Entry]:
    """Add the plots of doors: one query."""
    codes = in_force(
        AddressCode.objects.filter(scheme=PLOT, address_id__among=[e.door.id for e in found]), on
    )
    plots = {str(address): code for address, code in codes.values_list("address_id", "code")}
    if not plots:
        return found
    return [
        Entry(_on_plot(e.door, plots[e.door.id]), e.place, e.number, e.sub_number, e.inside)
        if e.door.id in plots
        else e
        for e in found
    ]


def _on_plot(door: Door, plot: str) -> Door:
    return Door(
        door.id, door.text, door.state, door.standing, door.compound, door.point, plot, door.row_words
    )


def cells(points: Iterable[Point | None], size_m: float) -> list[tuple[float, float, float, float]]:
    """Return the boxes of a square grid that hold points, each grown by its own size: few boxes for many points."""
    held = {(int(p[0] // size_m), int(p[1] // size_m)) for p in points if p is not None}
    return [((i - 1) * size_m, (j - 1) * size_m, (i + 2) * size_m, (j + 2) * size_m) for i, j in sorted(held)]


def point_boxes(points: Iterable[Point | None], reach_m: float) -> list[tuple[float, float, float, float]]:
    """Return a box around every point."""
    held = {p for p in points if p is not None}
    return [(x - reach_m, y - reach_m, x + reach_m, y + reach_m) for x, y in sorted(held)]


def buildings_near(points: Iterable[Point | None]) -> Nearby:
    """Return the mapped buildings around points: one query."""
    rows = Building.objects.filter(geom__in_boxes=cells(points, _MAPPED_M)).annotate(wkb=AsWKB("geom"))
    return Nearby(list(shapely.from_wkb([bytes(w) for w in rows.values_list("wkb", flat=True)])))


def streets_near(points: Iterable[Point | None], on: date) -> Nearby:
    """Return standard streets around points, with their names: two queries."""
    boxes = cells(points, _NEAR_M)
    if not boxes:
        return Nearby()
    rows = list(
        in_force(StreetVersion.objects.filter(geom__in_boxes=boxes), on)
        .annotate(wkb=AsWKB("geom"))
        .values_list("place_id", "wkb")
    )
    names = dict(
        in_force(
            PlaceNameVersion.objects.filter(place_id__among=[p for p, _ in rows], use_state="standard"), on
        ).values_list("place_id", "name")
    )
    held = [(names[place], wkb) for place, wkb in rows if place in names]
    return Nearby(list(shapely.from_wkb([bytes(w) for _, w in held])), [name for name, _ in held])


def entry_of(proposal: AddressProposal, words: str) -> Entry:
    """Return a row of the batch as the book holds it."""
    parts = proposal.parts
    door = Door(
        proposal.row,
        proposal.text,
        proposal.state,
        True,
        parts.compound,
        proposal.point,
        proposal.plot,
        words,
    )
    place = proposal.place.id if proposal.place else ""
    return Entry(door, place, parts.number or 0, parts.sub_number, proposal.inside)


def load_book(
    proposals: Sequence[tuple[AddressProposal, str]],
    *,
    on: date,
    land: Land,
    profile: Profile,
    elsewhere: Iterable[Entry] = (),
    apart_m: float = 0.5,
    asked: Sequence[AddressProposal] = (),
    leaving: Mapping[str, str] | None = None,
) -> MemoryBook:
    """Read what the rules will ask about proposals (each with its words, 第 12 行) and return the book.

    ``elsewhere``: doors the caller knows besides the register, such as rows of other batches at the same points;
    ``asked``: proposals that will be judged though they enter no door, such as addresses that end; ``leaving``:
    addresses on record that rows change, each with the words of its row.
    At most ten queries, however many proposals. Raises IndexOff when a spatial index is missing.
    """
    rows = [p for p, _ in proposals]
    places: dict[str, Place] = {p.place.id: p.place for p in rows if p.place is not None}
    points = [p.point for p in rows]
    current = known(AddressVersion.objects.all())
    register = with_plots(entries(current.filter(street_id__among=list(places)), on), on)
    # At the same point, on another place.
    further = standing(AddressVersion.objects.filter(geom__in_boxes=point_boxes(points, apart_m)), on)
    others = [e for e in entries(further, on) if e.place not in places]
    others += _asked_by_text([*rows, *asked], places, on)
    others += _asked_by_plot(rows, places, on)
    ways = numbering_under(profile)
    placeless = [p.point for p in rows if p.place is None or p.place.kind == "VIL"]
    ground = Ground(
        places,
        axes_of(list(places), on, ways),
        land,
        buildings_near(points),
        streets_near(placeless, on),
        ways,
    )
    batch = [entry_of(p, words) for p, words in proposals]
    return MemoryBook(ground, register, batch, [*others, *elsewhere], leaving)


def _asked_by_text(rows: Sequence[AddressProposal], places: dict[str, Place], on: date) -> list[Entry]:
    """Return doors of other places with a text that a row has or had: of namesakes, and what is renumbered."""
    texts = {p.text for p in rows if p.place is not None and p.place.namesakes}
    texts |= {p.former for p in rows if p.former}
    if not texts:
        return []
    found = entries(standing(AddressVersion.objects.filter(text__among=sorted(texts)), on), on)
    return [e for e in found if e.place not in places]


def _asked_by_plot(rows: Sequence[AddressProposal], places: dict[str, Place], on: date) -> list[Entry]:
    """Return doors of other places on the plots of the batch."""
    plots = {p.plot for p in rows if p.plot}
    if not plots:
        return []
    held = in_force(AddressCode.objects.filter(scheme=PLOT, code__among=sorted(plots)), on)
    code_of: dict[Any, str] = dict(held.values_list("address_id", "code"))
    found = entries(standing(AddressVersion.objects.filter(address_id__among=list(code_of)), on), on)
    return [
        Entry(_on_plot(e.door, code_of[UUID(e.door.id)]), e.place, e.number, e.sub_number, e.inside)
        for e in found
        if e.place not in places
    ]
