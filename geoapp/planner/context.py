"""What every page knows: language, the demo banner, who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import translation

from boundaries.models import UnitVersion


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the shell's variables. The banner 示意数据 shows while any synthetic land is on record."""
    return {
        "html_lang": "en" if translation.get_language() == "en" else "zh-Hans",
        "synthetic_data": UnitVersion.objects.filter(synthetic=True).exists(),
    }
