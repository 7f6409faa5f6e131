"""What QGIS is asked to open, and what must arrive: ids, names and coordinates of rows found by plain SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from tests.clients.city import LATER, PAST

DEGREES, METRES = 1e-8, 1e-3
FORMS = {
    "EPSG:4490": 4490,
    "urn:ogc:def:crs:EPSG::4490": 4490,
    "http://www.opengis.net/def/crs/EPSG/0/4490": 4490,
    "EPSG:4326": 4490,
    "urn:ogc:def:crs:EPSG::4547": 4547,
    "EPSG:3857": 3857,
}
"""Names of reference systems as a person may give them to QGIS, and what must come back, x first."""
Row = list[Any]
AWKWARD = '引"号\\<路>&😀'
"""The name of one street of every_layer.py: quotation mark, backslash, angle brackets, beyond the first plane."""


@dataclass
class Case:
    """One opening of a layer. ``group`` is its line in the matrix; ``keep`` says which rows must arrive."""

    id: str
    group: str
    provider: str
    layer: str
    uri: str
    srid: int = 4490
    day: str = "today"
    keep: Callable[[str, str, Any], bool] | None = None
    named_only: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """Return what the reader needs to know."""
        return {"id": self.id, "provider": self.provider, "uri": self.uri, **self.extra}


def wfs(base: str, layer: str, crs: str = "EPSG:4490", *, vendor: str = "", more: str = "") -> str:
    """Return the address of a layer for QGIS's WFS provider."""
    return (
        f"pagingEnabled='true' restrictToRequestBBOX='1' srsname='{crs}' typename='geo:{layer}' "
        f"url='{base}/wfs{vendor}' version='2.0.0' {more}"
    )


def oapif(base: str, layer: str, *, vendor: str = "", more: str = "") -> str:
    """Return the address of a layer for QGIS's OGC API provider."""
    return (
        f"pagingEnabled='true' restrictToRequestBBOX='1' typename='{layer}' url='{base}/ogc/{vendor}' {more}"
    )


def every(base: str, rows: dict[str, dict[str, list[Row]]]) -> list[Case]:
    """Return all cases."""
    found = [
        Case(f"oapif {layer}", "every layer, whole", "OAPIF", layer, oapif(base, layer))
        for layer in rows["today"]
    ]
    for crs, srid in FORMS.items():
        group = "every layer, whole" if crs == "EPSG:4490" else f"every layer, srsname {crs}"
        found += [
            Case(f"wfs {layer} {crs}", group, "WFS", layer, wfs(base, layer, crs), srid)
            for layer in rows["today"]
        ]
    return found + _paged(base) + _places(base, rows) + _attributes(base) + _past(base)


def _paged(base: str) -> list[Case]:
    group, size = "more than 10,000 features in pages (WFS: of 500)", "pageSize='500'"
    return [
        Case("wfs paged", group, "WFS", "addresses", wfs(base, "addresses", more=size)),
        Case("oapif paged", group, "OAPIF", "addresses", oapif(base, "addresses", more=size)),
    ]


def _places(base: str, rows: dict[str, dict[str, list[Row]]]) -> list[Case]:
    """A box over part of the city, in the frame of the layer; and a spatial condition in sql=."""
    west, south, east, north = shapely.total_bounds([_shape(r[3]) for r in rows["today"]["communities"]])
    x0, y0 = west + (east - west) * 0.021, south + (north - south) * 0.1025
    box = (x0, y0, x0 + (east - west) * 0.1, y0 + (north - south) * 0.02)
    found = []
    for layer in ("addresses", "communities", "towns"):
        for crs, srid in (("EPSG:4490", 4490), ("urn:ogc:def:crs:EPSG::4547", 4547), ("EPSG:3857", 3857)):
            rect = list(box) if srid == 4490 else list(_to(srid).transform_bounds(*box))
            kept = shapely.box(*rect)
            found.append(
                Case(
                    f"wfs box {layer} {srid}",
                    "spatial filter (box)",
                    "WFS",
                    layer,
                    wfs(base, layer, crs),
                    srid,
                    keep=lambda _i, _n, shape, kept=kept: bool(shape.intersects(kept)),
                    extra={"rect": rect},
                )
            )
        kept = shapely.box(*box)
        found.append(
            Case(
                f"oapif box {layer}",
                "spatial filter (box)",
                "OAPIF",
                layer,
                oapif(base, layer),
                keep=lambda _i, _n, shape, kept=kept: bool(shape.intersects(kept)),
                extra={"rect": list(box)},
            )
        )
    area = shapely.box(*box).wkt
    kept = shapely.box(*box)
    sql = f"sql=SELECT * FROM addresses WHERE ST_Intersects(geom, ST_GeometryFromText('{area}'))"
    found.append(
        Case(
            "wfs sql spatial",
            "spatial condition in sql=",
            "WFS",
            "addresses",
            wfs(base, "addresses", more=sql),
            keep=lambda _i, _n, shape: bool(shape.intersects(kept)),
        )
    )
    return found


