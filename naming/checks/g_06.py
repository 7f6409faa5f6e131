"""G-06: a street through several districts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Stage
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, RULES

LEVELS = {"town": "镇街", "district": "区"}


@RULES.rule(
    "G-06",
    title="跨区街路巷由市级办理",
    title_en="Streets across districts are handled by the city",
    stages=(Stage.ACCEPT,),
    law="地名管理条例 第十二条第（五）项（跨区由市级办理参照外地做法，待本市确认）",
    since=DM_SINCE,
    variants=("level", "wrong_level"),
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """街路巷跨越区界的，由市级受理和审查（level 为提示）；由区或者镇街受理的（wrong_level）不能受理，应当移送市级。

    A street that crosses a district line is handled by the city: ``level`` is the note of it, ``wrong_level``
    stops acceptance by a district or town. A street that leaves the city is G-01's matter.
    """
    if proposal.geometry is None or proposal.geometry.is_empty or proposal.kind == "retire":
        return
    districts = list(ask.districts_of(proposal.geometry))
    if len(districts) < 2:
        return
    names = "、".join(districts)
    names_en = " and ".join(f"“{name}”" for name in districts)
    if proposal.handling_level in ("", "city"):
        yield Hit(
            f"线路跨越{names}，跨区的街路巷须由市级办理",
            "由市民政部门受理；请征求沿线各区意见",
            f"申报线路跨越{names}，依照《地名管理条例》第十二条第（五）项由市级办理。",
            "level",
            geometry=proposal.geometry,
            message_en=f"The line crosses {names_en}; a street across districts is handled by the city",
            remedy_en="The city's civil affairs department accepts the case; consult the districts along the line",
        )
        return
    level = LEVELS.get(proposal.handling_level, proposal.handling_level)
    yield Hit(
        f"线路跨越{names}，跨区的街路巷须由市级办理，{level}一级不能受理",
        "请使用“移送市级办理”，由市民政部门受理",
        f"申报线路跨越{names}，依照《地名管理条例》第十二条第（五）项应由市级办理，本级不予受理，移送市级。",
        "wrong_level",
        geometry=proposal.geometry,
        message_en=f"The line crosses {names_en}; a street across districts is handled by the city and cannot be "
        f"accepted by a {proposal.handling_level}",
        remedy_en="Use “Hand to the city”: the city's civil affairs department accepts the case",
    )
