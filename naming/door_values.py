"""The local values of door numbering: days, sizes of samples. Data with a source each; all UNVERIFIED."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "lexicon" / "door_values.json"


@dataclass(frozen=True)
class DoorValue:
    """One value: a number, what it counts (working_days, days, items, share) and where it comes from."""

    value: float
    unit: str
    law: str


@cache
def values() -> dict[str, DoorValue]:
    """Return the values by name. Raises OSError or KeyError when the shipped file is damaged."""
    data: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return {name: DoorValue(row["value"], row["unit"], row["law"]) for name, row in data["values"].items()}


def days(name: str) -> int:
    """Return a value that counts days or items."""
    return int(values()[name].value)


def law_of(name: str) -> str:
    """Return where a value comes from."""
    return values()[name].law
