"""The demo's door cases: a few in every state, along streets of the demo's own town. All 示意."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geoapp.core.models import Organisation, User
from geoapp.planner.demo.city import DemoUnit
from geoapp.planner.demo.streets import DemoStreet
from geoapp.planner.demo_load.door_journey import DoorJourney, door
from geoapp.planner.demo_load.people import People
from naming.models import PlaceName

Progress = Callable[[int], None]
Spot = tuple[str, BaseGeometry]
ASIDE_M = 9.0
STREETS = 4


class Spots:
    """Free places for doors: beside the first short streets of the town, well inside one community."""

    def __init__(
        self,
        units: Sequence[DemoUnit],
        streets: Sequence[DemoStreet],
        places: Mapping[str, PlaceName],
        town_code: str,
    ) -> None:
        self._places = places
        self._land = [
            u.geometry
            for u in units
            if u.level == "community" and u.parent_code == town_code and u.geometry is not None
        ]
        mine = [s for s in streets if s.town_codes == (town_code,) and 150 < s.geometry.length < 900]
        self._rows = self._search(sorted(mine, key=lambda s: s.key))

    def _search(self, streets: Sequence[DemoStreet]) -> Iterator[Spot]:
        used = 0
        for street in streets:
            line = shapely.get_parts(street.geometry)[street.parts.index("main")]
            home = next((land for land in self._land if land.contains(line.buffer(ASIDE_M + 3))), None)
            if home is None:
                continue
            used += 1
            for n in range(1, 12):
                middle = shapely.line_interpolate_point(line, n / 12, normalized=True)
                ahead = shapely.line_interpolate_point(line, n / 12 + 0.01, normalized=True)
                dx, dy = ahead.x - middle.x, ahead.y - middle.y
                scale = ASIDE_M / (dx * dx + dy * dy) ** 0.5
                point = shapely.Point(round(middle.x - dy * scale, 3), round(middle.y + dx * scale, 3))
                yield str(self._places[street.key].pk), point
            if used == STREETS:
                return

    def take(self, **fields: Any) -> dict[str, Any]:
        """Return the next door as a form would send it. Raises StopIteration when the streets are full."""
        street, point = next(self._rows)
        return door(point, **{"street": street, **fields})


class _Maker:
    """Makes the cases, oldest first."""

    def __init__(
        self, users: Mapping[str, User], developer: Organisation, spots: Spots, now: datetime
    ) -> None:
        self.users, self.developer, self.spots, self.now = users, developer, spots, now

    def begin(self, days: float, *doors: dict[str, Any], **options: Any) -> DoorJourney:
        """Open a case some days ago."""
        journey = DoorJourney(self.users, self.now - timedelta(days=days))
        return journey.draft(list(doors) or [self.spots.take()], **options)

    def developer_case(self, days: float, *doors: dict[str, Any]) -> DoorJourney:
        """Open a developer's case with its permit and plan."""
        return DoorJourney(self.users, self.now - timedelta(days=days)).draft(
            list(doors),
            by="demo-developer",
            applicant=self.developer,
            papers_held=(),
            reason="新建楼盘预售前申请门楼号（示意）",
        )


def _archived(make: _Maker) -> DoorJourney:
    """Two doors, finished long ago; one of them is renumbered since, the other cancelled."""
    walk = make.begin(80, make.spots.take(), make.spots.take()).to_checked().give().tell().release()
    walk.hang_plates().go("archive", "demo-town", days=1)
    second, third = (str(item.subject_id) for item in walk.case.items.order_by("seq"))
    change = {"kind": "change", "address": second, "number": "998", "reason": "号码与邻户重复（示意）"}
    make.begin(30, change, papers_held=()).to_checked().explain().give().release()
    cancel = {"kind": "cancel", "address": third, "reason": "房屋拆除（示意）"}
    return make.begin(12, cancel, papers_held=()).to_checked().give().tell().release()


def _temporary(make: _Maker) -> DoorJourney:
    spot = make.spots.take(kind="temporary", basis="none", permit_number="")
    return make.begin(20, spot, papers_held=()).to_checked().give().tell()


def _refused(make: _Maker) -> DoorJourney:
    return make.begin(40).to_checked().give(default="refused")


def _withdrawn(make: _Maker) -> DoorJourney:
    return make.begin(9).go("withdraw", "demo-town", note="业主不再申请（示意）")


def _numbered(make: _Maker) -> DoorJourney:
    doors = [make.spots.take(basis="planning_permit", permit_number="建字第示意8号") for _ in range(2)]
    walk = make.developer_case(6, *doors)
    walk.attach("planning_permit", by="demo-developer").attach("site_plan", by="demo-developer")
    return walk.to_checked("demo-developer").give()


def _naming(make: _Maker) -> DoorJourney:
    spot = make.spots.take(street="", street_text="新围后巷（示意）")
    return make.begin(5, spot).go("submit", "demo-town").go("await_name", "demo-town")


def _supplement(make: _Maker) -> DoorJourney:
    walk = make.begin(4).go("submit", "demo-town")
    return walk.go("supplement", "demo-town", note="请补交宅基地批准文件的附图（示意）")


def _checked(make: _Maker) -> DoorJourney:
    walk = make.begin(3)
    for _ in range(2):
        walk = make.begin(3, owner=("业主某（示意）", "13800000000")).to_checked()
    return walk


def _collected(make: _Maker) -> DoorJourney:
    return make.begin(2).go("submit", "demo-town")


_BUILDERS = (
    _archived,
    _refused,
    _temporary,
    _withdrawn,
    _numbered,
    _naming,
    _supplement,
    _checked,
    _collected,
)
DOOR_COUNT = len(_BUILDERS)


def load_doors(
    people: People,
    units: Sequence[DemoUnit],
    streets: Sequence[DemoStreet],
    places: Mapping[str, PlaceName],
    town_code: str,
    now: datetime,
    progress: Progress,
) -> None:
    """Walk the demo's door cases through their procedure."""
    spots = Spots(units, streets, places, town_code)
    make = _Maker(people.users, people.bodies["developer"], spots, now)
    for build in _BUILDERS:
        build(make)
        progress(1)
