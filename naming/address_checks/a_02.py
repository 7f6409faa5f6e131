"""A-02: one number, one door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit
from naming.address_checks.proposal import AddressBook, AddressProposal, Door
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import door_words, door_words_en, number_of, place_of, subject_of


def _apart_m(a: tuple[float, float] | None, b: tuple[float, float] | None) -> float:
    if a is None or b is None:
        return 0.0
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


def _twin(proposal: AddressProposal, twin: Door) -> Hit:
    what, other, other_en = number_of(proposal), door_words(twin), door_words_en(twin)
    place = place_of(proposal)
    if not twin.standing:
        return Hit(
            f"“{place}”的 {what} 已经注销，号码保留备查：{other}",
            "请编新的号码；注销的号码不再使用",
            variant="cancelled",
            subject=subject_of(twin),
            message_en=f"“{what}” of “{place}” was cancelled and is kept for reference: {other_en}",
            remedy_en="Give a new number; a cancelled one is not used again",
        )
    if twin.leaving:
        return Hit(
            f"“{place}”的 {what} 是{other}现用的号码，{twin.leaving}要把它改号；用过的号码保留备查，不再给别的门",
            "请编没有用过的号码；整条街路重新编号的，各门都改用新的号码",
            variant="cancelled",
            subject=subject_of(twin),
            message_en=f"“{what}” of “{place}” belongs to {other_en}, which “{twin.leaving}” renumbers; "
            "a number once used is kept for reference and not given to another door",
            remedy_en="Give a number never used; where a whole street is renumbered, every door gets a new one",
        )
    if twin.state == "reserved":
        return Hit(
            f"“{place}”的 {what} 是预留号码：{other}",
            "请把预留的号码转为正式号码，不要另录一条",
            variant="reserved",
            subject=subject_of(twin),
            message_en=f"“{what}” of “{place}” is reserved: {other_en}",
            remedy_en="Turn the reserved number into a standard one instead of entering another",
        )
    return Hit(
        f"与{other}重号",
        "请核对门牌号、小区和户室；同一门内的各户以户室号区分",
        f"申报的 {what} 与{other}相同，同一街路巷内门楼号不得重复，请更正。",
        "duplicate",
        subject_of(twin),
        message_en=f"The same number as {other_en}",
        remedy_en="Check number, compound and room; homes behind one door differ by their room",
    )


@RULES.rule(
    "A-02",
    title="门楼号不重号",
    title_en="No number is given twice",
    stages=EVERY_STAGE,
    law="江门市门楼号牌管理条例 第六条、第十二条（参照外地做法，待本市确认）",
    since=SINCE,
    variants=("duplicate", "main", "cancelled", "reserved"),
    parameters={"same_door_m": 150.0},
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """同一街路巷（自然村）内，号码连同附号、小区、楼栋、单元、户室不得与另一地址相同（duplicate），主号不得分给两处门
    （main：小区不同，或者两门相距过远）；已注销的号码留作历史（cancelled），预留的号码不另给（reserved）。同一文件内的各行
    也相互比较。

    Along one street no two addresses share number, sub-number, compound, building, unit and room (``duplicate``),
    and one main number does not belong to two doors (``main``: other compounds, or too far apart). Cancelled numbers
    are kept (``cancelled``), reserved ones are not given to others (``reserved``). Rows of one file are compared too.
    """
    if proposal.place is None or proposal.parts.number is None:
        return
    twin = None
    for door in ask.twins(proposal):
        if twin is None or (door.standing and not twin.standing):
            twin = door
    if twin is not None:
        yield _twin(proposal, twin)
        return
    compound = proposal.parts.compound
    for door in ask.entrances(proposal):
        apart = _apart_m(proposal.point, door.point)
        if not door.standing or door.state == "reserved":
            continue
        if (compound and door.compound and compound != door.compound) or apart > parameters["same_door_m"]:
            yield Hit(
                f"{number_of(proposal)} 已用于另一处门：{door_words(door)}"
                + (f"，两处相距 {apart:.0f} 米" if apart else ""),
                "请给其中一处编新的号码；确为同一院落的，请写同一小区名并核对位置",
                variant="main",
                subject=subject_of(door),
                message_en=f"“{number_of(proposal)}” belongs to another door: {door_words_en(door)}"
                + (f", {apart:.0f} m away" if apart else ""),
                remedy_en="Give one of them a new number; if it is one compound, write the same compound and check the place",
            )
            return
