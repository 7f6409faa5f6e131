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

LOG = logging.getLogger("geoapp.requests")
_TOKENS_PER_SECOND = 10.0
"""A second of work costs as much as so many requests."""


class Watch:
    """Follows an answer until its last byte is out, then writes the line and calls ``done`` with the cost."""

    def __init__(self, request: HttpRequest, label: Callable[[], str], done: Callable[[float], None]) -> None:
        self.request, self.label, self.done = request, label, done
        self.spent_s = 0.0
        self.began = time.monotonic()
        self.size = 0

    def follow(self, response: HttpResponseBase) -> HttpResponseBase:
        """Watch the answer."""
        self.spent_s = time.monotonic() - self.began
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = self._counted(response.streaming_content)  # type: ignore[arg-type]
            return response
        if isinstance(response, HttpResponse):
            self.size = len(response.content)
        self.finish(response.status_code)
        return response

    def _counted(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        """Pass parts on; the time a client takes to read them is not our work."""
        found = iter(parts)
        try:
            while True:
                began = time.monotonic()
                part = next(found, None)
                self.spent_s += time.monotonic() - began
                if part is None:
                    break
                self.size += len(part)
                yield part
        finally:
            close = getattr(parts, "close", None)
            if close:
                close()
            self.finish(200)

    def finish(self, status: int) -> None:
        """Write the line, charge the work."""
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
