"""The register of boundary lines: always the shared edges of the units in the register, on every day.

A line's course and name follow from the two units it parts; whatever act changes their land, name or code refreshes
their lines under the same act. Over the whole of time, as now recorded, a line is worked out anew and compared with
what stands: spans that agree stay as they are, the others leave the record and the right ones enter it, as ``succeed``
and ``end`` would have it. Geometry in the city frame (metres, x east, y north, whole millimetres).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import shapely
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from boundaries.edges import edge_set, shared_line
from boundaries.editing.grid import Edge
from boundaries.models import BoundaryLine, BoundaryLineVersion, Unit, UnitVersion
from boundaries.spans import Span, spans
from geoapp.core import bulk
from geoapp.core.effective import known

SAME_COURSE_M = 0.002
"""A corner put on a line moves it by less than this: that is no other course (decision 7)."""
_BATCH = 400
_FEW = 40  # so many units are looked up place by place; more of them are read with their whole level
_AROUND_M = 1.0

Pair = tuple[UUID, UUID]


@dataclass(frozen=True)
class Course:
    """What a line is during some days; ``wkb`` its course in the frame."""

    name: str
    units: str
    unit_codes: str
    wkb: bytes
    synthetic: bool
    code: str = ""
    agreement: str = ""
    agreed_on: date | None = None


def register_lines(level: str, *, seq: int) -> list[UUID]:
    """Take over all lines of a level by act ``seq`` from the units on record; return the ids of those it changed."""
    return _refresh(level, None, seq)


def refresh_lines(units: Collection[UUID], *, seq: int) -> list[UUID]:
    """Make the lines of some units, whose versions act ``seq`` changed, what their land and names now say.

    Return the ids of the lines the act changed, in order. Inside the act's transaction, after the units are written.
    """
    levels: dict[str, set[UUID]] = defaultdict(set)
    wanted = list(units)
    for start in range(0, len(wanted), _BATCH):
        rows = Unit.objects.filter(pk__in=wanted[start : start + _BATCH])
        for unit, level in rows.values_list("pk", "level"):
            levels[level].add(unit)
    return sorted(line for level, ids in levels.items() for line in _refresh(level, ids, seq))


def expected_lines(level: str, on: date, known_at: int | None = None) -> dict[Pair, BaseGeometry]:
    """Return the shared edge of every two units of a level on a day, straight from their land."""
    lands = _Lands(known(UnitVersion.objects.filter(unit__level=level, geom__isnull=False), known_at))
    found = {}
    for pair in lands.pairs(None):
        line = lands.line_at(pair, on)
        if line is not None:
            found[pair] = line
    return found


class _Lands:
    """Units with land over time: which of them meet, and along what."""

    def __init__(self, versions: Iterable[UnitVersion]) -> None:
        self.versions: dict[UUID, list[UnitVersion]] = defaultdict(list)
        self._shapes: dict[int, BaseGeometry] = {}
        self._edges: dict[int, frozenset[Edge]] = {}
        self._lines: dict[tuple[int, int], BaseGeometry | None] = {}
        for version in versions:
            self.versions[version.unit_id].append(version)
            self._shapes[version.row] = shapely.from_wkb(bytes(version.geom.wkb))

    def pairs(self, touched: Collection[UUID] | None) -> set[Pair]:
        """Return the pairs of units, one of them touched, whose boxes meet at any time."""
        rows = [v for versions in self.versions.values() for v in versions]
        if not rows:
            return set()
        boxes = shapely.box(*shapely.bounds([self._shapes[v.row] for v in rows]).T)
        left, right = shapely.STRtree(boxes).query(boxes)
        found = set()
        for i, j in zip(left.tolist(), right.tolist(), strict=True):
            one, two = rows[i].unit_id, rows[j].unit_id
            if one < two and (touched is None or one in touched or two in touched):
                found.add((one, two))
        return found

    def at(self, unit: UUID, day: date) -> UnitVersion | None:
        """Return a unit's version in law on a day."""
        for version in self.versions.get(unit, ()):
            if version.valid_from <= day and (version.valid_to is None or version.valid_to > day):
                return version
        return None

    def days(self, pair: Pair) -> set[date | None]:
        """Return the days on which one of two units changes."""
        rows = [v for unit in pair for v in self.versions.get(unit, ())]
        return {v.valid_from for v in rows} | {v.valid_to for v in rows}

    def line_at(self, pair: Pair, day: date) -> BaseGeometry | None:
        """Return the line between two units on a day."""
        one, two = self.at(pair[0], day), self.at(pair[1], day)
        return None if one is None or two is None else self.line(one, two)

    def line(self, one: UnitVersion, two: UnitVersion) -> BaseGeometry | None:
        """Return the line between two units' land."""
        key = (one.row, two.row)
        if key not in self._lines:
            self._lines[key] = shared_line(self._of(one), self._of(two))
        return self._lines[key]

    def course_at(self, pair: Pair, day: date) -> Course | None:
        """Return what the line between two units is on a day, without what is only ever entered."""
        one, two = self.at(pair[0], day), self.at(pair[1], day)
        line = None if one is None or two is None else self.line(one, two)
        if one is None or two is None or line is None:
            return None
        # The lower code is named first; a unit still without one comes last.
        sides = sorted((one, two), key=lambda v: (v.code == "", v.code, v.name))
        names = [side.name for side in sides]
        return Course(
            name="—".join(names) + "线",
            units="、".join(names),
            unit_codes="、".join(side.code for side in sides if side.code),
            wkb=shapely.to_wkb(line),
            synthetic=one.synthetic or two.synthetic,
        )

    def _of(self, version: UnitVersion) -> frozenset[Edge]:
        if version.row not in self._edges:
            self._edges[version.row] = edge_set(self._shapes[version.row])
        return self._edges[version.row]


