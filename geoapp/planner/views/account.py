"""Signing in and out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import resolve_url
from django.utils import timezone

from geoapp.core import roles
from geoapp.core.models import User


class SignIn(LoginView):
    """The sign-in page; in a demo it lists the demo accounts."""

    template_name = "planner/signin.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Send somebody who only collects to the collection app, everybody else to the cases."""
        held = roles.roles_of(roles.grants(self.request.user, timezone.localdate()))  # type: ignore[arg-type]
        return resolve_url("planner:collect") if held == {"collector"} else super().get_default_redirect_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo accounts, when this is a demo."""
        demo = User.objects.filter(username__startswith="demo-", is_active=True).order_by("pk")
        accounts = [
            {"username": user.username, "name": str(user), "roles": [str(m) for m in user.memberships.all()]}
            for user in demo.prefetch_related("memberships__jurisdiction", "memberships__user")
        ]
        return super().get_context_data(**kwargs) | {"demo_accounts": accounts}


class SignOut(LogoutView):
    """Signing out."""
