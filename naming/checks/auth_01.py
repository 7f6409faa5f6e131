"""AUTH-01: who approves street names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Stage
from naming.checks.proposal import Authority, NameProposal, Questions
from naming.checks.registry import DM_SINCE, RULES

LEVELS = {"city": "市", "county": "县", "district": "市辖区", "town": "镇街"}
NAMED_IN_LAW = frozenset({"city", "county"})
"""The levels whose government article 12 (5) names; a district of a city is not among them."""


def _message_en(authority: Authority) -> str:
    unsure = " (not yet verified)" if authority.source_status == "UNVERIFIED" else ""
    basis = f"the basis cited, “{authority.legal_basis}”{unsure}," if authority.legal_basis else "it"
    return (
        f"The approving authority “{authority.approver}” is of the level “{authority.level or 'not stated'}” and {basis} "
        "comes without a document of delegation; the Regulations name the government of a city or county"
    )


@RULES.rule(
    "AUTH-01",
    title="批准权限有依据",
    title_en="Basis of the approving authority",
    stages=(Stage.ACCEPT, Stage.DECIDE),
    law="地名管理条例 第十二条第（五）项",
    since=DM_SINCE,
    variants=("missing",),
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """街路巷的命名、更名由直辖市、市、县人民政府批准，条文没有写市辖区。由区批准的，应当有授权或者委托文件；
    案件在批准权限表中没有对应的一行（missing）的，先补权限依据。

    Names of streets are approved by the government of a municipality, city or county; a district of a city is
    not named. Where a district approves, a delegation document must be on file. ``missing``: the table of
    authorities has no row for the case.
    """
    if proposal.category != "STR" or proposal.kind == "retire":
        return
    authority = proposal.authority
    if authority is None:
        if proposal.case_number:
            yield Hit(
                f"案件 {proposal.case_number} 在批准权限表中没有对应的批准机关",
                "请管理员在批准权限表中补上辖区、批准机关和法律依据",
                "本案尚未明确批准机关，对照《地名管理条例》第十二条第（五）项，应先明确批准权限依据。",
                "missing",
                message_en=f"The table of authorities names no approving authority for case {proposal.case_number}",
                remedy_en="Ask an administrator to enter jurisdiction, authority and legal basis in the table",
            )
        return
    if authority.level in NAMED_IN_LAW or authority.delegation_document.strip():
        return
    level = LEVELS.get(authority.level, authority.level or "未写明级别")
    basis = authority.legal_basis or "未写明"
    unsure = "（依据尚未核实）" if authority.source_status == "UNVERIFIED" else ""
    yield Hit(
        f"批准机关“{authority.approver}”为{level}一级，所引依据“{basis}”{unsure}没有附授权或者委托文件；条例规定由市、县人民政府批准",
        "请补充市人民政府的授权或者委托文件，或者报市人民政府批准",
        f"本案拟由{authority.approver}批准，《地名管理条例》第十二条第（五）项未写明{level}，"
        "且未见授权或者委托文件，经研究：",
        message_en=_message_en(authority),
        remedy_en="Add the city government's document of delegation, or submit the case to the city government",
    )
