"""Temporal functions of CQL2 on days. An instant is an interval of one day; ``..`` is open.

The end of ``INTERVAL(valid_from, valid_to)`` is open where ``valid_to`` is not set: that is what no date means there.
A moment counts as the day of the city it falls on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from geoapp.ogc.cql.nodes import At, Call, Instant, Interval, Node, Property, Value, refuse
from geoapp.ogc.cql.scalars import day_at
from geoapp.ogc.cql.scope import Scope
from geoapp.ogc.layers import VALID_TO
from geoapp.ogc.sqltext import Clause

_FIRST, _LAST = date.min, date.max
"""What stands for an open end: every day of the record lies between."""
_AS, _AE, _BS, _BE = range(4)  # starts and ends of both operands
_Rule = tuple[tuple[int, str, int], ...]
_RULES: dict[str, _Rule] = {
    "t_after": ((_AS, ">", _BE),),
    "t_before": ((_AE, "<", _BS),),
    "t_contains": ((_AS, "<", _BS), (_AE, ">", _BE)),
    "t_during": ((_AS, ">", _BS), (_AE, "<", _BE)),
    "t_equals": ((_AS, "=", _BS), (_AE, "=", _BE)),
    "t_finishedby": ((_AS, "<", _BS), (_AE, "=", _BE)),
    "t_finishes": ((_AS, ">", _BS), (_AE, "=", _BE)),
    "t_intersects": ((_AS, "<=", _BE), (_AE, ">=", _BS)),
    "t_meets": ((_AE, "=", _BS),),
    "t_metby": ((_AS, "=", _BE),),
    "t_overlappedby": ((_AS, ">", _BS), (_AS, "<", _BE), (_AE, ">", _BE)),
    "t_overlaps": ((_AS, "<", _BS), (_AE, ">", _BS), (_AE, "<", _BE)),
    "t_startedby": ((_AS, "=", _BS), (_AE, ">", _BE)),
    "t_starts": ((_AS, "=", _BS), (_AE, "<", _BE)),
}
_OF_INTERVALS = {"t_meets", "t_metby", "t_overlappedby", "t_overlaps"}


@dataclass(frozen=True)
class _End:
    sql: str
    parameters: list[Any]


def temporal(node: Call, scope: Scope) -> Clause:
    """Return a temporal function. Raises BadRequest."""
    if len(node.args) != 2:
        refuse(node.at, _("%(op)s 须有 %(count)d 个操作数") % {"op": node.op.upper(), "count": 2})
    if node.op in _OF_INTERVALS:
        for part in node.args:
            if not isinstance(part, Interval):
                refuse(
                    part.at,
                    _("%s 只在两个区间之间成立") % node.op.upper(),
                    _("例如 INTERVAL(valid_from, valid_to)"),
                )
    ends = [end for part in node.args for end in _ends(part, scope)]
    if node.op == "t_disjoint":
        sql, parameters = _ruled(_RULES["t_intersects"], ends)
        return f"NOT ({sql})", parameters
    return _ruled(_RULES[node.op], ends)


def _ruled(rule: _Rule, ends: list[_End]) -> Clause:
    sql = " AND ".join(f"{ends[a].sql} {sign} {ends[b].sql}" for a, sign, b in rule)
    return sql, [p for a, _sign, b in rule for p in (*ends[a].parameters, *ends[b].parameters)]


def _ends(node: Node, scope: Scope) -> tuple[_End, _End]:
    if isinstance(node, Interval):
        start, first = _end(node.start, _FIRST, node.at, scope)
        end, last = _end(node.end, _LAST, node.at, scope)
        if first is not None and last is not None and first > last:
            refuse(node.at, _("区间的起点晚于终点"), _("例如 INTERVAL('2019-01-01','2020-01-01')"))
        return start, end
    if isinstance(node, Property):
        found = _property(node, scope)
        return found, found
    if isinstance(node, Instant):
        day = _End("%s", [day_at(node.text, node.at, node.kind)])
        return day, day
    if isinstance(node, Value) and isinstance(node.value, str):
        day = _End("%s", [day_at(node.value, node.at)])
        return day, day
    refuse(node.at, _("这里应为日期属性、日期、时刻或区间"), _("例如 INTERVAL('2019-01-01','..')"))


def _property(node: Property, scope: Scope) -> _End:
    field = scope.field(node)
    if field.kind != "date":
        refuse(node.at, _("%s 不是日期属性") % node.name[:80])
    return _End(field.sql, [])


def _end(found: Property | str, bound: date, at: At, scope: Scope) -> tuple[_End, date | None]:
    """Return an end of an interval, and the day it is when the filter itself says so."""
    if isinstance(found, Property):
        end = _property(found, scope)
        if found.name == VALID_TO and bound == _LAST:
            return _End(f"coalesce({end.sql}, %s)", [_LAST]), None
        return end, None
    day = bound if found in {"..", ""} else day_at(found, at)
    return _End("%s", [day]), day
