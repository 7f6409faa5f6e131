"""What proposals are made of: homes, estates, lines to cut along, and what counts as good.

Frame metres (EPSG:4547).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class House:
    """A building with homes; ``geometry`` is a point, or an area that counts where its inner point lies."""

    geometry: BaseGeometry
    households: int
    population: int = 0


@dataclass(frozen=True)
class Block:
    """An estate or another compound that stays whole; ``geometry`` is an area."""

    id: str
    geometry: BaseGeometry
    name: str = ""


@dataclass(frozen=True)
class CutLine:
    """A centreline a boundary may follow: ``kind`` is ``river``, ``road`` or ``other`` (railway, wall)."""

    geometry: BaseGeometry
    kind: str = "road"
    name: str = ""
    width_m: float = 0.0


@dataclass(frozen=True)
class ProposalLimits:
    """What counts as balanced and how hard to look. Values are ours; no law or standard read gives them.

    ``balance`` is the largest deviation of a piece's households from the mean that is called balanced.
    """

    balance: float = 0.10
    most_plans: int = 5
    least_plans: int = 3
    extension_m: float = 200.0  # a dead end may be prolonged this far to the next line
    gap_clear_m: float = 12.0  # a cut between estates where no line runs keeps this far from lines
    most_shared: float = 0.6  # two plans that share more of their cut than this are the same idea
    judged: int = 40  # candidates measured exactly; the rest only by cost and balance


COST = {"river": 0.5, "other": 1.2, "extension": 4.0, "gap": 6.0, "outline": 0.05}
"""Cost of a metre of cut by what it follows; roads by width, see ``cost_per_m``."""

FOLLOWED = ("river", "road", "other")
"""Kinds of line that are there to be seen on the ground."""


def cost_per_m(kind: str, width_m: float) -> float:
    """Return what a metre of cut costs along a line: rivers and wide roads little, lanes much."""
    if kind == "road":
        return 1.6 - min(width_m, 40.0) * 0.025
    return COST[kind]


def compactness(shape: BaseGeometry) -> float:
    """Return 4πA/P² (Polsby and Popper): 1 for a disc, towards 0 for a ribbon."""
    return float(4 * math.pi * shape.area / shape.length**2)
