"""Coverages made to order: a jittered mesh with bent edges, and defects planted at known places."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from boundaries.coverage_report import Plain, feature

BENDS = 8  # inner vertices of an edge
SIDE = 1000.0


@dataclass
class Mesh:
    """Rings of an n×m mesh; neighbours share every vertex."""

    rings: list[np.ndarray]
    n: int
    m: int
    planted: dict[str, list[frozenset[int]]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    shapes: dict[int, object] = field(default_factory=dict)
    attributes: list[dict[str, str]] = field(default_factory=list)
    factor: float = 1.0

    def shape(self, i: int):
        return self.shapes[i] if i in self.shapes else shapely.Polygon(self.rings[i])

    def features(self) -> list[Plain]:
        return [
            feature(i, self.shape(i), self.attributes[i])
            for i in range(len(self.rings))
            if self.shape(i) is not None
        ]

    def note(self, kind: str, *cells: int) -> None:
        self.planted.setdefault(kind, []).append(frozenset(cells))


def mesh(
    seed: int, n: int = 7, m: int = 7, *, factor: float = 1.0, origin=(500000.0, 2500000.0), decimals: int = 3
):
    """Return a mesh of n×m cells of about SIDE·factor, coordinates rounded as a file would hold them."""
    rng = np.random.default_rng(seed)
    corners = np.stack(np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"), -1) * SIDE
    corners = corners + rng.uniform(-150, 150, corners.shape)

    def bent(a, b):
        t = np.linspace(0, 1, BENDS + 2)[1:-1, None]
        d = b - a
        normal = np.array([-d[1], d[0]]) / np.hypot(*d)
        return a + t * d + rng.uniform(-25, 25, (BENDS, 1)) * normal

    across = {(i, j): bent(corners[i, j], corners[i + 1, j]) for i in range(n) for j in range(m + 1)}
    up = {(i, j): bent(corners[i, j], corners[i, j + 1]) for i in range(n + 1) for j in range(m)}
    rings = []
    for i in range(n):
        for j in range(m):
            a, b, c, d = corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]
            parts = [a, across[i, j], b, up[i + 1, j], c, across[i, j + 1][::-1], d, up[i, j][::-1], a]
            ring = np.vstack(parts)
            rings.append(np.round(ring * factor + origin, decimals))
    attributes = [{"code": f"4406{k:08d}", "name": f"第{k}村"} for k in range(n * m)]
    return Mesh(rings, n, m, attributes=attributes, factor=factor)


def _free(mesh_: Mesh, rng: np.random.Generator, reach: int = 1) -> tuple[int, int]:
    """Return an inner cell (row, column) none of whose neighbourhood carries a defect yet, and book it."""
    for _ in range(1000):
        i, j = int(rng.integers(1, mesh_.n - 1 - reach + 1)), int(rng.integers(1, mesh_.m - 1 - reach + 1))
        around = {(i + a) * mesh_.m + j + b for a in range(-1, reach + 1) for b in range(-1, reach + 1)}
        if not around & mesh_.used:
            mesh_.used |= around
            return i, j
    raise AssertionError("mesh is full")


def plant_line_defect(mesh_: Mesh, rng: np.random.Generator, kind: str, size_m: float) -> None:
    """Move one inner vertex of the right edge of a cell: inwards opens a gap, outwards an overlap."""
    i, j = _free(mesh_, rng)
    cell, other = i * mesh_.m + j, (i + 1) * mesh_.m + j
    ring = mesh_.rings[cell].copy()
    first = BENDS + 2  # after corner a, its edge and corner b
    k = first + int(rng.integers(1, BENDS - 1))
    along = ring[k + 1] - ring[k - 1]
    inward = np.array([-along[1], along[0]]) / np.hypot(*along)
    ring[k] += inward * size_m * mesh_.factor * (1 if kind == "gap" else -1)
    mesh_.rings[cell] = ring
    mesh_.note(kind, cell, other)


def plant_enclave(mesh_: Mesh, rng: np.random.Generator, how: str) -> None:
    """Leave out real ground: a whole cell, a pond in one cell, a lake over the meeting point of four."""
    i, j = _free(mesh_, rng, reach=1 if how != "corner" else 2)
    cell = i * mesh_.m + j
    if how == "cell":
        around = [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
        mesh_.shapes[cell] = None
        mesh_.note("enclave", *(a * mesh_.m + b for a, b in around))
        return
    if how == "pond":
        middle = shapely.Polygon(mesh_.rings[cell]).centroid
        pond = middle.buffer(rng.uniform(40, 200) * mesh_.factor, quad_segs=5)
        mesh_.shapes[cell] = shapely.difference(mesh_.shape(cell), pond)
        mesh_.note("enclave", cell)
        return
    corner = shapely.Point(mesh_.rings[cell][2 * (BENDS + 1)])
    lake = corner.buffer(rng.uniform(60, 200) * mesh_.factor, quad_segs=6)
    four = [(i + a) * mesh_.m + j + b for a in (0, 1) for b in (0, 1)]
    for k in four:
        mesh_.shapes[k] = shapely.difference(mesh_.shape(k), lake)
    mesh_.note("enclave", *four)


def plant_swap(mesh_: Mesh, rng: np.random.Generator) -> None:
    """Swap two neighbouring vertices of an inner edge so that the ring crosses itself once."""
    while True:
        i, j = _free(mesh_, rng)
        cell = i * mesh_.m + j
        for k in range(BENDS + 3, 2 * BENDS + 1):
            ring = mesh_.rings[cell].copy()
            ring[[k, k + 1]] = ring[[k + 1, k]]
            if not shapely.Polygon(ring).is_valid:
                mesh_.rings[cell] = ring
                mesh_.note("invalid_ring", cell)
                return
