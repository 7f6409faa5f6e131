"""Numbers of a comparison: medians, ratios, bars, and what wrk says. Pure.

Two figures stand for a kind of request at a server: processor time (ms a request; less is better) and requests in a
second (more is better). A ratio is always "how many times better than the other".
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Round:
    """One round of one kind of request at one server.

    ``cpu_ms`` is processor time a request (server, its database backends, its front), ``rate`` requests in a second
    under wrk, ``p50_ms`` and ``p95_ms`` its latencies, ``load`` the machine's load average when the round ended.
    """

    cpu_ms: float
    rate: float
    p50_ms: float
    p95_ms: float
    load: float


@dataclass(frozen=True)
class Cell:
    """The medians over the rounds."""

    cpu_ms: float
    rate: float
    p50_ms: float
    p95_ms: float
    load: float
    rounds: int


def cell(rounds: Sequence[Round]) -> Cell:
    """Return the median of each figure. Raises ValueError when there is no round."""
    if not rounds:
        raise ValueError("a cell needs at least one round")
    middle = {
        name: statistics.median(getattr(one, name) for one in rounds)
        for name in ("cpu_ms", "rate", "p50_ms", "p95_ms", "load")
    }
    return Cell(**middle, rounds=len(rounds))


@dataclass(frozen=True)
class Ratio:
    """How many times better ours is: less processor time, more requests in a second."""

    cpu: float
    wall: float


def ratio(ours: Cell, theirs: Cell) -> Ratio:
    """Compare two cells. Raises ValueError when a figure is not above zero: nothing was measured then."""
    if min(ours.cpu_ms, ours.rate, theirs.cpu_ms, theirs.rate) <= 0:
        raise ValueError("a figure of zero is no measurement")
    return Ratio(theirs.cpu_ms / ours.cpu_ms, ours.rate / theirs.rate)


@dataclass(frozen=True)
class Bar:
    """What a request of ours must reach against a cell of another server, or of our own."""

    row: str
    ours: tuple[str, str]
    theirs: tuple[str, str]
    least: float


@dataclass(frozen=True)
class Verdict:
    """A bar and what was reached."""

    bar: Bar
    ratio: Ratio

    @property
    def cpu_met(self) -> bool:
        """Say whether processor time reaches the bar."""
        return self.ratio.cpu >= self.bar.least

    @property
    def wall_met(self) -> bool:
        """Say whether requests in a second reach the bar."""
        return self.ratio.wall >= self.bar.least


Cells = Mapping[tuple[str, str], Cell]
"""Cells by (server, kind)."""


def verdicts(bars: Sequence[Bar], cells: Cells) -> tuple[list[Verdict], list[Bar]]:
    """Judge the bars; return the verdicts, and the bars that could not be judged for want of a cell."""
    judged, missing = [], []
    for bar in bars:
        if bar.ours in cells and bar.theirs in cells:
            judged.append(Verdict(bar, ratio(cells[bar.ours], cells[bar.theirs])))
        else:
            missing.append(bar)
    return judged, missing


@dataclass(frozen=True)
class Wall:
    """What wrk saw in a round."""

    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float
    errors: int

    @property
    def rate(self) -> float:
        """Return requests in a second."""
        return self.requests / self.seconds


WRK_MARK = "BENCH "


def read_wrk(output: str) -> Wall:
    """Read the line that the script for wrk prints at its end. Raises ValueError when there is none."""
    for line in output.splitlines():
        if line.startswith(WRK_MARK):
            told: dict[str, Any] = json.loads(line.removeprefix(WRK_MARK))
            return Wall(
                int(told["requests"]),
                told["duration_us"] / 1e6,
                told["p50_us"] / 1e3,
                told["p95_us"] / 1e3,
                int(told["errors"]),
            )
    raise ValueError(f"wrk said nothing: {output[-300:]}")


def wrk_script(paths: Sequence[str], headers: Mapping[str, str]) -> str:
    """Return the Lua script that asks for the paths in turn and tells its figures in one line.

    A path or header may not hold what would end a Lua string; ValueError says so.
    """
    for text in (*paths, *headers, *headers.values()):
        if "]=]" in text or "\n" in text:
            raise ValueError(f"cannot be written in Lua: {text!r}")
    listed = ", ".join(f"[=[{path}]=]" for path in paths)
    given = "".join(f"wrk.headers[ [=[{name}]=] ] = [=[{value}]=]\n" for name, value in headers.items())
    return (
        f"local paths = {{ {listed} }}\n{given}local n = 0\n"
        "request = function()\n"
        "  n = n + 1\n"
        "  return wrk.format('GET', paths[(n - 1) % #paths + 1])\n"
        "end\n"
        "done = function(summary, latency)\n"
        "  local e = summary.errors\n"
        f"  print(string.format('{WRK_MARK}"
        + '{"requests": %d, "duration_us": %d, "p50_us": %d, "p95_us": %d, '
        """"errors": %d}', summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), """
        "e.connect + e.read + e.write + e.status + e.timeout))\n"
        "end\n"
    )
