"""From the parts of an address to the door in the register: in force, former, or the nearest ones.

Doors are asked of the database by street and number (``nam_addr_number``); only what is published is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rapidfuzz import fuzz, process

from naming.address_names import AddressNames
from naming.addressing.parse import Parsed, candidates
from naming.addressing.parts import AddressParts, Several
from naming.told_doors import Door, doors_between, doors_numbered, doors_of

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
    """A door that may be meant. ``why``: ``several`` (one of the numbers that are written), ``number`` (same street,
    another number), ``place`` (same street name and number elsewhere), ``name`` (a street of a similar name)."""

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

    Where the first reading names no door but another does, the register decides: that one comes first. Where the first
    names several numbers no reading counts that takes them for one.
    """
    readings = candidates(text, names.gazetteer)
    first = match(readings[0], names, on)
    if first.match is None and not any(near.why == "several" for near in first.near):
        numbers = _numbers_of(readings[0])
        for at, reading in enumerate(readings[1:], start=1):
            found = match(reading, names, on) if reading.ids and _numbers_of(reading) == numbers else first
            if found.match is not None:
                return [reading, *readings[:at], *readings[at + 1 :]], found
    return readings, first


def match(parsed: Parsed, names: AddressNames, on: date) -> Found:
    """Return the door of a parsed address on a day and the nearest candidates when there is none, best first.

    Where a text names several numbers (7-9号) the door is the one that stands at any of them, or at 7号之9; when there
    are more of those, people must choose.
    """
    parts = parsed.parts
    streets = _streets(parsed)
    if parts.number is None or not (parts.street or parts.village):
        return Found(None)
    wanted = _wanted(parsed)
    rows = doors_numbered(streets, list({number for number, _ in wanted}))
    placed = _in_place(rows, parsed.codes, names)
    exact = [row for row in placed if (row.number, row.sub_number) in wanted]
    if len(wanted) > 1:
        standing = _standing(exact, on)
        if len({(r.number, r.sub_number) for r in standing}) > 1:
            return Found(None, _first(Near(str(r.address_id), r.text, "several") for r in standing))
        exact = standing or exact
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
        doors = doors_numbered(elsewhere, [parts.number])
        near += [Near(str(r.address_id), r.text, "place") for r in _standing(doors, on)]
    if len(near) < MOST_NEAR:
        near += [Near(str(r.address_id), r.text, "name") for r in _similar(parsed, names, on)]
    return Found(None, _first(near))


def _streets(parsed: Parsed) -> list[UUID]:
    return [UUID(i) for part in ("street", "village") for i in parsed.ids.get(part, ())]


def _numbers_of(parsed: Parsed) -> list[Several]:
    """Return what a reading says of several door numbers."""
    return [several for several in parsed.several if several.part in ("number", "sub_number")]


def _wanted(parsed: Parsed) -> set[tuple[int, int | None]]:
    """Return the numbers with their sub-numbers that a text may mean; more than one where it names several."""
    parts = parsed.parts
    wanted = {(parts.number or 0, parts.sub_number)}
    for several in parsed.several:
        values = [v for v in several.values if isinstance(v, int)]
        if several.part == "number":
            wanted |= {(number, None) for number in _between(several, values)}
            if several.to:
                wanted.add((values[0], values[-1]))
        elif several.part == "sub_number":
            wanted |= {(parts.number or 0, sub) for sub in _between(several, values)}
    return wanted


def _between(several: Several, values: list[int]) -> Iterable[int]:
    """Return what lies between the ends of a range: one side of a street, where both ends are odd or both even."""
    if not several.to:
        return values
    first, last = values[0], values[-1]
    one_side = several.part == "number" and (last - first) % 2 == 0
    return range(first, last + 1, 2 if one_side else 1)


def _in_place(rows: Sequence[Door], codes: frozenset[str], names: AddressNames) -> list[Door]:
    """Keep the doors whose community lies within one of the codes."""
    if not codes:
        return list(rows)
    return [
        row
        for row in rows
        if any(held.startswith(code) for held in names.codes.get(row.community_id, ()) for code in codes)
    ]


def _standing(rows: Iterable[Door], on: date) -> list[Door]:
    return [row for row in rows if row.in_force(on)]


def _rank(row: Door, parts: AddressParts, on: date) -> tuple[bool, int, int]:
    """Return what puts a version first: in force, what lies within the door as written, the later one."""
    return (not row.in_force(on), _inside(row, parts), -row.row)


def _inside(row: Door, parts: AddressParts) -> int:
    """Return in how many rungs within the door a version differs from the parts; a door alone differs least of all
    but one that agrees."""
    unlike = 0
    for part, column in _COLUMNS.items():
        held = getattr(row, column, None) or ""
        if held != getattr(parts, part):
            unlike += 2 if held else 1
    return unlike


def _match(row: Door, parsed: Parsed, on: date) -> Match:
    if row.in_force(on):
        return Match(
            str(row.address_id), row.text, "street" in parsed.former or "village" in parsed.former, row.text
        )
    today = _standing(doors_of(row.address_id), on)
    return Match(str(row.address_id), row.text, True, today[0].text if today else "")


def _neighbours(streets: Sequence[UUID], parsed: Parsed, names: AddressNames, on: date) -> list[Door]:
    number = parsed.parts.number or 0
    rows = doors_between(streets, max(1, number - _REACH), number + _REACH)
    rows = _in_place(_standing(rows, on), parsed.codes, names)
    return sorted(
        rows, key=lambda r: (abs(r.number - number), (r.number - number) % 2, r.number, r.sub_number or 0)
    )


def _similar(parsed: Parsed, names: AddressNames, on: date) -> list[Door]:
    """Return doors of the number on streets whose name is like the one that is written, in place if it is known."""
    wanted = parsed.parts.street or parsed.parts.village
    # Streets of the very name are likest and are not asked for.
    most = MOST_NEAR + len(names.alike.get(wanted, ()))
    choices = names.streets_in(parsed.codes)
    hits = process.extract(wanted, choices, scorer=fuzz.ratio, limit=most, score_cutoff=_LIKE)
    order = {UUID(pk): -score for name, score, pk in hits if name != wanted}
    rows = _standing(doors_numbered(order, [parsed.parts.number or 0]), on)
    rows.sort(key=lambda r: (order[r.street_id], r.sub_number != parsed.parts.sub_number, r.text))
    return rows


def _first(near: Iterable[Near]) -> tuple[Near, ...]:
    found: dict[str, Near] = {}
    for candidate in near:
        found.setdefault(candidate.id, candidate)
    return tuple(found.values())[:MOST_NEAR]
