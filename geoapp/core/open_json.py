"""Open JSON addresses: any site's page may call them, without cookies (Fetch Standard, CORS protocol)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponseBase]
_EXPOSED = "Content-Language, Retry-After"
_TAKEN = "Accept, Content-Type"


def open_json(*methods: str) -> Callable[[View], View]:
    """Open a view for these methods; HEAD goes with GET, OPTIONS is answered here and costs nothing."""
    allowed = [*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]

    def opened(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.open_to_sites = True  # type: ignore[attr-defined]
            if request.method == "OPTIONS":
                told = ", ".join(allowed)
                headers = {"Allow": told, "Access-Control-Allow-Methods": told}
                headers |= {"Access-Control-Allow-Headers": _TAKEN, "Access-Control-Max-Age": "86400"}
                return HttpResponse(status=204, headers=headers)
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return view(request, *args, **kwargs)

        return csrf_exempt(answer) if "POST" in methods else answer

    return opened


def open_to_sites(request: HttpRequest, response: HttpResponse) -> None:
    """Let any site read an answer of an open address, refusals too; called for every answer."""
    if getattr(request, "open_to_sites", False):
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = _EXPOSED
