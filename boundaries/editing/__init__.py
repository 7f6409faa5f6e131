"""Editing of a coverage: operations on units whose borders are shared, exact to the millimetre.

Pure: no database. ``apply(coverage, operation)`` gives an ``Edited`` with a new coverage, or raises ``Refused``
and leaves everything as it was. Coordinates are (x, y) = (east, north) in the city frame.
"""

from boundaries.editing.apply import STANDARD, apply, replay
from boundaries.editing.asking import open_unit
from boundaries.editing.land import KINDS, Coverage, Land
from boundaries.editing.operations import (
    Convert,
    Declared,
    InsertNode,
    Merge,
    MoveEdge,
    Operation,
    RedrawBetween,
    Split,
    Transfer,
    operation_from_json,
)
from boundaries.editing.rebuild import Edited, InsertedNode
from boundaries.editing.refusals import Limits, Refused

__all__ = [
    "KINDS",
    "STANDARD",
    "Convert",
    "Coverage",
    "Declared",
    "Edited",
    "InsertNode",
    "InsertedNode",
    "Land",
    "Limits",
    "Merge",
    "MoveEdge",
    "Operation",
    "RedrawBetween",
    "Refused",
    "Split",
    "Transfer",
    "apply",
    "open_unit",
    "operation_from_json",
    "replay",
]
