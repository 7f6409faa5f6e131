"""Proofs that land is conserved: of one adjustment over its neighbourhood, and of a whole coverage.

Geometry in the city frame (metres, whole millimetres); areas are exact integers, twice the area in mm². What is
proved: units neither overlap nor differ in vertices along a border (``coverage_is_valid``, or integers alone); their
outlines add up to their parents', edge by edge, without a gap; no interior ring and no part nobody declared; areas
conserved with ``==``; parents' outlines as before but for listed nodes; households and population balanced.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from boundaries.certificates import Certificate, Fault, land_hashes, sealed, verify_certificate
from boundaries.editing.grid import Edge, Point, displacement_mm, edges_of, line_of, undirected, with_nodes
from boundaries.editing.land import Coverage, Land, enclave_count, part_count
from boundaries.editing.rebuild import InsertedNode
from boundaries.editing.validity import misfits
from boundaries.exact import Rings, uncancelled

__all__ = ["Certificate", "Fault", "land_hashes", "prove", "prove_all", "verify_certificate"]

MOST_DISPLACEMENT_MM = 0.7072  # √½: a point rounded to the millimetre grid
_SHOWN = 50  # faults of one kind that are listed one by one

Figures = tuple[Mapping[str, int], Mapping[str, int]]  # by unit id: before, after


def prove(
    before: Coverage | Iterable[Land],
    after: Coverage | Iterable[Land],
    *,
    parents: tuple[Iterable[Land], Iterable[Land]] = ((), ()),
    inserted: Sequence[InsertedNode] = (),
    households: Figures | None = None,
    population: Figures | None = None,
) -> Certificate:
    """Prove an adjustment over the units it touched and their neighbours; cost follows the neighbourhood.

    ``before`` and ``after`` are coverages (or lands, then ``parents`` gives the outlines before and after).
    ``inserted`` are the nodes the operations reported; a parent's outline may differ by them and by nothing
    else. ``households`` and ``population`` are figures by unit id before and after, over the touched units at
    least. Faults are in the certificate, with places; nothing is raised for them.
    """
    was = before if isinstance(before, Coverage) else Coverage(before, parents[0])
    now = after if isinstance(after, Coverage) else Coverage(after, parents[1])
    touched = sorted(u for u in was.differing(now) if was.get(u) != now.get(u))
    old = [was[u] for u in touched if u in was]
    new = [now[u] for u in touched if u in now]
    nodes = _ordered(inserted)
    near = now.neighbours(land.id for land in new)
    faults = [
        *_node_faults(inserted),
        *_coverage_faults(new, near),
        *_outline_faults(old, new, nodes),
        *_shape_faults(new, was),
        *_parent_faults(was, now, [*old, *new], nodes),
    ]
    areas_old = dict(
        zip((u.id for u in old), Rings.of([u.geometry for u in old]).areas2_mm2().tolist(), strict=True)
    )
    areas_new = dict(
        zip((u.id for u in new), Rings.of([u.geometry for u in new]).areas2_mm2().tolist(), strict=True)
    )
    shift = _shift2(old, nodes)
    if sum(areas_old.values()) + shift != sum(areas_new.values()):
        gained = sum(areas_new.values()) - sum(areas_old.values()) - shift
        place = shapely.union_all([u.geometry for u in new or old])
        faults.append(
            Fault(
                "conservation",
                f"调整前后的总面积相差 {gained / 2:.1f} 平方毫米",
                place,
                tuple(touched),
                {"difference_mm2": gained / 2},
            )
        )
    figures = {"households": households, "population": population}
    for key, pair in figures.items():
        faults += _figure_faults(key, pair, old, new)
    body = {
        "kind": "adjustment",
        "units": _rows(old, new, areas_old, areas_new, figures),
        "neighbours": [
            {"id": land.id, "hash": h}
            for land, h in zip(near, land_hashes([land.geometry for land in near]), strict=True)
        ],
        "area2_before_mm2": sum(areas_old.values()),
        "area2_mm2": sum(areas_new.values()),
        "edge_shift2_mm2": shift,
        "inserted": [_node_row(node) for node in inserted],
    }
    return sealed(body, faults)


def _node_row(node: InsertedNode) -> dict[str, Any]:
    return {
        "point_mm": list(node.point),
        "edge_mm": [list(end) for end in node.edge],
        "displacement_mm": round(node.displacement_mm, 4),
        "units": list(node.units),
        "parents": list(node.parents),
    }


def _rows(
    old: Sequence[Land],
    new: Sequence[Land],
    areas_old: Mapping[str, int],
    areas_new: Mapping[str, int],
    figures: Mapping[str, Figures | None],
) -> list[dict[str, Any]]:
    hash_old = dict(zip((u.id for u in old), land_hashes([u.geometry for u in old]), strict=True))
    hash_new = dict(zip((u.id for u in new), land_hashes([u.geometry for u in new]), strict=True))
    parent = {land.id: land.parent for land in [*old, *new]}
    rows = []
    for unit in sorted(parent):
        row: dict[str, Any] = {
            "id": unit,
            "parent": parent[unit],
            "hash_before": hash_old.get(unit),
            "hash": hash_new.get(unit),
            "area2_before_mm2": areas_old.get(unit),
            "area2_mm2": areas_new.get(unit),
        }
        for key, pair in figures.items():
            if pair is not None:
                row[f"{key}_before"], row[key] = pair[0].get(unit), pair[1].get(unit)
        rows.append(row)
    return rows


def _ordered(inserted: Sequence[InsertedNode]) -> dict[Edge, list[Point]]:
    """Return the nodes by edge, in order; a node on a piece of an edge noded earlier joins the earlier edge."""
    found: dict[Edge, list[Point]] = {}
    home: dict[Edge, Edge] = {}
    for node in inserted:
        edge = undirected(node.edge)
        root = home.get(edge, edge)
        points = found.setdefault(root, [])
        path = [root[0], *points, root[1]]
        ends = {path.index(end) for end in edge if end in path}
        points.insert(min(ends) if len(ends) == 2 else _place_on(root, points, node.point), node.point)
        path = [root[0], *points, root[1]]
        home.update({undirected((a, b)): root for a, b in zip(path, path[1:], strict=False)})
        if edge == root:
            points.sort(key=lambda p: _along(root, p))
    return found


def _place_on(edge: Edge, points: Sequence[Point], node: Point) -> int:
    return sum(_along(edge, p) < _along(edge, node) for p in points)


def _along(edge: Edge, point: Point) -> int:
    a, b = edge
    return (point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])


def _node_faults(inserted: Sequence[InsertedNode]) -> list[Fault]:
    return [
        Fault(
            "displacement",
            f"新界点偏离原界线 {displacement_mm(n.point, n.edge):.2f} 毫米",
            line_of([n.point]),
            figures={"displacement_mm": displacement_mm(n.point, n.edge)},
        )
        for n in inserted
        if displacement_mm(n.point, n.edge) > MOST_DISPLACEMENT_MM
    ]


def _coverage_faults(new: Sequence[Land], near: Sequence[Land]) -> list[Fault]:
    return [*_validity_faults(new), *_edge_faults([*new, *near])]


def _validity_faults(lands: Sequence[Land]) -> list[Fault]:
    shapes = np.array([land.geometry for land in lands], dtype=object)
    return [
        Fault("invalid", f"{lands[i].label} 的范围自身相交", lands[i].geometry.boundary, (lands[i].id,))
        for i in np.flatnonzero(~shapely.is_valid(shapes)).tolist()
    ]


def _edge_faults(lands: Sequence[Land]) -> list[Fault]:
    return [
        Fault("coverage", f"{land.label} 与相邻单位重叠或界点不一致", place, (land.id,))
        for land, place in misfits(lands)
    ]


def _outline(lands: Iterable[Land], nodes: Mapping[Edge, Sequence[Point]]) -> dict[str, Counter[Edge]]:
    """Return by parent the edges of land that do not cancel between its units, nodes put in."""
    found: dict[str, Counter[Edge]] = defaultdict(Counter)
    for land in lands:
        count = found[land.parent]
        for edge in edges_of(with_nodes(land.geometry, nodes)):
            back = (edge[1], edge[0])
            if count[back] > 0:
                count[back] -= 1
            else:
                count[edge] += 1
    return {parent: +count for parent, count in found.items()}


def _outline_faults(
    old: Sequence[Land], new: Sequence[Land], nodes: Mapping[Edge, Sequence[Point]]
) -> list[Fault]:
    """Compare, parent by parent, the outline of the land touched: a gap or a lost piece shows as an edge."""
    was, now = _outline(old, nodes), _outline(new, {})
    faults = []
    for parent in sorted(was.keys() | now.keys()):
        a, b = was.get(parent, Counter()), now.get(parent, Counter())
        changed = [*(a - b), *(b - a)]
        if changed:
            place = shapely.multilinestrings([line_of(edge) for edge in changed])
            faults.append(
                Fault("gap", f"{parent or '本市'} 内调整前后的外围不一致：有空隙、重叠或越界", place)
            )
    return faults


def _shift2(old: Sequence[Land], nodes: Mapping[Edge, Sequence[Point]]) -> int:
    if not nodes:
        return 0
    total = 0
    for land in old:
        bent = with_nodes(land.geometry, nodes)
        if bent is not land.geometry:
            first, second = Rings.of([land.geometry, bent]).areas2_mm2().tolist()
            total += second - first
    return total


def _shape_faults(new: Sequence[Land], was: Coverage) -> list[Fault]:
    faults = []
    for land in new:
        old = was.get(land.id)
        holes, parts = enclave_count(land.geometry), part_count(land.geometry)
        if holes > max(land.enclaves, enclave_count(old.geometry) if old else 0):
            faults.append(
                Fault("hole", f"{land.label} 内有未申明的被包围土地", land.geometry.boundary, (land.id,))
            )
        if parts > max(land.parts, part_count(old.geometry) if old else 1):
            faults.append(Fault("extra_part", f"{land.label} 分成未申明的几块", land.geometry, (land.id,)))
    return faults


def _parent_faults(
    was: Coverage, now: Coverage, touched: Sequence[Land], nodes: Mapping[Edge, Sequence[Point]]
) -> list[Fault]:
    above = {p.id for land in touched for p in (*was.ancestors(land), *now.ancestors(land))}
    above |= {i for i in was.parents if was.parents[i] is not now.parents.get(i)}
    faults = []
    for parent in sorted(above):
        a, b = was.parents.get(parent), now.parents.get(parent)
        if a is b and not nodes:
            continue
        if a is None or b is None:
            faults.append(Fault("parent", f"上级单位 {parent} 只在调整前后之一出现", units=(parent,)))
            continue
        wanted = with_nodes(a.geometry, nodes)
        if not shapely.equals_exact(wanted, b.geometry, 0.0, normalize=True):
            place = shapely.symmetric_difference(wanted.boundary, b.geometry.boundary)
            faults.append(Fault("parent", f"{b.label} 的界线有未列明的变动", place, (parent,)))
    return faults


def _figure_faults(key: str, pair: Figures | None, old: Sequence[Land], new: Sequence[Land]) -> list[Fault]:
    if pair is None:
        return []
    word = {"households": "户数", "population": "人口"}[key]
    faults = []
    for lands, figures, when in ((old, pair[0], "前"), (new, pair[1], "后")):
        missing = tuple(land.id for land in lands if land.id not in figures)
        if missing:
            faults.append(Fault(key, f"缺少调整{when}的{word}：{'、'.join(missing)}", units=missing))
        faults += [
            Fault(key, f"{land.label} 调整{when}的{word}为负数", units=(land.id,))
            for land in lands
            if figures.get(land.id, 0) < 0
        ]
    before = sum(pair[0].get(land.id, 0) for land in old)
    after = sum(pair[1].get(land.id, 0) for land in new)
    if before != after:
        place = shapely.union_all([land.geometry for land in new or old])
        faults.append(
            Fault(
                key,
                f"调整前后{word}不平衡：{before} → {after}",
                place,
                figures={"before": before, "after": after},
            )
        )
    return faults


def prove_all(
    coverage: Coverage, *, without_geometry: Sequence[str] = (), hashes: bool = False
) -> Certificate:
    """Prove a whole coverage against its parents' outlines on every level.

    ``without_geometry`` are units known to have no land (they are counted, not judged). With ``hashes`` the
    certificate names every unit's hash and area and can be verified offline.

    The coverage test (``misfits``) is asked only where integers have not settled it. Let the units of a parent be
    valid, their edges cancel one by one, the very same edge in both directions, and what is left be the valid
    parent's outline edge by edge. Then the sum of the units' indicator functions and the parent's have the same
    boundary; their difference is constant, and nought far away: each place inside lies in one unit, none outside. No
    overlap, no gap, no border cut differently on its sides; and so up to the tops, which are few and tested.
    """
    lands = coverage.lands()
    shapes = np.array([land.geometry for land in lands], dtype=object)
    rings = Rings.of(shapes)
    areas = rings.areas2_mm2()
    validity = _validity_faults(lands)
    levels, exact = _level_faults(lands, rings, areas, coverage)
    tiled = exact and not validity and not levels and _parents_stand(coverage)
    faults = [*validity, *([] if tiled else _edge_faults(lands)), *_undeclared(lands, shapes, rings), *levels]
    body: dict[str, Any] = {
        "kind": "full",
        "count": len(lands),
        "parents": len(coverage.parents),
        "area2_mm2": int(areas.sum()),
        "without_geometry": sorted(without_geometry),
    }
    if without_geometry:
        body["note"] = f"{len(without_geometry)} 个单位没有范围图形"
    if hashes:
        body["units"] = [
            {"id": land.id, "parent": land.parent, "hash": h, "area2_mm2": int(a)}
            for land, h, a in zip(lands, land_hashes(shapes), areas, strict=True)
        ]
    return sealed(body, faults)


def _undeclared(lands: Sequence[Land], shapes: Any, rings: Rings) -> list[Fault]:
    holes, parts = rings.holes(), shapely.get_num_geometries(shapes)
    faults = []
    for i in np.flatnonzero((holes > 0) | (parts > 1)).tolist():
        land = lands[i]
        if holes[i] > land.enclaves:
            place = land.geometry.boundary
            faults.append(Fault("hole", f"{land.label} 内有未申明的被包围土地", place, (land.id,)))
        if parts[i] > land.parts:
            faults.append(Fault("extra_part", f"{land.label} 分成未申明的几块", land.geometry, (land.id,)))
    return faults


def _parents_stand(coverage: Coverage) -> bool:
    """Tell whether every parent's outline is valid, and the topmost ones fit together."""
    parents = list(coverage.parents.values())
    shapes = np.array([parent.geometry for parent in parents], dtype=object)
    tops = [parent for parent in parents if parent.parent not in coverage.parents]
    return bool(shapely.is_valid(shapes).all()) and (len(tops) < 2 or not misfits(tops))


