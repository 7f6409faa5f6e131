"""The lineage of a unit as a drawing: predecessors left, successors right, what passed along each arrow above it.

Lengths are units of the drawing (pixels at its natural size). The template draws; here everything gets its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

BOX_WIDTH, BOX_HEIGHT = 112, 54
ROW_HEIGHT = 92
RUN_WIDTH = 106
"""The level part of an arrow, which carries its texts."""
BEND_WIDTH = 24
MARGIN = 4
_LONGEST = 8  # characters of a name that fit a box
_MM2X2_OF_KM2 = 2 * 10**12


@dataclass(frozen=True)
class Box:
    """A unit: its left upper corner, its name as it fits and whole, its code."""

    x: int
    y: int
    unit_id: UUID
    name: str
    short: str
    code: str
    own: bool = False

    @property
    def middle(self) -> int:
        """The x of the texts in the box."""
        return self.x + BOX_WIDTH // 2


@dataclass(frozen=True)
class Arrow:
    """An arrow: its path, and its texts with the y of each: kind and date above, shares below."""

    path: str
    text_x: int
    texts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Drawing:
    """The whole drawing; ``width`` and ``height`` are its natural size."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def draw_lineage(
    own: Any, predecessors: Sequence[dict[str, Any]], successors: Sequence[dict[str, Any]]
) -> Drawing | None:
    """Return the drawing of a unit's direct relatives, None when it has none.

    ``own`` is a version of the unit; the rows hold ``arrow`` (UnitLineage) and ``unit`` (a version of the relative).
    """
    rows = max(len(predecessors), len(successors))
    if not rows:
        return None
    reach = BOX_WIDTH + RUN_WIDTH + BEND_WIDTH
    height = 2 * MARGIN + rows * ROW_HEIGHT
    centre_x = MARGIN + (reach if predecessors else 0)
    centre_y = height // 2
    boxes = [_box(centre_x, centre_y, own, own=True)]
    arrows = []
    for place, row in enumerate(predecessors):
        y = _row_y(place, len(predecessors), height)
        boxes.append(_box(MARGIN, y, row["unit"]))
        start, bend, end = MARGIN + BOX_WIDTH, MARGIN + BOX_WIDTH + RUN_WIDTH, centre_x
        path = f"M{start} {y}H{bend}C{bend + 14} {y} {end - 22} {centre_y} {end - 6} {centre_y}"
        arrows.append(_arrow(path, start + RUN_WIDTH // 2 + 8, y, row["arrow"]))
    for place, row in enumerate(successors):
        y = _row_y(place, len(successors), height)
        x = centre_x + reach
        boxes.append(_box(x, y, row["unit"]))
        start, bend = centre_x + BOX_WIDTH, centre_x + BOX_WIDTH + BEND_WIDTH
        path = f"M{start} {centre_y}C{start + 16} {centre_y} {bend - 14} {y} {bend} {y}H{x - 6}"
        arrows.append(_arrow(path, bend + RUN_WIDTH // 2 - 10, y, row["arrow"]))
    width = centre_x + BOX_WIDTH + (reach if successors else 0) + MARGIN
    return Drawing(width, height, tuple(boxes), tuple(arrows))


def _row_y(place: int, of: int, height: int) -> int:
    return height // 2 + round((place - (of - 1) / 2) * ROW_HEIGHT)


def _box(x: int, middle_y: int, version: Any, *, own: bool = False) -> Box:
    name = str(version.name)
    short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    return Box(x, middle_y - BOX_HEIGHT // 2, version.unit_id, name, short, version.code, own)


def _arrow(path: str, x: int, y: int, arrow: Any) -> Arrow:
    above = ((str(arrow.get_kind_display()), y - 20), (arrow.effective.isoformat(), y - 7))
    below = tuple((text, y + 15 + 13 * line) for line, text in enumerate(shares_of(arrow)))
    return Arrow(path, x, above + below)


def shares_of(arrow: Any) -> tuple[str, ...]:
    """Return what passed along an arrow, in words: area, households, addresses; nothing where nobody measured."""
    found = []
    if arrow.area_mm2x2 is not None:
        area_km2 = arrow.area_mm2x2 / _MM2X2_OF_KM2
        found.append(_("%(area)s 平方千米") % {"area": f"{area_km2:.{_places(area_km2)}f}"})
    if arrow.households is not None:
        found.append(_("%(n)s 户") % {"n": _grouped(arrow.households)})
    if arrow.addresses is not None:
        found.append(_("%(n)s 个地址") % {"n": _grouped(arrow.addresses)})
    return tuple(found)


def _grouped(number: int) -> str:
    return f"{number:,}"


def _places(area_km2: float) -> int:
    """Return the decimals that leave three significant figures of a small area."""
    return 2 if area_km2 >= 1 or area_km2 == 0 else 3
