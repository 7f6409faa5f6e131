"""What is said to a person, as an id with parameters; ``words.py`` puts it into Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Note:
    """One step of an explanation: ``id`` is a key of ``words.WORDS``, ``params`` are plain values."""

    id: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Something an officer must look at: the rule of Table B, what is the matter, and where (frame metres)."""

    code: str
    note: Note
    severity: str = "warn"
    doors: tuple[str, ...] = ()
    at: tuple[float, float] | None = None


def note(key: str, **params: Any) -> Note:
    """Return a note."""
    return Note(key, params)
