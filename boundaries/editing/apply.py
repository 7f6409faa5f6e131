"""Carrying out operations: each cuts land along fitted lines and hands the pieces to units.

``apply`` changes nothing it is given: it returns a new coverage or raises Refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import shapely

from boundaries.editing.borders import attach, between_junctions, find_stretch
from boundaries.editing.faces import Face, faces_of, joined
from boundaries.editing.grid import (
    Edge,
    Path,
    edges_of,
    inside,
    line_of,
    point_of,
    ring_area2,
    undirected,
    with_nodes,
    within_rounding,
)
from boundaries.editing.land import KINDS, Coverage, Land, enclave_count, part_count
from boundaries.editing.noding import Linework, refuse_self_crossing
from boundaries.editing.operations import (
    Convert,
    Declared,
    InsertNode,
    Merge,
    MoveEdge,
    Operation,
    RedrawBetween,
    Split,
    Transfer,
)
from boundaries.editing.rebuild import Edited, finish
from boundaries.editing.refusals import Limits, Refused
from boundaries.editing.shapes import allowance, check_parts, check_pinch, check_shape
from boundaries.editing.trespass import refuse_leaving, refuse_polygon_leaving

STANDARD = Limits()
_OVERREACH = 1.0  # metres around a node in which its edge is looked for


def apply(coverage: Coverage, operation: Operation, limits: Limits = STANDARD) -> Edited:
    """Carry out one operation. Raises Refused (a ValueError) with message, remedy and place."""
    return _HANDLERS[type(operation)](coverage, operation, limits)


def replay(coverage: Coverage, operations: Iterable[Operation], limits: Limits = STANDARD) -> Coverage:
    """Carry out operations one after another and return the last coverage. Raises Refused."""
    for operation in operations:
        coverage = apply(coverage, operation, limits).coverage
    return coverage


def _open_unit(coverage: Coverage, unit: str) -> Land:
    land = coverage.get(unit)
    if land is None:
        raise Refused(
            "unknown_unit",
            f"没有编号为 {unit} 的单位，可能已被合并或撤销",
            remedy="请刷新地图后重新选取",
            units=(unit,),
        )
    if land.locked:
        raise Refused(
            "locked",
            f"{land.label} 已被锁定，不能调整",
            remedy="请等锁定它的案件办结，或先解除锁定",
            place=land.geometry,
            units=(unit,),
        )
    return land


def _pair(coverage: Coverage, first: str, second: str) -> tuple[Land, Land]:
    if first == second:
        raise Refused("same_unit", "两边是同一个单位", remedy="请选取两个相邻的单位", units=(first,))
    a, b = _open_unit(coverage, first), _open_unit(coverage, second)
    _same_parent([a, b])
    return a, b


def _same_parent(lands: Sequence[Land]) -> None:
    for land in lands[1:]:
        if land.parent != lands[0].parent:
            raise Refused(
                "parent_line",
                f"{lands[0].label} 与 {land.label} 不属同一镇街，镇街界线不能在此调整",
                remedy="跨镇街的调整须按行政区划变更程序报批后登记",
                place=shapely.intersection(lands[0].geometry.boundary, land.geometry.boundary),
                units=(lands[0].id, land.id),
            )


def _bent(lands: Iterable[Land], work: Linework) -> dict[Edge, str]:
    """Return the directed edges of units between nodes, with the unit on their left."""
    return {
        piece: land.id for land in lands for edge in edges_of(land.geometry) for piece in work.broken(edge)
    }


def _sorted_legs(
    path: Path | list[Any], owners: Mapping[Edge, str]
) -> tuple[list[Edge], list[Edge], list[Edge]]:
    """Return a fitted line's legs in the open land, on registered lines, and outside the land."""
    known = {undirected(edge) for edge in owners}
    legs = list(zip(path, path[1:], strict=False))
    on = [leg for leg in legs if undirected(leg) in known]
    free = [leg for leg in legs if undirected(leg) not in known]
    outline = [edge for edge in owners if (edge[1], edge[0]) not in owners]
    within = inside(outline, [(a[0] + b[0], a[1] + b[1]) for a, b in free])
    return (
        [leg for leg, yes in zip(free, within, strict=True) if yes],
        on,
        [leg for leg, yes in zip(free, within, strict=True) if not yes],
    )


