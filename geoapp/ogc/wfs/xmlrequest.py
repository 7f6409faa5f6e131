"""Requests as XML bodies. Elements are known by their local names."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext as _
from lxml import etree

from geoapp.ogc.wfs import names, values, xmlsafe
from geoapp.ogc.wfs.faults import INVALID, MISSING, PARSING, UNSUPPORTED, refuse
from geoapp.ogc.wfs.filters import layer_of
from geoapp.ogc.wfs.request import Asked, Wanted
from geoapp.ogc.wfs.xmlsafe import attributes, children, content, descend, local


def read(body: bytes) -> Asked:
    """Return the request. Raises Fault."""
    root = xmlsafe.parse(body)
    given = attributes(root)
    name = local(root)
    if name == "Envelope":
        refuse(UNSUPPORTED, _("不支持 SOAP"), name)
    operation = values.operation(name)
    values.service(given.get("service"))
    if operation == "GetCapabilities":
        accepted = [content(v).strip() for v in descend(root, "Version")]
        sections = [content(s).strip() for s in descend(root, "Section")]
        return Asked(operation, values.negotiated(accepted), sections=sections)
    asked = Asked(operation, values.version(given.get("version")))
    if operation == "DescribeFeatureType":
        values.output_format(given.get("outputFormat", ""))
        asked.types = [values.type_name(content(t), "TypeName") for t in children(root, "TypeName")]
    elif operation == "DescribeStoredQueries":
        for ident in children(root, "StoredQueryId"):
            asked.stored = values.stored_query(content(ident), "StoredQueryId")
    elif operation in {"GetFeature", "GetPropertyValue"}:
        _read_query(asked, root, given)
        for page in ("startIndex", "count", "maxFeatures"):
            root.attrib.pop(page, None)
        asked.key = hashlib.sha256(etree.tostring(root)).hexdigest()
    return asked


def _read_query(asked: Asked, root: etree._Element, given: dict[str, str]) -> None:
    asked.format = values.output_format(given.get("outputFormat", ""))
    asked.hits = values.hits(given.get("resultType", ""))
    values.resolve(given.get("resolve", ""))
    for name in ("count", "maxFeatures"):
        if given.get(name):
            asked.count = values.whole(given[name], name)
            break
    asked.start = values.whole(given.get("startIndex") or "0", "startIndex")
    asked.datetime = given.get("datetime")
    asked.known_at = given.get("known-at")
    if asked.operation == "GetPropertyValue":
        asked.value_reference = values.value_reference(given.get("valueReference"))
    for element in children(root):
        kind = local(element)
        if kind == "Query":
            asked.queries.append(_query(element))
        elif kind == "StoredQuery":
            asked.queries.append(_stored(element))
    if not asked.queries:
        refuse(MISSING, _("缺少参数 %s") % "Query", "Query")
    if len(asked.queries) > names.MAX_QUERIES:
        refuse(INVALID, _("一次请求的查询过多"), "Query")


def _query(element: etree._Element) -> Wanted:
    given = attributes(element)
    types = (given.get("typeNames") or given.get("typeName") or "").replace(",", " ").split()
    if not types:
        refuse(MISSING, _("缺少参数 %s") % "typeNames", "typeNames")
    if len(types) > 1:
        refuse(UNSUPPORTED, _("不支持连接查询；多个图层写作 (a)(b)"), "typeNames")
    wanted = Wanted(values.type_name(types[0]), given.get("srsName", ""))
    for child in children(element):
        kind = local(child)
        if kind == "PropertyName":
            wanted.properties.append(content(child))
        elif kind == "Filter":
            if wanted.filter is not None:
                refuse(PARSING, _("一个查询只能有一个 Filter"), "Filter")
            wanted.filter = child
        elif kind == "SortBy":
            for key in children(child, "SortProperty"):
                wanted.sort.append(_sort_key(key))
        else:
            refuse(PARSING, _("不认识元素 %s") % kind[:60], kind[:60])
    if len(wanted.sort) > 5:
        refuse(INVALID, _("排序的属性过多"), "SortBy")
    return wanted


def _sort_key(element: etree._Element) -> tuple[str, bool]:
    reference = [content(r) for r in children(element, "ValueReference", "PropertyName")]
    order = [content(o).strip() for o in children(element, "SortOrder")]
    if len(reference) != 1 or len(order) > 1:
        refuse(INVALID, _("排序须指明一个属性"), "SortBy")
    return reference[0], values.sort_order(order[0] if order else "")


def _stored(element: etree._Element) -> Wanted:
    values.stored_query(attributes(element).get("id", ""), "StoredQuery")
    ids = [
        content(p).strip()
        for p in children(element, "Parameter")
        if attributes(p).get("name", "").lower() == "id"
    ]
    if len(ids) != 1 or not ids[0]:
        refuse(MISSING, _("缺少参数 %s") % "ID", "ID")
    return Wanted(layer_of(ids[0]) or "", ids=ids, by_id=True)
