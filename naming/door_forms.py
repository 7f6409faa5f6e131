"""A door as people fill it in at a counter or a developer's desk, read and clean. Points become frame points."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries import register
from boundaries.models import Unit, UnitVersion
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput
from geoapp.core.geometry import read_geometry, to_shapely
from naming.door_workflow import read_number
from naming.models import AddressItem, AddressVersion, PlaceName

Kind = AddressItem.Kind
INSIDE = {"compound": 100, "building": 40, "unit_no": 40, "floor": 20, "room": 40}
TEXTS = {"street_text": 60, "permit_number": 100, "reason": 1000, "collected": 36}


@dataclass(frozen=True)
class DoorForm:
    """A door as asked for; ``point`` is in the frame (metres)."""

    kind: str
    point: BaseGeometry
    community: UUID
    street: UUID | None
    street_text: str
    number: int | None
    sub_number: int | None
    basis: str
    address: UUID | None = None
    permit_number: str = ""
    reason: str = ""
    collected: str = ""
    compound: str = ""
    building: str = ""
    unit_no: str = ""
    floor: str = ""
    room: str = ""


class Faults:
    """Collects the faults of a form, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.found: list[BadInput] = []

    def take(self, error: BadInput) -> None:
        """Remember a refusal."""
        self.found.append(error)

    def add(self, message: str, field: str, remedy: str) -> None:
        """Remember what is wrong with a field."""
        self.found.append(BadInput(message, field=field, remedy=remedy))

    def settle(self) -> None:
        """Raise BadInput with every fault in ``errors``; nothing when there is none."""
        if self.found:
            first = self.found[0]
            rows = [{"field": e.field, "message": e.message, "remedy": e.remedy} for e in self.found]
            raise BadInput(first.message, field=first.field, remedy=first.remedy, errors=rows)


def read_point(data: Mapping[str, Any], on: date) -> BaseGeometry:
    """Read ``lon`` and ``lat`` (degrees, CRS84) into a frame point. Raises BadInput."""
    lon, lat = str(data.get("lon") or "").strip(), str(data.get("lat") or "").strip()
    if not lon or not lat:
        raise BadInput(_("没有点出门的位置"), field="lon", remedy=_("请在图上点选，或填写经度和纬度"))
    try:
        position = [float(lon), float(lat)]
    except ValueError:
        raise BadInput(
            _("经度或纬度不是数字"), field="lon", remedy=_("请填写以度为单位的数，如 113.124 和 23.021")
        ) from None
    outline = register.city_outline(on)
    return read_geometry(
        {"type": "Point", "coordinates": position}, types=("Point",), within=outline, field="lon"
    )


def read_door(data: Mapping[str, Any], *, on: date) -> DoorForm:
    """Read a door from a form or JSON. Raises BadInput listing every field at fault in ``errors``."""
    faults = Faults()
    kind = str(data.get("kind") or "")
    if kind not in Kind.values:
        faults.add(_("没有选择申请事项"), "kind", _("请选择新编、临时、变更或注销"))
    version = _standing(data, on, faults) if kind in {Kind.CHANGE, Kind.CANCEL} else None
    point = to_shapely(version.geom) if version and kind == Kind.CANCEL else _point(data, on, faults, version)
    community = _community(data, point, on, faults)
    street = version.street_id if version and kind == Kind.CANCEL else _street(data, faults)
    texts = {key: _text(data, key, limit, faults) for key, limit in (TEXTS | INSIDE).items()}
    if kind == Kind.CHANGE and version is not None and street is None and not texts["street_text"]:
        street = version.street_id
    if kind != Kind.CANCEL and street is None and not texts["street_text"]:
        faults.add(_("没有选择街路巷"), "street", _("请选择街路巷；没有名称的，填写群众怎么称呼它"))
    numbers: list[int | None] = []
    for field in ("number", "sub_number"):
        try:
            numbers.append(read_number(data.get(field), field))
        except BadInput as error:
            numbers.append(None)
            faults.take(error)
    if numbers[1] is not None and numbers[0] is None:
        faults.add(_("填了附号，没有填门牌号"), "number", _("附号编在一个门牌号之下"))
    basis = str(data.get("basis") or ("" if kind in {Kind.NEW, Kind.TEMPORARY} else AddressItem.Basis.TOWN))
    if basis not in AddressItem.Basis.values:
        faults.add(_("没有选择依据的审批文件"), "basis", _("请从列表中选择；没有的只能编临时号"))
    if texts["collected"] and uuid_of(texts["collected"]) is None:
        faults.add(_("采集编号不对"), "collected", _("请从采集任务中重新带入"))
    faults.settle()
    assert point is not None and community is not None
    form = DoorForm(
        kind,
        point,
        community,
        street,
        number=numbers[0],
        sub_number=numbers[1],
        basis=basis,
        address=version.address_id if version else None,
        **texts,
    )
    return _as_it_stands(form, version) if version and kind == Kind.CANCEL else form