def _refresh(level: str, touched: Collection[UUID] | None, seq: int) -> list[UUID]:
    # A register from before there were lines takes all of a level over with the first act that touches one.
    if touched is not None and not BoundaryLine.objects.filter(level=level).exists():
        touched = None
    lands = _Lands(_versions_around(level, touched))
    lines = {(line.first_id, line.second_id): line for line in _lines_of(level, touched)}
    stored = _stored([line.pk for line in lines.values()])
    begun: list[BoundaryLine] = []
    closing: list[int] = []
    fresh: list[BoundaryLineVersion] = []
    changed: set[UUID] = set()
    for pair in sorted(lands.pairs(touched) | lines.keys()):
        line = lines.get(pair)
        before = stored.get(line.pk, []) if line else []
        after = _course(lands, pair, before)
        if line is None:
            if not after:
                continue
            line = BoundaryLine(pk=uuid4(), level=level, first_id=pair[0], second_id=pair[1])
            begun.append(line)
        standing = {(v.valid_from, v.valid_to, _course_of(v)): v for v in before}
        new = [s for s in after if standing.pop((s.start, s.stop, s.value), None) is None]
        closing += [v.row for v in standing.values()]
        fresh += [_version(line.pk, span, seq) for span in new]
        if new or standing:
            changed.add(line.pk)
    BoundaryLine.objects.bulk_create(begun, batch_size=_BATCH)
    for start in range(0, len(closing), _BATCH):
        rows = BoundaryLineVersion.objects.filter(pk__in=closing[start : start + _BATCH])
        rows.update(act_out=seq)
    bulk.insert(BoundaryLineVersion, fresh)
    return sorted(changed)


def _versions_around(level: str, touched: Collection[UUID] | None) -> list[UnitVersion]:
    """Return the versions with land on record of the touched units and of all whose boxes meet theirs at any time."""
    drawn = known(UnitVersion.objects.filter(unit__level=level, geom__isnull=False)).order_by(
        "valid_from", "row"
    )
    if touched is None or len(touched) > _FEW:
        return list(drawn)
    own = list(drawn.filter(unit_id__in=list(touched)))
    found = {v.row: v for v in own}
    for version in own:
        x0, y0, x1, y1 = version.geom.extent
        box = (x0 - _AROUND_M, y0 - _AROUND_M, x1 + _AROUND_M, y1 + _AROUND_M)
        beside = drawn.filter(geom__in_box=box).exclude(row__in=list(found))
        found |= {v.row: v for v in beside}
    return sorted(found.values(), key=lambda v: (v.valid_from, v.row))


def _lines_of(level: str, touched: Collection[UUID] | None) -> Iterator[BoundaryLine]:
    if touched is None or len(touched) > _FEW:
        for line in BoundaryLine.objects.filter(level=level):
            if touched is None or line.first_id in touched or line.second_id in touched:
                yield line
        return
    ids = list(touched)
    yield from BoundaryLine.objects.filter(Q(first_id__in=ids) | Q(second_id__in=ids))


def _stored(lines: Sequence[UUID]) -> dict[UUID, list[BoundaryLineVersion]]:
    found: dict[UUID, list[BoundaryLineVersion]] = defaultdict(list)
    for start in range(0, len(lines), _BATCH):
        rows = known(BoundaryLineVersion.objects.filter(line_id__in=lines[start : start + _BATCH]))
        for version in rows.order_by("valid_from"):
            found[version.line_id].append(version)
    return found


def _course(lands: _Lands, pair: Pair, before: Sequence[BoundaryLineVersion]) -> list[Span[Course]]:
    """Return a line through time: what follows from its units, and what was entered about it."""
    entered = [(v, _course_of(v)) for v in before if v.code or v.agreement or v.agreed_on]
    if not entered:
        return spans(lands.days(pair), lambda day: lands.course_at(pair, day))

    def at(day: date) -> Course | None:
        course = lands.course_at(pair, day)
        told = [c for v, c in entered if v.valid_from <= day]
        if course is None or not told:
            return course
        course = replace(course, code=told[-1].code)
        if same_course(shapely.from_wkb(told[-1].wkb), shapely.from_wkb(course.wkb)):
            course = replace(course, agreement=told[-1].agreement, agreed_on=told[-1].agreed_on)
        return course

    return spans(lands.days(pair) | {v.valid_from for v in before}, at)


def same_course(one: BaseGeometry, two: BaseGeometry) -> bool:
    """Say whether two lines run alike but for corners put on them (``SAME_COURSE_M``)."""
    return bool(shapely.hausdorff_distance(one, two) <= SAME_COURSE_M)


def _course_of(version: BoundaryLineVersion) -> Course:
    return Course(
        name=version.name,
        units=version.units,
        unit_codes=version.unit_codes,
        wkb=shapely.to_wkb(shapely.from_wkb(bytes(version.geom.wkb))),
        synthetic=version.synthetic,
        code=version.code,
        agreement=version.agreement,
        agreed_on=version.agreed_on,
    )


def _version(line: UUID, span: Span[Course], seq: int) -> BoundaryLineVersion:
    course = span.value
    values: dict[str, Any] = {
        "name": course.name,
        "units": course.units,
        "unit_codes": course.unit_codes,
        "synthetic": course.synthetic,
        "code": course.code,
        "agreement": course.agreement,
        "agreed_on": course.agreed_on,
    }
    return BoundaryLineVersion(
        line_id=line,
        valid_from=span.start,
        valid_to=span.stop,
        act_in=seq,
        length_m=round(float(np.asarray(shapely.length(shapely.from_wkb(course.wkb)))), 3),
        geom=memoryview(course.wkb),
        **values,
    )
