"""Temporal operators of FES 2.0 on the date properties of a layer.

A date is an instant of one day; a moment with a time counts as the day of the city it falls on. Operators that
hold only between two periods are refused: no property is a period (``datetime`` asks for validity as a whole).
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from lxml import etree

from geoapp.ogc.sqltext import Clause
from geoapp.ogc.wfs.comparisons import read_day
from geoapp.ogc.wfs.context import Context
from geoapp.ogc.wfs.faults import INVALID, UNSUPPORTED, refuse
from geoapp.ogc.wfs.xmlsafe import attributes, children, content, local

OPERATORS = ("After", "Before", "During", "Begins", "Ends", "TEquals", "AnyInteracts")
LISTED = tuple(name for name in OPERATORS if name != "AnyInteracts")
"""What the capabilities may name: the standard's list forgot AnyInteracts."""
_OF_PERIODS = ("BegunBy", "EndedBy", "TContains", "Meets", "MetBy", "TOverlaps", "OverlappedBy")
ALL = (*OPERATORS, *_OF_PERIODS)
Open = date | None


def clause(element: etree._Element, context: Context, depth: int) -> Clause:
    """Return a temporal operator as a condition on rows of ``t``. Raises Fault."""
    context.budget.spend_node(depth)
    operator = local(element)
    if operator in _OF_PERIODS:
        refuse(UNSUPPORTED, _("%s 只在两个时段之间成立；日期属性是时刻") % operator, operator)
    parts = children(element)
    if len(parts) != 2 or local(parts[0]) not in {"ValueReference", "PropertyName"}:
        refuse(INVALID, _("%s 须为一个日期属性与一个时间") % operator, operator)
    context.budget.spend_node(depth)
    field = context.field(content(parts[0]))
    if field.kind != "date":
        refuse(INVALID, _("%s 须用于日期属性") % operator, "ValueReference")
    start, end = _time(parts[1], context)
    if local(_inner(parts[1])) != "TimePeriod":
        return _against_instant(operator, field.sql, start)
    return _against_period(operator, field.sql, start, end)


def _against_instant(operator: str, sql: str, day: Open) -> Clause:
    signs = {"After": ">", "Before": "<", "TEquals": "=", "AnyInteracts": "="}
    if operator not in signs or day is None:
        refuse(INVALID, _("%s 须与时段比较") % operator, operator)
    return f"{sql} {signs[operator]} %s", [day]


def _against_period(operator: str, sql: str, start: Open, end: Open) -> Clause:
    if start is not None and end is not None and start > end:
        refuse(INVALID, _("时段的起点晚于终点"), "TimePeriod")
    signs: dict[str, list[tuple[str, Open]]] = {
        "After": [(">", end)],
        "Before": [("<", start)],
        "During": [(">", start), ("<", end)],
        "Begins": [("=", start)],
        "Ends": [("=", end)],
        "AnyInteracts": [(">=", start), ("<=", end)],
    }
    if operator not in signs:
        refuse(INVALID, _("%s 须与时刻比较") % operator, operator)
    if operator in {"During", "AnyInteracts"}:
        bounds = [(sign, bound) for sign, bound in signs[operator] if bound is not None]
        parts = [f"{sql} IS NOT NULL", *(f"{sql} {sign} %s" for sign, _bound in bounds)]
        return f"({' AND '.join(parts)})", [bound for _sign, bound in bounds]
    ((sign, edge),) = signs[operator]
    if edge is None:  # nothing comes after a period that never ends
        return "1 = 0", []
    return f"{sql} {sign} %s", [edge]


def _inner(element: etree._Element) -> etree._Element:
    inner = children(element)
    return inner[0] if local(element) == "Literal" and len(inner) == 1 else element


def _time(element: etree._Element, context: Context) -> tuple[Open, Open]:
    element = _inner(element)
    kind = local(element)
    day: Open
    if kind == "Literal":
        day = read_day(content(element), "Literal")
        return day, day
    if kind == "TimeInstant":
        day = _position(element, ("timePosition",), context)
        return day, day
    if kind == "TimePeriod":
        return (
            _position(element, ("beginPosition", "begin"), context),
            _position(element, ("endPosition", "end"), context),
        )
    refuse(INVALID, _("须为 gml:TimeInstant 或 gml:TimePeriod"), kind[:60])


def _position(element: etree._Element, wanted: tuple[str, ...], context: Context) -> Open:
    found = children(element, *wanted)
    if len(found) != 1:
        refuse(INVALID, _("时间须有 %s") % wanted[0], wanted[0])
    position = found[0]
    if local(position) in {"begin", "end"}:
        instants = children(position, "TimeInstant")
        if len(instants) != 1:
            refuse(INVALID, _("时间须有 %s") % "gml:TimeInstant", local(position))
        return _position(instants[0], ("timePosition",), context)
    indeterminate = attributes(position).get("indeterminatePosition", "").strip()
    if not content(position).strip() and indeterminate in {"now", "unknown"}:
        return context.today if indeterminate == "now" else None
    return read_day(content(position), local(position))
