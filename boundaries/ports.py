"""What this wing must ask of the wing above it, listed whole; ``naming/apps.py`` plugs the answers in.

Geometry in the city frame (metres, x east, y north).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from boundaries.checks.proposal import NameHit
from geoapp.core.checks import Finding, Stage
from geoapp.core.models import Case


@dataclass(frozen=True)
class Premise:
    """A standard address on some land: whose text it is, where its entrance is, which community holds it."""

    id: str
    text: str
    community: str
    point: BaseGeometry


@dataclass(frozen=True)
class StreetOnLand:
    """A street that runs over some land, and how far (metres, frame)."""

    id: str
    name: str
    length_m: float


@dataclass(frozen=True)
class StreetLine:
    """A street's centreline (frame) with its width in metres, None where neither width nor class is on record.

    ``width_from`` says where the width is from: ``register`` (recorded with the street), ``class`` (the usual width
    of its class of road), or an empty text.
    """

    name: str
    geometry: BaseGeometry
    width_m: float | None = None
    width_from: str = ""


@dataclass(frozen=True)
class NamingContents:
    """What a naming application says of a unit (地名管理条例 arts 10, 11), contained in an adjustment
    (地名管理条例实施办法 art. 5 ¶2): the wish, its reading and meaning, the reasons, why the old name no longer fits.
    """

    unit: str
    name: str
    old_name: str = ""
    pinyin: str = ""
    meaning: str = ""
    reason: str = ""
    trigger: str = ""
    legal_basis: str = ""


@dataclass(frozen=True)
class NamingCase:
    """A naming matter inside another case: what its contents lack, in words, and what the naming rules find."""

    contents: NamingContents
    missing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Called:
    """What a unit shall be called, and to which town it shall belong (empty: as before), from each of some days on.

    The first day is the day of effect; the others are days of later changes already on record, in order. ``new`` is a
    unit that nobody has recorded yet, ``ceases`` one that is no more from the first day on.
    """

    unit: str
    days: tuple[date, ...]
    name: str = ""
    parent: str = ""
    new: bool = False
    ceases: bool = False


@dataclass(frozen=True)
class Placing:
    """Where addresses go when land moves.

    ``where`` answers id → community for those that move, asked anew whenever addresses change; ``land`` is a digest of
    the outlines it answers for. ``holders`` are the communities asked about, ``around`` all whose land is touched.
    """

    where: Callable[[], Mapping[str, str]]
    land: str
    holders: tuple[str, ...]
    around: tuple[str, ...]


class Beforehand(Protocol):
    """Rows of addresses written beforehand by the wing above, which an act then puts on record."""

    @property
    def count(self) -> int:
        """Return how many addresses were prepared."""


class Ports(Protocol):
    """The questions and orders of this wing to the one above."""

    def premises_in(
        self, units: Collection[str], on: date, *, among: Collection[str] | None = None
    ) -> Sequence[Premise]:
        """Return the addresses that lie in communities, in law on a day; ``among`` are the only ones to look at."""

    def premises_changed(self, units: Collection[str], since: int) -> set[str]:
        """Return the addresses that acts after ``since`` wrote into communities or took out of them, or changed."""

    def streets_in(self, geometry: BaseGeometry, on: date) -> Sequence[StreetOnLand]:
        """Return the streets that run over a frame polygon, longest first."""

    def street_lines_near(self, box: tuple[float, float, float, float], on: date) -> Sequence[StreetLine]:
        """Return the centrelines of streets whose boxes meet a frame box (minx, miny, maxx, maxy)."""

    def signs_in(self, geometry: BaseGeometry, on: date) -> int:
        """Return the number of registered signs on a frame polygon."""

    def replace_addresses(
        self,
        moves: Mapping[str, str],
        towns: Collection[str],
        renamed: Collection[str] = (),
        *,
        seq: int,
        effective: date,
        beforehand: Beforehand | None = None,
        follows: bool = False,
    ) -> int:
        """Place addresses (id → community) anew by act ``seq`` from a day on; return how many changed.

        Addresses of communities that came to the towns ``towns``, and of the communities ``renamed``, get their text
        composed anew where a name in it is another. ``beforehand`` is what ``prepare_addresses`` returned for them;
        ``follows`` says that the act has changed addresses already.
        """

    def prepare_addresses(
        self,
        called: Sequence[Called],
        effective: date,
        *,
        case: Case | None,
        subject: str,
        until: float | None,
        placing: Placing | None = None,
        units: Collection[str] | None = None,
    ) -> Beforehand | None:
        """Write the addresses of communities beforehand as they are when these are called otherwise; None when few.

        With ``placing`` those that move to another community, too. ``units`` are the communities whose addresses are
        written, however few, where ``called`` names others besides (a list). Outside any transaction. Raises StillPreparing after the moment ``until`` (``time.monotonic``).
        """

    def open_naming_case(
        self, contents: NamingContents, *, on: date, stages: Sequence[Stage], case: str = "", item: str = ""
    ) -> NamingCase:
        """Open the naming matter that an adjustment contains: it is judged, and decided, with the adjustment."""

    def judge_unit_name(self, name: str, district: str, on: date) -> Sequence[NameHit]:
        """Return villages and communities of a district (unit id) with the same name or the same sound."""

    def romanise(self, name: str, pinyin: str = "") -> str:
        """Return the standard spelling of a unit's name; a given reading wins over the suggested one."""

    def record_place_name(
        self,
        unit: UUID,
        name: str,
        *,
        seq: int,
        effective: date,
        approval: Mapping[str, Any],
        pinyin: str = "",
        meaning: str = "",
    ) -> None:
        """Write the gazetteer entry of a unit's name by the act that gives it."""

    def end_place_name(self, unit: UUID, *, seq: int, effective: date) -> None:
        """End the gazetteer entry of a unit that is no more."""

    def prepare_publication(
        self, units: Collection[str], *, known_at: int, case: Case | None, until: float | None
    ) -> Beforehand | None:
        """Write the public rows of the addresses beforehand that ``publish`` will publish; None when they are few.

        Outside any transaction. Raises StillPreparing after the moment ``until`` (``time.monotonic``).
        """

    def prepare_listed(
        self,
        units: Collection[str],
        codes: Mapping[str, tuple[date, str, str]],
        register: Callable[[], Sequence[Beforehand]],
        *,
        subject: str,
        until: float | None,
    ) -> Beforehand | None:
        """Write the public rows of the addresses of units beforehand for an act that writes the register as well.

        ``codes`` gives communities (day, code, name); ``register`` returns what is prepared of the register, right as
        of now. None when they are few. Outside any transaction. Raises StillPreparing as ``prepare_addresses`` does.
        """

    def publish(
        self, units: Collection[str], *, known_at: int, seq: int, beforehand: Beforehand | None = None
    ) -> list[dict[str, Any]]:
        """Publish names, search lines and addresses as the register stood after ``known_at``; return what was.

        ``beforehand`` is what ``prepare_publication`` returned for the same units and the same act.
        """


_plugged: list[Ports] = []


def plug(answers: Ports) -> None:
    """Put the answers in; called once when the wing above starts."""
    _plugged[:] = [answers]


def ports() -> Ports:
    """Return the answers. Raises RuntimeError when nothing is plugged in."""
    if not _plugged:
        raise RuntimeError("boundaries.ports: nothing is plugged in")
    return _plugged[0]
