"""The network of legs as a planar graph with faces, and sums of homes left of any path in constant time.

Each face (block) carries a mass, its households. Every leg gets a weight such that the weights around a face,
anticlockwise, add up to its mass; by Green's theorem the weights along a closed way add up to the mass inside.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.editing.grid import Edge, Path, Point, edges_of, path_of, rings_of
from boundaries.proposals.linework import Leg

OUTSIDE = -1


@dataclass(frozen=True)
class Way:
    """A leg between nodes, with the faces left and right of it (``OUTSIDE`` for the land beyond)."""

    path: Path
    leg: Leg
    left: int
    right: int

    @property
    def ends(self) -> tuple[Point, Point]:
        """Return the nodes it runs between."""
        return self.path[0], self.path[-1]


class Network:
    """Faces and ways of a unit; ``holes`` are faces that belong to others and are never handed out."""

    def __init__(self, outline: BaseGeometry, legs: Sequence[Leg]) -> None:
        made = shapely.get_parts(shapely.polygonize([leg.geometry for leg in legs]))
        inner = shapely.point_on_surface(made)
        order = np.lexsort((shapely.get_y(inner), shapely.get_x(inner)))
        self.faces: list[BaseGeometry] = [made[i] for i in order]
        inside = shapely.intersects(outline, inner[order])
        self.holes = {int(i) for i in np.flatnonzero(~inside)}
        left_of: dict[Edge, int] = {}
        for i, face in enumerate(self.faces):
            left_of.update(dict.fromkeys(edges_of(face), i))
        self.ways: list[Way] = []
        for leg in legs:
            path = path_of(leg.geometry)
            left = left_of.get((path[0], path[1]), OUTSIDE)
            right = left_of.get((path[1], path[0]), OUTSIDE)
            if left != right:
                self.ways.append(Way(path, leg, left, right))

    def located(self, points: np.ndarray) -> np.ndarray:
        """Return the face of every point (the first, on a line between two; -1 for none)."""
        owner = np.full(len(points), -1)
        at, face = shapely.STRtree(self.faces).query(points, predicate="intersects")
        for i, f in sorted(zip(at.tolist(), face.tolist(), strict=True), reverse=True):
            if f not in self.holes:
                owner[i] = f
        return owner

    def region(self, faces: Collection[int]) -> Region:
        """Return a connected set of faces as land to be cut."""
        return Region(self, frozenset(faces))

    def whole(self) -> frozenset[int]:
        """Return all faces of the unit itself."""
        return frozenset(range(len(self.faces))) - self.holes

    def shape(self, faces: Iterable[int]) -> BaseGeometry:
        """Return the union of faces."""
        return shapely.coverage_union_all([self.faces[i] for i in sorted(faces)])


class Region:
    """Faces to be cut in two: the ways inside, the outline's nodes in order, and the weights."""

    def __init__(self, network: Network, faces: frozenset[int]) -> None:
        self.network, self.faces = network, faces
        self.shape = network.shape(faces)
        # Holes inside the region take part without mass: a cut may run along their edges.
        outer = shapely.Polygon(self.shape.exterior)
        filled = {i for i in network.holes if outer.covers(shapely.point_on_surface(network.faces[i]))}
        self.known = faces | filled
        self.inside: list[int] = []
        rim: list[int] = []
        for i, way in enumerate(network.ways):
            left, right = way.left in self.known, way.right in self.known
            if left and right:
                self.inside.append(i)
            elif left or right:
                rim.append(i)
        self.rim = self._around(rim)

    def _around(self, rim: Sequence[int]) -> list[tuple[int, int]]:
        """Return the ways of the outer ring anticlockwise, each with its direction (1 or -1)."""
        first: dict[Edge, tuple[int, int]] = {}
        for i in rim:
            path = self.network.ways[i].path
            first[path[0], path[1]] = (i, 1)
            first[path[-1], path[-2]] = (i, -1)
        ring = rings_of(shapely.Polygon(self.shape.exterior))[0]
        found = []
        for edge in zip(ring, ring[1:], strict=False):
            if edge in first:
                found.append(first[edge])
        return found

    def weights(self, masses: np.ndarray) -> np.ndarray:
        """Return by way the weight along its own direction; masses are by face of the network."""
        ways = self.network.ways
        near: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for i in [*self.inside, *(i for i, _ in self.rim)]:
            left = ways[i].left if ways[i].left in self.known else OUTSIDE
            right = ways[i].right if ways[i].right in self.known else OUTSIDE
            near[left].append((right, i, -1))
            near[right].append((left, i, 1))
        parent: dict[int, tuple[int, int, int]] = {}
        order = [OUTSIDE]
        queue = deque(order)
        seen = {OUTSIDE}
        while queue:
            face = queue.popleft()
            for other, way, sign in near[face]:
                if other not in seen:
                    seen.add(other)
                    parent[other] = (face, way, sign)
                    order.append(other)
                    queue.append(other)
        flow = {face: float(masses[face]) if face in self.faces else 0.0 for face in self.known}
        weight = np.zeros(len(ways))
        for face in reversed(order[1:]):
            above, way, sign = parent[face]
            # Anticlockwise around a face its ways have it on their left.
            weight[way] += sign * flow[face]
            if above != OUTSIDE:
                flow[above] += flow[face]
        return weight

    def cut(self, path: Sequence[tuple[int, int]]) -> tuple[frozenset[int], frozenset[int]] | None:
        """Return the faces left and right of a path of (way, direction); None when there are not two sides."""
        barrier = {way for way, _ in path}
        ways = self.network.ways
        near: dict[int, list[int]] = defaultdict(list)
        for i in self.inside:
            if i not in barrier:
                near[ways[i].left].append(ways[i].right)
                near[ways[i].right].append(ways[i].left)
        start, sign = path[0]
        seed = ways[start].left if sign > 0 else ways[start].right
        found = _reached(seed, near)
        other = ways[start].right if sign > 0 else ways[start].left
        rest = _reached(other, near)
        left, right = found & self.faces, rest & self.faces
        if other in found or not left or not right or len(left) + len(right) != len(self.faces):
            return None
        return frozenset(left), frozenset(right)


def _reached(seed: int, near: dict[int, list[int]]) -> set[int]:
    seen, queue = {seed}, deque([seed])
    while queue:
        for other in near[queue.popleft()]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen
