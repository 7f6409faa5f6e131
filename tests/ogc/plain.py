"""CQL2 in plain Python: what a filter means for one row, and how a tree is written in both encodings.

Written from the standard, apart from the compiler: true, false or None (unknown) for a row of values.
"""

from __future__ import annotations

import math
import operator
import re
import unicodedata
from datetime import date
from typing import Any

import shapely
from shapely.geometry import shape

from geoapp.ogc.cql.nodes import Call, Geometry, Instant, Interval, Many, Node, Property, Value

COMPARE = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
FAR = (date(1, 1, 1), date(9999, 12, 31))


def text(node: Node) -> str:
    """Write a tree as CQL2 text."""
    match node:
        case Property(name):
            return f'"{name}"' if len(name) % 2 else name
        case Value(bool() as value):
            return str(value).upper()
        case Value(str() as value):
            return "'" + value.replace("'", "''") + "'"
        case Value(value):
            return repr(value)
        case Instant(kind, day):
            return f"{kind.upper()}('{day}')"
        case Interval(start, end):
            ends = (e.name if isinstance(e, Property) else f"'{e}'" for e in (start, end))
            return f"INTERVAL({','.join(ends)})"
        case Geometry("BBox", numbers):
            return f"BBOX({','.join(map(repr, numbers))})"
        case Geometry("GeometryCollection", parts):
            return f"GEOMETRYCOLLECTION({', '.join(map(text, parts))})"
        case Geometry(kind, coordinates):
            return shape({"type": kind, "coordinates": coordinates}).wkt
        case Many(items):
            return f"({', '.join(map(text, items))})"
        case Call("and" | "or" as op, args):
            return f" {op.upper()} ".join(f"({text(a)})" for a in args)
        case Call("not", (inner,)):
            return f"NOT ({text(inner)})"
        case Call("isnull", (inner,)):
            return f"{text(inner)} IS NULL"
        case Call("between", (value, low, high)):
            return f"{text(value)} between {text(low)} AND {text(high)}"
        case Call("like" | "in" as op, (left, right)):
            return f"{text(left)} {op.upper()} {text(right)}"
        case Call(op, args) if op[0].isalpha() and op != "div":
            return f"{op}({', '.join(map(text, args))})"
        case Call(op, (left, right)):
            return f"({text(left)}) {op} ({text(right)})"
    raise AssertionError(node)


def document(node: Node) -> Any:
    """Write a tree as CQL2 JSON."""
    match node:
        case Property(name):
            return {"property": name}
        case Value(value):
            return value
        case Instant(kind, day):
            return {kind: day}
        case Interval(start, end):
            return {"interval": [document(e) if isinstance(e, Property) else e for e in (start, end)]}
        case Geometry("BBox", numbers):
            return {"bbox": numbers}
        case Geometry("GeometryCollection", parts):
            return {"type": "GeometryCollection", "geometries": [document(p) for p in parts]}
        case Geometry(kind, coordinates):
            return {"type": kind, "coordinates": coordinates}
        case Many(items):
            return [document(i) for i in items]
        case Call(op, args):
            return {"op": "isNull" if op == "isnull" else op, "args": [document(a) for a in args]}
    raise AssertionError(node)


def holds(node: Node, row: dict[str, Any]) -> bool | None:
    """Say whether a filter holds for a row."""
    match node:
        case Value(bool() as value):
            return value
        case Property(name):
            return row[name]
        case Call("and", args):
            found = [holds(a, row) for a in args]
            return False if False in found else None if None in found else True
        case Call("or", args):
            found = [holds(a, row) for a in args]
            return True if True in found else None if None in found else False
        case Call("not", (inner,)):
            found = holds(inner, row)
            return None if found is None else not found
        case Call("isnull", (inner,)):
            return value_of(inner, row) is None
        case Call("in", (left, Many(items))):
            alternatives = [Call("=", (left, item)) for item in items]
            return holds(Call("or", tuple(alternatives)), row)
        case Call("between", (value, low, high)):
            return holds(Call("and", (Call(">=", (value, low)), Call("<=", (value, high)))), row)
        case Call(op, (left, right)) if op in COMPARE:
            a, b = value_of(left, row), value_of(right, row)
            return None if a is None or b is None else COMPARE[op](a, b)
        case Call("like", (left, right)):
            a, b = value_of(left, row), value_of(right, row)
            return None if a is None else re.fullmatch(pattern(b), a, re.DOTALL) is not None
        case Call(op, (left, right)) if op.startswith("s_"):
            a, b = place_of(left, row), place_of(right, row)
            if a is None or b is None:
                return None
            return bool(getattr(shapely, op[2:])(a, b))
        case Call(op, (left, right)) if op.startswith("t_"):
            return related(op, time_of(left, row), time_of(right, row))
    raise AssertionError(node)


