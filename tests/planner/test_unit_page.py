"""The page of a unit: slider, lineage drawing, bounds, state of the border."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape
from types import SimpleNamespace
from uuid import uuid4

import pytest

from boundaries.models import UnitLineage, UnitVersion
from geoapp.core import frame
from geoapp.core.geometry import to_shapely
from geoapp.planner.demo.city import load_units
from geoapp.planner.demo.extents import load_extents
from geoapp.planner.lineage_drawing import BOX_HEIGHT, BOX_WIDTH, ROW_HEIGHT, draw_lineage
from geoapp.planner.unit_days import days_of_change, stops_of
from tests import build
from tests.boundaries.adjustments import Adjustment, split, unit
from tests.planner.english import EnglishPage

A = build.TOWN_A
EFFECTIVE = build.TODAY + timedelta(days=40)


@pytest.fixture
def divided(town):
    """The community of town A, split; return it as it was and the version of the new one."""
    community = unit(f"{A}001")
    plan = split(community, [(700, -10), (720, 500), (700, 1010)], "新居社区居委会")
    Adjustment(town).draft(plan).to_reviewed().decide(effective_on=EFFECTIVE)
    return community, UnitVersion.objects.get(name="新居社区居委会", act_out__isnull=True)


def page_of(client, version, on=None, lang="zh-hans") -> str:
    asked = f"?on={on}&lang={lang}" if on else f"?lang={lang}"
    answer = client.get(f"/units/{version.unit_id}{asked}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_drawing_shows_what_went_where(divided, client):
    community, new = divided
    area_km2 = frame.area2_mm2(to_shapely(new.geom)) / 2e12
    for page, other in (
        (page_of(client, community, EFFECTIVE), new),
        (page_of(client, new, EFFECTIVE), community),
    ):
        drawing = re.search(r'<svg class="lineage__drawing".*?</svg>', page, re.DOTALL).group()
        assert f'href="/units/{other.unit_id}"' in drawing and "分设" in drawing
        for share in (f"{area_km2:.2f} 平方千米", "600 户", "0 个地址"):
            assert share in drawing and share in page.replace(drawing, ""), "the list says the same"


def test_the_slider_reads_the_days_of_the_unit(divided, client):
    community, _ = divided
    page = page_of(client, community, EFFECTIVE)
    stops = json.loads(re.search(r'data-stops="(\[\[.*?\]\])"', page).group(1))
    days = [row[0] for row in stops]
    assert days == sorted(set(days)) and {"2023-01-01", "2024-01-01", str(EFFECTIVE)} <= set(days)
    changed = {row[0]: row[2] for row in stops if row[3]}
    assert changed == {"2023-01-01": "最早的记录", str(EFFECTIVE): "分设"}


def test_bounds_are_computed_and_stand_beside_the_recorded_ones(town, client):
    village, other = unit(f"{A}200"), unit(f"{A}001")
    page = page_of(client, village)
    assert "东至样板村，南至试验社区，西至市界，北至市界" in page and "自动生成" in page
    UnitVersion.objects.filter(row=other.row).update(extent_text="东起福贤路", edge_status="disputed")
    page = page_of(client, other)
    assert "东起福贤路" in page and "东至样板社区，南至市界，西至市界，北至试验村" in page
    assert re.search(r'data-testid="edge-status"><span class="badge badge--block">争议<', page)
    assert "未登记" in page_of(client, village)
    assert "自动生成" not in page_of(client, unit(f"{A}498")), "a unit without land has no bounds"


def test_the_history_of_a_unit_is_complete_in_english(divided, client):
    for version in divided:
        page = EnglishPage(page_of(client, version, EFFECTIVE, lang="en"))
        assert page.language == "en" and page.stray == []


# Pure parts


def _version(name: str, start: str, end: str = "", code: str = "1", geom: object = None):
    day = date.fromisoformat
    return SimpleNamespace(
        unit_id=uuid4(),
        name=name,
        code=code,
        geom=geom,
        valid_from=day(start),
        valid_to=day(end) if end else None,
    )


def test_stops_name_what_changed():
    versions = [
        _version("甲村", "2016-12-31", "2019-03-05"),
        _version("甲社区", "2019-03-05", "2020-06-01"),
        _version("甲社区", "2020-06-01", "2021-07-01", geom="land"),
    ]
    end = UnitLineage(effective=date(2021, 7, 1), kind="merged")
    assert len(days_of_change(versions, [end])) == 4
    stops = stops_of(versions, [end], date(2022, 2, 2))
    said = {str(stop.day): (stop.name, stop.note) for stop in stops if stop.changed}
    assert said == {
        "2016-12-31": ("甲村", "最早的记录"),
        "2019-03-05": ("甲社区", "更名"),
        "2020-06-01": ("甲社区", "登记范围"),
        "2021-07-01": ("", "合并 · 已撤销"),
    }
    plain = [str(stop.day) for stop in stops if not stop.changed]
    assert plain == [f"{year}-01-01" for year in range(2017, 2023)] + ["2022-02-02"]
    assert stops[-1].note == "已撤销 · 今天"
    early = stops_of(versions, [], date(2015, 5, 5))
    assert (early[0].name, early[0].note) == ("", "尚未设立 · 今天")


@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 0), (3, 2), (1, 12)])
def test_boxes_do_not_meet_and_stay_inside(before, after):
    def row():
        arrow = UnitLineage(effective=date(2026, 1, 1), kind="split", area_mm2x2=2 * 10**12, households=1200)
        return {"arrow": arrow, "unit": _version("很长很长的一个社区居民委员会", "2016-12-31")}

    drawing = draw_lineage(
        _version("本社区", "2016-12-31"), [row() for _ in range(before)], [row() for _ in range(after)]
    )
    assert len(drawing.boxes) == 1 + before + after and len(drawing.arrows) == before + after
    for n, box in enumerate(drawing.boxes):
        assert 0 <= box.x <= drawing.width - BOX_WIDTH and 0 <= box.y <= drawing.height - BOX_HEIGHT
        assert len(box.short) <= 8
        for other in drawing.boxes[n + 1 :]:
            assert abs(box.x - other.x) >= BOX_WIDTH or abs(box.y - other.y) >= ROW_HEIGHT
    texts = [text for text, _ in drawing.arrows[0].texts]
    assert texts == ["分设", "2026-01-01", "1.00 平方千米", "1,200 户"]
    for arrow in drawing.arrows:
        assert all(0 < y < drawing.height for _, y in arrow.texts)


def test_a_unit_without_relatives_has_no_drawing():
    assert draw_lineage(_version("本社区", "2016-12-31"), [], []) is None


def test_real_descriptions_of_bounds_find_their_units():
    units = load_units()
    names = {u.code: u.name for u in units}
    found = load_extents(units)
    assert {names[code] for code in found} == {
        "沙塘社区居委会",
        "浔峰社区居委会",
        "大门社区居委会",
        "雁园社区居委会",
        "西海村委会",
        "海口村民委员会",
    }
    assert found["440604012036"].startswith("东起福贤路，西至祖庙路") and "来源：" in found["440604012036"]
