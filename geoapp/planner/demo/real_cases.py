"""Two published decisions, replayed in the demo: names, dates and printed spellings are the sources', where the
streets lie and the rest is ours (示意)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from geoapp.planner.demo.city import DemoUnit, core_of, seats
from geoapp.planner.demo.streets import DemoStreet

OURS = "位置、走向与未注明来源的内容为示意"


@dataclass(frozen=True)
class RealItem:
    """A street of a published decision, placed in the demo; geometry is a frame line."""

    name: str
    pinyin_as_printed: str
    geometry: BaseGeometry
    width_m: float
    start_text: str
    end_text: str
    meaning: str
    note: str


@dataclass(frozen=True)
class _Printed:
    """What the source prints; ``meaning`` only where it gives one."""

    name: str
    pinyin: str = ""
    start: str = ""
    end: str = ""
    width_m: float | None = None
    length_m: float | None = None
    meaning: str = ""


@dataclass(frozen=True)
class RealCase:
    """A published decision with its source and the demo town it is placed in."""

    title: str
    decided_on: date
    approver: str
    doc_no: str
    source: str
    town_code: str
    printed: tuple[_Printed, ...]
    left_side: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the decision."""
        return tuple(row.name for row in self.printed)

    def place(self, units: Sequence[DemoUnit], streets: Sequence[DemoStreet]) -> list[RealItem]:
        """Return the streets at free places of the demo town (frame metres); the same for the same demo."""
        spots = _free_lines(units, streets, self.town_code, self.left_side)
        found = []
        for row in self.printed:
            line = next(spots)
            if row.length_m:
                line = shapely.ops.substring(line, 0, min(row.length_m, line.length))
                line = shapely.transform(line, lambda xy: xy.round(3))
            found.append(
                RealItem(
                    row.name,
                    row.pinyin,
                    line,
                    row.width_m or 18.0,
                    row.start or "规划路口（示意）",
                    row.end or "现状路口（示意）",
                    row.meaning or f"“{row.name}”的含义未见公布（示意）",
                    OURS,
                )
            )
        return found


def _free_lines(
    units: Sequence[DemoUnit], streets: Sequence[DemoStreet], town_code: str, left_side: bool
) -> Iterator[BaseGeometry]:
    town = next(u for u in units if u.code == town_code)
    assert town.geometry is not None
    core = core_of(town, seats().get(town_code))
    room = town.geometry.buffer(-40).intersection(core)
    tree = shapely.STRtree([s.geometry for s in streets])
    taken: list[BaseGeometry] = []
    xmin, ymin, xmax, ymax = room.bounds
    columns = range(int((xmax - xmin) / 300))
    for row in range(int((ymax - ymin) / 70)):
        for column in reversed(columns) if left_side else columns:
            x, y = round(xmin + 30 + column * 300, 3), round(ymin + 20 + row * 70, 3)
            line = shapely.LineString([(x, y), (round(x + 275, 3), round(y + 145, 3))])
            if not room.covers(line) or any(line.dwithin(other, 30) for other in taken):
                continue
            strip = line.buffer(12)
            if any(tree.geometries[i].intersection(strip).length > 60 for i in tree.query(strip)):
                continue
            taken.append(line)
            yield line


_NANHAI = "佛山市南海区人民政府 2023-04-18 批准（媒体报道）"
_QINGXIN = "清远市清新区地名委员会办公室《太平镇道路命名公告》2023-09-09"

