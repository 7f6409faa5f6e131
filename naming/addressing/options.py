"""The steps that are possible at a position of a text: names, door pieces, what is no part, what is not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from naming.addressing import doors, words
from naming.addressing.gazetteer import ALIAS, FULL, SHORT, Gazetteer, Name
from naming.addressing.parts import Several

SKIP, GAP = "skip", "gap"
INSIDE = frozenset(("building", "unit", "floor", "room"))
_CONFIDENCE = {FULL: 0.99, ALIAS: 0.96, SHORT: 0.88}
_REMARK = re.compile(
    r"(?:原|旧|近|靠|临|旁|附近|对面|即|曾|又名|俗称|现|暂|注|备注|门牌以|由|含|可)|[^()]{0,40}(?:对面|附近|旁边?|隔壁|交叉口|路口|内)\)"
)
# A numbered lane as people write it behind the street it leaves: 祖庙路12巷.
LANE = re.compile(r"[0-9]{1,3}(?:横巷|直巷|横路|巷|横|街)(?![0-9]*楼)")


class Step(NamedTuple):
    """One step of a reading: the text from ``start`` to ``end`` and what it gives."""

    start: int
    end: int
    kind: str
    values: tuple[tuple[str, str | int], ...]
    confidence: float
    name: Name | None = None
    several: Several | None = None


class Option(NamedTuple):
    """A step that is possible at a position, before any reading takes it."""

    step: Step
    score: float
    bare: bool = False
    free: bool = False
    as_number: bool = False


def options_at(text: str, at: int, gazetteer: Gazetteer, asked: dict[int, bool]) -> Iterator[Option]:
    """Yield the steps that may be taken at a position, whatever stands before it.

    ``asked`` keeps what was found of one text's positions; begin with an empty one.
    """
    char = text[at]
    if char in " -、":
        yield Option(Step(at, at + 1, GAP, (), 1.0), 0.0 if char == " " else -0.15)
    elif char in "()":
        yield from _brackets(text, at)
    else:
        yield Option(Step(at, at + 1, SKIP, (), 0.0), -1.0)
        for end, name in gazetteer.starting_at(text, at):
            yield _known(at, end, name)
        for guess in words.guesses(text, at):
            step = Step(at, guess.end, guess.kind, ((guess.kind, guess.value),), 0.7)
            yield Option(step, guess.score)
        yield from _free(text, at, asked)
    if (lane := LANE.match(text, at)) and not text[at - 1 : at].isdigit():
        yield Option(Step(at, lane.end(), "street", (("street", lane[0]),), 0.7), 0.8 * len(lane[0]))
    for piece in doors.pieces(text, at):
        length = piece.end - at
        score = (0.8 + 0.6 * length) if piece.bare else (2.0 + 0.8 * length)
        yield Option(
            Step(at, piece.end, piece.kind, piece.values, piece.confidence, several=piece.several),
            score,
            bare=piece.bare,
            as_number=text[piece.end - 1] == "号",
        )
    for end in doors.noises(text, at):
        yield Option(Step(at, end, "noise", (), 1.0), -0.3)
    other = doors.crossing(text, at)
    if other is not None:
        yield Option(Step(at, other, "noise", (), 1.0), 0.5 * (other - at), free=True)
    behind = doors.landmark(text, at)
    if behind is not None:
        yield Option(Step(at, behind, "noise", (), 1.0), -0.6 - 0.05 * (behind - at), free=True)


def _brackets(text: str, at: int) -> Iterator[Option]:
    if text[at] == ")":
        yield Option(Step(at, at + 1, GAP, (), 1.0), -0.1)
        return
    close = text.find(")", at)
    if close > 0:
        yield Option(Step(at, close + 1, "noise", (), 1.0), -0.8)
    remark = close > 0 and _REMARK.match(text, at + 1)
    yield Option(Step(at, at + 1, GAP, (), 1.0), -8.0 if remark else -0.3)


def _known(at: int, end: int, name: Name) -> Option:
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
    return Option(Step(at, end, name.kind, ((name.kind, name.value),), confidence, name), score)


def _inside_begins(text: str, at: int, asked: dict[int, bool]) -> bool:
    """Say whether a building, unit, floor or room begins at a position: asked of one position from many."""
    if at not in asked:
        asked[at] = any(
            p.kind in INSIDE and (not p.bare or len(p.values) > 1) for p in doors.pieces(text, at)
        )
    return asked[at]


def _free(text: str, at: int, asked: dict[int, bool]) -> Iterator[Option]:
    """Yield what stands between a door or a town and a building, though nothing says that it is an estate."""
    for end in words.free_name(text, at):
        if end < len(text) and _inside_begins(text, end, asked):
            step = Step(at, end, "compound", (("compound", text[at:end]),), 0.5)
            yield Option(step, 0.5 * (end - at) - 1.5, free=True)
