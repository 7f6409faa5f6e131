"""How well the labelled addresses are read: slots right, wrong and missed, by part."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from naming.addressing.parse import parse
from naming.addressing.parts import LADDER, AddressParts
from tests.naming.address_gazetteer import gazetteer
from tests.naming.address_templates import LABELLED, held_out, rows


def labelled(*, kept: bool) -> list[tuple[str, AddressParts]]:
    """Return texts and their labels: the half kept from tuning, or the half that tuning may look at."""
    return [(r["text"], parts_of(r)) for r in rows(LABELLED) if held_out(r["text"]) == kept]


def parts_of(row: dict[str, str]) -> AddressParts:
    """Return a row's labels."""
    values: dict[str, Any] = {p: row[p] for p in LADDER}
    for part in ("number", "sub_number"):
        values[part] = int(row[part]) if row[part] else None
    return AddressParts(**values)


@dataclass
class Score:
    """Slots by part: right, wrong (both hold something else), missed (label only), made up (reading only)."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    made_up: Counter[str] = field(default_factory=Counter)
    whole: int = 0
    texts: int = 0
    faults: list[tuple[str, str, object, object]] = field(default_factory=list)

    def micro_f1(self, parts: Iterable[str] = LADDER) -> float:
        """Return the F1 over all slots of the parts: a wrong slot is both a false find and a miss."""
        right = sum(self.right[p] for p in parts)
        false = sum(self.wrong[p] + self.made_up[p] for p in parts)
        missed = sum(self.wrong[p] + self.missed[p] for p in parts)
        return 2 * right / (2 * right + false + missed) if right else 0.0

    def table(self) -> str:
        """Return the confusion as lines of text."""
        lines = [f"{'part':<12}{'right':>7}{'wrong':>7}{'missed':>8}{'made up':>9}{'F1':>8}"]
        for part in LADDER:
            counts = (self.right[part], self.wrong[part], self.missed[part], self.made_up[part])
            lines.append(
                f"{part:<12}{counts[0]:>7}{counts[1]:>7}{counts[2]:>8}{counts[3]:>9}{self.micro_f1([part]):>8.3f}"
            )
        lines.append(
            f"{'all slots':<12}{'':>31}{self.micro_f1():>8.4f}; whole addresses right {self.whole}/{self.texts}"
        )
        return "\n".join(lines)


def measure(cases: Iterable[tuple[str, AddressParts]], read: Callable[[str], AddressParts]) -> Score:
    """Return the score of a reader over cases."""
    score = Score()
    for text, label in cases:
        found, wanted = read(text).filled(), label.filled()
        score.texts += 1
        score.whole += found == wanted
        for part in LADDER:
            mine, theirs = found.get(part), wanted.get(part)
            if mine == theirs:
                score.right[part] += mine is not None
                continue
            kind = score.made_up if theirs is None else score.missed if mine is None else score.wrong
            kind[part] += 1
            score.faults.append((text, part, theirs, mine))
    return score


def read(text: str) -> AddressParts:
    """Read a text with the measuring gazetteer."""
    return parse(text, gazetteer()).parts


def main() -> None:
    """Print the score of the half that tuning may look at, with its faults."""
    score = measure(labelled(kept=False), read)
    print(score.table())
    for fault in score.faults[: int(sys.argv[1]) if len(sys.argv) > 1 else 60]:
        print(*fault)


if __name__ == "__main__":
    main()
