"""Which number the city's way of numbering gives a door here, from what stands along its street. Frame metres. Pure.

The answer is that of the counter and the case page (``naming.numbering``): from the register alone, rows of a batch
left out, for a person who types a suggestion was shown that one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from naming.address_checks.proposal import Door as OnRecord
from naming.address_checks.proposal import Inside
from naming.addressing import numbering
from naming.addressing.compose import number_text
from naming.addressing.numbering import Axis, Door, NumberingProfile, number_street, words
from naming.addressing.numbering.street import CANCELLED, RESERVED, STANDING

Held = tuple[OnRecord, int, int | None, Inside]
"""A door on record with its number, sub-number and what lies within."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A number for a door and why, in Chinese and English."""

    number: int
    sub_number: int | None
    why: str
    why_en: str

    @property
    def text(self) -> str:
        """The number as a plate shows it."""
        return number_text(self.number, self.sub_number)


def doors_from(held: Iterable[Held]) -> list[Door]:
    """Return what stands or stood along a street as the numbering room takes it; homes behind a door are none."""
    live: dict[tuple[str, int, int | None], Door] = {}
    behind: list[Door] = []
    gone: list[Door] = []
    for door, number, sub_number, inside in held:
        if door.point is None:
            continue
        state = CANCELLED if not door.standing else RESERVED if door.state == "reserved" else STANDING
        x, y = door.point
        seat = Door(door.id, number, sub_number, (round(x, 3), round(y, 3)), state)
        if not door.standing:
            gone.append(seat)
        elif any(inside[1:]):
            behind.append(seat)
        else:
            live[door.id, number, sub_number] = seat
    found = list(live.values())
    taken = {seat.key for seat in found}
    for seat in (*behind, *gone):
        if seat.key not in taken:
            taken.add(seat.key)
            found.append(seat)
    return found


def suggested(
    axis: Axis, profile: NumberingProfile, held: Iterable[Held], own: str, point: tuple[float, float]
) -> Suggested | None:
    """Return the number for a door at a point; None where the rules give none.

    ``own`` is the door's own address, when it has one: no neighbour, but the numbers it had stay taken.
    """
    rows = [row for row in held if row[1]]
    ever = {(number, sub_number) for _door, number, sub_number, _inside in rows}
    street = number_street(axis, doors_from(row for row in rows if row[0].id != own), profile)
    found = numbering.suggest(street, point, also_taken=ever)
    if found.number is None:
        return None
    return Suggested(
        found.number,
        found.sub_number,
        "；".join(words.say(step) for step in found.steps),
        "; ".join(words.say(step, english=True) for step in found.steps),
    )
