"""Around every open service: CORS, who asks, what it costs, how long it may take, gzip, the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from geoapp.core.errors import AppError
from geoapp.core.throttle import charge, enter, leave, spend
from geoapp.ogc import clients, journal, packing

_EXPOSED = "Content-Crs, ETag, Content-Language, Retry-After, Tile-Features-Omitted, Link"


def preflight(methods: Sequence[str], headers: str) -> HttpResponse:
    """Answer OPTIONS: any site may call, with a token if it has one."""
    response = HttpResponse(status=204, headers={"Allow": ", ".join(methods)})
    response["Access-Control-Allow-Methods"] = ", ".join(methods)
    response["Access-Control-Allow-Headers"] = headers
    response["Access-Control-Max-Age"] = "86400"
    return response


def conducted(
    request: HttpRequest,
    answer: Callable[[], HttpResponseBase],
    refusal: Callable[[AppError], HttpResponseBase],
) -> HttpResponseBase:
    """Answer a request in good order.

    ``answer`` makes the answer, ``refusal`` tells an error in the words of the service. A client takes a slot until
    its answer is made (a slow reader holds none) and pays for the time it took.
    """
    response: HttpResponseBase
    key, allowed, label = "", None, "unknown"
    try:
        client = clients.client_of(request)
        key, allowed, label = client.key, client.per_minute, client.label
        spend(request, client=key, per_minute=allowed)
        enter(key, settings.GEOAPP_REQUESTS_AT_ONCE)
    except AppError as error:
        return _open(packing.pack(request, refusal(error)))
    pay = partial(charge, request, client=key, per_minute=allowed)
    watch = journal.Watch(request, lambda: label, pay)
    try:
        response = answer()
    except AppError as error:
        response = refusal(error)
    finally:
        leave(key)
    return _open(watch.follow(packing.pack(request, response)))


def _open(response: HttpResponseBase) -> HttpResponseBase:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = _EXPOSED
    patch_vary_headers(response, ("Authorization",))
    return response


def headed(response: HttpResponseBase, error: AppError) -> HttpResponseBase:
    """Add the headers an error asks for."""
    for name, value in error.headers().items():
        response[name] = value
    return response
