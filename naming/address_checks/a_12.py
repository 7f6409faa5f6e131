"""A-12: where both a compound and a street would do, the street is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE


@RULES.rule(
    "A-12",
    title="小区与街路巷并存时用街路巷",
    title_en="The street goes before the compound",
    stages=EVERY_STAGE,
    law="地址限定物街路巷优先的做法（参照外地做法，待本市确认）",
    since=SINCE,
    parameters={"street_m": 60.0},
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """只以小区、院落或者自然村为限定物的地址，门前已有标准街路巷的，应当按街路巷编号，小区作为门内部分。

    An address limited by a compound, a yard or a natural village alone, with a standard street before its door, is
    numbered along the street; the compound is part of what lies within.
    """
    if proposal.point is None:
        return
    place = proposal.place
    if place is not None and place.kind != "VIL":
        return
    limited = place.name if place else proposal.parts.compound
    if not limited:
        return
    near = ask.streets_near(proposal, float(parameters["street_m"]))
    if near:
        yield Hit(
            f"地址以“{limited}”为限定物，而门前有街路“{near[0]}”",
            f"请按“{near[0]}”编号，“{limited}”写在门牌号之后",
            message_en=f"The address is limited by “{limited}”, but the street “{near[0]}” passes its door",
            remedy_en=f"Number it along “{near[0]}” and write “{limited}” after the number",
        )
