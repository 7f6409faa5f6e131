"""GeoJSON for the maps of pages."""

from __future__ import annotations

import json
from typing import Any

from django.http import JsonResponse

GEOJSON = "application/geo+json; charset=utf-8"


def answer_features(features: list[dict[str, Any]]) -> JsonResponse:
    """Answer features (CRS84 lon/lat) as a collection."""
    return answer_geojson({"type": "FeatureCollection", "features": features})


def answer_geojson(document: dict[str, Any]) -> JsonResponse:
    """Answer a GeoJSON document; place names stay readable."""
    return JsonResponse(document, content_type=GEOJSON, json_dumps_params={"ensure_ascii": False})


def answer_row(row: Any, properties: dict[str, Any]) -> JsonResponse:
    """Answer one published row as a feature (CRS84 lon/lat)."""
    return answer_geojson(
        {
            "type": "Feature",
            "id": str(row.id),
            "geometry": json.loads(row.geom.geojson),
            "properties": {"name": row.name, "unit": row.unit, "synthetic": row.synthetic, **properties},
        }
    )
