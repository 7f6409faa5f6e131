"""Values of a CQL2 filter as SQL, and the comparisons between them: the same meaning on both databases.

Texts compare by code point; a moment stands for the day of the city it falls on; a text beside a date is read as
one. Arithmetic is done in double precision, and a division by zero is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _

from geoapp.ogc.cql.nodes import (
    ARITHMETIC,
    FOLDS,
    At,
    Call,
    Instant,
    Many,
    Node,
    Property,
    Value,
    refuse,
)
from geoapp.ogc.cql.scope import Scope, located
from geoapp.ogc.filtering.fields import by_code_point
from geoapp.ogc.filtering.patterns import matches, tokens
from geoapp.ogc.query import day_of
from geoapp.ogc.sqltext import Clause

Kind = Literal["text", "number", "date", "boolean"]
_KINDS: dict[str, Kind] = {
    "text": "text",
    "integer": "number",
    "number": "number",
    "date": "date",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Scalar:
    """A value as SQL; ``literal`` is what it is when the filter itself says so."""

    kind: Kind
    sql: str
    parameters: list[Any]
    at: At
    literal: Any = None


def _word(kind: Kind) -> str:
    return {"text": _("文字"), "number": _("数字"), "date": _("日期"), "boolean": _("真假值")}[kind]


def scalar(node: Node, scope: Scope) -> Scalar:
    """Return a value. Raises BadRequest on what is none."""
    if isinstance(node, Property):
        field = scope.field(node)
        if field.kind not in _KINDS:
            refuse(node.at, _("几何不能这样比较"), _("请用 S_INTERSECTS 等空间函数"))
        return Scalar(_KINDS[field.kind], field.sql, [], node.at)
    if isinstance(node, Value):
        kind: Kind = (
            "boolean" if isinstance(node.value, bool) else "text" if isinstance(node.value, str) else "number"
        )
        value = node.value.replace("\x00", "") if isinstance(node.value, str) else node.value
        return Scalar(kind, "%s", [value], node.at, value)
    if isinstance(node, Instant):
        return _dated(day_at(node.text, node.at, node.kind), node.at)
    if isinstance(node, Call) and node.op in FOLDS:
        return _folded(node, scope)
    if isinstance(node, Call) and node.op in ARITHMETIC:
        return _computed(node, scope)
    refuse(node.at, _("这里应为一个值，不是条件、区间或几何"), _("例如 name = '祖庙路'"))


def day_at(text: str, at: At, kind: str = "") -> date:
    """Return the day of a literal; ``kind`` says whether it must be a date or a timestamp. Raises BadRequest."""
    remedy = _("例如 DATE('2020-01-01') 或 TIMESTAMP('2020-01-01T00:00:00Z')")
    if (kind == "date" and len(text) != 10) or (kind == "timestamp" and len(text) <= 10):
        refuse(at, _("不是 RFC 3339 的日期或时刻"), remedy)
    try:
        return day_of(text)
    except ValueError as error:
        refuse(at, str(error), remedy)


def _dated(day: date, at: At) -> Scalar:
    return Scalar("date", "%s", [day], at, day)


def _operands(node: Call, count: int, scope: Scope) -> list[Scalar]:
    if len(node.args) != count:
        message = _("%(op)s 须有 %(count)d 个操作数") % {"op": node.op.upper(), "count": count}
        refuse(node.at, message)
    return [scalar(part, scope) for part in node.args]


def _folded(node: Call, scope: Scope) -> Scalar:
    (inner,) = _operands(node, 1, scope)
    if inner.kind != "text":
        refuse(inner.at, _("%s 只用于文字") % node.op.upper())
    fold = scope.folded if node.op == "casei" else scope.unmarked
    return replace(inner, sql=fold(inner.sql))


def _computed(node: Call, scope: Scope) -> Scalar:
    left, right = _operands(node, 2, scope)
    for side in (left, right):
        if side.kind != "number":
            refuse(side.at, _("%s 只用于数字") % node.op.upper(), _("请去掉引号或换一个属性"))
    a, b = (f"CAST({side.sql} AS double precision)" for side in (left, right))
    made = {
        "/": f"{a} / nullif({b}, 0)",
        "div": scope.whole(f"{a} / nullif({b}, 0)"),
        "%": scope.rest(a, b),
        "^": scope.raised(a, b),
    }
    sql = made.get(node.op, f"{a} {node.op} {b}")
    return Scalar("number", f"({sql})", left.parameters + right.parameters, node.at)


def agreed(values: Sequence[Scalar]) -> list[Scalar]:
    """Return values of one kind, texts beside a date read as dates. Raises BadRequest when they are of several."""
    found = list(values)
    if any(v.kind == "date" for v in found):
        found = [
            _dated(day_at(v.literal, v.at), v.at) if v.kind == "text" and isinstance(v.literal, str) else v
            for v in found
        ]
    first = found[0]
    for other in found[1:]:
        if other.kind != first.kind:
            named = {"left": _word(first.kind), "right": _word(other.kind)}
            refuse(
                other.at,
                _("%(left)s与%(right)s不能比较") % named,
                _("文字写在单引号中，数字不加引号，日期写作 DATE('2020-01-01')"),
            )
    return found


def _plain(value: Scalar, scope: Scope) -> str:
    return by_code_point(value.sql, scope.vendor) if value.kind == "text" else value.sql


def compare(node: Call, scope: Scope) -> Clause:
    """Return one of the six comparisons."""
    left, right = agreed(_operands(node, 2, scope))
    if left.kind == "boolean" and node.op not in {"=", "<>"}:
        refuse(node.at, _("真假值只能判断是否相等"), _("请用 = 或 <>"))
    return f"{_plain(left, scope)} {node.op} {_plain(right, scope)}", left.parameters + right.parameters


def between(node: Call, scope: Scope) -> Clause:
    """Return BETWEEN, both bounds included."""
    value, low, high = agreed(_operands(node, 3, scope))
    if value.kind == "boolean":
        refuse(node.at, _("真假值只能判断是否相等"), _("请用 = 或 <>"))
    sql = f"{_plain(value, scope)} BETWEEN {_plain(low, scope)} AND {_plain(high, scope)}"
    return sql, value.parameters + low.parameters + high.parameters


def among(node: Call, scope: Scope) -> Clause:
    """Return IN."""
    if len(node.args) != 2 or not isinstance(node.args[1], Many) or not node.args[1].items:
        refuse(node.at, _("IN 须有一个值和一个不空的列表"), _("例如 name IN ('甲路','乙路')"))
    value, *items = agreed([scalar(part, scope) for part in (node.args[0], *node.args[1].items)])
    listed = ", ".join(item.sql for item in items)
    parameters = [*value.parameters, *(p for item in items for p in item.parameters)]
    return f"{_plain(value, scope)} IN ({listed})", parameters


def like(node: Call, scope: Scope) -> Clause:
    r"""Return LIKE: ``%`` any characters, ``_`` one, ``\`` before either the character itself."""
    value, pattern = _operands(node, 2, scope)
    if value.kind != "text":
        refuse(value.at, _("LIKE 只用于文字属性"))
    if not isinstance(pattern.literal, str):
        refuse(pattern.at, _("LIKE 的右边须为文字"), _("例如 %s") % "name LIKE '祖庙%'")
    with located(pattern.at):
        found = tokens(pattern.literal, "%", "_", "\\", "LIKE")
    sql, parameter = matches(value.sql, pattern.sql, found, scope.vendor)
    return sql, [*value.parameters, parameter]


def unknown(node: Call, scope: Scope) -> Clause:
    """Return IS NULL."""
    if len(node.args) != 1:
        refuse(node.at, _("%(op)s 须有 %(count)d 个操作数") % {"op": "isNull", "count": 1})
    (part,) = node.args
    if isinstance(part, Property):
        return f"{scope.field(part).sql} IS NULL", []
    value = scalar(part, scope)
    return f"{value.sql} IS NULL", value.parameters
