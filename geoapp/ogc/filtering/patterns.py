"""Patterns with wildcards, as both databases match them: GLOB on SQLite (its LIKE ignores case), LIKE on PostgreSQL."""

from __future__ import annotations

from django.utils.translation import gettext as _

from geoapp.core.errors import BadRequest
from geoapp.ogc.filtering import limits

_ANY, _ONE = "any", "one"
_GLOB = {_ANY: "*", _ONE: "?", "*": "[*]", "?": "[?]", "[": "[[]"}
_LIKE = {_ANY: "%", _ONE: "_", "%": "\\%", "_": "\\_", "\\": "\\\\"}


def tokens(pattern: str, wild: str, single: str, escape: str, operator: str) -> list[str]:
    """Return a pattern as characters, ``any`` and ``one``.

    Raises BadRequest naming ``operator`` when it would be slow to match.
    """
    if len(pattern) > limits.MAX_PATTERN:
        raise BadRequest(_("%s 的值过长") % operator, field=operator)
    found: list[str] = []
    escaped = False
    for character in pattern:
        if escaped or character not in {wild, single, escape}:
            found.append(character)
            escaped = False
        elif character == escape:
            escaped = True
        elif character == single:
            found.append(_ONE)
        elif not found or found[-1] != _ANY:
            found.append(_ANY)
    if escaped:
        found.append(escape)
    if found.count(_ANY) > limits.MAX_WILDCARDS:
        message = _("%(operator)s 的通配符过多（最多 %(most)d 个）")
        raise BadRequest(message % {"operator": operator, "most": limits.MAX_WILDCARDS}, field=operator)
    return found


def matches(text: str, pattern: str, found: list[str], vendor: str) -> tuple[str, str]:
    """Return the condition that SQL ``text`` is like SQL ``pattern`` (holding one parameter), and that parameter."""
    if vendor == "sqlite":
        return f"{text} GLOB {pattern}", "".join(_GLOB.get(t, t) for t in found)
    return f"{text} LIKE {pattern}", "".join(_LIKE.get(t, t) for t in found)
