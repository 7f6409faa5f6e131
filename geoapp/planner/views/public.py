"""What anybody may read: search, entry pages of names and units, health."""

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

from boundaries.models import PublishedCommunity, PublishedDistrict, PublishedTown, Unit, UnitVersion
from geoapp.core.database import index_faults
from geoapp.core.effective import known
from geoapp.core.errors import NotFound
from geoapp.core.models import Announcement, PublishedNotice
from geoapp.planner.views.features import answer_geojson
from naming.models import PlaceNameVersion, PublishedStreet
from naming.search import search


def _linked(result: dict[str, Any]) -> dict[str, Any]:
    url = ""
    if result["type"] == "street":
        url = reverse("planner:entry", args=[result["id"]])
    elif result["type"] == "unit":
        url = reverse("planner:unit", args=[result["id"]])
    return result | {"url": url}


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
    announcement = Announcement.objects.filter(item__subject_id=place_id).select_related("item__case").first()
    today = timezone.localdate()
    for row in rows:
        row.in_force = row.valid_from <= today and (row.valid_to is None or row.valid_to > today)
        row.state_words = _state_words(row, today)
    context = {"street": _current(rows), "history": rows, "announcement": announcement}
    return render(request, "planner/entry.html", context)


def _state_words(row: PublishedStreet, today: date) -> str:
    """Return how a published row stands today, as people say it."""
    if row.valid_from > today:
        return _("将于 %(day)s 起生效") % {"day": row.valid_from}
    if row.valid_to is not None and row.valid_to <= today:
        return _("已于 %(day)s 停用") % {"day": row.valid_to}
    return str(PlaceNameVersion.UseState(row.status).label)


def _feature(row: Any, properties: dict[str, Any]) -> JsonResponse:
    import json

    body = {
        "type": "Feature",
        "id": str(row.id),
        "geometry": json.loads(row.geom.geojson),
        "properties": {"name": row.name, "unit": row.unit, "synthetic": row.synthetic, **properties},
    }
    return answer_geojson(body)


@require_GET
def entry_geojson(request: HttpRequest, place_id: UUID) -> JsonResponse:
    """The street as one GeoJSON feature (CRS84 lon/lat)."""
    row = _current(_street_rows(place_id))
    return _feature(
        row,
        {"pinyin": row.pinyin, "valid_from": str(row.valid_from), "length_m": row.length_m, "kind": row.kind},
    )


_UNIT_LAYERS = {"community": PublishedCommunity, "town": PublishedTown, "district": PublishedDistrict}


@require_GET
def unit(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    """The page of a unit: name, code, kind, parent, land."""
    versions = list(
        known(UnitVersion.objects.filter(unit_id=unit_id)).select_related("unit").order_by("valid_from")
    )
    if not versions:
        raise NotFound(_("没有这个区划单位"), remedy=_("请从首页搜索名称"))
    current = _current(versions)
    parent = known(UnitVersion.objects.filter(unit_id=current.parent_id)).order_by("valid_from").last()
    children = known(UnitVersion.objects.filter(parent_id=unit_id)).order_by("code")
    context = {"unit": current, "versions": versions, "parent": parent, "children": children}
    return render(request, "planner/unit.html", context)


@require_GET
def unit_geojson(request: HttpRequest, unit_id: UUID) -> JsonResponse:
    """The unit as one GeoJSON feature (CRS84 lon/lat)."""
    level = Unit.objects.filter(pk=unit_id).values_list("level", flat=True).first()
    rows = (
        list(_UNIT_LAYERS[level].objects.filter(id=unit_id, act_out__isnull=True).order_by("valid_from"))
        if level
        else []
    )
    if not rows:
        raise NotFound(_("这个单位没有公布的范围"), remedy=_("虚拟社区没有地域范围"))
    row = _current(rows)
    return _feature(row, {"code": row.code, "kind": row.kind, "valid_from": str(row.valid_from)})


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
