"""A department's receiver: a real HTTP server on loopback that takes, fails, hangs, drips, redirects or forgets."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    """A message as it arrived."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What arrived, and how the next messages are met: a status, or ``hang``, ``drip``, ``break``, ``redirect``.

    ``break`` takes the message and closes without an answer, as a receiver that dies after its own commit.
    """

    port: int = 0
    moods: list[object] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    others: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?x=1"


def serve(receiver: Receiver) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(Received(dict(self.headers.items()), body))
            mood = receiver.moods.pop(0) if receiver.moods else 204
            self.close_connection = True
            if mood == "hang":
                time.sleep(3)
            elif mood == "drip":
                for letter in b"HTTP/1.1 2" + b"0" * 40:
                    self.wfile.write(bytes([letter]))
                    self.wfile.flush()
                    time.sleep(0.1)
            elif mood == "redirect":
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif mood != "break":
                self.send_response(int(mood))
                self.send_header("Content-Length", "0")
                self.end_headers()

        def do_GET(self):
            receiver.others += 1
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

        def handle(self):
            with suppress(OSError):  # the other side gave up
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *args: None
    receiver.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
