"""Bounds on what one client may ask of the open interfaces, in this process: a token bucket, and slots for work.

A request costs one token when it begins and more by the time it really took; a client with an empty bucket waits.
At most some requests of a client are worked on at once, so that the rest of the server stays free for others.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from threading import Lock

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from geoapp.core.errors import TooMany

_BUCKETS: OrderedDict[str, tuple[float, float]] = OrderedDict()
_BUSY: Counter[str] = Counter()
_LOCK = Lock()
_KEPT = 10_000
_DEEPEST = -120.0
"""A single long request never keeps a client waiting for more than some minutes."""


def address_of(request: HttpRequest) -> str:
    """Return what tells clients apart that have not signed in."""
    return str(request.META.get("REMOTE_ADDR", ""))


def spend(
    request: HttpRequest,
    *,
    cost: float = 1.0,
    now: float | None = None,
    client: str = "",
    per_minute: float | None = None,
) -> None:
    """Take ``cost`` tokens from the client's bucket. Raises TooMany (429) when it is empty."""
    allowed = float(settings.GEOAPP_RATE_PER_MINUTE) if per_minute is None else per_minute
    left = _take(client or address_of(request), cost, allowed, now)
    if left < 0:
        seconds = max(1, round(-left * 60 / allowed))
        raise TooMany(
            _("请求过于频繁"),
            remedy=_("每分钟最多 %(limit).0f 次，请稍候再试") % {"limit": allowed},
            retry_after_s=seconds,
        )


def charge(request: HttpRequest, cost: float, *, client: str = "", per_minute: float | None = None) -> None:
    """Take the cost of work already done; the client waits later."""
    allowed = float(settings.GEOAPP_RATE_PER_MINUTE) if per_minute is None else per_minute
    _take(client or address_of(request), cost, allowed, None, floor=_DEEPEST)


def _take(
    client: str, cost: float, per_minute: float, now: float | None, floor: float | None = None
) -> float:
    """Take tokens and return what is left; without ``floor`` a bucket that does not hold them keeps what it has."""
    now = time.monotonic() if now is None else now
    with _LOCK:
        held, at = _BUCKETS.pop(client, (per_minute, now))
        held = min(per_minute, held + (now - at) * per_minute / 60)
        left = held - cost
        kept = max(left, floor) if floor is not None else left if left >= 0 else held
        _BUCKETS[client] = (kept, now)
        while len(_BUCKETS) > _KEPT:
            _BUCKETS.popitem(last=False)
    return left


def enter(client: str, most: int) -> None:
    """Take one of a client's slots for work. Raises TooMany when all are taken; give it back with ``leave``."""
    with _LOCK:
        if _BUSY[client] >= most:
            raise TooMany(
                _("同时进行的请求过多"),
                remedy=_("同时最多 %(most)d 个，请等前面的完成") % {"most": most},
                retry_after_s=1,
            )
        _BUSY[client] += 1


def leave(client: str) -> None:
    """Give a slot back."""
    with _LOCK:
        _BUSY[client] -= 1
        if _BUSY[client] <= 0:
            del _BUSY[client]


def forget() -> None:
    """Fill every bucket and free every slot (tests)."""
    with _LOCK:
        _BUCKETS.clear()
        _BUSY.clear()
