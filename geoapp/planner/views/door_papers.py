"""The 《门楼号确认书》 as PDF, and the page that says whether one is genuine and still holds."""

from __future__ import annotations

from uuid import UUID

import segno
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from boundaries.models import UnitVersion
from geoapp.core import frame
from geoapp.core.errors import NotFound
from geoapp.core.geometry import to_shapely
from geoapp.core.models import Case
from geoapp.core.throttle import spend
from naming import door_confirmation
from naming.models import AddressItem, CollectedPhoto, Confirmation, Renumbering


def qr_of(address: str) -> SafeString:
    """Return a QR code of a web address as an SVG element: the printer of pages fetches nothing, pictures neither."""
    return mark_safe(segno.make(address, error="m").svg_inline(scale=4, border=2, omitsize=True))


@require_GET
def confirmation(request: HttpRequest, number: str, item_id: UUID) -> HttpResponse:
    """The confirmation of a door, as it was issued, with a QR to its verification page."""
    from geoapp.planner.pdf import render_pdf

    case: Case = request.case  # type: ignore[attr-defined]
    paper = Confirmation.objects.filter(item__case=case, item_id=item_id).first()
    if paper is None:
        raise NotFound(_("这扇门还没有确认书"), remedy=_("编号之后才有确认书"))
    address = request.build_absolute_uri(reverse("planner:verify", args=[paper.token]))
    door = AddressItem.objects.get(pk=paper.item_id)
    position = frame.to_geographic(to_shapely(door.geom))
    with translation.override("zh-hans"):  # the paper is Chinese whoever prints it
        body = render_pdf(
            "planner/door_confirmation_print.html",
            {
                "paper": paper,
                "case": case,
                "door": door,
                "kind": AddressItem.Kind(paper.item.kind).label,
                "position": position,
                "qr": qr_of(address),
                "address": address,
                "line": Renumbering.objects.filter(case=case, address_id=paper.address_id).first(),
                "synthetic": case.synthetic or UnitVersion.objects.filter(synthetic=True).exists(),
            },
        )
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{paper.number}.pdf"'
    return response


@require_GET
def photo(request: HttpRequest, number: str, item_id: UUID, photo_id: UUID) -> FileResponse:
    """A photo from the field of the door an item was made of, for whoever may read the case."""
    case: Case = request.case  # type: ignore[attr-defined]
    rows = CollectedPhoto.objects.filter(door__entered__item__case=case, door__entered__item_id=item_id)
    row = rows.filter(pk=photo_id).first()
    if row is None:
        raise NotFound(_("没有这张照片"), remedy=_("请刷新案件页"))
    response = FileResponse(row.file.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """Say online whether a confirmation is genuine, current, replaced or cancelled; nothing personal is shown."""
    spend(request)
    found = door_confirmation.verify(token, timezone.localdate())
    status = 200 if found else 404
    return render(request, "planner/door_verify.html", {"found": found, "token": token}, status=status)
