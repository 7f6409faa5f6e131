"""V-11: new borders follow roads and rivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from boundaries.checks.following import Followed, follow
from boundaries.checks.proposal import AdjustmentProposal, Questions
from boundaries.checks.registry import EVERY_STAGE, RULES, SINCE
from geoapp.core.checks import Hit

KINDS = {"road": "道路", "river": "河流"}
SHOWN = 5


def _hit(number: str, number_en: str, found: Followed, variant: str) -> Hit:
    along = sorted(found.by_name_m.items(), key=lambda pair: (-pair[1], pair[0]))
    followed = "、".join(f"{name} {metres:,.0f} 米" for name, metres in along[:SHOWN])
    if len(along) > SHOWN:
        followed += " 等"
    clear = f"沿{followed}" if followed else "没有一段沿道路、河流"
    fault = (
        f"新界线{number}长 {found.length_m:,.0f} 米，{clear}；"
        f"其余 {found.unclear_m:,.0f} 米（{1 - found.clear_share:.0%}）没有沿道路或者河流中心线，走向不明显"
    )
    along_en = ", ".join(f"“{name}” {metres:,.0f} m" for name, metres in along[:SHOWN])
    if len(along) > SHOWN:
        along_en += " and others"
    clear_en = f"follows {along_en}" if along_en else "follows no road or river"
    message_en = (
        f"The new border{number_en}, {found.length_m:,.0f} m long, {clear_en}; the other {found.unclear_m:,.0f} m "
        f"({1 - found.clear_share:.0%}) run along no centreline of a road or river"
    )
    remedy, remedy_en = {
        "unclear": (
            "请把界线改到道路、河流中心线上；只能穿过地块的，请在四至中写明界桩或者地物，并说明理由",
            "Move the border onto the centreline of a road or river; where it must cross land, name markers or features "
            "in the description of the bounds and give the reasons",
        ),
        "nearly": (
            "请在四至中写明这一段的地物或者界桩",
            "Name the features or markers of this stretch in the description of the bounds",
        ),
    }[variant]
    return Hit(
        fault,
        remedy,
        f"{fault}，参照各地以道路、河流中心线划界的做法，经研究：",
        variant,
        geometry=found.unclear,
        message_en=message_en,
        remedy_en=remedy_en,
    )


@RULES.rule(
    "V-11",
    title="新界线沿道路、河流",
    title_en="New borders follow roads and rivers",
    stages=EVERY_STAGE,
    law="以道路、河流中心线表述四至的做法（参照外地批复，待本市确认）",
    since=SINCE,
    variants=("unclear", "nearly"),
    parameters={"distance_m": 15.0, "clear_share": 0.8, "angle_deg": 30.0, "step_m": 10.0, "least_m": 20.0},
)
def check(proposal: AdjustmentProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """新画的界线宜沿道路、河流中心线，便于辨认和表述四至。离中心线 distance_m 米以内且走向一致的算作沿线；沿线长度不足全长
    clear_share 的（unclear）应当改画或者说明理由，只剩少许的（nearly）作为提示，
    不足 least_m 米的不提。横穿道路不算沿线。

    A new border should follow the centreline of a road or river, so that people can find it and the text can
    name it. A stretch follows when it lies within ``distance_m`` metres and runs the same way (``angle_deg``);
    crossing does not count. ``unclear``: less than ``clear_share`` of the length follows; ``nearly``: little is
    left, and less than ``least_m`` metres is passed over, for a border seldom begins exactly where a road does.
    The line is taken in pieces of ``step_m``. All values are UNVERIFIED. City frame, metres.
    """
    distance_m = float(parameters["distance_m"])
    for place, line in enumerate(proposal.new_lines, start=1):
        if line.is_empty:
            continue
        features = [
            (feature.name or f"无名{KINDS.get(feature.kind, '地物')}", feature.geometry)
            for feature in ask.lines_near(line, distance_m)
        ]
        found = follow(
            line,
            features,
            distance_m=distance_m,
            angle_deg=float(parameters["angle_deg"]),
            step_m=float(parameters["step_m"]),
        )
        enough = found.clear_share >= float(parameters["clear_share"])
        if enough and found.unclear_m < float(parameters["least_m"]):
            continue
        number = f"（第 {place} 条）" if len(proposal.new_lines) > 1 else ""
        number_en = f" (no. {place})" if len(proposal.new_lines) > 1 else ""
        yield _hit(number, number_en, found, "nearly" if enough else "unclear")
