"""Requests that cost a service dear: the list of reliability test 17, and what is like it in the other services."""

from __future__ import annotations

import math

from tests.faults.asking import Wish
from tests.faults.hostile_xml import FES, GML, WFS
from tests.faults.loading import SIZE, SOUTH, WEST

_WFS = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typenames": "addresses"}
_EVERYWHERE = "-180,-90,180,90"
_ITEMS = "/ogc/collections/addresses/items"


def _wfs(name: str, **more: str) -> Wish:
    return Wish(name, "/wfs", _WFS | more)


def _filter(inner: str) -> str:
    return f'<fes:Filter xmlns:fes="{FES}" xmlns:gml="{GML}">{inner}</fes:Filter>'


def _posted(name: str, inner: str, **attributes: str) -> Wish:
    told = " ".join(f'{k}="{v}"' for k, v in attributes.items())
    body = (
        f'<wfs:GetFeature xmlns:wfs="{WFS}" service="WFS" version="2.0.0" {told}>'
        f'<wfs:Query typeNames="addresses">{_filter(inner)}</wfs:Query></wfs:GetFeature>'
    )
    return Wish(name, "/wfs", body=body.encode())


def _like(pattern: str) -> str:
    return (
        '<fes:PropertyIsLike wildCard="*" singleChar="?" escapeChar="!">'
        f"<fes:ValueReference>compound</fes:ValueReference><fes:Literal>{pattern}</fes:Literal></fes:PropertyIsLike>"
    )


def _equal(value: int) -> str:
    return (
        "<fes:PropertyIsEqualTo><fes:ValueReference>number</fes:ValueReference>"
        f"<fes:Literal>{value}号x</fes:Literal></fes:PropertyIsEqualTo>"
    )


def ring(corners: int) -> list[tuple[float, float]]:
    """Return a star over the whole square, (lon, lat), closed."""
    x, y, found = WEST + SIZE / 2, SOUTH + SIZE / 2, []
    for k in range(corners):
        turn, reach = 2 * math.pi * k / corners, SIZE * (0.45 + 0.05 * (k % 2))
        found.append((round(x + reach * math.cos(turn), 7), round(y + reach * math.sin(turn), 7)))
    return [*found, found[0]]


def _polygon(corners: int) -> str:
    told = " ".join(f"{y} {x}" for x, y in ring(corners))
    return (
        "<fes:Intersects><fes:ValueReference>geom</fes:ValueReference>"
        '<gml:Polygon gml:id="p" srsName="urn:ogc:def:crs:EPSG::4490"><gml:exterior><gml:LinearRing>'
        f"<gml:posList>{told}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></fes:Intersects>"
    )


def _wkt(corners: int) -> str:
    return f"POLYGON(({','.join(f'{x} {y}' for x, y in ring(corners))}))"


LIKES = "*".join(["", *"aaaaaaaaaaaaaa", "b"])
_SORTED = (
    "name,code,street,number,kind,unit,status,valid_from,valid_to,act,compound,building,unit_no,floor,room"
)
_MATRIX = "tiles/WebMercatorQuad"


def expensive() -> list[Wish]:
    """Return the requests, most of which are refused; those that are answered keep to their budget."""
    deep = "NOT (" * 20_000 + "number = '1'" + ")" * 20_000
    chain = " OR ".join(f"number LIKE '%{n}%x%'" for n in range(600))
    many = ",".join(f"'{n}'" for n in range(100_000))
    tree = '{"op":"not","args":[' * 500 + '{"op":"=","args":[{"property":"number"},"1"]}' + "]}" * 500
    return [
        _wfs("world, count 1e9", bbox=f"{_EVERYWHERE},EPSG:4326", count="1000000000"),
        _wfs("world in GeoJSON", bbox=f"{_EVERYWHERE},EPSG:4326", outputformat="application/geo+json"),
        _posted("polygon of 1,000,000 corners, 8 MB and more", _polygon(1_000_000)),
        _posted("polygon of 300,000 corners", _polygon(300_000)),
        _posted("polygon of 19,000 corners", _polygon(19_000), count="10"),
        _posted("Or of 2000", f"<fes:Or>{''.join(_equal(n) for n in range(2000))}</fes:Or>"),
        _posted("Or of 600", f"<fes:Or>{''.join(_equal(n) for n in range(600))}</fes:Or>"),
        _posted("Like *a*a*…", _like(LIKES)),
        _posted("Like *a*a*… a hundred times", f"<fes:Or>{_like(LIKES) * 100}</fes:Or>"),
        _posted("Like of 40 wildcards", _like("*a" * 40)),
        _wfs("startIndex 1e20", startindex="1" + "0" * 20),
        _wfs("startIndex 199,000", startindex="199000", count="10"),
        _wfs("sort by everything", sortby=_SORTED, count="10000"),
        _wfs("sort by 3000 keys", sortby=",".join(["name"] * 3000), count="10"),
        _wfs(
            "hits over everything, costly filter",
            resulttype="hits",
            filter=_filter(f"<fes:Not>{_like(LIKES)}</fes:Not>"),
        ),
        _wfs("twelve queries at once", typenames=",".join(["(addresses)"] * 12).replace(",", "")),
        Wish("world, limit 1e9", _ITEMS, {"bbox": _EVERYWHERE, "limit": "1000000000"}),
        Wish(
            "limit 10000 in 4547",
            _ITEMS,
            {"limit": "10000", "crs": "http://www.opengis.net/def/crs/EPSG/0/4547"},
        ),
        Wish("CQL2 20,000 deep", _ITEMS, {"filter": deep[:30_000]}),
        Wish("CQL2 JSON 500 deep", _ITEMS, {"filter": tree, "filter-lang": "cql2-json"}),
        Wish("CQL2, 600 LIKE", _ITEMS, {"filter": chain, "limit": "1"}),
        Wish(
            "CQL2, IN of 1,900",
            _ITEMS,
            {"filter": f"number IN ({many[: many.index(chr(39) + '1900')][:-1]})"},
        ),
        Wish("CQL2, IN of 100,000", _ITEMS, {"filter": f"number IN ({many})"}),
        Wish("CQL2, polygon of 2,000 corners", _ITEMS, {"filter": f"S_INTERSECTS(geom, {_wkt(2_000)})"}),
        Wish(
            "CQL2, CASEI and ACCENTI",
            _ITEMS,
            {"filter": "CASEI(ACCENTI(name)) = CASEI(ACCENTI('x')) OR " * 60 + "1=2"},
        ),
        Wish("MVT z0 of everything", f"/ogc/{_MATRIX}/0/0/0"),
        Wish("MVT z0 of addresses", f"/ogc/collections/addresses/{_MATRIX}/0/0/0"),
        Wish("MVT z13 of addresses", f"/ogc/collections/addresses/{_MATRIX}/13/3556/6667"),
        Wish("MVT z10 of communities", f"/ogc/collections/communities/{_MATRIX}/10/444/833"),
        Wish(
            "feed from 0, limit 1e9",
            "/ogc/feed",
            {"after": "0", "limit": "1000000000", "changes": "1000000000"},
        ),
        Wish("snapshot, limit 1e9", "/ogc/feed/snapshot", {"layer": "addresses", "limit": "1000000000"}),
        Wish("GeoJSON of a layer", "/download/addresses.geojson"),
        Wish("CSV of a layer", "/download/addresses.csv"),
        Wish("GeoPackage of a layer", "/download/addresses.gpkg"),
        Wish("Shapefile of a layer", "/download/addresses.zip"),
    ]
