"""A-10: the entrance lies by its street and at a building."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import shapely

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import place_of


@RULES.rule(
    "A-10",
    title="位置靠近街路和房屋",
    title_en="The position is near its street and a building",
    stages=EVERY_STAGE,
    law="地址位置与街路、房屋相近的要求（本系统设计要求，待本市确认）",
    since=SINCE,
    variants=("far", "no_building"),
    parameters={"street_m": 60.0, "building_m": 60.0, "mapped_m": 100.0},
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """门的位置离所属街路不宜过远（far，默认 60 米），并应当在房屋内或者房屋旁（no_building）；附近没有测绘房屋的，不作判断。

    A door lies near its street (``far``: 60 m by default) and in or by a building (``no_building``); where no
    buildings are mapped around, nothing is said about them.
    """
    if proposal.point is None:
        return
    measure = ask.measure(proposal)
    if measure is not None and measure.offset_m > parameters["street_m"]:
        yield Hit(
            f"位置离“{place_of(proposal)}”有 {measure.offset_m:.0f} 米，超过 {parameters['street_m']:.0f} 米",
            "请核对坐标、坐标系和街路名称",
            variant="far",
            geometry=shapely.Point(proposal.point),
            message_en=f"The position is {measure.offset_m:.0f} m from “{place_of(proposal)}”, more than "
            f"{parameters['street_m']:.0f} m",
            remedy_en="Check coordinates, coordinate system and street",
        )
    near = ask.building_m(proposal, float(parameters["mapped_m"]))
    if near is not None and near > parameters["building_m"]:
        yield Hit(
            f"位置离最近的房屋 {near:.0f} 米",
            "请核对坐标；新建房屋未测绘的可以不改",
            variant="no_building",
            geometry=shapely.Point(proposal.point),
            message_en=f"The nearest building is {near:.0f} m away",
            remedy_en="Check the coordinates; nothing to do for a new building not yet mapped",
        )
