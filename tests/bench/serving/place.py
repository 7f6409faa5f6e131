"""Where the made-up city of the benchmark lies: pure arithmetic that the data and the requests share.

Built-up squares of ten thousand addresses each stand on a grid of ten by ten within the region; a smaller register
has fewer squares and not thinner ones, so that the same boxes and tiles hold as many addresses in both. Degrees are
(lon, lat) of EPSG:4490.
"""

from __future__ import annotations

import math
from hashlib import blake2b
from uuid import UUID

REGION = (112.80, 22.75, 113.40, 23.35)
"""West, south, east, north of the communities."""
COMMUNITIES = 809
PER_SQUARE = 10_000
SQUARE_DEG = 0.0235
"""Side of a built-up square."""
FIRST_DAY, CHANGE_DAYS = "2020-01-01", ("2021-03-01", "2022-05-10", "2023-07-20", "2024-09-09", "2025-11-11")
"""The day of the first act, and of the acts that changed one address in ten together."""
PAST_DAY = "2021-01-01"
"""A day of law before all changes."""

Box = tuple[float, float, float, float]


def ident(layer: str, number: int) -> UUID:
    """Return the id of the n-th thing of a layer: spread as random ids are, the same every time."""
    return UUID(bytes=blake2b(f"{layer} {number}".encode(), digest_size=16).digest())


def squares(addresses: int) -> int:
    """Return how many built-up squares so many addresses fill."""
    return min(100, max(1, math.ceil(addresses / PER_SQUARE)))


def corner(square: int) -> tuple[float, float]:
    """Return the south-west corner of a built-up square; neighbours in number lie far apart."""
    west, south, east, north = REGION
    cell = square * 37 % 100
    across, up = (east - west) / 10, (north - south) / 10
    return (
        round(west + (cell % 10 + 0.5) * across - SQUARE_DEG / 2, 6),
        round(south + (cell // 10 + 0.5) * up - SQUARE_DEG / 2, 6),
    )


def box(square: int, share: float) -> Box:
    """Return a box in the middle of a square that holds a ``share`` of its addresses, about."""
    x, y = corner(square)
    edge = SQUARE_DEG * (1 - math.sqrt(share)) / 2
    far = SQUARE_DEG - edge
    return round(x + edge, 6), round(y + edge, 6), round(x + far, 6), round(y + far, 6)


def tile(square: int, level: int) -> tuple[int, int]:
    """Return column and row of the WebMercatorQuad tile at the middle of a square."""
    x, y = corner(square)
    lon, lat = x + SQUARE_DEG / 2, math.radians(y + SQUARE_DEG / 2)
    tiles = 2**level
    up = (1 - math.log(math.tan(lat) + 1 / math.cos(lat)) / math.pi) / 2
    return int((lon + 180) / 360 * tiles), int(up * tiles)
