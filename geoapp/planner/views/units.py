"""The page of a unit: what it was on a day, what it was called and coded before, what it came from and became."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from boundaries.checks.names import place_name
from boundaries.directions import four_bounds
from boundaries.editions import InferredAct
from boundaries.ground import land_beside
from boundaries.history import inferences
from boundaries.lineage import code_history, lineage_graph, resolve
from boundaries.models import PublishedCommunity, PublishedDistrict, PublishedTown, Unit, UnitVersion
from boundaries.wording import act_kind
from geoapp.core import roles
from geoapp.core.effective import day_of, in_force, known
from geoapp.core.errors import NotFound
from geoapp.planner.lineage_drawing import draw_lineage, shares_of
from geoapp.planner.unit_days import days_of_change, stops_of
from geoapp.planner.views.features import answer_row
from geoapp.planner.views.lines import lines_of_unit

_LAYERS = {"community": PublishedCommunity, "town": PublishedTown, "district": PublishedDistrict}


def _standing(rows: Sequence[Any], on: date) -> Any | None:
    found = [r for r in rows if r.valid_from <= on and (r.valid_to is None or r.valid_to > on)]
    return found[-1] if found else None


def _nearest(rows: Sequence[Any], on: date) -> Any:
    """Return the row in law on a day, else the last before it, else the first."""
    earlier = [r for r in rows if r.valid_from <= on]
    return _standing(rows, on) or (earlier[-1] if earlier else rows[0])


@require_GET
def unit(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    """Show a unit today, or on the day ``?on=YYYY-MM-DD``."""
    versions = list(
        known(UnitVersion.objects.filter(unit_id=unit_id)).select_related("unit").order_by("valid_from")
    )
    if not versions:
        raise NotFound(_("没有这个区划单位"), remedy=_("请从首页搜索名称"))
    asked = request.GET.get("on", "").strip()
    on = day_of(asked, "on")
    shown = _nearest(versions, on)
    today = timezone.localdate()
    state = _state(versions, on)
    relatives = _relatives(unit_id)
    arrows = [row["arrow"] for rows in relatives.values() for row in rows]
    context = {
        "unit": shown,
        "versions": versions,
        "on": on,
        "asked": bool(asked) and on != today,
        "state": state,
        "ended": versions[-1].valid_to,
        "heirs": [v for v in resolve(unit_id, on).living if v.unit_id != unit_id],
        "parent": _at(shown.parent_id, on) if shown.parent_id else None,
        "children": in_force(UnitVersion.objects.filter(parent_id=unit_id), on)
        .defer("geom")
        .order_by("code"),
        "codes": code_history(unit_id),
        "inferences": [_inference(act) for act in inferences({v.code for v in versions})],
        "days": days_of_change(versions, arrows),
        "stops": json.dumps([s.as_row() for s in stops_of(versions, arrows, today)], ensure_ascii=False),
        "bounds": _bounds(shown, on) if state == "living" else "",
        "drawing": draw_lineage(shown, relatives["predecessors"], relatives["successors"]),
        "lines": lines_of_unit(unit_id, on) if state == "living" else [],
        "may_adjust": _may_adjust(request, shown, on),
    }
    return render(request, "planner/unit.html", context | relatives)


def _bounds(version: UnitVersion, on: date) -> str:
    """Return the four bounds of a unit as its neighbours give them, empty for a unit without land."""
    if version.geom is None:
        return ""
    own, beside = land_beside(version, on)
    return four_bounds(own, [replace(land, name=place_name(land.name)) for land in beside]).text


def _inference(act: InferredAct) -> dict[str, Any]:
    others = [
        {"label": act_kind(a.kind), "text": a.text, "confidence": a.confidence} for a in act.alternatives
    ]
    return {"act": act, "label": act_kind(act.kind), "alternatives": others}


def _may_adjust(request: HttpRequest, shown: UnitVersion, on: date) -> bool:
    """Say whether this person may propose an adjustment of the unit: its own town's officer, today, with land."""
    if not request.user.is_authenticated or shown.geom is None or shown.valid_to is not None:
        return False
    town = _at(shown.parent_id, on) if shown.parent_id else None
    area = town.unit.jurisdiction if town and shown.kind in ("village", "community") else None
    held = roles.grants(request.user, timezone.localdate())  # type: ignore[arg-type]  # a public address carries no grants
    return area is not None and any(g.role == roles.Role.TOWN and g.covers(area) for g in held)


def _state(versions: Sequence[UnitVersion], on: date) -> str:
    """Return how the unit stands on a day: ``living``, ``ended`` or ``not_yet``."""
    if _standing(versions, on):
        return "living"
    return "not_yet" if on < versions[0].valid_from else "ended"


def _at(unit_id: UUID, on: date) -> UnitVersion | None:
    rows = list(known(UnitVersion.objects.filter(unit_id=unit_id)).defer("geom").order_by("valid_from"))
    return _nearest(rows, on) if rows else None


def _relatives(unit_id: UUID) -> dict[str, list[dict[str, Any]]]:
    graph = lineage_graph(unit_id)

    def arrows(mine: str, other: str) -> list[dict[str, Any]]:
        return [
            {"arrow": a, "unit": graph.units[getattr(a, other)], "shares": shares_of(a)}
            for a in graph.arrows
            if getattr(a, mine) == unit_id and getattr(a, other) in graph.units
        ]

    return {
        "predecessors": arrows("to_unit_id", "from_unit_id"),
        "successors": arrows("from_unit_id", "to_unit_id"),
    }


@require_GET
def unit_geojson(request: HttpRequest, unit_id: UUID) -> JsonResponse:
    """The unit as one GeoJSON feature (CRS84 lon/lat), today or on the day ``?on=YYYY-MM-DD``."""
    level = Unit.objects.filter(pk=unit_id).values_list("level", flat=True).first()
    rows = (
        list(_LAYERS[level].objects.filter(id=unit_id, act_out__isnull=True).order_by("valid_from"))
        if level
        else []
    )
    if not rows:
        raise NotFound(_("这个单位没有公布的范围"), remedy=_("虚拟社区没有地域范围"))
    asked = request.GET.get("on", "").strip()
    row = _standing(rows, day_of(asked, "on")) if asked else _nearest(rows, timezone.localdate())
    if row is None:
        start = rows[0].valid_from
        raise NotFound(_("此日期没有图形"), remedy=_("图形自 %(day)s 起才有") % {"day": start})
    return answer_row(row, {"code": row.code, "kind": row.kind, "valid_from": str(row.valid_from)})
