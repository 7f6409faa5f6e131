"""``/api/`` for people: how to connect, with lines to paste for this server; ``/api/openapi.json`` for programs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from geoapp.core.effective import day_of
from geoapp.core.open_json import open_json
from geoapp.core.throttle import spend
from geoapp.planner import api_document, connecting


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show what to paste; ``datetime`` is the day in the examples (default: the first of the year)."""
    today = timezone.localdate()
    day = day_of(request.GET.get("datetime", "") or today.replace(month=1, day=1).isoformat(), "datetime")
    base = _base(request)
    tools = [
        (tool, [(line, line.filled(base, day.isoformat())) for line in tool.lines])
        for tool in connecting.TOOLS
    ]
    context = {
        "base": base,
        "day": day.isoformat(),
        "tools": tools,
        "orders": connecting.ORDERS,
        "operations": api_document.table(api_document.describe(base)),
        "limits": connecting,
        "per_minute": settings.GEOAPP_RATE_PER_MINUTE,
    }
    return render(request, "planner/connecting.html", context)


@open_json("GET")
def openapi(request: HttpRequest) -> JsonResponse:
    """Describe the JSON interfaces; anybody's documentation page may read it."""
    spend(request)
    return JsonResponse(
        api_document.describe(_base(request)),
        content_type=api_document.MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
