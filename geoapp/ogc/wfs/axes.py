"""Names of reference systems as clients write them, and the axis order each name stands for.

``urn:ogc:def:crs:…`` and ``http://www.opengis.net/def/crs/…`` mean the order of the authority (4490 and 4326
latitude first, 4547 northing first); ``EPSG:n`` and ``…/gml/srs/epsg.xml#n`` mean x, y; CRS84 is lon, lat. The
same name means the same in BBOX, in a filter and in the answer.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

from geoapp.core.wording import listed
from geoapp.ogc.crs import CRS84, OFFERED, Crs
from geoapp.ogc.wfs.faults import INVALID, refuse

_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_CODES = {uri.removeprefix(_EPSG): crs for uri, crs in OFFERED.items() if uri.startswith(_EPSG)}
_URN, _URI = "urn:ogc:def:crs:EPSG::", _EPSG
_SHORT, _XML = "EPSG:", "http://www.opengis.net/gml/srs/epsg.xml#"
_FORMS = (
    (
        re.compile(r"urn:(?:x-)?ogc:def:crs:EPSG:(?:[0-9.]{0,8}:)?(\d{4,5})", re.ASCII | re.IGNORECASE),
        _URN,
        True,
    ),
    (re.compile(r"https?://www\.opengis\.net/def/crs/EPSG/[0-9.]{1,8}/(\d{4,5})", re.ASCII), _URI, True),
    (re.compile(r"EPSG:(\d{4,5})", re.ASCII | re.IGNORECASE), _SHORT, False),
    (re.compile(r"https?://www\.opengis\.net/gml/srs/epsg\.xml#(\d{4,5})", re.ASCII), _XML, False),
)
_CRS84 = re.compile(
    r"urn:ogc:def:crs:OGC:(1\.3)?:CRS84|https?://www\.opengis\.net/def/crs/OGC/(1\.3|0)/CRS84|(OGC:)?CRS:?84",
    re.ASCII | re.IGNORECASE,
)
URN_CRS84 = "urn:ogc:def:crs:OGC:1.3:CRS84"


@lru_cache(maxsize=64)
def _named(code: str, form: str, authority: bool) -> Crs:
    crs = _CODES[code]
    return replace(crs, uri=f"{form}{code}", north_first=crs.north_first and authority)


@lru_cache(maxsize=2)
def _crs84(as_uri: bool) -> Crs:
    return CRS84 if as_uri else replace(CRS84, uri=URN_CRS84)


def default() -> Crs:
    """Return the DefaultCRS of every feature type."""
    return _named(str(settings.GEOAPP_WFS_DEFAULT_CRS), _URN, True)


def others() -> list[str]:
    """Return the names of the other reference systems on offer."""
    chosen = str(settings.GEOAPP_WFS_DEFAULT_CRS)
    return [f"{_URN}{code}" for code in _CODES if code != chosen] + [URN_CRS84]


def read(name: str | None, locator: str = "srsName") -> Crs:
    """Return the reference system of a name (None or empty: the default). Raises Fault on others."""
    if not name:
        return default()
    for form, written, authority in _FORMS:
        found = form.fullmatch(name)
        if found and found[1] in _CODES:
            return _named(found[1], written, authority)
    if _CRS84.fullmatch(name):
        return _crs84(name.startswith("http"))
    refuse(INVALID, _("不支持这个坐标系。可用：%s") % listed([default().uri, *others()]), locator)
