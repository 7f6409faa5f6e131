"""On which side of its street a row's door lies: from the same axis the check laid, whole places at a time.

The axis of a place is laid once from all rows of the import on it and the doors that stood there before, whatever of
the import has been entered meanwhile: resumed or not, a door gets the same side.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from geoapp.core.effective import known
from geoapp.core.profiles import Profile
from naming.address_batch import entries, numbering_under
from naming.address_checks.ground import Course, raw_places
from naming.address_places import axes_of
from naming.importing.rows import Staged
from naming.models import AddressImport, AddressImportRow, AddressVersion


class Sides:
    """Tells the sides of rows; keeps the axes of the places of the last batch, for rows come place by place."""

    def __init__(self, batch: AddressImport, profile: Profile) -> None:
        self._batch, self._profile = batch, numbering_under(profile)
        self._courses: dict[str, Course | None] = {}

    def of(self, staged: Sequence[Staged]) -> list[str]:
        """Return ``left``, ``right`` or an empty text (on the line, or a place without a line) for each row."""
        places = [s.place.id if s.place is not None else "" for s in staged]
        wanted = set(places) - {""}
        self._courses = {place: course for place, course in self._courses.items() if place in wanted}
        self._lay(sorted(wanted - set(self._courses)))
        axes = {place: course.axis for place, course in self._courses.items() if course is not None}
        sides = [""] * len(staged)
        for i, (along, offset, side) in raw_places(axes, places, [s.point for s in staged]).items():
            course = self._courses[places[i]]
            assert course is not None
            sides[i] = course.measure(along, offset, side).side
        return sides

    def _lay(self, places: Sequence[str]) -> None:
        """Lay the axes of places: four queries, however many."""
        axes = axes_of(places, self._batch.on, self._profile) if places else {}
        self._courses |= dict.fromkeys(places)
        if not axes:
            return
        first: dict[tuple[str, int], tuple[float, float]] = {}
        # As known when the check began: what the import itself has entered or changed since is not asked.
        before = known(
            AddressVersion.objects.filter(street_id__among=list(axes)), self._batch.checked_seq or 0
        )
        ends_later = Q(valid_to__isnull=True) | Q(valid_to__gt=self._batch.on)
        for entry in entries(before.filter(ends_later).order_by("row"), self._batch.on):
            if entry.door.point is not None:
                first.setdefault((entry.place, entry.number), entry.door.point)
        rows = AddressImportRow.objects.filter(batch=self._batch, place__among=[UUID(p) for p in axes])
        placed = rows.filter(number__gt=0, x_mm__isnull=False).order_by(
            "place", "number", "sub_number", "index"
        )
        for place, number, x_mm, y_mm in placed.values_list("place", "number", "x_mm", "y_mm").iterator(
            chunk_size=5000
        ):
            key = (str(place), number)
            if key not in first:
                first[key] = (x_mm / 1000, y_mm / 1000)
        keys = list(first)
        raw = raw_places(axes, [place for place, _ in keys], [first[key] for key in keys])
        told: dict[str, list[tuple[int, float, int]]] = {place: [] for place in axes}
        for i, (along, _, side) in raw.items():
            place, number = keys[i]
            told[place].append((number, along, side))
        for place, axis in axes.items():
            numbers, along_m, sides = zip(*told[place], strict=True) if told[place] else ((), (), ())
            self._courses[place] = Course.of(axis, self._profile, numbers, along_m, sides)
