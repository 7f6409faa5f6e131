"""The pages of lines and markers, and what a unit's page says of them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import shapely
from django.db import transaction

from boundaries.markers import MarkerEntry, register_markers
from boundaries.models import BoundaryLine, UnitVersion
from boundaries.published import publish_markers
from geoapp.core import acts
from tests import build
from tests.boundaries.adjustments import Adjustment, split, unit
from tests.boundaries.test_lines import line_of

pytestmark = pytest.mark.django_db
A, B = build.TOWN_A, build.TOWN_B


@pytest.fixture
def marker(town) -> uuid.UUID:
    """A three-faced marker where the districts' line begins."""
    line = line_of("440604", "440605")
    with transaction.atomic(), acts.act("takeover_markers", at=build.NOW) as act:
        point = shapely.Point(build.at(4000, 0))
        entry = MarkerEntry(
            "9001001Q", point, (line.line_id,), faces=3, responsible=line.line.second_id, synthetic=True
        )
        (made,) = register_markers([entry], seq=act.seq, valid_from=build.TODAY - timedelta(days=30))
        publish_markers([made], known_at=act.seq, seq=act.seq)
    return made


def test_a_unit_lists_its_lines_and_markers(client, marker):
    line = line_of("440604", "440605")
    page = client.get(f"/units/{unit('440605').unit_id}").content.decode()
    assert f'href="/lines/{line.line_id}"' in page and "2000.0 米" in page
    assert f'href="/markers/{marker}"' in page and "1 个界桩" in page
    assert f'href="/units/{unit("440604").unit_id}"' in page
    early = client.get(f"/units/{unit('440605').unit_id}?on=2024-01-01").content.decode()
    assert f'href="/lines/{line.line_id}?on=2024-01-01"' in early and str(marker) not in early


def test_a_line_has_a_page_and_a_feature(client, marker):
    line = line_of("440604", "440605")
    page = client.get(f"/lines/{line.line_id}").content.decode()
    assert "禅城区—南海区线" in page and "区级界线" in page and "2000.0" in page
    assert f'href="/markers/{marker}"' in page and "3 面" in page
    feature = client.get(f"/lines/{line.line_id}.geojson").json()
    assert feature["geometry"]["type"] == "MultiLineString"
    assert feature["properties"]["unit"] == "禅城区、南海区" and feature["properties"]["synthetic"] is True


def test_a_marker_has_a_page_and_a_feature(client, marker):
    page = client.get(f"/markers/{marker}").content.decode()
    assert "界桩 9001001Q" in page and "单立" in page and "完好" in page and "113." in page
    assert f'href="/lines/{line_of("440604", "440605").line_id}"' in page
    feature = client.get(f"/markers/{marker}.geojson").json()
    assert feature["geometry"]["type"] == "Point" and feature["properties"]["lines"] == "禅城区—南海区线"


def test_what_is_not_there_is_said(client, town):
    for kind in ("lines", "markers"):
        answer = client.get(f"/{kind}/{uuid.UUID(int=7)}")
        assert answer.status_code == 404 and "没有这" in answer.content.decode()
    line = line_of(A, B)
    assert client.get(f"/lines/{line.line_id}?on=2024-02-31").status_code == 422


def test_a_line_decided_but_not_announced_is_not_public(client, town):
    plan = split(unit(f"{A}001"), [(700, -10), (720, 500), (700, 1010)], "新居社区居委会")
    journey = Adjustment(town).draft(plan).to_reviewed()
    journey.decide()
    on = journey.case.decision.effective_on
    new = UnitVersion.objects.get(name="新居社区居委会", act_out__isnull=True)
    line = line_of(f"{A}200", f"{A}001", on)
    assert client.get(f"/units/{new.unit_id}?on={on}").status_code == 200
    fresh = _line_between(new.unit_id, unit(f"{A}001", on).unit_id)
    assert client.get(f"/lines/{fresh}").status_code == 404
    journey.announce()
    assert client.get(f"/lines/{fresh}?on={on}").status_code == 200
    shorter = client.get(f"/lines/{line.line_id}.geojson?on={on}").json()["properties"]["length_m"]
    before = on - timedelta(days=1)
    longer = client.get(f"/lines/{line.line_id}.geojson?on={before}").json()["properties"]["length_m"]
    assert (longer, shorter) == (2000.0, line.length_m) and shorter < 2000.0


def _line_between(*units: uuid.UUID) -> uuid.UUID:
    first, second = sorted(units)
    return BoundaryLine.objects.get(first_id=first, second_id=second).pk
