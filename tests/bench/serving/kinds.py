"""Kinds of requests, what each server is asked for them, and the bars. Pure data.

A kind is a letter of the bar, with the way it is asked where ours has two (``a-wfs``, ``a-api``). Everybody is asked
for the same boxes, ids and tiles, in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from tests.bench.serving import place
from tests.bench.serving.bodies import Features, from_geojson, from_gml, from_tile
from tests.bench.serving.figures import Bar
from tests.bench.serving.store import SCHEMA, Box, Chosen

PAGE = 10_000
OURS, OURS_EMBEDDED = "geoapp", "geoapp-spatialite"
MAPSERVER, TIPG, PYGEOAPI, GISSERVER = "MapServer", "tipg", "pygeoapi", "django-gisserver"
JUDGED = (OURS, MAPSERVER, TIPG)
"""The servers of the bars: measured by turns in every round; the others, for information, once."""
REVALIDATED = "e-304"

TITLES = {
    "a-wfs": "bbox, about 1,000 addresses, GeoJSON, WFS 2.0",
    "a-api": "the same, OGC API – Features",
    "b": "the same as GML 3.2, WFS 2.0",
    "c-wfs": "one address by id, GeoJSON, WFS 2.0",
    "c-api": "the same, OGC API – Features",
    "d-wfs": "page of 10,000 addresses, GeoJSON, WFS 2.0",
    "d-api": "the same, OGC API – Features",
    "e-wfs": "all communities, GeoJSON, WFS 2.0",
    "e-api": "the same, OGC API – Features",
    REVALIDATED: "the same, revalidated (ETag, 304)",
    "f": "vector tile, about 2,000 addresses, all attributes",
    "g-a": "a through the OGC API, as of a past day",
    "g-c": "c through the OGC API, as of a past day",
}


_SQUARES, _IDS, _LEVEL, _THOUSAND = 12, 40, 15, 0.1


def chosen(addresses: int) -> Chosen:
    """Return boxes of about 1,000, ids, and tiles of about 2,000 addresses, of a made-up register of that size.

    The same squares hold as many in a smaller register; from level 15 on ours draws addresses with all properties.
    """
    squares = range(min(_SQUARES, place.squares(addresses)))
    most = min(addresses, 200_000)
    tiles = [place.tile(square, _LEVEL) for square in squares]
    return Chosen(
        boxes=tuple(place.box(square, _THOUSAND) for square in squares),
        ids=tuple(str(place.ident("addresses", (3 + 9_973 * n) % most)) for n in range(_IDS)),
        tiles=tuple((_LEVEL, row, col) for col, row in tiles),
    )


@dataclass(frozen=True)
class Asked:
    """What a server is asked for a kind: paths in turn, and how to read what comes back.

    ``box``, ``id`` and ``tile`` kinds have a path for each of the boxes, ids or tiles, in their order. ``tagged``: the
    answer's ETag is sent along, 304 is right.
    """

    paths: tuple[str, ...]
    read: Callable[[bytes], Features]
    tagged: bool = False


def _gml(body: bytes) -> Features:
    return from_gml(body, north_first=True)


def _wfs(layer: str, **more: str) -> str:
    asked = {"SERVICE": "WFS", "VERSION": "2.0.0", "REQUEST": "GetFeature", "TYPENAMES": layer} | more
    return "/wfs?" + urlencode(asked, quote_via=quote, safe=",:/")


def _wfs_kinds(chosen: Chosen, json: str, gml: str, crs: str) -> dict[str, Asked]:
    """Return the kinds asked of a WFS; ``crs`` has latitude first."""

    def window(box: Box) -> str:
        west, south, east, north = box
        return f"{south},{west},{north},{east},{crs}"

    return {
        "a-wfs": Asked(
            tuple(_wfs("addresses", OUTPUTFORMAT=json, BBOX=window(b)) for b in chosen.boxes), from_geojson
        ),
        "b": Asked(tuple(_wfs("addresses", OUTPUTFORMAT=gml, BBOX=window(b)) for b in chosen.boxes), _gml),
        "c-wfs": Asked(
            tuple(_wfs("addresses", OUTPUTFORMAT=json, RESOURCEID=f"addresses.{i}") for i in chosen.ids),
            from_geojson,
        ),
        "d-wfs": Asked((_wfs("addresses", OUTPUTFORMAT=json, COUNT=str(PAGE)),), from_geojson),
        "e-wfs": Asked((_wfs("communities", OUTPUTFORMAT=json),), from_geojson),
    }


def _api_kinds(chosen: Chosen, root: str, prefix: str, form: str, day: str = "") -> dict[str, Asked]:
    """Return the kinds asked of an OGC API; ``root`` is its way in, ``prefix`` what collections' ids begin with."""
    addresses = f"{root}/collections/{prefix}addresses/items"
    communities = f"{root}/collections/{prefix}communities/items"
    when = f"&datetime={day}" if day else ""

    def window(box: Box) -> str:
        return ",".join(repr(v) for v in box)

    return {
        "a-api": Asked(
            tuple(f"{addresses}?f={form}&limit={PAGE}&bbox={window(b)}{when}" for b in chosen.boxes),
            from_geojson,
        ),
        "c-api": Asked(tuple(f"{addresses}/{i}?f={form}{when}" for i in chosen.ids), from_geojson),
        "d-api": Asked((f"{addresses}?f={form}&limit={PAGE}",), from_geojson),
        "e-api": Asked((f"{communities}?f={form}&limit={PAGE}",), from_geojson),
    }


