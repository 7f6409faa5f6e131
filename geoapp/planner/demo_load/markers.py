"""Markers for the demo's district and town lines, all made up (示意): where real ones stand is not public here.

One rule for all numbers: the lines in order, districts first, are numbered from 9001 on; along each line serials run
from west to east, or from north to south where it runs rather that way; Q for a single marker. Where three lines of a
level meet there is one marker with three faces, counted on the first of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
import shapely
from django.db import transaction

from boundaries.editing.grid import Point, path_of, point_of
from boundaries.markers import Kind, MarkerEntry, register_markers
from boundaries.models import BoundaryLineVersion, UnitVersion
from boundaries.published import publish_markers
from geoapp.core import acts
from geoapp.core.effective import in_force
from geoapp.core.geometry import to_shapely

_APART_M = {"district": 3000.0, "town": 4000.0}
_FIRST_LINE = 9001


@dataclass(frozen=True)
class _Course:
    """A line to be marked."""

    number: int
    line: UUID
    level: str
    sides: tuple[UUID, UUID]
    paths: list[tuple[Point, ...]]


def load_markers(on: date, at: datetime) -> int:
    """Place markers on the lines of districts and of towns within one district, by one act; return how many."""
    with transaction.atomic(), acts.act("takeover_markers", at=at) as act:
        entries = list(_entries(_courses(on)))
        ids = register_markers(entries, seq=act.seq, valid_from=on)
        publish_markers(ids, known_at=act.seq, seq=act.seq)
        published = {"layer": "boundary_markers", "ids": [str(i) for i in ids], "known_at": act.seq}
        act.payload |= {"markers": len(ids), "synthetic": True, "publish": [published]}
    return len(ids)


def _courses(on: date) -> list[_Course]:
    parents = dict(in_force(UnitVersion.objects.all(), on).values_list("unit_id", "parent_id"))
    rows = in_force(BoundaryLineVersion.objects.filter(line__level__in=list(_APART_M)), on)
    kept = []
    for version in rows.select_related("line"):
        sides = (version.line.first_id, version.line.second_id)
        # Between towns of two districts runs the districts' line: it is marked as such.
        if version.line.level == "district" or parents[sides[0]] == parents[sides[1]]:
            kept.append((version.line.level, version.unit_codes, version, sides))
    kept.sort(key=lambda row: row[:2])
    return [
        _Course(
            _FIRST_LINE + i,
            version.line_id,
            level,
            sides,
            [path_of(part) for part in shapely.get_parts(to_shapely(version.geom))],
        )
        for i, (level, _codes, version, sides) in enumerate(kept)
    ]


def _entries(courses: Sequence[_Course]) -> Iterator[MarkerEntry]:
    meeting = _junctions(courses)
    counted: set[tuple[str, Point]] = set()
    for course in courses:
        ends = {end for path in course.paths for end in (path[0], path[-1])}
        junctions = {p for p in ends if len(meeting[course.level, p]) >= 3}
        own = {p for p in junctions if (course.level, p) not in counted}
        counted |= {(course.level, p) for p in own}
        between = {p for path in course.paths for p in _along(path, _APART_M[course.level])} - junctions
        for serial, point in enumerate(_in_order(own | between), 1):
            lines = meeting[course.level, point] if point in own else [course.line]
            yield MarkerEntry(
                number=f"{course.number:04d}{serial:03d}Q",
                point=point_of(point),
                lines=tuple(lines),
                kind=Kind.SINGLE,
                faces=3 if point in own else 2,
                responsible=course.sides[serial % 2],
                synthetic=True,
            )


def _junctions(courses: Sequence[_Course]) -> dict[tuple[str, Point], list[UUID]]:
    """Return the lines of a level that end at each point."""
    found: dict[tuple[str, Point], list[UUID]] = defaultdict(list)
    for course in courses:
        for end in sorted({end for path in course.paths for end in (path[0], path[-1])}):
            found[course.level, end].append(course.line)
    return found


def _along(path: Sequence[Point], apart_m: float) -> Iterator[Point]:
    """Yield corners of a path about every ``apart_m`` metres: the first one past each full stretch, ends left out."""
    xy = np.asarray(path, dtype=np.float64) / 1000
    run = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))))
    due = apart_m / 2
    for i in range(1, len(path) - 1):
        if run[i] >= due:
            yield path[i]
            due = run[i] + apart_m


def _in_order(points: set[Point]) -> list[Point]:
    """Return points from west to east, or from north to south where they spread rather that way."""
    if not points:
        return []
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    if max(xs) - min(xs) >= max(ys) - min(ys):
        return sorted(points)
    return sorted(points, key=lambda p: (-p[1], p[0]))
