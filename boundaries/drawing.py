"""What an adjustment makes of the land: its operations replayed on the register, and the proof.

Geometry in the city frame. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import shapely

from boundaries.editing import (
    STANDARD,
    Coverage,
    InsertedNode,
    InsertNode,
    Land,
    Limits,
    MoveEdge,
    RedrawBetween,
    Refused,
    Split,
    Transfer,
    apply,
    open_unit,
)
from boundaries.editing.grid import line_of
from boundaries.ground import Ground, ground_around, uuids
from boundaries.instructions import Instruction, Lock, Reparent, locks_in, named_in
from boundaries.models import UnitVersion
from boundaries.proof import MOST_DISPLACEMENT_MM, Certificate, prove, prove_all
from boundaries.proposed import ProposedUnit
from geoapp.core.effective import in_force


@dataclass(frozen=True)
class Drawn:
    """Land before and after, which units really change, and what stands in the way.

    ``moved`` are the units whose land, kind or parent changes (gone and new ones too); ``touched`` adds those that
    only receive a corner. ``refused`` and ``refused_at`` tell which operation was refused; then ``after`` is the
    land up to it and there is no certificate.
    """

    ground: Ground
    after: Coverage
    moved: tuple[str, ...]
    touched: tuple[str, ...]
    operations: tuple[Instruction, ...]
    inserted: tuple[InsertedNode, ...] = ()
    refused: Refused | None = None
    refused_at: int = -1
    certificate: Certificate | None = None
    parents: tuple[str, ...] = ()
    new_lines: tuple[Any, ...] = field(default=(), compare=False)

    @property
    def names(self) -> dict[str, str]:
        """What to call each unit, by id: those in the register, and those the drawing makes."""
        made = {unit: self.after[unit].label for unit in self.after}
        return made | {unit: version.name for unit, version in self.ground.versions.items()}

    @property
    def before(self) -> Coverage:
        """The land as the register has it."""
        return self.ground.coverage


def draw(
    operations: Sequence[Instruction],
    units: Mapping[str, ProposedUnit],
    on: date,
    *,
    known_at: int | None = None,
    limits: Limits = STANDARD,
    near: Collection[str] = (),
) -> Drawn:
    """Replay operations on the land in law on a day and prove the result; units the list locks are left alone.

    ``units`` gives the figures and kinds the units shall have; ``near`` names units to read when no operation does
    (a rename, an opening workbench).
    """
    locks = locks_in(operations)
    ids = named_in(operations) | set(units) | set(near) | set(locks)
    crossing = [op for op in operations if isinstance(op, Reparent)]
    if crossing:
        ids |= _towns_filled(crossing, on, known_at)
    ground = ground_around(ids, on, known_at=known_at, locked=locks)
    coverage, inserted = ground.coverage, []
    moved: set[str] = {u for u in units if u in coverage}
    parents: set[str] = set()
    for n, op in enumerate(operations):
        if isinstance(op, Lock):
            continue
        try:
            if isinstance(op, Reparent):
                coverage, towns = _reparent(coverage, op)
                parents |= towns
                moved |= set(op.units)
                continue
            edited = apply(coverage, op, limits)
        except Refused as refusal:
            return _drawn(
                ground, coverage, moved, operations, inserted, parents, refused=refusal, refused_at=n
            )
        if not isinstance(op, InsertNode):
            moved |= {u for u in edited.changed if _really(coverage.get(u), edited.coverage.get(u))}
        parents |= set(edited.changed_parents)
        inserted += edited.inserted
        coverage = edited.coverage
    for unit in units.values():
        land = coverage.get(unit.id)
        if unit.becomes and land is not None:
            coverage = coverage.replaced({unit.id: None, unit.becomes: replace(land, id=unit.becomes)}, {})
            moved |= {unit.id, unit.becomes}
    if crossing:
        certificate = _prove_towns(coverage, parents)
        drawn = _drawn(ground, coverage, moved, operations, inserted, parents)
        return replace(drawn, certificate=certificate)
    certificate = prove(
        ground.coverage,
        coverage,
        inserted=inserted,
        households=_figures(ground, coverage, units, "households"),
        population=_figures(ground, coverage, units, "population"),
    )
    drawn = _drawn(ground, coverage, moved, operations, inserted, parents)
    return replace(drawn, certificate=certificate)


def _drawn(
    ground: Ground,
    after: Coverage,
    moved: set[str],
    operations: Sequence[Instruction],
    inserted: Sequence[InsertedNode],
    parents: set[str],
    *,
    refused: Refused | None = None,
    refused_at: int = -1,
) -> Drawn:
    touched = ground.coverage.differing(after) | moved
    return Drawn(
        ground,
        after,
        tuple(sorted(moved)),
        tuple(sorted(touched)),
        tuple(operations),
        tuple(inserted),
        refused,
        refused_at,
        parents=tuple(sorted(parents)),
        new_lines=tuple(_within(_new_lines(operations), ground.coverage, moved)),
    )


def _within(lines: Iterable[Any], before: Coverage, moved: Collection[str]) -> list[Any]:
    """Return drawn lines cut to the land that changes: what overshoots it is no border."""
    land = shapely.union_all([before[unit].geometry for unit in moved if unit in before])
    cut = [shapely.intersection(line, land) for line in lines]
    return [line for line in cut if not line.is_empty and line.length > 0]


def _really(before: Land | None, after: Land | None) -> bool:
    """Say whether more than corners changed: a corner put on a line moves it by a rounding to the millimetre."""
    if before is None or after is None or before.kind != after.kind or before.parent != after.parent:
        return True
    if before.geometry is after.geometry:
        return False
    moved_m2 = float(shapely.symmetric_difference(before.geometry, after.geometry).area)
    return moved_m2 > MOST_DISPLACEMENT_MM / 1000 * before.geometry.length


def _new_lines(operations: Iterable[Instruction]) -> list[Any]:
    found = []
    for op in operations:
        if isinstance(op, (MoveEdge, RedrawBetween)):
            found.append(line_of(op.line))
        elif isinstance(op, Split):
            found += [line_of(line) for line in op.lines]
        elif isinstance(op, Transfer):
            found.append(line_of(op.polygon[0]))
    return found


def _reparent(coverage: Coverage, op: Reparent) -> tuple[Coverage, set[str]]:
    lands = []
    for unit in op.units:
        lands.append(open_unit(coverage, unit))
    target = coverage.parents.get(op.parent)
    if target is None:
        raise Refused("unknown", "没有这个镇街，或它不在相邻范围内", remedy="请选择接收的镇街")
    sources = {land.parent for land in lands if land.parent != op.parent}
    if not sources:
        raise Refused("same_parent", "这些单位已属该镇街", remedy="请核对接收的镇街")
    pieces = [land.geometry for land in lands if land.parent != op.parent]
    changed: dict[str, Land] = {}
    grown = shapely.coverage_union_all([target.geometry, *pieces])
    changed[op.parent] = target.with_geometry(grown)
    for source in sources:
        old = coverage.parents[source]
        leaving = [land.geometry for land in lands if land.parent == source]
        changed[source] = old.with_geometry(_without(old.geometry, leaving))
    if len({coverage.parents[s].parent for s in sources} | {target.parent}) > 1:
        raise Refused("district", "划转跨越市辖区界线", remedy="须先变更市辖区界线，由国务院或省人民政府审批")
    units = {land.id: replace(land, parent=op.parent) for land in lands}
    return coverage.replaced(units, changed), set(changed)


def _towns_filled(crossing: Sequence[Reparent], on: date, known_at: int | None) -> set[str]:
    """Return the units of every town that gives or takes: their outlines are proved whole."""
    standing = in_force(UnitVersion.objects.filter(geom__isnull=False), on, known_at)
    going = [unit for op in crossing for unit in op.units]
    towns = {op.parent for op in crossing}
    towns |= {str(p) for p in standing.filter(unit_id__in=uuids(going)).values_list("parent_id", flat=True)}
    return {str(u) for u in standing.filter(parent_id__in=uuids(towns)).values_list("unit_id", flat=True)}


def _prove_towns(coverage: Coverage, towns: Collection[str]) -> Certificate:
    """Prove the towns that gave or took units: each is filled by its units exactly."""
    units = [land for land in coverage.lands() if land.parent in towns]
    outlines = [replace(coverage.parents[town], parent="") for town in towns]
    return prove_all(Coverage(units, outlines), hashes=True)


def _without(whole: Any, pieces: Sequence[Any]) -> Any:
    """Return an outline less some of its units. Their vertices are shared, so that no vertex moves."""
    rest = shapely.difference(whole, shapely.coverage_union_all(list(pieces)))
    return shapely.multipolygons([p for p in shapely.get_parts(rest) if p.geom_type == "Polygon"])


def _figures(
    ground: Ground, after: Coverage, units: Mapping[str, ProposedUnit], key: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Return a figure by unit id before and after: what is given, else what the register has."""
    before = {i: int(getattr(v, key)) for i, v in ground.versions.items() if i in ground.coverage}
    now = {}
    for unit in after:
        given = getattr(units[unit], key) if unit in units else None
        if given is None:
            given = before.get(unit)
        if given is not None:
            now[unit] = given
    return before, now


def version_of(drawn: Drawn, unit: str) -> UnitVersion | None:
    """Return the register's version of a unit, None for a new one."""
    return drawn.ground.versions.get(unit)
