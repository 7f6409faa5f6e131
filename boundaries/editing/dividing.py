"""One unit becomes several, several become one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.asking import (
    bent_edges,
    checked_path,
    open_unit,
    refuse_parent_line,
    snap_mm_of,
    sorted_legs,
)
from boundaries.editing.faces import faces_of, joined
from boundaries.editing.grid import Edge, Path, edges_of, line_of, undirected
from boundaries.editing.land import Coverage, Land, enclave_count, part_count
from boundaries.editing.noding import Linework, refuse_self_crossing
from boundaries.editing.operations import Declared, Merge, Split
from boundaries.editing.rebuild import Edited, finish
from boundaries.editing.refusals import Limits, Refused
from boundaries.editing.shapes import allowance, check_parts, check_pinch, check_shape


def split(coverage: Coverage, op: Split, limits: Limits) -> Edited:
    """Cut a unit along lines (see ``Split``). Raises Refused."""
    unit = open_unit(coverage, op.unit)
    _check_new_ids(coverage, unit, op.new_ids)
    work = Linework.of(edges_of(unit.geometry), snap_mm_of(limits))
    free = _cut(unit, op.lines, work, limits)
    if not free:
        raise Refused(
            "apart",
            f"分割线没有穿过 {unit.label}",
            remedy="请从该单位界线的一侧画到另一侧",
            place=shapely.multilinestrings([line_of(line) for line in op.lines]),
            units=(unit.id,),
        )
    owners = bent_edges([unit], work)
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
            figures={"pieces": len(cut), "wanted": len(op.new_ids)},
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
        path = work.fit(checked_path(line, "分割线", limits))
        refuse_self_crossing(path, "分割线")
        earlier = {undirected(piece) for edge in drawn for piece in work.broken(edge)}
        within, _, _ = sorted_legs(path, bent_edges([unit], work))
        new = [leg for leg in within if undirected(leg) not in earlier]
        work.add(new)
        drawn += new
    # A drawn leg that received nodes from a later line belongs to no register: only its pieces count.
    legs = [piece for edge in drawn for piece in work.broken(edge)]
    for edge in drawn:
        work.nodes.pop(undirected(edge), None)
    return legs


def _pieces(
    unit: Land, shapes: Mapping[str, list[BaseGeometry]], declare: Sequence[Declared]
) -> dict[str, Land]:
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


def merge(coverage: Coverage, op: Merge, limits: Limits) -> Edited:
    """Join units into one (see ``Merge``). Raises Refused."""
    if len(set(op.units)) != len(op.units) or len(op.units) < 2:
        raise Refused("same_unit", "合并的单位不足两个或有重复", remedy="请选取两个以上相邻的单位")
    lands = [open_unit(coverage, unit) for unit in op.units]
    refuse_parent_line(lands)
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
