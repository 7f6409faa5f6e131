"""A sentence kept in both languages of the service: what is stored must be readable in either later."""

from __future__ import annotations

from typing import Any

from django.utils import translation


def both(text: Any, **words: Any) -> tuple[str, str]:
    """Return a lazy catalogue text with its words filled in, in Chinese and in English."""
    found = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found.append(str(text) % words if words else str(text))
    return found[0], found[1]
