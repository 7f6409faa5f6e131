"""Operations on two units and the line between them: moving it, drawing it anew, handing land over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.asking import bent_edges, checked_path, open_pair, snap_mm_of, sorted_legs
from boundaries.editing.borders import attach, between_junctions, find_stretch
from boundaries.editing.faces import Face, faces_of, joined
from boundaries.editing.grid import (
    Edge,
    Path,
    edges_of,
    line_of,
    point_of,
    ring_area2,
    undirected,
    with_nodes,
)
from boundaries.editing.land import Coverage, Land, enclave_count, part_count
from boundaries.editing.noding import Linework, refuse_self_crossing
from boundaries.editing.operations import Declared, MoveEdge, RedrawBetween, Transfer
from boundaries.editing.rebuild import Edited, finish
from boundaries.editing.refusals import Limits, Refused
from boundaries.editing.shapes import allowance, check_parts, check_shape
from boundaries.editing.trespass import refuse_leaving, refuse_polygon_leaving


def move_edge(coverage: Coverage, op: MoveEdge, limits: Limits) -> Edited:
    """Move a stretch of border (see ``MoveEdge``). Raises Refused."""
    a, b = open_pair(coverage, op.first, op.second)
    line = checked_path(op.line, "新界线", limits)
    return _move(coverage, (a, b), op.edge, line, op.declare, limits)


def redraw_between(coverage: Coverage, op: RedrawBetween, limits: Limits) -> Edited:
    """Draw a border anew between two junctions (see ``RedrawBetween``). Raises Refused."""
    a, b = open_pair(coverage, op.first, op.second)
    line = checked_path(op.line, "新界线", limits)
    snap = snap_mm_of(limits)
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
    work = Linework.of([*edges_of(a.geometry), *edges_of(b.geometry)], snap_mm_of(limits))
    attached = attach(stretch, line, work)
    gone = {undirected(piece) for piece in attached.replaced}
    work.hidden = gone
    path = work.fit(attached.line)
    refuse_self_crossing(path, "新界线")
    owners = bent_edges(pair, work)
    free, on, out = sorted_legs(path, owners)
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


def transfer(coverage: Coverage, op: Transfer, limits: Limits) -> Edited:
    """Hand over the land in a polygon (see ``Transfer``). Raises Refused."""
    giver, receiver = open_pair(coverage, op.giver, op.receiver)
    rings = []
    for i, ring in enumerate(op.polygon):
        checked_path(ring, "划转范围", limits)
        rings.append(ring if (ring_area2(ring) > 0) == (i == 0) else ring[::-1])
    area = shapely.Polygon(line_of(rings[0]).coords, [line_of(r).coords for r in rings[1:]])
    if not area.is_valid:
        raise Refused("self_crossing", "划转范围自身相交", remedy="请去掉打圈的折点", place=area.boundary)
    refuse_polygon_leaving(coverage, (giver, receiver), area)
    work = Linework.of(edges_of(giver.geometry), snap_mm_of(limits))
    free: list[Edge] = []
    on: list[Edge] = []
    paths = [work.fit(ring) for ring in rings]
    for path in paths:
        refuse_self_crossing(path, "划转范围")
    owners = bent_edges([giver], work)
    for path in paths:
        within, along, _ = sorted_legs(path, owners)
        free += within
        on += along
    faces = faces_of([*owners, *free], owners, "划转范围")
    sides = {**dict.fromkeys(free + on, "in"), **{(q, p): "out" for p, q in free + on}}
    moved: list[BaseGeometry] = []
    kept: list[BaseGeometry] = []
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
    pieces: tuple[list[BaseGeometry], list[BaseGeometry]],
    work: Linework,
    free: list[Edge],
    declare: Sequence[Declared],
    limits: Limits,
) -> Edited:
    giver, receiver = pair
    kept, moved = pieces
    taken = [edge for piece in moved for edge in edges_of(piece)]
    border = {(b, a) for a, b in bent_edges([receiver], work)}
    if not any(edge in border for edge in taken) and receiver.id not in {d.unit for d in declare}:
        exclave = shapely.union_all(moved)
        counts = [(part_count(shape), enclave_count(shape)) for shape in (receiver.geometry, exclave)]
        raise Refused(
            "not_touching",
            f"划转范围不与 {receiver.label} 相接",
            remedy="请把范围画到两单位的界线上；确为飞地的，请在调整中申明块数",
            place=exclave,
            units=(receiver.id,),
            declare=((receiver.id, counts[0][0] + counts[1][0], counts[0][1] + counts[1][1]),),
        )
    own = with_nodes(receiver.geometry, work.inserted())
    lands = [
        giver.with_geometry(joined(kept)),
        receiver.with_geometry(joined([*shapely.get_parts(own), *moved])),
    ]
    return _settle(coverage, pair, lands, work, free, declare, limits)