def _checked_path(path: Path, what: str, limits: Limits) -> Path:
    if len(path) > limits.max_vertices:
        raise Refused(
            "too_long",
            f"{what}有 {len(path)} 个折点，超过上限 {limits.max_vertices}",
            remedy="请简化线形，或分几次调整",
            place=point_of(path[0]),
        )
    refuse_self_crossing(path, what)
    return path


def _snap_mm(limits: Limits) -> int:
    return max(1, round(limits.snap_m * 1000))


# --- two units and the line between them -------------------------------------------------------------------


def _move_edge(coverage: Coverage, op: MoveEdge, limits: Limits) -> Edited:
    a, b = _pair(coverage, op.first, op.second)
    line = _checked_path(op.line, "新界线", limits)
    return _move(coverage, (a, b), op.edge, line, op.declare, limits)


def _redraw(coverage: Coverage, op: RedrawBetween, limits: Limits) -> Edited:
    a, b = _pair(coverage, op.first, op.second)
    line = _checked_path(op.line, "新界线", limits)
    snap = _snap_mm(limits)
    way = between_junctions(a, b, (op.junction_a, op.junction_b), line, snap)
    for end in (way[0], way[-1]):
        if all((end[0] - p[0]) ** 2 + (end[1] - p[1]) ** 2 > snap**2 for p in (line[0], line[-1])):
            raise Refused(
                "junctions",
                "新界线的两端没有落在选定的两个交点上",
                remedy="请从一个交点画到另一个交点",
                place=point_of(end),
                units=(a.id, b.id),
            )
    return _move(coverage, (a, b), way, line, op.declare, limits)


def _move(
    coverage: Coverage,
    pair: tuple[Land, Land],
    edge: Path,
    line: Path,
    declare: Sequence[Declared],
    limits: Limits,
) -> Edited:
    a, b = pair
    stretch, a_left = find_stretch(a, b, edge)
    work = Linework.of([*edges_of(a.geometry), *edges_of(b.geometry)], _snap_mm(limits))
    attached = attach(stretch, line, work)
    gone = {undirected(piece) for piece in attached.replaced}
    work.hidden = gone
    path = work.fit(attached.line)
    refuse_self_crossing(path, "新界线")
    owners = _bent(pair, work)
    free, on, out = _sorted_legs(path, owners)
    refuse_leaving(coverage, pair, out, "新界线")
    kept = {piece: unit for piece, unit in owners.items() if undirected(piece) not in gone}
    faces = faces_of([*kept, *free, *on], kept, "新界线")
    left, right = (a.id, b.id) if a_left else (b.id, a.id)
    sides = {**dict.fromkeys(free + on, left), **{(q, p): right for p, q in free + on}}
    given = {unit: [f.shape for f in faces if _side(f, sides) == unit] for unit in (a.id, b.id)}
    for land in pair:
        if not given[land.id]:
            raise Refused(
                "swallowed",
                f"按新界线，{land.label} 的土地全部划走",
                remedy="要撤销一个单位，请用“合并”",
                place=land.geometry,
                units=(land.id,),
            )
    drawn = {undirected(leg) for leg in free} - {undirected(piece) for piece in owners}
    if not drawn and not gone - {undirected(leg) for leg in on}:
        raise Refused("no_change", "新界线与原界线相同", remedy="请画出要改成的界线", place=line_of(path))
    lands = [land.with_geometry(joined(given[land.id])) for land in pair]
    return _settle(coverage, pair, lands, work, drawn, declare, limits)


