"""Local values that belong to no rule: days, shares, sizes. A block of them stands in a profile beside the rules' own.

An office edits them where it edits the severities, by date; what an edition leaves out keeps the shipped value. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SOURCE = "_source"
"""What follows a value's name in the profile where the office says on what the value rests."""


@dataclass(frozen=True)
class LocalValue:
    """One value: what it is in words, as shipped, what it counts, on what it rests, and within which bounds it lies.

    ``unit``: working_days, days, items or share. Everything but a share is a whole number.
    """

    words: str
    words_en: str
    value: float
    unit: str
    source: str
    least: float = 0
    most: float = 10_000


class WrongValue(ValueError):
    """A profile holds a local value that is none: no number, or out of bounds."""


@dataclass(frozen=True)
class ParameterBlock:
    """Values that belong together, under a code of their own."""

    code: str
    title: str
    title_en: str
    values: Mapping[str, LocalValue]

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the values as shipped, each with its source: what a profile's entries are laid upon."""
        found: dict[str, Any] = {name: held.value for name, held in self.values.items()}
        return found | {f"{name}{SOURCE}": held.source for name, held in self.values.items()}

    def unknown(self, given: Mapping[str, Any]) -> list[str]:
        """Return the names in a profile's entry that this block does not have."""
        return sorted(set(given) - set(self.parameters))

    def verify(self, given: Mapping[str, Any]) -> None:
        """Refuse values nobody could count with. Raises WrongValue naming the value and its bounds."""
        for name, value in given.items():
            held = self.values.get(name)
            if held is None:
                if name.endswith(SOURCE) and not (isinstance(value, str) and value.strip()):
                    raise WrongValue(f"{self.code}.{name}: a source is a text")
                continue
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not number or not held.least <= value <= held.most:
                raise WrongValue(
                    f"{self.code}.{name} = {value!r}: a number from {held.least:g} to {held.most:g}"
                )
            if held.unit != "share" and value != int(value):
                raise WrongValue(f"{self.code}.{name} = {value!r}: a whole number")
