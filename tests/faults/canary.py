"""A server on loopback that nobody should ever call: it counts who does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread


@dataclass
class Canary:
    """Where it sits, and what was sent to it."""

    port: int
    hits: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def canary() -> Iterator[Canary]:
    """Run one."""
    found = Canary(0)

    class Sing(BaseRequestHandler):
        def handle(self) -> None:
            found.hits.append(self.request.recv(1000))
            self.request.sendall(b"HTTP/1.0 200 OK\r\n\r\n<!ENTITY x 'x'>")

    with ThreadingTCPServer(("127.0.0.1", 0), Sing) as server:
        found.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
