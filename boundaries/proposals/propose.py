"""Proposals for splitting one unit: networks of lines, corridors through them, plans proved and ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing import STANDARD, Coverage, Land, Limits, Refused, open_unit
from boundaries.proposals.gaps import gap_lines
from boundaries.proposals.linework import extensions, noded, parts_inside
from boundaries.proposals.material import Block, CutLine, House, ProposalLimits
from boundaries.proposals.network import Network
from boundaries.proposals.partition import partitions
from boundaries.proposals.plans import Judge, Plan
from boundaries.proposals.words import explanation, flags


def propose_splits(
    unit: str,
    coverage: Coverage,
    buildings: Sequence[House],
    estates: Sequence[Block],
    lines: Sequence[CutLine],
    addresses: Sequence[BaseGeometry],
    pieces: int = 2,
    limits: ProposalLimits | None = None,
    *,
    new_ids: Sequence[str] = (),
    editing: Limits = STANDARD,
) -> list[Plan]:
    """Return up to ``limits.most_plans`` ways to split a unit into pieces, the best first; the same every time.

    Geometry in frame metres; buildings, estates, lines and addresses (points) beyond the unit are left out, so a
    caller may pass more than the unit's own. ``new_ids`` name the pieces that do not keep the unit's id, else
    they are ``<unit>-1`` and so on. Every plan has been carried out on ``coverage`` and proved; no estate is cut.
    All plans are balanced, unless none can be: then the nearest come back with ``balanced`` false and the reason.

    Raises Refused when the unit is unknown or locked, has no homes, no road or river inside, or no way through.
    """
    limits = limits or ProposalLimits()
    land = _checked(unit, coverage, pieces)
    names = tuple(new_ids) or tuple(f"{unit}-{n}" for n in range(1, pieces))
    if len(names) != pieces - 1:
        raise Refused(
            "new_ids", f"分为 {pieces} 片需要 {pieces - 1} 个新编号", remedy="请补齐新编号", units=(unit,)
        )
    houses, places = _homes(land, buildings)
    blocks = _clipped(land.geometry, estates)
    doors = _inside(land.geometry, np.array(list(addresses), dtype=object))
    main = max(shapely.get_parts(land.geometry), key=lambda part: float(part.area))
    solid = [block.geometry for block in blocks]
    real = parts_inside(main, lines, solid)
    if not real:
        raise Refused(
            "no_lines",
            f"{land.label} 范围内没有可作界线的道路或水系中心线",
            remedy="请先录入道路、河涌，或在图上手工画分割线",
            place=land.geometry,
            units=(unit,),
        )
    judge = Judge(unit, coverage, houses, places, blocks, doors, real, names, editing, limits.balance)
    network, plans = _search(main, [*real, *extensions(main, real, solid, limits)], judge, pieces, limits)
    if len(_diverse([p for p in plans if p.balanced], limits)) < limits.least_plans:
        known = [*real, *extensions(main, real, solid, limits)]
        more = gap_lines(main, known, solid, places, limits)
        if more:
            network, found = _search(main, [*known, *more], judge, pieces, limits)
            plans += found
    if not plans:
        raise Refused(
            "no_corridor",
            f"{land.label} 内的道路和水系不能把它分成 {pieces} 片",
            remedy="请补录道路、河涌，减少片数，或在图上手工画分割线",
            place=land.geometry,
            units=(unit,),
        )
    return _told(plans, network, judge, blocks, pieces, limits)


def _checked(unit: str, coverage: Coverage, pieces: int) -> Land:
    land = open_unit(coverage, unit)
    if pieces < 2:
        raise Refused("pieces", "至少要分为两片", remedy="请填写 2 以上的片数", units=(unit,))
    return land


def _homes(land: Land, buildings: Sequence[House]) -> tuple[list[House], np.ndarray]:
    """Return the buildings on a unit's land and their inner points."""
    shapes = np.array([b.geometry for b in buildings], dtype=object)
    places = shapely.point_on_surface(shapes) if len(shapes) else shapes
    shapely.prepare(land.geometry)
    kept: list[int] = (
        np.flatnonzero(shapely.intersects(land.geometry, places)).tolist() if len(places) else []
    )
    houses = [buildings[i] for i in kept]
    if sum(house.households for house in houses) == 0:
        raise Refused(
            "no_homes",
            f"{land.label} 范围内没有住户数据，无法平衡户数",
            remedy="请先录入楼栋及其户数",
            place=land.geometry,
            units=(land.id,),
        )
    return houses, places[kept]


