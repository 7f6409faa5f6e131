"""What an officer should look at in a collected door. Hints only: the rules of Table B (A-01 …) judge the case later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import shapely
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from geoapp.core.geometry import to_shapely
from naming.address_register import doors_of
from naming.addressing.compose import number_text
from naming.addressing.numbering import NumberedStreet
from naming.collecting.package import community_land
from naming.collection import street_as_numbered
from naming.models import CollectedDoor, CollectTask

SKEW_S = 120.0
CLOSE_M = 3.0
MOVED_M = 30.0
_ORDER = {"warn": 0, "info": 1}


@dataclass(frozen=True)
class Hint:
    """One thing to look at; ``code`` is that of the rule in Table B where there is one, else a word."""

    code: str
    severity: str
    message: str

    @property
    def rule(self) -> str:
        """The rule's code, '' where no rule speaks of it."""
        return self.code if "-" in self.code else ""


class Surroundings:
    """What the doors of a task are compared with, read once."""

    def __init__(self, task: CollectTask, doors: Sequence[CollectedDoor], on: date) -> None:
        self.task = task
        self.on = on
        self.land: BaseGeometry | None = community_land(task)
        self.doors = list(doors)
        self.points = [to_shapely(d.geom) for d in self.doors]
        self.tree = shapely.STRtree(self.points)
        self._streets: dict[UUID, NumberedStreet | None] = {}

    def street(self, street: UUID) -> NumberedStreet | None:
        """Return a street with its doors seated along it, None when it has no line."""
        if street not in self._streets:
            self._streets[street] = street_as_numbered(street, self.on)
        return self._streets[street]


def hints(door: CollectedDoor, around: Surroundings, photos: Iterable[str]) -> list[Hint]:
    """Return what to look at in a door, warnings first. ``photos`` are the kinds of its photos."""
    found = [*_place(door, around), *_number(door, around), *_record(door, around, set(photos))]
    return sorted(found, key=lambda h: (_ORDER[h.severity], h.code))


def _place(door: CollectedDoor, around: Surroundings) -> Iterable[Hint]:
    point = to_shapely(door.geom)
    if around.land is not None and not around.land.covers(point):
        away = around.land.distance(point)
        yield Hint("A-09", "warn", _("位置在本村居之外 %(m).0f 米") % {"m": away})
    wanted = settings.GEOAPP_COLLECT_ACCURACY_M[around.task.setting]
    if door.method == CollectedDoor.Method.GNSS and (door.accuracy_m is None or door.accuracy_m > wanted):
        shown = _("未知") if door.accuracy_m is None else _("%(m).0f 米") % {"m": door.accuracy_m}
        yield Hint(
            "A-10", "info", _("定位精度%(shown)s，要求 %(wanted).0f 米") % {"shown": shown, "wanted": wanted}
        )
    for row in around.tree.query(point.buffer(CLOSE_M)):
        other = around.doors[row]
        near = around.points[row].dwithin(point, CLOSE_M)
        if other.pk != door.pk and near and other.claim != door.claim and _same_door(other, door):
            yield Hint(
                "A-13",
                "warn",
                _("%(m).1f 米内另有“%(other)s”")
                % {"m": around.points[row].distance(point), "other": label_of(other)},
            )
            break


def _same_door(a: CollectedDoor, b: CollectedDoor) -> bool:
    return not any((a.building, a.unit_no, a.room, b.building, b.unit_no, b.room))


def _number(door: CollectedDoor, around: Surroundings) -> Iterable[Hint]:
    if door.street_id is None:
        written = door.street_text or door.village
        if written:
            yield Hint("A-01", "warn", _("“%(name)s”不在登记簿中，先办命名") % {"name": written})
        else:
            yield Hint("A-01", "warn", _("没有街路巷名，先办命名"))
        return
    street = around.street(door.street_id)
    if street is None:
        return
    place = street.place((door.geom.x, door.geom.y))
    if place.distance_m > settings.GEOAPP_COLLECT_FAR_M:
        yield Hint("A-10", "warn", _("离街路巷 %(m).0f 米") % {"m": place.distance_m})
    others = any(seat.door.id != str(door.pk) for seat in street.seats)
    if door.number is not None and others and (door.number % 2 == 1) != street.odd(place.side):
        yield Hint("A-04", "warn", _("单双号与所在一侧的其他门牌不一致"))
    if door.registered:
        known = doors_of(door.street_id, around.on).filter(address_id=door.registered).first()
        if known is not None:
            away = to_shapely(known.geom).distance(to_shapely(door.geom))
            if away > MOVED_M:
                yield Hint("A-13", "warn", _("登记簿中同号的门在 %(m).0f 米外") % {"m": away})
            else:
                yield Hint("A-02", "info", _("与登记簿中的门牌一致，相距 %(m).0f 米") % {"m": away})


def _record(door: CollectedDoor, around: Surroundings, photos: set[str]) -> Iterable[Hint]:
    if door.plate != CollectedDoor.Plate.NONE and "plate" not in photos:
        yield Hint("PHOTO", "warn", _("缺门牌照片"))
    if "front" not in photos:
        yield Hint("PHOTO", "info", _("缺门面照片"))
    if abs(door.clock_skew_s) > SKEW_S:
        true = door.recorded_at + timedelta(seconds=door.clock_skew_s)
        yield Hint(
            "CLOCK",
            "info",
            _("手机时钟与服务器相差 %(m).0f 分钟，采集时间校正为 %(true)s")
            % {"m": abs(door.clock_skew_s) / 60, "true": f"{timezone.localtime(true):%Y-%m-%d %H:%M}"},
        )
    if around.task.state == CollectTask.State.CLOSED:
        yield Hint("LATE", "info", _("任务结束后才上传"))


def label_of(door: CollectedDoor) -> str:
    """Return a door's number as people read it."""
    if door.number is None:
        return door.plate_text or _("无号")
    number = number_text(door.number, door.sub_number)
    return number + door.compound + door.building + door.unit_no + (f"{door.room}室" if door.room else "")
