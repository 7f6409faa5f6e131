"""The one stored query: a feature by its id. None can be added or dropped."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from geoapp.ogc.layers import LAYERS
from geoapp.ogc.wfs import names
from geoapp.ogc.wfs.faults import text_of
from geoapp.ogc.wfs.service import Service


def _language() -> str:
    return "en" if get_language() == "en" else "zh-Hans"


def listed(service: Service) -> bytes:
    """Return the list of stored queries."""
    types = "".join(
        f"<wfs:ReturnFeatureType>{names.PREFIX}:{layer}</wfs:ReturnFeatureType>" for layer in LAYERS
    )
    return _whole(
        "ListStoredQueriesResponse",
        service,
        f'<wfs:StoredQuery id="{names.GET_FEATURE_BY_ID[service.version]}"><wfs:Title xml:lang="{_language()}">'
        f"{text_of(_('按标识取要素'))}</wfs:Title>{types}</wfs:StoredQuery>",
    )


def described(service: Service, ident: str = "") -> bytes:
    """Return the description of the stored query, under the name it was asked for by."""
    types = " ".join(f"{names.PREFIX}:{layer}" for layer in LAYERS)
    return _whole(
        "DescribeStoredQueriesResponse",
        service,
        f'<wfs:StoredQueryDescription id="{ident or names.GET_FEATURE_BY_ID[service.version]}">'
        f'<wfs:Title xml:lang="{_language()}">{text_of(_("按标识取要素"))}</wfs:Title>'
        '<wfs:Parameter name="ID" type="xsd:string"/>'
        f'<wfs:QueryExpressionText returnFeatureTypes="{types}" '
        'language="urn:ogc:def:queryLanguage:OGC-WFS::WFSQueryExpression" isPrivate="true"/>'
        "</wfs:StoredQueryDescription>",
    )


def _whole(name: str, service: Service, body: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<wfs:{name} {service.namespaces([])} '
        f'xmlns:xsd="{names.XSD}">{body}</wfs:{name}>\n'
    ).encode()
