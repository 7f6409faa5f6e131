"""Where a renaming begins: look for the street that shall be called otherwise."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from geoapp.core.effective import in_force
from geoapp.planner.views.plan import case_of_request
from naming.models import AddressVersion, PlaceNameVersion, StreetVersion
from naming.search import search

MOST = 20


@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Find a registered street by name, old name, pinyin or initials; each leads to the form of its renaming."""
    text = request.GET.get("q", "").strip()[:60]
    case = case_of_request(request)
    context = {"q": text, "streets": _streets(text), "case": case}
    return render(request, "planner/renaming_find.html", context)


def _streets(text: str) -> list[dict[str, Any]]:
    on = timezone.localdate()
    hits = [row for row in search(text, limit=4 * MOST) if row["type"] == "street"]
    ids = list(dict.fromkeys(UUID(str(row["id"])) for row in hits))[:MOST]
    names = {
        row.place_id: row
        for row in in_force(PlaceNameVersion.objects.filter(place_id__in=ids, place__category="STR"), on)
    }
    where = dict(
        in_force(StreetVersion.objects.filter(place_id__in=ids), on).values_list("place_id", "where")
    )
    doors = in_force(AddressVersion.objects.filter(street_id__in=ids), on).order_by()
    counts: dict[UUID, int] = {}
    for street in doors.values_list("street_id", flat=True):
        counts[street] = counts.get(street, 0) + 1
    asked = {UUID(str(row["id"])): row["name"] for row in reversed(hits)}
    return [
        {
            "id": ident,
            "name": names[ident].name,
            "pinyin": names[ident].pinyin_std,
            "where": where[ident],
            "doors": counts.get(ident, 0),
            "former": asked[ident] if asked[ident] != names[ident].name else "",
        }
        for ident in ids
        if ident in names and ident in where
    ]