def _inside(shape: BaseGeometry, points: np.ndarray) -> np.ndarray:
    return points[shapely.intersects(shape, points)] if len(points) else points


def _clipped(shape: BaseGeometry, estates: Sequence[Block]) -> list[Block]:
    """Return the parts of estates inside a unit: what another unit holds of one cannot be kept whole here."""
    found = []
    for estate in estates:
        if shape.contains(estate.geometry):
            found.append(estate)
        elif shape.intersects(estate.geometry):
            own = shape.intersection(estate.geometry)
            areas = [p for p in shapely.get_parts(own) if p.geom_type == "Polygon" and p.area > 1.0]
            if areas:
                found.append(replace(estate, geometry=shapely.multipolygons(areas)))
    return found


def _search(
    main: BaseGeometry, lines: Sequence[CutLine], judge: Judge, pieces: int, limits: ProposalLimits
) -> tuple[Network, list[Plan]]:
    """Return the network of lines and the plans found in it, proved."""
    network = Network(main, noded(main, lines))
    face = network.located(judge.places)
    masses = np.zeros(len(network.faces))
    np.add.at(masses, face[face >= 0], judge.households[face >= 0])
    plans: list[Plan] = []
    for cut in partitions(network, masses, pieces, limits):
        plan = judge.plan(cut, network)
        if plan is not None:
            plans.append(plan)
        if len(_diverse([p for p in plans if p.balanced], limits)) >= 2 * limits.most_plans:
            break
    return network, plans


def _diverse(plans: Sequence[Plan], limits: ProposalLimits) -> list[Plan]:
    """Return plans, best first, none of which follows another for most of its way."""
    kept: list[Plan] = []
    for plan in sorted(plans, key=lambda p: (round(p.score, 9), p.cut.wkb)):
        if all(_shared(plan, other) <= limits.most_shared for other in kept):
            kept.append(plan)
    return kept


def _shared(one: Plan, other: Plan) -> float:
    common = float(one.cut.intersection(other.cut.buffer(2.0, quad_segs=2)).length)
    return common / min(one.cut_m, other.cut_m)


def _told(
    plans: Sequence[Plan],
    network: Network,
    judge: Judge,
    blocks: Sequence[Block],
    pieces: int,
    limits: ProposalLimits,
) -> list[Plan]:
    """Return the best plans that differ, explained; when few differ much, those that differ less."""
    balanced = [p for p in plans if p.balanced]
    why = ""
    if balanced:
        chosen = _diverse(balanced, limits)
        if len(chosen) < limits.least_plans:
            chosen = _diverse(balanced, replace(limits, most_shared=0.9))[: limits.least_plans]
    else:
        why = _why(network, judge, blocks, pieces, limits)
        nearest = sorted(plans, key=lambda p: (round(p.deviation, 9), round(p.score, 9)))
        chosen = nearest[:1] + [p for p in nearest[1:] if _shared(p, nearest[0]) <= limits.most_shared]
        chosen = chosen[: limits.least_plans]
    return [
        replace(plan, explanation=explanation(plan, limits, why), flags=flags(plan, limits))
        for plan in chosen[: limits.most_plans]
    ]


def _why(network: Network, judge: Judge, blocks: Sequence[Block], pieces: int, limits: ProposalLimits) -> str:
    """Say why no partition is balanced: one block holds too many homes, or the lines do not allow it."""
    face = network.located(judge.places)
    masses = np.zeros(len(network.faces))
    np.add.at(masses, face[face >= 0], judge.households[face >= 0])
    most = float(masses.sum()) / pieces * (1 + limits.balance)
    largest = int(masses.argmax())
    if masses[largest] > most:
        shape = network.faces[largest]
        held = [b.name or b.id for b in blocks if shape.contains(shapely.point_on_surface(b.geometry))]
        what = f"（含{'、'.join(held[:3])}）" if held else ""
        return f"不可切开的一块{what}有 {int(masses[largest])} 户，超过每片上限 {int(most)} 户"
    count = len(network.whole())
    return f"可用的道路、水系只把社区分成 {count} 块，没有找到更均衡的组合；可补录道路、河涌后重算"
