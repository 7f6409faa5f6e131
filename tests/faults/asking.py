"""One request over a connection of its own, from a loopback address of its own, with what it took."""

from __future__ import annotations

import http.client
import time
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

READER, ATTACKER, OTHER = "127.0.0.3", "127.0.0.2", "127.0.0.4"
"""Clients are told apart by their addresses; all of 127/8 is this machine."""
_KEPT = 100_000


@dataclass(frozen=True)
class Wish:
    """A request to make: its path with parameters, or a body to post."""

    name: str
    path: str
    parameters: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    kind: str = "text/xml"

    @property
    def target(self) -> str:
        """Return the path with its parameters."""
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers, the beginning of the body, how many bytes in how many seconds."""

    status: int
    headers: dict[str, str]
    body: bytes
    size: int
    first_s: float
    whole_s: float


def ask(
    url: str, wish: Wish, source: str = ATTACKER, timeout: float = 90.0, until: float = float("inf")
) -> Answer:
    """Make a request and read its answer to the end, or until a moment of the monotonic clock."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(
        place.hostname or "", place.port, timeout=timeout, source_address=(source, 0)
    )
    began = time.perf_counter()
    try:
        headers = {"Content-Type": wish.kind} if wish.body is not None else {}
        method = "GET" if wish.body is None else "POST"
        with suppress(
            BrokenPipeError, ConnectionResetError
        ):  # refused before all was sent: there is an answer
            connection.request(method, wish.target, body=wish.body, headers=headers)
        response = connection.getresponse()
        first = time.perf_counter() - began
        body, size = b"", 0
        while part := response.read(65_536):
            size += len(part)
            body += part if len(body) < _KEPT else b""
            if time.monotonic() > until:
                break
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, body, size, first, time.perf_counter() - began)
    finally:
        connection.close()
