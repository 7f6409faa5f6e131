"""The demo's cases: one in every state, the six streets of Nanhai (2023), the twelve lanes of Qingxin (2023)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import shapely
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from geoapp.planner.demo.city import DemoUnit, core_of, seats
from geoapp.planner.demo.real_cases import NANHAI_2023, QINGXIN_2023, RealCase
from geoapp.planner.demo.streets import DemoStreet
from geoapp.planner.demo_load.journey import Journey, street
from geoapp.planner.demo_load.people import DISTRICT, People

Progress = Callable[[int], None]

# Names of no street in the demo city; every case needs one of its own.
SPARE_NAMES = (
    "映霞路",
    "听涛路",
    "揽翠路",
    "望岳路",
    "澄江路",
    "枕溪路",
    "朗月路",
    "沐风路",
    "迎曦路",
    "归帆路",
    "汀兰路",
    "清荷路",
    "晴川路",
)


class Sites:
    """Free places for new streets: short lines in the district that run along no street of the demo."""

    def __init__(self, units: Sequence[DemoUnit], streets: Sequence[DemoStreet], town_code: str) -> None:
        town = next(u for u in units if u.code == town_code)
        assert town.geometry is not None
        core = core_of(town, seats().get(town_code))
        self._inside = town.geometry.buffer(-60).intersection(core.buffer(-100))
        self._tree = shapely.STRtree([s.geometry for s in streets])
        self._taken: list[BaseGeometry] = []
        self._places = self._search()

    def block(self, lines: Sequence[BaseGeometry]) -> None:
        """Keep lines free of neighbours: other cases have them."""
        self._taken += lines

    def _search(self) -> Any:
        xmin, ymin, xmax, ymax = self._inside.bounds
        y = ymin + 37.0
        while y < ymax:
            x = xmin + 41.0
            while x < xmax:
                line = shapely.LineString([(round(x, 3), round(y, 3)), (round(x + 130, 3), round(y + 74, 3))])
                if self._free(line):
                    yield line
                x += 190
            y += 170

    def _free(self, line: BaseGeometry) -> bool:
        if not self._inside.covers(line) or any(line.dwithin(other, 40) for other in self._taken):
            return False
        beside = line.buffer(12)
        return all(
            self._tree.geometries[i].intersection(beside).length < 40 for i in self._tree.query(beside)
        )

    def take(self) -> BaseGeometry:
        """Return the next free line (frame metres). Raises StopIteration when the town is full."""
        line = next(self._places)
        self._taken.append(line)
        return line


def load_cases(
    people: People,
    units: Sequence[DemoUnit],
    streets: Sequence[DemoStreet],
    town_code: str,
    now: datetime,
    progress: Progress,
) -> list[str]:
    """Walk the demo's cases through their procedure; return their numbers."""
    numbers = []
    sites = Sites(units, streets, town_code)
    for case in (NANHAI_2023, QINGXIN_2023):
        sites.block([item.geometry for item in case.place(units, streets)])
        numbers.append(_real_case(case, people, units, streets).number)
        progress(1)
    names = iter(SPARE_NAMES)

    def begin(days_ago: float, count: int = 1, **fields: Any) -> Journey:
        clock = now - timedelta(days=days_ago)
        journey = Journey(people.users, people.bodies["district"], clock)
        return journey.draft([street(next(names), sites.take(), **fields) for _ in range(count)])

    for build in _BUILDERS:
        numbers.append(build(begin, people, sites).number)
        progress(1)
    return numbers


Begin = Callable[..., Journey]


def _draft(begin: Begin, people: People, sites: Sites) -> Journey:
    # A second 鱼跃路 in the same built-up area: blocked by N-08, as the tour shows.
    journey = begin(1)
    clock = journey.clock
    blocked = Journey(people.users, people.bodies["district"], clock)
    blocked.draft([street("鱼跃路", sites.take(), meaning="取鱼跃龙门之意（示意）")])
    return journey


