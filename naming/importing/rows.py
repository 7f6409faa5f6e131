"""From the cells of a staged row to what the rules judge and the register enters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import shapely

from naming.address_checks.proposal import AddressProposal, Place, ReadingFault
from naming.address_names import address_names
from naming.address_places import City, Gazetteer
from naming.addressing.compose import compose
from naming.addressing.parse import parse
from naming.addressing.parts import AddressParts
from naming.addressing.reading import Reading, TextReader, read_row
from naming.models import AddressImport, AddressImportRow

COLUMNS = ("row", "index", "values", "place", "number", "sub_number", "x_mm", "y_mm", "accepted")
"""What is read of a staged row."""

_UNPLACED = 2**32


def unplaced(place: UUID) -> bool:
    """Say whether a row's place stands for none: rows without one are kept in groups of small numbers."""
    return place.int < _UNPLACED


def no_place(index: int) -> UUID:
    """Return the group of a row whose street is unclear."""
    return UUID(int=index // 4096)


@dataclass(frozen=True, slots=True)
class Staged:
    """A row with what it says. ``point`` in frame metres."""

    row: int
    index: int
    reading: Reading
    place: Place | None
    community: str
    point: tuple[float, float] | None
    proposal: AddressProposal
    words: str


SURE = 0.6
"""A reading of a free text is proposed from this confidence on; UNVERIFIED."""


def text_reader(on: date) -> TextReader:
    """Return what proposes readings of whole addresses, with the names in law on a day; names are read when needed."""

    def read(text: str) -> AddressParts | None:
        found = parse(text, address_names(on).gazetteer)
        parts = found.parts
        sure = found.confidence >= SURE and parts.number is not None and (parts.street or parts.village)
        if any(several.part in ("number", "sub_number") for several in found.several):
            # 7-9号: which doors are meant is for people to say, in columns.
            return None
        return parts if sure else None

    return read


class RowReader:
    """Reads staged rows of one import against the gazetteer and the communities of its day."""

    def __init__(self, batch: AddressImport, gazetteer: Gazetteer, city: City, city_name: str) -> None:
        self.batch, self.gazetteer, self.city, self._city_name = batch, gazetteer, city, city_name
        header = {title: i for i, title in enumerate(batch.header)}
        self.columns = [(part, header[title]) for part, title in batch.mapping.items() if title in header]
        self._above: dict[str, tuple[str, str, str]] = {}
        self.texts = text_reader(batch.on)

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """Return the cells by the part they hold, outer blanks removed."""
        return {part: text for part, i in self.columns if (text := cells[i].strip(" "))}

    def read(self, cells: Sequence[str], accepted: bool) -> Reading:
        """Read the cells of a row."""
        return read_row(self.values(cells), mended=accepted or self.batch.accepted, texts=self.texts)

    def place_of(self, reading: Reading) -> tuple[Place | None, tuple[Place, ...]]:
        """Return the place a row's number counts along."""
        parts = reading.parts
        name = parts.street or parts.village
        if not name:
            return None, ()
        return self.gazetteer.find(name, town=parts.town, district=parts.district)

    def community_of(self, reading: Reading) -> str:
        """Return the community a row names; an empty text when it names none, or none that is known."""
        parts = reading.parts
        if not reading.community_code and not parts.community:
            return ""
        return self.city.find(
            parts.community, reading.community_code, town=parts.town, district=parts.district
        )

    def staged(self, rows: Sequence[tuple[Any, ...]]) -> list[Staged]:
        """Read rows (tuples of ``COLUMNS``); a row that names no community gets the one its point is in."""
        readings = [self.read(row[2][1:], row[8]) for row in rows]
        points = [None if row[6] is None else (row[6] / 1000, row[7] / 1000) for row in rows]
        communities = [self.community_of(reading) for reading in readings]
        asked = [
            i
            for i, reading in enumerate(readings)
            if not communities[i]
            and points[i] is not None
            and not reading.community_code
            and not reading.parts.community
        ]
        if asked:
            held = self.city.land.holders(np.array([points[i] for i in asked], dtype=float))
            for i, units in zip(asked, held, strict=True):
                communities[i] = units[0].id if units else ""
        return [
            self._one(row, reading, community, point)
            for row, reading, community, point in zip(rows, readings, communities, points, strict=True)
        ]

    def _one(
        self, row: tuple[Any, ...], reading: Reading, community: str, point: tuple[float, float] | None
    ) -> Staged:
        given = reading.parts
        place: Place | None = None
        places: tuple[Place, ...] = ()
        if unplaced(row[3]):
            places = self.place_of(reading)[1]
        else:
            place = self.gazetteer.by_id.get(str(row[3]))
        district = town = short = ""
        faults = reading.faults
        if community:
            above = self._above.get(community)
            if above is None:
                above = self._above[community] = self.city.above(community)
            district, town, short = above
            if (given.town and given.town != town) or (given.district and given.district != district):
                faults += tuple(
                    ReadingFault("conflict", column, said, held)
                    for column, said, held in (
                        ("district", given.district, district),
                        ("town", given.town, town),
                    )
                    if said and said != held
                )
        village = place is not None and place.kind == "VIL"
        name = place.name if place is not None else given.street or given.village
        parts = AddressParts(
            "",
            self._city_name,
            district,
            town,
            short if village else "",
            "" if village else name,
            name if village else "",
            given.number,
            given.sub_number,
            given.compound,
            given.building,
            given.unit,
            given.floor,
            given.room,
        )
        if row[2][0]:
            faults += (ReadingFault("unreadable", "point", row[2][0]),)
        proposal = AddressProposal(
            on=self.batch.on,
            parts=parts,
            text=compose(parts),
            row=str(row[1]),
            place=place,
            place_named=given.street or given.village,
            places=places,
            community=community,
            community_named=given.community or reading.community_code,
            point=point,
            state=reading.state,
            sub_depth=reading.sub_depth,
            plot=reading.plot,
            historic=reading.historic,
            former=reading.former,
            proof=reading.proof,
            faults=faults,
        )
        words = f"第 {row[1] + 2} 行"
        return Staged(row[0], row[1], reading, place, community, point, proposal, words)


def address_id(batch: AddressImport, index: int) -> UUID:
    """Return the identity a row's address gets: the same whenever and however often the row is entered."""
    return uuid5(batch.id, str(index))


def columns_of(
    batch: AddressImport, staged: Sequence[Staged], sides: Sequence[str]
) -> dict[int, dict[str, Any]]:
    """Return, by the index of the row, the columns of ``AddressVersion`` that a row fills; geometry as WKB."""
    shapes = shapely.to_wkb(shapely.points(np.array([s.point for s in staged], dtype=float)))
    source, places, communities = batch.filename[:100], _Ids(), _Ids()
    found = {}
    for one, side, wkb in zip(staged, sides, shapes, strict=True):
        parts = one.proposal.parts
        assert one.place is not None
        found[one.index] = {
            "street_id": places[one.place.id],
            "community_id": communities[one.community],
            "number": parts.number,
            "sub_number": parts.sub_number,
            "side": side,
            "text": one.proposal.text,
            "geom": memoryview(wkb),
            "compound": parts.compound or None,
            "building": parts.building or None,
            "unit_no": parts.unit or None,
            "floor": parts.floor or None,
            "room": parts.room or None,
            "state": one.reading.state,
            "source": source,
            "case_number": None,
        }
    return found


class _Ids(dict[str, UUID]):
    """The identities of the few places of a batch, read once each."""

    def __missing__(self, key: str) -> UUID:
        self[key] = UUID(key)
        return self[key]


Progress = Callable[[AddressImport], None]
States = AddressImportRow.State
Findings = Sequence[Mapping[str, Any]]
