"""What a look through the register of lines and markers finds (rules B-01, B-04, B-05).

B-01 is law (行政区域界线管理条例 arts 2, 14): a line runs as the land of both its units does, and is in no published
layer other than that. B-04 and B-05 warn: numbers and places of markers are as registered, and a person decides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.lines import expected_lines
from boundaries.models import (
    BoundaryLine,
    BoundaryLineVersion,
    BoundaryMarkerLine,
    BoundaryMarkerVersion,
    Unit,
)
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely

MARKER_TOLERANCE_M = 1.0
"""How far a single marker may stand from its line, metres of the frame. UNVERIFIED: no instrument read names it."""
_SERIAL = re.compile(r"\d{4}\d{3}(?P<type>[A-EQ])?", re.ASCII)
"""Line (4), serial (3), type: the form of provincial lines, taken for all levels (UNVERIFIED below the provinces)."""
_JUNCTION = re.compile(r"\d{6}[A-Z]", re.ASCII)
"""The one number of a county junction on record, 238184I; its rule is not known."""
_TYPES = {"single": "Q", "double": "AB", "triple": "CDE"}


@dataclass(frozen=True)
class LineFault:
    """A finding about a line or marker: its rule, whether it blocks, what it says (Chinese, for the console)."""

    code: str
    blocks: bool
    message: str
    thing: UUID


def audit_lines(on: date, known_at: int | None = None) -> list[LineFault]:
    """Return what is wrong with the lines and markers in law on a day, worst first."""
    found = [*_b_01(on, known_at), *_markers(on, known_at)]
    return sorted(found, key=lambda f: (not f.blocks, f.code, f.message))


def number_fault(number: str, kind: str) -> str:
    """Return what is unusual about a marker's number (B-04), "" when nothing is."""
    if _JUNCTION.fullmatch(number):
        return ""
    read = _SERIAL.fullmatch(number)
    if read is None:
        return "不是“界线编号 4 位＋序号 3 位＋类型字母”的样式"
    letter, usual = read["type"], _TYPES.get(kind, "")
    if letter and usual and letter not in usual:
        return f"的类型字母 {letter} 与界桩类型不符（应为 {'、'.join(usual)}）"
    return ""


def _b_01(on: date, known_at: int | None) -> Iterator[LineFault]:
    for level in Unit.Level.values:
        rows = in_force(BoundaryLineVersion.objects.filter(line__level=level), on, known_at)
        stored = {(v.line.first_id, v.line.second_id): v for v in rows.select_related("line")}
        if not BoundaryLine.objects.filter(level=level).exists():
            continue  # not taken over yet: the next act on units of the level does it
        expected = expected_lines(level, on, known_at)
        for pair, version in stored.items():
            course = expected.pop(pair, None)
            if course is None:
                yield LineFault("B-01", True, f"界线“{version.name}”两侧的单位已不相邻", version.line_id)
            elif shapely.to_wkb(to_shapely(version.geom)) != shapely.to_wkb(course):
                yield LineFault("B-01", True, f"界线“{version.name}”与两侧单位的范围不一致", version.line_id)
        for pair in expected:
            yield LineFault("B-01", True, f"相邻单位 {pair[0]} 与 {pair[1]} 之间没有登记界线", pair[0])


def _markers(on: date, known_at: int | None) -> Iterator[LineFault]:
    versions = list(in_force(BoundaryMarkerVersion.objects.all(), on, known_at).order_by("number", "row"))
    links: dict[UUID, list[UUID]] = defaultdict(list)
    for marker, line in in_force(BoundaryMarkerLine.objects.all(), on, known_at).values_list(
        "marker_id", "line_id"
    ):
        links[marker].append(line)
    courses: dict[UUID, BaseGeometry] = {}
    wanted = sorted({line for lines in links.values() for line in lines})
    for start in range(0, len(wanted), 400):
        rows = BoundaryLineVersion.objects.filter(line_id__in=wanted[start : start + 400])
        courses |= {v.line_id: to_shapely(v.geom) for v in in_force(rows, on, known_at)}
    seen: dict[str, UUID] = {}
    for version in versions:
        fault = number_fault(version.number, version.kind)
        if fault:
            yield _warn("B-04", version, f"界桩编号“{version.number}”{fault}")
        if seen.setdefault(version.number, version.marker_id) != version.marker_id:
            yield _warn("B-04", version, f"界桩编号“{version.number}”重复")
        yield from _b_05(version, [courses[i] for i in links[version.marker_id] if i in courses])


def _b_05(version: Any, courses: list[BaseGeometry]) -> Iterator[LineFault]:
    if not courses:
        yield _warn("B-05", version, f"界桩“{version.number}”所在的界线已不存在")
        return
    # Of two or three markers for one point each stands beside the line: only a single one stands on it.
    if version.kind != BoundaryMarkerVersion.Kind.SINGLE:
        return
    away = max(float(shapely.distance(to_shapely(version.geom), course)) for course in courses)
    if away > MARKER_TOLERANCE_M:
        yield _warn("B-05", version, f"界桩“{version.number}”距界线 {away:.2f} 米")


def _warn(code: str, version: Any, message: str) -> LineFault:
    return LineFault(code, False, message, version.marker_id)
