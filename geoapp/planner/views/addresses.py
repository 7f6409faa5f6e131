"""The page of an address: what it is called, what it was called, where it is, and proof of both on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from geoapp.core import acts, roles
from geoapp.core.errors import NotFound
from geoapp.core.models import Act
from geoapp.core.throttle import spend
from geoapp.planner.views.features import answer_row
from naming import address_codes, address_export, address_history
from naming.models import AddressVersion, Plate, PublishedAddress, PublishedStreet

_DEEDS = {
    "takeover_addresses": _lazy("接管登记"),
    "announcement": _lazy("地名公告"),
    "unit_announcement": _lazy("村居调整公告"),
    "unit_codes": _lazy("区划代码赋码"),
}


def _words(span: Any) -> str:
    """Return what brought a line of the history, as people say it."""
    if span.act is None:
        return ""
    return str(_DEEDS.get(span.act.kind, _("第 %(seq)s 号登记行为") % {"seq": span.act.seq}))


def _page(address_id: UUID, known_at: int | None = None) -> dict[str, Any]:
    today = timezone.localdate()
    rows = address_history.rows_of(address_id, known_at)
    row = address_history.standing(rows, today)
    shown = row or rows[-1]
    state = AddressVersion.State(shown.status)
    return {
        "address": shown,
        "living": row is not None,
        "coming": rows[0].valid_from > today,
        "state_words": state.label if row else "",
        "temporary": state == AddressVersion.State.TEMPORARY,
        "spans": [(span, _words(span)) for span in address_history.spans(address_id, today, known_at)],
        "street": PublishedStreet.objects.filter(
            name=shown.street, act_out__isnull=True, id__in=_street_of(address_id)
        ).first(),
        "today": today,
    }


def _street_of(address_id: UUID) -> list[UUID]:
    return list(
        AddressVersion.objects.filter(address_id=address_id, act_out__isnull=True)
        .order_by("-valid_from")
        .values_list("street_id", flat=True)[:1]
    )


@require_GET
def address(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Show an address with its history and its plates."""
    context = _page(address_id) | {
        "plates": Plate.objects.filter(address_id=address_id).order_by("-ordered_in"),
        "plate": request.GET.get("plate", ""),
        "codes": address_codes.lines(address_id, timezone.localdate()),
        "may_keep_codes": address_codes.may_keep(
            roles.grants(request.user, timezone.localdate()), address_id
        ),  # type: ignore[arg-type]
    }
    return render(request, "planner/address.html", context)


@require_GET
def address_geojson(request: HttpRequest, address_id: UUID) -> JsonResponse:
    """The address as one GeoJSON feature (CRS84 lon/lat)."""
    row: PublishedAddress = _page(address_id)["address"]
    return answer_row(
        row,
        {
            "street": row.street,
            "number": row.number,
            "status": row.status,
            "valid_from": str(row.valid_from),
            "valid_to": str(row.valid_to) if row.valid_to else None,
        },
    )


@require_GET
def certificate(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """《地址变更证明》: every text of the address with its days, and a QR that verifies the sheet online."""
    from geoapp.planner.pdf import render_pdf

    spend(request, cost=10)
    seq = acts.head_seq()
    context = _page(address_id)
    address_export.require_exportable(context["address"], "《地址变更证明》", context["today"])
    token = address_history.seal(address_id, seq)
    link = request.build_absolute_uri(reverse("planner:address_verify", args=[token]))
    code = segno.make(link, error="m")
    context |= {
        "link": link,
        "token": token,
        "seq": seq,
        "city": settings.GEOAPP_CITY,
        # Drawn by the library from the link alone.
        "qr": mark_safe(code.svg_inline(scale=3, border=2)),  # noqa: S308
    }
    response = HttpResponse(
        render_pdf("planner/address_certificate.html", context), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'inline; filename="address-{address_id}.pdf"'
    return response


@require_GET
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """What the QR on a certificate leads to: the certified history, and whether it still stands today."""
    spend(request)
    address_id, seq = address_history.unseal(token)
    then = _page(address_id, seq)
    now = _page(address_id)
    changed = [s.text for s, _w in now["spans"]] != [s.text for s, _w in then["spans"]]
    context = then | {"seq": seq, "now": now, "changed": changed, "act": Act.objects.filter(seq=seq).first()}
    return render(request, "planner/address_verify.html", context)


@require_GET
def plate(request: HttpRequest, token: str) -> HttpResponse:
    """What the QR on a plate leads to: the address it hangs at, whatever it is called today."""
    row = Plate.objects.filter(token=token).first()
    if row is None:
        raise NotFound(_("没有这块门牌"), remedy=_("请重新扫描门牌上的二维码"))
    return redirect(f"{reverse('planner:address', args=[row.address_id])}?plate={row.number}")
