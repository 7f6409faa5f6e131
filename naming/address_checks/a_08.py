"""A-08: the ladder of an address is complete, in order, half-width and without blanks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geoapp.core.checks import Hit, Subject
from naming.address_checks.proposal import AddressBook, AddressProposal, ReadingFault
from naming.address_checks.registry import EVERY_STAGE, RULES, SINCE
from naming.address_checks.words import column_words

_KINDS = {
    "width": (
        "含全角字符“{value}”",
        "has full-width characters “{value}”",
        "请改为半角“{better}”",
        "Write it half-width: “{better}”",
    ),
    "blank": (
        "含空格或者换行“{value}”",
        "holds blanks or line breaks “{value}”",
        "请改为“{better}”",
        "Write “{better}”",
    ),
    "unreadable": (
        "读不懂：“{value}”",
        "cannot be read: “{value}”",
        "请按栏目说明填写",
        "Fill it in as the column asks",
    ),
    "order": (
        "“{value}”写错了栏目或者次序",
        "“{value}” stands in the wrong column or order",
        "请按 区、镇街、村居、街路巷、门牌、小区、楼栋、单元、层、户室 的次序填写",
        "Follow the order: district, town, community, street, number, compound, building, unit, floor, room",
    ),
    "short": (
        "应写简称，不写“{value}”",
        "is written short, not “{value}”",
        "请改为“{better}”",
        "Write “{better}”",
    ),
    "conflict": (
        "写的是“{value}”，而所写村居属于“{better}”",
        "says “{value}”, but the community belongs to “{better}”",
        "请核对村居，或者改为“{better}”",
        "Check the community, or write “{better}”",
    ),
    "parsed": (
        "只有全文“{value}”，读作“{better}”",
        "is given as text only, “{value}”, and is read as “{better}”",
        "请核对读法后接受修正，或者把街路巷、门牌号等分栏填写",
        "Check the reading and accept it, or put street, number and so on into columns of their own",
    ),
    "text_only": (
        "只有全文，没有分栏：“{value}”",
        "is given as text only, not in columns: “{value}”",
        "请把街路巷、门牌号等分栏填写",
        "Put street, number and so on into columns of their own",
    ),
}
_OF_VARIANT = {"short": "order", "conflict": "order", "text_only": "missing", "parsed": "missing"}
_BUILDING_IN_UNIT = ("座", "栋", "幢", "楼")
_UNIT_IN_BUILDING = ("单元", "梯")


def _fault(fault: ReadingFault) -> Hit:
    words, words_en = column_words(fault.column)
    message, message_en, remedy, remedy_en = (
        text.format(value=fault.value[:60], better=fault.better[:60]) for text in _KINDS[fault.kind]
    )
    return Hit(
        f"{words}{message}",
        remedy,
        variant=_OF_VARIANT.get(fault.kind, fault.kind),
        subject=Subject("column", fault.column, words),
        message_en=f"The {words_en} {message_en}",
        remedy_en=remedy_en,
    )


def _missing(column: str) -> Hit:
    words, words_en = column_words(column)
    return Hit(
        f"缺{words}",
        f"请填写{words}",
        variant="missing",
        subject=Subject("column", column, words),
        message_en=f"The {words_en} is missing",
        remedy_en=f"Fill in the {words_en}",
    )


def _misplaced(proposal: AddressProposal) -> Iterator[ReadingFault]:
    parts = proposal.parts
    if parts.building.endswith(_UNIT_IN_BUILDING):
        yield ReadingFault("order", "building", parts.building)
    if parts.unit.endswith(_BUILDING_IN_UNIT):
        yield ReadingFault("order", "unit", parts.unit)
    if parts.unit and not parts.building and not parts.compound and parts.number is None:
        yield ReadingFault("order", "unit", parts.unit)


@RULES.rule(
    "A-08",
    title="地址层级完整、次序合法、半角无空格",
    title_en="The ladder is complete, in order, half-width, without blanks",
    stages=EVERY_STAGE,
    law="地址数据完整和书写的技术要求（参照外地做法，待本市确认）",
    since=SINCE,
    variants=("missing", "order", "width", "blank", "unreadable"),
)
def check(proposal: AddressProposal, ask: AddressBook, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """标准地址须有区、镇街、村居、街路巷（或者自然村）、门牌号和位置（missing），各部分按法定次序、各归其栏，村居用简称
    （order），用半角、不含空格和换行（width、blank），读得懂（unreadable）。可以修补的，同意修补后不再指出。申请编号的，提交时可以没有
    门牌号。

    A standard address has district, town, community, street or natural village, number and position (``missing``);
    parts stand in the legal order, each in its column, communities in the short form (``order``); half-width, no
    blanks or line breaks (``width``, ``blank``); readable (``unreadable``). A repair agreed to is not reported again. What is applied
    for is a number, so an application need not have one.
    """
    faulty = set()
    for fault in proposal.faults:
        faulty.add(fault.column)
        yield _fault(fault)
    if "text" in faulty:
        return
    parts = proposal.parts
    if not proposal.place_named and proposal.place is None and "street" not in faulty:
        yield _missing("street")
    if parts.number is None and not proposal.unnumbered and "number" not in faulty:
        yield _missing("number")
    if proposal.point is None and "point" not in faulty:
        yield _missing("point")
    if not proposal.community and not proposal.community_named and "community" not in faulty:
        yield _missing("community")
    elif proposal.community and proposal.place is not None:
        for column in ("district", "town"):
            if not getattr(parts, column):
                yield _missing(column)
    if parts.building or parts.unit:
        for fault in _misplaced(proposal):
            yield _fault(fault)
