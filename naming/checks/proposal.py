"""What a naming rule judges, and the questions it may ask. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from shapely.geometry.base import BaseGeometry

from naming.language.keys import SoundKeys
from naming.language.split import NameParts


@dataclass(frozen=True)
class Scope:
    """An area in which a street name must be unique: a built-up area, failing that the district."""

    id: str
    name: str
    kind: str = "built_up_area"


@dataclass(frozen=True)
class Authority:
    """The row of the approval authority table that the case cites."""

    level: str
    approver: str
    legal_basis: str
    delegation_document: str = ""
    source_status: str = "UNVERIFIED"


@dataclass(frozen=True)
class Sibling:
    """Another item of the same case, still pending."""

    item_id: str
    seq: int
    name: str
    normalised: str
    parts: NameParts
    keys: SoundKeys
    scope_ids: frozenset[str]
    geometry: BaseGeometry | None = None


@dataclass(frozen=True)
class NameProposal:
    """One street to be named. Geometry: MultiLineString in the city frame (metres, x east, y north).

    ``syllables`` are the tone-marked syllables of ``pinyin`` or, when none was given, the suggested reading;
    ``pinyin_error`` says why a given pinyin could not be read, ``pinyin_error_en`` the same in English. ``mended`` lists look-alike letters that were
    replaced in it (``U+0261``). ``street_id`` is set when the street is registered already (rename, extent).
    A renaming says why (``trigger``: ``division construction nature other``, ``legal_basis`` in words), what the
    place was called when it was filed (``old_name``) and what it is called now (``current_name``).
    ``handling_level`` is ``town``, ``district`` or ``city``; empty before the case is filed.
    """

    kind: str
    name: str
    normalised: str
    parts: NameParts
    keys: SoundKeys
    on: date
    category: str = "STR"
    pinyin: str = ""
    syllables: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    pinyin_error: str = ""
    mended: tuple[str, ...] = ()
    geometry: BaseGeometry | None = None
    roles: tuple[str, ...] = ()
    width_m: float | None = None
    scopes: tuple[Scope, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    street_id: str = ""
    case_number: str = ""
    item_id: str = ""
    accept_order: int | None = None
    applicant: str = ""
    applicant_kind: str = ""
    handling_level: str = ""
    authority: Authority | None = None
    pinyin_error_en: str = ""
    trigger: str = ""
    legal_basis: str = ""
    old_name: str = ""
    current_name: str = ""

    @property
    def scope_ids(self) -> frozenset[str]:
        """The ids of the areas in which the name must be unique."""
        return frozenset(scope.id for scope in self.scopes)

    @property
    def scope_names(self) -> str:
        """The areas in words, for messages."""
        return "、".join(scope.name for scope in self.scopes)


@dataclass(frozen=True)
class NamedStreet:
    """A registered street as a rule sees it; geometry in the city frame."""

    id: str
    name: str
    parts: NameParts
    keys: SoundKeys
    scope_ids: frozenset[str]
    where: str = ""
    geometry: BaseGeometry | None = field(default=None, compare=False)


@dataclass(frozen=True)
class OpenItem:
    """A name under way in another case, or reserved in a plan."""

    case_number: str
    item_id: str
    name: str
    same_name: bool
    accept_order: int | None = None
    scope_ids: frozenset[str] = frozenset()
    reserved: bool = False


class Questions(Protocol):
    """What a naming rule may ask of the register. Answers cover the whole city unless said otherwise."""

    def streets_named(self, normalised: str) -> Sequence[NamedStreet]:
        """Return the streets in force (or approved for a later date) with this normalised name."""

    def streets_sounding(self, keys: SoundKeys) -> Sequence[NamedStreet]:
        """Return the streets that share the toned, toneless or Jyutping key."""

    def streets_of_stem(self, stem: str, generic: str) -> Sequence[NamedStreet]:
        """Return the numbered streets of a stem with the same generic term (锦程一路, 锦程二路 …)."""

    def place_of_stem(self, stem: str) -> str:
        """Return the name of a street, village or community called by the stem, or an empty text."""

    def streets_near(self, geometry: BaseGeometry, distance_m: float) -> Sequence[NamedStreet]:
        """Return the streets within ``distance_m`` metres of a frame geometry."""

    def open_items(self, normalised: str, keys: SoundKeys) -> Sequence[OpenItem]:
        """Return items of other open cases with the same name or the same sound."""

    def districts_of(self, geometry: BaseGeometry) -> Sequence[str]:
        """Return the names of the districts a line runs through, longest part first."""

    def city_outline(self) -> BaseGeometry | None:
        """Return the city's outline in the frame, None when the register holds no land."""
