"""Pages for errors Django itself raises."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from geoapp.core.errors import AppError, Forbidden, NotFound
from geoapp.middleware import answer_problem


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return answer_problem(request, NotFound(_("没有这个页面"), remedy=_("请从首页搜索，或核对网址")))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return answer_problem(request, Forbidden(_("不能访问这个页面"), remedy=_("请登录有权限的账号")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that has grown too old."""
    return answer_problem(
        request, Forbidden(_("页面已过期，提交没有生效"), remedy=_("请返回上一页刷新后重新提交"))
    )


def broken(request: HttpRequest, *args: Any) -> HttpResponse:
    """500."""
    return answer_problem(
        request, AppError(_("服务出错，操作没有生效"), remedy=_("请稍后再试，仍出错请联系管理员"))
    )
