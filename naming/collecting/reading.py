"""What a phone sends, read strictly: a batch of items, each a door's revision as a text with its SHA-256.

The hash is over the very bytes of ``payload``, so that a phone and a server need not agree on how numbers are written.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import shapely
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries import register
from geoapp.core import frame
from geoapp.core.errors import BadInput, BadRequest, TooLarge
from naming.models import CollectedDoor, PlaceName

MOST_ITEMS = 100
MOST_PAYLOAD = 8000
MOST_NUMBER = 99_999
_TEXTS = {
    "street_text": 200,
    "village": 100,
    "plate_text": 200,
    "compound": 100,
    "building": 40,
    "unit_no": 40,
    "floor": 20,
    "room": 40,
    "note": 300,
}
_FAR_OFF = timedelta(days=20 * 365)


@dataclass(frozen=True)
class Item:
    """One revision of one door, not yet read: the key is (door, revision, payload_hash)."""

    door: UUID
    revision: int
    payload_hash: str
    payload: str


@dataclass(frozen=True)
class Batch:
    """What a device sent at ``device_now`` by its own clock."""

    device: UUID
    device_now: datetime
    items: tuple[Any, ...]


def as_uuid(value: Any, field: str) -> UUID:
    """Return a UUID. Raises BadInput."""
    try:
        return UUID(str(value))
    except ValueError:
        raise BadInput(
            _("%(field)s 不是有效的标识") % {"field": field},
            field=field,
            remedy=_("请更新采集程序后重新上传，本机数据仍在"),
        ) from None


def as_moment(value: Any, field: str) -> datetime:
    """Return a moment with its zone. Raises BadInput for anything a clock cannot have said."""
    try:
        found = parse_datetime(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or abs(found - datetime.now(UTC)) > _FAR_OFF:
        raise BadInput(
            _("时间“%(value)s”无法识别") % {"value": str(value)[:40]},
            field=field,
            remedy=_("请把手机的日期和时间设为自动后重新保存"),
        )
    return found


def read_batch(data: Mapping[str, Any]) -> Batch:
    """Read the envelope; items are read one by one, so that a bad one does not hold up the others."""
    items = data.get("items")
    if not isinstance(items, list):
        raise BadRequest(_("没有待上传的内容"), field="items", remedy=_("请更新采集程序后重试"))
    if len(items) > MOST_ITEMS:
        raise TooLarge(
            _("一次上传了 %(count)s 条，超过上限 %(limit)s") % {"count": len(items), "limit": MOST_ITEMS},
            field="items",
            remedy=_("请分批上传"),
        )
    return Batch(
        as_uuid(data.get("device"), "device"), as_moment(data.get("device_now"), "device_now"), tuple(items)
    )


def read_item(value: Any) -> Item:
    """Read an item and prove its hash. Raises BadInput."""
    remedy = _("请重新保存这个门后再上传，本机数据仍在")
    if not isinstance(value, Mapping):
        raise BadInput(_("这一条不是采集记录"), field="items", remedy=remedy)
    revision, payload, claimed = value.get("revision"), value.get("payload"), value.get("hash")
    if isinstance(revision, bool) or not isinstance(revision, int) or not 1 <= revision < 2**31:
        raise BadInput(_("修订号不对"), field="revision", remedy=remedy)
    if not isinstance(payload, str) or not payload or len(payload) > MOST_PAYLOAD:
        raise BadInput(_("采集内容为空或过长"), field="payload", remedy=remedy)
    try:
        digest = hashlib.sha256(payload.encode("utf-8")).hexdigest()
    except UnicodeEncodeError:
        raise BadInput(_("采集内容含无法保存的字符"), field="payload", remedy=remedy) from None
    if digest != claimed:
        raise BadInput(_("内容与校验值不符，可能在传输中损坏"), field="hash", remedy=remedy)
    return Item(as_uuid(value.get("door"), "door"), revision, digest, payload)


@dataclass(frozen=True)
class DoorForm:
    """A door as it was recorded; ``values`` are the columns that are taken over as they are."""

    task: UUID
    seq: int
    values: Mapping[str, Any]
    point: BaseGeometry
    recorded_at: datetime
    resolution: str


def read_door(payload: str, on: date) -> DoorForm:
    """Read the payload of a revision. Raises BadInput naming the field and the way out."""
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise BadInput(_("采集内容无法识别"), field="payload", remedy=_("请重新保存这个门后再上传"))
    values: dict[str, Any] = {name: _text(data, name, most) for name, most in _TEXTS.items()}
    values["plate"] = _choice(data, "plate", CollectedDoor.Plate.values, _("门牌状况"))
    values["method"] = _choice(data, "method", CollectedDoor.Method.values, _("定位方式"))
    values["number"] = _number(data, "number")
    values["sub_number"] = _number(data, "sub_number")
    values["suggested"] = data.get("suggested") is True
    values["accuracy_m"] = _accuracy(data)
    values["street"] = _street(data)
    resolution = data.get("resolution") or ""
    if resolution:
        resolution = _choice(data, "resolution", CollectedDoor.Resolution.values, _("冲突处理"))
    _agree(values, resolution)
    seq = data.get("seq")
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < 2**31:
        raise BadInput(_("本机序号不对"), field="seq", remedy=_("请更新采集程序后重试"))
    return DoorForm(
        task=as_uuid(data.get("task"), "task"),
        seq=seq,
        values=values,
        point=_point(data, on),
        recorded_at=as_moment(data.get("recorded_at"), "recorded_at"),
        resolution=resolution,
    )


def _agree(values: Mapping[str, Any], resolution: str) -> None:
    """Refuse what contradicts itself. A plate and a suggestion go together only after a conflict."""
    plate = CollectedDoor.Plate
    yielded = resolution == CollectedDoor.Resolution.NEXT
    if values["plate"] == plate.HANGS and values["suggested"] and not yielded:
        raise BadInput(
            _("有门牌的门不能用建议号"), field="suggested", remedy=_("请按牌面填写，或改选“无门牌”")
        )
    if values["plate"] == plate.HANGS and values["number"] is None and not values["plate_text"]:
        raise BadInput(_("没有填写牌面上的号"), field="number", remedy=_("请照牌面填写号码或文字"))
    if values["sub_number"] is not None and values["number"] is None:
        raise BadInput(_("只有附号，没有主号"), field="number", remedy=_("请填写主号"))
    if values["suggested"] and values["number"] is None:
        raise BadInput(_("没有建议的号码"), field="number", remedy=_("请重新选取建议号"))


def _text(data: Mapping[str, Any], name: str, most: int) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or "\x00" in value:
        raise BadInput(_("%(field)s 应是文字") % {"field": name}, field=name, remedy=_("请重新填写"))
    text = " ".join(value.split())
    if len(text) > most:
        raise BadInput(
            _("%(field)s 超过 %(most)s 个字") % {"field": name, "most": most},
            field=name,
            remedy=_("请缩短后重新保存"),
        )
    return text


def _choice(data: Mapping[str, Any], name: str, known: list[str], words: str) -> str:
    value = data.get(name)
    if value not in known:
        raise BadInput(
            _("%(what)s“%(value)s”无法识别") % {"what": words, "value": str(value)[:20]},
            field=name,
            remedy=_("请重新选择后保存"),
        )
    return str(value)


def _number(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_NUMBER:
        raise BadInput(
            _("号码应是 1 到 %(most)s 的整数") % {"most": MOST_NUMBER},
            field=name,
            remedy=_("请照牌面重新填写"),
        )
    return value


def _accuracy(data: Mapping[str, Any]) -> float | None:
    value = data.get("accuracy_m")
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not math.isfinite(value)
        or value < 0
    ):
        raise BadInput(_("定位精度不是数字"), field="accuracy_m", remedy=_("请重新定位后保存"))
    return min(float(value), 1e6)


def _street(data: Mapping[str, Any]) -> PlaceName | None:
    value = data.get("street")
    if value is None:
        return None
    kinds = (PlaceName.Category.STREET, PlaceName.Category.VILLAGE)
    place = PlaceName.objects.filter(pk=as_uuid(value, "street"), category__in=kinds).first()
    if place is None:
        raise BadInput(
            _("所选街路巷不在登记簿中"),
            field="street",
            remedy=_("请重新下载任务，再选街路巷或按现场文字填写"),
        )
    return place


def _point(data: Mapping[str, Any], on: date) -> BaseGeometry:
    remedy = _("请重新定位，或在图上点取位置")
    planar = data.get("x") is not None
    first, second = (data.get("x"), data.get("y")) if planar else (data.get("lon"), data.get("lat"))
    if not all(
        isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v) for v in (first, second)
    ):
        raise BadInput(_("没有位置"), field="point", remedy=remedy)
    if not planar and not (abs(first) <= 180 and abs(second) <= 90):  # type: ignore[arg-type]
        raise BadInput(_("经纬度超出范围"), field="point", remedy=remedy)
    raw = shapely.Point(first, second)
    point = frame.snap(raw) if planar else frame.to_frame(raw)
    outline = register.city_outline(on)
    if outline is None or not outline.covers(point):
        raise BadInput(_("这一点不在本市范围内"), field="point", remedy=remedy)
    return point
