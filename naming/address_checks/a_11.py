"""A-11: one homestead plot, one number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal, Door
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import door_words, door_words_en, number_of, subject_of


def _hit(variant: str, message: str, message_en: str, door: Door) -> Hit:
    return Hit(
        message,
        "一宗宅基地编一个号；分户的在同一号内编户室号",
        variant=variant,
        subject=subject_of(door),
        message_en=message_en,
        remedy_en="One plot has one number; a household that split gets a room number behind the same door",
    )


@RULES.rule(
    "A-11",
    title="农村一宗一号",
    title_en="In villages one plot has one number",
    stages=EVERY_STAGE,
    law="江门市门楼号牌管理条例 第六条第（三）项（参照外地做法，待本市确认）",
    since=SINCE,
    variants=("plot_twice", "number_twice"),
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """农村一宗宅基地对应一个门楼号：同一宗地不编两个号（plot_twice），同一个号不给两宗地（number_twice）；分户用户室号区分。
    没有写宗地号的不作判断。

    In villages a homestead plot has one number: no plot has two (``plot_twice``) and no number serves two plots
    (``number_twice``); households that split differ by room. Without a plot number nothing is judged.
    """
    if not proposal.plot or proposal.parts.number is None:
        return
    for door in ask.of_plot(proposal):
        if proposal.former and door.text == proposal.former:
            continue  # the address that is being renumbered
        yield _hit(
            "plot_twice",
            f"宗地 {proposal.plot} 已有门楼号：{door_words(door)}",
            f"Plot {proposal.plot} has a number already: {door_words_en(door)}",
            door,
        )
        return
    for door in ask.entrances(proposal):
        if door.standing and door.plot and door.plot != proposal.plot:
            yield _hit(
                "number_twice",
                f"{number_of(proposal)} 已用于宗地 {door.plot}：{door_words(door)}",
                f"“{number_of(proposal)}” belongs to plot {door.plot}: {door_words_en(door)}",
                door,
            )
            return
