"""Villages and communities too large or too small, by the households of the standing versions.

The band for residents' committees is the law's (V-05); the limits of V-06 are local configuration of the rule profile in
force, UNVERIFIED until a source is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from boundaries.checks import RULES
from boundaries.checks.v_05 import Band, band_on
from boundaries.models import Unit, UnitLineage, UnitVersion
from boundaries.register import units
from geoapp.core.authority import profile_on
from geoapp.core.effective import in_force, known

CLASSES = {
    "far_converted": _lazy("特大型村改社区"),
    "converted": _lazy("村改社区，规模偏大"),
    "village": _lazy("城中村，规模偏大"),
    "far_community": _lazy("特大型社区"),
    "community": _lazy("社区，规模偏大"),
    "above": _lazy("社区，超出法定一般规模"),
    "undersize": _lazy("规模偏小"),
    "below": _lazy("社区，低于法定一般规模"),
}
GUIDANCE = {
    "far_converted": _lazy("以道路、河流中心线分设；集体经济组织和集体资产不随之拆分"),
    "converted": _lazy("研究分设；集体经济组织和集体资产不随之拆分"),
    "village": _lazy("按居住小区另设社区，或者撤村建居；涉及集体资产的先征求集体经济组织意见"),
    "far_community": _lazy("以道路、河流中心线分设，写明居民小区和服务用房的归属"),
    "community": _lazy("研究分设，写明居民小区和服务用房的归属"),
    "above": _lazy("说明理由，或者研究分设"),
    "undersize": _lazy("与相邻单位合并，或者说明单独设置的理由"),
    "below": _lazy("说明设置理由，或者与相邻社区合并"),
}
LARGE = ("far_converted", "far_community", "converted", "village", "community", "above")


@dataclass(frozen=True)
class Limits:
    """What is compared with: the law's band and the profile's limits (households)."""

    band: Band
    oversize: int
    far_oversize: int
    undersize: int
    profile: str
    verified: bool

    @property
    def words(self) -> dict[str, str]:
        """The numbers as they are shown."""
        numbers = {
            "low": self.band.fewest,
            "high": self.band.most,
            "big": self.oversize,
            "far": self.far_oversize,
            "small": self.undersize,
        }
        return {key: f"{value:,}" for key, value in numbers.items()}


@dataclass(frozen=True)
class Sized:
    """One unit outside the limits."""

    version: UnitVersion
    town: str
    district: str
    kind: str

    @property
    def title(self) -> str:
        """The class in words."""
        return str(CLASSES[self.kind])

    @property
    def guidance(self) -> str:
        """What may be done."""
        return str(GUIDANCE[self.kind])

    @property
    def households(self) -> str:
        """The households with thousands marked (Django groups Chinese numbers by four)."""
        return f"{self.version.households:,}"

    @property
    def large(self) -> bool:
        """Whether it is too large (else too small)."""
        return self.kind in LARGE


def limits_on(on: date) -> Limits:
    """Return what sizes are judged by on a day. Raises NotReady when no rule profile is in force."""
    profile = profile_on(on)
    card = next(card for card in RULES if card.code == "V-06")
    values: Mapping[str, Any] = profile.parameters("V-06", card.parameters)
    return Limits(
        band_on(on),
        int(values["oversize_households"]),
        int(values["far_oversize_households"]),
        int(values["undersize_households"]),
        profile.label,
        profile.source_status != "UNVERIFIED",
    )


def unusual_sizes(on: date, limits: Limits | None = None) -> list[Sized]:
    """Return the villages and communities outside the limits on a day, the largest first.

    Units without a household count (0) are left out, for nobody counted them; so are virtual ones.
    """
    limits = limits or limits_on(on)
    above = {
        v.unit_id: v
        for v in in_force(UnitVersion.objects.exclude(unit__level=Unit.Level.COMMUNITY), on).defer("geom")
    }
    converted = _converted(on)
    found = []
    for version in units(Unit.Level.COMMUNITY, on).filter(landless=False, households__gt=0).defer("geom"):
        kind = classify(version.kind, version.households, version.unit_id in converted, limits)
        if kind:
            town = above.get(version.parent_id)
            district = above.get(town.parent_id) if town else None
            found.append(Sized(version, town.name if town else "", district.name if district else "", kind))
    return sorted(found, key=lambda s: (-s.version.households, s.version.code))


def classify(kind: str, households: int, converted: bool, limits: Limits) -> str:
    """Return the class of a unit's size, "" when it is usual. ``converted``: a community that was a village."""
    if households > limits.oversize:
        far = "far_" if households > limits.far_oversize else ""
        if kind == UnitVersion.Kind.VILLAGE:
            return "village"
        return f"{far}{'converted' if converted else 'community'}"
    if households < limits.undersize:
        return "undersize"
    if kind == UnitVersion.Kind.COMMUNITY:
        if households > limits.band.most:
            return "above"
        if households < limits.band.fewest:
            return "below"
    return ""


def _converted(on: date) -> set[UUID]:
    """Return the units that were villages before a day, or came from one by 村改居."""
    rows = known(UnitVersion.objects.filter(kind=UnitVersion.Kind.VILLAGE, valid_to__lte=on))
    arrows = UnitLineage.objects.filter(
        kind=UnitLineage.Kind.VILLAGE_TO_COMMUNITY, act_out__isnull=True, effective__lte=on
    )
    return {*rows.values_list("unit_id", flat=True), *arrows.values_list("to_unit_id", flat=True)}


def summary(found: list[Sized]) -> list[tuple[str, str, int]]:
    """Return class, its words and how many there are, for the classes that occur."""
    counts = [(kind, str(words), sum(s.kind == kind for s in found)) for kind, words in CLASSES.items()]
    return [row for row in counts if row[2]]


COLUMNS = (
    _lazy("代码"),
    _lazy("名称"),
    _lazy("区"),
    _lazy("镇街"),
    _lazy("类别"),
    _lazy("户数"),
    _lazy("人口"),
    _lazy("规模"),
    _lazy("处理方向"),
    _lazy("限值来源"),
)


def rows_of(found: list[Sized], limits: Limits) -> list[list[Any]]:
    """Return the list as rows of a table, in the order of ``COLUMNS``."""
    source = limits.profile if limits.verified else _("%(profile)s（未核实）") % {"profile": limits.profile}
    return [
        [
            s.version.code,
            s.version.name,
            s.district,
            s.town,
            s.version.get_kind_display(),  # type: ignore[attr-defined]
            s.version.households,
            s.version.population,
            s.title,
            s.guidance,
            source,
        ]
        for s in found
    ]
