"""The ladder of a standard address, from province to room (domain.md 5.2; Table C, Address).

``标准地址 ::= 行政区域名称 [基本区域限定物名称] [局部点位置描述]``: the administrative part, then one limiting place
(street or natural village, or a compound where there is neither), then the door and what is inside it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

LADDER = (
    "province",
    "city",
    "district",
    "town",
    "community",
    "street",
    "village",
    "number",
    "sub_number",
    "compound",
    "building",
    "unit",
    "floor",
    "room",
)
"""The names of the parts, from the widest to the narrowest, in the order they are written."""


NAMED_FLOORS = ("夹层", "阁楼", "天面", "天台", "架空层", "顶层")
"""Floors that have a name and no number (1夹层 is the one between the first and the second)."""


@dataclass(frozen=True)
class Several:
    """A part that a text writes as several (7-9号, 首二层). The part itself holds the first.

    ``values`` are what is written, in order: of a range (``to``) its two ends. ``written`` is the text.
    """

    part: str
    values: tuple[int | str, ...]
    written: str
    to: bool = False


@dataclass(frozen=True)
class AddressParts:
    """The parts of one address. An empty text or None means that the address has no such part.

    ``community`` is the short form (X社区, X村). ``street`` and ``village`` (自然村) exclude each other in a standard
    address; what people write may hold both. ``number`` and ``sub_number`` (附号, one level) are whole numbers of 1
    or more. ``building`` and ``unit`` keep their word (2座, 3栋, 1单元, 2梯), because plates differ in it; ``floor``
    and ``room`` are bare (5, 501, 负1, 501A), but a floor without a number is 夹层, 天面 (``NAMED_FLOORS``); a shop keeps its word (12铺), and a part of a floor or a room is 之3, 501之2.
    """

    province: str = ""
    city: str = ""
    district: str = ""
    town: str = ""
    community: str = ""
    street: str = ""
    village: str = ""
    number: int | None = None
    sub_number: int | None = None
    compound: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""

    def filled(self) -> dict[str, Any]:
        """Return the parts that are there, by name, widest first."""
        return {f.name: v for f in fields(self) if (v := getattr(self, f.name)) not in ("", None)}

    def door(self) -> AddressParts:
        """Return the address of the door alone: without building, unit, floor and room."""
        return replace(self, building="", unit="", floor="", room="")

    def inside(self) -> AddressParts:
        """Return only what lies within the door."""
        return AddressParts(building=self.building, unit=self.unit, floor=self.floor, room=self.room)
