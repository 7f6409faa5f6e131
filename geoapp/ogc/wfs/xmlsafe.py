"""XML from strangers: no document type, no entities, nothing fetched, bounded in size, depth and number.

What is not read here: xlink references and schema locations are text like any other; nothing follows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from lxml import etree

from geoapp.ogc.wfs import names
from geoapp.ogc.wfs.faults import PARSING, refuse

_PROLOG = re.compile(rb"\s*<\?xml[^>]{0,200}\?>")
_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
# All of them carry ASCII as itself, so that a document type cannot hide from the search for it.
_ENCODINGS = {b"utf-8", b"utf8", b"us-ascii", b"ascii", b"gbk", b"gb2312", b"gb18030", b"iso-8859-1"}
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (names.MAX_XML_DEPTH + 1)})")
_TOO_WIDE = etree.XPath(f"boolean(//*[count(@*) > {names.MAX_ATTRIBUTES_EACH}])")
_BOM = b"\xef\xbb\xbf"


def parse(data: bytes, locator: str = "") -> etree._Element:
    """Return the root element. Raises Fault (400, 413 when too large)."""
    if len(data) > names.MAX_BODY_BYTES:
        refuse(PARSING, _("提交的内容过大"), locator, status=413)
    data = data.removeprefix(_BOM)
    prolog = _PROLOG.match(data)
    declared = _ENCODING.search(prolog[0]) if prolog else None
    if b"\x00" in data or (declared and declared[1].lower() not in _ENCODINGS):
        refuse(PARSING, _("XML 须为 UTF-8 或 GB18030 编码"), locator)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        refuse(PARSING, _("XML 不得含有文档类型或实体声明"), locator)
    # Counted before anything is built of it.
    started = data.count(b"<") - data.count(b"</")
    if started > names.MAX_ELEMENTS or data.count(b"=") > names.MAX_ATTRIBUTES:
        refuse(PARSING, _("XML 过深或元素过多"), locator)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        refuse(PARSING, _("XML 无法解析：%s") % str(error)[:200], locator)
    _hold_bounds(root, locator)
    return root


def _hold_bounds(root: etree._Element, locator: str) -> None:
    if _TOO_DEEP(root) or _TOO_WIDE(root):
        refuse(PARSING, _("XML 过深或元素过多"), locator)


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: etree._Element, *wanted: str) -> list[etree._Element]:
    """Return the child elements, of the names wanted or all."""
    return [c for c in element if isinstance(c.tag, str) and (not wanted or local(c) in wanted)]


def content(element: etree._Element) -> str:
    """Return an element's own text."""
    return element.text or ""


def attributes(element: etree._Element) -> dict[str, str]:
    """Return the attributes by name without namespace."""
    return {str(k).rpartition("}")[2]: str(v) for k, v in element.attrib.items()}


def descend(element: etree._Element, *wanted: str) -> Iterator[etree._Element]:
    """Yield the element and those below it that have one of the names, in document order."""
    for found in element.iter():
        if isinstance(found.tag, str) and local(found) in wanted:
            yield found
