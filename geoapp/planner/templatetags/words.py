"""Words of pages: what is said in the reader's language, and Chinese data marked as Chinese for screen readers."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from geoapp.core import wording
from geoapp.core.law import in_english

register = template.Library()

_HAN = re.compile("[\u3400-\u9fff]")
_RUN = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
_QUOTED = re.compile("“([^“”]*[\u3400-\u9fff][^“”]*)”")


@register.filter
def label(row: Any) -> str:
    """The label of a state or transition."""
    return wording.label(row)


@register.filter
def message(finding: Any) -> SafeString:
    """What a finding says."""
    return quoted(wording.message(finding))


@register.filter
def remedy(finding: Any) -> SafeString:
    """How a finding is mended."""
    return quoted(wording.remedy(finding))


@register.filter
def zh(text: Any) -> Any:
    """Mark data that is Chinese whatever the language of the page: names, bodies, what people wrote."""
    if text in (None, ""):
        return ""
    return format_html('<span lang="zh-Hans">{}</span>', text) if _HAN.search(str(text)) else text


@register.filter
def quoted(text: Any) -> SafeString:
    """Mark the Chinese words that an English sentence quotes between “ and ”."""
    escaped = conditional_escape(text)
    if wording.english():
        escaped = _QUOTED.sub(r'“<span lang="zh-Hans">\1</span>”', escaped)
    return mark_safe(escaped)


@register.filter
def marked(text: Any) -> SafeString:
    """Mark every Chinese word of an English text that gives examples without quoting them."""
    escaped = conditional_escape(text)
    if wording.english():
        escaped = _RUN.sub(r'<span lang="zh-Hans">\g<0></span>', escaped)
    return mark_safe(escaped)


@register.filter
def sentences(reasons: Any) -> SafeString:
    """Join reasons into one sentence."""
    return quoted(wording.joined(reasons))


@register.filter
def law(text: Any) -> Any:
    """A legal source as it is cited; for English readers with its English name behind it."""
    cited = zh(text)
    english = in_english(str(text or "")) if wording.english() else ""
    return format_html("{} ({})", cited, english) if english else cited


@register.filter
def listed(words: Any) -> SafeString:
    """Join Chinese words as a list is written, each marked."""
    return mark_safe(wording.listed(conditional_escape(zh(word)) for word in words or ()))


@register.filter
def thousands(value: Any) -> str:
    """A figure in whole numbers, in groups of three as surveyors write them; a dash where there is none."""
    return "—" if value in (None, "") else f"{round(value):,}"


@register.simple_tag
def typed(values: Any, name: str, key: Any, held: Any = None) -> Any:
    """Return what was typed into a field of one item before a refusal; before that, what is on record."""
    return (values or {}).get(f"{name}-{key}", "" if held is None else held)
