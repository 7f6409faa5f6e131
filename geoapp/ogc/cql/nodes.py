"""A CQL2 filter as a tree, the same from both encodings. Every node knows where it stands in what was sent.

``at`` is the number of a character (from 1) in the text encoding and a JSON pointer in the JSON encoding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from geoapp.core.errors import BadRequest

At = int | str
PARAMETER = "filter"


@dataclass(frozen=True)
class Property:
    """A property named in a filter."""

    name: str
    at: At = field(default=0, compare=False)


@dataclass(frozen=True)
class Value:
    """A literal: text, number or truth."""

    value: str | float | int | bool
    at: At = field(default=0, compare=False)


@dataclass(frozen=True)
class Instant:
    """A literal day or moment; ``kind`` is ``date`` or ``timestamp``."""

    kind: str
    text: str
    at: At = field(default=0, compare=False)


@dataclass(frozen=True)
class Interval:
    """A time between two ends: a property, or the text of a day or moment, or ``..``."""

    start: Property | str
    end: Property | str
    at: At = field(default=0, compare=False)


@dataclass(frozen=True)
class Geometry:
    """A literal geometry: the kind of GeoJSON (or ``BBox``) and its coordinates, or parts, as written."""

    kind: str
    coordinates: Any
    at: At = field(default=0, compare=False)


@dataclass(frozen=True)
class Call:
    """An operator or function with its operands; ``op`` is in lower case as in the JSON encoding."""

    op: str
    args: tuple[Node, ...]
    at: At = field(default=0, compare=False)


@dataclass(frozen=True)
class Many:
    """The list of ``IN``."""

    items: tuple[Node, ...]
    at: At = field(default=0, compare=False)


Node = Property | Value | Instant | Interval | Geometry | Call | Many


def refuse(at: At, message: str, remedy: str = "") -> NoReturn:
    """Raise BadRequest that says where in the filter, what and how to mend it."""
    if isinstance(at, int):
        where = _("参数 filter 第 %(at)d 个字符：%(message)s") % {"at": at, "message": message}
    else:
        where = _("参数 filter 的 %(at)s：%(message)s") % {"at": at or "/", "message": message}
    remedy = remedy or _("可用的属性和写法见该图层的 queryables 页面")
    raise BadRequest(where, field=PARAMETER, remedy=remedy, position=at)


LOGIC = ("and", "or", "not")
COMPARISONS = ("=", "<>", "<", ">", "<=", ">=")
ADVANCED = ("like", "between", "in", "isnull")
FOLDS = ("casei", "accenti")
ARITHMETIC = ("+", "-", "*", "/", "%", "div", "^")
SPATIAL = (
    "s_intersects",
    "s_disjoint",
    "s_equals",
    "s_touches",
    "s_crosses",
    "s_within",
    "s_contains",
    "s_overlaps",
)
TEMPORAL = (
    "t_after",
    "t_before",
    "t_contains",
    "t_disjoint",
    "t_during",
    "t_equals",
    "t_finishedby",
    "t_finishes",
    "t_intersects",
    "t_meets",
    "t_metby",
    "t_overlappedby",
    "t_overlaps",
    "t_startedby",
    "t_starts",
)
FUNCTIONS = (*FOLDS, *SPATIAL, *TEMPORAL)
"""What is called by name in the text encoding."""
GEOMETRIES = (
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
