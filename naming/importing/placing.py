"""Where the rows of a file lie: coordinates of any column or geometry into frame millimetres, in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer

from geoapp.core import frame
from naming.addressing.reading import read_xy

CELLS = 100_000_000
_WHOLE = 2**40


@dataclass(frozen=True, slots=True)
class Spot:
    """A position in frame millimetres, the square metre it is in, or that it could not be read."""

    x_mm: int | None = None
    y_mm: int | None = None
    unreadable: str = ""

    @property
    def cell(self) -> int | None:
        """The square metre the position is in."""
        if self.x_mm is None or self.y_mm is None:
            return None
        return cell_of(self.x_mm // 1000, self.y_mm // 1000)


def cell_of(x_m: int, y_m: int) -> int:
    """Number the square metre whose corner has these whole metres."""
    return x_m * CELLS + y_m


class Placer:
    """Turns coordinates into the frame: geometry of ``crs``, or columns x/y (frame metres) and lon/lat (degrees).

    Columns of x and y may hold degrees, and may stand in the order of surveyors (x north): in this frame both can
    be told from the figures. ``column_crs`` states another system for the columns.
    """

    def __init__(self, crs: str | None, column_crs: str = "") -> None:
        self._stated = bool(column_crs)
        self._ways = {
            "geometry": None if crs is None else self._to_frame(crs),
            "columns": self._to_frame(column_crs) if column_crs else None,
            "degrees": self._to_frame("EPSG:4490"),
            "frame": None,
        }

    @staticmethod
    def _to_frame(crs: str) -> Transformer | None:
        """Return the way into the frame; None where the coordinates are the frame's own."""
        given = CRS.from_user_input("EPSG:4490" if crs in ("EPSG:4326", "OGC:CRS84") else crs)
        if given == CRS.from_epsg(frame.srid()):
            return None
        return Transformer.from_crs(given, frame.srid(), always_xy=True)

    def place(
        self, points: Sequence[tuple[float, float] | None], written: Sequence[tuple[str, str]]
    ) -> list[Spot]:
        """Return the spots of rows: by their geometry, failing that by their columns."""
        spots: list[Spot] = [Spot()] * len(points)
        ways: dict[str, list[tuple[int, float, float]]] = {}
        for i, (point, (x_text, y_text)) in enumerate(zip(points, written, strict=True)):
            if point is not None:
                ways.setdefault("geometry", []).append((i, *point))
                continue
            try:
                found = read_xy(x_text, y_text)
            except ValueError:
                spots[i] = Spot(unreadable=f"{x_text},{y_text}")
                continue
            if found is None:
                continue
            x, y = found
            if self._stated:
                ways.setdefault("columns", []).append((i, x, y))
                continue
            if abs(x) <= 180 and abs(y) <= 180:
                x, y = (y, x) if abs(y) > 90 else (x, y)
                ways.setdefault("degrees", []).append((i, x, y))
            else:
                ways.setdefault("frame", []).append((i, *((y, x) if x > 1_500_000 > y else (x, y))))
        for name, rows in ways.items():
            way = self._ways[name]
            xy = np.array([row[1:] for row in rows], dtype=float)
            if way is not None:
                xy = np.column_stack(way.transform(xy[:, 0], xy[:, 1]))
            far = ~np.isfinite(xy).all(axis=1) | (np.abs(xy) > _WHOLE / 1000).any(axis=1)
            xy[far] = 0
            mm = np.rint(xy * 1000).astype(np.int64).tolist()
            for (i, *given), (x_mm, y_mm), lost in zip(rows, mm, far.tolist(), strict=True):
                spots[i] = Spot(unreadable=f"{given[0]},{given[1]}") if lost else Spot(x_mm, y_mm)
        return spots
