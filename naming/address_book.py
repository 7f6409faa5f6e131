"""The address book of one address that somebody is entering: every question asks the register, and nothing more.

The same protocol as the book of a batch (``naming.address_batch``), for the moment of typing: a street with
thousands of homes is not read to say that one number is taken. Frame metres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from uuid import UUID

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Q, QuerySet

from boundaries import register
from boundaries.models import UnitVersion
from geoapp.core.effective import in_force, known, standing
from geoapp.core.profiles import Profile
from naming.address_batch import (
    PLOT,
    buildings_near,
    entries,
    numbering_under,
    point_boxes,
    streets_near,
    with_plots,
)
from naming.address_checks.ground import Course
from naming.address_checks.memory import entrances_of, kept_from_itself
from naming.address_checks.proposal import AddressProposal, Beside, Community, Door, Measure, NumberLine
from naming.address_checks.suggested import Suggested, suggested
from naming.address_places import axes_of
from naming.addressing.numbering import Axis
from naming.addressing.numbering.placing import place_many
from naming.models import AddressCode, AddressVersion

_MAPPED_M = 200.0
_PARTS = {"compound": "compound", "building": "building", "unit": "unit_no", "floor": "floor", "room": "room"}


class RegisterBook:
    """Answers from the register about ``proposal``; ``proposal.row`` is its address's id when it has one."""

    def __init__(self, proposal: AddressProposal, profile: Profile) -> None:
        self._proposal = proposal
        self._on: date = proposal.on
        self._ways = numbering_under(profile)

    def _rows(self) -> QuerySet[AddressVersion]:
        rows = known(AddressVersion.objects.all())
        try:
            return rows.exclude(address_id=UUID(self._proposal.row))
        except ValueError:
            return rows

    def _numbered(self) -> QuerySet[AddressVersion]:
        p = self._proposal
        if p.place is None or p.parts.number is None:
            return AddressVersion.objects.none()
        rows = self._rows().filter(street_id=UUID(p.place.id), number=p.parts.number)
        return rows.filter(sub_number=p.parts.sub_number).order_by("row")

    def _standing(self) -> Q:
        return Q(valid_to__isnull=True) | Q(valid_to__gt=self._on)

    def twins(self, proposal: AddressProposal) -> Sequence[Door]:
        """Doors of the same place, number, sub-number and inside; a number this address gave up is one of them."""
        same = {column: getattr(proposal.parts, part) or None for part, column in _PARTS.items()}
        others = [e.door for e in entries(self._numbered().filter(**same), self._on)]
        return others or kept_from_itself([e.door for e in entries(self._own().filter(**same), self._on)])

    def _own(self) -> QuerySet[AddressVersion]:
        """Versions of the very address with the number proposed: those of other numbers tell nothing."""
        p = self._proposal
        try:
            own = known(AddressVersion.objects.filter(address_id=UUID(p.row)))
        except ValueError:
            return AddressVersion.objects.none()
        if p.place is None or p.parts.number is None:
            return AddressVersion.objects.none()
        return own.filter(
            street_id=UUID(p.place.id), number=p.parts.number, sub_number=p.parts.sub_number
        ).order_by("row")

    def entrances(self, proposal: AddressProposal) -> Sequence[Door]:
        """One door per entrance of the same number and sub-number."""
        return entrances_of(with_plots(entries(self._numbered(), self._on), self._on))

    def has_main(self, proposal: AddressProposal) -> bool:
        """Whether the main number stands."""
        if proposal.place is None:
            return False
        rows = self._rows().filter(
            self._standing(), street_id=UUID(proposal.place.id), sub_number__isnull=True
        )
        return rows.filter(number=proposal.parts.number).exists()

    def leads(self, proposal: AddressProposal) -> bool:
        """Whether no other address of the main number stands."""
        if proposal.place is None:
            return False
        rows = self._rows().filter(self._standing(), street_id=UUID(proposal.place.id))
        return not rows.filter(number=proposal.parts.number).exists()

    def numbers(self, proposal: AddressProposal) -> NumberLine:
        """The main numbers of the place, this one among them."""
        if proposal.place is None:
            return NumberLine()
        rows = self._rows().filter(street_id=UUID(proposal.place.id)).values_list("number", flat=True)
        mine = [proposal.parts.number] if proposal.parts.number is not None else []
        return NumberLine.of([*rows.distinct(), *mine])

    def suggested(self, proposal: AddressProposal) -> Suggested | None:
        """The number for a door here, from what is on record."""
        if self._axis is None or proposal.place is None or proposal.point is None:
            return None
        rows = known(AddressVersion.objects.filter(street_id=UUID(proposal.place.id))).order_by("row")
        held = [(e.door, e.number, e.sub_number, e.inside) for e in entries(rows, self._on)]
        return suggested(self._axis, self._ways, held, proposal.row, proposal.point)

    @cached_property
    def _series(self) -> list[tuple[int, float, float, int]]:
        """One door per standing number with its place beside the drawn line, the proposal first for its own."""
        p = self._proposal
        if self._axis is None or p.place is None:
            return []
        doors: dict[int, tuple[float, float]] = {}
        rows = self._rows().filter(self._standing(), street_id=UUID(p.place.id)).order_by("row")
        stored = list(rows.annotate(wkb=AsWKB("geom")).values_list("number", "wkb"))
        xy = shapely.get_coordinates(shapely.from_wkb([bytes(wkb) for _, wkb in stored])).tolist()
        for (number, _), (x, y) in zip(stored, xy, strict=True):
            doors.setdefault(number, (x, y))
        if p.point is not None and p.parts.number is not None:
            doors.setdefault(p.parts.number, p.point)
        if not doors:
            return []
        lines = np.empty(len(doors), dtype=object)
        lines[:] = [self._axis.line] * len(doors)
        found = place_many(lines, np.array(list(doors.values()), dtype=float))
        measures = zip(found.along_m.tolist(), found.offset_m.tolist(), found.side.tolist(), strict=True)
        return sorted((n, *m) for n, m in zip(doors, measures, strict=True))

    @cached_property
    def _axis(self) -> Axis | None:
        place = self._proposal.place
        return axes_of([place.id], self._on, self._ways).get(place.id) if place else None

    @cached_property
    def _course(self) -> Course | None:
        if self._axis is None:
            return None
        rows = self._series
        return Course.of(
            self._axis, self._ways, [r[0] for r in rows], [r[1] for r in rows], [r[3] for r in rows]
        )

    def measure(self, proposal: AddressProposal) -> Measure | None:
        """Where the point lies along its street."""
        if self._axis is None or self._course is None or proposal.point is None:
            return None
        lines = np.empty(1, dtype=object)
        lines[0] = self._axis.line
        found = place_many(lines, np.array([proposal.point], dtype=float))
        return self._course.measure(float(found.along_m[0]), float(found.offset_m[0]), int(found.side[0]))

    def beside(self, proposal: AddressProposal) -> tuple[Beside | None, Beside | None]:
        """The neighbouring numbers of the same parity."""
        number, course = proposal.parts.number, self._course
        if course is None or number is None:
            return None, None
        held = [r for r in self._series if r[0] % 2 == number % 2 and r[0] != number]
        sides = [[r for r in held if r[0] < number][-1:], [r for r in held if r[0] > number][:1]]
        low, high = (
            Beside(side[0][0], course.measure(side[0][1], side[0][2], side[0][3]).along_m) if side else None
            for side in sides
        )
        return low, high

    def community(self, proposal: AddressProposal) -> Community | None:
        """The unit named."""
        if not proposal.community:
            return None
        row = in_force(UnitVersion.objects.filter(unit_id=UUID(proposal.community)), self._on).first()
        return None if row is None else Community(str(row.unit_id), row.name, row.geom is not None)

    def community_at(self, proposal: AddressProposal) -> Community | None:
        """The unit under the point: the one named where the point is on its border."""
        if proposal.point is None:
            return None
        here = register.units_at(shapely.Point(proposal.point), self._on)
        held = [Community(str(u.unit_id), u.name) for u in here if u.unit.level == "community"]
        return next((u for u in held if u.id == proposal.community), held[0] if held else None)

    def at_point(self, proposal: AddressProposal, distance_m: float) -> Sequence[Door]:
        """Doors of another number within a distance."""
        if proposal.point is None:
            return ()
        x, y = proposal.point
        boxes = point_boxes([proposal.point], distance_m)
        rows = self._rows().filter(self._standing(), geom__in_boxes=boxes)
        place = proposal.place.id if proposal.place else ""
        mine = (place, proposal.parts.number, proposal.parts.sub_number)
        return [
            e.door
            for e in entries(rows, self._on)
            if (e.place, e.number, e.sub_number) != mine
            and e.door.point is not None
            and math.hypot(e.door.point[0] - x, e.door.point[1] - y) <= distance_m
        ]

    def of_text(self, proposal: AddressProposal) -> Sequence[Door]:
        """Doors of another place with the same text."""
        rows = self._rows().filter(self._standing(), text=proposal.text)
        place = proposal.place.id if proposal.place else ""
        return [e.door for e in entries(rows, self._on) if e.place != place]

    def building_m(self, proposal: AddressProposal, within_m: float) -> float | None:
        """Distance to the nearest building (known up to 200 m)."""
        if proposal.point is None:
            return None
        near = buildings_near([proposal.point]).nearest_m(np.array([proposal.point]), _MAPPED_M)[0]
        return near if near is not None and near <= within_m else None

    def streets_near(self, proposal: AddressProposal, distance_m: float) -> Sequence[str]:
        """Names of standard streets near the point."""
        if proposal.point is None:
            return ()
        return streets_near([proposal.point], self._on).named_within(proposal.point, distance_m)

    def of_plot(self, proposal: AddressProposal) -> Sequence[Door]:
        """Doors of another number on the same plot."""
        codes = in_force(AddressCode.objects.filter(scheme=PLOT, code=proposal.plot), self._on)
        rows = self._rows().filter(
            self._standing(), address_id__in=list(codes.values_list("address_id", flat=True))
        )
        place = proposal.place.id if proposal.place else ""
        mine = (place, proposal.parts.number, proposal.parts.sub_number)
        return [
            e.door
            for e in with_plots(entries(rows, self._on), self._on)
            if (e.place, e.number, e.sub_number) != mine
        ]

    def formers(self, proposal: AddressProposal) -> Sequence[Door]:
        """The standing addresses whose text is the former one."""
        rows = standing(AddressVersion.objects.filter(text=proposal.former), self._on)
        return list({e.door.id: e.door for e in entries(rows, self._on)}.values())
