"""What an address rule judges, and the questions it may ask. Pure: no database, no clock.

The protocol is answered twice: from the register for one address that somebody is typing, and from memory for a
batch of thousands of rows whose streets were read beforehand in a constant number of queries. So a question never
needs more than the proposal itself, and its answer covers the other rows of the batch as well as the register.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from naming.addressing.parts import AddressParts

Inside = tuple[str, str, str, str, str]
"""Compound, building, unit, floor and room: what tells apart the addresses behind one number."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place a number counts along. ``kind``: STR (街路巷) or VIL (自然村).

    ``use_state`` as in the gazetteer (standard, historic, existing); ``active``: in law on the day judged;
    ``namesakes``: another place in law bears the same name.
    """

    id: str
    name: str
    kind: str = "STR"
    use_state: str = "standard"
    active: bool = True
    where: str = ""
    namesakes: bool = False


@dataclass(frozen=True, slots=True)
class ReadingFault:
    """A value that could not be read, or was mended without anybody agreeing to it yet.

    ``kind``: width, blank, short, order, conflict, parsed, text_only or unreadable; ``column`` the part of the address (``AddressParts``, or
    point, text, community …); ``value`` as written, ``better`` what a repair would make of it (empty: no repair).
    """

    kind: str
    column: str
    value: str = ""
    better: str = ""


@dataclass(frozen=True, slots=True)
class AddressProposal:
    """One address to be entered, or renumbered. ``point``: its entrance in frame metres (x east, y north).

    ``row`` is the identity under which the book knows this very address (a row of a batch, an address on record);
    it is never compared with itself. ``places`` are all places that bear the name asked for, ``place`` the one
    meant. ``sub_depth`` counts the levels of sub-numbers as written (33号之1之2 has two). ``proof``: the document
    that is to be made out for it (《门楼号确认书》), empty when none is. ``former``: the text of the address it
    replaces. ``historic``: gaps before its number go back to old numbering. ``unnumbered``: the number is what is
    applied for, so that none is there yet. ``by_rule``: the city's way of numbering worked the number out, which
    knows mouths and rings and keeps numbers for vacant frontage; no person set it. ``unapproved``: no permit, approval or proof stands behind it.
    """

    on: date
    parts: AddressParts
    text: str = ""
    row: str = ""
    place: Place | None = None
    place_named: str = ""
    places: tuple[Place, ...] = ()
    community: str = ""
    community_named: str = ""
    point: tuple[float, float] | None = None
    state: str = "standard"
    sub_depth: int = 0
    plot: str = ""
    historic: bool = False
    renumbering: bool = False
    former: str = ""
    proof: str = ""
    unnumbered: bool = False
    by_rule: bool = False
    unapproved: bool = False
    faults: tuple[ReadingFault, ...] = ()

    @property
    def inside(self) -> Inside:
        """What lies within the door."""
        p = self.parts
        return (p.compound, p.building, p.unit, p.floor, p.room)


@dataclass(frozen=True, slots=True)
class Door:
    """An address the book knows: on record, or another row of the batch (``row_words`` says which, 第 12 行).

    ``standing``: in law on the day judged or later; a door that is not was cancelled and keeps its number.
    ``leaving``: the row of the same batch that gives it another number (第 12 行). ``point`` in frame metres.
    """

    id: str
    text: str
    state: str = "standard"
    standing: bool = True
    compound: str = ""
    point: tuple[float, float] | None = None
    plot: str = ""
    row_words: str = ""
    leaving: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """Where a point lies beside the main line of its street, metres.

    ``along_m`` from the end at which numbering begins, ``side`` facing onward from there (left, right, or empty on
    the line itself), ``against``: the numbers on record run from the other end than the city's profile says.
    """

    along_m: float
    offset_m: float
    side: str
    against: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """A neighbouring number on the same side of the street, and where it lies (metres from the origin)."""

    number: int
    along_m: float


@dataclass(frozen=True, slots=True)
class Community:
    """A village or community: id, name, and whether it has land on record."""

    id: str
    name: str
    has_land: bool = True


@dataclass(frozen=True)
class NumberLine:
    """The main numbers a place has or ever had, with those of the batch."""

    ordered: Sequence[int] = ()
    held: Collection[int] = field(default_factory=frozenset)

    @classmethod
    def of(cls, numbers: Iterable[int]) -> NumberLine:
        """Make a line of numbers in any order."""
        held = frozenset(numbers)
        return cls(sorted(held), held)

    def missing_before(self, number: int, step: int) -> range:
        """Return the numbers left out between ``number`` and the next lower one of its series (step 2: one parity)."""
        low = number - step
        if low < 1 or low in self.held:
            return range(0)
        start = number % step or step
        for i in range(bisect_left(self.ordered, number) - 1, -1, -1):
            if (number - self.ordered[i]) % step == 0:
                start = self.ordered[i] + step
                break
        return range(start, number, step)


class Suggestion(Protocol):
    """A number for a door and why."""

    @property
    def number(self) -> int:
        """The main number."""

    @property
    def sub_number(self) -> int | None:
        """The sub-number."""

    @property
    def text(self) -> str:
        """The number as a plate shows it."""

    @property
    def why(self) -> str:
        """The steps that led to it, in Chinese."""

    @property
    def why_en(self) -> str:
        """The steps that led to it, in English."""


class AddressBook(Protocol):
    """What an address rule may ask: the register with the other rows of the batch."""

    def twins(self, proposal: AddressProposal) -> Sequence[Door]:
        """Return the other addresses at the same place with the same number, sub-number and inside."""

    def entrances(self, proposal: AddressProposal) -> Sequence[Door]:
        """Return one address per entrance that bears the same number and sub-number, this one left out."""

    def has_main(self, proposal: AddressProposal) -> bool:
        """Say whether the main number (without sub-number) stands at the place, or is entered with it."""

    def leads(self, proposal: AddressProposal) -> bool:
        """Say whether this is the first address of its main number: what concerns a number is said once."""

    def numbers(self, proposal: AddressProposal) -> NumberLine:
        """Return the main numbers of the place."""

    def suggested(self, proposal: AddressProposal) -> Suggestion | None:
        """Return the number the city's way of numbering gives the door here; None without a point or a line.

        From what is on record, as people are shown it before they type; other rows of the batch are left out.
        """

    def measure(self, proposal: AddressProposal) -> Measure | None:
        """Return where the point lies along the street; None without a point, or for a place without a line."""

    def beside(self, proposal: AddressProposal) -> tuple[Beside | None, Beside | None]:
        """Return the next lower and the next higher number of the same parity that have a measure."""

    def community(self, proposal: AddressProposal) -> Community | None:
        """Return the village or community the proposal names, None when there is no such one."""

    def community_at(self, proposal: AddressProposal) -> Community | None:
        """Return the village or community whose land holds the point."""

    def at_point(self, proposal: AddressProposal, distance_m: float) -> Sequence[Door]:
        """Return other standing addresses of another number within a distance of the point."""

    def of_text(self, proposal: AddressProposal) -> Sequence[Door]:
        """Return standing addresses of another place with the very same text."""

    def building_m(self, proposal: AddressProposal, within_m: float) -> float | None:
        """Return the distance to the nearest mapped building, None when none is mapped within ``within_m``."""

    def streets_near(self, proposal: AddressProposal, distance_m: float) -> Sequence[str]:
        """Return the names of standard streets within a distance of the point, nearest first."""

    def of_plot(self, proposal: AddressProposal) -> Sequence[Door]:
        """Return the other standing addresses on the same homestead plot."""

    def formers(self, proposal: AddressProposal) -> Sequence[Door]:
        """Return the standing addresses on record whose text is the proposal's ``former``: one, if all is well."""


COLUMN_OF: Mapping[str, str] = {
    "A-01": "street",
    "A-02": "number",
    "A-03": "number",
    "A-04": "number",
    "A-05": "number",
    "A-06": "number",
    "A-07": "sub_number",
    "A-09": "point",
    "A-10": "point",
    "A-11": "plot",
    "A-12": "street",
    "A-13": "point",
    "A-14": "state",
    "A-15": "former",
}
"""The part of an address a rule is about; A-08 names it itself (the subject of its hits)."""
