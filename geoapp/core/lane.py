"""One lane for clients that ask a lot: who worked the service hard a moment ago waits for the others who do.

Each client has some seconds of work that cost nobody anything, and they come back slowly. Who used them up takes turns:
so many at once on this machine, whatever the number of processes (a lock on a file, which the system gives back when a
process dies). The lane holds while an answer is worked on, not while it is read. In each process only some requests of
such clients are let in, so that everybody else always finds a thread.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.utils.translation import gettext as _

from geoapp.core.errors import TooMany

_WORKED: OrderedDict[str, tuple[float, float]] = OrderedDict()
_INSIDE: Counter[str] = Counter()
_LOCK = Lock()
_KEPT = 10_000
_LOOK_S = 0.02
_LONGEST_S = 10.0
"""Waiting for a turn."""
_OWN, _ALL = 2, 4
"""Requests of one heavy client, and of all of them, that a process lets in at once: half of its eight threads."""


def _left(client: str, now: float) -> float:
    left, at = _WORKED.get(client, (settings.GEOAPP_FREE_WORK_S, now))
    return float(min(settings.GEOAPP_FREE_WORK_S, left + (now - at) * settings.GEOAPP_FREE_WORK_SHARE))


def is_heavy(client: str) -> bool:
    """Say whether a client has used up the work that is free."""
    with _LOCK:
        return _left(client, time.monotonic()) <= 0


def worked(client: str, seconds: float) -> None:
    """Note work done for a client; at most a minute of it is held against it."""
    now = time.monotonic()
    with _LOCK:
        left = max(_left(client, now) - seconds, -60 * settings.GEOAPP_FREE_WORK_SHARE)
        _WORKED.pop(client, None)
        _WORKED[client] = (left, now)
        while len(_WORKED) > _KEPT:
            _WORKED.popitem(last=False)


class Place:
    """A heavy client's place in this process until its answer is out; for everybody else it is nothing."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.held = False
        if not is_heavy(client):
            return
        with _LOCK:
            if _INSIDE[client] >= _OWN or _INSIDE.total() >= _ALL:
                raise _full()
            _INSIDE[client] += 1
        self.held = True

    def leave(self) -> None:
        """Give it back; a second time does nothing."""
        with _LOCK:
            if self.held:
                self.held = False
                _INSIDE[self.client] -= 1
                if _INSIDE[self.client] <= 0:
                    del _INSIDE[self.client]


def _full() -> TooMany:
    return TooMany(
        _("您近来的请求很费时，现在须排队"),
        remedy=_("请一个接一个地请求，缩小每次的范围，或用下载取整个图层"),
        retry_after_s=2,
    )


@contextmanager
def turn(client: str, *, must: bool = True) -> Iterator[None]:
    """Work in turn when the client is heavy. Raises TooMany after ten seconds; goes on then unless it ``must``."""
    if not is_heavy(client):
        yield
        return
    until = time.monotonic() + _LONGEST_S
    while (taken := _take()) is None:
        if time.monotonic() > until:
            if must:
                raise _full()
            break
        time.sleep(_LOOK_S)
    try:
        yield
    finally:
        if taken is not None:
            os.close(taken)  # closing gives the lock back


def _take() -> int | None:
    """Return the open file of a free lane, None when there is none."""
    folder = Path(settings.STATE_DIR) / "lane"
    folder.mkdir(exist_ok=True)
    for number in range(settings.GEOAPP_HEAVY_AT_ONCE):
        opened = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(opened)
        except BaseException:
            os.close(opened)
            raise
        else:
            return opened
    return None


def forget() -> None:
    """Forgive everybody (tests)."""
    with _LOCK:
        _WORKED.clear()
        _INSIDE.clear()
