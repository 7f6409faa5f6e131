"""One row of a table, read into the parts of an address; what was written wrongly, and how it might be mended. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from naming.address_checks.proposal import ReadingFault
from naming.addressing.compose import community_part, compose
from naming.addressing.parts import NAMED_FLOORS, AddressParts
from naming.addressing.several import spans

_WIDE = re.compile("[\uff01-\uff5e\u3000]")
_BLANK = re.compile(r"\s")
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NUMBER = re.compile(r"(\d{1,6})号?((?:(?:之|-|附)\d{1,4}号?)*)")
_SUBS = re.compile(r"\d+")
_SUB = re.compile(r"(?:之|附|-)?(\d{1,4})号?((?:(?:之|-|附)\d{1,4}号?)*)")
_STATES = {
    **dict.fromkeys(("", "正式", "正式号", "标准", "standard", "1"), "standard"),
    **dict.fromkeys(("临时", "临时号", "temporary"), "temporary"),
    **dict.fromkeys(("预留", "预留号", "reserved"), "reserved"),
}
_YES = {"1", "是", "有", "y", "yes", "true", "历史", "√"}
_TEXTS = (
    "district",
    "town",
    "community",
    "street",
    "village",
    "compound",
    "building",
    "unit",
    "floor",
    "room",
)
# In these a full-width sign is part of nothing: what follows reads them half-width anyway.
_PLAIN = ("community_code", "plot", "former", "state", "historic", "proof")
_LENGTHS = {"compound": 100, "building": 40, "unit": 40, "floor": 20, "room": 40, "plot": 60}
_MOST_NUMBER = 999_999


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row says. ``parts`` hold what stands in the row itself; names above the community come from the register.

    ``repairs`` are the faults that can be mended; they are not among ``faults`` when the row was read as mended.
    ``stated``: the row itself says how the number stands (``state``).
    """

    parts: AddressParts
    community_code: str = ""
    state: str = "standard"
    sub_depth: int = 0
    plot: str = ""
    historic: bool = False
    former: str = ""
    proof: str = ""
    faults: tuple[ReadingFault, ...] = ()
    repairs: tuple[ReadingFault, ...] = ()
    stated: bool = False


TextReader = Callable[[str], AddressParts | None]
"""What reads an address written in one piece; None when it is not sure enough to propose a reading."""


def narrow(value: str) -> str:
    """Return a value half-width and without blanks or line breaks."""
    return _BLANK.sub("", value.replace("\u3000", "").translate(_NARROW))


def _mended(column: str, value: str) -> ReadingFault | None:
    """Return how a value would be mended, None when it is well written."""
    if _WIDE.search(value):
        return ReadingFault("width", column, value, narrow(value))
    if _BLANK.search(value):
        return ReadingFault("blank", column, value, _BLANK.sub("", value))
    return None


@lru_cache(maxsize=16_384)
def _read_text(column: str, value: str) -> tuple[str, tuple[ReadingFault, ...], ReadingFault | None]:
    """Return what a text column says, how it would be mended, and what cannot be read: the same words come often."""
    repair = _mended(column, value)
    repairs: tuple[ReadingFault, ...] = () if repair is None else (repair,)
    value = value if repair is None else repair.better
    if len(value) > _LENGTHS.get(column, 200):
        return "", repairs, ReadingFault("unreadable", column, value)
    if column == "community" and (short := community_part(value)) != value:
        return short, (*repairs, ReadingFault("short", column, value, short)), None
    return value, repairs, None


