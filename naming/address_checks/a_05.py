"""A-05: numbers rise along the street from its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import number_of, place_of


@RULES.rule(
    "A-05",
    title="号码沿街由起点递增",
    title_en="Numbers rise from the origin",
    stages=EVERY_STAGE,
    law="门楼号由起点依次递增的做法（参照外地做法，待本市确认）",
    since=SINCE,
    variants=("order", "reversed"),
    parameters={"slack_m": 10.0, "far_m": 60.0, "ew_origin": "E", "ns_origin": "S"},
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """同侧号码沿中心线由起点递增：小号不得在大号之前（order，允许少许偏差）。整条街的号码由另一端起编、与本市起点规则相反
    的，只在首号上提示一次（reversed），按已有方向继续编。系统按本市编号规则编出的号码不作判断。

    On one side numbers rise along the centreline from the origin; a lower number does not lie beyond a higher one
    (``order``, with some slack). Where a whole street is numbered from the other end than the city's rule says, its
    first number says so once (``reversed``) and numbering goes on in the established direction. Numbers worked out by
    the city's way of numbering are not judged.
    """
    number = proposal.parts.number
    if number is None or proposal.by_rule or not ask.leads(proposal):
        return
    measure = ask.measure(proposal)
    if measure is None or measure.offset_m > parameters["far_m"]:
        return
    slack = float(parameters["slack_m"])
    lower, higher = ask.beside(proposal)
    wrong = lower if lower is not None and lower.along_m > measure.along_m + slack else None
    if wrong is None and higher is not None and higher.along_m < measure.along_m - slack:
        wrong = higher
    if wrong is not None:
        yield Hit(
            f"{number_of(proposal)} 在距起点 {measure.along_m:.0f} 米处，同侧的 {wrong.number}号 在 {wrong.along_m:.0f} 米处，"
            "号码没有递增",
            "请核对位置，或者按门的先后重排号码",
            variant="order",
            message_en=f"“{number_of(proposal)}” lies {measure.along_m:.0f} m from the origin and {wrong.number} on the same side "
            f"at {wrong.along_m:.0f} m: the numbers do not rise",
            remedy_en="Check the position, or renumber in the order of the doors",
        )
    elif measure.against and (ordered := ask.numbers(proposal).ordered) and ordered[0] == number:
        yield Hit(
            f"“{place_of(proposal)}”的号码由另一端起编，与本市起点规则（由东向西、由南向北）相反",
            "已编的号码不变，请按已有方向继续编",
            variant="reversed",
            message_en=f"“{place_of(proposal)}” is numbered from the other end than the city's rule (from east, from south)",
            remedy_en="Keep what is numbered and go on in the established direction",
        )
