"""Eight yearly lists in the register: every year's list exactly, identity, lineage, dead codes, the record."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from boundaries import lineage, register
from boundaries.editions import ActKind, Confirmation, Edition, Listed, read_confirmations, read_folder
from boundaries.history import History, digest, inferences, kind_of, list_in_force, load_editions, town_name
from boundaries.models import Unit, UnitLineage, UnitVersion
from geoapp.core import acts, database
from geoapp.core.effective import correct, end_many, in_force, known, succeed, succeed_many
from geoapp.core.errors import BadInput, Conflict, NotFound
from geoapp.core.models import Act
from tests.boundaries.test_editions import CODES

pytestmark = pytest.mark.django_db
AT = timezone.make_aware(datetime(2023, 1, 3, 8))
TODAY = date(2026, 11, 23)
DISTRICTS = {
    "440604": "禅城区",
    "440605": "南海区",
    "440606": "顺德区",
    "440607": "三水区",
    "440608": "高明区",
}
YEARS = range(2016, 2024)


@pytest.fixture
def lists() -> dict[int, Edition]:
    return {e.year: e for e in read_folder(CODES)}


@pytest.fixture
def history(db, lists) -> History:
    told = read_confirmations((CODES / "confirmed.csv").read_text(encoding="utf-8"))
    return load_editions(list(lists.values()), at=AT, districts=DISTRICTS, confirmed=told)


def unit_of(code: str, on: date) -> Unit:
    return in_force(UnitVersion.objects.filter(code=code), on).get().unit


def test_on_the_last_day_of_each_year_the_list_is_in_force_exactly(history, lists):
    for year in YEARS:
        assert list_in_force(date(year, 12, 31)) == list(lists[year].units), year
        towns = register.units("town", date(year, 12, 31)).values_list("code", "name")
        printed = [(r.code, town_name(r.name)) for r in lists[year].towns if r.code[6] in "0123"]
        assert list(towns) == printed and len(printed) == 32
        assert register.units("district", date(year, 12, 31)).count() == 5


def test_each_list_also_stands_as_it_was_known_after_its_own_act(history, lists):
    for year in YEARS:
        assert list_in_force(date(year, 12, 31), history.seqs[year]) == list(lists[year].units)
        if year < 2023:
            later = list_in_force(date(year + 1, 12, 31), history.seqs[year])
            assert later == list(lists[year].units), "the next list was not known yet"


def test_nothing_is_claimed_before_the_first_list(history):
    assert list_in_force(date(2015, 12, 31)) == []


def test_every_unit_has_the_parent_its_code_says(history, lists):
    for year in (2018, 2019, 2023):
        on = date(year, 12, 31)
        codes = dict(in_force(UnitVersion.objects.all(), on).values_list("unit_id", "code"))
        for version in register.units("community", on):
            length = 6 if version.kind == "virtual" else 9
            assert codes[version.parent_id] == version.code[:length]


def test_one_act_a_year_with_its_evidence_and_the_digest_of_the_list(history, lists):
    rows = list(Act.objects.order_by("seq"))
    assert [r.kind for r in rows] == [f"edition_{y}" for y in YEARS]
    assert acts.faults() == []
    for row in rows:
        told = json.loads(row.payload)
        assert told["sha256"] == digest(lists[told["edition"]]) and len(told["sha256"]) == 64
        assert len(told["acts"]) == len(history.acts.get(told["edition"], ()))
    assert {v.act_in for v in UnitVersion.objects.all()} == set(history.seqs.values())


def test_history_claims_no_geometry_and_the_index_survives(history):
    assert not UnitVersion.objects.filter(geom__isnull=False).exists()
    assert register.city_outline(date(2019, 6, 1)) is None
    assert database.index_faults() == []
    if connection.vendor == "sqlite":
        database.require_index("boundaries_unitversion", "geom")


def test_a_unit_keeps_its_identity_through_a_new_code(history):
    gaofeng = unit_of("440607001201", date(2018, 12, 31))
    assert unit_of("440607004204", date(2019, 1, 1)) == gaofeng
    spans = lineage.code_history(gaofeng.pk)
    assert [(s.code, s.valid_from, s.valid_to) for s in spans] == [
        ("440607001201", date(2016, 1, 1), date(2019, 1, 1)),
        ("440607004204", date(2019, 1, 1), None),
    ]
    towns = [
        register.units("town", on).get(unit_id=in_force(gaofeng.versions, on).get().parent_id).name
        for on in (date(2018, 12, 31), date(2019, 1, 1))
    ]
    assert towns == ["西南街道", "云东海街道"]
    assert history.units["440607004204"] == gaofeng


def test_a_unit_listed_under_one_code_throughout_is_one_unit(history, lists):
    first = {r.code for r in lists[2016].units}
    same = [r.code for r in lists[2023].units if r.code in first]
    assert len(same) == 747
    for code in same[::25]:
        assert UnitVersion.objects.filter(code=code).values("unit").distinct().count() == 1
    lost = unit_of("440607001017", date(2020, 6, 1))
    names = known(lost.versions).order_by("valid_from").values_list("name", flat=True)
    assert list(names) == ["布心社区居民委员会", "?心社区居民委员会", "㘵心社区居民委员会"]


def test_an_officer_corrects_a_misprint_of_the_past_and_both_stay_known(history):
    version = in_force(UnitVersion.objects.filter(code="440607001017"), date(2020, 6, 1)).get()
    with transaction.atomic(), acts.act("correction", at=AT) as act:
        correct(version, seq=act.seq, name="㘵心社区居民委员会")
    on = date(2020, 12, 31)
    assert {r.code: r.name for r in list_in_force(on)}["440607001017"] == "㘵心社区居民委员会"
    before = {r.code: r.name for r in list_in_force(on, act.seq - 1)}
    assert before["440607001017"] == "?心社区居民委员会"


def test_a_village_turned_community_is_another_unit_joined_by_an_arrow(history):
    village = unit_of("440604010210", date(2016, 12, 31))
    community = unit_of("440604010027", date(2017, 1, 1))
    assert village != community
    (arrow,) = lineage.successors(village.pk)
    assert (arrow.to_unit, arrow.kind, arrow.effective) == (
        community,
        "village_to_community",
        date(2017, 1, 1),
    )
    assert arrow.confidence == 0.95 and arrow.area_mm2x2 is None
    assert [a.from_unit for a in lineage.predecessors(community.pk)] == [village]
    assert not lineage.successors(village.pk, known_at=history.seqs[2016]).exists()


def test_the_split_of_xunfeng_takes_effect_on_its_own_day(history):
    jiangbei = unit_of("440605125012", TODAY)
    (arrow,) = lineage.successors(jiangbei.pk)
    assert arrow.effective == date(2022, 3, 1) and "海北大道" in arrow.source
    codes = {r.code for r in list_in_force(date(2022, 2, 28))}
    assert "440605125054" not in codes
    assert "440605125054" in {r.code for r in list_in_force(date(2022, 3, 1))}
    alone = lineage.resolve("440605125012", TODAY)
    assert [v.code for v in alone.living] == ["440605125012"], "the giver lives on and answers for itself"


def test_a_dead_code_means_its_living_successors(history):
    def meaning(reference, on=TODAY):
        return [v.code for v in lineage.resolve(reference, on).living]

    assert meaning("440605011045") == ["440605011063", "440605011064"]
    assert meaning("440605011045", date(2018, 12, 31)) == ["440605011045"]
    assert meaning("440604010210") == ["440604010027"]
    assert meaning("440607001201") == ["440607004204"], "same unit, new code"
    xianan = unit_of("440605011045", date(2018, 1, 1))
    assert meaning(xianan.pk) == meaning(str(xianan.pk)) == ["440605011063", "440605011064"]
    gone = lineage.resolve("440604012053", TODAY)
    assert gone.living == () and gone.ended == date(2017, 1, 1), "the lists do not say who took over"
    split = lineage.resolve("440605011045", TODAY)
    assert split.ended == date(2019, 1, 1) and len(split.trail) == 2
    for stray in ("440605999999", "x", ""):
        with pytest.raises(NotFound):
            lineage.resolve(stray, TODAY)


def test_lineage_of_many_steps_with_shares(history):
    """A merger years later, with measured shares, is followed through the split before it; cycles end."""
    parts = [unit_of(c, TODAY) for c in ("440605011063", "440605011064")]
    xianan = unit_of("440605011045", date(2018, 1, 1))
    day = date(2025, 7, 1)
    with transaction.atomic(), acts.act("merge", at=AT) as act:
        heir = Unit.objects.create(level="community")
        UnitVersion.objects.create(
            unit=heir,
            name="夏南社区居委会",
            code="440605011066",
            kind="community",
            valid_from=day,
            act_in=act.seq,
        )
        end_many([(in_force(p.versions, TODAY).get(), day) for p in parts], seq=act.seq)
        UnitLineage.objects.bulk_create(
            UnitLineage(
                from_unit=p,
                to_unit=heir,
                effective=day,
                kind="merged",
                area_mm2x2=2 * 10**13 + n,
                households=1000 + n,
                addresses=40,
                act_in=act.seq,
            )
            for n, p in enumerate(parts)
        )
    assert [v.code for v in lineage.resolve("440605011045", TODAY).living] == ["440605011066"]
    assert len(lineage.resolve("440605011045", day.replace(month=6)).living) == 2
    before = lineage.resolve("440605011045", TODAY, known_at=act.seq - 1)
    assert [v.code for v in before.living] == ["440605011063", "440605011064"]
    graph = lineage.lineage_graph(xianan.pk)
    assert set(graph.units) == {xianan.pk, heir.pk, *(p.pk for p in parts)} and len(graph.arrows) == 4
    assert {a.area_mm2x2 for a in graph.arrows} == {None, 2 * 10**13, 2 * 10**13 + 1}
    UnitLineage.objects.create(
        from_unit=parts[0], to_unit=xianan, effective=day, kind="transfer", act_in=act.seq
    )
    assert [v.code for v in lineage.resolve("440605011045", TODAY).living] == ["440605011066"]


def test_an_arrow_joins_two_units_and_stands_once(history):
    (arrow,) = UnitLineage.objects.filter(effective=date(2022, 3, 1))
    same = {"effective": arrow.effective, "kind": "split", "act_in": arrow.act_in}
    for pair in ((arrow.from_unit, arrow.to_unit), (arrow.from_unit, arrow.from_unit)):
        with pytest.raises(IntegrityError), transaction.atomic():
            UnitLineage.objects.create(from_unit=pair[0], to_unit=pair[1], **same)


def test_inferences_are_read_back_for_a_code(history):
    (removed,) = inferences({"440604012053"})
    assert removed.kind is ActKind.REMOVED and removed.before[0].name == "南桂社区居委会"
    assert [a.to_year for a in inferences({"440607001017"})] == [2020, 2021]
    (giver,) = inferences({"440605125012"})
    assert giver.kind is ActKind.SPLIT, "江北 took part and stands on"
    assert inferences(()) == []


def test_lists_go_into_an_empty_register_only(history, lists):
    with pytest.raises(Conflict, match="已有区划单位"):
        load_editions([lists[2016]], at=AT, districts=DISTRICTS)


def test_bad_calls_leave_nothing_behind(db, lists):
    with pytest.raises(BadInput, match="没有名单"):
        load_editions([], at=AT, districts=DISTRICTS)
    with pytest.raises(BadInput, match="440608"):
        load_editions([lists[2016]], at=AT, districts={k: v for k, v in DISTRICTS.items() if k != "440608"})
    stray = Confirmation(2017, ActKind.SPLIT, ("440605125012",), ("440605125099",), None, "某文件")
    with pytest.raises(ValueError, match="440605125099"):
        load_editions([lists[2016], lists[2017]], at=AT, districts=DISTRICTS, confirmed=[stray])
    assert not Unit.objects.exists() and not Act.objects.exists()


def edition(year: int, *rows: tuple[str, str], towns: tuple[tuple[str, str], ...] = ()) -> Edition:
    return Edition(year, tuple(Listed(*r) for r in rows), tuple(Listed(*t) for t in towns))


def test_towns_change_too(db):
    """A town becomes a sub-district with another code: it stays one unit, what lies in it moves along."""
    old = edition(
        2030,
        ("440605101001", "甲社区居委会"),
        ("440605101201", "乙村委会"),
        towns=(("440605101", "丙镇"), ("440605400", "丁农场")),
    )
    new = edition(
        2031,
        ("440605002001", "甲社区居委会"),
        ("440605002002", "乙社区居委会"),
        towns=(("440605002", "丙街道办事处"), ("440605400", "丁农场")),
    )
    last = edition(2032, *((r.code, r.name) for r in new.units), towns=(("440605002", "戊街道"),))
    found = load_editions([old, new, last], at=AT, districts={"440605": "南海区"})
    towns = {
        y: list(register.units("town", date(y, 6, 1)).values_list("code", "name")) for y in (2030, 2031, 2032)
    }
    assert towns == {
        2030: [("440605101", "丙镇")],
        2031: [("440605002", "丙街道")],
        2032: [("440605002", "戊街道")],
    }
    assert Unit.objects.filter(level="town").count() == 1
    for year, listed in ((2030, old), (2031, new), (2032, last)):
        assert list_in_force(date(year, 12, 31)) == list(listed.units)
        parents = {v.parent_id for v in register.units("community", date(year, 12, 31))}
        (town,) = register.units("town", date(year, 12, 31))
        assert parents == {town.unit_id}
    assert [a.kind for a in found.acts[2031]][0] is ActKind.RECODED
    assert [a.kind for a in found.acts[2032]] == [ActKind.RENAMED, ActKind.REMOVED]


def test_a_confirmed_merger_into_a_standing_unit(db):
    town = (("440605011", "桂城街道"),)
    old = edition(2030, ("440605011001", "甲社区居委会"), ("440605011002", "乙社区居委会"), towns=town)
    new = edition(2031, ("440605011001", "甲乙社区居委会"), towns=town)
    told = Confirmation(
        2031, ActKind.MERGED, ("440605011002",), ("440605011001",), date(2031, 5, 1), "某府办函〔2031〕1号"
    )
    load_editions([old, new], at=AT, districts={"440605": "南海区"}, confirmed=[told])
    assert list_in_force(date(2031, 12, 31)) == list(new.units)
    (living,) = lineage.resolve("440605011002", date(2031, 5, 1)).living
    assert living.name == "甲乙社区居委会"
    assert lineage.resolve("440605011002", date(2031, 4, 30)).living[0].name == "乙社区居委会"


def test_kinds_by_code():
    kinds = {c: kind_of(c) for c in ("440605", "440605011", "440605121", "440605011001", "440605121401")}
    assert list(kinds.values()) == ["district", "street_office", "town", "community", "community"]
    assert (kind_of("440604010210"), kind_of("440608401598")) == ("village", "virtual")
    assert town_name("石湾镇街道办事处") == "石湾镇街道" and town_name("某办事处") == "某办事处"


def test_many_at_once_is_the_same_as_one_by_one(history):
    versions = list(known(UnitVersion.objects.filter(valid_to__isnull=True)).order_by("row")[:3])
    single, *rest = versions
    seq = history.seqs[2023] + 1
    one = succeed(single, seq=seq, valid_from=date(2024, 1, 1), households=7)
    two = succeed_many([(v, date(2024, 1, 1), {"households": 7}) for v in rest], seq=seq)
    for version in (one, *two):
        spans = known(version.unit.versions).order_by("valid_from").values_list("valid_to", "households")
        assert list(spans)[-2:] == [(date(2024, 1, 1), 0), (None, 7)]
    with pytest.raises(Conflict, match="另一登记行为"):
        succeed_many([(rest[0], date(2025, 1, 1), {})], seq=seq)
    with pytest.raises(Conflict, match="有效期"):
        succeed_many([(two[0], date(2023, 1, 1), {})], seq=seq + 1)
    with pytest.raises(Conflict, match="终止日期"):
        end_many([(one, date(2024, 1, 1))], seq=seq + 1)
