"""What a client collected while doors changed, held to what stood before. No Django: tools outside the suite use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Touched(Protocol):
    """Which doors were renumbered and which retired meanwhile."""

    changed: Sequence[Any]
    retired: Sequence[Any]


def faults(before: dict[str, str], found: list[tuple[str, str]], writer: Touched) -> list[str]:
    """Say what is wrong with what a client collected while ``writer`` was at work.

    Every door that was not touched comes exactly once with its text; one that was touched comes once, or not at all
    if it was retired; nothing else comes.
    """
    texts: dict[str, list[str]] = {}
    for ident, name in found:
        texts.setdefault(ident, []).append(name)
    retired, touched = {str(i) for i in writer.retired}, {str(i) for i in (*writer.changed, *writer.retired)}
    wrong = [f"doubled: {i} {names}" for i, names in texts.items() if len(names) > 1]
    wrong += [f"lost: {i}" for i in before if i not in texts and i not in retired]
    wrong += [f"unknown: {i}" for i in texts if i not in before]
    wrong += [f"altered: {i}" for i, names in texts.items() if i not in touched and names[0] != before.get(i)]
    return wrong
