"""The requests of bars a to g that our service answers: pure data. The data is that of ``tests.bench.serving.data``.

A load is a list of addresses, relative to the service, that are asked for in turn. ``revalidated`` ones are asked for
once and then again with the ETag of the first answer. Boxes and tiles hold as many addresses in a register of 200,000
as in one of a million: the first twenty squares are in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.bench.serving import place

SQUARES = 20
THOUSAND, PAGE = 0.073, 10_000
"""The share of a square that holds a thousand addresses; features on the long page."""
TILE_LEVEL = 15


@dataclass(frozen=True)
class Load:
    """Requests of one kind: the bar it belongs to, a name, addresses, headers; ``holds`` says what an answer holds."""

    bar: str
    name: str
    paths: tuple[str, ...]
    holds: str
    headers: Mapping[str, str] = field(default_factory=dict)
    revalidated: bool = False


def _wfs(**given: object) -> str:
    asked = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", **given}
    return f"/wfs?{urlencode(asked, safe=',:/')}"


def _items(layer: str, **given: object) -> str:
    return f"/ogc/collections/{layer}/items?{urlencode({'f': 'json', **given}, safe=',:')}"


def _box(square: int) -> str:
    return ",".join(f"{n:.6f}" for n in place.box(square, THOUSAND))


def _boxes(**more: object) -> tuple[str, ...]:
    return tuple(_items("addresses", bbox=_box(n), limit=10_000, **more) for n in range(SQUARES))


def _wfs_boxes(**more: object) -> tuple[str, ...]:
    return tuple(
        _wfs(typenames="addresses", bbox=f"{_box(n)},EPSG:4326", srsname="EPSG:4326", count=10_000, **more)
        for n in range(SQUARES)
    )


def _idents(**more: object) -> tuple[str, ...]:
    tail = f"?{urlencode({'f': 'json', **more})}"
    wanted = [place.ident("addresses", 3 + 9_973 * n % 200_000) for n in range(100)]
    return tuple(f"/ogc/collections/addresses/items/{ident}{tail}" for ident in wanted)


def _tiles() -> tuple[str, ...]:
    found = []
    for square in range(SQUARES):
        col, row = place.tile(square, TILE_LEVEL)
        found.append(f"/ogc/collections/addresses/tiles/WebMercatorQuad/{TILE_LEVEL}/{row}/{col}?f=mvt")
    return tuple(found)


_GEOJSON = "application/geo+json"
_FAR = tuple(_items("addresses", limit=PAGE, after=f"{n}-1000000") for n in (0, 20_000, 90_000, 150_000))
LOADS = (
    Load("a", "a bbox GeoJSON, OGC API", _boxes(), "about 1000 addresses"),
    Load("a", "a bbox GeoJSON, WFS", _wfs_boxes(outputformat=_GEOJSON), "about 1000 addresses"),
    Load("b", "b bbox GML 3.2, WFS", _wfs_boxes(), "about 1000 addresses"),
    Load("c", "c by id, OGC API", _idents(), "one address"),
    Load("d", "d first page of 10,000, OGC API", (_items("addresses", limit=PAGE),), "10,000 addresses"),
    Load("d", "d pages of 10,000 that follow", _FAR, "10,000 addresses"),
    Load(
        "d",
        "d page of 10,000, WFS",
        tuple(
            _wfs(typenames="addresses", count=PAGE, startindex=n * PAGE, outputformat=_GEOJSON)
            for n in (0, 1)
        ),
        "10,000 addresses",
    ),
    Load("e", "e all communities, OGC API", (_items("communities", limit=PAGE),), "809 polygons"),
    Load(
        "e",
        "e all communities, WFS GeoJSON",
        (_wfs(typenames="communities", outputformat=_GEOJSON),),
        "809 polygons",
    ),
    Load("e", "e all communities, WFS GML", (_wfs(typenames="communities"),), "809 polygons"),
    Load(
        "e",
        "e all communities, revalidated",
        (_items("communities", limit=PAGE),),
        "nothing: 304",
        revalidated=True,
    ),
    Load("f", "f vector tile", _tiles(), "about 2000 addresses"),
    Load("g", "g bbox GeoJSON, past day", _boxes(datetime=place.PAST_DAY), "about 1000 addresses"),
    Load("g", "g bbox GeoJSON, as known then", _boxes(**{"known-at": 1}), "about 1000 addresses"),
    Load("g", "g by id, past day", _idents(datetime=place.PAST_DAY), "one address"),
)