def _level_faults(
    lands: Sequence[Land], rings: Rings, areas: Any, coverage: Coverage
) -> tuple[list[Fault], bool]:
    """Compare units with their parents, then these with theirs: outlines edge by edge, areas by ``==``.

    The second answer tells whether every edge was met by the very same edge, end by end.
    """
    parents = list(coverage.parents.values())
    number = {parent.id: i for i, parent in enumerate(parents)}
    above = Rings.of([parent.geometry for parent in parents])
    above_areas = above.areas2_mm2()
    up_unit = np.array([number.get(land.parent, -1) for land in lands], dtype=np.int64)
    up_parent = np.array([number.get(parent.parent, -1) for parent in parents], dtype=np.int64)
    faults = [
        Fault("orphan", f"{lands[i].label} 的上级单位没有范围", lands[i].geometry, (lands[i].id,))
        for i in np.flatnonzero(up_unit < 0)[:_SHOWN]
    ]
    sums = np.zeros(len(parents), dtype=np.int64)
    faults_at: list[tuple[Any, Any]] = []
    exact = True
    for below, up, own in ((rings, up_unit, areas), (above, up_parent, above_areas)):
        kept = up >= 0
        if not kept.any():  # the outlines given have nothing above them
            continue
        np.add.at(sums, up[kept], own[kept])
        asked = np.unique(
            up[kept]
        )  # only these, numbered without gaps: the numbers share 64 bits with the edges
        slot = np.full(len(parents) + 1, -1)
        slot[asked] = np.arange(len(asked))
        left = uncancelled((below, slot[up]), (above, slot[:-1]), len(asked))
        faults_at.append((left.middles, asked[left.groups]))
        exact = exact and left.exact
    has_children = np.isin(np.arange(len(parents)), np.concatenate([up_unit, up_parent]))
    for i in np.flatnonzero(has_children & (sums != above_areas)).tolist():
        gap = (int(above_areas[i]) - int(sums[i])) / 2e6
        faults.append(
            Fault(
                "conservation",
                f"{parents[i].label} 的面积与所辖单位之和相差 {gap:.6f} 平方米",
                parents[i].geometry,
                (parents[i].id,),
                {"difference_m2": gap},
            )
        )
    for middles, groups in faults_at:
        for i in np.unique(groups):
            places = shapely.multipoints(middles[groups == i])
            label = parents[i].label
            faults.append(
                Fault("gap", f"{label} 的界线与所辖单位的外围不一致：有空隙或越界", places, (parents[i].id,))
            )
    return faults, exact