def pattern(like: str) -> str:
    found, escaped = "", False
    for character in like:
        if escaped or character not in "%_\\":
            found += re.escape(character)
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            found += ".*" if character == "%" else "."
    return found + (re.escape("\\") if escaped else "")


def value_of(node: Node, row: dict[str, Any]) -> Any:
    match node:
        case Property(name):
            return row[name]
        case Value(value):
            return value
        case Instant(_kind, day):
            return date.fromisoformat(day[:10])
        case Call("casei", (inner,)):
            found = value_of(inner, row)
            return None if found is None else found.lower()
        case Call("accenti", (inner,)):
            found = value_of(inner, row)
            if found is None:
                return None
            apart = unicodedata.normalize("NFD", found)
            return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))
        case Call(op, (left, right)):
            a, b = value_of(left, row), value_of(right, row)
            if a is None or b is None or (op in {"/", "div", "%"} and b == 0):
                return None
            made = {
                "+": lambda: a + b,
                "-": lambda: a - b,
                "*": lambda: a * b,
                "/": lambda: a / b,
                "div": lambda: math.trunc(a / b),
                "%": lambda: math.fmod(a, b),
                "^": lambda: a**b,
            }
            return made[op]()
    raise AssertionError(node)


def place_of(node: Node, row: dict[str, Any]) -> Any:
    match node:
        case Property(name):
            return row[name]
        case Geometry("BBox", (west, south, east, north)):
            return shapely.box(west, south, east, north)
        case Geometry("GeometryCollection", parts):
            return shapely.GeometryCollection([place_of(p, row) for p in parts])
        case Geometry(kind, coordinates):
            return shape({"type": kind, "coordinates": coordinates})
    raise AssertionError(node)


def time_of(node: Node, row: dict[str, Any]) -> tuple[Any, Any]:
    match node:
        case Interval(start, end):
            ends = []
            for n, found in enumerate((start, end)):
                if isinstance(found, Property):
                    day = row[found.name]
                    ends.append(FAR[1] if day is None and n and found.name == "valid_to" else day)
                else:
                    ends.append(FAR[n] if found == ".." else date.fromisoformat(found))
            return ends[0], ends[1]
    day = value_of(node, row)
    return day, day


def related(op: str, a: tuple[Any, Any], b: tuple[Any, Any]) -> bool | None:
    """Say how two times lie, after the tables of the standard; unknown days make what depends on them unknown."""

    def rule(*parts: tuple[Any, str, Any]) -> bool | None:
        found = [None if x is None or y is None else COMPARE[sign](x, y) for x, sign, y in parts]
        return False if False in found else None if None in found else True

    (s, e), (t, f) = a, b
    if op == "t_disjoint":
        apart = rule((s, "<=", f), (e, ">=", t))
        return None if apart is None else not apart
    table = {
        "t_after": [(s, ">", f)],
        "t_before": [(e, "<", t)],
        "t_contains": [(s, "<", t), (e, ">", f)],
        "t_during": [(s, ">", t), (e, "<", f)],
        "t_equals": [(s, "=", t), (e, "=", f)],
        "t_finishedby": [(s, "<", t), (e, "=", f)],
        "t_finishes": [(s, ">", t), (e, "=", f)],
        "t_intersects": [(s, "<=", f), (e, ">=", t)],
        "t_meets": [(e, "=", t)],
        "t_metby": [(s, "=", f)],
        "t_overlappedby": [(s, ">", t), (s, "<", f), (e, ">", f)],
        "t_overlaps": [(s, "<", t), (e, ">", t), (e, "<", f)],
        "t_startedby": [(s, "=", t), (e, ">", f)],
        "t_starts": [(s, "=", t), (e, "<", f)],
    }
    return rule(*table[op])
