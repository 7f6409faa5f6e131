"""What the proof and the drawing found, in English by code. Pure.

Proof and drawing speak Chinese with the figures of the case; in English each code has one sentence and one remedy,
with the names of the units it concerns. Names stand between “ and ”.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from boundaries.checks.units import quoted_en

GENERAL_REMEDY = "Check the place on the map and draw again"

_SOME = "the unit"

REFUSALS: dict[str, tuple[str, str]] = {
    "apart": ("The drawing does not meet the land of {units}", "Draw across the unit, or click on its border"),
    "dangle": (
        "The line does not divide the land: an end stops inside a unit",
        "Draw both ends up to the border or beyond it",
    ),
    "district": (
        "The transfer crosses a district line",
        "The district line has to be changed first, approved by the State Council or the provincial government",
    ),
    "empty": ("Nothing is drawn, or all points fall on one place", "Draw the line on the map first"),
    "extra_part": (
        "After the adjustment {units} falls into more parts than were declared",
        "Draw one connected piece; for an exclave declare the number of parts",
    ),
    "form": ("The operation is not written as it should be", "Open the workbench again, or follow the interface description"),
    "geometry": (
        "The drawing is not a proper point, line or closed area in the city frame",
        "Check the coordinates, their order (east, north) and that areas are closed",
    ),
    "hole": (
        "After the adjustment {units} encloses land that was not declared",
        "Give the enclosed land to the unit around it, or declare an enclave",
    ),
    "invalid": ("After the adjustment the land of {units} crosses itself", "Take out the points that make the loop"),
    "junctions": (
        "The ends of the new border are not the two junctions chosen",
        "Begin and end at two different junctions of the border",
    ),
    "kind": ("There is no such kind of unit", "Choose village or community"),
    "locked": ("{units} is locked and cannot be adjusted", "Unlock it first, or choose another unit"),
    "lock_reason": ("A lock names no unit, or gives no reason", "Choose the unit and say in a few words why it is locked"),
    "needle": (
        "The border of {units} makes a needle here: a very sharp angle or two lines almost touching",
        "Move the points of this place apart",
    ),
    "new_ids": (
        "The identifiers of the new units are missing, doubled or in use",
        "Give every part an identifier of its own",
    ),
    "no_change": ("This changes nothing: it is so already", "Draw or choose what is to be different"),
    "not_touching": (
        "The area to be transferred does not touch {units}",
        "Draw it up to the border of the unit that receives it",
    ),
    "order": (
        "Both ends of the new border fall on one place of the old one, or in reverse order",
        "Draw the new border in the direction of the old one, with its ends apart",
    ),
    "parent_line": (
        "The drawing crosses or moves a town line",
        "Draw within one town; moving a town line is a change of administrative divisions",
    ),
    "pieces": (
        "The line divides {units} into another number of parts than asked for",
        "Draw the line again, or ask for as many parts as it makes",
    ),
    "pinch": (
        "After the adjustment {units} hangs together here by a single point",
        "Make the place wider, or take the point apart",
    ),
    "same_parent": ("The units belong to that town already", "Check the town that receives them"),
    "same_unit": ("Both sides are one unit, or fewer than two units are chosen", "Choose two or more adjacent units"),
    "self_crossing": ("The drawing crosses itself or turns back", "Take out the points that make the loop"),
    "sliver": (
        "After the adjustment {units} has a sliver: too small or too narrow",
        "Move the line onto the old border or away from it",
    ),
    "stale": (
        "This stretch of border between {units} is no more; somebody may have adjusted it",
        "Load the latest borders and draw again",
    ),
    "swallowed": (
        "All the land of {units} would go",
        "To dissolve a unit use “Merge”; otherwise leave it part of its land",
    ),
    "third_unit": ("The drawing enters a third unit, {units}", "Draw within the two units, or adjust the third separately"),
    "too_fine": (
        "The border has details of a few millimetres here; the new line cannot be told from it",
        "Draw a little away from this place",
    ),
    "too_long": ("The line has too many points", "Simplify it, or adjust in several steps"),
    "unknown": ("A unit or town named in the operation is not there", "Load the page again and choose anew"),
    "unknown_unit": (
        "There is no such unit; it may have been merged or dissolved",
        "Load the page again and choose anew",
    ),
    "unproved": (
        "The adjusted land did not pass the exact check and was not kept",
        "Check the registered border here first, or draw away from this place",
    ),
    "winding": (
        "The new border turns back here; it is unclear which side the land belongs to",
        "Draw the border without turning back",
    ),
}  # fmt: skip
"""Code of a refused operation: (message, remedy)."""

FAULTS: dict[str, tuple[str, str]] = {
    "conservation": (
        "The areas before and after the adjustment differ",
        "Check that all units giving and receiving land are listed, and let the operations make the land anew; "
        "do not replace shapes",
    ),
    "coverage": (
        "{units} overlaps its neighbours, or they do not share the same vertices",
        "Zoom in here and join the line to vertices the neighbours have already",
    ),
    "displacement": (
        "A new vertex lies away from the old border",
        "Join the new border to an existing vertex, or insert a vertex into the old border first",
    ),
    "extra_part": (
        "{units} falls into several parts that were not declared",
        "Draw one connected piece; for an exclave declare the parts and add the agreement or historical basis",
    ),
    "gap": (
        "The outline changes with the adjustment: there is a gap or an overlap, or the town's line is passed",
        "Check that both ends of the new border meet the old one; land left over goes to one of the units",
    ),
    "hole": (
        "{units} encloses land that was not declared",
        "Give the enclosed land to the unit around it; for an enclave declare it and add the basis",
    ),
    "households": ("Households before and after the adjustment do not balance", "Check the households of every unit"),
    "invalid": ("The land of {units} crosses itself", "Take out the points that loop or turn back"),
    "orphan": ("The town {units} belongs to has no land on record", "Complete the register of towns first"),
    "parent": (
        "The line of a town moves with the adjustment",
        "Draw within one town; a change of the town's line is a change of administrative divisions",
    ),
    "population": ("Population before and after the adjustment does not balance", "Check the population of every unit"),
}  # fmt: skip
"""Code of a fault of the proof: (message, remedy)."""


FIGURES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"points", "max_vertices"}), "{points:,.0f} points, {max_vertices:,.0f} at most"),
    (frozenset({"pieces", "wanted"}), "{pieces:.0f} parts instead of {wanted:.0f}"),
    (frozenset({"area_m2", "min_area_m2"}), "{area_m2:,.1f} m² instead of {min_area_m2:,g} m² or more"),
    (frozenset({"min_width_m"}), "narrower than {min_width_m:g} m"),
    (frozenset({"angle_deg", "min_angle_deg"}), "{angle_deg:.1f}° instead of {min_angle_deg:g}° or more"),
    (frozenset({"clearance_mm"}), "{clearance_mm:.1f} mm apart"),
    (frozenset({"parts", "declared"}), "{parts:.0f} parts, {declared:.0f} declared"),
    (frozenset({"enclaves", "declared"}), "{enclaves:.0f} enclosed pieces, {declared:.0f} declared"),
    (frozenset({"difference_mm2"}), "by {difference_mm2:,.1f} mm²"),
    (frozenset({"difference_m2"}), "by {difference_m2:,.6f} m²"),
    (frozenset({"displacement_mm"}), "{displacement_mm:.2f} mm away"),
    (frozenset({"before", "after"}), "{before:,.0f} before, {after:,.0f} after"),
)
"""Names of the figures a message gives, and the words that give them in English."""


def figures_en(figures: Mapping[str, float]) -> str:
    """Return the figures of a refusal or fault in words. Raises KeyError for figures nobody put into words."""
    if not figures:
        return ""
    return dict(FIGURES)[frozenset(figures)].format(**figures)


def _with_units(text: str, names: Sequence[str], figures: Mapping[str, float]) -> str:
    filled = text.format(units=quoted_en(name for name in names if name) or _SOME)
    said = figures_en(figures)
    return filled[:1].upper() + filled[1:] + (f": {said}" if said else "")


def refusal_en(
    code: str, names: Sequence[str] = (), figures: Mapping[str, float] | None = None
) -> tuple[str, str]:
    """Return why an operation was refused and how to mend it; ``names``: the units concerned."""
    message, remedy = REFUSALS.get(code, ("The operation was not carried out", GENERAL_REMEDY))
    return _with_units(message, names, figures or {}), remedy


def fault_en(
    code: str, names: Sequence[str] = (), figures: Mapping[str, float] | None = None
) -> tuple[str, str]:
    """Return what the proof found and how to mend it; ``names``: the units concerned."""
    message, remedy = FAULTS.get(
        code, ("The land after the adjustment did not pass the check", GENERAL_REMEDY)
    )
    return _with_units(message, names, figures or {}), remedy
