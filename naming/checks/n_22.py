"""N-22: a street gets another name only for a reason the law knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Subject
from naming.checks.proposal import NameProposal, Questions
from naming.checks.registry import DM_SINCE, EVERY_STAGE, RULES
from naming.language.normalise import normalise_name

TRIGGERS = {
    "division": ("区划变更", "a change of administrative division"),
    "construction": ("城乡建设", "urban or rural construction"),
    "nature": ("自然变化", "a natural change"),
}
"""Article 10: name and fact no longer agree because of one of these."""

OTHER = "other"
"""Any other trigger; it needs a legal basis in words."""


def _subject(proposal: NameProposal) -> Subject | None:
    what = "street" if proposal.category == "STR" else "unit"
    return Subject(what, proposal.street_id, proposal.old_name) if proposal.street_id else None


@RULES.rule(
    "N-22",
    title="更名要有法定缘由",
    title_en="Renaming needs a trigger",
    stages=EVERY_STAGE,
    law="地名管理条例 第十条",
    since=DM_SINCE,
    variants=("basis", "same", "moved"),
    parameters={"publicity_days": 30},
)
def check(proposal: NameProposal, ask: Questions, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """地名更名须因行政区划变更、城乡建设、自然变化致使名实不符；没有写明缘由的不予受理，其他缘由须写明法律依据（basis）。
    新名称与现名相同（same），或者现名在申请之后已经变更（moved）的，也不能办理。更名公示不少于 publicity_days 天（本市配置）。

    A name is changed when it no longer fits because of a change of division, construction or a natural change; the
    trigger must be stated, any other one with its legal basis in words (``basis``). Nor may the new name be the
    present one (``same``), or the present name have changed since the application (``moved``). The public notice
    of a renaming runs for at least ``publicity_days`` days (a local value).
    """
    if proposal.kind != "rename":
        return
    name, old = proposal.name, proposal.old_name
    change = f"“{old}”更名为“{name}”" if old else f"更名为“{name}”"
    change_en = f"renaming “{old}” to “{name}”" if old else f"renaming to “{name}”"
    if proposal.trigger not in (*TRIGGERS, OTHER):
        yield Hit(
            f"{change}没有写明更名缘由；更名须因区划变更、城乡建设或者自然变化致使名实不符",
            "请选择更名缘由；不属于这三种的，选“其他”并写明法律依据",
            f"经审查，{change}未写明名实不符的缘由，不符合《地名管理条例》第十条的规定，请申请人补正。",
            subject=_subject(proposal),
            message_en=f"No trigger is given for {change_en}; a name is changed when it no longer fits because of a change "
            "of division, construction or a natural change",
            remedy_en="Choose the trigger; if it is none of the three, choose “其他” and state the legal basis",
        )
    elif proposal.trigger == OTHER and not proposal.legal_basis.strip():
        yield Hit(
            f"{change}的缘由不属于区划变更、城乡建设、自然变化，又没有写明法律依据",
            "请写明更名所依据的法律、法规条款或者文件",
            f"经审查，{change}的缘由不属于《地名管理条例》第十条所列情形，且未写明法律依据，请申请人补正。",
            "basis",
            _subject(proposal),
            message_en=f"The trigger for {change_en} is none of those in article 10, and no legal basis is stated",
            remedy_en="State the article or document the renaming rests on",
        )
    if old and normalise_name(old) == proposal.normalised:
        yield Hit(
            f"新名称“{name}”与现名“{old}”相同，不是更名",
            "请填写新的名称；只改拼音的，请申请更正",
            f"经审查，申报的新名称“{name}”与现名相同，不属于《地名管理条例》第十条规定的更名，请申请人修改。",
            "same",
            _subject(proposal),
            message_en=f"The new name “{name}” is the present name “{old}”: nothing is renamed",
            remedy_en="Enter another name; for the spelling alone apply for a correction",
        )
    if old and proposal.current_name != old:
        now = f"已是“{proposal.current_name}”" if proposal.current_name else "已不再使用"
        now_en = f"is “{proposal.current_name}” now" if proposal.current_name else "is no longer in use"
        yield Hit(
            f"申请时的现名“{old}”{now}，不能再按原申请更名",
            "请核对这条街路巷现在的名称后重新申请",
            f"经核对，申请时的现名“{old}”{now}，对照《地名管理条例》第十条，请申请人按现名重新提出。",
            "moved",
            _subject(proposal),
            message_en=f"The name “{old}” of the application {now_en}; the renaming cannot go on as applied for",
            remedy_en="Check what the street is called now and apply again",
        )
