"""The officer's page of an address's codes: recorded, changed, ended, corrected; each an act that is listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from geoapp.core import wording
from geoapp.core.effective import day_of
from geoapp.core.errors import AppError, BadInput, Forbidden
from naming import address_codes, address_history
from naming.address_codes import Keeper
from naming.code_schemes import schemes

DEEDS = {
    address_codes.RECORD: _lazy("登记代码"),
    address_codes.CHANGE: _lazy("变更代码"),
    address_codes.END: _lazy("终止代码"),
    address_codes.CORRECT: _lazy("更正登记"),
}


@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Show the codes of a published address with everything that was done to them; POST does one thing more."""
    held = request.grants  # type: ignore[attr-defined]
    rows = address_history.rows_of(address_id)
    if not address_codes.may_keep(held, address_id):
        raise Forbidden(_("这个地址不在您的职责内"), remedy=_("请由所在地的民政、公安或自然资源部门办理"))
    error: AppError | None = None
    if request.method == "POST":
        try:
            messages.success(request, _act(request, address_id, Keeper(request.user, held, timezone.now())))  # type: ignore[arg-type]
            return redirect("planner:address_codes", address_id=address_id)
        except AppError as found:
            error = found
    today = timezone.localdate()
    lines = address_codes.lines(address_id, today, everything=True)
    english = wording.english()
    context = {
        "address": address_history.standing(rows, today) or rows[-1],
        "lines": lines,
        "deeds": [(act, DEEDS[act.kind], told) for act, told in address_codes.deeds(address_id)],
        "schemes": [
            (s.key, s.name_en if english else s.name, s.form_en if english else s.form, s.verified)
            for s in schemes().values()
        ],
        "problem": error,
        "values": request.POST,
        "open": f"{request.POST.get('action', '')}-{request.POST.get('row', '')}" if error else "",
        "today": today,
    }
    return render(request, "planner/address_codes.html", context, status=error.status if error else 200)


def _act(request: HttpRequest, address_id: UUID, keeper: Keeper) -> str:
    data = request.POST
    asked = data.get("action", "")
    if asked == "record":
        row = address_codes.record(
            address_id, data.get("scheme", ""), data.get("code", ""), _day(data, "valid_from"), keeper
        )
        return _("已登记代码 %(code)s") % {"code": row.code}
    doing: dict[str, Callable[[int], str]] = {
        "change": lambda row: (
            _("已变更为 %(code)s，原代码继续可查")
            % {"code": address_codes.change(row, data.get("code", ""), _day(data, "valid_from"), keeper).code}
        ),
        "end": lambda row: (
            _("代码 %(code)s 已终止，继续可查")
            % {"code": address_codes.finish(row, _day(data, "valid_to"), data.get("reason", ""), keeper).code}
        ),
        "correct": lambda row: _correct(row, data, keeper),
    }
    if asked not in doing:
        raise BadInput(_("没有这种操作"), field="action", remedy=_("请从页面上的按钮操作"))
    text = data.get("row", "")
    number = int(text) if text.isdecimal() and len(text) < 19 else 0
    address_codes.require_of(address_id, number)
    return doing[asked](number)


def _correct(row: int, data: Any, keeper: Keeper) -> str:
    if data.get("never"):
        address_codes.strike(row, data.get("reason", ""), keeper)
        return _("已撤销误登的代码")
    fixed = address_codes.amend(
        row, data.get("code", ""), _day(data, "valid_from"), data.get("reason", ""), keeper
    )
    return _("已更正为 %(code)s") % {"code": fixed.code}


def _day(data: Any, field: str) -> date:
    text = data.get(field, "").strip()
    if not text:
        raise BadInput(_("没有填写日期"), field=field, remedy=_("请按 2026-12-31 的样式填写"))
    return day_of(text, field)
