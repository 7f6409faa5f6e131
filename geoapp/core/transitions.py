"""The life of a kind of case as data: who may do what, from which state, under which guards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from geoapp.core.checks import Stage


@dataclass(frozen=True)
class State:
    """A state of a case with the words people see. ``aside`` marks one off the straight way to the end."""

    code: str
    label: str
    label_en: str
    final: bool = False
    aside: bool = False


@dataclass(frozen=True)
class Transition:
    """One arrow. ``target`` None keeps the state (a step within it); ``otherwise`` is where the effect may lead
    instead (all items refused).

    ``roles`` are role codes; the alias ``officer`` means the civil affairs officer of the case's handling
    level. ``guards`` name functions of the wing, each answering with the reasons that stand in the way.
    ``not_own`` bars the person who filed the case. ``stage`` runs the rules of that stage. ``clock`` names the
    statutory clock the step starts or stops, ``law`` the source of the step.
    """

    action: str
    label: str
    label_en: str
    sources: tuple[str, ...]
    target: str | None
    roles: tuple[str, ...]
    guards: tuple[str, ...] = ()
    stage: Stage | None = None
    documents: tuple[str, ...] = ()
    note_required: bool = False
    not_own: bool = True
    clock: str = ""
    law: str = ""
    danger: bool = False
    otherwise: str | None = None


@dataclass(frozen=True)
class Procedure:
    """A transition table with its states, in order. ``filed_by`` may change what is filed in the states
    ``open_to_filers``; ``papers`` are the kinds of document a case of this procedure holds. ``departments`` are the
    codes of departments that have a part in every case of it, without being consulted."""

    code: str
    title: str
    title_en: str
    prefix: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    filed_by: tuple[str, ...] = ("applicant",)
    papers: tuple[str, ...] = ()
    open_to_filers: tuple[str, ...] = ("draft", "supplement")
    departments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table with an unknown state, a double arrow or a state no arrow reaches."""
        known = {state.code for state in self.states}
        seen: set[tuple[str, str]] = set()
        reached = {self.states[0].code}
        for row in self.transitions:
            for code in (*row.sources, *filter(None, (row.target, row.otherwise))):
                if code not in known:
                    raise ValueError(f"{self.code}.{row.action}: unknown state {code}")
            for source in row.sources:
                if (source, row.action) in seen:
                    raise ValueError(f"{self.code}: two arrows {row.action} from {source}")
                seen.add((source, row.action))
            reached |= set(filter(None, (row.target, row.otherwise)))
        if known - reached:
            raise ValueError(f"{self.code}: no arrow reaches {sorted(known - reached)}")

    def state(self, code: str) -> State:
        """Return the state of a code."""
        return next(state for state in self.states if state.code == code)

    def main_line(self) -> list[State]:
        """Return the states of the straight way from the first to the end, in order."""
        return [state for state in self.states if not state.aside]

    def rows_from(self, status: str) -> list[Transition]:
        """Return the arrows that leave or stay in a state."""
        return [row for row in self.transitions if status in row.sources]

    def row(self, action: str, status: str) -> Transition | None:
        """Return the arrow of an action from a state, or None."""
        return next((row for row in self.rows_from(status) if row.action == action), None)

    def actions(self) -> list[str]:
        """Return the action codes in table order, each once."""
        return list(dict.fromkeys(row.action for row in self.transitions))


def mermaid(procedure: Procedure) -> str:
    """Draw the table as a Mermaid state diagram (kept in the documentation, compared by a test)."""
    return "\n".join(_mermaid_lines(procedure)) + "\n"


def _mermaid_lines(procedure: Procedure) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"  [*] --> {procedure.states[0].code}"
    for state in procedure.states:
        yield f"  {state.code} : {state.label} ({state.label_en})"
    for row in procedure.transitions:
        for source in row.sources:
            yield f"  {source} --> {row.target or source} : {row.label}"
            if row.otherwise:
                yield f"  {source} --> {row.otherwise} : {row.label}"
    for state in procedure.states:
        if state.final:
            yield f"  {state.code} --> [*]"


def reachable(procedure: Procedure, start: str) -> set[str]:
    """Return the states that can be reached from a state."""
    found = {start}
    while True:
        arrows = [r for s in found for r in procedure.rows_from(s)]
        more = {t for r in arrows for t in (r.target, r.otherwise) if t} - found
        if not more:
            return found
        found |= more


def walk(procedure: Procedure, actions: Sequence[str], start: str | None = None) -> Iterable[str]:
    """Yield the states a sequence of actions passes through; raises KeyError at an arrow that is not there."""
    status = start or procedure.states[0].code
    for action in actions:
        row = procedure.row(action, status)
        if row is None:
            raise KeyError(f"{action} from {status}")
        status = row.target or status
        yield status
