"""Comparison operators of FES 2.0 as SQL: equal on both databases, texts compared by code point."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree

from geoapp.ogc.filtering.fields import Field, by_code_point
from geoapp.ogc.filtering.patterns import matches, tokens
from geoapp.ogc.sqltext import Clause
from geoapp.ogc.wfs.context import Context
from geoapp.ogc.wfs.faults import INVALID, PROCESSING, UNSUPPORTED, refuse
from geoapp.ogc.wfs.xmlsafe import attributes, children, content, local

OPERATORS = {
    "PropertyIsEqualTo": "=",
    "PropertyIsNotEqualTo": "<>",
    "PropertyIsLessThan": "<",
    "PropertyIsGreaterThan": ">",
    "PropertyIsLessThanOrEqualTo": "<=",
    "PropertyIsGreaterThanOrEqualTo": ">=",
}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_REFERENCES = ("ValueReference", "PropertyName")
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
Side = Field | str


def read_day(text: str, locator: str) -> date:
    """Return the day of the city that a date or a moment falls on. Raises Fault."""
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if text.isascii() and _DAY.match(text) and len(text) <= 40:
            moment = datetime.fromisoformat(text)
            zone = timezone.get_default_timezone()
            return (moment.astimezone(zone) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        pass
    refuse(INVALID, _("不是日期或时刻：%s") % text[:40], locator)


def literal(field: Field, text: str) -> Any:
    """Return a literal as a value of the field's kind. Raises Fault."""
    if field.kind in {"text", "fid"}:
        return text.replace("\x00", "")
    if field.kind == "date":
        return read_day(text, field.name)
    text = text.strip()
    if field.kind == "boolean":
        if text.lower() not in _TRUTH:
            refuse(INVALID, _("须为 true 或 false"), field.name)
        return _TRUTH[text.lower()]
    if field.kind == "geometry":
        refuse(INVALID, _("几何不能这样比较"), field.name)
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        refuse(INVALID, _("不是数字：%s") % text[:40], field.name)
    return value


def _side(element: etree._Element, context: Context, depth: int) -> Side:
    context.budget.spend_node(depth)
    kind = local(element)
    if kind in _REFERENCES:
        return context.field(content(element))
    if kind == "Literal":
        return "".join(str(text) for text in element.itertext())
    refuse(UNSUPPORTED, _("不支持表达式 %s") % kind[:60], kind)


def sides(element: etree._Element, context: Context, depth: int) -> tuple[Side, Side]:
    """Return both operands. Raises Fault unless there are two."""
    parts = children(element)
    if len(parts) != 2:
        refuse(INVALID, _("%s 须有两个操作数") % local(element), local(element))
    return _side(parts[0], context, depth + 1), _side(parts[1], context, depth + 1)


def _plain(field: Field, context: Context) -> str:
    """Return the column for comparing: texts by code point whatever the database's collation."""
    if field.kind == "fid":
        refuse(INVALID, _("标识请用 ResourceId 比较"), field.name)
    return by_code_point(field.sql, context.vendor) if field.kind == "text" else field.sql


def compare(element: etree._Element, context: Context, depth: int) -> Clause:
    """Return one of the six binary comparisons."""
    sign = OPERATORS[local(element)]
    left, right = sides(element, context, depth)
    if isinstance(left, str) and isinstance(right, str):
        refuse(INVALID, _("比较须至少涉及一个属性"), local(element))
    if isinstance(left, str):
        left, right, sign = right, left, _MIRRORED.get(sign, sign)
    assert isinstance(left, Field)
    _comparable(left, sign)
    fold = attributes(element).get("matchCase", "true").strip().lower() in {"false", "0"}
    if isinstance(right, Field):
        _comparable(right, sign)
        numeric = {"integer", "number"}
        if left.kind != right.kind and not {left.kind, right.kind} <= numeric:
            refuse(INVALID, _("两个属性的类型不同，不能比较"), right.name)
        a, b = _plain(left, context), _plain(right, context)
        if fold and left.kind == "text":
            a, b = context.folded(left.sql), context.folded(right.sql)
        return f"{a} {sign} {b}", []
    value = literal(left, right)
    if fold and left.kind == "text":
        return f"{context.folded(left.sql)} {sign} {context.folded('%s')}", [value]
    return f"{_plain(left, context)} {sign} %s", [value]


def _comparable(field: Field, sign: str) -> None:
    if field.kind == "geometry":
        refuse(PROCESSING, _("几何不能这样比较"), field.name, status=403)
    if field.kind == "boolean" and sign not in {"=", "<>"}:
        refuse(INVALID, _("真假值只能判断是否相等"), field.name)


def between(element: etree._Element, context: Context, depth: int) -> Clause:
    """Return PropertyIsBetween, both bounds included."""
    parts = {local(c): c for c in children(element)}
    bounds = []
    for name in ("LowerBoundary", "UpperBoundary"):
        inner = children(parts[name]) if name in parts else []
        if len(inner) != 1:
            refuse(INVALID, _("PropertyIsBetween 须有上下界各一"), name)
        bounds.append(_side(inner[0], context, depth + 1))
    reference = [c for c in children(element) if local(c) in _REFERENCES]
    field = _side(reference[0], context, depth + 1) if len(reference) == 1 else ""
    if not isinstance(field, Field) or any(isinstance(b, Field) for b in bounds):
        refuse(INVALID, _("PropertyIsBetween 须为一个属性与两个值"), "PropertyIsBetween")
    _comparable(field, "<")
    low, high = (literal(field, str(b)) for b in bounds)
    return f"{_plain(field, context)} BETWEEN %s AND %s", [low, high]


def is_null(element: etree._Element, context: Context, depth: int) -> Clause:
    """Return PropertyIsNull and PropertyIsNil: a property that is not known is delivered as nil."""
    parts = children(element)
    field = _side(parts[0], context, depth + 1) if len(parts) == 1 else ""
    if not isinstance(field, Field):
        refuse(INVALID, _("%s 须指明一个属性") % local(element), local(element))
    return f"{field.sql} IS NULL", []


def like(element: etree._Element, context: Context, depth: int) -> Clause:
    """Return PropertyIsLike; wildcard, single character and escape as the request says."""
    given = attributes(element)
    wild, single = given.get("wildCard", "*"), given.get("singleChar", "?")
    escape = given.get("escapeChar", given.get("escape", "\\"))
    if {len(wild), len(single), len(escape)} != {1} or len({wild, single, escape}) != 3:
        refuse(INVALID, _("通配符、单字符与转义符须为三个不同的字符"), "PropertyIsLike")
    field, pattern = sides(element, context, depth)
    if not isinstance(field, Field) or not isinstance(pattern, str):
        refuse(INVALID, _("PropertyIsLike 须为一个属性与一个值"), "PropertyIsLike")
    if field.kind not in {"text", "integer", "date"}:
        refuse(INVALID, _("PropertyIsLike 只用于文字属性"), field.name)
    found = tokens(pattern.replace("\x00", ""), wild, single, escape, "PropertyIsLike")
    text = field.sql if field.kind == "text" else f"CAST({field.sql} AS text)"
    fold = given.get("matchCase", "true").strip().lower() in {"false", "0"}
    a, b = (context.folded(text), context.folded("%s")) if fold else (text, "%s")
    condition, value = matches(a, b, found, context.vendor)
    return condition, [value]
