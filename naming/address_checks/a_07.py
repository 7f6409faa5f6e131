"""A-07: a sub-number hangs on a main number, one level deep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import number_of, place_of


@RULES.rule(
    "A-07",
    title="附号只有一级，主号须在",
    title_en="Sub-numbers are one level deep and have a main number",
    stages=EVERY_STAGE,
    law="江门市门楼号牌管理条例 第六条第（四）项（参照外地做法，待本市确认）",
    since=SINCE,
    variants=("depth", "orphan"),
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """附号编在已有主号之下（orphan：没有主号，同一文件内的主号也算），附号之下不再编附号（depth）。

    A sub-number is given under a main number that stands (``orphan`` where there is none; a main number of the same
    file will do), and a sub-number has no sub-number of its own (``depth``).
    """
    parts = proposal.parts
    if proposal.sub_depth > 1:
        yield Hit(
            f"附号有 {proposal.sub_depth} 级，附号之下不能再编附号",
            f"请改为 {parts.number}号 之下的下一个附号",
            variant="depth",
            message_en=f"There are {proposal.sub_depth} levels of sub-numbers; a sub-number has none of its own",
            remedy_en=f"Use the next sub-number under {parts.number}",
        )
        return
    if parts.sub_number is None or parts.number is None or proposal.place is None:
        return
    if not ask.has_main(proposal):
        yield Hit(
            f"“{place_of(proposal)}”没有 {parts.number}号，不能编 {number_of(proposal)}",
            f"请先登记 {parts.number}号，或者把它写进同一文件；主号那一行有误的，改正后附号随之通过",
            variant="orphan",
            message_en=f"“{place_of(proposal)}” has no number {parts.number}, so “{number_of(proposal)}” cannot be given",
            remedy_en=f"Enter {parts.number} first or in the same file; once a faulty main row is mended its sub-numbers pass",
        )
