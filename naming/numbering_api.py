"""JSON: which number a new door gets (``GET /api/addresses/suggest``). Coordinates are CRS84 lon/lat."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

import shapely
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from boundaries import register
from geoapp.core import frame, wording
from geoapp.core.effective import day_of
from geoapp.core.errors import BadRequest, NotFound
from geoapp.core.geometry import to_geojson
from geoapp.core.open_json import open_json
from geoapp.core.throttle import spend
from naming.addressing.numbering.note import Finding, Note
from naming.addressing.numbering.words import say
from naming.api import answer
from naming.numbering import Answer, city_profile, secret_doors, suggest


@open_json("GET")
def suggest_number(request: HttpRequest) -> JsonResponse:
    """Return number, sub-number and side for a door on a street, with the reasons and other possibilities.

    Parameters: ``street`` (UUID), ``lon``, ``lat``, and ``on`` (default today). Nothing is reserved by asking.
    """
    spend(request, cost=2)
    try:
        street = UUID(request.GET.get("street", ""))
    except ValueError:
        raise BadRequest(
            _("street 应是街路巷的编号"), field="street", remedy=_("请用查询结果中的 id（UUID）")
        ) from None
    try:
        lon, lat = float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))
        point = frame.to_frame(shapely.Point(lon, lat)) if abs(lon) <= 180 and abs(lat) <= 90 else None
    except ValueError:
        point = None
    if point is None or not (math.isfinite(point.x) and math.isfinite(point.y)):
        raise BadRequest(_("lon 与 lat 应是经纬度"), field="lon", remedy=_("如 lon=113.1&lat=23.0"))
    on = day_of(request.GET.get("on", ""), "on")
    outline = register.city_outline(on)
    if outline is None or not outline.covers(point):
        raise NotFound(_("这一点不在本市范围内"), field="lon", remedy=_("请核对经纬度顺序：先经后纬"))
    # A secret door holds its number, but nobody is told that it is there.
    return answer(_as_json(suggest(street, (point.x, point.y), on, besides=secret_doors([street]))))


def _words(note: Note) -> str:
    return say(note, english=wording.english())


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": _words(finding.note),
        "addresses": list(finding.doors),
        "geometry": to_geojson(shapely.Point(finding.at)) if finding.at else None,
    }


def _as_json(found: Answer) -> dict[str, Any]:
    return {
        "street": str(found.street),
        "number": found.number,
        "sub_number": found.sub_number,
        "side": found.side,
        "measure_m": found.measure_m,
        "offset_m": found.offset_m,
        "explanation": [{"id": step.id, "text": _words(step)} for step in found.steps],
        "findings": [_finding(f) for f in found.findings],
        "alternatives": [
            {"number": a.number, "sub_number": a.sub_number, "text": _words(a.note)}
            for a in found.alternatives
        ],
        "profile": {"name": city_profile().label, "source_status": city_profile().source_status},
    }
