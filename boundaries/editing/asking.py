"""What every operation asks first: are the units there, open and of one town; where does a fitted line run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import shapely

from boundaries.editing.grid import Edge, Path, Point, edges_of, inside, point_of, undirected
from boundaries.editing.land import Coverage, Land
from boundaries.editing.noding import Linework, refuse_self_crossing
from boundaries.editing.refusals import Limits, Refused


def open_unit(coverage: Coverage, unit: str) -> Land:
    """Return a unit an operation may change. Raises Refused when it is unknown or locked."""
    land = coverage.get(unit)
    if land is None:
        raise Refused(
            "unknown_unit",
            f"没有编号为 {unit} 的单位，可能已被合并或撤销",
            remedy="请刷新地图后重新选取",
            units=(unit,),
        )
    if land.locked:
        why = f"（{land.lock_reason}）" if land.lock_reason else ""
        raise Refused(
            "locked",
            f"{land.label} 已被锁定{why}，不能调整",
            remedy="请等锁定它的案件办结，或先解除锁定",
            place=land.geometry,
            units=(unit,),
            why=land.lock_reason,
        )
    return land


def open_pair(coverage: Coverage, first: str, second: str) -> tuple[Land, Land]:
    """Return two different open units of one parent. Raises Refused."""
    if first == second:
        raise Refused("same_unit", "两边是同一个单位", remedy="请选取两个相邻的单位", units=(first,))
    a, b = open_unit(coverage, first), open_unit(coverage, second)
    refuse_parent_line([a, b])
    return a, b


def refuse_parent_line(lands: Sequence[Land]) -> None:
    """Raise Refused unless all units have the same parent: a town line does not move here."""
    for land in lands[1:]:
        if land.parent != lands[0].parent:
            raise Refused(
                "parent_line",
                f"{lands[0].label} 与 {land.label} 不属同一镇街，镇街界线不能在此调整",
                remedy="跨镇街的调整须按行政区划变更程序报批后登记",
                place=shapely.intersection(lands[0].geometry.boundary, land.geometry.boundary),
                units=(lands[0].id, land.id),
            )


def bent_edges(lands: Iterable[Land], work: Linework) -> dict[Edge, str]:
    """Return the directed edges of units between nodes, with the unit on their left."""
    return {
        piece: land.id for land in lands for edge in edges_of(land.geometry) for piece in work.broken(edge)
    }


def sorted_legs(
    path: Sequence[Point], owners: Mapping[Edge, str]
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


def checked_path(path: Path, what: str, limits: Limits) -> Path:
    """Return a drawn line that is neither too long nor crosses itself. Raises Refused."""
    if len(path) > limits.max_vertices:
        raise Refused(
            "too_long",
            f"{what}有 {len(path)} 个折点，超过上限 {limits.max_vertices}",
            remedy="请简化线形，或分几次调整",
            place=point_of(path[0]),
            figures={"points": len(path), "max_vertices": limits.max_vertices},
        )
    refuse_self_crossing(path, what)
    return path


def snap_mm_of(limits: Limits) -> int:
    """Return the snapping distance in whole millimetres, at least one."""
    return max(1, round(limits.snap_m * 1000))