def _side(face: Face, sides: Mapping[Edge, str]) -> str:
    told = {sides[edge] for edge in face.edges if edge in sides}
    if len(told) > 1:
        raise Refused(
            "winding",
            "新界线在此处折回，两侧归属不明",
            remedy="请去掉折回的一段",
            place=face.shape,
        )
    return told.pop() if told else face.owner


def _settle(
    coverage: Coverage,
    before: Sequence[Land],
    after: Sequence[Land],
    work: Linework,
    drawn: Iterable[Edge],
    declare: Sequence[Declared],
    limits: Limits,
) -> Edited:
    """Judge the shapes of units that keep their ids, then put them into the coverage."""
    edges = list(drawn)
    was = {land.id: land for land in before}
    check_parts(after, {land.id: allowance([was[land.id]], land.id, declare) for land in after})
    told = {d.unit: d for d in declare}
    results = {}
    for land in after:
        check_shape(land, [was[land.id]], edges, limits)
        said = told.get(land.id)
        results[land.id] = land if said is None else replace(land, parts=said.parts, enclaves=said.enclaves)
    return finish(coverage, results, [land.id for land in before], work.inserted())


def _transfer(coverage: Coverage, op: Transfer, limits: Limits) -> Edited:
    giver, receiver = _pair(coverage, op.giver, op.receiver)
    rings = []
    for i, ring in enumerate(op.polygon):
        _checked_path(ring, "划转范围", limits)
        rings.append(ring if (ring_area2(ring) > 0) == (i == 0) else ring[::-1])
    area = shapely.Polygon(line_of(rings[0]).coords, [line_of(r).coords for r in rings[1:]])
    if not area.is_valid:
        raise Refused("self_crossing", "划转范围自身相交", remedy="请去掉打圈的折点", place=area.boundary)
    refuse_polygon_leaving(coverage, (giver, receiver), area)
    work = Linework.of(edges_of(giver.geometry), _snap_mm(limits))
    free: list[Edge] = []
    on: list[Edge] = []
    paths = [work.fit(ring) for ring in rings]
    for path in paths:
        refuse_self_crossing(path, "划转范围")
    owners = _bent([giver], work)
    for path in paths:
        within, along, _ = _sorted_legs(path, owners)
        free += within
        on += along
    faces = faces_of([*owners, *free], owners, "划转范围")
    sides = {**dict.fromkeys(free + on, "in"), **{(q, p): "out" for p, q in free + on}}
    moved, kept = [], []
    for face in faces:
        told = _side(face, sides)
        if told not in ("in", "out"):
            told = "in" if area.covers(shapely.point_on_surface(face.shape)) else "out"
        (moved if told == "in" else kept).append(face.shape)
    if not moved:
        raise Refused(
            "apart",
            f"划转范围与 {giver.label} 没有重叠",
            remedy="请把要划出的土地圈在范围内",
            place=area,
            units=(giver.id,),
        )
    if not kept:
        raise Refused(
            "swallowed",
            f"划转范围包含了 {giver.label} 的全部土地",
            remedy="要撤销一个单位，请用“合并”",
            place=area,
            units=(giver.id,),
        )
    return _hand_over(coverage, (giver, receiver), (kept, moved), work, free, op.declare, limits)


def _hand_over(
    coverage: Coverage,
    pair: tuple[Land, Land],
    pieces: tuple[list[Any], list[Any]],
    work: Linework,
    free: list[Edge],
    declare: Sequence[Declared],
    limits: Limits,
) -> Edited:
    giver, receiver = pair
    kept, moved = pieces
    taken = [edge for piece in moved for edge in edges_of(piece)]
    border = {(b, a) for a, b in _bent([receiver], work)}
    if not any(edge in border for edge in taken) and receiver.id not in {d.unit for d in declare}:
        raise Refused(
            "not_touching",
            f"划转范围不与 {receiver.label} 相接",
            remedy="请把范围画到两单位的界线上；确为飞地的，请在调整中申明块数",
            place=shapely.union_all(moved),
            units=(receiver.id,),
        )
    own = with_nodes(receiver.geometry, work.inserted())
    lands = [
        giver.with_geometry(joined(kept)),
        receiver.with_geometry(joined([*shapely.get_parts(own), *moved])),
    ]
    return _settle(coverage, pair, lands, work, free, declare, limits)


