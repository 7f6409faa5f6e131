"""Putting the axis of a street together from its ordered parts, and choosing its origin by the city's profile.

Coordinates are frame metres (EPSG:4547; x east, y north), whole millimetres. The axis is oriented by exact integers
before anything is measured, and everything is measured relative to the origin: the same street gives the same axis
to the last bit, however its lines were stored and wherever it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, permutations, product

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from naming.addressing.numbering.axis import MM, Axis, Branch, Ints, NoAxis
from naming.addressing.numbering.note import Note, note
from naming.addressing.numbering.placing import place
from naming.addressing.numbering.profile import NumberingProfile

_CLOSED_MM = 1000  # ends this near to each other make a ring
_PERMUTED = 5  # parts up to which every order is tried when the stored order leaves gaps


def build_axis(
    geometry: BaseGeometry,
    roles: Sequence[str],
    profile: NumberingProfile,
    neighbours: Sequence[BaseGeometry] = (),
) -> Axis:
    """Return the axis of a street.

    ``geometry`` is a LineString or MultiLineString of ordered parts, ``roles`` the role of each (a part without one
    is main). ``neighbours`` are the lines of other streets near by: an end that meets one is a mouth. The opposite
    carriageway and planned parts are no part of the axis. Raises NoAxis.
    """
    parts = [p for p in shapely.get_parts(shapely.force_2d(geometry)) if p.length > 0]
    named = [roles[i] if i < len(roles) else "main" for i in range(len(parts))]
    mains = [_ints(p) for p, role in zip(parts, named, strict=True) if role == "main"]
    if not mains:
        raise NoAxis("street without a main part")
    chain, links = _chain(mains)
    closed = len(chain) > 3 and _gap(chain[0], chain[-1]) <= _CLOSED_MM and _length(chain) > 4 * _CLOSED_MM
    if closed:
        chain, links, notes = _ring(chain, links, profile, neighbours)
    else:
        chain, links, notes = _oriented(chain, links, profile, neighbours)
    if links:
        gap_m = sum(_gap(chain[i], chain[i + 1]) for i in links) / MM
        notes.append(note("axis_gap", count=len(links), gap_m=round(gap_m, 1)))
    if "opposite" in named:
        notes.append(note("axis_opposite"))
    if _planned_at_origin(chain[0], parts, named, profile.touch_m):
        notes.append(note("axis_planned_origin"))
    origin = chain[0]
    xy = (chain - origin) / float(MM)
    steps = np.hypot(*(np.diff(xy, axis=0).T))
    along = np.concatenate(([0.0], np.cumsum(steps)))
    frame_origin = (int(origin[0]) / MM, int(origin[1]) / MM)
    axis = Axis(frame_origin, xy, along, closed, frozenset(links), (), tuple(notes))
    branches = [_branch(axis, _ints(p)) for p, role in zip(parts, named, strict=True) if role == "branch"]
    branches.sort(key=lambda b: (b.junction_m, tuple(b.xy[-1])))
    return replace(axis, branches=tuple(branches))


def _ints(line: BaseGeometry) -> Ints:
    xy = np.rint(shapely.get_coordinates(line) * MM).astype(np.int64)
    kept = np.concatenate(([True], np.any(np.diff(xy, axis=0) != 0, axis=1)))
    ints: Ints = xy[kept]
    return ints


def _gap(a: Ints, b: Ints) -> float:
    return float(np.hypot(*(a - b).astype(np.float64)))


def _length(chain: Ints) -> float:
    return float(np.hypot(*(np.diff(chain, axis=0).astype(np.float64).T)).sum())


def _chain(parts: list[Ints]) -> tuple[Ints, set[int]]:
    """Join parts into one line with the least bridging; the stored order wins over an equally good one."""
    best, order = _turned(parts), list(range(len(parts)))
    if best[0] > _CLOSED_MM and 2 < len(parts) <= _PERMUTED:
        for candidate in permutations(range(len(parts))):
            if candidate[0] < candidate[-1]:
                found = _turned([parts[i] for i in candidate])
                if found[0] < best[0] - 1:
                    best, order = found, list(candidate)
    lines = [parts[i][::-1] if back else parts[i] for i, back in zip(order, best[1], strict=True)]
    chain, links = lines[0], set()
    for line in lines[1:]:
        if np.array_equal(chain[-1], line[0]):
            line = line[1:]
        else:
            links.add(len(chain) - 1)
        chain = np.vstack((chain, line))
    return chain, links


def _turned(parts: list[Ints]) -> tuple[float, tuple[bool, ...]]:
    """Return the least sum of gaps over all ways to turn the parts of an order, and the turns."""
    if len(parts) == 1:
        return 0.0, (False,)
    # One step of the way per part and turn: the cheapest way to have it so.
    ways: dict[bool, tuple[float, tuple[bool, ...]]] = {False: (0.0, (False,)), True: (0.0, (True,))}
    for before, after in pairwise(parts):
        following: dict[bool, tuple[float, tuple[bool, ...]]] = {}
        for was, back in product(ways, (False, True)):
            cost, turns = ways[was]
            cost += _gap(before[0] if was else before[-1], after[-1] if back else after[0])
            if back not in following or cost < following[back][0]:
                following[back] = (cost, (*turns, back))
        ways = following
    return min(ways.values(), key=lambda way: way[0])


def _touches(point: Ints, neighbours: Sequence[BaseGeometry], touch_m: float) -> bool:
    if not len(neighbours):
        return False
    here = shapely.Point(point / float(MM))
    return bool(np.any(shapely.dwithin(np.asarray(neighbours, dtype=object), here, touch_m + 0.0005)))


def _oriented(
    chain: Ints, links: set[int], profile: NumberingProfile, neighbours: Sequence[BaseGeometry]
) -> tuple[Ints, set[int], list[Note]]:
    dx, dy = (int(v) for v in chain[-1] - chain[0])
    mouths = [_touches(chain[end], neighbours, profile.touch_m) for end in (0, -1)]
    if profile.deadend_origin == "MOUTH" and mouths[0] != mouths[1]:
        back = mouths[1]
        notes = [note("origin_mouth", profile=profile.label)]
    elif abs(dx) >= abs(dy):
        # dx > 0: the line is stored from west to east.
        back = (dx > 0) == (profile.ew_origin == "E")
        notes = [note("origin_ew", end=profile.ew_origin, profile=profile.label)]
    else:
        back = (dy > 0) == (profile.ns_origin == "N")
        notes = [note("origin_ns", end=profile.ns_origin, profile=profile.label)]
    if back:
        links = {len(chain) - 2 - i for i in links}
        chain = chain[::-1]
    return chain, links, notes


def _extreme(points: Ints, end: str) -> int:
    """Return which point lies furthest towards a compass point; of equals, the one further east, then north."""
    sign = {"E": (1, 0), "W": (-1, 0), "N": (0, 1), "S": (0, -1)}[end]
    keys = [(int(p[0]) * sign[0] + int(p[1]) * sign[1], int(p[0]), int(p[1])) for p in points]
    return max(range(len(keys)), key=lambda i: keys[i])


def _ring(
    chain: Ints, links: set[int], profile: NumberingProfile, neighbours: Sequence[BaseGeometry]
) -> tuple[Ints, set[int], list[Note]]:
    corners = chain[:-1] if np.array_equal(chain[0], chain[-1]) else chain
    bridged = {i % len(corners) for i in links}
    if len(corners) == len(chain):
        bridged.add(len(chain) - 1)
    rel = (corners - corners[0]).astype(object)
    after = np.roll(rel, -1, axis=0)
    turning = int((rel[:, 0] * after[:, 1] - after[:, 0] * rel[:, 1]).sum())
    if (turning > 0) != (profile.ring_direction == "COUNTERCLOCKWISE"):
        bridged = {(len(corners) - 2 - i) % len(corners) for i in bridged}
        corners = corners[::-1]
    mouths = [i for i, p in enumerate(corners) if _touches(p, neighbours, profile.touch_m)]
    among = mouths or list(range(len(corners)))
    first = among[_extreme(corners[among], profile.ring_origin)]
    key = "origin_ring_mouth" if mouths else "origin_ring"
    notes = [note(key, end=profile.ring_origin, way=profile.ring_direction, profile=profile.label)]
    bridged = {(i - first) % len(corners) for i in bridged}
    rolled = np.roll(corners, -first, axis=0)
    return np.vstack((rolled, rolled[:1])), bridged, notes


def _planned_at_origin(
    origin: Ints, parts: Sequence[BaseGeometry], roles: Sequence[str], touch_m: float
) -> bool:
    planned = [p for p, role in zip(parts, roles, strict=True) if role == "planned"]
    return _touches(origin, planned, touch_m)


def _branch(axis: Axis, line: Ints) -> Branch:
    """Return a branch from its end on the axis outward."""
    origin = np.rint(np.array(axis.origin) * MM).astype(np.int64)
    xy = (line - origin) / float(MM)
    ends = [place(axis, (axis.origin[0] + xy[i][0], axis.origin[1] + xy[i][1])) for i in (0, -1)]
    if ends[1].distance_m < ends[0].distance_m:
        xy = xy[::-1]
        ends.reverse()
    return Branch(xy, ends[0].measure_m)