NANHAI_2023 = RealCase(
    title="南海区 2023 年新命名六条道路",
    decided_on=date(2023, 4, 18),
    approver="佛山市南海区人民政府",
    doc_no="2023-04-18 批准（文号未见公布）",
    source=_NANHAI,
    town_code="440605011",
    printed=(
        _Printed("鱼跃路"),
        _Printed(
            "鲲鹏路",
            pinyin="Kūnpénɡ Lù",
            start="泰山路(西段)",
            end="港口路以东(东段)",
            meaning="出自《庄子·逍遥游》",
        ),
        _Printed("扬帆路", pinyin="Yánɡfān Lù", meaning="采词自“潮平岸阔催人进，风正扬帆正当时”(隧道形态)"),
        _Printed("登顶路", pinyin="Dēnɡdǐnɡ Lù", meaning="登上山峰的顶峰，不畏艰险"),
        _Printed("锦程一路"),
        _Printed("锦程二路"),
    ),
)
"""The printed spellings carry U+0261 (ɡ) where Hanyu Pinyin wants g: kept as printed, mended on intake."""

QINGXIN_2023 = RealCase(
    title="太平镇 2023 年命名十二条巷道（清远市清新区公告，借佛山示意地点演示）",
    decided_on=date(2023, 9, 9),
    approver="清远市清新区地名委员会办公室",
    doc_no="2023-09-09 公告（文号未见公布）",
    source=_QINGXIN,
    town_code="440605126",
    printed=(
        _Printed(
            "西闸街二巷",
            pinyin="Xizha Jie 2 Xiang",
            start="东南:西闸街",
            end="北:太府一巷",
            width_m=6.8,
            length_m=90.0,
        ),
        _Printed(
            "西闸街三巷",
            pinyin="Xizha Jie 3 Xiang",
            start="东南:西闸街",
            end="西北:太府一巷",
            width_m=6.5,
            length_m=90.0,
        ),
        _Printed(
            "猪行村南巷",
            pinyin="Zhuhang Cun Nan Xiang",
            start="东南:西闸街",
            end="西北:富民路",
            width_m=6.0,
            length_m=268.0,
        ),
        _Printed(
            "太丰一街横一巷",
            pinyin="Taifeng 1 Jie Heng 1 Xiang",
            start="西南:太丰一街",
            end="东北:龙湾大道",
            width_m=8.7,
            length_m=263.0,
        ),
        _Printed(
            "冯屋市场西一巷",
            pinyin="Fengwu Shichang Xi 1 Xiang",
            start="西南:龙湾二路",
            end="东北:太丰一街",
            width_m=10.4,
            length_m=302.0,
        ),
        _Printed(
            "学禾塘二巷",
            pinyin="Xuehetang 2 Xiang",
            start="西南:太丰四街",
            end="东北:龙湾二路",
            width_m=10.5,
            length_m=103.0,
        ),
        _Printed(
            "东闸新村横一巷",
            pinyin="Dongzha Xincun Heng 1 Xiang",
            start="西南:龙湾二路",
            end="东北:太丰二街",
            width_m=8.2,
            length_m=172.0,
        ),
        _Printed(
            "太秦路西一巷",
            pinyin="Taiqin Lu Xi 1 Xiang",
            start="西南:北闸三街",
            end="东北:龙湾二路",
            width_m=7.5,
            length_m=200.0,
        ),
        _Printed(
            "西闸街四巷",
            pinyin="Xizha Jie 4 Xiang",
            start="东南:西闸街",
            end="西北:太府一巷",
            width_m=4.7,
            length_m=90.0,
        ),
        _Printed(
            "太丰一街横二巷",
            pinyin="Taifeng 1 Jie Heng 2 Xiang",
            start="西南:太丰一街",
            end="东北:龙湾大道",
            width_m=10.5,
            length_m=244.0,
        ),
        _Printed(
            "冯屋市场西二巷",
            pinyin="Fengwu Shichang Xi 2 Xiang",
            start="西南:龙湾二路",
            end="东北:太丰三街",
            width_m=9.2,
            length_m=98.0,
        ),
        _Printed(
            "学禾塘一巷",
            pinyin="Xuehetang 1 Xiang",
            start="西南:太平路",
            end="东北:龙湾二路",
            width_m=9.4,
            length_m=225.0,
        ),
    ),
    left_side=True,
)
"""The printed spellings leave the tones out (rule 9 of 1984 allows it): filled in on intake where they agree."""
