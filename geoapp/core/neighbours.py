"""Which geometries of a set lie near another: one STRtree, asked in frame metres."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

K = TypeVar("K", bound=Hashable)


class Neighbourhood(Generic[K]):
    """An immutable index over frame geometries, keyed by the caller's ids."""

    def __init__(self, geometries: Mapping[K, BaseGeometry] | Iterable[tuple[K, BaseGeometry]]) -> None:
        pairs = geometries.items() if isinstance(geometries, Mapping) else geometries
        kept = [(key, geometry) for key, geometry in pairs if geometry is not None and not geometry.is_empty]
        self.keys: list[K] = [key for key, _ in kept]
        self.geometries: list[BaseGeometry] = [geometry for _, geometry in kept]
        self._tree = shapely.STRtree(self.geometries)

    def within(self, geometry: BaseGeometry, distance_m: float) -> list[K]:
        """Return the keys of geometries at most ``distance_m`` metres from ``geometry``, in key order."""
        found = self._tree.query(geometry, predicate="dwithin", distance=distance_m)
        return [self.keys[i] for i in sorted(found)]

    def intersecting(self, geometry: BaseGeometry) -> list[K]:
        """Return the keys of geometries that share a point with ``geometry``."""
        return [self.keys[i] for i in sorted(self._tree.query(geometry, predicate="intersects"))]

    def containing(self, point: BaseGeometry) -> list[K]:
        """Return the keys of geometries that cover ``point``."""
        return [self.keys[i] for i in sorted(self._tree.query(point, predicate="covered_by"))]

    def nearest(self, geometry: BaseGeometry) -> tuple[K, float] | None:
        """Return the nearest key and its distance in metres, or None when the index is empty."""
        if not self.keys:
            return None
        i = int(self._tree.nearest(geometry))
        return self.keys[i], float(self.geometries[i].distance(geometry))
