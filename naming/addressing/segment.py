"""From a cleaned text to ranked readings: a beam over the positions of the text.

A reading is a walk through the text in which every step is a known name, a name guessed by its last word, a piece of
the door's grammar, a stretch that is no part of an address, or one character that is not understood. Steps earn by
what they explain; levels out of order, things that do not lie within one another and characters left over cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from naming.addressing import doors, words
from naming.addressing.gazetteer import ALIAS, FULL, SHORT, Gazetteer, Name

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
_INSIDE = frozenset(("building", "unit", "floor", "room"))
_CONFIDENCE = {FULL: 0.99, ALIAS: 0.96, SHORT: 0.88}
_SKIP, _GAP = "skip", "gap"
_REMARK = re.compile(
    r"(?:原|旧|近|靠|临|旁|附近|对面|即|曾|又名|俗称|现|暂|注|备注|门牌以|由|含|可)|[^()]{0,40}(?:对面|附近|旁边?|隔壁|交叉口|路口|内)\)"
)
# A numbered lane as people write it behind the street it leaves: 祖庙路12巷.
_LANE = re.compile(r"[0-9]{1,3}(?:横巷|直巷|横路|巷|横|街)(?![0-9]*楼)")
_LANDMARK_NEXT = re.compile(r" ?(?:斜对面|正对面|对面|旁|隔壁|附近|侧|后面|前面|门口|[东西南北]侧)")


@dataclass(frozen=True)
class Step:
    """One step of a reading: the text from ``start`` to ``end`` and what it gives."""

    start: int
    end: int
    kind: str
    values: tuple[tuple[str, str | int], ...]
    confidence: float
    name: Name | None = None


@dataclass(frozen=True)
class _Option:
    """A step that is possible at a position, before any reading takes it."""

    step: Step
    score: float
    bare: bool = False
    free: bool = False
    as_number: bool = False


@dataclass(frozen=True)
class Reading:
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
        return any(p == part for p, _ in self.values)

    def value(self, part: str) -> str | int | None:
        """Return what a part holds, None when it is not filled."""
        return next((v for p, v in self.values if p == part), None)


def readings(text: str, gazetteer: Gazetteer) -> list[Reading]:
    """Return the readings of a cleaned text, best first; no two fill the parts alike."""
    beams: list[dict[object, Reading]] = [{} for _ in range(len(text) + 1)]
    beams[0][None] = Reading()
    for at in range(len(text)):
        held = sorted(beams[at].values(), key=_order)[:BEAM]
        beams[at] = {}
        if not held:
            continue
        floor = held[0].score - _PRUNE
        options = list(_options(text, at, gazetteer))
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


def _order(reading: Reading) -> tuple[float, str]:
    return -reading.score, str(reading.values)


def _keep(beam: dict[object, Reading], new: Reading) -> None:
    key = (new.rank, new.values, new.last in (_SKIP, "noise"))
    old = beam.get(key)
    if old is None or old.score < new.score:
        beam[key] = new


def _options(text: str, at: int, gazetteer: Gazetteer) -> Iterator[_Option]:
    char = text[at]
    if char in " -、":
        yield _Option(Step(at, at + 1, _GAP, (), 1.0), 0.0 if char == " " else -0.15)
    elif char in "()":
        yield from _brackets(text, at)
    else:
        yield _Option(Step(at, at + 1, _SKIP, (), 0.0), -1.0)
        for end, name in gazetteer.starting_at(text, at):
            yield _known(at, end, name)
        for guess in words.guesses(text, at):
            step = Step(at, guess.end, guess.kind, ((guess.kind, guess.value),), 0.7)
            yield _Option(step, guess.score)
        yield from _free(text, at)
    if (lane := _LANE.match(text, at)) and not text[at - 1 : at].isdigit():
        yield _Option(Step(at, lane.end(), "street", (("street", lane[0]),), 0.7), 0.8 * len(lane[0]))
    for piece in doors.pieces(text, at):
        length = piece.end - at
        score = (0.8 + 0.6 * length) if piece.bare else (2.0 + 0.8 * length)
        yield _Option(
            Step(at, piece.end, piece.kind, piece.values, piece.confidence),
            score,
            bare=piece.bare,
            as_number=text[piece.end - 1] == "号",
        )
    for end in doors.noises(text, at):
        yield _Option(Step(at, end, "noise", (), 1.0), -0.3)
    other = doors.crossing(text, at)
    if other is not None:
        yield _Option(Step(at, other, "noise", (), 1.0), 0.5 * (other - at), free=True)
    behind = doors.landmark(text, at)
    if behind is not None:
        yield _Option(Step(at, behind, "noise", (), 1.0), -0.6 - 0.05 * (behind - at), free=True)


def _brackets(text: str, at: int) -> Iterator[_Option]:
    if text[at] == ")":
        yield _Option(Step(at, at + 1, _GAP, (), 1.0), -0.1)
        return
    close = text.find(")", at)
    if close > 0:
        yield _Option(Step(at, close + 1, "noise", (), 1.0), -0.8)
    remark = close > 0 and _REMARK.match(text, at + 1)
    yield _Option(Step(at, at + 1, _GAP, (), 1.0), -8.0 if remark else -0.3)


def _known(at: int, end: int, name: Name) -> _Option:
    length = end - at
    if name.strength == FULL:
        score = (1.9 if name.former else 2.0) * length + 0.3
    elif name.strength == ALIAS:
        score = 1.8 * length
    elif name.kind == "community":
        score = 1.2 * length - 1.2
    else:
        score = 1.5 * length - 0.8
    confidence = _CONFIDENCE[name.strength] - (0.04 if name.former else 0.0)
    return _Option(Step(at, end, name.kind, ((name.kind, name.value),), confidence, name), score)


def _free(text: str, at: int) -> Iterator[_Option]:
    """Yield what stands between a door or a town and a building, though nothing says that it is an estate."""
    for end in words.free_name(text, at):
        if end < len(text) and any(
            p.kind in _INSIDE and (not p.bare or len(p.values) > 1) for p in doors.pieces(text, end)
        ):
            step = Step(at, end, "compound", (("compound", text[at:end]),), 0.5)
            yield _Option(step, 0.5 * (end - at) - 1.5, free=True)


def _take(reading: Reading, option: _Option, text: str) -> Reading | None:
    """Return the reading with one more step, None when the step does not fit."""
    step = option.step
    if not step.values:
        if option.free and not (reading.has("number") or reading.has("street") or reading.has("compound")):
            return None
        last = reading.last if step.kind == _GAP else step.kind
        return _with(reading, option, option.score, reading.rank, last)
    part = step.kind
    if reading.has(part):
        if part == "street" and reading.last == "street" and step.name is None:
            return _lane(reading, option)
        if part in _ADMIN and reading.value(part) == step.values[0][1]:
            repeated = Step(step.start, step.end, "noise", (), 1.0)
            gain = 0.6 * (step.end - step.start)
            return _with(reading, _Option(repeated, gain), gain, reading.rank, part)
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


def _lane(reading: Reading, option: _Option) -> Reading | None:
    """Join a numbered lane to the street it leaves (儒林西路 + 三巷); None for anything else after a street."""
    lane = str(option.step.values[0][1])
    if not (words.is_bare(lane) or _LANE.fullmatch(lane)):
        return None
    joined = f"{reading.value('street')}{lane}"
    values = tuple((p, joined if p == "street" else v) for p, v in reading.values)
    new = _with(reading, option, option.score, reading.rank, "street")
    return replace(new, values=values)


def _with(reading: Reading, option: _Option, score: float, rank: int, last: str) -> Reading:
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


def _disorder(reading: Reading, step: Step, option: _Option, text: str) -> float | None:
    """Return what a step costs for standing where it does; None when it cannot stand there."""
    part, rank = step.kind, _RANK[step.kind]
    if step.name is not None:
        if not _short_fits(reading, step.name):
            return None
        if not step.name.local and part == "district" and step.name.codes and not reading.codes:
            return None if len(str(step.values[0][1])) < 3 else 1.5
    if part == "compound":
        return _compound(reading, step, option, text)
    if part in _INSIDE:
        return _inside(reading, step, option)
    if part == "number":
        return _number(reading, option)
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
        known = next((s for s in reversed(reading.steps) if s.kind != _GAP), None)
        whole = known is None or (known.name is not None and known.name.strength == FULL)
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


def _compound(reading: Reading, step: Step, option: _Option, text: str) -> float | None:
    if reading.rank >= _RANK["building"]:
        return None
    if option.free and reading.last in (_SKIP, "noise"):
        return None
    after_place = reading.has("number") or reading.has("street")
    if after_place and _LANDMARK_NEXT.match(text, step.end):
        return None
    if option.free and not (reading.has("number") or reading.has("town") or reading.has("street")):
        return 1.0
    if step.name is None and not after_place and reading.has("community") and text[step.end - 1] == "村":
        return 0.8
    return 0.0


def _number(reading: Reading, option: _Option) -> float | None:
    if reading.rank >= _RANK["building"]:
        return None
    if option.bare:
        return 0.0 if reading.last in ("street", "village") else None
    if reading.rank == _RANK["compound"]:
        return 0.2
    return 0.0 if any(reading.has(p) for p in ("street", "village", "community")) else 1.5


def _inside(reading: Reading, step: Step, option: _Option) -> float | None:
    rank = _RANK[step.kind]
    if rank <= reading.rank and reading.rank >= _RANK["building"]:
        return None
    if reading.last == _SKIP and option.bare:
        return None
    door = reading.has("number") or reading.has("compound") or reading.rank >= _RANK["building"]
    if not option.bare:
        return 0.0 if door else 0.8
    if step.kind == "room" and str(step.values[0][1]).startswith("之"):
        return 0.0 if reading.last == "floor" else None
    if step.kind == "room" and option.as_number:
        return 0.0 if _RANK["building"] <= reading.rank < _RANK["room"] and reading.last != _SKIP else None
    if step.kind == "room" and str(step.values[0][1]).endswith("铺"):
        return 0.0 if reading.last == "floor" else None
    return 0.0 if door else None
