"""Words in the language of the request, where Chinese and English are kept side by side."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from geoapp.core.law import in_english


def english() -> bool:
    """Say whether the request is answered in English."""
    return get_language() == "en"


def label(row: Any) -> str:
    """Return the label of a state or a transition."""
    return str(row.label_en if english() else row.label)


def message(finding: Any) -> str:
    """Return what a finding says; the Chinese where it was stored before there was English."""
    return str(english() and finding.message_en or finding.message)


def remedy(finding: Any) -> str:
    """Return how a finding is mended."""
    return str(english() and finding.remedy_en or finding.remedy)


def law(text: str) -> str:
    """Return a legal source; in English where every word of it is known, else as it is written."""
    return english() and in_english(text) or text


def listed(words: Any) -> str:
    """Join words as a list is written."""
    return _("、").join(str(word) for word in words)


def joined(sentences: Any) -> str:
    """Join reasons into one sentence."""
    return _("；").join(str(sentence) for sentence in sentences)
