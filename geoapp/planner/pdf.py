"""A page as PDF: the template people see, laid out for A4 with embedded fonts. Nothing is fetched from anywhere."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from weasyprint import CSS, HTML

_SHEET = """
@page { size: A4; margin: 22mm 18mm 20mm; @bottom-center { content: counter(page) " / " counter(pages); font-size: 9pt; } }
html { font-family: "Noto Sans CJK SC", "Source Han Sans SC", sans-serif; font-size: 10.5pt; line-height: 1.5; }
h1 { font-size: 17pt; text-align: center; margin: 0 0 4mm; }
h2 { font-size: 12.5pt; margin: 6mm 0 2mm; }
table { width: 100%; border-collapse: collapse; }
th, td { border: 0.4pt solid #555; padding: 1.2mm 2mm; text-align: left; vertical-align: top; }
thead { display: table-header-group; }
.hint { color: #444; font-size: 9pt; }
"""


class OutsideRefused(ValueError):
    """A page asked for something outside itself."""


def _nothing(url: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    raise OutsideRefused(f"no fetching: {url}")


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Return a template as PDF bytes. Raises OutsideRefused never: what a page points to is left out instead."""
    html = render_to_string(template, {"printed_at": timezone.localtime(), **context})
    made: bytes = HTML(string=html, url_fetcher=_nothing).write_pdf(stylesheets=[CSS(string=_SHEET)])
    return made
