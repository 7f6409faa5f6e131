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
from naming.address_batch import convention_of, entries
from naming.address_checks.ground import Axis, raw_places
from naming.address_places import main_lines
from naming.importing.rows import Staged
from naming.models import AddressImport, AddressImportRow, AddressVersion


class Sides:
    """Tells the sides of rows; keeps the axes of the places of the last batch, for rows come place by place."""

    def __init__(self, batch: AddressImport, profile: Profile) -> None:
        self._batch, self._convention = batch, convention_of(profile)
        self._axes: dict[str, Axis | None] = {}

    def of(self, staged: Sequence[Staged]) -> list[str]:
        """Return ``left``, ``right`` or an empty text (on the line, or a place without a line) for each row."""
        places = [s.place.id if s.place is not None else "" for s in staged]
        wanted = set(places) - {""}
        self._axes = {place: axis for place, axis in self._axes.items() if place in wanted}
        self._lay(sorted(wanted - set(self._axes)))
        lines = {place: axis.line for place, axis in self._axes.items() if axis is not None}
        sides = [""] * len(staged)
        for i, (along, offset, side) in raw_places(lines, places, [s.point for s in staged]).items():
            axis = self._axes[places[i]]
            assert axis is not None
            sides[i] = axis.measure(along, offset, side).side
        return sides

    def _lay(self, places: Sequence[str]) -> None:
        """Lay the axes of places: four queries, however many."""
        lines = main_lines(places, self._batch.on) if places else {}
        self._axes |= dict.fromkeys(places)
        if not lines:
            return
        first: dict[tuple[str, int], tuple[float, float]] = {}
        # As known when the check began: what the import itself has entered or changed since is not asked.
        before = known(
            AddressVersion.objects.filter(street_id__among=list(lines)), self._batch.checked_seq or 0
        )
        ends_later = Q(valid_to__isnull=True) | Q(valid_to__gt=self._batch.on)
        for entry in entries(before.filter(ends_later).order_by("row"), self._batch.on):
            if entry.door.point is not None:
                first.setdefault((entry.place, entry.number), entry.door.point)
        rows = AddressImportRow.objects.filter(batch=self._batch, place__among=[UUID(p) for p in lines])
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
        raw = raw_places(lines, [place for place, _ in keys], [first[key] for key in keys])
        numbers: dict[str, tuple[list[int], list[float]]] = {place: ([], []) for place in lines}
        for i, (along, _, _) in raw.items():
            place, number = keys[i]
            numbers[place][0].append(number)
            numbers[place][1].append(along)
        for place, line in lines.items():
            self._axes[place] = Axis.of(line, self._convention, *numbers[place])
