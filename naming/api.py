"""JSON for people's programs: check a name while it is drawn, search, locate. Coordinates are CRS84 lon/lat."""

from __future__ import annotations

import json
import math
from typing import Any

import shapely
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from boundaries import register
from geoapp.core import checks, frame, roles, wording
from geoapp.core.authority import profile_on
from geoapp.core.checks import Finding
from geoapp.core.effective import day_of
from geoapp.core.errors import BadInput, BadRequest, NotFound, TooLarge
from geoapp.core.geometry import read_geometry, to_geojson, to_shapely
from geoapp.core.models import Case
from geoapp.core.open_json import open_json
from geoapp.core.throttle import spend
from naming import address_history
from naming import search as searching
from naming.address_checking import check_address
from naming.intake import read_name_text
from naming.language.split import split_name
from naming.proposals import Draft, Renamed, judge, proposal_of, reading_of, siblings_of
from naming.questions import RegisterQuestions
from naming.renaming import read_renaming

BODY_LIMIT = 512 * 1024
KINDS = {"name", "rename", "address"}


def answer(value: Any, status: int = 200) -> JsonResponse:
    """Return JSON with Chinese as it is written."""
    return JsonResponse(
        value, status=status, json_dumps_params={"ensure_ascii": False}, safe=isinstance(value, dict)
    )


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return a finding in the shape other people rely on (design section 9)."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "stage": finding.stage,
        "message": wording.message(finding),
        "law": wording.law(finding.law),
        "remedy": wording.remedy(finding),
        "sentence": finding.sentence,
        "subject": finding.subject.as_json() if finding.subject else None,
        "geometry": to_geojson(finding.geometry),
    }


