"""A bound on how often one client may ask the open interfaces: a token bucket per address, in this process."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from geoapp.core.errors import TooMany

_BUCKETS: OrderedDict[str, tuple[float, float]] = OrderedDict()
_LOCK = Lock()
_KEPT = 10_000


def spend(request: HttpRequest, *, cost: float = 1.0, now: float | None = None) -> None:
    """Take ``cost`` tokens from the client's bucket. Raises TooMany (429) when it is empty."""
    per_minute = float(settings.GEOAPP_RATE_PER_MINUTE)
    client = request.META.get("REMOTE_ADDR", "")
    now = time.monotonic() if now is None else now
    with _LOCK:
        left, at = _BUCKETS.pop(client, (per_minute, now))
        left = min(per_minute, left + (now - at) * per_minute / 60) - cost
        _BUCKETS[client] = (max(left, -1.0), now)
        while len(_BUCKETS) > _KEPT:
            _BUCKETS.popitem(last=False)
    if left < 0:
        raise TooMany(
            _("请求过于频繁"), remedy=_("每分钟最多 %(limit).0f 次，请稍候再试") % {"limit": per_minute}
        )
