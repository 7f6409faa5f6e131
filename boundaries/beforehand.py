"""Addresses of units written beforehand, outside the write lock, for the act that is about to be made.

What the wing above prepares is opaque here; the act hands it back (geoapp/docs/decisions/0014).
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from boundaries.decisions import decided_in, touched_by
from boundaries.drawing import Drawn
from boundaries.editing import Convert
from boundaries.ground import later_days, uuids
from boundaries.impact import Located, locate, outlines_of
from boundaries.instructions import Lock, Reparent, named_in, read_operations
from boundaries.judging import items_of, units_of
from boundaries.models import AdjustmentItem, UnitVersion
from boundaries.ports import Called, Placing, ports
from boundaries.registration import drawn_at_every_date
from geoapp.core import acts, steps
from geoapp.core.effective import in_force
from geoapp.core.errors import AppError
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
        _prepare_decision(step)


def _prepare_decision(step: Step) -> None:
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
        _prepare_item(step, row, effective)


def _prepare_item(step: Step, row: AdjustmentItem, effective: date) -> None:
    try:
        spans = drawn_at_every_date(row, effective)
    except AppError:
        return  # the act says why it cannot be
    whereabouts = Whereabouts(spans[0], effective)
    called, placing = called_by(row, effective), None
    if not called:
        named = named_after(row, spans)
        if named is None:
            return
        called, placing = named, whereabouts.placing()
    found = ports().prepare_addresses(
        called,
        effective,
        case=step.case,
        subject=str(row.item_id),
        until=step.patience_until,
        placing=placing,
    )
    if found is not None:
        step.prepared[str(row.item_id)] = found
        step.prepared[f"located-{row.item_id}"] = whereabouts.located()


class Whereabouts:
    """Where addresses go on drawn land: found once, and again when an act may have changed them."""

    def __init__(self, drawn: Drawn, on: date) -> None:
        self.drawn, self.on = drawn, on
        self._found: Located | None = None

    def located(self) -> Located:
        """Return where addresses go, as the register has them now."""
        seq = acts.head_seq()  # before they are read: an act in between is found out later, never missed
        if self._found is None or self._found.seq != seq:
            self._found = locate(self.drawn, self.on, seq=seq)
        return self._found

    def placing(self) -> Placing:
        """Return what the wing above must know of it."""
        return Placing(
            lambda: {m.premise.id: m.to_unit for m in self.located().moves},
            outlines_of(self.drawn),
            tuple(u for u in self.drawn.moved if u in self.drawn.before),
            self.drawn.touched,
        )


def named_after(row: AdjustmentItem, spans: list[Drawn]) -> list[Called] | None:
    """Return what the units are called on whose land something changes, new ones and those that cease included.

    None where a unit has another town on a later day already recorded: then the act writes its addresses.
    """
    units, first = units_of(row), spans[0]
    days, found = tuple(drawn.ground.on for drawn in spans), []
    for unit in first.touched:
        if unit not in first.after:
            found.append(Called(unit, days[:1], ceases=True))
            continue
        parent = first.after[unit].parent
        if any(drawn.after[unit].parent != parent for drawn in spans if unit in drawn.after):
            return None
        version, name = first.ground.versions.get(unit), units[unit].name if unit in units else ""
        if version is None:
            found.append(Called(unit, days[:1], name, parent, new=True))
        else:
            other = name if name != version.name else ""
            town = parent if parent != str(version.parent_id or "") else ""
            found.append(Called(unit, days, other, town))
    return found


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
