"""What a draft lists, in order: the operations of ``boundaries.editing``, whole units to another town, and locks.

The list is stored as JSON with the draft and replayed (``boundaries.drawing``). Coordinates are integer millimetres
of the city frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from boundaries.editing import (
    Convert,
    Merge,
    MoveEdge,
    Operation,
    RedrawBetween,
    Refused,
    Split,
    Transfer,
    operation_from_json,
)

REPARENT = "reparent"
"""The one operation that may cross a town line: whole units go to another town by a recorded 区划变更."""
LOCK = "lock"
"""Not an operation on land: keeps every other operation of the draft off a unit, wherever it stands in the list."""

_LONGEST_REASON = 200


@dataclass(frozen=True)
class Reparent:
    """Units that go to another town, whole."""

    units: tuple[str, ...]
    parent: str


@dataclass(frozen=True)
class Lock:
    """A unit its planner wants left alone, and why."""

    unit: str
    reason: str


Instruction = Operation | Reparent | Lock


def read_operations(rows: Iterable[Mapping[str, Any]]) -> list[Instruction]:
    """Read a draft's list from JSON. Raises Refused naming the member at fault."""
    return [_read(row) for row in rows]


def _read(row: Mapping[str, Any]) -> Instruction:
    kind = row.get("op") if isinstance(row, Mapping) else None
    if kind == REPARENT:
        units = row.get("units")
        if not isinstance(units, list) or not all(isinstance(u, str) for u in units) or not units:
            raise Refused("form", "没有列出划转的单位", remedy="请选择要划转的村或社区")
        return Reparent(tuple(units), str(row.get("parent") or ""))
    if kind == LOCK:
        unit, reason = str(row.get("unit") or ""), str(row.get("reason") or "").strip()
        if not unit or not reason or len(reason) > _LONGEST_REASON:
            raise Refused(
                "lock_reason",
                "锁定没有写明村居或理由",
                remedy=f"请选择村居，并在 {_LONGEST_REASON} 个字以内写明锁定的理由",
            )
        return Lock(unit, reason)
    return operation_from_json(row)


def named_in(operations: Iterable[Instruction]) -> set[str]:
    """Return the ids of all units that operations would change, new ones too; a lock changes none."""
    found: set[str] = set()
    for op in operations:
        if isinstance(op, (MoveEdge, RedrawBetween)):
            found |= {op.first, op.second}
        elif isinstance(op, Split):
            found |= {op.unit, *op.new_ids}
        elif isinstance(op, Merge):
            found |= {*op.units, op.into}
        elif isinstance(op, Transfer):
            found |= {op.giver, op.receiver}
        elif isinstance(op, Convert):
            found.add(op.unit)
        elif isinstance(op, Reparent):
            found |= set(op.units)
    return found


def locks_in(operations: Iterable[Instruction]) -> dict[str, str]:
    """Return the locked units with their reasons, by id."""
    return {op.unit: op.reason for op in operations if isinstance(op, Lock)}
