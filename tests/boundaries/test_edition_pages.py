"""An officer confirms a new year's code list: from upload to register, and everything that stands in the way."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from boundaries.editions import read_folder
from boundaries.history import list_in_force, load_editions, town_name
from boundaries.models import (
    EditionAnswer,
    EditionUpload,
    PublishedBoundaryLine,
    PublishedCommunity,
    UnitLineage,
    UnitVersion,
)
from boundaries.register import units
from geoapp.core import acts
from geoapp.core.effective import in_force, succeed
from geoapp.core.models import Act, Jurisdiction
from geoapp.planner.rebuild import compare
from naming.models import AddressVersion, PlaceNameVersion
from naming.published import publish
from tests import build
from tests.boundaries.adjustments import unit
from tests.boundaries.lists import START, city_officer, csv_of, rows_of, seen, send, standing_rows
from tests.boundaries.test_adjustment_case import _door
from tests.boundaries.test_editions import CODES
from tests.boundaries.test_history import DISTRICTS
from tests.boundaries.test_lines import line_of, require_equal
from tests.planner.english import EnglishPage

AT = timezone.make_aware(datetime(2023, 1, 3, 8))
COMMUNITY, VILLAGE = f"{build.TOWN_A}001", f"{build.TOWN_A}200"
LAST = date(2026, 12, 31)


@pytest.fixture
def officer(town, client):
    """The district officer of Nanhai in the small city, whose units have land."""
    client.force_login(town.users["demo-district"])
    return client


@pytest.fixture
def nanhai(town) -> list[list[str]]:
    """Nanhai's units as a list's rows."""
    return standing_rows(date(2025, 12, 31), "440605")


def changed(rows: list[list[str]], **names: str) -> list[list[str]]:
    return [[code, names.get(f"c{code}", name), *rest] for code, name, *rest in rows]


def post(client, url: str, do: str, **fields: str):
    return client.post(url, {**seen(client, url), "do": do, **fields})


def key_of(client, url: str, code: str) -> str:
    """Return the key of the act that speaks of a code."""
    from boundaries.edition_uploads import sheet_of

    sheet = sheet_of(EditionUpload.objects.get(pk=url.rstrip("/").rsplit("/", 1)[-1]))
    return next(p.key for p in sheet.comparison.proposed if code in p.act.codes)


def answer(client, url: str, code: str, verdict: str = "confirmed", **fields: str):
    return post(client, url, verdict, key=key_of(client, url, code), **fields)


def confirm_all(client, url: str) -> None:
    """Confirm group after group, then what a group leaves out."""
    from boundaries.edition_uploads import sheet_of

    row = EditionUpload.objects.get(pk=url.rstrip("/").rsplit("/", 1)[-1])
    for kind, _ in sheet_of(row).comparison.groups():
        assert post(client, url, "group", kind=str(kind)).status_code == 302
    row.refresh_from_db()
    for proposed in sheet_of(row).comparison.pending:
        assert post(client, url, "confirmed", key=proposed.key).status_code == 302


# Whole years, as they were


@pytest.mark.parametrize("year", [2017, 2019, 2020, 2021])
def test_a_year_confirmed_is_that_year_s_list_and_the_past_stands(db, client, year):
    lists = {e.year: e for e in read_folder(CODES)}
    load_editions([lists[y] for y in range(2016, year)], at=AT, districts=DISTRICTS)
    client.force_login(city_officer())
    before = {y: list_in_force(date(y, 12, 31)) for y in range(2016, year)}
    sent = send(client, rows_of(lists[year]), year=str(year))
    assert sent.status_code == 302
    confirm_all(client, sent.url)
    written = post(client, sent.url, "write")
    assert written.status_code == 302, written.content.decode()
    assert list_in_force(date(year, 12, 31)) == list(lists[year].units)
    assert {y: list_in_force(date(y, 12, 31)) for y in range(2016, year)} == before
    printed = [(t.code, town_name(t.name)) for t in lists[year].towns if t.code[6] in "0123"]
    assert list(units("town", date(year, 12, 31)).values_list("code", "name")) == printed
    codes = dict(in_force(UnitVersion.objects.all(), date(year, 12, 31)).values_list("unit_id", "code"))
    for version in units("community", date(year, 12, 31)):
        assert codes[version.parent_id] == version.code[: 6 if version.kind == "virtual" else 9]
    assert acts.faults() == []
    row = EditionUpload.objects.get()
    deed = Act.objects.get(seq=row.act)
    assert deed.kind == f"edition_{year}" and deed.actor.username == "city-officer"
    assert Path(row.file.path).read_bytes() == csv_of(rows_of(lists[year]))


def test_the_same_lineage_as_loading_history_writes(db, client):
    lists = {e.year: e for e in read_folder(CODES)}

    def arrows() -> set[tuple]:
        found = UnitLineage.objects.filter(effective__year=2019)
        code = {v.unit_id: v.code for v in UnitVersion.objects.order_by("row")}
        return {(code[a.from_unit_id], code[a.to_unit_id], a.kind, a.confidence, a.source) for a in found}

    with transaction.atomic():
        load_editions([lists[y] for y in (2018, 2019)], at=AT, districts=DISTRICTS)
        wanted = arrows()
        transaction.set_rollback(True)
    load_editions([lists[2018]], at=AT, districts=DISTRICTS)
    client.force_login(city_officer())
    sent = send(client, rows_of(lists[2019]), year="2019")
    confirm_all(client, sent.url)
    assert post(client, sent.url, "write").status_code == 302
    assert arrows() == wanted != set()


def test_a_list_equal_to_the_register_is_noted(officer, nanhai):
    sent = send(officer, nanhai)
    text = officer.get(sent.url).content.decode()
    assert "完全一致" in text and "disabled" not in text
    assert post(officer, sent.url, "write").status_code == 302
    deed = Act.objects.get(seq=EditionUpload.objects.get().act)
    assert deed.kind == "edition_2026" and json.loads(deed.payload)["acts"] == []
    assert standing_rows(LAST, "440605") == nanhai
    assert "没有变动" in officer.get(sent.url).content.decode()


# With land


def test_names_change_and_units_come_without_touching_land(town, officer, nanhai):
    fresh = [f"{build.TOWN_A}002", "新苑社区", build.TOWN_A, "试验镇"]
    rows = sorted([*changed(nanhai, **{f"c{COMMUNITY}": "试验新社区"}), fresh])
    sent = send(officer, rows)
    text = officer.get(sent.url).content.decode()
    assert "更名" in text and "新设" in text and "写入后没有范围的单位" in text
    land = dict(UnitVersion.objects.filter(geom__isnull=False, act_out=None).values_list("code", "geom"))
    assert post(officer, sent.url, "write").status_code == 409
    assert answer(officer, sent.url, COMMUNITY, effective="2026-03-01").status_code == 302
    assert answer(officer, sent.url, fresh[0]).status_code == 302
    assert post(officer, sent.url, "write").status_code == 302
    assert standing_rows(LAST, "440605") == rows
    assert standing_rows(date(2025, 12, 31), "440605") == nanhai
    assert [r[1] for r in standing_rows(date(2026, 2, 28)) if r[0] == COMMUNITY] == ["试验社区"]
    new = in_force(UnitVersion.objects.filter(code=fresh[0]), LAST).get()
    assert new.geom is None and not new.landless and new.valid_from == date(2026, 1, 1) and new.pinyin
    now = in_force(UnitVersion.objects.exclude(code=fresh[0]), LAST).filter(geom__isnull=False)
    assert {v.code: v.geom.wkb.tobytes() for v in now} == {c: g.wkb.tobytes() for c, g in land.items()}
    shown = PublishedCommunity.objects.filter(code=COMMUNITY, act_out=None, valid_to=None).get()
    assert shown.name == "试验新社区"
    names = PlaceNameVersion.objects.filter(place__unit__versions__code=COMMUNITY, act_out=None)
    assert set(names.values_list("name", flat=True)) >= {"试验社区", "试验新社区"}
    assert compare(lambda _: None) == []
    assert acts.faults() == []
    require_equal(LAST)
    require_equal(date(2026, 2, 28))
    done = officer.get(sent.url).content.decode()
    assert "已写入" in done and "新苑社区" in done and "没有范围的单位" in done
    assert post_raw(officer, sent.url).status_code == 409


def post_raw(client, url: str):
    return client.post(url, {"do": "write", "seq": "1", "version": "1"})


def test_a_unit_with_land_does_not_vanish(town, officer, nanhai):
    rows = [r for r in nanhai if r[0] != VILLAGE]
    sent = send(officer, rows)
    text = officer.get(sent.url).content.decode()
    assert "不能由名单办理" in text and "请另开村居调整案" in text and "/boundaries/new/" in text
    refused = answer(officer, sent.url, VILLAGE)
    assert refused.status_code == 409 and "土地" in refused.content.decode()
    assert post(officer, sent.url, "group", kind="removed").status_code == 302
    assert not EditionAnswer.objects.exists(), "a group leaves out what cannot be confirmed"
    assert answer(officer, sent.url, VILLAGE, "rejected").status_code == 422
    assert answer(officer, sent.url, VILLAGE, "rejected", reason="另案办理").status_code == 302
    assert post(officer, sent.url, "write").status_code == 302
    assert standing_rows(LAST, "440605") == nanhai
    payload = json.loads(Act.objects.latest("seq").payload)
    assert payload["rejected"][0]["reason"] == "另案办理" and payload["acts"] == []


def test_a_village_with_land_is_not_converted_nor_moved_to_another_town(town, officer, nanhai):
    converted = [f"{build.TOWN_A}003", "样板新社区", build.TOWN_A, "试验镇"]
    moved = f"{build.TOWN_B}003"
    rows = [r for r in nanhai if r[0] not in (COMMUNITY, VILLAGE)]
    rows += [
        [moved, "试验社区", build.TOWN_B, "样板街道"],
        [converted[0], "试验村社区", *converted[2:]],
    ]
    sent = send(officer, rows)
    text = officer.get(sent.url).content.decode()
    assert "须改动镇街界线" in text and "登记行政区划变更" in text
    assert answer(officer, sent.url, moved).status_code == 409
    assert answer(officer, sent.url, VILLAGE).status_code == 409


def test_a_renamed_town_takes_its_addresses_and_area_along(town, officer, nanhai):
    street = town.named("鱼跃路", build.line((500, 900), (1500, 900)))
    door = _door(town, street, unit(COMMUNITY, date(2026, 2, 1)), 2, (1000, 905))
    published = [{"layer": "addresses", "ids": [str(door.pk)], "known_at": acts.head_seq()}]
    with transaction.atomic(), acts.act("takeover_addresses", at=build.NOW) as act:
        publish("addresses", [door.pk], known_at=published[0]["known_at"], seq=act.seq)
        act.payload["publish"] = published
    rows = [[c, n, t, "试验街道" if t == build.TOWN_A else label] for c, n, t, label in nanhai]
    sent = send(officer, rows, on="2026-02-01")
    assert answer(officer, sent.url, build.TOWN_A).status_code == 302
    assert post(officer, sent.url, "write").status_code == 302
    assert Jurisdiction.objects.get(code=build.TOWN_A).name == "试验街道"
    texts = AddressVersion.objects.filter(address=door, act_out=None).order_by("valid_from")
    assert [v.text for v in texts] == ["佛山市南海区试验镇鱼跃路2号", "佛山市南海区试验街道鱼跃路2号"]
    shown = PublishedCommunity.objects.filter(code=COMMUNITY, act_out=None).latest("act_in")
    assert shown.unit == "试验街道"
    require_equal(LAST)
    line = line_of(build.TOWN_A, build.TOWN_B, LAST)
    assert line.name == "试验街道—样板街道线" and line.valid_from == date(2026, 2, 1)
    assert line_of(build.TOWN_A, build.TOWN_B, date(2026, 1, 31)).name == "试验镇—样板街道线"
    assert PublishedBoundaryLine.objects.get(id=line.line_id, act_out=None, valid_to=None).name == line.name
    assert compare(lambda _: None) == []


def test_a_town_that_became_a_sub_district_keeps_its_units_and_their_land(town, officer, nanhai):
    new = "440605009"
    rows = [
        [c.replace(build.TOWN_A, new), n, t.replace(build.TOWN_A, new), label] for c, n, t, label in nanhai
    ]
    rows = [[c, n, t, "试验街道" if t == new else label] for c, n, t, label in rows]
    sent = send(officer, rows)
    confirm_all(officer, sent.url)
    assert post(officer, sent.url, "write").status_code == 302
    assert standing_rows(LAST, "440605") == sorted(rows)
    moved = in_force(UnitVersion.objects.filter(code=f"{new}001"), LAST).get()
    assert moved.geom is not None and moved.parent_id == town.land.units[build.TOWN_A].pk
    assert Jurisdiction.objects.get(code=new).name == "试验街道"
    assert compare(lambda _: None) == []


def test_units_do_not_go_on_without_their_town(town, officer, nanhai):
    fresh = ["440605009001", "新城社区", "440605009", "新城街道"]
    sent = send(officer, [*nanhai, fresh])
    assert answer(officer, sent.url, "440605009", "rejected", reason="未获批准").status_code == 302
    assert answer(officer, sent.url, fresh[0]).status_code == 302
    refused = post(officer, sent.url, "write")
    assert refused.status_code == 409 and "所属镇街" in refused.content.decode()
    assert answer(officer, sent.url, "440605009").status_code == 302
    assert post(officer, sent.url, "write").status_code == 302
    unit_of = in_force(UnitVersion.objects.filter(code=fresh[0]), LAST).get()
    assert unit_of.parent.jurisdiction.name == "新城街道"


def test_a_unit_with_addresses_does_not_go(town, officer, nanhai):
    fresh = [f"{build.TOWN_A}002", "新苑社区", build.TOWN_A, "试验镇"]
    sent = send(officer, [*nanhai, fresh], on="2026-01-10")
    assert answer(officer, sent.url, fresh[0]).status_code == 302
    assert post(officer, sent.url, "write").status_code == 302
    street = town.named("鱼跃路", build.line((500, 900), (1500, 900)))
    _door(town, street, unit(fresh[0], date(2026, 2, 1)), 2, (1000, 905))
    gone = send(officer, nanhai, on="2026-06-01")
    refused = answer(officer, gone.url, fresh[0])
    assert refused.status_code == 409 and "还有登记的地址" in refused.content.decode()


# Another reading


def test_another_reading_is_taken_on_the_officer_s_word(town, officer, nanhai):
    fresh = [f"{build.TOWN_A}002", "新苑社区", build.TOWN_A, "试验镇"]
    sent = send(officer, [*nanhai, fresh])
    key = key_of(officer, sent.url, fresh[0])
    tell = {"key": key, "alternative": "0"}
    for fields, status in (
        ({**tell, "source": ""}, 422),
        ({**tell, "source": "批复", "alternative": "9"}, 422),
        ({**tell, "source": "批复", "partner": "440605009001"}, 422),
        ({**tell, "source": "南府函〔2026〕3号", "partner": COMMUNITY}, 302),
    ):
        assert post(officer, sent.url, "tell", **fields).status_code == status, fields
    text = officer.get(sent.url).content.decode()
    assert "分设" in text and "南府函〔2026〕3号" in text and "改判的读法" in text
    assert post(officer, sent.url, "untell", told="0").status_code == 302
    assert "改判的读法" not in officer.get(sent.url).content.decode()
    assert (
        post(officer, sent.url, "tell", **tell, source="南府函〔2026〕3号", partner=COMMUNITY).status_code
        == 302
    )
    assert answer(officer, sent.url, fresh[0]).status_code == 302
    assert post(officer, sent.url, "write").status_code == 302
    arrow = UnitLineage.objects.get(source="南府函〔2026〕3号")
    assert arrow.kind == "split" and arrow.confidence == 1.0
    assert arrow.from_unit.versions.filter(code=COMMUNITY).exists()
    assert standing_rows(LAST, "440605") == sorted([*nanhai, fresh])


# Somebody else


def test_a_register_that_moved_meanwhile_is_said(town, officer, nanhai):
    sent = send(officer, changed(nanhai, **{f"c{COMMUNITY}": "试验新社区"}))
    assert answer(officer, sent.url, COMMUNITY).status_code == 302
    stale = seen(officer, sent.url)
    with transaction.atomic(), acts.act("import_units", at=build.NOW, actor=town.users["demo-city"]) as act:
        village = in_force(UnitVersion.objects.filter(code=VILLAGE), build.TODAY).get()
        succeed(village, seq=act.seq, valid_from=date(2025, 6, 1), households=777)
    before = Act.objects.count()
    answered = officer.post(sent.url, {**stale, "do": "write"})
    assert answered.status_code == 409 and str(town.users["demo-city"]) in answered.content.decode()
    assert Act.objects.count() == before and not UnitVersion.objects.filter(name="试验新社区").exists()
    assert post(officer, sent.url, "write").status_code == 302
    assert standing_rows(LAST, "440605")[0][1] == "试验新社区"


def test_two_officers_at_one_list(town, client, officer, nanhai):
    sent = send(officer, changed(nanhai, **{f"c{COMMUNITY}": "试验新社区"}))
    stale = seen(officer, sent.url)
    client.force_login(town.users["demo-city"])
    assert answer(client, sent.url, COMMUNITY).status_code == 302
    client.force_login(town.users["demo-district"])
    key = key_of(client, sent.url, COMMUNITY)
    answered = client.post(sent.url, {**stale, "do": "rejected", "key": key, "reason": "不采用"})
    assert answered.status_code == 409 and str(town.users["demo-city"]) in answered.content.decode()
    assert EditionAnswer.objects.get().verdict == "confirmed"


def test_nothing_is_half_applied(town, officer, nanhai, monkeypatch):
    from boundaries import edition_writing

    fresh = [f"{build.TOWN_A}002", "新苑社区", build.TOWN_A, "试验镇"]
    sent = send(officer, [*nanhai, fresh])
    assert answer(officer, sent.url, fresh[0]).status_code == 302
    before = (Act.objects.count(), UnitVersion.objects.count(), EditionUpload.objects.get().version)

    def fails(*_args):
        raise RuntimeError("power cut")

    monkeypatch.setattr(edition_writing, "_publish", fails)
    with pytest.raises(RuntimeError), transaction.atomic():
        post(officer, sent.url, "write")
    assert (Act.objects.count(), UnitVersion.objects.count(), EditionUpload.objects.get().version) == before
    assert EditionUpload.objects.get().act is None


def test_a_change_recorded_later_stands_in_the_way(town, officer, nanhai):
    with transaction.atomic(), acts.act("import_units", at=build.NOW) as act:
        version = in_force(UnitVersion.objects.filter(code=COMMUNITY), build.TODAY).get()
        succeed(version, seq=act.seq, valid_from=date(2026, 6, 1), households=777)
    rows = changed(nanhai, **{f"c{COMMUNITY}": "试验新社区"})
    sent = send(officer, rows)
    refused = answer(officer, sent.url, COMMUNITY)
    assert refused.status_code == 409 and "2026-06-01" in refused.content.decode()
    later = send(officer, rows, on="2026-06-02")
    assert answer(officer, later.url, COMMUNITY).status_code == 302
    assert post(officer, later.url, "write").status_code == 302
    assert standing_rows(LAST, "440605") == rows


# What is refused at the door


DEFECTS = [
    (["440605001001", "重名社区"], "第 2 行重复", "每个代码只能列一次"),
    (["4.40605E+11", "科学社区"], "不是 12 位数字", "科学计数"),
    (["440605001205", "错段社区居委会"], "与名称不符", "001–199"),
    (["440605001006", "错段村村委会"], "与名称不符", "200–399"),
    (["440605001777", "无段社区"], "不在任何号段", "400–599"),
    (["440605001007", ""], "没有名称", "请补上"),
    (["440105001007", "广州社区"], "不是已登记的区", "外市"),
]


@pytest.mark.parametrize(("row", "what", "remedy"), DEFECTS, ids=[d[2] for d in DEFECTS])
def test_a_defect_is_named_by_row_with_its_remedy(officer, nanhai, row, what, remedy):
    bad = [*row, row[0][:9], "试验镇"]
    refused = send(officer, [*nanhai, bad])
    text = refused.content.decode()
    assert refused.status_code == 422 and what in text and remedy in text
    assert f">{len(nanhai) + 2}</td>" in text
    assert not EditionUpload.objects.exists()


def test_a_lost_character_is_shown_and_may_be_rejected(town, officer, nanhai):
    with transaction.atomic(), acts.act("import_units", at=build.NOW) as act:
        version = in_force(UnitVersion.objects.filter(code=COMMUNITY), date(2025, 1, 1)).get()
        succeed(version, seq=act.seq, valid_from=date(2025, 2, 1), name="华㘵社区")
    rows = standing_rows(date(2025, 12, 31), "440605")
    sent = send(officer, csv_of(rows, encoding="gbk"))
    assert sent.status_code == 302
    text = officer.get(sent.url).content.decode()
    assert "缺字" in text and "华㘵社区" in text and "gb18030" in text
    assert post(officer, sent.url, "group", kind="lost_character").status_code == 302
    assert not EditionAnswer.objects.exists()
    assert answer(officer, sent.url, COMMUNITY, "rejected", reason="名单缺字").status_code == 302
    assert post(officer, sent.url, "write").status_code == 302
    assert standing_rows(LAST, "440605") == rows


def test_what_cannot_be_compared_is_not_kept(town, client, officer, nanhai, settings):
    for fields, words in (
        ({"year": "99"}, "年份"),
        ({"year": "2026", "on": "2025-12-31"}, "年内"),
        ({"year": "2026", "on": "2026-02-30"}, "日期"),
        ({"year": "2001"}, "还没有任何单位"),
        ({"encoding": "klingon"}, "无法识别"),
    ):
        answered = send(officer, nanhai, **fields)
        assert answered.status_code in (409, 422) and words in answered.content.decode(), fields
    for content, words in ((b"", "空"), (b"x,y\n1,2\n", "缺少列"), (csv_of([]), "没有内容")):
        answered = send(officer, content)
        assert answered.status_code == 422 and words in answered.content.decode(), words
    assert send(officer, nanhai, name="名单.docx").status_code == 422
    foreign = send(officer, standing_rows(date(2025, 12, 31)))
    assert foreign.status_code == 403 and "440604" in foreign.content.decode()
    settings.GEOAPP_MAX_UPLOAD_BYTES = 40
    assert send(officer, nanhai).status_code == 413
    assert not EditionUpload.objects.exists()
    assert [p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()] == []


def test_an_empty_register_has_nothing_to_compare(db, client):
    client.force_login(city_officer())
    assert "还没有上传过名单" in client.get(START).content.decode()
    refused = send(client, [["440605001001", "试验社区", "440605001", "试验镇"]])
    assert refused.status_code == 409 and "还没有任何单位" in refused.content.decode()
    area = Jurisdiction.objects.get(code="440600")
    assert area.level == "city" and not EditionUpload.objects.exists()


def test_columns_by_the_names_offices_use(officer, nanhai):
    head = ("统计用区划代码", "名称")
    sent = send(officer, csv_of([r[:2] for r in nanhai], head=head, encoding="gbk"))
    assert sent.status_code == 302 and "完全一致" in officer.get(sent.url).content.decode()


def test_an_officer_of_another_district_sees_nothing(town, client, officer, nanhai):
    sent = send(officer, nanhai)
    client.force_login(town.users["demo-chancheng"])
    assert client.get(sent.url).status_code == 404
    client.force_login(town.users["demo-city"])
    assert client.get(sent.url).status_code == 200


def test_bad_forms_are_answered(town, officer, nanhai):
    sent = send(officer, changed(nanhai, **{f"c{COMMUNITY}": "试验新社区"}))
    key = key_of(officer, sent.url, COMMUNITY)
    assert officer.post(sent.url, {"do": "write"}).status_code == 409
    assert post(officer, sent.url, "dance").status_code == 422
    assert post(officer, sent.url, "confirmed", key="nothing").status_code == 409
    for day in ("2025-12-31", "2027-01-01", "2026-02-30"):
        assert post(officer, sent.url, "confirmed", key=key, effective=day).status_code == 422
    assert post(officer, sent.url, "untell", told="4").status_code == 422
    assert answer(officer, sent.url, COMMUNITY).status_code == 302
    assert answer(officer, sent.url, COMMUNITY, "open").status_code == 302
    assert not EditionAnswer.objects.exists()


def test_the_pages_in_english(town, officer, nanhai):
    fresh = [f"{build.TOWN_A}002", "新苑社区", build.TOWN_A, "试验镇"]
    rows = [r for r in changed(nanhai, **{f"c{COMMUNITY}": "试?社区"}) if r[0] != VILLAGE]
    sent = send(officer, [*rows, fresh])
    officer.cookies["lang"] = "en"
    pages = [officer.get(START), officer.get(sent.url), answer(officer, sent.url, VILLAGE)]
    pages.append(answer(officer, sent.url, VILLAGE, "rejected"))
    for row, *_ in DEFECTS:
        pages.append(send(officer, [*nanhai, [*row, row[0][:9], "试验镇"]]))
    answer(officer, sent.url, VILLAGE, "rejected", reason="另案办理")
    answer(officer, sent.url, COMMUNITY)
    answer(officer, sent.url, fresh[0])
    pages.append(officer.get(sent.url))
    assert post(officer, sent.url, "write").status_code == 302
    pages += [officer.get(sent.url), post_raw(officer, sent.url)]
    for page in pages:
        assert EnglishPage(page.content.decode()).stray == []