def _submitted(begin: Begin, people: People, sites: Sites) -> Journey:
    return begin(2, 2).go("submit", "demo-planner")


def _supplement(begin: Begin, people: People, sites: Sites) -> Journey:
    journey = begin(4).go("submit", "demo-planner")
    return journey.go("supplement", "demo-district", days=1, note="请补充四至图，并说明起止点（示意）")


def _accepted(begin: Begin, people: People, sites: Sites) -> Journey:
    return begin(5).go("submit", "demo-planner").go("accept", "demo-district", days=1)


def _consulting(begin: Begin, people: People, sites: Sites) -> Journey:
    return begin(6).to_consulting()


def _publicity(begin: Begin, people: People, sites: Sites) -> Journey:
    journey = begin(8).to_consulting().to_publicity()
    journey.comment("名称与邻近小区相近，建议斟酌（示意）")
    journey.comment("名字好听，支持（示意）", stance="support")
    return journey


def _reviewed(begin: Begin, people: People, sites: Sites) -> Journey:
    return begin(24).to_consulting().to_publicity().to_reviewed()


def _recorded(begin: Begin, people: People, sites: Sites) -> Journey:
    journey = begin(26).to_consulting().to_publicity().to_reviewed()
    day = timezone.localdate(journey.clock).isoformat()
    return journey.record_paper(doc_no="示意府函〔2026〕8号", decided_on=day)


def _decided(begin: Begin, people: People, sites: Sites) -> Journey:
    return begin(30).to_consulting().to_publicity().to_reviewed().decide()


def _refused(begin: Begin, people: People, sites: Sites) -> Journey:
    return begin(40).to_consulting().to_publicity().to_reviewed().decide(default="refused")


def _archived(begin: Begin, people: People, sites: Sites) -> Journey:
    return begin(90).to_consulting().to_publicity().to_reviewed().decide().announce().finish()


def _withdrawn(begin: Begin, people: People, sites: Sites) -> Journey:
    journey = begin(12).go("submit", "demo-planner")
    return journey.go("withdraw", "demo-planner", days=1, note="道路规划调整（示意）")


_BUILDERS = (
    _archived,
    _refused,
    _decided,
    _recorded,
    _reviewed,
    _withdrawn,
    _publicity,
    _consulting,
    _accepted,
    _supplement,
    _submitted,
    _draft,
)
CASE_COUNT = 2 + len(_BUILDERS)


def _real_case(
    case: RealCase, people: People, units: Sequence[DemoUnit], streets: Sequence[DemoStreet]
) -> Journey:
    """A published decision, walked through the whole main line with its own dates; the paper is recorded."""
    decided = timezone.make_aware(datetime.combine(case.decided_on, datetime.min.time())) + timedelta(
        hours=10
    )
    journey = Journey(people.users, people.bodies["district"], decided - timedelta(days=22))
    items = case.place(units, streets)
    journey.draft(
        [
            street(
                item.name,
                item.geometry,
                pinyin=item.pinyin_as_printed,
                width_m=item.width_m,
                start_text=item.start_text,
                end_text=item.end_text,
                meaning=item.meaning,
                note=item.note,
                road_class="lane" if item.name.endswith("巷") else "local",
            )
            for item in items
        ],
        reason=f"{case.title}。{case.source}",
    )
    journey.to_consulting().to_publicity().to_reviewed()
    journey.clock = max(journey.clock, decided)
    journey.record_paper(doc_no=case.doc_no, decided_on=case.decided_on.isoformat())
    journey.go("confirm_paper", "demo-district-2", days=0.1)
    return journey.announce().finish()


def demo_town(units: Sequence[DemoUnit]) -> str:
    """Return the code of the town the demo's own cases lie in: the first of the district by code."""
    return min(u.code for u in units if u.level == "town" and u.parent_code == DISTRICT)
