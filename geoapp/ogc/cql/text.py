"""CQL2 text as a tree, by descent; every refusal says at which character, what was expected there, and how to mend it.

Binding, the loosest first: OR, AND, NOT, comparisons, + and -, * / % DIV, ^ (to the right), sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from geoapp.core.wording import listed
from geoapp.ogc.cql.nodes import (
    FUNCTIONS,
    GEOMETRIES,
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
from geoapp.ogc.cql.words import Word, split
from geoapp.ogc.filtering import limits

_RESERVED = {"and", "or", "not", "like", "between", "in", "is", "null", "div"}
_SHAPES = {name.upper(): name for name in GEOMETRIES}
_PARTS = {"MULTIPOINT": "Point", "MULTILINESTRING": "LineString", "MULTIPOLYGON": "Polygon"}


def parse(text: str) -> Node:
    """Return the tree of a filter. Raises BadRequest."""
    if len(text) > limits.MAX_TEXT:
        refuse(limits.MAX_TEXT + 1, _("过滤条件过长（最多 %d 个字符）") % limits.MAX_TEXT)
    if not text.strip():
        refuse(1, _("过滤条件是空的"), _("例如 name = '祖庙路'"))
    return _Parser(split(text)).whole()


class _Parser:
    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.place = 0
        self.depth = 0
        self.nodes = 0

    # words

    @property
    def word(self) -> Word:
        return self.words[self.place]

    def _take(self) -> Word:
        word = self.word
        self.place += 1
        return word

    def _sign(self, *signs: str) -> Word | None:
        return self._take() if self.word.kind == "sign" and self.word.value in signs else None

    def _keyword(self, *names: str) -> Word | None:
        word = self.word
        return self._take() if word.kind == "name" and word.value.lower() in names else None

    def _must(self, sign: str) -> Word:
        word = self._sign(sign)
        if word is None:
            self._unexpected(_("应为 %s") % sign)
        return word

    def _unexpected(self, expected: str) -> NoReturn:
        word = self.word
        if word.kind == "end":
            refuse(word.at, _("过滤条件到这里就断了，%s") % expected, _("请补全条件"))
        message = _("%(expected)s，却是 %(found)s") % {"expected": expected, "found": word.value[:40]}
        refuse(word.at, message, _("例如 name = '祖庙路' AND valid_from >= DATE('2020-01-01')"))

    def _made(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > limits.MAX_NODES:
            refuse(node.at, _("过滤条件过长（最多 %d 个运算符和值）") % limits.MAX_NODES, _("请分成几次查询"))
        return node

    def _deeper(self, read: Callable[[], Any]) -> Any:
        self.depth += 1
        if self.depth > limits.MAX_DEPTH:
            refuse(self.word.at, _("过滤条件嵌套过深（最多 %d 层）") % limits.MAX_DEPTH, _("请减少括号"))
        found = read()
        self.depth -= 1
        return found

    # conditions

    def whole(self) -> Node:
        """Read the filter to its end."""
        found = self._either()
        if self.word.kind != "end":
            self._unexpected(_("应为 AND、OR 或结束"))
        return found

    def _either(self) -> Node:
        return self._chain("or", self._both)

    def _both(self) -> Node:
        return self._chain("and", self._not)

    def _chain(self, name: str, read: Callable[[], Node]) -> Node:
        parts = [read()]
        at = self.word.at
        while self._keyword(name):
            parts.append(read())
        return parts[0] if len(parts) == 1 else self._made(Call(name, tuple(parts), at))

    def _not(self) -> Node:
        word = self._keyword("not")
        if word is None:
            return self._comparison()
        return self._made(Call("not", (self._deeper(self._not),), word.at))

    def _comparison(self) -> Node:
        left = self._sum()
        word = self._sign("=", "<>", "<", ">", "<=", ">=")
        if word is not None:
            return self._made(Call(word.value, (left, self._sum()), word.at))
        if word := self._keyword("is"):
            negated = self._keyword("not")
            if not self._keyword("null"):
                self._unexpected(_("应为 NULL"))
            return self._negated(Call("isnull", (left,), word.at), negated)
        negated = self._keyword("not")
        if word := self._keyword("like"):
            return self._negated(Call("like", (left, self._sum()), word.at), negated)
        if word := self._keyword("between"):
            low = self._sum()
            if not self._keyword("and"):
                self._unexpected(_("应为 AND"))
            return self._negated(Call("between", (left, low, self._sum()), word.at), negated)
        if word := self._keyword("in"):
            opening = self._must("(")
            items = self._listed(self._sum)
            return self._negated(Call("in", (left, Many(tuple(items), opening.at)), word.at), negated)
        if negated:
            self._unexpected(_("应为 LIKE、BETWEEN 或 IN"))
        return left

    def _negated(self, node: Call, negated: Word | None) -> Node:
        self._made(node)
        return node if negated is None else self._made(Call("not", (node,), negated.at))

    def _listed(self, read: Callable[[], Any]) -> list[Any]:
        """Read what stands between brackets, the first of which is read already."""
        found = [self._deeper(read)]
        while self._sign(","):
            found.append(self._deeper(read))
        if not self._sign(")"):
            self._unexpected(_("应为逗号或右括号"))
        return found

    # values

    def _sum(self) -> Node:
        left = self._product()
        while word := self._sign("+", "-"):
            left = self._made(Call(word.value, (left, self._product()), word.at))
        return left

    def _product(self) -> Node:
        left = self._power()
        while word := self._sign("*", "/", "%") or self._keyword("div"):
            left = self._made(Call(word.value.lower(), (left, self._power()), word.at))
        return left

    def _power(self) -> Node:
        left = self._signed()
        if word := self._sign("^"):
            return self._made(Call("^", (left, self._deeper(self._power)), word.at))
        return left

    def _signed(self) -> Node:
        word = self._sign("-", "+")
        if word is None:
            return self._primary()
        found: Node = self._deeper(self._signed)
        if isinstance(found, Value) and type(found.value) in {int, float}:
            assert not isinstance(found.value, str)
            return Value(-found.value if word.value == "-" else found.value, word.at)
        if word.value == "+":
            return found
        return self._made(Call("-", (Value(0, word.at), found), word.at))

    def _primary(self) -> Node:
        word = self.word
        if word.kind == "text":
            self._take()
            return self._made(Value(word.value, word.at))
        if word.kind == "number":
            return self._made(Value(self._number(), word.at))
        if self._sign("("):
            found: Node = self._deeper(self._either)
            self._must(")")
            return found
        if word.kind == "quoted":
            self._take()
            return self._made(Property(word.value, word.at))
        if word.kind == "name" and word.value.lower() not in _RESERVED:
            return self._made(self._named())
        self._unexpected(_("应为属性名或值"))

    def _number(self) -> int | float:
        word = self._take()
        value = float(word.value)
        if not math.isfinite(value) or len(word.value) > 60:
            refuse(word.at, _("数字过大"), _("请用普通大小的数字"))
        return int(word.value) if word.value.isdigit() and len(word.value) < 16 else value

    def _named(self) -> Node:
        word = self._take()
        name = word.value.lower()
        called = self.word.kind == "sign" and self.word.value == "("
        if name in {"true", "false"} and not called:
            return Value(name == "true", word.at)
        shape = word.value.upper()
        if shape in _SHAPES and (called or self.word.value.upper() in {"Z", "M", "ZM", "EMPTY"}):
            return self._shape(word)
        if not called:
            return Property(word.value, word.at)
        self._take()
        if name == "bbox":
            return Geometry("BBox", self._listed(self._signed_number), word.at)
        if name in {"date", "timestamp"}:
            (instant,) = self._texts(1)
            return Instant(name, instant, word.at)  # type: ignore[arg-type]
        if name == "interval":
            start, end = self._texts(2)
            return Interval(start, end, word.at)
        if name not in FUNCTIONS:
            refuse(
                word.at,
                _("没有函数 %s") % word.value[:40],
                _("可用：%s") % listed(n.upper() for n in FUNCTIONS),
            )
        return Call(name, tuple(self._listed(self._either)), word.at)

    def _texts(self, count: int) -> list[Property | str]:
        """Read the operands of DATE, TIMESTAMP and INTERVAL; the last may be properties."""
        found: list[Property | str] = []
        for n in range(count):
            if n:
                self._must(",")
            word = self.word
            if word.kind == "text":
                found.append(word.value)
            elif count == 2 and word.kind in {"name", "quoted"} and word.value.lower() not in _RESERVED:
                found.append(Property(word.value, word.at))
            else:
                self._unexpected(_("应为单引号中的日期"))
            self._take()
        self._must(")")
        return found

    # geometries as WKT

    def _signed_number(self) -> float:
        word = self._sign("-", "+")
        if self.word.kind != "number":
            self._unexpected(_("应为数字"))
        value = float(self._number())
        return -value if word is not None and word.value == "-" else value

    def _shape(self, word: Word) -> Geometry:
        if self._keyword("m", "zm", "empty"):
            refuse(
                word.at, _("不支持这种几何：%s") % self.words[self.place - 1].value, _("坐标须为二维或三维")
            )
        self._keyword("z")
        self._must("(")
        kind = word.value.upper()
        if kind == "GEOMETRYCOLLECTION":
            return Geometry("GeometryCollection", self._listed(self._member), word.at)
        if kind == "MULTIPOINT":
            return Geometry("MultiPoint", self._listed(self._loose_position), word.at)
        coordinates = (
            self._coordinates(_PARTS[kind].upper(), True)
            if kind in _PARTS
            else self._coordinates(kind, False)
        )
        return Geometry(_SHAPES[kind], coordinates, word.at)

    def _coordinates(self, kind: str, many: bool) -> Any:
        """Read coordinates; the first bracket is read already."""
        if many:
            return self._listed(lambda: (self._must("("), self._coordinates(kind, False))[1])
        if kind == "POINT":
            found = self._position()
            self._must(")")
            return found
        if kind == "LINESTRING":
            return self._listed(self._position)
        return self._listed(lambda: (self._must("("), self._listed(self._position))[1])

    def _member(self) -> Node:
        word = self.word
        if word.kind != "name" or word.value.upper() not in _SHAPES:
            self._unexpected(_("应为几何，例如 POINT(113.1 23.0)"))
        self._take()
        return self._made(self._shape(word))

    def _loose_position(self) -> list[float]:
        if not self._sign("("):
            return self._position()
        found = self._position()
        self._must(")")
        return found

    def _position(self) -> list[float]:
        found = [self._signed_number(), self._signed_number()]
        if self.word.kind == "number" or (self.word.kind == "sign" and self.word.value in "+-"):
            found.append(self._signed_number())
        return found
