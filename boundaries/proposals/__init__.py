"""Machine-made proposals for splitting an oversize community: along roads and rivers, estates whole.

Pure: no database. ``propose_splits`` gives several plans side by side, each with operations of
``boundaries.editing`` that have been applied and proved; people choose, change or refuse them. Coordinates are
(x, y) = (east, north) in metres of the city frame (EPSG:4547).
"""

from boundaries.proposals.material import Block, CutLine, House, ProposalLimits
from boundaries.proposals.plans import Piece, Plan
from boundaries.proposals.propose import propose_splits
from boundaries.proposals.words import side_by_side

__all__ = [
    "Block",
    "CutLine",
    "House",
    "Piece",
    "Plan",
    "ProposalLimits",
    "propose_splits",
    "side_by_side",
]
