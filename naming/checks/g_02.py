"""G-02: a street that bears a name already."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.core.checks import Hit, Subject
from naming.checks.comparison import place_words, place_words_en
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES


def along(line: BaseGeometry, other: BaseGeometry, buffer_m: float, angle_deg: float) -> BaseGeometry:
    """Return the parts of ``line`` within ``buffer_m`` metres of ``other`` that run along it.

    A piece runs along when its shadow on the other line is nearly as long as itself; one that merely crosses,
    or begins where the other ends, casts hardly any. Frame geometry, metres.
    """
    near = shapely.get_parts(shapely.line_merge(line.intersection(other.buffer(buffer_m, cap_style="flat"))))
    tracks = shapely.get_parts(shapely.line_merge(other))
    least = math.cos(math.radians(angle_deg))
    kept = []
    for piece in near:
        if piece.geom_type != "LineString" or piece.length == 0:
            continue
        track = tracks[shapely.distance(tracks, piece.interpolate(0.5, normalized=True)).argmin()]
        if _shadow_m(piece, track) >= least * piece.length:
            kept.append(piece)
    return shapely.MultiLineString(kept)


def _shadow_m(piece: BaseGeometry, track: BaseGeometry) -> float:
    """Return how many metres of ``track`` a piece covers, summed over short steps so that rings count too."""
    steps = max(2, min(200, math.ceil(piece.length / 10) + 1))
    places = [track.project(piece.interpolate(step / (steps - 1), normalized=True)) for step in range(steps)]
    moves = [abs(after - before) for before, after in pairwise(places)]
    if track.is_ring:
        moves = [min(move, track.length - move) for move in moves]
    return float(sum(moves))


def _others(
    proposal: NameProposal, ask: Questions, buffer_m: float
) -> Iterator[tuple[str, str, Subject, BaseGeometry]]:
    """Yield the lines the new one is compared with: in words (Chinese, English), as subject, as geometry."""
    assert proposal.geometry is not None
    # A street that is only renamed brings no new line: where it lies has been settled.
    near = () if proposal.kind == "rename" else ask.streets_near(proposal.geometry, buffer_m)
    for street in near:
        if street.id != proposal.street_id and street.geometry is not None:
            words = f"已登记的{place_words(street.name, street.where)}"
            words_en = f"the registered street {place_words_en(street.name, street.where)}"
            yield words, words_en, Subject("street", street.id, street.name), street.geometry
    for sibling in proposal.siblings:
        if sibling.item_id != proposal.item_id and sibling.geometry is not None:
            words = f"同案第 {sibling.seq} 项“{sibling.name}”"
            yield (
                words,
                f"item {sibling.seq} of the same case, “{sibling.name}”,",
                Subject("item", sibling.item_id, sibling.name),
                sibling.geometry,
            )


@RULES.rule(
    "G-02",
    title="一地一名",
    title_en="One street, one name",
    stages=EVERY_STAGE,
    law="地名管理条例 第十五条",
    since=DM_SINCE,
    parameters={"buffer_m": 5.0, "overlap_share": 0.5, "angle_deg": 30.0},
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """一条街路巷只有一个标准名称：新线路沿着已有名称的街路巷（缓冲 buffer_m 米内）的长度达到新线路或者对方全长的
    overlap_share 的，属一地多名。横穿、相接不算重叠。

    A street has one standard name. Where the new line runs within ``buffer_m`` metres along a named street, or
    along another item of the case, for at least ``overlap_share`` of its own or the other's length, one place
    would bear two names. Crossing (more than ``angle_deg`` degrees) or meeting end to end does not count.
    Geometry in the city frame, metres.
    """
    line = proposal.geometry
    if line is None or line.is_empty or line.length == 0 or proposal.kind == "retire":
        return
    buffer_m, angle_deg = float(parameters["buffer_m"]), float(parameters["angle_deg"])
    share = float(parameters["overlap_share"])
    for words, words_en, subject, other in _others(proposal, ask, buffer_m):
        if other.is_empty or other.length == 0 or not other.dwithin(line, buffer_m):
            continue
        ours = along(line, other, buffer_m, angle_deg)
        theirs = along(other, line, buffer_m, angle_deg)
        ours_share, theirs_share = (
            ours.length / line.length,
            theirs.length / other.length,
        )
        if max(ours_share, theirs_share) < share:
            continue
        sizes = f"重叠 {ours.length:.0f} 米，占新线路 {ours_share:.0%}、对方 {theirs_share:.0%}"
        yield Hit(
            f"线路与{words}走在同一条街路巷上：{sizes}，会造成一地多名",
            "请核对线路位置；同一条街路巷要换名称的，请申请更名；只改长短的，请申请变更起止点",
            f"经审查，申报线路与{words}{sizes}，该处已有名称，对照《地名管理条例》第十五条，不应一地多名。",
            subject=subject,
            geometry=ours if ours.length else theirs,
            message_en=f"The line runs along {words_en} for {ours.length:.0f} m, {ours_share:.0%} of its own length "
            f"and {theirs_share:.0%} of the other's: one street would bear two names",
            remedy_en="Check the line. To give the same street another name apply for renaming; to change its length, "
            "apply for a change of extent",
        )
