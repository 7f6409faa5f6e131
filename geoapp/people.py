"""Middleware that only people need: sessions, sign-in, messages, forms.

A program that reads the open services has none of them, and setting them up costs a good part of a short answer. What
protects the services stays on every path: security headers, the access table, tokens, limits, the log of requests.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django_htmx.middleware import HtmxMiddleware

OPEN = "/ogc/"
WFS = "/wfs"
"""Addresses where nobody signs in: a person is only shown as signed in on their pages."""


def is_program(request: HttpRequest) -> bool:
    """Say whether a program reads an open service: it asks for no page, by form or by Accept."""
    if request.path_info != WFS and not request.path_info.startswith(OPEN):
        return False
    return "html" not in request.META.get("HTTP_ACCEPT", "") and "html" not in request.META.get(
        "QUERY_STRING", ""
    )


class _ForPeople:
    """Passes the requests of programs on."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if is_program(request):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class Sessions(_ForPeople, SessionMiddleware):
    """Sessions of people."""


class Forms(_ForPeople, CsrfViewMiddleware):
    """Protection of forms."""


class SignedIn(_ForPeople, AuthenticationMiddleware):
    """Who is signed in: nobody, where a program asks."""

    def __call__(self, request: HttpRequest) -> Any:
        """Leave the user on the request."""
        if is_program(request):
            request.user = AnonymousUser()
        return super().__call__(request)


class Messages(_ForPeople, MessageMiddleware):
    """Messages from page to page."""


class Partial(_ForPeople, HtmxMiddleware):
    """Parts of pages."""
