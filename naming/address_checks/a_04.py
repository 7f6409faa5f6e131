"""A-04: odd and even numbers keep to their side of the street."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import number_of, place_of

_SIDES = {"left": ("左", "left"), "right": ("右", "right")}


@RULES.rule(
    "A-04",
    title="单双号分列两侧",
    title_en="Odd and even numbers on their own side",
    stages=EVERY_STAGE,
    law="门楼号单双号分列两侧的做法（参照外地做法，待本市确认）",
    since=SINCE,
    parameters={"odd_side": "left", "clear_m": 2.0, "far_m": 60.0},
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """从起点面向前方，一侧单号、一侧双号（本市配置，默认左单右双）。离中心线很近看不出侧别的，或者离街路过远的，不作判断；系统
    按本市编号规则编出的号码，侧别已由规则确定，也不作判断。

    Facing onward from the origin, one side has odd and the other even numbers (city switch; odd on the left by
    default). Points almost on the centreline, or far from the street, are not judged, nor are numbers worked out by the
    city's way of numbering, which has settled the side.
    """
    number = proposal.parts.number
    if number is None or proposal.by_rule:
        return
    measure = ask.measure(proposal)
    if (
        measure is None
        or not measure.side
        or not parameters["clear_m"] <= measure.offset_m <= parameters["far_m"]
    ):
        return
    odd_side = str(parameters["odd_side"])
    odd = number % 2 == 1
    if (measure.side == odd_side) == odd:
        return
    side, side_en = _SIDES[measure.side]
    kind, kind_en = ("单号", "an odd") if odd else ("双号", "an even")
    yield Hit(
        f"{number_of(proposal)} 是{kind}，却在“{place_of(proposal)}”的{side}侧",
        "请核对位置落在哪一侧；只有一侧有房屋的街路只用单号或者双号",
        message_en=f"“{number_of(proposal)}” is {kind_en} number on the {side_en} side of “{place_of(proposal)}”",
        remedy_en="Check on which side the point lies; a street built on one side uses odd or even numbers only",
    )
