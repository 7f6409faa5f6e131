"""How address rules name numbers, other addresses and columns, in Chinese and in English. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from geoapp.core.checks import Subject
from naming.address_checks.proposal import AddressProposal, Door
from naming.addressing.compose import number_text

COLUMNS = {
    "city": ("市", "city"),
    "district": ("区", "district"),
    "town": ("镇街", "town"),
    "community": ("村、社区", "village or community"),
    "street": ("街路巷", "street"),
    "village": ("自然村", "natural village"),
    "number": ("门牌号", "number"),
    "sub_number": ("附号", "sub-number"),
    "compound": ("小区、院", "compound"),
    "building": ("楼栋", "building"),
    "unit": ("单元", "unit"),
    "floor": ("层", "floor"),
    "room": ("户室", "room"),
    "point": ("位置", "position"),
    "text": ("地址全文", "full text"),
    "state": ("号码状态", "state of the number"),
    "plot": ("宗地号", "plot"),
    "former": ("原地址", "former address"),
    "proof": ("确认书", "confirmation"),
    "historic": ("历史编号", "historic numbering"),
}
"""The parts of an address and what goes with them: (Chinese, English)."""


def number_of(proposal: AddressProposal) -> str:
    """Return the number as a plate shows it; an empty text without one."""
    parts = proposal.parts
    return "" if parts.number is None else number_text(parts.number, parts.sub_number)


def place_of(proposal: AddressProposal) -> str:
    """Return the name of the place the number counts along."""
    return proposal.place.name if proposal.place else proposal.place_named


def door_words(door: Door) -> str:
    """Name another address, with its row when it is one of the same file."""
    return f"“{door.text}”" + (f"（{door.row_words}）" if door.row_words else "")


def door_words_en(door: Door) -> str:
    """Name another address in English."""
    return f"“{door.text}”" + (f" (“{door.row_words}”)" if door.row_words else "")


def subject_of(door: Door) -> Subject:
    """Return an address as the other thing of a finding."""
    return Subject("row" if door.row_words else "address", door.id, door.text)


def column_words(column: str) -> tuple[str, str]:
    """Return a column's name in Chinese and English."""
    return COLUMNS.get(column, (column, column))


def listed(numbers: Sequence[int], most: int = 6) -> str:
    """List numbers as 3号、5号; many are cut short."""
    shown = "、".join(f"{n}号" for n in numbers[:most])
    return shown + (f"等 {len(numbers)} 个" if len(numbers) > most else "")


def listed_en(numbers: Sequence[int], most: int = 6) -> str:
    """List numbers in English."""
    shown = ", ".join(str(n) for n in numbers[:most])
    return shown + (f" and others, {len(numbers)} in all" if len(numbers) > most else "")
