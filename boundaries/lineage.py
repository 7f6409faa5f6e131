"""Who came before and after a unit, and what a dead code means today. Reads the register only.

A code is never a key: which unit bore it, and when, is read from the versions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from boundaries.models import Unit, UnitLineage, UnitVersion
from geoapp.core.effective import in_force, known
from geoapp.core.errors import NotFound


def successors(unit_id: UUID, known_at: int | None = None) -> QuerySet[UnitLineage]:
    """Return the arrows that leave a unit, as known after an act (None: now), in order of date."""
    return known(UnitLineage.objects.filter(from_unit_id=unit_id), known_at).order_by("effective", "row")


def predecessors(unit_id: UUID, known_at: int | None = None) -> QuerySet[UnitLineage]:
    """Return the arrows that reach a unit, as known after an act (None: now), in order of date."""
    return known(UnitLineage.objects.filter(to_unit_id=unit_id), known_at).order_by("effective", "row")


@dataclass(frozen=True)
class CodeSpan:
    """A code a unit bore from one day to another (exclusive; None: still)."""

    code: str
    valid_from: date
    valid_to: date | None


def code_history(unit_id: UUID, known_at: int | None = None) -> list[CodeSpan]:
    """Return the codes of a unit in order; neighbouring spans of one code are joined."""
    spans: list[CodeSpan] = []
    rows = known(UnitVersion.objects.filter(unit_id=unit_id), known_at).order_by("valid_from")
    for code, start, stop in rows.values_list("code", "valid_from", "valid_to"):
        last = spans[-1] if spans else None
        if last and last.code == code and last.valid_to == start:
            spans[-1] = CodeSpan(code, last.valid_from, stop)
        else:
            spans.append(CodeSpan(code, start, stop))
    return spans


@dataclass(frozen=True)
class Resolution:
    """What a code or unit means on a day.

    ``units`` are those that bore the code; ``living`` the versions in law that day, their own or of successors;
    ``trail`` the arrows followed; ``ended`` the last day's end of the asked units when none of them lives (None
    while one does). Nothing living and ``ended`` set: no successor is on record.
    """

    asked: str
    on: date
    units: tuple[UUID, ...]
    living: tuple[UnitVersion, ...]
    trail: tuple[UnitLineage, ...]
    ended: date | None


def resolve(reference: str | UUID, on: date, known_at: int | None = None) -> Resolution:
    """Follow a code or a unit's id to what stands in its place on a day, however many changes lie between.

    A unit that lives answers for itself, under whatever code it has now. Raises NotFound when no unit has that id
    or ever bore that code.
    """
    units = _units(reference, known_at)
    living: dict[UUID, UnitVersion] = {}
    trail: dict[int, UnitLineage] = {}
    seen, waiting = set(units), list(units)
    while waiting:
        unit_id = waiting.pop(0)
        version = in_force(UnitVersion.objects.filter(unit_id=unit_id), on, known_at).first()
        if version is not None:
            living[unit_id] = version
            continue
        for arrow in successors(unit_id, known_at).filter(effective__lte=on):
            trail[arrow.row] = arrow
            if arrow.to_unit_id not in seen:
                seen.add(arrow.to_unit_id)
                waiting.append(arrow.to_unit_id)
    ended = None if any(u in living for u in units) else _ended(units, on, known_at)
    found = tuple(sorted(living.values(), key=lambda v: v.code))
    return Resolution(str(reference), on, tuple(units), found, tuple(trail.values()), ended)


def _units(reference: str | UUID, known_at: int | None) -> list[UUID]:
    key = _as_uuid(reference)
    versions = known(UnitVersion.objects.all(), known_at)
    found = versions.filter(unit_id=key) if key else versions.filter(code=str(reference))
    units = list(dict.fromkeys(found.order_by("valid_from", "row").values_list("unit_id", flat=True)))
    if not units:
        raise NotFound(
            _("没有区划单位用过“%(code)s”") % {"code": reference},
            field="code",
            remedy=_("请核对 12 位统计用区划代码"),
        )
    return units


def _as_uuid(reference: str | UUID) -> UUID | None:
    if isinstance(reference, UUID):
        return reference
    try:
        # Codes are digits only, 12 at most: never mistaken for the 32 of an id.
        return UUID(reference)
    except ValueError:
        return None


def _ended(units: Iterable[UUID], on: date, known_at: int | None) -> date | None:
    rows = known(UnitVersion.objects.filter(unit_id__in=list(units), valid_to__lte=on), known_at)
    return rows.order_by("-valid_to").values_list("valid_to", flat=True).first()


@dataclass(frozen=True)
class LineageGraph:
    """Every unit joined to one by arrows, however far, and the arrows; units by their last version."""

    units: dict[UUID, UnitVersion]
    arrows: tuple[UnitLineage, ...]


def lineage_graph(unit_id: UUID, known_at: int | None = None) -> LineageGraph:
    """Return the family of a unit. Raises NotFound when there is no such unit on record."""
    if not Unit.objects.filter(pk=unit_id).exists():
        raise NotFound(_("没有这个区划单位"), remedy=_("请从首页搜索名称"))
    family, fresh = {unit_id}, {unit_id}
    arrows: dict[int, UnitLineage] = {}
    while fresh:
        beside = Q(from_unit_id__in=fresh) | Q(to_unit_id__in=fresh)
        found = known(UnitLineage.objects.filter(beside), known_at)
        arrows |= {arrow.row: arrow for arrow in found}
        fresh = {u for a in arrows.values() for u in (a.from_unit_id, a.to_unit_id)} - family
        family |= fresh
    versions = known(UnitVersion.objects.filter(unit_id__in=family), known_at).order_by("valid_from")
    ordered = sorted(arrows.values(), key=lambda a: (a.effective, a.row))
    return LineageGraph({v.unit_id: v for v in versions}, tuple(ordered))
