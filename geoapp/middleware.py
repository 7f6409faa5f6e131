"""What happens around every request: language, security headers, clear errors, the access table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from geoapp.access import access_of
from geoapp.core import cases, roles
from geoapp.core.errors import AppError, BadRequest, Forbidden, TooLarge
from geoapp.core.open_json import open_to_sites

Next = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "lang"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


class ChosenLanguage:
    """Chinese unless a person chose English (``?lang=en``, remembered in a cookie); browsers are not asked."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language for this request."""
        known = dict(settings.LANGUAGES)
        chosen = request.GET.get("lang", "")
        language = chosen if chosen in known else request.COOKIES.get(LANGUAGE_COOKIE, "")
        language = language if language in known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", "en" if language == "en" else "zh-Hans")
        if chosen in known:
            response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=31536000, samesite="Lax", httponly=True)
        return response


class SecurityPolicy:
    """A strict content policy on every answer: nothing inline, nothing from elsewhere."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


def wants_json(request: HttpRequest) -> bool:
    """Say whether the client is a program: an API path, or an Accept header that asks for JSON and not HTML."""
    if request.path.startswith(("/api/", "/ogc/")):
        return "text/html" not in request.headers.get("Accept", "")
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def answer_problem(request: HttpRequest, error: AppError) -> HttpResponse:
    """Answer an error in the form the client reads: problem+json, or a page with the way out."""
    problem = error.as_problem()
    if wants_json(request):
        response: HttpResponse = JsonResponse(
            problem,
            status=error.status,
            content_type="application/problem+json; charset=utf-8",
            json_dumps_params={"ensure_ascii": False},
        )
    else:
        response = render(request, "planner/problem.html", {"problem": problem}, status=error.status)
    for name, value in error.headers().items():
        response[name] = value
    return response


class ClearErrors:
    """Turns known refusals into clear answers."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; open JSON is read by any site, its refusals too."""
        response = self.get_response(request)
        open_to_sites(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer what is known; leave the rest to Django."""
        if isinstance(error, AppError):
            return answer_problem(request, error)
        if isinstance(error, RequestDataTooBig):
            return answer_problem(request, TooLarge(_("提交的内容过大"), remedy=_("请减少一次提交的内容")))
        if isinstance(error, (TooManyFilesSent, SuspiciousOperation)):
            return answer_problem(request, BadRequest(_("请求无法识别"), remedy=_("请从页面上重新操作")))
        return None


class AccessMatrix:
    """Enforces ``geoapp/access.py``; leaves the person's grants and the case on the request."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse, or let the view run."""
        match = request.resolver_match
        rule = access_of(match.view_name if match else "")
        try:
            if rule is None:
                raise Forbidden(_("这个地址没有登记访问权限"), remedy=_("请管理员在访问权限表中登记"))
            return self._admit(request, rule, kwargs)
        except AppError as error:
            return answer_problem(request, error)

    def _admit(self, request: HttpRequest, rule: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        reading = request.method in {"GET", "HEAD", "OPTIONS"}
        allowed = set(rule.read if reading else rule.write)
        if "public" in allowed:
            return None
        if not allowed:
            raise Forbidden(
                _("这个地址不接受 %(method)s 请求") % {"method": request.method},
                remedy=_("请从页面上的按钮操作"),
            )
        if not request.user.is_authenticated:
            if reading and not wants_json(request):
                return HttpResponseRedirect(
                    f"{resolve_url(settings.LOGIN_URL)}?next={request.get_full_path()}"
                )
            raise Forbidden(_("请先登录"), remedy=_("登录后重新提交，已填写的内容可用浏览器后退找回"))
        held = roles.grants(request.user, timezone.localdate())
        request.grants = held  # type: ignore[attr-defined]
        if not roles.roles_of(held) & allowed:
            names = roles.roles_in_words(sorted(allowed))
            raise Forbidden(
                _("您的账号没有所需的角色（%(names)s）") % {"names": names}, remedy=_("请联系管理员授予角色")
            )
        if rule.case:
            case = cases.case_of(str(kwargs["number"]))
            if not roles.may_see(held, request.user, case):
                raise Forbidden(
                    _("案件 %(number)s 不在您的辖区或职责内") % {"number": case.number},
                    remedy=_("请由办理机关处理"),
                )
            request.case = case  # type: ignore[attr-defined]
        return None