def _as_it_stands(form: DoorForm, version: AddressVersion) -> DoorForm:
    return replace(form, number=None, sub_number=None, **{key: getattr(version, key) or "" for key in INSIDE})


def _point(
    data: Mapping[str, Any], on: date, faults: Faults, version: AddressVersion | None
) -> BaseGeometry | None:
    if version is not None and not str(data.get("lon") or "").strip():
        return to_shapely(version.geom)
    try:
        return read_point(data, on)
    except BadInput as error:
        faults.take(error)
        return None


def _community(data: Mapping[str, Any], point: BaseGeometry | None, on: date, faults: Faults) -> UUID | None:
    asked = uuid_of(data.get("community"))
    if asked is not None:
        if Unit.objects.filter(pk=asked, level="community").exists():
            return asked
        faults.add(_("没有这个村或社区"), "community", _("请重新选择"))
        return None
    if point is None:
        return None
    found = community_at(point, on)
    if found is None:
        faults.add(_("这个位置不在任何村、社区范围内"), "lon", _("请核对位置"))
        return None
    return found.unit_id


def community_at(point: BaseGeometry, on: date) -> UnitVersion | None:
    """Return the community that holds a frame point on a day."""
    return next((v for v in register.units_at(point, on) if v.unit.level == "community"), None)


def _street(data: Mapping[str, Any], faults: Faults) -> UUID | None:
    text = str(data.get("street") or "").strip()
    if not text:
        return None
    key = uuid_of(text)
    categories = (PlaceName.Category.STREET, PlaceName.Category.VILLAGE)
    if key is None or not PlaceName.objects.filter(pk=key, category__in=categories).exists():
        faults.add(_("没有这条街路巷或自然村"), "street", _("请从列表中选择"))
        return None
    return key


def _standing(data: Mapping[str, Any], on: date, faults: Faults) -> AddressVersion | None:
    rows = in_force(AddressVersion.objects.all(), on).select_related("community")
    key, text = uuid_of(data.get("address")), str(data.get("address_text") or "").strip()
    found = rows.filter(address_id=key).first() if key else rows.filter(text=text).first() if text else None
    if found is None:
        faults.add(
            _("没有选择现行地址"), "address_text", _("请填写完整的标准地址，或在图上点选后从列表中选择")
        )
    return found


def _text(data: Mapping[str, Any], key: str, limit: int, faults: Faults) -> str:
    text = unicodedata.normalize("NFKC" if key in INSIDE else "NFC", str(data.get(key) or "")).strip()
    if key in INSIDE:
        text = "".join(text.split())
    if len(text) > limit:
        faults.add(
            _("文字有 %(count)s 个字，超过 %(limit)s 个字") % {"count": len(text), "limit": limit},
            key,
            _("请精简"),
        )
    if any(unicodedata.category(c)[0] == "C" and c not in "\r\n" for c in text):
        faults.add(_("文字含有控制字符"), key, _("请删去后重新填写"))
    return text


def uuid_of(value: Any) -> UUID | None:
    """Return the UUID a text names; None when it names none."""
    try:
        return UUID(str(value))
    except ValueError:
        return None
