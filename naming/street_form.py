"""A street as people fill it in: read from a form or JSON, cleaned, every fault named."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from boundaries import register
from geoapp.core.errors import BadInput
from geoapp.core.geometry import multiline, read_geometry, to_shapely
from naming.language.normalise import mend_latin
from naming.models import StreetItem
from naming.renaming import Renaming, read_renaming

NAME_LIMIT = 30
ROLES = ("main", "opposite", "branch", "planned")


@dataclass(frozen=True)
class StreetForm:
    """A street as filed, read and clean; geometry is a frame MultiLineString (metres).

    ``renaming`` is set when the street is registered already: its extent is the register's, not the form's.
    """

    name: str
    geometry: BaseGeometry
    pinyin: str = ""
    mended: tuple[str, ...] = ()
    meaning: str = ""
    width_m: float | None = None
    start_text: str = ""
    end_text: str = ""
    road_class: str = ""
    roles: tuple[str, ...] = ()
    note: str = ""
    renaming: Renaming | None = None

    @property
    def kind(self) -> str:
        """The kind of item: ``name`` or ``rename``."""
        return "rename" if self.renaming else "name"

    @property
    def title(self) -> str:
        """What the item is called on lists."""
        return f"{self.renaming.old_name}更名为{self.name}" if self.renaming else self.name


class _Errors:
    """Collects the faults of a form, so that a person sees all of them at once."""

    def __init__(self) -> None:
        self.found: list[BadInput] = []

    def add(self, message: str, field: str, remedy: str) -> None:
        self.found.append(BadInput(message, field=field, remedy=remedy))

    def settle(self) -> None:
        if not self.found:
            return
        first = self.found[0]
        rows = [{"field": e.field, "message": e.message, "remedy": e.remedy} for e in self.found]
        raise BadInput(first.message, field=first.field, remedy=first.remedy, errors=rows)


def read_name_text(value: str) -> str:
    """Return a name as it may be stored in a draft. Raises BadInput for what can never be a name."""
    name = unicodedata.normalize("NFC", value).strip()
    if not name:
        raise BadInput(_("名称没有填写"), field="name", remedy=_("请填写完整名称，如“锦程一路”"))
    if len(name) > NAME_LIMIT:
        raise BadInput(
            _("名称有 %(count)s 个字，超过 %(limit)s 个字") % {"count": len(name), "limit": NAME_LIMIT},
            field="name",
            remedy=_("请只填写名称本身，说明写入含义"),
        )
    for char in name:
        category = unicodedata.category(char)
        if category[0] == "C" or category == "So":
            raise BadInput(
                _("名称含有不能使用的字符 U+%(code)04X") % {"code": ord(char)},
                field="name",
                remedy=_("请删去控制字符或表情符号"),
            )
    return name


def read_street(data: Mapping[str, Any], *, on: date) -> StreetForm:
    """Read a street from a form or JSON; ``kind`` ``rename`` takes the extent of the registered ``street``.

    Raises BadInput listing every field at fault in ``errors``, NotFound when the street to rename is not in law.
    """
    errors = _Errors()
    name, shape, renaming = "", None, None
    try:
        name = read_name_text(str(data.get("name") or ""))
    except BadInput as error:
        errors.found.append(error)
    try:
        if data.get("kind") == "rename":
            renaming = read_renaming(data, on=on)
        else:
            shape = read_geometry(data.get("geometry") or "", within=register.city_outline(on))
    except BadInput as error:
        errors.found.append(error)
    pinyin, mended = mend_latin(str(data.get("pinyin") or "").strip())
    if len(pinyin) > 200 or any(unicodedata.category(c)[0] == "C" for c in pinyin):
        errors.add(_("拼音过长或含控制字符"), "pinyin", _("请按“Zǔmiào Lù”的样式填写"))
    texts = {key: str(data.get(key) or "").strip() for key in ("meaning", "start_text", "end_text", "note")}
    for key, limit in (("meaning", 1000), ("start_text", 200), ("end_text", 200), ("note", 1000)):
        if len(texts[key]) > limit:
            errors.add(
                _("文字有 %(count)s 个字，超过 %(limit)s 个字") % {"count": len(texts[key]), "limit": limit},
                key,
                _("请精简"),
            )
    road_class = str(data.get("road_class") or "")
    if road_class and road_class not in StreetItem.RoadClass.values:
        errors.add(
            _("没有“%(road_class)s”这个道路等级") % {"road_class": road_class},
            "road_class",
            _("请从列表中选择"),
        )
    width = _read_width(data.get("width_m"), errors)
    errors.settle()
    if renaming is not None:
        shape = to_shapely(renaming.extent.geom)
        return _renamed(renaming, StreetForm(name, shape, pinyin, tuple(mended), **texts))
    assert shape is not None
    lines = multiline(shape)
    wanted = data.get("roles") or []
    parts = tuple(r for r in wanted if r in ROLES) if isinstance(wanted, list) else ()
    return StreetForm(
        name=name,
        geometry=lines,
        pinyin=pinyin,
        mended=tuple(mended),
        width_m=width,
        road_class=road_class,
        roles=parts if len(parts) == len(lines.geoms) else ("main",) * len(lines.geoms),
        **texts,
    )


def _renamed(renaming: Renaming, form: StreetForm) -> StreetForm:
    """Return a form with the extent the register has: renaming leaves the street where it is."""
    extent = renaming.extent
    return replace(
        form,
        geometry=multiline(form.geometry),
        width_m=extent.width_m,
        start_text=extent.start_text,
        end_text=extent.end_text,
        road_class=extent.road_class,
        roles=tuple(extent.roles),
        renaming=renaming,
    )


def _read_width(value: Any, errors: _Errors) -> float | None:
    if value in (None, ""):
        return None
    try:
        width = float(value)
    except (TypeError, ValueError):
        errors.add(
            _("宽度“%(value)s”不是数字") % {"value": str(value)[:20]},
            "width_m",
            _("请填写米数，如 18 或 18.5"),
        )
        return None
    if not 0.5 <= width <= 200:
        errors.add(
            _("宽度 %(width)g 米不在 0.5–200 米之间") % {"width": width}, "width_m", _("请核对单位是否为米")
        )
        return None
    return width
