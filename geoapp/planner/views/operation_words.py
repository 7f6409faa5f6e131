"""Operations on land in an officer's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _


def in_words(operations: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    """Return one sentence per operation; ``names`` by unit id, new units by the name they shall have."""
    return [_one(op, names) + _declared(op, names) for op in operations]


def _declared(op: Mapping[str, Any], names: Mapping[str, str]) -> str:
    said = []
    for row in op.get("declare") or []:
        values = {"unit": _named(str(row.get("unit") or ""), names), "basis": row.get("basis") or "—"}
        if row.get("parts", 1) > 1:
            said.append(_("申明“%(unit)s”为 %(n)s 块，依据：“%(basis)s”") % (values | {"n": row["parts"]}))
        if row.get("enclaves", 0):
            said.append(
                _("申明“%(unit)s”内有 %(n)s 处飞地，依据：“%(basis)s”") % (values | {"n": row["enclaves"]})
            )
    return "".join(_("；") + text for text in said)


def _one(op: Mapping[str, Any], names: Mapping[str, str]) -> str:
    def name(key: str) -> str:
        return _named(str(op.get(key) or ""), names)

    kind = op.get("op")
    if kind == "split":
        pieces = len(op.get("new_ids") or [])
        made = "、".join(_named(u, names) for u in op.get("new_ids") or [] if u != op.get("unit"))
        return _("从“%(unit)s”分出“%(made)s”，共 %(n)s 块") % {
            "unit": name("unit"),
            "made": made,
            "n": pieces,
        }
    if kind == "merge":
        units = "、".join(_named(u, names) for u in op.get("units") or [])
        return _("“%(units)s”合并为“%(into)s”") % {"units": units, "into": name("into")}
    if kind == "transfer":
        return _("从“%(giver)s”划一块给“%(receiver)s”") % {
            "giver": name("giver"),
            "receiver": name("receiver"),
        }
    if kind in ("move_edge", "redraw_between"):
        values = {"first": name("first"), "second": name("second"), "n": len(op.get("line") or [])}
        if kind == "move_edge":
            return _("移动“%(first)s”与“%(second)s”的界线，新线 %(n)s 个点") % values
        return _("重画“%(first)s”与“%(second)s”的界线，新线 %(n)s 个点") % values
    if kind == "convert":
        return _("“%(unit)s”村改居") % {"unit": name("unit")}
    if kind == "reparent":
        units = "、".join(_named(u, names) for u in op.get("units") or [])
        return _("“%(units)s”整体划入“%(parent)s”") % {"units": units, "parent": name("parent")}
    if kind == "lock":
        return _("锁定“%(unit)s”：“%(reason)s”") % {"unit": name("unit"), "reason": op.get("reason") or ""}
    return _("在界线上加一个界点")


def _named(unit: str, names: Mapping[str, str]) -> str:
    return names.get(unit) or _("新单位")
