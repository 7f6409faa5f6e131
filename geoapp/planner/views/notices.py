"""Names out for comment, and what the public says to them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from geoapp.core.errors import AppError, BadInput, NotFound, NotReady
from geoapp.core.geometry import to_geojson, to_shapely
from geoapp.core.models import Case, PublicComment, Publicity
from geoapp.core.throttle import spend
from geoapp.planner.views.features import answer_features
from naming.gazetteer import form_of
from naming.models import StreetItem


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The notices, those open for comment first."""
    today = timezone.localdate()
    rows = Publicity.objects.select_related("case__jurisdiction").prefetch_related("case__items")
    found = sorted(rows, key=lambda p: (p.ends < today, p.ends.toordinal() * (1 if p.ends >= today else -1)))
    shown = [
        {"publicity": p, "open": p.starts <= today <= p.ends, "items": list(p.case.items.all())}
        for p in found
        if p.case.status != "withdrawn"
    ]
    return render(request, "planner/notices.html", {"notices": shown, "today": today})


def _publicity(number: str) -> Publicity:
    found = (
        Publicity.objects.filter(case__number=number)
        .exclude(case__status="withdrawn")
        .select_related("case__jurisdiction", "case__applicant")
        .order_by("-id")
        .first()
    )
    if found is None:
        raise NotFound(_("没有案号 %(number)s 的公示") % {"number": number}, remedy=_("请从公示列表进入"))
    return found


def _items(case: Case) -> list[dict[str, Any]]:
    rows = StreetItem.objects.filter(item__case=case).select_related("item__renaming").order_by("item__seq")
    return [
        {
            "item": r.item,
            "renaming": getattr(r.item, "renaming", None),
            "street": r,
            "pinyin": form_of(r.name, r.pinyin).pinyin_std,
            "length_m": r.geom.length,
        }
        for r in rows
    ]


@require_GET
def notice_geojson(request: HttpRequest, number: str) -> JsonResponse:
    """The streets of a notice as GeoJSON (CRS84 lon/lat)."""
    case = _publicity(number).case
    features = [
        {
            "type": "Feature",
            "id": str(row.item_id),
            "geometry": to_geojson(to_shapely(row.geom)),
            "properties": {"name": row.name, "seq": row.item.seq},
        }
        for row in StreetItem.objects.filter(item__case=case).select_related("item").order_by("item__seq")
    ]
    return answer_features(features)


@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest, number: str) -> HttpResponse:
    """One notice with its streets, and the form for comments while it runs."""
    publicity = _publicity(number)
    today = timezone.localdate()
    context = {
        "publicity": publicity,
        "case": publicity.case,
        "items": _items(publicity.case),
        "open": publicity.starts <= today <= publicity.ends,
        "stances": PublicComment.Stance.choices,
        "values": request.POST,
        "answered": publicity.comments.exclude(answer="").order_by("at"),
    }
    if request.method == "GET":
        return render(request, "planner/notice.html", context)
    try:
        _comment(request, publicity)
    except AppError as error:
        return render(
            request, "planner/notice.html", context | {"problem": error.as_problem()}, status=error.status
        )
    messages.success(request, _("意见已收到，编号将随答复公布。谢谢您的参与。"))
    return redirect("planner:notice", number=number)


def _comment(request: HttpRequest, publicity: Publicity) -> None:
    spend(request, cost=20)
    today = timezone.localdate()
    text = request.POST.get("text", "").strip()
    stance = request.POST.get("stance", "")
    if not publicity.starts <= today <= publicity.ends:
        raise NotReady(_("公示期已结束，不再接收意见"), remedy=_("可直接向办理机关书面反映"))
    if not text:
        raise BadInput(_("没有填写意见内容"), field="text", remedy=_("请写明意见和理由"))
    if len(text) > 2000:
        raise BadInput(
            _("意见有 %(count)s 个字，超过 2000 个字") % {"count": len(text)},
            field="text",
            remedy=_("请精简，或书面邮寄"),
        )
    if stance not in PublicComment.Stance.values:
        raise BadInput(_("没有选择态度"), field="stance", remedy=_("请选择支持、异议或建议"))
    item_id = request.POST.get("item") or ""
    item = next((i for i in publicity.case.items.all() if str(i.pk) == item_id), None)
    with transaction.atomic():
        PublicComment.objects.create(
            publicity=publicity,
            item=item,
            stance=stance,
            name=request.POST.get("name", "").strip()[:60],
            contact=request.POST.get("contact", "").strip()[:100],
            text=text,
            at=timezone.now(),
        )
