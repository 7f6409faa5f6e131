"""What the workbench asks while somebody draws: the land, a trial of operations, survey texts, proposals.

Answers are JSON. Geometry to look at is CRS84; lines to edit are integer millimetres of the city frame.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.gis.db.models import Extent
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from boundaries import intake, rebasing
from boundaries import wording as words
from boundaries.drawing import Drawn, draw
from boundaries.edges import Border, borders, changed_lines
from boundaries.editing import Refused
from boundaries.ground import Ground, ground_around, shape_of, uuids
from boundaries.impact import impact_of, moved_land
from boundaries.instructions import named_in, read_operations
from boundaries.models import Estate, UnitVersion
from boundaries.proposals import Plan, side_by_side
from boundaries.proposing import plans_for
from boundaries.surveying import Unreadable, read_bearings, read_points
from geoapp.core import acts
from geoapp.core.effective import in_force
from geoapp.core.errors import BadInput
from geoapp.core.geometry import to_geojson
from geoapp.planner.views.features import answer_features, answer_geojson
from geoapp.planner.views.operation_words import in_words

MOST_NEAR = 80
MOST_TEXT = 200_000
_COARSE_M = 10.0  # what a town seen whole may lose
_MARGIN_M = 2000.0  # a dividing line may begin a little beyond the city
OFFICERS = frozenset({"town_officer", "district_officer", "city_officer"})


def read_json(request: HttpRequest) -> dict[str, Any]:
    """Return a JSON object. Raises BadInput."""
    try:
        data = json.loads(request.body or b"{}")
        # NaN, numbers beyond any, half surrogates: Python reads them, nobody else can, and no database keeps them.
        json.dumps(data, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadInput(_("提交的内容不是 JSON"), field="body", remedy=_("请重新打开工作台")) from None
    if not isinstance(data, dict):
        raise BadInput(_("提交的内容不是 JSON 对象"), field="body", remedy=_("请重新打开工作台"))
    return data


def own_towns(request: HttpRequest) -> list[UnitVersion]:
    """Return the towns in which this person may draw."""
    area = [g.path for g in request.grants if g.role in OFFICERS]  # type: ignore[attr-defined]
    towns = in_force(UnitVersion.objects.filter(unit__level="town"), timezone.localdate())
    found = []
    for town in towns.select_related("unit__jurisdiction").defer("geom"):
        path = town.unit.jurisdiction.path if town.unit.jurisdiction else ""
        if any(path == p or path.startswith(f"{p}/") for p in area):
            found.append(town)
    return found


def as_edges(lines: Iterable[Border]) -> list[dict[str, Any]]:
    """Return boundary lines as the workbench edits them: integer millimetres."""
    return [{"first": b.first, "second": b.second, "path": [list(p) for p in b.path]} for b in lines]


@require_GET
def ground(request: HttpRequest) -> JsonResponse:
    """Units around some units (``near``, ids): GeoJSON, with ``edges`` beside the features, each line once.

    With ``towns`` the outlines of one's own towns instead, coarse, for whoever has too many units to begin with.
    """
    if request.GET.get("towns"):
        return _outlines(request)
    near = [n for n in request.GET.get("near", "").split(",") if n][:MOST_NEAR]
    seq = acts.head_seq()  # before the land is read: an act in between is found out later, never missed
    held = ground_around(near, timezone.localdate())
    own = {str(t.unit_id) for t in own_towns(request)}
    towns = {t: held.versions[t].name for t in held.coverage.parents if t in held.versions}
    features = []
    for land in held.coverage.lands():
        version = held.versions[land.id]
        features.append(
            {
                "type": "Feature",
                "id": land.id,
                "geometry": to_geojson(land.geometry),
                "properties": {
                    "name": land.name,
                    "code": version.code,
                    "kind": land.kind,
                    "parent": land.parent,
                    "town": towns.get(land.parent, ""),
                    "own": land.parent in own,
                    "households": version.households,
                    "population": version.population,
                    "office_address": version.office_address or "",
                    "estates": version.estates or "",
                },
            }
        )
    edges = as_edges(borders(held.coverage.lands()))
    return answer_geojson({"type": "FeatureCollection", "features": features, "edges": edges, "seq": seq})


def _outlines(request: HttpRequest) -> JsonResponse:
    return answer_features(
        [
            {
                "type": "Feature",
                "id": str(town.unit_id),
                "geometry": to_geojson(shape_of(town).simplify(_COARSE_M)),
                "properties": {"name": town.name},
            }
            for town in own_towns(request)
            if town.geom is not None
        ]
    )


def ledger(drawn: Drawn, units: Any, operations: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return what the workbench shows of a drawing: land after, lines gone and new, figures, faults, words."""
    on = drawn.ground.on
    found = impact_of(drawn, units, on) if drawn.refused is None else None
    before, after = borders(drawn.before.lands()), borders(drawn.after.lands())
    gone, fresh = changed_lines(before, after)
    names = {i: v.name for i, v in drawn.ground.versions.items()}
    names |= {u.id: u.name for u in units.values() if u.name}
    faults = drawn.certificate.faults if drawn.certificate else ()
    return {
        "refused": intake.refusal_of(drawn),
        "faults": [{"code": f.code, "message": f.message, "place": to_geojson(f.place)} for f in faults],
        "proved": bool(drawn.certificate and drawn.certificate.proved),
        "inserted": [
            {"displacement_mm": round(n.displacement_mm, 2), "units": list(n.units)} for n in drawn.inserted
        ],
        "units": [
            {
                "id": unit,
                "name": names.get(unit, ""),
                "kind": drawn.after[unit].kind,
                "geometry": to_geojson(drawn.after[unit].geometry),
            }
            for unit in drawn.moved
            if unit in drawn.after
        ],
        "edges": as_edges(after),
        "ground": list(drawn.before),
        "gone": to_geojson(gone),
        "fresh": to_geojson(fresh),
        "moved": to_geojson(moved_land(drawn)),
        "words": in_words(operations, names),
        "balances": [b.__dict__ for b in found.balances] if found else [],
        "moves": len(found.moves) if found else 0,
        "homeless": len(found.homeless) if found else 0,
        "streets": [s.name for s in found.streets] if found else [],
        "signs": found.signs if found else 0,
        "moved_area_m2": found.moved_area_m2 if found else 0,
    }


