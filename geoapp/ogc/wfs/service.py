"""The service as clients see it: its address, links to pages, namespaces and schema locations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from lxml import etree

from geoapp.ogc.wfs import names
from geoapp.ogc.wfs.faults import attribute
from geoapp.ogc.wfs.request import Asked, Wanted

_LONGEST_LINK = 6_000


@dataclass(frozen=True)
class Service:
    """The address of the service, the version spoken, and what pins the state of the record in links."""

    url: str
    version: str
    known_at: int = 0
    datetime: str = ""

    def describe(self, layers: Collection[str] = ()) -> str:
        """Return the address of the schema of some layers, or of all."""
        given = {"service": "WFS", "version": self.version, "request": "DescribeFeatureType"}
        if layers:
            given["typenames"] = ",".join(layers)
        return f"{self.url}?{urlencode(given, safe=',')}"

    def namespaces(self, layers: Collection[str]) -> str:
        """Return the namespace declarations and schema locations of an answer with features of some layers."""
        spaces = {"wfs": names.WFS, "gml": names.GML, names.PREFIX: names.APP, "xsi": names.XSI}
        declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
        places = [names.WFS, "http://schemas.opengis.net/wfs/2.0/wfs.xsd"]
        places += [names.GML, "http://schemas.opengis.net/gml/3.2.1/gml.xsd"]
        if layers:
            places += [names.APP, self.describe(layers)]
        return f"{declared} xsi:schemaLocation={attribute(' '.join(places))}"

    def page(self, asked: Asked, start: int) -> str:
        """Return the address of another page of the same answer, pinned to its day and act; "" when too long."""
        given = dict(asked.carried) or _as_pairs(asked, self.version)
        for name in ("startindex", "resulttype", "datetime", "known-at", "known_at", "knownat", "time"):
            given.pop(name, None)
        given |= {
            "startindex": str(start),
            "datetime": self.datetime,
            "known-at": str(self.known_at),
        }
        link = f"{self.url}?{urlencode(given, safe=',:/()')}"
        return link if len(link) <= _LONGEST_LINK else ""


def _as_pairs(asked: Asked, version: str) -> dict[str, str]:
    """Return an XML request as key-value pairs."""
    given = {"service": "WFS", "version": version, "request": asked.operation}
    if asked.format == "geojson":
        given["outputformat"] = names.GEOJSON_TYPE
    if asked.count is not None:
        given["count"] = str(asked.count)
    if asked.value_reference:
        given["valuereference"] = asked.value_reference
    queries = asked.queries
    if queries[0].by_id:
        return given | {"storedquery_id": names.GET_FEATURE_BY_ID[version], "id": (queries[0].ids or [""])[0]}
    given["typenames"] = _listed([q.layer for q in queries])
    if any(q.filter is not None for q in queries):
        given["filter"] = _listed([_filter(q) for q in queries])
    if any(q.properties for q in queries):
        given["propertyname"] = _listed([",".join(q.properties) for q in queries])
    if any(q.sort for q in queries):
        given["sortby"] = _listed(
            [",".join(f"{p} {'DESC' if d else 'ASC'}" for p, d in q.sort) for q in queries]
        )
    if queries[0].crs:
        given["srsname"] = queries[0].crs
    return given


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else "".join(f"({part})" for part in parts)


def _filter(query: Wanted) -> str:
    return "" if query.filter is None else etree.tostring(query.filter, encoding="unicode", with_tail=False)
