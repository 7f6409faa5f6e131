"""A-13: one place is not described twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import shapely

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import door_words, door_words_en, subject_of


@RULES.rule(
    "A-13",
    title="同处不异名、近处不同名",
    title_en="One place, one text; no same text nearby",
    stages=EVERY_STAGE,
    law="地址不重复描述同一位置的要求（本系统设计要求，待本市确认）",
    since=SINCE,
    variants=("same_point", "same_text"),
    parameters={"point_m": 0.5, "text_m": 2000.0},
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """同一个点不应有两个不同号码的地址（same_point；同一门内的户室不算），附近不应有全文相同而街路不同的地址（same_text）。

    One point does not have two addresses of different numbers (``same_point``; homes behind one door are no
    matter), and no address of another street nearby reads exactly the same (``same_text``).
    """
    if proposal.point is None:
        return
    for door in ask.at_point(proposal, float(parameters["point_m"])):
        if proposal.former and door.text == proposal.former:
            continue  # the address that is being renumbered
        yield Hit(
            f"同一位置已有另一个地址{door_words(door)}",
            "请核对坐标；确为一门两号的，请注销其中一个",
            variant="same_point",
            subject=subject_of(door),
            geometry=shapely.Point(proposal.point),
            message_en=f"Another address lies at the same point: {door_words_en(door)}",
            remedy_en="Check the coordinates; if one door has two numbers, cancel one of them",
        )
        break
    if proposal.place is None or not proposal.place.namesakes:
        return
    x, y = proposal.point
    for door in ask.of_text(proposal):
        if door.point is None:
            continue
        apart = ((door.point[0] - x) ** 2 + (door.point[1] - y) ** 2) ** 0.5
        if apart <= parameters["text_m"]:
            yield Hit(
                f"{apart:.0f} 米外另一条同名街路上有全文相同的地址{door_words(door)}",
                "请核对街路；两条街路同名的，请先办理更名",
                variant="same_text",
                subject=subject_of(door),
                message_en=f"On another street of the same name, {apart:.0f} m away, an address reads the same: {door_words_en(door)}",
                remedy_en="Check the street; where two streets share a name, have one renamed first",
            )
            return
