"""What a boundary rule judges, and the questions it may ask. Pure: no database, no clock.

Geometry is in the city frame (EPSG:4547, metres, x east, y north).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class UnitFacts:
    """A village or community as it is or shall be. ``kind``: ``village`` or ``community``.

    ``is_new`` when the unit does not exist yet; ``name_changes`` when the item gives it another name;
    ``parts`` and ``declared_parts`` count separate pieces of land. Figures are None where nobody gave them.
    ``town`` is the town's name, ``town_code`` its official code (the first nine digits count). ``basis`` is what
    a declaration of several parts or enclaves rests on, in words.
    """

    id: str
    name: str
    kind: str
    code: str = ""
    town: str = ""
    households: int | None = None
    population: int | None = None
    area_m2: float = 0.0
    parts: int = 1
    declared_parts: int = 1
    is_new: bool = False
    name_changes: bool = False
    geometry: BaseGeometry | None = field(default=None, compare=False)
    town_code: str = ""
    basis: str = ""


@dataclass(frozen=True)
class ProofFault:
    """Something the proof of the coverage found (codes of ``boundaries.proof``), or a refused operation.

    ``code``: ``coverage gap hole extra_part invalid parent displacement conservation households population``,
    or ``refused`` with the refusal's own code in ``detail``.
    """

    code: str
    message: str
    remedy: str = ""
    detail: str = ""
    units: tuple[str, ...] = ()
    place: BaseGeometry | None = field(default=None, compare=False)
    figures: Mapping[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class MeetingFacts:
    """A villagers' meeting by its counts. ``body``: ``villagers``, ``households`` or ``representatives``."""

    unit_id: str
    unit_name: str
    body: str
    notice_on: date
    held_on: date
    eligible: int
    present: int
    votes_for: int
    votes_against: int
    votes_abstained: int = 0


@dataclass(frozen=True)
class Affected:
    """What hangs on the land that moves: counts, and how many addresses the act will place anew."""

    addresses: int = 0
    streets: int = 0
    signs: int = 0
    groups: int = 0
    reassigned: int = 0


@dataclass(frozen=True)
class AdjustmentProposal:
    """One adjustment item, with what drawing and proving it gave.

    ``before`` and ``after`` hold the units whose land, name, kind or figures change (not those that only receive
    a corner). ``villages`` are the names and ids of villages among ``before``: each must have met. ``new_lines``
    are the lines drawn anew. ``documents`` are the kinds of the case's attachments. ``division_change`` marks a
    recorded 区划变更 (A5x), decided above the city.
    """

    kind: str
    on: date
    before: tuple[UnitFacts, ...] = ()
    after: tuple[UnitFacts, ...] = ()
    faults: tuple[ProofFault, ...] = ()
    towns: tuple[str, ...] = ()
    district: str = ""
    district_id: str = ""
    operations: tuple[str, ...] = ()
    new_lines: tuple[BaseGeometry, ...] = field(default=(), compare=False)
    meetings: tuple[MeetingFacts, ...] = ()
    documents: frozenset[str] = frozenset()
    assets_touched: bool = False
    division_change: bool = False
    affected: Affected = Affected()
    item_id: str = ""
    case_number: str = ""

    @property
    def villages(self) -> tuple[UnitFacts, ...]:
        """The villages among the units before: each of them must consent."""
        return tuple(unit for unit in self.before if unit.kind == "village")


@dataclass(frozen=True)
class NameHit:
    """A name that stands in the way of a unit's name. ``how``: ``same`` or ``sound``."""

    how: str
    id: str
    name: str
    where: str = ""


@dataclass(frozen=True)
class CodeUse:
    """A unit that carries or carried a code."""

    unit_id: str
    name: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class FeatureLine:
    """A mapped line a border may follow. ``kind``: ``road`` or ``river``."""

    kind: str
    name: str
    geometry: BaseGeometry = field(compare=False)


class Questions(Protocol):
    """What a boundary rule may ask of the register."""

    def names_like(self, name: str, district_id: str) -> Sequence[NameHit]:
        """Return villages and communities of the district with the same name or the same sound (domain V-09)."""

    def uses_of_code(self, code: str) -> Sequence[CodeUse]:
        """Return every unit that carries or ever carried a twelve-digit code."""

    def lines_near(self, geometry: BaseGeometry, distance_m: float) -> Sequence[FeatureLine]:
        """Return roads and rivers within ``distance_m`` metres of a frame geometry."""
