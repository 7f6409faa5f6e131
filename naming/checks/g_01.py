"""G-01: the line of a street."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.core.checks import Hit
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES

LAW_WORDS = "《地名管理条例》第十一条写明位置、规模的规定"


def _fault(lines: BaseGeometry) -> tuple[str, str, BaseGeometry | None]:
    """Return what is wrong with the drawing, in Chinese and English, and where; or empty texts.

    Parts are looked at one by one: a branch that meets the main line is no fault, and a ring is none either.
    """
    if lines.is_empty:
        return "线路是空的，没有坐标", "The line is empty: it has no coordinates", None
    parts = list(shapely.get_parts(lines))
    if any(part.geom_type != "LineString" for part in parts):
        return "位置不是线", "The location is not a line", None
    for number, part in enumerate(parts, 1):
        if not part.is_valid or part.length == 0:
            return (
                f"线路第 {number} 段长度为零或坐标无效",
                f"Part {number} of the line has no length or invalid coordinates",
                None,
            )
        if not part.is_simple:
            return (
                f"线路第 {number} 段自相交或折返重叠",
                f"Part {number} of the line crosses or doubles itself",
                part,
            )
    tree = shapely.STRtree(parts)
    for first, second in tree.query(parts, predicate="intersects").T:
        if first < second:
            shared = parts[first].intersection(parts[second])
            if shared.length > 0:
                return (
                    f"线路第 {first + 1} 段与第 {second + 1} 段重叠 {shared.length:.1f} 米",
                    f"Parts {first + 1} and {second + 1} of the line overlap by {shared.length:.1f} m",
                    shared,
                )
    return "", "", None


def _groups(parts: list[BaseGeometry], gap_m: float) -> list[BaseGeometry]:
    """Return the parts gathered into groups that hang together within ``gap_m`` metres."""
    leader = list(range(len(parts)))

    def lead(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    near = shapely.STRtree(parts).query(parts, predicate="dwithin", distance=gap_m)
    for first, second in near.T:
        leader[lead(int(first))] = lead(int(second))
    gathered: dict[int, list[BaseGeometry]] = {}
    for index, part in enumerate(parts):
        gathered.setdefault(lead(index), []).append(part)
    return [shapely.multilinestrings(group) for group in gathered.values()]


def _gaps(groups: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return for every group after the first the shortest way to what stands before it."""
    joined, links = groups[0], []
    for group in groups[1:]:
        links.append(shapely.shortest_line(joined, group))
        joined = shapely.union(joined, group)
    return links


@RULES.rule(
    "G-01",
    title="线路完整有效",
    title_en="The line is sound and lies in the city",
    stages=EVERY_STAGE,
    law="地名管理条例 第十一条",
    since=DM_SINCE,
    variants=("invalid", "outside", "apart"),
    parameters={"gap_m": 0.5, "outside_m": 1.0},
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """申请应当写明位置和规模：线路有效、不自相交（invalid），在本市范围内（outside），各段相互连接（apart，含支线和对向车道）。

    The application states position and size. ``invalid``: empty, of zero length, crossing or doubling itself.
    ``outside``: more than ``outside_m`` metres lie outside the city. ``apart``: parts further than ``gap_m``
    metres from each other; carriageways, islands and planned gaps are real, so this is answered, not refused.
    Geometry in the city frame, metres.
    """
    lines = proposal.geometry
    if lines is None or proposal.kind in ("retire", "rename"):
        return
    fault, fault_en, place = _fault(lines)
    if fault:
        yield Hit(
            fault,
            "请在地图上重新绘制，去掉重叠、折返和自相交的部分，支线另画一段",
            f"经审查，{fault}，不符合{LAW_WORDS}，请申请人补正线路。",
            "invalid",
            geometry=place,
            message_en=fault_en,
            remedy_en="Draw it again without overlaps, doublings and crossings; draw a branch as a part of its own",
        )
        return
    city = ask.city_outline()
    if city is not None and not city.covers(lines):
        beyond = lines.difference(city)
        if beyond.length > float(parameters["outside_m"]):
            yield Hit(
                f"线路有 {beyond.length:.1f} 米在本市范围之外（全长 {lines.length:.1f} 米）",
                "请把线路改到市界以内；确需跨市的街路巷，由两市协商另行办理",
                f"经审查，申报线路有 {beyond.length:.1f} 米在本市范围之外，不符合{LAW_WORDS}，本市无权单独命名。",
                "outside",
                geometry=beyond,
                message_en=f"{beyond.length:.1f} m of the line lie outside the city (of {lines.length:.1f} m)",
                remedy_en="Keep the line within the city; a street across its border is agreed between both cities",
            )
    groups = _groups(list(shapely.get_parts(lines)), float(parameters["gap_m"]))
    if len(groups) > 1:
        links = _gaps(groups)
        widest_m = max(link.length for link in links)
        yield Hit(
            f"线路分成 {len(groups)} 处互不相接的部分，最大间距 {widest_m:.1f} 米",
            "请接上断开的线段；对向车道、被河流隔断或分期建设的，请书面说明",
            f"申报线路分成 {len(groups)} 处互不相接的部分，最大间距 {widest_m:.1f} 米，"
            f"对照{LAW_WORDS}，经核实：",
            "apart",
            geometry=shapely.union_all(links),
            message_en=f"The line falls into {len(groups)} groups of parts that do not meet; "
            f"the widest gap is {widest_m:.1f} m",
            remedy_en="Join the parts; explain in writing separate carriageways, a river between, or building in stages",
        )
