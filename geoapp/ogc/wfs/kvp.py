"""Requests as key-value pairs. Keys know no case; what clients add of their own is left aside."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from django.utils.translation import gettext as _
from lxml import etree

from geoapp.ogc.wfs import names, values, xmlsafe
from geoapp.ogc.wfs.faults import INVALID, MISSING, PARSING, UNSUPPORTED, refuse
from geoapp.ogc.wfs.filters import layer_of
from geoapp.ogc.wfs.request import Asked, Wanted

_LISTS = re.compile(r"\(([^()]*)\)")
_PROLOG = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_PREFIXES = {
    "fes": names.FES,
    "ogc": names.FES,
    "gml": names.GML,
    "wfs": names.WFS,
    names.PREFIX: names.APP,
    "xsi": names.XSI,
    "xlink": names.XLINK,
}
T = TypeVar("T")
_PAGE = ("startindex", "count", "maxfeatures", "resulttype")


def read(pairs: Iterable[tuple[str, list[str]]]) -> Asked:
    """Return the request. Raises Fault."""
    given: dict[str, str] = {}
    for name, found in pairs:
        key = name.lower()
        if key in given or len(set(found)) > 1:
            refuse(INVALID, _("参数 %s 只能出现一次") % name[:60], name[:60])
        if "\x00" in found[0]:
            refuse(INVALID, _("含有不允许的字符"), name[:60])
        given[key] = found[0].strip()
    if given.get("query", "").startswith("<"):  # OWSLib's name for a filter
        given.setdefault("filter", given.pop("query"))
    # The service goes before the operation: a request without it is not one of ours.
    values.service(given.get("service"))
    operation = values.operation(given.get("request"))
    if operation == "GetCapabilities":
        return Asked(
            operation,
            values.negotiated(given.get("acceptversions", "").split(",")),
            sections=[s.strip() for s in given.get("sections", "").split(",") if s.strip()],
        )
    asked = Asked(operation, values.version(given.get("version")), carried=dict(given))
    asked.key = repr(sorted((k, v) for k, v in given.items() if k not in _PAGE))
    types = given.get("typenames") or given.get("typename") or ""
    if operation == "DescribeFeatureType":
        values.output_format(given.get("outputformat", ""))
        asked.types = [values.type_name(t) for t in re.split(r"[,()]+", types) if t.strip()]
    elif operation == "DescribeStoredQueries":
        ids = given.get("storedquery_id", "")
        for ident in ids.split(","):
            if ident.strip():
                asked.stored = values.stored_query(ident, "STOREDQUERY_ID")
    elif operation in {"GetFeature", "GetPropertyValue"}:
        _read_query(asked, given, types)
    return asked


def _read_query(asked: Asked, given: dict[str, str], types: str) -> None:
    asked.format = values.output_format(given.get("outputformat", ""))
    asked.hits = values.hits(given.get("resulttype", ""))
    values.resolve(given.get("resolve", ""))
    for name in ("count", "maxfeatures"):
        if given.get(name):
            asked.count = values.whole(given[name], name)
            break
    asked.start = values.whole(given.get("startindex") or "0", "startIndex")
    asked.datetime = given.get("datetime") or given.get("time")
    asked.known_at = given.get("known-at") or given.get("known_at") or given.get("knownat")
    if asked.operation == "GetPropertyValue":
        asked.value_reference = values.value_reference(given.get("valuereference"))
    if stored := given.get("storedquery_id"):
        values.stored_query(stored, "STOREDQUERY_ID")
        ident = given.get("id")
        if not ident:
            refuse(MISSING, _("缺少参数 %s") % "ID", "ID")
        asked.queries = [Wanted(layer_of(ident) or "", given.get("srsname", ""), ids=[ident], by_id=True)]
        return
    asked.queries = _queries(given, types)


def _queries(given: dict[str, str], types: str) -> list[Wanted]:
    ids = given.get("resourceid") or given.get("featureid") or ""
    chosen = [i.strip() for i in ids.split(",") if i.strip()]
    layers = _type_names(types)
    if not layers and not chosen:
        refuse(MISSING, _("缺少参数 %s") % "typeNames", "typeNames")
    own: dict[str, list[str]] = {}
    if not layers:
        for ident in chosen:
            own.setdefault(layer_of(ident) or "", []).append(ident)
        layers = [layer for layer in own if layer]
        if not layers:
            refuse(INVALID, _("标识须为 图层.uuid"), "resourceId")
    if len(layers) > names.MAX_QUERIES:
        refuse(INVALID, _("一次请求的查询过多"), "typeNames")
    if sum(bool(given.get(k)) for k in ("filter", "bbox")) + bool(chosen) > 1:
        refuse(INVALID, _("filter、bbox 与 resourceId 只能用其一"), "filter")
    filters = _spread(_filters(given.get("filter", "")), len(layers), "filter")
    properties = _spread(_lists(given.get("propertyname", "")), len(layers), "propertyName")
    sorts = _spread(_lists(given.get("sortby", "")), len(layers), "sortBy")
    return [
        Wanted(
            layer,
            given.get("srsname", ""),
            [p for p in properties[n].split(",") if p.strip()],
            filters[n],
            given.get("bbox", ""),
            own[layer] if own else chosen or None,
            _sort(sorts[n]),
        )
        for n, layer in enumerate(layers)
    ]


def _type_names(types: str) -> list[str]:
    if "(" in types:
        groups = _LISTS.findall(types)
        if "".join(f"({g})" for g in groups) != types.replace(" ", ""):
            refuse(INVALID, _("typeNames 的括号不成对"), "typeNames")
    else:
        groups = [types] if types.strip() else []
    for group in groups:
        if "," in group:
            refuse(UNSUPPORTED, _("不支持连接查询；多个图层写作 (a)(b)"), "typeNames")
    return [values.type_name(group) for group in groups]


def _lists(value: str) -> list[str]:
    if value.startswith("("):
        return _LISTS.findall(value)
    return [value]


def _spread(found: list[T], count: int, locator: str) -> list[T]:
    if len(found) == 1:
        return found * count
    if len(found) != count:
        refuse(INVALID, _("括号的个数须与图层的个数相同"), locator)
    return found


def _sort(value: str) -> list[tuple[str, bool]]:
    found = []
    for part in value.split(","):
        words = part.replace(" ASC", " A").replace(" DESC", " D").split()
        if not words:
            continue
        if len(words) > 2:
            refuse(INVALID, _("排序须为 ASC 或 DESC"), "sortBy")
        found.append((words[0], values.sort_order(words[1] if len(words) == 2 else "")))
    if len(found) > 5:
        refuse(INVALID, _("排序的属性过多"), "sortBy")
    return found


def _filters(value: str) -> list[etree._Element | None]:
    if not value:
        return [None]
    parts = [value]
    if value.startswith("("):
        parts = value.removeprefix("(").removesuffix(")").split(")(")
    return [_filter(part) if part.strip() else None for part in parts]


def _filter(text: str) -> etree._Element:
    """Parse a filter whose prefixes need not be declared: GDAL and QGIS declare them each in its own way."""
    text = _PROLOG.sub("", text)
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _PREFIXES.items())
    root = xmlsafe.parse(f"<filter {declared}>{text}</filter>".encode("utf-8", "replace"), "filter")
    inner = xmlsafe.children(root)
    if len(inner) != 1 or xmlsafe.local(inner[0]) != "Filter":
        refuse(PARSING, _("须为 fes:Filter"), "filter")
    return inner[0]
