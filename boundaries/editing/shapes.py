"""What an adjustment must not leave behind: slivers, necks, needles, parts and holes nobody declared.

Only what the operation itself makes is judged: a corner, width or area that was there before may stay.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.grid import Edge, Path, Point, edges_of, line_of, point_of, rings_of, undirected
from boundaries.editing.land import Land, enclave_count, part_count
from boundaries.editing.operations import Declared
from boundaries.editing.refusals import Limits, Refused


def check_shape(land: Land, before: Sequence[Land], drawn: Collection[Edge], limits: Limits) -> None:
    """Raise Refused when a changed unit is too small, too thin or too sharp at the drawn edges.

    ``before`` are the units its land came from, ``drawn`` the new edges (without direction, noded).
    """
    _check_valid(land)
    check_pinch(land, before)
    _check_area(land, before, limits)
    new = {undirected(edge) for edge in drawn}
    _check_angles(land, new, limits)
    _check_clearance(land, before, limits)
    _check_width(land, new, limits)


def _check_valid(land: Land) -> None:
    if not land.geometry.is_valid:
        raise Refused(
            "invalid",
            f"调整后 {land.label} 的范围自身相交",
            remedy="请让新界线离开该单位的其他界线",
            place=land.geometry.boundary,
            units=(land.id,),
        )


def check_pinch(land: Land, before: Sequence[Land]) -> None:
    """Raise Refused when a unit touches itself in a corner where none of the units before did."""
    made = _pinches(land) - {point for b in before for point in _pinches(b)}
    if made:
        raise Refused(
            "pinch",
            f"调整后 {land.label} 在此处只有一点相连",
            remedy="请移动新界线，使土地连成一片，或使这一点分给一方",
            place=point_of(min(made)),
            units=(land.id,),
        )


def _pinches(land: Land) -> set[Point]:
    count = Counter(edge[0] for edge in edges_of(land.geometry))
    return {point for point, times in count.items() if times > 1}


def _check_area(land: Land, before: Sequence[Land], limits: Limits) -> None:
    parts = shapely.get_parts(land.geometry)
    smallest = min(parts, key=lambda part: float(part.area))
    if smallest.area >= limits.min_area_m2:
        return
    if before and min(p.area for b in before for p in shapely.get_parts(b.geometry)) <= smallest.area:
        return
    raise Refused(
        "sliver",
        f"调整后 {land.label} 有一块只有 {smallest.area:.1f} 平方米，不足 {limits.min_area_m2:g} 平方米",
        remedy="请移动新界线，或改为整体合并",
        place=smallest,
        units=(land.id,),
        figures={"area_m2": float(smallest.area), "min_area_m2": limits.min_area_m2},
    )


def _check_angles(land: Land, new: Collection[Edge], limits: Limits) -> None:
    for part in shapely.get_parts(land.geometry):
        for ring in rings_of(part):
            _check_ring_angles(land, ring, new, limits)


def _check_ring_angles(land: Land, ring: Path, new: Collection[Edge], limits: Limits) -> None:
    for before, corner, after in zip(ring[-2:-1] + ring[:-2], ring[:-1], ring[1:], strict=True):
        if undirected((before, corner)) not in new and undirected((corner, after)) not in new:
            continue
        angle = _angle_deg(before, corner, after)
        if angle < limits.min_angle_deg:
            raise Refused(
                "needle",
                f"{land.label} 在此处成 {angle:.1f}° 的尖角，小于 {limits.min_angle_deg:g}°",
                remedy="请把新界线画得离旧界线远一些，或接到已有界点上",
                place=point_of(corner),
                units=(land.id,),
                figures={"angle_deg": angle, "min_angle_deg": limits.min_angle_deg},
            )


def _angle_deg(before: Point, corner: Point, after: Point) -> float:
    """Return the angle between two edges at a corner, 0 to 180 degrees (the sharp side, in or out)."""
    ux, uy = before[0] - corner[0], before[1] - corner[1]
    vx, vy = after[0] - corner[0], after[1] - corner[1]
    return math.degrees(math.atan2(abs(ux * vy - uy * vx), ux * vx + uy * vy))


def _check_clearance(land: Land, before: Sequence[Land], limits: Limits) -> None:
    clearance = float(shapely.minimum_clearance(land.geometry))
    if clearance >= limits.min_clearance_m:
        return
    if before and min(shapely.minimum_clearance(b.geometry) for b in before) <= clearance:
        return
    raise Refused(
        "needle",
        f"{land.label} 的界线在此处相距只有 {clearance * 1000:.1f} 毫米",
        remedy="请让新界线离开旧界线，或接到已有界点上",
        place=shapely.minimum_clearance_line(land.geometry),
        units=(land.id,),
        figures={"clearance_mm": clearance * 1000},
    )


def _check_width(land: Land, new: Collection[Edge], limits: Limits) -> None:
    """Refuse strips, arms and necks narrower than the least width along a drawn edge.

    Erosion by half the width breaks the land at necks; what dilation does not bring back is strip or arm.
    """
    half = limits.min_width_m / 2
    if not new or half <= 0:
        return
    corner = {"join_style": "mitre", "mitre_limit": 5.0}
    eroded = land.geometry.buffer(-half, **corner)
    necked = part_count(eroded) > part_count(land.geometry)
    thin = shapely.get_parts(land.geometry.difference(eroded.buffer(half * 1.001, **corner)))
    narrow = [part for part in thin if part.area > limits.min_width_m**2]  # sharp corners lose a little, too
    if not narrow and not necked:
        return
    lines = shapely.multilinestrings([line_of(edge) for edge in new])
    places = [part for part in narrow if part.buffer(0.005).intersection(lines).length > half]
    if necked:
        places += [gap for gap in _necks(eroded) if gap.distance(lines) <= limits.min_width_m]
    if places:
        raise Refused(
            "sliver",
            f"{land.label} 在此处宽不足 {limits.min_width_m:g} 米，成为狭条",
            remedy="请移动新界线，使两侧都有足够的宽度",
            place=places[0],
            units=(land.id,),
            figures={"min_width_m": limits.min_width_m},
        )


def _necks(eroded: BaseGeometry) -> list[BaseGeometry]:
    """Return the shortest line from each broken-off piece to the rest."""
    parts = list(shapely.get_parts(eroded))
    return [
        shapely.shortest_line(part, shapely.multipolygons([other for other in parts if other is not part]))
        for part in parts
    ]


def check_parts(
    lands: Sequence[Land], allowed: Mapping[str, tuple[int, int]], drawn: BaseGeometry | None = None
) -> None:
    """Raise Refused when a unit has more parts or interior rings than ``allowed`` (parts, enclaves) by id."""
    for land in lands:
        parts, enclaves = allowed[land.id]
        as_it_is = ((land.id, part_count(land.geometry), enclave_count(land.geometry)),)
        if part_count(land.geometry) > parts:
            smallest = min(shapely.get_parts(land.geometry), key=lambda part: float(part.area))
            raise Refused(
                "extra_part",
                f"调整后 {land.label} 分成 {part_count(land.geometry)} 块，只申明了 {parts} 块",
                remedy="请移动新界线；确有飞地的，请在调整中申明块数",
                place=smallest,
                units=(land.id,),
                figures={"parts": part_count(land.geometry), "declared": parts},
                declare=as_it_is,
            )
        if enclave_count(land.geometry) > enclaves:
            holes = [r for part in shapely.get_parts(land.geometry) for r in part.interiors]
            raise Refused(
                "hole",
                f"调整后 {land.label} 内有 {len(holes)} 处被包围的土地，只申明了 {enclaves} 处",
                remedy="请移动新界线；确为他单位飞地的，请在调整中申明",
                place=shapely.multilinestrings([shapely.LineString(r.coords) for r in holes]),
                units=(land.id,),
                figures={"enclaves": len(holes), "declared": enclaves},
                declare=as_it_is,
            )


def allowance(before: Sequence[Land], unit: str, declare: Sequence[Declared]) -> tuple[int, int]:
    """Return how many parts and interior rings a unit may have: as declared, or as it had."""
    for item in declare:
        if item.unit == unit:
            return item.parts, item.enclaves
    parts = 1 + sum(max(b.parts, part_count(b.geometry)) - 1 for b in before)
    enclaves = sum(max(b.enclaves, enclave_count(b.geometry)) for b in before)
    return parts, enclaves