def read_body(request: HttpRequest) -> dict[str, Any]:
    """Return the object a program posted. Raises TooLarge (413) or BadRequest (400) when there is none."""
    if len(request.body) > BODY_LIMIT:
        raise TooLarge(
            _("提交的内容超过 %(limit)s KB") % {"limit": BODY_LIMIT // 1024}, remedy=_("请简化线形")
        )
    try:
        body = json.loads(request.body or b"{}", parse_constant=_no_number)
        # JSON can write half a surrogate pair; no database takes it and no answer can hold it.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadRequest(_("请求体不是 JSON"), remedy=_("请以 application/json 提交一个对象")) from None
    if not isinstance(body, dict):
        raise BadRequest(_("请求体不是 JSON 对象"), remedy=_('请提交形如 {"name": …} 的对象'))
    return body


def _no_number(written: str) -> float:
    raise ValueError(f"{written} is not JSON")


def refuse_nul(value: str, key: str) -> str:
    """Return a text as it is. Raises BadInput when it holds U+0000, which PostgreSQL cannot compare."""
    if "\0" in value:
        raise BadInput(
            _("%(key)s 含有不能使用的字符 U+0000") % {"key": key},
            field=key,
            remedy=_("请删去控制字符或表情符号"),
        )
    return value


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(_("%(key)s 应是文字") % {"key": key}, field=key, remedy=_("请以字符串提交"))
    return refuse_nul(value, key)


@open_json("GET", "POST")
def check(request: HttpRequest) -> JsonResponse:
    """Judge a street name or an address as the officers' rules would, at the stages draft, submit, accept and decide.

    ``kind`` ``rename`` judges another name for the registered ``street`` (its id), on the line the register has;
    ``address`` judges a door by the rules A-01 to A-15.
    """
    spend(request, cost=2)
    body = read_body(request) if request.method == "POST" else dict(request.GET.items())
    kind = _text(body, "kind") or "name"
    if kind not in KINDS:
        raise BadInput(
            _("暂不能检查“%(kind)s”") % {"kind": kind},
            field="kind",
            remedy=_("可检查：name（命名）、rename（更名）、address（地址）"),
        )
    if kind == "address":
        return _check_address(body)
    category = _text(body, "category") or "STR"
    if category != "STR":
        raise BadInput(
            _("暂不能检查类别“%(category)s”") % {"category": category},
            field="category",
            remedy=_("可检查：STR（街路巷）"),
        )
    on = day_of(_text(body, "on"), "on")
    name = read_name_text(_text(body, "name"))
    geometry, renamed, width = None, None, _width(body.get("width_m"))
    if kind == "rename":
        asked = read_renaming({**body, "street": _text(body, "street")}, on=on)
        geometry, width = to_shapely(asked.extent.geom), asked.extent.width_m
        renamed = Renamed(str(asked.name.place_id), asked.old_name, asked.trigger, asked.legal_basis)
    elif body.get("geometry"):
        geometry = read_geometry(body["geometry"])
    case = _own_case(request, _text(body, "case"))
    mine = _text(body, "item")
    draft = Draft(
        name=name,
        pinyin=_text(body, "pinyin"),
        kind=kind,
        geometry=geometry,
        width_m=width,
        renaming=renamed,
        siblings=tuple(s for s in siblings_of(case, on) if s.item_id != mine) if case else (),
    )
    findings = judge(proposal_of(draft, on), RegisterQuestions(on, case_id=case.pk if case else None))
    parts, reading = split_name(name, category=category), reading_of(name, draft.pinyin)
    return answer(
        {
            "verdict": checks.verdict(findings),
            "name": {
                "specific": parts.specific,
                "modifier": parts.modifier,
                "generic": parts.generic,
                "pinyin": reading.pinyin,
                "pinyin_sign": reading.sign,
                "review": list(reading.review),
                "mended": list(reading.mended),
            },
            "street": {"id": renamed.street_id, "name": renamed.old_name} if renamed else None,
            "length_m": round(geometry.length, 1) if geometry is not None else None,
            "findings": [finding_json(f) for f in findings],
            "profile": profile_on(on).label,
        }
    )


def _check_address(body: dict[str, Any]) -> JsonResponse:
    on = day_of(_text(body, "on"), "on")
    told, findings = check_address(body, on)
    return answer(
        {
            "verdict": checks.verdict(findings),
            "address": told,
            "findings": [finding_json(f) for f in findings],
            "profile": profile_on(on).label,
        }
    )


def _own_case(request: HttpRequest, number: str) -> Case | None:
    """Return the case whose other items are compared too, when this person may read it."""
    case = Case.objects.filter(number=number).first() if number else None
    if case is None:
        return None
    held = roles.grants(request.user, timezone.localdate())
    return case if roles.may_see(held, request.user, case) else None


def _width(value: Any) -> float | None:
    if value in (None, ""):
        return None
    try:
        width = float(value)
    except (TypeError, ValueError, OverflowError):
        width = math.nan
    if not math.isfinite(width):
        raise BadInput(_("宽度不是数字"), field="width_m", remedy=_("请填写米数"))
    return width


def _limit(value: str, most: int) -> int:
    try:
        return max(1, min(most, int(value)))
    except ValueError:
        raise BadRequest(
            _("limit“%(value)s”不是整数") % {"value": value},
            field="limit",
            remedy=_("请填写 1 到 %(most)s") % {"most": most},
        ) from None


@open_json("GET")
def search(request: HttpRequest) -> JsonResponse:
    """Find names by characters, pinyin or initials."""
    spend(request)
    limit = _limit(request.GET.get("limit", "20"), 100)
    return answer({"results": searching.search(refuse_nul(request.GET.get("q", ""), "q"), limit=limit)})


@open_json("GET")
def locate(request: HttpRequest) -> JsonResponse:
    """Return the units that hold a point and the addresses nearest to it within 200 metres, on a day."""
    spend(request)
    try:
        lon, lat = float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))
        point = frame.to_frame(shapely.Point(lon, lat))
    except ValueError:
        raise BadRequest(_("lon 与 lat 应是经纬度"), field="lon", remedy=_("如 lon=113.1&lat=23.0")) from None
    on = day_of(request.GET.get("on", ""), "on")
    outline = register.city_outline(on)
    if outline is None or not outline.covers(point):
        raise NotFound(_("这一点不在本市范围内"), field="lon", remedy=_("请核对经纬度顺序：先经后纬"))
    units = register.units_at(point, on)
    return answer(
        {
            "units": [
                {"id": str(u.unit_id), "code": u.code, "name": u.name, "level": u.unit.level} for u in units
            ],
            "addresses": [
                {"id": str(r.id), "text": r.name, "distance_m": round(d, 2)}
                for r, d in address_history.nearest(point, on)
            ],
        }
    )
