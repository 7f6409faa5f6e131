"""Land and the coverage it forms: units that fill their parents without gap or overlap.

Geometry is in the city frame (EPSG:4547, metres, x east, y north, whole millimetres).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.core.frame import MM

KINDS = ("village", "community")
REBUILD_AFTER = 256  # changed units kept beside the tree before it is built anew

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Land:
    """One unit, or one parent, with its land.

    ``geometry`` is a Polygon or MultiPolygon; ``parent`` the id of the unit above ("" for none); ``locked``
    keeps operations on it out, though a neighbour's operation may put a corner on its border (at most 0.71 mm
    beside it, listed), ``lock_reason`` says why; ``parts`` and ``enclaves`` are the declared numbers of separate parts and of
    interior rings.
    """

    id: str
    geometry: BaseGeometry
    parent: str = ""
    kind: str = "community"
    locked: bool = False
    lock_reason: str = ""
    parts: int = 1
    enclaves: int = 0
    name: str = ""

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return self.name or self.id

    def with_geometry(self, geometry: BaseGeometry) -> Land:
        """Return the same land with another shape; a MultiPolygon stays one."""
        if self.geometry.geom_type == "MultiPolygon" and geometry.geom_type == "Polygon":
            geometry = shapely.multipolygons([geometry])
        return replace(self, geometry=geometry)


def part_count(geometry: BaseGeometry) -> int:
    """Return the number of separate parts."""
    return int(shapely.get_num_geometries(geometry))


def enclave_count(geometry: BaseGeometry) -> int:
    """Return the number of interior rings over all parts."""
    return int(shapely.get_num_interior_rings(shapely.get_parts(geometry)).sum())


class _Base:
    """The units a tree was built over; shared by all coverages edited from it."""

    def __init__(self, lands: Mapping[str, Land]) -> None:
        self.lands = lands
        self.ids = list(lands)
        self.tree = shapely.STRtree([lands[i].geometry for i in self.ids])


class Coverage:
    """An immutable set of units with a tree to find neighbours, and the outlines of their parents.

    Editing makes a new coverage that shares everything unchanged, so that an operation costs what its
    neighbourhood costs. It may be part of a city only, if it holds the units of an operation and all that touch
    them. Raises ValueError for an id twice, a shape that is not a polygon or not on the
    millimetre grid.
    """

    def __init__(self, units: Iterable[Land], parents: Iterable[Land] = ()) -> None:
        lands = _by_id(units)
        self._parents = _by_id(parents)
        self._base = _Base(lands)
        self._changed: dict[str, Land | None] = {}
        self._size = len(lands)

    @property
    def parents(self) -> Mapping[str, Land]:
        """Return the parents' land by id (all levels)."""
        return MappingProxyType(self._parents)

    def get(self, unit: str) -> Land | None:
        """Return a unit, None when there is none of that id."""
        if unit in self._changed:
            return self._changed[unit]
        return self._base.lands.get(unit)

    def __getitem__(self, unit: str) -> Land:
        land = self.get(unit)
        if land is None:
            raise KeyError(unit)
        return land

    def __contains__(self, unit: object) -> bool:
        return isinstance(unit, str) and self.get(unit) is not None

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[str]:
        for unit in self._base.ids:
            if self._changed.get(unit, self) is not None:
                yield unit
        for unit, land in self._changed.items():
            if land is not None and unit not in self._base.lands:
                yield unit

    def lands(self) -> list[Land]:
        """Return all units."""
        if not self._changed:
            return list(self._base.lands.values())
        return [self[unit] for unit in self]

    def in_box(self, bounds: Bounds) -> list[Land]:
        """Return the units whose bounding box meets a box (minx, miny, maxx, maxy), in a fixed order."""
        box = shapely.box(*bounds)
        found = [
            self._base.lands[self._base.ids[i]]
            for i in np.sort(self._base.tree.query(box))
            if self._base.ids[i] not in self._changed
        ]
        minx, miny, maxx, maxy = bounds
        for land in self._changed.values():
            if land is None:
                continue
            x0, y0, x1, y1 = land.geometry.bounds
            if x0 <= maxx and x1 >= minx and y0 <= maxy and y1 >= miny:
                found.append(land)
        return found

    def neighbours(self, units: Iterable[str]) -> list[Land]:
        """Return the units that share a point with one of ``units``, without these."""
        own = set(units)
        shapes = [self[unit].geometry for unit in sorted(own)]
        if not shapes:
            return []
        near = [land for land in self.in_box(_bounds(shapes)) if land.id not in own]
        kept = []
        for land in near:
            if any(shapely.intersects(land.geometry, shape) for shape in shapes):
                kept.append(land)
        return kept

    def ancestors(self, unit: Land) -> list[Land]:
        """Return the parents above a unit whose outlines are known, nearest first."""
        found: list[Land] = []
        above = self._parents.get(unit.parent)
        while above is not None and above not in found:
            found.append(above)
            above = self._parents.get(above.parent)
        return found

    def replaced(self, units: Mapping[str, Land | None], parents: Mapping[str, Land]) -> Coverage:
        """Return a coverage with some units put in place of others (None: gone) and parents' outlines renewed."""
        new = Coverage.__new__(Coverage)
        new._parents = {**self._parents, **parents} if parents else self._parents
        new._base = self._base
        new._changed = {**self._changed, **units}
        was = sum(unit in self for unit in units)
        new._size = self._size - was + sum(land is not None for land in units.values())
        if len(new._changed) > REBUILD_AFTER:
            new._base = _Base({land.id: land for land in new.lands()})
            new._changed = {}
        return new

    def differing(self, other: Coverage) -> set[str]:
        """Return the ids of units that are not the very same in another coverage."""
        if self._base is other._base:
            asked: Iterable[str] = set(self._changed) | set(other._changed)
        else:
            asked = set(self) | set(other)
        return {unit for unit in asked if self.get(unit) is not other.get(unit)}


def _bounds(shapes: Iterable[BaseGeometry]) -> Bounds:
    minx, miny, maxx, maxy = shapely.total_bounds(list(shapes))
    return float(minx), float(miny), float(maxx), float(maxy)


def _by_id(lands: Iterable[Land]) -> dict[str, Land]:
    found: dict[str, Land] = {}
    for land in lands:
        if land.id in found:
            raise ValueError(f"单位编号重复：{land.id}")
        if land.geometry.geom_type not in ("Polygon", "MultiPolygon") or land.geometry.is_empty:
            raise ValueError(f"{land.label} 没有面状范围")
        found[land.id] = land
    shapes = np.array([land.geometry for land in found.values()], dtype=object)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    off = np.flatnonzero((np.rint(xy * MM) / MM != xy).any(axis=1))
    if len(off):
        land = list(found.values())[owner[off[0]]]
        raise ValueError(f"{land.label} 的坐标 {tuple(xy[off[0]])} 不在整毫米上")
    return found
