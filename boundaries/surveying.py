"""Lines without a mouse: typed coordinates, bearings and distances, pasted tables of boundary points (界址点).

Everything ends as whole millimetres (x, y) = (east, north) in the city frame, rounded as a drawn line is, so that
both ways give equal geometry. Chinese surveying writes X for north and Y for east; that is the rule here unless
``axes="xy"`` declares x east, y north. Bearings are from grid north, clockwise.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.directions import BEARINGS_DEG, FourBounds, direction16, four_bounds
from boundaries.editing.grid import Path, Point
from geoapp.core.frame import MM

__all__ = [
    "FourBounds",
    "Surveyed",
    "Unreadable",
    "direction16",
    "four_bounds",
    "read_bearing",
    "read_bearings",
    "read_points",
]

Axes = Literal["survey", "xy"]
Bounds = tuple[float, float, float, float]

_ZONED = 1_000_000.0  # an easting this large carries a zone number before it
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_SEPARATOR = re.compile(r"\s*[,;]\s*|\s+")
_DMS = re.compile(
    r"(?P<d>\d+(\.\d+)?)\s*[°度d](\s*(?P<m>\d+(\.\d+)?)\s*[′'分m])?(\s*(?P<s>\d+(\.\d+)?)\s*(″|\"|''|′′|秒|s))?"
)
_QUADRANT = re.compile(r"(?P<from>[北南NSns])(偏)?(?P<angle>[^东西EWew]*)(?P<to>[东西EWew])(?P<after>.*)")
_NORTH_NAMES = ("x", "n", "北", "纵")
_EAST_NAMES = ("y", "e", "东", "横")
_LABEL_NAMES = ("点号", "编号", "序号", "界址点", "点名", "point", "no", "id", "号", "界桩")
_REMARK = re.compile(r"^\s*(#|//|$)")


class Unreadable(ValueError):
    """Text that gives no line: ``message`` says what is wrong, ``line`` where (from 1; 0 none), ``remedy`` how on."""

    def __init__(self, message: str, *, line: int = 0, remedy: str = "") -> None:
        where = f"第 {line} 行：" if line else ""
        super().__init__(f"{where}{message}" + (f"。{remedy}" if remedy else ""))
        self.message = message
        self.line = line
        self.remedy = remedy


@dataclass(frozen=True)
class Surveyed:
    """Points read from text.

    ``points`` are grid points; a closed figure ends with its first point. ``closure_error_m`` is how far the last
    point given lay from the first (None for an open line or a ring given without repeating its first point);
    ``relative`` is n in 1:n, None when the error is 0 or unknown.
    """

    points: Path
    labels: tuple[str, ...]
    closed: bool
    length_m: float
    closure_error_m: float | None = None

    @property
    def relative(self) -> int | None:
        """Return n of the relative closure error 1:n."""
        if not self.closure_error_m:
            return None
        return round(self.length_m / self.closure_error_m)

    @property
    def geometry(self) -> BaseGeometry:
        """Return the points as a frame LineString (a closed one for a ring; a Point when there is one only)."""
        xy = np.asarray(self.points, dtype=np.float64) / MM
        return shapely.points(xy[0]) if len(xy) == 1 else shapely.linestrings(xy)

    @property
    def polygon(self) -> BaseGeometry:
        """Return a closed figure as a frame Polygon. Raises Unreadable when it is open or crosses itself."""
        if not self.closed or len(self.points) < 4:
            raise Unreadable("界址点没有围成一块", remedy="请补上其余界址点，使首尾相接")
        shape = shapely.Polygon(np.asarray(self.points, dtype=np.float64) / MM)
        if not shape.is_valid:
            raise Unreadable("界址点围成的界线自身相交", remedy="请核对点的次序")
        return shape


def read_points(
    text: str, *, axes: Axes = "survey", closed: bool | None = None, within: Bounds | None = None
) -> Surveyed:
    """Read typed coordinates or a pasted table of boundary points, one point a line.

    Columns are separated by tabs, commas, semicolons or spaces; a header and a column of point numbers are found
    by themselves, further columns (side lengths, remarks) are left aside. ``axes`` says what the first and second
    coordinate are, or what a header's X and Y mean; a header that says 北/东 or N/E speaks for itself. ``closed``
    None: a ring when the last point has the first one's number or place. ``within`` are the city's frame bounds
    (minx, miny, maxx, maxy), to find exchanged coordinates. Raises Unreadable with the line number.
    """
    rows = _rows(text)
    columns = _header(rows[0][1], axes)
    if columns is not None:
        rows = rows[1:]
        if not rows:
            raise Unreadable("只有表头，没有界址点", remedy="请连同界址点一起粘贴")
    labels: list[str] = []
    places: list[tuple[float, float]] = []
    for number, cells in rows:
        label, first, second = _cells(number, cells, columns)
        swapped = columns[2] if columns is not None else axes == "xy"
        east, north = (first, second) if swapped else (second, first)
        _check_place(number, east, north, within)
        labels.append(label)
        places.append((east, north))
    return _figure(places, labels, closed, [number for number, _ in rows])


def read_bearings(
    text: str, start: BaseGeometry | Point, *, closed: bool = False, axes: Axes = "survey"
) -> Surveyed:
    """Read a traverse: each line a bearing and a distance in metres, from a start point.

    ``start`` is a frame point, or (x, y) in integer millimetres. A bearing is decimal degrees (35.5), degrees,
    minutes and seconds (35°20′15″), a quadrant (北偏东35°20′) or one of the sixteen direction words (东北); it
    counts from grid north. With ``closed`` the traverse returns to its start: the closure error is what is missing
    and the last leg's end is put on the start. Raises Unreadable with the line number.
    """
    if isinstance(start, BaseGeometry):
        if start.geom_type != "Point" or start.is_empty:
            raise Unreadable("起点不是一个点", remedy="请在图上点选起点或填写坐标")
        origin = (float(start.x), float(start.y))
    else:
        origin = (start[0] / MM, start[1] / MM)
    east, north = origin
    places, numbers = [origin], [0]
    for number, cells in _rows(text):
        bearing, distance = _leg(number, cells)
        east += distance * math.sin(math.radians(bearing))
        north += distance * math.cos(math.radians(bearing))
        places.append((east, north))
        numbers.append(number)
    labels = [str(i) for i in range(len(places))]
    if not closed:
        return _figure(places, labels, False, numbers)
    labels[-1] = labels[0]
    return _figure(places, labels, True, numbers)


def read_bearing(text: str) -> float:
    """Return a bearing in degrees from grid north, 0 ≤ degrees < 360. Raises Unreadable (without line)."""
    plain = _plain(text).strip()
    if plain in BEARINGS_DEG:
        return BEARINGS_DEG[plain]
    quadrant = _QUADRANT.fullmatch(plain)
    if quadrant is not None:
        angle = _angle((quadrant["angle"] or quadrant["after"]).strip())
        if angle is None or angle > 90 or (quadrant["angle"].strip() and quadrant["after"].strip()):
            raise Unreadable(f"象限角“{text.strip()}”不在 0° 到 90° 之间", remedy="写成 北偏东35°20′15″")
        south, west = quadrant["from"] in "南Ss", quadrant["to"] in "西Ww"
        turned = 180 - angle if south else angle
        return (360 - turned if west else turned) % 360.0
    whole = _angle(plain)
    if whole is None:
        raise Unreadable(
            f"认不出方位“{text.strip()}”", remedy="写成 35.5、35°20′15″、北偏东35°20′ 或 东北 等十六方位"
        )
    if whole > 360:
        raise Unreadable(f"方位角 {whole:g}° 超过 360°", remedy="方位角自坐标北起顺时针，0° 到 360°")
    return whole % 360.0


def _angle(text: str) -> float | None:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    found = _DMS.fullmatch(text)
    if found is None:
        return None
    minutes, seconds = float(found["m"] or 0), float(found["s"] or 0)
    if minutes >= 60 or seconds >= 60:
        return None
    return float(found["d"]) + minutes / 60 + seconds / 3600


def _plain(text: str) -> str:
    """Return text with full-width figures and signs as plain ones; prime marks are kept apart from quotes."""
    kept = text.replace("′", "\u0001").replace("″", "\u0002").replace("，", ",").replace("；", ";")
    plain = unicodedata.normalize("NFKC", kept)
    return plain.replace("\u0001", "′").replace("\u0002", "″").replace("º", "°").replace("−", "-")


def _rows(text: str) -> list[tuple[int, list[str]]]:
    rows = []
    for number, raw in enumerate(text.splitlines(), start=1):
        if _REMARK.match(raw):
            continue
        line = _plain(raw).strip()
        if "\t" in raw:
            cells = [cell.strip() for cell in _plain(raw).split("\t")]
        else:
            cells = [cell for cell in _SEPARATOR.split(line.strip(",;")) if cell]
        rows.append((number, cells))
    if not rows:
        raise Unreadable("没有内容", remedy="每行写一个点，例如：J1 2545012.345 412001.220")
    return rows


def _number(cell: str) -> float | None:
    plain = re.sub(r"(?<=\d)\s*(m|米)$", "", cell)
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


Columns = tuple[
    int, int, bool, int | None
]  # first and second coordinate, whether east comes first, point number


def _header(cells: Sequence[str], axes: Axes) -> Columns | None:
    """Return which columns hold what, None when the first row is no header."""
    if any(_number(cell) is not None for cell in cells[1:3]):
        return None
    names = [re.sub(r"[\s_:]|坐标|\(m\)|\(米\)", "", cell).lower() for cell in cells]
    north = east = label = None
    for i, name in enumerate(names):
        if label is None and name.startswith(_LABEL_NAMES):
            label = i
        elif "北" in name or "纵" in name or (name.startswith("n") and not name.startswith("no")):
            north = i
        elif "东" in name or "横" in name or name.startswith("e"):
            east = i
    if north is None and east is None:
        x = next((i for i, name in enumerate(names) if name[:1] == "x"), None)
        y = next((i for i, name in enumerate(names) if name[:1] == "y"), None)
        north, east = (x, y) if axes == "survey" else (y, x)
    if north is None or east is None:
        return None
    if north < east:
        return north, east, False, label
    return east, north, True, label


def _cells(number: int, cells: Sequence[str], columns: Columns | None) -> tuple[str, float, float]:
    if columns is not None:
        first, second, _, at = columns
        if len(cells) <= max(first, second):
            raise Unreadable("列数比表头少，缺少坐标", line=number, remedy="请核对这一行是否完整")
        label = cells[at] if at is not None and at < len(cells) else ""
        return label, _coordinate(number, cells[first]), _coordinate(number, cells[second])
    filled = [cell for cell in cells if cell]
    if len(filled) < 2:
        raise Unreadable("只有一个数值，缺少坐标", line=number, remedy="每行写两个坐标，前面可带点号")
    labelled = _number(filled[0]) is None or (len(filled) > 2 and _looks_like_number(filled))
    values = filled[1:] if labelled else filled
    if len(values) < 2:
        raise Unreadable("点号之后缺少坐标", line=number, remedy="写成：点号 X Y")
    return (filled[0] if labelled else ""), _coordinate(number, values[0]), _coordinate(number, values[1])


def _looks_like_number(filled: Sequence[str]) -> bool:
    """Tell whether a row of figures begins with a point number: a small whole number before two coordinates."""
    first, third = filled[0], _number(filled[2])
    return first.isdigit() and int(first) < 100_000 and third is not None and abs(third) >= 100_000


def _coordinate(number: int, cell: str) -> float:
    value = _number(cell)
    if value is None:
        raise Unreadable(
            f"“{cell}”不是坐标", line=number, remedy="坐标写成以米为单位的数字，例如 2545012.345"
        )
    return value


def _check_place(number: int, east: float, north: float, within: Bounds | None) -> None:
    if _ZONED <= east < 100 * _ZONED and within is not None and not _in(north, east, within):
        zone = int(east // _ZONED)
        raise Unreadable(
            f"东坐标 {east:.3f} 带有带号 {zone}",
            line=number,
            remedy=f"请去掉开头的带号 {zone}，东坐标只留六位整数",
        )
    if within is None or _in(east, north, within):
        return
    if _in(north, east, within):
        raise Unreadable(
            "北、东坐标可能颠倒",
            line=number,
            remedy="测量表中 X 为北、Y 为东；若表中 x 为东，请选“x 东 y 北”",
        )
    raise Unreadable(
        f"点（东 {east:.3f}，北 {north:.3f}）不在本市范围内", line=number, remedy="请核对坐标系与数字是否缺位"
    )


def _in(east: float, north: float, bounds: Bounds) -> bool:
    return bounds[0] <= east <= bounds[2] and bounds[1] <= north <= bounds[3]


def _leg(number: int, cells: Sequence[str]) -> tuple[float, float]:
    if len(cells) < 2:
        raise Unreadable("缺少方位或距离", line=number, remedy="每行写方位与距离，例如：北偏东35°20′ 128.50")
    distance = _number(cells[-1])
    if distance is None:
        raise Unreadable(f"“{cells[-1]}”不是距离", line=number, remedy="距离以米为单位，例如 128.50")
    if distance <= 0:
        raise Unreadable("距离应大于 0", line=number, remedy="请核对距离；反向请改方位")
    try:
        return read_bearing("".join(cells[:-1])), distance
    except Unreadable as fault:
        raise Unreadable(fault.message, line=number, remedy=fault.remedy) from None


def _figure(
    places: Sequence[tuple[float, float]], labels: list[str], closed: bool | None, numbers: Sequence[int]
) -> Surveyed:
    """Put places on the grid; close a ring onto its first point and say by how much it missed."""
    length = sum(math.dist(a, b) for a, b in zip(places, places[1:], strict=False))
    grid = [(int(np.rint(e * MM)), int(np.rint(n * MM))) for e, n in places]
    for i in range(1, len(grid)):
        if grid[i] == grid[i - 1]:
            raise Unreadable("与上一点相同", line=numbers[i], remedy="请去掉重复的一行")
    repeats = len(grid) > 2 and (grid[-1] == grid[0] or bool(labels[0] and labels[-1] == labels[0]))
    if closed is None:
        closed = repeats
    error = None
    if closed and repeats:
        error = round(math.dist(places[0], places[-1]), 6) if grid[-1] != grid[0] else 0.0
        grid[-1] = grid[0]
        if grid[-2] == grid[0]:
            raise Unreadable("最后两点都与起点相同", line=numbers[-1], remedy="请去掉重复的一行")
    elif closed:
        length += math.dist(places[-1], places[0])
        grid.append(grid[0])
        labels.append(labels[0])
    if closed and len(grid) < 4:
        raise Unreadable("围成一块至少要三个不同的点", line=numbers[-1], remedy="请补上其余界址点")
    return Surveyed(tuple(grid), tuple(labels), closed, round(length, 6), error)
