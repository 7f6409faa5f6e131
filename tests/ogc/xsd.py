"""Validation against the schemas of the standards, offline: every import is answered from ``schemas/``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

SCHEMAS = Path(__file__).parent / "schemas"
_ISO = "http://schemas.opengis.net/iso/19139/20070417"
PLACES = {
    "http://www.w3.org/2001/xml.xsd": "xml.xsd",
    "http://www.w3.org/2009/01/xml.xsd": "xml.xsd",
    "http://www.w3.org/1999/xlink.xsd": "xlink.xsd",
    "http://www.w3.org/XML/2008/06/xlink.xsd": "xlink.xsd",
    "http://schemas.opengis.net/gml/3.2.1/gml.xsd": "gml-3.2.1.xsd",
    "http://schemas.opengis.net/ows/1.1.0/owsAll.xsd": "ows-1.1.0.xsd",
    "http://schemas.opengis.net/filter/2.0/filterAll.xsd": "filter-2.0.2.xsd",
    "http://schemas.opengis.net/wfs/2.0/wfs.xsd": "wfs-2.0.2.xsd",
    **{f"{_ISO}/{n}/{n}.xsd": f"{n}-2007.xsd" for n in ("gmd", "gco", "gts", "gss", "gsr")},
}
SPACES = {
    "http://www.opengis.net/gml/3.2": "http://schemas.opengis.net/gml/3.2.1/gml.xsd",
    "http://www.opengis.net/wfs/2.0": "http://schemas.opengis.net/wfs/2.0/wfs.xsd",
    "http://www.opengis.net/ows/1.1": "http://schemas.opengis.net/ows/1.1.0/owsAll.xsd",
    "http://www.opengis.net/fes/2.0": "http://schemas.opengis.net/filter/2.0/filterAll.xsd",
}


class Local(etree.Resolver):
    """Answers from the folder and with the application schema; anything else is a fault of the test."""

    def __init__(self, app: bytes) -> None:
        super().__init__()
        self.app = app

    def resolve(self, url, public_id, context):
        if url.endswith("app.xsd"):
            return self.resolve_string(self.app, context)
        if url in PLACES:
            return self.resolve_filename(str(SCHEMAS / PLACES[url]), context)
        raise AssertionError(f"{url} would be fetched")


def compiled(extra: bytes = b"") -> etree.XMLSchema:
    """Return the standards' schemas as one, with an application schema beside them."""
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local(extra))
    imports = "".join(
        f'<xsd:import namespace="{space}" schemaLocation="{place}"/>' for space, place in SPACES.items()
    )
    if extra:
        imports += '<xsd:import namespace="urn:geoapp:layers" schemaLocation="app.xsd"/>'
    root = etree.fromstring(
        f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">{imports}</xsd:schema>'.encode(), parser
    )
    return etree.XMLSchema(root)


@cache
def standards(extra: bytes = b"") -> etree.XMLSchema:
    return compiled(extra)


def validate(document: bytes, extra: bytes = b"") -> etree._Element:
    """Return the document's root; fail with what is not valid."""
    root = etree.fromstring(document)
    schema = standards(extra)
    assert schema.validate(root), schema.error_log.last_error
    return root