CONDITIONS: dict[str, tuple[str, str, Callable[[str, str, Any], bool]]] = {
    "LIKE, Chinese": ("streets", "\"name\" LIKE '%新名%'", lambda _i, n, _s: "新名" in n),
    "LIKE, one character": ("streets", "\"name\" LIKE '_路'", lambda _i, n, _s: len(n) == 2 and n[1] == "路"),
    "=, awkward name": (
        "streets",
        "\"name\" = '{}'".format(AWKWARD.replace("\\", "\\\\")),
        lambda _i, n, _s: n == AWKWARD,
    ),
    "<>": ("communities", "\"name\" <> '邻区社区'", lambda _i, n, _s: n != "邻区社区"),
    "IN": (
        "communities",
        "\"name\" IN ('邻区社区', '邻区村')",
        lambda _i, n, _s: n in ("邻区社区", "邻区村"),
    ),
    "AND, OR, NOT": (
        "communities",
        "(\"name\" LIKE '邻区%' OR \"name\" LIKE '试验%') AND NOT (\"name\" LIKE '%村')",
        lambda _i, n, _s: n[:2] in ("邻区", "试验") and not n.endswith("村"),
    ),
    "comparison of numbers": ("streets", '"length_m" > 400', lambda _i, _n, _s: True),
    "IS NULL": ("communities", '"valid_to" IS NULL', lambda _i, _n, _s: True),
}


def _attributes(base: str) -> list[Case]:
    found = []
    for title, (layer, condition, keep) in CONDITIONS.items():
        for provider, uri in (("WFS", wfs(base, layer)), ("OAPIF", oapif(base, layer))):
            for way in ("subset", "expression"):
                found.append(
                    Case(
                        f"{provider.lower()} {way} {title}",
                        f"attribute filter ({'layer' if way == 'subset' else 'request'})",
                        provider,
                        layer,
                        uri,
                        keep=keep,
                        extra={way: condition},
                    )
                )
    sql = "sql=SELECT name, id FROM streets WHERE name LIKE '新名%' ORDER BY name"
    found.append(
        Case(
            "wfs sql",
            "attributes and order in sql=",
            "WFS",
            "streets",
            wfs(base, "streets", more=sql),
            keep=lambda _i, n, _s: n == LATER,
        )
    )
    return found


def _past(base: str) -> list[Case]:
    group, vendor = "a past day (datetime= in the address)", f"?datetime={PAST}"
    return [
        Case("wfs past", group, "WFS", "streets", wfs(base, "streets", vendor=vendor), day="past"),
        Case("oapif past", group, "OAPIF", "streets", oapif(base, "streets", vendor=vendor), day="past"),
    ]


@lru_cache(maxsize=4)
def _to(srid: int) -> Transformer:
    return Transformer.from_crs(4490, srid, always_xy=True)


def _shape(text: str | None) -> Any:
    return None if text is None else shapely.from_wkb(text)


def in_frame(shape: Any, srid: int) -> Any:
    if shape is None or srid == 4490:
        return shape
    return shapely.transform(shape, lambda xy: np.column_stack(_to(srid).transform(xy[:, 0], xy[:, 1])))


def wrong(case: Case, rows: list[Row], answer: dict[str, Any]) -> list[str]:
    """Return what is wrong with an answer: rows lost, doubled or too many, names, coordinates. Empty when all is right."""
    if "error" in answer:
        return [str(answer["error"])]
    expected = {}
    for ident, name, _kind, wkb in rows:
        shape = in_frame(_shape(wkb), case.srid)
        if case.keep is None or case.keep(ident, name, shape):
            expected[ident] = (name, shape)
    said, seen = [], set()
    if not expected:
        said.append("no row to be found: the case proves nothing")
    tolerance = DEGREES if case.srid == 4490 else METRES
    for key, name, wkb in answer["rows"]:
        ident = key.replace("-", "").rpartition(".")[2]
        if ident in seen:
            said.append(f"twice: {ident}")
        seen.add(ident)
        if ident not in expected:
            said.append(f"not expected: {ident} {name}")
            continue
        known, shape = expected[ident]
        if name != known:
            said.append(f"name {name!r}, not {known!r}")
        if not same_places(_shape(wkb), shape, tolerance):
            said.append(f"coordinates of {ident}")
    said += [f"missing: {ident}" for ident in expected if ident not in seen]
    return said


def same_places(got: Any, expected: Any, tolerance: float) -> bool:
    """Say whether corners agree; rings may be turned and begin elsewhere."""
    if got is None or expected is None:
        return got is None and expected is None
    one, other = shapely.get_coordinates(got), shapely.get_coordinates(expected)
    if one.shape != other.shape:
        return False
    apart = np.abs(one[:, None, :] - other[None, :, :]).max(axis=2)
    return bool(max(apart.min(axis=0).max(), apart.min(axis=1).max()) <= tolerance)
