"""The documents and shapes of a case."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from geoapp.core import papers
from geoapp.core.errors import AppError, BadInput, NotFound
from geoapp.core.models import Attachment
from geoapp.planner.views.case_rooms import ROOMS
from geoapp.planner.views.cases import render_case, seen_version
from geoapp.planner.views.features import answer_features


@require_POST
def attach(request: HttpRequest, number: str) -> HttpResponse:
    """Add documents to a case."""
    case = request.case  # type: ignore[attr-defined]
    try:
        uploads = request.FILES.getlist("file")
        if not uploads:
            raise BadInput(_("没有选择文件"), field="file", remedy=_("请选择要上传的文件"))
        version = seen_version(request)
        for upload in uploads:
            papers.attach(
                case,
                upload,
                request.POST.get("kind", ""),
                actor=request.user,  # type: ignore[arg-type]
                version=version,
                at=timezone.now(),
            )
            version = case.version
    except AppError as error:
        return render_case(request, case, error)
    messages.success(request, _("已上传 %(count)s 份材料") % {"count": len(uploads)})
    return redirect("planner:case", number=number)


@require_GET
def download(request: HttpRequest, number: str, attachment_id: UUID) -> FileResponse:
    """Send a document as a download; never shown inline under our origin."""
    row = Attachment.objects.filter(case=request.case, pk=attachment_id).first()  # type: ignore[attr-defined]
    if row is None:
        raise NotFound(_("案件中没有这份材料"))
    return FileResponse(
        row.file.open("rb"), as_attachment=True, filename=row.filename, content_type=row.content_type
    )


@require_GET
def items_geojson(request: HttpRequest, number: str) -> JsonResponse:
    """The items of a case and where findings point, for its map (CRS84 lon/lat)."""
    case = request.case  # type: ignore[attr-defined]
    return answer_features(ROOMS[case.procedure].features(case))
