"""Refusing lines and polygons that reach land they have no business with."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.grid import Edge, line_of
from boundaries.editing.land import Coverage, Land
from boundaries.editing.refusals import Refused

_OVERHANG_M = 0.02  # a traced line may lie this far beside the line it follows


def refuse_leaving(coverage: Coverage, pair: Sequence[Land], out: Sequence[Edge], what: str) -> None:
    """Raise Refused when legs of a fitted line lie outside two units' land."""
    if not out:
        return
    place = shapely.multilinestrings([line_of(leg) for leg in out])
    raise _trespass(coverage, pair, place, what)


def refuse_polygon_leaving(coverage: Coverage, pair: Sequence[Land], area: BaseGeometry) -> None:
    """Raise Refused when a polygon covers land of units other than the pair (beyond two centimetres)."""
    over = area.difference(shapely.union_all([land.geometry for land in pair])).buffer(-_OVERHANG_M)
    if over.is_empty:
        return
    others = [land for land in coverage.in_box(over.bounds) if land.id not in {p.id for p in pair}]
    if any(land.geometry.intersects(over) for land in others):
        raise _trespass(coverage, pair, over, "划转范围")
    if pair[0].parent in coverage.parents:
        raise _trespass(coverage, pair, over, "划转范围")


def _trespass(coverage: Coverage, pair: Sequence[Land], place: BaseGeometry, what: str) -> Refused:
    own = {land.id for land in pair}
    met = [
        land
        for land in coverage.in_box(place.bounds)
        if land.id not in own and land.geometry.intersection(place).length > 0
    ]
    strangers = [land for land in met if land.parent != pair[0].parent]
    if strangers or not met:
        beyond = f"，进入 {strangers[0].label}" if strangers else "，超出本市已登记的土地"
        return Refused(
            "parent_line",
            f"{what}越过镇街界线{beyond}",
            remedy="请画在镇街界线以内；镇街界线的变更须按行政区划变更程序报批",
            place=place,
            units=tuple(land.id for land in strangers),
        )
    return Refused(
        "third_unit",
        f"{what}进入了第三个单位 {met[0].label}",
        remedy="请画在两单位的范围内；涉及三个单位的，请分几次调整",
        place=place,
        units=tuple(land.id for land in met),
    )
