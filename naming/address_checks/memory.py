"""The address book of a batch: every answer from memory, after the streets of the batch were read in one go. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from naming.address_checks.ground import Course, Ground, raw_places
from naming.address_checks.proposal import (
    AddressProposal,
    Beside,
    Community,
    Door,
    Inside,
    Measure,
    NumberLine,
)
from naming.address_checks.suggested import Held, Suggested, suggested

_CELL_M = 1.0
_MOST_ENTRANCES = 8
_MAPPED_M = 200.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A door with where it counts: what the book is made of. Number 0: a row whose number is missing."""

    door: Door
    place: str
    number: int
    sub_number: int | None = None
    inside: Inside = ("", "", "", "", "")


class MemoryBook:
    """Answers for ``rows`` (the batch) and ``register`` (what stands or stood along their places).

    ``elsewhere`` are further doors asked for by point, text or plot alone: of other places. ``leaving``: doors on
    record that rows of the batch change, with the words of the row. They are in nobody's way; only the number they
    give up stays kept.
    """

    def __init__(
        self,
        ground: Ground,
        register: Iterable[Entry],
        rows: Iterable[Entry] = (),
        elsewhere: Iterable[Entry] = (),
        leaving: Mapping[str, str] | None = None,
    ) -> None:
        self.ground = ground
        self.leaving = dict(leaving or {})
        self._renumbered = dict(self.leaving)
        on_record = list(register)
        self._entries = [*on_record, *rows]
        self._on_record: dict[str, list[Held]] = defaultdict(list)
        for entry in on_record:
            self._on_record[entry.place].append((entry.door, entry.number, entry.sub_number, entry.inside))
        self._elsewhere = list(elsewhere)
        self._by_key: dict[tuple[str, int, int | None, Inside], list[Entry]] = defaultdict(list)
        self._by_number: dict[tuple[str, int, int | None], list[Entry]] = {}
        self._mains: dict[tuple[str, int], set[str]] = {}
        self._first: dict[tuple[str, int], str] = {}
        self._plots: dict[str, list[Entry]] = defaultdict(list)
        self._texts: dict[str, list[Entry]] = defaultdict(list)
        self._cells: dict[tuple[int, int], list[Entry]] = defaultdict(list)
        self._number_lines: dict[str, NumberLine] = {}
        self._courses: dict[str, Course] = {}
        self._measures: dict[str, Measure] = {}
        self._series: dict[tuple[str, int], tuple[list[int], list[float]]] = {}
        self._holders: dict[str, tuple[Community, ...]] = {}
        self._buildings: dict[str, float] = {}
        self._index()
        self._lay_along()
        self._stand_on()

    def _index(self) -> None:
        numbers: dict[str, set[int]] = defaultdict(set)
        for entry in self._entries:
            if not entry.number:
                continue
            door, key = entry.door, (entry.place, entry.number, entry.sub_number)
            self._by_key[(*key, entry.inside)].append(entry)
            numbers[entry.place].add(entry.number)
            ways = self._by_number.get(key)
            if ways is None:
                self._by_number[key] = [entry]
            else:
                _add_entrance(ways, entry)
            if door.standing and door.id not in self.leaving:
                main = (entry.place, entry.number)
                self._first.setdefault(main, door.id)
                if entry.sub_number is None:
                    self._mains.setdefault(main, set()).add(door.id)
        for place, held in numbers.items():
            self._number_lines[place] = NumberLine.of(held)
        for entry in (*self._entries, *self._elsewhere):
            door = entry.door
            if not door.standing:
                continue
            if door.plot:
                self._plots[door.plot].append(entry)
            if door.text:
                self._texts[door.text].append(entry)
            if door.point is not None:
                x, y = door.point
                self._cells[int(x // _CELL_M), int(y // _CELL_M)].append(entry)

    def _lay_along(self) -> None:
        """Measure every door along its street; decide where numbering begins; keep one measure per number."""
        entries = self._entries
        raw = raw_places(self.ground.axes, [e.place for e in entries], [e.door.point for e in entries])
        leading: dict[str, list[tuple[int, float, int, Entry]]] = defaultdict(list)
        seen = set()
        for i, (along, _, side) in raw.items():
            entry = entries[i]
            if (
                entry.number
                and entry.door.standing
                and entry.door.id not in self.leaving
                and (entry.place, entry.number) not in seen
            ):
                seen.add((entry.place, entry.number))
                leading[entry.place].append((entry.number, along, side, entry))
        for place, rows in leading.items():
            self._courses[place] = self._course(
                place, [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
            )
        for i, (along, offset, side) in raw.items():
            entry = entries[i]
            course = self._courses.get(entry.place) or self._course(entry.place, (), (), ())
            self._measures[entry.door.id] = course.measure(along, offset, side)
        for place, rows in leading.items():
            rows.sort(key=lambda row: row[0])
            for parity in (0, 1):
                chosen = [(n, self._measures[e.door.id].along_m) for n, _, _, e in rows if n % 2 == parity]
                self._series[place, parity] = ([n for n, _ in chosen], [a for _, a in chosen])

    def _course(
        self, place: str, numbers: Sequence[int], along_m: Sequence[float], sides: Sequence[int]
    ) -> Course:
        return Course.of(self.ground.axes[place], self.ground.profile, numbers, along_m, sides)

    def _stand_on(self) -> None:
        """Find what the rows with a point stand on: community and nearest building."""
        placed = [e for e in self._entries if e.door.row_words and e.door.point is not None]
        if not placed:
            return
        points = np.array([e.door.point for e in placed], dtype=float)
        for entry, units in zip(placed, self.ground.land.holders(points), strict=True):
            self._holders[entry.door.id] = units
        near = self.ground.buildings.nearest_m(points, _MAPPED_M)
        self._buildings = {e.door.id: d for e, d in zip(placed, near, strict=True) if d is not None}

    def withdraw_main(self, proposal: AddressProposal) -> None:
        """A row that is not going to be entered is no main number for others."""
        if proposal.place is not None and proposal.parts.number is not None:
            self._mains.get((proposal.place.id, proposal.parts.number), set()).discard(proposal.row)

    def stay(self, doors: Collection[str]) -> None:
        """Doors on record whose change is refused stay where they are."""
        for entry in self._entries:
            if entry.door.id in doors and entry.door.standing and entry.number:
                main = (entry.place, entry.number)
                self._first.setdefault(main, entry.door.id)
                if entry.sub_number is None:
                    self._mains.setdefault(main, set()).add(entry.door.id)
        for door in doors:
            self.leaving.pop(door, None)

    # The questions

    def twins(self, proposal: AddressProposal) -> Sequence[Door]:
        """Doors of the same place, number, sub-number and inside."""
        key = _key(proposal)
        if key is None:
            return ()
        found = self._by_key.get((*key, proposal.inside), ())
        if len(found) == 1 and found[0].door.id == proposal.row and found[0].door.standing:
            return ()
        others = [
            replace(e.door, leaving=self._renumbered[e.door.id]) if e.door.id in self._renumbered else e.door
            for e in found
            if e.door.id != proposal.row
        ]
        return others or kept_from_itself([e.door for e in found if e.door.id == proposal.row])

    def entrances(self, proposal: AddressProposal) -> Sequence[Door]:
        """One door per entrance of the same number and sub-number."""
        key = _key(proposal)
        found = self._by_number.get(key, ()) if key else ()
        if len(found) == 1 and found[0].door.id == proposal.row:
            return ()
        return [e.door for e in found if e.door.id != proposal.row and e.door.id not in self.leaving]

    def has_main(self, proposal: AddressProposal) -> bool:
        """Whether the main number stands or is entered with the batch."""
        key = _key(proposal)
        return key is not None and bool(self._mains.get(key[:2], set()) - {proposal.row})

    def leads(self, proposal: AddressProposal) -> bool:
        """Whether the proposal is the first of its main number."""
        key = _key(proposal)
        return key is not None and self._first.get(key[:2], proposal.row) == proposal.row

    def numbers(self, proposal: AddressProposal) -> NumberLine:
        """The main numbers of the place."""
        place = proposal.place
        return self._number_lines.get(place.id, NumberLine()) if place else NumberLine()

    def suggested(self, proposal: AddressProposal) -> Suggested | None:
        """The number for a door here, from what is on record."""
        axis = self.ground.axes.get(proposal.place.id) if proposal.place else None
        if axis is None or proposal.place is None or proposal.point is None:
            return None
        held = self._on_record.get(proposal.place.id, ())
        return suggested(axis, self.ground.profile, held, proposal.row, proposal.point)

    def measure(self, proposal: AddressProposal) -> Measure | None:
        """Where the row lies along its street."""
        return self._measures.get(proposal.row)

    def beside(self, proposal: AddressProposal) -> tuple[Beside | None, Beside | None]:
        """The neighbouring numbers of the same parity."""
        key = _key(proposal)
        if key is None:
            return None, None
        numbers, along = self._series.get((key[0], key[1] % 2), ([], []))
        low, high = bisect_left(numbers, key[1]) - 1, bisect_right(numbers, key[1])
        return (
            Beside(numbers[low], along[low]) if low >= 0 else None,
            Beside(numbers[high], along[high]) if high < len(numbers) else None,
        )

    def community(self, proposal: AddressProposal) -> Community | None:
        """The unit named."""
        return self.ground.land.by_id.get(proposal.community)

    def community_at(self, proposal: AddressProposal) -> Community | None:
        """The unit under the point: the one named where the point is on its border."""
        held = self._holders.get(proposal.row, ())
        for unit in held:
            if unit.id == proposal.community:
                return unit
        return held[0] if held else None

    def at_point(self, proposal: AddressProposal, distance_m: float) -> Sequence[Door]:
        """Doors of another number within a distance."""
        if proposal.point is None:
            return ()
        x, y = proposal.point
        place = proposal.place.id if proposal.place else ""
        mine = (place, proposal.parts.number, proposal.parts.sub_number)
        found = []
        x0, x1 = int((x - distance_m) // _CELL_M), int((x + distance_m) // _CELL_M)
        y0, y1 = int((y - distance_m) // _CELL_M), int((y + distance_m) // _CELL_M)
        for i in range(x0, x1 + 1):
            for j in range(y0, y1 + 1):
                for entry in self._cells.get((i, j), ()):
                    door = entry.door
                    if door.id == proposal.row or (entry.place, entry.number, entry.sub_number) == mine:
                        continue
                    if door.id in self.leaving:
                        continue
                    assert door.point is not None
                    if math.hypot(door.point[0] - x, door.point[1] - y) <= distance_m:
                        found.append(door)
        return found

    def of_text(self, proposal: AddressProposal) -> Sequence[Door]:
        """Doors of another place with the same text."""
        place = proposal.place.id if proposal.place else ""
        found = self._texts.get(proposal.text, ())
        return [e.door for e in found if e.place != place and e.door.id not in self.leaving]

    def building_m(self, proposal: AddressProposal, within_m: float) -> float | None:
        """Distance to the nearest building (known up to 200 m)."""
        near = self._buildings.get(proposal.row)
        return near if near is not None and near <= within_m else None

    def streets_near(self, proposal: AddressProposal, distance_m: float) -> Sequence[str]:
        """Names of standard streets near the point."""
        return self.ground.streets.named_within(proposal.point, distance_m) if proposal.point else []

    def of_plot(self, proposal: AddressProposal) -> Sequence[Door]:
        """Doors of another number on the same plot."""
        key = _key(proposal)
        return [
            e.door
            for e in self._plots.get(proposal.plot, ())
            if e.door.id != proposal.row
            and e.door.id not in self.leaving
            and (e.place, e.number, e.sub_number) != key
        ]

    def formers(self, proposal: AddressProposal) -> Sequence[Door]:
        """The standing addresses of the former text that are on record (a row of the batch is none yet)."""
        found = self._texts.get(proposal.former, ())
        return list({e.door.id: e.door for e in found if not e.door.row_words}.values())


def _key(proposal: AddressProposal) -> tuple[str, int, int | None] | None:
    parts = proposal.parts
    if proposal.place is None or parts.number is None:
        return None
    return proposal.place.id, parts.number, parts.sub_number


def _add_entrance(ways: list[Entry], entry: Entry) -> None:
    if len(ways) < _MOST_ENTRANCES and not any(_one_way(entry.door, w.door) for w in ways):
        ways.append(entry)


def entrances_of(entries: Iterable[Entry]) -> list[Door]:
    """Return one door per entrance, a handful at most."""
    ways: list[Entry] = []
    for entry in entries:
        _add_entrance(ways, entry)
    return [way.door for way in ways]


def kept_from_itself(own: Sequence[Door]) -> Sequence[Door]:
    """Return the number an address had and gave up, if it has it no more: it is kept, whoever asks."""
    held = [door for door in own if not door.row_words]
    return () if any(door.standing for door in held) else held


def _one_way(a: Door, b: Door) -> bool:
    """Whether two doors share an entrance, as far as is known: compound, plot and point within five metres."""
    if a.compound != b.compound or a.plot != b.plot or a.standing != b.standing:
        return False
    if a.point is None or b.point is None:
        return True
    return abs(a.point[0] - b.point[0]) <= 5 and abs(a.point[1] - b.point[1]) <= 5
