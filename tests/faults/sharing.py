"""Readers who go about their business, and somebody who asks for all that is expensive, at the same time."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Thread

from tests.faults.asking import ATTACKER, Wish, ask
from tests.faults.expensive import expensive
from tests.faults.loading import address, place

READERS = 8
_PAUSE_S = 0.3
ROWS = 100
"""A reader's box is so many addresses wide."""


@dataclass
class Times:
    """Seconds of the readers' requests by what they asked for, and the statuses they got."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)

    def percentile(self, part: float, name: str = "") -> float:
        """Return a percentile of one kind of request, or of all, seconds."""
        found = sorted(s for kind, times in self.seconds.items() if name in {"", kind} for s in times)
        return found[min(len(found) - 1, int(part * len(found)))]


def ordinary(choice: random.Random, addresses: int) -> Wish:
    """Return what a reader asks for: one address by its id, a small box, a tile."""
    number = choice.randrange(1, addresses)
    lon, lat = place(number)
    kind = choice.choice(["by id", "small box", "tile"])
    if kind == "by id":
        return Wish(kind, f"/ogc/collections/addresses/items/{address(number)}", {"f": "json"})
    if kind == "small box":
        box = f"{lon},{lat},{lon + 0.004},{lat + 0.004}"
        return Wish(kind, "/ogc/collections/addresses/items", {"bbox": box, "limit": "50", "f": "json"})
    column = int((lon + 180) / 360 * 2**16)
    row = int(28_400 + choice.random() * 60)
    return Wish(kind, f"/ogc/collections/addresses/tiles/WebMercatorQuad/16/{row}/{column}")


def read(url: str, seconds: float, addresses: int, seed: int = 1) -> Times:
    """Let eight readers, each at an address of its own, ask for ordinary things for a while."""
    found, until = Times(), time.monotonic() + seconds

    def reader(number: int) -> None:
        choice = random.Random(seed * 100 + number)
        while time.monotonic() < until:
            wish = ordinary(choice, addresses)
            answer = ask(url, wish, f"127.0.1.{number + 1}")
            found.statuses[answer.status] += 1
            found.seconds.setdefault(wish.name, []).append(answer.whole_s)
            time.sleep(_PAUSE_S * (0.5 + choice.random()))

    threads = [Thread(target=reader, args=(n,)) for n in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _attack(url: str, seconds: float, at_once: int, told: multiprocessing.Queue[Counter[str]]) -> None:
    wishes, until, found = expensive(), time.monotonic() + seconds, Counter[str]()

    def attacker(number: int) -> None:
        choice = random.Random(number)
        while time.monotonic() < until:
            try:
                left = until - time.monotonic()
                answer = ask(url, choice.choice(wishes), ATTACKER, left + 1, until)
            except OSError:
                found["no answer"] += 1
                continue
            found[str(answer.status)] += 1
            if answer.status in {429, 503}:
                found["with Retry-After"] += "retry-after" in answer.headers
                time.sleep(0.05)  # it does not wait as long as it is told to

    threads = [Thread(target=attacker, args=(n,)) for n in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(found)


class Attack:
    """An attacker in a process of its own, asking for expensive things so many at once for some seconds."""

    def __init__(self, url: str, seconds: float, at_once: int = 4) -> None:
        kind = multiprocessing.get_context("spawn")
        self.told = kind.Queue()
        self.process = kind.Process(target=_attack, args=(url, seconds, at_once, self.told))
        self.process.start()

    def end(self) -> Counter[str]:
        """Wait for its last answer; return the statuses it got."""
        found: Counter[str] = self.told.get(timeout=180)
        self.process.join(30)
        return found
