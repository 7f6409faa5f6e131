"""The small form of the pages: a property, a comparison and a value become CQL2 text in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from geoapp.core.wording import listed
from geoapp.ogc.cql.asked import CQL2_TEXT, properties_of
from geoapp.ogc.layers import Column, Layer
from geoapp.ogc.query import refuse

FIELD, COMPARISON, VALUE = "q-field", "q-comparison", "q-value"
FORM_PARAMETERS = (FIELD, COMPARISON, VALUE)
_KEPT = ("datetime", "known-at", "bbox", "bbox-crs", "crs", "limit", "filter-lang", "filter-crs")
_SIGNS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_OF_TEXT = {"contains": ("%", "%"), "starts": ("", "%"), "ends": ("%", "")}
_ALONE = {"null": "IS NULL", "known": "IS NOT NULL"}


def comparisons() -> list[tuple[str, str]]:
    """Return what the form offers: key, words."""
    return [
        ("eq", _("等于")),
        ("ne", _("不等于")),
        ("contains", _("包含")),
        ("starts", _("开头是")),
        ("ends", _("结尾是")),
        ("lt", _("小于（早于）")),
        ("le", _("不大于（不晚于）")),
        ("gt", _("大于（晚于）")),
        ("ge", _("不小于（不早于）")),
        ("null", _("未填写（空）")),
        ("known", _("已填写（不空）")),
    ]


def quoted(value: str) -> str:
    """Return a text as a CQL2 string."""
    return "'" + value.replace("'", "''") + "'"


def written(layer: Layer, given: Mapping[str, str]) -> str:
    """Return the CQL2 text of what the form holds, joined to the filter there was. Raises BadRequest."""
    there = given.get("filter", "").strip()
    name = given.get(FIELD, "")
    comparison, value = given.get(COMPARISON, "eq"), given.get(VALUE, "").strip()
    if not name or (not value and comparison not in _ALONE):
        return there
    columns = {c.name: c for c in properties_of(layer)}
    if name not in columns:
        refuse(FIELD, _("图层 %(layer)s 没有属性 %(name)s") % {"layer": layer.id, "name": name[:80]})
    made = _one(columns[name], comparison, value)
    return f"({there}) AND {made}" if there else made


def _one(column: Column, comparison: str, value: str) -> str:
    if comparison in _ALONE:
        return f"{column.name} {_ALONE[comparison]}"
    if comparison in _OF_TEXT:
        if column.kind != "text":
            refuse(COMPARISON, _("“包含”“开头是”“结尾是”只用于文字属性"))
        before, after = _OF_TEXT[comparison]
        return f"{column.name} LIKE {quoted(before + _escaped(value) + after)}"
    if comparison not in _SIGNS:
        refuse(COMPARISON, _("没有这种比较"), _("可用：%s") % listed([*_SIGNS, *_OF_TEXT, *_ALONE]))
    sign = _SIGNS[comparison]
    if column.kind == "text":
        if "\\" in value and sign in {"=", "<>"}:  # a string cannot end with one, a pattern can
            return f"{column.name} {'NOT ' if sign == '<>' else ''}LIKE {quoted(_escaped(value))}"
        return f"{column.name} {sign} {quoted(value)}"
    if column.kind == "date":
        return f"{column.name} {sign} DATE({quoted(value)})"
    if column.kind == "boolean":
        truth = {"true": "TRUE", "false": "FALSE", _("是"): "TRUE", _("否"): "FALSE"}.get(value.lower())
        if truth is None:
            refuse(VALUE, _("须为 true 或 false"))
        return f"{column.name} {sign} {truth}"
    return f"{column.name} {sign} {value}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def context(layer: Layer, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the template of the form shows."""
    return {
        "properties": properties_of(layer),
        "comparisons": comparisons(),
        "filter": given.get("filter", ""),
        "field": given.get(FIELD, ""),
        "value": given.get(VALUE, ""),
        "comparison": given.get(COMPARISON, ""),
        "kept": {name: given[name] for name in _KEPT if name in given},
        "by_text": given.get("filter-lang", CQL2_TEXT) == CQL2_TEXT,
    }
