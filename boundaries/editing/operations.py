"""What a person asks of a coverage, as frozen records with an exact JSON form.

Coordinates are integer millimetres (x, y) = (east, north) in the city frame. A shapely geometry given for a
line, polygon or point is converted, rounded to the grid. The records are the audit trail: replaying them on the
coverage they were made for gives the same coverage again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.grid import Path, Point
from boundaries.editing.refusals import Refused

_LONGEST_BASIS = 500
_FAR_MM = 10**10  # no frame coordinate lies farther from the origin than ten thousand kilometres


@dataclass(frozen=True)
class Declared:
    """A unit that shall have ``parts`` separate parts and ``enclaves`` interior rings after the operation.

    ``basis`` is the agreement, approval or history it rests on, in words.
    """

    unit: str
    parts: int = 1
    enclaves: int = 0
    basis: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return JSON-able data; an empty basis is left out."""
        data: dict[str, Any] = {"unit": self.unit, "parts": self.parts, "enclaves": self.enclaves}
        return data | {"basis": self.basis} if self.basis else data


@dataclass(frozen=True)
class Operation:
    """Base of all operations; ``name`` is the word in JSON."""

    name: ClassVar[str] = ""

    def as_json(self) -> dict[str, Any]:
        """Return the operation as JSON-able data that ``operation_from_json`` reads back equal."""
        data: dict[str, Any] = {"op": self.name}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "declare":
                value = [d.as_json() for d in value]
            data[field.name] = _listed(value)
        return data

    def _set(self, field: str, value: object) -> None:
        object.__setattr__(self, field, value)


@dataclass(frozen=True)
class MoveEdge(Operation):
    """Move the line between two units: ``edge``, as seen when drawing, is replaced by ``line``.

    ``edge`` is a stretch of the border that ``first`` and ``second`` share. An end of ``line`` may lie on an end
    of ``edge``, on ``edge`` itself (the rest of it stays) or, if the border ends there, on the outline of the
    two units (the junction moves along a third unit's border).
    """

    name: ClassVar[str] = "move_edge"
    first: str
    second: str
    edge: Path
    line: Path
    declare: tuple[Declared, ...] = ()

    def __post_init__(self) -> None:
        self._set("edge", as_path(self.edge, "原界线"))
        self._set("line", as_path(self.line, "新界线"))


@dataclass(frozen=True)
class Split(Operation):
    """Cut a unit by one or more lines into as many pieces as there are new ids.

    ``new_ids`` name the pieces left of the (first) line first, then those right of it, each side from the
    line's start to its end; the unit's own id may be among them. What overshoots the unit is cut off. Parts and
    enclaves the line does not touch go with the piece that keeps the id, else with the largest.
    """

    name: ClassVar[str] = "split"
    unit: str
    lines: tuple[Path, ...]
    new_ids: tuple[str, ...]
    declare: tuple[Declared, ...] = ()

    def __post_init__(self) -> None:
        given: Any = self.lines
        if isinstance(given, BaseGeometry):
            given = shapely.get_parts(given) if not given.is_empty else [given]
        self._set("lines", tuple(as_path(line, "分割线") for line in given))
        self._set("new_ids", tuple(self.new_ids))
        if not self.lines:
            raise Refused("empty", "没有画出分割线", remedy="请画一条穿过该单位的线")


@dataclass(frozen=True)
class Merge(Operation):
    """Join units into one, ``into``: one of them or a new id."""

    name: ClassVar[str] = "merge"
    units: tuple[str, ...]
    into: str
    declare: tuple[Declared, ...] = ()

    def __post_init__(self) -> None:
        self._set("units", tuple(self.units))


@dataclass(frozen=True)
class Transfer(Operation):
    """Give ``receiver`` what of ``giver`` lies in a polygon (outer ring, then inner rings).

    The polygon may reach over the receiver's land, not over a third unit's.
    """

    name: ClassVar[str] = "transfer"
    giver: str
    receiver: str
    polygon: tuple[Path, ...]
    declare: tuple[Declared, ...] = ()

    def __post_init__(self) -> None:
        given: Any = self.polygon
        if isinstance(given, BaseGeometry):
            if given.geom_type == "MultiPolygon" and len(given.geoms) == 1:
                given = given.geoms[0]
            if given.geom_type != "Polygon":
                raise Refused("geometry", "划转范围不是一个面", remedy="请每次画一块闭合的范围")
            given = list(shapely.get_rings(given)) or [given]
        rings = tuple(as_path(ring, "划转范围", shortest=4) for ring in given)
        if not rings or any(ring[0] != ring[-1] for ring in rings):
            raise Refused("geometry", "划转范围没有闭合", remedy="请使最后一个点与第一个点相同")
        self._set("polygon", rings)


@dataclass(frozen=True)
class RedrawBetween(Operation):
    """Draw anew the border of two units from one junction to another along ``line``."""

    name: ClassVar[str] = "redraw_between"
    first: str
    second: str
    junction_a: Point
    junction_b: Point
    line: Path
    declare: tuple[Declared, ...] = ()

    def __post_init__(self) -> None:
        self._set("junction_a", as_point(self.junction_a, "起点"))
        self._set("junction_b", as_point(self.junction_b, "终点"))
        self._set("line", as_path(self.line, "新界线"))


