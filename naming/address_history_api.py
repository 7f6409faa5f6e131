"""JSON of one address on a day, as known at a moment. Coordinates are CRS84 lon/lat."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, JsonResponse

from geoapp.core.effective import day_of
from geoapp.core.open_json import open_json
from geoapp.core.throttle import spend
from naming import address_history
from naming.api import answer


@open_json("GET")
def address(request: HttpRequest, address_id: UUID) -> JsonResponse:
    """Return the address as it was law on ``on`` (today) and as the register knew it at ``known-at`` (now)."""
    spend(request)
    on = day_of(request.GET.get("on", ""), "on")
    moment = address_history.moment_of(request.GET.get("known-at", ""))
    return answer(address_history.answer(address_id, on, moment))
