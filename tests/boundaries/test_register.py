"""Where a geometry lies, on a day."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from boundaries import register
from boundaries.models import PublishedCommunity, PublishedTown, UnitVersion
from geoapp.core import acts
from geoapp.core.effective import succeed
from tests import build

pytestmark = pytest.mark.django_db


def point(x: float, y: float) -> shapely.Point:
    return shapely.Point(build.at(x, y))


def test_a_point_has_district_town_and_community(town):
    found = register.units_at(point(2500, 500), build.TODAY)
    assert [v.name for v in found] == ["南海区", "样板街道", "样板社区"]
    assert register.units_at(point(2500, 500), date(2022, 12, 31)) == [], "nothing is claimed before 2023"


def test_a_line_lies_where_most_of_it_is_first(town):
    line = build.line((1800, 500), (2900, 500))
    towns = register.units_by_share("town", line, build.TODAY)
    assert [v.name for v in towns] == ["样板街道", "试验镇"]
    touching = build.line((2000.5, 500), (2900, 500))
    assert [v.name for v in register.units_by_share("town", touching, build.TODAY)] == ["样板街道"]


def test_built_up_areas_and_the_city(town):
    areas = register.built_up_areas_meeting(build.line((100, 900), (100, 1400)), build.TODAY)
    assert [a.name for a in areas] == ["试验建成区"]
    assert register.built_up_areas_meeting(build.line((100, 1200), (100, 1400)), build.TODAY) == []
    outline = register.city_outline(build.TODAY)
    assert outline is not None and outline.area == 6000 * 2000
    assert register.city_outline(date(2022, 1, 1)) is None


def test_a_renamed_town_keeps_its_past(town):
    version = UnitVersion.objects.get(code=build.TOWN_A)
    before = acts.head_seq()
    with acts.act("test", at=build.NOW) as act:
        succeed(version, seq=act.seq, valid_from=date(2026, 1, 1), name="新名镇")
    spot = point(500, 500)
    assert register.units_at(spot, build.TODAY)[1].name == "新名镇"
    assert register.units_at(spot, date(2025, 12, 31))[1].name == "试验镇"
    assert register.units("town", build.TODAY, before).get(code=build.TOWN_A).name == "试验镇"


def test_landless_units_are_on_lists_never_on_the_map(town):
    assert UnitVersion.objects.filter(landless=True).count() == 1
    assert PublishedCommunity.objects.count() == 6 and PublishedTown.objects.count() == 3
    row = PublishedCommunity.objects.get(name="试验社区")
    assert row.parent_code == build.TOWN_A and row.synthetic and row.geom.srid == 4490