# --- one unit becomes several, several become one ----------------------------------------------------------


def _split(coverage: Coverage, op: Split, limits: Limits) -> Edited:
    unit = _open_unit(coverage, op.unit)
    _check_new_ids(coverage, unit, op.new_ids)
    work = Linework.of(edges_of(unit.geometry), _snap_mm(limits))
    free = _cut(unit, op.lines, work, limits)
    if not free:
        raise Refused(
            "apart",
            f"分割线没有穿过 {unit.label}",
            remedy="请从该单位界线的一侧画到另一侧",
            place=shapely.multilinestrings([line_of(line) for line in op.lines]),
            units=(unit.id,),
        )
    owners = _bent([unit], work)
    faces = faces_of([*owners, *free], owners, "分割线")
    rank: dict[Edge, tuple[int, int]] = {}
    for i, (p, q) in enumerate(free):
        rank[(p, q)] = (0, i)
        rank[(q, p)] = (1, i)
    cut = [face for face in faces if any(edge in rank for edge in face.edges)]
    rest = [face.shape for face in faces if face not in cut]
    if len(cut) != len(op.new_ids):
        raise Refused(
            "pieces",
            f"分割线把 {unit.label} 分成 {len(cut)} 块，而要求分成 {len(op.new_ids)} 块",
            remedy="请调整分割线，或改填新单位的个数",
            place=shapely.multilinestrings([line_of(leg) for leg in free]),
            units=(unit.id,),
        )
    cut.sort(key=lambda face: min(rank[edge] for edge in face.edges if edge in rank))
    shapes = {new: [face.shape] for new, face in zip(op.new_ids, cut, strict=True)}
    heir = unit.id if unit.id in shapes else max(shapes, key=lambda new: float(shapes[new][0].area))
    shapes[heir] += rest
    results = _pieces(unit, shapes, op.declare)
    for land in results.values():
        check_shape(land, [unit], free, limits)
    return finish(coverage, results, [unit.id], work.inserted())


def _check_new_ids(coverage: Coverage, unit: Land, new_ids: tuple[str, ...]) -> None:
    if len(new_ids) < 2 or len(set(new_ids)) != len(new_ids) or not all(new_ids):
        raise Refused(
            "new_ids", "新单位的编号不足两个或有重复", remedy="请给每一块一个不同的编号", units=(unit.id,)
        )
    taken = [new for new in new_ids if new != unit.id and new in coverage]
    if taken:
        raise Refused("new_ids", f"编号 {taken[0]} 已有单位使用", remedy="请换一个编号", units=(taken[0],))


def _cut(unit: Land, lines: Sequence[Path], work: Linework, limits: Limits) -> list[Edge]:
    """Fit the lines one after another, each also to those before it; return their legs inside the unit."""
    drawn: list[Edge] = []
    for line in lines:
        path = work.fit(_checked_path(line, "分割线", limits))
        refuse_self_crossing(path, "分割线")
        earlier = {undirected(piece) for edge in drawn for piece in work.broken(edge)}
        within, _, _ = _sorted_legs(path, _bent([unit], work))
        new = [leg for leg in within if undirected(leg) not in earlier]
        work.add(new)
        drawn += new
    # A drawn leg that received nodes from a later line belongs to no register: only its pieces count.
    legs = [piece for edge in drawn for piece in work.broken(edge)]
    for edge in drawn:
        work.nodes.pop(undirected(edge), None)
    return legs


