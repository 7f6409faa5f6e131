"""What a street's numbering comes to, worked out beforehand: every stretch of each side with the number it gives.

For those who must suggest a number without this room (a phone with no signal): they project a point on the axis,
look the stretch up, and say the same sentence. Frame metres; the axis in whole millimetres from its origin.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from naming.addressing.numbering.axis import MM, Axis
from naming.addressing.numbering.gap import Gap, Number, Side, plate
from naming.addressing.numbering.placing import LEFT, RIGHT, place
from naming.addressing.numbering.street import NumberedStreet

BEYOND_M = 60.0
"""How far before the origin and beyond the end a street is worked out; further out the last slot holds."""

NOTES = (
    *(f"place_{kind}" for kind in ("along", "before", "beyond", "corner", "gap", "branch")),
    *("side_odd", "side_even", "neighbours_none", "neighbours_low", "neighbours_high", "neighbours_both"),
    *("target_metric", "target_between", "target_facing", "target_empty", "target_pitch", "target_frontage"),
    *("chosen", "chosen_first", "no_free", "no_free_before", "no_free_within", "sub_given"),
    *("chosen_passing_kept", "no_parent", "no_sub_level"),
)
"""The notes that whoever looks a slot up says himself (words: ``words.templates``)."""

_SHARP_M = 0.001


def material(street: NumberedStreet, also_taken: Collection[Number] = ()) -> dict[str, Any]:
    """Return a street's suggestion material as plain JSON values.

    ``origin``, ``xy``: the axis, millimetres; ``links``, ``closed``, ``branches``, ``back``, ``cut_m``: how a place
    on it is seen (``placing``, ``street.Way``). ``sides``: for left and right whether it bears ``odd`` numbers, and
    its gaps in order: ``until`` [measure, tie] of the door that ends it, ``low`` and ``high`` plates, ``from_m`` and
    ``to_m`` their measures, ``target`` the rule (note id and what it needs), ``slots`` [until_m, number,
    sub_number], ``subs`` [until_m, parent, sub_number] for when the slots' numbers are gone. ``also_taken`` as in
    ``suggest``.
    """
    sides = {
        name: _side(Side(street, name, also_taken), street.axis.length_m + BEYOND_M) for name in (LEFT, RIGHT)
    }
    return {
        **_axis(street.axis),
        "back": street.way.back,
        "cut_m": street.way.cut_m,
        "subs_allowed": bool(street.profile.allow_sub_level),
        "sides": sides,
    }


def _axis(axis: Axis) -> dict[str, Any]:
    origin = np.rint(np.array(axis.origin) * MM).astype(np.int64)
    branches = []
    for branch in axis.branches:
        x, y = branch.xy[-1]
        tip = place(_bare(axis), (axis.origin[0] + float(x), axis.origin[1] + float(y)))
        branches.append({"xy": _mm(branch.xy), "junction_m": branch.junction_m, "side": tip.side})
    return {
        "origin": origin.tolist(),
        "xy": _mm(axis.xy),
        "closed": axis.closed,
        "links": sorted(axis.links),
        "branches": branches,
    }


def _bare(axis: Axis) -> Axis:
    return Axis(axis.origin, axis.xy, axis.along, axis.closed, axis.links, (), ())


def _mm(xy: Any) -> list[list[int]]:
    found: list[list[int]] = np.rint(xy * MM).astype(np.int64).tolist()
    return found


def _side(side: Side, end_m: float) -> dict[str, Any]:
    return {"odd": side.odd, "gaps": [_gap(side.gap(i), end_m) for i in range(len(side.chain) + 1)]}


def _gap(gap: Gap, end_m: float) -> dict[str, Any]:
    low, high = gap.low, gap.high
    a = low.place.measure_m if low else min(-BEYOND_M, high.place.measure_m if high else 0.0)
    b = high.place.measure_m if high else max(end_m, a)
    found: dict[str, Any] = {"slots": _cut(gap.choice, a, b), "subs": _cut(gap.sub_number, a, b)}
    if high is not None:
        found |= {"until": list(high.place.order), "high": plate(high), "to_m": round(b, 2)}
    if low is not None:
        found |= {"low": plate(low), "from_m": round(a, 2)}
    return found | {"target": _target(gap, (a + b) / 2)}


def _target(gap: Gap, measure_m: float) -> list[Any]:
    said = gap.target(measure_m)[1]()
    if said.id in ("target_pitch", "target_frontage", "target_empty"):
        return [said.id, round(gap.side.pitch[0], 4)]
    if said.id == "target_facing":
        return [said.id, said.params["door"]]
    return [said.id, gap.side.street.profile.metre_step]


def _cut(choice: Callable[[float], Number | None], a: float, b: float) -> list[list[Any]]:
    """Return where a choice changes between two measures, to the millimetre, as [until, number, sub-number].

    The choice rises along the street, so that a stretch with one answer at both ends has it throughout.
    """
    first, last = choice(a), choice(b)
    rows: list[list[Any]] = []
    todo = [(a, first, b, last)]
    while todo:
        lo, at_lo, hi, at_hi = todo.pop()
        if at_lo == at_hi:
            continue
        middle = (lo + hi) / 2
        if hi - lo <= _SHARP_M:
            until = round(middle, 3)
            # Entrances are whole millimetres: one that lies just where the answer changes has the next one.
            rows.append([until if choice(until) == at_lo else round(until - 0.001, 3), *_row(at_lo)])
            continue
        at_middle = choice(middle)
        todo += [(middle, at_middle, hi, at_hi), (lo, at_lo, middle, at_middle)]
    return [*rows, [round(b, 3), *_row(last)]]


def _row(number: Number | None) -> tuple[int | None, int | None]:
    return number or (None, None)
