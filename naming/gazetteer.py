"""The register of names: writing a street into it, and finding what is in it.

Everything here runs inside the transaction of the act whose ``seq`` it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries import register
from boundaries.models import BuiltUpArea, UnitVersion
from geoapp.core import frame, wording
from geoapp.core.effective import begin, in_force, known, succeed
from geoapp.core.errors import BadInput, Conflict
from geoapp.core.geometry import frame_geos, multiline, to_shapely
from geoapp.core.models import Jurisdiction
from naming.checks.proposal import Scope
from naming.language.keys import SoundKeys, sound_keys
from naming.language.normalise import normalise_name
from naming.language.reading import read_name, with_tones
from naming.language.romanise import NotPinyin, parse_romanised, romanise, sign_form
from naming.language.split import NameParts, split_name
from naming.models import PlaceName, PlaceNameVersion, StreetVersion

LEAST_SHARE_M = 5.0
"""A line that touches an area for less than this does not run through it."""


@dataclass(frozen=True)
class Approval:
    """Who approved a name, when and in which document; empty for names taken over without one."""

    approver: str = ""
    doc_no: str = ""
    approved_on: date | None = None
    case_number: str = ""


@dataclass(frozen=True)
class Location:
    """Where a street lies: scopes of uniqueness, the town that keeps it, and words for people."""

    scopes: tuple[Scope, ...]
    areas: tuple[BuiltUpArea, ...]
    districts: tuple[UnitVersion, ...]
    towns: tuple[UnitVersion, ...]

    @property
    def where(self) -> str:
        """District and town in words (南海区桂城街道、大沥镇)."""
        if not self.districts:
            return ""
        return self.districts[0].name + "、".join(town.name for town in self.towns)

    @property
    def compared_ids(self) -> list[str]:
        """The ids under which this street is found by others: its built-up areas and its districts."""
        return [s.id for s in self.scopes if s.kind == "built_up_area"] + [
            str(d.unit.jurisdiction_id) for d in self.districts
        ]


def locate(geometry: BaseGeometry, on: date) -> Location:
    """Find where a frame line lies; the built-up areas are its scopes, failing that its districts."""
    areas = register.built_up_areas_meeting(geometry, on, least_m=LEAST_SHARE_M)
    districts = register.units_by_share("district", geometry, on, least_m=LEAST_SHARE_M)
    towns = register.units_by_share("town", geometry, on, least_m=LEAST_SHARE_M)
    scopes = tuple(Scope(str(a.pk), a.name) for a in areas) or tuple(
        Scope(str(d.unit.jurisdiction_id), d.name, "district") for d in districts
    )
    return Location(scopes, tuple(areas), tuple(districts), tuple(towns))


@dataclass(frozen=True)
class NameForm:
    """A name taken apart and read: everything the register keeps about its form."""

    name: str
    parts: NameParts
    syllables: tuple[str, ...]
    pinyin_std: str
    pinyin_sign: str
    keys: SoundKeys

    def columns(self) -> dict[str, Any]:
        """Return the columns of ``PlaceNameVersion`` that follow from the form."""
        return {
            "name": self.name,
            "specific": self.parts.specific,
            "modifier": self.parts.modifier,
            "generic": self.parts.generic,
            "stem": self.parts.stem,
            "ordinal": self.parts.ordinal,
            "normalised": normalise_name(self.name),
            "pinyin_std": self.pinyin_std,
            "pinyin_sign": self.pinyin_sign,
            "key_toned": self.keys.toned,
            "key_toneless": self.keys.toneless,
            "key_fuzzy": self.keys.fuzzy,
            "key_initials": self.keys.initials,
            "key_jyutping": self.keys.jyutping,
            "key_jyutping_toneless": self.keys.jyutping_toneless,
        }


def form_of(name: str, pinyin: str = "", *, category: str = "STR") -> NameForm:
    """Read a name; a given pinyin wins over the suggested reading.

    Raises BadInput when the pinyin cannot be read as syllables.
    """
    parts = split_name(name, category=category)
    syllables = read_name(name, parts=parts).syllables
    if pinyin:
        try:
            syllables = with_tones(parse_romanised(pinyin), syllables)
        except NotPinyin as error:
            why = error.english if wording.english() else str(error)
            raise BadInput(
                _("拼音“%(pinyin)s”读不懂：%(error)s") % {"pinyin": pinyin, "error": why},
                field="pinyin",
                remedy=_("请按“Zǔmiào Lù”的样式填写，标声调"),
            ) from None
    roman = romanise(name, syllables, category=category)
    return NameForm(name, parts, tuple(syllables), roman, sign_form(roman), sound_keys(name, syllables))


def register_street(
    form: NameForm,
    geometry: BaseGeometry,
    *,
    seq: int,
    valid_from: date,
    location: Location,
    meaning: str = "",
    approval: Approval | None = None,
    use_state: str = "standard",
    existing_duplicate: bool = False,
    extent: dict[str, Any] | None = None,
    synthetic: bool = False,
) -> PlaceName:
    """Enter a street with its name and extent. ``extent`` holds width, class, ends, roles.

    Raises BadInput when the line lies in no town of the register.
    """
    if not location.towns or not location.scopes:
        raise BadInput(_("线路不在本市任何镇街内"), field="geometry", remedy=_("请核对位置"))
    approval = approval or Approval()
    place = PlaceName.objects.create(category="STR", synthetic=synthetic)
    begin(
        PlaceNameVersion,
        seq=seq,
        valid_from=valid_from,
        place=place,
        meaning=meaning,
        use_state=use_state,
        existing_duplicate=existing_duplicate,
        scope=location.scopes[0].id,
        scopes=location.compared_ids,
        scope_name="、".join(scope.name for scope in location.scopes),
        approver=approval.approver,
        doc_no=approval.doc_no,
        approved_on=approval.approved_on,
        case_number=approval.case_number,
        **form.columns(),
    )
    begin(
        StreetVersion,
        seq=seq,
        valid_from=valid_from,
        place=place,
        **extent_columns(geometry, location, extent or {}),
    )
    return place


def rename_street(
    place_id: UUID,
    form: NameForm,
    *,
    seq: int,
    valid_from: date,
    old_name: str,
    meaning: str = "",
    approval: Approval | None = None,
) -> PlaceNameVersion:
    """Give a registered street another name from a day on; the old name ends that day, the extent stays.

    Raises Conflict when the street is no longer called ``old_name`` on that day.
    """
    approval = approval or Approval()
    standing = in_force(PlaceNameVersion.objects.filter(place_id=place_id), valid_from).first()
    extent = in_force(StreetVersion.objects.filter(place_id=place_id), valid_from).first()
    if standing is None or extent is None or standing.name != old_name:
        raise Conflict(
            _("“%(old)s”在 %(day)s 已不是这条街路巷的名称") % {"old": old_name, "day": valid_from},
            remedy=_("请核对这条街路巷现在的名称后重新申请"),
        )
    location = locate(to_shapely(extent.geom), valid_from)
    renamed: PlaceNameVersion = succeed(
        standing,
        seq=seq,
        valid_from=valid_from,
        meaning=meaning,
        use_state="standard",
        existing_duplicate=False,
        scope=location.scopes[0].id if location.scopes else None,
        scopes=location.compared_ids,
        scope_name="、".join(scope.name for scope in location.scopes),
        approver=approval.approver,
        doc_no=approval.doc_no,
        approved_on=approval.approved_on,
        case_number=approval.case_number,
        **form.columns(),
    )
    return renamed


def extent_columns(geometry: BaseGeometry, location: Location, extent: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of ``StreetVersion`` for a frame line."""
    lines = multiline(geometry)
    return {
        "geom": frame_geos(lines),
        "length_m": round(frame.frame_length_m(lines), 3),
        "town": location.towns[0].unit.jurisdiction,
        "built_up_area": location.areas[0] if location.areas else None,
        "where": location.where,
        "roles": list(extent.get("roles") or ["main"] * len(lines.geoms)),
        "width_m": extent.get("width_m"),
        "road_class": extent.get("road_class", ""),
        "start_text": extent.get("start_text", ""),
        "end_text": extent.get("end_text", ""),
        "parent_street": extent.get("parent_street"),
    }


def names(on: date, known_at: int | None = None) -> QuerySet[PlaceNameVersion]:
    """Return the names in law on a day as known after an act (None: now)."""
    return in_force(PlaceNameVersion.objects.all(), on, known_at)


def history(place: PlaceName, known_at: int | None = None) -> list[PlaceNameVersion]:
    """Return a place's names on record, oldest first."""
    return list(known(place.names.all(), known_at).order_by("valid_from"))


def jurisdictions_of(location: Location) -> Sequence[Jurisdiction]:
    """Return the towns' jurisdictions a street lies in."""
    return [town.unit.jurisdiction for town in location.towns if town.unit.jurisdiction]


def smallest_jurisdiction(locations: Iterable[Location]) -> Jurisdiction | None:
    """Return the lowest jurisdiction that holds all the streets: a town, a district or the city."""
    towns = {j.pk: j for location in locations for j in jurisdictions_of(location)}
    if not towns:
        return None
    if len(towns) == 1:
        return next(iter(towns.values()))
    districts = {j.parent_id for j in towns.values()}
    if len(districts) == 1:
        return Jurisdiction.objects.get(pk=districts.pop())
    return Jurisdiction.objects.get(level="city")
