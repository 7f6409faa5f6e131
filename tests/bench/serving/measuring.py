"""One round of one kind of request: processor time of requests one after the other, then requests a second under wrk."""

from __future__ import annotations

import http.client
import itertools
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.serving.figures import Round, Wall, read_wrk, wrk_script
from tests.bench.serving.kinds import Asked
from tests.bench.serving.processes import Meter

CONNECTIONS = 4
LEAST_REQUESTS, MOST_REQUESTS = 6, 2_000
ENOUGH_CPU_S, LONGEST_S = 0.6, 20.0
"""Processor time at which a round ends (ticks are 10 ms), and how long it may take on a busy machine."""
ANSWER_SECONDS = 120


class NoFigure(Exception):
    """A kind could not be measured at a server in a round."""


@dataclass
class Client:
    """A client on loopback with one connection that it keeps."""

    base: str

    def __post_init__(self) -> None:
        """Prepare the connection."""
        self.host = urlsplit(self.base).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=ANSWER_SECONDS)

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, str]:
        """Return status, body and ETag."""
        for attempt in (1, 2):
            try:
                self.connection.request("GET", path, headers=headers or {})
                response = self.connection.getresponse()
                return response.status, response.read(), response.getheader("ETag") or ""
            except (http.client.HTTPException, OSError):
                self.connection.close()  # it was closed while idle
                if attempt == 2:
                    raise
        raise AssertionError

    def body(self, path: str) -> bytes:
        """Return the body of a good answer. Raises ValueError for any other."""
        status, body, _etag = self.get(path)
        if status != 200 or not body:
            raise ValueError(f"{status} {body[:200].decode(errors='replace')}")
        return body

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


def headers_of(client: Client, asked: Asked) -> tuple[dict[str, str], int]:
    """Return the headers to send for a kind, and the status that is right."""
    if not asked.tagged:
        return {}, 200
    _status, _body, etag = client.get(asked.paths[0])
    if not etag:
        raise NoFigure(f"{asked.paths[0]} 没有 ETag")
    return {"If-None-Match": etag}, 304


def warm(client: Client, asked: Asked) -> None:
    """Ask for every path once. Raises NoFigure when an answer is not the right one."""
    headers, right = headers_of(client, asked)
    for path in asked.paths:
        status, _body, _etag = client.get(path, headers)
        if status != right:
            raise NoFigure(f"{path}: {status}，应为 {right}")


def measure(client: Client, asked: Asked, meter: Meter, seconds: float, work: Path) -> Round:
    """Measure a round; ``seconds`` is how long wrk runs. Raises NoFigure when nothing good came back."""
    headers, right = headers_of(client, asked)
    cpu_ms = _processor_ms(client, asked, meter, headers, right)
    wall = _wrk(client, asked, headers, seconds, work)
    return Round(cpu_ms, wall.rate, wall.p50_ms, wall.p95_ms, os.getloadavg()[0])


def _processor_ms(client: Client, asked: Asked, meter: Meter, headers: dict[str, str], right: int) -> float:
    """Return processor time a request: of as many, one after the other, as the clock's ticks need to tell it apart."""
    paths = itertools.cycle(asked.paths)
    before, begin = meter.seconds(), time.monotonic()
    many, batch = 0, max(LEAST_REQUESTS, len(asked.paths))
    while True:
        for path in itertools.islice(paths, batch):
            status, _body, _etag = client.get(path, headers)
            if status != right:
                raise NoFigure(f"{path}: {status}，应为 {right}")
        many += batch
        spent = meter.seconds() - before
        if spent >= ENOUGH_CPU_S or many >= MOST_REQUESTS or time.monotonic() - begin > LONGEST_S:
            return spent / many * 1000
        batch = min(batch * 2, MOST_REQUESTS - many)


def _wrk(client: Client, asked: Asked, headers: dict[str, str], seconds: float, work: Path) -> Wall:
    """Run wrk; on a busy machine, where hardly anything was answered in time, again for longer."""
    script = work / "wrk.lua"
    script.write_text(wrk_script(asked.paths, headers), encoding="utf-8")
    for lasting in (seconds, seconds * 4, seconds * 16):
        command = [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{lasting:.0f}s",
            "--timeout",
            "60s",
            "-s",
            str(script),
        ]
        done = subprocess.run(
            [*command, client.base], capture_output=True, text=True, timeout=lasting + 120, check=True
        )
        wall = read_wrk(done.stdout)
        if wall.errors:
            raise NoFigure(f"wrk：{asked.paths[0]} 出错 {wall.errors} 次")
        if wall.requests >= 2 * CONNECTIONS:
            break
    if not wall.requests:
        raise NoFigure(f"wrk：{asked.paths[0]} 在 {lasting:.0f} 秒内没有完成一次")
    return wall
