"""A-03: numbers are not skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal, Suggestion
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import listed, listed_en, number_of, place_of

_AVOIDED = ("4", "13", "14")


def _avoided(number: int) -> bool:
    return str(number).endswith(_AVOIDED)


@RULES.rule(
    "A-03",
    title="门楼号不跳号",
    title_en="No number is skipped",
    stages=EVERY_STAGE,
    law="江门市门楼号牌管理条例 第六条（参照外地做法，待本市确认）",
    since=SINCE,
    variants=("gap", "avoided"),
    parameters={"mode": "sequential"},
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """号码依次编排：街路巷一侧逐个单号或者双号，自然村逐号，中间不得空出（gap），更不得为避讳而跳过 4、13、14
    （avoided）；历史形成并注明的除外。按距离编号的街路巷不适用。预留和注销的号码算已编；系统按
    本市编号规则编出的号码，或者与该处建议号相同的号码，其前为空地预留，也不算跳号。

    Numbers follow one another: odd or even ones on each side of a street, every one in a natural village. None is
    left out (``gap``), least of all to avoid 4, 13 and 14 (``avoided``), unless the order is marked as historic.
    Streets numbered by distance are exempt; reserved and cancelled numbers count as given, and before a number worked
    out by the city's way of numbering, or equal to the one suggested there, what is free is kept for vacant frontage.
    """
    if parameters["mode"] != "sequential" or proposal.historic or proposal.by_rule:
        return
    if proposal.place is None or proposal.parts.number is None or not ask.leads(proposal):
        return
    step = 1 if proposal.place.kind == "VIL" else 2
    missing = ask.numbers(proposal).missing_before(proposal.parts.number, step)
    if not missing:
        return
    here = ask.suggested(proposal)
    if here is not None and (here.number, here.sub_number) == _key(proposal):
        return
    # Who skips a number out of superstition skips a few; a long gap is a gap.
    avoided = len(missing) <= 4 and all(_avoided(n) for n in missing)
    variant = "avoided" if avoided else "gap"
    why = "，不得为避讳跳号" if variant == "avoided" else ""
    yield Hit(
        f"“{place_of(proposal)}”在 {number_of(proposal)} 之前空出 {listed(missing)}{why}",
        _remedy(here),
        variant=variant,
        message_en=f"Before “{number_of(proposal)}” of “{place_of(proposal)}” these numbers are left out: {listed_en(missing)}"
        + ("; numbers are not skipped out of superstition" if variant == "avoided" else ""),
        remedy_en=_remedy_en(here),
    )


def _key(proposal: AddressProposal) -> tuple[int | None, int | None]:
    return (proposal.parts.number, proposal.parts.sub_number)


def _remedy(here: Suggestion | None) -> str:
    rest = "为空地预留的请登记预留号码，历史形成的请注明历史编号"
    return (
        f"此处建议号为 {here.text}（{here.why}）；另编其他号码的，{rest}" if here else f"请依次编号；{rest}"
    )


def _remedy_en(here: Suggestion | None) -> str:
    rest = "register numbers kept for vacant land as reserved, mark historic numbering as such"
    if here is None:
        return f"Number in order; {rest}"
    return f"The number suggested here is “{here.text}” ({here.why_en}); for any other number {rest}"
