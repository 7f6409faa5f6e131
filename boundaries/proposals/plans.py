"""A plan: operations that have been carried out and proved, and its figures. Frame metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.certificates import Certificate
from boundaries.editing import Coverage, Edited, Limits, Operation, Refused, apply
from boundaries.editing.land import part_count
from boundaries.proof import prove
from boundaries.proposals.material import FOLLOWED, Block, CutLine, House, compactness
from boundaries.proposals.network import Network
from boundaries.proposals.partition import Cut

_GRAZED_M = 0.1  # a piece that reaches this little into an estate does not cut it


@dataclass(frozen=True)
class Piece:
    """A unit as the plan makes it; ``moved_if_kept`` counts addresses that change unit if this one keeps the id."""

    id: str
    geometry: BaseGeometry
    households: int
    population: int
    area_m2: float
    compactness: float
    addresses: int
    moved_if_kept: int
    estates: tuple[str, ...]


@dataclass(frozen=True)
class Followed:
    """What the cut follows: kind, name ("" for none) and how far, metres."""

    kind: str
    name: str
    length_m: float


@dataclass(frozen=True)
class Plan:
    """A proposal: what to do, what comes of it. ``deviation`` is the piece farthest from the mean, as a share."""

    unit: str
    operations: tuple[Operation, ...]
    pieces: tuple[Piece, ...]
    cut: BaseGeometry
    followed: tuple[Followed, ...]
    followed_share: float
    river_share: float
    deviation: float
    balanced: bool
    estates_cut: int
    blocks_cut: int
    addresses_moved: int
    certificate: Certificate
    flags: tuple[str, ...] = ()
    explanation: str = ""

    @property
    def cut_m(self) -> float:
        """Return the length of the new line."""
        return float(self.cut.length)

    @property
    def score(self) -> float:
        """Return what plans are ranked by: less is better."""
        shape = 1 - sum(p.compactness for p in self.pieces) / len(self.pieces)
        doors = sum(p.addresses for p in self.pieces)
        moved = self.addresses_moved / doors if doors else 0.0
        return (
            10 * self.deviation + 3 * (1 - self.followed_share) + 0.3 * self.blocks_cut
            + 1.5 * shape + moved - 0.3 * self.river_share
        )  # fmt: skip


class Judge:
    """Carries partitions out on the coverage, proves them and measures what they make."""

    def __init__(
        self,
        unit: str,
        coverage: Coverage,
        houses: Sequence[House],
        places: np.ndarray,
        estates: Sequence[Block],
        addresses: np.ndarray,
        real: Sequence[CutLine],
        new_ids: Sequence[str],
        editing: Limits,
        balance: float,
    ) -> None:
        self.unit, self.coverage = unit, coverage
        self.places, self.addresses, self.estates = places, addresses, estates
        self.households = np.array([h.households for h in houses], dtype=np.int64)
        self.population = np.array([h.population for h in houses], dtype=np.int64)
        self.new_ids, self.editing, self.balance = new_ids, editing, balance
        land = coverage[unit].geometry
        lines = shapely.unary_union([land.boundary, *(line.geometry for line in real)], grid_size=0.001)
        self._blocks = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))

    def plan(self, cut: Cut, network: Network) -> Plan | None:
        """Return a partition as a proved plan; None when editing refuses it or the proof fails."""
        door = owner_of([network.shape(leaf.faces) for leaf in cut.leaves()], self.addresses)
        doors = [int((door == n).sum()) for n in range(len(cut.leaves()))]
        keeper = max(range(len(doors)), key=lambda n: (doors[n], -n))
        operations = cut.operations(self.unit, self.new_ids, keeper)
        done = self._carried_out(operations)
        if done is None:
            return None
        edits, after = done
        ids = cut.ids(self.unit, self.new_ids, keeper)
        pieces = self._pieces(ids, after)
        touched = {u for edit in edits for u in edit.changed}
        certificate = prove(
            self.coverage,
            after,
            inserted=[node for edit in edits for node in edit.inserted],
            households=self._figures(pieces, touched, "households"),
            population=self._figures(pieces, touched, "population"),
        )
        spare = part_count(self.coverage[self.unit].geometry) - 1
        parts = sum(part_count(piece.geometry) - 1 for piece in pieces)
        estates_cut = self._estates_cut(pieces)
        if not certificate.proved or parts > spare or estates_cut:
            return None
        return self._measured(cut, network, operations, pieces, certificate)

    def _carried_out(self, operations: Sequence[Operation]) -> tuple[list[Edited], Coverage] | None:
        edits: list[Edited] = []
        after = self.coverage
        try:
            for operation in operations:
                edits.append(apply(after, operation, self.editing))
                after = edits[-1].coverage
        except Refused:
            return None
        return edits, after

    def _pieces(self, ids: Sequence[str], after: Coverage) -> list[Piece]:
        shapes = [after[i].geometry for i in ids]
        home, door = owner_of(shapes, self.places), owner_of(shapes, self.addresses)
        total = int((door >= 0).sum())
        found = []
        for n, (name, shape) in enumerate(zip(ids, shapes, strict=True)):
            own = int((door == n).sum())
            inside = [e.id for e in self.estates if shape.contains(shapely.point_on_surface(e.geometry))]
            found.append(
                Piece(
                    id=name,
                    geometry=shape,
                    households=int(self.households[home == n].sum()),
                    population=int(self.population[home == n].sum()),
                    area_m2=float(shape.area),
                    compactness=compactness(shape),
                    addresses=own,
                    moved_if_kept=total - own,
                    estates=tuple(inside),
                )
            )
        return found

    def _figures(
        self, pieces: Sequence[Piece], touched: set[str], key: str
    ) -> tuple[dict[str, int], dict[str, int]]:
        """Return a figure by unit before and after; neighbours that only receive a node lose and gain nothing."""
        before = dict.fromkeys(touched, 0)
        after = dict.fromkeys(touched, 0)
        before[self.unit] = int(getattr(self, key).sum())
        after.update({piece.id: getattr(piece, key) for piece in pieces})
        return before, after

    def _estates_cut(self, pieces: Sequence[Piece]) -> int:
        count = 0
        for estate in self.estates:
            least = _GRAZED_M * estate.geometry.length
            held = [p for p in pieces if p.geometry.intersection(estate.geometry).area > least]
            count += len(held) > 1
        return count

    def _measured(
        self,
        cut: Cut,
        network: Network,
        operations: Sequence[Operation],
        pieces: Sequence[Piece],
        certificate: Certificate,
    ) -> Plan:
        ways = [network.ways[w] for w in sorted(cut.all_ways())]
        new = [way for way in ways if way.leg.source.kind != "outline"]
        lengths: dict[tuple[str, str], float] = {}
        for way in new:
            source = way.leg.source
            key = (source.kind, source.name)
            lengths[key] = lengths.get(key, 0.0) + float(way.leg.geometry.length)
        total = sum(lengths.values())
        free = [way.leg.geometry for way in new if way.leg.source.kind not in FOLLOWED]
        mean = sum(p.households for p in pieces) / len(pieces)
        deviation = max(abs(p.households - mean) for p in pieces) / mean
        keeper = next(p for p in pieces if p.id == self.unit)
        ordered = sorted(lengths.items(), key=lambda item: (-item[1], item[0]))
        return Plan(
            unit=self.unit,
            operations=tuple(operations),
            pieces=tuple(pieces),
            cut=shapely.line_merge(shapely.multilinestrings([way.leg.geometry for way in new])),
            followed=tuple(Followed(kind, name, length) for (kind, name), length in ordered),
            followed_share=sum(v for (kind, _), v in ordered if kind in FOLLOWED) / total,
            river_share=sum(v for (kind, _), v in ordered if kind == "river") / total,
            deviation=deviation,
            balanced=deviation <= self.balance,
            estates_cut=0,
            blocks_cut=self._blocks_cut(free),
            addresses_moved=keeper.moved_if_kept,
            certificate=certificate,
        )

    def _blocks_cut(self, free: Sequence[BaseGeometry]) -> int:
        if not free:
            return 0
        lines = shapely.union_all(free)
        return sum(block.intersection(lines).length > 1.0 for block in self._blocks)


def owner_of(shapes: Sequence[BaseGeometry], points: np.ndarray) -> np.ndarray:
    """Return the first shape each point lies in or on, -1 for none."""
    owner = np.full(len(points), -1)
    for n in range(len(shapes) - 1, -1, -1):
        shapely.prepare(shapes[n])
        owner[shapely.intersects(shapes[n], points)] = n
    return owner
