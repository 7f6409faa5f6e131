"""What is written down of a request to the open services: enough to run them, nothing about a person.

One JSON line in the log ``geoapp.requests``: which address by its name, layer, form, status, time, bytes, and
``open`` or the user name of a department's system. Neither addresses of clients nor what they searched for.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from geoapp.core import lane

LOG = logging.getLogger("geoapp.requests")
_TOKENS_PER_SECOND = 10.0
"""A second of work costs as much as so many requests."""


class Watch:
    """Follows an answer until its last byte is out, then writes the line and calls ``done`` with the cost."""

    def __init__(
        self,
        request: HttpRequest,
        label: Callable[[], str],
        done: Callable[[float], None],
        client: str = "",
    ) -> None:
        self.request, self.label, self.done, self.client = request, label, done, client
        self.spent_s = 0.0
        self.began = time.monotonic()
        self.size = 0
        self.finished = False

    def made(self) -> None:
        """Note the time it took until the answer begins."""
        self._spend(self.began)

    def _spend(self, began: float) -> None:
        seconds = time.monotonic() - began
        self.spent_s += seconds
        if self.client:
            lane.worked(self.client, seconds)

    def follow(self, response: HttpResponseBase) -> HttpResponseBase:
        """Watch the answer."""
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _Followed(self, response.streaming_content)  # type: ignore[arg-type]
            return response
        if isinstance(response, HttpResponse):
            self.size = len(response.content)
        self.finish(response.status_code)
        return response

    def part(self, parts: Iterator[bytes]) -> bytes | None:
        """Return the next part; the time a client takes to read it is not our work."""
        with lane.turn(self.client, must=False):
            began = time.monotonic()
            try:
                part = next(parts, None)
            finally:
                self._spend(began)
        self.size += len(part or b"")
        return part

    def finish(self, status: int) -> None:
        """Write the line, charge the work, once."""
        if self.finished:
            return
        self.finished = True
        self.done(self.spent_s * _TOKENS_PER_SECOND)
        match = self.request.resolver_match
        line = {
            "service": match.view_name if match else "",
            "layer": (match.kwargs.get("collection_id") or match.kwargs.get("name") or "" if match else "")[
                :60
            ],
            "method": self.request.method,
            "status": status,
            "ms": round(self.spent_s * 1000, 1),
            "bytes": self.size,
            "client": self.label(),
        }
        LOG.info(json.dumps(line, ensure_ascii=False))


class _Followed:
    """The parts of an answer, watched; closed by the server even when nobody read them."""

    def __init__(self, watch: Watch, parts: Iterable[bytes]) -> None:
        self.watch, self.source, self.parts = watch, parts, iter(parts)

    def __iter__(self) -> _Followed:
        return self

    def __next__(self) -> bytes:
        part = self.watch.part(self.parts)
        if part is None:
            self.watch.finish(200)
            raise StopIteration
        return part

    def close(self) -> None:
        close = getattr(self.source, "close", None)
        if close:
            close()
        self.watch.finish(200)