@dataclass(frozen=True)
class Convert(Operation):
    """Change the kind of a unit (村改居 and back); its land stays."""

    name: ClassVar[str] = "convert"
    unit: str
    kind: str


@dataclass(frozen=True)
class InsertNode(Operation):
    """Put a corner on a border or a parent's outline, in every unit and parent on both sides."""

    name: ClassVar[str] = "insert_node"
    point: Point

    def __post_init__(self) -> None:
        self._set("point", as_point(self.point, "界点"))


_KINDS: dict[str, type[Operation]] = {
    kind.name: kind for kind in (MoveEdge, Split, Merge, Transfer, RedrawBetween, Convert, InsertNode)
}


def operation_from_json(data: Mapping[str, Any]) -> Operation:
    """Read an operation from its JSON form. Raises Refused (code ``form``) naming the member at fault."""
    kind = _KINDS.get(str(data.get("op"))) if isinstance(data, Mapping) else None
    if kind is None:
        raise Refused("form", "不认识的调整方式", remedy=f"op 应为 {'、'.join(_KINDS)} 之一")
    known = {field.name: field for field in fields(kind)}
    unknown = [key for key in data if key != "op" and key not in known]
    if unknown:
        raise Refused("form", f"调整指令里有多余的成员 {unknown[0]}", remedy="请去掉该成员")
    values: dict[str, Any] = {}
    for name in known:
        if name == "declare":
            values[name] = tuple(_declared(item) for item in data.get(name, ()))
        elif name not in data:
            raise Refused("form", f"调整指令缺少 {name}", remedy="请补全后重发")
        else:
            values[name] = _member(name, data[name])
    return kind(**values)


def _member(name: str, value: Any) -> Any:
    if name in ("first", "second", "unit", "into", "giver", "receiver", "kind"):
        if isinstance(value, str):
            return value
        raise Refused("form", f"{name} 不是文字", remedy="请填写单位编号")
    if not isinstance(value, (list, tuple)):
        raise Refused("form", f"{name} 不是列表", remedy="请按接口说明填写")
    if name in ("new_ids", "units"):
        if all(isinstance(item, str) for item in value):
            return tuple(value)
        raise Refused("form", f"{name} 里有不是文字的编号", remedy="请填写单位编号")
    return _exact(name, value)


def _exact(name: str, value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(_exact(name, item) for item in value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("form", f"{name} 的坐标 {value!r} 不是整数", remedy="坐标以毫米为单位，写成整数")
    return value


def _declared(item: Any) -> Declared:
    try:
        basis = str(item.get("basis") or "").strip()
        made = Declared(str(item["unit"]), int(item.get("parts", 1)), int(item.get("enclaves", 0)), basis)
    except (TypeError, KeyError, ValueError, AttributeError):
        raise Refused(
            "form", "declare 的写法不对", remedy='写成 {"unit": …, "parts": 1, "enclaves": 0, "basis": …}'
        ) from None
    if len(made.basis) > _LONGEST_BASIS:
        raise Refused("form", "申明的依据太长", remedy=f"请精简到 {_LONGEST_BASIS} 个字以内")
    if made.parts < 1 or made.enclaves < 0:
        raise Refused("form", "declare 的块数或飞地数不合理", remedy="parts 至少 1，enclaves 至少 0")
    return made


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, (tuple, list)) else value


def as_point(value: Any, what: str) -> Point:
    """Return a shapely point, or (x, y) in integer millimetres, as a grid point. Raises Refused."""
    if isinstance(value, BaseGeometry) and value.geom_type != "Point":
        raise Refused("geometry", f"{what}不是一个点", remedy="请点选一个位置")
    found = as_path(value if isinstance(value, BaseGeometry) else (value,), what, shortest=1)
    return found[0]


def as_path(value: Any, what: str, *, shortest: int = 2) -> Path:
    """Return a shapely line, or points in integer millimetres, as grid points without repeats. Raises Refused."""
    if isinstance(value, BaseGeometry):
        if value.geom_type not in ("Point", "LineString", "LinearRing", "Polygon"):
            raise Refused("geometry", f"{what}不是一条线", remedy="请画一条连续的线")
        xy = shapely.get_coordinates(value) * 1000
    else:
        try:
            xy = np.asarray([(x, y) for x, y in value], dtype=np.float64).reshape(-1, 2)
        except (TypeError, ValueError):
            raise Refused("geometry", f"{what}的坐标写法不对", remedy="每个点写成 [东, 北]") from None
    if not len(xy):
        raise Refused("empty", f"{what}是空的", remedy="请先在图上画出")
    for x, y in xy.tolist():
        if not (math.isfinite(x) and math.isfinite(y)):
            raise Refused("geometry", f"{what}里有不是数字的坐标", remedy="请检查坐标后重画")
        if max(abs(x), abs(y)) > _FAR_MM:
            raise Refused("geometry", f"{what}的坐标超出本市坐标系", remedy="请核对坐标系与东、北坐标的次序")
    points: list[Point] = []
    for x, y in np.rint(xy).astype(np.int64).tolist():
        if not points or points[-1] != (x, y):
            points.append((x, y))
    if len(points) < shortest:
        raise Refused("empty", f"{what}只有一个位置" if shortest == 2 else f"{what}的折点太少")
    return tuple(points)
