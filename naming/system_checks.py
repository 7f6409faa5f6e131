"""Checks of this wing at start-up, each with its cure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import Error, register

from naming.addressing.numbering import BadProfile
from naming.numbering import city_profile


@register()
def numbering_profile(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[Error]:
    """The city's way of numbering exists and every value in it is lawful."""
    try:
        city_profile()
    except BadProfile as fault:
        return [
            Error(
                str(fault),
                hint="请改正该文件，或把 GEOAPP_NUMBERING 设为 naming/lexicon/numbering_*.json 中的一个",
                id="naming.E001",
            )
        ]
    return []
