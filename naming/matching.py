"""From the parts of an address to the door in the register: in force, former, or the nearest ones.

Doors are asked of the database by street and number (``nam_addr_number``); only what is published is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from rapidfuzz import fuzz, process

from geoapp.core.effective import known
from naming.address_names import AddressNames
from naming.addressing.parse import Parsed, candidates
from naming.addressing.parts import AddressParts
from naming.models import AddressVersion, PublishedAddress

MOST_NEAR = 5
_REACH = 10
_LIKE = 60.0
_COLUMNS = {"building": "building", "unit": "unit_no", "floor": "floor", "room": "room"}


@dataclass(frozen=True)
class Match:
    """A door of the register that a text means.

    ``text`` is the text that matched; ``former`` says that it is not what the door is called today; ``now`` is the
    door's text today, empty when it is no more.
    """

    id: str
    text: str
    former: bool
    now: str


@dataclass(frozen=True)
class Near:
    """A door that may be meant. ``why``: ``number`` (same street, another number), ``place`` (same street name and
    number elsewhere), ``name`` (a street of a similar name)."""

    id: str
    text: str
    why: str


@dataclass(frozen=True)
class Found:
    """What the register says to a text: the door, if it is there, and others that may be meant."""

    match: Match | None
    near: tuple[Near, ...] = ()


def read_and_match(text: str, names: AddressNames, on: date) -> tuple[list[Parsed], Found]:
    """Return the readings of a text and what the register says to the first.

    Where the first reading names no door but another does, the register decides: that one comes first.
    """
    readings = candidates(text, names.gazetteer)
    first = match(readings[0], names, on)
    if first.match is None:
        for at, reading in enumerate(readings[1:], start=1):
            found = match(reading, names, on) if reading.ids else first
            if found.match is not None:
                return [reading, *readings[:at], *readings[at + 1 :]], found
    return readings, first


def match(parsed: Parsed, names: AddressNames, on: date) -> Found:
    """Return the door of a parsed address on a day and the nearest candidates when there is none, best first."""
    parts = parsed.parts
    streets = _streets(parsed)
    if parts.number is None or not (parts.street or parts.village):
        return Found(None)
    rows = _published(_doors(streets, Q(number=parts.number))) if streets else []
    placed = _in_place(rows, parsed.codes, names)
    exact = [row for row in placed if row.sub_number == parts.sub_number]
    if exact:
        best = min(exact, key=lambda row: _rank(row, parts, on))
        rivals = [r for r in exact if _rank(r, parts, on)[:2] == _rank(best, parts, on)[:2]]
        if len({r.address_id for r in rivals}) == 1:
            return Found(_match(best, parsed, on))
        # One street name in two towns, or several rooms of a door that itself has no address: people must choose.
        return Found(None, _first(Near(str(r.address_id), r.text, "place") for r in rivals))
    near = [Near(str(r.address_id), r.text, "number") for r in _standing(placed, on)]
    near += [Near(str(r.address_id), r.text, "place") for r in _standing(rows, on)]
    if streets:
        near += [Near(str(r.address_id), r.text, "number") for r in _neighbours(streets, parsed, names, on)]
    else:
        # The street is not in the town that is written; one of its name may be in another.
        elsewhere = [UUID(i) for i in names.alike.get(parts.street or parts.village, ())]
        doors = _published(_doors(elsewhere, Q(number=parts.number))) if elsewhere else []
        near += [Near(str(r.address_id), r.text, "place") for r in _standing(doors, on)]
    if len(near) < MOST_NEAR:
        near += [Near(str(r.address_id), r.text, "name") for r in _similar(parsed, names, on)]
    return Found(None, _first(near))


def _streets(parsed: Parsed) -> list[UUID]:
    return [UUID(i) for part in ("street", "village") for i in parsed.ids.get(part, ())]


def _doors(streets: Iterable[UUID], number: Q) -> list[AddressVersion]:
    rows = known(AddressVersion.objects.filter(number, street_id__in=list(streets)))
    return list(rows.defer("geom").order_by("number", "sub_number", "row")[:200])


def _published(rows: Sequence[AddressVersion]) -> list[AddressVersion]:
    """Keep the versions that the public has been told of."""
    told = set(
        PublishedAddress.objects.filter(
            id__in={r.address_id for r in rows}, act_out__isnull=True
        ).values_list("id", "name")
    )
    return [row for row in rows if (row.address_id, row.text) in told]


def _in_place(
    rows: Sequence[AddressVersion], codes: frozenset[str], names: AddressNames
) -> list[AddressVersion]:
    """Keep the doors whose community lies within one of the codes."""
    if not codes:
        return list(rows)
    return [
        row
        for row in rows
        if any(held.startswith(code) for held in names.codes.get(row.community_id, ()) for code in codes)
    ]


def _in_force(row: AddressVersion, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or row.valid_to > on)


def _standing(rows: Iterable[AddressVersion], on: date) -> list[AddressVersion]:
    return [row for row in rows if _in_force(row, on)]


def _rank(row: AddressVersion, parts: AddressParts, on: date) -> tuple[bool, int, int]:
    """Return what puts a version first: in force, what lies within the door as written, the later one."""
    return (not _in_force(row, on), _inside(row, parts), -row.row)


def _inside(row: Any, parts: AddressParts) -> int:
    """Return in how many rungs within the door a version differs from the parts; a door alone differs least of all
    but one that agrees."""
    unlike = 0
    for part, column in _COLUMNS.items():
        held = getattr(row, column, None) or ""
        if held != getattr(parts, part):
            unlike += 2 if held else 1
    return unlike


def _match(row: AddressVersion, parsed: Parsed, on: date) -> Match:
    if _in_force(row, on):
        return Match(
            str(row.address_id), row.text, "street" in parsed.former or "village" in parsed.former, row.text
        )
    today = _standing(_published(list(known(AddressVersion.objects.filter(address_id=row.address_id)))), on)
    return Match(str(row.address_id), row.text, True, today[0].text if today else "")


def _neighbours(
    streets: Sequence[UUID], parsed: Parsed, names: AddressNames, on: date
) -> list[AddressVersion]:
    number = parsed.parts.number or 0
    rows = _doors(streets, Q(number__range=(max(1, number - _REACH), number + _REACH)))
    rows = _in_place(_standing(_published(rows), on), parsed.codes, names)
    return sorted(
        rows, key=lambda r: (abs(r.number - number), (r.number - number) % 2, r.number, r.sub_number or 0)
    )


def _similar(parsed: Parsed, names: AddressNames, on: date) -> list[AddressVersion]:
    """Return doors of the number on streets whose name is like the one that is written, in place if it is known."""
    wanted = parsed.parts.street or parsed.parts.village
    choices = {pk: name for pk, name in names.streets_in(parsed.codes).items() if name != wanted}
    hits = process.extract(wanted, choices, scorer=fuzz.ratio, limit=MOST_NEAR, score_cutoff=_LIKE)
    order = {UUID(pk): -score for _, score, pk in hits}
    rows = _standing(_published(_doors(order, Q(number=parsed.parts.number))), on) if order else []
    rows.sort(key=lambda r: (order[r.street_id], r.sub_number != parsed.parts.sub_number, r.text))
    return rows


def _first(near: Iterable[Near]) -> tuple[Near, ...]:
    found: dict[str, Near] = {}
    for candidate in near:
        found.setdefault(candidate.id, candidate)
    return tuple(found.values())[:MOST_NEAR]
