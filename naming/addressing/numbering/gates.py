"""Numbers that are not a place along one street: gates of a compound, plots of a village without streets.

《江门市门楼号牌管理条例》第六条: an enclosed compound has one number at its main gate, further gates may be numbered by the
street they face; a village without street names numbers by villagers' group, one plot one number.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from naming.addressing.numbering.note import Note, note
from naming.addressing.numbering.profile import NumberingProfile
from naming.addressing.numbering.street import Door, NumberedStreet, with_door
from naming.addressing.numbering.suggest import Suggestion, suggest


@dataclass(frozen=True)
class Gate:
    """A gate of a compound and the street it faces; ``xy`` in frame metres."""

    id: str
    street: str
    xy: tuple[float, float]
    main: bool = False


@dataclass(frozen=True)
class GateNumber:
    """A gate's number. ``own`` is False for a gate that shares the main gate's number."""

    gate: str
    street: str
    number: int | None
    sub_number: int | None
    own: bool
    suggestion: Suggestion | None
    note: Note


def number_gates(gates: Sequence[Gate], streets: Mapping[str, NumberedStreet]) -> list[GateNumber]:
    """Return a number for every gate, the main gate first.

    Exactly one gate is the main gate; each faces a street of ``streets``. Raises ValueError otherwise.
    """
    mains = [gate for gate in gates if gate.main]
    if len(mains) != 1:
        raise ValueError(f"小区应有且只有一个主出入口，现有 {len(mains)} 个；请标明主出入口")
    unknown = sorted({gate.street for gate in gates} - streets.keys())
    if unknown:
        raise ValueError(f"出入口所临的街路巷没有给出：{'、'.join(unknown)}")
    ready = dict(streets)
    first = mains[0]
    rest = sorted((g for g in gates if not g.main), key=lambda g: g.id)
    found: list[GateNumber] = []
    for gate in (first, *rest):
        street = ready[gate.street]
        if not gate.main and gate.street == first.street and street.profile.compounds == "MAIN_GATE":
            top = found[0]
            found.append(
                GateNumber(
                    gate.id, gate.street, top.number, top.sub_number, False, None, note("gate_same_street")
                )
            )
            continue
        got = suggest(street, gate.xy)
        words = note("gate_main") if gate.main else note("gate_other_street")
        found.append(GateNumber(gate.id, gate.street, got.number, got.sub_number, True, got, words))
        if got.number is not None:
            ready[gate.street] = with_door(street, Door(gate.id, got.number, got.sub_number, gate.xy))
    return found


@dataclass(frozen=True)
class GroupNumber:
    """The next number of a villagers' group, the numbers left out before it, and why."""

    number: int
    gaps: tuple[int, ...]
    steps: tuple[Note, ...]


def next_in_group(
    numbers: Collection[int], profile: NumberingProfile, *, kept: Collection[int] = (), group: str = ""
) -> GroupNumber:
    """Return the number after the highest ever given in a group; ``kept`` are those reserved or cancelled.

    By profile the numbers are those of the villagers' group or of the whole village; the caller brings the right ones.
    """
    ever = {*numbers, *kept}
    top = max(ever, default=0)
    gaps = tuple(n for n in range(1, top) if n not in ever)
    key = "village_group" if profile.villages == "GROUP" else "village_whole"
    steps = [note(key, group=group, highest=top), note("village_plot")]
    if gaps:
        steps.append(note("village_gaps", gaps=list(gaps[:10]), count=len(gaps)))
    return GroupNumber(top + 1, gaps, tuple(steps))
