"""A city's way of numbering, as data: from which end, which side is odd, one after the other or by the metre.

Source of the values: domain notes on numbering (《江门市门楼号牌管理条例》, DB11 北京 2012, metric numbering of the 大连
type). Every local value ships UNVERIFIED until an officer of the city confirms it; each names its source.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

LEXICON = Path(__file__).resolve().parents[2] / "lexicon"
"""Where the shipped profiles lie, one file each: ``numbering_<key>.json``."""


class BadProfile(ValueError):
    """A profile of numbering that cannot be used; the text says which member, what is wrong and how to mend it."""


@dataclass(frozen=True)
class NumberingProfile:
    """The switches of a city. Lengths are metres.

    ``ew_origin``, ``ns_origin``: the end at which a street running east–west (north–south) begins. ``odd_side``: the
    side of the odd numbers, facing onward from the origin. ``mode``: SEQUENTIAL, or METRIC (the number is the distance
    from the origin divided by ``metre_step``). ``deadend_origin``: MOUTH, or COMPASS (a dead end is like any other
    street). ``ring_origin`` and ``ring_direction``: where a ring begins and which way it runs. ``allow_sub_level``: 1
    when a 附号 may be given, 0 when not. ``frontage_m``: vacant frontage for which one number of a side is reserved.
    ``compounds``: MAIN_GATE (one number at the main gate, further gates by the street they face) or EVERY_GATE.
    ``villages``: GROUP (next number of the villagers' group) or VILLAGE. ``reuse_given_up``: whether renumbering may
    hand on a number that another door gave up in the same step. ``touch_m``: an end this near to another street meets
    it. ``far_m``: a door further than this from the street is doubtful (rule A-10).
    """

    name: str
    edition: str
    source_status: str
    ew_origin: str
    ns_origin: str
    odd_side: str
    mode: str
    metre_step: float
    deadend_origin: str
    ring_origin: str
    ring_direction: str
    allow_sub_level: int
    frontage_m: float
    compounds: str
    villages: str
    reuse_given_up: bool
    touch_m: float
    far_m: float
    sources: Mapping[str, str]

    @property
    def label(self) -> str:
        """Name and edition in one text."""
        return f"{self.name} {self.edition}"

    @property
    def odd_left(self) -> bool:
        """Whether odd numbers stand on the left, facing onward."""
        return self.odd_side == "LEFT"

    @property
    def metric(self) -> bool:
        """Whether numbers are distances."""
        return self.mode == "METRIC"


def _one_of(*choices: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        return "" if value in choices else f"应为 {'、'.join(choices)} 之一"

    return check


def _between(low: float, high: float) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return "" if number and low <= value <= high else f"应为 {low:g} 到 {high:g} 的数"

    return check


def _yes_no(value: Any) -> str:
    return "" if isinstance(value, bool) else "应为 true 或 false"


def _level(value: Any) -> str:
    return "" if value in (0, 1) and not isinstance(value, bool) else "应为 0 或 1（附号只有一级）"


_VALUES: dict[str, Callable[[Any], str]] = {
    "ew_origin": _one_of("E", "W"),
    "ns_origin": _one_of("S", "N"),
    "odd_side": _one_of("LEFT", "RIGHT"),
    "mode": _one_of("SEQUENTIAL", "METRIC"),
    "metre_step": _between(0.5, 100),
    "deadend_origin": _one_of("MOUTH", "COMPASS"),
    "ring_origin": _one_of("E", "S", "W", "N"),
    "ring_direction": _one_of("CLOCKWISE", "COUNTERCLOCKWISE"),
    "allow_sub_level": _level,
    "frontage_m": _between(1, 1000),
    "compounds": _one_of("MAIN_GATE", "EVERY_GATE"),
    "villages": _one_of("GROUP", "VILLAGE"),
    "reuse_given_up": _yes_no,
    "touch_m": _between(0.001, 50),
    "far_m": _between(1, 1000),
}
_STATUSES = ("UNVERIFIED", "VERIFIED")


def parse_profile(data: Any, where: str = "编号规则") -> NumberingProfile:
    """Return the profile that a JSON object holds.

    ``{"name", "edition", "source_status", "values": {member: {"value", "status", "source"}}}``. Raises BadProfile
    naming the member at fault.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("values"), Mapping):
        raise BadProfile(f"{where}：应是含 name、edition、source_status、values 的 JSON 对象")
    for key in ("name", "edition"):
        if not isinstance(data.get(key), str) or not data[key].strip():
            raise BadProfile(f"{where}：缺少 {key}，请填写文字")
    if data.get("source_status") not in _STATUSES:
        raise BadProfile(f"{where}：source_status 应为 {'、'.join(_STATUSES)} 之一")
    values = data["values"]
    missing, unknown = sorted(_VALUES.keys() - values.keys()), sorted(values.keys() - _VALUES.keys())
    if missing:
        raise BadProfile(f"{where}：values 缺少 {'、'.join(missing)}")
    if unknown:
        raise BadProfile(f"{where}：values 有不认识的项 {'、'.join(map(str, unknown))}，请核对拼写")
    plain: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for key, check in _VALUES.items():
        entry = values[key]
        if not isinstance(entry, Mapping) or not {"value", "status", "source"} <= entry.keys():
            raise BadProfile(f"{where}：{key} 应写成 {{value, status, source}}")
        if entry["status"] not in _STATUSES:
            raise BadProfile(f"{where}：{key} 的 status 应为 {'、'.join(_STATUSES)} 之一")
        if not isinstance(entry["source"], str) or not entry["source"].strip():
            raise BadProfile(f"{where}：{key} 没有写明来源 source")
        if fault := check(entry["value"]):
            raise BadProfile(f"{where}：{key} 的值“{entry['value']}”不对，{fault}")
        plain[key], sources[key] = entry["value"], entry["source"]
    return NumberingProfile(
        name=data["name"],
        edition=data["edition"],
        source_status=data["source_status"],
        sources=sources,
        **plain,
    )


@lru_cache(maxsize=16)
def load_profile(key: str = "foshan", folder: Path = LEXICON) -> NumberingProfile:
    """Read the shipped profile ``key`` (see ``profile_keys``). Raises BadProfile."""
    path = folder / f"numbering_{key}.json"
    if not path.is_file():
        raise BadProfile(f"没有编号规则“{key}”，现有 {'、'.join(profile_keys(folder)) or '无'}")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise BadProfile(f"{path.name} 读不出来：{fault}") from None
    return parse_profile(data, path.name)


def profile_keys(folder: Path = LEXICON) -> list[str]:
    """Return the keys of the profiles in a folder."""
    return sorted(p.stem.removeprefix("numbering_") for p in folder.glob("numbering_*.json"))


assert {f.name for f in fields(NumberingProfile)} == _VALUES.keys() | {
    "name",
    "edition",
    "source_status",
    "sources",
}
