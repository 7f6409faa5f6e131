"""Which rule answers for what the proof or the drawing found: one place, so that no fault is left unsaid."""

from __future__ import annotations

from collections.abc import Iterator

from boundaries.checks.english import fault_en, refusal_en
from boundaries.checks.proposal import AdjustmentProposal, ProofFault
from boundaries.checks.units import subject_of, unit_of
from geoapp.core.checks import Subject

_ANSWERED_BY = {
    "conservation": "V-02",
    "parent": "V-03",
    "extra_part": "V-04",
    "households": "V-08",
    "population": "V-08",
}
TOWN_LINE_REFUSALS = frozenset({"parent_line"})
"""Refusals of an operation (``detail`` of the fault) that say a line or area crosses a town line."""


def answered_by(fault: ProofFault, proposal: AdjustmentProposal) -> str:
    """Return the code of the rule that reports a fault; V-01 reports whatever no other rule does.

    An operation refused at a town line is V-03's, unless the item is a recorded division change: then nothing
    forbids the line, and that the operation was refused is V-01's.
    """
    if fault.code == "refused":
        at_line = fault.detail in TOWN_LINE_REFUSALS and not proposal.division_change
        return "V-03" if at_line else "V-01"
    return _ANSWERED_BY.get(fault.code, "V-01")


def faults_for(code: str, proposal: AdjustmentProposal) -> Iterator[ProofFault]:
    """Yield the faults a rule reports."""
    return (fault for fault in proposal.faults if answered_by(fault, proposal) == code)


def in_english(fault: ProofFault, proposal: AdjustmentProposal) -> tuple[str, str]:
    """Return a fault's message and remedy in English, with the names of the units it concerns."""
    units = [unit_of(proposal, unit_id) for unit_id in fault.units]
    names = [unit.name for unit in units if unit is not None]
    if fault.code == "refused":
        return refusal_en(fault.detail, names, fault.figures)
    return fault_en(fault.code, names, fault.figures)


def subject_of_fault(fault: ProofFault, proposal: AdjustmentProposal) -> Subject | None:
    """Return the unit a fault is about, None when it is about none or several."""
    if len(fault.units) != 1:
        return None
    unit = unit_of(proposal, fault.units[0])
    return subject_of(unit) if unit else Subject("unit", fault.units[0], "")
