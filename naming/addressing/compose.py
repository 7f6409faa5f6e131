"""The text of an address: composed here and nowhere else."""

from __future__ import annotations

from naming.addressing.numerals import han_number
from naming.addressing.parts import NAMED_FLOORS, AddressParts

_UNIT_WORDS = (
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("村民委员会", "村"),
    ("村委会", "村"),
)


def compose(parts: AddressParts) -> str:
    """Return the text: half-width, without blanks, the ladder in legal order (domain.md 5.2; rule A-08).

    A sub-number is written 33号之3, and 33号之三 where another digit follows (33号之三2座); a floor 5层 (夹层 and
    天面 as they are), a room 501室, but a shop 12铺; buildings and units bring their own word.
    """
    text = "".join(
        (parts.province, parts.city, parts.district, parts.town, parts.community, parts.street, parts.village)
    )
    behind = parts.compound + parts.building + parts.unit
    if parts.floor:
        behind += parts.floor if parts.floor.endswith(NAMED_FLOORS) else f"{parts.floor}层"
    if parts.room:
        behind += parts.room if parts.room.endswith("铺") else f"{parts.room}室"
    if parts.number is not None:
        text += number_text(parts.number, parts.sub_number)
        if parts.sub_number is not None and behind[:1].isdigit() and parts.sub_number < 10_000:
            text = text.removesuffix(str(parts.sub_number)) + han_number(parts.sub_number)
    return text + behind


def number_text(number: int, sub_number: int | None) -> str:
    """Return a door's number as a plate shows it: 33号, 33号之3."""
    return f"{number}号" + (f"之{sub_number}" if sub_number is not None else "")


def community_part(name: str) -> str:
    """Return a village's or community's name as an address holds it: X社区, X村, never the committee's."""
    for word, short in _UNIT_WORDS:
        if name.endswith(word) and len(name) > len(word):
            return name.removesuffix(word) + short
    return name
