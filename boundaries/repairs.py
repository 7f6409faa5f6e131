"""Proposed repairs of a coverage: one for each defect that geometry can mend, to be accepted one by one.

A repair is an operation, not a finished shape, so that several on the same feature add up. ``apply`` starts
from the shapes as understood by the report and works in a fixed order: rings, overlaps, gaps. Enclaves are
never filled; missing geometry, wholly collapsed features, exact duplicates, codes and lost characters need
a person and have no repair here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.coverage.ground import Hole, Overlap, polygons_in
from boundaries.coverage.places import Place, metres, square_metres
from boundaries.coverage.plane import mean_width
from boundaries.coverage_report import CoverageReport

_ORDER = {"rings": 0, "overlap": 1, "gap": 2}


@dataclass(frozen=True)
class Repair:
    """A proposal the user may accept.

    ``kind`` is ``rings``, ``overlap`` or ``gap``; ``places`` the defects it mends; ``target`` the position of
    the feature that is changed (by a gap: enlarged; by an overlap: cut); ``keeper`` the one that keeps the
    land of an overlap. ``land`` is what changes hands, in file coordinates.
    """

    kind: str
    places: tuple[Place, ...]
    target: int
    explanation: str
    land: BaseGeometry
    keeper: int | None = None
    fills: tuple[BaseGeometry, ...] = ()
    gives: tuple[tuple[int, BaseGeometry], ...] = ()


def propose(report: CoverageReport) -> list[Repair]:
    """Return the repairs for a report, in the order in which they would be applied."""
    repairs = [repair for i in range(report.features) if (repair := _rings(report, i)) is not None]
    for overlap, place in zip(report.overlaps, report.places["overlap"], strict=True):
        if (repair := _cut(report, overlap, place)) is not None:
            repairs.append(repair)
    gaps = iter(report.places["gap"])
    for hole in report.holes:
        if not hole.real_ground:
            repairs.append(_fill(report, hole, next(gaps)))
    return repairs


def _rings(report: CoverageReport, i: int) -> Repair | None:
    label, shape = report.labels[i], report.shapes[i]
    broken = [p for p in report.places["invalid_ring"] if p.features[0] is label]
    collapsed = [p for p in report.places["degenerate_ring"] if p.features[0] is label]
    if shape is None or not (broken or collapsed):
        return None
    found = report.consequences.get(i)
    fills = tuple(h.geometry for h in found.holes if len(h.owners) > 1 or not h.real_ground) if found else ()
    gives = tuple((o.two if o.one == i else o.one, o.geometry) for o in found.overlaps) if found else ()
    words = []
    if broken:
        words.append(f"把 {len(broken)} 处自相交、自接触理成有效的面")
    if collapsed:
        words.append(f"去掉 {len(collapsed)} 个没有面积的环或非面部分")
    if fills or gives:
        words.append(f"随之补上 {len(fills)} 处、让出 {len(gives)} 处只因画错而生的碎块")
    change = _area(report, shape) - _area(report, report.written[i])
    explanation = (
        f"{label}：{'，'.join(words)}。面积变化 {square_metres(abs(change))}{'（增）' if change > 0 else ''}"
    )
    return Repair("rings", (*broken, *collapsed), i, explanation, shape, fills=fills, gives=gives)


def _area(report: CoverageReport, geometry: BaseGeometry | None) -> float:
    return 0.0 if geometry is None else float(shapely.area(report.plane.metres(geometry)))


def _cut(report: CoverageReport, overlap: Overlap, place: Place) -> Repair | None:
    """Decide who keeps the land of an overlap.

    A feature lying wholly within another keeps its ground, the outer one gets a hole. Otherwise the smaller
    feature keeps it, for the same strip is a greater share of it, unless the larger would fall apart by the
    cut and the smaller would not. Of two that are the same nobody can tell which is right: no repair.
    """
    one, two = report.shapes[overlap.one], report.shapes[overlap.two]
    assert one is not None and two is not None
    rest_one, rest_two = shapely.difference(one, overlap.geometry), shapely.difference(two, overlap.geometry)
    gone_one, gone_two = mean_width(rest_one) <= report.noise, mean_width(rest_two) <= report.noise
    if gone_one and gone_two:
        return None
    if gone_one or gone_two:
        keeper = overlap.one if gone_one else overlap.two
        why = "它整个落在另一个之内，另一个在此挖洞"
    else:
        split_one, split_two = _splits(report, one, rest_one), _splits(report, two, rest_two)
        if split_one != split_two:
            keeper = overlap.one if split_one else overlap.two
            why = "从它割去会把它割成几块"
        else:
            keeper = overlap.one if (one.area, overlap.one) < (two.area, overlap.two) else overlap.two
            why = "它面积较小，同一块地对它影响较大"
    target = overlap.two if keeper == overlap.one else overlap.one
    kept, cut = report.labels[keeper], report.labels[target]
    explanation = f"重叠的 {square_metres(overlap.area_m2)}（最宽 {metres(overlap.width_m)}）归{kept}，从{cut}割去：{why}"
    return Repair("overlap", (place,), target, explanation, overlap.geometry, keeper=keeper)


def _splits(report: CoverageReport, whole: BaseGeometry, rest: BaseGeometry) -> bool:
    """Tell whether a cut leaves more parts (beyond noise) than there were."""
    parts = [part for part in polygons_in(rest) if mean_width(part) > report.noise]
    return len(parts) > len(shapely.get_parts(whole))


def _fill(report: CoverageReport, hole: Hole, place: Place) -> Repair:
    target, length = hole.owners[0]
    label = report.labels[target]
    explanation = (
        f"缝隙 {square_metres(hole.area_m2)}（最宽 {metres(hole.width_m)}）并入{label}："
        f"它与缝隙的共边最长（{metres(length)}）"
    )
    return Repair("gap", (place,), target, explanation, hole.geometry)


def apply(report: CoverageReport, accepted: Iterable[Repair]) -> dict[int, BaseGeometry]:
    """Return the changed geometries (by position, file coordinates) after the accepted repairs.

    A feature with bad rings that is touched by another repair is taken as the report understood it, for land
    cannot be added to or cut from an invalid polygon. Overlapping land is cut only where the keeper holds it
    at that moment, so that of three claims on one place exactly one remains.
    """
    now: dict[int, BaseGeometry] = {}

    def current(i: int) -> BaseGeometry:
        shape = now.get(i, report.shapes[i])
        assert shape is not None
        return shape

    for repair in sorted(accepted, key=lambda r: _ORDER[r.kind]):
        i = repair.target
        if repair.kind == "rings":
            shape = current(i)
            if repair.fills:
                shape = shapely.union_all([shape, *repair.fills])
            for _, land in repair.gives:
                shape = shapely.difference(shape, land)
            now[i] = _tidy(shape, report.noise)
        elif repair.kind == "overlap":
            assert repair.keeper is not None
            held = shapely.intersection(repair.land, current(repair.keeper))
            now[i] = _tidy(shapely.difference(current(i), held), report.noise)
        else:
            now[i] = _tidy(shapely.union(current(i), repair.land), report.noise)
    return now


def _tidy(geometry: BaseGeometry, noise: float) -> BaseGeometry:
    """Return a polygonal result without parts and holes that are only floating noise."""
    parts = []
    for part in polygons_in(geometry):
        if mean_width(part) <= noise:
            continue
        holes = [ring for ring in part.interiors if mean_width(shapely.Polygon(ring)) > noise]
        parts.append(part if len(holes) == len(part.interiors) else shapely.Polygon(part.exterior, holes))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