@require_POST
def try_out(request: HttpRequest) -> JsonResponse:
    """Replay operations on the land of today and say what would come of it; nothing is stored."""
    form = intake.read_adjustment(read_json(request))
    drawn = intake.try_out(form, timezone.localdate())
    body = ledger(drawn, {u.id: u for u in form.units}, form.operations)
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@require_POST
def rebase(request: HttpRequest) -> JsonResponse:
    """Three lands of a drawing whose ground moved: as drawn on, as in law now, as drawn; and what still fits."""
    form = intake.read_adjustment(read_json(request))
    on, seq = timezone.localdate(), acts.head_seq()
    base = seq if form.base_seq is None else form.base_seq
    operations, units = read_operations(form.operations), {u.id: u for u in form.units}
    ids = {*named_in(operations), *units, *form.near}
    ids |= set(draw(operations, units, on, known_at=base, near=form.near).touched)
    changes = rebasing.changed_since(ids, base)
    day = max([on, *(change.day for change in changes if change.day)])  # the land as it will stand
    found = rebasing.rebase(operations, units, base, day, near=form.near)
    mine, theirs = found.mine, found.theirs
    names = mine.names | theirs.names | {u.id: u.name for u in units.values() if u.name}
    _gone, fresh = changed_lines(borders(mine.before.lands()), borders(mine.after.lands()))
    steps = []
    for text, misfit in zip(in_words(form.operations, names), found.misfits, strict=True):
        message, remedy = words.refusal(misfit, names) if misfit else ("", "")
        place = to_geojson(misfit.place) if misfit else None
        steps.append(
            {"words": text, "fits": misfit is None, "message": message, "remedy": remedy, "place": place}
        )
    old, new = rebasing.their_lines(found, changes)
    body = {
        "seq": seq,
        "changes": [
            {
                "unit": change.unit,
                "name": change.name,
                "who": change.who,
                "case": change.case,
                "day": change.day,
                "seq": change.act.seq if change.act else None,
            }
            for change in changes
        ],
        "old": to_geojson(old),
        "theirs": {"moved": to_geojson(rebasing.their_land(changes)), "fresh": to_geojson(new)},
        "mine": {"moved": to_geojson(moved_land(mine)), "fresh": to_geojson(fresh)},
        "steps": steps,
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@require_POST
def survey(request: HttpRequest) -> JsonResponse:
    """Read typed coordinates, a table of boundary points, or bearings and distances, as frame millimetres.

    ``mode`` is ``points`` or ``bearings`` (then ``start`` is a line with one point); ``axes`` ``survey`` (X north)
    or ``xy`` (x east); ``closed`` asks for a ring.
    """
    data = read_json(request)
    text = str(data.get("text") or "")
    if len(text) > MOST_TEXT:
        raise BadInput(_("粘贴的内容过长"), field="text", remedy=_("请分段粘贴"))
    axes: Any = "xy" if data.get("axes") == "xy" else "survey"
    closed = bool(data.get("closed"))
    within = _city_bounds()
    field = "text"
    try:
        if data.get("mode") == "bearings":
            field = "start"
            start = read_points(str(data.get("start") or ""), axes=axes, closed=False, within=within).points[
                0
            ]
            field = "text"
            found = read_bearings(text, start, closed=closed, axes=axes)
        else:
            found = read_points(text, axes=axes, closed=True if closed else None, within=within)
    except Unreadable as fault:
        where = _("第 %(line)s 行：") % {"line": fault.line} if fault.line else ""
        raise BadInput(f"{where}{fault.message}", field=field, remedy=fault.remedy, line=fault.line) from None
    return JsonResponse(
        {
            "points": [list(p) for p in found.points],
            "labels": list(found.labels),
            "closed": found.closed,
            "length_m": found.length_m,
            "closure_error_m": found.closure_error_m,
            "relative": found.relative,
        }
    )


def _city_bounds() -> tuple[float, float, float, float] | None:
    districts = in_force(UnitVersion.objects.filter(unit__level="district"), timezone.localdate())
    box = districts.aggregate(box=Extent("geom"))["box"]
    if box is None:
        return None
    return (box[0] - _MARGIN_M, box[1] - _MARGIN_M, box[2] + _MARGIN_M, box[3] + _MARGIN_M)


@require_GET
def proposals(request: HttpRequest) -> JsonResponse:
    """Ways to split the community ``unit`` into ``pieces``, side by side; each with its operations and figures."""
    unit = next((str(u) for u in uuids([request.GET.get("unit", "")])), "")
    pieces = request.GET.get("pieces", "2")
    if not unit:
        raise BadInput(_("没有选择要分设的单位"), field="unit", remedy=_("请选择一个村或社区"))
    if pieces not in ("2", "3", "4"):
        raise BadInput(_("片数应为 2 到 4"), field="pieces", remedy=_("请重新选择"))
    try:
        held, plans = plans_for(unit, timezone.localdate(), int(pieces))
    except Refused as refusal:
        place = to_geojson(refusal.place)
        raise BadInput(refusal.message, field="unit", remedy=refusal.remedy, place=place) from None
    rows = side_by_side(plans)
    for row, plan in zip(rows, plans, strict=True):
        row["operations"] = [op.as_json() for op in plan.operations]
        row["after"] = _figures(plan, held)
        row["cut"] = to_geojson(plan.cut)
    return JsonResponse({"unit": unit, "plans": rows}, json_dumps_params={"ensure_ascii": False})


def _figures(plan: Plan, held: Ground) -> list[dict[str, Any]]:
    inside = Estate.objects.in_bulk([UUID(e) for piece in plan.pieces for e in piece.estates])
    rows = []
    for piece in plan.pieces:
        row: dict[str, Any] = {"id": piece.id, "households": piece.households, "population": piece.population}
        if piece.id not in held.versions:
            row["kind"] = held.versions[plan.unit].kind
        if piece.estates:
            row["estates"] = "、".join(inside[UUID(e)].name for e in piece.estates)
        rows.append(row)
    return rows
