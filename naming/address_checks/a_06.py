"""A-06: where numbers are metres, the number is the distance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import number_of, place_of


@RULES.rule(
    "A-06",
    title="按距离编号的号码与里程相符",
    title_en="Metric numbers agree with the distance",
    stages=EVERY_STAGE,
    law="按距离编号的做法（参照外地做法，待本市确认）",
    since=SINCE,
    parameters={"mode": "sequential", "step_m": 20.0},
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """按距离编号（mode = metric）的街路，号码即门到起点的米数，允许相差一个步长。本市默认按顺序编号，此规则不作判断；系统按
    本市编号规则编出的号码也不作判断。

    On streets numbered by distance (``mode = metric``) a number is the metres from the origin, within one step.
    The city numbers in sequence by default, and the rule is silent then, as it is on numbers worked
    out by the city's way of numbering.
    """
    number = proposal.parts.number
    if parameters["mode"] != "metric" or number is None or proposal.by_rule:
        return
    measure = ask.measure(proposal)
    if measure is None or abs(measure.along_m - number) <= parameters["step_m"]:
        return
    yield Hit(
        f"{number_of(proposal)} 距“{place_of(proposal)}”起点 {measure.along_m:.0f} 米，与号码相差 "
        f"{abs(measure.along_m - number):.0f} 米",
        f"请核对位置，或者改编为约 {max(1, round(measure.along_m))}号",
        message_en=f"“{number_of(proposal)}” lies {measure.along_m:.0f} m from the origin of “{place_of(proposal)}”, "
        f"{abs(measure.along_m - number):.0f} m off its number",
        remedy_en=f"Check the position, or number it about {max(1, round(measure.along_m))}",
    )
