"""Addresses of units written beforehand, outside the write lock, for the act that is about to be made.

What the wing above prepares is opaque here; the act hands it back (geoapp/docs/decisions/0014).
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from boundaries.decisions import decided_in, touched_by
from boundaries.editing import Convert
from boundaries.ground import later_days, uuids
from boundaries.instructions import Lock, Reparent, named_in, read_operations
from boundaries.judging import items_of, units_of
from boundaries.models import AdjustmentItem, UnitVersion
from boundaries.ports import Called, ports
from geoapp.core import steps
from geoapp.core.effective import in_force
from geoapp.core.workflow import Step


def prepare(step: Step) -> None:
    """Write the rows of many addresses beforehand, outside the write lock, for the act that is about to be made."""
    if step.row.action == "announce":
        found = ports().prepare_publication(
            touched_by(step.case),
            known_at=decided_in(step.case),
            case=step.case,
            until=step.patience_until,
        )
        if found is not None:
            step.prepared["doors"] = found
    elif step.row.action in {"decide", "confirm_paper"}:
        _prepare_renaming(step)


def _prepare_renaming(step: Step) -> None:
    if step.row.action == "decide":
        read = steps.read_decision(step)
        outcomes, effective = read["outcomes"], read["effective_on"]
    else:
        outcomes, effective = step.case.decision.outcomes, step.case.decision.effective_on
    rows = items_of(step.case)
    approved = [r for r in rows if outcomes.get(str(r.item_id), {}).get("outcome") == "approved"]
    lands = {row: land_of(row) for row in approved}
    for row in approved:
        # Items that name one unit follow each other in the act: the second reads what the first has written.
        if any(lands[row] & lands[other] for other in approved if other != row):
            continue
        if not (called := called_by(row, effective)):
            continue
        found = ports().prepare_addresses(
            called, effective, case=step.case, subject=str(row.item_id), until=step.patience_until
        )
        if found is not None:
            step.prepared[str(row.item_id)] = found


def called_by(row: AdjustmentItem, effective: date) -> list[Called]:
    """Return the units an item calls otherwise or gives to another town; nothing when it changes land below a town.

    Then addresses move, or come to communities that do not exist yet: the act writes them.
    """
    operations, units = read_operations(row.operations), units_of(row)
    if any(not isinstance(op, (Reparent, Convert, Lock)) for op in operations) or any(
        u.ceases or u.becomes for u in units.values()
    ):
        return []
    parents = {unit: op.parent for op in operations if isinstance(op, Reparent) for unit in op.units}
    known = in_force(UnitVersion.objects.filter(unit_id__in=uuids([*units, *parents])), effective)
    named = dict(known.values_list("unit_id", "name"))
    names = {str(unit): units[str(unit)].name for unit in named if str(unit) in units}
    other = {unit: name for unit, name in names.items() if name and name != named[UUID(unit)]}
    days = (effective, *later_days(sorted({*units, *parents}), effective))
    return [
        Called(unit, days, other.get(unit, ""), parents.get(unit, ""))
        for unit in sorted({*other, *parents})
        if UUID(unit) in named
    ]


def land_of(row: AdjustmentItem) -> set[str]:
    """Return the ids of the units an item names, in its operations or as they shall be."""
    return named_in(read_operations(row.operations)) | set(units_of(row))