def of_ours(chosen: Chosen, past: str) -> dict[str, Asked]:
    """Return what our service is asked."""
    api = _api_kinds(chosen, "/ogc", "", "json")
    then = _api_kinds(chosen, "/ogc", "", "json", past)
    crs = "urn:ogc:def:crs:EPSG::4490"
    tiles = tuple(
        f"/ogc/collections/addresses/tiles/WebMercatorQuad/{z}/{row}/{col}" for z, row, col in chosen.tiles
    )
    return {
        **_wfs_kinds(chosen, "application/geo+json", "application/gml+xml; version=3.2", crs),
        **api,
        REVALIDATED: Asked(api["e-api"].paths, from_geojson, tagged=True),
        "f": Asked(tiles, from_tile),
        "g-a": then["a-api"],
        "g-c": then["c-api"],
    }


def of_mapserver(chosen: Chosen) -> dict[str, Asked]:
    """Return what MapServer is asked (its OGC API finds an id only by reading the whole table)."""
    return _wfs_kinds(
        chosen,
        "application/json; subtype=geojson",
        "application/gml+xml; version=3.2",
        "urn:ogc:def:crs:EPSG::4326",
    )


def of_gisserver(chosen: Chosen) -> dict[str, Asked]:
    """Return what django-gisserver is asked."""
    return _wfs_kinds(chosen, "geojson", "application/gml+xml; version=3.2", "urn:ogc:def:crs:EPSG::4326")


def of_tipg(chosen: Chosen) -> dict[str, Asked]:
    """Return what tipg is asked."""
    tiles = tuple(
        f"/collections/{SCHEMA}.addresses/tiles/WebMercatorQuad/{z}/{col}/{row}"
        for z, row, col in chosen.tiles
    )
    return {**_api_kinds(chosen, "", f"{SCHEMA}.", "geojson"), "f": Asked(tiles, from_tile)}


def of_pygeoapi(chosen: Chosen) -> dict[str, Asked]:
    """Return what pygeoapi is asked."""
    return _api_kinds(chosen, "", "", "json")


def counterpart(kind: str, has: Callable[[str], bool]) -> str | None:
    """Return the kind of another server that a kind of ours is compared with, None when it has none."""
    if has(kind):
        return kind
    letter, _sign, _way = kind.partition("-")
    for other in (f"{letter}-wfs", f"{letter}-api"):
        if other != kind and has(other):
            return other
    return None


def bars(ours: str) -> list[Bar]:
    """Return the bars of our service (``ours``: on which database)."""
    against_mapserver = [
        ("a", "a-wfs", "a-wfs", 3.5),
        ("a", "a-api", "a-wfs", 3.5),
        ("b", "b", "b", 3.0),
        ("c", "c-wfs", "c-wfs", 3.5),
        ("c", "c-api", "c-wfs", 3.5),
        ("d", "d-wfs", "d-wfs", 4.5),
        ("d", "d-api", "d-wfs", 4.5),
        ("e", "e-wfs", "e-wfs", 9.0),
        ("e", "e-api", "e-wfs", 9.0),
        ("e", REVALIDATED, "e-wfs", 50.0),
    ]
    return [
        *(Bar(row, (ours, kind), (MAPSERVER, other), least) for row, kind, other, least in against_mapserver),
        Bar("f", (ours, "f"), (TIPG, "f"), 1.5),
        Bar("g", (ours, "g-a"), (ours, "a-api"), 0.7),
        Bar("g", (ours, "g-c"), (ours, "c-api"), 0.7),
    ]
