"""A-09: the entrance lies in the community the address names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import shapely

from geoapp.core.checks import Hit, Subject
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE


@RULES.rule(
    "A-09",
    title="位置在所属村、社区范围内",
    title_en="The position lies in its community",
    stages=EVERY_STAGE,
    law="地址位置与村、社区范围相符的要求（本系统设计要求，待本市确认）",
    since=SINCE,
    variants=("outside", "unknown"),
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """地址的位置应当在所写村、社区的范围内（outside）；所写村、社区应当是登记的单位（unknown）。没有范围图形的村、社区不作
    位置判断。

    The position lies on the land of the village or community the address names (``outside``), and that one is on
    record (``unknown``). Where it has no land on record nothing is said about the position.
    """
    if not proposal.community and not proposal.community_named:
        return  # A-08 asks for it
    ours = ask.community(proposal)
    if ours is None:
        yield Hit(
            f"没有“{proposal.community_named or proposal.community}”这个村、社区",
            "请核对名称或者代码；写村、社区的简称，如“X社区”“X村”",
            variant="unknown",
            message_en=f"There is no village or community “{proposal.community_named or proposal.community}”",
            remedy_en="Check name or code; write the short form, “X社区” or “X村”",
        )
        return
    if proposal.point is None or not ours.has_land:
        return
    there = ask.community_at(proposal)
    if there is not None and there.id == ours.id:
        return
    lies, lies_en = (
        (f"在“{there.name}”", f"in “{there.name}”")
        if there
        else ("不在本市任何村、社区", "in no community of the city")
    )
    yield Hit(
        f"位置{lies}，不在“{ours.name}”范围内",
        "请核对坐标和坐标系；坐标无误的，请改写村、社区",
        variant="outside",
        subject=Subject("unit", there.id, there.name) if there else None,
        geometry=shapely.Point(proposal.point),
        message_en=f"The position lies {lies_en}, not in “{ours.name}”",
        remedy_en="Check coordinates and coordinate system; if they are right, correct the community",
    )
