"""What a tile shows of a layer at a scale: pure data and the questions asked of it.

Scales are the side of a pixel in metres (a tile is 256 of them wide), so that one rule serves every grid.
"""

from __future__ import annotations

from dataclasses import dataclass

from geoapp.ogc.layers import LAYERS, Column, Layer
from geoapp.ogc.tiles.matrices import MatrixSet

MOST_BYTES = 500_000
"""No tile is larger; what does not fit is left out by rank and the answer says so."""
MOST_FEATURES = 20_000
EXTENT = 4096
"""Units across a tile."""
BUFFER = 64
"""Units kept around a tile, so that lines and borders meet across its edges."""
_SIMPLIFY_PIXELS = 0.25
_EXACT_PIXEL_M = 0.6
_FEW = ("name", "kind", "status", "code")


@dataclass(frozen=True)
class Detail:
    """Scales of a layer.

    From ``shown_m`` metres a pixel on (and finer) it is drawn, from ``full_m`` on with all its properties, before
    with the few that a label or a style needs. Lines shorter than ``least_pixels`` are left out.
    """

    shown_m: float = float("inf")
    full_m: float = 20.0
    least_pixels: float = 0.0


_DETAIL = {
    "streets": Detail(shown_m=160.0, full_m=20.0, least_pixels=4.0),
    "addresses": Detail(shown_m=10.0, full_m=5.0),
    "place_names": Detail(shown_m=80.0, full_m=20.0),
    "communities": Detail(shown_m=320.0, full_m=40.0),
    "towns": Detail(full_m=320.0),
    "districts": Detail(full_m=320.0),
    "boundary_lines": Detail(full_m=80.0, least_pixels=4.0),
    "boundary_markers": Detail(shown_m=80.0, full_m=20.0),
}


def detail(layer: Layer) -> Detail:
    """Return the scales of a layer."""
    return _DETAIL.get(layer.id, Detail())


def shown(layer: Layer, grid: MatrixSet, level: int) -> bool:
    """Say whether a layer is drawn at a level."""
    return grid.pixel_m(level) <= detail(layer).shown_m


def levels(layer: Layer, grid: MatrixSet) -> range:
    """Return the levels at which a layer is drawn."""
    first = next((n for n in range(grid.levels) if shown(layer, grid, n)), grid.levels)
    return range(first, grid.levels)


def columns(layer: Layer, grid: MatrixSet, level: int) -> tuple[Column, ...]:
    """Return the properties a feature carries at a level."""
    if grid.pixel_m(level) <= detail(layer).full_m:
        return layer.columns
    return tuple(c for c in layer.columns if c.name in _FEW)


def least_m(layer: Layer, grid: MatrixSet, level: int) -> float:
    """Return the length from which on a line is drawn at a level, in metres."""
    return detail(layer).least_pixels * grid.pixel_m(level)


def tolerance(grid: MatrixSet, level: int) -> float:
    """Return how far a simplified line may be from the true one, in units of the CRS; 0 where it is exact."""
    pixel = grid.pixel_m(level)
    return 0.0 if pixel < _EXACT_PIXEL_M else pixel * _SIMPLIFY_PIXELS


def known_layers(ids: list[str]) -> list[Layer]:
    """Return layers by their ids, all of them when none is named. Raises KeyError for an unknown one."""
    return [LAYERS[ident] for ident in ids] if ids else list(LAYERS.values())
