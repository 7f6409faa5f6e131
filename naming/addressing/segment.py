"""From a cleaned text to ranked readings: a beam over the positions of the text.

A reading is a walk through the text in which every step is a known name, a name guessed by its last word, a piece of
the door's grammar, a stretch that is no part of an address, or one character that is not understood. Steps earn by
what they explain; levels out of order, things that do not lie within one another and characters left over cost.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from naming.addressing import doors, words
from naming.addressing.gazetteer import FULL, SHORT, Gazetteer, Name
from naming.addressing.options import GAP, INSIDE, LANE, SKIP, Option, Step, options_at

BEAM = 10
_PRUNE = 7.0
_RANK = {
    "province": 0,
    "city": 1,
    "district": 2,
    "town": 3,
    "community": 4,
    "village": 5,
    "street": 6,
    "number": 7,
    "compound": 8,
    "building": 9,
    "unit": 10,
    "floor": 11,
    "room": 12,
}
_ADMIN = frozenset(("province", "city", "district", "town", "community"))
_LANDMARK_NEXT = re.compile(
    r" ?(?:[东南西北正后侧大]门)?(?:斜对面|正对面|对面|旁|隔壁|附近|侧|后面|前面|门口|[东西南北]侧)"
)
# The door itself is named behind its landmark: 保利花园斜对面海五路9号.
_DOOR_TO_COME = re.compile(r"[路街巷道里坊横][0-9一二三四五六七八九十百]{1,5}号")


class Reading(NamedTuple):
    """A walk through the text: its steps, score, what is filled, and the division codes it lies in."""

    score: float = 0.0
    rank: int = -1
    steps: tuple[Step, ...] = ()
    values: tuple[tuple[str, str | int], ...] = ()
    codes: frozenset[str] = frozenset()
    local: bool = False
    last: str = ""

    def has(self, part: str) -> bool:
        """Say whether a part is filled."""
        return part in [held for held, _ in self.values]

    def value(self, part: str) -> str | int | None:
        """Return what a part holds, None when it is not filled."""
        return next((v for p, v in self.values if p == part), None)


def readings(text: str, gazetteer: Gazetteer) -> list[Reading]:
    """Return the readings of a cleaned text, best first; no two fill the parts alike."""
    beams: list[dict[object, Reading]] = [{} for _ in range(len(text) + 1)]
    beams[0][None] = Reading()
    asked: dict[int, bool] = {}
    for at in range(len(text)):
        held = sorted(beams[at].values(), key=_order)[:BEAM]
        beams[at] = {}
        if not held:
            continue
        floor = held[0].score - _PRUNE
        options = list(options_at(text, at, gazetteer, asked))
        for reading in held:
            if reading.score < floor:
                break
            for option in options:
                new = _take(reading, option, text)
                if new is not None:
                    _keep(beams[option.step.end], new)
    best: dict[object, Reading] = {}
    for reading in beams[len(text)].values():
        key = frozenset(reading.values)
        if key not in best or best[key].score < reading.score:
            best[key] = reading
    return sorted(best.values(), key=_order)


def _order(reading: Reading) -> tuple[float, tuple[tuple[str, str | int], ...]]:
    # Of equal readings always the same comes first; a part's values are all texts or all numbers.
    return -reading.score, reading.values


def _keep(beam: dict[object, Reading], new: Reading) -> None:
    key = (new.rank, new.values, new.last in (SKIP, "noise"))
    old = beam.get(key)
    if old is None or old.score < new.score:
        beam[key] = new


def _take(reading: Reading, option: Option, text: str) -> Reading | None:
    """Return the reading with one more step, None when the step does not fit."""
    step = option.step
    if not step.values:
        if option.free and not (reading.has("number") or reading.has("street") or reading.has("compound")):
            before_door = step.kind == "noise" and reading.has("town")
            if not (before_door and _DOOR_TO_COME.search(text, step.end)):
                return None
        last = reading.last if step.kind == GAP else step.kind
        return _with(reading, option, option.score, reading.rank, last)
    part = step.kind
    if reading.has(part):
        if part == "street" and reading.last == "street" and step.name is None:
            return _lane(reading, option) or _narrower(reading, option)
        if part in _ADMIN and reading.value(part) == step.values[0][1]:
            repeated = Step(step.start, step.end, "noise", (), 1.0)
            # An old name behind the new one (里水镇和顺…) is the rest of no street.
            former = step.name is not None and step.name.former
            gain = (1.3 if former else 0.6) * (step.end - step.start)
            return _with(reading, Option(repeated, gain), gain, reading.rank, part)
        return None
    if any(reading.has(p) for p, _ in step.values):
        return None
    cost = _disorder(reading, step, option, text)
    if cost is None:
        return None
    codes, near = reading.codes, 0.0
    if step.name is not None:
        placed = _place(reading, step.name)
        if placed is None:
            return None
        codes, near = placed
    rank = (
        max(reading.rank, _RANK[part])
        if part != "street" or reading.rank != _RANK["compound"]
        else _RANK["street"]
    )
    new = _with(reading, option, option.score + near - cost, rank, part)
    local = reading.local or (step.name is not None and step.name.local)
    return Reading(new.score, new.rank, new.steps, (*reading.values, *step.values), codes, local, part)


def _lane(reading: Reading, option: Option) -> Reading | None:
    """Join a numbered lane to the street it leaves (儒林西路 + 三巷); None for anything else after a street."""
    lane = str(option.step.values[0][1])
    if not (words.is_bare(lane) or LANE.fullmatch(lane)):
        return None
    joined = f"{reading.value('street')}{lane}"
    values = tuple((p, joined if p == "street" else v) for p, v in reading.values)
    new = _with(reading, option, option.score, reading.rank, "street")
    return new._replace(values=values)


def _narrower(reading: Reading, option: Option) -> Reading | None:
    """Take the lane for the street where both are written (祖庙路院前街2号): the door counts along the narrower."""
    name = str(option.step.values[0][1])
    known = reading.steps[-1].name
    if (
        known is None
        or known.strength != FULL
        or words.is_bare(name)
        or not name.endswith(("街", "巷", "里", "坊"))
    ):
        return None
    values = tuple((p, name if p == "street" else v) for p, v in reading.values)
    steps = (*reading.steps[:-1], reading.steps[-1]._replace(kind="noise", values=(), name=None))
    new = _with(reading._replace(steps=steps), option, option.score - 2.5, reading.rank, "street")
    return new._replace(values=values)


def _with(reading: Reading, option: Option, score: float, rank: int, last: str) -> Reading:
    steps = (*reading.steps, option.step)
    return Reading(reading.score + score, rank, steps, reading.values, reading.codes, reading.local, last)


def _place(reading: Reading, name: Name) -> tuple[frozenset[str], float] | None:
    """Return the codes in which reading and name agree, and what that earns; None when the name cannot be meant."""
    if not name.codes:
        return reading.codes, 0.0
    if not reading.codes:
        return name.codes, 0.0
    both = {
        a if len(a) >= len(b) else b
        for a in reading.codes
        for b in name.codes
        if a.startswith(b) or b.startswith(a)
    }
    if both:
        return frozenset(both), 0.5
    if name.kind in ("province", "city", "district", "town") and name.strength == FULL:
        return reading.codes, -5.0
    return None


def _disorder(reading: Reading, step: Step, option: Option, text: str) -> float | None:
    """Return what a step costs for standing where it does; None when it cannot stand there."""
    part, rank = step.kind, _RANK[step.kind]
    if step.name is not None:
        if not (_short_fits(reading, step.name) or _stands_apart(reading, step, text)):
            return None
        if not step.name.local and part == "district" and step.name.codes and not reading.codes:
            return None if len(str(step.values[0][1])) < 3 else 1.5
    if part == "compound":
        return _compound(reading, step, option, text)
    if part in INSIDE:
        return _inside(reading, step, option)
    if part == "number":
        # The first number is the door's: 1号 is not skipped for 1203号 behind it.
        skipped = text[: step.start].rstrip(" 、-").endswith("号") and not option.bare
        cost = _number(reading, option)
        return cost + 3.0 if skipped and cost is not None else cost
    if step.name is None:
        if part == "town" and (reading.local and reading.has("town")):
            return None
        if part == "community" and (reading.local or not (reading.codes or reading.has("town"))):
            return None
        lost = _by_neighbours(reading, step)
        if lost is None or (lost and rank <= reading.rank):
            return None
        if lost:
            return lost
    if rank > reading.rank:
        return 0.0
    if part == "street":
        return 1.0 if reading.rank == _RANK["compound"] and not reading.has("number") else None
    if part == "village":
        return 1.5 if reading.rank == _RANK["street"] else None
    if part in _ADMIN and step.name is not None and step.name.strength == FULL:
        return 1.0 if part == "community" and reading.rank <= _RANK["number"] else 3.0
    return None


def _by_neighbours(reading: Reading, step: Step) -> float | None:
    """Return what a guessed street or village costs: 里, 坊 and 新村 are villages below a community, streets or estates else."""
    name = str(step.values[0][1])
    below = reading.has("community")
    if step.kind == "district":
        return 0.0 if reading.has("city") and not reading.local else None
    if step.kind == "street" and words.is_bare(name):
        # 一街 is the rest of a longer name, unless a whole name or nothing stands before it (辽中县北一路).
        known = next((s for s in reversed(reading.steps) if s.kind != GAP), None)
        whole = known is None or (known.name is not None and known.name.strength != SHORT)
        return 0.0 if whole and (reading.last in _ADMIN or not reading.last) else None
    if step.kind == "village":
        if name.endswith(("里", "坊", "围")):
            return 0.0 if below else None
        return 1.0 if name.endswith("新村") and not below else 0.0
    if step.kind == "street" and below and name.endswith(("里", "坊")):
        return 1.0
    return 0.0


def _short_fits(reading: Reading, name: Name) -> bool:
    if name.strength != SHORT:
        return True
    if name.kind == "community":
        return reading.last in ("town", "district") and reading.local
    if name.kind == "town":
        return reading.last in ("", "noise", "province", "city", "district")
    if name.kind == "district" and not name.local:
        return reading.last in ("province", "city") and bool(reading.codes)
    return reading.last in ("", "noise", "province", "city") or (
        name.kind == "province" and reading.last == "district"
    )


def _stands_apart(reading: Reading, step: Step, text: str) -> bool:
    """Say whether a short name is the whole text or parted from the rest by a blank (莱芜; 恭城 恭城镇…)."""
    alone = step.kind in ("city", "district") and not reading.last
    return alone and (step.end == len(text) or text[step.end] == " ")


def _compound(reading: Reading, step: Step, option: Option, text: str) -> float | None:
    if reading.rank >= _RANK["building"]:
        return None
    if option.free and reading.last in (SKIP, "noise"):
        return None
    after_place = reading.has("number") or reading.has("street")
    if (beside := _LANDMARK_NEXT.match(text, step.end)) and (
        after_place or _DOOR_TO_COME.search(text, beside.end())
    ):
        return None
    if option.free and not (reading.has("number") or reading.has("town") or reading.has("street")):
        return 1.0
    if step.name is None and not after_place and reading.has("community") and text[step.end - 1] == "村":
        return 0.8
    return 0.0


def _number(reading: Reading, option: Option) -> float | None:
    if reading.rank >= _RANK["building"]:
        return None
    if option.bare:
        return 0.0 if reading.last in ("street", "village") else None
    if reading.rank == _RANK["compound"]:
        return 0.2
    return 0.0 if any(reading.has(p) for p in ("street", "village", "community")) else 1.5


def _inside(reading: Reading, step: Step, option: Option) -> float | None:
    rank = _RANK[step.kind]
    if rank <= reading.rank and reading.rank >= _RANK["building"]:
        return None
    if reading.last == SKIP and option.bare:
        return None
    if str(step.values[0][1]).endswith(doors.WORKS) and not reading.has("number"):
        # 17号厂房 behind a street is the door 17号; 18号2号厂房 has a building of that number.
        return None
    door = reading.has("number") or reading.has("compound") or reading.rank >= _RANK["building"]
    if not option.bare:
        return 0.0 if door else 0.8
    if step.kind == "room" and str(step.values[0][1]).startswith("之"):
        return 0.0 if reading.last == "floor" else None
    if step.kind == "room" and len(str(step.values[0][1])) == 1 and not option.as_number:
        return 0.0 if reading.last == "floor" else None
    if step.kind == "room" and option.as_number:
        return 0.0 if _RANK["building"] <= reading.rank < _RANK["room"] and reading.last != SKIP else None
    if step.kind == "room" and str(step.values[0][1]).endswith("铺"):
        return 0.0 if reading.last == "floor" else None
    return 0.0 if door else None
