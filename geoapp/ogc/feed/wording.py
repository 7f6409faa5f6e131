"""Acts and changes in words for people, and which district a change belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from geoapp.core.models import Jurisdiction
from geoapp.core.wording import english
from geoapp.core.workflow import procedures
from geoapp.ogc.feed.entries import Change
from geoapp.ogc.feed.rows import Row
from geoapp.ogc.layers import Layer
from geoapp.ogc.query import refuse

_KINDS = {
    "takeover_units": _lazy("接收已有区划"),
    "takeover_streets": _lazy("接收已有道路"),
    "takeover_street": _lazy("接收已有道路"),
    "takeover_addresses": _lazy("接收已有地址"),
    "import_units": _lazy("导入界线"),
    "import_addresses": _lazy("导入地址"),
    "street_naming": _lazy("街路命名决定"),
    "door_numbering": _lazy("门牌编号决定"),
    "door_release": _lazy("门牌发布"),
    "publicity": _lazy("名称公示"),
    "notice_closed": _lazy("公示结束"),
    "announcement": _lazy("地名公告"),
    "unit_announcement": _lazy("区划调整公告"),
    "unit_codes": _lazy("登记区划代码"),
}
_EDITION = "edition_"


def kind(code: str) -> str:
    """Return what an act did, in words; its code when there are none."""
    if code in _KINDS:
        return str(_KINDS[code])
    if code.startswith(_EDITION) and code[len(_EDITION) :].isdigit():
        return _("%(year)s 年区划代码名单") % {"year": code[len(_EDITION) :]}
    for procedure in procedures():
        if procedure.code == code:
            return procedure.title_en if english() else procedure.title
    return code


def value(layer: Layer, row: Row, name: str) -> Any:
    """Return a property of a row; "" where the layer has none of that name."""
    for column, held in zip(layer.columns, row.values, strict=True):
        if column.name == name:
            return held
    return ""


@dataclass(frozen=True)
class Said:
    """A change for people: the layer, what happened, the name before and after, where; all data Chinese."""

    layer: str
    layer_id: str
    op: str
    ident: str
    before: str
    after: str
    where: str
    day: str

    def sentence(self) -> str:
        """Return the change as one sentence."""
        words = {
            "layer": self.layer,
            "name": self.after or self.before,
            "before": self.before,
            "where": self.where,
        }
        if self.layer_id == "notices" and self.op != "update":
            text = _("“%(name)s”公示") if self.op == "insert" else _("“%(name)s”公示结束")
            text %= words
        elif self.op == "insert":
            text = _("%(layer)s新增“%(name)s”") % words
        elif self.op == "delete":
            text = _("%(layer)s撤下“%(name)s”") % words
        elif self.before != self.after:
            text = _("%(layer)s“%(before)s”改为“%(name)s”") % words
        else:
            text = _("%(layer)s“%(name)s”内容有变更") % words
        return text + (_("（%(where)s）") % words if self.where else "")


def say(change: Change) -> Said:
    """Return a change for people."""
    layer, shown = change.layer, change.after or change.before
    assert shown is not None
    return Said(
        layer.title.here(),
        layer.id,
        change.op,
        change.ident,
        str(value(layer, change.before, "name")) if change.before else "",
        str(value(layer, change.after, "name")) if change.after else "",
        str(value(layer, shown, "unit")),
        str(value(layer, shown, "valid_from")),
    )


@dataclass(frozen=True)
class District:
    """A district to look for in published rows: its six digits and its name."""

    code: str
    name: str

    def holds(self, change: Change) -> bool:
        """Say whether a change belongs to the district: the row before or after it does.

        By the code of the unit where the row has one, else by the name of the district in the row's location.
        """
        return any(self._holds(change.layer, row) for row in (change.before, change.after) if row is not None)

    def _holds(self, layer: Layer, row: Row) -> bool:
        code = str(value(layer, row, "code") or "")
        return code.startswith(self.code) if code else self.name in str(value(layer, row, "unit"))


def district_of(jurisdiction: Jurisdiction) -> District:
    """Return a jurisdiction as a district to look for."""
    return District(jurisdiction.code[:6], jurisdiction.name)


def read_district(code: str | None) -> District | None:
    """Read the parameter ``district``: six digits. Raises BadRequest when there is no such district."""
    if code is None:
        return None
    # Old districts stay answerable: one that was renamed or dissolved is still in old rows.
    found = Jurisdiction.objects.filter(level=Jurisdiction.Level.DISTRICT, code=code).first()
    if found is None:
        known = Jurisdiction.objects.filter(level=Jurisdiction.Level.DISTRICT)
        refuse("district", _("没有这个市辖区"), _("可用的代码：%s") % " ".join(_codes(known)))
    return district_of(found)


def _codes(found: Iterable[Jurisdiction]) -> list[str]:
    return sorted({j.code for j in found})
