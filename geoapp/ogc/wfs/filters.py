"""A FES 2.0 filter compiled to one SQL condition with parameters.

Elements are known by their local names, so that prefixes are the client's own affair. ``Not`` takes what is unknown
for false before it negates: a feature without the property then matches, on both databases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from lxml import etree

from geoapp.ogc.filtering.logic import Piece, joined, single
from geoapp.ogc.layers import IDENT, LAYERS, ROW
from geoapp.ogc.sqltext import Clause
from geoapp.ogc.wfs import comparisons, spatial, temporal
from geoapp.ogc.wfs.context import Context
from geoapp.ogc.wfs.faults import INVALID, UNSUPPORTED, refuse
from geoapp.ogc.wfs.xmlsafe import attributes, children, local

_RESOURCE = re.compile(r"([A-Za-z_]+)\.([0-9a-fA-F-]{32,36})(?:\.r(\d{1,18}))?(?:\.q\d{1,2})?", re.ASCII)
_IDS = ("ResourceId", "FeatureId", "GmlObjectId")


def compile_filter(element: etree._Element, context: Context) -> Clause:
    """Return the condition of a ``Filter`` element. Raises Fault."""
    if local(element) != "Filter":
        refuse(INVALID, _("须为 fes:Filter"), local(element)[:60])
    parts = children(element)
    if parts and all(local(p) in _IDS for p in parts):
        for _part in parts:
            context.budget.spend_node(1)
        return matching_ids((_rid(p) for p in parts), context)
    if len(parts) != 1:
        refuse(INVALID, _("Filter 须有一个条件"), "Filter")
    piece = _condition(parts[0], context, 1, negated=False)
    return piece.sql, piece.parameters


def _condition(element: etree._Element, context: Context, depth: int, *, negated: bool) -> Piece:
    """Return a condition; ``Not`` is carried down to the single operators, so that SQL never nests it."""
    context.budget.spend_node(depth)
    kind = local(element)
    if kind in {"And", "Or"}:
        return _joined(element, kind, context, depth, negated=negated)
    if kind == "Not":
        inner = children(element)
        if len(inner) != 1:
            refuse(INVALID, _("Not 须有一个条件"), "Not")
        return _condition(inner[0], context, depth + 1, negated=not negated)
    return single(_operator(element, kind, context, depth), negated=negated, unknown_is_false=True)


def _operator(element: etree._Element, kind: str, context: Context, depth: int) -> Clause:
    if kind in comparisons.OPERATORS:
        return comparisons.compare(element, context, depth)
    if kind == "PropertyIsBetween":
        return comparisons.between(element, context, depth)
    if kind == "PropertyIsLike":
        return comparisons.like(element, context, depth)
    if kind in {"PropertyIsNull", "PropertyIsNil"}:
        return comparisons.is_null(element, context, depth)
    if kind in spatial.OPERATORS:
        return spatial.clause(element, context, depth)
    if kind in temporal.ALL:
        return temporal.clause(element, context, depth)
    if kind in _IDS:
        return matching_ids([_rid(element)], context)
    refuse(UNSUPPORTED, _("不支持运算符 %s") % kind[:60], kind[:60])


def _joined(element: etree._Element, kind: str, context: Context, depth: int, *, negated: bool) -> Piece:
    parts = children(element)
    if not parts:
        refuse(INVALID, _("%s 中没有条件") % kind, kind)
    pieces = [_condition(part, context, depth + 1, negated=negated) for part in parts]
    return joined(pieces, (kind == "And") != negated)


def _rid(element: etree._Element) -> str:
    given = attributes(element)
    found = given.get("rid") or given.get("fid") or given.get("id")
    if not found:
        refuse(INVALID, _("ResourceId 须有 rid"), "rid")
    return found


def layer_of(rid: str) -> str | None:
    """Return the layer a resource id belongs to; None when it is not one of ours."""
    found = _RESOURCE.fullmatch(rid.strip())
    return found[1] if found and found[1] in LAYERS else None


def matching_ids(rids: Iterable[str], context: Context) -> Clause:
    """Return the condition that a row is one of the things named ``layer.uuid``. Ids that are not ours match nothing."""
    things: list[Any] = []
    rows: list[int] = []
    for rid in rids:
        found = _RESOURCE.fullmatch(rid.strip())
        if not found or found[1] not in LAYERS:
            continue
        if found[1] != context.layer.id:
            message = _("标识 %(id)s 不属于图层 %(layer)s") % {"id": rid[:80], "layer": context.layer.id}
            refuse(INVALID, message, "resourceId")
        if found[3]:
            rows.append(int(found[3]))
            continue
        try:
            ident = UUID(found[2])
        except ValueError:
            continue
        things.append(ident.hex if context.vendor == "sqlite" else ident)
    parts = []
    for column, values in ((IDENT, things), (ROW, rows)):
        if values:
            parts.append(f't."{column}" IN ({", ".join(["%s"] * len(values))})')
    return " OR ".join(parts) or "1 = 0", [*things, *rows]
