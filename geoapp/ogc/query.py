"""What a request asks, read once into one frozen ``Query``.

Every refusal is a BadRequest (400) that names the parameter. Days are days of the city (the time zone of the
settings); the day of the request is an argument, never read here. ``known-at`` becomes the number of an act here,
so that every page of one answer shows the same state of the record.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NoReturn

from django.utils import timezone
from django.utils.translation import gettext as _

from geoapp.core.errors import BadRequest
from geoapp.core.wording import listed
from geoapp.ogc import crs as reference
from geoapp.ogc.crs import CRS84, Crs
from geoapp.ogc.layers import Layer

DEFAULT_LIMIT = 1000
MAX_LIMIT = 10_000
FILTER_PARAMETERS = ("filter", "filter-lang", "filter-crs")
ITEMS_PARAMETERS = (
    "bbox",
    "bbox-crs",
    "datetime",
    "known-at",
    "limit",
    "after",
    "crs",
    *FILTER_PARAMETERS,
)
ITEM_PARAMETERS = ("datetime", "known-at", "crs")

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_SEQUENCE = re.compile(r"\d{1,18}", re.ASCII)
_TOKEN = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
# A «+» that was not percent-encoded arrives as a blank: it can only have been the sign of the offset.
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"([Tt](?P<time>\d{2}:\d{2}:\d{2}(\.\d{1,9})?)(?P<zone>[Zz]|[+\- ]\d{2}:\d{2}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class Window:
    """A part of the earth to search: a box for the index and its exact outline, in (lon, lat) degrees."""

    west: float
    south: float
    east: float
    north: float
    outline: tuple[tuple[float, float], ...]

    def wkt(self) -> str:
        """Return the outline as WKT; a box without width or height is a line or a point."""
        points = ",".join(f"{lon:.12f} {lat:.12f}" for lon, lat in self.outline)
        if len(self.outline) == 1:
            return f"POINT({points})"
        if self.outline[0] != self.outline[-1]:
            return f"LINESTRING({points})"
        return f"POLYGON(({points}))"


@dataclass(frozen=True)
class Area:
    """The land a client may read of: WKB and its box in (lon, lat) degrees; empty for none at all."""

    wkb: bytes
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Span:
    """Days of law asked about, both ends included; None is open."""

    start: date | None
    end: date | None

    def text(self) -> str:
        """Return the value of ``datetime`` that asks the same."""
        if self.start is not None and self.start == self.end:
            return self.start.isoformat()
        return "/".join(".." if d is None else d.isoformat() for d in (self.start, self.end))


@dataclass(frozen=True)
class RecordClock:
    """What the record knows about itself: the last act, and the last act at or before a moment."""

    head: int
    seq_at: Callable[[datetime], int]


@dataclass(frozen=True)
class Condition:
    """A compiled filter: SQL of our own making over a row of ``t``, and the values it takes.

    ``spatial`` tells that the index is searched, ``lends`` that SQLite needs a function of ours.
    """

    sql: str
    parameters: tuple[Any, ...]
    spatial: bool = False
    lends: bool = False


@dataclass(frozen=True)
class Query:
    """One request for features of a layer: where, when in law, as known when, how many, in which CRS.

    ``known_at`` is the number of an act. ``after`` is the row the page before ended with and ``matched`` the
    count it carried along (None: still to be counted). ``area`` is where the client may read (None: everywhere),
    ``where`` are filters that must all hold.
    """

    layer: Layer
    span: Span
    known_at: int
    crs: Crs = CRS84
    windows: tuple[Window, ...] = ()
    limit: int = DEFAULT_LIMIT
    after: int = 0
    matched: int | None = None
    area: Area | None = None
    where: tuple[Condition, ...] = ()

    @property
    def spatial(self) -> bool:
        """Say whether the spatial index is searched."""
        return (
            bool(self.windows) or self.area is not None or any(condition.spatial for condition in self.where)
        )


def refuse(parameter: str, message: str, remedy: str = "", **extra: object) -> NoReturn:
    """Raise BadRequest naming the parameter."""
    raise BadRequest(
        _("参数 %(name)s：%(message)s") % {"name": parameter, "message": message},
        field=parameter,
        remedy=remedy,
        **extra,
    )


def read_parameters(given: Iterable[tuple[str, list[str]]], allowed: Collection[str]) -> dict[str, str]:
    """Return the parameters of a request, each at most once. Raises BadRequest on others and on repeats."""
    values = {}
    for name, found in given:
        if name not in allowed:
            refuse(name, _("不认识这个参数"), _("可用的参数：%s") % listed(sorted(allowed)))
        if len(found) != 1:
            refuse(name, _("只能出现一次"))
        if "\x00" in found[0]:
            refuse(name, _("含有不允许的字符"))
        values[name] = found[0].strip()
    return values


def read_items(layer: Layer, given: Mapping[str, str], *, today: date, clock: RecordClock) -> Query:
    """Read the parameters of a page of features. Raises BadRequest naming the one that is wrong."""
    known_at = _known_at(given.get("known-at"), clock)
    limit = _limit(given.get("limit"))
    after, matched = _after(given.get("after"))
    box_crs = crs_of("bbox-crs", given.get("bbox-crs"))
    return Query(
        layer,
        _span(given.get("datetime"), today),
        known_at,
        crs_of("crs", given.get("crs")),
        _windows(given["bbox"], box_crs) if "bbox" in given else (),
        limit,
        after,
        matched,
    )


def read_item(layer: Layer, given: Mapping[str, str], *, today: date, clock: RecordClock) -> Query:
    """Read the parameters of one feature. Raises BadRequest naming the one that is wrong."""
    return Query(
        layer,
        _span(given.get("datetime"), today),
        _known_at(given.get("known-at"), clock),
        crs_of("crs", given.get("crs")),
        limit=1,
    )


def token(row: int, matched: int) -> str:
    """Return the value of ``after`` for the page that follows ``row``."""
    return f"{row}-{matched}"


def read_known_at(given: Mapping[str, str], clock: RecordClock) -> int:
    """Return the act that ``known-at`` means, the last one when it is missing. Raises BadRequest naming it."""
    return _known_at(given.get("known-at"), clock)


def read_day(given: Mapping[str, str], today: date) -> date:
    """Return the one day that ``datetime`` means, today when it is missing or empty. Raises BadRequest naming it."""
    value = given.get("datetime")
    return _day(value) if value else today


def read_number(given: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    """Return a whole number; a greater one than ``most`` counts as that. Raises BadRequest naming the parameter."""
    value = given.get(name)
    if value is None:
        return default
    if not _SEQUENCE.fullmatch(value) or int(value) < least:
        refuse(
            name,
            _("须为不小于 %d 的整数") % least,
            _("%(least)d 至 %(most)d；更大的值按上限处理") % {"least": least, "most": most},
        )
    return min(int(value), most)


def _limit(value: str | None) -> int:
    if value is None:
        return DEFAULT_LIMIT
    if not _SEQUENCE.fullmatch(value) or int(value) < 1:
        refuse("limit", _("须为正整数"), _("1 至 %d；更大的值按上限处理") % MAX_LIMIT)
    return min(int(value), MAX_LIMIT)


def _after(value: str | None) -> tuple[int, int | None]:
    if value is None:
        return 0, None
    found = _TOKEN.fullmatch(value)
    if not found:
        refuse("after", _("不是有效的翻页标记"), _("请使用上一页 next 链接给出的值"))
    return int(found[1]), int(found[2])


def crs_of(parameter: str, value: str | None) -> Crs:
    """Return the reference system a parameter names; CRS84 when it is not given. Raises BadRequest."""
    if value is None:
        return CRS84
    offered = reference.on_offer()
    if value not in offered:
        refuse(parameter, _("不支持这个坐标系"), _("可用：%s") % " ".join(offered))
    return offered[value]


def moment_of(value: str) -> date | datetime:
    """Return a day, or a moment in UTC. Raises ValueError saying what is wrong."""
    found = _MOMENT.fullmatch(value)
    if not found:
        raise ValueError(_("不是 RFC 3339 的日期或时刻"))
    try:
        if found["time"] is None:
            return date.fromisoformat(found["day"])
        zone = found["zone"].upper().replace("Z", "+00:00").replace(" ", "+")
        return datetime.fromisoformat(f"{found['day']}T{found['time']}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_("没有这样的日期或时刻")) from None


def day_of(value: str) -> date:
    """Return a day, or the day of the city a moment falls on. Raises ValueError saying what is wrong."""
    moment = moment_of(value)
    if not isinstance(moment, datetime):
        return moment
    try:
        return moment.astimezone(timezone.get_default_timezone()).date()
    except OverflowError:
        raise ValueError(_("没有这样的日期或时刻")) from None


def _moment(parameter: str, value: str) -> date | datetime:
    try:
        return moment_of(value)
    except ValueError as error:
        refuse(parameter, str(error), _("例如 2026-11-23 或 2026-11-23T09:00:00+08:00"))


def _day(value: str) -> date:
    try:
        return day_of(value)
    except ValueError as error:
        refuse("datetime", str(error), _("例如 2026-11-23 或 2026-11-23T09:00:00+08:00"))


def _span(value: str | None, today: date) -> Span:
    if value is None:
        return Span(today, today)
    if "/" not in value:
        day = _day(value)
        return Span(day, day)
    ends = value.split("/")
    if len(ends) != 2 or ends == ["", ""]:
        refuse("datetime", _("区间须写成 起/止"), _("开放的一端写作 .. ，例如 2019-12-31/.."))
    start, end = (None if e in {"", ".."} else _day(e) for e in ends)
    if start is not None and end is not None and start > end:
        refuse("datetime", _("区间的起点晚于终点"))
    return Span(start, end)


def _known_at(value: str | None, clock: RecordClock) -> int:
    if value is None:
        return clock.head
    if _SEQUENCE.fullmatch(value):
        seq = int(value)
        if seq > clock.head:
            refuse("known-at", _("还没有第 %d 号登记行为") % seq, _("最后一号是 %d") % clock.head)
        return seq
    moment = _moment("known-at", value)
    if not isinstance(moment, datetime):
        refuse(
            "known-at",
            _("须为带时区的时刻或登记行为序号"),
            _("例如 2026-11-23T09:00:00+08:00 或 1234"),
        )
    return clock.seq_at(moment)


def _numbers(value: str) -> tuple[float, float, float, float]:
    parts = [p.strip() for p in value.split(",")]
    if len(parts) not in {4, 6}:
        refuse("bbox", _("须为 4 个或 6 个数"), _("例如 112.9,22.8,113.3,23.2"))
    if not all(_NUMBER.fullmatch(p) for p in parts):
        refuse("bbox", _("含有不是数字的值"), _("例如 112.9,22.8,113.3,23.2"))
    numbers = [float(p) for p in parts]
    if not all(math.isfinite(n) for n in numbers):
        refuse("bbox", _("含有不是数字的值"))
    if len(numbers) == 6:  # heights are read and left aside: the layers have none
        if numbers[2] > numbers[5]:
            refuse("bbox", _("下限大于上限"))
        del numbers[5], numbers[2]
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _windows(value: str, crs: Crs) -> tuple[Window, ...]:
    """Return what a bbox covers: one window, or two when it crosses the antimeridian (west > east)."""
    # Rounded far below any accuracy, so that no box is too thin to be written as text.
    a, b, c, d = (round(n, 9 if crs.geographic else 3) for n in _numbers(value))
    west, south, east, north = (b, a, d, c) if crs.north_first else (a, b, c, d)
    if south > north or (west > east and not crs.geographic):
        refuse("bbox", _("下限大于上限"), _("坐标顺序依 bbox-crs；未指定时为 经度,纬度,经度,纬度"))
    if not crs.geographic:
        ring = reference.outline(crs, west, south, east, north)
        if not all(math.isfinite(n) for p in ring for n in p):
            refuse("bbox", _("超出坐标系的适用范围"))
        xs, ys = [p[0] for p in ring], [p[1] for p in ring]
        return (Window(min(xs), min(ys), max(xs), max(ys), ring),)
    if max(abs(west), abs(east)) > 360 or max(abs(south), abs(north)) > 180:
        refuse("bbox", _("不是经纬度"), _("投影坐标须以 bbox-crs 指明坐标系"))
    south, north = (max(-90.0, min(90.0, n)) for n in (south, north))
    west, east = (max(-180.0, min(180.0, n)) for n in (west, east))
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    return tuple(Window(w, south, e, north, reference.outline(crs, w, south, e, north)) for w, e in spans)
