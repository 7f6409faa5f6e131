"""Names and bounds of the service: namespaces, versions, formats, how much one request may ask."""

from __future__ import annotations

WFS = "http://www.opengis.net/wfs/2.0"
FES = "http://www.opengis.net/fes/2.0"
OWS = "http://www.opengis.net/ows/1.1"
GML = "http://www.opengis.net/gml/3.2"
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
APP = "urn:geoapp:layers"
"""Our own namespace: feature types and their properties; ``name`` lives here, and gml:name is never written."""
PREFIX = "geo"
GEOMETRY_NAME = "geom"

VERSIONS = ("2.0.2", "2.0.0")
"""What is spoken, the preferred first."""

GML_TYPE = "application/gml+xml; version=3.2"
GEOJSON_TYPE = "application/geo+json"
FORMATS = {
    GML_TYPE: "gml",
    "text/xml; subtype=gml/3.2": "gml",
    "text/xml; subtype=gml/3.2.1": "gml",
    "text/xml; subtype=gml/3.2.2": "gml",
    "gml32": "gml",
    "gml3": "gml",
    "text/xml": "gml",
    "application/xml": "gml",
    GEOJSON_TYPE: "geojson",
    "application/json": "geojson",
    "application/vnd.geo+json": "geojson",
    "geojson": "geojson",
    "json": "geojson",
}
LISTED_FORMATS = (GML_TYPE, "text/xml; subtype=gml/3.2", "gml32", GEOJSON_TYPE, "application/json")
GET_FEATURE_BY_ID = {
    "2.0.2": "http://www.opengis.net/def/query/OGC-WFS/0/GetFeatureById",
    "2.0.0": "urn:ogc:def:query:OGC-WFS::GetFeatureById",
}
"""The stored query as each version names it; both names are understood in both."""

MAX_COUNT = 10_000
"""Features in one answer, and how many come when none is asked for."""
MAX_QUERIES = 12
MAX_BODY_BYTES = 8 * 1024 * 1024
MAX_ELEMENTS = 50_000
MAX_ATTRIBUTES = 8_000
"""In one document, counted by its equals signs."""
MAX_ATTRIBUTES_EACH = 64
"""Of one element: reading them costs their square."""
MAX_XML_DEPTH = 100
MAX_START = 2**62
