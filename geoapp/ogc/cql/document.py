"""CQL2 JSON as the same tree; every refusal names the place by a JSON pointer."""

from __future__ import annotations

import json
import math
from typing import Any

from django.utils.translation import gettext as _

from geoapp.core.wording import listed
from geoapp.ogc.cql.nodes import (
    ADVANCED,
    ARITHMETIC,
    COMPARISONS,
    FUNCTIONS,
    GEOMETRIES,
    LOGIC,
    Call,
    Geometry,
    Instant,
    Interval,
    Many,
    Node,
    Property,
    Value,
    refuse,
)
from geoapp.ogc.filtering import limits

_OPERATORS = (*LOGIC, *COMPARISONS, *ADVANCED, *FUNCTIONS, *ARITHMETIC)
_EXAMPLE = '{"op":"=","args":[{"property":"name"},"祖庙路"]}'


def parse(text: str) -> Node:
    """Return the tree of a filter. Raises BadRequest."""
    if len(text) > limits.MAX_TEXT:
        refuse(limits.MAX_TEXT + 1, _("过滤条件过长（最多 %d 个字符）") % limits.MAX_TEXT)
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        refuse(error.pos + 1, _("不是 JSON：%s") % error.msg, _("例如 %s") % _EXAMPLE)
    except RecursionError:
        refuse("", _("过滤条件嵌套过深（最多 %d 层）") % limits.MAX_DEPTH, _("请减少括号"))
    except ValueError:
        refuse("", _("数字过大"), _("请用普通大小的数字"))
    return _Reader().node(found, "", 1)


class _Reader:
    def __init__(self) -> None:
        self.nodes = 0

    def node(self, found: Any, at: str, depth: int) -> Node:
        """Return what stands at a place."""
        self.nodes += 1
        if self.nodes > limits.MAX_NODES:
            refuse(at, _("过滤条件过长（最多 %d 个运算符和值）") % limits.MAX_NODES, _("请分成几次查询"))
        if depth > limits.MAX_DEPTH:
            refuse(at, _("过滤条件嵌套过深（最多 %d 层）") % limits.MAX_DEPTH, _("请减少括号"))
        if isinstance(found, (str, bool)):
            return Value(found, at)
        if isinstance(found, (int, float)):
            return Value(_number(found, at), at)
        if isinstance(found, dict):
            return self._object(found, at, depth)
        refuse(at, _("应为条件、属性或值"), _("例如 %s") % _EXAMPLE)

    def _object(self, found: dict[str, Any], at: str, depth: int) -> Node:
        if "op" in found:
            return self._call(found, at, depth)
        if "property" in found:
            return _property(found, at)
        for kind in ("date", "timestamp"):
            if kind in found:
                if not isinstance(found[kind], str):
                    refuse(f"{at}/{kind}", _("应为日期"), _("例如 %s") % f'{{"{kind}":"2020-01-01"}}')
                return Instant(kind, found[kind], at)
        if "interval" in found:
            ends = found["interval"]
            if not isinstance(ends, list) or len(ends) != 2:
                refuse(f"{at}/interval", _("区间须有起止两端"), _('例如 {"interval":["2020-01-01",".."]}'))
            start, end = (_end(e, f"{at}/interval/{n}") for n, e in enumerate(ends))
            return Interval(start, end, at)
        if "bbox" in found:
            return Geometry("BBox", found["bbox"], at)
        if found.get("type") in GEOMETRIES:
            return self._geometry(found, at, depth)
        refuse(at, _("应为条件、属性或值"), _("例如 %s") % _EXAMPLE)

    def _geometry(self, found: dict[str, Any], at: str, depth: int) -> Geometry:
        if found["type"] != "GeometryCollection":
            return Geometry(found["type"], found.get("coordinates"), at)
        parts = found.get("geometries")
        if not isinstance(parts, list):
            refuse(f"{at}/geometries", _("几何无法识别"))
        return Geometry(
            "GeometryCollection",
            [self.node(part, f"{at}/geometries/{n}", depth + 1) for n, part in enumerate(parts)],
            at,
        )

    def _call(self, found: dict[str, Any], at: str, depth: int) -> Node:
        name = found["op"]
        op = name.lower() if isinstance(name, str) else ""
        if op not in _OPERATORS:
            shown = listed(_OPERATORS)
            refuse(f"{at}/op", _("不支持运算符 %s") % str(name)[:60], _("可用：%s") % shown)
        args = found.get("args")
        if not isinstance(args, list):
            refuse(f"{at}/args", _("运算符须有 args 数组"), _("例如 %s") % _EXAMPLE)
        nodes: list[Node] = []
        for n, part in enumerate(args):
            here = f"{at}/args/{n}"
            if op == "in" and n == 1 and isinstance(part, list):
                items = [self.node(p, f"{here}/{k}", depth + 2) for k, p in enumerate(part)]
                nodes.append(Many(tuple(items), here))
            else:
                nodes.append(self.node(part, here, depth + 1))
        return Call(op, tuple(nodes), at)


def _number(value: int | float, at: str) -> int | float:
    if abs(value) >= 10**300 or not math.isfinite(value):
        refuse(at, _("数字过大"), _("请用普通大小的数字"))
    return value if isinstance(value, float) or abs(value) < 10**15 else float(value)


def _property(found: dict[str, Any], at: str) -> Property:
    if not isinstance(found["property"], str):
        refuse(f"{at}/property", _("应为属性名"), _("例如 %s") % '{"property":"name"}')
    return Property(found["property"], at)


def _end(found: Any, at: str) -> Property | str:
    if isinstance(found, dict) and "property" in found:
        return _property(found, at)
    if isinstance(found, str):
        return found
    refuse(at, _("应为日期、时刻、属性或 .."), _('例如 {"interval":["2020-01-01",".."]}'))
