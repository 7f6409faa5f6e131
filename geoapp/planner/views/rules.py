"""The rule catalogue and the guide to procedures, both generated from what runs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from geoapp.core.checks import RuleCard
from geoapp.core.errors import NotReady
from geoapp.core.profiles import Profile
from geoapp.core.workflow import procedures, roles_in_words
from naming.checks import RULES
from naming.proposals import profile_on


def _row(card: RuleCard, profile: Profile | None) -> dict[str, Any]:
    variants = card.variants or ("",)
    return {
        "card": card,
        "stages": [stage.value for stage in card.stages],
        "severities": [{"variant": v, "severity": profile.severity(card.code, v).value} for v in variants]
        if profile
        else [],
        "values": profile.parameters(card.code, card.parameters) if profile else card.parameters,
    }


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every rule with its law, stages, severity and values under the profile in force."""
    try:
        profile = profile_on(timezone.localdate())
    except NotReady:
        profile = None
    rows = [_row(card, profile) for card in RULES]
    return render(request, "planner/rules.html", {"rules": rows, "profile": profile})


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """How a case goes, from the transition table."""
    shown = []
    for procedure in procedures():
        steps = [
            {
                "row": row,
                "sources": [procedure.state(code).label for code in row.sources],
                "target": procedure.state(row.target).label if row.target else "（状态不变）",
                "who": roles_in_words(row.roles),
            }
            for row in procedure.transitions
        ]
        shown.append({"procedure": procedure, "steps": steps})
    return render(request, "planner/guide.html", {"procedures": shown})
