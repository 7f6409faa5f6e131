"""Who and what an adjustment touches, before anybody decides: addresses, streets, signs, households, documents.

Geometry in the city frame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from django.utils.translation import gettext as _

from boundaries.checks.proposal import Affected
from boundaries.drawing import Drawn
from boundaries.instructions import Reparent
from boundaries.ports import Premise, StreetOnLand, ports


@dataclass(frozen=True)
class Move:
    """An address that another community shall hold."""

    premise: Premise
    from_unit: str
    to_unit: str


@dataclass(frozen=True)
class UnitBalance:
    """A unit before and after: area (m², frame), households, population, addresses; None where it is not."""

    id: str
    name: str
    name_after: str
    area_before_m2: float | None
    area_after_m2: float | None
    households_before: int | None
    households_after: int | None
    population_before: int | None
    population_after: int | None
    addresses_before: int
    addresses_after: int


@dataclass(frozen=True)
class Impact:
    """The impact statement of one item."""

    balances: tuple[UnitBalance, ...]
    moves: tuple[Move, ...]
    homeless: tuple[Premise, ...]
    streets: tuple[StreetOnLand, ...]
    signs: int
    moved_area_m2: float
    told: tuple[str, ...]


def moved_land(drawn: Drawn) -> Any:
    """Return the land that changes hands (frame polygon, may be empty)."""
    pieces = []
    for unit in drawn.moved:
        old, new = drawn.before.get(unit), drawn.after.get(unit)
        if new is None:
            continue
        pieces.append(new.geometry if old is None else shapely.difference(new.geometry, old.geometry))
    found = shapely.union_all(pieces) if pieces else shapely.Polygon()
    areas = [p for p in shapely.get_parts(found) if p.geom_type == "Polygon" and p.area > 0.01]
    return shapely.MultiPolygon(areas)


def moves_of(drawn: Drawn, on: date) -> tuple[list[Move], list[Premise]]:
    """Return the addresses that change their community, and those that lie in none of the units after."""
    holders = [u for u in drawn.moved if u in drawn.before]
    if not holders:
        return [], []
    return _placed(drawn, ports().premises_in(holders, on))


def _placed(drawn: Drawn, premises: Sequence[Premise]) -> tuple[list[Move], list[Premise]]:
    units = [u for u in drawn.touched if u in drawn.after]
    moves, homeless = [], []
    # The tree holds the points: what is asked of it is prepared once, and outlines have thousands of vertices.
    tree = shapely.STRtree([p.point for p in premises])
    found: dict[int, list[str]] = {}
    for unit in units:
        for n in tree.query(drawn.after[unit].geometry, predicate="intersects").tolist():
            found.setdefault(n, []).append(unit)
    for n, premise in enumerate(premises):
        at = found.get(n, [])
        if premise.community in at:
            continue
        if not at:
            homeless.append(premise)
        else:
            moves.append(Move(premise, premise.community, min(at)))
    return moves, homeless


@dataclass(frozen=True)
class Located:
    """Where the addresses on some land go, as the register had them after act ``seq`` or a later one."""

    seq: int
    outlines: str
    moves: tuple[Move, ...]
    homeless: tuple[Premise, ...]


def locate(drawn: Drawn, on: date, *, seq: int) -> Located:
    """Ask where addresses go; ``seq`` is the last act, read before."""
    moves, homeless = moves_of(drawn, on)
    return Located(seq, outlines_of(drawn), tuple(moves), tuple(homeless))


def outlines_of(drawn: Drawn) -> str:
    """Return a digest of all that decides where addresses go: who holds them now, and the outlines afterwards."""
    digest = hashlib.sha256(repr([u for u in drawn.moved if u in drawn.before]).encode())
    for unit in drawn.touched:
        if unit in drawn.after:
            digest.update(unit.encode() + bytes(shapely.to_wkb(drawn.after[unit].geometry)))
    return digest.hexdigest()


def moves_since(
    located: Located | None, drawn: Drawn, on: date, *, quiet: int
) -> tuple[list[Move], list[Premise]]:
    """Return what ``moves_of`` returns, asking only about the addresses changed since they were located.

    ``quiet`` is an act after which nobody has changed addresses.
    """
    if located is None or located.outlines != outlines_of(drawn):
        return moves_of(drawn, on)
    holders = [u for u in drawn.moved if u in drawn.before]
    changed = ports().premises_changed(holders, located.seq) if located.seq != quiet else set()
    if not changed:
        return list(located.moves), list(located.homeless)
    moves, homeless = _placed(drawn, ports().premises_in(holders, on, among=changed))
    return (
        [*(m for m in located.moves if m.premise.id not in changed), *moves],
        [*(p for p in located.homeless if p.id not in changed), *homeless],
    )


def affected_by(drawn: Drawn, on: date) -> Affected:
    """Return the counts the rules judge."""
    moves, homeless = moves_of(drawn, on)
    land = moved_land(drawn)
    streets = ports().streets_in(land, on) if not land.is_empty else ()
    signs = ports().signs_in(land, on) if not land.is_empty else 0
    return Affected(len(moves) + len(homeless), len(streets), signs, 0, len(moves))


def impact_of(drawn: Drawn, units: Any, on: date) -> Impact:
    """Return the whole statement. ``units`` are the proposed units by id."""
    moves, homeless = moves_of(drawn, on)
    land = moved_land(drawn)
    streets = tuple(ports().streets_in(land, on)) if not land.is_empty else ()
    holders = [u for u in drawn.moved if u in drawn.before]
    counts: dict[str, int] = {}
    for premise in ports().premises_in(holders, on):
        counts[premise.community] = counts.get(premise.community, 0) + 1
    after = dict(counts)
    for move in moves:
        after[move.from_unit] = after.get(move.from_unit, 0) - 1
        after[move.to_unit] = after.get(move.to_unit, 0) + 1
    balances = tuple(_balance(drawn, units, unit, counts, after) for unit in drawn.moved)
    signs = ports().signs_in(land, on) if not land.is_empty else 0
    told = _told(drawn, bool(moves), bool(streets))
    return Impact(balances, tuple(moves), tuple(homeless), streets, signs, float(land.area), told)


def _balance(
    drawn: Drawn, units: Any, unit: str, counts: dict[str, int], after: dict[str, int]
) -> UnitBalance:
    old, new = drawn.before.get(unit), drawn.after.get(unit)
    version, given = drawn.ground.versions.get(unit), units.get(unit)

    def figure(key: str) -> int | None:
        if new is None:
            return None
        value = getattr(given, key) if given else None
        return getattr(version, key) if value is None and version else value

    return UnitBalance(
        unit,
        version.name if version else "",
        (given.name if given and given.name else version.name if version else "") if new else "",
        float(old.geometry.area) if old else None,
        float(new.geometry.area) if new else None,
        version.households if version else None,
        figure("households"),
        version.population if version else None,
        figure("population"),
        counts.get(unit, 0),
        after.get(unit, 0) if new else 0,
    )


def _told(drawn: Drawn, addresses: bool, streets: bool) -> tuple[str, ...]:
    """Return who must be told, in words (domain 6: police, statistics, natural resources, the town)."""
    told = [_("镇街"), _("区民政局"), _("统计部门")]
    if addresses:
        told += [_("公安机关（门楼号牌与户籍登记）"), _("不动产登记机构"), _("所涉住户")]
    if streets:
        told.append(_("地名标志管理单位"))
    if any(isinstance(op, Reparent) for op in drawn.operations):
        told.append(_("自然资源部门（界线勘定）"))
    return tuple(told)


def rows_for_people(impact: Impact, names: dict[str, str]) -> Sequence[tuple[str, str, str]]:
    """Return the moved addresses as (text, from, to) rows."""
    return [
        (m.premise.text, names.get(m.from_unit, m.from_unit), names.get(m.to_unit, m.to_unit))
        for m in impact.moves
    ]
