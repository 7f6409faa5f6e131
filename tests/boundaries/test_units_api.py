"""The list of units as JSON, and the page of a unit through time."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from boundaries import lineage
from boundaries.editions import read_folder
from boundaries.models import UnitVersion
from geoapp.core.effective import in_force
from geoapp.planner.demo.city import load_units
from geoapp.planner.demo_load.land import load_history, load_land
from naming.models import PublishedPlaceName
from naming.search import search
from tests import build
from tests.boundaries.test_editions import CODES

pytestmark = pytest.mark.django_db
AT = timezone.make_aware(datetime(2023, 1, 3, 8))


@pytest.fixture
def foshan(db):
    """The five districts with their history; land for the communities of two towns only, to be quick."""
    units = load_units()
    history = load_history(units, AT)
    near = [u for u in units if u.code.startswith(("440607004", "440607001")) or u.level == "district"]
    load_land(near, [], AT + timedelta(minutes=1), history.units)
    return history


def ask(client, **values):
    return client.get("/api/units", {k.replace("_", "-"): v for k, v in values.items()})


def unit_at(code: str, on: str) -> UnitVersion:
    return in_force(UnitVersion.objects.filter(code=code), date.fromisoformat(on)).get()


def page(client, version: UnitVersion, **values) -> str:
    answer = client.get(reverse("planner:unit", args=[version.unit_id]), values)
    assert answer.status_code == 200
    return answer.content.decode()


def card(html: str, testid: str) -> str:
    found = re.search(rf'<(section|p|ul)\b[^>]*data-testid="{testid}".*?</\1>', html, re.S)
    return found[0] if found else ""


def test_every_year_answers_with_its_list(foshan, client):
    for edition in read_folder(CODES):
        answer = ask(client, level="community", on=f"{edition.year}-12-31")
        assert answer.status_code == 200
        found = answer.json()["units"]
        assert [(u["code"], u["name"]) for u in found] == [(r.code, r.name) for r in edition.units]


def test_the_shape_and_the_record(foshan, client):
    found = ask(client, level="community", on="2018-06-01").json()["units"]
    assert all(set(u) == {"id", "code", "name", "kind", "parent_code", "landless"} for u in found)
    by_code = {u["code"]: u for u in found}
    gaofeng = by_code["440607001201"]
    assert (gaofeng["kind"], gaofeng["parent_code"], gaofeng["landless"]) == ("village", "440607001", False)
    prison = by_code["440608403498"]
    assert (prison["kind"], prison["parent_code"], prison["landless"]) == ("virtual", "440608", True)
    later = {u["id"]: u for u in ask(client, on="2019-06-01").json()["units"]}
    assert later[gaofeng["id"]]["code"] == "440607004204", "one id through time"
    assert later[gaofeng["id"]]["parent_code"] == "440607004"


def test_as_it_was_known(foshan, client):
    seq = foshan.seqs[2018]
    known = ask(client, on="2019-12-31", known_at=str(seq)).json()["units"]
    assert "440607001201" in {u["code"] for u in known}
    assert ask(client, on="2019-12-31", known_at="2020-01-01T00:00:00+08:00").json() == {"units": []}
    moment = (AT + timedelta(days=1)).isoformat()
    assert ask(client, on="2019-12-31", known_at=moment).json() == ask(client, on="2019-12-31").json()


def test_levels_and_defaults(foshan, client):
    assert len(ask(client, level="town").json()["units"]) == 32
    districts = ask(client, level="district").json()["units"]
    assert [u["parent_code"] for u in districts] == [""] * 5
    assert len(ask(client).json()["units"]) == 818
    assert ask(client, on="2015-12-31").json() == {"units": []}


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("level=street", 422, "level"),
        ("on=2019-13-01", 422, "on"),
        ("on=2019-02-30", 422, "on"),
        ("on=yesterday", 422, "on"),
        ("known-at=2019-01-01", 422, "known-at"),
        ("known-at=2019-01-01T00:00:00", 422, "known-at"),
        ("known-at=2019-99-01T00:00:00Z", 422, "known-at"),
        ("known-at=999999", 422, "known-at"),
        ("known-at=yesterday", 422, "known-at"),
        ("date=2019-01-01", 400, "date"),
        ("on=2019-01-01&on=2020-01-01", 400, "on"),
    ],
)
def test_bad_input_is_a_clear_problem(client, db, query, status, field):
    answer = client.get(f"/api/units?{query}")
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    problem = json.loads(answer.content)
    assert problem["field"] == field and problem["detail"] and problem["remedy"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_time_are_no_failure(client, db, moment):
    assert client.get("/api/units", {"known-at": moment}).status_code in {200, 422}


def test_open_to_all_read_only_and_throttled(client, db, settings):
    assert client.get("/api/units").status_code == 200
    assert client.post("/api/units").status_code in {403, 405}
    settings.GEOAPP_RATE_PER_MINUTE = 1
    answers = [client.get("/api/units", REMOTE_ADDR="203.0.113.7").status_code for _ in range(3)]
    assert 429 in answers


def test_the_page_of_a_village_that_moved(foshan, client):
    gaofeng = unit_at("440607004204", "2026-01-01")
    html = page(client, gaofeng)
    codes = card(html, "codes")
    assert "440607001201" in codes and "440607004204" in codes
    assert "此日期没有图形" not in html and 'data-geojson="/units/' in html
    assert "?on=2019-01-01" in card(html, "changes") and "?on=2023-01-01" in card(html, "changes")
    assert "划归其他镇街" in html and "97%" in html and "2018→2019" in html
    then = page(client, gaofeng, on="2018-12-31")
    assert "此日期没有图形" in then and "data-geojson" not in then
    assert ">西南街道</span></a>" in then and '<dd class="code">440607001201</dd>' in then
    assert "按 2018-12-31 的情况显示" in then
    assert '<input id="on" name="on" type="date" required value="2018-12-31">' in then


def test_the_page_of_a_dead_unit_links_to_what_came_after(foshan, client):
    html = page(client, unit_at("440605011045", "2018-12-31"))
    assert "已于 2019-01-01 撤销" in html
    for heir in ("440605011063", "440605011064"):
        version = unit_at(heir, "2026-01-01")
        assert f'<a href="/units/{version.unit_id}"><span lang="zh-Hans">{version.name}</span></a>' in card(
            html, "ended"
        )
        assert version.name in card(html, "lineage")
        back = card(page(client, version), "lineage")
        assert "夏南社区居委会" in back and "分设" in back
    living = page(client, unit_at("440605011045", "2018-12-31"), on="2018-06-01")
    assert "已于" not in living and card(living, "ended") == ""


def test_the_page_of_an_old_split_draws_both_heirs(foshan, client):
    html = page(client, unit_at("440605011045", "2018-12-31"))
    drawing = html.split('class="lineage__drawing"')[1].split("</svg>")[0]
    assert drawing.count("<a ") == 2 and drawing.count("2019-01-01") == 2
    assert "440605011063" in drawing and "440605011064" in drawing and "平方千米" not in drawing


BOUNDS = {
    "440604012036": "东起福贤路，西至祖庙路，南起人民路，北至莲花路（来源：czkjst.org",
    "440605125054": "海北大道以西（来源：cnsunnet.cn",
    "440606005012": "南靠德胜河畔",
    "440606105005": "杏坛镇中心城区",
    "440606102216": "北邻桃村（来源：ggdituw.com",
    "440604011214": "东连青柯村，西毗莲塘村",
}


def test_recorded_bounds_stand_beside_the_generated_ones(db, client):
    towns = tuple({code[:9] for code in BOUNDS})
    near = [u for u in load_units() if u.code.startswith(towns) or u.level == "district"]
    load_land(near, [], AT)
    for code, words in BOUNDS.items():
        html = page(client, unit_at(code, "2026-01-01"))
        extent = html.split('data-testid="extent"')[1].split("</dd>")[0]
        assert words in extent and "自动生成" in extent and "未经核实" in extent
    assert UnitVersion.objects.exclude(extent_text=None).count() == len(BOUNDS)


def test_a_dead_unit_without_known_heirs_says_what_may_have_happened(foshan, client):
    html = page(client, unit_at("440604012043", "2020-12-31"))
    assert "名单没有载明由谁承接" in card(html, "ended")
    assert "文昌社区居委会" in card(html, "inferences") and "<details open>" in html


def test_the_page_before_a_unit_began(foshan, client):
    html = page(client, unit_at("440605125054", "2026-01-01"), on="2022-02-28")
    assert "2022-02-28 时登记中还没有本单位" in card(html, "not-yet")
    assert "江北社区居委会" in card(html, "lineage") and "有依据" in html


def test_a_day_that_is_none_is_a_clear_page(foshan, client):
    version = unit_at("440607004204", "2026-01-01")
    answer = client.get(reverse("planner:unit", args=[version.unit_id]), {"on": "2019-02-30"})
    assert answer.status_code == 422 and "2019-02-30" in answer.content.decode()


def test_a_town_lists_what_lay_in_it_on_the_day(foshan, client):
    town = unit_at("440607004", "2026-01-01")
    assert "高丰村民委员会" in page(client, town) and "高丰村民委员会" not in page(
        client, town, on="2018-12-31"
    )
    assert page(client, town).count("映海南社区居民委员会") == 1


def test_geometry_only_where_there_is_some(foshan, client):
    url = reverse("planner:unit_geojson", args=[unit_at("440607004204", "2026-01-01").unit_id])
    assert client.get(url).json()["properties"]["valid_from"] == "2023-01-01"
    assert client.get(url, {"on": "2023-06-01"}).status_code == 200
    missing = client.get(url, {"on": "2019-01-01"}, HTTP_ACCEPT="application/json")
    assert missing.status_code == 404 and "2023-01-01" in missing.json()["remedy"]


def test_published_layers_begin_with_the_land(foshan):
    from boundaries.models import PublishedCommunity

    rows = PublishedCommunity.objects.filter(act_out__isnull=True)
    assert rows.count() == 32 and {r.valid_from for r in rows} == {date(2023, 1, 1)}
    names = PublishedPlaceName.objects.filter(name="高丰村民委员会")
    assert [n.valid_from for n in names] == [date(2023, 1, 1)]


def test_former_names_and_dead_units_are_found(foshan):
    (old,) = [r for r in search("联合社区居民委员会") if r["type"] == "unit"]
    assert old["former"] and old["now"]["name"] == "云东海社区居民委员会"
    (dead,) = [r for r in search("奇槎村民委员会") if r["type"] == "unit"]
    assert dead["former"] and dead["now"]["name"] == "奇槎社区居委会"
    (split,) = [r for r in search("夏南社区居委会") if r["type"] == "unit" and r["name"] == "夏南社区居委会"]
    assert split["former"] and split["now"] is None, "two heirs: the page lists them"
    assert not [r for r in search("?心社区") if "?" in r["name"]]


def test_the_small_city_of_the_tests_needs_no_history(town, client):
    version = UnitVersion.objects.get(code=f"{build.TOWN_A}001")
    html = page(client, version)
    assert card(html, "inferences") == "" and card(html, "codes") == ""
    assert lineage.resolve(version.code, build.TODAY).living == (version,)
