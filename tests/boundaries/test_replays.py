"""Two real changes replayed as cases on a copy of the demo geometry run backwards (示意: the lines are synthetic).

The names, codes, years and kinds are those of the yearly code lists; where the land lay is not known to us.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime
from io import StringIO

import pytest
import shapely
from django.core.management import call_command
from django.utils import timezone

from boundaries.ground import whole_ground
from boundaries.lineage import predecessors
from boundaries.models import UnitVersion
from boundaries.procedure import DIVISION_CHANGE
from boundaries.proof import prove_all
from boundaries.register import units as units_on
from geoapp.core import frame
from geoapp.core.errors import BadInput, NotReady
from geoapp.core.geometry import multipolygon, to_shapely
from geoapp.core.models import Membership, User
from geoapp.planner import reference
from geoapp.planner.demo.city import DemoUnit, load_units
from geoapp.planner.demo_load import land
from geoapp.planner.demo_load.people import load_people
from tests import build
from tests.boundaries.adjustments import Adjustment
from tests.boundaries.test_lines import require_equal

pytestmark = pytest.mark.django_db
SINCE = date(2018, 1, 1)
SIX = [f"44060700420{n}" for n in range(4, 10)]
YUNDONGHAI, XINAN = "440607004", "440607001"


def joined(*shapes):
    parts = [part for shape in shapes for part in shapely.get_parts(shape)]
    return multipolygon(shapely.coverage_union_all(parts))


def city(units: list[DemoUnit], town: str, monkeypatch) -> build.City:
    monkeypatch.setattr(land, "KNOWN_SINCE", SINCE)
    reference.seed(build.TODAY)
    at = timezone.make_aware(datetime(2018, 1, 3, 9))
    made = land.load_land(units, [], at)
    people = load_people(made.jurisdictions, town)
    return build.City(made, people.users, people.bodies)


def version(code: str, on: date) -> UnitVersion:
    return units_on("community", on).get(code=code)


def test_xunfeng_is_split_from_jiangbei(monkeypatch):
    by_code = {u.code: u for u in load_units()}
    jiangbei, xunfeng = by_code["440605125012"], by_code["440605125054"]
    # On the synthetic map the two are no neighbours: 浔峰 changes places with a neighbour of 江北.
    neighbour = max(
        (
            u
            for u in by_code.values()
            if u.parent_code == "440605125" and u.geometry is not None and u is not jiangbei
        ),
        key=lambda u: float(u.geometry.intersection(jiangbei.geometry).length),
    )
    places = {xunfeng.code: neighbour.geometry, neighbour.code: xunfeng.geometry}
    border = shapely.line_merge(jiangbei.geometry.intersection(places[xunfeng.code]))
    assert border.geom_type == "LineString"
    whole = replace(
        jiangbei,
        geometry=joined(jiangbei.geometry, places[xunfeng.code]),
        households=jiangbei.households + xunfeng.households,
        population=jiangbei.population + xunfeng.population,
    )
    units = []
    for unit in by_code.values():
        if unit.code == jiangbei.code:
            units.append(whole)
        elif unit.code == neighbour.code:
            units.append(replace(unit, geometry=places[neighbour.code]))
        elif unit.code != xunfeng.code:
            units.append(unit)
    town = city(units, "440605125", monkeypatch)
    day = date(2022, 3, 1)
    before = version(jiangbei.code, day)
    line = [[round(x * 1000), round(y * 1000)] for x, y in border.coords]
    new = str(uuid.uuid4())
    inside = shapely.point_on_surface(jiangbei.geometry)
    left = shapely.LinearRing([*border.coords, inside.coords[0]]).is_ccw
    ids = [str(before.unit_id), new] if left else [new, str(before.unit_id)]
    plan = {
        "kind": "split",
        "operations": [
            {"op": "split", "unit": str(before.unit_id), "lines": [line], "new_ids": ids, "declare": []}
        ],
        "after": [
            {"id": str(before.unit_id), "households": jiangbei.households, "population": jiangbei.population},
            {
                "id": new,
                "name": xunfeng.name,
                "kind": "community",
                "households": xunfeng.households,
                "population": xunfeng.population,
            },
        ],
    }
    journey = Adjustment(town).draft(plan).to_reviewed()
    journey.decide()
    today = timezone.localdate(journey.clock)
    made = UnitVersion.objects.get(unit_id=new, act_out__isnull=True)
    shapes = {made.name: to_shapely(made.geom), jiangbei.name: to_shapely(version(jiangbei.code, today).geom)}
    assert shapely.normalize(shapes[xunfeng.name]).equals(shapely.normalize(places[xunfeng.code]))
    assert shapely.normalize(shapes[jiangbei.name]).equals(shapely.normalize(jiangbei.geometry))
    assert frame.area2_mm2(to_shapely(before.geom)) == sum(frame.area2_mm2(s) for s in shapes.values())
    journey.go("assign_codes", "demo-district", **{f"code-{new}": xunfeng.code})
    (arrow,) = predecessors(made.unit_id)
    assert arrow.from_unit_id == before.unit_id and arrow.households == xunfeng.households
    assert prove_all(whole_ground(today).coverage).proved
    assert not units_on("community", day).filter(name=xunfeng.name).exists()


def test_six_villages_move_from_xinan_to_yundonghai(monkeypatch):
    by_code = {u.code: u for u in load_units()}
    backwards = {code: replace(by_code[code], parent_code=XINAN) for code in SIX}
    six = [by_code[code].geometry for code in SIX]
    rest = [
        u.geometry
        for u in by_code.values()
        if u.parent_code == YUNDONGHAI and u.geometry is not None and u.code not in SIX
    ]
    changed = backwards | {
        XINAN: replace(by_code[XINAN], geometry=joined(by_code[XINAN].geometry, *six)),
        YUNDONGHAI: replace(by_code[YUNDONGHAI], geometry=joined(*rest)),
    }
    town = city([changed.get(u.code, u) for u in by_code.values()], XINAN, monkeypatch)
    second = User.objects.create(username="city-2", display_name="市地名科乙（示意）")
    Membership.objects.create(
        user=second,
        role="city_officer",
        jurisdiction=town.land.jurisdictions["440600"],
        valid_from=date(2022, 5, 1),
    )
    town.users["city-2"] = second
    day = date(2019, 1, 1)
    villages = [version(code, day) for code in SIX]
    plan = {
        "kind": "transfer",
        "operations": [
            {
                "op": "reparent",
                "units": [str(v.unit_id) for v in villages],
                "parent": str(town.land.units[YUNDONGHAI].pk),
            }
        ],
        "after": [],
    }
    # A community case may not cross a town line.
    with pytest.raises(BadInput, match="镇街"):
        Adjustment(town).draft(
            {
                **plan,
                "operations": [
                    {
                        **plan["operations"][0],
                        "units": [str(villages[0].unit_id), str(version(f"{YUNDONGHAI}001", day).unit_id)],
                    }
                ],
            }
        )
    record = Adjustment(town).draft(plan, by="demo-city", procedure=DIVISION_CHANGE)
    record.attach("decision", by="demo-city")
    values = {
        "doc_no": "粤府函〔2018〕示意号",
        "approver": "广东省人民政府",
        "decided_on": date(2018, 12, 1),
        "effective_on": day,
    }
    with pytest.raises(NotReady, match="七项|不齐"):
        record.go("record_paper", "demo-city", **values, outcomes=record.outcomes())
    record.attach(
        "request", "plan", "risk_assessment", "expert_review", "consent_opinions", "map_before", "map_after",
        by="demo-city",
    )  # fmt: skip
    record.go("record_paper", "demo-city", **values, outcomes=record.outcomes())
    with pytest.raises(NotReady, match="另一位"):
        record.go("confirm_paper", "demo-city")
    record.go("confirm_paper", "city-2")
    assert record.case.status == "decided"
    for on, parent in ((date(2018, 12, 31), XINAN), (day, YUNDONGHAI)):
        found = {str(version(code, on).parent_id) for code in SIX}
        assert found == {str(town.land.units[parent].pk)}, on
        assert prove_all(whole_ground(on).coverage).proved
    after = {v.code: to_shapely(v.geom) for v in units_on("town", day)}
    for code in (XINAN, YUNDONGHAI):
        assert frame.area2_mm2(after[code]) == frame.area2_mm2(by_code[code].geometry)
        assert shapely.equals(after[code], by_code[code].geometry)
    for on in (date(2018, 12, 31), day):
        require_equal(on)
    record.go("announce", "demo-city", channels="市政府网站")
    call_command("rebuild_published", "--check", stdout=StringIO())
