"""What anybody may read: search, entry pages of names, health."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from boundaries.models import PublishedCommunity
from geoapp.core import roles
from geoapp.core.database import index_faults
from geoapp.core.errors import NotFound
from geoapp.core.models import Announcement, PublishedNotice
from geoapp.planner.views.features import answer_row
from naming.models import PlaceNameVersion, PublishedStreet
from naming.search import search

_PAGES = {"street": "planner:entry", "unit": "planner:unit", "address": "planner:address"}


def _linked(result: dict[str, Any]) -> dict[str, Any]:
    page = _PAGES.get(result["type"])
    now = result["now"]
    return result | {
        "url": reverse(page, args=[result["id"]]) if page else "",
        "now_url": reverse(page, args=[now["id"]]) if page and now else "",
    }


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """One search box and the map; works as a plain form."""
    query = request.GET.get("q", "")
    today = timezone.localdate()
    notices = PublishedNotice.objects.filter(act_out__isnull=True, ends__gte=today).order_by("ends", "name")
    counts = {
        "streets": PublishedStreet.objects.filter(act_out__isnull=True, valid_to__isnull=True).count(),
        "communities": PublishedCommunity.objects.filter(act_out__isnull=True, valid_to__isnull=True).count(),
    }
    results = [_linked(r) for r in search(query, limit=30)] if query.strip() else []
    context = {"query": query, "results": results, "notices": notices[:6], "counts": counts}
    return render(request, "planner/home.html", context)


def _street_rows(place_id: UUID) -> list[PublishedStreet]:
    rows = list(PublishedStreet.objects.filter(id=place_id, act_out__isnull=True).order_by("valid_from"))
    if not rows:
        raise NotFound(_("没有公布过这个地名"), remedy=_("请从首页搜索名称；尚未公告的名称不对外显示"))
    return rows


def _current(rows: list[Any]) -> Any:
    today = timezone.localdate()
    standing = [r for r in rows if r.valid_from <= today and (r.valid_to is None or r.valid_to > today)]
    return (standing or rows)[-1]


@require_GET
def entry(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """The page of a street: name, reading, meaning, extent, approval and what it was called before."""
    rows = _street_rows(place_id)
    found = Announcement.objects.filter(item__subject_id=place_id).select_related("item__case")
    announcement = found.order_by("-announced_on", "-id").first()
    today = timezone.localdate()
    for row in rows:
        row.in_force = row.valid_from <= today and (row.valid_to is None or row.valid_to > today)
        row.state_words = _state_words(row, today)
    current = _current(rows)
    context = {
        "street": current,
        "history": rows,
        "announcement": announcement,
        "former": _former(rows, current, today),
        "may_plan": "applicant" in roles.roles_of(roles.grants(request.user, today)),  # type: ignore[arg-type]
    }
    return render(request, "planner/entry.html", context)


def _former(rows: list[PublishedStreet], current: PublishedStreet, today: date) -> list[PublishedStreet]:
    """Return the last row of every earlier name of a street, the latest name first."""
    past = {r.name: r for r in rows if r.name != current.name and r.valid_to and r.valid_to <= today}
    return sorted(past.values(), key=lambda r: r.valid_from, reverse=True)


def _state_words(row: PublishedStreet, today: date) -> str:
    """Return how a published row stands today, as people say it."""
    if row.valid_from > today:
        return _("将于 %(day)s 起生效") % {"day": row.valid_from}
    if row.valid_to is not None and row.valid_to <= today:
        return _("已于 %(day)s 停用") % {"day": row.valid_to}
    return str(PlaceNameVersion.UseState(row.status).label)


@require_GET
def entry_geojson(request: HttpRequest, place_id: UUID) -> JsonResponse:
    """The street as one GeoJSON feature (CRS84 lon/lat)."""
    row = _current(_street_rows(place_id))
    return answer_row(
        row,
        {"pinyin": row.pinyin, "valid_from": str(row.valid_from), "length_m": row.length_m, "kind": row.kind},
    )


@require_GET
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_GET
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers and every spatial index is on."""
    try:
        connection.ensure_connection()
        faults = index_faults()
    except DatabaseError as error:
        return JsonResponse({"status": "down", "faults": [type(error).__name__]}, status=503)
    status = 503 if faults else 200
    return JsonResponse({"status": "degraded" if faults else "ok", "faults": faults}, status=status)