def read_row(values: Mapping[str, str], *, mended: bool = False, texts: TextReader | None = None) -> Reading:
    """Read a row given by part (``naming.addressing.columns.FIELDS``); empty texts are values that are not there.

    ``mended``: the repairs are agreed to, so the row is read with them. ``texts`` proposes a reading for a row that
    has its address in one piece: a repair like any other, for somebody to agree to.
    """
    faults: list[ReadingFault] = []
    repairs: list[ReadingFault] = []
    held: dict[str, str] = {}
    for column in _TEXTS:
        value = values.get(column, "")
        if not value:
            continue
        value, mends, fault = _read_text(column, value)
        repairs += mends
        if fault is not None:
            faults.append(fault)
        elif value:
            held[column] = value
    number, sub_number, depth = _numbers(values, repairs, faults)
    plain = {column: narrow(values[column]) for column in _PLAIN if values.get(column)}
    state = _STATES.get(plain.get("state", "").casefold())
    if state is None:
        faults.append(ReadingFault("unreadable", "state", values["state"]))
    if len(plain.get("plot", "")) > _LENGTHS["plot"]:
        faults.append(ReadingFault("unreadable", "plot", plain.pop("plot")))
    if not held.get("street") and not held.get("village") and number is None and values.get("text"):
        proposed = texts(values["text"]) if texts else None
        if proposed is None:
            faults.append(ReadingFault("text_only", "text", values["text"]))
        else:
            repairs.append(ReadingFault("parsed", "text", values["text"], compose(proposed)))
            held |= {c: v for c in _TEXTS if (v := getattr(proposed, c)) and c not in held}
            number, sub_number = proposed.number, proposed.sub_number
            depth = int(sub_number is not None)
    if not mended:
        faults = [*repairs, *faults]
    parts = AddressParts(
        district=held.get("district", ""),
        town=held.get("town", ""),
        community=held.get("community", ""),
        street=held.get("street", ""),
        village=held.get("village", ""),
        number=number,
        sub_number=sub_number,
        compound=held.get("compound", ""),
        building=held.get("building", ""),
        unit=held.get("unit", ""),
        floor=_bare(held.get("floor", ""), "层楼"),
        room=_bare(held.get("room", ""), "室"),
    )
    return Reading(
        parts,
        plain.get("community_code", ""),
        state or "standard",
        depth,
        plain.get("plot", ""),
        plain.get("historic", "").casefold() in _YES,
        plain.get("former", ""),
        plain.get("proof", ""),
        tuple(faults),
        tuple(repairs),
        bool(plain.get("state")),
    )


def _bare(value: str, words: str) -> str:
    if value.endswith(NAMED_FLOORS):
        return value
    return value[:-1] if len(value) > 1 and value[-1] in words else value


def _numbers(
    values: Mapping[str, str], repairs: list[ReadingFault], faults: list[ReadingFault]
) -> tuple[int | None, int | None, int]:
    """Return number, sub-number and how many levels of sub-numbers are written."""
    number = sub_number = None
    depth = 0
    written = values.get("number", "")
    if written.isascii() and written.isdigit() and 0 < len(written) <= 6:
        number = int(written)
    elif written:
        repair = _mended("number", written)
        if repair is not None:
            repairs.append(repair)
        match = _NUMBER.fullmatch(repair.better if repair else written.removesuffix(".0"))
        subs = _SUBS.findall(match[2]) if match else []
        if match is None or (match[2].startswith("-") and spans(int(match[1]), int(subs[0]))):
            # 7-9 names several numbers: which one the door has is for people to say.
            faults.append(ReadingFault("unreadable", "number", written))
        else:
            number = int(match[1])
            depth = len(subs)
            sub_number = int(subs[0]) if subs else None
    if number is not None and not 1 <= number <= _MOST_NUMBER:
        faults.append(ReadingFault("unreadable", "number", written))
        number = None
    written = values.get("sub_number", "")
    if written and written not in ("0", "无"):
        repair = _mended("sub_number", written)
        if repair is not None:
            repairs.append(repair)
        match = _SUB.fullmatch(repair.better if repair else written.removesuffix(".0"))
        if match is None or not int(match[1]):
            faults.append(ReadingFault("unreadable", "sub_number", written))
        else:
            depth += 1 + len(_SUBS.findall(match[2]))
            sub_number = sub_number if sub_number is not None else int(match[1])
    if sub_number == 0:
        sub_number, depth = None, 0
    return number, sub_number, depth


def read_xy(x: str, y: str) -> tuple[float, float] | None:
    """Return two numbers; None when one is missing. Raises ValueError when one is no number."""
    if not x or not y:
        return None
    found = float(x), float(y)
    if not all(map(math.isfinite, found)):
        raise ValueError("not a finite number")
    return found