def _pieces(unit: Land, shapes: Mapping[str, list[Any]], declare: Sequence[Declared]) -> dict[str, Land]:
    made = [
        replace(unit, id=new, name=unit.name if new == unit.id else "").with_geometry(joined(parts))
        for new, parts in shapes.items()
    ]
    check_parts(made, {land.id: allowance([unit], land.id, declare) for land in made})
    told = {d.unit: d.enclaves for d in declare}
    silent = [land for land in made if land.id not in told]
    allowed = max(unit.enclaves, enclave_count(unit.geometry))
    if sum(enclave_count(land.geometry) for land in silent) > allowed:
        worst = max(silent, key=lambda land: enclave_count(land.geometry))
        check_parts([worst], {worst.id: (part_count(worst.geometry), 0)})
    return {
        land.id: replace(land, parts=part_count(land.geometry), enclaves=enclave_count(land.geometry))
        for land in made
    }


def _merge(coverage: Coverage, op: Merge, limits: Limits) -> Edited:
    if len(set(op.units)) != len(op.units) or len(op.units) < 2:
        raise Refused("same_unit", "合并的单位不足两个或有重复", remedy="请选取两个以上相邻的单位")
    lands = [_open_unit(coverage, unit) for unit in op.units]
    _same_parent(lands)
    if not op.into or (op.into not in op.units and op.into in coverage):
        raise Refused(
            "new_ids",
            f"编号 {op.into or '（空）'} 不能用于合并后的单位",
            remedy="请用其中一个单位的编号或新编号",
        )
    heir = next((land for land in lands if land.id == op.into), replace(lands[0], id=op.into, name=""))
    shape = joined([part for land in lands for part in shapely.get_parts(land.geometry)])
    made = heir.with_geometry(shape)
    check_parts([made], {made.id: allowance(lands, made.id, op.declare)})
    check_pinch(made, lands)
    made = replace(made, parts=part_count(shape), enclaves=enclave_count(shape))
    return finish(coverage, {made.id: made}, [land.id for land in lands], {})


# --- what leaves the land where it is ----------------------------------------------------------------------


def _convert(coverage: Coverage, op: Convert, limits: Limits) -> Edited:
    unit = _open_unit(coverage, op.unit)
    if op.kind not in KINDS:
        raise Refused(
            "kind", f"没有“{op.kind}”这一类单位", remedy=f"类别应为 {'、'.join(KINDS)} 之一", units=(unit.id,)
        )
    if op.kind == unit.kind:
        raise Refused("no_change", f"{unit.label} 已是该类别", remedy="无须转换", units=(unit.id,))
    after = coverage.replaced({unit.id: replace(unit, kind=op.kind)}, {})
    return Edited(after, (unit.id,))


def _insert_node(coverage: Coverage, op: InsertNode, limits: Limits) -> Edited:
    place = point_of(op.point)
    near = coverage.in_box(place.buffer(_OVERREACH).bounds)
    for land in near:
        for edge in edges_of(land.geometry):
            if op.point in edge:
                raise Refused("no_change", "此处已有界点", remedy="无须再加", place=place)
    for land in near:
        for a, b in edges_of(land.geometry):
            along = (op.point[0] - a[0]) * (b[0] - a[0]) + (op.point[1] - a[1]) * (b[1] - a[1])
            within = 0 < along < (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2
            if within and within_rounding(op.point, (a, b)):
                edge = undirected((a, b))
                for owner in near:
                    if owner.locked and edge in {undirected(e) for e in edges_of(owner.geometry)}:
                        _open_unit(coverage, owner.id)
                return finish(coverage, {}, [], {edge: [op.point]})
    raise Refused(
        "apart", "此点不在任何单位的界线上", remedy="请点在界线上（相距不超过 0.71 毫米）", place=place
    )


_HANDLERS: dict[type[Operation], Callable[[Coverage, Any, Limits], Edited]] = {
    MoveEdge: _move_edge,
    RedrawBetween: _redraw,
    Transfer: _transfer,
    Split: _split,
    Merge: _merge,
    Convert: _convert,
    InsertNode: _insert_node,
}
